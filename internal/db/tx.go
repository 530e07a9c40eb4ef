package db

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"soapstone/internal/id"
)

type mode int

const (
	modeRead mode = iota
	modeWrite
	modeMaintain
)

// runner is what both engines offer inside a transaction; sqlc calls it DBTX.
type runner interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// Tx is a running transaction. It is not safe for concurrent use.
type Tx struct {
	// Now is the transaction's instant: every row it writes carries the same.
	Now Time
	// Practice is the tenant that the caller named.
	Practice id.Practice

	mode    mode
	db      *DB
	run     runner
	audited bool
	after   []func()
}

// Event says what was done to what; the auditor adds who, when and from where.
// Detail never holds names or health data: the log must be readable by an auditor
// who may not read charts.
type Event struct {
	Action  string     // "referral.register"
	Patient id.Patient // zero when no patient is concerned
	Kind    string     // kind of the subject, "referral"
	Subject string     // id of the subject
	Detail  string     // reason, counts, state names
}

// Audit records e in this transaction. Every Write needs at least one call.
func (tx *Tx) Audit(ctx context.Context, e Event) error {
	if tx.db.auditor == nil {
		return errNoAuditor
	}
	if err := tx.db.auditor(ctx, tx, e); err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	tx.audited = true
	return nil
}

// After runs f once the transaction has committed; f must not fail.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// Engine tells which database runs the transaction.
func (tx *Tx) Engine() Engine { return tx.db.engine }

// ExecContext implements sqlc's DBTX.
func (tx *Tx) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	if err := tx.allowed(q); err != nil {
		return nil, err
	}
	return tx.run.ExecContext(ctx, tx.text(q), args...)
}

// PrepareContext implements sqlc's DBTX.
func (tx *Tx) PrepareContext(ctx context.Context, q string) (*sql.Stmt, error) {
	if err := tx.allowed(q); err != nil {
		return nil, err
	}
	return tx.run.PrepareContext(ctx, tx.text(q))
}

// QueryContext implements sqlc's DBTX.
func (tx *Tx) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if err := tx.allowed(q); err != nil {
		return nil, err
	}
	return tx.run.QueryContext(ctx, tx.text(q), args...)
}

// QueryRowContext implements sqlc's DBTX.
func (tx *Tx) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	if err := tx.allowed(q); err != nil {
		// A Row cannot be made with an error of ours: let a cancelled call carry it.
		c, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return tx.run.QueryRowContext(c, "SELECT 1")
	}
	return tx.run.QueryRowContext(ctx, tx.text(q), args...)
}

// maintained lists the tables that Maintain may change: nothing clinical,
// nothing an auditor asks about.
var maintained = map[string]bool{
	"session": true, "sign_in_throttle": true, "webauthn_ceremony": true,
	"job": true, "setup_code": true, "totp_used": true,
}

var target = regexp.MustCompile(`(?is)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?([a-z_]+)"?`)

func (tx *Tx) allowed(q string) error {
	if tx.mode != modeMaintain {
		return nil
	}
	for _, m := range target.FindAllStringSubmatch(q, -1) {
		t := strings.ToLower(m[1])
		if t != "set" && !maintained[t] {
			return fmt.Errorf("db.Maintain: table %s is not one it may change; use Write", t)
		}
	}
	return nil
}

// text gives the engine's spelling of a statement. SQLite takes $2 as a *name*
// and numbers it by first appearance, so $n becomes ?n there. The texts are
// constants, so the answers are kept.
func (tx *Tx) text(q string) string {
	if tx.db.engine == Postgres {
		return q
	}
	if s, ok := spelled.Load(q); ok {
		return s.(string)
	}
	s := sqlitePlaceholders(q)
	spelled.Store(q, s)
	return s
}

var spelled sync.Map

// sqlitePlaceholders turns $1 into ?1 outside of quotes and comments.
func sqlitePlaceholders(q string) string {
	b := []byte(q)
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\'' || b[i] == '"':
			end := b[i]
			for i++; i < len(b) && b[i] != end; i++ {
			}
		case b[i] == '-' && i+1 < len(b) && b[i+1] == '-':
			for i++; i < len(b) && b[i] != '\n'; i++ {
			}
		case b[i] == '$' && i+1 < len(b) && b[i+1] >= '0' && b[i+1] <= '9':
			b[i] = '?'
		}
	}
	return string(b)
}
