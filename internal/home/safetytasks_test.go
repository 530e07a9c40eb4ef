package home_test

import (
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/outcome"
)

func TestSafetyTasksStandAboveEverything(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		neglect(w, 9)
		p := w.register("Dana", "Okafor")
		total := 9.0
		done, err := w.deps.Outcomes.Record(e.Actor(), p, outcome.Input{Instrument: "phq9", On: today, Total: &total, Answers: outcome.Answers{"q9": 1}})
		w.must(err)
		for _, which := range []home.Which{{}, {Day: today.AddDays(3)}} {
			b, err := w.svc.Today(e.Actor(authz.Therapist), which)
			w.must(err)
			if n := b.Needs[0]; n.Kind != "Safety" || n.Title != "Dana Okafor" || n.Tone != "danger" || n.URL != "/patients/"+p.String()+"/outcomes/safety" {
				t.Errorf("first %+v", n)
			}
		}
		desk, err := w.svc.Today(e.Actor(authz.FrontDesk), home.Which{})
		w.must(err)
		if n := desk.Needs[0]; n.Kind != "Safety" || n.URL != "" || strings.Contains(n.Text, "PHQ") {
			t.Errorf("the front desk is shown %+v", n)
		}
		biller, err := w.svc.Today(e.Actor(authz.Biller), home.Which{})
		w.must(err)
		for _, n := range biller.Needs {
			if n.Kind == "Safety" {
				t.Errorf("a biller is shown %+v", n)
			}
		}
		w.must(w.deps.Outcomes.Acknowledge(e.Actor(), p, done.Task, "Spoke with her."))
		b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		for _, n := range b.Needs {
			if n.Kind == "Safety" {
				t.Errorf("still shown: %+v", n)
			}
		}
	})
}
