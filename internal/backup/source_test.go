package backup_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // makes databases for these tests alone

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/backup"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// source is a database of its own: a snapshot covers a whole database, so these
// tests cannot share one as others do.
type source struct {
	t        *testing.T
	db       *db.DB
	log      *audit.Log
	key      seal.Key
	practice id.Practice
	user     id.User
}

// each runs fn with a fresh, empty database on each engine.
func each(t *testing.T, fn func(t *testing.T, s *source)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, open(t, filepath.Join(t.TempDir(), "source.db"))) })
	t.Run("postgres", func(t *testing.T) { fn(t, open(t, postgres(t))) })
}

func open(t *testing.T, url string) *source {
	t.Helper()
	s := &source{t: t, key: seal.NewKey()}
	d, err := db.Open(context.Background(), db.Options{URL: url, Key: s.key, Clock: clock.NewManual(dbtest.Start), Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	s.db, s.log = d, audit.New(d, s.key)
	return s
}

var databases atomic.Int64

// postgres makes an empty database and gives its address.
func postgres(t *testing.T) string {
	t.Helper()
	base := os.Getenv("SOAPSTONE_TEST_POSTGRES")
	if base == "" {
		if os.Getenv("SOAPSTONE_REQUIRE_POSTGRES") != "" {
			t.Fatal("PostgreSQL is not tested: set SOAPSTONE_TEST_POSTGRES")
		}
		t.Skip("PostgreSQL is not tested: set SOAPSTONE_TEST_POSTGRES")
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	name := fmt.Sprintf("soapstone_backup_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec("CREATE DATABASE " + name + " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", base)
		if err != nil {
			return
		}
		defer admin.Close()
		_, _ = admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
	})
	head, query, _ := strings.Cut(base, "?")
	if query != "" {
		query = "?" + query
	}
	return head[:strings.LastIndex(head, "/")+1] + name + query
}

func (s *source) actor() context.Context {
	return authz.With(context.Background(), authz.Actor{Practice: s.practice, User: s.user, Name: "Terry Tester", Roles: authz.Roles()})
}

// write runs SQL of a test in one audited transaction.
func (s *source) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.db.Write(s.actor(), s.practice, func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test"})
	})
}

func (s *source) exec(q string, args ...any) {
	s.t.Helper()
	if err := s.write(func(ctx context.Context, tx *db.Tx) error { _, err := tx.ExecContext(ctx, q, args...); return err }); err != nil {
		s.t.Fatal(err)
	}
}

func tablesOf(t *testing.T) (tables []backup.TableForTest, left map[string]bool) {
	t.Helper()
	tables, left, err := backup.SchemaForTest(1 << 30)
	if err != nil {
		t.Fatal(err)
	}
	return tables, left
}

// script is SQL that is run in one transaction.
type script []struct {
	q    string
	args []any
}

func (c *script) add(q string, args ...any) {
	*c = append(*c, struct {
		q    string
		args []any
	}{q, args})
}

func (c *script) run(s *source) {
	s.t.Helper()
	err := s.write(func(ctx context.Context, tx *db.Tx) error {
		for _, x := range *c {
			if _, err := tx.ExecContext(ctx, x.q, x.args...); err != nil {
				return fmt.Errorf("%s: %w", x.q, err)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	*c = nil
}

// fill puts rows into every table of the schema, whatever it holds, with real
// documents, files and seals among them.
func (s *source) fill() *source {
	s.t.Helper()
	tables, _ := tablesOf(s.t)
	rules := checks(s.t)
	const rows = 3
	keys := map[string][]map[string]any{} // table → row → column → value
	s.practice, s.user = id.New[id.Practice](), id.New[id.User]()
	var todo script
	for _, t := range tables {
		switch t.Name {
		case "audit_entry", "audit_pending", "audit_seal", "audit_sealed":
			continue // by their own package
		case "blob":
			todo.run(s)
			s.live()
			keys["blob"] = s.keys(`SELECT blob_id FROM blob ORDER BY blob_id`, "blob_id")
			continue
		case "document":
			keys["document"] = s.keys(`SELECT document_id FROM document ORDER BY document_id`, "document_id")
			continue
		}
		n := rows
		if len(t.Key) == 1 && t.Key[0] == "practice_id" {
			n = 1
		}
		for i := range n {
			values := s.row(t, i, keys, rules)
			if t.Name == "staff" && i == 0 {
				values["user_id"] = s.user.String()
			}
			var cols, marks []string
			var args []any
			for c, v := range values {
				cols, args = append(cols, c), append(args, v)
				marks = append(marks, fmt.Sprintf("$%d", len(args)))
			}
			todo.add("INSERT INTO "+t.Name+" ("+strings.Join(cols, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...)
			keys[t.Name] = append(keys[t.Name], values)
		}
		s.refersToLater(&todo, t, keys[t.Name])
	}
	todo.run(s)
	if err := s.log.SealAll(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// keys reads one column of all rows.
func (s *source) keys(q, column string) []map[string]any {
	s.t.Helper()
	var out []map[string]any
	err := s.db.Read(context.Background(), s.practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, q)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v id.Blob
			if err := rows.Scan(&v); err != nil {
				return err
			}
			out = append(out, map[string]any{column: v.String()})
		}
		return rows.Err()
	})
	if err != nil || len(out) == 0 {
		s.t.Fatal(q, err)
	}
	return out
}

// refersToLater makes the first row of a table refer to the last, where rows
// of the table can refer to each other: a chart merged into a newer one.
func (s *source) refersToLater(todo *script, t backup.TableForTest, rows []map[string]any) {
	for _, r := range t.Refers {
		if r.Table != t.Name {
			continue
		}
		last := len(r.Columns) - 1
		key := t.Key[len(t.Key)-1]
		todo.add("UPDATE "+t.Name+" SET "+r.Columns[last]+" = $2 WHERE practice_id = $1 AND "+key+" = $3",
			s.practice, rows[len(rows)-1][r.Targets[last]], rows[0][key])
	}
}

// row makes a row that the table takes: references lead to earlier rows of
// their tables, where there are any; every second row leaves out what may be
// left out.
func (s *source) row(t backup.TableForTest, i int, keys map[string][]map[string]any, rules map[string]any) map[string]any {
	out := map[string]any{}
	for _, c := range t.Columns {
		name, typ := c[0], c[1]
		switch v, ruled := rules[t.Name+"."+name]; {
		case name == "practice_id":
			out[name] = s.practice.String()
		case ruled:
			out[name] = v
		case typ == "uuid":
			out[name] = id.New[id.Blob]().String()
		case typ == "text":
			out[name] = fmt.Sprintf("%s %d “q” 'x' <&> \\ é ☕ \n\t %s", name, i, id.New[id.Blob]())
		case typ == "date":
			out[name] = fmt.Sprintf("20%02d-02-28", i)
		case typ == "timestamptz":
			out[name] = fmt.Sprintf("2026-03-1%d 15:00:00.12345%d+00", i, i)
			if s.db.Engine() == db.SQLite {
				out[name] = fmt.Sprintf("2026-03-1%dT15:00:00.12345%dZ", i, i)
			}
		case typ == "boolean":
			out[name] = i%2 == 0
		case typ == "bigint":
			out[name] = []int64{1 << 62, -7, 3}[i%3] + int64(i)
		case typ == "double precision":
			out[name] = []float64{0.1, -1e-300, 5}[i%3]
		case typ == "bytea":
			out[name] = [][]byte{{0, 1, 255, 254}, {}, []byte("x")}[i%3]
		}
	}
	for _, r := range t.Refers {
		for k, c := range r.Columns {
			if c == "practice_id" {
				continue
			}
			if r.Table == t.Name {
				delete(out, c) // see refersToLater
			} else if rows := keys[r.Table]; len(rows) > 0 {
				out[c] = rows[min(i, len(rows)-1)][r.Targets[k]]
			}
		}
	}
	return out
}

var checkLine = regexp.MustCompile(`(?m)^\s+([a-z_0-9]+) .*CHECK \([a-z_0-9]+ (?:IN \('([^']*)'|(?:BETWEEN|>=|>) ?(-?\d+))`)

// checks are values that columns with a CHECK take.
func checks(t *testing.T) map[string]any {
	t.Helper()
	files, err := db.Migrations(db.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?ms)^CREATE TABLE ([a-z_0-9]+) \((.*?)^\);`).FindAllStringSubmatch(string(b), -1) {
			for _, c := range checkLine.FindAllStringSubmatch(m[2], -1) {
				out[m[1]+"."+c[1]] = c[2]
				if c[3] != "" {
					n, err := strconv.ParseInt(c[3], 10, 64)
					if err != nil {
						t.Fatal(err)
					}
					out[m[1]+"."+c[1]] = n + 1
				}
			}
		}
	}
	return out
}

// live signs documents with addenda and stores files.
func (s *source) live() {
	s.t.Helper()
	docs, files := document.New(s.db, s.key), blob.New(s.db, s.key)
	p := id.New[id.Patient]()
	err := s.db.Write(s.actor(), s.practice, func(ctx context.Context, tx *db.Tx) error {
		first, err := docs.Append(ctx, tx, document.Draft{Patient: p, Kind: "note", Title: "Visit note", Subject: "v1", ServiceDate: civil.Of(2026, 3, 10), Format: "note/1", Body: []byte(`{"text":"Zzyzxopolous \u2028 é"}`)})
		if err != nil {
			return err
		}
		second, err := docs.Append(ctx, tx, document.Draft{Patient: p, Kind: "addendum", Refers: first.ID, Format: "addendum/1", Body: []byte(`{}`)})
		if err != nil {
			return err
		}
		if _, err := docs.Append(ctx, tx, document.Draft{Patient: p, Kind: "addendum", Refers: second.ID, Format: "addendum/1", Body: []byte(`{}`)}); err != nil {
			return err
		}
		for _, name := range []string{"scan.pdf", "card.png", "letter.pdf"} {
			if _, err := files.Put(ctx, tx, blob.File{Name: name, ContentType: "application/pdf", Bytes: []byte("%PDF Zzyzxopolous")}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *source) snapshot() (string, backup.Manifest) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "backups", "one"+backup.Ending)
	m, err := backup.Snapshot(context.Background(), s.db, s.key, path)
	if err != nil {
		s.t.Fatal(err)
	}
	return path, m
}

func (s *source) verify(earlier ...backup.Manifest) backup.Report {
	s.t.Helper()
	r, err := backup.Verify(context.Background(), s.db, s.key, earlier...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}
