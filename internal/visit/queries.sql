-- name: InsertVisit :exec
INSERT INTO visit (practice_id, visit_id, patient_id, referral_id, user_id, location_id, starts_at, planned_minutes, service_date, state, created_at)
VALUES (@practice_id, @visit_id, @patient_id, @referral_id, @user_id, @location_id, @starts_at, @planned_minutes, @service_date, @state, @created_at);

-- name: GetVisit :one
SELECT visit_id, patient_id, referral_id, user_id, location_id, starts_at, planned_minutes, service_date, state, reason, untreated, created_at, version
FROM visit WHERE practice_id = @practice_id AND visit_id = @visit_id;

-- name: SetState :execrows
UPDATE visit SET state = @state, reason = @reason, untreated = @untreated, version = version + 1
WHERE practice_id = @practice_id AND visit_id = @visit_id AND version = @version;

-- name: MoveVisit :execrows
UPDATE visit SET user_id = @user_id, location_id = @location_id, referral_id = @referral_id, starts_at = @starts_at,
    planned_minutes = @planned_minutes, service_date = @service_date, version = version + 1
WHERE practice_id = @practice_id AND visit_id = @visit_id AND version = @version;

-- name: InsertChange :exec
INSERT INTO visit_change (practice_id, visit_id, seq, action, from_state, to_state, reason, changed_by, at)
VALUES (@practice_id, @visit_id, @seq, @action, @from_state, @to_state, @reason, @changed_by, @at);

-- name: LastChange :one
SELECT seq, action, from_state, to_state, reason, changed_by, at
FROM visit_change WHERE practice_id = @practice_id AND visit_id = @visit_id
ORDER BY seq DESC LIMIT 1;

-- name: ListChanges :many
SELECT c.seq, c.action, c.from_state, c.to_state, c.reason, c.at, COALESCE(s.name, '') AS by_name
FROM visit_change c
LEFT JOIN staff s ON s.practice_id = c.practice_id AND s.user_id = c.changed_by
WHERE c.practice_id = @practice_id AND c.visit_id = @visit_id
ORDER BY c.seq LIMIT 200;

-- When treatment was begun on screen; a beginning that was undone is none.
-- name: StartedAt :one
SELECT b.at FROM visit_change b
WHERE b.practice_id = @practice_id AND b.visit_id = @visit_id AND b.action = 'start'
    AND NOT EXISTS (SELECT 1 FROM visit_change u
        WHERE u.practice_id = b.practice_id AND u.visit_id = b.visit_id AND u.seq = b.seq + 1 AND u.action = 'undo')
ORDER BY b.seq DESC LIMIT 1;

-- name: InsertCell :exec
INSERT INTO visit_cell (practice_id, kind, resource, cell, visit_id)
VALUES (@practice_id, @kind, @resource, @cell, @visit_id);

-- name: FreeCells :exec
DELETE FROM visit_cell WHERE practice_id = @practice_id AND visit_id = @visit_id;

-- name: InTheWay :one
SELECT v.visit_id, v.starts_at, v.planned_minutes, l.zone
FROM visit_cell c
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
WHERE c.practice_id = @practice_id AND c.kind = @kind AND c.resource = @resource
    AND c.cell >= @from_cell AND c.cell < @to_cell AND c.visit_id <> @except_visit_id
ORDER BY c.cell, c.visit_id LIMIT 1;

-- name: GetPlace :one
SELECT name, zone, active FROM location WHERE practice_id = @practice_id AND location_id = @location_id;

-- name: GetTherapist :one
SELECT name, roles, active FROM staff WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: GetReferral :one
SELECT r.patient_id, r.state, pt.merged_into_patient_id
FROM referral r
JOIN patient pt ON pt.practice_id = r.practice_id AND pt.patient_id = r.patient_id
WHERE r.practice_id = @practice_id AND r.referral_id = @referral_id;

-- name: GetItem :one
SELECT v.visit_id, v.patient_id, v.referral_id, v.user_id, v.location_id, v.starts_at, v.planned_minutes, v.service_date, v.state, v.reason,
    v.untreated, v.created_at, v.version, p.name AS patient_name, p.number AS patient_number, s.name AS therapist_name, l.name AS location_name, l.zone,
    COALESCE(n.state, '') AS draft, g.document_id, p.merged_into_patient_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.visit_id = @visit_id;

-- name: ListDay :many
SELECT v.visit_id, v.patient_id, v.referral_id, v.user_id, v.location_id, v.starts_at, v.planned_minutes, v.service_date, v.state, v.reason,
    v.untreated, v.created_at, v.version, p.name AS patient_name, p.number AS patient_number, s.name AS therapist_name, l.name AS location_name, l.zone,
    COALESCE(n.state, '') AS draft, g.document_id, p.merged_into_patient_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.service_date = @service_date
ORDER BY v.starts_at, v.visit_id LIMIT 500;

-- name: ListDayOf :many
SELECT v.visit_id, v.patient_id, v.referral_id, v.user_id, v.location_id, v.starts_at, v.planned_minutes, v.service_date, v.state, v.reason,
    v.untreated, v.created_at, v.version, p.name AS patient_name, p.number AS patient_number, s.name AS therapist_name, l.name AS location_name, l.zone,
    COALESCE(n.state, '') AS draft, g.document_id, p.merged_into_patient_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.user_id = @user_id AND v.service_date = @service_date
ORDER BY v.starts_at, v.visit_id LIMIT 500;

-- name: ListPatient :many
SELECT v.visit_id, v.patient_id, v.referral_id, v.user_id, v.location_id, v.starts_at, v.planned_minutes, v.service_date, v.state, v.reason,
    v.untreated, v.created_at, v.version, p.name AS patient_name, p.number AS patient_number, s.name AS therapist_name, l.name AS location_name, l.zone,
    COALESCE(n.state, '') AS draft, g.document_id, p.merged_into_patient_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY v.starts_at DESC, v.visit_id LIMIT 500;

-- Sessions that need a note: begun, or planned for a day that is over and
-- neither called off nor completed.
-- name: ListUnsigned :many
SELECT v.visit_id, v.patient_id, v.referral_id, v.user_id, v.location_id, v.starts_at, v.planned_minutes, v.service_date, v.state, v.reason,
    v.untreated, v.created_at, v.version, p.name AS patient_name, p.number AS patient_number, s.name AS therapist_name, l.name AS location_name, l.zone,
    COALESCE(n.state, '') AS draft, g.document_id, p.merged_into_patient_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id
    AND (v.state = 'in_progress' OR (v.state = 'arrived' AND v.service_date < @today) OR (v.state = 'planned' AND v.service_date < @today))
ORDER BY v.starts_at, v.visit_id LIMIT 500;

-- name: OpenNote :one
SELECT note_id, visit_id, patient_id, user_id, body, editor, editor_revision, run_base, created_at, updated_at, version
FROM note WHERE practice_id = @practice_id AND visit_id = @visit_id AND state = 'open';

-- name: InsertNote :exec
INSERT INTO note (practice_id, note_id, visit_id, patient_id, user_id, state, body, editor, editor_revision, run_base, created_at, updated_at)
VALUES (@practice_id, @note_id, @visit_id, @patient_id, @user_id, 'open', @body, @editor, @editor_revision, @run_base, @created_at, @updated_at);

-- name: SaveNote :execrows
UPDATE note SET user_id = @user_id, body = @body, editor = @editor, editor_revision = @editor_revision, run_base = @run_base,
    updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND note_id = @note_id AND state = 'open' AND version = @version;

-- A replay writes, so that the answer waits for the same commit as the first.
-- name: TouchNote :execrows
UPDATE note SET replays = replays + 1
WHERE practice_id = @practice_id AND note_id = @note_id AND state = 'open';

-- name: CloseNote :execrows
UPDATE note SET state = 'signed', document_id = @document_id, updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND note_id = @note_id AND state = 'open';

-- name: InsertSigned :exec
INSERT INTO signed_note (practice_id, document_id, visit_id, patient_id, user_id, service_date, signed_at, state)
VALUES (@practice_id, @document_id, @visit_id, @patient_id, @user_id, @service_date, @signed_at, 'valid');

-- name: GetSigned :one
SELECT document_id, visit_id, patient_id, user_id, service_date, signed_at, state, retraction_document_id, version
FROM signed_note WHERE practice_id = @practice_id AND document_id = @document_id;

-- name: RetractSigned :execrows
UPDATE signed_note SET state = 'retracted', retraction_document_id = @retraction_document_id, version = version + 1
WHERE practice_id = @practice_id AND document_id = @document_id AND state = 'valid';

-- Records merged into the patient's count as the patient's.
-- name: ListSigned :many
SELECT g.document_id, g.visit_id, g.patient_id, g.user_id, g.service_date, g.signed_at, g.state, g.retraction_document_id, g.version
FROM signed_note g
WHERE g.practice_id = @practice_id AND g.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND g.state = 'valid'
ORDER BY g.service_date DESC, g.signed_at DESC, g.document_id DESC LIMIT 200;

-- name: ListSignedOfVisit :many
SELECT document_id, visit_id, patient_id, user_id, service_date, signed_at, state, retraction_document_id, version
FROM signed_note WHERE practice_id = @practice_id AND visit_id = @visit_id
ORDER BY signed_at, document_id LIMIT 200;

-- The note before a visit: valid, of the same patient, of another visit that
-- does not lie after it. One of a visit that ended without treatment has little
-- to go on from, so it comes last.
-- name: NoteBefore :one
SELECT g.document_id, g.visit_id, g.service_date
FROM signed_note g
JOIN visit v ON v.practice_id = g.practice_id AND v.visit_id = g.visit_id
WHERE g.practice_id = @practice_id AND g.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND g.state = 'valid' AND g.visit_id <> @visit_id
    AND v.starts_at <= @starts_at
ORDER BY v.untreated, v.starts_at DESC, g.signed_at DESC, g.document_id DESC LIMIT 1;

-- name: ListDiagnosisCodes :many
SELECT code FROM referral_diagnosis WHERE practice_id = @practice_id AND referral_id = @referral_id
ORDER BY position, code LIMIT 50;

-- name: ListPlaces :many
SELECT location_id, name FROM location WHERE practice_id = @practice_id AND active = true
ORDER BY created_at, location_id LIMIT 200;

-- name: ListActiveStaff :many
SELECT user_id, name, credential, roles FROM staff WHERE practice_id = @practice_id AND active = true
ORDER BY name, user_id LIMIT 500;

-- name: ListOpenReferrals :many
SELECT r.referral_id, r.visits_ordered, r.written_on, COALESCE(p.given_name, '') AS given_name, COALESCE(p.family_name, '') AS family_name,
    COALESCE(p.credential, '') AS credential
FROM referral r
LEFT JOIN prescriber p ON p.practice_id = r.practice_id AND p.prescriber_id = r.prescriber_id
WHERE r.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND r.state = 'active'
ORDER BY r.written_on DESC, r.referral_id LIMIT 50;

-- name: GetPracticePaper :one
SELECT name, phone FROM practice WHERE practice_id = @practice_id;

-- Signed notes of a patient before a visit, newest first.
-- name: ListNotesBefore :many
SELECT g.document_id, g.service_date
FROM signed_note g
JOIN visit v ON v.practice_id = g.practice_id AND v.visit_id = g.visit_id
WHERE g.practice_id = @practice_id AND g.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND g.state = 'valid' AND g.visit_id <> @visit_id
    AND v.starts_at <= @starts_at
ORDER BY v.starts_at DESC, g.signed_at DESC, g.document_id DESC LIMIT @most;

-- name: ListPhrases :many
SELECT name, body, shared, version FROM phrase WHERE practice_id = @practice_id AND user_id = @user_id
ORDER BY name LIMIT @most;

-- name: ListSharedPhrases :many
SELECT f.name, f.body, s.name AS by_name FROM phrase f
JOIN staff s ON s.practice_id = f.practice_id AND s.user_id = f.user_id
WHERE f.practice_id = @practice_id AND f.shared = true AND f.user_id <> @user_id
ORDER BY f.name, f.user_id LIMIT @most;

-- name: InsertPhrase :exec
INSERT INTO phrase (practice_id, user_id, name, body, shared, created_at, updated_at)
VALUES (@practice_id, @user_id, @name, @body, @shared, @at, @at);

-- name: UpdatePhrase :execrows
UPDATE phrase SET name = @name, body = @body, shared = @shared, updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND user_id = @user_id AND name = @was AND version = @version;

-- name: DeletePhrase :execrows
DELETE FROM phrase WHERE practice_id = @practice_id AND user_id = @user_id AND name = @name AND version = @version;
