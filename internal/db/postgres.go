package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"soapstone/internal/id"
)

type pgPool struct {
	pool *sql.DB
	// warned holds the connections on which the server raised a WARNING since
	// the flag was last cleared.
	warned sync.Map
}

func openPostgres(ctx context.Context, o Options) (*pgPool, error) {
	cfg, err := pgx.ParseConfig(o.URL)
	if err != nil {
		// The parser's text may repeat the password: give only the fact.
		return nil, errors.New("db: the PostgreSQL address cannot be read; it looks like postgres://user@host/database")
	}
	p := &pgPool{}
	cfg.OnNotice = func(c *pgconn.PgConn, n *pgconn.Notice) {
		if n.Severity == "WARNING" {
			p.warned.Store(c, n.Message)
		}
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "soapstone"
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	p.pool = stdlib.OpenDB(*cfg)
	if o.Readers == 0 {
		o.Readers = 16
	}
	p.pool.SetMaxOpenConns(o.Readers)
	p.pool.SetMaxIdleConns(o.Readers)
	if err := p.check(ctx); err != nil {
		_ = p.pool.Close()
		return nil, err
	}
	return p, nil
}

// check refuses a database whose text order or encoding differs from SQLite's.
func (p *pgPool) check(ctx context.Context) error {
	var enc, coll string
	err := p.pool.QueryRowContext(ctx,
		`SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()`).Scan(&enc, &coll)
	if err != nil {
		return fmt.Errorf("db: PostgreSQL does not answer: %w", err)
	}
	if enc != "UTF8" || (coll != "C" && coll != "POSIX") {
		return fmt.Errorf("db: the database has encoding %s and collation %s; create it with ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", enc, coll)
	}
	return nil
}

// run is one attempt. Writers of a practice share a lock; with alone, this one
// waits until it has it to itself, so that no other writer of the practice can
// make it fail.
func (p *pgPool) run(ctx context.Context, m mode, tx *Tx, fn func(context.Context, *Tx) error, alone bool) error {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if m == modeWrite {
		unlock, err := lockPractice(ctx, conn, tx.Practice, alone)
		if err != nil {
			return err
		}
		defer unlock()
	}
	opts := &sql.TxOptions{Isolation: sql.LevelSerializable}
	switch m {
	case modeRead:
		opts = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	case modeMaintain:
		// Each of its statements stands for itself; serializing sessions would only cause retries.
		opts = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	// A cancelled request must not cancel a commit half way: PostgreSQL would
	// keep the local commit and tell nobody. Statements still see ctx.
	t, err := conn.BeginTx(context.WithoutCancel(ctx), opts)
	if err != nil {
		return err
	}
	defer func() { _ = t.Rollback() }()
	tx.run = t
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if m == modeRead {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	pc, err := rawConn(conn)
	if err != nil {
		return err
	}
	p.warned.Delete(pc)
	if err := t.Commit(); err != nil {
		return err
	}
	if msg, ok := p.warned.LoadAndDelete(pc); ok {
		return fmt.Errorf("db: commit answered with a warning, so it may not be safe: %v", msg)
	}
	return nil
}

// lockPractice is held by the connection and taken before BEGIN: inside the
// transaction the statement that waits would already have taken the snapshot.
// The server gives it in the order in which it was asked for.
func lockPractice(ctx context.Context, conn *sql.Conn, practice id.Practice, alone bool) (unlock func(), err error) {
	key := int64(binary.BigEndian.Uint64(practice[8:]))
	take, give := "SELECT pg_advisory_lock_shared($1)", "SELECT pg_advisory_unlock_shared($1)"
	if alone {
		take, give = "SELECT pg_advisory_lock($1)", "SELECT pg_advisory_unlock($1)"
	}
	if _, err := conn.ExecContext(ctx, take, key); err != nil {
		return nil, err
	}
	return func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), give, key); err != nil {
			// A connection that may still hold the lock must not go back to the pool.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}, nil
}

func rawConn(conn *sql.Conn) (*pgconn.PgConn, error) {
	var pc *pgconn.PgConn
	err := conn.Raw(func(dc any) error {
		pc = dc.(*stdlib.Conn).Conn().PgConn()
		return nil
	})
	return pc, err
}
