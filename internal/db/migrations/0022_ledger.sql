-- +goose Up

-- One entry of the books: its postings sum to zero. An entry is never changed;
-- what was wrong is reversed by another entry, once. on_date is the day in the
-- practice. payment_id names a row of the room that took the money. Kinds and
-- accounts are checked by the program, because later rooms bring further ones.
-- room: ledger
CREATE TABLE ledger_entry (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    entry_id uuid NOT NULL,
    at timestamptz NOT NULL,
    on_date date NOT NULL,
    kind text NOT NULL,
    patient_id uuid NOT NULL,
    visit_id uuid,
    claim_id uuid,
    payment_id uuid,
    reverses_entry_id uuid,
    memo text NOT NULL DEFAULT '',
    created_by uuid,
    PRIMARY KEY (practice_id, entry_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id),
    FOREIGN KEY (practice_id, claim_id) REFERENCES claim(practice_id, claim_id),
    FOREIGN KEY (practice_id, reverses_entry_id) REFERENCES ledger_entry(practice_id, entry_id)
);

-- An entry is reversed once.
CREATE UNIQUE INDEX ledger_entry_reversed ON ledger_entry (practice_id, reverses_entry_id);

CREATE INDEX ledger_entry_patient ON ledger_entry (practice_id, patient_id, at, entry_id);

CREATE INDEX ledger_entry_visit ON ledger_entry (practice_id, visit_id, entry_id);

-- A line of an entry: a debit is positive, a credit negative.
-- room: ledger
CREATE TABLE ledger_posting (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    entry_id uuid NOT NULL,
    nth bigint NOT NULL,
    account text NOT NULL,
    patient_id uuid,
    payer_id uuid,
    amount_cents bigint NOT NULL CHECK (amount_cents <> 0),
    PRIMARY KEY (practice_id, entry_id, nth),
    FOREIGN KEY (practice_id, entry_id) REFERENCES ledger_entry(practice_id, entry_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, payer_id) REFERENCES payer(practice_id, payer_id)
);

-- A patient's balance reads this index alone.
CREATE INDEX ledger_posting_patient ON ledger_posting (practice_id, patient_id, account, entry_id, amount_cents);

CREATE INDEX ledger_posting_payer ON ledger_posting (practice_id, payer_id, account, entry_id, amount_cents);
