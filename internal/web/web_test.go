package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// site is a server under test. Who signs in is said by the header X-As: a role.
type site struct {
	t       *testing.T
	srv     *web.Server
	log     *bytes.Buffer
	clock   *clock.Manual
	refused []string
}

func newSite(t *testing.T, change ...func(*web.Config)) *site {
	t.Helper()
	s := &site{t: t, log: &bytes.Buffer{}, clock: clock.NewManual(time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC))}
	cfg := web.Config{
		Clock: s.clock,
		Log:   slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Auth: web.AuthFunc(func(r *http.Request) (authz.Actor, bool, error) {
			switch as := r.Header.Get("X-As"); as {
			case "":
				return authz.Actor{}, false, nil
			case "expired":
				return authz.Actor{}, false, errs.New(errs.Unauthenticated, "Signed out.")
			case "broken":
				return authz.Actor{}, false, errs.New(errs.Unavailable, "")
			default:
				return authz.Actor{User: id.New[id.User](), Name: "Robin Lind", Roles: []authz.Role{authz.Role(as)}}, true, nil
			}
		}),
		OnRefused: func(_ context.Context, r *http.Request, kind errs.Kind) {
			s.refused = append(s.refused, r.Pattern+" "+kind.String())
		},
		Nav: []web.NavItem{
			{NavItem: kit.NavItem{Key: "patients", Label: "Patients", URL: "/patients"}, Permission: authz.PatientRead},
			{NavItem: kit.NavItem{Key: "staff", Label: "Staff", URL: "/staff"}, Permission: authz.StaffManage},
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	srv, err := web.NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.srv = srv
	return s
}

func (s *site) do(method, target string, body io.Reader, header ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, target, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.srv.Handler().ServeHTTP(rec, r)
	return rec.Result()
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func page(title string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, kit.Layout(web.PageData(r, title)))
	}
}

func fails(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestAccess(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	rt.Handle("GET /patients/{patient}", authz.PatientRead, page("Patient"))
	rt.Handle("POST /patients", authz.PatientWrite, page("Saved"))
	rt.Handle("GET /audit", authz.AuditRead, page("Audit"))
	rt.SignedIn("GET /me", page("Me"))
	rt.Public("GET /sign-in", page("Sign in"))
	for name, c := range map[string]struct {
		method, target, as string
		header             []string
		status             int
		location           string
	}{
		"public page for nobody":            {"GET", "/sign-in", "", nil, 200, ""},
		"public page for the signed in":     {"GET", "/sign-in", "therapist", nil, 200, ""},
		"page needs sign-in":                {"GET", "/patients/1?tab=notes", "", nil, 303, "/sign-in?next=%2Fpatients%2F1%3Ftab%3Dnotes"},
		"expired session is no session":     {"GET", "/me", "expired", nil, 303, "/sign-in?next=%2Fme"},
		"form needs sign-in":                {"POST", "/patients", "", nil, 401, ""},
		"permission held":                   {"GET", "/patients/1", "biller", nil, 200, ""},
		"permission not held":               {"GET", "/audit", "therapist", nil, 403, ""},
		"reading is not writing":            {"POST", "/patients", "biller", nil, 403, ""},
		"signed in is enough":               {"GET", "/me", "auditor", nil, 200, ""},
		"unknown role":                      {"GET", "/patients/1", "stranger", nil, 403, ""},
		"no such page":                      {"GET", "/nowhere", "owner", nil, 404, ""},
		"no such method":                    {"DELETE", "/patients/1", "owner", nil, 405, ""},
		"head is as get":                    {"HEAD", "/patients/1", "owner", nil, 200, ""},
		"who it is cannot be found out":     {"GET", "/me", "broken", nil, 503, ""},
		"script without sign-in":            {"GET", "/me", "", []string{"Accept", "application/json"}, 401, ""},
		"form from another site":            {"POST", "/patients", "therapist", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		"form from another origin":          {"POST", "/patients", "therapist", []string{"Origin", "https://evil.example"}, 403, ""},
		"form from our own page":            {"POST", "/patients", "therapist", []string{"Sec-Fetch-Site", "same-origin"}, 200, ""},
		"path tricks lead to the same page": {"GET", "/patients/../audit", "therapist", nil, 307, "/audit"},
	} {
		t.Run(name, func(t *testing.T) {
			res := s.do(c.method, c.target, nil, append(c.header, "X-As", c.as)...)
			if res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			if got := res.Header.Get("Location"); got != c.location {
				t.Errorf("location %q, want %q", got, c.location)
			}
		})
	}
	if allow := s.do("DELETE", "/patients/1", nil).Header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow: %q", allow)
	}
}

func TestHTMXIsSentToSignInAndBackToThePage(t *testing.T) {
	s := newSite(t)
	s.srv.Router().SignedIn("GET /patients", page("Patients"))
	for here, want := range map[string]string{
		"http://example.com/patients?q=x": "/sign-in?next=%2Fpatients%3Fq%3Dx",
		"https://evil.example/patients":   "/sign-in",
		"":                                "/sign-in",
	} {
		res := s.do("GET", "/patients?q=typed", nil, "HX-Request", "true", "HX-Current-URL", here)
		if got := res.Header.Get("HX-Redirect"); got != want || res.StatusCode != 401 {
			t.Errorf("from %q: status %d to %q, want %q", here, res.StatusCode, got, want)
		}
	}
}

func TestRoutesAreListedAndDeclared(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	rt.Handle("GET /a/{x}", authz.PatientRead, page(""))
	rt.SignedIn("POST /b", page(""))
	rt.Public("GET /c", page(""))
	want := []web.Route{
		{Method: "POST", Path: "/preferences/theme", Access: web.AccessPublic},
		{Method: "POST", Path: "/preferences/privacy", Access: web.AccessSignedIn},
		{Method: "GET", Path: "/a/{x}", Access: web.AccessPermission, Permission: authz.PatientRead},
		{Method: "POST", Path: "/b", Access: web.AccessSignedIn},
		{Method: "GET", Path: "/c", Access: web.AccessPublic},
	}
	if diff := cmp.Diff(want, rt.Routes()); diff != "" {
		t.Error(diff)
	}
	for name, register := range map[string]func(){
		"no permission": func() { rt.Handle("GET /d", "", page("")) },
		"no method":     func() { rt.Public("/d", page("")) },
		"twice":         func() { rt.Public("GET /c", page("")) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("was taken")
				}
			}()
			register()
		})
	}
}

func TestOnRefusedHearsOfDeniedAndNotFoundBySignedInPeople(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	rt.Handle("GET /audit/{x}", authz.AuditRead, page(""))
	rt.Handle("GET /gone/{x}", authz.PatientRead, fails(errs.New(errs.NotFound, "")))
	rt.Public("GET /open", fails(errs.New(errs.NotFound, "")))
	s.do("GET", "/audit/1", nil, "X-As", "therapist")
	s.do("GET", "/gone/1", nil, "X-As", "therapist")
	s.do("GET", "/audit/1", nil)                      // not signed in
	s.do("GET", "/open", nil)                         // not signed in
	s.do("GET", "/nowhere", nil, "X-As", "therapist") // no route
	want := []string{"GET /audit/{x} denied", "GET /gone/{x} not found"}
	if diff := cmp.Diff(want, s.refused); diff != "" {
		t.Error(diff)
	}
}

func TestNavigationShowsWhatIsPermitted(t *testing.T) {
	s := newSite(t)
	s.srv.Router().SignedIn("GET /me", page("Me"))
	for as, want := range map[string][2]bool{"owner": {true, true}, "therapist": {true, false}, "stranger": {false, false}} {
		body := text(t, s.do("GET", "/me", nil, "X-As", as))
		got := [2]bool{strings.Contains(body, `href="/patients"`), strings.Contains(body, `href="/staff"`)}
		if got != want {
			t.Errorf("%s sees %v, want %v", as, got, want)
		}
	}
}

func TestSeeAndFlash(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	rt.Public("POST /save", func(w http.ResponseWriter, r *http.Request) error {
		return web.See(w, r, "/next?a=1", "Saved <b>.", "Second line.")
	})
	rt.Public("POST /away", func(w http.ResponseWriter, r *http.Request) error { return web.See(w, r, "//evil.example/") })
	rt.Public("GET /next", page("Next"))
	res := s.do("POST", "/save", strings.NewReader(""))
	if res.StatusCode != 303 || res.Header.Get("Location") != "/next?a=1" {
		t.Fatalf("status %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	c := res.Cookies()[0]
	if !c.HttpOnly || c.MaxAge != 0 || !c.Expires.IsZero() || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie: %+v", c)
	}
	cookie := c.Name + "=" + c.Value
	next := s.do("GET", "/next?a=1", nil, "Cookie", cookie)
	body := text(t, next)
	if !strings.Contains(body, "Saved &lt;b&gt;.") || !strings.Contains(body, "Second line.") {
		t.Errorf("flash is not shown:\n%s", body)
	}
	if got := next.Cookies()[0]; got.Name != c.Name || got.MaxAge >= 0 {
		t.Errorf("the cookie is not cleared: %+v", got)
	}
	s.clock.Advance(2 * time.Minute)
	if strings.Contains(text(t, s.do("GET", "/next", nil, "Cookie", cookie)), "Saved") {
		t.Error("an old flash is shown")
	}
	for _, bad := range []string{"x", "AAAA", strings.Repeat("A", 5000), "e30"} {
		if got := s.do("GET", "/next", nil, "Cookie", c.Name+"="+bad); got.StatusCode != 200 {
			t.Errorf("cookie %q: status %d", bad, got.StatusCode)
		}
	}
	if got := s.do("POST", "/away", strings.NewReader("")); got.StatusCode != 500 || got.Header.Get("Location") != "" {
		t.Errorf("sent away: %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	if got := s.do("POST", "/save", strings.NewReader(""), "HX-Request", "true"); got.Header.Get("HX-Redirect") != "/next?a=1" {
		t.Errorf("htmx: %d %v", got.StatusCode, got.Header)
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "/patients?q=a#b": "/patients?q=a#b", "": "/", "patients": "/", "//evil.example": "/", `/\evil.example`: "/",
		"https://evil.example/": "/", "javascript:alert(1)": "/", "/a\r\nSet-Cookie: x": "/", "/\t/evil.example": "/", "/" + strings.Repeat("a", 2000): "/", "/%zz": "/",
	} {
		if got := web.LocalPath(in); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTheme(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /p", page("P"))
	post := func(v url.Values) *http.Response {
		return s.do("POST", "/preferences/theme", strings.NewReader(v.Encode()))
	}
	res := post(url.Values{"theme": {"dark"}, "next": {"/p"}})
	if c := res.Cookies()[0]; res.Header.Get("Location") != "/p" || c.Value != "dark" || c.MaxAge < 86400 {
		t.Errorf("to %q with %+v", res.Header.Get("Location"), c)
	}
	if c := post(url.Values{"theme": {"auto"}}).Cookies()[0]; c.MaxAge >= 0 {
		t.Errorf("auto is kept: %+v", c)
	}
	if got := post(url.Values{"theme": {"<script>"}, "next": {"//evil.example"}}); len(got.Cookies()) > 0 || got.Header.Get("Location") != "/" {
		t.Errorf("nonsense was taken: %v", got.Header)
	}
	for cookie, want := range map[string]string{"theme=dark": "dark", "theme=light": "light", "theme=x": "auto", "": "auto"} {
		if body := text(t, s.do("GET", "/p", nil, "Cookie", cookie)); !strings.Contains(body, `<html lang="en" data-theme="`+want+`"`) {
			t.Errorf("cookie %q does not give %s", cookie, want)
		}
	}
}

func TestPathID(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /patients/{patient}", func(w http.ResponseWriter, r *http.Request) error {
		pid, err := web.PathID[id.Patient](r, "patient")
		if err == nil {
			_, err = io.WriteString(w, pid.String())
		}
		return err
	})
	want := id.New[id.Patient]().String()
	if got := text(t, s.do("GET", "/patients/"+want, nil)); got != want {
		t.Errorf("got %q", got)
	}
	if got := s.do("GET", "/patients/1'--", nil).StatusCode; got != 404 {
		t.Errorf("status %d", got)
	}
}

func TestHandlerWithoutServer(t *testing.T) {
	rec := httptest.NewRecorder()
	if err := page("Alone")(rec, httptest.NewRequest("GET", "/", nil)); err != nil || !strings.Contains(rec.Body.String(), "Alone – Soapstone") {
		t.Errorf("%v: %s", err, rec.Body)
	}
}
