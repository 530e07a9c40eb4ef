-- name: FirstPractice :one
SELECT practice_id FROM practice ORDER BY created_at, practice_id LIMIT 1;

-- name: ListPractices :many
SELECT practice_id FROM practice ORDER BY practice_id LIMIT 10000;

-- name: PersonByEmail :one
SELECT s.practice_id, s.user_id, s.name, s.email, s.active, a.password_hash, a.totp_secret, a.version,
    (SELECT count(*) FROM passkey k WHERE k.practice_id = s.practice_id AND k.user_id = s.user_id) AS passkeys
FROM staff s
JOIN account a ON a.practice_id = s.practice_id AND a.user_id = s.user_id
WHERE s.email = @email;

-- name: Person :one
SELECT s.practice_id, s.user_id, s.name, s.email, s.active, a.password_hash, a.totp_secret, a.version,
    (SELECT count(*) FROM passkey k WHERE k.practice_id = s.practice_id AND k.user_id = s.user_id) AS passkeys
FROM staff s
JOIN account a ON a.practice_id = s.practice_id AND a.user_id = s.user_id
WHERE s.practice_id = @practice_id AND s.user_id = @user_id;

-- name: StaffPerson :one
SELECT s.name, s.email, s.roles, s.active, p.name AS practice_name, l.zone
FROM staff s
JOIN practice p ON p.practice_id = s.practice_id
JOIN location l ON l.practice_id = s.practice_id AND l.location_id = s.location_id
WHERE s.practice_id = @practice_id AND s.user_id = @user_id;

-- name: GetAccount :one
SELECT password_hash, password_at, totp_secret, totp_at, version
FROM account WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: InsertAccount :exec
INSERT INTO account (practice_id, user_id, password_hash, password_at, totp_secret, totp_at, created_at)
VALUES (@practice_id, @user_id, @password_hash, @password_at, @totp_secret, @totp_at, @created_at)
ON CONFLICT (practice_id, user_id) DO UPDATE SET
    password_hash = excluded.password_hash, password_at = excluded.password_at,
    totp_secret = excluded.totp_secret, totp_at = excluded.totp_at, version = account.version + 1;

-- name: SetPassword :execrows
UPDATE account SET password_hash = @password_hash, password_at = @password_at, version = version + 1
WHERE practice_id = @practice_id AND user_id = @user_id AND version = @version;

-- name: SetSingleKeys :execrows
UPDATE account SET single_keys = @single_keys
WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: RehashPassword :exec
UPDATE account SET password_hash = @password_hash
WHERE practice_id = @practice_id AND user_id = @user_id AND version = @version;

-- name: SetTOTP :execrows
UPDATE account SET totp_secret = @totp_secret, totp_at = @totp_at, version = version + 1
WHERE practice_id = @practice_id AND user_id = @user_id AND version = @version;

-- name: UseTOTP :execrows
INSERT INTO totp_used (practice_id, user_id, last_step) VALUES (@practice_id, @user_id, @last_step)
ON CONFLICT (practice_id, user_id) DO UPDATE SET last_step = excluded.last_step
WHERE totp_used.last_step < excluded.last_step;

-- name: ForgetTOTP :exec
DELETE FROM totp_used WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: InsertPasskey :exec
INSERT INTO passkey (practice_id, passkey_id, user_id, name, credential_hash, credential, created_at)
VALUES (@practice_id, @passkey_id, @user_id, @name, @credential_hash, @credential, @created_at);

-- name: ListPasskeys :many
SELECT passkey_id, name, credential, created_at, used_at
FROM passkey WHERE practice_id = @practice_id AND user_id = @user_id
ORDER BY created_at, passkey_id LIMIT 50;

-- name: UsePasskey :execrows
UPDATE passkey SET credential = @credential, used_at = @used_at
WHERE practice_id = @practice_id AND user_id = @user_id AND credential_hash = @credential_hash;

-- name: DeletePasskey :execrows
DELETE FROM passkey WHERE practice_id = @practice_id AND user_id = @user_id AND passkey_id = @passkey_id;

-- name: DeletePasskeys :exec
DELETE FROM passkey WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: CompleteCeremony :exec
INSERT INTO webauthn_ceremony (ceremony_hash, expires_at) VALUES (@ceremony_hash, @expires_at);

-- name: SweepCeremonies :exec
DELETE FROM webauthn_ceremony WHERE expires_at < @before;

-- name: InsertRecoveryCode :exec
INSERT INTO recovery_code (practice_id, user_id, code_hash, created_at)
VALUES (@practice_id, @user_id, @code_hash, @created_at);

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_code WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: UseRecoveryCode :execrows
UPDATE recovery_code SET used_at = @used_at
WHERE practice_id = @practice_id AND user_id = @user_id AND code_hash = @code_hash AND used_at IS NULL;

-- name: CountRecoveryCodes :one
SELECT count(*) FROM recovery_code WHERE practice_id = @practice_id AND user_id = @user_id AND used_at IS NULL;

-- name: PutInvitation :exec
INSERT INTO invitation (practice_id, user_id, token_hash, created_at, created_by, expires_at)
VALUES (@practice_id, @user_id, @token_hash, @created_at, @created_by, @expires_at)
ON CONFLICT (practice_id, user_id) DO UPDATE SET
    token_hash = excluded.token_hash, created_at = excluded.created_at,
    created_by = excluded.created_by, expires_at = excluded.expires_at;

-- name: GetInvitation :one
SELECT i.user_id, i.expires_at, s.name, s.email, s.active, p.name AS practice_name
FROM invitation i
JOIN staff s ON s.practice_id = i.practice_id AND s.user_id = i.user_id
JOIN practice p ON p.practice_id = i.practice_id
WHERE i.practice_id = @practice_id AND i.token_hash = @token_hash;

-- name: DeleteInvitation :execrows
DELETE FROM invitation WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: ListAccess :many
SELECT s.user_id, COALESCE(a.password_hash, '') AS password_hash, a.totp_at,
    (SELECT count(*) FROM passkey k WHERE k.practice_id = s.practice_id AND k.user_id = s.user_id) AS passkeys,
    i.expires_at AS invited_until
FROM staff s
LEFT JOIN account a ON a.practice_id = s.practice_id AND a.user_id = s.user_id
LEFT JOIN invitation i ON i.practice_id = s.practice_id AND i.user_id = s.user_id
WHERE s.practice_id = @practice_id
ORDER BY s.user_id LIMIT 2000;

-- name: InsertSession :exec
INSERT INTO session (practice_id, session_id, user_id, token_hash, method, device, address, created_at, seen_at, step_up_at, expires_at)
VALUES (@practice_id, @session_id, @user_id, @token_hash, @method, @device, @address, @created_at, @seen_at, @step_up_at, @expires_at);

-- name: LoadSession :one
SELECT s.session_id, s.user_id, s.seen_at, s.step_up_at, s.expires_at, s.address, s.handed,
    u.name, u.roles, u.active, l.zone, p.idle_minutes, p.name AS practice_name, COALESCE(a.single_keys, true) AS single_keys
FROM session s
JOIN staff u ON u.practice_id = s.practice_id AND u.user_id = s.user_id
LEFT JOIN account a ON a.practice_id = s.practice_id AND a.user_id = s.user_id
JOIN location l ON l.practice_id = u.practice_id AND l.location_id = u.location_id
JOIN practice p ON p.practice_id = s.practice_id
WHERE s.practice_id = @practice_id AND s.token_hash = @token_hash;

-- name: TouchSession :exec
UPDATE session SET seen_at = @seen_at, address = @address
WHERE practice_id = @practice_id AND session_id = @session_id AND seen_at < @seen_at;

-- name: RenewSession :execrows
UPDATE session SET token_hash = @token_hash, step_up_at = @step_up_at, seen_at = @seen_at, handed = ''
WHERE practice_id = @practice_id AND session_id = @session_id AND user_id = @user_id;

-- name: HandSession :execrows
UPDATE session SET token_hash = @token_hash, handed = @handed, seen_at = @seen_at
WHERE practice_id = @practice_id AND session_id = @session_id AND user_id = @user_id AND handed = '';

-- name: ListSessions :many
SELECT session_id, method, device, address, created_at, seen_at, expires_at
FROM session WHERE practice_id = @practice_id AND user_id = @user_id AND expires_at > @now AND seen_at > @idle_since
ORDER BY seen_at DESC, session_id LIMIT 100;

-- name: DeleteSession :execrows
DELETE FROM session WHERE practice_id = @practice_id AND user_id = @user_id AND session_id = @session_id;

-- name: DeleteOtherSessions :execrows
DELETE FROM session WHERE practice_id = @practice_id AND user_id = @user_id AND session_id <> @keep_session_id;

-- name: DeleteSessions :execrows
DELETE FROM session WHERE practice_id = @practice_id AND user_id = @user_id;

-- name: SweepSessions :exec
DELETE FROM session WHERE practice_id = @practice_id AND (expires_at < @now OR seen_at < @idle_since);

-- name: GetThrottle :one
SELECT failures, last_at FROM sign_in_throttle WHERE throttle_key = @throttle_key;

-- name: InsertThrottle :execrows
INSERT INTO sign_in_throttle (throttle_key, failures, last_at) VALUES (@throttle_key, @failures, @last_at)
ON CONFLICT (throttle_key) DO NOTHING;

-- name: UpdateThrottle :execrows
UPDATE sign_in_throttle SET failures = @failures, last_at = @last_at
WHERE throttle_key = @throttle_key AND failures = @was_failures AND last_at = @was_last_at;

-- name: DeleteThrottle :exec
DELETE FROM sign_in_throttle WHERE throttle_key = @throttle_key;

-- name: RefundThrottle :exec
UPDATE sign_in_throttle SET failures = failures - 1 WHERE throttle_key = @throttle_key AND failures > 0;

-- name: SweepThrottle :exec
DELETE FROM sign_in_throttle WHERE last_at < @before;

-- name: PutSetupCode :exec
INSERT INTO setup_code (code_hash, created_at) VALUES (@code_hash, @created_at);

-- name: GetSetupCode :one
SELECT code_hash FROM setup_code WHERE code_hash = @code_hash;

-- name: DeleteSetupCodes :exec
DELETE FROM setup_code;
