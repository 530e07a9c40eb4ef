-- name: InsertReport :exec
INSERT INTO report (practice_id, report_id, patient_id, referral_id, draft_referral_id, state, on_date, recommendation, reason, visits, per_week, weeks,
    summary, request, created_at, created_by, updated_at)
VALUES (@practice_id, @report_id, @patient_id, @referral_id, @referral_id, 'draft', @on_date, @recommendation, @reason, @visits, @per_week, @weeks,
    @summary, @request, @created_at, @created_by, @created_at);

-- name: UpdateDraft :execrows
UPDATE report SET recommendation = @recommendation, reason = @reason, visits = @visits, per_week = @per_week, weeks = @weeks, summary = @summary, request = @request,
    updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND report_id = @report_id AND state = 'draft' AND version = @version;

-- name: MarkSigned :execrows
UPDATE report SET state = 'signed', draft_referral_id = NULL, on_date = @on_date, document_id = @document_id, signed_at = @signed_at,
    updated_at = @signed_at, version = version + 1
WHERE practice_id = @practice_id AND report_id = @report_id AND state = 'draft' AND version = @version;

-- name: MarkDiscarded :execrows
UPDATE report SET state = 'discarded', draft_referral_id = NULL, updated_at = @updated_at, version = version + 1
WHERE practice_id = @practice_id AND report_id = @report_id AND state = 'draft' AND version = @version;

-- A report of the patient or of a record merged into it.
-- name: GetReport :one
SELECT r.report_id, r.patient_id, r.referral_id, r.state, r.on_date, r.recommendation, r.reason, r.visits, r.per_week, r.weeks, r.summary, r.request,
    r.document_id, r.created_at, r.updated_at, r.signed_at, r.version, s.name AS staff_name
FROM report r
JOIN staff s ON s.practice_id = r.practice_id AND s.user_id = r.created_by
WHERE r.practice_id = @practice_id AND r.report_id = @report_id
    AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id);

-- name: ListReports :many
SELECT r.report_id, r.patient_id, r.referral_id, r.state, r.on_date, r.recommendation, r.reason, r.visits, r.per_week, r.weeks, r.summary, r.request,
    r.document_id, r.created_at, r.updated_at, r.signed_at, r.version, s.name AS staff_name
FROM report r
JOIN staff s ON s.practice_id = r.practice_id AND s.user_id = r.created_by
WHERE r.practice_id = @practice_id AND r.state <> 'discarded'
    AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY r.created_at DESC, r.report_id
LIMIT 200;

-- The letterhead: the practice and the place the author works at.
-- name: Letterhead :one
SELECT p.name, p.phone, p.email, l.address_line, l.city, l.state, l.postal_code, l.phone AS place_phone
FROM practice p
JOIN staff s ON s.practice_id = p.practice_id AND s.user_id = @user_id
JOIN location l ON l.practice_id = s.practice_id AND l.location_id = s.location_id
WHERE p.practice_id = @practice_id;

-- Prescriptions in force that a report is due on: "visits" completed since the
-- last signed one, or any completed while that one, or else the start, lies on
-- or before a day. Looked at are the first "most" that end and the first that
-- have no end, those of a therapist's patients or under which the therapist has
-- visits, and those of one patient. Of those that somebody insures, all are named
-- under which a session took place: the payer may have a rule of its own.
-- name: Due :many
WITH d AS (
    SELECT r.referral_id, r.patient_id, r.prescriber_id, r.starts_on, last.on_date AS reported_on,
        (SELECT count(*) FROM visit v WHERE v.practice_id = r.practice_id AND v.referral_id = r.referral_id AND v.state = 'completed' AND v.untreated = false
            AND (last.on_date IS NULL OR v.service_date > last.on_date)) AS visits,
        CASE WHEN r.starts_on <= @before AND (last.on_date IS NULL OR last.on_date <= @before) THEN 1 ELSE 0 END AS waited
    FROM referral r
    LEFT JOIN report last ON last.practice_id = r.practice_id AND last.report_id = (SELECT n.report_id FROM report n
        WHERE n.practice_id = r.practice_id AND n.referral_id = r.referral_id AND n.state = 'signed' ORDER BY n.on_date DESC, n.report_id DESC LIMIT 1)
    WHERE r.practice_id = @practice_id AND r.state = 'active' AND (r.ends_on IS NULL OR r.ends_on >= @since)
        AND r.referral_id IN (
            SELECT ending.referral_id FROM (SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.state = 'active' AND x.ends_on >= @since
                ORDER BY x.ends_on, x.referral_id LIMIT @most) ending
            UNION SELECT endless.referral_id FROM (SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.state = 'active' AND x.ends_on IS NULL
                ORDER BY x.referral_id LIMIT @most) endless
            UNION SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.patient_id IN (
                SELECT v.patient_id FROM visit v WHERE v.practice_id = @practice_id AND v.user_id = @user_id AND v.service_date >= @treated_since AND v.service_date <= @treated_until)
            UNION SELECT v.referral_id FROM visit v
                WHERE v.practice_id = @practice_id AND v.user_id = @user_id AND v.service_date >= @treated_since AND v.service_date <= @treated_until AND v.referral_id IS NOT NULL
            UNION SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.patient_id IN (
                SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
                UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id))
)
SELECT d.referral_id, pt.patient_id, pt.merged_into_patient_id, d.starts_on, COALESCE(kept.name, pt.name) AS patient_name,
    COALESCE(kept.number, pt.number) AS patient_number, pr.given_name, pr.family_name, pr.credential, d.reported_on, draft.report_id AS draft_report_id, d.visits,
    COALESCE(y.name, '') AS payer_name, COALESCE(y.profile, '') AS payer_profile, y.report_every_visits, y.report_every_days
FROM d
JOIN patient pt ON pt.practice_id = @practice_id AND pt.patient_id = d.patient_id
LEFT JOIN patient kept ON kept.practice_id = pt.practice_id AND kept.patient_id = pt.merged_into_patient_id
JOIN prescriber pr ON pr.practice_id = @practice_id AND pr.prescriber_id = d.prescriber_id
LEFT JOIN report draft ON draft.practice_id = @practice_id AND draft.draft_referral_id = d.referral_id
LEFT JOIN payer y ON y.practice_id = @practice_id AND y.payer_id = (SELECT c.payer_id FROM coverage c
    WHERE c.practice_id = @practice_id AND c.patient_id = d.patient_id AND c.from_on <= @today AND (c.to_on IS NULL OR c.to_on >= @today)
        AND (c.referral_id IS NULL OR c.referral_id = d.referral_id)
    ORDER BY CASE WHEN c.referral_id IS NULL THEN 1 ELSE 0 END, c.priority, c.coverage_id LIMIT 1)
WHERE pt.status <> 'archived'
    AND (d.visits >= CAST(@visits AS bigint) OR (d.visits > 0 AND (d.waited = 1 OR y.payer_id IS NOT NULL)))
ORDER BY CASE WHEN d.reported_on > d.starts_on THEN d.reported_on ELSE d.starts_on END, d.starts_on, d.referral_id
LIMIT 2000;

-- name: Missed :one
SELECT count(*) FROM visit
WHERE practice_id = @practice_id AND referral_id = @referral_id AND state = 'no_show';

-- name: LastSigned :many
SELECT on_date FROM report
WHERE practice_id = @practice_id AND referral_id = @referral_id AND state = 'signed' AND on_date <= @on_date
ORDER BY on_date DESC, report_id DESC
LIMIT 1;
