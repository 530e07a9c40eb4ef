package outcome_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
)

// assessed puts an assessment into the record as it stands there.
func assessed(t *testing.T, e *dbtest.Env, p id.Patient, kind, state string, on civil.Date) {
	t.Helper()
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO assessment (practice_id, assessment_id, patient_id, user_id, kind, state, on_date, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`, e.Practice, id.New[id.Assessment](), p, e.User, kind, state, on, tx.Now)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.assessment"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func pain(t *testing.T, s *outcome.Service, e *dbtest.Env, p id.Patient, on civil.Date, now float64) id.Score {
	t.Helper()
	d, err := s.Record(e.Actor(), p, outcome.Input{Instrument: "nprs", On: on, Answers: outcome.Answers{"now": now}})
	if err != nil {
		t.Fatal(err)
	}
	return d.Score
}

func merge(t *testing.T, e *dbtest.Env, keep, gone id.Patient) {
	t.Helper()
	err := patient.New(e.DB, e.Log).Merge(e.Actor(), patient.MergeInput{Survivor: keep, Duplicate: gone, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "registered twice"})
	if err != nil {
		t.Fatal(err)
	}
}

func results(c outcome.Course) (out []float64) {
	for _, s := range c.Scores {
		out = append(out, s.Result)
	}
	return out
}

// Phases come from what was completed, in order of their days, whoever's record
// it was entered in; every course has the same.
func TestPhasesAreCompletedAssessments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		twin, stranger := registered(t, e, "Dana", "Okaforr", 1985), registered(t, e, "Lee", "Wong", 1970)
		assessed(t, e, p, "reevaluation", "completed", today.AddDays(-10))
		assessed(t, e, p, "evaluation", "completed", today.AddDays(-40))
		assessed(t, e, p, "evaluation", "draft", today.AddDays(-30))
		assessed(t, e, p, "reevaluation", "error", today.AddDays(-20))
		assessed(t, e, twin, "evaluation", "completed", today.AddDays(-90))
		assessed(t, e, stranger, "evaluation", "completed", today.AddDays(-5))
		own := []outcome.Phase{{On: today.AddDays(-40)}, {On: today.AddDays(-10), Again: true}}
		if diff := cmp.Diff(own, course(t, s, e, p, "nprs").Phases); diff != "" {
			t.Errorf("before the merge: %s", diff)
		}
		merge(t, e, p, twin)
		want := append([]outcome.Phase{{On: today.AddDays(-90)}}, own...)
		for _, instrument := range []string{"nprs", "psfs"} {
			if diff := cmp.Diff(want, course(t, s, e, p, instrument).Phases); diff != "" {
				t.Errorf("%s after the merge: %s", instrument, diff)
			}
		}
	})
}

// A merge makes one course of two, in order of the days; what was entered in
// the other record can be marked as an error from here, and nobody else's can.
func TestMergedRecordsAreOneCourse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		twin, stranger := registered(t, e, "Dana", "Okaforr", 1985), registered(t, e, "Lee", "Wong", 1970)
		pain(t, s, e, p, today, 3)
		pain(t, s, e, p, today.AddDays(-20), 6)
		pain(t, s, e, twin, today.AddDays(-30), 8)
		wrong := pain(t, s, e, twin, today.AddDays(-10), 10)
		foreign := pain(t, s, e, stranger, today.AddDays(-1), 1)
		if diff := cmp.Diff([]float64{6, 3}, results(course(t, s, e, p, "nprs"))); diff != "" {
			t.Errorf("before the merge: %s", diff)
		}
		if err := s.MarkError(e.Actor(), p, wrong, "A wrong patient"); !errs.Is(err, errs.NotFound) {
			t.Errorf("another record's score was marked: %v", err)
		}
		merge(t, e, p, twin)
		c := course(t, s, e, p, "nprs")
		if diff := cmp.Diff([]float64{8, 6, 10, 3}, results(c)); diff != "" {
			t.Errorf("after the merge: %s", diff)
		}
		if c.Baseline.Result != 8 || c.Last.Result != 3 || c.Change == nil || c.Change.Verdict != outcome.Important {
			t.Errorf("baseline %+v last %+v change %+v", c.Baseline, c.Last, c.Change)
		}
		if err := s.MarkError(e.Actor(), p, foreign, "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger's score was marked: %v", err)
		}
		if err := s.MarkError(e.Actor(), p, wrong, "Misread"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(3, len(course(t, s, e, p, "nprs").Valid())); diff != "" {
			t.Errorf("the error counts: %s", diff)
		}
	})
}

// What a patient named in one record is rated again in the other.
func TestActivitiesOfAMergedRecordAreRatedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		twin := registered(t, e, "Dana", "Okaforr", 1985)
		if _, err := s.Record(e.Actor(), twin, outcome.Input{Instrument: "psfs", On: today.AddDays(-21), NewActivities: []string{"Lift the child"},
			Answers: outcome.Answers{"new.0": 2}}); err != nil {
			t.Fatal(err)
		}
		merge(t, e, p, twin)
		c := course(t, s, e, p, "psfs")
		if len(c.Activities) != 1 || c.Activities[0].Text != "Lift the child" {
			t.Fatalf("activities %+v", c.Activities)
		}
		lift := c.Activities[0].ID
		if _, err := s.Record(e.Actor(), p, outcome.Input{Instrument: "psfs", On: today, Answers: outcome.Answers{lift.String(): 7}}); err != nil {
			t.Fatal(err)
		}
		if c = course(t, s, e, p, "psfs"); c.Change == nil || c.Change.From != 2 || c.Change.To != 7 {
			t.Errorf("change %+v", c.Change)
		}
		if err := s.EndActivity(e.Actor(), p, lift); err != nil {
			t.Fatal(err)
		}
		if c = course(t, s, e, p, "psfs"); !c.Activities[0].Ended {
			t.Error("the activity is still on the form")
		}
	})
}

// The newest value that a goal is read against is the course's last.
func TestLatestIsTheLastOfTheCourse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		twin := registered(t, e, "Dana", "Okaforr", 1985)
		latest := func() (value float64, on civil.Date, ok bool) {
			t.Helper()
			err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
				value, on, ok, err = s.Latest(ctx, tx, p, "nprs")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return value, on, ok
		}
		if _, _, ok := latest(); ok {
			t.Error("a value although nothing was measured")
		}
		pain(t, s, e, p, today.AddDays(-7), 6)
		wrong := pain(t, s, e, p, today, 0)
		pain(t, s, e, twin, today.AddDays(-3), 4)
		merge(t, e, p, twin)
		if err := s.MarkError(e.Actor(), p, wrong, "Misread"); err != nil {
			t.Fatal(err)
		}
		if v, on, ok := latest(); !ok || v != 4 || on != today.AddDays(-3) {
			t.Errorf("%v on %s, %v", v, on, ok)
		}
		err := e.DB.Read(e.Actor(authz.Biller), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			_, _, _, err := s.Latest(ctx, tx, p, "nprs")
			return err
		})
		if !errs.Is(err, errs.Denied) {
			t.Errorf("the biller: %v", err)
		}
	})
}
