-- name: InsertScreening :exec
INSERT INTO screening (practice_id, screening_id, patient_id, on_date, asked_on, late_reason, answers, diagnoses, medicines, medicines_asked,
    status, fired, missing, rules_version, questions_version, created_by, created_at)
VALUES (@practice_id, @screening_id, @patient_id, @on_date, @asked_on, @late_reason, @answers, @diagnoses, @medicines, @medicines_asked,
    @status, @fired, @missing, @rules_version, @questions_version, @created_by, @created_at);

-- name: LatestScreening :one
SELECT * FROM screening
WHERE practice_id = @practice_id AND patient_id = @patient_id
ORDER BY on_date DESC, created_at DESC, screening_id DESC
LIMIT 1;

-- name: LatestScreeningUpTo :one
SELECT * FROM screening
WHERE practice_id = @practice_id AND patient_id = @patient_id AND on_date <= @on_date
ORDER BY on_date DESC, created_at DESC, screening_id DESC
LIMIT 1;

-- The newest asking of a day that took place on it.
-- name: AskedOnTheDay :one
SELECT * FROM screening
WHERE practice_id = @practice_id AND patient_id = @patient_id AND on_date = @on_date AND asked_on IS NULL
ORDER BY created_at DESC, screening_id DESC
LIMIT 1;

-- The askings up to a day that stopped treatment as they were answered, those of
-- records merged into this one too.
-- name: StoppedUpTo :many
SELECT s.* FROM screening s
WHERE s.practice_id = @practice_id AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND s.on_date <= @on_date AND (s.status = 'absolute' OR s.status = 'emergency')
ORDER BY s.on_date DESC, s.created_at DESC, s.screening_id DESC
LIMIT 30;

-- name: GetScreening :one
SELECT * FROM screening WHERE practice_id = @practice_id AND patient_id = @patient_id AND screening_id = @screening_id;

-- name: ListScreenings :many
SELECT s.screening_id, s.on_date, s.asked_on, s.late_reason, s.status, s.fired, s.missing, s.created_at, f.name AS staff_name
FROM screening s
JOIN staff f ON f.practice_id = s.practice_id AND f.user_id = s.created_by
WHERE s.practice_id = @practice_id AND s.patient_id = @patient_id
ORDER BY s.on_date DESC, s.created_at DESC, s.screening_id DESC
LIMIT 60;

-- name: InsertClearance :exec
INSERT INTO clearance (practice_id, clearance_id, patient_id, screening_id, rule, found_groups, kind, name, credential,
    organisation, given_how, sites, max_pressure, blob_id, from_on, until_on, scope, reason, evidence, document_id, created_by, created_at)
VALUES (@practice_id, @clearance_id, @patient_id, @screening_id, @rule, @found_groups, @kind, @name, @credential,
    @organisation, @given_how, @sites, @max_pressure, @blob_id, @from_on, @until_on, @scope, @reason, @evidence, @document_id, @created_by, @created_at);

-- name: ListClearances :many
SELECT * FROM clearance
WHERE practice_id = @practice_id AND patient_id = @patient_id
ORDER BY rule, created_at, clearance_id
LIMIT 200;

-- name: WithdrawClearance :execrows
UPDATE clearance SET withdrawn_at = @withdrawn_at, withdrawn_reason = @withdrawn_reason, withdrawn_by = @withdrawn_by
WHERE practice_id = @practice_id AND patient_id = @patient_id AND clearance_id = @clearance_id AND withdrawn_at IS NULL;

-- name: InsertDecision :exec
INSERT INTO screening_decision (practice_id, patient_id, rule, found_groups, rule_version, course, on_date, decision, decided_by, decided_at)
VALUES (@practice_id, @patient_id, @rule, @found_groups, @rule_version, @course, @on_date, @decision, @decided_by, @decided_at);

-- name: ListDecisions :many
SELECT d.rule, d.found_groups, d.rule_version, d.course, d.on_date, d.decision, d.decided_at, f.name AS staff_name
FROM screening_decision d
JOIN staff f ON f.practice_id = d.practice_id AND f.user_id = d.decided_by
WHERE d.practice_id = @practice_id AND d.patient_id = @patient_id
ORDER BY d.rule, d.decided_at, d.rule_version, d.found_groups
LIMIT 300;

-- name: HasWording :one
SELECT count(*) FROM screening_wording WHERE practice_id = @practice_id AND edition = @edition;

-- name: InsertWording :exec
INSERT INTO screening_wording (practice_id, edition, version, questions, first_used_at)
VALUES (@practice_id, @edition, @version, @questions, @first_used_at);

-- name: GetWording :one
SELECT questions FROM screening_wording WHERE practice_id = @practice_id AND edition = @edition;

-- name: GetDraft :one
SELECT answers FROM screening_draft WHERE practice_id = @practice_id AND patient_id = @patient_id AND on_date = @on_date;

-- name: SaveDraft :exec
INSERT INTO screening_draft (practice_id, patient_id, on_date, answers, saved_at)
VALUES (@practice_id, @patient_id, @on_date, @answers, @saved_at)
ON CONFLICT (practice_id, patient_id, on_date) DO UPDATE SET answers = excluded.answers, saved_at = excluded.saved_at;

-- name: ClearanceScan :one
SELECT blob_id FROM clearance WHERE practice_id = @practice_id AND patient_id = @patient_id AND clearance_id = @clearance_id;
