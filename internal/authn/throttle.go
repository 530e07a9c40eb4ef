package authn

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/netip"
	"time"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
)

// Guessing is slowed down, never stopped for good, and slowed down for the
// guesser: what counts against whom depends on where an attempt comes from.
//
//   - From a device on which the person has signed in before (a signed cookie
//     says so), only the failures on that device count.
//   - From anywhere else, the failures of the account and of the address count,
//     and the longer wait applies.
//   - A passkey cannot be guessed, so it is never slowed down.
//
// So a stranger can make an account slow for other strangers, and for its
// owner at a new device without a passkey; nobody can keep the owner out at a
// device they have used.

// limit is how failures of one kind of key turn into waiting.
type limit struct {
	free  int64         // failures that cost nothing
	most  time.Duration // longest wait
	until time.Duration // failures are forgotten after this long without one
}

// The limits. Codes have six digits and thus wait longer: at one try an hour
// it takes years to reach even odds.
var (
	accountLimit = limit{free: 5, most: 15 * time.Minute, until: 24 * time.Hour}
	addressLimit = limit{free: 20, most: 15 * time.Minute, until: 24 * time.Hour}
	deviceLimit  = limit{free: 5, most: 5 * time.Minute, until: 24 * time.Hour}
	codeLimit    = limit{free: 5, most: time.Hour, until: 7 * 24 * time.Hour}
)

// failures is what is remembered about one key.
type failures struct {
	count int64
	last  time.Time
}

// wait is how long from now no attempt is taken. It doubles from one second
// with each failure beyond the free ones.
func (l limit) wait(f failures, now time.Time) time.Duration {
	f = l.forget(f, now)
	if f.count < l.free {
		return 0
	}
	pause := l.most
	if n := f.count - l.free; n < 20 {
		pause = min(time.Second<<n, l.most)
	}
	// A clock set back must not make anybody wait longer than the pause.
	return min(max(f.last.Add(pause).Sub(now), 0), pause)
}

// forget drops failures that are too long ago.
func (l limit) forget(f failures, now time.Time) failures {
	if now.Sub(f.last) >= l.until {
		return failures{}
	}
	return f
}

// fail adds a failure.
func (l limit) fail(f failures, now time.Time) failures {
	return failures{count: l.forget(f, now).count + 1, last: now}
}

// gate is one key that an attempt has to pass.
type gate struct {
	key   string
	limit limit
}

func (s *Service) gate(l limit, kind, what string) gate {
	sum := s.throttleKey.MAC([]byte(kind), []byte(what))
	return gate{key: kind + ":" + hex.EncodeToString(sum[:16]), limit: l}
}

// gates are the keys for an attempt on account name from peer; known is the
// number of the peer's known device, "" for a stranger.
func (s *Service) gates(name string, peer Peer, known string) []gate {
	if known != "" {
		return []gate{s.gate(deviceLimit, "device", known)}
	}
	return []gate{s.gate(accountLimit, "account", name), s.addressGate(peer)}
}

func (s *Service) addressGate(peer Peer) gate {
	return s.gate(addressLimit, "address", network(peer.Address))
}

// network is the part of an address that one household or office holds: all
// of IPv4, the first 64 bits of IPv6.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return a.Unmap().String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// Throttled is the cause inside the error of an attempt that came too early.
type Throttled struct{ Wait time.Duration }

// Error implements error.
func (t *Throttled) Error() string { return "authn: throttled for " + t.Wait.String() }

// WaitOf is how long to wait before the next attempt; 0 unless err says so.
func WaitOf(err error) time.Duration {
	var t *Throttled
	if errors.As(err, &t) {
		return t.Wait
	}
	return 0
}

var errRace = errors.New("authn: another attempt was counted meanwhile")

// charge counts an attempt as failed before it is looked at, so that a
// thousand attempts at once are a thousand failures and not one. It returns
// the highest count, or a Throttled error, in which case nothing was counted.
func (s *Service) charge(ctx context.Context, gates []gate) (count int64, err error) {
	for range 8 {
		err = s.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
			count, err = chargeTx(ctx, tx, gates)
			return err
		})
		if !errors.Is(err, errRace) {
			return count, err
		}
	}
	return 0, tooMany(time.Second)
}

func tooMany(wait time.Duration) error {
	return errs.Wrap(errs.Unavailable, &Throttled{Wait: wait}, "Too many tries. Wait a little, then try again.")
}

func chargeTx(ctx context.Context, tx *db.Tx, gates []gate) (int64, error) {
	var wait time.Duration
	was, there := make([]failures, len(gates)), make([]bool, len(gates))
	for i, g := range gates {
		row, err := q.New(tx).GetThrottle(ctx, g.key)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
		there[i] = err == nil
		was[i] = failures{count: row.Failures, last: row.LastAt.Time}
		wait = max(wait, g.limit.wait(was[i], tx.Now.Time))
	}
	if wait > 0 {
		return 0, tooMany(wait)
	}
	var count int64
	for i, g := range gates {
		next := g.limit.fail(was[i], tx.Now.Time)
		n, err := putThrottle(ctx, tx, g.key, was[i], there[i], next)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, errRace
		}
		count = max(count, next.count)
	}
	return count, nil
}

func putThrottle(ctx context.Context, tx *db.Tx, key string, was failures, there bool, next failures) (int64, error) {
	if !there {
		return q.New(tx).InsertThrottle(ctx, q.InsertThrottleParams{ThrottleKey: key, Failures: next.count, LastAt: db.At(next.last)})
	}
	return q.New(tx).UpdateThrottle(ctx, q.UpdateThrottleParams{
		ThrottleKey: key, Failures: next.count, LastAt: db.At(next.last), WasFailures: was.count, WasLastAt: db.At(was.last),
	})
}

// refund takes one failure back after an attempt that was right.
func refund(ctx context.Context, tx *db.Tx, gates ...gate) error {
	for _, g := range gates {
		if err := q.New(tx).RefundThrottle(ctx, g.key); err != nil {
			return err
		}
	}
	return nil
}

// forgive forgets all failures of a key.
func forgive(ctx context.Context, tx *db.Tx, gates ...gate) error {
	for _, g := range gates {
		if err := q.New(tx).DeleteThrottle(ctx, g.key); err != nil {
			return err
		}
	}
	return nil
}
