package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"

	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

const (
	manifestName = "manifest.json"
	macName      = "manifest.mac"
	aboutName    = "about.txt"

	// partSize is about how many bytes of rows go into one part.
	partSize = 4 << 20
)

const about = `This is a snapshot of a Soapstone installation.

data/TABLE/NNNNNN.ndjson.gz  rows of a table: one JSON array a line; the first
                             line names the columns
manifest.json                tables, row counts, SHA-256 of every part, seals
manifest.mac                 HMAC-SHA256 that proves who made it

To restore it: soapstone restore --help
`

// Snapshot writes the whole installation as it is at one instant to dest, a new
// file that only its owner may read, then restores it into a scratch database
// beside it and compares: dest exists only if that succeeded. master is the
// installation's key. Seal the audit log first, so that the manifest's seals
// cover everything (audit.Log.SealAll).
func Snapshot(ctx context.Context, d *db.DB, master seal.Key, dest string) (Manifest, error) {
	if _, err := os.Stat(dest); err == nil {
		return Manifest{}, fmt.Errorf("backup: %s exists already; choose another name", dest)
	}
	if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	version, err := d.SchemaVersion(ctx)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	part := dest + ".part"
	m, err := writeArchive(ctx, d, master, part, version)
	if err == nil {
		err = prove(ctx, part, master, m, filepath.Dir(dest))
	}
	if err != nil {
		return Manifest{}, errors.Join(err, removeIfThere(part))
	}
	if err := os.Rename(part, dest); err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	return m, syncDir(filepath.Dir(dest))
}

// Before is what db.Options.BeforeMigrate takes: a snapshot in folder dir
// before the schema is changed.
func Before(master seal.Key, dir string) func(ctx context.Context, d *db.DB, from int64) error {
	return func(ctx context.Context, d *db.DB, from int64) error {
		name := fmt.Sprintf("before-schema-%d-%s%s", from, d.Clock().Now().UTC().Format("20060102-150405"), Ending)
		_, err := Snapshot(ctx, d, master, filepath.Join(dir, name))
		return err
	}
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	// Windows has no such call and needs none.
	_ = f.Sync()
	return nil
}

// writeArchive writes the tables that a schema of the given version has.
func writeArchive(ctx context.Context, d *db.DB, master seal.Key, path string, version int64) (Manifest, error) {
	who, err := identity(master)
	if err != nil {
		return Manifest{}, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	defer f.Close()
	sealed, err := age.Encrypt(f, who.Recipient())
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	a := &archive{tar: tar.NewWriter(sealed), clock: d.Clock()}
	m, err := a.fill(ctx, d, master, version)
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	if err := errors.Join(a.tar.Close(), sealed.Close(), f.Sync(), f.Close()); err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	return m, nil
}

// archive is a tar file being written.
type archive struct {
	tar   *tar.Writer
	clock clock.Clock
}

func (a *archive) file(name string, b []byte) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), ModTime: a.clock.Now(), Format: tar.FormatPAX}
	if err := a.tar.WriteHeader(h); err != nil {
		return err
	}
	_, err := a.tar.Write(b)
	return err
}

func (a *archive) fill(ctx context.Context, d *db.DB, master seal.Key, version int64) (Manifest, error) {
	tables, err := schema(version)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{Format: format, CreatedAt: d.Clock().Now(), Schema: version, Engine: d.Engine()}
	if err := a.file(aboutName, []byte(about)); err != nil {
		return Manifest{}, err
	}
	err = d.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range tables {
			if transient[t.name] {
				continue
			}
			out, err := a.table(ctx, tx, t)
			if err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
			m.Tables = append(m.Tables, out)
		}
		m.Practices, err = practices(ctx, tx, d, master, version)
		return err
	})
	if err != nil {
		return Manifest{}, err
	}
	b, err := m.encode()
	if err != nil {
		return Manifest{}, err
	}
	sum := mac(master, b)
	return m, errors.Join(a.file(manifestName, b), a.file(macName, []byte(hex.EncodeToString(sum[:])+"\n")))
}

// table writes the rows of one table.
func (a *archive) table(ctx context.Context, tx *db.Tx, t table) (Table, error) {
	out := Table{Name: t.name, Columns: t.columnNames()}
	rows, err := tx.QueryContext(ctx, t.selectAll())
	if err != nil {
		return out, err
	}
	defer rows.Close()
	p := &parts{archive: a, table: &out}
	if p.head, err = json.Marshal(out.Columns); err != nil {
		return out, err
	}
	values, refs := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		refs[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(refs...); err != nil {
			return out, err
		}
		line, err := encodeRow(t.columns, values)
		if err != nil {
			return out, err
		}
		if err := p.add(line); err != nil {
			return out, err
		}
	}
	return out, errors.Join(rows.Err(), p.flush())
}

// parts gathers rows into parts of a size that fits in memory.
type parts struct {
	archive *archive
	table   *Table
	head    []byte // the line of column names
	buf     bytes.Buffer
	rows    int64
}

func (p *parts) add(line []byte) error {
	if p.buf.Len() > 0 && p.buf.Len()+len(line) > partSize {
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.buf.Write(line)
	p.rows++
	return nil
}

func (p *parts) flush() error {
	if p.rows == 0 {
		return nil
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
	if err != nil {
		return err
	}
	_, err = w.Write(append(p.head, '\n'))
	if err == nil {
		_, err = p.buf.WriteTo(w)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	sum := sha256.Sum256(z.Bytes())
	part := Part{Name: fmt.Sprintf("data/%s/%06d.ndjson.gz", p.table.Name, len(p.table.Parts)+1), Rows: p.rows, SHA256: hex.EncodeToString(sum[:])}
	p.table.Parts = append(p.table.Parts, part)
	p.table.Rows += p.rows
	p.rows = 0
	p.buf.Reset()
	return p.archive.file(part.Name, z.Bytes())
}

// practices describes every practice as tx sees it. Before their tables exist
// there is nothing to describe.
func practices(ctx context.Context, tx *db.Tx, d *db.DB, master seal.Key, version int64) ([]Practice, error) {
	const auditSchema, documentSchema = 3, 5
	ids, err := practiceIDs(ctx, tx)
	if err != nil {
		return nil, err
	}
	before := tx.Practice
	defer func() { tx.Practice = before }()
	docs := document.New(d, master)
	out := []Practice{}
	for _, pid := range ids {
		tx.Practice = pid
		p := Practice{ID: pid}
		if version >= auditSchema {
			if err := describeAudit(ctx, tx, &p); err != nil {
				return nil, err
			}
		}
		if version >= documentSchema {
			if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM document WHERE practice_id = $1`, pid).Scan(&p.Documents); err != nil {
				return nil, err
			}
			if _, p.Heads, err = docs.Heads(ctx, tx); err != nil {
				return nil, err
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func practiceIDs(ctx context.Context, tx *db.Tx) ([]id.Practice, error) {
	rows, err := tx.QueryContext(ctx, `SELECT practice_id FROM practice ORDER BY practice_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []id.Practice
	for rows.Next() {
		var p id.Practice
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

func describeAudit(ctx context.Context, tx *db.Tx, p *Practice) error {
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1`, p.ID).Scan(&p.Entries); err != nil {
		return err
	}
	var seq int64
	var mac string
	err := tx.QueryRowContext(ctx, `SELECT seq, mac FROM audit_seal WHERE practice_id = $1 ORDER BY seq DESC LIMIT 1`, p.ID).Scan(&seq, &mac)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	p.Seal = fmt.Sprintf("%d-%s", seq, mac)
	return err
}

// prove restores an archive into a scratch database, encrypted with a key that
// is thrown away, and compares what came out with what went in.
func prove(ctx context.Context, path string, master seal.Key, want Manifest, near string) error {
	dir, err := os.MkdirTemp(near, ".proof-")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(ctx, db.Options{URL: filepath.Join(dir, DatabaseFile), Key: seal.NewKey(), Readers: 1})
	if err != nil {
		return fmt.Errorf("backup: scratch database: %w", err)
	}
	defer d.Close()
	got, err := load(ctx, d, master, path)
	if err != nil {
		return fmt.Errorf("backup: the snapshot cannot be restored: %w", err)
	}
	a, err := got.encode()
	if err != nil {
		return err
	}
	b, err := want.encode()
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return errors.New("backup: the snapshot holds another manifest than was written")
	}
	if err := d.CheckPages(ctx); err != nil {
		return fmt.Errorf("backup: scratch database: %w", err)
	}
	return nil
}

func readAll(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("larger than %d bytes", most)
	}
	return b, err
}
