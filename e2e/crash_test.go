package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"soapstone/internal/app"
	"soapstone/internal/authz"
	"soapstone/internal/backup"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
)

const (
	crashRounds = 20
	// crashLimit bounds the whole test on one engine.
	crashLimit = 4 * time.Minute
)

// crashTask is what the killed process is told to work on.
type crashTask struct {
	Dir, Key, Database string
	Round              int
	Practice           id.Practice
	User               id.User
	Location           id.Location
	Scored, Treated    id.Patient
}

// acks is the outside ledger: what was acknowledged before each kill, by kind.
type acks struct {
	patients map[string]string // id → last name
	scores   map[string]int
	drafts   map[string]int    // visit → highest revision that was acknowledged
	signed   map[string]string // document → visit
	lines    int
	opening  int // kills before anything was acknowledged
}

func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { crash(t, "") })
	t.Run("postgres", func(t *testing.T) { crash(t, postgresDatabase(t)) })
}

func crash(t *testing.T, database string) {
	ctx, cancel := context.WithTimeout(t.Context(), crashLimit)
	defer cancel()
	place := emptyPlace(t)
	task := foundCrash(t, ctx, place, database)
	led := &acks{patients: map[string]string{}, scores: map[string]int{}, drafts: map[string]int{}, signed: map[string]string{}}
	rng := rand.New(rand.NewPCG(uint64(os.Getpid()), 9))
	for task.Round = range crashRounds {
		// Every fifth process dies while it opens the data, or soon after; every
		// fifth after a signature or two; the others after a number of
		// acknowledgements, in the middle of four writes.
		kind, after := "", 1+rng.IntN(120)
		switch task.Round % 5 {
		case 3:
			kind, after = "signed ", 1+rng.IntN(2)
		case 4:
			after = 0
		}
		runAndKill(t, ctx, task, kind, after, led)
	}
	t.Logf("%d acknowledged writes before %d kills (%d of them while opening): %d patients, %d scores, %d drafts, %d signed notes",
		led.lines, crashRounds, led.opening, len(led.patients), len(led.scores), len(led.drafts), len(led.signed))
	if len(led.patients) == 0 || len(led.scores) == 0 || len(led.drafts) == 0 || len(led.signed) == 0 {
		t.Error("not every kind of write was acknowledged at least once: the test proves nothing of it")
	}
	checkLedger(t, ctx, place, database, task, led)
}

// foundCrash makes the practice in which the writes happen.
func foundCrash(t *testing.T, ctx context.Context, place config.Place, database string) crashTask {
	t.Helper()
	a, err := app.Open(ctx, app.Config{Place: place, Database: database, Clock: crashClock(0), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}()
	r := a.Rooms()
	f, err := r.Practices.Create(authz.With(ctx, authz.Actor{System: true, Name: "test"}), practice.Founding{
		Practice: practice.Practice{Name: "Crash Practice"},
		Location: practice.Location{Name: "Main room", Zone: demoZone},
		Owner: practice.Member{Name: "Terry Tester", Email: "terry@crash.example", Credential: "LMT", LicenseNumber: "227.000001", LicenseState: "IL",
			Roles: []authz.Role{authz.Owner, authz.Therapist}},
	})
	if err != nil {
		t.Fatal(err)
	}
	task := crashTask{Dir: place.Dir, Key: place.KeyPath, Database: database, Practice: f.Practice.ID, User: f.Owner.ID, Location: f.Location.ID}
	who := task.actor(ctx)
	for i, p := range []*id.Patient{&task.Scored, &task.Treated} {
		*p, err = r.Patients.Register(who, person("Steady", fmt.Sprintf("Standing%d", i), 20000+i))
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []patient.List{patient.Medicines, patient.Allergies} {
			if err := r.Patients.RecordNone(who, *p, kind); err != nil {
				t.Fatal(err)
			}
		}
	}
	return task
}

const demoZone = "America/Chicago"

func (c crashTask) actor(ctx context.Context) context.Context {
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		panic(err) // the zone is embedded
	}
	return authz.With(ctx, authz.Actor{User: c.User, Practice: c.Practice, Session: id.New[id.Session](), Name: "Terry Tester",
		Roles: authz.Roles(), Zone: zone, StepUpAt: crashClock(c.Round).Now(), Address: "192.0.2.1"})
}

// crashClock stands at eight in the evening of a day of its own in each round,
// so that every round has a whole day of free times.
func crashClock(round int) *clock.Manual {
	return clock.NewManual(time.Date(2026, 3, 10+round, 2, 0, 0, 0, time.UTC))
}

func (c crashTask) today() civil.Date {
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		panic(err)
	}
	return civil.DateIn(crashClock(c.Round).Now(), zone)
}

// person is somebody born n days after 1 January 1930: a birth date of their
// own, so that nobody is taken for somebody else.
func person(first, last string, n int) patient.Registration {
	return patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last,
		BirthDate: civil.Of(1930, 1, 1).AddDays(n), Sex: patient.Female}}
}

// runAndKill starts the program, keeps the ledger of what it acknowledges and
// kills it after that many lines of a kind; "" is every kind.
func runAndKill(t *testing.T, ctx context.Context, task crashTask, kind string, after int, led *acks) {
	t.Helper()
	spec, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"=crash", "SOAPSTONE_E2E_TASK="+string(spec))
	said := &lockedBuffer{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(out)
	seen, counted, killed := -1, 0, false // the first line says that opening begins
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break // what the pipe still held was read: the process is gone
		}
		if seen++; seen > 0 {
			led.take(t, strings.TrimSpace(line))
			if strings.HasPrefix(line, kind) {
				counted++
			}
		}
		if counted >= after && !killed {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed: it cannot have ended well
	if !killed {
		t.Fatalf("round %d: the process ended by itself after %d writes (%v)\n%s", task.Round, seen, ctx.Err(), said)
	}
	if seen <= 0 {
		led.opening++
	}
}

// take enters a line of the process: kind, identifier, detail.
func (l *acks) take(t *testing.T, line string) {
	t.Helper()
	f := strings.Fields(line)
	if len(f) != 3 {
		t.Fatalf("the process said %q", line)
	}
	l.lines++
	switch f[0] {
	case "patient":
		l.patients[f[1]] = f[2]
	case "score":
		l.scores[f[1]]++
	case "draft":
		n, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		l.drafts[f[1]] = max(l.drafts[f[1]], n)
	case "signed":
		l.signed[f[1]] = f[2]
	default:
		t.Fatalf("the process said %q", line)
	}
}

// checkLedger opens the data again and compares it with the outside ledger.
func checkLedger(t *testing.T, ctx context.Context, place config.Place, database string, task crashTask, led *acks) {
	t.Helper()
	a, err := app.Open(ctx, app.Config{Place: place, Database: database, Clock: crashClock(crashRounds), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("opening after the kills: %v", err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}()
	err = a.DB().Read(ctx, task.Practice, func(ctx context.Context, tx *db.Tx) error {
		l := looker{t: t, ctx: ctx, tx: tx}
		l.patients(led)
		l.scores(led)
		l.drafts(led)
		l.signed(led)
		return l.err
	})
	if err != nil {
		t.Fatal(err)
	}
	checkProof(t, ctx, a, place)
}

// checkProof walks every hash, chain and seal, and compares the audit log with
// each snapshot that was finished before a kill.
func checkProof(t *testing.T, ctx context.Context, a *app.App, place config.Place) {
	t.Helper()
	if err := a.Audit().SealAll(ctx); err != nil {
		t.Fatal(err)
	}
	found, err := backup.List(place.Backups())
	if err != nil {
		t.Fatal(err)
	}
	var known []backup.Manifest
	for _, f := range found {
		m, err := backup.ReadManifest(f.Path, a.Key())
		if err != nil {
			t.Errorf("a snapshot that carries its final name cannot be read: %s: %v", f.Path, err)
			continue
		}
		known = append(known, m)
	}
	rep, err := backup.Verify(ctx, a.DB(), a.Key(), known...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rep.Faults() {
		t.Error(f)
	}
	t.Logf("verified against %d snapshots: %d references, %d audit entries", len(known), rep.References, rep.Practices[0].Audit.Entries)
}

// looker counts rows; the first error stops it.
type looker struct {
	t   *testing.T
	ctx context.Context
	tx  *db.Tx
	err error
}

func (l *looker) count(query string, args ...any) (n int) {
	if l.err == nil {
		l.err = l.tx.QueryRowContext(l.ctx, query, append([]any{l.tx.Practice}, args...)...).Scan(&n)
	}
	return n
}

func (l *looker) one(what, query string, args ...any) {
	l.t.Helper()
	if n := l.count(query, args...); l.err == nil && n != 1 {
		l.t.Errorf("%s: %d rows, want 1 (%v)", what, n, args)
	}
}

// atMost allows one write per kill that was committed but not yet acknowledged.
func (l *looker) atMost(what string, acknowledged int, query string) {
	l.t.Helper()
	if n := l.count(query); l.err == nil && (n < acknowledged || n > acknowledged+crashRounds) {
		l.t.Errorf("%s: %d rows for %d acknowledgements and %d kills", what, n, acknowledged, crashRounds)
	}
}

func (l *looker) patients(led *acks) {
	for pid, name := range led.patients {
		l.one("patient", `SELECT count(*) FROM patient WHERE practice_id = $1 AND patient_id = $2 AND last_name = $3`, pid, name)
		l.one("patient by name", `SELECT count(*) FROM patient WHERE practice_id = $1 AND last_name = $2`, name)
	}
	l.atMost("patients", len(led.patients), `SELECT count(*) FROM patient WHERE practice_id = $1 AND first_name = 'Crash'`)
	if n := l.count(`SELECT count(*) - count(DISTINCT number) FROM patient WHERE practice_id = $1`); n != 0 {
		l.t.Errorf("%d record numbers were given twice", n)
	}
}

func (l *looker) scores(led *acks) {
	for s, times := range led.scores {
		if times != 1 {
			l.t.Errorf("score %s was acknowledged %d times", s, times)
		}
		l.one("score", `SELECT count(*) FROM score WHERE practice_id = $1 AND score_id = $2`, s)
	}
	l.atMost("scores", len(led.scores), `SELECT count(*) FROM score WHERE practice_id = $1`)
}

func (l *looker) drafts(led *acks) {
	for v, revision := range led.drafts {
		var got int
		var body string
		if l.err == nil {
			l.err = l.tx.QueryRowContext(l.ctx, `SELECT editor_revision, body FROM note WHERE practice_id = $1 AND visit_id = $2`, l.tx.Practice, v).Scan(&got, &body)
		}
		if l.err == nil && (got < revision || got > revision+1) {
			l.t.Errorf("draft of %s: revision %d is stored, %d was acknowledged", v, got, revision)
		}
		if l.err == nil && !strings.Contains(body, stroke(got)) {
			l.t.Errorf("draft of %s: revision %d does not hold its own words", v, got)
		}
	}
}

func (l *looker) signed(led *acks) {
	for d, v := range led.signed {
		l.one("document", `SELECT count(*) FROM document WHERE practice_id = $1 AND document_id = $2 AND subject = $3`, d, v)
		l.one("signed note", `SELECT count(*) FROM signed_note WHERE practice_id = $1 AND document_id = $2 AND visit_id = $3 AND state = 'valid'`, d, v)
		l.one("document of the visit", `SELECT count(*) FROM document WHERE practice_id = $1 AND subject = $2`, v)
		l.one("completed visit", `SELECT count(*) FROM visit WHERE practice_id = $1 AND visit_id = $2 AND state = 'completed'`, v)
		l.one("seal over the entry", `SELECT count(*) FROM audit_entry e JOIN audit_sealed s ON s.practice_id = e.practice_id AND s.audit_id = e.audit_id
			WHERE e.practice_id = $1 AND e.action = 'document.sign' AND e.subject = $2`, d)
	}
	l.atMost("signed notes", len(led.signed), `SELECT count(*) FROM signed_note WHERE practice_id = $1`)
}

// crashChild is the program that is killed: it serves, and four hands write.
func crashChild() error {
	var task crashTask
	if err := json.Unmarshal([]byte(os.Getenv("SOAPSTONE_E2E_TASK")), &task); err != nil {
		return err
	}
	fmt.Println("opening")
	place, err := config.At(task.Dir, task.Key)
	if err != nil {
		return err
	}
	a, err := app.Open(context.Background(), app.Config{Place: place, Database: task.Database, Addr: "127.0.0.1:0", Clock: crashClock(task.Round),
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Out: io.Discard})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	err = a.Serve(ctx, func(string) {
		w := writer{crashTask: task, Rooms: a.Rooms()}
		for _, hand := range []func(context.Context) error{w.register, w.score, w.draft, w.sign} {
			go func() {
				if err := hand(task.actor(ctx)); err != nil {
					cancel(err)
				}
			}()
		}
	})
	return errors.Join(err, context.Cause(ctx))
}
