package backup_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/backup"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

func TestVerifyFindsNothingInAWholeInstallation(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		s.fill()
		r := s.verify()
		if !r.OK() {
			t.Errorf("faults: %v", r.Faults())
		}
		p := r.Practices[0]
		if len(r.Practices) != 1 || p.Documents.ByKind["addendum"] != 2 || p.Audit.Entries != 8 || p.Audit.Unsealed != 0 || p.Files.Files != 3 {
			t.Errorf("%+v", r)
		}
	})
}

// alter gives the SQL value of a column with one byte of it changed.
func alter(typ string, old any) any {
	text := func(s string) string {
		b := []byte(s)
		i := len(b) - 1
		switch {
		case b[i] == '0':
			b[i] = '1'
		default:
			b[i] = '0'
		}
		return string(b)
	}
	switch typ {
	case "bytea":
		b := bytes.Clone(old.([]byte))
		b[len(b)/2] ^= 4
		return b
	case "bigint":
		return old.(int64) ^ 1
	case "timestamptz":
		return "2026-03-10T15:00:01.000000Z"
	case "date":
		return "2026-03-11"
	}
	if s, ok := old.(string); ok && s != "" {
		return text(s)
	}
	return "0"
}

// The promise is whole: one byte changed in any column of a document, of the
// audit log or of a stored file is found, or the database refuses the change.
func TestVerifyFindsOneByteInEveryColumn(t *testing.T) {
	proved := []string{"document", "audit_entry", "audit_seal", "audit_sealed", "audit_pending", "blob"}
	each(t, func(t *testing.T, s *source) {
		s.fill()
		other := id.New[id.Practice]()
		s.exec(`INSERT INTO practice (practice_id, name, created_at) VALUES ($1, 'Other', $2)`, other, "2026-03-10T15:00:00.000000Z")
		tables, _ := tablesOf(t)
		tried, refused := 0, 0
		for _, x := range tables {
			if !strings.Contains(" "+strings.Join(proved, " ")+" ", " "+x.Name+" ") {
				continue
			}
			for _, c := range x.Columns {
				old, undo, err := s.change(x, c[0], c[1], other)
				if err != nil {
					if !db.IsForeignKey(err) && !db.IsCheck(err) && !db.IsUnique(err) {
						t.Fatalf("%s.%s: %v", x.Name, c[0], err)
					}
					refused++
					continue
				}
				tried++
				if r := s.verify(); r.OK() {
					t.Errorf("%s.%s: a change of %v was not found", x.Name, c[0], old)
				}
				undo()
				if r := s.verify(); !r.OK() {
					t.Fatalf("%s.%s: still found after it was undone: %v", x.Name, c[0], r.Faults())
				}
			}
		}
		if tried < 42 {
			t.Errorf("only %d columns were changed, %d were refused", tried, refused)
		}
	})
}

// change alters one column of the table's last row of the practice.
func (s *source) change(x backup.TableForTest, name, typ string, other id.Practice) (old any, undo func(), err error) {
	s.t.Helper()
	where, args := "", []any{}
	keys := make([]any, len(x.Key))
	err = s.db.Read(s.actor(), s.practice, func(ctx context.Context, tx *db.Tx) error {
		cast := func(c string) string { return "CAST(" + c + " AS text)" }
		var cols []string
		refs := []any{&old}
		for i, k := range x.Key {
			cols, refs = append(cols, cast(k)), append(refs, &keys[i])
		}
		get := name
		if typ == "uuid" {
			get = cast(name)
		}
		q := "SELECT " + get + ", " + strings.Join(cols, ", ") + " FROM " + x.Name + " WHERE practice_id = $1 AND " + name + " IS NOT NULL ORDER BY " + x.Name + "." + strings.Join(x.Key, " DESC, "+x.Name+".") + " DESC LIMIT 1"
		return tx.QueryRowContext(ctx, q, s.practice).Scan(refs...)
	})
	if err != nil {
		s.t.Fatalf("%s.%s: %v", x.Name, name, err)
	}
	value := alter(typ, old)
	switch {
	case name == "practice_id":
		value = other.String()
	case name == "signed_by" || name == "created_by" || name == "user_id":
		value = nil
	case typ == "uuid" && strings.HasPrefix(name, "refers"):
		value = nil
	}
	for i, k := range x.Key {
		if i > 0 {
			where += " AND "
		}
		args = append(args, keys[i])
		where += fmt.Sprintf("%s = $%d", k, len(args))
	}
	set := func(v any, where string, args []any) error {
		return s.quietly("UPDATE "+x.Name+" SET "+name+fmt.Sprintf(" = $%d WHERE ", len(args)+1)+where, append(append([]any{}, args...), v)...)
	}
	if err := set(value, where, args); err != nil {
		return old, nil, err
	}
	return old, func() {
		back := append([]any{}, args...)
		for i, k := range x.Key {
			if k == name {
				back[i] = value
			}
		}
		if err := set(old, where, back); err != nil {
			s.t.Fatal(err)
		}
	}, nil
}

// quietly changes rows without leaving an entry in the log: a writer who knows
// the program could.
func (s *source) quietly(q string, args ...any) error {
	s.db.SetAuditor(func(context.Context, *db.Tx, db.Event) error { return nil })
	return s.write(func(ctx context.Context, tx *db.Tx) error { _, err := tx.ExecContext(ctx, q, args...); return err })
}

func TestVerifyFindsOneFlippedBitInTheFile(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	path := filepath.Join(t.TempDir(), "whole.db")
	if err := s.db.CopyTo(context.Background(), path, s.key); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const flips = 40
	for i := range flips {
		b := bytes.Clone(whole)
		at := (i*len(b)/flips + 37*i) % len(b)
		b[at] ^= 1 << (i % 8)
		bad := filepath.Join(t.TempDir(), "bad.db")
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if d, err := db.Open(context.Background(), db.Options{URL: bad, Key: s.key, Readers: 1}); err == nil {
			r, err := backup.Verify(context.Background(), d, s.key)
			_ = d.Close()
			if err == nil && r.OK() {
				t.Errorf("a flipped bit at byte %d of %d was not found", at, len(b))
			}
		}
	}
}

func TestVerifyFindsABrokenReference(t *testing.T) {
	// SQLite refuses to break one through a connection that checks them.
	s := open(t, postgres(t)).fill()
	s.exec(`ALTER TABLE visit DROP CONSTRAINT visit_practice_id_patient_id_fkey`)
	s.exec(`UPDATE visit SET patient_id = $2 WHERE practice_id = $1`, s.practice, id.New[id.Patient]())
	if r := s.verify(); len(r.Structure) != 1 || !strings.Contains(r.Structure[0], "table visit: 3 rows refer to something in patient") {
		t.Errorf("structure: %v", r.Structure)
	}
}

func TestVerifyFindsWhatASnapshotStillKnows(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		s.fill()
		_, before := s.snapshot()
		if r := s.verify(before); !r.OK() {
			t.Fatalf("faults: %v", r.Faults())
		}
		for _, q := range []string{
			`DELETE FROM audit_pending WHERE practice_id = $1`,
			`DELETE FROM audit_sealed WHERE practice_id = $1`,
			`DELETE FROM audit_seal WHERE practice_id = $1`,
			`DELETE FROM audit_entry WHERE practice_id = $1`,
		} {
			if err := s.quietly(q, s.practice); err != nil {
				t.Fatal(err)
			}
		}
		if r := s.verify(before); !strings.Contains(strings.Join(r.Faults(), "\n"), "the log was cut off") {
			t.Errorf("an emptied log: %v", r.Faults())
		}
		before.Practices[0].ID = id.New[id.Practice]()
		if r := s.verify(before); !strings.Contains(strings.Join(r.Structure, "\n"), "is in a snapshot and is missing") {
			t.Errorf("a missing practice: %v", r.Structure)
		}
		before.Practices[0] = backup.Practice{ID: s.practice, Seal: "nonsense"}
		if r := s.verify(before); r.OK() {
			t.Error("a seal that is none was passed over")
		}
	})
}

func TestAPracticeWithFaultsIsStillRestored(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		s.fill()
		s.exec(`UPDATE document SET title = 'Other' WHERE practice_id = $1 AND kind = 'note'`, s.practice)
		path, _ := s.snapshot()
		_, r, err := backup.Restore(context.Background(), path, s.key, filepath.Join(t.TempDir(), "x"))
		if err != nil {
			t.Fatal(err)
		}
		if f := strings.Join(r.Faults(), "\n"); !strings.Contains(f, "document 1: its content does not have its hash") {
			t.Errorf("faults: %v", f)
		}
	})
}

func TestVerifyStopsWhenAsked(t *testing.T) {
	each(t, func(t *testing.T, s *source) {
		s.fill()
		ctx, stop := context.WithCancel(authz.With(context.Background(), authz.Actor{}))
		stop()
		if _, err := backup.Verify(ctx, s.db, s.key); err == nil {
			t.Error("a verification that was stopped says that it is done")
		}
	})
}
