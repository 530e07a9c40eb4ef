-- +goose Up

-- Licenses and certificates of a member of staff, besides the license that
-- stands with the staff and is printed under signatures.
-- room: credential
CREATE TABLE credential (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    credential_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    issuer text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    number text NOT NULL DEFAULT '',
    issued_on date,
    expires_on date,
    blob_id uuid,
    file_name text NOT NULL DEFAULT '',
    file_type text NOT NULL DEFAULT '',
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, credential_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id)
);

CREATE INDEX credential_user ON credential (practice_id, user_id, credential_id);

-- Continuing education that a board or certifying body asks of the person, as
-- the person read it there on seen_on.
-- room: credential
CREATE TABLE ce_requirement (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    requirement_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    minutes bigint NOT NULL,
    from_on date NOT NULL,
    to_on date NOT NULL,
    source_url text NOT NULL,
    seen_on date NOT NULL,
    note text NOT NULL DEFAULT '',
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, requirement_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE INDEX ce_requirement_user ON ce_requirement (practice_id, user_id, requirement_id);

-- How much of a requirement must be of one subject.
-- room: credential
CREATE TABLE ce_part (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    requirement_id uuid NOT NULL,
    category text NOT NULL,
    minutes bigint NOT NULL,
    PRIMARY KEY (practice_id, requirement_id, category),
    FOREIGN KEY (practice_id, requirement_id) REFERENCES ce_requirement(practice_id, requirement_id)
);

-- Contact hours that were attended, in minutes: quarters of an hour.
-- room: credential
CREATE TABLE ce_training (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    training_id uuid NOT NULL,
    user_id uuid NOT NULL,
    title text NOT NULL,
    provider text NOT NULL,
    approval text NOT NULL DEFAULT '',
    held_on date NOT NULL,
    minutes bigint NOT NULL,
    category text NOT NULL,
    blob_id uuid,
    file_name text NOT NULL DEFAULT '',
    file_type text NOT NULL DEFAULT '',
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, training_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id)
);

CREATE INDEX ce_training_user ON ce_training (practice_id, user_id, held_on, training_id);
