-- +goose Up

-- The safety questions as they were worded, once per edition that was asked. An
-- answer names the edition whose words were on screen.
-- room: screening
CREATE TABLE screening_wording (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    edition text NOT NULL,
    version text NOT NULL,
    questions text NOT NULL,
    first_used_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, edition)
);

-- What a patient has answered today on the way to a screening. It judges
-- nothing: staff take it over when they record the screening.
-- room: screening
CREATE TABLE screening_draft (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    on_date date NOT NULL,
    answers text NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, patient_id, on_date),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

-- One asking of the safety questions. Never changed: asking again is a new row.
-- asked_on and late_reason are set where the questions of on_date were answered
-- only on a later day, and why.
-- room: screening
CREATE TABLE screening (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    screening_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    on_date date NOT NULL,
    asked_on date,
    late_reason text NOT NULL DEFAULT '',
    answers text NOT NULL,
    diagnoses text NOT NULL DEFAULT '',
    medicines text NOT NULL DEFAULT '',
    medicines_asked boolean NOT NULL,
    status text NOT NULL,
    fired text NOT NULL DEFAULT '',
    missing bigint NOT NULL,
    rules_version text NOT NULL,
    questions_version text NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, screening_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, created_by) REFERENCES staff(practice_id, user_id)
);

CREATE INDEX screening_patient ON screening (practice_id, patient_id, on_date, created_at, screening_id);

-- A named clinician's release of a rule; the signed words are a document.
-- room: screening
CREATE TABLE clearance (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    clearance_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    screening_id uuid NOT NULL,
    rule text NOT NULL,
    found_groups text NOT NULL DEFAULT '',
    kind text NOT NULL,
    name text NOT NULL,
    credential text NOT NULL,
    organisation text NOT NULL DEFAULT '',
    given_how text NOT NULL CHECK (given_how IN ('letter', 'phone', 'message', 'person')),
    sites text NOT NULL DEFAULT '',
    max_pressure bigint NOT NULL DEFAULT 0,
    blob_id uuid,
    from_on date NOT NULL,
    until_on date,
    scope text NOT NULL DEFAULT '',
    reason text NOT NULL,
    evidence text NOT NULL,
    document_id uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_reason text NOT NULL DEFAULT '',
    withdrawn_by uuid,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, clearance_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, screening_id) REFERENCES screening(practice_id, screening_id)
);

CREATE INDEX clearance_patient ON clearance (practice_id, patient_id, rule, created_at, clearance_id);

-- How the therapist proceeds under a rule that no clinician has reviewed. It
-- stands while the rule fires for the same findings. Not to treat is decided for
-- one day, names no findings and settles nothing for the next.
-- room: screening
CREATE TABLE screening_decision (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    rule text NOT NULL,
    found_groups text NOT NULL,
    rule_version bigint NOT NULL,
    course text NOT NULL CHECK (course IN ('proceed', 'modify', 'not_today')),
    on_date date NOT NULL,
    decision text NOT NULL,
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, patient_id, rule, rule_version, found_groups, decided_at)
);
