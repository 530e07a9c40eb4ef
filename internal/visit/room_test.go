package visit_test

import (
	"context"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/units"
)

// gate and ledger answer what a test tells them to.
type gate struct{ result visit.GateResult }

func (g *gate) Gate(context.Context, *db.Tx, id.Patient, id.Visit, civil.Date) (visit.GateResult, error) {
	return g.result, nil
}

type ledger struct {
	result visit.LedgerResult
	asked  []visit.VisitCheck
}

func (l *ledger) CheckVisit(_ context.Context, _ *db.Tx, c visit.VisitCheck) (visit.LedgerResult, error) {
	l.asked = append(l.asked, c)
	return l.result, nil
}

// consent refuses in the words a test gives it, from an instant on; the zero
// instant is always.
type consent struct {
	reason string
	from   time.Time
}

func (c *consent) Refusal(_ context.Context, _ *db.Tx, _ id.Patient, at time.Time) (string, error) {
	if at.Before(c.from) {
		return "", nil
	}
	return c.reason, nil
}

// room is the service over one practice with one patient.
type room struct {
	*visit.Service
	t        *testing.T
	e        *dbtest.Env
	ctx      context.Context // a therapist with every role: e.User
	patients *patient.Service
	docs     *document.Store
	patient  id.Patient
	gate     *gate
	ledger   *ledger
	consent  *consent
	payer    *payer
}

// payer counts as a test tells it to.
type payer struct{ rule units.Rule }

func (p *payer) UnitRule(context.Context, *db.Tx, visit.VisitCheck) (units.Rule, error) {
	return p.rule, nil
}

var today = civil.Of(2026, 3, 10)

func newRoom(t *testing.T, e *dbtest.Env) *room {
	t.Helper()
	r := &room{t: t, e: e, ctx: e.Actor(), patients: patient.New(e.DB, e.Log), docs: document.New(e.DB, e.Key), gate: &gate{}, ledger: &ledger{}, consent: &consent{}, payer: &payer{}}
	r.Service = visit.New(e.DB, e.Log, visit.Deps{Patients: r.patients, Documents: r.docs, Knowledge: knowledge.Must(), Ledger: r.ledger, Safety: r.gate, Consent: r.consent, Payer: r.payer})
	r.patient = r.register("Dana", "Okafor")
	return r
}

func (r *room) register(first, last string) id.Patient {
	r.t.Helper()
	p, err := r.patients.Register(r.ctx, patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: last, BirthDate: civil.Of(1984, 3, 2), Sex: "female"}})
	if err != nil {
		r.t.Fatalf("register: %v", err)
	}
	return p
}

// as is a context in which user acts with the given roles.
func (r *room) as(user id.User, name string, roles ...authz.Role) context.Context {
	a, _ := authz.From(r.ctx)
	a.User, a.Name, a.Roles = user, name, roles
	return authz.With(context.Background(), a)
}

func (r *room) planned(day civil.Date, clock, minutes int) visit.Planned {
	return visit.Planned{Patient: r.patient, Therapist: r.e.User, Location: r.e.Location, Date: day, Clock: clock, Minutes: minutes}
}

func (r *room) plan(day civil.Date, clock, minutes int) visit.Visit {
	r.t.Helper()
	v, err := r.Plan(r.ctx, r.planned(day, clock, minutes))
	if err != nil {
		r.t.Fatalf("plan: %v", err)
	}
	return v
}

// finished is a draft that can be signed for a session from 9:00 to 9:45.
func finished() note.Draft {
	return note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(4), SinceLast: note.SinceBetter},
		Marks:      []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}},
		Objective:  note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: 60}}},
		Interventions: []note.Intervention{{Technique: "myofascial-release", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(30),
			Pressure: note.Ptr(3), Provenance: note.New}},
		Response: note.Response{Level: note.ResponseBetter},
		Start:    "09:00", Stop: "09:45",
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New},
	}
}

func (r *room) save(v id.Visit, base int64, d note.Draft) visit.Saved {
	r.t.Helper()
	s, err := r.SaveNote(r.ctx, v, visit.Save{Base: base, Editor: "editor-one", Revision: base + 1, Draft: d})
	if err != nil {
		r.t.Fatalf("save: %v", err)
	}
	return s
}

// signed plans, writes and signs a session at 9:00 of a day.
func (r *room) signed(day civil.Date, d note.Draft) (visit.Visit, document.Signed) {
	r.t.Helper()
	v := r.plan(day, 9*60, 45)
	s := r.save(v.ID, 0, d)
	doc, err := r.Sign(r.ctx, v.ID, s.Version)
	if err != nil {
		r.t.Fatalf("sign: %v", err)
	}
	return v, doc
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Helper()
		t.Errorf("error = %v, want %v", err, k)
	}
}

func fields(err error) []string {
	var out []string
	for _, f := range errs.FieldsOf(err) {
		out = append(out, f.Name)
	}
	return out
}

func at(clock string) time.Time {
	zone, err := time.LoadLocation(dbtest.Zone)
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", clock, zone)
	if err != nil {
		panic(err)
	}
	return t
}
