-- +goose Up

-- room: audit
CREATE TABLE audit_entry (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    audit_id uuid NOT NULL,
    at timestamptz NOT NULL,
    user_id uuid,
    actor text NOT NULL,
    address text NOT NULL DEFAULT '',
    action text NOT NULL,
    patient_id uuid,
    kind text NOT NULL DEFAULT '',
    subject text NOT NULL DEFAULT '',
    detail text NOT NULL DEFAULT '',
    salt text NOT NULL,
    leaf text NOT NULL,
    PRIMARY KEY (practice_id, audit_id)
);

CREATE INDEX audit_entry_at ON audit_entry (practice_id, at, audit_id);

CREATE INDEX audit_entry_patient ON audit_entry (practice_id, patient_id, at, audit_id);

CREATE INDEX audit_entry_user ON audit_entry (practice_id, user_id, at, audit_id);

-- An entry waits here until the sealer has put it under a seal.
-- room: audit
CREATE TABLE audit_pending (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    audit_id uuid NOT NULL,
    PRIMARY KEY (practice_id, audit_id)
);

-- room: audit
CREATE TABLE audit_seal (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    entries bigint NOT NULL,
    root text NOT NULL,
    previous text NOT NULL,
    mac text NOT NULL,
    PRIMARY KEY (practice_id, seq)
);

-- Which entries a seal covers, and in which order.
-- room: audit
CREATE TABLE audit_sealed (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    seq bigint NOT NULL,
    position bigint NOT NULL,
    audit_id uuid NOT NULL,
    PRIMARY KEY (practice_id, seq, position),
    FOREIGN KEY (practice_id, seq) REFERENCES audit_seal(practice_id, seq),
    FOREIGN KEY (practice_id, audit_id) REFERENCES audit_entry(practice_id, audit_id)
);

CREATE UNIQUE INDEX audit_sealed_entry ON audit_sealed (practice_id, audit_id);
