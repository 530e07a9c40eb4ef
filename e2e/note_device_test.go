package e2e

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
	"soapstone/internal/web/static"
	"soapstone/internal/web/webtest"
)

// maya is the therapist of the demonstration, for what a test does behind the pages.
func (h *house) maya(t *testing.T) (authz.Actor, context.Context) {
	t.Helper()
	who, err := id.Parse[id.User](lookup(t, h.app, h.practice, `SELECT user_id FROM staff WHERE practice_id = $1 AND email = $2`, "maya@lakeside.example"))
	if err != nil {
		t.Fatal(err)
	}
	a := authz.Actor{User: who, Practice: h.practice, Session: id.New[id.Session](), Name: "Maya Brandt", Roles: authz.Roles(), Zone: time.UTC, StepUpAt: h.clock.Now()}
	return a, authz.With(t.Context(), a)
}

// newcomer is somebody new with a visit of today at a time of day (minutes), of
// whom nothing is offered from before.
func (h *house) newcomer(t *testing.T, reg patient.Registration, clock int) (id.Patient, string) {
	t.Helper()
	a, ctx := h.maya(t)
	p, err := h.app.Rooms().Patients.Register(ctx, reg)
	if err != nil {
		t.Fatal(err)
	}
	in := visit.Planned{Patient: p, Therapist: a.User, Date: civil.DateIn(now, time.UTC), Clock: clock, Minutes: 45}
	if in.Location, err = id.Parse[id.Location](lookup(t, h.app, h.practice, `SELECT location_id FROM staff WHERE practice_id = $1 AND email = 'maya@lakeside.example'`)); err != nil {
		t.Fatal(err)
	}
	v, err := h.app.Rooms().Visits.Plan(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return p, v.ID.String()
}

// nothingLeft fails for everything of a patient that the browser still keeps.
func nothingLeft(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Becomes(`(window.gone ??= (async () => { while ((await indexedDB.databases()).length > 0) await new Promise((r) => setTimeout(r, 10)); window.empty = true; })()) && window.empty`)
	r := look(tab)
	shell := static.Shell()
	for _, c := range r.Caches {
		url, text, _ := strings.Cut(c, " ")
		grep(t, "the cache of "+url, []byte(text))
		known := strings.Contains(url, "/visits/figure.svg?")
		for _, s := range shell {
			known = known || strings.HasSuffix(url, s)
		}
		if !known {
			t.Errorf("the worker keeps %s", url)
		}
	}
	for _, s := range r.Storage {
		grep(t, "the storage", []byte(s))
	}
}

// endSessions ends every session of somebody, as the owner does.
func (h *house) endSessions(t *testing.T, user id.User) {
	t.Helper()
	err := h.app.DB().Write(t.Context(), h.practice, func(ctx context.Context, tx *db.Tx) error {
		if err := h.app.Rooms().Authn.EndSessionsTx(ctx, tx, user); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.end"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// However a session ends, the browser keeps nothing of a patient: no database,
// no key, no page, neither in what scripts see nor in the files of its profile.
func TestNothingOfAPatientStaysOnTheDevice(t *testing.T) {
	needBrowser(t)
	h := openHouse(t)
	who, v := h.newcomer(t, person("Zzyzx", "Canary", 12345), 13*60+30)
	chart := "/patients/" + who.String()
	tab := webtest.Open(t, h.url)
	actor, _ := h.maya(t)
	for _, end := range []struct {
		name   string
		do     func(t *testing.T)
		see    string
		unsent bool
	}{
		{"signed out", func(t *testing.T) {
			tab.Click("Account of Maya Brandt")
			tab.Click("Sign out")
		}, "You are signed out.", false},
		{"timed out, and the next page is asked for", func(t *testing.T) {
			h.clock.Advance(16 * time.Minute)
			tab.Go("/patients")
		}, "You were signed out.", false},
		{"timed out, and nobody touches the page", func(t *testing.T) {
			h.clock.Advance(16 * time.Minute)
			webtest.Eval[bool](tab, `document.dispatchEvent(new Event("visibilitychange"))`)
		}, "You were signed out.", false},
		{"the session is ended from elsewhere", func(t *testing.T) {
			h.endSessions(t, actor.User)
			tab.Go("/visits/" + v)
		}, "You were signed out.", false},
		{"the session is ended from elsewhere while something is written", func(t *testing.T) {
			h.endSessions(t, actor.User)
			// The next change finds out: the page it is made on goes.
			webtest.Eval[bool](tab, `document.querySelector('[name="pain"][value="5"]').click() ?? true`)
		}, "You were signed out.", true},
		{"the device is given to the patient", func(t *testing.T) {
			tab.Go(chart + "/outcomes")
			webtest.Eval[int](tab, `fetch("`+chart+`/handed", {method: "POST", body: new URLSearchParams({instrument: "nprs"})}).then((r) => r.status)`)
			tab.Go("/")
		}, "This device is with the patient", false},
	} {
		t.Run(end.name, func(t *testing.T) {
			tab = tab.As(t)
			signIn(tab)
			tab.Go(chart)
			tab.See(canary)
			tab.Go("/visits/" + v + "/note")
			noteReady(tab)
			tab.Fill("In the patient’s words", canary+" says the neck is better.")
			sent(tab)
			guarded(tab)
			if r := look(tab); len(r.Databases) == 0 || len(r.Caches) == 0 {
				t.Fatalf("the browser keeps nothing even now, so this proves nothing: %+v", r.Databases)
			}
			end.do(t)
			tab.Becomes(`document.body?.innerText.includes("` + end.see + `")`)
			if end.unsent {
				// What the server refused is kept until its writer signs in again.
				tab.Becomes(`document.body?.innerText.includes("written on this tablet is not sent yet")`)
				signIn(tab)
			}
			nothingLeft(t, tab)
		})
	}
	tab = tab.As(t)
	tab.NoErrors()
	tab.Go("/sign-in")
	tab.Quit()
	grepProfile(t)
}

// While something is not sent, signing out is refused: it is sent first, or
// given up by a second press.
func TestSigningOutWaitsForWhatIsNotSent(t *testing.T) {
	d := openDesk(t)
	tab, _ := d.open()
	tab.Choose("Pain now", "4")
	sent(tab)
	d.kill()
	tab.Choose("Pain now", "3")
	kept(tab)
	out := func(tab *webtest.Tab) {
		tab.Click("Account of Maya Brandt")
		tab.Click("Sign out")
		tab.See("Not signed out: something is not sent yet", "A note written on this tablet has not reached the server.")
	}
	out(tab)
	tab.Click("Stay signed in")
	if !tab.In("Pain now").Checked("3") {
		t.Error("the note is gone")
	}
	out(tab)
	d.revive()
	tab.Click("Send first")
	tab.Becomes(`document.body.innerText.includes("You are signed out.")`)
	nothingLeft(t, tab)
	signIn(tab)
	tab.Go(d.path())
	noteReady(tab)
	guarded(tab)
	if !tab.In("Pain now").Checked("3") {
		t.Error("what was sent first is not there")
	}
	d.kill()
	tab.Choose("Pain now", "9")
	kept(tab)
	out(tab)
	tab.Click("Discard…")
	tab.See("Discard what was not sent?")
	tab.Click("Keep it")
	if !tab.In("Pain now").Checked("9") {
		t.Error("the note is gone")
	}
	out(tab)
	tab.Click("Discard…")
	tab.Click("Discard")
	d.revive()
	tab.Go("/")
	nothingLeft(t, tab)
	d.kill()
	if got, _ := d.draft(); got.Subjective.PainNow == nil || *got.Subjective.PainNow != 3 {
		t.Errorf("stored: %+v", got.Subjective)
	}
}

// What one person wrote waits for that person.
func TestAnotherPersonDoesNotSendIt(t *testing.T) {
	d := openDesk(t)
	tab, shut := d.open()
	d.kill()
	tab.Choose("Pain now", "3")
	kept(tab)
	shut()
	d.revive()
	at := d.home // the window on Today
	becomes(at, "jon@lakeside.example")
	at.See("written on this tablet is not sent yet")
	at.Go(d.path())
	noteReady(at)
	at.See("what Maya Brandt wrote")
	if at.In("Pain now").Checked("3") {
		t.Error("somebody else's draft is put into the note")
	}
	becomes(at, "maya@lakeside.example")
	nothingLeft(t, at) // it is sent from any page
	d.kill()
	if got, version := d.draft(); version != 1 || got.Subjective.PainNow == nil || *got.Subjective.PainNow != 3 {
		t.Errorf("version %d stored: %+v", version, got.Subjective)
	}
}

// becomes changes who is signed in.
func becomes(tab *webtest.Tab, email string) {
	tab.T.Helper()
	webtest.Eval[int](tab, `fetch("/demo-sign-in", {method: "POST", body: new URLSearchParams({email: "`+email+`"})}).then((r) => r.status)`)
	tab.Go("/")
}

// Without an encrypted connection browsers allow no worker: the page says so,
// keeps no page of a patient, and the draft outlives a reload all the same.
func TestWithoutEncryptionThePageSaysSo(t *testing.T) {
	needBrowser(t)
	h := openHouse(t)
	v := planToday(t, h.app, h.practice)
	ln := elsewhere(t)
	ts := httptest.NewUnstartedServer(h.app.Server().Handler())
	_ = ts.Listener.Close()
	ts.Listener = ln
	ts.Start()
	t.Cleanup(ts.Close)
	tab := webtest.Open(t, ts.URL)
	signIn(tab)
	tab.Go("/visits/" + v + "/note")
	noteReady(tab)
	tab.See("No encrypted connection: if the server goes away, leave this page open.")
	tab.Choose("Pain now", "3")
	sent(tab)
	if webtest.Eval[bool](tab, `"serviceWorker" in navigator || isSecureContext`) {
		t.Error("this address counts as secure: nothing was proved")
	}
	tab.Reload()
	noteReady(tab)
	if !tab.In("Pain now").Checked("3") {
		t.Error("the note is lost")
	}
}

// elsewhere listens on an address of this machine that browsers do not take for safe.
func elsewhere(t *testing.T) net.Listener {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			ln, err := net.Listen("tcp", net.JoinHostPort(n.IP.String(), "0"))
			if err != nil {
				t.Fatal(err)
			}
			return ln
		}
	}
	t.Skip("this machine has no address but its own loopback")
	return nil
}
