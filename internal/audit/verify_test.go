package audit_test

import (
	"context"
	"strings"
	"testing"

	"soapstone/internal/audit"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// tamper changes the database as one would who has it, but not the key. Its own
// entry is sealed afterwards, so that what follows sees only the change.
func tamper(t *testing.T, e *dbtest.Env, sql string, args ...any) {
	t.Helper()
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, sql, args...); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.tamper"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// written makes seal 1 (set-up), seal 2 with three entries, seal 3 with one,
// and leaves one entry waiting. It gives the entries oldest first.
func written(t *testing.T, e *dbtest.Env) []audit.Entry {
	t.Helper()
	p := id.New[id.Patient]()
	ev := db.Event{Action: "chart.change", Patient: p, Kind: "visit", Subject: "v1", Detail: "ok"}
	sealed(t, e)
	write(t, e, 3, ev)
	sealed(t, e)
	write(t, e, 1, ev)
	sealed(t, e)
	write(t, e, 1, ev)
	got := report(t, e, audit.Filter{Action: "chart.change", Ascending: true})
	if len(got) != 5 || got[2].Seal != 2 || got[3].Seal != 3 || got[4].Seal != 0 {
		t.Fatalf("entries = %+v", got)
	}
	if v := verify(t, e); len(v.Faults) != 0 {
		t.Fatalf("before: %v", v.Faults)
	}
	return got
}

func TestVerifyFindsAChangeInEveryColumn(t *testing.T) {
	changes := map[string][]string{
		"audit_entry": {
			`audit_id = '00000000-0000-7000-8000-000000000001'`, `at = '2026-03-10T15:00:00.000001Z'`, `user_id = NULL`,
			`actor = 'Terry Testes'`, `address = '192.0.2.2'`, `action = 'chart.changf'`, `patient_id = NULL`, `kind = 'visiu'`,
			`subject = 'v2'`, `detail = 'no'`, `salt = leaf`, `leaf = salt`,
		},
		"audit_seal": {
			`at = '2026-03-10T15:00:00.000001Z'`, `entries = entries + 1`, `root = previous`, `previous = root`, `mac = root`,
		},
		"audit_sealed":  {`seq = 1`, `position = position + 10`},
		"audit_pending": {`audit_id = '00000000-0000-7000-8000-000000000001'`},
	}
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for table, sets := range changes {
			for _, set := range sets {
				e := e.Other()
				entries := written(t, e)
				where := map[string]string{
					"audit_entry": `audit_id = $2`, "audit_seal": `seq = $2`, "audit_sealed": `audit_id = $2`, "audit_pending": `audit_id = $2`,
				}[table]
				var arg any = entries[1].ID
				switch {
				case table == "audit_seal":
					arg = 2
				case table == "audit_pending", strings.HasPrefix(set, "audit_id"):
					arg = entries[4].ID // not under a seal, so no foreign key is in the way
				case set == "seq = 1":
					set = "seq = 1, position = 99"
				}
				tamper(t, e, `UPDATE `+table+` SET `+set+` WHERE practice_id = $1 AND `+where, e.Practice, arg)
				if v := verify(t, e); len(v.Faults) == 0 {
					t.Errorf("%s: %s: nothing found", table, set)
				}
			}
		}
	})
}

func TestVerifyFindsWhatWasDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for _, c := range []struct {
			name string
			do   func(e *dbtest.Env, s []audit.Entry)
			want string
		}{
			{"an entry changed", func(e *dbtest.Env, s []audit.Entry) {
				tamper(t, e, `UPDATE audit_entry SET detail = 'x' WHERE practice_id = $1 AND audit_id = $2`, e.Practice, s[0].ID)
			}, "was altered"},
			{"an entry deleted with its place", func(e *dbtest.Env, s []audit.Entry) {
				tamper(t, e, `DELETE FROM audit_sealed WHERE practice_id = $1 AND audit_id = $2`, e.Practice, s[1].ID)
				tamper(t, e, `DELETE FROM audit_entry WHERE practice_id = $1 AND audit_id = $2`, e.Practice, s[1].ID)
			}, "sealed 3 entries and 2 are there"},
			{"a place deleted", func(e *dbtest.Env, s []audit.Entry) {
				tamper(t, e, `DELETE FROM audit_sealed WHERE practice_id = $1 AND audit_id = $2`, e.Practice, s[1].ID)
			}, "is under no seal and waits for none"},
			{"an entry inserted under a seal", func(e *dbtest.Env, s []audit.Entry) {
				insert(t, e, s[1].ID, `INSERT INTO audit_sealed (practice_id, seq, position, audit_id) VALUES ($1, 2, 4, $2)`)
			}, "its entries are not the ones that were sealed"},
			{"an entry inserted for the sealer", func(e *dbtest.Env, s []audit.Entry) {
				insert(t, e, s[1].ID, `INSERT INTO audit_pending (practice_id, audit_id) VALUES ($1, $2)`)
				sealed(t, e)
			}, "was not written by this program"},
			{"an entry inserted beside the seals", func(e *dbtest.Env, s []audit.Entry) {
				insert(t, e, s[1].ID, "")
			}, "is under no seal and waits for none"},
			{"two entries exchanged", func(e *dbtest.Env, s []audit.Entry) {
				for _, p := range [][2]int{{1, 9}, {2, 1}, {9, 2}} {
					tamper(t, e, `UPDATE audit_sealed SET position = $3 WHERE practice_id = $1 AND seq = 2 AND position = $2`, e.Practice, p[0], p[1])
				}
			}, "not in that order"},
			{"a seal deleted from the middle", func(e *dbtest.Env, s []audit.Entry) {
				tamper(t, e, `DELETE FROM audit_sealed WHERE practice_id = $1 AND seq = 2`, e.Practice)
				tamper(t, e, `DELETE FROM audit_seal WHERE practice_id = $1 AND seq = 2`, e.Practice)
			}, "follows seal 1: the seals between are missing"},
			{"the waiting entry deleted", func(e *dbtest.Env, s []audit.Entry) {
				tamper(t, e, `DELETE FROM audit_entry WHERE practice_id = $1 AND audit_id = $2`, e.Practice, s[4].ID)
			}, "was removed before it was sealed"},
			{"the waiting mark deleted", func(e *dbtest.Env, s []audit.Entry) {
				tamper(t, e, `DELETE FROM audit_pending WHERE practice_id = $1 AND audit_id = $2`, e.Practice, s[4].ID)
			}, "is under no seal and waits for none"},
		} {
			e := e.Other()
			c.do(e, written(t, e))
			v := verify(t, e)
			found := false
			for _, f := range v.Faults {
				found = found || strings.Contains(f.What, c.want) && f.String() != ""
			}
			if !found {
				t.Errorf("%s: want %q among %v", c.name, c.want, v.Faults)
			}
			// Sealing and verifying go on after the damage.
			if err := e.Log.Seal(context.Background(), e.Practice); err != nil {
				t.Errorf("%s: sealing stopped: %v", c.name, err)
			}
			if v := verify(t, e); len(v.Faults) == 0 {
				t.Errorf("%s: a further seal hid it", c.name)
			}
		}
	})
}

// insert copies an entry under a new id, as a stranger would, and runs then.
func insert(t *testing.T, e *dbtest.Env, from id.Audit, then string) {
	t.Helper()
	a := id.New[id.Audit]()
	tamper(t, e, `INSERT INTO audit_entry (practice_id, audit_id, at, user_id, actor, address, action, patient_id, kind, subject, detail, salt, leaf)
		SELECT practice_id, $3, at, user_id, actor, address, action, patient_id, kind, subject, detail, salt, leaf
		FROM audit_entry WHERE practice_id = $1 AND audit_id = $2`, e.Practice, from, a)
	if then != "" {
		tamper(t, e, then, e.Practice, a)
	}
}

// Cutting off the end leaves a log that is whole in itself; only a head that
// was kept elsewhere tells.
func TestVerifyFindsTruncationByAHeadFromElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		written(t, e)
		kept := sealed(t, e)
		tamper(t, e, `DELETE FROM audit_pending WHERE practice_id = $1`, e.Practice)
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Audit(ctx, db.Event{Action: "test.tamper"}); err != nil {
				return err
			}
			for _, q := range []string{
				`DELETE FROM audit_pending WHERE practice_id = $1`,
				`DELETE FROM audit_sealed WHERE practice_id = $1 AND seq >= 3`,
				`DELETE FROM audit_entry WHERE practice_id = $1 AND NOT EXISTS (SELECT 1 FROM audit_sealed s
					WHERE s.practice_id = audit_entry.practice_id AND s.audit_id = audit_entry.audit_id)`,
				`DELETE FROM audit_seal WHERE practice_id = $1 AND seq >= 3`,
			} {
				if _, err := tx.ExecContext(ctx, q, e.Practice); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if v := verify(t, e); len(v.Faults) != 0 {
			t.Fatalf("a clean cut shows in itself: %v; the test is not what it says", v.Faults)
		}
		if v := verify(t, e, kept); len(v.Faults) != 1 || !strings.Contains(v.Faults[0].What, "cut off") {
			t.Errorf("faults = %v", v.Faults)
		}
		// The log grows over the cut: the seal with that number is another one.
		for range 2 {
			write(t, e, 1, db.Event{Action: "test"})
			sealed(t, e)
		}
		if v := verify(t, e, kept); len(v.Faults) != 1 || !strings.Contains(v.Faults[0].What, "known from elsewhere") {
			t.Errorf("faults = %v", v.Faults)
		}
	})
}

func TestVerifyRefusesALogMadeWithAnotherKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		written(t, e)
		stranger := audit.New(e.DB, seal.NewKey())
		v, err := stranger.Verify(context.Background(), e.Practice)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(v.Faults)) < v.Seals+v.Entries+v.Unsealed {
			t.Errorf("only %d faults in %d seals and %d entries", len(v.Faults), v.Seals, v.Entries)
		}
	})
}

func TestVerifyGoesOnBehindWhatCannotBeRead(t *testing.T) {
	e := dbtest.NewSQLite(t) // PostgreSQL keeps such a value from being stored
	s := written(t, e)
	for _, c := range []struct{ name, sql string }{
		{"a sealed entry", `UPDATE audit_entry SET at = 'x' WHERE practice_id = $1 AND audit_id = '` + s[0].ID.String() + `'`},
		{"a waiting entry", `UPDATE audit_entry SET at = 'x' WHERE practice_id = $1 AND audit_id = '` + s[4].ID.String() + `'`},
		{"a seal", `UPDATE audit_seal SET at = 'x' WHERE practice_id = $1 AND seq = 3`},
	} {
		before := len(verify(t, e).Faults)
		tamper(t, e, c.sql, e.Practice)
		v := verify(t, e)
		if len(v.Faults) <= before || !strings.Contains(faults(v), "cannot be read") {
			t.Errorf("%s: faults = %v", c.name, v.Faults)
		}
	}
}

func faults(v audit.Verification) string {
	var b strings.Builder
	for _, f := range v.Faults {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}
