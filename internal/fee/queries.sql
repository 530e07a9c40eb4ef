-- name: InsertSchedule :exec
INSERT INTO fee_schedule (practice_id, schedule_id, name, kind, payer_id, from_on, to_on, created_at, created_by, updated_at, updated_by)
VALUES (@practice_id, @schedule_id, @name, @kind, @payer_id, @from_on, @to_on, @created_at, @created_by, @updated_at, @updated_by);

-- name: UpdateSchedule :execrows
UPDATE fee_schedule SET name = @name, from_on = @from_on, to_on = @to_on, updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND schedule_id = @schedule_id AND version = @version;

-- name: Schedules :many
SELECT s.*, COALESCE(y.name, '') AS payer_name FROM fee_schedule s
LEFT JOIN payer y ON y.practice_id = s.practice_id AND y.payer_id = s.payer_id
WHERE s.practice_id = @practice_id
ORDER BY s.from_on DESC, s.schedule_id
LIMIT 1000;

-- name: Schedule :one
SELECT s.*, COALESCE(y.name, '') AS payer_name FROM fee_schedule s
LEFT JOIN payer y ON y.practice_id = s.practice_id AND y.payer_id = s.payer_id
WHERE s.practice_id = @practice_id AND s.schedule_id = @schedule_id;

-- name: OfKind :many
SELECT * FROM fee_schedule WHERE practice_id = @practice_id AND kind = @kind
ORDER BY from_on DESC, schedule_id
LIMIT 1000;

-- name: OfPayer :many
SELECT * FROM fee_schedule WHERE practice_id = @practice_id AND payer_id = @payer_id
ORDER BY from_on DESC, schedule_id
LIMIT 1000;

-- name: Line :one
SELECT price_cents FROM fee_line WHERE practice_id = @practice_id AND schedule_id = @schedule_id AND code = @code;

-- name: Lines :many
SELECT code, price_cents FROM fee_line WHERE practice_id = @practice_id AND schedule_id = @schedule_id
ORDER BY code LIMIT 1000;

-- name: InsertLine :exec
INSERT INTO fee_line (practice_id, schedule_id, code, price_cents) VALUES (@practice_id, @schedule_id, @code, @price_cents);

-- name: DeleteLines :exec
DELETE FROM fee_line WHERE practice_id = @practice_id AND schedule_id = @schedule_id;

-- name: CashPrices :many
SELECT minutes, price_cents, label FROM cash_price WHERE practice_id = @practice_id AND schedule_id = @schedule_id
ORDER BY minutes LIMIT 100;

-- name: InsertCashPrice :exec
INSERT INTO cash_price (practice_id, schedule_id, minutes, price_cents, label) VALUES (@practice_id, @schedule_id, @minutes, @price_cents, @label);

-- name: DeleteCashPrices :exec
DELETE FROM cash_price WHERE practice_id = @practice_id AND schedule_id = @schedule_id;
