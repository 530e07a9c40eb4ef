-- +goose Up

-- What a person proves who they are with. An empty password_hash means that
-- there is no password: the person signs in with a passkey.
-- room: authn
CREATE TABLE account (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    user_id uuid NOT NULL,
    password_hash text NOT NULL DEFAULT '',
    password_at timestamptz,
    totp_secret bytea,
    totp_at timestamptz,
    -- Whether single letters are shortcuts for this person (WCAG 2.1.4).
    single_keys boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, user_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

-- The last time step for which an authenticator code was taken: no code works twice.
-- room: authn
CREATE TABLE totp_used (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    user_id uuid NOT NULL,
    last_step bigint NOT NULL,
    PRIMARY KEY (practice_id, user_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

-- room: authn
CREATE TABLE passkey (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    passkey_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    credential_hash text NOT NULL,
    credential text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (practice_id, passkey_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE UNIQUE INDEX passkey_credential ON passkey (practice_id, credential_hash);

CREATE INDEX passkey_of_user ON passkey (practice_id, user_id, passkey_id);

-- room: authn
CREATE TABLE recovery_code (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    user_id uuid NOT NULL,
    code_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (practice_id, user_id, code_hash),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

-- One open invitation a person; a new one replaces it.
-- room: authn
CREATE TABLE invitation (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    user_id uuid NOT NULL,
    token_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, user_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE UNIQUE INDEX invitation_token ON invitation (practice_id, token_hash);

-- handed is the page that a session is confined to while its device is with a patient.
-- room: authn
CREATE TABLE session (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash text NOT NULL,
    method text NOT NULL,
    device text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    step_up_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    handed text NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, session_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE UNIQUE INDEX session_token ON session (practice_id, token_hash);

CREATE INDEX session_of_user ON session (practice_id, user_id, session_id);

CREATE INDEX session_expiry ON session (practice_id, expires_at, session_id);

-- The three tables below belong to the installation and not to a practice: they
-- are used before it is known who asks. They hold keyed hashes, no names.

-- Failed sign-ins of an account, an address or a known device.
-- room: authn
CREATE TABLE sign_in_throttle (
    throttle_key text NOT NULL PRIMARY KEY,
    failures bigint NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE INDEX sign_in_throttle_age ON sign_in_throttle (last_at, throttle_key);

-- Passkey ceremonies that were completed, so that none can be completed twice.
-- room: authn
CREATE TABLE webauthn_ceremony (
    ceremony_hash text NOT NULL PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX webauthn_ceremony_age ON webauthn_ceremony (expires_at, ceremony_hash);

-- The code that the program prints when there is no practice yet; one row at most.
-- room: authn
CREATE TABLE setup_code (
    code_hash text NOT NULL PRIMARY KEY,
    created_at timestamptz NOT NULL
);
