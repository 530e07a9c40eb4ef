package outcome_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
)

// phq is a PHQ-9 with every answer x, and question 9 as given; -1 leaves it out.
func phq(x, q9 float64) outcome.Input {
	a := outcome.Answers{}
	for _, k := range []string{"q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"} {
		a[k] = x
	}
	if q9 >= 0 {
		a["q9"] = q9
	}
	return outcome.Input{Instrument: "phq9", On: today, Answers: a}
}

func record(t *testing.T, s *outcome.Service, e *dbtest.Env, p id.Patient, in outcome.Input) outcome.Recorded {
	t.Helper()
	done, err := s.Record(e.Actor(), p, in)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func alerts(t *testing.T, s *outcome.Service, e *dbtest.Env, ctx context.Context, p id.Patient) (out []patient.Alert) {
	t.Helper()
	err := e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = s.Alerts(ctx, tx, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func openTasks(t *testing.T, s *outcome.Service, e *dbtest.Env, ctx context.Context) (out []outcome.OpenTask) {
	t.Helper()
	err := e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = s.OpenTx(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tasks(t *testing.T, s *outcome.Service, e *dbtest.Env, p id.Patient) []outcome.Task {
	t.Helper()
	out, err := s.Tasks(e.Actor(), p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSafetyQuestionRaisesATask(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for i, tc := range []struct {
			name          string
			in            outcome.Input
			scored        bool
			raised, grave bool
			said          string
		}{
			{"answered not at all", phq(3, 0), true, false, false, ""},
			{"answered several days, all else well", phq(0, 1), true, true, true, "Several days"},
			{"answered nearly every day", phq(3, 3), true, true, true, "Nearly every day"},
			{"left out", phq(1, -1), true, true, false, "Left out"},
			{"answered, with too much else left out for a score", outcome.Input{Instrument: "phq9", On: today, Answers: outcome.Answers{"q9": 2}}, false, true, true, "More than half the days"},
			{"by the total of a paper form", outcome.Input{Instrument: "phq9", On: today, Total: num(9), Answers: outcome.Answers{"q9": 1}}, true, true, true, "Several days"},
			{"a total with not at all", outcome.Input{Instrument: "phq9", On: today, Total: num(9), Answers: outcome.Answers{"q9": 0}}, true, false, false, ""},
			{"an instrument without such a question", outcome.Input{Instrument: "gad7", On: today, Total: num(21)}, true, false, false, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				s, p := serviceOf(e), registered(t, e, "Ann", "Test"+string(rune('a'+i)), 1950+i)
				done := record(t, s, e, p, tc.in)
				if done.Urgent != tc.grave || done.Score.IsZero() == tc.scored || done.Task.IsZero() == tc.raised {
					t.Errorf("recorded %+v", done)
				}
				if got := len(course(t, s, e, p, tc.in.Instrument).Scores); (got == 1) != tc.scored {
					t.Errorf("%d scores", got)
				}
				ts, as := tasks(t, s, e, p), alerts(t, s, e, e.Actor(), p)
				if !tc.raised {
					if len(ts)+len(as) > 0 {
						t.Errorf("tasks %+v alerts %+v", ts, as)
					}
					return
				}
				if len(ts) != 1 || !ts[0].Open || ts[0].Said() != tc.said || ts[0].Scored != tc.scored || ts[0].Item.ID != "q9" {
					t.Errorf("tasks %+v", ts)
				}
				if len(as) != 1 || as[0].Tone != patient.ToneDanger || utf8.RuneCountInString(as[0].Text) > patient.MaxAlert || !strings.Contains(as[0].Text, "question 9") {
					t.Errorf("alerts %+v", as)
				}
			})
		}
	})
}

func TestTaskStaysUntilAClinicianWroteWhatWasDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		done := record(t, s, e, p, phq(1, 1))
		if err := s.MarkError(e.Actor(), p, done.Score, "Belongs to another patient"); err != nil {
			t.Fatal(err)
		}
		if as := alerts(t, s, e, e.Actor(), p); len(as) != 1 {
			t.Errorf("the retraction took the alert away: %v", as)
		}
		if err := s.Acknowledge(e.Actor(), p, done.Task, " \n"); !errs.Is(err, errs.Invalid) {
			t.Errorf("no words: %v", err)
		}
		if err := s.Acknowledge(e.Actor(), p, done.Task, strings.Repeat("ä", 2001)); !errs.Is(err, errs.Invalid) {
			t.Errorf("too many words: %v", err)
		}
		const words = "Spoke with her for 20 minutes; she called 988 from here; Dr. Chen is told."
		if err := s.Acknowledge(e.Actor(), p, done.Task, words); err != nil {
			t.Fatal(err)
		}
		ts := tasks(t, s, e, p)
		if len(ts) != 1 || ts[0].Open || ts[0].Done != words || ts[0].AcknowledgedBy == "" || ts[0].AcknowledgedAt.IsZero() || ts[0].ScoreError == "" {
			t.Errorf("tasks %+v", ts)
		}
		if as, ot := alerts(t, s, e, e.Actor(), p), openTasks(t, s, e, e.Actor()); len(as) != 0 || len(ot) != 0 {
			t.Errorf("still alerts %v, open %v", as, ot)
		}
		if err := s.Acknowledge(e.Actor(), p, done.Task, "Another story"); !errs.Is(err, errs.Conflict) {
			t.Errorf("acknowledged twice: %v", err)
		}
		if ts := tasks(t, s, e, p); ts[0].Done != words {
			t.Errorf("the first words are gone: %q", ts[0].Done)
		}
	})
}

func TestTasksAreForThoseWhoMayAndForTheirPractice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		done := record(t, s, e, p, phq(1, 2))
		for _, role := range []authz.Role{authz.Owner, authz.FrontDesk, authz.Biller, authz.Auditor} {
			if err := s.Acknowledge(e.Actor(role), p, done.Task, "x"); !errs.Is(err, errs.Denied) {
				t.Errorf("%s acknowledged: %v", role, err)
			}
		}
		if _, err := s.Tasks(e.Actor(authz.FrontDesk), p); !errs.Is(err, errs.Denied) {
			t.Errorf("front desk read the answers: %v", err)
		}
		desk := e.Actor(authz.FrontDesk)
		if as := alerts(t, s, e, desk, p); len(as) != 1 || strings.Contains(as[0].Text, "PHQ") {
			t.Errorf("front desk is told %v", as)
		}
		if ot := openTasks(t, s, e, desk); len(ot) != 1 || ot[0].Readable || strings.Contains(ot[0].Text, "PHQ") || ot[0].Patient != p || ot[0].PatientName == "" || ot[0].Since != today {
			t.Errorf("front desk's list %+v", ot)
		}
		if ot := openTasks(t, s, e, e.Actor()); len(ot) != 1 || !ot[0].Readable || !strings.Contains(ot[0].Text, "PHQ-9 question 9") {
			t.Errorf("therapist's list %+v", ot)
		}
		o := e.Other()
		if err := s.Acknowledge(o.Actor(), p, done.Task, "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("other practice acknowledged: %v", err)
		}
		if _, err := s.Tasks(o.Actor(), p); !errs.Is(err, errs.NotFound) {
			t.Errorf("other practice read: %v", err)
		}
		if ot := openTasks(t, s, o, o.Actor()); len(ot) != 0 {
			t.Errorf("other practice's list %+v", ot)
		}
		other := registered(t, e, "Lee", "Wong", 1970)
		if err := s.Acknowledge(e.Actor(), other, done.Task, "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("acknowledged in another chart: %v", err)
		}
		if ts := tasks(t, s, e, p); len(ts) != 1 || !ts[0].Open {
			t.Errorf("tasks %+v", ts)
		}
	})
}

func measured(t *testing.T, s *outcome.Service, e *dbtest.Env, ctx context.Context, p id.Patient, from, to civil.Date) (out []outcome.Measured) {
	t.Helper()
	err := e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = s.MeasuredTx(ctx, tx, p, from, to)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMeasurementsOfAWindowAreProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		at := func(days int, in outcome.Input) outcome.Recorded {
			in.On = today.AddDays(days)
			return record(t, s, e, p, in)
		}
		pain := func(now float64) outcome.Input {
			return outcome.Input{Instrument: "nprs", Answers: outcome.Answers{"now": now}}
		}
		wrong := at(-40, pain(9))
		first := at(-30, pain(6))
		at(-10, outcome.Input{Instrument: "rmdq", Total: num(12)})
		again := at(-5, pain(7)) // worse counts as much as better
		at(-5, outcome.Input{Instrument: "groc", Answers: outcome.Answers{"change": -2}})
		if err := s.MarkError(e.Actor(), p, wrong.Score, "wrong chart"); err != nil {
			t.Fatal(err)
		}
		all := measured(t, s, e, e.Actor(), p, today.AddDays(-60), today)
		if len(all) != 4 || all[0].Score != first.Score || !all[0].Baseline || *all[0].Result != 6 || all[0].Short != "NPRS" {
			t.Errorf("all %+v", all)
		}
		window := measured(t, s, e, e.Actor(), p, today.AddDays(-10), today.AddDays(-5))
		if len(window) != 3 || window[0].Instrument != "rmdq" || !window[0].Baseline || window[1].Score != again.Score || window[1].Baseline || window[2].Baseline {
			t.Errorf("window %+v", window)
		}
		if none := measured(t, s, e, e.Actor(), p, today.AddDays(-4), today); len(none) != 0 {
			t.Errorf("after the last %+v", none)
		}
		if b := measured(t, s, e, e.Actor(authz.Biller), p, today.AddDays(-60), today); len(b) != 4 || b[0].Result != nil || !b[0].Baseline {
			t.Errorf("biller sees %+v", b)
		}
		err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.MeasuredTx(e.Actor(authz.FrontDesk), tx, p, today, today)
			return err
		})
		if !errs.Is(err, errs.Denied) {
			t.Errorf("front desk: %v", err)
		}
		o := e.Other()
		if m := measured(t, s, o, o.Actor(), p, today.AddDays(-60), today); len(m) != 0 {
			t.Errorf("other practice sees %+v", m)
		}
	})
}

func TestRatingsOfChangeAreShownAsTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		for i, v := range []float64{2, 5} {
			record(t, s, e, p, outcome.Input{Instrument: "groc", On: today.AddDays(i - 1), Answers: outcome.Answers{"change": v}})
		}
		if c := course(t, s, e, p, "groc"); c.Change != nil || c.Last.Result != 5 {
			t.Errorf("change %+v last %+v", c.Change, c.Last)
		}
	})
}

func TestTasksOfAMergedRecordAreTheSurvivorsToAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, duplicate := rig(t, e)
		survivor := registered(t, e, "Lee", "Wong", 1970)
		done := record(t, s, e, duplicate, phq(0, 1))
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE patient SET merged_into_patient_id = $1 WHERE practice_id = $2 AND patient_id = $3`, survivor, e.Practice, duplicate); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test.merge"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if as, ot := alerts(t, s, e, e.Actor(), survivor), openTasks(t, s, e, e.Actor()); len(as) != 1 || len(ot) != 1 || ot[0].Patient != survivor {
			t.Errorf("alerts %v open %+v", as, ot)
		}
		if m := measured(t, s, e, e.Actor(), survivor, today, today); len(m) != 1 {
			t.Errorf("measured %+v", m)
		}
		if err := s.Acknowledge(e.Actor(), survivor, done.Task, "Spoke with him."); err != nil {
			t.Error(err)
		}
	})
}
