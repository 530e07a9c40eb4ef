package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

const (
	// The largest part in the archive and unpacked, in bytes: one stored file
	// of 20 MiB as base64, with room.
	maxPacked   = 64 << 20
	maxUnpacked = 64 << 20
	maxManifest = 64 << 20
)

// Restore makes a data folder out of an archive: destDir must not exist or be
// empty, and gets a SQLite database encrypted with master, whatever engine the
// snapshot is from. When the archive is not whole nothing is left behind. The
// report says whether the restored practice proves itself; a fault in it was in
// the snapshot already and does not keep the rest from being restored.
func Restore(ctx context.Context, archive string, master seal.Key, destDir string) (Manifest, Report, error) {
	entries, err := os.ReadDir(destDir)
	if err == nil && len(entries) > 0 {
		return Manifest{}, Report{}, fmt.Errorf("backup: %s is not empty; restore into an empty folder", destDir)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Manifest{}, Report{}, fmt.Errorf("backup: %w", err)
	}
	made := err != nil
	if err := os.MkdirAll(destDir, 0o700); err != nil {
		return Manifest{}, Report{}, fmt.Errorf("backup: %w", err)
	}
	m, r, err := restoreInto(ctx, archive, master, filepath.Join(destDir, DatabaseFile))
	if err != nil {
		for _, f := range []string{"", "-wal", "-shm"} {
			err = errors.Join(err, removeIfThere(filepath.Join(destDir, DatabaseFile+f)))
		}
		if made {
			err = errors.Join(err, removeIfThere(destDir))
		}
		return Manifest{}, Report{}, err
	}
	return m, r, syncDir(destDir)
}

func restoreInto(ctx context.Context, archive string, master seal.Key, url string) (Manifest, Report, error) {
	d, err := db.Open(ctx, db.Options{URL: url, Key: master})
	if err != nil {
		return Manifest{}, Report{}, err
	}
	m, r, err := RestoreDatabase(ctx, archive, master, d)
	return m, r, errors.Join(err, d.Close())
}

// RestoreDatabase fills an open, migrated and empty database of either engine.
// It leaves an entry in the audit log, and replaces the database's auditor: close
// d afterwards and open it afresh.
// On an error rows may be left: empty the database before the next attempt.
func RestoreDatabase(ctx context.Context, archive string, master seal.Key, d *db.DB) (Manifest, Report, error) {
	m, err := load(ctx, d, master, archive)
	if err != nil {
		return Manifest{}, Report{}, fmt.Errorf("backup: %w", err)
	}
	r, err := Verify(ctx, d, master, m)
	if err != nil {
		return m, r, err
	}
	return m, r, recordRestore(ctx, d, master, m)
}

// recordRestore leaves a trace in every practice's log: a restore takes back
// what was done since the snapshot.
func recordRestore(ctx context.Context, d *db.DB, master seal.Key, m Manifest) error {
	log := audit.New(d, master)
	detail := "snapshot of " + m.CreatedAt.UTC().Format("2006-01-02T15:04:05Z")
	for _, p := range m.Practices {
		ctx := authz.With(ctx, authz.Actor{Practice: p.ID, Name: "Restore", System: true})
		err := d.Write(ctx, p.ID, func(ctx context.Context, tx *db.Tx) error {
			return tx.Audit(ctx, db.Event{Action: "backup.restore", Kind: "backup", Detail: detail})
		})
		if err != nil {
			return fmt.Errorf("backup: record the restore: %w", err)
		}
	}
	return log.Close(ctx)
}

// ReadManifest reads an archive to its end and gives its manifest, without
// restoring anything: every part was compared with its hash.
func ReadManifest(archive string, master seal.Key) (Manifest, error) {
	m, err := readArchive(archive, master, func(string, []byte) error { return nil })
	if err != nil {
		return Manifest{}, fmt.Errorf("backup: %w", err)
	}
	return m, nil
}

// readArchive decrypts an archive, gives each part to use as it comes, and
// compares all of them with the manifest at the end.
func readArchive(path string, master seal.Key, use func(name string, packed []byte) error) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close()
	who, err := identity(master)
	if err != nil {
		return Manifest{}, err
	}
	plain, err := age.Decrypt(f, who)
	var other *age.NoIdentityMatchError
	if errors.As(err, &other) {
		return Manifest{}, fmt.Errorf("%s was made with another key; use the recovery sheet of the practice it belongs to", path)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("%s is not a snapshot, or is damaged: %w", path, err)
	}
	r := &reader{sums: map[string]string{}}
	if err := r.read(tar.NewReader(plain), use); err != nil {
		return Manifest{}, fmt.Errorf("%s is damaged: %w", path, err)
	}
	// The tar ends before the file does: read on, so that a cut is noticed.
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return Manifest{}, fmt.Errorf("%s is damaged: %w", path, err)
	}
	m, err := r.finish(master)
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

type reader struct {
	sums          map[string]string
	manifest, mac []byte
}

func (r *reader) read(t *tar.Reader, use func(string, []byte) error) error {
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case h.Name == aboutName:
			continue
		case h.Name == manifestName:
			r.manifest, err = readAll(t, maxManifest)
		case h.Name == macName:
			r.mac, err = readAll(t, 1000)
		default:
			var b []byte
			if b, err = readAll(t, maxPacked); err == nil {
				if r.sums[h.Name] != "" {
					return fmt.Errorf("part %s is there twice", h.Name)
				}
				sum := sha256.Sum256(b)
				r.sums[h.Name] = hex.EncodeToString(sum[:])
				err = use(h.Name, b)
			}
		}
		if err != nil {
			return fmt.Errorf("part %s: %w", h.Name, err)
		}
	}
}

// finish authenticates the manifest and compares the parts with it.
func (r *reader) finish(master seal.Key) (Manifest, error) {
	var m Manifest
	want := mac(master, r.manifest)
	if !hmac.Equal([]byte(strings.TrimSpace(string(r.mac))), []byte(hex.EncodeToString(want[:]))) {
		return m, errors.New("the snapshot is incomplete, or was not made by this installation")
	}
	if err := json.Unmarshal(r.manifest, &m); err != nil {
		return m, err
	}
	if m.Format != format {
		return m, fmt.Errorf("the snapshot has the form %q, which this program does not know; use a newer version", m.Format)
	}
	left := len(r.sums)
	for _, t := range m.Tables {
		for _, p := range t.Parts {
			if r.sums[p.Name] != p.SHA256 {
				return m, fmt.Errorf("part %s is missing or was altered", p.Name)
			}
			left--
		}
	}
	if left != 0 {
		return m, errors.New("the snapshot has parts that its manifest does not name")
	}
	return m, nil
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	b, err := readAll(z, maxUnpacked)
	return b, errors.Join(err, z.Close())
}

// load fills an empty database from an archive and compares what came out with
// the manifest.
func load(ctx context.Context, d *db.DB, master seal.Key, path string) (Manifest, error) {
	version, err := d.SchemaVersion(ctx)
	if err != nil {
		return Manifest{}, err
	}
	tables, err := schema(version)
	if err != nil {
		return Manifest{}, err
	}
	if err := mustBeEmpty(ctx, d, tables); err != nil {
		return Manifest{}, err
	}
	// The rows bring their own audit log; loading them is no event in it.
	d.SetAuditor(func(context.Context, *db.Tx, db.Event) error { return nil })
	l := &loader{db: d, tables: map[string]table{}}
	for _, t := range tables {
		l.tables[t.name] = t
	}
	m, err := readArchive(path, master, func(name string, packed []byte) error { return l.part(ctx, name, packed) })
	if err != nil {
		return Manifest{}, err
	}
	if m.Schema > version {
		return Manifest{}, fmt.Errorf("the snapshot was made by a newer version of the program (schema %d, this program knows %d); install that version or newer", m.Schema, version)
	}
	if err := l.endTable(ctx); err != nil {
		return Manifest{}, err
	}
	return m, l.compare(ctx, m, master)
}

// mustBeEmpty refuses a database in which anything is stored.
func mustBeEmpty(ctx context.Context, d *db.DB, tables []table) error {
	return d.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range tables {
			if transient[t.name] {
				continue
			}
			var n int64
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+t.name).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return fmt.Errorf("the database is not empty: table %s has rows; restore into a new one", t.name)
			}
		}
		return nil
	})
}

// compare counts the rows and describes the practices again.
func (l *loader) compare(ctx context.Context, m Manifest, master seal.Key) error {
	return l.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range m.Tables {
			var n int64
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+t.Name).Scan(&n); err != nil {
				return err
			}
			if n != t.Rows {
				return fmt.Errorf("table %s has %d rows, and had %d", t.Name, n, t.Rows)
			}
		}
		got, err := practices(ctx, tx, l.db, master, m.Schema)
		if err != nil {
			return err
		}
		if !slices.Equal(got, m.Practices) {
			return errors.New("the heads of the audit log or of the documents are not those of the snapshot")
		}
		return nil
	})
}
