-- +goose Up

-- One claim. state is blocked or ready while the claim is a draft: body,
-- findings, total and counts are then worked out again from the record. Once
-- it is sent, body is what was sent and stays. document_id is the signed note
-- that proves it.
-- room: claim
CREATE TABLE claim (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    claim_id uuid NOT NULL,
    number text NOT NULL,
    patient_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    document_id uuid NOT NULL,
    referral_id uuid,
    coverage_id uuid,
    payer_id uuid,
    state text NOT NULL CHECK (state IN ('blocked', 'ready', 'held', 'sent', 'rejected', 'denied', 'paid', 'closed', 'cancelled')),
    frequency text NOT NULL CHECK (frequency IN ('1', '7', '8')),
    replaces_claim_id uuid,
    payer_number text NOT NULL DEFAULT '',
    service_date date NOT NULL,
    total_cents bigint NOT NULL DEFAULT 0,
    body text NOT NULL DEFAULT '',
    findings text NOT NULL DEFAULT '[]',
    blocks bigint NOT NULL DEFAULT 0,
    warns bigint NOT NULL DEFAULT 0,
    hold_reason text NOT NULL DEFAULT '',
    checked_at timestamptz NOT NULL,
    ready_at timestamptz,
    sent_at timestamptz,
    batch_id uuid,
    created_at timestamptz NOT NULL,
    created_by uuid,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (practice_id, claim_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id),
    FOREIGN KEY (practice_id, visit_id) REFERENCES visit(practice_id, visit_id),
    FOREIGN KEY (practice_id, document_id) REFERENCES document(practice_id, document_id),
    FOREIGN KEY (practice_id, referral_id) REFERENCES referral(practice_id, referral_id),
    FOREIGN KEY (practice_id, coverage_id) REFERENCES coverage(practice_id, coverage_id),
    FOREIGN KEY (practice_id, payer_id) REFERENCES payer(practice_id, payer_id),
    FOREIGN KEY (practice_id, replaces_claim_id) REFERENCES claim(practice_id, claim_id)
);

CREATE UNIQUE INDEX claim_number ON claim (practice_id, number);

-- A note makes one claim at a time, and a claim has one successor that is still
-- open. What was voided at one payer may be asked of another, and a void that
-- the payer refused takes no place.
CREATE UNIQUE INDEX claim_original ON claim (practice_id, document_id) WHERE frequency = '1' AND state NOT IN ('cancelled', 'closed');

CREATE UNIQUE INDEX claim_successor ON claim (practice_id, replaces_claim_id) WHERE state <> 'cancelled' AND (frequency <> '8' OR state <> 'denied');

CREATE INDEX claim_tab ON claim (practice_id, state, service_date, claim_id);

CREATE INDEX claim_visit ON claim (practice_id, visit_id, claim_id);

CREATE INDEX claim_patient ON claim (practice_id, patient_id, service_date, claim_id);

CREATE INDEX claim_payer ON claim (practice_id, payer_id, state, service_date, claim_id);

CREATE INDEX claim_batch_of ON claim (practice_id, batch_id, claim_id);

-- What happened to a claim, never changed. detail is the reason a person gave,
-- or what the program counted.
-- room: claim
CREATE TABLE claim_event (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    claim_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    detail text NOT NULL DEFAULT '',
    changed_by uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, claim_id, seq),
    FOREIGN KEY (practice_id, claim_id) REFERENCES claim(practice_id, claim_id)
);

-- A check set aside. about is what the check said then: where it comes to say
-- something else, the waiver does not hold any more.
-- room: claim
CREATE TABLE claim_waiver (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    waiver_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    check_key text NOT NULL,
    line text NOT NULL DEFAULT '',
    about text NOT NULL,
    reason text NOT NULL,
    role text NOT NULL,
    waived_by uuid NOT NULL,
    waived_at timestamptz NOT NULL,
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    PRIMARY KEY (practice_id, waiver_id),
    FOREIGN KEY (practice_id, claim_id) REFERENCES claim(practice_id, claim_id)
);

CREATE UNIQUE INDEX claim_waiver_standing ON claim_waiver (practice_id, claim_id, check_key, line) WHERE withdrawn_at IS NULL;

CREATE INDEX claim_waiver_claim ON claim_waiver (practice_id, claim_id, waiver_id);

-- What a person chose where the rules leave a choice; a new row each time, the
-- newest counts. value '' takes the choice back.
-- room: claim
CREATE TABLE claim_choice (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    claim_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tie', 'procedure', 'modifier', 'pointer', 'remark')),
    subject text NOT NULL DEFAULT '',
    value text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    chosen_by uuid NOT NULL,
    chosen_at timestamptz NOT NULL,
    PRIMARY KEY (practice_id, claim_id, seq),
    FOREIGN KEY (practice_id, claim_id) REFERENCES claim(practice_id, claim_id)
);

-- Claims sent together, and the file they were sent as.
-- room: claim
CREATE TABLE claim_batch (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    batch_id uuid NOT NULL,
    medium text NOT NULL CHECK (medium IN ('837P', 'paper')),
    receiver text NOT NULL DEFAULT '',
    usage text NOT NULL DEFAULT '',
    blob_id uuid NOT NULL,
    interchange bigint NOT NULL DEFAULT 0,
    functional_group bigint NOT NULL DEFAULT 0,
    first_set bigint NOT NULL DEFAULT 0,
    claims bigint NOT NULL,
    total_cents bigint NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (practice_id, batch_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id)
);

CREATE INDEX claim_batch_time ON claim_batch (practice_id, created_at, batch_id);

-- Each claim as it was sent, byte for byte.
-- room: claim
CREATE TABLE claim_batch_item (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    batch_id uuid NOT NULL,
    nth bigint NOT NULL,
    claim_id uuid NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (practice_id, batch_id, nth),
    FOREIGN KEY (practice_id, batch_id) REFERENCES claim_batch(practice_id, batch_id),
    FOREIGN KEY (practice_id, claim_id) REFERENCES claim(practice_id, claim_id)
);

CREATE INDEX claim_batch_item_claim ON claim_batch_item (practice_id, claim_id, batch_id);

-- The last number given out of each kind: claim, interchange, group, set.
-- room: claim
CREATE TABLE claim_counter (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    kind text NOT NULL,
    last_number bigint NOT NULL,
    PRIMARY KEY (practice_id, kind)
);

-- Who sends to whom, and where the paper form is printed. One row a practice.
-- Offsets are hundredths of a millimetre.
-- room: claim
CREATE TABLE claim_settings (
    practice_id uuid NOT NULL PRIMARY KEY REFERENCES practice(practice_id),
    submitter_name text NOT NULL DEFAULT '',
    submitter_id text NOT NULL DEFAULT '',
    contact text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    receiver_name text NOT NULL DEFAULT '',
    receiver_id text NOT NULL DEFAULT '',
    usage text NOT NULL DEFAULT 'T' CHECK (usage IN ('T', 'P')),
    offset_x bigint NOT NULL DEFAULT 0,
    offset_y bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    version bigint NOT NULL DEFAULT 1
);
