-- name: InsertAssessment :exec
INSERT INTO assessment (practice_id, assessment_id, patient_id, referral_id, user_id, kind, state, on_date, regions, norms_version, created_at, updated_at)
VALUES (@practice_id, @assessment_id, @patient_id, @referral_id, @user_id, @kind, 'draft', @on_date, @regions, @norms_version, @now, @now);

-- name: UpdateAssessment :execrows
UPDATE assessment SET state = @state, on_date = @on_date, referral_id = @referral_id, regions = @regions, norms_version = @norms_version,
    completed_at = @completed_at, updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND assessment_id = @assessment_id AND version = @version AND state = 'draft';

-- name: MarkAssessmentInError :execrows
UPDATE assessment SET state = 'error', error_reason = @error_reason, error_at = @error_at, error_by = @error_by,
    updated_at = @error_at, version = version + 1
WHERE practice_id = @practice_id AND assessment_id = @assessment_id AND version = @version AND state <> 'error';

-- name: AssessmentsOf :many
SELECT a.assessment_id, a.patient_id, a.referral_id, a.user_id, s.name AS staff_name, a.kind, a.state, a.on_date, a.regions,
    a.norms_version, a.completed_at, a.error_reason, a.error_at, a.created_at, a.version
FROM assessment a
JOIN staff s ON s.practice_id = a.practice_id AND s.user_id = a.user_id
WHERE a.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY a.on_date DESC, a.created_at DESC, a.assessment_id DESC
LIMIT 120;

-- name: FindingsOf :many
SELECT f.assessment_id, f.kind, f.subject, f.aspect, f.side, f.value, f.text, f.flags, f.device, f.rater_user_id
FROM finding f
JOIN assessment a ON a.practice_id = f.practice_id AND a.assessment_id = f.assessment_id
WHERE f.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY f.assessment_id, f.position, f.finding_id
LIMIT 20000;

-- name: MotionSeries :many
SELECT a.on_date, f.value, f.device, f.flags, f.rater_user_id, a.user_id, a.assessment_id
FROM finding f
JOIN assessment a ON a.practice_id = f.practice_id AND a.assessment_id = f.assessment_id
WHERE f.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND a.state = 'completed' AND f.kind = 'rom' AND f.subject = @motion AND f.side = @side AND f.aspect = 'active'
ORDER BY a.on_date, a.created_at, a.assessment_id
LIMIT 200;

-- name: PainSeries :many
SELECT a.assessment_id, a.on_date, f.aspect, f.value
FROM finding f
JOIN assessment a ON a.practice_id = f.practice_id AND a.assessment_id = f.assessment_id
WHERE f.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND a.state = 'completed' AND f.kind = 'pain'
ORDER BY a.on_date, a.created_at, a.assessment_id, f.position, f.finding_id
LIMIT 2000;

-- name: InsertFinding :exec
INSERT INTO finding (practice_id, finding_id, assessment_id, position, kind, subject, aspect, side, value, text, flags, device, rater_user_id)
VALUES (@practice_id, @finding_id, @assessment_id, @position, @kind, @subject, @aspect, @side, @value, @text, @flags, @device, @rater_user_id);

-- name: DeleteFindings :exec
DELETE FROM finding WHERE practice_id = @practice_id AND assessment_id = @assessment_id;

-- name: Raters :many
SELECT user_id, name, roles, active FROM staff
WHERE practice_id = @practice_id
ORDER BY name, user_id
LIMIT 500;
