package authnui_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
)

// key is an authenticator for the address of the test's server.
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

func newKey(w *world) *key {
	return &key{
		rp: virtualwebauthn.RelyingParty{ID: "localhost", Origin: w.srv.URL}, auth: virtualwebauthn.NewAuthenticator(),
		cred: newCredential(),
	}
}

// create does what the script does: it asks for options and answers them.
func (k *key) create(p *person, options string) (token, response string) {
	p.t.Helper()
	c := p.ceremony(options)
	o, err := virtualwebauthn.ParseAttestationOptions(string(c.Options))
	if err != nil {
		p.t.Fatal(err)
	}
	k.auth.Options.UserHandle = []byte(o.UserID)
	k.auth.AddCredential(k.cred)
	return c.Token, virtualwebauthn.CreateAttestationResponse(k.rp, k.auth, k.cred, *o)
}

func (k *key) get(p *person, options string) (token, response string) {
	p.t.Helper()
	c := p.ceremony(options)
	o, err := virtualwebauthn.ParseAssertionOptions(string(c.Options))
	if err != nil {
		p.t.Fatal(err)
	}
	return c.Token, virtualwebauthn.CreateAssertionResponse(k.rp, k.auth, k.cred, *o)
}

func (p *person) ceremony(path string) authn.Ceremony {
	p.t.Helper()
	before := p.path
	p.post(path)
	var c authn.Ceremony
	if p.status != 200 || json.Unmarshal([]byte(p.body), &c) != nil {
		p.t.Fatalf("%s: %d %s", path, p.status, p.body)
	}
	p.path = before
	return c
}

func TestPasskeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := start(t, e, authn.Options{})
		w.seed(t)
		p := w.person(t).signIn()
		k := newKey(w)
		p.get("/security/passkeys").at(200, "/security/passkeys", "Add a passkey")
		token, response := k.create(p, "/security/passkeys/options")
		p.post("/security/passkeys", "name", "", "token", token, "response", response).at(422, "/security/passkeys", "Name the passkey")
		p.post("/security/passkeys", "name", "x", "token", "junk", "response", response).at(422, "/security/passkeys", "This passkey was not accepted.")
		p.post("/security/passkeys", "name", "My tablet", "token", token, "response", response).at(200, "/security", "My tablet", "Your passkey was added")

		q := w.person(t)
		q.get("/sign-in").at(200, "/sign-in", "Sign in with a passkey")
		token, response = k.get(q, "/sign-in/passkey/options")
		q.post("/sign-in/passkey", "token", token, "response", "{}", "next", "/chart").at(422, "/sign-in/passkey", "This passkey was not accepted.")
		q.post("/sign-in/passkey", "token", token, "response", response, "next", "/chart").at(200, "/chart", "Hello")
		w.Clock.Advance(10 * time.Minute)
		q.get("/guarded").at(200, "/step-up?next=%2Fguarded", "Confirm with a passkey")
		token, response = k.get(q, "/step-up/passkey/options")
		q.post("/step-up/passkey", "token", token, "response", "{}", "next", "/guarded").at(422, "/step-up/passkey", "not accepted")
		q.post("/step-up/passkey", "token", token, "response", response, "next", "/guarded").at(200, "/guarded", "Hello")

		q.post("/security/authenticator/remove").at(200, "/security", "The authenticator was removed")
		remove := regexp.MustCompile(`/security/passkeys/[0-9a-f-]{36}/remove`).FindString(q.body)
		q.post(remove).at(200, "/security", "This is your only way to sign in.")
		// A password alone leads to the passkey, not inside.
		s := w.person(t)
		s.post("/sign-in", "email", w.email, "password", password).at(200, "/sign-in/code", "Use your passkey")
		s.get("/chart").at(200, "/sign-in?next=%2Fchart")
	})
}

func TestPasskeysNeedAName(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	w.seed(t)
	w.srv.URL = strings.Replace(w.srv.URL, "localhost", "127.0.0.1", 1)
	p := w.person(t).signIn()
	p.get("/security/passkeys").at(200, "/security/passkeys", "Passkeys do not work at this address.")
	p.post("/sign-in/passkey/options").at(409, "/sign-in/passkey/options")
}

func TestInvitationWithPasskey(t *testing.T) {
	w := start(t, dbtest.NewSQLite(t), authn.Options{})
	newbie := w.Staff("New Bie", authz.FrontDesk)
	link, _, err := w.svc.Invite(w.Actor(), newbie)
	if err != nil {
		t.Fatal(err)
	}
	p, path, k := w.person(t), "/invitation/"+link, newKey(w)
	token, response := k.create(p, path+"/passkey/options")
	p.post(path, "token", token, "response", "{}").at(422, path, "This passkey was not accepted.")
	p.post(path, "token", token, "response", response).at(200, "/welcome/codes")
	q := w.person(t)
	token, response = k.get(q, "/sign-in/passkey/options")
	q.post("/sign-in/passkey", "token", token, "response", response).at(200, "/", "Hello New Bie")
}

func TestSetupWithPasskey(t *testing.T) {
	w := emptied(t)
	p, k := w.person(t), newKey(w)
	code, err := w.svc.NewSetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.post("/setup/code", "code", code).at(200, "/setup/practice")
	p.post("/setup/practice", "practice.name", "Lakeside Bodywork", "location.name", "Main office", "location.zone", "America/Chicago",
		"owner.name", "Dana Okafor", "owner.email", "dana@example.com", "treats", "no").at(200, "/setup/sign-in")
	token, response := k.create(p, "/setup/sign-in/passkey/options")
	p.post("/setup/sign-in", "token", token, "response", response).at(200, "/welcome/codes?next=%2Fwelcome%2Fkey")
	q := w.person(t)
	token, response = k.get(q, "/sign-in/passkey/options")
	q.post("/sign-in/passkey", "token", token, "response", response).at(200, "/", "Hello Dana Okafor")
}
