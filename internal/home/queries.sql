-- Everything here reads; home owns no table.

-- Those of the board are led by the day: the visits come first and order the
-- answer, so that no plan begins with all patients. Whoever comes twice a day
-- is in an answer twice.

-- A day in outline: what to say about all of it, and which visits a page shows.
-- name: DayOutline :many
SELECT v.visit_id, v.starts_at, v.state FROM visit v
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
ORDER BY v.starts_at, v.visit_id
LIMIT 1000;

-- The visits of a page of a day. "everybody" is 1 for all therapists, 0 for one;
-- "part" is 1 for visits that still want something, 2 for those that are over, 0 for both.
-- name: Day :many
SELECT v.visit_id, v.patient_id, v.referral_id, v.user_id, v.starts_at, v.planned_minutes, v.state, v.version,
    p.name AS patient_name, p.birth_date, s.name AS therapist_name, l.name AS location_name, l.zone,
    COALESCE(r.regions, '') AS regions, COALESCE(r.visits_ordered, 0) AS visits_ordered,
    COALESCE(pr.given_name, '') AS given_name, COALESCE(pr.family_name, '') AS family_name, COALESCE(pr.credential, '') AS credential,
    COALESCE(d.code, '') AS code, COALESCE(d.description, '') AS diagnosis, COALESCE(n.state, '') AS draft, g.document_id
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN referral r ON r.practice_id = v.practice_id AND r.referral_id = v.referral_id
LEFT JOIN prescriber pr ON pr.practice_id = r.practice_id AND pr.prescriber_id = r.prescriber_id
LEFT JOIN referral_diagnosis d ON d.practice_id = r.practice_id AND d.referral_id = r.referral_id AND d.position = 0
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id
LIMIT 300;

-- Which number each visit of a day has under its prescription.
-- name: DayNumbers :many
SELECT v.visit_id, (SELECT count(*) FROM visit o WHERE o.practice_id = v.practice_id AND o.referral_id = v.referral_id
    AND o.state <> 'cancelled' AND o.state <> 'no_show' AND o.untreated = false AND (o.starts_at < v.starts_at OR (o.starts_at = v.starts_at AND o.visit_id <= v.visit_id))) AS nth
FROM visit v
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2)) AND v.referral_id IS NOT NULL AND v.untreated = false
ORDER BY v.starts_at, v.visit_id
LIMIT 1000;

-- name: DayPain :many
SELECT s.patient_id, s.result, s.on_date
FROM visit v
JOIN score s ON s.practice_id = v.practice_id AND s.score_id = (SELECT n.score_id FROM score n
    WHERE n.practice_id = v.practice_id AND n.patient_id = v.patient_id AND n.instrument = 'nprs' AND n.state = 'valid'
    ORDER BY n.on_date DESC, n.created_at DESC, n.score_id DESC LIMIT 1)
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id
LIMIT 1000;

-- The newest signed note of each patient of a day.
-- name: DayNotes :many
SELECT v.patient_id, x.service_date, x.document_id, x.body
FROM visit v
JOIN document x ON x.practice_id = v.practice_id AND x.document_id = (SELECT n.document_id FROM signed_note n
    WHERE n.practice_id = v.practice_id AND n.patient_id = v.patient_id AND n.state = 'valid'
    ORDER BY n.service_date DESC, n.signed_at DESC, n.document_id DESC LIMIT 1)
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id
LIMIT 300;

-- The newest assessment of each patient of a day that is not an error.
-- name: DayAssessments :many
SELECT a.patient_id, a.assessment_id, a.state, a.on_date
FROM visit v
JOIN assessment a ON a.practice_id = v.practice_id AND a.assessment_id = (SELECT n.assessment_id FROM assessment n
    WHERE n.practice_id = v.practice_id AND n.patient_id = v.patient_id AND n.state <> 'error'
    ORDER BY n.on_date DESC, n.created_at DESC, n.assessment_id DESC LIMIT 1)
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id
LIMIT 1000;

-- name: DayScreenings :many
SELECT s.patient_id, s.screening_id, s.on_date, s.answers
FROM visit v
JOIN screening s ON s.practice_id = v.practice_id AND s.screening_id = (SELECT n.screening_id FROM screening n
    WHERE n.practice_id = v.practice_id AND n.patient_id = v.patient_id
    ORDER BY n.on_date DESC, n.created_at DESC, n.screening_id DESC LIMIT 1)
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id
LIMIT 1000;

-- name: DayClearances :many
SELECT c.patient_id, c.clearance_id, c.screening_id, c.rule, c.found_groups, c.kind, c.name, c.credential, c.from_on, c.until_on, c.scope, c.reason, c.evidence
FROM visit v
JOIN clearance c ON c.practice_id = v.practice_id AND c.patient_id = v.patient_id AND c.withdrawn_at IS NULL
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, c.clearance_id
LIMIT 3000;

-- name: DayDecisions :many
SELECT d.patient_id, d.rule, d.found_groups, d.rule_version, d.decision, d.decided_at
FROM visit v
JOIN screening_decision d ON d.practice_id = v.practice_id AND d.patient_id = v.patient_id
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, d.rule, d.decided_at, d.rule_version, d.found_groups
LIMIT 5000;

-- name: DayDiagnoses :many
SELECT r.patient_id, d.code
FROM visit v
JOIN referral r ON r.practice_id = v.practice_id AND r.patient_id = v.patient_id AND r.close_reason <> 'error'
JOIN referral_diagnosis d ON d.practice_id = r.practice_id AND d.referral_id = r.referral_id
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, d.code
LIMIT 5000;

-- name: DayMedicines :many
SELECT m.patient_id, m.medication_id, m.name
FROM visit v
JOIN medication m ON m.practice_id = v.practice_id AND m.patient_id = v.patient_id AND m.ended_at IS NULL
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, m.medication_id
LIMIT 5000;

-- name: DayAnswers :many
SELECT h.patient_id, h.kind
FROM visit v
JOIN patient_health_answer h ON h.practice_id = v.practice_id AND h.patient_id = v.patient_id
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, h.kind
LIMIT 2000;

-- name: DayAllergies :many
SELECT a.patient_id, a.allergy_id, a.name, a.severe
FROM visit v
JOIN allergy a ON a.practice_id = v.practice_id AND a.patient_id = v.patient_id AND a.ended_at IS NULL
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, a.severe DESC, a.allergy_id
LIMIT 3000;

-- name: DayConsents :many
SELECT c.patient_id, c.consent_id, c.text_key, c.action, c.signed_at
FROM visit v
JOIN consent c ON c.practice_id = v.practice_id AND c.patient_id = v.patient_id AND (c.text_key = 'treatment' OR c.text_key = 'privacy-notice')
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, c.signed_at, c.consent_id
LIMIT 3000;

-- name: DayIntakes :many
SELECT i.patient_id, i.intake_id, i.status
FROM visit v
JOIN intake i ON i.practice_id = v.practice_id AND i.patient_id = v.patient_id AND i.status <> 'discarded'
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
    AND v.starts_at >= @from_at AND v.starts_at <= @last_at
    AND (CAST(@part AS bigint) = 0 OR (v.state IN ('completed', 'cancelled', 'no_show')) = (CAST(@part AS bigint) = 2))
ORDER BY v.starts_at, v.visit_id, i.intake_id
LIMIT 3000;

-- Sessions begun, or of a past day and neither called off nor completed: each
-- state has the index to itself.
-- name: Unsigned :many
SELECT v.visit_id, v.patient_id, v.user_id, v.service_date, v.state, p.name AS patient_name, s.name AS therapist_name, COALESCE(n.state, '') AS draft
FROM visit v
JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
WHERE v.practice_id = @practice_id AND v.state = @state AND v.service_date < @before AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
ORDER BY v.service_date, v.visit_id
LIMIT @most;

-- Claims that wait for somebody, by state; enough to say that there are many.
-- name: WaitingClaims :many
SELECT c.claim_id, c.service_date FROM claim c
JOIN visit v ON v.practice_id = c.practice_id AND v.visit_id = c.visit_id
WHERE c.practice_id = @practice_id AND c.state = @state AND (v.user_id = @user_id OR CAST(@everybody AS bigint) = 1)
ORDER BY c.service_date, c.claim_id
LIMIT 100;

-- Whether there is anybody yet.
-- name: AnyPatient :many
SELECT patient_id FROM patient WHERE practice_id = @practice_id AND status = 'active' ORDER BY name_sort, patient_id LIMIT 1;

-- name: Licenses :many
SELECT user_id, name, credential, license_number, license_state, license_expires
FROM staff
WHERE practice_id = @practice_id AND active = true AND license_expires IS NOT NULL AND license_expires <= @until
ORDER BY license_expires, user_id
LIMIT 50;

-- The chart. A record merged into this one belongs to it.

-- name: ChartVisits :many
SELECT v.visit_id, v.service_date, v.starts_at, v.planned_minutes, v.state, v.reason, s.name AS therapist_name, l.zone,
    COALESCE(n.state, '') AS draft, g.document_id
FROM visit v
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
LEFT JOIN note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'open'
LEFT JOIN signed_note g ON g.practice_id = v.practice_id AND g.visit_id = v.visit_id AND g.state = 'valid'
WHERE v.practice_id = @practice_id AND v.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (v.service_date < @on_date OR (v.service_date = @on_date AND (v.starts_at < @at OR (v.starts_at = @at AND v.visit_id < @cursor_visit_id))))
    AND (CAST(@noted AS bigint) = 0 OR g.document_id IS NOT NULL OR n.note_id IS NOT NULL)
ORDER BY v.service_date DESC, v.starts_at DESC, v.visit_id DESC
LIMIT @most;

-- Signed documents other than notes, which stand with their visit.
-- name: ChartDocuments :many
SELECT d.document_id, d.kind, d.title, d.subject, d.refers_document_id, d.service_date, d.signed_at, d.signer_name
FROM document d
WHERE d.practice_id = @practice_id AND d.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND d.kind <> 'note'
    AND (CAST(@corrections AS bigint) = 2 OR (CAST(@corrections AS bigint) = 1 AND (d.kind = 'addendum' OR d.kind = 'retraction')) OR (CAST(@corrections AS bigint) = 0 AND d.kind <> 'addendum' AND d.kind <> 'retraction'))
    AND (d.signed_at < @at OR (d.signed_at = @at AND d.document_id < @cursor_document_id))
ORDER BY d.signed_at DESC, d.document_id DESC
LIMIT @most;

-- name: ChartAssessments :many
SELECT a.assessment_id, a.kind, a.state, a.on_date, a.regions, a.created_at, s.name AS therapist_name
FROM assessment a
JOIN staff s ON s.practice_id = a.practice_id AND s.user_id = a.user_id
WHERE a.practice_id = @practice_id AND a.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (a.on_date < @on_date OR (a.on_date = @on_date AND (a.created_at < @at OR (a.created_at = @at AND a.assessment_id < @cursor_assessment_id))))
ORDER BY a.on_date DESC, a.created_at DESC, a.assessment_id DESC
LIMIT @most;

-- name: ChartScores :many
SELECT c.score_id, c.instrument, c.on_date, c.result, c.state, c.created_at, s.name AS staff_name
FROM score c
JOIN staff s ON s.practice_id = c.practice_id AND s.user_id = c.created_by
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (c.on_date < @on_date OR (c.on_date = @on_date AND (c.created_at < @at OR (c.created_at = @at AND c.score_id < @cursor_score_id))))
ORDER BY c.on_date DESC, c.created_at DESC, c.score_id DESC
LIMIT @most;

-- The next session, today's included.
-- name: NextVisit :many
SELECT v.visit_id, v.service_date, v.starts_at, v.state, v.version, l.zone, s.name AS therapist_name
FROM visit v
JOIN location l ON l.practice_id = v.practice_id AND l.location_id = v.location_id
JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
WHERE v.practice_id = @practice_id AND v.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND v.service_date >= @today AND (v.state = 'planned' OR v.state = 'arrived' OR v.state = 'in_progress')
ORDER BY v.starts_at, v.visit_id
LIMIT 1;

-- name: ChartConsents :many
SELECT c.consent_id, c.text_key, c.action, c.signed_at
FROM consent c
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY c.signed_at, c.consent_id
LIMIT 300;

-- name: ChartIntakes :many
SELECT i.intake_id, i.status, i.started_at, i.completed_at
FROM intake i
WHERE i.practice_id = @practice_id AND i.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND i.status <> 'discarded'
ORDER BY i.started_at DESC, i.intake_id
LIMIT 20;

-- name: ChartScans :many
SELECT s.blob_id, s.referral_id, s.name, s.uploaded_at
FROM referral_scan s
WHERE s.practice_id = @practice_id AND s.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id) AND s.discarded_at IS NULL
ORDER BY s.uploaded_at DESC, s.blob_id
LIMIT 20;

-- Money. A check-out stands right after its visit.

-- name: ChartClaims :many
SELECT c.claim_id, c.number, c.state, c.frequency, c.service_date, c.created_at, c.total_cents, COALESCE(y.name, '') AS payer_name
FROM claim c
LEFT JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id
WHERE c.practice_id = @practice_id AND c.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (c.service_date < @on_date OR (c.service_date = @on_date AND (c.created_at < @at OR (c.created_at = @at AND c.claim_id < @cursor_claim_id))))
ORDER BY c.service_date DESC, c.created_at DESC, c.claim_id DESC
LIMIT @most;

-- name: ChartPayments :many
SELECT y.payment_id, y.way, y.amount_cents, y.brand, y.last_four, y.on_date, y.received_at, COALESCE(x.reason, '') AS reversed
FROM payment y
LEFT JOIN payment_reversal x ON x.practice_id = y.practice_id AND x.payment_id = y.payment_id
WHERE y.practice_id = @practice_id AND y.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (y.on_date < @on_date OR (y.on_date = @on_date AND (y.received_at < @at OR (y.received_at = @at AND y.payment_id < @cursor_payment_id))))
ORDER BY y.on_date DESC, y.received_at DESC, y.payment_id DESC
LIMIT @most;

-- name: ChartCheckouts :many
SELECT v.visit_id, v.service_date, v.starts_at, k.total_cents, k.share_cents, k.done_at
FROM visit v
JOIN checkout k ON k.practice_id = v.practice_id AND k.visit_id = v.visit_id
WHERE v.practice_id = @practice_id AND v.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
    AND (v.service_date < @on_date OR (v.service_date = @on_date AND (v.starts_at < @at OR (v.starts_at = @at AND v.visit_id < @cursor_visit_id))))
    AND (k.total_cents > 0 OR k.done_at IS NOT NULL)
ORDER BY v.service_date DESC, v.starts_at DESC, v.visit_id DESC
LIMIT @most;

-- The drafts of reports on a patient's prescriptions, one each.
-- name: ChartReportDrafts :many
SELECT d.report_id, d.referral_id
FROM referral r
JOIN report d ON d.practice_id = r.practice_id AND d.draft_referral_id = r.referral_id
WHERE r.practice_id = @practice_id AND r.patient_id IN (
        SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.patient_id = @patient_id
        UNION ALL SELECT m.patient_id FROM patient m WHERE m.practice_id = @practice_id AND m.merged_into_patient_id = @patient_id)
ORDER BY d.report_id
LIMIT 50;

-- Finding and doing.

-- Who of a day may still be treated or written about.
-- name: OpenVisits :many
SELECT v.visit_id, v.patient_id, v.state, v.user_id FROM visit v
WHERE v.practice_id = @practice_id AND v.service_date = @service_date AND (v.state = 'planned' OR v.state = 'arrived' OR v.state = 'in_progress')
ORDER BY v.starts_at, v.visit_id
LIMIT 1000;

-- Whose chart the person opened last, among their newest entries of the audit
-- log: it is there anyway, so that no second record of it is kept.
-- name: RecentPatients :many
SELECT p.patient_id, p.name, p.number, p.birth_date
FROM (SELECT w.practice_id, w.patient_id, w.action, w.at FROM audit_entry w
    WHERE w.practice_id = @practice_id AND w.user_id = @user_id ORDER BY w.at DESC, w.audit_id DESC LIMIT 600) e
JOIN patient p ON p.practice_id = e.practice_id AND p.patient_id = e.patient_id AND p.status = 'active'
WHERE e.action = 'chart.view' OR e.action = 'patient.view'
GROUP BY p.patient_id, p.name, p.number, p.birth_date
ORDER BY max(e.at) DESC, p.patient_id
LIMIT 5;
