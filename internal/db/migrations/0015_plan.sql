-- +goose Up

-- A plan of care. Each revision is a row of its own; course_plan_id is the
-- first row of the course. active_patient_id and draft_patient_id repeat the
-- patient while the row is in force or a draft, and are NULL otherwise: so the
-- database allows a patient one of each.
-- room: plan
CREATE TABLE plan (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    plan_id uuid NOT NULL,
    course_plan_id uuid NOT NULL,
    revision bigint NOT NULL,
    patient_id uuid NOT NULL,
    active_patient_id uuid,
    draft_patient_id uuid,
    referral_id uuid,
    user_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'active', 'revised', 'closed', 'discarded')),
    starts_on date NOT NULL,
    per_week bigint NOT NULL DEFAULT 0,
    weeks bigint NOT NULL DEFAULT 0,
    visits bigint NOT NULL DEFAULT 0,
    reassess_on date,
    problem text NOT NULL DEFAULT '',
    revision_reason text NOT NULL DEFAULT '',
    gentle text NOT NULL DEFAULT '',
    gentle_version text NOT NULL DEFAULT '',
    activated_at timestamptz,
    ended_at timestamptz,
    ended_by uuid,
    close_reason text NOT NULL DEFAULT '',
    close_note text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, plan_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE INDEX plan_patient ON plan (practice_id, patient_id, created_at, plan_id);

CREATE UNIQUE INDEX plan_active ON plan (practice_id, active_patient_id);

CREATE UNIQUE INDEX plan_draft ON plan (practice_id, draft_patient_id);

-- A goal of one revision. origin_goal_id is the goal's row in the revision
-- that first had it.
-- room: plan
CREATE TABLE goal (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    goal_id uuid NOT NULL,
    origin_goal_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    position bigint NOT NULL,
    statement text NOT NULL,
    text text NOT NULL,
    measure text NOT NULL,
    unit text NOT NULL DEFAULT '',
    baseline double precision NOT NULL,
    baseline_on date NOT NULL,
    target double precision NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'met', 'partly', 'dropped')),
    state_reason text NOT NULL DEFAULT '',
    state_at timestamptz,
    state_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, goal_id),
    FOREIGN KEY (practice_id, plan_id) REFERENCES plan(practice_id, plan_id)
);

CREATE UNIQUE INDEX goal_position ON goal (practice_id, plan_id, position);

-- What is to be done: a technique in regions (zones or body sites, between
-- spaces) for minutes at a pressure of 1 to 5. reason says why it goes beyond
-- what is advised for a condition treated gently.
-- room: plan
CREATE TABLE plan_intervention (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    plan_id uuid NOT NULL,
    position bigint NOT NULL,
    technique text NOT NULL,
    regions text NOT NULL,
    minutes_low bigint NOT NULL,
    minutes_high bigint NOT NULL,
    pressure bigint NOT NULL CHECK (pressure BETWEEN 1 AND 5),
    frequency text NOT NULL DEFAULT '',
    body_position text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, plan_id, position),
    FOREIGN KEY (practice_id, plan_id) REFERENCES plan(practice_id, plan_id)
);

-- What the patient does at home.
-- room: plan
CREATE TABLE plan_home_care (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    plan_id uuid NOT NULL,
    position bigint NOT NULL,
    what text NOT NULL,
    how_often text NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, plan_id, position),
    FOREIGN KEY (practice_id, plan_id) REFERENCES plan(practice_id, plan_id)
);
