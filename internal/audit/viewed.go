package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
)

const (
	// batchMost is the most reads that are committed together.
	batchMost = 256
	// writeTimeout is how long a batch may take before its callers are told
	// that it failed.
	writeTimeout = 15 * time.Second
)

// view is a read that waits for its entries to be durable.
type view struct {
	actor  authz.Actor
	events []db.Event
	done   chan error
}

// batch commits the entries of concurrent readers together: while one commit
// is under way the next entries gather. Nobody waits for company, so a lone
// reader pays for one commit and no more.
type batch struct {
	mu      sync.Mutex
	queue   []*view
	running bool
	closed  bool
	wg      sync.WaitGroup
	write   func([]*view)
}

// Viewed records that the context's actor read something, and returns once the
// entry is durable. Further events, such as one for each patient of a list, are
// entries of their own and committed together with the first. Callers show the data only after it returned nil. It must not
// be called inside db.Write, which it would wait for: there, use tx.Audit. Errors:
// Unauthenticated without an actor; Unavailable when the log is closed or the
// entry could not be written.
func (l *Log) Viewed(ctx context.Context, e db.Event, more ...db.Event) error {
	a, ok := authz.From(ctx)
	if !ok || a.Practice.IsZero() {
		return errs.New(errs.Unauthenticated, "Sign in to go on.")
	}
	events := append([]db.Event{e}, more...)
	if slices.ContainsFunc(events, func(e db.Event) bool { return e.Action == "" }) {
		return fmt.Errorf("audit.Viewed: an event needs an action")
	}
	v := &view{actor: a, events: events, done: make(chan error, 1)}
	if !l.views.add(v) {
		return errs.New(errs.Unavailable, "The program is stopping. Try again in a minute.")
	}
	select {
	case err := <-v.done:
		if err != nil {
			return errs.Wrap(errs.Unavailable, fmt.Errorf("audit.Viewed: %w", err),
				"This cannot be shown, because the access could not be recorded. Try again in a moment.")
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *batch) add(v *view) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.queue = append(b.queue, v)
	if !b.running {
		b.running = true
		b.wg.Go(b.drain)
	}
	return true
}

// drain writes batches until nothing is queued, and ends.
func (b *batch) drain() {
	for {
		b.mu.Lock()
		n := min(len(b.queue), batchMost)
		if n == 0 {
			b.running, b.queue = false, nil
			b.mu.Unlock()
			return
		}
		now := b.queue[:n:n]
		b.queue = b.queue[n:]
		b.mu.Unlock()
		b.write(now)
	}
}

// close refuses new entries and waits for those that are queued.
func (b *batch) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.wg.Wait()
}

// writeViews commits a batch. When it fails because of what one entry holds (a
// practice that does not exist), each is tried alone, so that one caller's
// fault is not another's.
func (l *Log) writeViews(vs []*view) {
	err := l.commitViews(vs)
	if err != nil && len(vs) > 1 && (db.IsForeignKey(err) || db.IsCheck(err) || db.IsUnique(err)) {
		for _, v := range vs {
			v.done <- l.commitViews([]*view{v})
		}
		return
	}
	for _, v := range vs {
		v.done <- err
	}
}

func (l *Log) commitViews(vs []*view) error {
	// The readers' own contexts must not matter: one who leaves would undo the
	// entries of the others.
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	ctx = context.WithValue(ctx, ownWork{}, true)
	return l.db.Write(ctx, vs[0].actor.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, v := range vs {
			for _, e := range v.events {
				if err := l.insert(ctx, tx, v.actor.Practice, v.actor, e); err != nil {
					return err
				}
			}
		}
		return tx.Audit(ctx, db.Event{Action: "audit.batch"})
	})
}
