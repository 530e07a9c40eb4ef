package intakeui_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/intake"
	"soapstone/internal/intake/intakeui"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/webtest"
)

type rig struct {
	*dbtest.Env
	t    *testing.T
	h    http.Handler
	base string
}

// serve gives the pages of a practice with one patient, for one who holds the
// given roles.
func serve(t *testing.T, e *dbtest.Env, roles ...authz.Role) rig {
	t.Helper()
	a, _ := authz.From(e.Actor(roles...))
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil }),
		Nav:  []web.NavItem{{NavItem: kit.NavItem{Key: "patients", Label: "Patients", URL: "/patients", Icon: "people"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	patients := patient.New(e.DB, e.Log)
	intakes := intake.New(e.DB, e.Log, patients)
	patients.AddAlertSource(intakes)
	intakeui.Register(srv.Router(), intakeui.Deps{Intakes: intakes, Patients: patients})
	p, err := patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor",
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	return rig{e, t, srv.Handler(), "/patients/" + p.String() + "/intake"}
}

func (r rig) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	r.h.ServeHTTP(w, req)
	return w
}

func (r rig) want(w *httptest.ResponseRecorder, status int, texts ...string) {
	r.t.Helper()
	if w.Code != status {
		r.t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range texts {
		if !strings.Contains(w.Body.String(), s) {
			r.t.Errorf("the page does not show %q", s)
		}
	}
}

var hidden = regexp.MustCompile(`name="(intake|version)" value="([^"]*)"`)

// draft opens the form and gives its hidden fields.
func (r rig) draft() url.Values {
	r.t.Helper()
	r.want(r.send("POST", r.base+"/start", nil), http.StatusSeeOther)
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(r.send("GET", r.base+"/edit", nil).Body.String(), -1) {
		v.Set(m[1], m[2])
	}
	return v
}

func TestIntakeByForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e, authz.FrontDesk)
		r.want(r.send("GET", r.base, nil), 200, "No intake yet", "Start the intake")
		r.want(r.send("GET", r.base+"/edit", nil), http.StatusSeeOther)
		in := r.draft()
		for name, values := range map[string][]string{"reason": {"Neck pain"}, "mechanism": {"auto"}, "onset_date": {"2026-02-17"},
			"history.heart": {"high-bp", "clot"}, "history.heart.note": {"since 2019"}, "history.skin": {"none"}, "surgery.0.what": {"Knee"}, "surgery.1.what": {""},
			"avoid": {"feet"}, "chaperone": {"yes"}, "pressure": {"light"}, "do": {"save"}} {
			in[name] = values
		}
		w := r.send("POST", r.base, in)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != r.base+"/edit" {
			t.Fatalf("save: status %d to %q: %s", w.Code, w.Header().Get("Location"), w.Body)
		}
		r.want(r.send("GET", r.base, nil), 200, "A draft is open, saved 10 Mar 2026 by Terry Tester.")
		r.want(r.send("POST", r.base, in), http.StatusConflict, "Someone else changed this meanwhile", "Neck pain")
		in.Set("version", "2")
		in.Set("do", "complete")
		r.want(r.send("POST", r.base, in), http.StatusSeeOther)
		r.want(r.send("GET", r.base, nil), 200, "Completed 10 Mar 2026 by Terry Tester.", "High blood pressure, Blood clot. since 2019", "None of these", "Knee",
			"17 Feb 2026", "Motor vehicle accident", "Do not touch, patient", "Wants a chaperone", "New intake")
		in = r.draft()
		page := r.send("GET", r.base+"/edit", nil)
		r.want(page, 200, "Anything changed since last time?", "Change the answers", `value="high-bp" checked`)
		r.want(r.send("GET", r.base+"/discard", nil), 200, "Discard this draft?")
		r.want(r.send("POST", r.base+"/discard", in), http.StatusSeeOther)
		r.want(r.send("POST", r.base, in), http.StatusConflict, "This draft was discarded.")
	})
}

// Everything that was typed comes back, whatever was wrong.
func TestNothingTypedIsLost(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e)
	in := r.draft()
	typed := map[string]string{"goals": "Dance again <3", "since": "ages", "onset_date": "when I fell", "mechanism_detail": "Fell.\nTwice.", "history.bones.note": "left hip",
		"history_other": "Tinnitus", "surgery.0.when": "1999", "surgery.2.what": "Gall bladder", "avoid_other": "the scar", "comfort": "Quiet", "occupation": "Baker",
		"call_phone": "911", "call_name": "Ike"}
	for name, v := range typed {
		in.Set(name, v)
	}
	in["history.heart"] = []string{"clot", "none"}
	in["positions"] = []string{"prone", "seated"}
	in.Set("do", "complete")
	w := r.send("POST", r.base, in)
	r.want(w, 422, "Error:", "There is a problem", "Enter a real date", `value="clot" checked`, `value="none" checked`, `value="prone" checked`, `value="seated" checked`)
	for name, v := range typed {
		if !strings.Contains(w.Body.String(), strings.ReplaceAll(v, "<", "&lt;")) {
			t.Errorf("%s: %q is lost", name, v)
		}
	}
	in.Set("onset_date", "")
	r.want(r.send("POST", r.base, in), 422, "Enter the reason for the visit.", "Choose the conditions, or", "Write which surgery this was.", "Enter a phone number")
	r.want(r.send("POST", r.base, url.Values{"do": {"save"}}), 404)
}

func TestReadersSeeNoButtons(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e, authz.Auditor)
	w := r.send("GET", r.base, nil)
	r.want(w, 200, "No intake yet")
	if strings.Contains(w.Body.String(), "Start the intake") {
		t.Error("an auditor is offered to start an intake")
	}
	r.want(r.send("POST", r.base+"/start", nil), 403)
	r.want(r.send("GET", r.base+"/records/"+id.New[id.Intake]().String(), nil), 404)
	r.want(serve(t, e.Other(), authz.Biller).send("GET", r.base, nil), 403)
}

func TestPagesInABrowser(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e)
	srv := httptest.NewServer(r.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	tab.Go(r.base)
	look(tab, "empty")
	tab.Click("Start the intake")
	look(tab, "first")
	tab.Click("Complete intake")
	tab.See("Enter the reason for the visit.")
	tab.Fill("Why does the patient come?", "Neck pain since an accident")
	tab.Choose("How did it begin?", "Motor vehicle accident")
	tab.Fill("What does the patient want to be able to do?", "Look over my shoulder when driving")
	tab.Choose("Heart and circulation", "High blood pressure")
	tab.Choose("Skin", "None of these")
	tab.In("Surgery 1").Fill("What", "Knee arthroscopy, left")
	tab.Choose("Areas not to touch", "Feet")
	tab.Choose("Pressure", "Medium")
	tab.Fill("Occupation", "Bus driver")
	tab.Click("Save draft")
	tab.See("Draft saved.")
	if v := tab.Value("Occupation"); v != "Bus driver" {
		t.Errorf("after saving the occupation is %q", v)
	}
	tab.Click("Complete intake")
	tab.See("Intake completed.", "Look over my shoulder")
	look(tab, "read")
	tab.Click("New intake")
	tab.See("Anything changed since last time?")
	look(tab, "again")
	tab.In("Touch and comfort").Click("Change the answers")
	tab.Choose("Pressure", "Light")
	tab.In("Reason for the visit").Choose("Anything changed since last time?", "No change")
	tab.Click("Complete intake")
	tab.See("Intake completed.", "Not asked again", "was: Medium", "Earlier intakes")
	look(tab, "changed")
	tab.Print()
	tab.Shot("intake-print")
	tab.NoErrors()
}

// look checks a page at all widths and in both schemes, and keeps pictures.
func look(tab *webtest.Tab, name string) {
	tab.FitsAndReads()
	tab.Shot(fmt.Sprintf("intake-%s-1180-dark", name))
	tab.SetScheme("light")
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(fmt.Sprintf("intake-%s-%d", name, w))
	}
}
