-- name: Insert :exec
INSERT INTO job (practice_id, job_id, kind, payload, unique_key, state, max_attempts, run_at, created_at)
VALUES (@practice_id, @job_id, @kind, @payload, @unique_key, 'queued', @max_attempts, @run_at, @created_at)
ON CONFLICT (practice_id, kind, unique_key) DO NOTHING;

-- The worker serves all practices; it goes round them, so that one with many
-- jobs does not keep the others waiting.
-- name: Due :many
SELECT practice_id, job_id FROM job
WHERE practice_id > @after AND ((state = 'queued' AND run_at <= @now) OR (state = 'running' AND lease_until <= @now))
ORDER BY practice_id, run_at, job_id LIMIT @most;

-- name: Claim :execrows
UPDATE job SET state = 'running', attempts = attempts + 1, lease_token = @lease_token, lease_until = @lease_until
WHERE practice_id = @practice_id AND job_id = @job_id
    AND ((state = 'queued' AND run_at <= @now) OR (state = 'running' AND lease_until <= @now));

-- name: Get :one
SELECT * FROM job
WHERE practice_id = @practice_id AND job_id = @job_id;

-- name: Renew :execrows
UPDATE job SET lease_until = @lease_until
WHERE practice_id = @practice_id AND job_id = @job_id AND state = 'running' AND lease_token = @lease_token;

-- name: Done :execrows
UPDATE job SET state = 'done', finished_at = @finished_at, lease_token = '', lease_until = NULL, last_error = '', payload = 'null'
WHERE practice_id = @practice_id AND job_id = @job_id AND state = 'running' AND lease_token = @lease_token;

-- name: Remove :execrows
DELETE FROM job
WHERE practice_id = @practice_id AND job_id = @job_id AND state = 'running' AND lease_token = @lease_token;

-- name: Prune :exec
DELETE FROM job
WHERE practice_id = @practice_id AND state = 'done' AND run_at <= @before;

-- name: Again :execrows
UPDATE job SET state = 'queued', run_at = @run_at, attempts = @attempts, last_error = @last_error, lease_token = '', lease_until = NULL
WHERE practice_id = @practice_id AND job_id = @job_id AND state = 'running' AND lease_token = @lease_token;

-- name: Bury :execrows
UPDATE job SET state = 'dead', finished_at = @finished_at, last_error = @last_error, lease_token = '', lease_until = NULL
WHERE practice_id = @practice_id AND job_id = @job_id AND state = 'running' AND lease_token = @lease_token;

-- name: Raise :execrows
UPDATE job SET state = 'queued', run_at = @run_at, attempts = 0, finished_at = NULL
WHERE practice_id = @practice_id AND job_id = @job_id AND state = 'dead';

-- name: Count :many
SELECT state, count(*) AS jobs FROM job
WHERE practice_id = @practice_id
GROUP BY state ORDER BY state;

-- name: Oldest :many
SELECT run_at FROM job
WHERE practice_id = @practice_id AND state = 'queued' AND run_at <= @now
ORDER BY run_at LIMIT 1;

-- name: List :many
SELECT job_id, kind, state, attempts, max_attempts, run_at, last_error, created_at, finished_at FROM job
WHERE practice_id = @practice_id AND state = @state
ORDER BY run_at DESC, job_id DESC LIMIT @most;
