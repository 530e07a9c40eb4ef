package home_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

// found lists what Find gives, a line for each entry.
func found(f home.Found) (out []string) {
	for _, g := range f.Groups {
		for _, e := range g.Entries {
			out = append(out, strings.Join(strings.Fields(g.Title+": "+e.Label+" "+e.Name), " "))
		}
	}
	return out
}

func TestWhatWordsMean(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		dana := w.register("Dana", "Okafor")
		w.register("Noel", "Tester")
		v := w.act(w.plan(dana, id.Referral{}, today, 10), visit.ActArrive, visit.ActStart)
		therapist, desk, biller := e.Actor(authz.Therapist), e.Actor(authz.FrontDesk), e.Actor(authz.Biller)
		for text, want := range map[string][]string{
			"note dana":      {"Do: Note Dana Okafor"},
			"NO  dan":        {"Do: Note Dana Okafor"},
			"book okafor":    {"Do: Plan visit Dana Okafor"},
			"referral dana":  {"Do: New referral Dana Okafor"},
			"submit ready":   {"Go to: Claims ready to send"},
			"go to patients": {"Go to: Patients"},
			"noel":           {"Patients: Chart Noel Tester"},
			"3/2/1984":       {"Patients: Chart Dana Okafor"},
			"note nobody":    nil,
			"d":              nil, // a letter finds no patient
			"%_\\ '\"":       nil,
		} {
			f, err := w.svc.Find(therapist, text)
			w.must(err)
			got := found(f)
			if text == "d" {
				got = nil
				for _, g := range f.Groups {
					if g.Title == "Patients" {
						t.Errorf("a single letter finds %v", g)
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
		f, err := w.svc.Find(therapist, "note dana")
		w.must(err)
		if got := f.Groups[0].Entries[0].URL; got != "/visits/"+v.ID.String()+"/note" {
			t.Errorf("note leads to %s", got)
		}
		for _, none := range []string{"note dana", "referral dana"} {
			f, err := w.svc.Find(biller, none)
			w.must(err)
			if got := found(f); len(got) != 0 {
				t.Errorf("%q offers a biller %v", none, got)
			}
		}
		if f, err = w.svc.Find(desk, "audit"); err != nil || f.Count != 0 {
			t.Errorf("the front desk is offered %v, %v", found(f), err)
		}
		log, err := e.Log.Report(e.Actor(authz.Auditor), audit.Filter{Action: "patient.search"})
		w.must(err)
		if len(log.Entries) < 5 {
			t.Errorf("%d searches are recorded", len(log.Entries))
		}
	})
}

func TestThePatientsOpenedLastComeFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		ctx, other := e.Actor(authz.Therapist), e.Actor(authz.FrontDesk)
		for i := range 7 {
			_, err := w.svc.Chart(ctx, w.register(firstNames[i], "Quill"), home.All, home.Cursor{})
			w.must(err)
			e.Clock.Advance(1e9)
		}
		f, err := w.svc.Find(ctx, " ")
		w.must(err)
		var got []string
		for _, g := range f.Groups {
			if g.Title == "Patients you opened last" {
				for _, x := range g.Entries {
					got = append(got, strings.Fields(x.Name)[0])
				}
			}
		}
		if diff := cmp.Diff([]string{"Gus", "Finn", "Eva", "Dee", "Carl"}, got); diff != "" {
			t.Error(diff)
		}
		rival := e.Other()
		for _, who := range []struct {
			name string
			f    func() (home.Found, error)
		}{{"another practice", func() (home.Found, error) { return w.svc.Find(rival.Actor(), "") }}} {
			f, err := who.f()
			w.must(err)
			for _, line := range found(f) {
				if strings.Contains(line, "Quill") {
					t.Errorf("%s is shown %s", who.name, line)
				}
			}
		}
		_ = other
	})
}

func TestAStepFromTheRowCanBeTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		v := w.plan(w.register("Dana", "Okafor"), id.Referral{}, today, 14)
		desk := e.Actor(authz.FrontDesk)
		at := "/today/visits/" + v.ID.String()
		step := func(action, version string) string {
			rec := w.send(desk, at, url.Values{"action": {action}, "version": {version}, "next": {"/?day=&who=all"}})
			if rec.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d\n%s", action, rec.Code, rec.Body)
			}
			return rec.Header().Get("Location")
		}
		to := step("cancel", "1")
		if to != "/?changed="+v.ID.String()+"&day=&who=all#v-"+v.ID.String() {
			t.Errorf("it leads to %s", to)
		}
		body := w.shows(desk, strings.SplitN(to, "#", 2)[0], "The 14:00 visit was cancelled.", "Undo", "Done")
		if strings.Contains(body, "Cancel visit") {
			t.Error("a cancelled visit can be cancelled")
		}
		if to = step("undo", "2"); strings.Contains(to, "changed=") {
			t.Errorf("undoing offers to undo: %s", to)
		}
		w.shows(desk, "/", "Planned", "Arrived")
		for _, bad := range []url.Values{{}, {"action": {"sign"}, "version": {"3"}}, {"action": {"start"}, "version": {"3"}}, {"version": {"3"}}} {
			if rec := w.send(desk, at, bad); rec.Code != http.StatusUnprocessableEntity {
				t.Errorf("%v: %d", bad, rec.Code)
			}
		}
		if rec := w.send(desk, at, url.Values{"action": {"cancel"}, "version": {"1"}}); rec.Code != http.StatusConflict {
			t.Errorf("an old version: %d", rec.Code)
		}
		if rec := w.send(e.Actor(authz.Biller), at, url.Values{"action": {"cancel"}, "version": {"3"}}); rec.Code != http.StatusForbidden {
			t.Errorf("a biller: %d", rec.Code)
		}
		if rec := w.send(e.Other().Actor(), at, url.Values{"action": {"cancel"}, "version": {"3"}}); rec.Code != http.StatusNotFound {
			t.Errorf("another practice: %d", rec.Code)
		}
		if rec := w.send(desk, at, url.Values{"action": {"arrive"}, "version": {"3"}, "next": {"https://elsewhere.example/"}}); !strings.HasPrefix(rec.Header().Get("Location"), "/?changed=") {
			t.Errorf("it leads to %s", rec.Header().Get("Location"))
		}
	})
}

func TestFreeTimesBetweenVisits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		day := today.AddDays(1)
		for _, hour := range []int{9, 11, 12} { // 45 minutes each
			w.plan(p, id.Referral{}, day, hour)
		}
		b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{Day: day})
		w.must(err)
		if len(b.Gaps) != 1 || b.Gaps[0].Time != "09:45" || b.Gaps[0].Minutes != 75 {
			t.Fatalf("%+v", b.Gaps)
		}
		w.shows(e.Actor(authz.Therapist), "/?day="+day.String(), "free 75 min", "Fill", "free 1 h 15 min", "left 3")
		if strings.Contains(w.shows(e.Actor(authz.Biller), "/?day="+day.String(), "free 75 min"), "Fill") {
			t.Error("a biller is offered to fill a gap")
		}
		past, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{Day: today.AddDays(-1)})
		w.must(err)
		if len(past.Gaps) != 0 {
			t.Errorf("a day that is over has %+v", past.Gaps)
		}
	})
}

func TestHelpShowsEveryShortcut(t *testing.T) {
	w := newWorld(t, dbtest.NewSQLite(t))
	w.shows(w.Actor(), "/help", "Next row", "Go to Today", "Hide names, or show them again", "Switch single letters off", `id="keyboard"`)
	rec := w.send(w.Actor(), "/preferences/keys", url.Values{"keys": {"off"}})
	if k := w.deps.Keys.(*keys); rec.Code != http.StatusSeeOther || !k.asked || k.on {
		t.Errorf("%d %+v", rec.Code, k)
	}
	if rec = w.send(w.Actor(), "/preferences/keys", url.Values{"keys": {"perhaps"}}); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", rec.Code)
	}
	w.shows(w.Actor(), "/preferences", "They are on.")
}
