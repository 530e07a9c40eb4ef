package careteamui_test

import (
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/careteam/careteamui"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

type site struct {
	*dbtest.Env
	t     *testing.T
	svc   *careteam.Service
	h     http.Handler
	roles []authz.Role
	dana  id.Patient
	team  string
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	s := &site{Env: e, t: t}
	patients := patient.New(e.DB, e.Log)
	s.svc = careteam.New(e.DB, e.Log, patients)
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	careteamui.Register(srv.Router(), careteamui.Deps{Teams: s.svc, Patients: patients, Clock: e.Clock})
	s.h = srv.Handler()
	if s.dana, err = patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor",
		BirthDate: civil.Of(1984, time.March, 2), Sex: patient.Female}}); err != nil {
		t.Fatal(err)
	}
	s.team = "/patients/" + s.dana.String() + "/care-team"
	return s
}

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

func (s *site) want(code int, method, path string, v url.Values, texts ...string) (body, to string) {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(v.Encode()))
	if v != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	words := blanks.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(w.Body.String(), " ")), " ")
	if w.Code != code {
		s.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, w.Code, code, words)
	}
	for _, x := range texts {
		if !strings.Contains(words, x) {
			s.t.Errorf("%s %s: no %q in\n%s", method, path, x, words)
		}
	}
	return w.Body.String(), w.Header().Get("Location")
}

func TestCareTeamPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.want(200, "GET", s.team, nil, "Nobody else is recorded", "Add a provider")
		s.want(200, "GET", s.team+"/new", nil, "Physical therapist", "Did the patient allow us to share information?")
		in := url.Values{"name": {"Priya Raman"}, "npi": {"1234567890"}, "share": {"yes"}}
		body, _ := s.want(422, "POST", s.team+"/new", in, "Error: Add a provider", "Choose what they treat as.")
		if !strings.Contains(body, `value="Priya Raman"`) {
			t.Error("what was typed is gone")
		}
		in.Set("discipline", "pt")
		s.want(422, "POST", s.team+"/new", in, "This is not an NPI", "Enter the day the patient said so.")
		in.Set("npi", "1234567893")
		in.Set("share_on", "2026-03-01")
		s.want(303, "POST", s.team+"/new", in)
		s.want(200, "GET", s.team, nil, "Priya Raman", "Physical therapist", "Same-day units", "May share", "Units of the same day may be shared")
		team, err := s.svc.List(e.Actor(), s.dana)
		if err != nil || len(team) != 1 {
			t.Fatal(team, err)
		}
		one := s.team + "/" + team[0].ID.String()
		s.want(200, "GET", one, nil, "1234567893", "said on 1 Mar 2026", "No longer treats the patient")
		in.Set("version", "1")
		in.Set("share", "unasked")
		s.want(303, "POST", one+"/edit", in)
		s.want(409, "POST", one+"/edit", in, "Someone else changed this meanwhile.")
		s.want(200, "GET", one, nil, "Sharing: not asked")
		s.want(200, "GET", one+"/end", nil, "Last day of treatment")
		s.want(422, "POST", one+"/end", url.Values{"version": {"2"}}, "Enter the last day of treatment.")
		s.want(303, "POST", one+"/end", url.Values{"version": {"2"}, "to_on": {"2026-03-05"}})
		s.want(200, "GET", s.team, nil, "Before", "until 5 Mar 2026")
		s.want(404, "GET", s.team+"/"+id.New[id.Provider]().String(), nil)
		s.roles = []authz.Role{authz.Auditor}
		if body, _ := s.want(200, "GET", s.team, nil, "Priya Raman"); strings.Contains(body, "Add a provider") {
			t.Error("a button that would be refused is shown")
		}
		s.want(403, "GET", s.team+"/new", nil)
	})
}

func TestCareTeamInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newSite(t, dbtest.NewSQLite(t))
	if err := s.svc.Invent(s.Actor(), s.dana, civil.Of(2026, time.March, 10)); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	team, err := s.svc.List(s.Actor(), s.dana)
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"team": s.team, "provider": s.team + "/" + team[0].ID.String(), "edit": s.team + "/" + team[0].ID.String() + "/edit"} {
		tab.Go(path)
		tab.FitsAndReads()
		for _, width := range []int64{390, 820, 1180} {
			for _, scheme := range []string{"light", "dark"} {
				tab.SetScheme(scheme)
				tab.SetViewport(width, 900)
				tab.Shot(fmt.Sprintf("careteam-%s-%d-%s", name, width, scheme))
			}
		}
	}
	tab.NoErrors()
}
