// Package jobs does work outside of the transaction that asked for it: send an
// e-mail, make a PDF. A job is enqueued in that transaction, so it exists if
// and only if the change does. It decides who may take a job (a lease, renewed
// while the work lasts), when a failed one is tried again, and when to give up.
//
// A job runs at least once and, after a crash or a lost lease, perhaps twice:
// handlers must bear that. The package refuses nothing silently: a job that
// failed for good stays as "dead" with its error until somebody raises it.
package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/jobs/q"
)

const (
	// Lease is how long a job stays taken without being renewed.
	Lease = 2 * time.Minute
	// Timeout is the longest that one attempt may last.
	Timeout = 30 * time.Minute
	// defaultAttempts is how often a job is tried unless Attempts says otherwise.
	defaultAttempts = 8
	// keepDone is how long a done job with a unique key keeps the key taken.
	keepDone = 90 * 24 * time.Hour
)

// Job is one piece of work, as its handler gets it.
type Job struct {
	ID        id.Job
	Practice  id.Practice
	Kind      string
	Payload   []byte // JSON
	Attempt   int64  // 1, 2, 3 …
	CreatedAt db.Time

	token string
	most  int64
	keyed bool
}

// Decode reads the payload into v.
func (j Job) Decode(v any) error {
	if err := json.Unmarshal(j.Payload, v); err != nil {
		return Fatal(fmt.Errorf("jobs: payload of %s: %w", j.Kind, err))
	}
	return nil
}

// Handler does the work of one kind of job. Its context carries a system actor
// of the job's practice and ends when the program stops. An error means: try
// again later, unless it is Fatal.
type Handler func(ctx context.Context, j Job) error

type registered struct {
	run   Handler
	roles []authz.Role
}

// Queue enqueues and runs jobs.
type Queue struct {
	db       *db.DB
	handlers map[string]registered
	woken    chan struct{}

	mu    sync.Mutex
	after id.Practice // who was served last
}

// New makes the queue. Handlers are registered before Run.
func New(d *db.DB) *Queue {
	return &Queue{db: d, handlers: map[string]registered{}, woken: make(chan struct{}, 1), after: beforeAll}
}

// beforeAll sorts before every identifier; the zero value would be NULL.
var beforeAll = id.Practice{15: 1}

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9_.]{0,59}$`)

// Handle registers what does the jobs of a kind. The roles are those of the
// system actor in its context: the fewest with which the work can be done. It
// panics when the kind has a handler already, which is a slip in the program.
func (qu *Queue) Handle(kind string, h Handler, roles ...authz.Role) {
	if _, ok := qu.handlers[kind]; ok || h == nil || !kindForm.MatchString(kind) {
		panic("jobs: cannot register a handler of " + kind)
	}
	qu.handlers[kind] = registered{h, roles}
}

type options struct {
	at       time.Time
	key      string
	attempts int64
}

// Option changes how a job is enqueued.
type Option func(*options)

// At lets the job wait until t.
func At(t time.Time) Option { return func(o *options) { o.at = t } }

// Unique makes the job the only one of its practice and kind with this key:
// enqueueing it again does nothing while the first waits, runs, is dead, or was
// done less than 90 days ago.
func Unique(key string) Option { return func(o *options) { o.key = key } }

// Attempts is how often the job is tried before it is given up, 8 otherwise.
func Attempts(n int64) Option { return func(o *options) { o.attempts = n } }

// Enqueue adds a job to the caller's Write; payload is kept as JSON. It is run
// soon after the commit, in this process or another. Names and health data do
// not belong in the payload: pass identifiers.
func (qu *Queue) Enqueue(ctx context.Context, tx *db.Tx, kind string, payload any, opts ...Option) error {
	o := options{at: tx.Now.Time, attempts: defaultAttempts}
	for _, f := range opts {
		f(&o)
	}
	if !kindForm.MatchString(kind) || o.attempts < 1 {
		return fmt.Errorf("jobs.Enqueue: kind %q, %d attempts", kind, o.attempts)
	}
	b, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("jobs.Enqueue %s: %w", kind, err)
	}
	err = q.New(tx).Insert(ctx, q.InsertParams{
		PracticeID: tx.Practice, JobID: id.New[id.Job](), Kind: kind, Payload: string(b),
		UniqueKey:   sql.NullString{String: o.key, Valid: o.key != ""},
		MaxAttempts: o.attempts, RunAt: db.At(o.at), CreatedAt: tx.Now,
	})
	if err != nil {
		return fmt.Errorf("jobs.Enqueue %s: %w", kind, err)
	}
	tx.After(qu.wake)
	return nil
}

func (qu *Queue) wake() {
	select {
	case qu.woken <- struct{}{}:
	default:
	}
}

type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// Fatal marks an error that trying again cannot mend: the job is given up at once.
func Fatal(err error) error { return fatal{err} }

// Backoff is how long a job waits after its n-th failed attempt: 15 seconds,
// then four times as long each time, at most 6 hours.
func Backoff(n int64) time.Duration {
	const first, most = 15 * time.Second, 6 * time.Hour
	d := first
	for ; n > 1 && d < most; n-- {
		d *= 4
	}
	return min(d, most)
}

// claim takes the next due job for the caller; ok is false when none is due.
func (qu *Queue) claim(ctx context.Context) (j Job, ok bool, err error) {
	qu.mu.Lock()
	after := qu.after
	qu.mu.Unlock()
	for {
		var due []q.DueRow
		err := qu.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) (err error) {
			due, err = q.New(tx).Due(ctx, q.DueParams{After: after, Now: tx.Now, Most: 16})
			return err
		})
		if err != nil {
			return Job{}, false, fmt.Errorf("jobs: look for work: %w", err)
		}
		for _, d := range due {
			if j, ok, err = qu.take(ctx, d); err != nil || ok {
				qu.mu.Lock()
				qu.after = d.PracticeID
				qu.mu.Unlock()
				return j, ok, err
			}
		}
		if after == beforeAll {
			return Job{}, false, nil
		}
		after = beforeAll // round again
	}
}

// take tries to lease one job; another worker may be faster.
func (qu *Queue) take(ctx context.Context, d q.DueRow) (j Job, ok bool, err error) {
	token := newToken()
	err = qu.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
		j, ok = Job{}, false
		queries := q.New(tx)
		n, err := queries.Claim(ctx, q.ClaimParams{PracticeID: d.PracticeID, JobID: d.JobID, LeaseToken: token,
			LeaseUntil: tx.Now.Add(Lease), Now: tx.Now})
		if err != nil || n == 0 {
			return err
		}
		row, err := queries.Get(ctx, q.GetParams(d))
		if err != nil {
			return err
		}
		j = Job{ID: row.JobID, Practice: row.PracticeID, Kind: row.Kind, Payload: []byte(row.Payload), Attempt: row.Attempts,
			CreatedAt: row.CreatedAt, token: token, most: row.MaxAttempts, keyed: row.UniqueKey.Valid}
		ok = true
		return nil
	})
	if err != nil {
		return Job{}, false, fmt.Errorf("jobs: take a job: %w", err)
	}
	return j, ok, nil
}

func newToken() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// errLost means that the lease ran out and another worker has the job.
var errLost = errors.New("the lease ran out; another worker has the job")

// settle writes down how an attempt ended.
func (qu *Queue) settle(ctx context.Context, j Job, result error) error {
	return qu.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		var n int64
		var err error
		var f fatal
		switch {
		case result == nil && j.keyed:
			n, err = queries.Done(ctx, q.DoneParams{PracticeID: j.Practice, JobID: j.ID, LeaseToken: j.token, FinishedAt: tx.Now})
		case result == nil:
			n, err = queries.Remove(ctx, q.RemoveParams{PracticeID: j.Practice, JobID: j.ID, LeaseToken: j.token})
		case errors.Is(result, errStopped):
			n, err = queries.Again(ctx, q.AgainParams{PracticeID: j.Practice, JobID: j.ID, LeaseToken: j.token,
				RunAt: tx.Now, Attempts: j.Attempt - 1})
		case errors.As(result, &f) || j.Attempt >= j.most:
			n, err = queries.Bury(ctx, q.BuryParams{PracticeID: j.Practice, JobID: j.ID, LeaseToken: j.token,
				FinishedAt: tx.Now, LastError: clip(result)})
		default:
			n, err = queries.Again(ctx, q.AgainParams{PracticeID: j.Practice, JobID: j.ID, LeaseToken: j.token,
				RunAt: tx.Now.Add(Backoff(j.Attempt)), Attempts: j.Attempt, LastError: clip(result)})
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return errLost
		}
		return queries.Prune(ctx, q.PruneParams{PracticeID: j.Practice, Before: tx.Now.Add(-keepDone)})
	})
}

// Summary is the state of a practice's jobs.
type Summary struct {
	Queued, Running, Dead int64
	// Overdue is since when the longest waiting due job waits; zero when none does.
	Overdue db.Time
}

// Summary counts the jobs of a practice.
func (qu *Queue) Summary(ctx context.Context, practice id.Practice) (Summary, error) {
	var s Summary
	err := qu.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		rows, err := queries.Count(ctx, practice)
		if err != nil {
			return err
		}
		for _, r := range rows {
			switch r.State {
			case "queued":
				s.Queued = r.Jobs
			case "running":
				s.Running = r.Jobs
			case "dead":
				s.Dead = r.Jobs
			}
		}
		oldest, err := queries.Oldest(ctx, q.OldestParams{PracticeID: practice, Now: tx.Now})
		if len(oldest) > 0 {
			s.Overdue = oldest[0]
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("jobs.Summary: %w", err)
	}
	return s, nil
}

// Entry is a job in a list.
type Entry struct {
	ID                         id.Job
	Kind, State                string
	Attempts, MaxAttempts      int64
	RunAt, CreatedAt, Finished db.Time
	LastError                  string // technical; not for patients
}

// The states that List takes.
const (
	Queued  = "queued"
	Running = "running"
	Dead    = "dead"
)

// List gives the newest 100 jobs of a practice in a state.
func (qu *Queue) List(ctx context.Context, practice id.Practice, state string) ([]Entry, error) {
	var out []Entry
	err := qu.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).List(ctx, q.ListParams{PracticeID: practice, State: state, Most: 100})
		for _, r := range rows {
			out = append(out, Entry{ID: r.JobID, Kind: r.Kind, State: r.State, Attempts: r.Attempts, MaxAttempts: r.MaxAttempts,
				RunAt: r.RunAt, CreatedAt: r.CreatedAt, Finished: r.FinishedAt, LastError: r.LastError})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("jobs.List: %w", err)
	}
	return out, nil
}

// Raise puts a dead job back into the queue, with all its attempts before it.
// NotFound when it is not dead.
func (qu *Queue) Raise(ctx context.Context, practice id.Practice, job id.Job) error {
	err := qu.db.Write(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).Raise(ctx, q.RaiseParams{PracticeID: practice, JobID: job, RunAt: tx.Now})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "There is no failed job like this. It may have been started again already.")
		}
		tx.After(qu.wake)
		return tx.Audit(ctx, db.Event{Action: "job.raise", Kind: "job", Subject: job.String()})
	})
	if err != nil {
		return fmt.Errorf("jobs.Raise: %w", err)
	}
	return nil
}
