-- +goose Up

-- Who is asked to pay. profile names the payer's kind of rules in the knowledge
-- files; the columns after contract_to replace single rules of it: '' and NULL
-- keep what the profile says, '-' in modifiers is none at all.
-- room: coverage
CREATE TABLE payer (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    payer_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    sort_key text NOT NULL,
    profile text NOT NULL,
    code text NOT NULL DEFAULT '',
    filing text NOT NULL DEFAULT '',
    address_line text NOT NULL DEFAULT '',
    address_line2 text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true,
    contract_from date,
    contract_to date,
    unit_rule text NOT NULL DEFAULT '',
    therapist_payable text NOT NULL DEFAULT '',
    prescription_required text NOT NULL DEFAULT '',
    authorisation text NOT NULL DEFAULT '' CHECK (authorisation IN ('', 'never', 'always', 'after')),
    authorisation_after_visits bigint,
    filing_limit_days bigint,
    visit_unit_cap bigint,
    modifiers text NOT NULL DEFAULT '',
    report_every_visits bigint,
    report_every_days bigint,
    -- Where the replaced rules were learned, and when they were last asked about.
    rules_source text NOT NULL DEFAULT '',
    rules_checked_on date,
    note text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, payer_id)
);

CREATE UNIQUE INDEX payer_name ON payer (practice_id, name_key);

CREATE INDEX payer_sort ON payer (practice_id, sort_key, payer_id);

-- A therapist is known to a payer from one day to another. number is the
-- payer's own number for the therapist, where it gives one.
-- room: coverage
CREATE TABLE payer_enrolment (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    enrolment_id uuid NOT NULL,
    payer_id uuid NOT NULL,
    user_id uuid NOT NULL,
    from_on date NOT NULL,
    to_on date,
    number text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    created_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, enrolment_id),
    FOREIGN KEY (practice_id, payer_id) REFERENCES payer(practice_id, payer_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE INDEX payer_enrolment_payer ON payer_enrolment (practice_id, payer_id, user_id, from_on, enrolment_id);

-- A patient's insurance. Whether it is in force follows from the days and is
-- never stored. referral_id ties the insurance of an injury to its
-- prescription. A subscriber's columns are empty where the chart answers:
-- relation self takes them from the patient.
-- room: coverage
CREATE TABLE coverage (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    coverage_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    payer_id uuid NOT NULL,
    referral_id uuid,
    priority bigint NOT NULL CHECK (priority BETWEEN 1 AND 3),
    member_id text NOT NULL DEFAULT '',
    group_number text NOT NULL DEFAULT '',
    plan_name text NOT NULL DEFAULT '',
    relation text NOT NULL CHECK (relation IN ('self', 'spouse', 'child', 'employee', 'other')),
    subscriber_last_name text NOT NULL DEFAULT '',
    subscriber_first_name text NOT NULL DEFAULT '',
    subscriber_middle_name text NOT NULL DEFAULT '',
    subscriber_birth_date date,
    subscriber_sex text NOT NULL DEFAULT '',
    subscriber_address_line text NOT NULL DEFAULT '',
    subscriber_address_line2 text NOT NULL DEFAULT '',
    subscriber_city text NOT NULL DEFAULT '',
    subscriber_state text NOT NULL DEFAULT '',
    subscriber_postal_code text NOT NULL DEFAULT '',
    subscriber_phone text NOT NULL DEFAULT '',
    employer text NOT NULL DEFAULT '',
    from_on date NOT NULL,
    to_on date,
    share text NOT NULL DEFAULT 'unknown' CHECK (share IN ('unknown', 'none', 'copay', 'percent')),
    copay_cents bigint NOT NULL DEFAULT 0,
    coinsurance_percent bigint NOT NULL DEFAULT 0 CHECK (coinsurance_percent BETWEEN 0 AND 100),
    deductible_note text NOT NULL DEFAULT '',
    benefits_note text NOT NULL DEFAULT '',
    benefits_checked_on date,
    case_number text NOT NULL DEFAULT '',
    adjuster_name text NOT NULL DEFAULT '',
    adjuster_phone text NOT NULL DEFAULT '',
    adjuster_email text NOT NULL DEFAULT '',
    release_signed boolean NOT NULL DEFAULT false,
    benefits_assigned boolean NOT NULL DEFAULT false,
    end_note text NOT NULL DEFAULT '',
    entered_in_error boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, coverage_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, payer_id) REFERENCES payer(practice_id, payer_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id)
);

CREATE INDEX coverage_patient ON coverage (practice_id, patient_id, coverage_id);

CREATE INDEX coverage_payer ON coverage (practice_id, payer_id, coverage_id);

-- Photos of insurance cards. coverage_id is NULL while a photo waits for its
-- form to be complete. The newest of a side is the one shown; earlier ones
-- stay, because the card of an old date of service may be asked for.
-- room: coverage
CREATE TABLE coverage_card (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    blob_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    coverage_id uuid,
    side text NOT NULL CHECK (side IN ('front', 'back')),
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    uploaded_at timestamptz NOT NULL,
    uploaded_by uuid,
    PRIMARY KEY (practice_id, blob_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, coverage_id) REFERENCES coverage(practice_id, coverage_id)
);

CREATE INDEX coverage_card_patient ON coverage_card (practice_id, patient_id, blob_id);
