-- +goose Up

-- A progress report to whoever wrote the prescription. While it is a draft the
-- row holds what the therapist decides; the facts are read anew at each look.
-- Signing freezes both in a document. draft_referral_id repeats the referral
-- while the row is a draft and is NULL otherwise: one draft a referral.
-- room: report
CREATE TABLE report (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    report_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    draft_referral_id uuid,
    state text NOT NULL CHECK (state IN ('draft', 'signed', 'discarded')),
    on_date date NOT NULL,
    recommendation text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    visits bigint NOT NULL DEFAULT 0,
    per_week bigint NOT NULL DEFAULT 0,
    weeks bigint NOT NULL DEFAULT 0,
    summary text NOT NULL DEFAULT '',
    request text NOT NULL DEFAULT '',
    document_id uuid,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    signed_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, report_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, created_by) REFERENCES staff(practice_id, user_id),
    FOREIGN KEY (practice_id, document_id) REFERENCES document(practice_id, document_id)
);

CREATE UNIQUE INDEX report_draft ON report (practice_id, draft_referral_id);

CREATE INDEX report_patient ON report (practice_id, patient_id, created_at, report_id);

CREATE INDEX report_referral ON report (practice_id, referral_id, state, on_date, report_id);
