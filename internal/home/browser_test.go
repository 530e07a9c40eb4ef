package home_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/report"
	"soapstone/internal/report/reportui"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
	"soapstone/internal/visit/visitui"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

// busyDay fills a day as it may be: signed, under way, waiting, to come.
func busyDay(w *world) (dana id.Patient, rep id.Report) {
	dana = w.register("Dana", "Okafor")
	ref := w.refer(dana, today.AddDays(-30))
	for i := range 6 {
		w.sign(w.plan(dana, ref, today.AddDays(-28+4*i), 9), finished(7-i/2))
		w.score(dana, today.AddDays(-28+4*i), float64(7-i/2))
	}
	_, err := w.deps.Patients.AddMedicine(w.Actor(), dana, patient.MedicineInput{Name: "apixaban"})
	w.must(err)
	_, err = w.deps.Patients.AddAllergy(w.Actor(), dana, patient.AllergyInput{Name: "latex"})
	w.must(err)
	_, err = w.deps.Screening.Record(w.Actor(), dana, map[string]screening.Given{"ans.fever": {Answer: screening.SaidNo(), How: screening.Asked, On: today}})
	w.must(err)
	w.goals(dana, ref)
	w.act(w.plan(dana, ref, today, 10), visit.ActArrive, visit.ActStart)
	lind := w.register("Rosalind", "Lindqvist-Papadimitriou")
	w.sign(w.plan(lind, w.refer(lind, today.AddDays(-20)), today, 8), finished(3))
	pham := w.register("Jan", "Pham")
	w.act(w.plan(pham, w.refer(pham, today.AddDays(-4)), today, 11), visit.ActArrive)
	ruiz := w.register("Mateo", "Ruiz")
	w.plan(ruiz, id.Referral{}, today, 14)
	w.plan(ruiz, id.Referral{}, today.AddDays(-1), 14)
	adler := w.register("Greta", "Adler")
	w.plan(adler, w.refer(adler, today.AddDays(-39)), today, 16)
	rep, err = w.deps.Reports.Begin(w.Actor(), dana, ref, report.Content{Recommendation: report.Continue, Visits: 8, PerWeek: 2, Weeks: 4,
		Summary: "Drives an hour with one stop. Turning to the right is still short at the end of the range."})
	w.must(err)
	return dana, rep
}

func (w *world) goals(p id.Patient, ref id.Referral) {
	seven, three, rot, far := 7.0, 3.0, 50.0, 70.0
	pid, err := w.deps.Plans.Save(w.Actor(), p, id.Plan{}, 0, plan.Input{Referral: ref, StartsOn: today.AddDays(-28), PerWeek: 2, Weeks: 6, Problem: "Neck turns little.",
		Goals: []plan.GoalInput{
			{Statement: "Drive an hour without stopping", Measure: "nprs", Baseline: &seven, BaselineOn: today.AddDays(-28), Target: &three, DueOn: today.AddDays(20)},
			{Statement: "Look over the right shoulder", Measure: "rom:cervical.rotation:R", Baseline: &rot, BaselineOn: today.AddDays(-28), Target: &far, DueOn: today.AddDays(20)},
		},
		Interventions: []plan.Intervention{{Technique: "myofascial-release", Regions: []string{"neck-shoulders"}, MinutesLow: 20, MinutesHigh: 30, Pressure: 3, Frequency: "each visit"}}})
	w.must(err)
	w.must(w.deps.Plans.Activate(w.Actor(), p, pid, 1))
}

func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	dana, rep := busyDay(w)
	tab := w.browse()
	chart := "/patients/" + dana.String()
	look(tab, []shown{
		{"today", "/"}, {"empty", "/?day=" + today.AddDays(5).String()}, {"chart", chart}, {"notes", chart + "?show=notes"}, {"help", "/help"}, {"find", "/find?q=okafor"}, {"preferences", "/preferences"},
		{"reports", chart + "/reports"}, {"report", chart + "/reports/" + rep.String()}, {"report-edit", chart + "/reports/" + rep.String() + "/edit"},
	})
	tab.NoErrors()
	keysMoveThroughTheDay(t, tab)
	keysCancelAndTakeBack(t, tab)
	paletteFinds(t, tab)
	namesHide(t, tab)
}

// A day with more visits than a page holds, and a worklist of two pages.
func TestBusyPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	w := newWorld(t, dbtest.NewSQLite(t))
	for i, p := range neglect(w, 53)[:36] {
		w.crowded(p, i)
	}
	tab := w.browse()
	look(tab, []shown{{"today-busy", "/?who=all"}, {"today-over", "/?who=all&part=over"}, {"needs", "/needs?who=all"}, {"needs-last", "/needs?who=all&page=9"}})
	tab.Go("/?who=all")
	tab.Click("73+ more")
	tab.See("All", "Note", "Pat06 Crowd")
	tab.NoErrors()
}

// crowded plans a visit of today with a therapist of the patient's own.
func (w *world) crowded(p id.Patient, n int) {
	w.t.Helper()
	by := w.Staff(fmt.Sprint("Therapist ", n), authz.Therapist)
	v, err := w.deps.Visits.Plan(w.Actor(), visit.Planned{Patient: p, Therapist: by, Location: w.Location, Date: today, Clock: 540, Minutes: 45})
	w.must(err)
	if n%12 == 0 {
		w.act(v, visit.ActNoShow)
	}
}

// browse opens the pages of home, and those they lead to, as an owner who treats.
func (w *world) browse() *webtest.Tab {
	w.t.Helper()
	a, _ := authz.From(w.Actor(authz.Therapist, authz.Owner))
	srv, err := web.NewServer(web.Config{Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Nav: home.Nav(), Find: "/find",
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil })})
	w.must(err)
	home.Register(srv.Router(), w.deps)
	reportui.Register(srv.Router(), reportui.Deps{Reports: w.deps.Reports, Patients: w.deps.Patients})
	visitui.Register(srv.Router(), visitui.Deps{Visits: w.deps.Visits, Patients: w.deps.Patients, Knowledge: w.deps.Knowledge})
	site := httptest.NewServer(srv.Handler())
	w.t.Cleanup(site.Close)
	return webtest.Open(w.t, site.URL)
}

// shown is a page with the name of its pictures.
type shown struct{ name, path string }

func look(tab *webtest.Tab, pages []shown) {
	for _, p := range pages {
		tab.Go(p.path)
		tab.FitsAndReads()
		for _, width := range []int64{390, 820, 1180} {
			for _, scheme := range []string{"light", "dark"} {
				tab.SetScheme(scheme)
				tab.SetViewport(width, 900)
				tab.Shot(fmt.Sprintf("%s-%d-%s", p.name, width, scheme))
			}
		}
	}
}

// j and k go from row to row; Enter does what the row's button says.
func keysMoveThroughTheDay(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.SetViewport(1180, 900)
	tab.Go("/")
	tab.Press("j")
	focus := func() string {
		return webtest.Eval[string](tab, "document.activeElement.getAttribute('aria-label') || ''")
	}
	if got := focus(); got != "Note: Dana Okafor, 10:00" {
		t.Errorf("j goes first to what is under way, not to %q", got)
	}
	for range 4 { // a free time is a row too
		tab.Press("j")
	}
	tab.Press("k")
	if got := focus(); got != "Arrived: Mateo Ruiz, 14:00" {
		t.Fatalf("j goes on to %q", got)
	}
	tab.Press("a")
	tab.See("Arrival for 14:00 noted.", "Screen")
	tab.Press("j")
	if got := focus(); got != "Screen: Mateo Ruiz, 14:00" {
		t.Errorf("after the arrival j goes to %q, not to the same row", got)
	}
	for range 30 {
		tab.Press("j")
	}
	if !webtest.Eval[bool](tab, "document.activeElement.closest('.card') !== null") {
		t.Error("j does not go on into what needs somebody")
	}
}

// c cancels the visit of the row; Ctrl-Z takes it back while Undo is shown.
func keysCancelAndTakeBack(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Go("/")
	webtest.Eval[bool](tab, `(document.querySelector("[aria-label='Arrived: Greta Adler, 16:00']").focus(), true)`)
	tab.Press("c")
	tab.See("The 16:00 visit was cancelled.", "Undo", "Cancelled")
	tab.Axe()
	tab.Press("z", kb.ModifierCtrl)
	tab.See("Arrived")
	if tab.Unseen("was cancelled."); webtest.Eval[int](tab, `document.querySelectorAll("[aria-label='Arrived: Greta Adler, 16:00']").length`) != 1 {
		t.Error("the cancelled visit was not taken back")
	}
}

// The palette by keyboard alone, in both schemes and on a phone.
func paletteFinds(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Go("/")
	tab.Press("k", kb.ModifierCtrl)
	tab.See("Go to", "New patient")
	tab.Type("greta")
	tab.See("Greta Adler", "1 result")
	if got := webtest.Eval[string](tab, `document.querySelector("[aria-activedescendant]")?.getAttribute("aria-activedescendant") ?? ""`); got != "option-0-0" {
		t.Errorf("the active option is %q", got)
	}
	for _, scheme := range []string{"light", "dark"} {
		tab.SetScheme(scheme)
		tab.Axe()
		for _, width := range []int64{390, 1180} {
			tab.SetViewport(width, 900)
			tab.Shot(fmt.Sprintf("palette-%d-%s", width, scheme))
		}
	}
	tab.Press(kb.Escape)
	if webtest.Eval[int](tab, "document.querySelectorAll('.palette').length") != 0 {
		t.Error("something of the palette is left when it closes")
	}
	tab.Press("k", kb.ModifierCtrl)
	tab.See("Go to")
	tab.Type("everything")
	tab.See("1 result")
	tab.Press("\r")
	tab.See("Needs you")
	if p := tab.Path(); p != "/needs" {
		t.Errorf("Enter leads to %s", p)
	}
}

// Hidden names stay hidden on the next page, and the row of the keyboard is shown.
func namesHide(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.SetViewport(1180, 900)
	tab.Go("/")
	tab.Press("P", kb.ModifierShift)
	tab.See("Names hidden")
	blurred := `[...document.querySelectorAll("main .private")].filter((e) => getComputedStyle(e).filter !== "none").length`
	all := webtest.Eval[int](tab, blurred)
	tab.Go("/?day=")
	tab.See("Names hidden")
	if n := webtest.Eval[int](tab, blurred); n == 0 || n != all {
		t.Errorf("%d names are hidden on the next page, %d were", n, all)
	}
	tab.Press("j")
	if n := webtest.Eval[int](tab, blurred); n != all-1 {
		t.Errorf("%d of %d names are hidden with the keyboard in a row", n, all)
	}
	for _, scheme := range []string{"light", "dark"} {
		tab.SetScheme(scheme)
		tab.Axe()
		tab.Shot("private-1180-" + scheme)
	}
	tab.Print()
	if n := webtest.Eval[int](tab, blurred); n != 0 {
		t.Errorf("%d names are hidden on paper", n)
	}
	tab.SetScheme("light")
	tab.Press("P", kb.ModifierShift)
	tab.See("Hide names")
}
