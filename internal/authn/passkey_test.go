package authn_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

var site = authn.Site{Host: "localhost", Origin: "http://localhost:8080"}

// key is an authenticator with at most one passkey on it.
type key struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

// newCredential makes a key pair. The library writes coordinates without their
// leading zeros, which one pair in 128 has and which no authenticator does.
func newCredential() virtualwebauthn.Credential {
	const whole = 77 // bytes of a COSE key with two coordinates of 32 bytes
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == whole {
			return c
		}
	}
}

func newKey() *key {
	return &key{
		rp:   virtualwebauthn.RelyingParty{ID: site.Host, Name: "Soapstone", Origin: site.Origin},
		auth: virtualwebauthn.NewAuthenticator(),
		cred: newCredential(),
	}
}

// create answers a registration.
func (k *key) create(t *testing.T, c authn.Ceremony) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(c.Options))
	if err != nil {
		t.Fatal(err)
	}
	k.auth.Options.UserHandle = []byte(o.UserID)
	k.auth.AddCredential(k.cred)
	return virtualwebauthn.CreateAttestationResponse(k.rp, k.auth, k.cred, *o)
}

// get answers a sign-in.
func (k *key) get(t *testing.T, c authn.Ceremony) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(c.Options))
	if err != nil {
		t.Fatal(err)
	}
	return virtualwebauthn.CreateAssertionResponse(k.rp, k.auth, k.cred, *o)
}

// register gives the signed-in person a passkey.
func (w *world) register(t *testing.T, b *browser, k *key) error {
	t.Helper()
	ctx, a, _ := w.actor(t, b)
	c, err := w.svc.BeginRegistration(ctx, site, authn.OwnPurpose(a), authn.Newcomer{Practice: a.Practice, User: a.User, Email: w.email, Name: a.Name})
	if err != nil {
		return err
	}
	return w.svc.AddPasskey(ctx, site, "Test key", c.Token, k.create(t, c))
}

func (w *world) begin(t *testing.T) authn.Ceremony {
	t.Helper()
	c, err := w.svc.BeginPasskey(site)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPasskeySignsInAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		k := newKey()
		if err := w.register(t, b, k); err != nil {
			t.Fatalf("registration: %v", err)
		}
		ctx, _, _ := w.actor(t, b)
		sec, err := w.svc.Security(ctx)
		if err != nil || len(sec.Passkeys) != 1 || sec.Passkeys[0].Name != "Test key" || !sec.Passkeys[0].UsedAt.IsZero() {
			t.Fatalf("%+v %v", sec, err)
		}
		elsewhere := newBrowser("203.0.113.4")
		c := w.begin(t)
		answer := k.get(t, c)
		r := elsewhere.request()
		in, err := w.svc.Passkey(t.Context(), w.svc.Peer(r), site, c.Token, answer)
		if err != nil {
			t.Fatalf("sign-in: %v", err)
		}
		rec := httptest.NewRecorder()
		w.svc.Remember(rec, r, in)
		elsewhere.keep(rec)
		if _, a, ok := w.actor(t, elsewhere); !ok || a.User != w.user {
			t.Error("not signed in")
		}
		// The same answer again opens nothing.
		_, err = w.svc.Passkey(t.Context(), w.svc.Peer(r), site, c.Token, answer)
		wantKind(t, err, errs.Invalid)
		if sec, err = w.svc.Security(ctx); err != nil || sec.Passkeys[0].UsedAt.IsZero() {
			t.Errorf("use is not noted: %+v %v", sec.Passkeys, err)
		}
	})
}

func TestPasskeyIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		k := newKey()
		if err := w.register(t, b, k); err != nil {
			t.Fatal(err)
		}
		peer := w.svc.Peer(b.request())
		try := func(change func(k *key, c *authn.Ceremony), after time.Duration) error {
			thief, c := *k, w.begin(t)
			if change != nil {
				change(&thief, &c)
			}
			answer := thief.get(t, c)
			w.Clock.Advance(after)
			_, err := w.svc.Passkey(t.Context(), peer, site, c.Token, answer)
			return err
		}
		for name, err := range map[string]error{
			"no user verification": try(func(k *key, _ *authn.Ceremony) { k.auth.Options.UserNotVerified = true }, 0),
			"another origin":       try(func(k *key, _ *authn.Ceremony) { k.rp.Origin = "http://evil.example" }, 0),
			"another site":         try(func(k *key, _ *authn.Ceremony) { k.rp.ID = "evil.example" }, 0),
			"another key":          try(func(k *key, _ *authn.Ceremony) { k.cred = newKey().cred }, 0),
			"another key, known id": try(func(k *key, _ *authn.Ceremony) {
				other := newKey().cred
				other.ID = k.cred.ID
				k.cred = other
			}, 0),
			"no user": try(func(k *key, _ *authn.Ceremony) { k.auth.Options.UserHandle = nil }, 0),
			"unknown user": try(func(k *key, _ *authn.Ceremony) {
				u := id.New[id.User]()
				k.auth.Options.UserHandle = append(u[:], u[:]...)
			}, 0),
			"token of another": try(func(_ *key, c *authn.Ceremony) { c.Token = w.begin(t).Token }, 0),
			"changed token":    try(func(_ *key, c *authn.Ceremony) { c.Token = flip(c.Token[0]) + c.Token[1:] }, 0),
			"too late":         try(nil, 10*time.Minute),
		} {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, junk := range []string{"", "{}", "null", `{"id":"x"}`, "[1,2", `{"type":"public-key","id":"AA","rawId":"AA","response":{}}`} {
			_, err := w.svc.Passkey(t.Context(), peer, site, w.begin(t).Token, junk)
			wantKind(t, err, errs.Invalid)
		}
		if err := try(nil, 0); err != nil {
			t.Errorf("the right passkey: %v", err)
		}
	})
}

func TestPasskeyNeverWaits(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	b := newBrowser("192.0.2.7")
	w.mustSignIn(t, b)
	k := newKey()
	if err := w.register(t, b, k); err != nil {
		t.Fatal(err)
	}
	stranger := newBrowser("203.0.113.4")
	for range 100 {
		_, _ = w.svc.Password(t.Context(), w.svc.Peer(stranger.request()), w.email, "wrong wrong wrong")
	}
	c := w.begin(t)
	if _, err := w.svc.Passkey(t.Context(), w.svc.Peer(stranger.request()), site, c.Token, k.get(t, c)); err != nil {
		t.Errorf("the owner's passkey is refused: %v", err)
	}
}

func TestCopiedPasskeyIsRefused(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	b := newBrowser("192.0.2.7")
	w.mustSignIn(t, b)
	k := newKey()
	k.cred.Counter = 10
	if err := w.register(t, b, k); err != nil {
		t.Fatal(err)
	}
	peer := w.svc.Peer(b.request())
	k.cred.Counter = 12
	c := w.begin(t)
	if _, err := w.svc.Passkey(t.Context(), peer, site, c.Token, k.get(t, c)); err != nil {
		t.Fatal(err)
	}
	k.cred.Counter = 11
	c = w.begin(t)
	_, err := w.svc.Passkey(t.Context(), peer, site, c.Token, k.get(t, c))
	wantKind(t, err, errs.Denied)
}

func TestRegistrationIsBoundToItsPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		ctx, a, _ := w.actor(t, b)
		me := authn.Newcomer{Practice: a.Practice, User: a.User, Email: w.email, Name: a.Name}
		for name, purpose := range map[string]string{"another purpose": "invitation x", "set-up": authn.SetupPurpose} {
			c, err := w.svc.BeginRegistration(ctx, site, purpose, me)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.svc.AddPasskey(ctx, site, "x", c.Token, newKey().create(t, c)); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		c, err := w.svc.BeginRegistration(ctx, site, authn.OwnPurpose(a), me)
		if err != nil {
			t.Fatal(err)
		}
		unverified := newKey()
		unverified.auth.Options.UserNotVerified = true
		if err := w.svc.AddPasskey(ctx, site, "x", c.Token, unverified.create(t, c)); !errs.Is(err, errs.Invalid) {
			t.Errorf("a passkey that checks nobody: %v", err)
		}
		k := newKey()
		if err := w.svc.AddPasskey(ctx, site, "x", c.Token, k.create(t, c)); err != nil {
			t.Fatal(err)
		}
		if err := w.svc.AddPasskey(ctx, site, "x", c.Token, k.create(t, c)); !errs.Is(err, errs.Conflict) {
			t.Errorf("twice: %v", err)
		}
		w.Clock.Advance(10 * time.Minute)
		ctx, _, _ = w.actor(t, b)
		if err := w.svc.AddPasskey(ctx, site, "x", c.Token, newKey().create(t, c)); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("without a recent proof: %v", err)
		}
	})
}

func TestStepUpWithPasskey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		k := newKey()
		if err := w.register(t, b, k); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(12 * time.Minute)
		ctx, _, _ := w.actor(t, b)
		r := b.request()
		c := w.begin(t)
		in, err := w.svc.StepUpPasskey(ctx, w.svc.Peer(r), site, c.Token, k.get(t, c))
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.svc.Remember(rec, r, in)
		b.keep(rec)
		if _, a, ok := w.actor(t, b); !ok || !a.Recent(w.Clock.Now()) {
			t.Error("not recent")
		}
		// A colleague's passkey proves nothing about me.
		colleague := e.Staff("Col League", authz.Owner)
		w.seed(t, colleague)
		cctx := authz.With(context.Background(), authz.Actor{
			User: colleague, Practice: e.Practice, Session: in.Session, Roles: authz.Roles(), StepUpAt: w.Clock.Now(),
		})
		c = w.begin(t)
		_, err = w.svc.StepUpPasskey(cctx, authn.Peer{}, site, c.Token, k.get(t, c))
		wantKind(t, err, errs.Invalid)
	})
}

func TestTwoProofsAlwaysRemain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		ctx, _, _ := w.actor(t, b)
		wantKind(t, w.svc.RemoveTOTP(ctx), errs.Conflict)
		k := newKey()
		if err := w.register(t, b, k); err != nil {
			t.Fatal(err)
		}
		if err := w.svc.RemoveTOTP(ctx); err != nil {
			t.Fatal(err)
		}
		sec, err := w.svc.Security(ctx)
		if err != nil || sec.HasTOTP || len(sec.Passkeys) != 1 {
			t.Fatalf("%+v %v", sec, err)
		}
		wantKind(t, w.svc.RemovePasskey(ctx, sec.Passkeys[0].ID), errs.Conflict)
		_, a, _ := w.actor(t, b)
		en := w.svc.NewEnrolment(authn.OwnPurpose(a), "Test Practice", w.email)
		wantKind(t, w.svc.SetTOTP(ctx, en.Ticket, "000000"), errs.Invalid)
		wantKind(t, w.svc.SetTOTP(ctx, "junk", codeFor(t, en.Secret, w.Clock.Now())), errs.Invalid)
		other := w.svc.NewEnrolment("invitation x", "Test Practice", w.email)
		wantKind(t, w.svc.SetTOTP(ctx, other.Ticket, codeFor(t, other.Secret, w.Clock.Now())), errs.Invalid)
		if err := w.svc.SetTOTP(ctx, en.Ticket, codeFor(t, en.Secret, w.Clock.Now())); err != nil {
			t.Fatal(err)
		}
		wantKind(t, w.svc.RemovePasskey(ctx, id.New[id.Passkey]()), errs.NotFound)
		if err := w.svc.RemovePasskey(ctx, sec.Passkeys[0].ID); err != nil {
			t.Error(err)
		}
		c := w.begin(t)
		_, err = w.svc.Passkey(t.Context(), authn.Peer{}, site, c.Token, k.get(t, c))
		wantKind(t, err, errs.Invalid)
	})
}

func TestSite(t *testing.T) {
	e := dbtest.NewSQLite(t)
	for _, c := range []struct {
		name string
		opts authn.Options
		host string
		want authn.Site
		ok   bool
	}{
		{"localhost", authn.Options{}, "localhost:8080", authn.Site{Host: "localhost", Origin: "http://localhost:8080"}, true},
		{"a number", authn.Options{}, "127.0.0.1:8080", authn.Site{}, false},
		{"a number in brackets", authn.Options{TLS: true}, "[::1]:8443", authn.Site{}, false},
		{"a name over plain HTTP", authn.Options{}, "clinic.example", authn.Site{}, false},
		{"a name over https", authn.Options{TLS: true}, "Clinic.Example", authn.Site{Host: "clinic.example", Origin: "https://Clinic.Example"}, true},
		{"listed", authn.Options{TLS: true, Origins: []string{"https://clinic.example/"}}, "clinic.example", authn.Site{Host: "clinic.example", Origin: "https://clinic.example"}, true},
		{"not listed", authn.Options{TLS: true, Origins: []string{"https://clinic.example"}}, "evil.example", authn.Site{}, false},
		{"junk", authn.Options{TLS: true}, "a/b", authn.Site{}, false},
		{"empty", authn.Options{TLS: true}, "", authn.Site{}, false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = c.host
		got, ok := authn.New(e.DB, e.Key, c.opts).Site(r)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %+v %v", c.name, got, ok)
		}
	}
}
