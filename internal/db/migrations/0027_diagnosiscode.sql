-- +goose Up

-- Official lists of diagnosis codes that were taken in. The file itself is the
-- list: it is kept compressed as it came. Of several for a fiscal year the one
-- taken in last decides, unless it was taken out of use.
-- room: diagnosiscode
CREATE TABLE diagnosis_code_set (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    blob_id uuid NOT NULL,
    fiscal_year bigint NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    codes bigint NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    imported_at timestamptz NOT NULL,
    imported_by uuid,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    PRIMARY KEY (practice_id, blob_id),
    FOREIGN KEY (practice_id, blob_id) REFERENCES blob(practice_id, blob_id)
);
