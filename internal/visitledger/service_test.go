package visitledger_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger"
)

// world is a practice with a patient and a prescription for twelve visits.
type world struct {
	*dbtest.Env
	svc       *visitledger.Service
	referrals *referral.Service
	patients  *patient.Service
	dana      id.Patient
	rx        id.Referral
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	w := &world{Env: e, patients: patient.New(e.DB, e.Log)}
	w.referrals = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), knowledge.Must().ICD10())
	w.svc = visitledger.New(e.DB, e.Log, w.referrals)
	w.patients.AddAlertSource(w.svc)
	w.dana = w.patient(t, "Dana", "Okafor")
	w.rx = w.prescribe(t, w.dana, "1234567893")
	return w
}

func (w *world) patient(t *testing.T, first, last string) id.Patient {
	t.Helper()
	p, err := w.patients.Register(w.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: last, BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) prescribe(t *testing.T, p id.Patient, npi string) id.Referral {
	t.Helper()
	r, err := w.referrals.Register(w.Actor(), p, referral.Input{
		NewPrescriber: &referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", NPI: npi},
		Codes:         []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: civil.Of(2026, 3, 2), SignatureSeen: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// hold puts visits of the prescription into the calendar, one a day from 3 March on.
func (w *world) hold(t *testing.T, r id.Referral, p id.Patient, states ...visit.State) []id.Visit {
	t.Helper()
	var out []id.Visit
	err := w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		for i, s := range states {
			v := id.New[id.Visit]()
			out = append(out, v)
			if _, err := tx.ExecContext(ctx, `INSERT INTO visit (practice_id, visit_id, patient_id, referral_id, user_id, location_id, starts_at, planned_minutes, service_date, state, created_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, 60, $8, $9, $7)`,
				tx.Practice, v, p, r, w.User, w.Location, tx.Now, civil.Of(2026, 3, 3).AddDays(i), string(s)); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "test.visits"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) read(t *testing.T, ctx context.Context, fn func(ctx context.Context, tx *db.Tx)) {
	t.Helper()
	if err := w.DB.Read(ctx, w.Practice, func(ctx context.Context, tx *db.Tx) error { fn(ctx, tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) attention(t *testing.T, ctx context.Context, sc visitledger.Scope) (items []visitledger.Item, err error) {
	t.Helper()
	w.read(t, ctx, func(ctx context.Context, tx *db.Tx) { items, _, err = w.svc.Attention(ctx, tx, sc) })
	return items, err
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newWorld(t, e)) })
}

func TestForCountsCompletedAndShowsBookedApart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.hold(t, w.rx, w.dana, visit.StateCompleted, visit.StateCompleted, visit.StateNoShow, visit.StateCancelled, visit.StateArrived, visit.StateInProgress, visit.StatePlanned)
		if _, err := w.referrals.AddAuthorisation(w.Actor(), w.dana, w.rx, referral.AuthorisationInput{PayerName: "Blue Example", Number: "A-77", Visits: n(6), Units: n(24), FromOn: civil.Of(2026, 3, 4)}); err != nil {
			t.Fatal(err)
		}
		w.read(t, w.Actor(), func(ctx context.Context, tx *db.Tx) {
			l, err := w.svc.For(ctx, tx, w.rx)
			if err != nil {
				t.Fatal(err)
			}
			type row struct{ Used, Booked, Left int64 }
			var got []row
			for _, r := range l.Rows {
				got = append(got, row{r.Used, r.Booked, r.Left})
			}
			// The first completed visit, of 3 March, lies before the authorisation.
			if d := cmp.Diff([]row{{2, 3, 10}, {1, 3, 5}, {4, 12, 20}}, got); d != "" {
				t.Errorf("rows (-want +got):\n%s", d)
			}
			all, err := w.svc.ForPatient(ctx, tx, w.dana)
			if d := cmp.Diff([]visitledger.Ledger{l}, all); d != "" || err != nil {
				t.Errorf("ForPatient (-For +ForPatient):\n%s %v", d, err)
			}
		})
	})
}

func TestCheckVisitLeavesOutTheVisitItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		states := make([]visit.State, 12)
		for i := range states {
			states[i] = visit.StateCompleted
		}
		states[11] = visit.StatePlanned
		visits := w.hold(t, w.rx, w.dana, states...)
		w.read(t, w.Actor(), func(ctx context.Context, tx *db.Tx) {
			check := func(c visit.VisitCheck) visit.LedgerResult {
				t.Helper()
				res, err := w.svc.CheckVisit(ctx, tx, c)
				if err != nil {
					t.Fatal(err)
				}
				return res
			}
			on := civil.Of(2026, 3, 14)
			if res := check(visit.VisitCheck{Patient: w.dana, Referral: w.rx, Visit: visits[11], On: on}); res.Blocked || len(res.Warnings) != 2 || res.Warnings[0] != "Visit 12 of 12" {
				t.Errorf("the twelfth = %+v", res)
			}
			if res := check(visit.VisitCheck{Patient: w.dana, Referral: w.rx, On: on}); !res.Blocked || res.Reason == "" {
				t.Errorf("a thirteenth = %+v", res)
			}
			if res := check(visit.VisitCheck{Patient: w.dana, On: on}); res.Blocked || len(res.Warnings) != 1 {
				t.Errorf("without the prescription = %+v", res)
			}
			if res := check(visit.VisitCheck{Patient: w.dana, On: civil.Of(2026, 8, 1)}); res.Blocked || len(res.Warnings) != 0 {
				t.Errorf("self-pay later = %+v", res)
			}
			if _, err := w.svc.CheckVisit(ctx, tx, visit.VisitCheck{Patient: id.New[id.Patient](), Referral: w.rx, On: on}); !errs.Is(err, errs.NotFound) {
				t.Errorf("another patient's prescription: %v", err)
			}
		})
	})
}

func TestPatientHeaderTellsWhatEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		alerts := func() []patient.Alert {
			t.Helper()
			h, err := w.patients.Header(w.Actor(), w.dana)
			if err != nil {
				t.Fatal(err)
			}
			var out []patient.Alert
			for _, a := range h.Alerts {
				if a.Text != "" && (len(a.Text) > 12 && a.Text[:12] == "Prescription") {
					out = append(out, a)
				}
			}
			return out
		}
		if got := alerts(); len(got) != 0 {
			t.Errorf("at the start: %+v", got)
		}
		w.Clock.Set(civil.Of(2026, 4, 4).At(15, 0, dbtest.Start.Location()))
		if d := cmp.Diff([]patient.Alert{{Tone: "warn", Text: "Prescription ends in 9 days."}}, alerts()); d != "" {
			t.Errorf("nine days before (-want +got):\n%s", d)
		}
		w.Clock.Set(civil.Of(2026, 4, 20).At(15, 0, dbtest.Start.Location()))
		if d := cmp.Diff([]patient.Alert{{Tone: "danger", Text: "Prescription expired on 13 Apr 2026."}}, alerts()); d != "" {
			t.Errorf("a week after (-want +got):\n%s", d)
		}
		w.Clock.Set(civil.Of(2027, 1, 20).At(15, 0, dbtest.Start.Location()))
		if got := alerts(); len(got) != 0 {
			t.Errorf("long after: %+v", got)
		}
	})
}

func TestAttentionListsWhatEndsOverThePractice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lee := w.patient(t, "Lee", "Park")
		rx := w.prescribe(t, lee, "1558598797")
		states := make([]visit.State, 11)
		for i := range states {
			states[i] = visit.StateCompleted
		}
		w.hold(t, rx, lee, states...)
		got, err := w.attention(t, w.Actor(), visitledger.Scope{})
		if err != nil || len(got) != 1 || got[0].PatientName != "Lee Park" || got[0].Reason != "Prescription has one visit left." {
			t.Fatalf("attention = %+v, %v", got, err)
		}
		w.Clock.Set(civil.Of(2026, 4, 20).At(15, 0, dbtest.Start.Location()))
		if got, err = w.attention(t, w.Actor(), visitledger.Scope{}); err != nil || len(got) != 2 {
			t.Errorf("after the end: %+v, %v", got, err)
		}
		o := newWorld(t, w.Other())
		if got, err := o.attention(t, o.Actor(), visitledger.Scope{}); err != nil || len(got) != 1 || got[0].Patient != o.dana {
			t.Errorf("another practice: %+v, %v", got, err)
		}
	})
}

func TestWhoMaySeeLedgers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		none := authz.With(context.Background(), authz.Actor{Practice: w.Practice, User: w.User})
		w.read(t, none, func(ctx context.Context, tx *db.Tx) {
			if _, err := w.svc.For(ctx, tx, w.rx); !errs.Is(err, errs.Denied) {
				t.Errorf("For without a role: %v", err)
			}
			if _, _, err := w.svc.Attention(ctx, tx, visitledger.Scope{}); !errs.Is(err, errs.Denied) {
				t.Errorf("Attention without a role: %v", err)
			}
			if _, err := w.svc.ForPatient(ctx, tx, w.dana); !errs.Is(err, errs.Denied) {
				t.Errorf("ForPatient without a role: %v", err)
			}
			if _, err := w.svc.CheckVisit(ctx, tx, visit.VisitCheck{Patient: w.dana, Referral: w.rx, On: today}); !errs.Is(err, errs.Denied) {
				t.Errorf("CheckVisit without a role: %v", err)
			}
			if got, err := w.svc.Alerts(ctx, tx, w.dana); err != nil || got != nil {
				t.Errorf("Alerts without a role: %v %v", got, err)
			}
		})
		o := newWorld(t, w.Other())
		o.read(t, o.Actor(), func(ctx context.Context, tx *db.Tx) {
			if _, err := o.svc.For(ctx, tx, w.rx); !errs.Is(err, errs.NotFound) {
				t.Errorf("For of another practice's: %v", err)
			}
		})
		if got, err := o.svc.Every(o.Actor(), w.dana); err != nil || len(got) != 0 {
			t.Errorf("Every of another practice's patient: %+v %v", got, err)
		}
	})
}
