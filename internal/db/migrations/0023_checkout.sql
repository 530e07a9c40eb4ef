-- +goose Up

-- What a visit costs and who was asked to pay it. entry_id is the charge that
-- stands in the ledger now; done_at is when the patient was checked out.
-- room: checkout
CREATE TABLE checkout (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    visit_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    basis text NOT NULL,
    total_cents bigint NOT NULL DEFAULT 0 CHECK (total_cents >= 0),
    share_cents bigint NOT NULL DEFAULT 0 CHECK (share_cents >= 0),
    payer_id uuid,
    entry_id uuid,
    done_at timestamptz,
    done_by uuid,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, visit_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, payer_id) REFERENCES payer(practice_id, payer_id),
    FOREIGN KEY (practice_id, entry_id) REFERENCES ledger_entry(practice_id, entry_id)
);

-- A card that a patient agreed to have kept: the token by which the card
-- processor knows it, and what is needed to tell it from another. No column
-- can hold the number of a card.
-- room: checkout
CREATE TABLE payment_method (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    method_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    token text NOT NULL,
    brand text NOT NULL,
    last_four text NOT NULL,
    expires_month bigint NOT NULL CHECK (expires_month BETWEEN 1 AND 12),
    expires_year bigint NOT NULL CHECK (expires_year BETWEEN 2000 AND 2100),
    created_at timestamptz NOT NULL,
    created_by uuid,
    ended_at timestamptz,
    ended_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, method_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

CREATE INDEX payment_method_patient ON payment_method (practice_id, patient_id, method_id);

-- Money received. A row is never changed; see payment_reversal. The id comes
-- from the form that took it, so that the same form sent twice pays once.
-- room: checkout
CREATE TABLE payment (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    payment_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    visit_id uuid,
    way text NOT NULL CHECK (way IN ('cash', 'check', 'card')),
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    reference text NOT NULL DEFAULT '',
    brand text NOT NULL DEFAULT '',
    last_four text NOT NULL DEFAULT '',
    method_id uuid,
    entry_id uuid NOT NULL,
    on_date date NOT NULL,
    received_at timestamptz NOT NULL,
    received_by uuid,
    PRIMARY KEY (practice_id, payment_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id),
    FOREIGN KEY (practice_id, method_id) REFERENCES payment_method(practice_id, method_id),
    FOREIGN KEY (practice_id, entry_id) REFERENCES ledger_entry(practice_id, entry_id)
);

CREATE INDEX payment_visit ON payment (practice_id, visit_id, payment_id);

CREATE INDEX payment_patient ON payment (practice_id, patient_id, payment_id);

-- A payment that was taken back: refunded, or entered by mistake.
-- room: checkout
CREATE TABLE payment_reversal (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    payment_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    reason text NOT NULL,
    reversed_at timestamptz NOT NULL,
    reversed_by uuid,
    PRIMARY KEY (practice_id, payment_id),
    FOREIGN KEY (practice_id, payment_id) REFERENCES payment(practice_id, payment_id),
    FOREIGN KEY (practice_id, entry_id) REFERENCES ledger_entry(practice_id, entry_id)
);

-- The paper for a payment. Numbers follow one another without a gap.
-- room: checkout
CREATE TABLE receipt (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    receipt_id uuid NOT NULL,
    number bigint NOT NULL,
    payment_id uuid NOT NULL,
    blob_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, receipt_id),
    FOREIGN KEY (practice_id, payment_id) REFERENCES payment(practice_id, payment_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id)
);

CREATE UNIQUE INDEX receipt_number ON receipt (practice_id, number);

CREATE UNIQUE INDEX receipt_payment ON receipt (practice_id, payment_id);

-- The last receipt number given out.
-- room: checkout
CREATE TABLE receipt_counter (
    practice_id uuid NOT NULL PRIMARY KEY REFERENCES practice(practice_id),
    last_number bigint NOT NULL
);
