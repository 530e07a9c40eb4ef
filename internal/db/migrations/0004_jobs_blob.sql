-- +goose Up

-- Work to be done outside of the transaction that asked for it. A row with a
-- unique key stays after the work is done, so that the key keeps its meaning.
-- room: jobs
CREATE TABLE job (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    job_id uuid NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    unique_key text,
    state text NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    max_attempts bigint NOT NULL,
    run_at timestamptz NOT NULL,
    lease_token text NOT NULL DEFAULT '',
    lease_until timestamptz,
    last_error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (practice_id, job_id)
);

CREATE UNIQUE INDEX job_unique ON job (practice_id, kind, unique_key);

CREATE INDEX job_due ON job (practice_id, state, run_at, job_id);

-- A file, sealed: the bytes are encrypted and every other column is bound to
-- them as additional data.
-- room: blob
CREATE TABLE blob (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    blob_id uuid NOT NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    sealed bytea NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, blob_id)
);
