package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/memdb" // Options.Bulk
	_ "github.com/ncruces/go-sqlite3/vfs/xts"   // encryption at rest

	"soapstone/internal/seal"
)

// litePools keeps one connection that writes and a few that read, each with its
// own prepared statements. SQLite has a single writer anyway; queueing here is
// fairer than polling its lock.
type litePools struct {
	pool    *sql.DB
	writer  chan *liteConn
	readers chan *liteConn
	all     []*liteConn
}

type liteConn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func openSQLite(ctx context.Context, o Options) (*litePools, error) {
	if o.Key == (seal.Key{}) {
		return nil, errors.New("db: a SQLite database needs an encryption key")
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Bulk {
		o.Readers = 0
	}
	if err := os.MkdirAll(filepath.Dir(o.URL), 0o700); err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	uri := sqliteURI(o.URL, "rwc")
	if o.Bulk { // a name, so that the migrations' own connection finds it
		uri = "file:/bulk-" + hex.EncodeToString(seed()) + "?vfs=memdb"
	}
	pool, err := driver.Open(uri, func(c *sqlite3.Conn) error { return prepareConn(c, o.Key, o.Bulk) })
	if err != nil {
		return nil, openError(o.URL, err)
	}
	p := &litePools{pool: pool, writer: make(chan *liteConn, 1), readers: make(chan *liteConn, o.Readers)}
	for i := 0; i <= o.Readers; i++ {
		conn, err := pool.Conn(ctx)
		if err != nil {
			_ = p.close()
			return nil, openError(o.URL, err)
		}
		lc := &liteConn{conn: conn, stmts: map[string]*sql.Stmt{}}
		p.all = append(p.all, lc)
		if i == 0 {
			p.writer <- lc
		} else {
			p.readers <- lc
		}
	}
	if o.Bulk {
		p.readers = p.writer
	}
	return p, nil
}

// seed names a database in memory, so that two of them are never one.
func seed() []byte {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return b[:]
}

func sqliteURI(path, mode string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "vfs=xts&mode=" + mode}
	if runtime.GOOS == "windows" {
		u.Path = "/" + filepath.ToSlash(path)
	}
	return u.String()
}

// prepareConn sets the key before anything is read, page checksums on a fresh
// file, and the pragmas that durability and integrity rest on.
func prepareConn(c *sqlite3.Conn, key seal.Key, memory bool) error {
	if err := c.Exec("PRAGMA hexkey='" + hex.EncodeToString(fileKey(key)) + "'"); err != nil {
		return err
	}
	if err := c.Exec("PRAGMA busy_timeout=10000; PRAGMA temp_store=memory; PRAGMA trusted_schema=off; PRAGMA cache_size=-8000"); err != nil {
		return err
	}
	if memory { // pages as a file has them: they are copied into one
		if err := c.Exec("PRAGMA page_size=4096"); err != nil {
			return err
		}
	}
	if empty, err := isEmpty(c); err != nil {
		return err
	} else if empty {
		if err := c.EnableChecksums("main"); err != nil {
			return err
		}
	}
	if memory {
		// Nothing of it survives a crash in any case: see Options.Bulk.
		return c.Exec("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON")
	}
	if err := c.Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"); err != nil {
		return err
	}
	return learnChecksums(c)
}

// learnChecksums shows the connection the header of the file itself. It learns
// from there that pages carry checksums; SQLite's own look at the header came
// before the key, and after a crash page 1 is read from the write-ahead log.
// A connection that has not seen it would fold the log into the file without
// checksums, and every later read of those pages would fail.
func learnChecksums(c *sqlite3.Conn) error {
	f, err := c.FileControl("main", sqlite3.FCNTL_FILE_POINTER)
	if err != nil {
		return err
	}
	file, ok := f.(io.ReaderAt)
	if !ok {
		return errors.New("db: the file's header cannot be reached")
	}
	if _, err := file.ReadAt(make([]byte, 100), 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// fileKey is the AES-256-XTS key pair: two independent 256-bit keys.
func fileKey(key seal.Key) []byte {
	a, b := key.Derive("sqlite xts data"), key.Derive("sqlite xts tweak")
	return append(a[:], b[:]...)
}

func isEmpty(c *sqlite3.Conn) (bool, error) {
	s, _, err := c.Prepare("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return false, err
	}
	defer s.Close()
	s.Step()
	n := s.ColumnInt(0)
	return n == 0, s.Err()
}

func openError(path string, err error) error {
	var e *sqlite3.Error
	if errors.As(err, &e) && e.Code() == sqlite3.NOTADB {
		return fmt.Errorf("db: %s cannot be read with this key. Use the key that belongs to this folder, or restore it from the recovery sheet: %w", path, err)
	}
	return fmt.Errorf("db: open %s: %w", path, err)
}

func (p *litePools) close() error {
	var err error
	for _, c := range p.all {
		for _, s := range c.stmts {
			err = errors.Join(err, s.Close())
		}
		err = errors.Join(err, c.conn.Close())
	}
	return errors.Join(err, p.pool.Close())
}

func (p *litePools) run(ctx context.Context, m mode, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	from, begin := p.writer, "BEGIN IMMEDIATE"
	if m == modeRead {
		from, begin = p.readers, "BEGIN"
	}
	var c *liteConn
	select {
	case c = <-from:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { from <- c }()
	tx.run = c
	// The instant is read again now: waiting for the writer may have taken a while.
	tx.Now = At(tx.db.clock.Now())
	if err := c.exec(context.WithoutCancel(ctx), begin); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			if e := c.exec(context.WithoutCancel(ctx), "ROLLBACK"); e != nil && err == nil {
				err = e
			}
		}
	}()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if m == modeRead {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.exec(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return err
	}
	done = true
	return nil
}

func (c *liteConn) exec(ctx context.Context, q string) error {
	_, err := c.ExecContext(ctx, q)
	return err
}

func (c *liteConn) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if s := c.stmts[q]; s != nil {
		return s, nil
	}
	s, err := c.conn.PrepareContext(context.WithoutCancel(ctx), q)
	if err != nil {
		return nil, err
	}
	c.stmts[q] = s
	return s, nil
}

func (c *liteConn) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(whole(ctx), args...)
}

// whole is the context of one statement: it is not begun when ctx has ended,
// and not broken off when ctx ends meanwhile. Statements are short, and a
// context that can end costs a goroutine for each.
func whole(ctx context.Context) context.Context {
	if ctx.Err() != nil {
		return ctx
	}
	return context.Background()
}

func (c *liteConn) PrepareContext(ctx context.Context, q string) (*sql.Stmt, error) {
	return c.conn.PrepareContext(ctx, q)
}

func (c *liteConn) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(whole(ctx), args...)
}

func (c *liteConn) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	s, err := c.stmt(ctx, q)
	if err != nil {
		// The connection gives the same error again, in the form that is needed.
		return c.conn.QueryRowContext(ctx, q, args...)
	}
	return s.QueryRowContext(whole(ctx), args...)
}

var copyMu sync.Mutex

// CopyTo writes a consistent, compacted copy of the SQLite database to path,
// encrypted with key (which may differ from the database's own). It is safe
// while the database is in use and refuses an existing file.
func (d *DB) CopyTo(ctx context.Context, path string, key seal.Key) error {
	if d.lite == nil {
		return errors.New("db.CopyTo: only for SQLite; use pg_dump for PostgreSQL")
	}
	copyMu.Lock()
	defer copyMu.Unlock()
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("db.CopyTo: %s exists already", path)
	}
	var c *liteConn
	select {
	case c = <-d.lite.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.lite.readers <- c }()
	// A URI parameter is the only way to key the file that VACUUM INTO makes.
	target := sqliteURI(path, "rwc") + "&hexkey=" + hex.EncodeToString(fileKey(key))
	if _, err := c.conn.ExecContext(ctx, "VACUUM INTO ?1", target); err != nil {
		return fmt.Errorf("db.CopyTo: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	return f.Sync()
}

// finishBulk copies what was built in memory, page by page, into an encrypted
// file; every page has its checksum. The file gets its name when it is whole.
func (d *DB) finishBulk() error {
	c := <-d.lite.writer
	defer func() { d.lite.writer <- c }()
	if _, err := os.Stat(d.path); err == nil {
		return fmt.Errorf("db: %s exists already", d.path)
	}
	part := d.path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("db: writing the file: %w", err)
	}
	target := sqliteURI(part, "rwc") + "&hexkey=" + hex.EncodeToString(fileKey(d.key))
	err := emptyFile(target)
	if err == nil {
		err = c.conn.Raw(func(raw any) error { return raw.(driver.Conn).Raw().Backup("main", target) })
	}
	if err == nil {
		err = os.Chmod(part, 0o600)
	}
	if err == nil {
		err = os.Rename(part, d.path)
	}
	if err != nil {
		return fmt.Errorf("db: writing the file: %w", err)
	}
	return nil
}

// emptyFile makes a database whose pages carry checksums. Whoever opens it sees
// that in its header; a connection that writes the header itself would come to
// know too late, after other pages.
func emptyFile(uri string) error {
	c, err := sqlite3.Open(uri)
	if err != nil {
		return err
	}
	return errors.Join(c.EnableChecksums("main"), c.Close())
}

// CheckPages reads every page of a SQLite database, so that its checksum is
// compared, and checks the structure. PostgreSQL does the same with its own
// data checksums (pg_amcheck); there it only answers nil.
func (d *DB) CheckPages(ctx context.Context) error {
	if d.lite == nil {
		return nil
	}
	var c *liteConn
	select {
	case c = <-d.lite.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.lite.readers <- c }()
	var answer string
	if err := c.conn.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&answer); err != nil {
		return fmt.Errorf("db: a page cannot be read: %w", err)
	}
	if answer != "ok" {
		return fmt.Errorf("db: damaged: %s", answer)
	}
	return nil
}
