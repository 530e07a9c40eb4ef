package visit_test

import (
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/visit"
)

func TestNext(t *testing.T) {
	const no = visit.State("")
	type row map[visit.Action]visit.State
	want := map[visit.State]row{
		visit.StatePlanned: {visit.ActArrive: visit.StateArrived, visit.ActStart: visit.StateInProgress, visit.ActSign: visit.StateCompleted,
			visit.ActCancel: visit.StateCancelled, visit.ActNoShow: visit.StateNoShow, visit.ActMove: visit.StatePlanned},
		visit.StateArrived: {visit.ActStart: visit.StateInProgress, visit.ActSign: visit.StateCompleted,
			visit.ActCancel: visit.StateCancelled, visit.ActMove: visit.StateArrived},
		visit.StateInProgress: {visit.ActSign: visit.StateCompleted},
		visit.StateCompleted:  {visit.ActRetract: visit.StateInProgress, visit.ActVoid: visit.StateCancelled},
		visit.StateCancelled:  {},
		visit.StateNoShow:     {},
	}
	actions := []visit.Action{visit.ActPlan, visit.ActMove, visit.ActArrive, visit.ActStart, visit.ActSign, visit.ActCancel,
		visit.ActNoShow, visit.ActUndo, visit.ActRetract, visit.ActVoid, "nonsense"}
	for _, s := range append(visit.States(), "nonsense") {
		for _, a := range actions {
			got, ok := visit.Next(s, a)
			if w := want[s][a]; got != w || ok != (w != no) {
				t.Errorf("Next(%s, %s) = %q, %v; want %q", s, a, got, ok, w)
			}
		}
	}
}

func TestUndone(t *testing.T) {
	today := civil.Of(2026, 3, 10)
	change := func(a visit.Action, from, to visit.State, on civil.Date) visit.Change {
		return visit.Change{Action: a, From: from, To: to, On: on}
	}
	cases := map[string]struct {
		now  visit.State
		last visit.Change
		want visit.State
	}{
		"cancel the same day":      {visit.StateCancelled, change(visit.ActCancel, visit.StateArrived, visit.StateCancelled, today), visit.StateArrived},
		"no-show the same day":     {visit.StateNoShow, change(visit.ActNoShow, visit.StatePlanned, visit.StateNoShow, today), visit.StatePlanned},
		"start the same day":       {visit.StateInProgress, change(visit.ActStart, visit.StatePlanned, visit.StateInProgress, today), visit.StatePlanned},
		"arrival the same day":     {visit.StateArrived, change(visit.ActArrive, visit.StatePlanned, visit.StateArrived, today), visit.StatePlanned},
		"cancel the day before":    {visit.StateCancelled, change(visit.ActCancel, visit.StatePlanned, visit.StateCancelled, today.AddDays(-1)), ""},
		"planning":                 {visit.StatePlanned, change(visit.ActPlan, "", visit.StatePlanned, today), ""},
		"signing":                  {visit.StateCompleted, change(visit.ActSign, visit.StateInProgress, visit.StateCompleted, today), ""},
		"retraction":               {visit.StateInProgress, change(visit.ActRetract, visit.StateCompleted, visit.StateInProgress, today), ""},
		"undoing":                  {visit.StatePlanned, change(visit.ActUndo, visit.StateCancelled, visit.StatePlanned, today), ""},
		"something that was moved": {visit.StatePlanned, change(visit.ActCancel, visit.StatePlanned, visit.StateCancelled, today), ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := visit.Undone(c.now, c.last, today)
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			if err != nil && !errs.Is(err, errs.Conflict) {
				t.Errorf("kind of %v", err)
			}
		})
	}
}

func TestOnlyCalledOffVisitsGiveTheirTimeBack(t *testing.T) {
	for _, s := range visit.States() {
		want := s != visit.StateCancelled && s != visit.StateNoShow
		if s.Takes() != want {
			t.Errorf("%s takes time: %v", s, s.Takes())
		}
	}
}
