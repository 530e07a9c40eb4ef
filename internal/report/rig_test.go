package report_test

import (
	"context"
	"testing"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/report"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visitledger"
)

var today = civil.Of(2026, 3, 10)

type openGate struct{}

func (openGate) Gate(context.Context, *db.Tx, id.Patient, id.Visit, civil.Date) (visit.GateResult, error) {
	return visit.GateResult{}, nil
}

// world is a practice with one patient under one prescription.
type world struct {
	*dbtest.Env
	t        *testing.T
	patients *patient.Service
	refs     *referral.Service
	visits   *visit.Service
	outcomes *outcome.Service
	assess   *assessment.Service
	plans    *plan.Service
	docs     *document.Store
	svc      *report.Service
	dana     id.Patient
	chen     referral.Prescriber
	ref      id.Referral
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	k := knowledge.Must()
	w := &world{Env: e, t: t, patients: patient.New(e.DB, e.Log), docs: document.New(e.DB, e.Key)}
	w.refs = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), k.ICD10())
	w.outcomes = outcome.New(e.DB, e.Log, k, w.patients)
	w.assess = assessment.New(e.DB, e.Log, w.patients, w.refs, k)
	w.plans = plan.New(e.DB, e.Log, plan.Deps{Patients: w.patients, Referrals: w.refs, Assessments: w.assess, Knowledge: k, Measures: w.outcomes})
	ledger := visitledger.New(e.DB, e.Log, w.refs)
	w.visits = visit.New(e.DB, e.Log, visit.Deps{Patients: w.patients, Documents: w.docs, Knowledge: k, Ledger: ledger, Safety: openGate{}})
	w.svc = report.New(e.DB, e.Log, report.Deps{Patients: w.patients, Referrals: w.refs, Assessments: w.assess, Plans: w.plans, Visits: w.visits,
		Outcomes: w.outcomes, Ledger: ledger, Documents: w.docs, Knowledge: k})
	w.dana = w.register("Dana", "Okafor")
	chen, err := w.refs.SavePrescriber(e.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893",
		Organisation: "Lakeview Spine", Fax: "312-555-0182"})
	w.must(err)
	w.chen = chen
	w.ref = w.refer(w.dana, today.AddDays(-25))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) register(first, last string) id.Patient {
	w.t.Helper()
	p, err := w.patients.Register(w.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: last, BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	w.must(err)
	return p
}

func (w *world) refer(p id.Patient, written civil.Date) id.Referral {
	w.t.Helper()
	r, err := w.refs.Register(w.Actor(), p, referral.Input{Prescriber: w.chen.ID, Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6},
		WrittenOn: written, SignatureSeen: true})
	w.must(err)
	return r
}

// finished is a note that can be signed; pain and rotation are given.
func finished(pain, rotation int) note.Draft {
	return note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(pain), SinceLast: note.SinceBetter},
		Marks:      []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}},
		Objective:  note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: rotation}}},
		Interventions: []note.Intervention{{Technique: "myofascial-release", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(30),
			Pressure: note.Ptr(3), Provenance: note.New}},
		Response: note.Response{Level: note.ResponseBetter},
		Start:    "09:00", Stop: "09:45",
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New},
	}
}

func (w *world) session(p id.Patient, ref id.Referral, on civil.Date, d note.Draft) visit.Visit {
	w.t.Helper()
	v, err := w.visits.Plan(w.Actor(), visit.Planned{Patient: p, Referral: ref, Therapist: w.User, Location: w.Location, Date: on, Clock: 9 * 60, Minutes: 45})
	w.must(err)
	s, err := w.visits.SaveNote(w.Actor(), v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: d})
	w.must(err)
	_, err = w.visits.Sign(w.Actor(), v.ID, s.Version)
	w.must(err)
	return v
}

func (w *world) due(ctx context.Context) (items []report.DueItem, err error) {
	w.t.Helper()
	a, _ := authz.From(ctx)
	w.must(w.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		items, err = w.svc.Due(ctx, tx, visitledger.Scope{})
		return nil
	}))
	return items, err
}

func (w *world) score(p id.Patient, on civil.Date, pain float64) {
	w.t.Helper()
	_, err := w.outcomes.Record(w.Actor(), p, outcome.Input{Instrument: "nprs", On: on, Answers: outcome.Answers{"now": pain}})
	w.must(err)
}

// ready is what a therapist enters to continue care.
var ready = report.Content{Recommendation: report.Continue, Visits: 8, PerWeek: 2, Weeks: 4, Summary: "Sleeps through. Turns the head when driving, with pain at the end."}

// plan puts a plan with two goals in force.
func (w *world) plan() {
	w.t.Helper()
	seven, three, rot, far := 7.0, 3.0, 50.0, 70.0
	pid, err := w.plans.Save(w.Actor(), w.dana, id.Plan{}, 0, plan.Input{Referral: w.ref, StartsOn: today.AddDays(-24), PerWeek: 2, Weeks: 6, Problem: "Neck turns little.",
		Goals: []plan.GoalInput{
			{Statement: "Drive an hour without stopping", Measure: "nprs", Baseline: &seven, BaselineOn: today.AddDays(-24), Target: &three, DueOn: today.AddDays(20)},
			{Statement: "Look over the right shoulder", Measure: "rom:cervical.rotation:R", Baseline: &rot, BaselineOn: today.AddDays(-24), Target: &far, DueOn: today.AddDays(20)},
		},
		Interventions: []plan.Intervention{{Technique: "myofascial-release", Regions: []string{"neck-shoulders"}, MinutesLow: 20, MinutesHigh: 30, Pressure: 3, Frequency: "each visit"}}})
	w.must(err)
	w.must(w.plans.Activate(w.Actor(), w.dana, pid, 1))
}
