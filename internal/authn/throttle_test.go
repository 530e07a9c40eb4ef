package authn_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
)

func TestStrangersAreSlowedDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		peer := w.svc.Peer(newBrowser("203.0.113.4").request())
		for i := range 5 {
			_, err := w.svc.Password(t.Context(), peer, w.email, "wrong wrong wrong")
			if authn.WaitOf(err) != 0 {
				t.Fatalf("waits after %d failures", i)
			}
		}
		for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			_, err := w.svc.Password(t.Context(), peer, w.email, goodPassword)
			if got := authn.WaitOf(err); got != want {
				t.Fatalf("step %d: wait %v, want %v (%v)", i, got, want, err)
			}
			wantKind(t, err, errs.Unavailable)
			w.Clock.Advance(want)
			_, err = w.svc.Password(t.Context(), peer, w.email, "wrong wrong wrong")
			if authn.WaitOf(err) != 0 {
				t.Fatalf("step %d: still waits after waiting", i)
			}
		}
		// The right password works once the wait is over, and the failures are
		// forgotten with the second proof.
		w.Clock.Advance(time.Hour)
		pending, err := w.svc.Password(t.Context(), peer, w.email, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.svc.Code(t.Context(), peer, pending, w.code(t)); err != nil {
			t.Fatal(err)
		}
		_, err = w.svc.Password(t.Context(), peer, w.email, "wrong wrong wrong")
		wantKind(t, err, errs.Invalid)
	})
}

func TestUnknownAccountsAreSlowedDownAlike(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	for _, email := range []string{w.email, "nobody@example.com"} {
		peer := w.svc.Peer(newBrowser("203.0.113." + fmt.Sprint(len(email))).request())
		var waits []time.Duration
		for range 7 {
			_, err := w.svc.Password(t.Context(), peer, email, "wrong wrong wrong")
			waits = append(waits, authn.WaitOf(err))
		}
		if got, want := fmt.Sprint(waits), "[0s 0s 0s 0s 0s 1s 1s]"; got != want {
			t.Errorf("%s: %s, want %s", email, got, want)
		}
	}
}

func TestOneAddressIsSlowedDownOverManyAccounts(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	try := func(address string, i int) error {
		_, err := w.svc.Password(t.Context(), w.svc.Peer(newBrowser(address).request()), fmt.Sprintf("n%d@example.com", i), "wrong wrong wrong")
		return err
	}
	for i := range 20 {
		if err := try("[2001:db8:1:2::"+fmt.Sprint(i)+"]", i); authn.WaitOf(err) != 0 {
			t.Fatalf("waits after %d failures", i)
		}
	}
	if err := try("[2001:db8:1:2::ffff]", 21); authn.WaitOf(err) == 0 {
		t.Error("another host of the same network goes on guessing")
	}
	if err := try("[2001:db8:1:3::1]", 22); authn.WaitOf(err) != 0 {
		t.Error("another network has to wait")
	}
}

// The owner enters although strangers keep guessing: at a device they have
// used, with one try, whatever was counted elsewhere.
func TestStrangersCannotLockTheOwnerOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		home := newBrowser("192.0.2.7")
		w.mustSignIn(t, home)
		refused := 0
		for i := range 400 {
			b := newBrowser(fmt.Sprintf("203.0.113.%d", i%250))
			if i%3 == 0 {
				b.address = home.address // even from behind the owner's own address
			}
			if _, err := w.svc.Password(t.Context(), w.svc.Peer(b.request()), w.email, "wrong wrong wrong"); authn.WaitOf(err) > 0 {
				refused++
			}
			if i%50 == 0 {
				w.Clock.Advance(time.Second)
			}
		}
		if refused < 300 {
			t.Errorf("only %d of 400 tries were refused unseen", refused)
		}
		if _, err := w.signIn(t, newBrowser("198.51.100.9")); authn.WaitOf(err) == 0 {
			t.Errorf("a stranger's device need not wait: %v", err)
		}
		w.Clock.Advance(time.Minute)
		if _, err := w.signIn(t, home); err != nil {
			t.Fatalf("the owner is locked out: %v", err)
		}
		// The mark of a known device is worth nothing for another account, and
		// whoever guesses with it is slowed down too.
		for range 5 {
			_, _ = w.signInWith(t, home, "wrong wrong wrong")
		}
		if _, err := w.signIn(t, home); authn.WaitOf(err) == 0 {
			t.Error("guessing at a known device costs nothing")
		}
	})
}

func TestDeviceMarksAreBoundToPersonAndKey(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	home := newBrowser("192.0.2.7")
	w.mustSignIn(t, home)
	lock := func() {
		for i := range 12 {
			_, _ = w.svc.Password(t.Context(), w.svc.Peer(newBrowser(fmt.Sprintf("203.0.113.%d", i)).request()), w.email, "wrong wrong wrong")
		}
	}
	lock()
	for name, value := range home.jar {
		if name == "soapstone-session" {
			continue
		}
		for what, changed := range map[string]string{
			"cut": value[:len(value)-1], "changed": flip(value[0]) + value[1:], "empty": "", "no tag": value[:40],
		} {
			thief := newBrowser("203.0.113.99")
			thief.jar[name] = changed
			if _, err := w.signIn(t, thief); authn.WaitOf(err) == 0 {
				t.Errorf("%s: a %s mark is taken", name, what)
			}
		}
	}
	// After half a year the mark is worth nothing.
	w.Clock.Advance(181 * 24 * time.Hour)
	lock()
	if _, err := w.signIn(t, home); authn.WaitOf(err) == 0 {
		t.Error("a mark of half a year ago is taken")
	}
}

func TestManyTriesAtOnceCountEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		var wg sync.WaitGroup
		var mu sync.Mutex
		looked := 0
		for i := range 40 {
			wg.Go(func() {
				peer := w.svc.Peer(newBrowser(fmt.Sprintf("203.0.113.%d", i)).request())
				_, err := w.svc.Password(t.Context(), peer, w.email, "wrong wrong wrong")
				mu.Lock()
				defer mu.Unlock()
				if authn.WaitOf(err) == 0 {
					looked++
				}
			})
		}
		wg.Wait()
		if looked > 5 {
			t.Errorf("%d passwords were looked at, want at most the 5 free ones", looked)
		}
	})
}

func TestSecondProofIsSlowedDownApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		thief := w.svc.Peer(newBrowser("203.0.113.4").request())
		pending, err := w.svc.Password(t.Context(), thief, w.email, goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		waited := false
		for range 12 {
			_, err := w.svc.Code(t.Context(), thief, pending, "000000")
			waited = waited || authn.WaitOf(err) > 0
		}
		if !waited {
			t.Error("codes can be guessed without waiting")
		}
		home := newBrowser("192.0.2.7")
		// Somebody else's guessing of codes does not wear out the password.
		if _, err := w.svc.Password(t.Context(), w.svc.Peer(home.request()), w.email, goodPassword); err != nil {
			t.Errorf("password: %v", err)
		}
	})
}

func TestFailuresAreRecordedWithinBounds(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e, authn.Options{})
	for i := range 500 {
		peer := w.svc.Peer(newBrowser(fmt.Sprintf("203.0.%d.%d", i/250, i%250)).request())
		_, _ = w.svc.Password(t.Context(), peer, fmt.Sprintf("n%d@example.com", i), "wrong wrong wrong")
	}
	if n := w.audited(t, "session.refused"); n == 0 || n > 60 {
		t.Errorf("%d entries for 500 tries", n)
	}
}
