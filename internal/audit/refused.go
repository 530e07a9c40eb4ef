package audit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	// refusedMost is how many refusals of one session are recorded one by one
	// within refusedSpan; then one entry says that there are more.
	refusedMost = 20
	refusedSpan = time.Minute
	// sessionsMost bounds the memory of who was refused lately.
	sessionsMost = 10_000
)

type refusals struct {
	mu   sync.Mutex
	seen map[id.Session]*refusal
}

type refusal struct {
	since time.Time
	n     int
}

// count says how often the session was refused within the span, this time included.
func (r *refusals) count(s id.Session, now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || len(r.seen) > sessionsMost {
		// A flood of sessions: forgetting costs some entries more, not fewer.
		r.seen = map[id.Session]*refusal{}
	}
	x := r.seen[s]
	if x == nil || now.Sub(x.since) >= refusedSpan || now.Before(x.since) {
		x = &refusal{since: now}
		r.seen[s] = x
	}
	x.n++
	return x.n
}

// Refused records that the context's actor reached for what is not theirs:
// pattern is the route's pattern, never the path, and kind what they were
// answered. Beyond 20 within a minute of one session, a single entry says that
// there were more. Without an actor it does nothing.
func (l *Log) Refused(ctx context.Context, pattern string, kind errs.Kind) error {
	a, ok := authz.From(ctx)
	if !ok || a.Practice.IsZero() {
		return nil
	}
	e := db.Event{Action: "access.refused", Kind: "route", Subject: pattern, Detail: kind.String()}
	switch n := l.refused.count(a.Session, l.db.Clock().Now()); {
	case n == refusedMost+1:
		e = db.Event{Action: "access.refused.many", Kind: "route",
			Detail: fmt.Sprintf("more than %d within a minute; the rest is not listed", refusedMost)}
	case n > refusedMost:
		return nil
	}
	return l.Viewed(context.WithoutCancel(ctx), e)
}
