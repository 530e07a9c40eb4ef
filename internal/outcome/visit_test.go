package outcome_test

import (
	"context"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
)

func visitOf(t *testing.T, e *dbtest.Env, p id.Patient) id.Visit {
	t.Helper()
	v := id.New[id.Visit]()
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO visit (practice_id, visit_id, patient_id, user_id, location_id, starts_at, planned_minutes, service_date, state, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, 60, $7, 'planned', $6)`, e.Practice, v, p, e.User, e.Location, tx.Now, today)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.visit"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAScoreBelongsToAVisitOfItsPatient(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		other, err := patient.New(e.DB, e.Log).Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
			FirstName: "Lee", LastName: "Wong", BirthDate: civil.Of(1970, 1, 1), Sex: patient.Male}})
		if err != nil {
			t.Fatal(err)
		}
		in := outcome.Input{Instrument: "nprs", On: today, Answers: outcome.Answers{"now": 4}, Visit: visitOf(t, e, other)}
		if _, err := s.Record(e.Actor(), p, in); !errs.Is(err, errs.NotFound) {
			t.Errorf("another patient's visit: %v", err)
		}
		in.Visit = visitOf(t, e, p)
		if _, err := s.Record(e.Actor(), p, in); err != nil {
			t.Errorf("the patient's own visit: %v", err)
		}
		in.Visit, in.On = id.Visit{}, civil.Of(1901, 1, 1)
		if _, err := s.Record(e.Actor(), p, in); !errs.Is(err, errs.Invalid) {
			t.Errorf("a baseline from before the birth: %v", err)
		}
	})
}
