-- name: InsertClaim :exec
INSERT INTO claim (practice_id, claim_id, number, patient_id, visit_id, document_id, referral_id, coverage_id, payer_id, state, frequency,
    replaces_claim_id, payer_number, service_date, checked_at, created_at, created_by)
VALUES (@practice_id, @claim_id, @number, @patient_id, @visit_id, @document_id, @referral_id, @coverage_id, @payer_id, @state, @frequency,
    @replaces_claim_id, @payer_number, @service_date, @checked_at, @created_at, @created_by);

-- name: GetClaim :one
SELECT claim_id, number, patient_id, visit_id, document_id, referral_id, coverage_id, payer_id, state, frequency, replaces_claim_id, payer_number,
    service_date, total_cents, body, findings, blocks, warns, hold_reason, checked_at, ready_at, sent_at, batch_id, created_at, version
FROM claim WHERE practice_id = @practice_id AND claim_id = @claim_id;

-- What a draft was worked out to be; the version stays, since nobody decided
-- anything.
-- name: Checked :execrows
UPDATE claim SET patient_id = @patient_id, referral_id = @referral_id, coverage_id = @coverage_id, payer_id = @payer_id, state = @state,
    payer_number = @payer_number, total_cents = @total_cents, body = @body, findings = @findings, blocks = @blocks, warns = @warns,
    checked_at = @checked_at, ready_at = @ready_at
WHERE practice_id = @practice_id AND claim_id = @claim_id AND version = @version AND state IN ('blocked', 'ready', 'held');

-- name: SetState :execrows
UPDATE claim SET state = @state, hold_reason = @hold_reason, payer_number = @payer_number, version = version + 1
WHERE practice_id = @practice_id AND claim_id = @claim_id AND version = @version;

-- name: MarkSent :execrows
UPDATE claim SET state = 'sent', sent_at = @sent_at, batch_id = @batch_id, version = version + 1
WHERE practice_id = @practice_id AND claim_id = @claim_id AND version = @version AND state = 'ready';

-- name: Touch :execrows
UPDATE claim SET version = version + 1
WHERE practice_id = @practice_id AND claim_id = @claim_id AND version = @version;

-- The claims of a note, newest first.
-- name: ClaimsOfVisit :many
SELECT claim_id, document_id, state, frequency, replaces_claim_id FROM claim
WHERE practice_id = @practice_id AND visit_id = @visit_id
ORDER BY claim_id DESC LIMIT 50;

-- name: Successor :one
SELECT claim_id, state FROM claim
WHERE practice_id = @practice_id AND replaces_claim_id = @replaces_claim_id AND state <> 'cancelled' AND (frequency <> '8' OR state <> 'denied')
ORDER BY claim_id DESC LIMIT 1;

-- name: Rows :many
SELECT c.claim_id, c.number, c.state, c.frequency, c.patient_id, p.name AS patient_name, p.number AS patient_number, c.visit_id, c.payer_id,
    COALESCE(y.name, '') AS payer_name, s.name AS therapist_name, c.service_date, c.total_cents, c.body, c.findings, c.blocks, c.warns,
    c.hold_reason, c.sent_at, c.batch_id, c.version
FROM claim c
JOIN patient p ON p.practice_id = c.practice_id AND p.patient_id = c.patient_id
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
LEFT JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id
WHERE c.practice_id = @practice_id AND c.state = @state AND c.service_date >= @from_on AND c.service_date <= @to_on
    AND (c.service_date > @after_on OR (c.service_date = @after_on AND c.claim_id > @after_claim_id))
ORDER BY c.service_date, c.claim_id LIMIT @most;

-- name: RowsOfPayer :many
SELECT c.claim_id, c.number, c.state, c.frequency, c.patient_id, p.name AS patient_name, p.number AS patient_number, c.visit_id, c.payer_id,
    COALESCE(y.name, '') AS payer_name, s.name AS therapist_name, c.service_date, c.total_cents, c.body, c.findings, c.blocks, c.warns,
    c.hold_reason, c.sent_at, c.batch_id, c.version
FROM claim c
JOIN patient p ON p.practice_id = c.practice_id AND p.patient_id = c.patient_id
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
LEFT JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id
WHERE c.practice_id = @practice_id AND c.payer_id = @payer_id AND c.state = @state AND c.service_date >= @from_on AND c.service_date <= @to_on
    AND (c.service_date > @after_on OR (c.service_date = @after_on AND c.claim_id > @after_claim_id))
ORDER BY c.service_date, c.claim_id LIMIT @most;

-- name: RowsOfVisit :many
SELECT c.claim_id, c.number, c.state, c.frequency, c.patient_id, p.name AS patient_name, p.number AS patient_number, c.visit_id, c.payer_id,
    COALESCE(y.name, '') AS payer_name, s.name AS therapist_name, c.service_date, c.total_cents, c.body, c.findings, c.blocks, c.warns,
    c.hold_reason, c.sent_at, c.batch_id, c.version
FROM claim c
JOIN patient p ON p.practice_id = c.practice_id AND p.patient_id = c.patient_id
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
LEFT JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id
WHERE c.practice_id = @practice_id AND c.visit_id = @visit_id
ORDER BY c.claim_id DESC LIMIT 50;

-- name: RowsOfPatient :many
SELECT c.claim_id, c.number, c.state, c.frequency, c.patient_id, p.name AS patient_name, p.number AS patient_number, c.visit_id, c.payer_id,
    COALESCE(y.name, '') AS payer_name, s.name AS therapist_name, c.service_date, c.total_cents, c.body, c.findings, c.blocks, c.warns,
    c.hold_reason, c.sent_at, c.batch_id, c.version
FROM claim c
JOIN patient p ON p.practice_id = c.practice_id AND p.patient_id = c.patient_id
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
LEFT JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY c.service_date DESC, c.claim_id DESC LIMIT 200;

-- name: RowsOfBatch :many
SELECT c.claim_id, c.number, c.state, c.frequency, c.patient_id, p.name AS patient_name, p.number AS patient_number, c.visit_id, c.payer_id,
    COALESCE(y.name, '') AS payer_name, s.name AS therapist_name, c.service_date, c.total_cents, c.body, c.findings, c.blocks, c.warns,
    c.hold_reason, c.sent_at, c.batch_id, c.version
FROM claim_batch_item i
JOIN claim c ON c.practice_id = i.practice_id AND c.claim_id = i.claim_id
JOIN patient p ON p.practice_id = c.practice_id AND p.patient_id = c.patient_id
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
LEFT JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id
WHERE i.practice_id = @practice_id AND i.batch_id = @batch_id
ORDER BY i.nth, c.claim_id LIMIT 1000;

-- name: Drafts :many
SELECT claim_id FROM claim
WHERE practice_id = @practice_id AND state = @state
ORDER BY service_date, claim_id LIMIT 1000;

-- name: DraftsOfPayer :many
SELECT claim_id FROM claim
WHERE practice_id = @practice_id AND payer_id = @payer_id AND state = @state
ORDER BY service_date, claim_id LIMIT 1000;

-- name: DraftsOfPatient :many
SELECT claim_id FROM claim
WHERE practice_id = @practice_id AND patient_id = @patient_id AND state = @state
ORDER BY service_date, claim_id LIMIT 1000;

-- Counts no further than a thousand: what was paid and closed grows for ever.
-- name: CountState :one
SELECT count(*) FROM (SELECT 1 FROM claim c WHERE c.practice_id = @practice_id AND c.state = @state LIMIT 1000) counted;

-- What the claims that are ready ask for together.
-- name: ReadyTotal :one
SELECT CAST(COALESCE(SUM(c.total_cents), 0) AS bigint) AS total FROM claim c
WHERE c.practice_id = @practice_id AND c.claim_id IN (
        SELECT r.claim_id FROM claim r WHERE r.practice_id = @practice_id AND r.state = 'ready' ORDER BY r.service_date, r.claim_id LIMIT 1000);

-- name: PayersOfClaims :many
SELECT y.payer_id, y.name FROM payer y
WHERE y.practice_id = @practice_id
    AND EXISTS (SELECT 1 FROM claim c WHERE c.practice_id = y.practice_id AND c.payer_id = y.payer_id)
ORDER BY y.sort_key, y.payer_id LIMIT 500;

-- name: NextNumber :one
INSERT INTO claim_counter (practice_id, kind, last_number) VALUES (@practice_id, @kind, @first_number)
ON CONFLICT (practice_id, kind) DO UPDATE SET last_number = claim_counter.last_number + @step
RETURNING last_number;

-- name: InsertEvent :exec
INSERT INTO claim_event (practice_id, claim_id, seq, kind, from_state, to_state, detail, changed_by, at)
VALUES (@practice_id, @claim_id, @seq, @kind, @from_state, @to_state, @detail, @changed_by, @at);

-- name: LastEvent :one
SELECT seq FROM claim_event WHERE practice_id = @practice_id AND claim_id = @claim_id
ORDER BY seq DESC LIMIT 1;

-- name: Events :many
SELECT e.seq, e.kind, e.from_state, e.to_state, e.detail, COALESCE(s.name, '') AS by_name, e.at
FROM claim_event e
LEFT JOIN staff s ON s.practice_id = e.practice_id AND s.user_id = e.changed_by
WHERE e.practice_id = @practice_id AND e.claim_id = @claim_id
ORDER BY e.seq LIMIT 500;

-- name: InsertWaiver :exec
INSERT INTO claim_waiver (practice_id, waiver_id, claim_id, check_key, line, about, reason, role, waived_by, waived_at)
VALUES (@practice_id, @waiver_id, @claim_id, @check_key, @line, @about, @reason, @role, @waived_by, @waived_at);

-- name: Waivers :many
SELECT w.waiver_id, w.check_key, w.line, w.about, w.reason, w.role, COALESCE(s.name, '') AS by_name, w.waived_at
FROM claim_waiver w
LEFT JOIN staff s ON s.practice_id = w.practice_id AND s.user_id = w.waived_by
WHERE w.practice_id = @practice_id AND w.claim_id = @claim_id AND w.withdrawn_at IS NULL
ORDER BY w.waiver_id LIMIT 200;

-- name: WithdrawWaiver :execrows
UPDATE claim_waiver SET withdrawn_by = @withdrawn_by, withdrawn_at = @withdrawn_at
WHERE practice_id = @practice_id AND claim_id = @claim_id AND waiver_id = @waiver_id AND withdrawn_at IS NULL;

-- name: InsertChoice :exec
INSERT INTO claim_choice (practice_id, claim_id, seq, kind, subject, value, reason, chosen_by, chosen_at)
VALUES (@practice_id, @claim_id, @seq, @kind, @subject, @value, @reason, @chosen_by, @chosen_at);

-- name: LastChoice :one
SELECT seq FROM claim_choice WHERE practice_id = @practice_id AND claim_id = @claim_id
ORDER BY seq DESC LIMIT 1;

-- name: Choices :many
SELECT c.seq, c.kind, c.subject, c.value, c.reason, c.chosen_by, COALESCE(s.name, '') AS by_name, c.chosen_at
FROM claim_choice c
LEFT JOIN staff s ON s.practice_id = c.practice_id AND s.user_id = c.chosen_by
WHERE c.practice_id = @practice_id AND c.claim_id = @claim_id
ORDER BY c.seq LIMIT 500;

-- name: InsertBatch :exec
INSERT INTO claim_batch (practice_id, batch_id, medium, receiver, usage, blob_id, interchange, functional_group, first_set, claims, total_cents, created_at, created_by)
VALUES (@practice_id, @batch_id, @medium, @receiver, @usage, @blob_id, @interchange, @functional_group, @first_set, @claims, @total_cents, @created_at, @created_by);

-- name: InsertBatchItem :exec
INSERT INTO claim_batch_item (practice_id, batch_id, nth, claim_id, body) VALUES (@practice_id, @batch_id, @nth, @claim_id, @body);

-- name: GetBatch :one
SELECT b.batch_id, b.medium, b.receiver, b.usage, b.blob_id, b.interchange, b.functional_group, b.first_set, b.claims, b.total_cents, b.created_at,
    COALESCE(s.name, '') AS by_name
FROM claim_batch b
LEFT JOIN staff s ON s.practice_id = b.practice_id AND s.user_id = b.created_by
WHERE b.practice_id = @practice_id AND b.batch_id = @batch_id;

-- name: Batches :many
SELECT b.batch_id, b.medium, b.receiver, b.usage, b.blob_id, b.interchange, b.functional_group, b.first_set, b.claims, b.total_cents, b.created_at,
    COALESCE(s.name, '') AS by_name
FROM claim_batch b
LEFT JOIN staff s ON s.practice_id = b.practice_id AND s.user_id = b.created_by
WHERE b.practice_id = @practice_id AND b.created_at >= @since
ORDER BY b.created_at DESC, b.batch_id DESC LIMIT 200;

-- name: GetSettings :one
SELECT submitter_name, submitter_id, contact, phone, email, receiver_name, receiver_id, usage, offset_x, offset_y, version
FROM claim_settings WHERE practice_id = @practice_id;

-- name: InsertSettings :exec
INSERT INTO claim_settings (practice_id, submitter_name, submitter_id, contact, phone, email, receiver_name, receiver_id, usage, offset_x, offset_y, updated_at, updated_by)
VALUES (@practice_id, @submitter_name, @submitter_id, @contact, @phone, @email, @receiver_name, @receiver_id, @usage, @offset_x, @offset_y, @updated_at, @updated_by);

-- name: UpdateSettings :execrows
UPDATE claim_settings SET submitter_name = @submitter_name, submitter_id = @submitter_id, contact = @contact, phone = @phone, email = @email,
    receiver_name = @receiver_name, receiver_id = @receiver_id, usage = @usage, offset_x = @offset_x, offset_y = @offset_y,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND version = @version;

-- What the record says, for the checks.

-- name: VisitFacts :one
SELECT v.visit_id, v.patient_id, v.referral_id, v.location_id, v.service_date, v.state, v.untreated, p.merged_into_patient_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
WHERE v.practice_id = @practice_id AND v.visit_id = @visit_id;

-- name: SignedFacts :one
SELECT document_id, visit_id, patient_id, user_id, service_date, signed_at, state FROM signed_note
WHERE practice_id = @practice_id AND document_id = @document_id;

-- name: ValidNote :one
SELECT document_id FROM signed_note
WHERE practice_id = @practice_id AND visit_id = @visit_id AND state = 'valid'
ORDER BY document_id LIMIT 1;

-- name: VisitsOfReferral :many
SELECT v.visit_id, v.service_date, v.starts_at FROM visit v
WHERE v.practice_id = @practice_id AND v.referral_id = @referral_id AND v.state = 'completed' AND v.untreated = false
ORDER BY v.starts_at, v.visit_id LIMIT 2000;

-- Visits that were planned under no prescription and are claimed under one.
-- CROSS JOIN makes SQLite begin with the few claims: there are many visits
-- without a referral.
-- name: VisitsClaimedUnder :many
SELECT DISTINCT v.visit_id, v.service_date, v.starts_at FROM claim c
CROSS JOIN visit v
WHERE v.practice_id = c.practice_id AND v.visit_id = c.visit_id AND c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND c.referral_id = @referral_id AND c.frequency <> '8' AND c.state NOT IN ('cancelled', 'closed')
    AND v.referral_id IS NULL AND v.state = 'completed' AND v.untreated = false
ORDER BY v.starts_at, v.visit_id LIMIT 2000;

-- name: FindingsOfPatient :many
SELECT f.kind, f.subject, f.aspect, f.side, a.on_date FROM finding f
JOIN assessment a ON a.practice_id = f.practice_id AND a.assessment_id = f.assessment_id
WHERE f.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND a.state = 'completed' AND a.on_date <= @on_date AND a.practice_id = @practice_id
ORDER BY a.on_date DESC, f.assessment_id, f.position, f.finding_id LIMIT 500;

-- name: LastAssessment :one
SELECT a.on_date FROM assessment a
WHERE a.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND a.state = 'completed' AND a.on_date <= @on_date
ORDER BY a.on_date DESC, a.assessment_id LIMIT 1;

-- name: LastScore :one
SELECT x.on_date, x.instrument FROM score x
WHERE x.practice_id = @practice_id AND x.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND x.state = 'valid' AND x.on_date <= @on_date
ORDER BY x.on_date DESC, x.score_id LIMIT 1;

-- name: OthersOfDay :many
SELECT c.claim_id, c.number, c.state, c.payer_id, c.visit_id, c.body, c.replaces_claim_id FROM claim c
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND c.service_date = @service_date AND c.claim_id <> @except_claim_id
ORDER BY c.service_date, c.claim_id LIMIT 50;

-- name: ClaimsOfSpan :many
SELECT c.claim_id, c.state, c.body FROM claim c
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND c.service_date >= @from_on AND c.service_date <= @to_on
ORDER BY c.service_date, c.claim_id LIMIT 500;

-- name: ColleaguesOfDay :many
SELECT n.user_id, s.name FROM signed_note n
JOIN staff s ON s.practice_id = n.practice_id AND s.user_id = n.user_id
WHERE n.practice_id = @practice_id AND n.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND n.service_date = @service_date AND n.state = 'valid'
ORDER BY n.service_date, n.document_id LIMIT 20;
