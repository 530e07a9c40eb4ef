package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"soapstone/internal/errs"
)

// SQLSTATE codes, PostgreSQL manual appendix A.
const (
	pgUnique        = "23505"
	pgForeignKey    = "23503"
	pgCheck         = "23514"
	pgNotNull       = "23502"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgDiskFull      = "53100"
)

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func liteCode(err error) sqlite3.ExtendedErrorCode {
	var e *sqlite3.Error
	if errors.As(err, &e) {
		return e.ExtendedCode()
	}
	return 0
}

// IsUnique reports a broken unique constraint or primary key.
func IsUnique(err error) bool {
	c := liteCode(err)
	return pgCode(err) == pgUnique || c == sqlite3.CONSTRAINT_UNIQUE || c == sqlite3.CONSTRAINT_PRIMARYKEY
}

// IsForeignKey reports a reference to a row that is not there.
func IsForeignKey(err error) bool {
	return pgCode(err) == pgForeignKey || liteCode(err) == sqlite3.CONSTRAINT_FOREIGNKEY
}

// IsCheck reports a value that a CHECK or NOT NULL refuses.
func IsCheck(err error) bool {
	p, c := pgCode(err), liteCode(err)
	return p == pgCheck || p == pgNotNull || c == sqlite3.CONSTRAINT_CHECK || c == sqlite3.CONSTRAINT_NOTNULL || c == sqlite3.CONSTRAINT_DATATYPE
}

// IsFull reports that the disk has no room.
func IsFull(err error) bool {
	return pgCode(err) == pgDiskFull || liteCode(err).Code() == sqlite3.FULL
}

// IsCorrupt reports that what the disk gave back is not what was written.
func IsCorrupt(err error) bool {
	c := liteCode(err)
	if c == sqlite3.IOERR_DATA {
		return true
	}
	switch c.Code() {
	case sqlite3.CORRUPT, sqlite3.NOTADB:
		return true
	}
	p := pgCode(err)
	return p == "XX001" || p == "XX002"
}

// ended says that it was the context that ended a statement: SQLite only says
// that it was interrupted, depending on where it was at that moment.
func ended(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && errors.Is(err, sqlite3.INTERRUPT) && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

func retryable(err error) bool {
	switch pgCode(err) {
	case pgSerialization, pgDeadlock:
		return true
	}
	switch liteCode(err).Code() {
	case sqlite3.BUSY, sqlite3.LOCKED:
		return true
	}
	return false
}

// Classify gives a driver's error the kind a person can act on; errors that
// have a kind already, and unknown ones, come back unchanged.
func Classify(err error) error {
	var e *errs.Error
	switch {
	case err == nil || errors.As(err, &e):
		return err
	case errors.Is(err, sql.ErrNoRows), IsForeignKey(err):
		return errs.Wrap(errs.NotFound, err, "This does not exist, or is not in your practice.")
	case IsUnique(err):
		return errs.Wrap(errs.Conflict, err, "This exists already.")
	case IsFull(err):
		return errs.Wrap(errs.Unavailable, err, "The disk is full. Free some space; nothing was lost.")
	case retryable(err), errors.Is(err, context.DeadlineExceeded):
		return errs.Wrap(errs.Unavailable, err, "The system is busy. Try again in a moment.")
	}
	return err
}
