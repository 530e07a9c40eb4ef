// Package dbtest gives tests a real, migrated database on each engine: SQLite
// always, PostgreSQL when SOAPSTONE_TEST_POSTGRES names a server. The schema is
// built once per test binary (a file to copy, a template database); each call of
// Each then gets a practice of its own, so tests never see each other's rows.
//
// It refuses to skip silently: without PostgreSQL the sub-test says so, and
// with SOAPSTONE_REQUIRE_POSTGRES=1 that is a failure.
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// Start is the instant at which every test's clock stands: a Tuesday, 10:00 in Chicago.
var Start = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

// Zone is the zone of every test practice.
const Zone = "America/Chicago"

// Env is one practice on one database.
type Env struct {
	DB       *db.DB
	Log      *audit.Log
	Clock    *clock.Manual
	Key      seal.Key
	Practice id.Practice
	Location id.Location
	User     id.User // a member of staff with every role
	t        *testing.T
}

// Each runs fn once per engine.
func Each(t *testing.T, fn func(t *testing.T, e *Env)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, NewSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, NewPostgres(t)) })
}

var (
	testKey  = seal.Key{1, 2, 3, 4, 5, 6, 7, 8, 9}
	template struct {
		once sync.Once
		path string
		err  error
	}
)

// NewSQLite is a fresh practice in a fresh SQLite file.
func NewSQLite(t *testing.T) *Env {
	t.Helper()
	template.once.Do(func() {
		dir, err := os.MkdirTemp("", "soapstone-dbtest")
		if err != nil {
			template.err = err
			return
		}
		p := filepath.Join(dir, "template.db")
		d, err := db.Open(context.Background(), db.Options{URL: p, Key: testKey, Readers: 1})
		if err == nil {
			err = d.Close()
		}
		template.path, template.err = p, err
	})
	if template.err != nil {
		t.Fatalf("dbtest: %v", template.err)
	}
	path := filepath.Join(t.TempDir(), "soapstone.db")
	b, err := os.ReadFile(template.path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// NewPostgres is a fresh practice in this test binary's PostgreSQL database.
// It skips, with the reason, when no server is named.
func NewPostgres(t *testing.T) *Env {
	t.Helper()
	return open(t, postgresURL(t))
}

func open(t *testing.T, url string) *Env {
	t.Helper()
	c := clock.NewManual(Start)
	d, err := db.Open(t.Context(), db.Options{URL: url, Key: testKey, Clock: c, Readers: 4})
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { _ = d.Close() })
	e := &Env{DB: d, Log: audit.New(d, testKey), Clock: c, Key: testKey, t: t}
	e.newPractice()
	return e
}

// Other is another practice on the same database.
func (e *Env) Other() *Env {
	o := *e
	o.newPractice()
	return &o
}

func (e *Env) newPractice() {
	e.t.Helper()
	e.Practice, e.Location, e.User = id.New[id.Practice](), id.New[id.Location](), id.New[id.User]()
	ctx := authz.With(context.Background(), authz.Actor{Practice: e.Practice, Name: "test", System: true})
	err := e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range []struct {
			q    string
			args []any
		}{
			{`INSERT INTO practice (practice_id, name, created_at) VALUES ($1, 'Test Practice', $2)`, []any{e.Practice, tx.Now}},
			{`INSERT INTO location (practice_id, location_id, name, zone, created_at) VALUES ($1, $2, 'Main room', $3, $4)`,
				[]any{e.Practice, e.Location, Zone, tx.Now}},
		} {
			if _, err := tx.ExecContext(ctx, s.q, s.args...); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "test.practice"})
	})
	if err != nil {
		e.t.Fatalf("dbtest: practice: %v", err)
	}
	e.User = e.Staff("Terry Tester", authz.Roles()...)
}

// Staff adds a member of staff with the given roles.
func (e *Env) Staff(name string, roles ...authz.Role) id.User {
	e.t.Helper()
	u := id.New[id.User]()
	ctx := authz.With(context.Background(), authz.Actor{Practice: e.Practice, Name: "test", System: true})
	err := e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
		var rs []string
		for _, r := range roles {
			rs = append(rs, string(r))
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO staff (practice_id, user_id, email, name, credential, license_number, license_state, roles, location_id, created_at)
			VALUES ($1, $2, $3, $4, 'LMT', 'MT-1001', 'IL', $5, $6, $7)`,
			e.Practice, u, u.String()+"@example.com", name, strings.Join(rs, ","), e.Location, tx.Now)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.staff"})
	})
	if err != nil {
		e.t.Fatalf("dbtest: staff: %v", err)
	}
	return u
}

// Actor is a context in which a member of staff with the given roles acts;
// all roles when none is named.
func (e *Env) Actor(roles ...authz.Role) context.Context {
	if len(roles) == 0 {
		roles = authz.Roles()
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		e.t.Fatal(err)
	}
	return authz.With(context.Background(), authz.Actor{
		User: e.User, Practice: e.Practice, Session: id.New[id.Session](), Name: "Terry Tester", Roles: roles,
		Zone: zone, StepUpAt: e.Clock.Now(), Address: "192.0.2.1",
	})
}

var pg struct {
	once sync.Once
	url  string
	err  error
}

// postgresURL makes, once per test binary, a database from the migrated template.
func postgresURL(t *testing.T) string {
	t.Helper()
	base := os.Getenv("SOAPSTONE_TEST_POSTGRES")
	if base == "" {
		msg := "PostgreSQL is not tested: set SOAPSTONE_TEST_POSTGRES=postgres://… (make test starts a server)"
		if os.Getenv("SOAPSTONE_REQUIRE_POSTGRES") != "" {
			t.Fatal(msg)
		}
		t.Skip(msg)
	}
	pg.once.Do(func() { pg.url, pg.err = fromTemplate(base) })
	if pg.err != nil {
		t.Fatalf("dbtest: PostgreSQL: %v", pg.err)
	}
	return pg.url
}

func fromTemplate(base string) (string, error) {
	ctx := context.Background()
	admin, err := sql.Open("pgx", base)
	if err != nil {
		return "", err
	}
	defer admin.Close()
	conn, err := admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	// Test binaries run side by side: one builds the template, the others wait.
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(7405)"); err != nil {
		return "", err
	}
	defer conn.ExecContext(ctx, "SELECT pg_advisory_unlock(7405)")
	sum, err := schemaHash()
	if err != nil {
		return "", err
	}
	tmpl := "soapstone_template_" + sum
	var there bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", tmpl).Scan(&there); err != nil {
		return "", err
	}
	create := "CREATE DATABASE %s ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE %s"
	if !there {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf(create, tmpl, "template0")); err != nil {
			return "", err
		}
		d, err := db.Open(ctx, db.Options{URL: withDatabase(base, tmpl), Readers: 2})
		if err == nil {
			err = d.Close()
		}
		if err != nil {
			_, _ = conn.ExecContext(ctx, "DROP DATABASE "+tmpl)
			return "", err
		}
	}
	name := fmt.Sprintf("soapstone_t%d_%s", os.Getpid(), sum)
	if _, err := conn.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
		return "", err
	}
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(create, name, tmpl)); err != nil {
		return "", err
	}
	return withDatabase(base, name), nil
}

// withDatabase replaces the database name of postgres://host/name?options.
func withDatabase(base, name string) string {
	head, query, _ := strings.Cut(base, "?")
	i := strings.LastIndex(head, "/")
	if query != "" {
		query = "?" + query
	}
	return head[:i+1] + name + query
}

func schemaHash() (string, error) {
	files, err := db.Migrations(db.Postgres)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", n, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}
