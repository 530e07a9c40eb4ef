package authnui_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
)

func TestSignInAndOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := start(t, e, authn.Options{})
		w.seed(t)
		p := w.person(t)
		p.get("/chart").at(200, "/sign-in?next=%2Fchart", "Sign in", "E-mail address", "Password")
		p.post("/sign-in", "next", "/chart").at(422, "/sign-in", "Enter your e-mail address.", "Enter your password.")
		p.post("/sign-in", "next", "/chart", "email", w.email, "password", "wrong wrong wrong").at(422, "/sign-in", "do not go together")
		if !strings.Contains(p.body, w.email) {
			t.Error("the address has to be typed again")
		}
		p.post("/sign-in", "next", "/chart", "email", w.email, "password", password).at(200, "/sign-in/code", "Code from your authenticator app")
		p.get("/chart").at(200, "/sign-in?next=%2Fchart")
		p.post("/sign-in/code").at(422, "/sign-in/code", "Enter the code.")
		p.post("/sign-in/code", "code", "000000").at(422, "/sign-in/code", "This code is wrong or was used already.")
		p.post("/sign-in/code", "code", p.codeOf(secret)).at(200, "/chart", "Hello Terry Tester")
		p.get("/sign-in?next=/chart").at(200, "/chart")
		p.get("/sign-in?next=//evil.example/").at(200, "/")

		p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if p.post("/sign-out"); p.header.Get("Clear-Site-Data") != `"cache", "storage"` || p.header.Get("Location") != "/sign-in" {
			t.Errorf("%d %v", p.status, p.header)
		}
		p.client.CheckRedirect = nil
		p.get("/sign-in").at(200, "/sign-in", "You are signed out.")
		p.get("/chart").at(200, "/sign-in?next=%2Fchart")
	})
}

func TestSignOutTakesAPost(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	p := w.person(t).signIn()
	if p.get("/sign-out"); p.status != http.StatusMethodNotAllowed {
		t.Errorf("status %d", p.status)
	}
}

func TestIdlePeopleAreToldWhy(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	p := w.person(t).signIn()
	w.Clock.Advance(16 * time.Minute)
	p.get("/chart").at(200, "/sign-in?next=%2Fchart", "You were signed out. What you had saved is kept.")
}

func TestGuessersWait(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	p := w.person(t)
	for range 5 {
		p.post("/sign-in", "email", w.email, "password", "wrong wrong wrong").at(422, "/sign-in")
	}
	p.post("/sign-in", "email", w.email, "password", password).at(429, "/sign-in", "Too many tries. Wait 1 second, then try again.")
}

func TestRecoveryOnTheSecondPage(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	p := w.person(t).signIn()
	codes := p.freshCodes()
	w.Clock.Advance(time.Minute)
	q := w.person(t)
	q.post("/sign-in", "email", w.email, "password", password).at(200, "/sign-in/code", "Lost your phone? Use a recovery code")
	q.get("/sign-in/code?with=recovery").at(200, "/sign-in/code?with=recovery", "Recovery code")
	q.post("/sign-in/code", "with", "recovery", "code", "0000-0000-0000-0000").at(422, "/sign-in/code", "This code is wrong")
	q.post("/sign-in/code", "with", "recovery", "code", codes[0]).at(200, "/security", "You used a recovery code.", "9 of 10 left")
}

var recoveryCode = regexp.MustCompile(`<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>`)

// shownCodes are the recovery codes on the last page.
func (p *person) shownCodes() []string {
	var out []string
	for _, m := range recoveryCode.FindAllStringSubmatch(p.body, -1) {
		out = append(out, m[1])
	}
	return out
}

func (p *person) freshCodes() []string {
	p.t.Helper()
	p.get("/security/recovery-codes").at(200, "/security/recovery-codes")
	p.post("/security/recovery-codes").at(200, "/welcome/codes?next=%2Fsecurity")
	codes := p.shownCodes()
	if len(codes) != 10 {
		p.t.Fatalf("%d codes shown", len(codes))
	}
	// They survive a reload and are gone once kept.
	if again := p.get("/welcome/codes?next=/security").shownCodes(); len(again) != 10 || again[0] != codes[0] {
		p.t.Errorf("a reload shows %d codes", len(again))
	}
	p.post("/welcome/codes", "next", "/security").at(200, "/security")
	if left := p.get("/welcome/codes").at(200, "/welcome/codes", "no longer shown").shownCodes(); len(left) != 0 {
		p.t.Errorf("%d codes are still shown", len(left))
	}
	return codes
}

func TestForgottenPassword(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	codes := w.person(t).signIn().freshCodes()
	w.Clock.Advance(time.Minute)
	const fresh = "harbor pickle tornado quilt "
	p := w.person(t)
	p.get("/sign-in/recover").at(200, "/sign-in/recover", "You forgot your password", "You lost your phone")
	p.post("/sign-in/recover", "email", w.email, "password", fresh, "again", "other").at(422, "/sign-in/recover",
		"Enter the code that your authenticator app shows.", "Enter one of your printed recovery codes.", "The two passwords differ.")
	p.post("/sign-in/recover", "email", w.email, "code", "000000", "recovery", codes[0], "password", fresh, "again", fresh).at(422, "/sign-in/recover", "do not go together")
	p.post("/sign-in/recover", "email", w.email, "code", p.codeOf(secret), "recovery", codes[0], "password", fresh, "again", fresh).at(200, "/security", "Your password was changed")
	q := w.person(t)
	// A space at the end is part of the password.
	q.post("/sign-in", "email", w.email, "password", strings.TrimSpace(fresh)).at(422, "/sign-in")
	q.post("/sign-in", "email", w.email, "password", fresh).at(200, "/sign-in/code")
}

func TestStepUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := start(t, e, authn.Options{})
		w.seed(t)
		p := w.person(t).signIn()
		p.get("/guarded").at(200, "/guarded", "Hello")
		w.Clock.Advance(10 * time.Minute)
		p.get("/chart").at(200, "/chart")
		p.get("/guarded?x=1").at(200, "/step-up?next=%2Fguarded%3Fx%3D1", "Confirm that it is you", "Your password")
		p.post("/step-up", "next", "/guarded?x=1").at(422, "/step-up", "Enter your password.")
		p.post("/step-up", "next", "/guarded?x=1", "password", "wrong wrong wrong").at(422, "/step-up", "This is not your password.")
		p.post("/step-up", "next", "/guarded?x=1", "password", password).at(200, "/guarded?x=1", "Hello")
		w.Clock.Advance(10 * time.Minute)
		p.get("/chart")
		p.post("/guarded").at(200, "/step-up?next=%2Fchart", "Nothing was saved yet.")
		p.post("/step-up", "with", "demo", "next", "/guarded").at(404, "/step-up")
		p.post("/step-up", "next", "//evil.example", "password", password).at(200, "/", "Hello")
		p.get("/inner").at(200, "/step-up?next=%2Finner") // a service behind asks for more
		w.person(t).get("/guarded").at(200, "/sign-in?next=%2Fguarded")
	})
}

func TestSecurityPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := start(t, e, authn.Options{})
		w.seed(t)
		there := w.person(t).signIn()
		p := w.person(t).signIn()
		p.get("/security").at(200, "/security", w.email, "Password and authenticator code", "This one", "End all other sessions", "0 of 10 left")
		m := regexp.MustCompile(`/security/sessions/[0-9a-f-]{36}/end`).FindString(p.body)
		p.post(m).at(200, "/security", "That session was ended.")
		there.get("/chart").at(200, "/sign-in?next=%2Fchart")
		p.post(m).at(200, "/security", "This session has ended already.")
		there.signIn()
		p.post("/security/sessions/end-others").at(200, "/security", "All other sessions were ended.")
		there.get("/chart").at(200, "/sign-in?next=%2Fchart")

		p.post("/security/password", "password", "short", "again", "short").at(422, "/security/password", "Use at least 12 characters.")
		p.post("/security/password", "password", "harbor pickle tornado", "again", "harbor pickle tornado").at(200, "/security", "Your password was changed")

		p.get("/security/authenticator").at(200, "/security/authenticator", "stops working when you finish", "scan this picture")
		ticket, code := p.hidden("ticket"), p.newCode()
		p.post("/security/authenticator", "ticket", ticket, "code", "000000").at(422, "/security/authenticator", "This code does not fit.")
		if p.newCode() != code {
			t.Error("a wrong code changes the secret that was scanned")
		}
		p.post("/security/authenticator", "ticket", ticket, "code", code).at(200, "/security", "Your new authenticator is in use")
		p.post("/security/authenticator/remove").at(200, "/security", "Add a passkey first")
		w.Clock.Advance(11 * time.Minute)
		p.get("/security/authenticator").at(200, "/step-up?next=%2Fsecurity%2Fauthenticator")
	})
}

func TestInvitationPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := start(t, e, authn.Options{})
		newbie := e.Staff("New Bie", authz.FrontDesk)
		link, _, err := w.svc.Invite(e.Actor(), newbie)
		if err != nil {
			t.Fatal(err)
		}
		p := w.person(t)
		path := "/invitation/" + link
		p.get(path).at(200, path, "Welcome to Test Practice", "New Bie, choose how you will sign in.", "Or a passkey instead")
		if p.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("Referrer-Policy %q", p.header.Get("Referrer-Policy"))
		}
		ticket := p.hidden("ticket")
		p.post(path, "ticket", ticket).at(422, path, "Enter a password.", "Enter the code that the app shows.")
		p.post(path, "ticket", ticket, "password", "password-1234", "again", "password-1234", "code", p.newCode()).at(422, path, "easy to guess")
		p.post(path, "ticket", ticket, "password", password, "again", password, "code", p.newCode()).at(200, "/welcome/codes", "Print these codes")
		if n := len(p.shownCodes()); n != 10 {
			t.Errorf("%d codes", n)
		}
		p.get("/welcome/key").at(403, "/welcome/key")
		p.get("/").at(200, "/", "Hello New Bie")
		w.person(t).get(path).at(404, path, "This invitation was used or is no longer valid.")
	})
}

func TestDemonstration(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := start(t, e, authn.Options{})
	w.seed(t)
	p := w.person(t)
	if p.get("/sign-in"); strings.Contains(p.body, "Demonstration") {
		t.Error("accounts are offered outside of a demonstration")
	}
	p.post("/demo-sign-in", "email", w.email).at(404, "/demo-sign-in")
	w = start(t, e, authn.Options{Demo: true})
	p = w.person(t)
	p.get("/sign-in").at(200, "/sign-in", "Demonstration: who do you want to be?", "Owner", "Everything")
	p.post("/demo-sign-in", "email", "nobody@example.com").at(404, "/demo-sign-in")
	p.post("/demo-sign-in", "email", w.email, "next", "/chart").at(200, "/chart", "Hello Terry Tester")
	w.Clock.Advance(10 * time.Minute)
	p.get("/guarded").at(200, "/step-up?next=%2Fguarded", "Continue without (demonstration)")
	p.post("/step-up", "with", "demo", "next", "/guarded").at(200, "/guarded", "Hello")
}

func TestSetup(t *testing.T) {
	w := emptied(t)
	p := w.person(t)
	p.get("/sign-in").at(200, "/setup", "Set up your practice", "Set-up code")
	p.get("/setup/practice").at(200, "/setup")
	p.get("/setup/sign-in").at(200, "/setup")
	p.post("/setup/sign-in/passkey/options").at(403, "/setup/sign-in/passkey/options")
	code, err := w.svc.NewSetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.get("/setup?code="+code).at(200, "/setup?code="+code)
	if !strings.Contains(p.body, code) {
		t.Error("the code of the link is not filled in")
	}
	p.post("/setup/code", "code", "AAA-AAA").at(422, "/setup/code", "This is not the code.")
	p.post("/setup/code", "code", strings.ToLower(code)).at(200, "/setup/practice", "Name of the practice", "Time zone of the location")
	p.get("/setup/sign-in").at(200, "/setup/practice")
	p.post("/setup/practice", "owner.email", "nobody", "owner.license_number", "1").at(422, "/setup/practice",
		"Enter the name of the practice.", "Choose the time zone of the location.", "Say whether you treat patients yourself.")
	full := []string{
		"practice.name", "Lakeside Bodywork", "location.name", "Main office", "location.zone", "America/Chicago", "location.state", "IL",
		"owner.name", "Dana Okafor", "owner.email", "Dana@Example.com", "treats", "yes", "owner.credential", "LMT", "owner.license_number", "MT-1",
	}
	p.post("/setup/practice", full...).at(422, "/setup/practice", "Choose the state that gave the license.")
	p.post("/setup/practice", append(full, "owner.license_state", "IL")...).at(200, "/setup/sign-in", "You sign in as", "Password and authenticator app")
	p.get("/setup/practice").at(200, "/setup/practice")
	if !strings.Contains(p.body, "Lakeside Bodywork") {
		t.Error("going back loses what was typed")
	}
	p.get("/setup/sign-in")
	ticket := p.hidden("ticket")
	p.post("/setup/sign-in", "ticket", ticket, "password", "Lakeside2026!", "again", "Lakeside2026!", "code", p.newCode()).at(422, "/setup/sign-in", "easy to guess")
	p.post("/setup/sign-in", "ticket", ticket, "password", password, "again", password, "code", p.newCode()).at(200, "/welcome/codes?next=%2Fwelcome%2Fkey", "Lakeside Bodywork")
	if n := len(p.shownCodes()); n != 10 {
		t.Errorf("%d codes", n)
	}
	p.post("/welcome/codes", "next", p.hidden("next")).at(200, "/welcome/key", "The key to your data", "ABCDE FGHJK")
	if !strings.Contains(p.body, `href="/done"`) {
		t.Error("the last page does not lead on")
	}
	p.get("/").at(200, "/", "Hello Dana Okafor")
	// A second first start is refused everywhere.
	q := w.person(t)
	for _, path := range []string{"/setup", "/setup/practice", "/setup/sign-in"} {
		q.get(path).at(200, "/sign-in")
	}
	q.post("/setup/code", "code", code).at(404, "/setup/code", "set up already")
	q.post("/setup/practice", full...).at(200, "/sign-in")
	q.post("/setup/sign-in", "ticket", ticket, "password", password, "again", password, "code", "000000").at(200, "/sign-in")
}

func TestSetupAfterARestart(t *testing.T) {
	w := emptied(t)
	p := w.person(t)
	code, err := w.svc.NewSetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.post("/setup/code", "code", code).at(200, "/setup/practice")
	if _, err := w.svc.NewSetupCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.get("/setup/practice").at(200, "/setup", "The program was started again.")
}

// Another site can neither sign somebody in nor out.
func TestOtherSitesAreRefused(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	p := w.person(t).signIn()
	for _, path := range []string{"/sign-in", "/sign-out", "/step-up", "/security/sessions/end-others", "/setup/code"} {
		r, err := http.NewRequest(http.MethodPost, w.srv.URL+path, strings.NewReader(url.Values{"email": {w.email}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if p.do(r); p.status != http.StatusForbidden {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	p.get("/chart").at(200, "/chart")
}
