package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

func rename(ctx context.Context, tx *db.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `UPDATE practice SET name = $2 WHERE practice_id = $1`, tx.Practice, name)
	return err
}

func name(t *testing.T, e *dbtest.Env) string {
	t.Helper()
	var s string
	err := e.DB.Read(context.Background(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT name FROM practice WHERE practice_id = $1`, tx.Practice).Scan(&s)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWriteKeepsOnlyWhatWasAudited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		ctx := e.Actor()
		err := e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error { return rename(ctx, tx, "Unaudited") })
		if err == nil {
			t.Fatal("an unaudited write was committed")
		}
		if got := name(t, e); got != "Test Practice" {
			t.Fatalf("name = %q after a refused write", got)
		}
		err = e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if err := rename(ctx, tx, "Audited"); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := name(t, e); got != "Audited" {
			t.Fatalf("name = %q", got)
		}
	})
}

func TestWriteUndoesEverythingOnError(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		boom := errors.New("boom")
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if err := rename(ctx, tx, "Half"); err != nil {
				return err
			}
			if err := tx.Audit(ctx, db.Event{Action: "test"}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("err = %v", err)
		}
		if got := name(t, e); got != "Test Practice" {
			t.Fatalf("name = %q", got)
		}
	})
}

func TestReadSeesOneSnapshotAndKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			before := ""
			if err := tx.QueryRowContext(ctx, `SELECT name FROM practice WHERE practice_id = $1`, tx.Practice).Scan(&before); err != nil {
				return err
			}
			if err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, w *db.Tx) error {
				if err := rename(ctx, w, "Later"); err != nil {
					return err
				}
				return w.Audit(ctx, db.Event{Action: "test"})
			}); err != nil {
				return err
			}
			after := ""
			if err := tx.QueryRowContext(ctx, `SELECT name FROM practice WHERE practice_id = $1`, tx.Practice).Scan(&after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("the snapshot moved from %q to %q", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestMaintainRefusesOtherTables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		err := e.DB.Maintain(e.Actor(), func(ctx context.Context, tx *db.Tx) error {
			tx.Practice = e.Practice
			return rename(ctx, tx, "Sneaked")
		})
		if err == nil || !strings.Contains(err.Error(), "table practice") {
			t.Fatalf("err = %v", err)
		}
	})
}

func TestConcurrentWritersAllCommitOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		const n = 40
		var wg sync.WaitGroup
		fail := make(chan error, n)
		for range n {
			wg.Go(func() {
				fail <- e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
					var v int64
					if err := tx.QueryRowContext(ctx, `SELECT version FROM practice WHERE practice_id = $1`, tx.Practice).Scan(&v); err != nil {
						return err
					}
					if _, err := tx.ExecContext(ctx, `UPDATE practice SET version = $2 WHERE practice_id = $1`, tx.Practice, v+1); err != nil {
						return err
					}
					return tx.Audit(ctx, db.Event{Action: "test"})
				})
			})
		}
		wg.Wait()
		close(fail)
		for err := range fail {
			if err != nil {
				t.Error(err)
			}
		}
		var v int64
		if err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT version FROM practice WHERE practice_id = $1`, tx.Practice).Scan(&v)
		}); err != nil {
			t.Fatal(err)
		}
		if v != 1+n {
			t.Errorf("version = %d, want %d: a write was lost or doubled", v, 1+n)
		}
	})
}

func TestValuesComeBackAsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		at := db.At(time.Date(2026, 11, 1, 6, 30, 0, 123456789, time.UTC))
		day := civil.Of(2028, 2, 29)
		u := id.New[id.User]()
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			// Arguments out of order: SQLite would bind $n by appearance.
			_, err := tx.ExecContext(ctx, `INSERT INTO staff (user_id, practice_id, email, name, roles, license_expires, location_id, created_at, active)
				VALUES ($3, $1, $2, 'N$1 ''q''', 'owner', $4, $5, $6, $7)`, e.Practice, u.String(), u, day, e.Location, at, false)
			if err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test"})
		})
		if err != nil {
			t.Fatal(err)
		}
		var gotDay civil.Date
		var gotAt db.Time
		var gotUser id.User
		var gotName string
		var active bool
		err = e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT user_id, name, license_expires, created_at, active FROM staff WHERE practice_id = $1 AND user_id = $2`,
				e.Practice, u).Scan(&gotUser, &gotName, &gotDay, &gotAt, &active)
		})
		if err != nil {
			t.Fatal(err)
		}
		if gotUser != u || gotDay != day || !gotAt.Equal(at.Time) || gotName != "N$1 'q'" || active {
			t.Errorf("got %v %v %v %q %v", gotUser, gotDay, gotAt, gotName, active)
		}
	})
}

func TestErrorsAreKnownByCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		try := func(q string, args ...any) error {
			return e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, q, args...); err != nil {
					return err
				}
				return tx.Audit(ctx, db.Event{Action: "test"})
			})
		}
		err := try(`INSERT INTO practice (practice_id, name, created_at) VALUES ($1, 'x', $2)`, e.Practice, db.At(e.Clock.Now()))
		if !db.IsUnique(err) || !errs.Is(db.Classify(err), errs.Conflict) {
			t.Errorf("duplicate key: %v", err)
		}
		err = try(`INSERT INTO location (practice_id, location_id, name, zone, created_at) VALUES ($1, $2, 'x', 'UTC', $3)`,
			id.New[id.Practice](), id.New[id.Location](), db.At(e.Clock.Now()))
		if !db.IsForeignKey(err) || !errs.Is(db.Classify(err), errs.NotFound) {
			t.Errorf("foreign key: %v", err)
		}
		err = try(`INSERT INTO practice (practice_id, name, created_at) VALUES ($1, NULL, $2)`, id.New[id.Practice](), db.At(e.Clock.Now()))
		if !db.IsCheck(err) {
			t.Errorf("not null: %v", err)
		}
	})
}

func TestSQLiteFileIsUnreadableWithoutItsKey(t *testing.T) {
	e := dbtest.NewSQLite(t)
	const canary = "Zzyzxopolous"
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := rename(ctx, tx, canary); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(e.DB.Path()), "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files: %v %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), canary) || strings.Contains(string(b), "SQLite format 3") {
			t.Errorf("%s holds plain text", filepath.Base(f))
		}
	}
	other := filepath.Join(t.TempDir(), "copy.db")
	if err := e.DB.CopyTo(t.Context(), other, e.Key); err != nil {
		t.Fatal(err)
	}
	if d, err := db.Open(t.Context(), db.Options{URL: other, Key: seal.NewKey()}); err == nil {
		_ = d.Close()
		t.Fatal("opened with a wrong key")
	}
	d, err := db.Open(t.Context(), db.Options{URL: other, Key: e.Key})
	if err != nil {
		t.Fatalf("the copy cannot be opened with its key: %v", err)
	}
	defer d.Close()
	if b, err := os.ReadFile(other); err != nil || strings.Contains(string(b), canary) {
		t.Errorf("the copy holds plain text (%v)", err)
	}
}

func TestSQLiteNoticesEveryFlippedBit(t *testing.T) {
	e := dbtest.NewSQLite(t)
	path := filepath.Join(t.TempDir(), "flip.db")
	if err := e.DB.CopyTo(t.Context(), path, e.Key); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	const flips = 40
	for i := range flips {
		b := append([]byte(nil), whole...)
		at := (i*7919 + 4096) % len(b)
		b[at] ^= 1 << (i % 8)
		p := filepath.Join(t.TempDir(), "x.db")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if scan(t, p, e.Key) != nil {
			found++
		} else {
			t.Logf("flip at byte %d not found", at)
		}
	}
	if found != flips {
		t.Errorf("found %d of %d flipped bits", found, flips)
	}
}

func scan(t *testing.T, path string, key seal.Key) error {
	d, err := db.Open(t.Context(), db.Options{URL: path, Key: key, Readers: 1})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.CheckPages(t.Context())
}

func TestRefusesSchemaOfTheFuture(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		if e.DB.Engine() == db.Postgres {
			t.Skip("the PostgreSQL database is shared by this package's tests; the check is the same code")
		}
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test"})
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.Open(t.Context(), db.Options{URL: e.DB.Path(), Key: e.Key})
		if err == nil || !strings.Contains(err.Error(), "newer version") {
			t.Fatalf("err = %v", err)
		}
	})
}

func TestBulkFileAppearsWhole(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "bulk.db"), seal.NewKey()
	d, err := db.Open(t.Context(), db.Options{URL: path, Key: key, Bulk: true})
	if err != nil {
		t.Fatal(err)
	}
	d.SetAuditor(func(context.Context, *db.Tx, db.Event) error { return nil })
	practice := id.New[id.Practice]()
	err = d.Write(t.Context(), practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO practice (practice_id, name, created_at) VALUES ($1, 'Zzyzx', $2)`, practice, tx.Now); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a half-built file lies about")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || strings.Contains(string(b), "Zzyzx") {
		t.Fatalf("missing or in the clear: %v", err)
	}
	if d, err = db.Open(t.Context(), db.Options{URL: path, Key: key}); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var name string
	err = d.Read(t.Context(), practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT name FROM practice WHERE practice_id = $1`, practice).Scan(&name)
	})
	if err != nil || name != "Zzyzx" {
		t.Errorf("%q %v", name, err)
	}
	if err := d.CheckPages(t.Context()); err != nil {
		t.Error(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)/2] ^= 1
	flipped := filepath.Join(t.TempDir(), "flipped.db")
	if err := os.WriteFile(flipped, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if scan(t, flipped, key) == nil {
		t.Error("the file has no page checksums")
	}
}
