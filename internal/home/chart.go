package home

import (
	"context"
	"slices"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger"
)

// Chart is what the first page of a patient's record shows. What the actor may
// not see is zero and its permission in May is false.
type Chart struct {
	Header   patient.Header
	Today    civil.Date
	May      May
	Orders   []Order // prescriptions in force
	Gate     screening.Gate
	Courses  []outcome.Course // with at least one valid score
	Plan     *plan.Plan
	Last     *visit.SignedNote
	Next     *Session
	Intake   Paper
	Consents []string // needed, and not there
	Files    []File
	Team     []careteam.Provider
	Line     Timeline
}

// May is what the actor is allowed on this page.
type May struct{ Refer, Screen, Outcomes, Plan, Notes, Write, Book, Report, Health, Consents, Documents, Order, Visits, Claims, Payments, Team, TeamWrite, Papers bool }

// Order is a prescription with what is left of it.
type Order struct {
	Referral referral.Referral
	Ledger   visitledger.Ledger
	Due      string    // why its prescriber waits for a report; "" when nobody does
	Draft    id.Report // the report begun on it; zero without
}

// ending reports that the prescription itself runs out and nothing goes on
// after it, so that its prescriber is to be asked.
func (o Order) ending() bool {
	return !o.Ledger.Renewed && o.Ledger.Rows[0].Tone != visitledger.OK
}

// Session is the next visit.
type Session struct {
	ID        id.Visit
	On        civil.Date
	Time      string
	State     visit.State
	Therapist string
}

// Paper is how far the intake has come: "", draft or complete.
type Paper struct {
	State string
	On    civil.Date
}

// File is a document with where it opens.
type File struct {
	Title, Meta, URL string
}

func may(a authz.Actor) May {
	return May{Refer: a.Can(authz.ReferralWrite), Screen: a.Can(authz.ScreeningRead), Outcomes: a.Can(authz.OutcomeRead), Plan: a.Can(authz.PlanRead),
		Notes: a.Can(authz.NoteRead), Write: a.Can(authz.NoteWrite), Book: a.Can(authz.VisitWrite), Report: a.Can(authz.ReportWrite), Health: a.Can(authz.HealthRead),
		Consents: a.Can(authz.ConsentRead), Documents: a.Can(authz.DocumentRead), Order: a.Can(authz.ReferralRead), Visits: a.Can(authz.VisitRead),
		Claims: a.Can(authz.ClaimRead), Payments: a.Can(authz.PaymentRead), Team: a.Can(authz.CareTeamRead), TeamWrite: a.Can(authz.CareTeamWrite), Papers: a.Can(authz.PaperRead)}
}

// Chart reads the chart of a patient and records one view. PatientRead;
// NotFound.
func (s *Service) Chart(ctx context.Context, p id.Patient, f Filter, from Cursor) (Chart, error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return Chart{}, err
	}
	var c Chart
	err = s.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		c = Chart{Today: a.Today(tx.Now.Time), May: may(a)}
		if c.Header, err = s.Patients.HeaderTx(ctx, tx, p); err != nil {
			return err
		}
		r := &reader{Service: s, tx: tx, q: q.New(tx), actor: a, chart: &c, patient: p}
		for _, read := range []func(context.Context) error{r.orders, r.reports, r.safety, r.outcomes, r.plan, r.last, r.next, r.papers, r.scans, r.team} {
			if err := read(ctx); err != nil {
				return err
			}
		}
		c.Line, err = r.timeline(ctx, f, from)
		return err
	})
	if err != nil {
		return Chart{}, db.Classify(err)
	}
	return c, s.Log.Viewed(ctx, db.Event{Action: "chart.view", Patient: p, Kind: "patient", Subject: p.String()})
}

// reader fills a chart inside one snapshot.
type reader struct {
	*Service
	tx      *db.Tx
	q       *q.Queries
	actor   authz.Actor
	chart   *Chart
	patient id.Patient
}

func (r *reader) orders(ctx context.Context) error {
	if !r.chart.May.Order {
		return nil
	}
	refs, err := r.Referrals.ForPatient(ctx, r.tx, r.patient)
	if err != nil {
		return err
	}
	ledgers, err := r.Ledger.InForceOf(ctx, r.tx, r.patient, refs)
	if err != nil {
		return err
	}
	for _, l := range ledgers {
		i := slices.IndexFunc(refs, func(x referral.Referral) bool { return x.ID == l.Referral })
		if i >= 0 {
			r.chart.Orders = append(r.chart.Orders, Order{Referral: refs[i], Ledger: l})
		}
	}
	return nil
}

// reports says which prescriptions wait for a report, and what was begun.
func (r *reader) reports(ctx context.Context) error {
	if !r.actor.Can(authz.ReportRead) || len(r.chart.Orders) == 0 {
		return nil
	}
	due, err := r.Reports.DueOf(ctx, r.tx, r.patient)
	if err != nil {
		return err
	}
	drafts, err := r.q.ChartReportDrafts(ctx, q.ChartReportDraftsParams{PracticeID: r.tx.Practice, PatientID: r.patient})
	if err != nil {
		return err
	}
	for i := range r.chart.Orders {
		o := &r.chart.Orders[i]
		for _, d := range due {
			if d.Referral == o.Referral.ID {
				o.Due = d.Why
			}
		}
		for _, d := range drafts {
			if d.ReferralID == o.Referral.ID {
				o.Draft = d.ReportID
			}
		}
	}
	return nil
}

func (r *reader) team(ctx context.Context) (err error) {
	if r.chart.May.Team {
		r.chart.Team, err = r.CareTeams.ListTx(ctx, r.tx, r.patient)
	}
	return err
}

func (r *reader) safety(ctx context.Context) error {
	if !r.chart.May.Screen {
		return nil
	}
	g, err := r.Screening.GateTx(ctx, r.tx, r.patient, r.chart.Today)
	r.chart.Gate = g
	return err
}

func (r *reader) outcomes(ctx context.Context) error {
	if !r.chart.May.Outcomes {
		return nil
	}
	all, err := r.Outcomes.CoursesTx(ctx, r.tx, r.patient)
	for _, c := range all {
		if c.Last != nil {
			r.chart.Courses = append(r.chart.Courses, c)
		}
	}
	return err
}

// Goal is the target of the plan for an instrument, nil without one.
func (c Chart) Goal(instrument string) *float64 {
	if c.Plan == nil {
		return nil
	}
	for _, g := range c.Plan.Goals {
		if g.Measure == instrument && g.State != plan.GoalDropped {
			return &g.Target
		}
	}
	return nil
}

func (r *reader) plan(ctx context.Context) error {
	if !r.chart.May.Plan {
		return nil
	}
	p, found, err := r.Plans.Active(ctx, r.tx, r.patient)
	if found {
		r.chart.Plan = &p
	}
	return err
}

func (r *reader) last(ctx context.Context) error {
	if !r.chart.May.Notes {
		return nil
	}
	n, found, err := r.Visits.LastSigned(ctx, r.tx, r.patient)
	if found {
		r.chart.Last = &n
	}
	return err
}

func (r *reader) next(ctx context.Context) error {
	if !r.chart.May.Visits {
		return nil
	}
	rows, err := r.q.NextVisit(ctx, q.NextVisitParams{PracticeID: r.tx.Practice, PatientID: r.patient, Today: r.chart.Today})
	if err != nil || len(rows) == 0 {
		return err
	}
	v := rows[0]
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		return err
	}
	r.chart.Next = &Session{ID: v.VisitID, On: v.ServiceDate, Time: v.StartsAt.In(zone).Format("15:04"), State: visit.State(v.State), Therapist: v.TherapistName}
	return nil
}

func (r *reader) papers(ctx context.Context) error {
	if r.chart.May.Health {
		rows, err := r.q.ChartIntakes(ctx, q.ChartIntakesParams{PracticeID: r.tx.Practice, PatientID: r.patient})
		if err != nil {
			return err
		}
		for _, i := range rows {
			if i.Status == "complete" && r.chart.Intake.State != "complete" {
				r.chart.Intake = Paper{"complete", r.actor.Today(i.CompletedAt.Time)}
			} else if r.chart.Intake.State == "" {
				r.chart.Intake = Paper{i.Status, r.actor.Today(i.StartedAt.Time)}
			}
		}
	}
	if r.chart.May.Consents {
		rows, err := r.q.ChartConsents(ctx, q.ChartConsentsParams{PracticeID: r.tx.Practice, PatientID: r.patient})
		if err != nil {
			return err
		}
		newest := map[string]string{}
		for _, c := range rows {
			newest[c.TextKey] = c.Action
		}
		r.chart.Consents = missingConsents(newest)
	}
	return nil
}

func (r *reader) scans(ctx context.Context) error {
	if !r.chart.May.Order {
		return nil
	}
	rows, err := r.q.ChartScans(ctx, q.ChartScansParams{PracticeID: r.tx.Practice, PatientID: r.patient})
	for _, s := range rows {
		r.chart.Files = append(r.chart.Files, File{Title: s.Name, Meta: "prescription scan, " + r.actor.Today(s.UploadedAt.Time).Human(),
			URL: "/patients/" + r.patient.String() + "/prescription-scans/" + s.BlobID.String()})
	}
	return err
}
