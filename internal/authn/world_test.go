package authn_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	goodPassword = "glacier-teapot-violin-mango"
	secret       = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// world is an installation with one person who can sign in.
type world struct {
	*dbtest.Env
	svc   *authn.Service
	user  id.User
	email string
}

func newWorld(t *testing.T, e *dbtest.Env, o authn.Options) *world {
	t.Helper()
	o.Params = authn.TestParams
	w := &world{Env: e, svc: authn.New(e.DB, e.Key, o)}
	w.user = e.User
	w.email = e.User.String() + "@example.com"
	w.seed(t, w.user)
	return w
}

func (w *world) system() context.Context {
	return authz.With(context.Background(), authz.Actor{Practice: w.Practice, Name: "test", System: true})
}

func (w *world) seed(t *testing.T, u id.User) {
	t.Helper()
	if err := w.svc.Seed(w.system(), u, goodPassword, secret); err != nil {
		t.Fatalf("Seed: %v", err)
	}
}

// code is what the authenticator app shows now.
func (w *world) code(t *testing.T) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// browser keeps cookies between requests.
type browser struct {
	jar     map[string]string
	address string
	agent   string
}

func newBrowser(address string) *browser {
	return &browser{jar: map[string]string{}, address: address,
		agent: "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"}
}

func (b *browser) request() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
	r.RemoteAddr = b.address + ":4711"
	r.Header.Set("User-Agent", b.agent)
	for n, v := range b.jar {
		r.AddCookie(&http.Cookie{Name: n, Value: v})
	}
	return r
}

func (b *browser) keep(rec *httptest.ResponseRecorder) {
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
		} else {
			b.jar[c.Name] = c.Value
		}
	}
}

// signIn goes through both steps of a sign-in.
func (w *world) signIn(t *testing.T, b *browser) (authn.SignedIn, error) {
	t.Helper()
	return w.signInWith(t, b, goodPassword)
}

func (w *world) signInWith(t *testing.T, b *browser, password string) (authn.SignedIn, error) {
	t.Helper()
	r := b.request()
	peer := w.svc.Peer(r)
	pending, err := w.svc.Password(r.Context(), peer, w.email, password)
	if err != nil {
		return authn.SignedIn{}, err
	}
	in, err := w.svc.Code(r.Context(), peer, pending, w.code(t))
	if err != nil {
		return authn.SignedIn{}, err
	}
	rec := httptest.NewRecorder()
	w.svc.Remember(rec, r, in)
	b.keep(rec)
	return in, nil
}

func (w *world) mustSignIn(t *testing.T, b *browser) {
	t.Helper()
	w.Clock.Advance(time.Minute) // a code works once
	if _, err := w.signIn(t, b); err != nil {
		t.Fatalf("sign-in: %v", err)
	}
}

// actor is who the browser is, if anybody.
func (w *world) actor(t *testing.T, b *browser) (context.Context, authz.Actor, bool) {
	t.Helper()
	r := b.request()
	a, ok, err := w.svc.Authenticate(r)
	if err != nil {
		t.Fatalf("Authenticate: %v", err)
	}
	return authz.With(r.Context(), a), a, ok
}

// audited counts the entries with an action about a subject.
func (w *world) audited(t *testing.T, action string) int {
	t.Helper()
	var n int
	err := w.DB.Read(context.Background(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND action = $2`, w.Practice, action).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("error %v is %v, want %v", err, errs.KindOf(err), k)
	}
}
