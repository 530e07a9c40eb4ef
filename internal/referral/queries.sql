-- name: InsertPrescriber :exec
INSERT INTO prescriber (practice_id, prescriber_id, given_name, family_name, credential, npi, taxonomy, organisation, phone, fax,
    address_line, city, state, postal_code, active, family_key, given_key, organisation_key, sort_key, used_at, created_at, created_by)
VALUES (@practice_id, @prescriber_id, @given_name, @family_name, @credential, @npi, @taxonomy, @organisation, @phone, @fax,
    @address_line, @city, @state, @postal_code, @active, @family_key, @given_key, @organisation_key, @sort_key, @used_at, @created_at, @created_by);

-- name: UpdatePrescriber :execrows
UPDATE prescriber SET given_name = @given_name, family_name = @family_name, credential = @credential, npi = @npi,
    taxonomy = @taxonomy, organisation = @organisation, phone = @phone, fax = @fax, address_line = @address_line, city = @city, state = @state,
    postal_code = @postal_code, active = @active, family_key = @family_key, given_key = @given_key,
    organisation_key = @organisation_key, sort_key = @sort_key, version = version + 1
WHERE practice_id = @practice_id AND prescriber_id = @prescriber_id AND version = @version;

-- name: Prescriber :one
SELECT * FROM prescriber WHERE practice_id = @practice_id AND prescriber_id = @prescriber_id;

-- name: PrescriberByNPI :one
SELECT * FROM prescriber WHERE practice_id = @practice_id AND npi = @npi;

-- name: SearchPrescribers :many
SELECT * FROM prescriber
WHERE practice_id = @practice_id AND merged_into_prescriber_id IS NULL
  AND ((family_key >= @low AND family_key < @high) OR (given_key >= @low AND given_key < @high)
    OR (organisation_key >= @low AND organisation_key < @high) OR npi = @npi)
ORDER BY active DESC, sort_key, prescriber_id
LIMIT @max;

-- name: RecentPrescribers :many
SELECT * FROM prescriber
WHERE practice_id = @practice_id AND active = true AND merged_into_prescriber_id IS NULL
ORDER BY used_at DESC, prescriber_id
LIMIT @max;

-- name: TouchPrescriber :exec
UPDATE prescriber SET used_at = @used_at WHERE practice_id = @practice_id AND prescriber_id = @prescriber_id;

-- One page of the directory; only its own rows have their referrals counted.
-- name: Directory :many
SELECT p.*,
    (SELECT count(*) FROM referral r WHERE r.practice_id = p.practice_id AND r.prescriber_id = p.prescriber_id AND r.close_reason <> 'error') AS referrals,
    CAST(COALESCE((SELECT CAST(max(r.written_on) AS text) FROM referral r WHERE r.practice_id = p.practice_id AND r.prescriber_id = p.prescriber_id AND r.close_reason <> 'error'), '') AS text) AS last_written
FROM prescriber p
WHERE p.practice_id = @practice_id AND p.prescriber_id IN (
    SELECT x.prescriber_id FROM prescriber x
    WHERE x.practice_id = @practice_id AND x.merged_into_prescriber_id IS NULL
      AND (CAST(@everyone AS bigint) = 1 OR x.active = true)
      AND ((x.family_key >= @low AND x.family_key < @high) OR (x.given_key >= @low AND x.given_key < @high)
        OR (x.organisation_key >= @low AND x.organisation_key < @high) OR x.npi = @npi)
    ORDER BY CASE WHEN CAST(@sort AS text) = 'use' THEN x.used_at END DESC, CASE WHEN CAST(@sort AS text) = 'organisation' THEN x.organisation_key END,
        x.sort_key, x.prescriber_id
    LIMIT @max OFFSET @skip)
ORDER BY CASE WHEN CAST(@sort AS text) = 'use' THEN p.used_at END DESC, CASE WHEN CAST(@sort AS text) = 'organisation' THEN p.organisation_key END,
    p.sort_key, p.prescriber_id;

-- name: MergePrescriber :execrows
UPDATE prescriber SET merged_into_prescriber_id = @merged_into_prescriber_id, active = false, version = version + 1
WHERE practice_id = @practice_id AND prescriber_id = @prescriber_id AND version = @version AND merged_into_prescriber_id IS NULL;

-- name: RedirectMerged :exec
UPDATE prescriber SET merged_into_prescriber_id = @into_prescriber_id
WHERE practice_id = @practice_id AND merged_into_prescriber_id = @from_prescriber_id;

-- name: MoveReferrals :execrows
UPDATE referral SET prescriber_id = @into_prescriber_id, version = version + 1
WHERE practice_id = @practice_id AND prescriber_id = @from_prescriber_id;

-- name: ReferralsToMove :many
SELECT referral_id, patient_id FROM referral
WHERE practice_id = @practice_id AND prescriber_id = @prescriber_id
ORDER BY referral_id
LIMIT 100000;

-- name: InsertPrescriberVersion :exec
INSERT INTO prescriber_version (practice_id, prescriber_id, version, body, reason, written_at, written_by)
VALUES (@practice_id, @prescriber_id, @version, @body, @reason, @written_at, @written_by);

-- name: PrescriberVersions :many
SELECT v.version, v.body, v.reason, v.written_at, COALESCE(s.name, '') AS writer
FROM prescriber_version v
LEFT JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.written_by
WHERE v.practice_id = @practice_id AND v.prescriber_id = @prescriber_id
ORDER BY v.version DESC
LIMIT 200;

-- name: PrescribersOfPatient :many
SELECT DISTINCT p.* FROM prescriber p
JOIN referral r ON r.practice_id = p.practice_id AND r.prescriber_id = p.prescriber_id
WHERE p.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY p.sort_key, p.prescriber_id
LIMIT 500;

-- name: ReferralsOfPrescriber :many
SELECT r.referral_id, r.patient_id, r.state, r.written_on, r.ends_on, r.visits_ordered, pt.name, pt.number
FROM referral r
JOIN patient pt ON pt.practice_id = r.practice_id AND pt.patient_id = r.patient_id
WHERE r.practice_id = @practice_id AND r.prescriber_id = @prescriber_id
ORDER BY r.referral_id DESC
LIMIT @max OFFSET @skip;

-- name: InsertReferral :exec
INSERT INTO referral (practice_id, referral_id, patient_id, prescriber_id, state, per_week, weeks, visits_ordered, minutes,
    techniques, regions, written_on, starts_on, ends_on, signature_seen, precautions, payer_kind, accident_kind, accident_on,
    accident_state, external_number, activated_at, activated_by, replaces_referral_id, created_at, created_by, updated_at, updated_by)
VALUES (@practice_id, @referral_id, @patient_id, @prescriber_id, @state, @per_week, @weeks, @visits_ordered, @minutes,
    @techniques, @regions, @written_on, @starts_on, @ends_on, @signature_seen, @precautions, @payer_kind, @accident_kind, @accident_on,
    @accident_state, @external_number, @activated_at, @activated_by, @replaces_referral_id, @created_at, @created_by, @updated_at, @updated_by);

-- name: UpdateReferral :execrows
UPDATE referral SET prescriber_id = @prescriber_id, state = @state, per_week = @per_week, weeks = @weeks,
    visits_ordered = @visits_ordered, minutes = @minutes, techniques = @techniques, regions = @regions, written_on = @written_on,
    starts_on = @starts_on, ends_on = @ends_on, signature_seen = @signature_seen, precautions = @precautions,
    payer_kind = @payer_kind, accident_kind = @accident_kind, accident_on = @accident_on, accident_state = @accident_state,
    external_number = @external_number, activated_at = @activated_at, activated_by = @activated_by,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND referral_id = @referral_id AND version = @version;

-- name: SetReferralState :execrows
UPDATE referral SET state = @state, activated_at = @activated_at, activated_by = @activated_by, closed_at = @closed_at,
    closed_by = @closed_by, close_reason = @close_reason, close_note = @close_note,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND referral_id = @referral_id AND version = @version;

-- name: Referral :one
SELECT * FROM referral WHERE practice_id = @practice_id AND referral_id = @referral_id;

-- name: ReferralsOfPatient :many
SELECT r.* FROM referral r
WHERE r.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY r.referral_id DESC
LIMIT 500;

-- name: InsertDiagnosis :exec
INSERT INTO referral_diagnosis (practice_id, diagnosis_id, referral_id, position, code, description, side, warning, list)
VALUES (@practice_id, @diagnosis_id, @referral_id, @position, @code, @description, @side, @warning, @list);

-- name: UpdateDiagnosis :exec
UPDATE referral_diagnosis SET position = @position, description = @description, side = @side, warning = @warning, list = @list
WHERE practice_id = @practice_id AND diagnosis_id = @diagnosis_id;

-- name: DeleteDiagnosis :exec
DELETE FROM referral_diagnosis WHERE practice_id = @practice_id AND diagnosis_id = @diagnosis_id;

-- name: DiagnosesOfPatient :many
SELECT d.* FROM referral_diagnosis d
JOIN referral r ON r.practice_id = d.practice_id AND r.referral_id = d.referral_id
WHERE d.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY d.referral_id DESC, d.position, d.diagnosis_id
LIMIT 5000;

-- name: CodesOfPatient :many
SELECT d.referral_id, d.code, r.state, r.written_on FROM referral_diagnosis d
JOIN referral r ON r.practice_id = d.practice_id AND r.referral_id = d.referral_id
WHERE d.practice_id = @practice_id AND r.close_reason <> 'error' AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY d.referral_id DESC, d.position, d.diagnosis_id
LIMIT 5000;

-- name: InsertAuthorisation :exec
INSERT INTO referral_authorisation (practice_id, authorisation_id, referral_id, payer_name, number, visits, units, from_on, to_on,
    codes, diagnoses, state, note, withdrawn, created_at, created_by)
VALUES (@practice_id, @authorisation_id, @referral_id, @payer_name, @number, @visits, @units, @from_on, @to_on,
    @codes, @diagnoses, @state, @note, @withdrawn, @created_at, @created_by);

-- name: UpdateAuthorisation :execrows
UPDATE referral_authorisation SET payer_name = @payer_name, number = @number, visits = @visits, units = @units,
    from_on = @from_on, to_on = @to_on, codes = @codes, diagnoses = @diagnoses, state = @state, note = @note, withdrawn = @withdrawn, version = version + 1
WHERE practice_id = @practice_id AND authorisation_id = @authorisation_id AND version = @version;

-- name: AuthorisationsOfPatient :many
SELECT a.* FROM referral_authorisation a
JOIN referral r ON r.practice_id = a.practice_id AND r.referral_id = a.referral_id
WHERE a.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY a.from_on, a.authorisation_id
LIMIT 2000;

-- name: InsertScan :exec
INSERT INTO referral_scan (practice_id, blob_id, patient_id, referral_id, name, content_type, size, uploaded_at, uploaded_by)
VALUES (@practice_id, @blob_id, @patient_id, @referral_id, @name, @content_type, @size, @uploaded_at, @uploaded_by);

-- name: AttachScan :execrows
UPDATE referral_scan SET referral_id = @referral_id, patient_id = COALESCE(patient_id, @patient_id), authorisation_id = @authorisation_id
WHERE practice_id = @practice_id AND blob_id = @blob_id
  AND (patient_id = @patient_id OR patient_id = @chart_patient_id OR (patient_id IS NULL AND uploaded_by = @uploaded_by))
  AND (referral_id IS NULL OR (referral_id = @referral_id AND authorisation_id IS NULL)) AND discarded_at IS NULL;

-- name: LooseScans :many
SELECT * FROM referral_scan
WHERE practice_id = @practice_id AND patient_id IS NULL AND uploaded_by = @uploaded_by AND discarded_at IS NULL
ORDER BY blob_id DESC
LIMIT 50;

-- name: DiscardLooseScan :execrows
UPDATE referral_scan SET discarded_at = @discarded_at
WHERE practice_id = @practice_id AND blob_id = @blob_id AND patient_id IS NULL AND uploaded_by = @uploaded_by AND discarded_at IS NULL;

-- name: DiscardScan :execrows
UPDATE referral_scan SET discarded_at = @discarded_at
WHERE practice_id = @practice_id AND blob_id = @blob_id AND patient_id = @patient_id
  AND referral_id IS NULL AND discarded_at IS NULL;

-- name: ScansOfPatient :many
SELECT s.* FROM referral_scan s
WHERE s.practice_id = @practice_id AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
  AND s.discarded_at IS NULL
ORDER BY s.uploaded_at DESC, s.blob_id DESC
LIMIT 2000;

-- name: InsertVersion :exec
INSERT INTO referral_version (practice_id, referral_id, version, body, reason, written_at, written_by)
VALUES (@practice_id, @referral_id, @version, @body, @reason, @written_at, @written_by);

-- name: Versions :many
SELECT v.version, v.body, v.reason, v.written_at, COALESCE(s.name, '') AS writer
FROM referral_version v
LEFT JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.written_by
WHERE v.practice_id = @practice_id AND v.referral_id = @referral_id
ORDER BY v.version DESC
LIMIT 200;
