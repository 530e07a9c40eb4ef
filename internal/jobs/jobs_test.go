package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/jobs"
)

type letter struct {
	Visit string `json:"visit"`
}

func enqueue(t *testing.T, e *dbtest.Env, qu *jobs.Queue, kind string, payload any, opts ...jobs.Option) {
	t.Helper()
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := qu.Enqueue(ctx, tx, kind, payload, opts...); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// drain does what is due. On PostgreSQL the database is shared by the tests of
// this package, so other tests' leftovers may be among it; only own kinds count.
func drain(t *testing.T, qu *jobs.Queue) {
	t.Helper()
	if _, err := qu.RunDue(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func summary(t *testing.T, e *dbtest.Env, qu *jobs.Queue) jobs.Summary {
	t.Helper()
	s, err := qu.Summary(context.Background(), e.Practice)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAJobIsDoneOnceAndGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		var got []string
		qu.Handle("letter", func(ctx context.Context, j jobs.Job) error {
			var l letter
			if err := j.Decode(&l); err != nil {
				return err
			}
			a, err := authz.Require(ctx, authz.VisitRead)
			if err != nil || a.Practice != e.Practice || !a.System || j.Practice != e.Practice || j.Attempt != 1 {
				t.Errorf("actor = %+v, %v; job = %+v", a, err, j)
			}
			got = append(got, l.Visit)
			return nil
		}, authz.Biller)
		enqueue(t, e, qu, "letter", letter{"v1"})
		drain(t, qu)
		drain(t, qu)
		if fmt.Sprint(got) != "[v1]" {
			t.Errorf("done: %v", got)
		}
		if s := summary(t, e, qu); s != (jobs.Summary{}) {
			t.Errorf("left: %+v", s)
		}
	})
}

func TestAJobOfAFailedTransactionDoesNotExist(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		boom := errors.New("boom")
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if err := qu.Enqueue(ctx, tx, "letter", letter{}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if s := summary(t, e, qu); s.Queued != 0 {
			t.Errorf("left: %+v", s)
		}
	})
}

func TestAJobWaitsForItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		n := 0
		qu.Handle("later", func(context.Context, jobs.Job) error { n++; return nil })
		enqueue(t, e, qu, "later", nil, jobs.At(e.Clock.Now().Add(time.Hour)))
		drain(t, qu)
		if s := summary(t, e, qu); n != 0 || s.Queued != 1 || !s.Overdue.IsZero() {
			t.Errorf("before its time: ran %d times, %+v", n, s)
		}
		e.Clock.Advance(time.Hour)
		if s := summary(t, e, qu); !s.Overdue.Equal(e.Clock.Now()) {
			t.Errorf("overdue since %v", s.Overdue)
		}
		drain(t, qu)
		if n != 1 {
			t.Errorf("ran %d times", n)
		}
	})
}

func TestAUniqueJobIsEnqueuedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		n := 0
		qu.Handle("reminder", func(context.Context, jobs.Job) error { n++; return nil })
		enqueue(t, e, qu, "reminder", nil, jobs.Unique("visit 1"))
		enqueue(t, e, qu, "reminder", nil, jobs.Unique("visit 1"))
		enqueue(t, e, qu, "reminder", nil, jobs.Unique("visit 2"))
		drain(t, qu)
		enqueue(t, e, qu, "reminder", nil, jobs.Unique("visit 1"))
		drain(t, qu)
		if n != 2 {
			t.Errorf("ran %d times, want once for each visit", n)
		}
		e.Clock.Advance(91 * 24 * time.Hour)
		enqueue(t, e, qu, "reminder", nil, jobs.Unique("visit 3")) // its end clears the old keys
		drain(t, qu)
		enqueue(t, e, qu, "reminder", nil, jobs.Unique("visit 1"))
		drain(t, qu)
		if n != 4 {
			t.Errorf("ran %d times; the key should be free after 90 days", n)
		}
	})
}

func TestAFailingJobIsTriedAgainAndThenGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		n := 0
		qu.Handle("flaky", func(context.Context, jobs.Job) error { n++; return fmt.Errorf("no answer\n%d", n) })
		enqueue(t, e, qu, "flaky", nil, jobs.Attempts(3))
		for want, wait := range []time.Duration{0, 15 * time.Second, time.Minute} {
			if wait > 0 {
				e.Clock.Advance(wait - time.Microsecond)
				drain(t, qu)
				if n != want {
					t.Fatalf("tried too early: %d attempts", n)
				}
				e.Clock.Advance(time.Microsecond)
			}
			drain(t, qu)
			if n != want+1 {
				t.Fatalf("%d attempts, want %d", n, want+1)
			}
		}
		list, err := qu.List(context.Background(), e.Practice, jobs.Dead)
		if err != nil || len(list) != 1 || list[0].Attempts != 3 || list[0].LastError != "no answer 3" || list[0].Kind != "flaky" {
			t.Fatalf("dead: %+v, %v", list, err)
		}
		e.Clock.Advance(24 * time.Hour)
		drain(t, qu)
		if n != 3 {
			t.Errorf("a dead job ran")
		}
		if err := qu.Raise(e.Actor(), e.Practice, list[0].ID); err != nil {
			t.Fatal(err)
		}
		drain(t, qu)
		if n != 4 {
			t.Errorf("a raised job did not run")
		}
		if err := qu.Raise(e.Actor(), e.Practice, list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("raising what is not dead: %v", err)
		}
	})
}

func TestWhatCannotSucceedIsGivenUpAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		qu.Handle("fatal", func(context.Context, jobs.Job) error { return jobs.Fatal(errors.New("no such address")) })
		qu.Handle("unreadable", func(_ context.Context, j jobs.Job) error { return j.Decode(new(letter)) })
		enqueue(t, e, qu, "fatal", nil)
		enqueue(t, e, qu, "unreadable", []int{1})
		drain(t, qu)
		if s := summary(t, e, qu); s.Dead != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAPanicIsAFailureAndTellsNoSecret(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		qu.Handle("wild", func(context.Context, jobs.Job) error { panic("Zzyzxopolous") })
		enqueue(t, e, qu, "wild", nil, jobs.Attempts(1))
		drain(t, qu)
		list, err := qu.List(context.Background(), e.Practice, jobs.Dead)
		if err != nil || len(list) != 1 || list[0].LastError != "panic: string" {
			t.Errorf("dead: %+v, %v", list, err)
		}
	})
}

func TestAJobNobodyKnowsWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		enqueue(t, e, qu, "newer", nil)
		drain(t, qu)
		list, err := qu.List(context.Background(), e.Practice, jobs.Queued)
		if err != nil || len(list) != 1 || !strings.Contains(list[0].LastError, "newer") {
			t.Errorf("queued: %+v, %v", list, err)
		}
	})
}

func TestEnqueueRefuses(t *testing.T) {
	e := dbtest.NewSQLite(t)
	qu := jobs.New(e.DB)
	for name, try := range map[string]func(ctx context.Context, tx *db.Tx) error{
		"a kind in capitals": func(ctx context.Context, tx *db.Tx) error { return qu.Enqueue(ctx, tx, "Mail", nil) },
		"no attempt":         func(ctx context.Context, tx *db.Tx) error { return qu.Enqueue(ctx, tx, "mail", nil, jobs.Attempts(0)) },
		"what is not JSON":   func(ctx context.Context, tx *db.Tx) error { return qu.Enqueue(ctx, tx, "mail", func() {}) },
	} {
		if err := e.DB.Write(e.Actor(), e.Practice, try); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestAJobOfADeadWorkerIsTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		dead, alive := jobs.New(e.DB), jobs.New(e.DB)
		n := 0
		alive.Handle("long", func(_ context.Context, j jobs.Job) error {
			n++
			if j.Attempt != 2 {
				t.Errorf("attempt %d", j.Attempt)
			}
			return nil
		})
		enqueue(t, e, dead, "long", nil)
		// The first worker leases the job and is never heard of again: while it
		// "works", the other looks before and after the lease has run out.
		dead.Handle("long", func(context.Context, jobs.Job) error {
			drain(t, alive)
			if n != 0 {
				t.Error("a leased job was taken")
			}
			e.Clock.Advance(jobs.Lease)
			drain(t, alive)
			return nil
		})
		if _, err := dead.RunDue(context.Background()); err == nil {
			t.Error("the first worker was not told that it lost the job")
		}
		if n != 1 {
			t.Errorf("taken over %d times", n)
		}
	})
}

func TestWorkersShareWithoutDoubling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		const n = 30
		var mu sync.Mutex
		seen := map[string]int{}
		var queues []*jobs.Queue
		for range 3 {
			qu := jobs.New(e.DB)
			qu.Handle("share", func(_ context.Context, j jobs.Job) error {
				mu.Lock()
				defer mu.Unlock()
				seen[j.ID.String()]++
				return nil
			})
			queues = append(queues, qu)
		}
		for i := range n {
			enqueue(t, e, queues[0], "share", i)
		}
		var wg sync.WaitGroup
		for _, qu := range queues {
			wg.Go(func() { drain(t, qu) })
		}
		wg.Wait()
		if len(seen) != n {
			t.Errorf("%d jobs done, want %d", len(seen), n)
		}
		for j, k := range seen {
			if k != 1 {
				t.Errorf("job %s was done %d times", j, k)
			}
		}
	})
}

func TestPracticesTakeTurns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		o := e.Other()
		qu := jobs.New(e.DB)
		var order []id.Practice
		qu.Handle("turn", func(_ context.Context, j jobs.Job) error {
			order = append(order, j.Practice)
			return nil
		})
		for range 10 {
			enqueue(t, e, qu, "turn", nil)
		}
		enqueue(t, o, qu, "turn", nil)
		drain(t, qu)
		for i, p := range order {
			if p == o.Practice && i > 1 {
				t.Errorf("the practice with one job waited for %d of another", i)
			}
		}
		if len(order) != 11 {
			t.Errorf("%d done", len(order))
		}
	})
}

func TestRunStopsOnlyWhenItsJobsHaveEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		qu := jobs.New(e.DB)
		started, release := make(chan struct{}), make(chan struct{})
		qu.Handle("slow", func(ctx context.Context, _ jobs.Job) error {
			close(started)
			<-release
			return ctx.Err() // must not have been cut yet
		})
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			qu.Run(ctx, slog.New(slog.DiscardHandler))
			close(ended)
		}()
		enqueue(t, e, qu, "slow", nil) // wakes the worker
		<-started
		stop()
		enqueue(t, e, qu, "slow", nil) // too late: stays
		select {
		case <-ended:
			t.Fatal("Run returned while a job was running")
		default:
		}
		close(release)
		<-ended
		if s := summary(t, e, qu); s.Queued != 1 || s.Running != 0 || s.Dead != 0 {
			t.Errorf("after the stop: %+v", s)
		}
	})
}

func TestBackoffGrowsToSixHours(t *testing.T) {
	var got []string
	for n := int64(1); n <= 8; n++ {
		got = append(got, jobs.Backoff(n).String())
	}
	if s := strings.Join(got, " "); s != "15s 1m0s 4m0s 16m0s 1h4m0s 4h16m0s 6h0m0s 6h0m0s" {
		t.Errorf("backoff: %s", s)
	}
}
