package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"soapstone/internal/audit/q"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// Fault is one thing that is wrong with the log.
type Fault struct {
	Seal  int64    // 0 when no seal is concerned
	Entry id.Audit // zero when no single entry is concerned
	What  string
}

// String names the fault for a report.
func (f Fault) String() string {
	switch {
	case f.Entry.IsZero() && f.Seal == 0:
		return "audit log: " + f.What
	case f.Entry.IsZero():
		return fmt.Sprintf("audit seal %d: %s", f.Seal, f.What)
	case f.Seal == 0:
		return fmt.Sprintf("audit entry %s: %s", f.Entry, f.What)
	}
	return fmt.Sprintf("audit entry %s under seal %d: %s", f.Entry, f.Seal, f.What)
}

// Verification is the result of Verify.
type Verification struct {
	Seals    int64
	Entries  int64 // under a seal
	Unsealed int64 // waiting for one
	// WaitsSince is the instant of the oldest entry that waits; zero when none
	// does. Much more than a second means that nothing seals.
	WaitsSince db.Time
	Head       Head // of the newest seal seen
	Faults     []Fault
}

const (
	sealsAtOnce   = 50
	entriesAtOnce = 500
)

var beforeAll = id.Audit{15: 1}

// Verify recomputes every leaf, root and MAC of a practice, their order and
// numbers, looks for entries under no seal and for seals without entries, and
// compares heads that were kept elsewhere. It reads in small snapshots, so work
// may go on meanwhile. The error is about the walk; what is wrong with the log
// is in the result. That documents and files still are what the log says was
// signed and stored is verified by their own packages.
func (l *Log) Verify(ctx context.Context, practice id.Practice, known ...Head) (Verification, error) {
	v := &verifier{log: l, practice: practice}
	for _, step := range []func(context.Context) error{v.seals, v.strays, v.loose, v.pending} {
		if err := step(ctx); err != nil {
			return v.Verification, fmt.Errorf("audit.Verify: %w", err)
		}
	}
	for _, h := range known {
		if err := v.compare(ctx, h); err != nil {
			return v.Verification, fmt.Errorf("audit.Verify: %w", err)
		}
	}
	return v.Verification, nil
}

type verifier struct {
	Verification
	log      *Log
	practice id.Practice
}

func (v *verifier) fault(seal int64, entry id.Audit, format string, args ...any) {
	v.Faults = append(v.Faults, Fault{seal, entry, fmt.Sprintf(format, args...)})
}

func (v *verifier) read(ctx context.Context, fn func(ctx context.Context, queries *q.Queries) error) error {
	return v.log.db.Read(ctx, v.practice, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, q.New(tx)) })
}

// seals walks the chain of seals and what is under each.
func (v *verifier) seals(ctx context.Context) error {
	most := int32(sealsAtOnce)
	for {
		n := 0
		err := v.read(ctx, func(ctx context.Context, queries *q.Queries) error {
			page, err := queries.SealsAfter(ctx, q.SealsAfterParams{PracticeID: v.practice, After: v.Head.Seq, Most: most})
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil && most > 1:
				n, most = 1, 1 // one at a time, to name the one that cannot be read
				return nil
			case err != nil:
				v.fault(v.Head.Seq+1, id.Audit{}, "cannot be read, so the log is not proved from here on: %v", err)
				return nil
			}
			n = len(page)
			for _, s := range page {
				if err := v.seal(ctx, queries, s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n < int(most) {
			return nil
		}
	}
}

func (v *verifier) seal(ctx context.Context, queries *q.Queries, s q.AuditSeal) error {
	if s.Seq != v.Head.Seq+1 {
		v.fault(s.Seq, id.Audit{}, "follows seal %d: the seals between are missing", v.Head.Seq)
	}
	if s.Previous != v.Head.MAC {
		v.fault(s.Seq, id.Audit{}, "does not continue the seal before it")
	}
	if v.log.mac(s) != s.Mac {
		v.fault(s.Seq, id.Audit{}, "was altered, or was not made with this installation's key")
	}
	v.Seals++
	v.Head = Head{Seq: s.Seq, MAC: s.Mac}
	places, err := queries.Positions(ctx, q.PositionsParams{PracticeID: v.practice, Seq: s.Seq})
	if err != nil {
		return v.unreadable(ctx, s.Seq, err)
	}
	rows, err := queries.EntriesOf(ctx, q.EntriesOfParams{PracticeID: v.practice, Seq: s.Seq})
	if err != nil {
		return v.unreadable(ctx, s.Seq, err)
	}
	there := make(map[id.Audit]q.AuditEntry, len(rows))
	for _, r := range rows {
		there[r.AuditID] = r
	}
	root := newRoot()
	for i, p := range places {
		if p.Position != int64(i+1) {
			v.fault(s.Seq, p.AuditID, "is number %d where number %d is due", p.Position, i+1)
		}
		row, ok := there[p.AuditID]
		switch {
		case !ok:
			v.fault(s.Seq, p.AuditID, "was removed")
		case v.log.leaf(row) != row.Leaf:
			v.fault(s.Seq, p.AuditID, "was altered, or was not written by this program")
		}
		root.add(p.AuditID, row.Leaf)
		v.Entries++
	}
	if int64(len(places)) != s.Entries {
		v.fault(s.Seq, id.Audit{}, "sealed %d entries and %d are there", s.Entries, len(places))
	}
	if root.sum() != s.Root {
		v.fault(s.Seq, id.Audit{}, "its entries are not the ones that were sealed, or not in that order")
	}
	return nil
}

// unreadable turns a row that cannot be read into a fault, so that the walk goes on.
func (v *verifier) unreadable(ctx context.Context, seal int64, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	v.fault(seal, id.Audit{}, "something under it cannot be read: %v", err)
	return nil
}

// strays finds entries that are said to be under a seal that is not there.
func (v *verifier) strays(ctx context.Context) error {
	return v.read(ctx, func(ctx context.Context, queries *q.Queries) error {
		rows, err := queries.StraySealed(ctx, v.practice)
		for _, r := range rows {
			v.fault(r.Seq, r.AuditID, "its seal was removed")
		}
		return err
	})
}

// loose finds entries that are under no seal and wait for none.
func (v *verifier) loose(ctx context.Context) error {
	after := beforeAll
	for {
		var page []id.Audit
		err := v.read(ctx, func(ctx context.Context, queries *q.Queries) (err error) {
			page, err = queries.Loose(ctx, q.LooseParams{PracticeID: v.practice, After: after, Most: entriesAtOnce})
			return err
		})
		if err != nil {
			return err
		}
		for _, a := range page {
			v.fault(0, a, "is under no seal and waits for none: it was inserted, or taken from under its seal")
			after = a
		}
		if len(page) < entriesAtOnce {
			return nil
		}
	}
}

// pending checks the entries that wait for a seal.
func (v *verifier) pending(ctx context.Context) error {
	after := beforeAll
	for {
		n := 0
		err := v.read(ctx, func(ctx context.Context, queries *q.Queries) error {
			page, err := queries.PendingAfter(ctx, q.PendingAfterParams{PracticeID: v.practice, After: after, Most: entriesAtOnce})
			if err != nil {
				return err
			}
			n = len(page)
			for _, a := range page {
				after = a
				row, err := queries.Entry(ctx, q.EntryParams{PracticeID: v.practice, AuditID: a})
				switch {
				case errors.Is(err, sql.ErrNoRows):
					v.fault(0, a, "was removed before it was sealed")
					continue
				case ctx.Err() != nil:
					return ctx.Err()
				case err != nil:
					v.fault(0, a, "cannot be read: %v", err)
					continue
				case v.log.leaf(row) != row.Leaf:
					v.fault(0, a, "was altered, or was not written by this program")
				}
				v.Unsealed++
				if v.WaitsSince.IsZero() || row.At.Before(v.WaitsSince.Time) {
					v.WaitsSince = row.At
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n < entriesAtOnce {
			return nil
		}
	}
}

// compare looks for a head that is known from elsewhere.
func (v *verifier) compare(ctx context.Context, h Head) error {
	return v.read(ctx, func(ctx context.Context, queries *q.Queries) error {
		s, err := queries.SealAt(ctx, q.SealAtParams{PracticeID: v.practice, Seq: h.Seq})
		switch {
		case errors.Is(err, sql.ErrNoRows):
			v.fault(h.Seq, id.Audit{}, "is known from elsewhere and is missing: the log was cut off")
			return nil
		case err != nil:
			return err
		case s.Mac != h.MAC:
			v.fault(h.Seq, id.Audit{}, "is not the one that is known from elsewhere")
		}
		return nil
	})
}
