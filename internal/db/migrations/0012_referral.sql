-- +goose Up

-- Who may order care. used_at is when they last referred somebody, or were
-- entered. A duplicate that was merged keeps its row and names the one that
-- stands for it. The keys are folded names (textkey) for searching and sorting.
-- room: referral
CREATE TABLE prescriber (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    prescriber_id uuid NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    credential text NOT NULL DEFAULT '',
    npi text NOT NULL,
    taxonomy text NOT NULL DEFAULT '',
    organisation text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    fax text NOT NULL DEFAULT '',
    address_line text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true,
    family_key text NOT NULL,
    given_key text NOT NULL,
    organisation_key text NOT NULL DEFAULT '',
    sort_key text NOT NULL,
    used_at timestamptz NOT NULL,
    merged_into_prescriber_id uuid,
    created_at timestamptz NOT NULL,
    created_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, prescriber_id),
    FOREIGN KEY (practice_id, merged_into_prescriber_id) REFERENCES prescriber(practice_id, prescriber_id)
);

CREATE UNIQUE INDEX prescriber_npi ON prescriber (practice_id, npi);

CREATE INDEX prescriber_sort ON prescriber (practice_id, sort_key, prescriber_id);

CREATE INDEX prescriber_used ON prescriber (practice_id, used_at, prescriber_id);

-- One row for each version of a directory entry: what it said (JSON text), who
-- wrote it, and why. Never updated or deleted.
-- room: referral
CREATE TABLE prescriber_version (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    prescriber_id uuid NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    reason text NOT NULL DEFAULT '',
    written_at timestamptz NOT NULL,
    written_by uuid,
    PRIMARY KEY (practice_id, prescriber_id, version),
    FOREIGN KEY (practice_id, prescriber_id) REFERENCES prescriber(practice_id, prescriber_id)
);

-- A prescription. state is draft, active or closed; exhausted and expired are
-- derived from the visits and the day and are never stored. A draft may lack
-- its prescriber and its date. A renewal names the prescription it replaces.
-- room: referral
CREATE TABLE referral (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    referral_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    prescriber_id uuid,
    state text NOT NULL CHECK (state IN ('draft', 'active', 'closed')),
    per_week bigint NOT NULL DEFAULT 0,
    weeks bigint NOT NULL DEFAULT 0,
    visits_ordered bigint NOT NULL DEFAULT 0,
    minutes bigint NOT NULL DEFAULT 0,
    techniques text NOT NULL DEFAULT '',
    regions text NOT NULL DEFAULT '',
    written_on date,
    starts_on date,
    ends_on date,
    signature_seen boolean NOT NULL DEFAULT false,
    precautions text NOT NULL DEFAULT '',
    payer_kind text NOT NULL DEFAULT '',
    accident_kind text NOT NULL DEFAULT '',
    accident_on date,
    accident_state text NOT NULL DEFAULT '',
    external_number text NOT NULL DEFAULT '',
    activated_at timestamptz,
    activated_by uuid,
    closed_at timestamptz,
    closed_by uuid,
    close_reason text NOT NULL DEFAULT '',
    close_note text NOT NULL DEFAULT '',
    replaces_referral_id uuid,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, referral_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, replaces_referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, prescriber_id) REFERENCES prescriber(practice_id, prescriber_id)
);

CREATE INDEX referral_patient ON referral (practice_id, patient_id, referral_id);

CREATE INDEX referral_prescriber ON referral (practice_id, prescriber_id, referral_id);

CREATE INDEX referral_replaces ON referral (practice_id, replaces_referral_id, referral_id);

CREATE INDEX referral_state_ends ON referral (practice_id, state, ends_on, referral_id);

-- The prescriber's diagnoses in the prescriber's order. warning says what the
-- code list could not settle when the row was written; list names that list.
-- room: referral
CREATE TABLE referral_diagnosis (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    diagnosis_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    position bigint NOT NULL,
    code text NOT NULL,
    description text NOT NULL DEFAULT '',
    side text NOT NULL DEFAULT '',
    warning text NOT NULL DEFAULT '',
    list text NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, diagnosis_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id)
);

CREATE UNIQUE INDEX referral_diagnosis_code ON referral_diagnosis (practice_id, referral_id, code);

-- What a payer was asked for or allows under a referral. NULL visits or units:
-- no such limit. Only what is approved and not withdrawn counts.
-- room: referral
CREATE TABLE referral_authorisation (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    authorisation_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    payer_name text NOT NULL,
    number text NOT NULL,
    visits bigint,
    units bigint,
    from_on date NOT NULL,
    to_on date,
    codes text NOT NULL DEFAULT '',
    diagnoses text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'approved' CHECK (state IN ('requested', 'approved', 'denied')),
    note text NOT NULL DEFAULT '',
    withdrawn boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    created_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, authorisation_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id)
);

CREATE UNIQUE INDEX referral_authorisation_number ON referral_authorisation (practice_id, referral_id, number);

-- Uploaded prescriptions, and payers' letters where an authorisation is named.
-- referral_id is NULL while the upload waits for its referral to be registered;
-- patient_id too, while it is not known yet whose it is.
-- room: referral
CREATE TABLE referral_scan (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    blob_id uuid NOT NULL,
    patient_id uuid,
    referral_id uuid,
    authorisation_id uuid,
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    uploaded_at timestamptz NOT NULL,
    uploaded_by uuid,
    discarded_at timestamptz,
    PRIMARY KEY (practice_id, blob_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, authorisation_id) REFERENCES referral_authorisation(practice_id, authorisation_id)
);

CREATE INDEX referral_scan_patient ON referral_scan (practice_id, patient_id, blob_id);

-- One row for each version of a referral that was ever in force: what it said
-- (JSON text), who wrote it, and why it was changed. Never updated or deleted.
-- room: referral
CREATE TABLE referral_version (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    referral_id uuid NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    reason text NOT NULL DEFAULT '',
    written_at timestamptz NOT NULL,
    written_by uuid,
    PRIMARY KEY (practice_id, referral_id, version),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id)
);
