-- +goose Up

-- What a patient named as hard to do; the words stay, so that ratings of
-- different days are about the same thing.
-- room: outcome
CREATE TABLE outcome_activity (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    activity_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    position bigint NOT NULL,
    activity text NOT NULL,
    ended_at timestamptz,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, activity_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE INDEX outcome_activity_patient ON outcome_activity (practice_id, patient_id, position, activity_id);

-- One filled-in instrument. Only its state changes: entered in error.
-- room: outcome
CREATE TABLE score (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    score_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    visit_id uuid,
    instrument text NOT NULL,
    instrument_version text NOT NULL,
    on_date date NOT NULL,
    responses text NOT NULL,
    result double precision NOT NULL,
    state text NOT NULL CHECK (state IN ('valid', 'error')),
    error_reason text NOT NULL DEFAULT '',
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, score_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id)
);

CREATE INDEX score_series ON score (practice_id, patient_id, instrument, on_date, created_at, score_id);

CREATE INDEX score_day ON score (practice_id, patient_id, on_date, created_at, score_id);

-- An answer that must reach a clinician. It holds its own copy of the answers,
-- because a form may be too incomplete for a score; score_id is then NULL. answer
-- is NULL where the question was left out. Only the state changes, once.
-- room: outcome
CREATE TABLE safety_task (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    task_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    score_id uuid,
    instrument text NOT NULL,
    instrument_version text NOT NULL,
    item text NOT NULL,
    answer double precision,
    responses text NOT NULL,
    on_date date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'acknowledged')),
    raised_by uuid NOT NULL,
    raised_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, task_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, score_id) REFERENCES score(practice_id, score_id)
);

CREATE INDEX safety_task_state ON safety_task (practice_id, state, raised_at, task_id);

CREATE INDEX safety_task_patient ON safety_task (practice_id, patient_id, raised_at, task_id);

-- What a clinician did about a safety task. Never changed.
-- room: outcome
CREATE TABLE safety_acknowledgement (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    task_id uuid NOT NULL,
    done text NOT NULL,
    acknowledged_by uuid NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, task_id),
    FOREIGN KEY (practice_id, task_id) REFERENCES safety_task(practice_id, task_id)
);
