-- +goose Up

-- room: practice
CREATE TABLE practice (
    practice_id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    npi text NOT NULL DEFAULT '',
    -- Minutes without a request after which a session ends, 5 to 60.
    idle_minutes bigint NOT NULL DEFAULT 15 CHECK (idle_minutes BETWEEN 5 AND 60),
    -- Who asks payers for money: the name the tax office knows ('' is name),
    -- nine digits of an employer's (EI) or a person's (SY) number, and the
    -- addresses. An empty billing address is that of the location.
    legal_name text NOT NULL DEFAULT '',
    tax_id text NOT NULL DEFAULT '',
    tax_id_kind text NOT NULL DEFAULT 'EI' CHECK (tax_id_kind IN ('EI', 'SY')),
    taxonomy text NOT NULL DEFAULT '225700000X',
    accept_assignment boolean NOT NULL DEFAULT true,
    billing_line text NOT NULL DEFAULT '',
    billing_line2 text NOT NULL DEFAULT '',
    billing_city text NOT NULL DEFAULT '',
    billing_state text NOT NULL DEFAULT '',
    billing_postal_code text NOT NULL DEFAULT '',
    pay_to_line text NOT NULL DEFAULT '',
    pay_to_line2 text NOT NULL DEFAULT '',
    pay_to_city text NOT NULL DEFAULT '',
    pay_to_state text NOT NULL DEFAULT '',
    pay_to_postal_code text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1
);

-- room: practice
CREATE TABLE location (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    location_id uuid NOT NULL,
    name text NOT NULL,
    zone text NOT NULL,
    address_line text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    -- Place of service code of claims (CMS list): 11 is an office.
    place_of_service text NOT NULL DEFAULT '11',
    npi text NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, location_id)
);

-- room: practice
CREATE TABLE staff (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    user_id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    credential text NOT NULL DEFAULT '',
    license_number text NOT NULL DEFAULT '',
    license_state text NOT NULL DEFAULT '',
    license_expires date,
    npi text NOT NULL DEFAULT '',
    taxonomy text NOT NULL DEFAULT '225700000X',
    roles text NOT NULL,
    location_id uuid NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, user_id),
    FOREIGN KEY (practice_id, location_id) REFERENCES location(practice_id, location_id)
);

-- A person signs in with an e-mail address before the practice is known, so it
-- is unique over all practices of an installation.
CREATE UNIQUE INDEX staff_email ON staff (email);
