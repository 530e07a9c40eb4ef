package authn_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

func (w *world) setStaff(t *testing.T, set string, u id.User) {
	t.Helper()
	err := w.DB.Write(w.system(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET `+set+` WHERE practice_id = $1 AND user_id = $2`, w.Practice, u); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSessionEndsWhenIdle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		for range 8 { // used every ten minutes it goes on
			w.Clock.Advance(10 * time.Minute)
			if _, _, ok := w.actor(t, b); !ok {
				t.Fatal("a session in use ended")
			}
		}
		w.Clock.Advance(15*time.Minute + time.Second)
		if _, _, ok := w.actor(t, b); ok {
			t.Error("a session goes on after 15 idle minutes")
		}
	})
}

func TestIdleTimeIsThePracticesChoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		if err := e.DB.Write(w.system(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE practice SET idle_minutes = 5 WHERE practice_id = $1`, e.Practice); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test"})
		}); err != nil {
			t.Fatal(err)
		}
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		w.Clock.Advance(5 * time.Minute)
		if _, _, ok := w.actor(t, b); !ok {
			t.Error("ended before its time")
		}
		w.Clock.Advance(5*time.Minute + time.Second)
		if _, _, ok := w.actor(t, b); ok {
			t.Error("goes on after the practice's time-out")
		}
	})
}

func TestSessionEndsAfterTwelveHoursHoweverBusy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		for left := authn.SessionLife; left > 10*time.Minute; left -= 10 * time.Minute {
			w.Clock.Advance(10 * time.Minute)
			if _, _, ok := w.actor(t, b); !ok {
				t.Fatal("ended before its time")
			}
		}
		w.Clock.Advance(10 * time.Minute)
		if _, _, ok := w.actor(t, b); ok {
			t.Error("goes on after twelve hours")
		}
	})
}

func TestSessionIsTouchedOnceAMinute(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		start := w.Clock.Now()
		seen := func() time.Time {
			ctx, _, _ := w.actor(t, b)
			list, err := w.svc.Sessions(ctx)
			if err != nil || len(list) != 1 {
				t.Fatalf("%v %v", list, err)
			}
			return list[0].SeenAt
		}
		w.Clock.Advance(59 * time.Second)
		if got := seen(); !got.Equal(start) {
			t.Errorf("touched after %v", got.Sub(start))
		}
		w.Clock.Advance(time.Second)
		b.address = "198.51.100.9"
		if got := seen(); !got.Equal(start.Add(time.Minute)) {
			t.Errorf("seen %v after the start, want a minute", got.Sub(start))
		}
		ctx, _, _ := w.actor(t, b)
		list, err := w.svc.Sessions(ctx)
		if err != nil || list[0].Address != "198.51.100.9" {
			t.Errorf("place %v %v", list, err)
		}
	})
}

func TestAWrongCookieIsNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		good := b.jar["soapstone-session"]
		// The same secret under another practice's name.
		raw, err := base64.RawURLEncoding.DecodeString(good)
		if err != nil {
			t.Fatal(err)
		}
		other := e.Other().Practice
		swapped := base64.RawURLEncoding.EncodeToString(append(other[:], raw[16:]...))
		for _, bad := range []string{"", "x", good + "A", good[:63], strings.Repeat("A", 64), good[:40] + flip(good[40]) + good[41:], good[:63] + flip(good[63]), swapped} {
			b.jar["soapstone-session"] = bad
			if _, _, ok := w.actor(t, b); ok {
				t.Errorf("cookie %.12q… is taken", bad)
			}
		}
		b.jar = map[string]string{"session": good, "__Host-session": good}
		if _, ok, err := w.svc.Authenticate(b.request()); ok || err != nil {
			t.Errorf("a cookie of another name is taken: %v %v", ok, err)
		}
	})
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestSwitchedOffIsOutAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		w.setStaff(t, "active = false", w.user)
		if _, _, ok := w.actor(t, b); ok {
			t.Error("still in")
		}
	})
}

func TestRolesCountFromTheNextRequest(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	b := newBrowser("192.0.2.7")
	w.mustSignIn(t, b)
	w.setStaff(t, "roles = 'frontdesk'", w.user)
	if _, a, ok := w.actor(t, b); !ok || a.Can(authz.StaffManage) || !a.Can(authz.PatientRead) {
		t.Errorf("%+v %v", a.Roles, ok)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		here, there, third := newBrowser("192.0.2.7"), newBrowser("198.51.100.9"), newBrowser("203.0.113.4")
		for _, b := range []*browser{here, there, third} {
			w.mustSignIn(t, b)
		}
		ctx, a, _ := w.actor(t, here)
		list, err := w.svc.Sessions(ctx)
		if err != nil || len(list) != 3 {
			t.Fatalf("%d sessions, %v", len(list), err)
		}
		for _, s := range list {
			if s.Current != (s.ID == a.Session) || s.Device != "Safari on iPad" || s.Method == "" || s.Address == "" {
				t.Errorf("%+v", s)
			}
			if s.Address == "198.51.100.9" {
				if err := w.svc.EndSession(ctx, s.ID); err != nil {
					t.Fatal(err)
				}
				wantKind(t, w.svc.EndSession(ctx, s.ID), errs.NotFound)
			}
		}
		if _, _, ok := w.actor(t, there); ok {
			t.Error("an ended session goes on")
		}
		if err := w.svc.EndOtherSessions(ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := w.actor(t, third); ok {
			t.Error("another session goes on")
		}
		if _, _, ok := w.actor(t, here); !ok {
			t.Error("the own session ended")
		}
		// Nobody ends somebody else's.
		colleague := e.Staff("Col League", authz.Owner)
		w.seed(t, colleague)
		cctx := authz.With(t.Context(), authz.Actor{User: colleague, Practice: e.Practice, Session: id.New[id.Session](), Roles: authz.Roles()})
		wantKind(t, w.svc.EndSession(cctx, a.Session), errs.NotFound)
		octx := authz.With(t.Context(), authz.Actor{User: w.user, Practice: e.Other().Practice, Session: id.New[id.Session]()})
		wantKind(t, w.svc.EndSession(octx, a.Session), errs.NotFound)
		if err := w.svc.SignOut(ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := w.actor(t, here); ok {
			t.Error("still in after signing out")
		}
	})
}

func TestChangesToTheSignInEndOtherSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		here := newBrowser("192.0.2.7")
		w.mustSignIn(t, here)
		for name, change := range map[string]func(ctx context.Context, a authz.Actor) error{
			"password": func(ctx context.Context, _ authz.Actor) error { return w.svc.ChangePassword(ctx, goodPassword) },
			"authenticator": func(ctx context.Context, a authz.Actor) error {
				en := w.svc.NewEnrolment(authn.OwnPurpose(a), "Test", "x")
				return w.svc.SetTOTP(ctx, en.Ticket, codeFor(t, en.Secret, w.Clock.Now()))
			},
			"recovery codes": func(ctx context.Context, _ authz.Actor) error {
				_, err := w.svc.NewRecoveryCodes(ctx)
				return err
			},
		} {
			w.seed(t, w.user) // back to what is known; ends all sessions
			w.mustSignIn(t, here)
			there := newBrowser("198.51.100.9")
			w.mustSignIn(t, there)
			ctx, a, _ := w.actor(t, here)
			if err := change(ctx, a); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, _, ok := w.actor(t, there); ok {
				t.Errorf("%s: another session survived", name)
			}
			if _, _, ok := w.actor(t, here); !ok {
				t.Errorf("%s: the own session ended", name)
			}
		}
	})
}

func TestStepUpRenewsTheSession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		w.Clock.Advance(10 * time.Minute)
		ctx, a, _ := w.actor(t, b)
		if a.Recent(w.Clock.Now()) {
			t.Error("recent after ten minutes")
		}
		wantKind(t, w.svc.ChangePassword(ctx, goodPassword), errs.Unauthenticated)
		r := b.request()
		_, err := w.svc.StepUpPassword(ctx, w.svc.Peer(r), "wrong wrong wrong")
		wantKind(t, err, errs.Invalid)
		in, err := w.svc.StepUpPassword(ctx, w.svc.Peer(r), goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		old := b.jar["soapstone-session"]
		rec := httptest.NewRecorder()
		w.svc.Remember(rec, r, in)
		b.keep(rec)
		if b.jar["soapstone-session"] == old {
			t.Error("the token stayed the same")
		}
		ctx, a, ok := w.actor(t, b)
		if !ok || !a.Recent(w.Clock.Now()) {
			t.Errorf("not recent after proving it: %v", ok)
		}
		if err := w.svc.ChangePassword(ctx, goodPassword); err != nil {
			t.Error(err)
		}
		b.jar["soapstone-session"] = old
		if _, _, ok := w.actor(t, b); ok {
			t.Error("the old token still works")
		}
	})
}

func TestStepUpIsSlowedDown(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	b := newBrowser("192.0.2.7")
	w.mustSignIn(t, b)
	ctx, _, _ := w.actor(t, b)
	peer := w.svc.Peer(b.request())
	for range 5 {
		_, err := w.svc.StepUpPassword(ctx, peer, "wrong wrong wrong")
		wantKind(t, err, errs.Invalid)
	}
	_, err := w.svc.StepUpPassword(ctx, peer, goodPassword)
	if authn.WaitOf(err) == 0 {
		t.Errorf("no wait after five wrong passwords: %v", err)
	}
}

func TestCookiesAreHardened(t *testing.T) {
	e := dbtest.NewSQLite(t)
	for _, c := range []struct {
		tls    bool
		name   string
		device string
	}{{true, "__Host-session", "__Host-device-"}, {false, "soapstone-session", "soapstone-device-"}} {
		w := newWorld(t, e, authn.Options{TLS: c.tls, Demo: true})
		in, err := w.svc.DemoSignIn(t.Context(), authn.Peer{}, w.email)
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.svc.Remember(rec, newBrowser("192.0.2.7").request(), in)
		found := 0
		for _, k := range rec.Result().Cookies() {
			if k.MaxAge < 0 {
				continue
			}
			if !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" || k.Secure != c.tls {
				t.Errorf("cookie %+v", k)
			}
			switch {
			case k.Name == c.name:
				found++
				if k.MaxAge != 0 || !k.Expires.IsZero() {
					t.Error("the session's cookie outlives the browser")
				}
			case strings.HasPrefix(k.Name, c.device):
				found++
			}
		}
		if found != 2 {
			t.Errorf("tls %v: cookies %v", c.tls, rec.Result().Cookies())
		}
	}
}

func TestSweepRemovesWhatEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		w.mustSignIn(t, newBrowser("192.0.2.7"))
		peer := w.svc.Peer(newBrowser("192.0.2.8").request())
		_, _ = w.svc.Password(t.Context(), peer, w.email, "wrong wrong wrong")
		w.Clock.Advance(30 * 24 * time.Hour)
		if err := w.svc.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"session", "sign_in_throttle"} {
			var n int
			if err := e.DB.Read(t.Context(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n)
			}); err != nil || n != 0 {
				t.Errorf("%s: %d rows left (%v)", table, n, err)
			}
		}
	})
}
