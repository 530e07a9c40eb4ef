// Package backup takes snapshots of a whole installation, restores them, and
// proves that what is stored is what was stored.
//
// There is one format for both databases: each table as lines of JSON, in parts
// of a tar archive, encrypted with age. A copy of the SQLite file would be
// faster to take, but one form means one thing to test and to explain; a
// snapshot of PostgreSQL can be proved by restoring it into a scratch SQLite
// file, without rights to make databases; a practice moves between the two with
// the same two commands; damaged pages are not carried along; and whoever has
// the recovery sheet can read it in twenty years with age, tar and a text
// editor.
//
// The archive is encrypted to an identity derived from the installation's key,
// so the one recovery sheet opens both. An X25519 identity and not a passphrase:
// the key is random, so there is nothing for a slow hash to protect. Because
// anybody who knew the public half could write such a file, the manifest also
// carries a MAC made with a key derived from the same sheet.
//
// The package refuses to restore into anything but an empty place, to use an
// archive that is incomplete, altered or newer than the program, and to call a
// snapshot made before it was restored once and compared. Sessions and other
// short-lived rows are not in it: a restored practice signs in afresh.
package backup

import (
	"encoding/json"
	"fmt"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

const (
	// Ending is that of the names of snapshots.
	Ending = ".soapstone"
	// DatabaseFile is the name of the SQLite database in a data folder.
	DatabaseFile = "soapstone.db"

	format = "soapstone backup 1"
)

// transient are the tables that are not backed up: restoring a session would
// sign somebody in again who was signed out since.
var transient = map[string]bool{
	"session": true, "totp_used": true, "sign_in_throttle": true, "webauthn_ceremony": true, "setup_code": true,
}

// Manifest says what an archive holds. It is the last but one part of it.
type Manifest struct {
	Format    string     `json:"format"`
	CreatedAt time.Time  `json:"created_at"` // UTC
	Schema    int64      `json:"schema"`
	Engine    db.Engine  `json:"engine"` // where it was taken
	Tables    []Table    `json:"tables"` // in the order to load them
	Practices []Practice `json:"practices"`
}

// Table is one table of an archive.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	Parts   []Part   `json:"parts"`
}

// Part is one file of an archive: lines of JSON, compressed with gzip. The first
// is an array of column names, every other one the values of a row in that order.
type Part struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the file as it lies in the archive
}

// Practice is what a practice looked like when the snapshot was taken.
type Practice struct {
	ID        id.Practice `json:"practice_id"`
	Entries   int64       `json:"audit_entries"`
	Seal      string      `json:"audit_seal"` // newest, "42-…"; "" when there is none
	Documents int64       `json:"documents"`
	Heads     string      `json:"document_heads"` // digest over the newest document of each patient
}

// Rows is the number of rows of all tables.
func (m Manifest) Rows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// AuditHead is the newest seal of a practice when the snapshot was taken, zero
// when there was none. Compared with the present log it shows a cut-off end.
func (m Manifest) AuditHead(p id.Practice) (audit.Head, error) {
	for _, x := range m.Practices {
		if x.ID == p && x.Seal != "" {
			return audit.ParseHead(x.Seal)
		}
	}
	return audit.Head{}, nil
}

// mac authenticates the manifest, and through its hashes every part.
func mac(master seal.Key, manifest []byte) [32]byte {
	return master.Derive("backup manifest").MAC([]byte(format), manifest)
}

func (m Manifest) encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("backup: manifest: %w", err)
	}
	return append(b, '\n'), nil
}
