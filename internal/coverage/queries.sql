-- name: InsertPayer :exec
INSERT INTO payer (practice_id, payer_id, name, name_key, sort_key, profile, code, filing, address_line, address_line2, city, state, postal_code,
    phone, active, contract_from, contract_to, unit_rule, therapist_payable, prescription_required, authorisation,
    authorisation_after_visits, filing_limit_days, visit_unit_cap, modifiers, report_every_visits, report_every_days, rules_source,
    rules_checked_on, note, created_at, created_by, updated_at, updated_by)
VALUES (@practice_id, @payer_id, @name, @name_key, @sort_key, @profile, @code, @filing, @address_line, @address_line2, @city, @state,
    @postal_code, @phone, @active, @contract_from, @contract_to, @unit_rule, @therapist_payable, @prescription_required,
    @authorisation, @authorisation_after_visits, @filing_limit_days, @visit_unit_cap, @modifiers, @report_every_visits,
    @report_every_days, @rules_source, @rules_checked_on, @note, @created_at, @created_by, @updated_at, @updated_by);

-- name: UpdatePayer :execrows
UPDATE payer SET name = @name, name_key = @name_key, sort_key = @sort_key, profile = @profile, code = @code, filing = @filing, address_line =
    @address_line, address_line2 = @address_line2, city = @city, state = @state, postal_code = @postal_code, phone = @phone, active =
    @active, contract_from = @contract_from, contract_to = @contract_to, unit_rule = @unit_rule, therapist_payable =
    @therapist_payable, prescription_required = @prescription_required, authorisation = @authorisation, authorisation_after_visits =
    @authorisation_after_visits, filing_limit_days = @filing_limit_days, visit_unit_cap = @visit_unit_cap, modifiers = @modifiers,
    report_every_visits = @report_every_visits, report_every_days = @report_every_days, rules_source = @rules_source, rules_checked_on
    = @rules_checked_on, note = @note, updated_at = @updated_at, updated_by = @updated_by,
    version = version + 1
WHERE practice_id = @practice_id AND payer_id = @payer_id AND version = @version;

-- name: Payer :one
SELECT * FROM payer WHERE practice_id = @practice_id AND payer_id = @payer_id;

-- name: Payers :many
SELECT * FROM payer WHERE practice_id = @practice_id
ORDER BY active DESC, sort_key, payer_id
LIMIT 500;

-- name: PayersOfPatient :many
SELECT y.* FROM payer y
WHERE y.practice_id = @practice_id AND y.payer_id IN (
        SELECT c.payer_id FROM coverage c
        WHERE c.practice_id = @practice_id AND c.patient_id IN (
            SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
            UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id))
ORDER BY y.sort_key, y.payer_id
LIMIT 500;

-- name: InsertEnrolment :exec
INSERT INTO payer_enrolment (practice_id, enrolment_id, payer_id, user_id, from_on, to_on, number, created_at, created_by)
VALUES (@practice_id, @enrolment_id, @payer_id, @user_id, @from_on, @to_on, @number, @created_at, @created_by);

-- name: UpdateEnrolment :execrows
UPDATE payer_enrolment SET from_on = @from_on, to_on = @to_on, number = @number, version = version + 1
WHERE practice_id = @practice_id AND enrolment_id = @enrolment_id AND payer_id = @payer_id AND version = @version;

-- name: Enrolments :many
SELECT e.*, s.name AS therapist FROM payer_enrolment e
JOIN staff s ON s.practice_id = e.practice_id AND s.user_id = e.user_id
WHERE e.practice_id = @practice_id AND e.payer_id = @payer_id
ORDER BY e.from_on DESC, e.enrolment_id
LIMIT 2000;

-- name: EnrolmentsOf :many
SELECT * FROM payer_enrolment
WHERE practice_id = @practice_id AND payer_id = @payer_id AND user_id = @user_id
ORDER BY from_on DESC, enrolment_id
LIMIT 200;

-- name: InsertCoverage :exec
INSERT INTO coverage (practice_id, coverage_id, patient_id, payer_id, referral_id, priority, member_id, group_number, plan_name, relation,
    subscriber_last_name, subscriber_first_name, subscriber_middle_name, subscriber_birth_date, subscriber_sex,
    subscriber_address_line, subscriber_address_line2, subscriber_city, subscriber_state, subscriber_postal_code, subscriber_phone,
    employer, from_on, to_on, share, copay_cents, coinsurance_percent, deductible_note, benefits_note, benefits_checked_on,
    case_number, adjuster_name, adjuster_phone, adjuster_email, release_signed, benefits_assigned, created_at, created_by, updated_at,
    updated_by)
VALUES (@practice_id, @coverage_id, @patient_id, @payer_id, @referral_id, @priority, @member_id, @group_number, @plan_name, @relation,
    @subscriber_last_name, @subscriber_first_name, @subscriber_middle_name, @subscriber_birth_date, @subscriber_sex,
    @subscriber_address_line, @subscriber_address_line2, @subscriber_city, @subscriber_state, @subscriber_postal_code,
    @subscriber_phone, @employer, @from_on, @to_on, @share, @copay_cents, @coinsurance_percent, @deductible_note, @benefits_note,
    @benefits_checked_on, @case_number, @adjuster_name, @adjuster_phone, @adjuster_email, @release_signed, @benefits_assigned,
    @created_at, @created_by, @updated_at, @updated_by);

-- name: UpdateCoverage :execrows
UPDATE coverage SET payer_id = @payer_id, referral_id = @referral_id, priority = @priority, member_id = @member_id, group_number = @group_number,
    plan_name = @plan_name, relation = @relation, subscriber_last_name = @subscriber_last_name, subscriber_first_name =
    @subscriber_first_name, subscriber_middle_name = @subscriber_middle_name, subscriber_birth_date = @subscriber_birth_date,
    subscriber_sex = @subscriber_sex, subscriber_address_line = @subscriber_address_line, subscriber_address_line2 =
    @subscriber_address_line2, subscriber_city = @subscriber_city, subscriber_state = @subscriber_state, subscriber_postal_code =
    @subscriber_postal_code, subscriber_phone = @subscriber_phone, employer = @employer, from_on = @from_on, to_on = @to_on, share =
    @share, copay_cents = @copay_cents, coinsurance_percent = @coinsurance_percent, deductible_note = @deductible_note, benefits_note
    = @benefits_note, benefits_checked_on = @benefits_checked_on, case_number = @case_number, adjuster_name = @adjuster_name,
    adjuster_phone = @adjuster_phone, adjuster_email = @adjuster_email, release_signed = @release_signed, benefits_assigned =
    @benefits_assigned, updated_at = @updated_at, updated_by = @updated_by,
    version = version + 1
WHERE practice_id = @practice_id AND coverage_id = @coverage_id AND version = @version;

-- name: EndCoverage :execrows
UPDATE coverage SET to_on = @to_on, end_note = @end_note, entered_in_error = @entered_in_error,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND coverage_id = @coverage_id AND version = @version;

-- name: CoveragesOfPatient :many
SELECT c.* FROM coverage c
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY c.coverage_id
LIMIT 500;

-- name: InsertCard :exec
INSERT INTO coverage_card (practice_id, blob_id, patient_id, side, name, content_type, size, uploaded_at, uploaded_by)
VALUES (@practice_id, @blob_id, @patient_id, @side, @name, @content_type, @size, @uploaded_at, @uploaded_by);

-- name: AttachCard :execrows
UPDATE coverage_card SET coverage_id = @coverage_id
WHERE practice_id = @practice_id AND blob_id = @blob_id AND (patient_id = @patient_id OR patient_id = @chart_patient_id)
  AND (coverage_id IS NULL OR coverage_id = @coverage_id);

-- name: CardsOfPatient :many
SELECT k.* FROM coverage_card k
WHERE k.practice_id = @practice_id AND k.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY k.blob_id DESC
LIMIT 1000;
