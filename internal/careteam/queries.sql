-- name: Insert :exec
INSERT INTO care_provider (practice_id, provider_id, patient_id, name, discipline, organisation, npi, phone, fax, from_on, to_on,
    share, share_on, share_ref, note, created_at, created_by, updated_at, updated_by)
VALUES (@practice_id, @provider_id, @patient_id, @name, @discipline, @organisation, @npi, @phone, @fax, @from_on, @to_on,
    @share, @share_on, @share_ref, @note, @created_at, @created_by, @updated_at, @updated_by);

-- name: Update :execrows
UPDATE care_provider SET name = @name, discipline = @discipline, organisation = @organisation, npi = @npi, phone = @phone, fax = @fax,
    from_on = @from_on, to_on = @to_on, share = @share, share_on = @share_on, share_ref = @share_ref, note = @note,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND provider_id = @provider_id AND version = @version;

-- name: End :execrows
UPDATE care_provider SET to_on = @to_on, mistaken = @mistaken, updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND provider_id = @provider_id AND version = @version;

-- name: OfPatient :many
SELECT c.* FROM care_provider c
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY c.provider_id DESC
LIMIT 200;
