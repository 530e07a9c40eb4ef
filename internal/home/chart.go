package home

import (
	"context"
	"slices"
	"time"

	"soapstone/internal/authz"
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
	Line     Timeline
}

// May is what the actor is allowed on this page.
type May struct{ Refer, Screen, Outcomes, Plan, Notes, Write, Book, Report, Health, Consents, Documents, Order, Visits bool }

// Order is a prescription with what is left of it.
type Order struct {
	Referral referral.Referral
	Ledger   visitledger.Ledger
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
		Consents: a.Can(authz.ConsentRead), Documents: a.Can(authz.DocumentRead), Order: a.Can(authz.ReferralRead), Visits: a.Can(authz.VisitRead)}
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
		for _, read := range []func(context.Context) error{r.orders, r.safety, r.outcomes, r.plan, r.last, r.next, r.papers, r.scans} {
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
	ledgers, err := r.Ledger.ForPatient(ctx, r.tx, r.patient)
	if err != nil || len(ledgers) == 0 {
		return err
	}
	refs, err := r.Referrals.ForPatient(ctx, r.tx, r.patient)
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
	for _, in := range r.Knowledge.Instruments() {
		c, err := r.Outcomes.CourseTx(ctx, r.tx, r.patient, in.ID)
		if err != nil {
			return err
		}
		if c.Last != nil {
			r.chart.Courses = append(r.chart.Courses, c)
		}
	}
	return nil
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
		f := File{Title: s.Name, Meta: "prescription scan, " + r.actor.Today(s.UploadedAt.Time).Human(), URL: "/patients/" + r.patient.String() + "/referrals"}
		if !s.ReferralID.IsZero() {
			f.URL += "/" + s.ReferralID.String()
		}
		r.chart.Files = append(r.chart.Files, f)
	}
	return err
}
