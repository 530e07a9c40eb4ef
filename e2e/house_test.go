// Package e2e proves the program as a whole, from outside: the way of a patient
// through a real browser, what is left after the process is killed, and what
// can be read in its files without the key. It decides nothing of its own; it
// refuses to sleep, and to pass quietly over what could not be tried.
package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the administrator's connection that makes test databases

	"soapstone/internal/app"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/demo"
	"soapstone/internal/id"
)

// childEnv tells this test binary that it is the program under test, started
// again as a process that may be killed.
const childEnv = "SOAPSTONE_E2E_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		code := m.Run()
		if template.dir != "" {
			_ = os.RemoveAll(template.dir)
		}
		os.Exit(code)
	case "crash":
		os.Exit(exitCode(crashChild()))
	case "serve":
		os.Exit(exitCode(serveChild()))
	}
	fmt.Fprintln(os.Stderr, "unknown", childEnv)
	os.Exit(2)
}

func exitCode(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// now is where the demonstration stands: a Tuesday, 12:30 in Chicago.
var now = time.Date(2026, 3, 10, 17, 30, 0, 0, time.UTC)

func buttons() []authnui.DemoAccount {
	var out []authnui.DemoAccount
	for _, a := range demo.Accounts() {
		out = append(out, authnui.DemoAccount{Email: a.Email, Label: a.Name, Note: a.Role})
	}
	return out
}

// template is the demonstration practice, built once per test binary.
var template struct {
	once  sync.Once
	dir   string // holds data and key
	place config.Place
	sum   demo.Summary
	err   error
}

const demoPatients = 14

func buildTemplate() {
	template.dir, template.err = os.MkdirTemp("", "soapstone-e2e-")
	if template.err != nil {
		return
	}
	template.place, template.err = config.At(filepath.Join(template.dir, "data"), filepath.Join(template.dir, "test.key"))
	if template.err != nil {
		return
	}
	ctx, c := context.Background(), clock.NewManual(now)
	a, err := app.Open(ctx, app.Config{Place: template.place, Demo: buttons(), Clock: c, Log: slog.New(slog.DiscardHandler), Out: io.Discard})
	if err != nil {
		template.err = err
		return
	}
	template.sum, err = demo.Build(ctx, a.DemoRooms(), c, demo.Options{Seed: 1, Patients: demoPatients, Now: now})
	if err == nil {
		err = a.Audit().SealAll(ctx)
	}
	template.err = errors.Join(err, a.Close())
}

// demoPlace is a fresh copy of the demonstration practice.
func demoPlace(t *testing.T) (config.Place, id.Practice) {
	t.Helper()
	template.once.Do(buildTemplate)
	if template.err != nil {
		t.Fatalf("the demonstration practice: %v", template.err)
	}
	dir := t.TempDir()
	place, err := config.At(filepath.Join(dir, "data"), filepath.Join(dir, "test.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(place.Dir, os.DirFS(template.place.Dir)); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(template.place.KeyPath)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place.KeyPath, key, 0o600); err != nil {
		t.Fatal(err)
	}
	return place, template.sum.Practice
}

// emptyPlace is a data folder with nothing in it, and a place for its key.
func emptyPlace(t *testing.T) config.Place {
	t.Helper()
	dir := t.TempDir()
	place, err := config.At(filepath.Join(dir, "data"), filepath.Join(dir, "test.key"))
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// lockedBuffer keeps what the program says.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// files lists all files below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// postgresDatabase is the address of an empty database of its own, or "" with a
// skip when no server is named.
func postgresDatabase(t *testing.T) string {
	t.Helper()
	base := os.Getenv("SOAPSTONE_TEST_POSTGRES")
	if base == "" {
		const msg = "PostgreSQL is not tested: set SOAPSTONE_TEST_POSTGRES=postgres://…, or use scripts/with-postgres.sh"
		if os.Getenv("SOAPSTONE_REQUIRE_POSTGRES") != "" {
			t.Fatal(msg)
		}
		t.Skip(msg)
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	name := fmt.Sprintf("soapstone_e2e_%d", os.Getpid())
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("dropping the database: %v", err)
		}
	})
	head, query, _ := strings.Cut(base, "?")
	if query != "" {
		query = "?" + query
	}
	return head[:strings.LastIndex(head, "/")+1] + name + query
}
