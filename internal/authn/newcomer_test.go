package authn_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// proofs are a good password with an authenticator for a purpose.
func (w *world) proofs(t *testing.T, purpose string) authn.Proofs {
	t.Helper()
	en := w.svc.NewEnrolment(purpose, "Test Practice", "x@example.com")
	return authn.Proofs{Password: goodPassword, Ticket: en.Ticket, Code: codeFor(t, en.Secret, w.Clock.Now())}
}

func TestInvitation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		newbie := e.Staff("New Bie", authz.Therapist)
		wrong, _, err := w.svc.Invite(e.Actor(authz.Therapist), newbie)
		wantKind(t, err, errs.Denied)
		_, _, err = w.svc.Invite(e.Actor(), id.New[id.User]())
		wantKind(t, err, errs.NotFound)
		_, _, err = w.svc.Invite(e.Other().Actor(), newbie)
		wantKind(t, err, errs.NotFound)
		if wrong != "" {
			t.Errorf("a token with an error")
		}

		first, _, err := w.svc.Invite(e.Actor(), newbie)
		if err != nil {
			t.Fatal(err)
		}
		token, until, err := w.svc.Invite(e.Actor(), newbie)
		if err != nil || !until.Equal(w.Clock.Now().Add(72*time.Hour)) {
			t.Fatalf("%v %v", until, err)
		}
		_, err = w.svc.Invitation(t.Context(), first)
		wantKind(t, err, errs.NotFound) // replaced
		inv, err := w.svc.Invitation(t.Context(), token)
		if err != nil || inv.Name != "New Bie" || inv.PracticeName != "Test Practice" || inv.User != newbie {
			t.Fatalf("%+v %v", inv, err)
		}
		access, err := w.svc.AccessOf(e.Actor())
		if err != nil || access[newbie].Ready || access[newbie].InvitedUntil.IsZero() || !access[w.user].Ready {
			t.Errorf("%+v %v", access, err)
		}

		peer := w.svc.Peer(newBrowser("198.51.100.9").request())
		bad := w.proofs(t, authn.InvitedPurpose(token))
		bad.Password, bad.Code = "short", "000000"
		_, _, err = w.svc.Accept(t.Context(), peer, token, bad)
		if f := errs.FieldsOf(err); len(f) != 2 {
			t.Errorf("complaints %v, want one about each field", f)
		}
		_, _, err = w.svc.Accept(t.Context(), peer, token, w.proofs(t, "something else"))
		wantKind(t, err, errs.Invalid)
		in, codes, err := w.svc.Accept(t.Context(), peer, token, w.proofs(t, authn.InvitedPurpose(token)))
		if err != nil || in.User != newbie || len(codes) != 10 {
			t.Fatalf("%+v %v %v", in, codes, err)
		}
		_, _, err = w.svc.Accept(t.Context(), peer, token, w.proofs(t, authn.InvitedPurpose(token)))
		wantKind(t, err, errs.NotFound) // used
		access, err = w.svc.AccessOf(e.Actor())
		if err != nil || !access[newbie].Ready || !access[newbie].InvitedUntil.IsZero() {
			t.Errorf("%+v %v", access, err)
		}
		if _, err := w.svc.Password(t.Context(), peer, newbie.String()+"@example.com", goodPassword); err != nil {
			t.Error(err)
		}
	})
}

func TestInvitationEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		newbie := e.Staff("New Bie", authz.Therapist)
		token, _, err := w.svc.Invite(e.Actor(), newbie)
		if err != nil {
			t.Fatal(err)
		}
		for _, junk := range []string{"", "x", strings.Repeat("A", 64), token[:63] + flip(token[63]), token + "A"} {
			_, err := w.svc.Invitation(t.Context(), junk)
			wantKind(t, err, errs.NotFound)
		}
		w.setStaff(t, "active = false", newbie)
		_, err = w.svc.Invitation(t.Context(), token)
		wantKind(t, err, errs.NotFound)
		_, _, err = w.svc.Invite(e.Actor(), newbie)
		wantKind(t, err, errs.Conflict)
		w.setStaff(t, "active = true", newbie)
		w.Clock.Advance(72*time.Hour - time.Second)
		if _, err = w.svc.Invitation(t.Context(), token); err != nil {
			t.Error(err)
		}
		w.Clock.Advance(time.Second)
		_, err = w.svc.Invitation(t.Context(), token)
		wantKind(t, err, errs.NotFound)
	})
}

// An invitation for somebody who signs in already replaces all they had.
func TestInvitationReplacesEverything(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		b := newBrowser("192.0.2.7")
		w.mustSignIn(t, b)
		k := newKey()
		if err := w.register(t, b, k); err != nil {
			t.Fatal(err)
		}
		token, _, err := w.svc.Invite(w.system(), w.user)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := w.actor(t, b); !ok {
			t.Error("an invitation alone signs out")
		}
		n, err := w.svc.Invitation(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.svc.BeginRegistration(t.Context(), site, authn.InvitedPurpose(token), n.Newcomer)
		if err != nil {
			t.Fatal(err)
		}
		fresh := newKey()
		if _, _, err := w.svc.Accept(t.Context(), w.svc.Peer(b.request()), token, authn.Proofs{
			Site: site, PasskeyToken: c.Token, PasskeyResponse: fresh.create(t, c), PasskeyName: "New key",
		}); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := w.actor(t, b); ok {
			t.Error("the old session survived")
		}
		c = w.begin(t)
		_, err = w.svc.Passkey(t.Context(), authn.Peer{}, site, c.Token, k.get(t, c))
		wantKind(t, err, errs.Invalid)
		_, err = w.svc.Password(t.Context(), authn.Peer{}, w.email, goodPassword)
		wantKind(t, err, errs.Invalid)
		c = w.begin(t)
		if _, err = w.svc.Passkey(t.Context(), authn.Peer{}, site, c.Token, fresh.get(t, c)); err != nil {
			t.Error(err)
		}
	})
}

// newcomer is the owner of a practice that does not exist yet.
func newcomer() authn.Newcomer {
	return authn.Newcomer{Practice: id.New[id.Practice](), User: id.New[id.User](), Email: "owner" + id.New[id.User]().String() + "@example.com", Name: "First Owner"}
}

func create(n authn.Newcomer) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		loc := id.New[id.Location]()
		for _, s := range []struct {
			q    string
			args []any
		}{
			{`INSERT INTO practice (practice_id, name, created_at) VALUES ($1, 'First', $2)`, []any{n.Practice, tx.Now}},
			{`INSERT INTO location (practice_id, location_id, name, zone, created_at) VALUES ($1, $2, 'Main', 'UTC', $3)`, []any{n.Practice, loc, tx.Now}},
			{`INSERT INTO staff (practice_id, user_id, email, name, roles, location_id, created_at) VALUES ($1, $2, $3, $4, 'owner', $5, $6)`,
				[]any{n.Practice, n.User, n.Email, n.Name, loc, tx.Now}},
		} {
			if _, err := tx.ExecContext(ctx, s.q, s.args...); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "practice.create"})
	}
}

func TestSecondSetUpIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e, authn.Options{})
		if needed, err := w.svc.NeedsSetup(t.Context()); err != nil || needed {
			t.Errorf("%v %v", needed, err)
		}
		if code, err := w.svc.NewSetupCode(t.Context()); err != nil || code != "" {
			t.Errorf("%q %v", code, err)
		}
		_, err := w.svc.CheckSetupCode(t.Context(), authn.Peer{}, "ABC")
		wantKind(t, err, errs.NotFound)
		n := newcomer()
		_, _, err = w.svc.Found(t.Context(), authn.Peer{}, "x", n, w.proofs(t, authn.SetupPurpose), "", create(n))
		wantKind(t, err, errs.NotFound)
	})
}

// emptyEnv is an installation without a practice: the fresh one that dbtest
// makes is taken away again, which only SQLite's own file allows.
func emptyEnv(t *testing.T) *world {
	t.Helper()
	e := dbtest.NewSQLite(t)
	w := &world{Env: e, svc: authn.New(e.DB, e.Key, authn.Options{Params: authn.TestParams})}
	if err := e.DB.Write(w.system(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Audit(ctx, db.Event{Action: "test"}); err != nil {
			return err
		}
		for _, table := range []string{"audit_pending", "audit_entry", "staff", "location", "practice"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSetUp(t *testing.T) {
	w := emptyEnv(t)
	ctx, peer := t.Context(), w.svc.Peer(newBrowser("127.0.0.1").request())
	if needed, err := w.svc.NeedsSetup(ctx); err != nil || !needed {
		t.Fatalf("%v %v", needed, err)
	}
	old, err := w.svc.NewSetupCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	code, err := w.svc.NewSetupCode(ctx) // as after a restart
	if err != nil || len(strings.Split(code, "-")) != 8 {
		t.Fatalf("code %q, %v", code, err)
	}
	for _, bad := range []string{"", "x", old, code[:len(code)-1]} {
		_, err := w.svc.CheckSetupCode(ctx, peer, bad)
		wantKind(t, err, errs.Invalid)
	}
	ticket, err := w.svc.CheckSetupCode(ctx, peer, " "+strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	if err != nil {
		t.Fatal(err)
	}
	n := newcomer()
	_, _, err = w.svc.Found(ctx, peer, "junk", n, w.proofs(t, authn.SetupPurpose), "", create(n))
	wantKind(t, err, errs.Denied)
	weak := w.proofs(t, authn.SetupPurpose)
	weak.Password = "first-practice1"
	_, _, err = w.svc.Found(ctx, peer, ticket, n, weak, "First Practice", create(n))
	wantKind(t, err, errs.Invalid)

	// Two at once: one practice.
	var wg sync.WaitGroup
	errors := make(chan error, 2)
	for range 2 {
		n := newcomer()
		proofs := w.proofs(t, authn.SetupPurpose)
		wg.Go(func() {
			in, codes, err := w.svc.Found(ctx, peer, ticket, n, proofs, "First", create(n))
			if err == nil && (in.User != n.User || len(codes) != 10) {
				t.Errorf("%+v, %d codes", in, len(codes))
			}
			errors <- err
		})
	}
	wg.Wait()
	close(errors)
	done := 0
	for err := range errors {
		if err == nil {
			done++
		} else if !errs.Is(err, errs.NotFound) {
			t.Errorf("the loser gets %v", err)
		}
	}
	if done != 1 {
		t.Errorf("%d practices were founded", done)
	}
	if needed, err := w.svc.NeedsSetup(ctx); err != nil || needed {
		t.Errorf("%v %v", needed, err)
	}
	_, err = w.svc.CheckSetupCode(ctx, peer, code)
	wantKind(t, err, errs.NotFound)
}

func TestSetUpTicketEnds(t *testing.T) {
	w := emptyEnv(t)
	ctx := t.Context()
	code, err := w.svc.NewSetupCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := w.svc.CheckSetupCode(ctx, authn.Peer{}, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.svc.SetupTicket(ctx, ticket); err != nil {
		t.Error(err)
	}
	if _, err := w.svc.NewSetupCode(ctx); err != nil { // a restart
		t.Fatal(err)
	}
	wantKind(t, w.svc.SetupTicket(ctx, ticket), errs.Denied)
}

func TestSetUpCodeIsSlowedDown(t *testing.T) {
	w := emptyEnv(t)
	code, err := w.svc.NewSetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stranger := w.svc.Peer(newBrowser("203.0.113.4").request())
	for range 20 {
		_, _ = w.svc.CheckSetupCode(t.Context(), stranger, "wrong")
	}
	_, err = w.svc.CheckSetupCode(t.Context(), stranger, code)
	if authn.WaitOf(err) == 0 {
		t.Errorf("no wait: %v", err)
	}
	if _, err := w.svc.CheckSetupCode(t.Context(), w.svc.Peer(newBrowser("127.0.0.1").request()), code); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
}

// A founding that fails half way leaves nothing.
func TestSetUpIsWholeOrNothing(t *testing.T) {
	w := emptyEnv(t)
	code, err := w.svc.NewSetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := w.svc.CheckSetupCode(t.Context(), authn.Peer{}, code)
	if err != nil {
		t.Fatal(err)
	}
	n := newcomer()
	_, _, err = w.svc.Found(t.Context(), authn.Peer{}, ticket, n, w.proofs(t, authn.SetupPurpose), "", func(ctx context.Context, tx *db.Tx) error {
		if err := create(n)(ctx, tx); err != nil {
			return err
		}
		return errs.New(errs.Unavailable, "the light went out")
	})
	wantKind(t, err, errs.Unavailable)
	if needed, err := w.svc.NeedsSetup(t.Context()); err != nil || !needed {
		t.Errorf("%v %v", needed, err)
	}
	if _, _, err = w.svc.Found(t.Context(), authn.Peer{}, ticket, n, w.proofs(t, authn.SetupPurpose), "", create(n)); err != nil {
		t.Errorf("once more: %v", err)
	}
}
