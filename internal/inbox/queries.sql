-- name: InsertPaper :exec
INSERT INTO inbox_paper (practice_id, paper_id, blob_id, name, content_type, size, sha256, source, sender, subject, sent_at, state,
    received_at, received_by)
VALUES (@practice_id, @paper_id, @blob_id, @name, @content_type, @size, @sha256, @source, @sender, @subject, @sent_at, 'waiting',
    @received_at, @received_by);

-- name: InsertEvent :exec
INSERT INTO inbox_event (practice_id, paper_id, version, action, patient_id, kind, reason, done_at, done_by)
VALUES (@practice_id, @paper_id, @version, @action, @patient_id, @kind, @reason, @done_at, @done_by);

-- name: Paper :one
SELECT * FROM inbox_paper WHERE practice_id = @practice_id AND paper_id = @paper_id;

-- name: PaperOfHash :one
SELECT * FROM inbox_paper WHERE practice_id = @practice_id AND sha256 = @sha256;

-- name: Waiting :many
SELECT * FROM inbox_paper
WHERE practice_id = @practice_id AND state = 'waiting' AND paper_id > @after
ORDER BY paper_id
LIMIT @most;

-- name: CountWaiting :one
SELECT count(*) FROM inbox_paper WHERE practice_id = @practice_id AND state = 'waiting';

-- name: OldestWaiting :many
SELECT received_at FROM inbox_paper
WHERE practice_id = @practice_id AND state = 'waiting'
ORDER BY paper_id
LIMIT 1;

-- name: Settled :many
SELECT p.*, COALESCE(s.name, '') AS settler, COALESCE(pt.name, '') AS patient_name
FROM inbox_paper p
LEFT JOIN staff s ON s.practice_id = p.practice_id AND s.user_id = p.settled_by
LEFT JOIN patient pt ON pt.practice_id = p.practice_id AND pt.patient_id = p.patient_id
WHERE p.practice_id = @practice_id AND p.settled_at IS NOT NULL
ORDER BY p.settled_at DESC, p.paper_id DESC
LIMIT @most;

-- name: Settle :execrows
UPDATE inbox_paper SET state = @state, patient_id = @patient_id, kind = @kind, scan_blob_id = @scan_blob_id, settled_at = @settled_at,
    settled_by = @settled_by, version = version + 1
WHERE practice_id = @practice_id AND paper_id = @paper_id AND version = @version;

-- name: PapersOfPatient :many
SELECT p.*, COALESCE(s.name, '') AS settler
FROM inbox_paper p
LEFT JOIN staff s ON s.practice_id = p.practice_id AND s.user_id = p.settled_by
WHERE p.practice_id = @practice_id AND p.state = 'filed' AND p.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY p.paper_id DESC
LIMIT 500;

-- name: Events :many
SELECT e.version, e.action, e.patient_id, e.kind, e.reason, e.done_at, COALESCE(s.name, '') AS doer
FROM inbox_event e
LEFT JOIN staff s ON s.practice_id = e.practice_id AND s.user_id = e.done_by
WHERE e.practice_id = @practice_id AND e.paper_id = @paper_id
ORDER BY e.version DESC
LIMIT 100;

-- name: Practices :many
SELECT practice_id FROM practice ORDER BY practice_id LIMIT 2;
