// Package db owns the connection to the one database of the product, SQLite or
// PostgreSQL, and decides how work on it is grouped: a Read is a snapshot, a
// Write is serializable, has one fixed instant and fails unless it was audited,
// and Maintain reaches nothing but a listed set of non-clinical tables. All
// other packages speak one SQL text; what differs between the engines stays here.
//
// It refuses a schema newer than the program, a PostgreSQL database that is not
// UTF-8 with C collation, an unaudited write, and a commit that PostgreSQL
// accepted only with a warning (it may not have reached the standby).
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// Engine is the kind of database behind a DB.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options say which database to open and how.
type Options struct {
	// URL is a path of a SQLite file, or postgres://… for PostgreSQL.
	URL string
	// Key encrypts the SQLite file (AES-256-XTS). The zero key is refused for
	// a file; PostgreSQL ignores it.
	Key seal.Key
	// Clock gives each transaction its instant; clock.System() when nil.
	Clock clock.Clock
	// Readers is the number of read connections (SQLite) or of all connections
	// (PostgreSQL); 4 and 16 when zero.
	Readers int
	// Bulk is for building a SQLite file from nothing: everything happens in
	// memory over one connection, and Close writes the file. A crash before
	// that leaves none. A Read in progress must not start another call.
	Bulk bool
	// BeforeMigrate is called before pending migrations run on a database that
	// already holds a schema, with the version it has: the place for a snapshot.
	BeforeMigrate func(ctx context.Context, d *DB, from int64) error
}

// Auditor records an event inside the transaction that caused it.
type Auditor func(ctx context.Context, tx *Tx, e Event) error

// DB is an open, migrated database.
type DB struct {
	engine  Engine
	clock   clock.Clock
	key     seal.Key
	path    string // SQLite file
	bulk    bool   // in memory until Close
	lite    *litePools
	pg      *pgPool
	auditor Auditor
}

// Open connects, checks, and migrates to the newest schema.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	d := &DB{clock: o.Clock, key: o.Key}
	var err error
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		d.engine = Postgres
		d.pg, err = openPostgres(ctx, o)
	} else {
		d.engine, d.path, d.bulk = SQLite, o.URL, o.Bulk
		d.lite, err = openSQLite(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx, o.BeforeMigrate); err != nil {
		d.bulk = false // there is nothing to make a file of
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// Close ends all connections. On SQLite it folds the write-ahead log into the
// file; of a database opened with Options.Bulk it makes the file.
func (d *DB) Close() error {
	if d.lite != nil {
		var err error
		if d.bulk {
			err = d.finishBulk()
		}
		return errors.Join(err, d.lite.close())
	}
	return d.pg.pool.Close()
}

// Engine tells which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Bulk reports whether the database was opened with Options.Bulk.
func (d *DB) Bulk() bool { return d.bulk }

// Path is the SQLite file, or "" on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Clock is the clock that transactions read.
func (d *DB) Clock() clock.Clock { return d.clock }

// SetAuditor installs what records events. It is called once, at start.
func (d *DB) SetAuditor(a Auditor) { d.auditor = a }

// Read runs fn on one consistent snapshot. Nothing fn writes is kept.
func (d *DB) Read(ctx context.Context, practice id.Practice, fn func(ctx context.Context, tx *Tx) error) error {
	if d.lite != nil {
		return ended(ctx, d.lite.run(ctx, modeRead, d.newTx(practice, modeRead), fn))
	}
	return d.pg.run(ctx, modeRead, d.newTx(practice, modeRead), fn, false)
}

// Write runs fn as one serializable transaction with one fixed instant and
// commits it. fn may run more than once, so it does nothing but database work.
// It returns an Internal error when fn did not call tx.Audit.
func (d *DB) Write(ctx context.Context, practice id.Practice, fn func(ctx context.Context, tx *Tx) error) error {
	return d.retry(ctx, modeWrite, practice, func(ctx context.Context, tx *Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		if !tx.audited {
			return errors.New("db.Write: the change was not audited")
		}
		return nil
	})
}

// Maintain runs fn as a transaction that may change only the tables listed in
// maintained: sessions, throttles, jobs. It needs no audit entry.
func (d *DB) Maintain(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return d.retry(ctx, modeMaintain, id.Practice{}, fn)
}

const (
	// maxAttempts with pauses of at most maxPause are about four seconds: a
	// person waits that long rather than to be told to try again.
	maxAttempts = 36
	maxPause    = 120 * time.Millisecond
	// After this many attempts a writer on PostgreSQL goes on alone: whoever
	// lost to the others of its practice waits for its turn instead of losing again.
	aloneAfter = 4
)

func (d *DB) retry(ctx context.Context, m mode, practice id.Practice, fn func(ctx context.Context, tx *Tx) error) error {
	for attempt := 1; ; attempt++ {
		tx := d.newTx(practice, m)
		var err error
		if d.lite != nil {
			err = ended(ctx, d.lite.run(ctx, m, tx, fn))
		} else {
			err = d.pg.run(ctx, m, tx, fn, attempt > aloneAfter)
		}
		if err == nil {
			for _, f := range tx.after {
				f()
			}
			return nil
		}
		if !retryable(err) || attempt == maxAttempts || ctx.Err() != nil {
			return err
		}
		// Jittered growth keeps two colliding writers from colliding again.
		pause := min(maxPause, time.Duration(attempt*attempt)*time.Millisecond)
		wait := pause/2 + rand.N(pause/2+4*time.Millisecond)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

func (d *DB) newTx(practice id.Practice, m mode) *Tx {
	return &Tx{Now: Time{d.clock.Now()}, Practice: practice, mode: m, db: d}
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return d.Read(ctx, id.Practice{}, func(ctx context.Context, tx *Tx) error {
		var one int
		return tx.QueryRowContext(ctx, "SELECT 1").Scan(&one)
	})
}

// OneRow turns the count of an :execrows statement guarded by a version into
// the answer a person gets when somebody else was faster.
func OneRow(n int64, err error) error {
	if err != nil {
		return err
	}
	if n != 1 {
		return errs.New(errs.Stale, "Someone else changed this meanwhile. Reload and look before you save again.")
	}
	return nil
}

// Found turns sql.ErrNoRows into a NotFound error with the given sentence and
// leaves every other error as it is.
func Found(err error, public string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errs.Wrap(errs.NotFound, err, public)
	}
	return err
}

var errNoAuditor = fmt.Errorf("db: no auditor is installed")
