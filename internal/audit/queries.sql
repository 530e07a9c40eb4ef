-- name: InsertEntry :exec
INSERT INTO audit_entry (practice_id, audit_id, at, user_id, actor, address, action, patient_id, kind, subject, detail, salt, leaf)
VALUES (@practice_id, @audit_id, @at, @user_id, @actor, @address, @action, @patient_id, @kind, @subject, @detail, @salt, @leaf);

-- name: InsertPending :exec
INSERT INTO audit_pending (practice_id, audit_id) VALUES (@practice_id, @audit_id);

-- The sealer serves all practices in turn.
-- name: NextPendingPractice :many
SELECT practice_id FROM audit_pending
WHERE practice_id > @after
ORDER BY practice_id LIMIT 1;

-- What waits for a seal, in the order in which it will be sealed.
-- name: Waiting :many
SELECT p.audit_id, e.leaf FROM audit_pending p
JOIN audit_entry e ON e.practice_id = p.practice_id AND e.audit_id = p.audit_id
WHERE p.practice_id = @practice_id AND NOT EXISTS (
    SELECT 1 FROM audit_sealed s WHERE s.practice_id = p.practice_id AND s.audit_id = p.audit_id)
ORDER BY p.audit_id LIMIT @most;

-- name: LastSeal :one
SELECT * FROM audit_seal
WHERE practice_id = @practice_id
ORDER BY seq DESC LIMIT 1;

-- name: InsertSeal :exec
INSERT INTO audit_seal (practice_id, seq, at, entries, root, previous, mac)
VALUES (@practice_id, @seq, @at, @entries, @root, @previous, @mac);

-- Puts the same entries, in the same order, as Waiting gave up to @last.
-- name: SealWaiting :execrows
INSERT INTO audit_sealed (practice_id, seq, position, audit_id)
SELECT p.practice_id, CAST(@seq AS bigint), row_number() OVER (ORDER BY p.audit_id), p.audit_id FROM audit_pending p
JOIN audit_entry e ON e.practice_id = p.practice_id AND e.audit_id = p.audit_id
WHERE p.practice_id = @practice_id AND p.audit_id <= @last AND NOT EXISTS (
    SELECT 1 FROM audit_sealed s WHERE s.practice_id = p.practice_id AND s.audit_id = p.audit_id);

-- A mark whose entry is gone stays, as evidence.
-- name: ClearSealed :exec
DELETE FROM audit_pending
WHERE audit_pending.practice_id = @practice_id AND audit_pending.audit_id <= @last AND EXISTS (
    SELECT 1 FROM audit_sealed s WHERE s.practice_id = audit_pending.practice_id AND s.audit_id = audit_pending.audit_id);

-- name: SealsAfter :many
SELECT * FROM audit_seal
WHERE practice_id = @practice_id AND seq > @after
ORDER BY seq LIMIT @most;

-- name: SealAt :one
SELECT * FROM audit_seal
WHERE practice_id = @practice_id AND seq = @seq;

-- name: Positions :many
SELECT position, audit_id FROM audit_sealed
WHERE practice_id = @practice_id AND seq = @seq
ORDER BY position;

-- name: EntriesOf :many
SELECT e.* FROM audit_sealed s
JOIN audit_entry e ON e.practice_id = s.practice_id AND e.audit_id = s.audit_id
WHERE s.practice_id = @practice_id AND s.seq = @seq
ORDER BY s.position;

-- name: Entry :one
SELECT * FROM audit_entry
WHERE practice_id = @practice_id AND audit_id = @audit_id;

-- Entries that are under no seal and wait for none.
-- name: Loose :many
SELECT e.audit_id FROM audit_entry e
WHERE e.practice_id = @practice_id AND e.audit_id > @after
    AND NOT EXISTS (SELECT 1 FROM audit_sealed s WHERE s.practice_id = e.practice_id AND s.audit_id = e.audit_id)
    AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.practice_id = e.practice_id AND p.audit_id = e.audit_id)
ORDER BY e.audit_id LIMIT @most;

-- name: PendingAfter :many
SELECT audit_id FROM audit_pending
WHERE practice_id = @practice_id AND audit_id > @after
ORDER BY audit_id LIMIT @most;

-- name: StraySealed :many
SELECT s.seq, s.audit_id FROM audit_sealed s
WHERE s.practice_id = @practice_id
    AND NOT EXISTS (SELECT 1 FROM audit_seal a WHERE a.practice_id = s.practice_id AND a.seq = s.seq)
ORDER BY s.seq, s.position LIMIT 100;

-- name: Staff :many
SELECT user_id, name FROM staff
WHERE practice_id = @practice_id
ORDER BY name, user_id LIMIT 500;
