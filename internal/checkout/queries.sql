-- name: VisitFacts :one
SELECT v.visit_id, v.patient_id, p.merged_into_patient_id, v.referral_id, v.location_id, v.service_date, v.planned_minutes, v.state, v.untreated,
    s.name AS therapist_name, l.zone, g.document_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.visit_id = @visit_id;

-- name: GetCheckout :one
SELECT * FROM checkout
WHERE practice_id = @practice_id AND visit_id = @visit_id;

-- name: InsertCheckout :exec
INSERT INTO checkout (practice_id, visit_id, patient_id, basis, total_cents, share_cents, payer_id, entry_id, done_at, done_by, updated_at)
VALUES (@practice_id, @visit_id, @patient_id, @basis, @total_cents, @share_cents, @payer_id, @entry_id, @done_at, @done_by, @updated_at);

-- name: UpdateCheckout :execrows
UPDATE checkout SET patient_id = @patient_id, basis = @basis, total_cents = @total_cents, share_cents = @share_cents, payer_id = @payer_id,
    entry_id = @entry_id, done_at = @done_at, done_by = @done_by, updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND visit_id = @visit_id AND version = @version;

-- name: InsertPayment :exec
INSERT INTO payment (practice_id, payment_id, patient_id, visit_id, way, amount_cents, reference, brand, last_four, method_id, entry_id, on_date, received_at, received_by)
VALUES (@practice_id, @payment_id, @patient_id, @visit_id, @way, @amount_cents, @reference, @brand, @last_four, @method_id, @entry_id, @on_date, @received_at, @received_by);

-- name: GetPayment :one
SELECT p.*, COALESCE(s.name, '') AS by_name, r.number AS receipt_number, r.blob_id AS receipt_blob_id,
    x.reversed_at, COALESCE(x.reason, '') AS reversal_reason, COALESCE(xs.name, '') AS reversed_by_name
FROM payment p
JOIN receipt r ON r.practice_id = p.practice_id AND r.payment_id = p.payment_id
LEFT JOIN staff s ON s.practice_id = p.practice_id AND s.user_id = p.received_by
LEFT JOIN payment_reversal x ON x.practice_id = p.practice_id AND x.payment_id = p.payment_id
LEFT JOIN staff xs ON xs.practice_id = x.practice_id AND xs.user_id = x.reversed_by
WHERE p.practice_id = @practice_id AND p.payment_id = @payment_id;

-- name: PaymentsOfVisit :many
SELECT p.*, COALESCE(s.name, '') AS by_name, r.number AS receipt_number, r.blob_id AS receipt_blob_id,
    x.reversed_at, COALESCE(x.reason, '') AS reversal_reason, COALESCE(xs.name, '') AS reversed_by_name
FROM payment p
JOIN receipt r ON r.practice_id = p.practice_id AND r.payment_id = p.payment_id
LEFT JOIN staff s ON s.practice_id = p.practice_id AND s.user_id = p.received_by
LEFT JOIN payment_reversal x ON x.practice_id = p.practice_id AND x.payment_id = p.payment_id
LEFT JOIN staff xs ON xs.practice_id = x.practice_id AND xs.user_id = x.reversed_by
WHERE p.practice_id = @practice_id AND p.visit_id = @visit_id
ORDER BY p.payment_id DESC LIMIT 50;

-- name: PaidForVisit :one
SELECT CAST(COALESCE(SUM(p.amount_cents), 0) AS bigint) AS amount FROM payment p
WHERE p.practice_id = @practice_id AND p.visit_id = @visit_id
    AND NOT EXISTS (SELECT 1 FROM payment_reversal x WHERE x.practice_id = p.practice_id AND x.payment_id = p.payment_id);

-- name: InsertReversal :exec
INSERT INTO payment_reversal (practice_id, payment_id, entry_id, reason, reversed_at, reversed_by)
VALUES (@practice_id, @payment_id, @entry_id, @reason, @reversed_at, @reversed_by);

-- name: NextReceipt :one
INSERT INTO receipt_counter (practice_id, last_number) VALUES (@practice_id, @first_number)
ON CONFLICT (practice_id) DO UPDATE SET last_number = receipt_counter.last_number + 1
RETURNING last_number;

-- name: InsertReceipt :exec
INSERT INTO receipt (practice_id, receipt_id, number, payment_id, blob_id, created_at)
VALUES (@practice_id, @receipt_id, @number, @payment_id, @blob_id, @created_at);

-- name: InsertMethod :exec
INSERT INTO payment_method (practice_id, method_id, patient_id, token, brand, last_four, expires_month, expires_year, created_at, created_by)
VALUES (@practice_id, @method_id, @patient_id, @token, @brand, @last_four, @expires_month, @expires_year, @created_at, @created_by);

-- name: Methods :many
SELECT k.* FROM payment_method k
WHERE k.practice_id = @practice_id AND k.ended_at IS NULL AND k.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY k.method_id DESC LIMIT 20;

-- name: EndMethod :execrows
UPDATE payment_method SET ended_at = @ended_at, ended_by = @ended_by, version = version + 1
WHERE practice_id = @practice_id AND method_id = @method_id AND ended_at IS NULL;

-- name: ClaimsMade :one
SELECT (SELECT count(*) FROM claim c WHERE c.practice_id = v.practice_id AND c.visit_id = v.visit_id) AS made,
    (SELECT count(*) FROM claim c WHERE c.practice_id = v.practice_id AND c.visit_id = v.visit_id AND c.state <> 'cancelled') AS standing
FROM visit v WHERE v.practice_id = @practice_id AND v.visit_id = @visit_id;
