package authn_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
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

func TestSignInWithPasswordAndCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		in, err := w.signIn(t, b)
		if err != nil {
			t.Fatalf("sign-in: %v", err)
		}
		_, a, ok := w.actor(t, b)
		if !ok {
			t.Fatal("not signed in after signing in")
		}
		if a.User != w.user || a.Practice != w.Practice || a.Session != in.Session || a.Name != "Terry Tester" ||
			a.Zone.String() != dbtest.Zone || !a.Has(authz.Owner) || a.Address != "192.0.2.7" || !a.StepUpAt.Equal(w.Clock.Now()) {
			t.Errorf("actor %+v", a)
		}
		if n := w.audited(t, "session.sign-in"); n != 1 {
			t.Errorf("%d entries for one sign-in", n)
		}
		if strings.Contains(in.Token, "=") || len(in.Token) != 64 {
			t.Errorf("token of %d characters", len(in.Token))
		}
	})
}

func TestWrongProofsGetOneAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		peer := w.svc.Peer(newBrowser("192.0.2.7").request())
		off := e.Staff("Off Duty", authz.Therapist)
		noSignIn := e.Staff("Not Invited", authz.Therapist)
		w.seed(t, off)
		if err := e.DB.Write(w.system(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE staff SET active = false WHERE practice_id = $1 AND user_id = $2`, e.Practice, off); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test"})
		}); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, c := range []struct{ email, password string }{
			{w.email, "not the password at all"},
			{w.email, ""},
			{"nobody@example.com", goodPassword},
			{"", ""},
			{off.String() + "@example.com", goodPassword},
			{noSignIn.String() + "@example.com", ""},
		} {
			_, err := w.svc.Password(t.Context(), peer, c.email, c.password)
			wantKind(t, err, errs.Invalid)
			said = append(said, errs.PublicOf(err))
		}
		for _, s := range said {
			if s != said[0] || s == "" {
				t.Errorf("answers differ: %q", said)
			}
		}
		if n := w.audited(t, "session.refused"); n == 0 {
			t.Error("failures are not recorded")
		}
	})
}

func TestCodeWorksOnceAndOnlyInItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		peer := w.svc.Peer(b.request())
		pending, err := w.svc.Password(t.Context(), peer, strings.ToUpper(w.email)+" ", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if !pending.TOTP || pending.Passkey {
			t.Errorf("pending %+v", pending)
		}
		old, err := totp.GenerateCode(secret, w.Clock.Now().Add(-90*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{"", "12345", "1234567", "abcdef", old} {
			_, err := w.svc.Code(t.Context(), peer, pending, wrong)
			wantKind(t, err, errs.Invalid)
		}
		w.Clock.Advance(time.Minute)
		code := w.code(t)
		if _, err := w.svc.Code(t.Context(), peer, pending, code[:3]+" "+code[3:]); err != nil {
			t.Fatalf("right code: %v", err)
		}
		_, err = w.svc.Code(t.Context(), peer, pending, code)
		wantKind(t, err, errs.Invalid)
		// The code before the one used is refused too, although its time is not over.
		before, err := totp.GenerateCode(secret, w.Clock.Now().Add(-30*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.svc.Code(t.Context(), peer, pending, before)
		wantKind(t, err, errs.Invalid)
		w.Clock.Advance(30 * time.Second)
		if _, err := w.svc.Code(t.Context(), peer, pending, w.code(t)); err != nil {
			t.Errorf("next code: %v", err)
		}
	})
}

func TestPasswordAloneOpensNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		r := b.request()
		pending, err := w.svc.Password(r.Context(), w.svc.Peer(r), w.email, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.svc.KeepPending(rec, r, pending)
		b.keep(rec)
		if _, _, ok := w.actor(t, b); ok {
			t.Fatal("signed in with a password alone")
		}
		got, ok := w.svc.Pending(b.request())
		if !ok || got != pending {
			t.Errorf("pending %+v, want %+v", got, pending)
		}
		w.Clock.Advance(5 * time.Minute)
		if _, ok := w.svc.Pending(b.request()); ok {
			t.Error("the first half of a sign-in lasts longer than five minutes")
		}
		// A changed account voids it.
		w.seed(t, w.user)
		_, err = w.svc.Code(t.Context(), w.svc.Peer(b.request()), pending, w.code(t))
		wantKind(t, err, errs.Conflict)
	})
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		ctx, _, _ := w.actor(t, b)
		codes, err := w.svc.NewRecoveryCodes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(codes) != 10 {
			t.Fatalf("%d codes", len(codes))
		}
		peer := w.svc.Peer(b.request())
		pending, err := w.svc.Password(t.Context(), peer, w.email, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		typed := strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))
		if _, err := w.svc.RecoveryCode(t.Context(), peer, pending, typed); err != nil {
			t.Fatalf("recovery code: %v", err)
		}
		_, err = w.svc.RecoveryCode(t.Context(), peer, pending, codes[3])
		wantKind(t, err, errs.Invalid)
		_, err = w.svc.RecoveryCode(t.Context(), peer, pending, "0000-0000-0000-0000")
		wantKind(t, err, errs.Invalid)
		sec, err := w.svc.Security(ctx)
		if err != nil || sec.RecoveryLeft != 9 {
			t.Errorf("%d codes left (%v), want 9", sec.RecoveryLeft, err)
		}
		// New codes void the old ones.
		if _, err := w.svc.NewRecoveryCodes(ctx); err != nil {
			t.Fatal(err)
		}
		_, err = w.svc.RecoveryCode(t.Context(), peer, pending, codes[4])
		wantKind(t, err, errs.Invalid)
	})
}

func TestForgottenPasswordTakesTwoProofs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b, elsewhere := newBrowser("192.0.2.7"), newBrowser("198.51.100.9")
		w.mustSignIn(t, b)
		w.mustSignIn(t, elsewhere)
		ctx, _, _ := w.actor(t, b)
		codes, err := w.svc.NewRecoveryCodes(ctx)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Minute)
		peer := w.svc.Peer(b.request())
		const fresh = "harbor pickle tornado quilt"
		for name, in := range map[string]authn.Recovery{
			"no authenticator":   {Email: w.email, Code: codes[0], Password: fresh},
			"no recovery code":   {Email: w.email, TOTP: w.code(t), Password: fresh},
			"somebody else":      {Email: "nobody@example.com", TOTP: w.code(t), Code: codes[0], Password: fresh},
			"weak password":      {Email: w.email, TOTP: w.code(t), Code: codes[0], Password: "password1234"},
			"two recovery codes": {Email: w.email, TOTP: codes[1], Code: codes[0], Password: fresh},
			"two authenticators": {Email: w.email, TOTP: w.code(t), Code: w.code(t), Password: fresh},
		} {
			if _, err := w.svc.Recover(t.Context(), peer, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
			w.Clock.Advance(30 * time.Second)
		}
		w.Clock.Advance(10 * time.Minute)
		in, err := w.svc.Recover(t.Context(), peer, authn.Recovery{Email: w.email, TOTP: w.code(t), Code: codes[0], Password: fresh})
		if err != nil {
			t.Fatalf("Recover: %v", err)
		}
		if in.Token == "" {
			t.Error("not signed in")
		}
		if _, _, ok := w.actor(t, elsewhere); ok {
			t.Error("another session survived")
		}
		_, err = w.svc.Password(t.Context(), peer, w.email, goodPassword)
		wantKind(t, err, errs.Invalid)
		if _, err := w.svc.Password(t.Context(), peer, w.email, fresh); err != nil {
			t.Errorf("new password: %v", err)
		}
	})
}

func TestWeakHashIsMadeAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		stronger := authn.Params{MemoryKiB: 16, Passes: 2, Threads: 1}
		w.svc = authn.New(e.DB, e.Key, authn.Options{Params: stronger})
		peer := w.svc.Peer(newBrowser("192.0.2.7").request())
		for range 2 {
			if _, err := w.svc.Password(t.Context(), peer, w.email, goodPassword); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.audited(t, "account.rehash"); n != 1 {
			t.Errorf("%d rehashes, want 1", n)
		}
	})
}

func TestSeedIsForTheProgramOnly(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	wantKind(t, w.svc.Seed(e.Actor(), e.User, goodPassword, secret), errs.Denied)
	wantKind(t, w.svc.Seed(context.Background(), e.User, goodPassword, secret), errs.Denied)
	wantKind(t, w.svc.Seed(w.system(), e.User, goodPassword, "not base 32!"), errs.Invalid)
	wantKind(t, w.svc.Seed(w.system(), id.New[id.User](), goodPassword, secret), errs.NotFound)
}

func TestDemoSignInOnlyInADemonstration(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		_, err := w.svc.DemoSignIn(t.Context(), authn.Peer{}, w.email)
		wantKind(t, err, errs.NotFound)
		w = newWorld(t, e, authn.Options{Demo: true})
		_, err = w.svc.DemoSignIn(t.Context(), authn.Peer{}, "nobody@example.com")
		wantKind(t, err, errs.NotFound)
		in, err := w.svc.DemoSignIn(t.Context(), authn.Peer{}, w.email)
		if err != nil || in.User != w.user {
			t.Errorf("%+v %v", in, err)
		}
	})
}

func TestErrorsCarryNoSecrets(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	_, err := w.svc.Password(t.Context(), authn.Peer{}, w.email, "a secret that nobody may see")
	if err == nil || strings.Contains(err.Error(), "secret that") {
		t.Errorf("error %v", err)
	}
	var e2 *errs.Error
	if !errors.As(err, &e2) {
		t.Errorf("%T", err)
	}
}
