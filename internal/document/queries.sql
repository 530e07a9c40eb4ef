-- name: Signer :one
SELECT name, credential, license_number, license_state FROM staff
WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: Last :one
SELECT seq, hash FROM document
WHERE practice_id = @practice_id AND patient_id = @patient_id
ORDER BY seq DESC LIMIT 1;

-- name: Insert :exec
INSERT INTO document (practice_id, document_id, patient_id, seq, kind, title, subject, refers_document_id, service_date,
    format, body, signed_by, signer_name, signer_credential, signer_license, signed_at, previous, hash, mac)
VALUES (@practice_id, @document_id, @patient_id, @seq, @kind, @title, @subject, @refers_document_id, @service_date,
    @format, @body, @signed_by, @signer_name, @signer_credential, @signer_license, @signed_at, @previous, @hash, @mac);

-- name: Get :one
SELECT * FROM document
WHERE practice_id = @practice_id AND document_id = @document_id;

-- name: OwnerOf :one
SELECT patient_id FROM document
WHERE practice_id = @practice_id AND document_id = @document_id;

-- name: ForPatient :many
SELECT * FROM document
WHERE practice_id = @practice_id AND patient_id = @patient_id
ORDER BY seq DESC LIMIT @most;

-- name: ForSubject :many
SELECT * FROM document
WHERE practice_id = @practice_id AND subject = @subject
ORDER BY document_id LIMIT @most;

-- name: Referring :many
SELECT * FROM document
WHERE practice_id = @practice_id AND refers_document_id = @refers_document_id
ORDER BY document_id LIMIT @most;

-- name: ChainAfter :many
SELECT * FROM document
WHERE practice_id = @practice_id AND patient_id = @patient_id AND seq > @after
ORDER BY seq LIMIT @most;

-- name: NextPatient :many
SELECT patient_id FROM document
WHERE practice_id = @practice_id AND patient_id > @after
ORDER BY patient_id LIMIT 1;

-- name: NextAnchoredPatient :many
SELECT patient_id FROM audit_entry
WHERE practice_id = @practice_id AND patient_id > @after AND action = @action
ORDER BY patient_id LIMIT 1;

-- name: Anchors :many
SELECT subject, detail FROM audit_entry
WHERE practice_id = @practice_id AND patient_id = @patient_id AND action = @action
ORDER BY at, audit_id;
