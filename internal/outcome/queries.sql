-- name: InsertScore :exec
INSERT INTO score (practice_id, score_id, patient_id, visit_id, instrument, instrument_version, on_date, responses, result, state, created_by, created_at)
VALUES (@practice_id, @score_id, @patient_id, @visit_id, @instrument, @instrument_version, @on_date, @responses, @result, 'valid', @created_by, @created_at);

-- Whose visit it is: the patient's, or that of a record merged into theirs.
-- name: VisitOf :one
SELECT v.visit_id FROM visit v
WHERE v.practice_id = @practice_id AND v.visit_id = @visit_id
    AND v.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id);

-- Of all instruments; of records merged into the patient's as well.
-- name: Series :many
SELECT s.score_id, s.visit_id, s.instrument, s.instrument_version, s.on_date, s.responses, s.result, s.state, s.error_reason, s.created_at, f.name AS staff_name
FROM score s
JOIN staff f ON f.practice_id = s.practice_id AND f.user_id = s.created_by
WHERE s.practice_id = @practice_id
    AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY s.on_date, s.created_at, s.score_id
LIMIT 2000;

-- The days on which the patient was assessed: the phases of a course.
-- name: Phases :many
SELECT a.kind, a.on_date
FROM assessment a
WHERE a.practice_id = @practice_id AND a.state = 'completed'
    AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY a.on_date, a.assessment_id
LIMIT 40;

-- name: MarkError :execrows
UPDATE score SET state = 'error', error_reason = @error_reason
WHERE score.practice_id = @practice_id AND score.score_id = @score_id AND score.state = 'valid'
    AND score.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id);

-- name: Activities :many
SELECT a.activity_id, a.activity, a.position, a.ended_at FROM outcome_activity a
WHERE a.practice_id = @practice_id
    AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY a.position, a.activity_id
LIMIT 100;

-- name: InsertActivity :exec
INSERT INTO outcome_activity (practice_id, activity_id, patient_id, position, activity, created_by, created_at)
VALUES (@practice_id, @activity_id, @patient_id, @position, @activity, @created_by, @created_at);

-- name: EndActivity :execrows
UPDATE outcome_activity SET ended_at = @ended_at
WHERE outcome_activity.practice_id = @practice_id AND outcome_activity.activity_id = @activity_id AND outcome_activity.ended_at IS NULL
    AND outcome_activity.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id);

-- Scores that count between two days, of the patient and of records merged
-- into theirs.
-- name: Measured :many
SELECT s.score_id, s.visit_id, s.instrument, s.on_date, s.created_at, s.result FROM score s
WHERE s.practice_id = @practice_id AND s.state = 'valid' AND s.on_date >= @from_date AND s.on_date <= @to_date
    AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY s.on_date, s.created_at, s.score_id
LIMIT 200;

-- The first score of an instrument that counts.
-- name: First :many
SELECT s.score_id FROM score s
WHERE s.practice_id = @practice_id AND s.state = 'valid' AND s.instrument = @instrument
    AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY s.on_date, s.created_at, s.score_id
LIMIT 1;

-- The newest score of an instrument that counts.
-- name: Newest :many
SELECT s.result, s.on_date FROM score s
WHERE s.practice_id = @practice_id AND s.state = 'valid' AND s.instrument = @instrument
    AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY s.on_date DESC, s.created_at DESC, s.score_id DESC
LIMIT 1;

-- name: InsertTask :exec
INSERT INTO safety_task (practice_id, task_id, patient_id, score_id, instrument, instrument_version, item, answer, responses, on_date, state, raised_by, raised_at)
VALUES (@practice_id, @task_id, @patient_id, @score_id, @instrument, @instrument_version, @item, sqlc.narg(answer), @responses, @on_date, 'open', @raised_by, @raised_at);

-- name: TasksOfPatient :many
SELECT t.task_id, t.patient_id, t.score_id, t.instrument, t.item, t.answer, t.responses, t.on_date, t.state, t.raised_at, r.name AS raised_by_name,
    CAST(COALESCE(k.done, '') AS text) AS done, k.acknowledged_at, CAST(COALESCE(a.name, '') AS text) AS acknowledged_by_name,
    CAST(COALESCE(s.error_reason, '') AS text) AS error_reason
FROM safety_task t
JOIN staff r ON r.practice_id = t.practice_id AND r.user_id = t.raised_by
LEFT JOIN score s ON s.practice_id = t.practice_id AND s.score_id = t.score_id
LEFT JOIN safety_acknowledgement k ON k.practice_id = t.practice_id AND k.task_id = t.task_id
LEFT JOIN staff a ON a.practice_id = k.practice_id AND a.user_id = k.acknowledged_by
WHERE t.practice_id = @practice_id
    AND t.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY t.raised_at DESC, t.task_id DESC
LIMIT 200;

-- name: OpenOfPatient :many
SELECT t.task_id, t.instrument, t.item, t.answer, t.on_date FROM safety_task t
WHERE t.practice_id = @practice_id AND t.state = 'open'
    AND t.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY t.raised_at, t.task_id
LIMIT 20;

-- Open tasks of the practice, the oldest first. A merged record's task is the
-- survivor's to answer.
-- name: OpenTasks :many
SELECT t.task_id, t.instrument, t.item, t.answer, t.on_date, t.raised_at, p.patient_id, p.merged_into_patient_id, p.name AS patient_name
FROM safety_task t
JOIN patient p ON p.practice_id = t.practice_id AND p.patient_id = t.patient_id
WHERE t.practice_id = @practice_id AND t.state = 'open'
ORDER BY t.raised_at, t.task_id
LIMIT 100;

-- name: TaskState :one
SELECT t.state FROM safety_task t
WHERE t.practice_id = @practice_id AND t.task_id = @task_id
    AND t.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id);

-- name: CloseTask :execrows
UPDATE safety_task SET state = 'acknowledged'
WHERE practice_id = @practice_id AND task_id = @task_id AND state = 'open';

-- name: InsertAcknowledgement :exec
INSERT INTO safety_acknowledgement (practice_id, task_id, done, acknowledged_by, acknowledged_at)
VALUES (@practice_id, @task_id, @done, @acknowledged_by, @acknowledged_at);
