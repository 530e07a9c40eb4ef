-- name: NextNumber :one
INSERT INTO patient_counter (practice_id, last_number) VALUES (@practice_id, @first_number)
ON CONFLICT (practice_id) DO UPDATE SET last_number = patient_counter.last_number + 1
RETURNING last_number;

-- name: InsertPatient :exec
INSERT INTO patient (practice_id, patient_id, number, first_name, middle_name, last_name, preferred_name, name, name_sort,
    birth_date, sex, gender_identity, pronouns, phone, other_phone, email, address_line, address_line2, city, state,
    postal_code, language, interpreter, emergency_name, emergency_relation, emergency_phone, guardian_name,
    guardian_relation, guardian_phone, desk_note, created_at, created_by, updated_at, updated_by)
VALUES (@practice_id, @patient_id, @number, @first_name, @middle_name, @last_name, @preferred_name, @name, @name_sort,
    @birth_date, @sex, @gender_identity, @pronouns, @phone, @other_phone, @email, @address_line, @address_line2, @city, @state,
    @postal_code, @language, @interpreter, @emergency_name, @emergency_relation, @emergency_phone, @guardian_name,
    @guardian_relation, @guardian_phone, @desk_note, @created_at, @created_by, @updated_at, @updated_by);

-- name: UpdatePatient :execrows
UPDATE patient SET first_name = @first_name, middle_name = @middle_name, last_name = @last_name,
    preferred_name = @preferred_name, name = @name, name_sort = @name_sort, birth_date = @birth_date, sex = @sex,
    gender_identity = @gender_identity, pronouns = @pronouns, phone = @phone, other_phone = @other_phone, email = @email,
    address_line = @address_line, address_line2 = @address_line2, city = @city, state = @state, postal_code = @postal_code,
    language = @language, interpreter = @interpreter, emergency_name = @emergency_name,
    emergency_relation = @emergency_relation, emergency_phone = @emergency_phone, guardian_name = @guardian_name,
    guardian_relation = @guardian_relation, guardian_phone = @guardian_phone, desk_note = @desk_note,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND patient_id = @patient_id AND version = @version;

-- name: SetStatus :execrows
UPDATE patient SET status = @status, merged_into_patient_id = @merged_into_patient_id,
    updated_at = @updated_at, updated_by = @updated_by, version = version + 1
WHERE practice_id = @practice_id AND patient_id = @patient_id AND version = @version;

-- name: GetPatient :one
SELECT * FROM patient WHERE practice_id = @practice_id AND patient_id = @patient_id;

-- name: InsertTerm :exec
INSERT INTO patient_search (practice_id, term, patient_id) VALUES (@practice_id, @term, @patient_id);

-- name: DeleteTerm :exec
DELETE FROM patient_search WHERE practice_id = @practice_id AND term = @term AND patient_id = @patient_id;

-- name: TermsOf :many
SELECT term FROM patient_search WHERE practice_id = @practice_id AND patient_id = @patient_id ORDER BY term LIMIT 100;

-- name: CountTerms :one
SELECT count(*) FROM (
    SELECT term FROM patient_search
    WHERE practice_id = @practice_id AND term >= @from_term AND term < @to_term LIMIT @most
) AS hits;

-- The first range is the rarest and drives the walk through the index; the
-- others are looked up per patient. An empty range is not looked at.
-- name: FindPatients :many
SELECT s.term, p.patient_id, p.number, p.name, p.first_name, p.middle_name, p.last_name, p.preferred_name, p.birth_date,
    p.sex, p.phone, p.other_phone, p.status, p.merged_into_patient_id
FROM patient_search s
JOIN patient p ON p.practice_id = s.practice_id AND p.patient_id = s.patient_id
WHERE s.practice_id = @practice_id AND s.term >= @from1 AND s.term < @to1
    AND (CAST(@from2 AS text) = '' OR EXISTS (SELECT 1 FROM patient_search t WHERE t.practice_id = s.practice_id
        AND t.patient_id = s.patient_id AND t.term >= @from2 AND t.term < @to2))
    AND (CAST(@from3 AS text) = '' OR EXISTS (SELECT 1 FROM patient_search u WHERE u.practice_id = s.practice_id
        AND u.patient_id = s.patient_id AND u.term >= @from3 AND u.term < @to3))
ORDER BY s.term, s.patient_id
LIMIT @most;

-- name: ListAfter :many
SELECT patient_id, number, name, birth_date, sex, phone, status, merged_into_patient_id
FROM patient
WHERE practice_id = @practice_id AND status = @status AND (name_sort, patient_id) > (@name_sort, @patient_id)
ORDER BY name_sort, patient_id
LIMIT @most;

-- name: ListBefore :many
SELECT patient_id, number, name, birth_date, sex, phone, status, merged_into_patient_id
FROM patient
WHERE practice_id = @practice_id AND status = @status AND (name_sort, patient_id) < (@name_sort, @patient_id)
ORDER BY name_sort DESC, patient_id DESC
LIMIT @most;

-- name: ListFirst :many
SELECT patient_id, number, name, birth_date, sex, phone, status, merged_into_patient_id
FROM patient
WHERE practice_id = @practice_id AND status = @status
ORDER BY name_sort, patient_id
LIMIT @most;

-- name: MergedFrom :many
SELECT patient_id, number, name FROM patient
WHERE practice_id = @practice_id AND merged_into_patient_id = @patient_id
ORDER BY number, patient_id LIMIT 50;

-- name: InsertMerge :exec
INSERT INTO patient_merge (practice_id, patient_id, nth, into_patient_id, status_before, reason, merged_at, merged_by)
VALUES (@practice_id, @patient_id, @nth, @into_patient_id, @status_before, @reason, @merged_at, @merged_by);

-- name: MergesOf :many
SELECT m.patient_id, m.nth, m.into_patient_id, m.status_before, m.reason, m.merged_at, m.merged_by, m.undone_at,
    m.undone_by, m.undone_reason, d.number AS number, i.number AS into_number,
    COALESCE(b.name, '') AS merged_name, COALESCE(u.name, '') AS undone_name
FROM patient_merge m
JOIN patient d ON d.practice_id = m.practice_id AND d.patient_id = m.patient_id
JOIN patient i ON i.practice_id = m.practice_id AND i.patient_id = m.into_patient_id
LEFT JOIN staff b ON b.practice_id = m.practice_id AND b.user_id = m.merged_by
LEFT JOIN staff u ON u.practice_id = m.practice_id AND u.user_id = m.undone_by
WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
ORDER BY m.nth DESC LIMIT 50;

-- name: MergesInto :many
SELECT m.patient_id, m.nth, m.into_patient_id, m.status_before, m.reason, m.merged_at, m.merged_by, m.undone_at,
    m.undone_by, m.undone_reason, d.number AS number, i.number AS into_number,
    COALESCE(b.name, '') AS merged_name, COALESCE(u.name, '') AS undone_name
FROM patient_merge m
JOIN patient d ON d.practice_id = m.practice_id AND d.patient_id = m.patient_id
JOIN patient i ON i.practice_id = m.practice_id AND i.patient_id = m.into_patient_id
LEFT JOIN staff b ON b.practice_id = m.practice_id AND b.user_id = m.merged_by
LEFT JOIN staff u ON u.practice_id = m.practice_id AND u.user_id = m.undone_by
WHERE m.practice_id = @practice_id AND m.into_patient_id = @into_patient_id
ORDER BY m.merged_at DESC, m.patient_id, m.nth LIMIT 50;

-- name: UndoMerge :execrows
UPDATE patient_merge SET undone_at = @undone_at, undone_by = @undone_by, undone_reason = @undone_reason
WHERE practice_id = @practice_id AND patient_id = @patient_id AND nth = @nth AND undone_at IS NULL;

-- name: Answers :many
SELECT a.kind, a.answer, a.answered_at, a.answered_by, COALESCE(s.name, '') AS answered_name
FROM patient_health_answer a
LEFT JOIN staff s ON s.practice_id = a.practice_id AND s.user_id = a.answered_by
WHERE a.practice_id = @practice_id AND a.patient_id = @patient_id ORDER BY a.kind LIMIT 10;

-- name: SetAnswer :exec
INSERT INTO patient_health_answer (practice_id, patient_id, kind, answer, answered_at, answered_by)
VALUES (@practice_id, @patient_id, @kind, @answer, @answered_at, @answered_by)
ON CONFLICT (practice_id, patient_id, kind) DO UPDATE SET answer = excluded.answer, answered_at = excluded.answered_at,
    answered_by = excluded.answered_by;

-- name: InsertAllergy :exec
INSERT INTO allergy (practice_id, allergy_id, patient_id, name, severe, since, note, added_at, added_by)
VALUES (@practice_id, @allergy_id, @patient_id, @name, @severe, @since, @note, @added_at, @added_by);

-- name: EndAllergy :execrows
UPDATE allergy SET ended_at = @ended_at, ended_by = @ended_by, ended_reason = @ended_reason, version = version + 1
WHERE practice_id = @practice_id AND allergy_id = @allergy_id AND patient_id = @patient_id AND version = @version AND ended_at IS NULL;

-- name: GetAllergy :one
SELECT * FROM allergy WHERE practice_id = @practice_id AND allergy_id = @allergy_id AND patient_id = @patient_id;

-- name: Allergies :many
SELECT * FROM allergy WHERE practice_id = @practice_id AND patient_id = @patient_id
ORDER BY allergy_id DESC LIMIT 200;

-- name: InsertMedication :exec
INSERT INTO medication (practice_id, medication_id, patient_id, name, dose, since, note, added_at, added_by)
VALUES (@practice_id, @medication_id, @patient_id, @name, @dose, @since, @note, @added_at, @added_by);

-- name: EndMedication :execrows
UPDATE medication SET ended_at = @ended_at, ended_by = @ended_by, ended_reason = @ended_reason, version = version + 1
WHERE practice_id = @practice_id AND medication_id = @medication_id AND patient_id = @patient_id AND version = @version AND ended_at IS NULL;

-- name: GetMedication :one
SELECT * FROM medication WHERE practice_id = @practice_id AND medication_id = @medication_id AND patient_id = @patient_id;

-- What is taken now, by the patient and by the records merged into theirs, whose
-- own come first.
-- name: MedicineNames :many
SELECT m.patient_id, m.name FROM medication m
WHERE m.practice_id = @practice_id AND m.ended_at IS NULL AND m.patient_id IN (
        SELECT o.patient_id FROM patient o WHERE o.practice_id = @practice_id AND o.patient_id = @patient_id
        UNION ALL SELECT o.patient_id FROM patient o WHERE o.practice_id = @practice_id AND o.merged_into_patient_id = @patient_id)
ORDER BY m.patient_id <> @patient_id, m.medication_id DESC LIMIT 1000;

-- name: MedicineAnswer :one
SELECT answer FROM patient_health_answer WHERE practice_id = @practice_id AND patient_id = @patient_id AND kind = 'medicines';

-- name: Medications :many
SELECT * FROM medication WHERE practice_id = @practice_id AND patient_id = @patient_id
ORDER BY medication_id DESC LIMIT 200;
