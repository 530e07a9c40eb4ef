-- +goose Up

-- An evaluation or a re-evaluation. A completed one is never changed: it is
-- corrected by another, or marked as entered in error. regions are region
-- keys between spaces; norms_version names the norms it was read against.
-- room: assessment
CREATE TABLE assessment (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    assessment_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    referral_id uuid,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('evaluation', 'reevaluation')),
    state text NOT NULL CHECK (state IN ('draft', 'completed', 'error')),
    on_date date NOT NULL,
    regions text NOT NULL DEFAULT '',
    norms_version text NOT NULL DEFAULT '',
    completed_at timestamptz,
    error_reason text NOT NULL DEFAULT '',
    error_at timestamptz,
    error_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, assessment_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE INDEX assessment_patient ON assessment (practice_id, patient_id, on_date, created_at, assessment_id);

-- One thing found. subject is a motion, a body site, a muscle group, a test or
-- the id of a finding; aspect tells apart what is read of it (now, best, worst;
-- active, passive; tone, tenderness). side is the patient's own. flags are
-- words between spaces. rater_user_id is who measured, where it was not the
-- therapist of the assessment.
-- room: assessment
CREATE TABLE finding (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    finding_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pain', 'rom', 'palpation', 'posture', 'gait', 'strength', 'test', 'note')),
    subject text NOT NULL,
    aspect text NOT NULL DEFAULT '',
    side text NOT NULL DEFAULT '' CHECK (side IN ('', 'L', 'R')),
    value double precision,
    text text NOT NULL DEFAULT '',
    flags text NOT NULL DEFAULT '',
    device text NOT NULL DEFAULT '',
    rater_user_id uuid,
    PRIMARY KEY (practice_id, finding_id),
    FOREIGN KEY (practice_id, assessment_id) REFERENCES assessment(practice_id, assessment_id),
    FOREIGN KEY (practice_id, rater_user_id) REFERENCES staff(practice_id, user_id)
);

CREATE UNIQUE INDEX finding_subject ON finding (practice_id, assessment_id, kind, subject, aspect, side);
