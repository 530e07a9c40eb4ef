package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"time"

	"soapstone/internal/audit/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	// sealMost is the most entries under one seal.
	sealMost = 5000
	// sealEvery is how often waiting entries are sealed.
	sealEvery = time.Second

	rootLayout = "soapstone audit root 1"
	sealLayout = "soapstone audit seal 1"
)

// Head is the newest seal of a practice, or one kept outside of the database to
// compare later. Its text form is "42-" and the MAC in hexadecimal digits.
type Head struct {
	Seq int64
	MAC string
}

// String gives the text form; "" for the zero value.
func (h Head) String() string {
	if h == (Head{}) {
		return ""
	}
	return strconv.FormatInt(h.Seq, 10) + "-" + h.MAC
}

var headForm = regexp.MustCompile(`^([1-9][0-9]{0,17})-([0-9a-f]{64})$`)

// ParseHead reads the text form. It returns an Invalid error for anything else.
func ParseHead(s string) (Head, error) {
	m := headForm.FindStringSubmatch(s)
	if m == nil {
		return Head{}, errs.New(errs.Invalid, "This is not a seal. It looks like 42- followed by 64 digits and letters from a to f.")
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return Head{}, err // 18 digits always fit
	}
	return Head{Seq: n, MAC: m[2]}, nil
}

// Head is the newest seal of a practice, zero when there is none yet.
func (l *Log) Head(ctx context.Context, practice id.Practice) (Head, error) {
	var h Head
	err := l.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		last, err := q.New(tx).LastSeal(ctx, practice)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		h = Head{Seq: last.Seq, MAC: last.Mac}
		return err
	})
	if err != nil {
		return Head{}, fmt.Errorf("audit.Head: %w", err)
	}
	return h, nil
}

// WaitSealed returns once every entry of the practice that was committed before
// the call is under a seal. Signing, exporting and releasing call it after their
// commit and before they hand anything out.
//
// Nothing can be handed out of a database that is being built and has no file
// yet (db.Options.Bulk): whoever builds it seals everything at the end.
func (l *Log) WaitSealed(ctx context.Context, practice id.Practice) error {
	if l.db.Bulk() {
		return nil
	}
	return l.Seal(ctx, practice)
}

// Seal puts everything that waits in a practice under seals now. Any number of
// sealers may run at once, also in other processes.
func (l *Log) Seal(ctx context.Context, practice id.Practice) error {
	turn, _ := l.sealing.LoadOrStore(practice, make(chan struct{}, 1))
	select {
	case turn.(chan struct{}) <- struct{}{}:
		defer func() { <-turn.(chan struct{}) }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		waiting, err := l.waiting(ctx, practice)
		if err != nil {
			return fmt.Errorf("audit.Seal: %w", err)
		}
		if !waiting {
			return nil
		}
		n, err := l.sealOnce(ctx, practice)
		if err != nil {
			return fmt.Errorf("audit.Seal: %w", err)
		}
		if n < sealMost {
			return nil
		}
	}
}

// waiting looks before sealOnce takes the writer's place.
func (l *Log) waiting(ctx context.Context, practice id.Practice) (bool, error) {
	var rows []q.WaitingRow
	err := l.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = q.New(tx).Waiting(ctx, q.WaitingParams{PracticeID: practice, Most: 1})
		return err
	})
	return len(rows) > 0, err
}

// sealOnce makes one seal, if anything waits. Another sealer that read the same
// head conflicts with it, on PostgreSQL as a serialization failure that
// db.Write repeats.
func (l *Log) sealOnce(ctx context.Context, practice id.Practice) (n int, err error) {
	ctx = context.WithValue(ctx, ownWork{}, true)
	err = l.db.Write(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		n = 0
		if err := tx.Audit(ctx, db.Event{Action: "audit.seal"}); err != nil {
			return err
		}
		queries := q.New(tx)
		last, err := queries.LastSeal(ctx, practice)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		rows, err := queries.Waiting(ctx, q.WaitingParams{PracticeID: practice, Most: sealMost})
		if err != nil || len(rows) == 0 {
			return err
		}
		root := newRoot()
		for _, r := range rows {
			root.add(r.AuditID, r.Leaf)
		}
		s := q.AuditSeal{PracticeID: practice, Seq: last.Seq + 1, At: tx.Now, Entries: int64(len(rows)), Root: root.sum(), Previous: last.Mac}
		s.Mac = l.mac(s)
		if err := queries.InsertSeal(ctx, q.InsertSealParams(s)); err != nil {
			return err
		}
		newest := rows[len(rows)-1].AuditID
		put, err := queries.SealWaiting(ctx, q.SealWaitingParams{PracticeID: practice, Seq: s.Seq, Last: newest})
		if err != nil {
			return err
		}
		if put != s.Entries {
			return fmt.Errorf("%d entries waited and %d were sealed", s.Entries, put)
		}
		n = len(rows)
		return queries.ClearSealed(ctx, q.ClearSealedParams{PracticeID: practice, Last: newest})
	})
	return n, err
}

// mac covers every column of the seal but itself.
func (l *Log) mac(s q.AuditSeal) string {
	sum := l.sealKey.MAC([]byte(sealLayout), s.PracticeID[:], []byte(strconv.FormatInt(s.Seq, 10)), []byte(instant(s.At)),
		[]byte(strconv.FormatInt(s.Entries, 10)), []byte(s.Root), []byte(s.Previous))
	return hex.EncodeToString(sum[:])
}

// root is the hash over the leaves of one seal in their order.
type root struct{ buf []byte }

func newRoot() *root { return &root{buf: []byte(rootLayout)} }

// add takes one entry; id and leaf have a fixed length, so they cannot run
// into each other.
func (r *root) add(a id.Audit, leaf string) {
	r.buf = append(r.buf, a[:]...)
	if raw, err := hex.DecodeString(leaf); err == nil && len(raw) == sha256.Size {
		r.buf = append(r.buf, raw...)
		return
	}
	// What is no hash was put there by a stranger: verification reports it.
	sum := sha256.Sum256([]byte(leaf))
	r.buf = append(r.buf, sum[:]...)
}

func (r *root) sum() string {
	sum := sha256.Sum256(r.buf)
	return hex.EncodeToString(sum[:])
}

// SealAll seals what waits in every practice.
func (l *Log) SealAll(ctx context.Context) error {
	after := id.Practice{15: 1}
	var all error
	for {
		var next []id.Practice
		err := l.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = q.New(tx).NextPendingPractice(ctx, after)
			return err
		})
		if err != nil {
			return errors.Join(all, fmt.Errorf("audit.SealAll: %w", err))
		}
		if len(next) == 0 {
			return all
		}
		after = next[0]
		if err := l.Seal(ctx, after); err != nil {
			all = errors.Join(all, err)
		}
	}
}

// Run seals all practices every second until ctx ends. A failure is logged when
// it begins and when it changes; sealing goes on with the next turn.
func (l *Log) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	before := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := l.SealAll(ctx)
		now := ""
		if err != nil && ctx.Err() == nil {
			now = err.Error()
		}
		if now != "" && now != before {
			log.LogAttrs(ctx, slog.LevelError, "audit log cannot be sealed", slog.String("error", now))
		}
		before = now
	}
}

// Close refuses further reads, waits for the entries of those that were under
// way, and seals what is left. Call it after the last request was answered and
// before the database is closed.
func (l *Log) Close(ctx context.Context) error {
	l.views.close()
	return l.SealAll(ctx)
}
