package authn_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
)

const lentPage = "/patients/1/handed/nprs?next=%2Fvisits%2F2%2Fnote"

// lend hands the browser's session over and keeps the cookies of the answer.
func (w *world) lend(t *testing.T, b *browser, page string) error {
	t.Helper()
	ctx, _, _ := w.actor(t, b)
	rec := httptest.NewRecorder()
	err := w.svc.HandOver(rec, b.request().WithContext(ctx), page)
	b.keep(rec)
	if err == nil && rec.Header().Get("Clear-Site-Data") != `"cache"` {
		t.Error("the browser keeps what it showed before")
	}
	return err
}

func TestHandOverConfinesTheSessionUntilTheNextProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		for _, page := range []string{"", "/", "patients"} {
			wantKind(t, w.lend(t, b, page), errs.Invalid)
		}
		before := b.jar["soapstone-session"]
		if err := w.lend(t, b, lentPage); err != nil {
			t.Fatal(err)
		}
		ctx, a, ok := w.actor(t, b)
		if !ok || a.Handed != lentPage {
			t.Fatalf("confined to %q, signed in %v", a.Handed, ok)
		}
		wantKind(t, w.lend(t, b, "/elsewhere"), errs.Conflict)

		there := newBrowser("192.0.2.7")
		there.jar["soapstone-session"] = before
		if _, _, ok := w.actor(t, there); ok {
			t.Error("a page opened before still works with the old token")
		}

		r := b.request()
		_, err := w.svc.StepUpPassword(ctx, w.svc.Peer(r), "wrong wrong wrong")
		wantKind(t, err, errs.Invalid)
		if _, a, _ := w.actor(t, b); a.Handed == "" {
			t.Error("a wrong password took the device back")
		}
		in, err := w.svc.StepUpPassword(ctx, w.svc.Peer(r), goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.svc.Remember(rec, r, in)
		b.keep(rec)
		if _, a, ok := w.actor(t, b); !ok || a.Handed != "" {
			t.Errorf("after the password: confined to %q, signed in %v", a.Handed, ok)
		}
		for action, want := range map[string]int{"session.handed": 1, "session.returned": 1, "session.step-up": 0} {
			if got := w.audited(t, action); got != want {
				t.Errorf("%d entries %s, want %d", got, action, want)
			}
		}
	})
}

func TestAHandedSessionStillEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		if err := w.lend(t, b, lentPage); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(61 * time.Minute)
		if _, _, ok := w.actor(t, b); ok {
			t.Error("an hour idle, and still signed in")
		}
	})
}
