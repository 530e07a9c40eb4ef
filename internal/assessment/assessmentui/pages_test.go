package assessmentui_test

import (
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
		Passive:   []assessment.Motion{{Motion: "cervical.flexion", Degrees: left + 1, Device: "crom"}},
		Palpation: []assessment.Palpation{{Site: "trap-upper-r", Tone: n(3), Tenderness: n(2), Text: "Taut band"}, {Site: "levator-l", Tenderness: n(1)}},
		Posture:   []string{"forward-head", "shoulder-high-r"}, Note: "Worse after driving",
		Gait:     assessment.Gait{Findings: []assessment.Seen{{Finding: "antalgic", Side: knowledge.SideLeft}}, UpAndGo: seconds(11)},
		Strength: []assessment.Strength{{Group: "elbow-flexion", Side: knowledge.SideLeft, Grade: assessment.Grade{N: 4, Mod: map[bool]string{true: "-"}[pain < 6]}}},
		Tests:    []assessment.TestResult{{Test: "neck.spurling", Side: knowledge.SideLeft, Result: map[bool]assessment.Result{true: assessment.Positive, false: assessment.Negative}[pain < 6]}}}
}

func seconds(x float64) *float64 { return &x }

// area is the fields of one area of a draft.
func area(name, version string, more url.Values) url.Values {
	v := url.Values{"version": {version}, "area": {name}, "op": {"save"}}
	for k, x := range more {
		v[k] = x
	}
	return v
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
	step := func(name, version string, more url.Values, want string) {
		t.Helper()
		code, to, body := w.post(t, place, area(name, version, more))
		if code != 303 || !strings.HasSuffix(to, want) {
			t.Fatalf("%s: %d to %s\n%s", name, code, to, body[strings.Index(body, "<main"):])
		}
	}
	step("pain", "1", url.Values{"pain.0.now": {"6"}, "pain.0.site": {"trap-upper-r"}, "go": {"rom"}}, "?area=rom")
	if code, body = w.get(t, place+"?area=rom"); code != 200 || !strings.Contains(body, "Range of motion: Neck") || strings.Contains(body, "Range of motion: Shoulder") {
		t.Fatalf("rom: %d", code)
	}
	step("rom", "2", url.Values{"rom.cervical.rotation.L": {"52"}, "rom.cervical.rotation.L.pain": {"yes"}, "rom.cervical.rotation.L.score": {"4"},
		"rom.cervical.rotation.R": {"70"}, "prom.cervical.rotation.L": {"60"}, "device.cervical": {"crom"}, "at.cervical": {"supine"}, "go": {"palpation"}}, "?area=palpation")
	// A place is added by name; nothing is stored until the area is saved.
	code, _, body = w.post(t, place, url.Values{"version": {"3"}, "area": {"palpation"}, "op": {"site"}, "add": {"lev l"}, "palp.4.site": {"trap-upper-r"}, "palp.4.text": {"half a row"}})
	if code != 200 || !strings.Contains(body, `name="palp.5.site" value="levator-l"`) || !strings.Contains(body, `value="half a row"`) {
		t.Fatalf("add a place: %d", code)
	}
	code, _, body = w.post(t, place, url.Values{"version": {"3"}, "area": {"palpation"}, "op": {"drop:palp.4"}, "palp.4.site": {"trap-upper-r"}, "palp.5.site": {"levator-l"}})
	if code != 200 || strings.Contains(body, `name="palp.4.site"`) || !strings.Contains(body, `name="palp.5.site"`) {
		t.Fatalf("remove a place: %d", code)
	}
	step("palpation", "3", url.Values{"palp.4.site": {"trap-upper-r"}, "palp.5.site": {"levator-l"}, "palp.5.tender": {"2"}, "palp.5.texture": {"taut-band", "nodule"},
		"palp.5.trigger": {"active"}, "palp.5.refers": {"yes"}, "palp.5.oedema": {"1"}, "palp.5.temp": {"warm"}}, "?area=palpation")
	step("posture", "4", url.Values{"posture.head": {"forward-head"}, "forward_head": {"4.5"}}, "?area=posture")
	step("gait", "5", url.Values{"gait.stance": {"antalgic.L"}, "gait_device": {"cane"}, "walk10": {"12.5"}}, "?area=gait")
	step("strength", "6", url.Values{"mmt.elbow-extension.L": {"3+"}, "mmt.elbow-extension.R": {"5"}}, "?area=strength")
	if _, body = w.get(t, place+"?area=strength"); !strings.Contains(body, "New weakness in a myotome") || !strings.Contains(body, "Elbow extension (C7), left: 3+ of 5") {
		t.Error("a weak myotome is not pointed out")
	}
	step("tests", "7", url.Values{"test.neck.spurling.L": {"positive"}, "test.neck.distraction.M": {"positive"}, "test.neck.ultt-a.L": {"positive"}, "test.neck.rotation-under-60.L": {"not-done"}}, "?area=tests")
	if _, body = w.get(t, place+"?area=tests"); !strings.Contains(body, "Neck group of four, left: 3 of 4 positive. Finding consistent with nerve root irritation in the neck. Refer.") || !strings.Contains(body, "LR+ 6.1, moderate shift") {
		t.Error("the group of tests is not read")
	}
	if code, _, _ = w.post(t, place, url.Values{"version": {"8"}, "area": {"finish"}, "op": {"complete"}, "on": {"2026-03-10"}, "regions": {"neck"}, "note": {"Worse after driving"}}); code != 303 {
		t.Fatalf("complete: %d", code)
	}
	_, body = w.get(t, place)
	for _, s := range []string{"18° less than right", "Painful at the end, 4 of 10", "Passive motion", "taut band, nodule, active trigger point that refers, pitting oedema 1 of 4", "Head forward; head 4.5 cm forward",
		"antalgic", "0.80 m/s", "Strength of elbow extension (C7), left: 3+ of 5.", "Spurling, left: positive. Finding consistent with", "CROM device", "Worse after driving", "data-print"} {
		if !strings.Contains(body, s) {
			t.Errorf("the sheet does not say %q", s)
		}
	}
	if strings.Contains(body, "<textarea") {
		t.Error("the sheet can be typed in")
	}
	if code, _, _ = w.post(t, place, area("pain", "9", nil)); code != 409 && code != 422 {
		t.Errorf("writing in a completed one: %d", code)
	}
}

func TestWhatCannotBeIsNotStored(t *testing.T) {
	for _, tc := range []struct {
		name, area string
		sent       url.Values
		kept       string // what the page shows again
		said       string
	}{
		{"absurd degrees", "rom", url.Values{"rom.cervical.rotation.R": {"999"}, "rom.cervical.rotation.L": {"52"}}, `value="999"`, "Enter a number from 0 to 160."},
		{"words for degrees", "rom", url.Values{"prom.cervical.rotation.R": {"1e2"}}, `value="1e2"`, "Enter a number from 0 to 160."},
		{"unknown device", "rom", url.Values{"rom.cervical.rotation.R": {"50"}, "device.cervical": {"laser"}}, `value="50"`, "Choose one of the answers shown."},
		{"unknown position", "rom", url.Values{"rom.cervical.rotation.R": {"50"}, "at.cervical": {"floating"}}, `value="50"`, "Choose one of the answers shown."},
		{"a rater of nowhere", "rom", url.Values{"rom.cervical.rotation.R": {"50"}, "rater.cervical": {id.New[id.User]().String()}}, `value="50"`, "Choose who measured from the list."},
		{"pain of 11", "rom", url.Values{"rom.cervical.rotation.R": {"50"}, "rom.cervical.rotation.R.score": {"11"}}, `value="50"`, "from 0 to 10"},
		{"pain without degrees", "rom", url.Values{"rom.cervical.rotation.R.end": {"firm"}}, `selected`, "Enter the degrees too"},
		{"unknown motion", "rom", url.Values{"rom.cervical.wag.L": {"50"}, "rom.cervical.rotation.R": {"50"}}, `value="50"`, "not in the list"},
		{"unknown site", "palpation", url.Values{"palp.3.site": {"tail"}, "palp.3.tender": {"2"}}, `name="palp.3.site" value="tail"`, "Choose the site from the list."},
		{"unknown texture", "palpation", url.Values{"palp.0.site": {"levator-l"}, "palp.0.texture": {"slime"}}, `value="levator-l"`, "Choose one of the answers shown."},
		{"refers without a trigger point", "palpation", url.Values{"palp.0.site": {"levator-l"}, "palp.0.refers": {"yes"}}, `value="levator-l"`, "active or latent"},
		{"place without a name", "palpation", url.Values{"op": {"site"}, "add": {"qqqq"}}, `value="qqqq"`, "No place has this name."},
		{"unknown test", "tests", url.Values{"test.neck.homans.L": {"positive"}, "test.neck.spurling.L": {"negative"}}, `checked`, "not in the list"},
		{"unknown result", "tests", url.Values{"test.neck.spurling.L": {"maybe"}, "test.neck.ultt-a.L": {"negative"}}, `checked`, "Choose one of the answers shown."},
		{"test of a region not chosen", "tests", url.Values{"test.back.slr.L": {"positive"}}, ``, "Choose the region too."},
		{"grade 6", "strength", url.Values{"mmt.elbow-flexion.L": {"6"}, "mmt.elbow-flexion.R": {"4+"}}, `value="4+" selected`, "Choose a grade from 0 to 5"},
		{"unknown gait", "gait", url.Values{"gait.stance": {"moonwalk"}, "up_and_go": {"11"}}, `value="11"`, "Choose one of the answers shown."},
		{"a walk of no time", "gait", url.Values{"walk10": {"0"}}, `value="0"`, "Enter a number from 1 to 600."},
		{"a very long neck", "posture", url.Values{"forward_head": {"300"}}, `value="300"`, "Enter a number from 0 to 30."},
		{"broken text", "posture", url.Values{"posture_text": {"ok \xff\xfe"}}, "ok ", "cannot be saved"},
		{"a region with values is not dropped", "finish", url.Values{"regions": {"back"}, "on": {"2026-03-10"}, "note": {"kept"}}, "kept", "Neck holds values."},
		{"a day to come", "finish", url.Values{"regions": {"neck"}, "on": {"2027-03-10"}, "note": {"kept"}}, "kept", "still to come"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			place := w.begin(t, assessment.Evaluation, today, assessment.Neck)
			if code, _, _ := w.post(t, place, area("rom", "1", url.Values{"rom.cervical.flexion.M": {"40"}})); code != 303 {
				t.Fatalf("first save: %d", code)
			}
			code, _, body := w.post(t, place, area(tc.area, "2", tc.sent))
			if code != 422 || !strings.Contains(body, tc.said) || !strings.Contains(body, tc.kept) || !strings.Contains(body, "data-error-summary") || !strings.Contains(body, "<title>Error:") {
				t.Errorf("status %d, said %v, kept %v", code, strings.Contains(body, tc.said), strings.Contains(body, tc.kept))
			}
			v, err := w.svc.View(w.Actor(), w.dana, webtestID(t, place))
			if err != nil || v.Version != 2 || len(v.Motions) != 1 || v.Motions[0].Degrees != 40 || len(v.Palpation)+len(v.Tests)+len(v.Strength) != 0 {
				t.Errorf("stored: %+v, %v", v.Content, err)
			}
		})
	}
}

func webtestID(t *testing.T, place string) id.Assessment {
	t.Helper()
	a, err := id.Parse[id.Assessment](place[strings.LastIndex(place, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAFormOfTenMegabytesIsRefused(t *testing.T) {
	w := newWorld(t)
	place := w.begin(t, assessment.Evaluation, today, assessment.Neck)
	if code, _, _ := w.post(t, place, area("finish", "1", url.Values{"note": {strings.Repeat("a", 10<<20)}})); code != 413 {
		t.Errorf("status %d, want 413", code)
	}
}

// Only what the page of an area shows is changed by saving it.
func TestSavingOneAreaKeepsTheOthers(t *testing.T) {
	w := newWorld(t)
	place := w.begin(t, assessment.Evaluation, today, assessment.Neck)
	w.post(t, place, area("rom", "1", url.Values{"rom.cervical.flexion.M": {"40"}}))
	w.post(t, place, area("tests", "2", url.Values{"test.neck.spurling.L": {"negative"}}))
	w.post(t, place, area("pain", "3", url.Values{"pain.0.now": {"3"}}))
	v, err := w.svc.View(w.Actor(), w.dana, webtestID(t, place))
	if err != nil || len(v.Motions) != 1 || len(v.Tests) != 1 || len(v.Pain) != 1 {
		t.Errorf("%+v, %v", v.Content, err)
	}
	// Somebody who comes with an old version keeps what was typed, and nothing is stored.
	code, _, body := w.post(t, place, area("pain", "2", url.Values{"pain.0.now": {"9"}}))
	if code != 409 || !strings.Contains(body, `value="9" checked`) {
		t.Errorf("stale: %d", code)
	}
}

func TestNothingIsPreFilled(t *testing.T) {
	w := newWorld(t)
	w.complete(t, assessment.Evaluation, neck(today.AddDays(-40), 40, 60, 7))
	w.complete(t, assessment.Reevaluation, neck(today.AddDays(-10), 48, 62, 5))
	place := w.begin(t, assessment.Reevaluation, today, assessment.Neck)
	if _, body := w.get(t, place+"?area=rom"); !strings.Contains(body, "Last 49°, start 41°") {
		t.Error("rom: the passive values do not stand beside the field")
	}
	for name, want := range map[string]string{"rom": "Last 48°, start 40°", "pain": "Last 5 of 10 on 28 Feb 2026 · start 7", "palpation": "Last: tone raised (++), tenderness 2 of 4 (tender and winces), Taut band · start: tone raised",
		"posture": "Start (29 Jan 2026): Posture: Head forward", "strength": "Last 4−, start 4", "tests": "Last: positive, start: negative", "gait": "up-and-go 11 s"} {
		_, body := w.get(t, place+"?area="+name)
		if !strings.Contains(body, want) {
			t.Errorf("%s: %q does not stand beside the field", name, want)
		}
		for _, s := range []string{`value="48"`, `value="40"`, `value="49"`, "checked></", `value="4-" selected`, `value="11"`} {
			if strings.Contains(body, s) && !(name == "palpation" && s == "checked></") {
				t.Errorf("%s: %s is pre-filled", name, s)
			}
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
