-- name: InsertCredential :exec
INSERT INTO credential (practice_id, credential_id, user_id, kind, title, issuer, state, number, issued_on, expires_on, created_at)
VALUES (@practice_id, @credential_id, @user_id, @kind, @title, @issuer, @state, @number, @issued_on, @expires_on, @created_at);

-- name: UpdateCredential :execrows
UPDATE credential SET kind = @kind, title = @title, issuer = @issuer, state = @state, number = @number, issued_on = @issued_on,
    expires_on = @expires_on, version = version + 1
WHERE practice_id = @practice_id AND credential_id = @credential_id AND user_id = @user_id AND version = @version AND removed_at IS NULL;

-- name: RemoveCredential :execrows
UPDATE credential SET removed_at = @removed_at, version = version + 1
WHERE practice_id = @practice_id AND credential_id = @credential_id AND user_id = @user_id AND version = @version AND removed_at IS NULL;

-- name: SetCredentialFile :execrows
UPDATE credential SET blob_id = @blob_id, file_name = @file_name, file_type = @file_type, version = version + 1
WHERE practice_id = @practice_id AND credential_id = @credential_id AND user_id = @user_id AND removed_at IS NULL;

-- name: Credentials :many
SELECT * FROM credential
WHERE practice_id = @practice_id AND user_id = @user_id AND removed_at IS NULL
ORDER BY credential_id
LIMIT 200;

-- name: Credential :one
SELECT * FROM credential WHERE practice_id = @practice_id AND credential_id = @credential_id AND removed_at IS NULL;

-- name: InsertRequirement :exec
INSERT INTO ce_requirement (practice_id, requirement_id, user_id, name, minutes, from_on, to_on, source_url, seen_on, note, created_at)
VALUES (@practice_id, @requirement_id, @user_id, @name, @minutes, @from_on, @to_on, @source_url, @seen_on, @note, @created_at);

-- name: UpdateRequirement :execrows
UPDATE ce_requirement SET name = @name, minutes = @minutes, from_on = @from_on, to_on = @to_on, source_url = @source_url,
    seen_on = @seen_on, note = @note, version = version + 1
WHERE practice_id = @practice_id AND requirement_id = @requirement_id AND user_id = @user_id AND version = @version AND removed_at IS NULL;

-- name: RemoveRequirement :execrows
UPDATE ce_requirement SET removed_at = @removed_at, version = version + 1
WHERE practice_id = @practice_id AND requirement_id = @requirement_id AND user_id = @user_id AND version = @version AND removed_at IS NULL;

-- name: Requirements :many
SELECT * FROM ce_requirement
WHERE practice_id = @practice_id AND user_id = @user_id AND removed_at IS NULL
ORDER BY requirement_id
LIMIT 100;

-- name: Requirement :one
SELECT * FROM ce_requirement WHERE practice_id = @practice_id AND requirement_id = @requirement_id AND removed_at IS NULL;

-- name: InsertPart :exec
INSERT INTO ce_part (practice_id, requirement_id, category, minutes)
VALUES (@practice_id, @requirement_id, @category, @minutes);

-- name: DeleteParts :exec
DELETE FROM ce_part WHERE practice_id = @practice_id AND requirement_id = @requirement_id;

-- name: PartsOfUser :many
SELECT p.requirement_id, p.category, p.minutes FROM ce_part p
JOIN ce_requirement r ON r.practice_id = p.practice_id AND r.requirement_id = p.requirement_id
WHERE p.practice_id = @practice_id AND r.user_id = @user_id AND r.removed_at IS NULL
ORDER BY p.requirement_id, p.category
LIMIT 2000;

-- name: InsertTraining :exec
INSERT INTO ce_training (practice_id, training_id, user_id, title, provider, approval, held_on, minutes, category, created_at)
VALUES (@practice_id, @training_id, @user_id, @title, @provider, @approval, @held_on, @minutes, @category, @created_at);

-- name: UpdateTraining :execrows
UPDATE ce_training SET title = @title, provider = @provider, approval = @approval, held_on = @held_on, minutes = @minutes,
    category = @category, version = version + 1
WHERE practice_id = @practice_id AND training_id = @training_id AND user_id = @user_id AND version = @version AND removed_at IS NULL;

-- name: RemoveTraining :execrows
UPDATE ce_training SET removed_at = @removed_at, version = version + 1
WHERE practice_id = @practice_id AND training_id = @training_id AND user_id = @user_id AND version = @version AND removed_at IS NULL;

-- name: SetTrainingFile :execrows
UPDATE ce_training SET blob_id = @blob_id, file_name = @file_name, file_type = @file_type, version = version + 1
WHERE practice_id = @practice_id AND training_id = @training_id AND user_id = @user_id AND removed_at IS NULL;

-- name: Trainings :many
SELECT * FROM ce_training
WHERE practice_id = @practice_id AND user_id = @user_id AND removed_at IS NULL
ORDER BY held_on DESC, training_id DESC
LIMIT 1000;

-- name: Training :one
SELECT * FROM ce_training WHERE practice_id = @practice_id AND training_id = @training_id AND removed_at IS NULL;
