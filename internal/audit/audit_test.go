package audit_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// write makes n entries in n transactions.
func write(t *testing.T, e *dbtest.Env, n int, ev db.Event) {
	t.Helper()
	for range n {
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error { return tx.Audit(ctx, ev) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

func sealed(t *testing.T, e *dbtest.Env) audit.Head {
	t.Helper()
	if err := e.Log.Seal(context.Background(), e.Practice); err != nil {
		t.Fatal(err)
	}
	h, err := e.Log.Head(context.Background(), e.Practice)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func verify(t *testing.T, e *dbtest.Env, known ...audit.Head) audit.Verification {
	t.Helper()
	v, err := e.Log.Verify(context.Background(), e.Practice, known...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func report(t *testing.T, e *dbtest.Env, f audit.Filter) []audit.Entry {
	t.Helper()
	p, err := e.Log.Report(e.Actor(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p.Entries
}

func TestAnEntrySaysWhoDidWhatWhenAndFromWhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		write(t, e, 1, db.Event{Action: "referral.register", Patient: p, Kind: "referral", Subject: "r1", Detail: "2 diagnoses"})
		got := report(t, e, audit.Filter{Action: "referral.register"})
		if len(got) != 1 {
			t.Fatalf("entries = %+v", got)
		}
		g := got[0]
		if g.User != e.User || g.Actor != "Terry Tester" || g.Address != "192.0.2.1" || g.Patient != p || g.Kind != "referral" ||
			g.Subject != "r1" || g.Detail != "2 diagnoses" || !g.At.Equal(dbtest.Start) || g.Seal != 0 {
			t.Errorf("entry = %+v", g)
		}
		h := sealed(t, e)
		if g := report(t, e, audit.Filter{Action: "referral.register"})[0]; g.Seal != h.Seq || h.Seq == 0 {
			t.Errorf("under seal %d, want %d", g.Seal, h.Seq)
		}
	})
}

func TestTextFromOutsideCannotBreakAnEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		ctx := authz.With(context.Background(), authz.Actor{Practice: e.Practice, User: e.User, Name: "a\x00b\xff", Address: strings.Repeat("9", 500)})
		err := e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.Audit(ctx, db.Event{Action: "test.text", Detail: "line\none " + strings.Repeat("x", 1000)})
		})
		if err != nil {
			t.Fatal(err)
		}
		g := report(t, e, audit.Filter{Action: "test.text"})[0]
		if g.Actor != "a b?" || len([]rune(g.Address)) != 60 || len([]rune(g.Detail)) != 500 || strings.Contains(g.Detail, "\n") {
			t.Errorf("entry = %+v", g)
		}
		if v := verify(t, e); len(v.Faults) != 0 {
			t.Errorf("faults = %v", v.Faults)
		}
	})
}

func TestSealsCoverEverythingOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		write(t, e, 3, db.Event{Action: "test"})
		before := verify(t, e)
		if before.Seals != 0 || before.Unsealed != before.Entries+5 || !before.WaitsSince.Equal(dbtest.Start) {
			t.Errorf("before: %+v", before) // the practice and its staff were two entries
		}
		one := sealed(t, e)
		again := sealed(t, e)
		if one.Seq != 1 || again != one {
			t.Errorf("heads %v and %v: sealing nothing made a seal", one, again)
		}
		write(t, e, 2, db.Event{Action: "test"})
		two := sealed(t, e)
		v := verify(t, e, one, two)
		if v.Seals != 2 || v.Entries != 7 || v.Unsealed != 0 || len(v.Faults) != 0 || v.Head != two || !v.WaitsSince.IsZero() {
			t.Errorf("after: %+v", v)
		}
	})
}

func TestSealersAtOnceMakeOneChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		// Each log stands for a process: their locks do not know each other.
		logs := []*audit.Log{e.Log, audit.New(e.DB, e.Key), audit.New(e.DB, e.Key), audit.New(e.DB, e.Key)}
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { write(t, e, 5, db.Event{Action: "test"}) })
		}
		fail := make(chan error, 40)
		for _, l := range logs {
			wg.Go(func() {
				for range 10 {
					fail <- l.Seal(context.Background(), e.Practice)
				}
			})
		}
		wg.Wait()
		close(fail)
		for err := range fail {
			if err != nil {
				t.Error(err)
			}
		}
		sealed(t, e)
		if v := verify(t, e); v.Entries != 32 || v.Unsealed != 0 || len(v.Faults) != 0 {
			t.Errorf("%+v", v)
		}
	})
}

func TestALongQueueIsSealedInPieces(t *testing.T) {
	e := dbtest.NewSQLite(t)
	const n = 5003
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		for range n {
			if err := tx.Audit(ctx, db.Event{Action: "test"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if h := sealed(t, e); h.Seq != 2 {
		t.Errorf("head = %v, want two seals", h)
	}
	if v := verify(t, e); v.Entries != n+2 || len(v.Faults) != 0 {
		t.Errorf("%+v", v)
	}
}

func TestSealAllReachesEveryPractice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		o := e.Other()
		if err := e.Log.SealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, x := range []*dbtest.Env{e, o} {
			if v := verify(t, x); v.Seals != 1 || v.Unsealed != 0 || len(v.Faults) != 0 {
				t.Errorf("%+v", v)
			}
		}
	})
}

func TestWaitSealedCoversWhatWasCommittedBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		write(t, e, 1, db.Event{Action: "note.sign"})
		if err := e.Log.WaitSealed(context.Background(), e.Practice); err != nil {
			t.Fatal(err)
		}
		if g := report(t, e, audit.Filter{Action: "note.sign"}); g[0].Seal == 0 {
			t.Error("not sealed")
		}
		if err := e.Log.WaitSealed(cancelled(context.Background()), e.Practice); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
}

func TestRunSealsUntilItIsStopped(t *testing.T) {
	e := dbtest.NewSQLite(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	e.Log.Run(ctx, slog.New(slog.DiscardHandler)) // returns: the test ends
}

func TestHeadAsText(t *testing.T) {
	mac := strings.Repeat("0123456789abcdef", 4)
	h := audit.Head{Seq: 42, MAC: mac}
	got, err := audit.ParseHead(h.String())
	if err != nil || got != h || h.String() != "42-"+mac {
		t.Errorf("got %v, %v", got, err)
	}
	if (audit.Head{}).String() != "" {
		t.Error("no head has a text")
	}
	for _, s := range []string{"", "42", "0-" + mac, "-1-" + mac, "42-" + mac[1:], "42-" + strings.ToUpper(mac), "9999999999999999999-" + mac, "42-" + mac + "\n"} {
		if _, err := audit.ParseHead(s); !errs.Is(err, errs.Invalid) {
			t.Errorf("ParseHead(%q): %v", s, err)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add("42-" + strings.Repeat("0f", 32))
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := audit.ParseHead(s); err == nil && h.String() != s {
			t.Errorf("%q became %q", s, h)
		}
	})
}
