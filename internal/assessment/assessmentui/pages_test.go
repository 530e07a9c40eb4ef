package assessmentui_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/assessment"
	"soapstone/internal/assessment/assessmentui"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

var today = civil.Of(2026, 3, 10)

type world struct {
	*dbtest.Env
	h         http.Handler
	svc       *assessment.Service
	patients  *patient.Service
	referrals *referral.Service
	dana      id.Patient
	base      string
}

func newWorld(t *testing.T, roles ...authz.Role) *world {
	t.Helper()
	e := dbtest.NewSQLite(t)
	k := knowledge.Must()
	w := &world{Env: e, patients: patient.New(e.DB, e.Log)}
	w.referrals = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), k.ICD10())
	w.svc = assessment.New(e.DB, e.Log, w.patients, w.referrals, k)
	ctx := e.Actor(roles...)
	srv, err := web.NewServer(web.Config{Log: slog.New(slog.DiscardHandler), Clock: e.Clock, Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(ctx)
		return a, ok, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	assessmentui.Register(srv.Router(), assessmentui.Deps{Assessments: w.svc, Patients: w.patients, Knowledge: k})
	w.h = srv.Handler()
	w.dana, err = w.patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: "Dana", LastName: "Okafor", BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	w.base = "/patients/" + w.dana.String() + "/assessments"
	return w
}

// get and post answer with status, place and page.
func (w *world) get(t *testing.T, path string) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec.Code, rec.Body.String()
}

func (w *world) post(t *testing.T, path string, v url.Values) (int, string, string) {
	t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, req)
	return rec.Code, rec.Header().Get("Location"), rec.Body.String()
}

func (w *world) begin(t *testing.T, kind assessment.Kind, on civil.Date, regions ...assessment.Region) string {
	t.Helper()
	a, err := w.svc.Start(w.Actor(), w.dana, assessment.StartInput{Kind: kind, On: on, Regions: regions})
	if err != nil {
		t.Fatal(err)
	}
	return w.base + "/" + a.String()
}

func n(i int64) *int64 { return &i }

func (w *world) complete(t *testing.T, kind assessment.Kind, c assessment.Content) id.Assessment {
	t.Helper()
	a, err := w.svc.Start(w.Actor(), w.dana, assessment.StartInput{Kind: kind, On: c.On, Regions: c.Regions})
	if err == nil {
		err = w.svc.Complete(w.Actor(), w.dana, a, 1, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func neck(on civil.Date, left, right float64, pain int64) assessment.Content {
	return assessment.Content{On: on, Regions: []assessment.Region{assessment.Neck},
		Pain: []assessment.Pain{{Site: "trap-upper-r", Now: n(pain), Best: n(1), Worst: n(9)}},
		Motions: []assessment.Motion{
			{Motion: "cervical.flexion", Degrees: 45, WithinLimits: true, Device: "crom"},
			{Motion: "cervical.rotation", Side: knowledge.SideLeft, Degrees: left, Device: "crom", PainAtEnd: true, EndFeel: "firm"},
			{Motion: "cervical.rotation", Side: knowledge.SideRight, Degrees: right, Device: "crom"},
		},
		Palpation: []assessment.Palpation{{Site: "trap-upper-r", Tone: n(3), Tenderness: n(2), Text: "Taut band"}, {Site: "levator-l", Tenderness: n(1)}},
		Posture:   []string{"forward-head", "shoulder-high-r"}, Note: "Worse after driving"}
}

func TestAnAssessmentWithoutScripts(t *testing.T) {
	w := newWorld(t)
	code, _, body := w.post(t, w.base, url.Values{"kind": {"evaluation"}, "on": {"2026-03-10"}})
	if code != 422 || !strings.Contains(body, "Choose at least one region.") {
		t.Fatalf("without a region: %d", code)
	}
	code, place, _ := w.post(t, w.base, url.Values{"kind": {"evaluation"}, "on": {"2026-03-10"}, "regions": {"neck"}})
	if code != 303 {
		t.Fatalf("begin: %d", code)
	}
	if code, body = w.get(t, place); code != 200 || !strings.Contains(body, "Range of motion: Neck") || strings.Contains(body, "Range of motion: Shoulder") {
		t.Fatalf("editor: %d", code)
	}
	v := url.Values{"version": {"1"}, "on": {"2026-03-10"}, "regions": {"neck"}, "pain.0.now": {"6"}, "pain.0.site": {"trap-upper-r"},
		"rom.cervical.rotation.L": {"52"}, "rom.cervical.rotation.L.pain": {"yes"}, "palp.0.text": {"half a row"}, "note": {"Kept as typed"}, "op": {"palp"}}
	code, _, body = w.post(t, place, v)
	for _, s := range []string{`name="palp.1.site"`, `value="half a row"`, "Kept as typed", `value="52"`} {
		if !strings.Contains(body, s) {
			t.Errorf("after adding a row %s is gone (%d)", s, code)
		}
	}
	v.Set("op", "regions")
	v["regions"] = []string{"neck", "shoulder"}
	if _, _, body = w.post(t, place, v); !strings.Contains(body, "Range of motion: Shoulder") || !strings.Contains(body, `value="52"`) {
		t.Error("another region does not show, or a value is gone")
	}
	// A complaint about the second row names the second row, though the first is empty.
	v.Set("op", "complete")
	v.Del("palp.0.text")
	v.Set("palp.4.text", "taut")
	if code, _, body = w.post(t, place, v); code != 422 || !strings.Contains(body, `href="#f-palp-4-site"`) {
		t.Errorf("complaint: %d", code)
	}
	v.Set("palp.4.site", "levator-l")
	v.Set("rom.cervical.rotation.R", "999")
	if code, _, body = w.post(t, place, v); code != 422 || !strings.Contains(body, "Enter a number from 0 to 160.") || !strings.Contains(body, `value="999"`) {
		t.Errorf("999 degrees: %d", code)
	}
	v.Set("rom.cervical.rotation.R", "70")
	if code, _, _ = w.post(t, place, v); code != 303 {
		t.Fatalf("complete: %d", code)
	}
	if code, body = w.get(t, place); code != 200 || !strings.Contains(body, "18° less than right") || !strings.Contains(body, "Levator scapulae, left") || strings.Contains(body, "<textarea") {
		t.Errorf("completed page: %d", code)
	}
	if code, _, _ = w.post(t, place, v); code != 409 {
		t.Errorf("writing in a completed one: %d, want 409", code)
	}
}

func TestARegionWithValuesIsNotDroppedSilently(t *testing.T) {
	w := newWorld(t)
	place := w.begin(t, assessment.Evaluation, today, assessment.Neck)
	v := url.Values{"version": {"1"}, "on": {"2026-03-10"}, "regions": {"back"}, "rom.cervical.rotation.L": {"52"}, "op": {"save"}}
	code, _, body := w.post(t, place, v)
	if code != 422 || !strings.Contains(body, "Neck holds values.") || !strings.Contains(body, `value="52"`) {
		t.Errorf("status %d", code)
	}
}

func TestThreeMonthsOfNothingIsPreFilled(t *testing.T) {
	w := newWorld(t)
	w.complete(t, assessment.Evaluation, neck(today.AddDays(-40), 40, 60, 7))
	w.complete(t, assessment.Reevaluation, neck(today.AddDays(-10), 48, 62, 5))
	place := w.begin(t, assessment.Reevaluation, today, assessment.Neck)
	_, body := w.get(t, place)
	if !strings.Contains(body, "Last 48°, start 40°") || !strings.Contains(body, "Last 5 of 10") {
		t.Error("the last and the first value do not stand beside the field")
	}
	for _, s := range []string{`value="48"`, `value="40"`, "checked></"} {
		if strings.Contains(body, s) {
			t.Errorf("%s is pre-filled", s)
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	for _, tc := range []struct {
		role        authz.Role
		read, write int
	}{{authz.Therapist, 200, 200}, {authz.Owner, 200, 403}, {authz.Auditor, 200, 403}, {authz.FrontDesk, 403, 403}, {authz.Biller, 403, 403}} {
		w := newWorld(t, tc.role)
		a := w.complete(t, assessment.Evaluation, neck(today, 50, 70, 6))
		for path, want := range map[string]int{w.base: tc.read, w.base + "/" + a.String(): tc.read, w.base + "/new": tc.write, w.base + "/" + a.String() + "/error": tc.write} {
			if code, _ := w.get(t, path); code != want {
				t.Errorf("%s at %s: %d, want %d", tc.role, strings.TrimPrefix(path, w.base), code, want)
			}
		}
	}
	w := newWorld(t)
	for _, path := range []string{w.base + "/zzz", w.base + "/" + id.New[id.Assessment]().String(), "/patients/" + id.New[id.Patient]().String() + "/assessments"} {
		if code, _ := w.get(t, path); code != 404 {
			t.Errorf("%s: %d, want 404", path, code)
		}
	}
}

func TestEnteredInError(t *testing.T) {
	w := newWorld(t)
	a := w.complete(t, assessment.Evaluation, neck(today, 50, 70, 6))
	path := w.base + "/" + a.String()
	if code, _, body := w.post(t, path+"/error", url.Values{"version": {"2"}}); code != 422 || !strings.Contains(body, "Say what was wrong.") {
		t.Errorf("without a reason: %d", code)
	}
	if code, _, _ := w.post(t, path+"/error", url.Values{"version": {"2"}, "reason": {"Wrong chart"}}); code != 303 {
		t.Errorf("with a reason: %d", code)
	}
	if _, body := w.get(t, path); !strings.Contains(body, "Wrong chart") {
		t.Error("the page does not say why")
	}
}

func TestPagesInABrowser(t *testing.T) {
	w := newWorld(t)
	a := w.complete(t, assessment.Evaluation, neck(today.AddDays(-40), 40, 60, 7))
	_ = a
	b := w.complete(t, assessment.Reevaluation, neck(today.AddDays(-1), 52, 70, 4))
	bad := w.complete(t, assessment.Reevaluation, neck(today.AddDays(-2), 99, 70, 4))
	if err := w.svc.MarkError(context.WithoutCancel(w.Actor()), w.dana, bad, 2, "Values of another patient"); err != nil {
		t.Fatal(err)
	}
	draft := w.begin(t, assessment.Reevaluation, today, assessment.Neck)
	srv := httptest.NewServer(w.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	for name, path := range map[string]string{"list": w.base, "new": w.base + "/new", "done": w.base + "/" + b.String(), "wrong": w.base + "/" + bad.String(),
		"editor": draft, "error": draft + "/error"} {
		tab.Go(path)
		tab.FitsAndReads()
		shots(tab, name)
		tab.NoErrors()
	}
	tab.SetViewport(1180, 820)
	tab.Go(draft)
	tab.Click("WNL, within normal limits: Neck, Flexion, middle, degrees, 45")
	if got := tab.Value("Neck, Flexion, middle, degrees"); got != "45" {
		t.Errorf("the norm is not taken: %q", got)
	}
	// The focus is in extension now; full numbers lead on by themselves.
	tab.Type("40")
	tab.Type("30")
	tab.Type("p")
	if got := tab.Value("Neck, Side bending, left, degrees"); got != "30" || tab.Value("Neck, Extension, middle, degrees") != "40" {
		t.Errorf("numbers do not lead on: %q", got)
	}
	tab.NoErrors()
}

// shots writes pictures at three widths, and in the dark.
func shots(tab *webtest.Tab, name string) {
	tab.SetScheme("light")
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(fmt.Sprintf("assessment-%s-%d", name, w))
	}
	tab.SetScheme("dark")
	tab.Shot("assessment-" + name + "-1180-dark")
	tab.SetScheme("light")
}
