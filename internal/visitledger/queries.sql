-- name: VisitsOfReferral :many
SELECT visit_id, service_date, planned_minutes, state FROM visit
WHERE practice_id = @practice_id AND referral_id = @referral_id AND state <> 'cancelled' AND state <> 'no_show' AND untreated = false
ORDER BY service_date, visit_id
LIMIT 2000;

-- name: VisitsOfPatient :many
SELECT v.referral_id, v.visit_id, v.service_date, v.planned_minutes, v.state FROM visit v
JOIN referral r ON r.practice_id = v.practice_id AND r.referral_id = v.referral_id
WHERE v.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
  AND v.state <> 'cancelled' AND v.state <> 'no_show' AND v.untreated = false
ORDER BY v.service_date, v.visit_id
LIMIT 5000;

-- The prescriptions in force that a list over the practice looks at: the first
-- "most" that end and the first that have no end, those of a therapist's
-- patients, and those of whoever comes on a day. Each is counted here, by the
-- index of visits by prescription, and so is each standing authorisation: a
-- prescription with two of them has two rows. "more" is 1 when further ones end
-- later than those looked at.
-- name: InForce :many
SELECT r.referral_id, r.patient_id, r.per_week, r.weeks, r.visits_ordered, r.minutes, r.starts_on, r.ends_on, pt.name, pt.number,
    (SELECT count(*) FROM visit v WHERE v.practice_id = r.practice_id AND v.referral_id = r.referral_id
        AND v.state = 'completed' AND v.untreated = false) AS used,
    (SELECT count(*) FROM visit v WHERE v.practice_id = r.practice_id AND v.referral_id = r.referral_id
        AND v.state <> 'completed' AND v.state <> 'cancelled' AND v.state <> 'no_show') AS booked,
    (SELECT count(*) FROM referral n WHERE n.practice_id = r.practice_id AND n.replaces_referral_id = r.referral_id
        AND n.state <> 'draft' AND n.close_reason <> 'error') AS successors,
    a.authorisation_id, COALESCE(a.payer_name, '') AS payer_name, COALESCE(a.number, '') AS authorisation_number,
    a.visits, a.units, a.from_on, a.to_on,
    CAST(CASE WHEN a.visits IS NULL THEN 0 ELSE (SELECT count(*) FROM visit v WHERE v.practice_id = r.practice_id AND v.referral_id = r.referral_id
        AND v.state = 'completed' AND v.untreated = false AND v.service_date >= a.from_on AND (a.to_on IS NULL OR v.service_date <= a.to_on)) END AS bigint) AS visits_used,
    CAST(CASE WHEN a.visits IS NULL THEN 0 ELSE (SELECT count(*) FROM visit v WHERE v.practice_id = r.practice_id AND v.referral_id = r.referral_id
        AND v.state <> 'completed' AND v.state <> 'cancelled' AND v.state <> 'no_show'
        AND v.service_date >= a.from_on AND (a.to_on IS NULL OR v.service_date <= a.to_on)) END AS bigint) AS visits_booked,
    CAST(CASE WHEN a.units IS NULL THEN 0 ELSE (SELECT COALESCE(sum((v.planned_minutes + 7) / 15), 0) FROM visit v WHERE v.practice_id = r.practice_id
        AND v.referral_id = r.referral_id AND v.state = 'completed' AND v.untreated = false
        AND v.service_date >= a.from_on AND (a.to_on IS NULL OR v.service_date <= a.to_on)) END AS bigint) AS units_used,
    CAST(CASE WHEN a.units IS NULL THEN 0 ELSE (SELECT COALESCE(sum((v.planned_minutes + 7) / 15), 0) FROM visit v WHERE v.practice_id = r.practice_id
        AND v.referral_id = r.referral_id AND v.state <> 'completed' AND v.state <> 'cancelled' AND v.state <> 'no_show'
        AND v.service_date >= a.from_on AND (a.to_on IS NULL OR v.service_date <= a.to_on)) END AS bigint) AS units_booked,
    (SELECT count(*) FROM (SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.state = 'active' AND x.ends_on >= @since
        ORDER BY x.ends_on, x.referral_id LIMIT 1 OFFSET @most) later) AS more
FROM referral r
JOIN patient pt ON pt.practice_id = r.practice_id AND pt.patient_id = r.patient_id
LEFT JOIN referral_authorisation a ON a.practice_id = r.practice_id AND a.referral_id = r.referral_id AND a.withdrawn = false AND a.state = 'approved'
WHERE r.practice_id = @practice_id AND r.state = 'active' AND pt.status = 'active' AND (r.ends_on IS NULL OR r.ends_on >= @since)
    AND r.referral_id IN (
        SELECT ending.referral_id FROM (SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.state = 'active' AND x.ends_on >= @since
            ORDER BY x.ends_on, x.referral_id LIMIT @most) ending
        UNION SELECT endless.referral_id FROM (SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.state = 'active' AND x.ends_on IS NULL
            ORDER BY x.referral_id LIMIT @most) endless
        UNION SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.patient_id IN (
            SELECT v.patient_id FROM visit v WHERE v.practice_id = @practice_id AND v.user_id = @user_id AND v.service_date >= @treated_since AND v.service_date <= @treated_until)
        UNION SELECT x.referral_id FROM referral x WHERE x.practice_id = @practice_id AND x.patient_id IN (
            SELECT v.patient_id FROM visit v WHERE v.practice_id = @practice_id AND v.service_date = @on_date AND (CAST(@everybody AS bigint) = 1 OR v.user_id = @user_id)))
ORDER BY r.ends_on, r.referral_id, a.from_on, a.authorisation_id
LIMIT 5000;
