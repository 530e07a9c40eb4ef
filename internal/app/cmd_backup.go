package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"soapstone/internal/audit"
	"soapstone/internal/backup"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/ledger"
	"soapstone/internal/seal"
)

// opened is an installation opened for a command: data and audit log, no server.
type opened struct {
	place config.Place
	key   seal.Key
	db    *db.DB
	log   *audit.Log
}

// open opens an existing installation. It never makes one.
func (f dataFlags) open(ctx context.Context) (*opened, error) {
	place, err := f.place()
	if err != nil {
		return nil, err
	}
	if f.Database == "" && !place.Exists() {
		return nil, fmt.Errorf("there is no practice in %s; name its folder with --data", place.Dir)
	}
	key, _, err := place.Key()
	if err != nil {
		return nil, err
	}
	d, err := openData(ctx, Config{Place: place, Database: f.Database, Clock: clock.System()}, key)
	if err != nil {
		return nil, err
	}
	return &opened{place: place, key: key, db: d, log: audit.New(d, key)}, nil
}

func (o *opened) close(ctx context.Context) error {
	return errors.Join(o.log.Close(ctx), o.db.Close())
}

type backupCmd struct {
	dataFlags
	To string `arg:"" optional:"" help:"File to write. Default: a new file in the data folder's backups." type:"path"`
}

// Help is the verb's example.
func (backupCmd) Help() string {
	return "Example:  soapstone backup --data clinic /media/usb/clinic.soapstone\n\nThe snapshot is encrypted with the practice's key, restored once into a scratch file and compared before this\nends with status 0. It may run while the practice is being served."
}

func (c backupCmd) Run(r *run) error {
	o, err := c.open(r.ctx)
	if err != nil {
		return err
	}
	to := c.To
	if to == "" {
		to = filepath.Join(o.place.Backups(), backup.Name(clock.System().Now()))
	}
	err = o.log.SealAll(r.ctx)
	var m backup.Manifest
	if err == nil {
		m, err = backup.Snapshot(r.ctx, o.db, o.key, to)
	}
	if err := errors.Join(err, o.close(r.ctx)); err != nil {
		return err
	}
	rows := int64(0)
	for _, t := range m.Tables {
		rows += t.Rows
	}
	_, err = fmt.Fprintf(r.out, "%s: %d rows of %d tables, restored into a scratch database and compared.\nKeep it apart from the key; the recovery sheet opens both.\n", to, rows, len(m.Tables))
	return err
}

type restoreCmd struct {
	dataFlags
	Archive string `arg:"" help:"Snapshot to restore." type:"existingfile"`
	Sheet   string `help:"File with the text of the recovery sheet, when the key file is not on this computer." type:"existingfile"`
}

// Help is the verb's example.
func (restoreCmd) Help() string {
	return "Examples:\n  soapstone restore --data clinic2 clinic.soapstone\n  soapstone restore --data clinic2 --sheet sheet.txt clinic.soapstone\n\nThe folder must be empty. With --database the snapshot goes into an empty PostgreSQL database."
}

func (c restoreCmd) Run(r *run) error {
	place, err := c.place()
	if err != nil {
		return err
	}
	key, err := c.restoreKey(place)
	if err != nil {
		return err
	}
	var m backup.Manifest
	var rep backup.Report
	if c.Database == "" {
		m, rep, err = backup.Restore(r.ctx, c.Archive, key, place.Dir)
	} else {
		m, rep, err = c.intoDatabase(r.ctx, key)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "Restored the snapshot of %s.\n", m.CreatedAt.Local().Format("2 Jan 2006 15:04"))
	return findings(r, rep, false)
}

func (c restoreCmd) intoDatabase(ctx context.Context, key seal.Key) (backup.Manifest, backup.Report, error) {
	d, err := db.Open(ctx, db.Options{URL: c.Database, Key: key})
	if err != nil {
		return backup.Manifest{}, backup.Report{}, err
	}
	m, rep, err := backup.RestoreDatabase(ctx, c.Archive, key, d)
	return m, rep, errors.Join(err, d.Close())
}

// restoreKey is the key to restore with: that of the place, or of the sheet,
// which is then kept as the place's key file.
func (c restoreCmd) restoreKey(place config.Place) (seal.Key, error) {
	if c.Sheet != "" {
		text, err := os.ReadFile(c.Sheet)
		if err != nil {
			return seal.Key{}, err
		}
		if err := restoreKey(place, string(text)); err != nil {
			return seal.Key{}, err
		}
	}
	key, err := seal.LoadKeyFile(place.KeyPath)
	if err != nil {
		return key, fmt.Errorf("%w\nGive the key with --key, or the recovery sheet with --sheet", err)
	}
	return key, nil
}

type verifyCmd struct {
	dataFlags
	JSON bool `help:"Print the findings as JSON." name:"json"`
}

// Help is the verb's example.
func (verifyCmd) Help() string {
	return "Example:  soapstone verify --data clinic\n\nWalks every document, audit entry and file, their hashes, chains and seals, and the database's own pages and\nreferences; proves that the ledger balances; compares the audit log with what earlier snapshots know of it. Status 0 only if nothing is wrong."
}

func (c verifyCmd) Run(r *run) error {
	o, err := c.open(r.ctx)
	if err != nil {
		return err
	}
	rep, err := backup.Verify(r.ctx, o.db, o.key, o.manifests(r)...)
	if err == nil {
		err = verifyBooks(r.ctx, o.db, &rep)
	}
	if err := errors.Join(err, o.close(r.ctx)); err != nil {
		return err
	}
	return findings(r, rep, c.JSON)
}

// verifyBooks proves that the ledger of every practice balances.
func verifyBooks(ctx context.Context, d *db.DB, rep *backup.Report) error {
	for i := range rep.Practices {
		p := &rep.Practices[i]
		err := d.Read(ctx, p.ID, func(ctx context.Context, tx *db.Tx) error {
			v, err := ledger.VerifyTx(ctx, tx)
			p.Books = backup.Books{Entries: v.Entries, Faults: v.Faults}
			return err
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.Errors = append(p.Errors, fmt.Sprintf("practice %s: the books: %v", p.ID, err))
		}
	}
	return nil
}

// manifests are those of the snapshots in the data folder: what they know of
// the audit log must still be there.
func (o *opened) manifests(r *run) []backup.Manifest {
	found, err := backup.List(o.place.Backups())
	if err != nil {
		fmt.Fprintln(r.err, "soapstone:", err)
	}
	var out []backup.Manifest
	for i, f := range found {
		if i == 3 {
			break // older ones know nothing that these do not
		}
		m, err := backup.ReadManifest(f.Path, o.key)
		if err != nil {
			fmt.Fprintf(r.err, "soapstone: the snapshot %s cannot be read and is left out: %v\n", f.Path, err)
			continue
		}
		out = append(out, m)
	}
	return out
}

// errFaults ends a command whose findings were printed.
var errFaults = errors.New("something is wrong, see above. Stop using this installation, keep it as it is, and restore the last good snapshot into another folder")

func findings(r *run, rep backup.Report, asJSON bool) error {
	faults := rep.Faults()
	if asJSON {
		e := json.NewEncoder(r.out)
		e.SetIndent("", "  ")
		if err := e.Encode(rep); err != nil {
			return err
		}
	} else {
		for _, p := range rep.Practices {
			docs := int64(0)
			for _, n := range p.Documents.ByKind {
				docs += n
			}
			fmt.Fprintf(r.out, "practice %s: %d documents of %d patients, %d audit entries under %d seals, %d files, %d entries of the ledger\n",
				p.ID, docs, p.Documents.Patients, p.Audit.Entries, p.Audit.Seals, p.Files.Files, p.Books.Entries)
		}
		fmt.Fprintf(r.out, "%d references checked\n", rep.References)
		for _, f := range faults {
			fmt.Fprintln(r.out, "FAULT:", f)
		}
	}
	if len(faults) > 0 {
		return errFaults
	}
	if !asJSON {
		fmt.Fprintln(r.out, "Everything proves itself.")
	}
	return nil
}
