-- +goose Up

-- Signed documents. There is no statement that changes or removes a row: what
-- must be put right later is a further document that refers to this one.
-- room: document
CREATE TABLE document (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    document_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL DEFAULT '',
    subject text NOT NULL DEFAULT '',
    refers_document_id uuid,
    service_date date,
    format text NOT NULL,
    body text NOT NULL,
    signed_by uuid,
    signer_name text NOT NULL,
    signer_credential text NOT NULL DEFAULT '',
    signer_license text NOT NULL DEFAULT '',
    signed_at timestamptz NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    mac text NOT NULL,
    PRIMARY KEY (practice_id, document_id),
    FOREIGN KEY (practice_id, refers_document_id) REFERENCES document(practice_id, document_id),
    FOREIGN KEY (practice_id, signed_by) REFERENCES staff(practice_id, user_id)
);

CREATE UNIQUE INDEX document_chain ON document (practice_id, patient_id, seq);

CREATE INDEX document_subject ON document (practice_id, subject, document_id);

CREATE INDEX document_refers ON document (practice_id, refers_document_id, document_id);
