-- +goose Up

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
    from_on date NOT NULL,
    until_on date,
    scope text NOT NULL DEFAULT '',
    reason text NOT NULL,
    evidence text NOT NULL,
    document_id uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_reason text NOT NULL DEFAULT '',
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, clearance_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, screening_id) REFERENCES screening(practice_id, screening_id)
);

CREATE INDEX clearance_patient ON clearance (practice_id, patient_id, rule, created_at, clearance_id);

-- How the therapist proceeds under a rule that no clinician has reviewed. It
-- stands while the rule fires for the same findings.
-- room: screening
CREATE TABLE screening_decision (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    rule text NOT NULL,
    found_groups text NOT NULL,
    rule_version bigint NOT NULL,
    decision text NOT NULL,
    decided_by uuid NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, patient_id, rule, rule_version, found_groups, decided_at)
);
