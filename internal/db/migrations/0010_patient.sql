-- +goose Up

-- The last record number given out; one row per practice.
-- room: patient
CREATE TABLE patient_counter (
    practice_id uuid NOT NULL PRIMARY KEY REFERENCES practice(practice_id),
    last_number bigint NOT NULL
);

-- room: patient
CREATE TABLE patient (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    number text NOT NULL,
    first_name text NOT NULL,
    middle_name text NOT NULL DEFAULT '',
    last_name text NOT NULL,
    preferred_name text NOT NULL DEFAULT '',
    name text NOT NULL,
    name_sort text NOT NULL,
    birth_date date NOT NULL,
    sex text NOT NULL CHECK (sex IN ('female', 'male', 'unknown')),
    gender_identity text NOT NULL DEFAULT '',
    pronouns text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    other_phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    address_line text NOT NULL DEFAULT '',
    address_line2 text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT '',
    interpreter boolean NOT NULL DEFAULT false,
    emergency_name text NOT NULL DEFAULT '',
    emergency_relation text NOT NULL DEFAULT '',
    emergency_phone text NOT NULL DEFAULT '',
    guardian_name text NOT NULL DEFAULT '',
    guardian_relation text NOT NULL DEFAULT '',
    guardian_phone text NOT NULL DEFAULT '',
    desk_note text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived', 'merged')),
    merged_into_patient_id uuid,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, patient_id),
    FOREIGN KEY (practice_id, merged_into_patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE UNIQUE INDEX patient_number ON patient (practice_id, number);

CREATE INDEX patient_list ON patient (practice_id, status, name_sort, patient_id);

CREATE INDEX patient_merged_into ON patient (practice_id, merged_into_patient_id, number, patient_id);

-- What a patient is found by: words of the names, birth date, telephone digits,
-- record number, each folded by textkey.Search.
-- room: patient
CREATE TABLE patient_search (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    term text NOT NULL,
    patient_id uuid NOT NULL,
    PRIMARY KEY (practice_id, term, patient_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE UNIQUE INDEX patient_search_patient ON patient_search (practice_id, patient_id, term);

-- One row per merge; an undone merge keeps its row.
-- room: patient
CREATE TABLE patient_merge (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    nth bigint NOT NULL,
    into_patient_id uuid NOT NULL,
    status_before text NOT NULL,
    reason text NOT NULL,
    merged_at timestamptz NOT NULL,
    merged_by uuid,
    undone_at timestamptz,
    undone_by uuid,
    undone_reason text NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, patient_id, nth),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, into_patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE INDEX patient_merge_into ON patient_merge (practice_id, into_patient_id, merged_at, patient_id, nth);

-- Whether somebody asked. "none" is an answer and not the absence of rows.
-- room: patient
CREATE TABLE patient_health_answer (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('allergies', 'medicines')),
    answer text NOT NULL CHECK (answer IN ('none', 'listed')),
    answered_at timestamptz NOT NULL,
    answered_by uuid,
    PRIMARY KEY (practice_id, patient_id, kind),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

-- room: patient
CREATE TABLE allergy (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    allergy_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    name text NOT NULL,
    severe boolean NOT NULL DEFAULT false,
    since text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    added_at timestamptz NOT NULL,
    added_by uuid,
    ended_at timestamptz,
    ended_by uuid,
    ended_reason text NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, allergy_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE INDEX allergy_patient ON allergy (practice_id, patient_id, allergy_id);

-- room: patient
CREATE TABLE medication (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    medication_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    name text NOT NULL,
    dose text NOT NULL DEFAULT '',
    since text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    added_at timestamptz NOT NULL,
    added_by uuid,
    ended_at timestamptz,
    ended_by uuid,
    ended_reason text NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, medication_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE INDEX medication_patient ON medication (practice_id, patient_id, medication_id);
