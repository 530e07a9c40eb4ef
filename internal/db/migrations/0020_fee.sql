-- +goose Up

-- What the practice charges from one day on. payer_id is NULL except in a
-- schedule agreed with one payer. Schedules of one kind and payer never
-- overlap: saving the next one ends the one before it.
-- room: fee
CREATE TABLE fee_schedule (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    schedule_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('standard', 'payer', 'cash')),
    payer_id uuid,
    from_on date NOT NULL,
    to_on date,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, schedule_id),
    FOREIGN KEY (practice_id, payer_id) REFERENCES payer(practice_id, payer_id)
);

CREATE INDEX fee_schedule_kind ON fee_schedule (practice_id, kind, from_on, schedule_id);

CREATE INDEX fee_schedule_payer ON fee_schedule (practice_id, payer_id, from_on, schedule_id);

-- The price of a procedure: of one unit where it is timed, of the service otherwise.
-- room: fee
CREATE TABLE fee_line (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    schedule_id uuid NOT NULL,
    code text NOT NULL,
    price_cents bigint NOT NULL CHECK (price_cents >= 0),
    PRIMARY KEY (practice_id, schedule_id, code),
    FOREIGN KEY (practice_id, schedule_id) REFERENCES fee_schedule(practice_id, schedule_id)
);

-- What a person without insurance pays for a session of a length.
-- room: fee
CREATE TABLE cash_price (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    schedule_id uuid NOT NULL,
    minutes bigint NOT NULL CHECK (minutes BETWEEN 1 AND 480),
    price_cents bigint NOT NULL CHECK (price_cents >= 0),
    label text NOT NULL DEFAULT '',
    PRIMARY KEY (practice_id, schedule_id, minutes),
    FOREIGN KEY (practice_id, schedule_id) REFERENCES fee_schedule(practice_id, schedule_id)
);
