package planui_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/plan/planui"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

var today = civil.Of(2026, 3, 10)

type world struct {
	*dbtest.Env
	h         http.Handler
	svc       *plan.Service
	patients  *patient.Service
	referrals *referral.Service
	assess    *assessment.Service
	dana      id.Patient
	base      string
}

func newWorld(t *testing.T, roles ...authz.Role) *world {
	t.Helper()
	e := dbtest.NewSQLite(t)
	k := knowledge.Must()
	w := &world{Env: e, patients: patient.New(e.DB, e.Log)}
	w.referrals = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), k.ICD10())
	w.assess = assessment.New(e.DB, e.Log, w.patients, w.referrals, k)
	w.svc = plan.New(e.DB, e.Log, plan.Deps{Patients: w.patients, Referrals: w.referrals, Assessments: w.assess, Knowledge: k})
	actor, _ := authz.From(e.Actor(roles...))
	srv, err := web.NewServer(web.Config{Log: slog.New(slog.DiscardHandler), Clock: e.Clock, Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		return actor, true, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	planui.Register(srv.Router(), planui.Deps{Plans: w.svc, Patients: w.patients, Knowledge: k})
	w.h = srv.Handler()
	w.dana, err = w.patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: "Dana", LastName: "Okafor", BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	w.base = "/patients/" + w.dana.String() + "/plan"
	return w
}

func (w *world) get(t *testing.T, path string) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec.Code, rec.Body.String()
}

func (w *world) post(t *testing.T, path string, v url.Values) (int, string) {
	t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, req)
	return rec.Code, rec.Body.String()
}

func (w *world) prescribe(t *testing.T, codes ...string) {
	t.Helper()
	chen, err := w.referrals.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"})
	if err == nil {
		_, err = w.referrals.Register(w.Actor(), w.dana, referral.Input{Prescriber: chen.ID, Codes: codes, Order: referral.Order{PerWeek: 2, Weeks: 6},
			WrittenOn: today, SignatureSeen: true})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) assessed(t *testing.T, on civil.Date, left float64, pain int64) {
	t.Helper()
	a, err := w.assess.Start(w.Actor(), w.dana, assessment.StartInput{Kind: assessment.Reevaluation, On: on, Regions: []assessment.Region{assessment.Neck}})
	if err == nil {
		err = w.assess.Complete(w.Actor(), w.dana, a, 1, assessment.Content{On: on, Regions: []assessment.Region{assessment.Neck},
			Pain: []assessment.Pain{{Site: "trap-upper-l", Now: &pain}}, Motions: []assessment.Motion{
				{Motion: "cervical.rotation", Side: knowledge.SideLeft, Degrees: left, Device: "crom", PainAtEnd: true},
				{Motion: "cervical.rotation", Side: knowledge.SideRight, Degrees: 72, Device: "crom"}},
			Palpation: []assessment.Palpation{{Site: "levator-l", Tone: &[]int64{3}[0]}}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) active(t *testing.T) (pl plan.Plan) {
	t.Helper()
	err := w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		pl, _, err = w.svc.Active(ctx, tx, w.dana)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

func fields() url.Values {
	return url.Values{"starts_on": {"2026-03-10"}, "per_week": {"2"}, "weeks": {"6"}, "visits": {"12"}, "reassess_on": {"2026-04-09"}, "problem": {"Neck turns less to the left."},
		"goal.0.statement": {"Turn the head to check the blind spot"}, "goal.0.measure": {"rom:cervical.rotation:L"}, "goal.0.baseline": {"52"},
		"goal.0.target": {"70"}, "goal.0.due_on": {"2026-04-21"},
		"do.0.technique": {"myofascial-release"}, "do.0.regions": {"neck-shoulders"}, "do.0.site.0": {"trap-upper-l"}, "do.0.low": {"10"}, "do.0.high": {"15"},
		"do.0.pressure": {"3"}, "do.0.often": {"Each visit"}, "home.0.what": {"Chin tucks, 10 times"}, "home.0.often": {"3 times a day"}}
}

func TestAPlanWithoutScripts(t *testing.T) {
	w := newWorld(t)
	w.prescribe(t, "M54.2")
	w.assessed(t, today, 52, 6)
	code, body := w.get(t, w.base+"/edit")
	for _, s := range []string{`value="12"`, "Ordered: ", "(last 52° on 10 Mar 2026)", "rotation, left 52°"} {
		if !strings.Contains(body, s) {
			t.Errorf("the form does not start with %s (%d)", s, code)
		}
	}
	v := fields()
	v.Set("op", "goal")
	v.Set("goal.3.text", "half a goal")
	if code, body = w.post(t, w.base, v); code != 200 {
		t.Fatalf("one more row: %d", code)
	}
	for _, s := range []string{`name="goal.4.statement"`, "half a goal", "Turn the head to check the blind spot", "Chin tucks, 10 times"} {
		if !strings.Contains(body, s) {
			t.Errorf("after adding a goal %s is gone", s)
		}
	}
	v.Set("op", "activate")
	if code, body = w.post(t, w.base, v); code != 422 || !strings.Contains(body, `href="#f-goal-3-statement"`) || !strings.Contains(body, "half a goal") {
		t.Errorf("half a goal: %d", code)
	}
	v.Del("goal.3.text")
	v.Set("goal.0.target", "52")
	if code, body = w.post(t, w.base, v); code != 422 || !strings.Contains(body, "The target is where the patient is already.") {
		t.Errorf("target at the baseline: %d", code)
	}
	v.Set("goal.0.target", "70")
	if code, _ = w.post(t, w.base, v); code != 303 {
		t.Fatalf("put in force: %d", code)
	}
	pl := w.active(t)
	if len(pl.Goals) != 1 || pl.State != plan.Active || len(pl.Interventions[0].Regions) != 2 {
		t.Errorf("plan %+v", pl)
	}
	if _, body = w.get(t, w.base); !strings.Contains(body, "By 21 Apr 2026, turn the head to check the blind spot") || !strings.Contains(body, "In force, revision 1") {
		t.Error("the plan in force does not show")
	}
}

func TestADraftIsRevisedAndPutInForce(t *testing.T) {
	w := newWorld(t)
	v := fields()
	v.Set("op", "save")
	if code, _ := w.post(t, w.base, v); code != 303 {
		t.Fatalf("draft: %d", code)
	}
	view, err := w.svc.View(w.Actor(), w.dana)
	if err != nil || view.Draft == nil {
		t.Fatal(err)
	}
	act := url.Values{"plan": {view.Draft.ID.String()}, "version": {"1"}}
	if code, _ := w.post(t, w.base+"/activate", act); code != 303 {
		t.Errorf("activate: %d", code)
	}
	if code, _ := w.post(t, w.base+"/activate", act); code != 409 {
		t.Errorf("activate twice: %d, want 409", code)
	}
	// A revision starts from the plan in force.
	_, body := w.get(t, w.base+"/edit")
	origin := w.active(t).Goals[0].Origin.String()
	if !strings.Contains(body, origin) || !strings.Contains(body, "Why is the plan revised?") {
		t.Error("the revision does not start from the plan in force")
	}
	v = fields()
	v.Set("goal.0.origin", origin)
	v.Set("op", "activate")
	code, body := w.post(t, w.base, v)
	if code != 422 || !strings.Contains(body, "Say why the plan is revised.") {
		t.Fatalf("revision without a reason: %d", code)
	}
	// The draft was kept all the same, and the form goes on with it.
	view, _ = w.svc.View(w.Actor(), w.dana)
	if view.Draft == nil || !strings.Contains(body, view.Draft.ID.String()) {
		t.Fatal("the revision was lost")
	}
	v.Set("draft", view.Draft.ID.String())
	v.Set("version", strconv.FormatInt(view.Draft.Version, 10))
	v.Set("revision_reason", "Faster than expected")
	if code, _ = w.post(t, w.base, v); code != 303 {
		t.Fatalf("revision: %d", code)
	}
	if pl := w.active(t); pl.Revision != 2 || pl.Goals[0].Origin.String() != origin {
		t.Errorf("plan %+v", pl)
	}
	view, _ = w.svc.View(w.Actor(), w.dana)
	if code, body = w.get(t, w.base+"/"+view.Past[0].ID.String()); code != 200 || !strings.Contains(body, "This is the plan as it was.") {
		t.Errorf("earlier plan: %d", code)
	}
}

func TestSelfPayCareNamesNoDiagnosis(t *testing.T) {
	w := newWorld(t)
	w.assessed(t, today, 40, 6)
	_, body := w.get(t, w.base)
	if !strings.Contains(body, "self-pay care") || !strings.Contains(body, "rotation, left 40°") || strings.Contains(body, "Diagnoses") {
		t.Error("self-pay care does not show findings alone")
	}
}

func TestGentleGuidanceIsShownAndHeld(t *testing.T) {
	w := newWorld(t)
	w.prescribe(t, "M79.7")
	_, body := w.get(t, w.base+"/edit")
	if !strings.Contains(body, "Gentle by default: Fibromyalgia") || !strings.Contains(body, "3 moderate (say why)") {
		t.Error("the guidance does not show")
	}
	v := fields()
	v.Set("op", "save")
	if code, body := w.post(t, w.base, v); code != 422 || !strings.Contains(body, `href="#f-do-0-reason"`) {
		t.Errorf("pressure 3: %d", code)
	}
	v.Set("do.0.reason", "Tolerated well before")
	if code, _ := w.post(t, w.base, v); code != 303 {
		t.Errorf("with a reason: %d", code)
	}
}

func TestGoalsAndClosing(t *testing.T) {
	w := newWorld(t)
	v := fields()
	v.Set("op", "activate")
	w.post(t, w.base, v)
	pl := w.active(t)
	goal := w.base + "/goals/" + pl.Goals[0].ID.String()
	if code, _ := w.get(t, goal); code != 200 {
		t.Errorf("goal page: %d", code)
	}
	if code, body := w.post(t, goal, url.Values{"version": {"1"}, "state": {"dropped"}}); code != 422 || !strings.Contains(body, "Say why the goal is dropped.") {
		t.Errorf("dropped without a reason: %d", code)
	}
	if code, _ := w.post(t, goal, url.Values{"version": {"1"}, "state": {"met"}}); code != 303 {
		t.Errorf("met: %d", code)
	}
	if code, _ := w.post(t, goal, url.Values{"version": {"1"}, "state": {"open"}}); code != 409 {
		t.Errorf("stale: %d", code)
	}
	if code, _ := w.post(t, w.base+"/close", url.Values{"plan": {pl.ID.String()}, "version": {"2"}}); code != 422 {
		t.Errorf("closed without a reason: %d", code)
	}
	if code, _ := w.post(t, w.base+"/close", url.Values{"plan": {pl.ID.String()}, "version": {"2"}, "why": {"reached"}}); code != 303 {
		t.Errorf("closed: %d", code)
	}
	if code, _ := w.get(t, goal); code != 404 {
		t.Errorf("goal of a closed plan: %d", code)
	}
}

func TestTwoHundredGoalsAreRefusedAndKept(t *testing.T) {
	w := newWorld(t)
	v := fields()
	v.Set("op", "save")
	for i := range 200 {
		v.Set(fmt.Sprintf("goal.%d.statement", i), "Goal "+strconv.Itoa(i))
	}
	if code, body := w.post(t, w.base, v); code != 422 || !strings.Contains(body, "Keep to at most 12 goals.") || !strings.Contains(body, "Goal 199") {
		t.Errorf("status %d", code)
	}
}

func TestWhoSeesWhat(t *testing.T) {
	for _, tc := range []struct {
		role        authz.Role
		read, write int
	}{{authz.Therapist, 200, 200}, {authz.Owner, 200, 403}, {authz.Auditor, 200, 403}, {authz.FrontDesk, 403, 403}, {authz.Biller, 403, 403}} {
		w := newWorld(t, tc.role)
		for path, want := range map[string]int{w.base: tc.read, w.base + "/edit": tc.write} {
			if code, _ := w.get(t, path); code != want {
				t.Errorf("%s at %s: %d, want %d", tc.role, strings.TrimPrefix(path, w.base), code, want)
			}
		}
	}
	w := newWorld(t)
	for _, path := range []string{w.base + "/zzz", w.base + "/" + id.New[id.Plan]().String(), "/patients/" + id.New[id.Patient]().String() + "/plan"} {
		if code, _ := w.get(t, path); code != 404 {
			t.Errorf("%s: %d, want 404", path, code)
		}
	}
}

func TestPagesInABrowser(t *testing.T) {
	w := newWorld(t)
	w.prescribe(t, "M54.2", "M79.7")
	w.assessed(t, today.AddDays(-14), 52, 6)
	srv := httptest.NewServer(w.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	look := func(name, path string) {
		tab.Go(path)
		tab.FitsAndReads()
		shots(tab, name)
		tab.NoErrors()
	}
	look("none", w.base)
	look("new", w.base+"/edit")
	v := fields()
	v.Set("goal.0.baseline_on", today.AddDays(-14).String())
	for k, x := range map[string]string{"goal.1.statement": "Sleep through the night", "goal.1.measure": "nprs", "goal.1.target": "2", "goal.1.due_on": "2026-04-21",
		"goal.2.statement": "Drive to work", "goal.2.measure": "other", "goal.2.unit": "minutes", "goal.2.baseline": "10", "goal.2.target": "40", "goal.2.due_on": "2026-05-01",
		"do.0.reason": "Tolerated well over six earlier visits", "do.1.technique": "positional-release", "do.1.site.0": "levator-l", "do.1.low": "5", "do.1.pressure": "1", "op": "activate"} {
		v.Set(k, x)
	}
	if code, body := w.post(t, w.base, v); code != 303 {
		t.Fatalf("%d %s", code, body)
	}
	w.assessed(t, today, 61, 7)
	if err := w.svc.SaveGoalState(w.Actor(), w.dana, w.active(t).Goals[2].ID, 1, plan.GoalPartly, "Drives 20 minutes without a break"); err != nil {
		t.Fatal(err)
	}
	look("active", w.base)
	look("revise", w.base+"/edit")
	look("goal", w.base+"/goals/"+w.active(t).Goals[0].ID.String())
	look("close", w.base+"/close")
	v.Set("op", "save")
	v.Set("goal.0.statement", "Look over the shoulder")
	if code, _ := w.post(t, w.base, v); code != 303 {
		t.Fatalf("draft: %d", code)
	}
	look("draft", w.base)
	// A row is added without losing what was typed.
	tab.SetViewport(1180, 820)
	tab.Go(w.base + "/edit")
	tab.Fill("Visits a week", "3")
	tab.Click("Add a goal")
	tab.See("Goal 4")
	if got := tab.Value("Visits a week"); got != "3" {
		t.Errorf("what was typed is lost: %q", got)
	}
	tab.NoErrors()
}

// shots writes pictures at three widths, and in the dark.
func shots(tab *webtest.Tab, name string) {
	tab.SetScheme("light")
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(fmt.Sprintf("plan-%s-%d", name, w))
	}
	tab.SetScheme("dark")
	tab.Shot("plan-" + name + "-1180-dark")
	tab.SetScheme("light")
}
