-- +goose Up

-- Each row is one signed document about one consent text: given, declined or
-- withdrawn. The newest row of a text says how things stand; rows never change.
-- room: consent
CREATE TABLE consent (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    consent_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    kind text NOT NULL,
    action text NOT NULL CHECK (action IN ('given', 'declined', 'withdrawn')),
    text_key text NOT NULL,
    text_lang text NOT NULL,
    text_version text NOT NULL,
    text_hash text NOT NULL,
    signer_name text NOT NULL,
    relation text NOT NULL,
    identity text NOT NULL DEFAULT '',
    ends_on date,
    method text NOT NULL CHECK (method IN ('drawn', 'typed', 'spoken')),
    note text NOT NULL DEFAULT '',
    signed_at timestamptz NOT NULL,
    witnessed_by uuid NOT NULL,
    document_id uuid NOT NULL,
    PRIMARY KEY (practice_id, consent_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, witnessed_by) REFERENCES staff(practice_id, user_id),
    FOREIGN KEY (practice_id, document_id) REFERENCES document(practice_id, document_id)
);

CREATE INDEX consent_patient ON consent (practice_id, patient_id, text_key, signed_at, consent_id);

-- What the patient said about a chaperone on a day, or who was in the room. The
-- newest row of a day counts; rows never change.
-- room: consent
CREATE TABLE consent_chaperone (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    on_date date NOT NULL,
    said_at timestamptz NOT NULL,
    answer text NOT NULL CHECK (answer IN ('wished', 'declined', 'present')),
    name text NOT NULL DEFAULT '',
    recorded_by uuid NOT NULL,
    PRIMARY KEY (practice_id, patient_id, on_date, said_at),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, recorded_by) REFERENCES staff(practice_id, user_id)
);

-- One submission of the intake form. Answers are JSON text in the format named
-- beside them; the columns repeat what is asked for across patients.
-- room: intake
CREATE TABLE intake (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    intake_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    previous_intake_id uuid,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'complete', 'discarded')),
    format text NOT NULL,
    answers text NOT NULL,
    reason text NOT NULL DEFAULT '',
    mechanism text NOT NULL DEFAULT '',
    onset_date date,
    pressure text NOT NULL DEFAULT '',
    chaperone boolean,
    started_at timestamptz NOT NULL,
    started_by uuid,
    saved_at timestamptz NOT NULL,
    saved_by uuid,
    completed_at timestamptz,
    completed_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, intake_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, previous_intake_id) REFERENCES intake(practice_id, intake_id)
);

CREATE INDEX intake_patient ON intake (practice_id, patient_id, started_at, intake_id);

-- Two people must not fill in two drafts for one patient.
CREATE UNIQUE INDEX intake_draft ON intake (practice_id, patient_id) WHERE status = 'draft';
