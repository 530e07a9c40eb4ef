-- +goose Up

-- Who else treats a patient. share is what the patient allowed us to tell them
-- ('' means nobody asked), share_on the day they said so.
-- room: careteam
CREATE TABLE care_provider (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    provider_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    name text NOT NULL,
    discipline text NOT NULL,
    organisation text NOT NULL DEFAULT '',
    npi text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    fax text NOT NULL DEFAULT '',
    from_on date,
    to_on date,
    share text NOT NULL DEFAULT '' CHECK (share IN ('', 'yes', 'no')),
    share_on date,
    share_ref text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    -- Entered in error: kept, and shown nowhere but in the list of what ended.
    mistaken boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, provider_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE INDEX care_provider_patient ON care_provider (practice_id, patient_id, provider_id);
