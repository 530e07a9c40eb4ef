package outcome_test

import (
	"math"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
)

func num(x float64) *float64 { return &x }

var today = civil.Of(2026, time.March, 10)

func rig(t *testing.T, e *dbtest.Env) (*outcome.Service, id.Patient) {
	t.Helper()
	return serviceOf(e), registered(t, e, "Dana", "Okafor", 1984)
}

func serviceOf(e *dbtest.Env) *outcome.Service {
	return outcome.New(e.DB, e.Log, knowledge.Must(), patient.New(e.DB, e.Log))
}

func registered(t *testing.T, e *dbtest.Env, first, last string, year int) id.Patient {
	t.Helper()
	p, err := patient.New(e.DB, e.Log).Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: last, BirthDate: civil.Of(year, time.March, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func course(t *testing.T, s *outcome.Service, e *dbtest.Env, p id.Patient, instrument string) outcome.Course {
	t.Helper()
	cs, err := s.Courses(e.Actor(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		if c.Instrument.ID == instrument {
			return c
		}
	}
	t.Fatalf("no course of %s", instrument)
	return outcome.Course{}
}

func TestPainIsFollowedFromBaseline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		for i, now := range []float64{7, 6, 4} {
			in := outcome.Input{Instrument: "nprs", On: today.AddDays(7*i - 14), Answers: outcome.Answers{"now": now}}
			if _, err := s.Record(e.Actor(), p, in); err != nil {
				t.Fatal(err)
			}
		}
		c := course(t, s, e, p, "nprs")
		if c.Baseline.Result != 7 || c.Last.Result != 4 || c.Change == nil || c.Change.Verdict != outcome.Important || !c.Change.Better {
			t.Errorf("baseline %+v last %+v change %+v", c.Baseline, c.Last, c.Change)
		}
	})
}

func TestScoreEnteredInErrorStaysLegibleAndDoesNotCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		if _, err := s.Record(e.Actor(), p, outcome.Input{Instrument: "nprs", On: today.AddDays(-7), Answers: outcome.Answers{"now": 6}}); err != nil {
			t.Fatal(err)
		}
		wrong, err := s.Record(e.Actor(), p, outcome.Input{Instrument: "nprs", On: today, Answers: outcome.Answers{"now": 0}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.MarkError(e.Actor(), p, wrong.Score, " "); !errs.Is(err, errs.Invalid) {
			t.Errorf("no reason: %v", err)
		}
		if err := s.MarkError(e.Actor(), p, wrong.Score, "Belongs to another patient"); err != nil {
			t.Fatal(err)
		}
		c := course(t, s, e, p, "nprs")
		if len(c.Scores) != 2 || c.Last.Result != 6 || c.Change != nil {
			t.Errorf("%d scores, last %v, change %v", len(c.Scores), c.Last.Result, c.Change)
		}
		if err := s.MarkError(e.Actor(), p, wrong.Score, "again"); !errs.Is(err, errs.NotFound) {
			t.Errorf("marked twice: %v", err)
		}
	})
}

func TestOnlyActivitiesRatedBothTimesCompare(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		_, err := s.Record(e.Actor(), p, outcome.Input{Instrument: "psfs", On: today.AddDays(-21), NewActivities: []string{"Look over the shoulder", "Lift the child"},
			Answers: outcome.Answers{"new.0": 2, "new.1": 4}})
		if err != nil {
			t.Fatal(err)
		}
		c := course(t, s, e, p, "psfs")
		look := c.Activities[0]
		if look.Text != "Look over the shoulder" || math.Abs(c.Baseline.Result-3) > 1e-9 {
			t.Fatalf("activities %+v baseline %v", c.Activities, c.Baseline.Result)
		}
		if _, err := s.Record(e.Actor(), p, outcome.Input{Instrument: "psfs", On: today, Answers: outcome.Answers{look.ID.String(): 7}}); err != nil {
			t.Fatal(err)
		}
		c = course(t, s, e, p, "psfs")
		if c.Change == nil || c.Change.From != 2 || c.Change.To != 7 {
			t.Errorf("change %+v", c.Change)
		}
	})
}

func TestAbsurdScoresAreRefusedAndNothingIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		for name, in := range map[string]outcome.Input{
			"above the scale":               {Instrument: "nprs", On: today, Answers: outcome.Answers{"now": 11}},
			"below the scale":               {Instrument: "nprs", On: today, Answers: outcome.Answers{"now": -1}},
			"between two steps":             {Instrument: "nprs", On: today, Answers: outcome.Answers{"now": 4.5}},
			"not a number":                  {Instrument: "nprs", On: today, Answers: outcome.Answers{"now": math.NaN()}},
			"needed answer gone":            {Instrument: "nprs", On: today, Answers: outcome.Answers{"worst": 4}},
			"unknown item":                  {Instrument: "nprs", On: today, Answers: outcome.Answers{"now": 4, "soul": 4}},
			"in the future":                 {Instrument: "nprs", On: today.AddDays(1), Answers: outcome.Answers{"now": 4}},
			"no day":                        {Instrument: "nprs", Answers: outcome.Answers{"now": 4}},
			"nothing named":                 {Instrument: "psfs", On: today},
			"rating of nothing":             {Instrument: "psfs", On: today, NewActivities: []string{" "}, Answers: outcome.Answers{"new.0": 3}},
			"activity not rated":            {Instrument: "psfs", On: today, NewActivities: []string{"Walk"}},
			"six activities":                {Instrument: "psfs", On: today, NewActivities: []string{"a", "b", "c", "d", "e", "f"}, Answers: outcome.Answers{"new.0": 1, "new.1": 1, "new.2": 1, "new.3": 1, "new.4": 1, "new.5": 1}},
			"somebody's activity":           {Instrument: "psfs", On: today, Answers: outcome.Answers{id.New[id.Activity]().String(): 3}},
			"unknown instrument":            {Instrument: "zodiac", On: today, Answers: outcome.Answers{"now": 4}},
			"a total off the form":          {Instrument: "phq9", On: today, Total: num(28), Answers: outcome.Answers{"q9": 0}},
			"a total that is not whole":     {Instrument: "gad7", On: today, Total: num(10.5)},
			"a total of what has none":      {Instrument: "nprs", On: today, Total: num(4)},
			"a total without question 9":    {Instrument: "phq9", On: today, Total: num(8)},
			"a total below question 9":      {Instrument: "phq9", On: today, Total: num(1), Answers: outcome.Answers{"q9": 2}},
			"a total beyond question 9":     {Instrument: "phq9", On: today, Total: num(25), Answers: outcome.Answers{"q9": 0}},
			"a total beside answers":        {Instrument: "gad7", On: today, Total: num(8), Answers: outcome.Answers{"q1": 1}},
			"a total among the answers":     {Instrument: "gad7", On: today, Answers: outcome.Answers{"total": 8}},
			"three answers missing":         {Instrument: "gad7", On: today, Answers: outcome.Answers{"q1": 1, "q2": 1, "q3": 1, "q4": 1}},
			"an answer nobody offers":       {Instrument: "phq9", On: today, Answers: outcome.Answers{"q1": 4}},
			"half an answer":                {Instrument: "gad7", On: today, Answers: outcome.Answers{"q1": 0.5}},
			"a statement ticked twice":      {Instrument: "rmdq", On: today, Answers: outcome.Answers{"s1": 2}},
			"no statement looked at":        {Instrument: "rmdq", On: today},
			"the difficulty question alone": {Instrument: "phq9", On: today, Answers: outcome.Answers{"difficulty": 2}},
			"a change off the scale":        {Instrument: "groc", On: today, Answers: outcome.Answers{"change": -8}},
			"unknown visit":                 {Instrument: "nprs", On: today, Visit: id.New[id.Visit](), Answers: outcome.Answers{"now": 4}},
		} {
			_, err := s.Record(e.Actor(), p, in)
			if k := errs.KindOf(err); err == nil || (k != errs.Invalid && k != errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, in := range knowledge.Must().Instruments() {
			if c := course(t, s, e, p, in.ID); len(c.Scores) != 0 {
				t.Errorf("kept %d scores of %s", len(c.Scores), in.ID)
			}
		}
		if c := course(t, s, e, p, "psfs"); len(c.Activities) != 0 {
			t.Errorf("kept %d activities", len(c.Activities))
		}
	})
}

func TestScoresAreForThoseWhoMayAndForTheirPractice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, p := rig(t, e)
		in := outcome.Input{Instrument: "nprs", On: today, Answers: outcome.Answers{"now": 4}}
		for _, role := range []authz.Role{authz.Owner, authz.Biller, authz.Auditor, authz.FrontDesk} {
			if _, err := s.Record(e.Actor(role), p, in); !errs.Is(err, errs.Denied) {
				t.Errorf("%s: %v", role, err)
			}
		}
		if _, err := s.Courses(e.Actor(authz.Biller), p); !errs.Is(err, errs.Denied) {
			t.Errorf("biller: %v", err)
		}
		done, err := s.Record(e.Actor(), p, in)
		if err != nil {
			t.Fatal(err)
		}
		o := e.Other()
		if _, err := s.Record(o.Actor(), p, in); !errs.Is(err, errs.NotFound) {
			t.Errorf("other practice wrote: %v", err)
		}
		if _, err := s.Courses(o.Actor(), p); !errs.Is(err, errs.NotFound) {
			t.Errorf("other practice read: %v", err)
		}
		if err := s.MarkError(o.Actor(), p, done.Score, "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("other practice marked: %v", err)
		}
	})
}
