-- name: Insert :exec
INSERT INTO consent (practice_id, consent_id, patient_id, kind, action, text_key, text_lang, text_version, text_hash,
    signer_name, relation, identity, ends_on, method, note, signed_at, witnessed_by, document_id)
VALUES (@practice_id, @consent_id, @patient_id, @kind, @action, @text_key, @text_lang, @text_version, @text_hash,
    @signer_name, @relation, @identity, @ends_on, @method, @note, @signed_at, @witnessed_by, @document_id);

-- name: ForPatient :many
SELECT c.*, s.name AS witness_name
FROM consent c
JOIN staff s ON s.practice_id = c.practice_id AND s.user_id = c.witnessed_by
WHERE c.practice_id = @practice_id AND c.patient_id = @patient_id
ORDER BY c.signed_at DESC, c.consent_id DESC
LIMIT 500;

-- name: Get :one
SELECT * FROM consent WHERE practice_id = @practice_id AND patient_id = @patient_id AND consent_id = @consent_id;

-- name: PracticeName :one
SELECT name FROM practice WHERE practice_id = @practice_id;

-- name: InsertChaperone :exec
INSERT INTO consent_chaperone (practice_id, patient_id, on_date, said_at, answer, name, recorded_by)
VALUES (@practice_id, @patient_id, @on_date, @said_at, @answer, @name, @recorded_by);

-- name: Chaperones :many
SELECT c.on_date, c.said_at, c.answer, c.name, s.name AS staff_name
FROM consent_chaperone c
JOIN staff s ON s.practice_id = c.practice_id AND s.user_id = c.recorded_by
WHERE c.practice_id = @practice_id AND c.patient_id = @patient_id
ORDER BY c.on_date DESC, c.said_at DESC
LIMIT 30;
