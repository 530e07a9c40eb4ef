package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"soapstone/internal/backup"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/seal"
	"soapstone/internal/tlscert"
)

type doctorCmd struct{ dataFlags }

// Help is the verb's example.
func (doctorCmd) Help() string {
	return "Example:  soapstone doctor --data clinic\n\nEach line says ok, warn or bad, and what to do. Status 0 unless something is bad."
}

// finding is one line of the doctor's.
type finding struct {
	level string // ok, warn, bad
	text  string
	mend  string // what to do; "" for ok
}

func (c doctorCmd) Run(r *run) error {
	place, err := c.place()
	if err != nil {
		return err
	}
	bad := false
	for _, f := range examine(r.ctx, place, c.Database) {
		bad = bad || f.level == "bad"
		fmt.Fprintf(r.out, "%-5s %s\n", f.level, f.text)
		if f.mend != "" {
			fmt.Fprintf(r.out, "      %s\n", f.mend)
		}
	}
	if bad {
		return errors.New("at least one thing is bad; see above")
	}
	return nil
}

// examine looks at an installation from the outside in.
func examine(ctx context.Context, place config.Place, database string) []finding {
	var out []finding
	if database == "" && !place.Exists() {
		return []finding{{"warn", "There is no practice in " + place.Dir + ".", "Start one with: soapstone serve --data " + place.Dir}}
	}
	out = append(out, folder(place)...)
	key, keyFindings := keyOf(place)
	out = append(out, keyFindings...)
	if key.IsZero() {
		return out
	}
	out = append(out, connection(place))
	url := database
	if url == "" {
		url = place.Database()
	}
	d, err := db.Open(ctx, db.Options{URL: url, Key: key})
	if err != nil {
		return append(out, finding{"bad", "The database cannot be opened: " + err.Error(), "If the file is damaged, restore the newest snapshot into another folder: soapstone restore --help"})
	}
	out = append(out, data(ctx, d)...)
	out = append(out, snapshots(place))
	if err := d.Close(); err != nil {
		out = append(out, finding{"bad", "The database could not be closed: " + err.Error(), "Look for a full disk."})
	}
	return out
}

func folder(place config.Place) []finding {
	info, err := os.Stat(place.Dir)
	if err != nil {
		return []finding{{"bad", err.Error(), "Name the practice's folder with --data."}}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return []finding{{"warn", place.Dir + " can be read by other users of this computer.", "chmod 700 " + place.Dir}}
	}
	return []finding{{"ok", "The data folder " + place.Dir + " is its owner's alone.", ""}}
}

func keyOf(place config.Place) (seal.Key, []finding) {
	if _, err := os.Stat(place.KeyPath); errors.Is(err, fs.ErrNotExist) {
		return seal.Key{}, []finding{{"bad", "The key " + place.KeyPath + " is missing.", "Put the key file back, or: soapstone restore-key --data " + place.Dir + " sheet.txt"}}
	}
	key, err := seal.LoadKeyFile(place.KeyPath)
	if err != nil {
		return seal.Key{}, []finding{{"bad", err.Error(), ""}}
	}
	return key, []finding{{"ok", "The key lies apart from the data, in " + place.KeyPath + ".", ""}}
}

func connection(place config.Place) finding {
	s, err := place.Settings()
	switch {
	case err != nil:
		return finding{"bad", err.Error(), ""}
	case s.TLS.Mode == tlscert.Off:
		return finding{"warn", "Only this computer can connect; a tablet cannot.", "Choose a certificate under Settings, Connection."}
	}
	if err := s.TLS.Validate(); err != nil {
		return finding{"bad", "The certificate settings do not work: " + err.Error(), "Mend them under Settings, Connection."}
	}
	return finding{"ok", fmt.Sprintf("Other devices connect with TLS (%s).", s.TLS.Mode), ""}
}

func data(ctx context.Context, d *db.DB) []finding {
	var out []finding
	if d.Engine() == db.SQLite {
		out = append(out, finding{"ok", "The database is encrypted at rest (AES-256-XTS) with a checksum on every page.", ""})
		if err := d.CheckPages(ctx); err != nil {
			out = append(out, finding{"bad", "A page of the database is damaged: " + err.Error(), "Stop, copy the folder, and restore the newest snapshot: soapstone restore --help"})
		} else {
			out = append(out, finding{"ok", "Every page of the database can be read.", ""})
		}
	} else {
		out = append(out, finding{"warn", "PostgreSQL keeps charts as they are: only files and second-factor secrets are sealed by this program.",
			"Put its data directory on an encrypted volume, and switch data checksums on (initdb --data-checksums)."})
	}
	return out
}

// fresh is how old the newest snapshot may be.
const fresh = 25 * time.Hour

func snapshots(place config.Place) finding {
	found, err := backup.List(place.Backups())
	switch {
	case err != nil:
		return finding{"bad", err.Error(), ""}
	case len(found) == 0:
		return finding{"warn", "There is no snapshot in " + filepath.Join(place.Dir, "backups") + ".", "Take one with: soapstone backup --data " + place.Dir}
	}
	age := clock.System().Now().Sub(found[0].At)
	if age > fresh {
		return finding{"warn", fmt.Sprintf("The newest snapshot is %d hours old.", int(age.Hours())), "Take one with: soapstone backup --data " + place.Dir}
	}
	return finding{"ok", "The newest snapshot is " + filepath.Base(found[0].Path) + ". Keep a copy on another computer.", ""}
}
