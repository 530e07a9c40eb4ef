package screening_test

import (
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/screening"
)

const why = "Asked aloud; the tablet was out of power."

// late answers about a day that is over.
func (r *rig) late(t *testing.T, on civil.Date, answers map[string]screening.Given) screening.Judgement {
	t.Helper()
	j, err := r.s.RecordLate(r.Actor(), r.p, on, why, answers)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestAnswersGivenAfterwardsCompleteTheRecordAndOpenNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		day := r.today.AddDays(-5)
		if g := r.gate(t, day); !g.Unanswered || !g.Blocked || !g.Late.IsZero() {
			t.Errorf("never asked: %+v", g)
		}
		j := r.late(t, day, r.healthy(t, nil))
		g := r.gate(t, day)
		if want := (screening.Late{On: r.today, Reason: why}); g.Late != want || j.Record.Late != want || j.Record.On != day {
			t.Errorf("marked %+v, record of %v", g.Late, j.Record.On)
		}
		if g.Unanswered || g.Bars != "" || !g.Blocked {
			t.Errorf("answered afterwards: %+v", g)
		}
		for _, on := range []civil.Date{r.today, day.AddDays(1)} {
			if g := r.gate(t, on); !g.Unanswered || !g.Late.IsZero() {
				t.Errorf("the answers count on %v: %+v", on, g)
			}
		}
		h, err := r.s.History(e.Actor(), r.p)
		if err != nil || len(h) != 1 || h[0].Late.On != r.today {
			t.Errorf("history %+v, %v", h, err)
		}
		// What is asked at every visit is asked again; the rest stands.
		_, sheet, err := r.s.Sheet(e.Actor(), r.p, r.today)
		if _, ok := sheet["ans.fever"]; ok || err != nil {
			t.Errorf("a late answer was carried into today, %v", err)
		}
	})
}

func TestAStopFoundAfterwardsIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		day := r.today.AddDays(-1)
		r.late(t, day, r.healthy(t, chestPain))
		g := r.gate(t, day)
		if g.Unanswered || g.Bars == "" || !g.Blocked {
			t.Errorf("gate %+v", g)
		}
		// A second late answer takes the stop back no more than one on the day does.
		e.Clock.Advance(1e9)
		r.late(t, day, r.healthy(t, nil))
		if g := r.gate(t, day); !strings.Contains(g.Bars, "Changed since") {
			t.Errorf("after answering again: %+v", g)
		}
	})
}

func TestAnswersOfTheDayStand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		day := r.today
		some := r.healthy(t, map[string]screening.Answer{"ans.fever": screening.SaidYes()})
		delete(some, "ans.saddle_numbness")
		r.record(t, some)
		r.days(1)
		j := r.late(t, day, r.healthy(t, nil)) // says no fever
		if j.Record.Answers["ans.fever"].Answer.Reply != screening.Yes || len(j.Result.Missing) != 0 {
			t.Errorf("fever %+v, %d missing", j.Record.Answers["ans.fever"], len(j.Result.Missing))
		}
		if g := r.gate(t, day); g.Unanswered || g.Late.IsZero() || g.Bars == "" {
			t.Errorf("gate %+v", g)
		}
		// Where nothing was left open, there is nothing to answer afterwards.
		full := r.today
		r.record(t, r.healthy(t, nil))
		r.days(1)
		_, err := r.s.RecordLate(e.Actor(), r.p, full, why, r.healthy(t, nil))
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("answers of the day were replaced: %v", err)
		}
		if g := r.gate(t, full); g.Blocked {
			t.Errorf("gate %+v", g)
		}
	})
}

func TestLateAnswersAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		yesterday := r.today.AddDays(-1)
		cases := map[string]struct {
			on     civil.Date
			reason string
			field  string
		}{
			"today":         {r.today, why, "on"},
			"tomorrow":      {r.today.AddDays(1), why, "on"},
			"no day":        {civil.Date{}, why, "on"},
			"two years ago": {r.today.AddDays(-730), why, "on"},
			"no reason":     {yesterday, " ", "late_reason"},
			"a long reason": {yesterday, strings.Repeat("x", 301), "late_reason"},
			"two lines":     {yesterday, "a\nb", "late_reason"},
		}
		for name, c := range cases {
			_, err := r.s.RecordLate(e.Actor(), r.p, c.on, c.reason, nil)
			if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.s.RecordLate(e.Actor(authz.FrontDesk), r.p, yesterday, why, nil); !errs.Is(err, errs.Denied) {
			t.Errorf("front desk: %v", err)
		}
		if _, err := r.s.RecordLate(e.Other().Actor(), r.p, yesterday, why, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice: %v", err)
		}
		// What stays open afterwards is still no "no".
		j := r.late(t, yesterday, nil)
		if g := r.gate(t, yesterday); !g.Unanswered || len(j.Result.Missing) == 0 {
			t.Errorf("gate %+v, %d missing", g, len(j.Result.Missing))
		}
	})
}
