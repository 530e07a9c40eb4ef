package backup_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/backup"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

func TestTheSchemaIsReadAsTheDatabaseHasIt(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		tables, _ := tablesOf(t)
		var names []string
		err := s.db.Read(context.Background(), id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
			q := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
			if tx.Engine() == db.Postgres {
				q = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
			}
			for _, x := range tables {
				rows, err := tx.QueryContext(ctx, "SELECT * FROM "+x.Name+" WHERE 1 = 0")
				if err != nil {
					return err
				}
				got, err := rows.Columns()
				_ = rows.Close()
				if err != nil {
					return err
				}
				var want []string
				for _, c := range x.Columns {
					want = append(want, c[0])
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-parsed +there)\n%s", x.Name, diff)
				}
			}
			rows, err := tx.QueryContext(ctx, q)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var n string
				if err := rows.Scan(&n); err != nil {
					return err
				}
				if n != "schema_version" {
					names = append(names, n)
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		var parsed []string
		for _, x := range tables {
			parsed = append(parsed, x.Name)
		}
		slices.Sort(names)
		slices.Sort(parsed)
		if diff := cmp.Diff(names, parsed); diff != "" {
			t.Errorf("tables (-there +parsed)\n%s", diff)
		}
	})
}

// contents is what a snapshot says of each table, without what a restore adds.
func contents(m backup.Manifest) map[string][]backup.Part {
	out := map[string][]backup.Part{}
	for _, t := range m.Tables {
		if !strings.HasPrefix(t.Name, "audit_") {
			out[t.Name] = t.Parts
		}
	}
	return out
}

func TestEverythingComesBackOnEitherEngine(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		s.fill()
		path, m := s.snapshot()
		tables, left := tablesOf(t)
		for _, x := range tables {
			i := slices.IndexFunc(m.Tables, func(y backup.Table) bool { return y.Name == x.Name })
			switch {
			case left[x.Name] != (i < 0):
				t.Errorf("table %s: left out %v", x.Name, i < 0)
			case i >= 0 && m.Tables[i].Rows == 0 && x.Name != "audit_pending":
				t.Errorf("table %s was tested empty", x.Name)
			}
		}
		t.Run("into sqlite", func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "restored")
			got, r, err := backup.Restore(context.Background(), path, s.key, dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m, got); diff != "" {
				t.Errorf("manifest (-written +read)\n%s", diff)
			}
			if !r.OK() || len(r.Practices) != 1 || r.Practices[0].Documents.Documents() != 3 || r.Practices[0].Files.Files != 3 || r.References < 10 {
				t.Errorf("report: %v\n%+v", r.Faults(), r)
			}
			again := &source{t: t, key: s.key, db: reopen(t, filepath.Join(dir, backup.DatabaseFile), s.key)}
			sameContents(t, m, again)
			if n := again.count(`SELECT count(*) FROM audit_entry WHERE action = 'backup.restore'`); n != 1 {
				t.Errorf("the restore was recorded %d times", n)
			}
		})
		t.Run("into postgres", func(t *testing.T) {
			d := reopen(t, postgres(t), s.key)
			_, r, err := backup.RestoreDatabase(context.Background(), path, s.key, d)
			if err != nil || !r.OK() {
				t.Fatal(err, r.Faults())
			}
			sameContents(t, m, &source{t: t, key: s.key, db: d})
			if _, _, err := backup.RestoreDatabase(context.Background(), path, s.key, d); err == nil || !strings.Contains(err.Error(), "not empty") {
				t.Errorf("a second restore into it: %v", err)
			}
		})
	})
}

func reopen(t *testing.T, url string, key seal.Key) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Options{URL: url, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func (s *source) count(q string) (n int64) {
	s.t.Helper()
	err := s.db.Read(context.Background(), s.practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, q).Scan(&n)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func sameContents(t *testing.T, want backup.Manifest, s *source) {
	t.Helper()
	_, got := s.snapshot()
	if diff := cmp.Diff(contents(want), contents(got)); diff != "" {
		t.Errorf("a snapshot of the restored practice (-want +got)\n%s", diff)
	}
}

func TestASnapshotIsForItsOwnerAlone(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	path, _ := s.snapshot()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("Zzyzx")) || bytes.Contains(b, []byte("manifest")) || !bytes.HasPrefix(b, []byte("age-encryption.org/v1\n")) {
		t.Error("the file can be read without the key, or is not an age file")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left beside it: %v, %v", left, err)
	}
	if _, err := backup.Snapshot(context.Background(), s.db, s.key, path); err == nil {
		t.Error("an existing file was overwritten")
	}
	again, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(again, b) {
		t.Error("an existing file was changed")
	}
	dir := filepath.Join(t.TempDir(), "x")
	if _, _, err := backup.Restore(context.Background(), path, seal.NewKey(), dir); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("with another key: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a failed restore left its folder")
	}
}

func TestASnapshotIsOneInstant(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		s.fill()
		stop, stopped := make(chan struct{}), make(chan error, 1)
		go func() {
			for {
				select {
				case <-stop:
					stopped <- nil
					return
				default:
				}
				if err := s.write(func(context.Context, *db.Tx) error { return nil }); err != nil {
					stopped <- err
					return
				}
			}
		}()
		_, m := s.snapshot() // compares counts and heads of its own restore
		close(stop)
		if err := <-stopped; err != nil {
			t.Fatal(err)
		}
		rows := map[string]int64{}
		for _, x := range m.Tables {
			rows[x.Name] = x.Rows
		}
		if rows["audit_entry"] != rows["audit_pending"]+rows["audit_sealed"] || m.Practices[0].Entries != rows["audit_entry"] {
			t.Errorf("torn: %v", rows)
		}
	})
}

func TestRestoreWantsAnEmptyFolder(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	path, _ := s.snapshot()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := backup.Restore(context.Background(), path, s.key, dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x")); err != nil {
		t.Error("what was in the folder is gone")
	}
	if _, r, err := backup.Restore(context.Background(), path, s.key, t.TempDir()); err != nil || !r.OK() {
		t.Errorf("into an existing, empty folder: %v %v", err, r.Faults())
	}
}

func TestAnOlderSchemaIsRestoredIntoTheNewest(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	for _, version := range []int64{1, 3, 5} {
		path := filepath.Join(t.TempDir(), "old"+backup.Ending)
		if _, err := backup.WriteArchive(context.Background(), s.db, s.key, path, version); err != nil {
			t.Fatal(err)
		}
		_, r, err := backup.Restore(context.Background(), path, s.key, filepath.Join(t.TempDir(), "x"))
		if err != nil || !r.OK() && version == 5 { // before that, the log speaks of documents that are not there
			t.Errorf("schema %d: %v %v", version, err, r.Faults())
		}
	}
}

func TestTheSnapshotBeforeAMigration(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	dir := filepath.Join(t.TempDir(), "backups")
	if err := backup.Before(s.key, dir)(context.Background(), s.db, 17); err != nil {
		t.Fatal(err)
	}
	list, err := backup.List(dir)
	if err != nil || len(list) != 1 || filepath.Base(list[0].Path) != "before-schema-17-20260310-150000.soapstone" || list[0].Size == 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	if got, err := backup.List(filepath.Join(dir, "none")); err != nil || len(got) != 0 {
		t.Errorf("no folder: %v, %v", got, err)
	}
	for i, name := range []string{"b.soapstone", "a.soapstone", "c.soapstone.part", "d.txt"} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := dbtest.Start.Add(time.Duration(i) * time.Hour)
		if err := os.Chtimes(p, at, at); err != nil {
			t.Fatal(err)
		}
	}
	got, err := backup.List(dir)
	if err != nil || len(got) != 2 || filepath.Base(got[0].Path) != "a.soapstone" || !got[0].At.Equal(dbtest.Start.Add(time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
	if n := backup.Name(dbtest.Start); n != "soapstone-20260310-150000.soapstone" {
		t.Errorf("name %q", n)
	}
}

func TestTextThatIsNotUTF8IsKept(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill() // PostgreSQL cannot hold it
	s.exec(`UPDATE practice SET phone = CAST(x'41FF42' AS TEXT)`)
	path, _ := s.snapshot()
	dir := filepath.Join(t.TempDir(), "x")
	if _, _, err := backup.Restore(context.Background(), path, s.key, dir); err != nil {
		t.Fatal(err)
	}
	d := reopen(t, filepath.Join(dir, backup.DatabaseFile), s.key)
	if n := (&source{t: t, db: d}).count(`SELECT count(*) FROM practice WHERE phone = CAST(x'41FF42' AS TEXT)`); n != 1 {
		t.Error("the bytes came back changed")
	}
}
