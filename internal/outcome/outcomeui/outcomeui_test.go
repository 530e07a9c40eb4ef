package outcomeui_test

import (
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
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/outcome/outcomeui"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/webtest"
)

type rig struct {
	t    *testing.T
	h    http.Handler
	base string
	as   *authz.Actor // who asks
	env  *dbtest.Env
}

// lender confines the person who asks, as a session would be.
type lender struct{ as *authz.Actor }

func (l lender) HandOver(_ http.ResponseWriter, _ *http.Request, page string) error {
	l.as.Handed = page
	return nil
}

// hand hands the device over and gives the page that the patient then sees.
func (r rig) hand(instrument string) string {
	r.t.Helper()
	return r.goes(r.send("POST", r.handed(""), url.Values{"instrument": {instrument}}))
}

func (r rig) handed(rest string) string {
	return strings.TrimSuffix(r.base, "outcomes") + "handed" + rest
}

func (r rig) takeBack() { r.as.Handed = "" }

func serve(t *testing.T, e *dbtest.Env) rig {
	t.Helper()
	r := rig{t: t, as: new(authz.Actor), env: e}
	*r.as, _ = authz.From(e.Actor())
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return *r.as, true, nil }),
		Nav:  []web.NavItem{{NavItem: kit.NavItem{Key: "patients", Label: "Patients", URL: "/patients", Icon: "people"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	patients := patient.New(e.DB, e.Log)
	outcomes := outcome.New(e.DB, e.Log, knowledge.Must(), patients)
	patients.AddAlertSource(outcomes)
	outcomeui.Register(srv.Router(), outcomeui.Deps{Outcomes: outcomes, Patients: patients, Knowledge: knowledge.Must(), Clock: e.Clock, Lender: lender{r.as}})
	p, err := patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor",
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	r.h, r.base = srv.Handler(), "/patients/"+p.String()+"/outcomes"
	return r
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

func (r rig) lacks(w *httptest.ResponseRecorder, texts ...string) {
	r.t.Helper()
	for _, s := range texts {
		if strings.Contains(w.Body.String(), s) {
			r.t.Errorf("the page shows %q", s)
		}
	}
}

// goes expects a redirect and gives where to.
func (r rig) goes(w *httptest.ResponseRecorder) string {
	r.t.Helper()
	if w.Code != http.StatusSeeOther {
		r.t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func phq(mode, each, nine string) url.Values {
	v := url.Values{"instrument": {"phq9"}, "mode": {mode}, "on": {"2026-03-10"}, "q9": {nine}}
	for _, k := range []string{"q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"} {
		v.Set(k, each)
	}
	return v
}

func TestThePatientIsShownWhereHelpIsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e)
		page := r.hand("phq9")
		w := r.send("GET", page, nil)
		r.want(w, 200, "Over the last 2 weeks", "Thoughts that you would be better off dead", "I am done", "Not difficult at all")
		r.lacks(w, "Okafor", `href="/patients"`, "Filled in on", "Last:")

		to := r.goes(r.send("POST", page, phq("", "0", "1")))
		if to != r.handed("/phq9/support") {
			t.Fatalf("went to %s", to)
		}
		w = r.send("GET", to, nil)
		r.want(w, 200, "988", `href="tel:988"`, `href="sms:988"`, "911", "Free and confidential", "Return to staff")
		r.lacks(w, "Okafor", "better off dead", "PHQ", "Talk with the patient now")

		r.takeBack()
		r.want(r.send("GET", r.base, nil), 200, "1 safety task is open", "Safety task: PHQ-9 question 9 of 10 Mar 2026 needs you now.")
		w = r.send("GET", r.base+"/safety", nil)
		r.want(w, 200, "Several days", "What was done")
		task := regexp.MustCompile(`name="task" value="([^"]+)"`).FindStringSubmatch(w.Body.String())[1]
		r.want(r.send("POST", r.base+"/safety", url.Values{"task": {task}}), 422, "Write what was done.")
		to = r.goes(r.send("POST", r.base+"/safety", url.Values{"task": {task}, "done": {"Stayed with her until her sister came."}}))
		r.want(r.send("GET", to, nil), 200, "Acknowledged", "Stayed with her until her sister came.", "Terry Tester")
		r.lacks(r.send("GET", r.base, nil), "needs you now")
		r.want(r.send("POST", r.base+"/safety", url.Values{"task": {task}, "done": {"again"}}), 409, "Somebody has acknowledged this already")
	})
}

func TestStaffWhoEnterFromPaperSeeItToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e)
		r.want(r.send("GET", r.base+"/new?instrument=phq9&mode=total", nil), 200, "Total on the paper form", "better off dead", "Enter each answer")
		total := url.Values{"instrument": {"phq9"}, "mode": {"total"}, "on": {"2026-03-09"}, "total": {"14"}, "next": {"/visits/1/note"}}
		r.want(r.send("POST", r.base, total), 422, "Look this answer up on the paper form")
		total.Set("q9", "2")
		to := r.goes(r.send("POST", r.base, total))
		if !strings.HasPrefix(to, r.base+"/support?") {
			t.Fatalf("went to %s", to)
		}
		r.want(r.send("GET", to, nil), 200, "Talk with the patient now", "988", "/visits/1/note")
		r.want(r.send("GET", r.base, nil), 200, "moderate (10 to 14)", "not a diagnosis", "total of a paper form")
	})
}

func TestFormsGoOnAsUsualOtherwise(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e)
		to := r.goes(r.send("POST", r.hand("phq9"), phq("", "1", "0")))
		if to != r.handed("/phq9/done") {
			t.Errorf("went to %s", to)
		}
		w := r.send("GET", to, nil)
		r.want(w, 200, "Please give this device back", "/step-up?next="+url.QueryEscape(r.base))
		r.lacks(w, "Okafor", "988", "PHQ")
		r.takeBack()

		back := url.Values{"instrument": {"rmdq"}, "on": {"2026-03-10"}}
		r.want(r.send("POST", r.base, back), 422, "Tick what describes you today")
		back["ticked"] = []string{"s1", "s4", "s24"}
		back.Set("none", "yes")
		r.want(r.send("POST", r.base, back), 422, "Some statements are ticked")
		back.Del("none")
		if to := r.goes(r.send("POST", r.base, back)); to != r.base {
			t.Errorf("went to %s", to)
		}
		r.goes(r.send("POST", r.base, url.Values{"instrument": {"groc"}, "on": {"2026-03-10"}, "change": {"5"}}))
		r.goes(r.send("POST", r.base, url.Values{"instrument": {"rmdq"}, "on": {"2026-03-10"}, "none": {"yes"}}))
		r.want(r.send("GET", r.base, nil), 200, "ticked 1, 4, 24", "GROC: +5 on", "Quite a bit better", "important improvement")

		gad := url.Values{"instrument": {"gad7"}, "on": {"2026-03-10"}, "q1": {"1"}, "q2": {"1"}, "q3": {"1"}, "q4": {"1"}}
		r.want(r.send("POST", r.base, gad), 422, "At most 2 may be left out.")
		gad.Set("q5", "9")
		r.want(r.send("POST", r.base, gad), 422, "Choose one of the answers shown.")
		gad.Set("q5", "1")
		r.goes(r.send("POST", r.base, gad))
		r.want(r.send("GET", r.base, nil), 200, "GAD-7: 7 on 10 Mar 2026, mild (5 to 9)")
	})
}

func TestPagesAreForThoseWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e)
		r.goes(r.send("POST", r.base, phq("", "0", "3")))
		for _, tc := range []struct {
			role         authz.Role
			method, path string
			status       int
		}{
			{authz.Owner, "GET", "/safety", 200}, {authz.Owner, "POST", "/safety", 403}, {authz.Owner, "GET", "/new?instrument=phq9", 403},
			{authz.Auditor, "GET", "/safety", 200}, {authz.Auditor, "POST", "/safety", 403},
			{authz.FrontDesk, "GET", "/safety", 403}, {authz.FrontDesk, "GET", "/support", 403},
			{authz.Biller, "GET", "", 403}, {authz.Biller, "POST", "", 403},
		} {
			*r.as, _ = authz.From(e.Actor(tc.role))
			r.want(r.send(tc.method, r.base+tc.path, url.Values{}), tc.status)
		}
		*r.as, _ = authz.From(e.Actor(authz.Owner))
		r.lacks(r.send("GET", r.base+"/safety", nil), `name="done"`)
		*r.as, _ = authz.From(e.Other().Actor())
		for _, path := range []string{"", "/safety", "/support", "/new?instrument=phq9"} {
			w := r.send("GET", r.base+path, nil)
			r.want(w, 404)
			r.lacks(w, "Okafor")
		}
	})
}

// The whole way in a browser, on a phone, with and without scripts.
func TestQuestionnairesInABrowser(t *testing.T) {
	r := serve(t, dbtest.NewSQLite(t))
	ts := httptest.NewServer(r.h)
	t.Cleanup(ts.Close)
	tab := webtest.Open(t, ts.URL)
	tab.NoScripts(true)
	tab.SetViewport(390, 844)
	tab.Go(r.base)
	tab.Click("Hand to patient: GAD-7")
	tab.Choose("1. Feeling nervous, anxious or on edge", "Several days")
	tab.Click("I am done")
	tab.See("There is a problem")
	for _, q := range []string{"2. Not being able to stop or control worrying", "3. Worrying too much about different things", "4. Trouble relaxing", "5. Being so restless that it is hard to sit still"} {
		tab.Choose(q, "Nearly every day")
	}
	tab.Click("I am done")
	tab.See("Please give this device back")
	r.takeBack() // with a password, which is not this room's
	tab.Go(r.base)
	tab.See("severe (15 to 21)")
	tab.NoScripts(false)
	look := func(page string) {
		tab.Go(page)
		tab.Axe()
		tab.FitsAndReads()
		tab.Targets(44)
	}
	for _, page := range []string{"", "/new?instrument=phq9&mode=total", "/new?instrument=rmdq", "/new?instrument=psfs", "/support", "/safety"} {
		look(r.base + page)
	}
	for _, instrument := range []string{"phq9", "groc", "psfs"} {
		look(r.hand(instrument))
		look(r.handed("/" + instrument + "/done"))
		look(r.handed("/" + instrument + "/support"))
		r.takeBack()
	}
	tab.NoErrors()
}

func TestTheHandOverFixesWhatThePatientDoesNotChoose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e)
		for _, instrument := range []string{"", "nonsense"} {
			r.want(r.send("POST", r.handed(""), url.Values{"instrument": {instrument}}), 404)
		}
		r.want(r.send("POST", "/patients/"+e.User.String()+"/handed", url.Values{"instrument": {"groc"}}), 404)
		if r.as.Handed != "" {
			t.Errorf("locked to %q by what was refused", r.as.Handed)
		}

		to := r.goes(r.send("POST", r.handed(""), url.Values{"instrument": {"groc"}, "next": {"/visits/1/note"}}))
		r.want(r.send("GET", r.base, nil), 423, "This device is with the patient")
		r.want(r.send("GET", r.handed("/phq9"), nil), 423)
		r.lacks(r.send("GET", to, nil), "/visits/1", `name="next"`, `name="visit"`, `name="on"`)
		sent := url.Values{"instrument": {"phq9"}, "next": {"/settings"}, "on": {"2020-01-01"}, "change": {"5"}}
		to = r.goes(r.send("POST", to, sent))
		if to != r.handed("/groc/done") {
			t.Errorf("went to %s", to)
		}
		r.want(r.send("GET", to, nil), 200, "/step-up?next="+url.QueryEscape("/visits/1/note"))

		r.takeBack()
		if to := r.goes(r.send("GET", r.handed("/groc"), nil)); to != r.base {
			t.Errorf("the way back goes to %s", to)
		}
		r.want(r.send("GET", r.base, nil), 200, "GROC: +5 on 10 Mar 2026")
	})
}
