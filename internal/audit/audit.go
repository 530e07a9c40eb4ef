// Package audit keeps the record of who did and who looked at what. Every
// write of a chart inserts its entry in the same transaction; every read is an
// entry too. Each entry carries a keyed, salted hash of itself (its leaf); a
// sealer puts the leaves of a practice under seals, made with a key that is not
// in the database, that name the seal before: a changed, removed, inserted or
// reordered entry is found. That the newest seals were not cut off shows when a
// head kept elsewhere (in a backup, on a signed PDF) is compared.
//
// The package has no statement that changes or removes an entry, and it cannot
// be switched off. It refuses an event without an action, a read by nobody, and
// everything once it is closed.
//
// What it cannot show: an entry written and removed again before it was sealed,
// about a second; sign-off, export and release therefore wait for their seal.
package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/audit/q"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// Log records events of all practices of one database.
type Log struct {
	db      *db.DB
	key     seal.Key // of leaves
	sealKey seal.Key // of seals
	sealing sync.Map // id.Practice → chan struct{}: one sealer at a time
	views   batch
	refused refusals
}

// New makes the log and installs it as the database's auditor. master is the
// installation's key; the log derives its own from it.
func New(d *db.DB, master seal.Key) *Log {
	l := newLog(d, master)
	d.SetAuditor(l.record)
	return l
}

func newLog(d *db.DB, master seal.Key) *Log {
	l := &Log{db: d, key: master.Derive("audit leaf"), sealKey: master.Derive("audit seal")}
	l.views.write = l.writeViews
	return l
}

// NewVerifier is a log that is not installed as the auditor: for Verify beside
// a running one. It records no reads.
func NewVerifier(d *db.DB, master seal.Key) *Log {
	l := newLog(d, master)
	l.views.closed = true
	return l
}

// ownWork marks a transaction of the log itself, which needs no entry: to seal
// the entries, or to write those of a batch one by one.
type ownWork struct{}

// record writes one entry in tx, in the name of the context's actor.
func (l *Log) record(ctx context.Context, tx *db.Tx, e db.Event) error {
	if ctx.Value(ownWork{}) != nil {
		return nil
	}
	a, _ := authz.From(ctx)
	return l.insert(ctx, tx, tx.Practice, a, e)
}

func (l *Log) insert(ctx context.Context, tx *db.Tx, practice id.Practice, a authz.Actor, e db.Event) error {
	if e.Action == "" {
		return errors.New("audit: an event needs an action")
	}
	row := q.AuditEntry{
		PracticeID: practice, AuditID: id.New[id.Audit](), At: tx.Now,
		UserID: a.User, Actor: clean(a.Name, 100), Address: clean(a.Address, 60),
		Action: clean(e.Action, 60), PatientID: e.Patient, Kind: clean(e.Kind, 40), Subject: clean(e.Subject, 100),
		Detail: clean(e.Detail, 500), Salt: salt(),
	}
	row.Leaf = l.leaf(row)
	queries := q.New(tx)
	if err := queries.InsertEntry(ctx, q.InsertEntryParams(row)); err != nil {
		return err
	}
	return queries.InsertPending(ctx, q.InsertPendingParams{PracticeID: practice, AuditID: row.AuditID})
}

// leaf covers every column of the entry but itself.
func (l *Log) leaf(r q.AuditEntry) string {
	sum := l.key.MAC([]byte(r.Salt), r.PracticeID[:], r.AuditID[:], []byte(instant(r.At)), r.UserID[:], []byte(r.Actor),
		[]byte(r.Address), []byte(r.Action), r.PatientID[:], []byte(r.Kind), []byte(r.Subject), []byte(r.Detail))
	return hex.EncodeToString(sum[:])
}

func instant(t db.Time) string {
	v, _ := t.Value()
	s, _ := v.(string)
	return s
}

// clean makes text fit for a column: an address or a name may come from
// outside, and an entry must not fail because of it.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most-1]) + "…"
	}
	return s
}

func salt() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
