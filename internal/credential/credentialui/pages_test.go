package credentialui_test

import (
	"bytes"
	"fmt"
	"html"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/credential"
	"soapstone/internal/credential/credentialui"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

type site struct {
	*dbtest.Env
	t     *testing.T
	svc   *credential.Service
	h     http.Handler
	roles []authz.Role
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	s := &site{Env: e, t: t, svc: credential.New(e.DB, e.Log, practice.New(e.DB, e.Log, nil), blob.New(e.DB, e.Key))}
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	credentialui.Register(srv.Router(), credentialui.Deps{Credentials: s.svc})
	s.h = srv.Handler()
	return s
}

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

func (s *site) do(r *http.Request, code int, texts ...string) (body, to string) {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	words := blanks.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(w.Body.String(), " ")), " ")
	if w.Code != code {
		s.t.Fatalf("%s %s: status %d, want %d\n%s", r.Method, r.URL.Path, w.Code, code, words)
	}
	for _, x := range texts {
		if !strings.Contains(words, x) {
			s.t.Errorf("%s %s: no %q in\n%s", r.Method, r.URL.Path, x, words)
		}
	}
	return w.Body.String(), w.Header().Get("Location")
}

func (s *site) get(code int, path string, texts ...string) string {
	s.t.Helper()
	body, _ := s.do(httptest.NewRequest("GET", path, nil), code, texts...)
	return body
}

func (s *site) post(code int, path string, v url.Values, texts ...string) (body, to string) {
	s.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r, code, texts...)
}

func (s *site) send(code int, path, name, data string, texts ...string) {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			s.t.Fatal(err)
		}
		_, _ = part.Write([]byte(data))
	}
	_ = w.Close()
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	s.do(r, code, texts...)
}

func TestMyCredentials(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.get(200, "/credentials", "My credentials", "Terry Tester, LMT", "No requirement yet", "IL MT-1001", "No contact hours yet")

		in := url.Values{"name": {"Illinois renewal"}, "hours": {"24.1"}, "from_on": {"2025-01-01"}, "to_on": {"2026-04-30"},
			"source_url": {"board.example"}, "seen_on": {"2026-03-01"}, "part.2.category": {"ethics"}}
		body, _ := s.post(422, "/credentials/requirements/new", in, "Error: Add a requirement", "Enter hours in quarters, such as 6 or 1.25.")
		if !strings.Contains(body, `value="24.1"`) || !strings.Contains(body, `id="f-part-0-hours-error"`) {
			t.Error("what was typed is lost, or the empty hours of the subject are not complained about at its row")
		}
		in.Set("hours", "24")
		in.Set("part.2.hours", "2")
		s.post(422, "/credentials/requirements/new", in, "Paste the address of the board’s page")
		in.Set("source_url", "https://board.example/ce")
		s.post(303, "/credentials/requirements/new", in)
		s.get(200, "/credentials", "24 h short by 30 Apr 2026, of these 2 h ethics", "Unverified", "board.example")

		hours := url.Values{"title": {"Neck protocols"}, "provider": {"Harbor"}, "held_on": {"2026-03-01"}, "hours": {"6.5"}, "category": {""}}
		s.post(422, "/credentials/hours/new", hours, "Choose the subject.")
		hours.Set("category", "hands-on")
		_, one := s.post(303, "/credentials/hours/new", hours)
		s.get(200, one, "Contact hours", "Scan of the certificate")
		s.send(422, one+"/file", "", "", "Choose the scan of the certificate.")
		s.send(422, one+"/file", "a.docx", "PK", "Choose a PDF, PNG or JPEG file.")
		s.send(303, one+"/file", "a.pdf", "%PDF-1.7 c")
		if got := s.get(200, one+"/file"); got != "%PDF-1.7 c" {
			t.Errorf("the certificate: %q", got)
		}
		s.get(200, "/credentials", "17.5 h short by 30 Apr 2026", "6.5 h of 24 h attended", "Neck protocols")

		c := url.Values{"kind": {"license"}, "title": {"Massage license"}, "state": {"IL"}, "number": {"MT1001"}}
		s.post(422, "/credentials/held/new", c, "This license stands on your staff record already")
		c.Set("number", "MT-2002")
		c.Set("expires_on", "2026-03-20")
		_, held := s.post(303, "/credentials/held/new", c)
		s.get(200, "/credentials", "Massage license", "Expires soon")
		c.Set("version", "7")
		s.post(409, held, c, "Someone else changed this meanwhile.")
		c.Set("version", "1")
		s.post(303, held, c)
		s.post(303, held+"/remove", url.Values{"version": {"2"}})
		if strings.Contains(s.get(200, "/credentials"), "Massage license") {
			t.Error("what was removed is still shown")
		}
		for _, path := range []string{"/credentials/held/", "/credentials/hours/", "/credentials/requirements/"} {
			s.get(404, path+id.New[id.Training]().String())
		}
	})
}

func TestTheOwnerSeesEverybodyAndNobodyElseDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		if err := s.svc.Invent(e.Actor(), civil.Of(2026, time.March, 10)); err != nil {
			t.Fatal(err)
		}
		s.roles = []authz.Role{authz.Owner}
		s.get(200, "/credentials/staff", "Terry Tester, LMT", "License renewal: 18.5 h of 24 h", "CPR and AED expires on 20 Apr 2026", "1 more thing")
		body := s.get(200, "/credentials/staff/"+e.User.String(), "5.5 h short by 19 May 2026", "Ethics in a medical setting")
		if strings.Contains(body, "Add contact hours") {
			t.Error("the owner is offered to add hours for somebody else")
		}
		s.roles = []authz.Role{authz.Therapist}
		s.get(403, "/credentials/staff")
		s.get(403, "/credentials/staff/"+e.User.String())
		if strings.Contains(s.get(200, "/credentials"), "/credentials/staff\"") {
			t.Error("a link that would be refused is shown")
		}
		s.roles = []authz.Role{authz.Owner}
		s.get(404, "/credentials/staff/"+id.New[id.User]().String())
	})
}

func TestCredentialsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newSite(t, dbtest.NewSQLite(t))
	if err := s.svc.Invent(s.Actor(), civil.Of(2026, time.March, 10)); err != nil {
		t.Fatal(err)
	}
	w, err := s.svc.Wallet(s.Actor(), s.User)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	for _, p := range []struct{ name, path string }{{"wallet", "/credentials"}, {"staff", "/credentials/staff"}, {"requirement", "/credentials/requirements/" + w.Progress[0].Requirement.ID.String()},
		{"hours", "/credentials/hours/" + w.Trainings[0].ID.String()}, {"held", "/credentials/held/new"}} {
		tab.Go(p.path)
		tab.FitsAndReads()
		for _, width := range []int64{390, 820, 1180} {
			for _, scheme := range []string{"light", "dark"} {
				tab.SetScheme(scheme)
				tab.SetViewport(width, 900)
				tab.Shot(fmt.Sprintf("credential-%s-%d-%s", p.name, width, scheme))
			}
		}
	}
	tab.Go("/credentials")
	tab.SetViewport(800, 1000)
	tab.Print()
	tab.See("5.5 h short by 19 May 2026", "Ethics in a medical setting")
	tab.Shot("credential-print")
	tab.NoErrors()
}
