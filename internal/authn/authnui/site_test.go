package authnui_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"soapstone/internal/authn"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/practice"
	"soapstone/internal/web"
)

const (
	password = "glacier-teapot-violin-mango"
	secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// world is a program with the pages of this room and one protected page.
type world struct {
	*dbtest.Env
	svc    *authn.Service
	server *web.Server
	srv    *httptest.Server
	email  string
}

func start(t *testing.T, e *dbtest.Env, o authn.Options) *world {
	t.Helper()
	o.Params = authn.TestParams
	w := &world{Env: e, svc: authn.New(e.DB, e.Key, o), email: e.User.String() + "@example.com"}
	server, err := web.NewServer(web.Config{Clock: e.Clock, Auth: w.svc, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	authnui.Register(server.Router(), authnui.Deps{
		Authn: w.svc, Practices: practice.New(e.DB, e.Log, w.svc), Clock: e.Clock,
		RecoverySheet: func(context.Context) (string, error) { return "ABCDE FGHJK", nil },
		AfterSetup:    "/done",
		DemoAccounts:  []authnui.DemoAccount{{Email: w.email, Label: "Owner", Note: "Everything"}},
	})
	hello := func(w http.ResponseWriter, r *http.Request) error {
		a, _ := authz.From(r.Context())
		_, err := io.WriteString(w, "Hello "+a.Name)
		return err
	}
	server.Router().SignedIn("GET /{$}", hello)
	server.Router().SignedIn("GET /chart", hello)
	server.Router().SignedIn("GET /done", hello)
	server.Router().Handle("GET /guarded", authz.SystemManage, authnui.StepUp(w.svc, hello))
	server.Router().Handle("POST /guarded", authz.SystemManage, authnui.StepUp(w.svc, hello))
	server.Router().Handle("GET /inner", authz.SystemManage, authnui.StepUp(w.svc, func(_ http.ResponseWriter, r *http.Request) error {
		_, err := authz.RequireRecent(r.Context(), authz.SystemManage, e.Clock.Now().Add(time.Hour))
		return err
	}))
	w.srv = httptest.NewServer(server.Handler())
	t.Cleanup(w.srv.Close)
	// Passkeys and their cookies need a name, not a number.
	w.srv.URL = strings.Replace(w.srv.URL, "127.0.0.1", "localhost", 1)
	return w
}

func (w *world) seed(t *testing.T) {
	t.Helper()
	ctx := authz.With(context.Background(), authz.Actor{Practice: w.Practice, Name: "test", System: true})
	if err := w.svc.Seed(ctx, w.User, password, secret); err != nil {
		t.Fatal(err)
	}
}

// person is somebody with a browser without scripts.
type person struct {
	t      *testing.T
	w      *world
	client *http.Client
	// what the last answer was
	status int
	path   string
	body   string
	header http.Header
}

func (w *world) person(t *testing.T) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, w: w, client: &http.Client{Jar: jar}}
}

func (p *person) do(r *http.Request) *person {
	p.t.Helper()
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.status, p.path, p.body, p.header = res.StatusCode, res.Request.URL.RequestURI(), string(b), res.Header
	if strings.Contains(p.body, password) {
		p.t.Errorf("%s shows a password", p.path)
	}
	return p
}

func (p *person) get(path string) *person {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.w.srv.URL+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(r)
}

func (p *person) post(path string, pairs ...string) *person {
	p.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, p.w.srv.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Referer", p.w.srv.URL+p.path)
	r.Header.Set("Origin", p.w.srv.URL)
	return p.do(r)
}

// at fails unless the last answer was that status at that path, and says words.
func (p *person) at(status int, path string, words ...string) *person {
	p.t.Helper()
	if p.status != status || p.path != path {
		p.t.Fatalf("at %d %s, want %d %s\n%s", p.status, p.path, status, path, text(p.body))
	}
	for _, w := range words {
		if !strings.Contains(text(p.body), w) {
			p.t.Errorf("%s does not say %q:\n%s", p.path, w, text(p.body))
		}
	}
	return p
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)

// text is what a page says, on one line.
func text(html string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(html, " ")), " ")
}

// hidden is the value of a hidden field of the last page.
func (p *person) hidden(name string) string {
	p.t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.body)
	if m == nil {
		p.t.Fatalf("%s has no field %s", p.path, name)
	}
	return m[1]
}

var shownSecret = regexp.MustCompile(`<code>((?:[A-Z2-7]{4} ?){8})</code>`)

// code is what an app shows that was given the secret on the last page.
func (p *person) newCode() string {
	p.t.Helper()
	m := shownSecret.FindStringSubmatch(p.body)
	if m == nil {
		p.t.Fatalf("%s shows no secret", p.path)
	}
	return p.codeOf(strings.ReplaceAll(m[1], " ", ""))
}

func (p *person) codeOf(secret string) string {
	p.t.Helper()
	c, err := totp.GenerateCode(secret, p.w.Clock.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *person) signIn() *person {
	p.t.Helper()
	p.w.Clock.Advance(time.Minute) // a code works once
	p.post("/sign-in", "email", p.w.email, "password", password).at(200, "/sign-in/code")
	return p.post("/sign-in/code", "code", p.codeOf(secret)).at(200, "/", "Hello Terry Tester")
}

// emptied takes the test's practice away, which only a file of one's own allows.
func emptied(t *testing.T) *world {
	t.Helper()
	e := dbtest.NewSQLite(t)
	ctx := authz.With(context.Background(), authz.Actor{Practice: e.Practice, Name: "test", System: true})
	if err := e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Audit(ctx, db.Event{Action: "test"}); err != nil {
			return err
		}
		for _, table := range []string{"audit_pending", "audit_entry", "staff", "location", "practice"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return start(t, e, authn.Options{})
}
