// Package config knows where an installation keeps what: the data folder with
// its database and settings file, and the key, which must lie elsewhere. It
// decides nothing about a practice. It refuses a key inside the data folder and
// a settings file with entries it does not know.
package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"soapstone/internal/seal"
	"soapstone/internal/tlscert"
)

// Settings are what the owner chose in the browser and what must be known
// before the database is open.
type Settings struct {
	// TLSAddr is where other devices connect, host:port; ":8443" when empty.
	TLSAddr string         `json:"tls_addr,omitempty"`
	TLS     tlscert.Config `json:"tls"`
}

// Place is a data folder with its key.
type Place struct {
	Dir     string // absolute
	KeyPath string // absolute, outside Dir
}

// At resolves a data folder and a key path; keyPath may be empty for the
// usual place in the user's configuration folder.
func At(dir, keyPath string) (Place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Place{}, fmt.Errorf("config: %w", err)
	}
	if keyPath == "" {
		if keyPath, err = seal.DefaultKeyPath(abs); err != nil {
			return Place{}, fmt.Errorf("config: no place for the key: %w", err)
		}
	}
	if keyPath, err = filepath.Abs(keyPath); err != nil {
		return Place{}, fmt.Errorf("config: %w", err)
	}
	if rel, err := filepath.Rel(abs, keyPath); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return Place{}, fmt.Errorf("config: the key %s lies inside the data folder; whoever copies the folder would have both. Choose another place with --key", keyPath)
	}
	return Place{Dir: abs, KeyPath: keyPath}, nil
}

// Database is the SQLite file's path.
func (p Place) Database() string { return filepath.Join(p.Dir, "soapstone.db") }

// Backups is the folder of automatic snapshots.
func (p Place) Backups() string { return filepath.Join(p.Dir, "backups") }

// TLSDir holds certificates and their sealed keys.
func (p Place) TLSDir() string { return filepath.Join(p.Dir, "tls") }

func (p Place) settingsFile() string { return filepath.Join(p.Dir, "settings.json") }

// Exists reports whether the folder holds a database already.
func (p Place) Exists() bool {
	_, err := os.Stat(p.Database())
	return err == nil
}

// Key loads the folder's key. When neither a database nor a key exists, it
// makes one; a database without its key is an error that says what to do.
func (p Place) Key() (key seal.Key, made bool, err error) {
	if _, err := os.Stat(p.KeyPath); errors.Is(err, fs.ErrNotExist) {
		if p.Exists() {
			return key, false, fmt.Errorf("config: the key %s is missing, so %s cannot be read. Put the key file back, or run `soapstone restore-key` with the recovery sheet", p.KeyPath, p.Database())
		}
		key, err := seal.CreateKeyFile(p.KeyPath)
		return key, true, err
	}
	key, err = seal.LoadKeyFile(p.KeyPath)
	return key, false, err
}

// Settings reads the settings file; none means the defaults.
func (p Place) Settings() (Settings, error) {
	s := Settings{TLS: tlscert.Config{Mode: tlscert.Off}}
	f, err := os.Open(p.settingsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("config: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("config: %s cannot be read: %w. Mend the file or delete it to start from the defaults", p.settingsFile(), err)
	}
	return s, nil
}

// Save writes the settings in one step.
func (p Place) Save(s Settings) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(p.Dir, ".settings-*")
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(append(b, '\n')); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), p.settingsFile())
}
