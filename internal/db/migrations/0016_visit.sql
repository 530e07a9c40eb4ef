-- +goose Up

-- untreated is true once a signed note says that the visit ended without
-- treatment: it is completed, and uses up nothing of a prescription.
-- room: visit
CREATE TABLE visit (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    visit_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    referral_id uuid,
    user_id uuid NOT NULL,
    location_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    planned_minutes bigint NOT NULL,
    service_date date NOT NULL,
    state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    untreated boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, visit_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id),
    FOREIGN KEY (practice_id, location_id) REFERENCES location(practice_id, location_id)
);

CREATE INDEX visit_day ON visit (practice_id, service_date, starts_at, visit_id);

CREATE INDEX visit_therapist ON visit (practice_id, user_id, service_date, starts_at, visit_id);

CREATE INDEX visit_patient ON visit (practice_id, patient_id, starts_at, visit_id);

-- Counting what is used of a prescription reads this index alone.
CREATE INDEX visit_referral ON visit (practice_id, referral_id, state, untreated, starts_at, service_date, planned_minutes, visit_id);

CREATE INDEX visit_state ON visit (practice_id, state, service_date, visit_id);

-- How a visit came to the state it is in: the first row is its planning.
-- room: visit
CREATE TABLE visit_change (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    visit_id uuid NOT NULL,
    seq bigint NOT NULL,
    action text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    reason text NOT NULL DEFAULT '',
    changed_by uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, visit_id, seq),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id)
);

-- Five minutes of somebody's or something's time. The primary key is what
-- makes a double booking impossible; cell counts five-minute steps since
-- 1970-01-01 00:00 UTC.
-- room: visit
CREATE TABLE visit_cell (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    kind text NOT NULL,
    resource text NOT NULL,
    cell bigint NOT NULL,
    visit_id uuid NOT NULL,
    PRIMARY KEY (practice_id, kind, resource, cell),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id)
);

CREATE INDEX visit_cell_visit ON visit_cell (practice_id, visit_id, cell);

-- A note being written. What is signed becomes a document; the draft is then
-- closed and names it. run_base is the version at which the present editor's
-- uninterrupted run of saves began: a save that builds on any version since
-- then has seen everything others wrote.
-- room: visit
CREATE TABLE note (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    note_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    user_id uuid NOT NULL,
    state text NOT NULL,
    body text NOT NULL,
    editor text NOT NULL DEFAULT '',
    editor_revision bigint NOT NULL DEFAULT 0,
    run_base bigint NOT NULL DEFAULT 0,
    replays bigint NOT NULL DEFAULT 0,
    document_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, note_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id),
    FOREIGN KEY (practice_id, document_id) REFERENCES document(practice_id, document_id)
);

-- One open draft a visit.
CREATE UNIQUE INDEX note_open ON note (practice_id, visit_id) WHERE state = 'open';

CREATE INDEX note_visit ON note (practice_id, visit_id, note_id);

-- Which visit a signed note belongs to and whether it still counts. The
-- document itself never changes; this is where lists find it. It is 'valid'
-- until a retraction says that it was entered in error.
-- room: visit
CREATE TABLE signed_note (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    document_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    user_id uuid NOT NULL,
    service_date date NOT NULL,
    signed_at timestamptz NOT NULL,
    state text NOT NULL,
    retraction_document_id uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, document_id),
    FOREIGN KEY (practice_id, document_id) REFERENCES document(practice_id, document_id),
    FOREIGN KEY (practice_id, retraction_document_id) REFERENCES document(practice_id, document_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE UNIQUE INDEX signed_note_valid ON signed_note (practice_id, visit_id) WHERE state = 'valid';

CREATE INDEX signed_note_patient ON signed_note (practice_id, patient_id, service_date, signed_at, document_id);

CREATE INDEX signed_note_visit ON signed_note (practice_id, visit_id, document_id);

-- Words that somebody writes often, put into a note by a dot and their name.
-- Shared ones may be used by everybody, and are changed only by whose they are.
-- room: visit
CREATE TABLE phrase (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    user_id uuid NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    shared boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, user_id, name),
    FOREIGN KEY (practice_id, user_id) REFERENCES staff(practice_id, user_id)
);

CREATE INDEX phrase_shared ON phrase (practice_id, shared, name, user_id);
