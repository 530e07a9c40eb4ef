-- +goose Up

-- A scan, a fax or the attachment of a message, from its arrival until it is
-- filed or discarded, and after. scan_blob_id is the copy that a filed
-- prescription gave to its referral.
-- room: inbox
CREATE TABLE inbox_paper (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    paper_id uuid NOT NULL,
    blob_id uuid NOT NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    source text NOT NULL CHECK (source IN ('upload', 'folder', 'mail')),
    sender text NOT NULL DEFAULT '',
    subject text NOT NULL DEFAULT '',
    sent_at timestamptz,
    state text NOT NULL CHECK (state IN ('waiting', 'filed', 'discarded')),
    patient_id uuid,
    kind text NOT NULL DEFAULT '',
    scan_blob_id uuid,
    settled_at timestamptz,
    settled_by uuid,
    received_at timestamptz NOT NULL,
    received_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, paper_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

-- The same bytes are kept once.
CREATE UNIQUE INDEX inbox_paper_sha256 ON inbox_paper (practice_id, sha256);

CREATE INDEX inbox_paper_state ON inbox_paper (practice_id, state, paper_id);

CREATE INDEX inbox_paper_patient ON inbox_paper (practice_id, patient_id, paper_id);

CREATE INDEX inbox_paper_settled ON inbox_paper (practice_id, settled_at, paper_id);

-- What was done with a paper, by whom and why. Never updated or deleted.
-- room: inbox
CREATE TABLE inbox_event (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    paper_id uuid NOT NULL,
    version bigint NOT NULL,
    action text NOT NULL,
    patient_id uuid,
    kind text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    done_at timestamptz NOT NULL,
    done_by uuid,
    PRIMARY KEY (practice_id, paper_id, version),
    FOREIGN KEY (practice_id, paper_id) REFERENCES inbox_paper(practice_id, paper_id)
);
