package visit_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/civil"
	agreed "soapstone/internal/consent"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
)

// asked is the screening room as the gate of visits.
type asked struct{ s *screening.Service }

func (a asked) Gate(ctx context.Context, tx *db.Tx, p id.Patient, _ id.Visit, on civil.Date) (visit.GateResult, error) {
	g, err := a.s.GateTx(ctx, tx, p, on)
	return visit.GateResult{Blocked: g.Blocked, Reason: g.Reason, Unanswered: g.Unanswered, AskedOn: g.Late.On, AskedWhy: g.Late.Reason, Bars: g.Bars,
		Precautions: g.Precautions, LocalSites: g.Sites, Rules: g.Rules}, err
}

type noDiagnoses struct{}

func (noDiagnoses) DiagnosisCodes(context.Context, *db.Tx, id.Patient) ([]string, error) {
	return nil, nil
}

// A visit of the day before, never screened, with the rooms that are really
// asked: refused, answered afterwards, signed; and a consent taken back since.
func TestTheRecordOfYesterdayIsCompleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		s := screening.New(e.DB, e.Log, knowledge.Must(), r.patients, noDiagnoses{}, r.docs)
		consents := agreed.New(e.DB, e.Log, r.patients, r.docs, knowledge.Must())
		r.Service = visit.New(e.DB, e.Log, visit.Deps{Patients: r.patients, Documents: r.docs, Knowledge: knowledge.Must(), Safety: asked{s}, Consent: consents})
		if err := r.patients.RecordNone(r.ctx, r.patient, patient.Medicines); err != nil {
			t.Fatal(err)
		}
		v, later := r.plan(yesterday, 9*60, 45), r.plan(today, 15*60, 45)
		saved := r.save(v.ID, 0, finished())
		_, err := r.Sign(r.ctx, v.ID, saved.Version)
		if !errs.Is(err, errs.Conflict) || !strings.Contains(errs.PublicOf(err), "Not all safety questions of 9 Mar 2026 have an answer.") {
			t.Errorf("never screened: %v", err)
		}
		answers := map[string]screening.Given{}
		for range 3 { // an answer may open a further question
			qs, err := s.Questions(r.ctx, r.patient, yesterday, answers)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range qs {
				if q.Required {
					answers[q.Key] = screening.Given{Answer: screening.SaidNo(), How: screening.Asked, On: yesterday}
				}
			}
		}
		if _, err := s.RecordLate(r.ctx, r.patient, yesterday, "The tablet was out of power", answers); err != nil {
			t.Fatal(err)
		}
		// Consent is taken back today: no matter for what was done yesterday.
		if _, err := consents.Decline(r.ctx, agreed.SpokenInput{Patient: r.patient, Key: "treatment",
			Signer: agreed.Signer{Name: "Dana Okafor", Relation: agreed.Self}, Note: "Wants no more"}); err != nil {
			t.Fatal(err)
		}
		e.Clock.Advance(time.Minute)
		doc, err := r.Sign(r.ctx, v.ID, saved.Version)
		if err != nil {
			t.Fatal(err)
		}
		_, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || len(n.Body.Text.A) != 1 || n.Body.Text.A[0] != "Safety questions answered on 10 Mar 2026, after the visit: The tablet was out of power." {
			t.Errorf("assessment %q, %v", n.Body.Text.A, err)
		}
		// Neither opens treatment today.
		if _, err := s.Record(r.ctx, r.patient, answers); err != nil {
			t.Fatal(err)
		}
		_, err = r.Act(r.ctx, later.ID, 1, visit.ActStart, "")
		if !errs.Is(err, errs.Conflict) || !strings.Contains(errs.PublicOf(err), "Consent to treatment was declined") {
			t.Errorf("begun against the patient's word: %v", err)
		}
	})
}
