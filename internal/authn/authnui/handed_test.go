package authnui_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/web"
)

// lend adds a form for patients to the world, and the button that hands it over.
func (w *world) lend() {
	rt := w.server.Router()
	rt.SignedIn("POST /lend", func(rw http.ResponseWriter, r *http.Request) error {
		if err := w.svc.HandOver(rw, r, "/form?next=%2Fchart"); err != nil {
			return err
		}
		return web.See(rw, r, "/form?next=%2Fchart")
	})
	say := func(text string) web.Handler {
		return func(rw http.ResponseWriter, _ *http.Request) error {
			_, err := io.WriteString(rw, text)
			return err
		}
	}
	rt.SignedIn("GET /form", say("Questions for you"))
	rt.SignedIn("POST /form", say("Saved"))
	rt.SignedIn("GET /form/done", say("Thank you"))
	rt.SignedIn("GET /formula", say("not below the form"))
}

const withPatient = "This device is with the patient"

func TestAHandedSessionSeesNothingElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := start(t, e, authn.Options{})
		w.lend()
		w.seed(t)
		p := w.person(t).signIn()
		p.post("/lend").at(200, "/form?next=%2Fchart", "Questions for you")
		p.post("/form").at(200, "/form", "Saved")
		p.get("/form/done").at(200, "/form/done", "Thank you")

		for _, r := range w.server.Router().Routes() {
			path := strings.NewReplacer("{$}", "", "{token}", "x", "{session}", "x", "{passkey}", "x").Replace(r.Path)
			if r.TakesBack || path == "/form" || path == "/form/done" {
				continue
			}
			if r.Method == "GET" {
				p.get(path)
			} else {
				p.post(path)
			}
			p.at(423, path, withPatient, "Your password")
			if strings.Contains(p.body, "Hello") || strings.Contains(p.body, "Tester") {
				t.Errorf("%s tells who is signed in", r.Pattern())
			}
		}
		for _, path := range []string{"/nowhere", "/form%2f..%2fchart", "/form/x", "/form/../chart"} {
			p.get(path)
			if p.status != 423 && p.status != 404 || strings.Contains(p.body, "Hello") {
				t.Errorf("%s: %d", path, p.status)
			}
		}

		p.get("/chart?x=1").at(423, "/chart?x=1", withPatient)
		p.post("/step-up", "next", "/chart?x=1").at(422, "/step-up", withPatient, "Enter your password.")
		p.post("/step-up", "next", "/chart?x=1", "password", "wrong wrong wrong").at(422, "/step-up", withPatient, "This is not your password.")
		p.get("/chart").at(423, "/chart", withPatient)
		p.post("/step-up", "next", "/chart?x=1", "password", password).at(200, "/chart?x=1", "Hello Terry Tester")
		p.get("/guarded").at(200, "/guarded", "Hello")
		p.post("/sign-out").at(200, "/sign-in", "You are signed out.")
	})
}

func TestGuessingOnAHandedDeviceIsSlowedDown(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.lend()
	w.seed(t)
	p := w.person(t).signIn()
	p.post("/lend")
	for n := range 5 {
		p.post("/step-up", "password", fmt.Sprintf("wrong wrong wrong %d", n)).at(422, "/step-up", "This is not your password.")
	}
	p.post("/step-up", "password", password).at(429, "/step-up", withPatient, "Too many tries.")
	w.Clock.Advance(time.Minute)
	p.post("/step-up", "password", password).at(200, "/", "Hello")
}

func TestAHandedSessionEndsWhenIdle(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.lend()
	w.seed(t)
	p := w.person(t).signIn()
	p.post("/lend")
	w.Clock.Advance(61 * time.Minute)
	p.get("/chart").at(200, "/sign-in?next=%2Fchart", "You were signed out.")
}

func TestAScriptOnAHandedDeviceIsToldInItsOwnForm(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.lend()
	w.seed(t)
	p := w.person(t).signIn()
	p.post("/lend")
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.srv.URL+"/chart", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	if p.do(r); p.status != 423 || !strings.Contains(p.body, `"error":"locked"`) {
		t.Errorf("status %d: %s", p.status, p.body)
	}
}
