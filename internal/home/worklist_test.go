package home_test

import (
	"fmt"
	"strings"
	"testing"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

// neglect leaves a visit without a note for each of many patients, the first
// of them the longest ago.
func neglect(w *world, patients int) []id.Patient {
	var out []id.Patient
	for i := range patients {
		p := w.register(fmt.Sprintf("Pat%02d", i), "Crowd")
		w.plan(p, id.Referral{}, today.AddDays(-patients+i), 20)
		out = append(out, p)
	}
	return out
}

func TestTodayShowsSevenAndLeadsToTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		ps := neglect(w, 9)
		// What is urgent comes first, although it is the newest.
		used := w.register("Dana", "Okafor")
		ref := w.refer(used, today.AddDays(-40))
		for i := range 12 {
			w.sign(w.plan(used, ref, today.AddDays(-30+i), 9), finished(6))
		}
		ctx := e.Actor(authz.Therapist)
		b, err := w.svc.Today(ctx, home.Which{})
		w.must(err)
		if len(b.Needs) != 7 || b.Waiting != 11 || b.Needs[0].Tone != "danger" || b.Needs[0].Title != "Dana Okafor" || b.More {
			t.Errorf("%d of %d, first %+v", len(b.Needs), b.Waiting, b.Needs[0])
		}
		if entries := seen(w, ps[8], "today.view"); entries != 0 {
			t.Errorf("a name that was not shown has %d entries", entries)
		}
		body := w.shows(ctx, "/", "4 more", "/needs?who=me")
		if strings.Contains(body, "Pat08") {
			t.Error("Today names what it leaves to the worklist")
		}
		w.shows(ctx, "/needs?who=me", "Pat08 Crowd", "Dana Okafor", "Note", "Prescription")
		for name, p := range map[string]id.Patient{"the last": ps[8], "the urgent": used} {
			if n := seen(w, p, "needs.view"); n != 1 {
				t.Errorf("%s has %d entries of the worklist", name, n)
			}
		}
		body = w.shows(ctx, "/needs?who=me&kind=Prescription", "Dana Okafor")
		if strings.Contains(body, "Pat08") {
			t.Error("a kind shows others")
		}
		if n := seen(w, ps[8], "needs.view"); n != 1 {
			t.Errorf("the kind that was not shown has %d entries", n)
		}
	})
}

func seen(w *world, p id.Patient, action string) int {
	w.t.Helper()
	list, err := w.Log.Report(w.Actor(authz.Auditor), audit.Filter{Patient: p, Action: action})
	w.must(err)
	return len(list.Entries)
}

func TestWorklistHasPages(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	neglect(w, 53)
	ctx := e.Actor(authz.Therapist)
	for _, c := range []struct {
		want               home.Wanted
		shown, page, total int
		first              string
	}{
		{home.Wanted{}, 50, 1, 53, "Pat00 Crowd"},
		{home.Wanted{Page: 2}, 3, 2, 53, "Pat50 Crowd"},
		{home.Wanted{Page: 99, Kind: "Note"}, 3, 2, 53, "Pat50 Crowd"},
		{home.Wanted{Page: -1, Kind: "No such"}, 50, 1, 53, "Pat00 Crowd"},
	} {
		l, err := w.svc.Worklist(ctx, c.want)
		w.must(err)
		if len(l.Needs) != c.shown || l.Page != c.page || l.Total != c.total || l.Pages != 2 || l.Needs[0].Title != c.first {
			t.Errorf("%+v: %d of %d on page %d of %d, first %s", c.want, len(l.Needs), l.Total, l.Page, l.Pages, l.Needs[0].Title)
		}
	}
	w.shows(ctx, "/needs", "1–50 of 53", "/needs?page=2&amp;who=me")
	w.shows(ctx, "/", "43+ more") // fifty are looked for
	none := w.shows(e.Actor(authz.Biller), "/needs", "Nothing is waiting")
	if strings.Contains(none, "Crowd") {
		t.Error("a biller sees notes to write")
	}
	if other := w.shows(e.Other().Actor(), "/needs?who=all", "Nothing is waiting"); strings.Contains(other, "Crowd") {
		t.Error("another practice sees the list")
	}
}

func TestABusyDayHasPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		var all []visit.Visit
		for i := range 4 {
			by := e.Staff(fmt.Sprintf("Therapist %d", i), authz.Therapist)
			for k := range 9 {
				p := w.register(fmt.Sprintf("Pat%d%d", i, k), "Crowd")
				v, err := w.deps.Visits.Plan(e.Actor(), visit.Planned{Patient: p, Therapist: by, Location: w.Location, Date: today, Clock: (8 + k) * 60, Minutes: 45})
				w.must(err)
				all = append(all, v)
			}
		}
		for _, v := range all[:3] {
			w.act(v, visit.ActArrive)
		}
		w.act(all[9], visit.ActNoShow)
		everybody := false
		for _, c := range []struct {
			which       home.Which
			rows        int
			part        home.Part
			page, pages int
			next        bool
		}{
			{home.Which{Mine: &everybody}, 30, home.Open, 1, 2, true},
			{home.Which{Mine: &everybody, Page: 2}, 5, home.Open, 2, 2, false},
			{home.Which{Mine: &everybody, Part: home.Over}, 1, home.Over, 1, 1, false},
			{home.Which{Mine: &everybody, Day: today.AddDays(1)}, 0, home.Whole, 1, 1, false},
		} {
			b, err := w.svc.Today(e.Actor(authz.Owner), c.which)
			w.must(err)
			now := false
			for _, r := range b.Rows {
				now = now || r.Now
			}
			if len(b.Rows) != c.rows || b.Part != c.part || b.Page != c.page || b.Pages != c.pages || now != c.next {
				t.Errorf("%+v: %d rows of %q, page %d of %d, next marked %v", c.which, len(b.Rows), b.Part, b.Page, b.Pages, now)
			}
			if c.which.Day.IsZero() && (b.Left != 35 || b.Opens != 35 || b.Overs != 1) {
				t.Errorf("%+v: %d left, %d and %d", c.which, b.Left, b.Opens, b.Overs)
			}
		}
		w.shows(e.Actor(authz.Owner), "/?who=all", "To do", "Over", "page=2", "done 0", "left 35")
	})
}
