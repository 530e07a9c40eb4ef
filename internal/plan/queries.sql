-- name: InsertPlan :exec
INSERT INTO plan (practice_id, plan_id, course_plan_id, revision, patient_id, draft_patient_id, referral_id, user_id, state, starts_on,
    per_week, weeks, visits, reassess_on, problem, revision_reason, gentle, gentle_version, created_at, updated_at)
VALUES (@practice_id, @plan_id, @course_plan_id, @revision, @patient_id, @draft_patient_id, @referral_id, @user_id, 'draft', @starts_on,
    @per_week, @weeks, @visits, @reassess_on, @problem, @revision_reason, @gentle, @gentle_version, @created_at, @updated_at);

-- name: UpdatePlan :execrows
UPDATE plan SET referral_id = @referral_id, user_id = @user_id, starts_on = @starts_on, per_week = @per_week, weeks = @weeks, visits = @visits,
    reassess_on = @reassess_on, problem = @problem, revision_reason = @revision_reason, gentle = @gentle, gentle_version = @gentle_version,
    updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND plan_id = @plan_id AND version = @version AND state = 'draft';

-- name: ActivatePlan :execrows
UPDATE plan SET state = 'active', active_patient_id = patient_id, draft_patient_id = NULL, activated_at = @at, updated_at = @at,
    version = version + 1
WHERE practice_id = @practice_id AND plan_id = @plan_id AND version = @version AND state = 'draft';

-- name: EndPlan :execrows
UPDATE plan SET state = @state, active_patient_id = NULL, draft_patient_id = NULL, ended_at = @at, ended_by = @ended_by, updated_at = @at,
    close_reason = @close_reason, close_note = @close_note, version = version + 1
WHERE practice_id = @practice_id AND plan_id = @plan_id AND version = @version AND state IN ('draft', 'active');

-- name: PlansOf :many
SELECT p.plan_id, p.course_plan_id, p.revision, p.patient_id, p.referral_id, p.user_id, s.name AS staff_name, p.state, p.starts_on,
    p.per_week, p.weeks, p.visits, p.reassess_on, p.problem, p.revision_reason, p.gentle, p.activated_at, p.ended_at, p.close_reason,
    p.close_note, p.created_at, p.version
FROM plan p
JOIN staff s ON s.practice_id = p.practice_id AND s.user_id = p.user_id
WHERE p.practice_id = @practice_id AND p.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY p.created_at DESC, p.plan_id DESC
LIMIT 100;

-- name: GoalsOf :many
SELECT g.* FROM goal g
JOIN plan p ON p.practice_id = g.practice_id AND p.plan_id = g.plan_id
WHERE g.practice_id = @practice_id AND p.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY g.plan_id, g.position, g.goal_id
LIMIT 2000;

-- name: InterventionsOf :many
SELECT i.* FROM plan_intervention i
JOIN plan p ON p.practice_id = i.practice_id AND p.plan_id = i.plan_id
WHERE i.practice_id = @practice_id AND p.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY i.plan_id, i.position
LIMIT 3000;

-- name: HomeCareOf :many
SELECT h.* FROM plan_home_care h
JOIN plan p ON p.practice_id = h.practice_id AND p.plan_id = h.plan_id
WHERE h.practice_id = @practice_id AND p.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY h.plan_id, h.position
LIMIT 2000;

-- name: InsertGoal :exec
INSERT INTO goal (practice_id, goal_id, origin_goal_id, plan_id, position, statement, text, measure, unit, baseline, baseline_on, target, due_on)
VALUES (@practice_id, @goal_id, @origin_goal_id, @plan_id, @position, @statement, @text, @measure, @unit, @baseline, @baseline_on, @target, @due_on);

-- name: SetGoalState :execrows
UPDATE goal SET state = @state, state_reason = @state_reason, state_at = @state_at, state_by = @state_by, version = version + 1
WHERE practice_id = @practice_id AND goal_id = @goal_id AND version = @version;

-- name: DeleteGoals :exec
DELETE FROM goal WHERE practice_id = @practice_id AND plan_id = @plan_id;

-- name: InsertIntervention :exec
INSERT INTO plan_intervention (practice_id, plan_id, position, technique, regions, minutes_low, minutes_high, pressure, frequency, body_position, reason)
VALUES (@practice_id, @plan_id, @position, @technique, @regions, @minutes_low, @minutes_high, @pressure, @frequency, @body_position, @reason);

-- name: DeleteInterventions :exec
DELETE FROM plan_intervention WHERE practice_id = @practice_id AND plan_id = @plan_id;

-- name: InsertHomeCare :exec
INSERT INTO plan_home_care (practice_id, plan_id, position, what, how_often)
VALUES (@practice_id, @plan_id, @position, @what, @how_often);

-- name: DeleteHomeCare :exec
DELETE FROM plan_home_care WHERE practice_id = @practice_id AND plan_id = @plan_id;
