-- name: Insert :exec
INSERT INTO diagnosis_code_set (practice_id, blob_id, fiscal_year, valid_from, valid_to, codes, name, sha256, imported_at, imported_by)
VALUES (@practice_id, @blob_id, @fiscal_year, @valid_from, @valid_to, @codes, @name, @sha256, @imported_at, @imported_by);

-- name: Withdraw :execrows
UPDATE diagnosis_code_set SET withdrawn_at = @withdrawn_at, withdrawn_by = @withdrawn_by
WHERE practice_id = @practice_id AND blob_id = @blob_id AND withdrawn_at IS NULL;

-- name: Sets :many
SELECT c.*, COALESCE(s.name, '') AS importer FROM diagnosis_code_set c
LEFT JOIN staff s ON s.practice_id = c.practice_id AND s.user_id = c.imported_by
WHERE c.practice_id = @practice_id
ORDER BY c.fiscal_year DESC, c.imported_at DESC, c.blob_id DESC
LIMIT 100;
