-- name: Insert :exec
INSERT INTO blob (practice_id, blob_id, name, content_type, size, sha256, sealed, created_by, created_at)
VALUES (@practice_id, @blob_id, @name, @content_type, @size, @sha256, @sealed, @created_by, @created_at);

-- name: Get :one
SELECT * FROM blob
WHERE practice_id = @practice_id AND blob_id = @blob_id;

-- name: Info :one
SELECT name, content_type, size, sha256, created_by, created_at FROM blob
WHERE practice_id = @practice_id AND blob_id = @blob_id;

-- name: After :many
SELECT blob_id FROM blob
WHERE practice_id = @practice_id AND blob_id > @after
ORDER BY blob_id LIMIT @most;

-- name: Anchors :many
SELECT audit_id, subject, detail FROM audit_entry
WHERE practice_id = @practice_id AND audit_id > @after AND action = @action
ORDER BY audit_id LIMIT @most;
