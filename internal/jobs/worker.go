package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/jobs/q"
)

const (
	workers = 2
	// poll finds jobs whose time has come, and those of other processes; a job
	// enqueued here wakes the worker at once.
	poll = 2 * time.Second
	// grace is how long running jobs may go on after the stop.
	grace = 15 * time.Second
)

// errStopped marks an attempt that the end of the program cut short.
var errStopped = errors.New("the program stopped")

// Run does jobs until ctx ends. It then takes no further ones, lets the running
// ones go on for 15 seconds, ends their contexts and puts those that gave up
// back into the queue, and returns.
func (qu *Queue) Run(ctx context.Context, log *slog.Logger) {
	work, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { qu.loop(ctx, work, log) })
	}
	<-ctx.Done()
	late := time.AfterFunc(grace, func() { cut(errStopped) })
	defer late.Stop()
	all.Wait()
}

func (qu *Queue) loop(ctx, work context.Context, log *slog.Logger) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		found, err := qu.next(ctx, work, log)
		if err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelError, "job queue", slog.String("error", err.Error()))
		}
		if found && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-qu.woken:
		case <-tick.C:
		}
	}
}

// next does one job, if one is due.
func (qu *Queue) next(ctx, work context.Context, log *slog.Logger) (found bool, err error) {
	if ctx.Err() != nil {
		return false, nil
	}
	j, found, err := qu.claim(ctx)
	if err != nil || !found {
		return false, err
	}
	qu.wake() // there may be more; let another worker look
	result := qu.attempt(work, j)
	level, text := slog.LevelInfo, "done"
	if result != nil {
		// The error stays in the database: it may speak of a person.
		level, text = slog.LevelWarn, "failed"
	}
	log.LogAttrs(work, level, "job", slog.String("kind", j.Kind), slog.String("id", j.ID.String()),
		slog.Int64("attempt", j.Attempt), slog.String("result", text))
	return true, qu.settle(context.WithoutCancel(work), j, result)
}

// attempt runs the handler once, with its lease renewed meanwhile.
func (qu *Queue) attempt(work context.Context, j Job) (err error) {
	h, ok := qu.handlers[j.Kind]
	switch {
	case !ok:
		return fmt.Errorf("nothing here does jobs of kind %s", j.Kind)
	case j.Attempt > j.most:
		return Fatal(errors.New("the program ended during the last attempt"))
	}
	ctx, cancel := context.WithTimeout(work, Timeout)
	defer cancel()
	ctx = authz.With(ctx, authz.Actor{Practice: j.Practice, Name: "Job " + j.Kind, Roles: h.roles, Zone: time.UTC, System: true})
	var renewing sync.WaitGroup
	renewing.Go(func() { qu.renew(ctx, j) })
	defer renewing.Wait()
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %s", panicText(v))
		}
	}()
	err = h.run(ctx, j)
	if err != nil && errors.Is(context.Cause(work), errStopped) {
		return errStopped
	}
	return err
}

// renew keeps the lease until ctx ends. A failure is left to the next turn: a
// lost lease shows when the attempt is settled.
func (qu *Queue) renew(ctx context.Context, j Job) {
	tick := time.NewTicker(Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_ = qu.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := q.New(tx).Renew(ctx, q.RenewParams{PracticeID: j.Practice, JobID: j.ID, LeaseToken: j.token,
				LeaseUntil: tx.Now.Add(Lease)})
			return err
		})
	}
}

// RunDue does the jobs that are due now, one after the other, and gives how
// many there were: for tests and the command line.
func (qu *Queue) RunDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		found, err := qu.next(ctx, ctx, slog.New(slog.DiscardHandler))
		if err != nil || !found {
			return n, err
		}
	}
}

// panicText is the runtime's own text; other values may hold health data.
func panicText(v any) string {
	if e, ok := v.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", v)
}

// clip makes an error's text fit for a column.
func clip(err error) string {
	s := strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(err.Error(), "?"))
	if r := []rune(s); len(r) > 500 {
		s = string(r[:499]) + "…"
	}
	return s
}
