package ledger_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
	"soapstone/internal/patient"
)

type world struct {
	*dbtest.Env
	t        *testing.T
	patients *patient.Service
	svc      *ledger.Service
	dana     id.Patient
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	w := &world{Env: e, t: t, patients: patient.New(e.DB, e.Log)}
	w.svc = ledger.New(w.patients)
	w.dana = w.register("Dana", 1984)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) register(first string, year int) id.Patient {
	w.t.Helper()
	p, err := w.patients.Register(w.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: "Okafor", BirthDate: civil.Of(year, 3, 2), Sex: patient.Female}})
	w.must(err)
	return p
}

func (w *world) post(ctx context.Context, e ledger.Entry) (out ledger.Entry, err error) {
	err = w.DB.Write(ctx, w.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = w.svc.PostTx(ctx, tx, e)
		return err
	})
	return out, err
}

func (w *world) reverse(ctx context.Context, e id.Entry) error {
	return w.DB.Write(ctx, w.Practice, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.svc.ReverseTx(ctx, tx, e, "typed twice", today)
		return err
	})
}

func (w *world) balance(p id.Patient) (b ledger.Balance) {
	w.t.Helper()
	w.must(w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		b, err = w.svc.BalanceTx(ctx, tx, p)
		return err
	}))
	return b
}

func (w *world) statement(p id.Patient, from ledger.Cursor) (s ledger.Statement) {
	w.t.Helper()
	w.must(w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = w.svc.StatementTx(ctx, tx, p, from)
		return err
	}))
	return s
}

func (w *world) verify() (v ledger.Verification) {
	w.t.Helper()
	w.must(w.DB.Read(context.Background(), w.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = ledger.VerifyTx(ctx, tx)
		return err
	}))
	return v
}

func TestBooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		ctx := e.Actor(authz.FrontDesk)
		c := charge(w.dana, 50_00, 50_00)
		c.Memo = "Visit 10 Mar 2026"
		posted, err := w.post(ctx, c)
		w.must(err)
		if posted.ID.IsZero() || posted.By != e.User || !posted.At.Equal(e.Clock.Now()) {
			t.Errorf("posted %+v", posted)
		}
		pay, err := w.post(ctx, paid(w.dana, 70_00))
		w.must(err)
		if got := w.balance(w.dana); got.Net() != -20_00 || got.Credit() != 20_00 || got.Owed() != 0 {
			t.Errorf("balance %+v", got)
		}
		w.must(e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
			b, err := w.svc.SettleTx(ctx, tx, w.dana, today)
			if b != (ledger.Balance{Unapplied: -20_00}) {
				t.Errorf("settled %+v", b)
			}
			return err
		}))
		w.must(w.reverse(ctx, pay.ID))
		if err := w.reverse(ctx, pay.ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("reversed twice: %v", err)
		}
		s := w.statement(w.dana, ledger.Cursor{})
		if len(s.Rows) != 3 || s.Rows[0].Kind != ledger.Reversal || s.Rows[0].After != 50_00 || s.Rows[1].After != -20_00 || !s.Rows[1].Reversed ||
			s.Rows[2].After != 50_00 || s.Rows[2].Memo != "Visit 10 Mar 2026" || s.Rows[2].ByName != "Terry Tester" {
			t.Errorf("statement %+v", s)
		}
		if err := w.reverse(ctx, s.Rows[0].ID); !errs.Is(err, errs.Conflict) {
			t.Errorf("a reversal was reversed: %v", err)
		}
		if v := w.verify(); v.Entries != 4 || len(v.Faults) != 0 {
			t.Errorf("verification %+v", v)
		}
	})
}

func TestBooksRefuse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		off := charge(w.dana, 50_00, 50_00)
		off.Postings[0].Amount++
		if _, err := w.post(e.Actor(), off); err == nil {
			t.Error("an entry that does not balance was posted")
		}
		nobody := authz.With(context.Background(), authz.Actor{Practice: e.Practice})
		if _, err := w.post(nobody, charge(w.dana, 1, 1)); !errs.Is(err, errs.Denied) {
			t.Errorf("posted without a role: %v", err)
		}
		posted, err := w.post(e.Actor(), charge(w.dana, 50_00, 50_00))
		w.must(err)
		other := newWorld(t, e.Other())
		if err := other.reverse(other.Actor(), posted.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice reversed: %v", err)
		}
		if _, err := other.post(other.Actor(), charge(w.dana, 1, 1)); !errs.Is(db.Classify(err), errs.NotFound) {
			t.Errorf("another practice posted: %v", err)
		}
		if got := other.balance(w.dana); got != (ledger.Balance{}) {
			t.Errorf("another practice sees %+v", got)
		}
	})
}

func TestStatementGoesOnPageByPage(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	w.must(e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		for i := range ledger.PageSize + 7 {
			if _, err := w.svc.PostTx(ctx, tx, charge(w.dana, money.Cents(i+1), money.Cents(i+1))); err != nil {
				return err
			}
		}
		return nil
	}))
	one := w.statement(w.dana, ledger.Cursor{})
	two := w.statement(w.dana, one.Next)
	if len(one.Rows) != ledger.PageSize || len(two.Rows) != 7 || !two.Next.At.IsZero() {
		t.Fatalf("%d and %d rows", len(one.Rows), len(two.Rows))
	}
	balance := one.Balance.Net()
	for _, r := range slices.Concat(one.Rows, two.Rows) {
		if r.After != balance {
			t.Fatalf("after %s the balance is %s, want %s", r.Effect, r.After, balance)
		}
		balance -= r.Effect
	}
	if balance != 0 {
		t.Errorf("the account begins with %s", balance)
	}
}

// Records that were merged are one account.
func TestMergedRecordsAreOneAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		twin := w.register("Diana", 1985)
		for _, p := range []id.Patient{w.dana, twin} {
			_, err := w.post(e.Actor(), charge(p, 10_00, 10_00))
			w.must(err)
		}
		rec, err := w.patients.Get(e.Actor(), twin)
		w.must(err)
		keep, err := w.patients.Get(e.Actor(), w.dana)
		w.must(err)
		w.must(w.patients.Merge(e.Actor(), patient.MergeInput{Survivor: w.dana, Duplicate: twin, SurvivorVersion: keep.Version, DuplicateVersion: rec.Version, Reason: "same person"}))
		if got := w.balance(w.dana); got.Receivable != 20_00 {
			t.Errorf("balance %+v", got)
		}
		if s := w.statement(w.dana, ledger.Cursor{}); len(s.Rows) != 2 || s.Rows[0].After != 20_00 {
			t.Errorf("statement %+v", s)
		}
	})
}

// Of many who reverse one entry at once, one succeeds, and no posting is lost.
func TestAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		c, err := w.post(e.Actor(), charge(w.dana, 100_00, 100_00))
		w.must(err)
		const n = 6
		var wg sync.WaitGroup
		reversals, payments := make([]error, n), make([]error, n)
		for i := range n {
			wg.Go(func() { reversals[i] = w.reverse(e.Actor(), c.ID) })
			wg.Go(func() { _, payments[i] = w.post(e.Actor(), paid(w.dana, 1_00)) })
		}
		wg.Wait()
		done := 0
		for i := range n {
			w.must(payments[i])
			switch {
			case reversals[i] == nil:
				done++
			case !errs.Is(reversals[i], errs.Conflict):
				t.Errorf("reversal: %v", reversals[i])
			}
		}
		if got := w.balance(w.dana); done != 1 || got.Net() != -n*1_00 {
			t.Errorf("%d reversals, balance %+v", done, got)
		}
		if v := w.verify(); len(v.Faults) != 0 {
			t.Errorf("verification %+v", v)
		}
	})
}

func TestVerificationFindsWhatWasTamperedWith(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	c, err := w.post(e.Actor(), charge(w.dana, 100_00, 100_00))
	w.must(err)
	w.must(w.reverse(e.Actor(), c.ID))
	for _, bad := range []struct{ sql, want string }{
		{"UPDATE ledger_posting SET amount_cents = amount_cents + 1 WHERE practice_id = $1 AND entry_id = $2 AND nth = 1", "do not sum to zero"},
		{"UPDATE ledger_posting SET amount_cents = CASE WHEN nth = 1 THEN -9000 ELSE 9000 END WHERE practice_id = $1 AND entry_id = $2", "not the opposite"},
	} {
		w.must(e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, bad.sql, e.Practice, c.ID); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test.tamper"})
		}))
		if v := w.verify(); !strings.Contains(strings.Join(v.Faults, "\n"), bad.want) {
			t.Errorf("%s: %q", bad.want, v.Faults)
		}
	}
}
