-- name: InsertDraft :exec
INSERT INTO intake (practice_id, intake_id, patient_id, previous_intake_id, format, answers, reason, mechanism, onset_date,
    pressure, chaperone, started_at, started_by, saved_at, saved_by)
VALUES (@practice_id, @intake_id, @patient_id, @previous_intake_id, @format, @answers, @reason, @mechanism, @onset_date,
    @pressure, @chaperone, @started_at, @started_by, @saved_at, @saved_by);

-- name: SaveDraft :execrows
UPDATE intake SET answers = @answers, reason = @reason, mechanism = @mechanism, onset_date = @onset_date,
    pressure = @pressure, chaperone = @chaperone, saved_at = @saved_at, saved_by = @saved_by, version = version + 1
WHERE practice_id = @practice_id AND intake_id = @intake_id AND patient_id = @patient_id AND status = 'draft' AND version = @version;

-- name: SetStatus :execrows
UPDATE intake SET status = @status, completed_at = @completed_at, completed_by = @completed_by, saved_at = @saved_at,
    saved_by = @saved_by, version = version + 1
WHERE practice_id = @practice_id AND intake_id = @intake_id AND patient_id = @patient_id AND status = 'draft' AND version = @version;

-- name: Get :one
SELECT i.*, COALESCE(a.name, '') AS saved_name, COALESCE(b.name, '') AS completed_name
FROM intake i
LEFT JOIN staff a ON a.practice_id = i.practice_id AND a.user_id = i.saved_by
LEFT JOIN staff b ON b.practice_id = i.practice_id AND b.user_id = i.completed_by
WHERE i.practice_id = @practice_id AND i.patient_id = @patient_id AND i.intake_id = @intake_id;

-- name: Newest :many
SELECT intake_id FROM intake
WHERE practice_id = @practice_id AND patient_id = @patient_id AND status = @status
ORDER BY started_at DESC, intake_id DESC
LIMIT 1;

-- name: Completed :many
SELECT i.intake_id, i.reason, i.completed_at, COALESCE(b.name, '') AS completed_name
FROM intake i
LEFT JOIN staff b ON b.practice_id = i.practice_id AND b.user_id = i.completed_by
WHERE i.practice_id = @practice_id AND i.patient_id = @patient_id AND i.status = 'complete'
ORDER BY i.started_at DESC, i.intake_id DESC
LIMIT 100;
