package audit_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// open gives a log on a SQLite file of its own, for what has no *testing.T.
func open(tb testing.TB) (*db.DB, *audit.Log, context.Context) {
	tb.Helper()
	key := seal.NewKey()
	d, err := db.Open(context.Background(), db.Options{URL: filepath.Join(tb.TempDir(), "x.db"), Key: key, Clock: clock.NewManual(dbtest.Start)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	l := audit.New(d, key)
	p := id.New[id.Practice]()
	ctx := authz.With(context.Background(), authz.Actor{Practice: p, Name: "test", Roles: authz.Roles(), System: true})
	err = d.Write(ctx, p, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO practice (practice_id, name, created_at) VALUES ($1, 'x', $2)`, p, tx.Now); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test"})
	})
	if err != nil {
		tb.Fatal(err)
	}
	return d, l, ctx
}

func FuzzReportCursor(f *testing.F) {
	_, l, ctx := open(f)
	f.Add("e30", "time")
	f.Add("eyJzIjoicGVyc29uIiwidiI6IngiLCJpIjoiMDAwMDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIn0", "person")
	f.Fuzz(func(t *testing.T, after, by string) {
		_, err := l.Report(ctx, audit.Filter{After: after, Sort: audit.Sort(by)})
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q %q: %v", after, by, err)
		}
	})
}

// The two ways to record a read: all waiting readers in one commit, and each
// in its own. Compare them in one run:
//
//	go test -bench Read -benchtime 3s ./internal/audit
func BenchmarkReadsTogether(b *testing.B) {
	_, l, ctx := open(b)
	benchmarkReads(b, func() error { return l.Viewed(ctx, db.Event{Action: "patient.view", Kind: "patient"}) })
}

func BenchmarkReadsEachAlone(b *testing.B) {
	d, _, ctx := open(b)
	a, _ := authz.From(ctx)
	benchmarkReads(b, func() error {
		return d.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.Audit(ctx, db.Event{Action: "patient.view", Kind: "patient"})
		})
	})
}

func benchmarkReads(b *testing.B, read func() error) {
	for _, readers := range []int{1, 8, 32} {
		b.Run(map[int]string{1: "1reader", 8: "8readers", 32: "32readers"}[readers], func(b *testing.B) {
			var failed atomic.Int64
			b.SetParallelism(max(1, readers/2)) // times GOMAXPROCS, 2 on the machine where this was measured
			if readers == 1 {
				for b.Loop() {
					if read() != nil {
						failed.Add(1)
					}
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if read() != nil {
							failed.Add(1)
						}
					}
				})
			}
			if n := failed.Load(); n > 0 {
				b.Fatalf("%d reads failed", n)
			}
		})
	}
}

// BenchmarkSeal measures how fast waiting entries are put under seals.
func BenchmarkSeal(b *testing.B) {
	d, l, ctx := open(b)
	a, _ := authz.From(ctx)
	const n = 1000
	for b.Loop() {
		b.StopTimer()
		err := d.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
			for range n {
				if err := tx.Audit(ctx, db.Event{Action: "patient.view"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := l.Seal(ctx, a.Practice); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/entry")
}
