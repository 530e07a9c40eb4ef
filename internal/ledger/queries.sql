-- name: InsertEntry :exec
INSERT INTO ledger_entry (practice_id, entry_id, at, on_date, kind, patient_id, visit_id, claim_id, payment_id, reverses_entry_id, memo, created_by)
VALUES (@practice_id, @entry_id, @at, @on_date, @kind, @patient_id, @visit_id, @claim_id, @payment_id, @reverses_entry_id, @memo, @created_by);

-- name: InsertPosting :exec
INSERT INTO ledger_posting (practice_id, entry_id, nth, account, patient_id, payer_id, amount_cents)
VALUES (@practice_id, @entry_id, @nth, @account, @patient_id, @payer_id, @amount_cents);

-- name: Entry :one
SELECT * FROM ledger_entry
WHERE practice_id = @practice_id AND entry_id = @entry_id;

-- name: Postings :many
SELECT * FROM ledger_posting
WHERE practice_id = @practice_id AND entry_id = @entry_id
ORDER BY nth LIMIT 100;

-- name: ReversalOf :one
SELECT entry_id FROM ledger_entry
WHERE practice_id = @practice_id AND reverses_entry_id = @reverses_entry_id;

-- name: Balance :many
SELECT p.account, CAST(COALESCE(SUM(p.amount_cents), 0) AS bigint) AS amount FROM ledger_posting p
WHERE p.practice_id = @practice_id AND p.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
GROUP BY p.account
ORDER BY p.account LIMIT 100;

-- What a patient sees of the books, the newest first. Transfers move a
-- patient's own credit and change no balance, so they are left out.
-- name: Statement :many
SELECT e.*, COALESCE(s.name, '') AS by_name, r.entry_id AS reversed_by_entry_id,
    CAST((SELECT COALESCE(SUM(p.amount_cents), 0) FROM ledger_posting p
        WHERE p.practice_id = e.practice_id AND p.entry_id = e.entry_id AND p.account IN ('patient_receivable', 'unapplied')) AS bigint) AS effect,
    CAST((SELECT COALESCE(SUM(p.amount_cents), 0) FROM ledger_posting p
        WHERE p.practice_id = e.practice_id AND p.entry_id = e.entry_id AND p.account = 'payer_receivable') AS bigint) AS insurance
FROM ledger_entry e
LEFT JOIN staff s ON s.practice_id = e.practice_id AND s.user_id = e.created_by
LEFT JOIN ledger_entry r ON r.practice_id = e.practice_id AND r.reverses_entry_id = e.entry_id
WHERE e.practice_id = @practice_id AND e.kind <> 'transfer' AND e.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (e.at < @before_at OR (e.at = @before_at AND e.entry_id < @before_entry_id))
ORDER BY e.at DESC, e.entry_id DESC LIMIT @most;

-- What the patient owed after the last entry before a point in the statement.
-- name: BalanceBefore :one
SELECT CAST(COALESCE(SUM(p.amount_cents), 0) AS bigint) AS amount FROM ledger_entry e
JOIN ledger_posting p ON p.practice_id = e.practice_id AND p.entry_id = e.entry_id
WHERE e.practice_id = @practice_id AND e.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (e.at < @before_at OR (e.at = @before_at AND e.entry_id < @before_entry_id))
    AND p.account IN ('patient_receivable', 'unapplied');

-- Verification goes through all entries in pages.
-- name: EntriesAfter :many
SELECT * FROM ledger_entry
WHERE practice_id = @practice_id AND entry_id > @after_entry_id
ORDER BY entry_id LIMIT 500;
