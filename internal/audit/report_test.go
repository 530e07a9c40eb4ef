package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// history writes 30 entries by two people about three patients and none.
func history(t *testing.T, e *dbtest.Env) []id.Patient {
	t.Helper()
	patients := []id.Patient{id.New[id.Patient](), id.New[id.Patient](), {}}
	for i := range 30 {
		ev := db.Event{Action: []string{"patient.view", "note.sign", "notes.print"}[i%3], Patient: patients[i/3%3], Subject: fmt.Sprint(i)}
		write(t, e, 1, ev)
		if i%4 == 0 {
			e.Clock.Advance(time.Minute) // several entries share an instant
		}
	}
	return patients
}

func TestReportPagesThroughEverythingInEveryOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		history(t, e)
		to := db.At(e.Clock.Now().Add(time.Hour))
		e.Clock.Advance(2 * time.Hour) // what the report itself records lies outside of the period
		key := map[audit.Sort]func(audit.Entry) string{
			audit.ByTime:    func(x audit.Entry) string { return x.At.Format(time.RFC3339Nano) },
			audit.ByPerson:  func(x audit.Entry) string { return x.Actor },
			audit.ByAction:  func(x audit.Entry) string { return x.Action },
			audit.ByPatient: func(x audit.Entry) string { return x.Patient.String() },
			audit.ByAddress: func(x audit.Entry) string { return x.Address },
		}
		for _, by := range audit.Sorts() {
			for _, up := range []bool{false, true} {
				var got []audit.Entry
				f := audit.Filter{To: to, Sort: by, Ascending: up, Limit: 7}
				for {
					p, err := e.Log.Report(e.Actor(), f)
					if err != nil {
						t.Fatal(err)
					}
					if len(p.Entries) > 7 {
						t.Fatalf("a page of %d", len(p.Entries))
					}
					got = append(got, p.Entries...)
					if f.After = p.Next; p.Next == "" {
						break
					}
				}
				if len(got) != 32 {
					t.Errorf("%s: %d entries, want 32", by, len(got))
				}
				sorted := slices.IsSortedFunc(got, func(a, b audit.Entry) int {
					ka, kb := key[by](a)+"\x00"+a.ID.String(), key[by](b)+"\x00"+b.ID.String()
					c := 0
					if ka < kb {
						c = -1
					} else if ka > kb {
						c = 1
					}
					if !up {
						c = -c
					}
					return c
				})
				if !sorted {
					t.Errorf("%s ascending=%v: not in order", by, up)
				}
			}
		}
	})
}

func TestReportFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		start := db.At(e.Clock.Now())
		patients := history(t, e)
		end := db.At(e.Clock.Now())
		e.Clock.Advance(time.Hour)
		for _, c := range []struct {
			name string
			f    audit.Filter
			want int
		}{
			{"all of the period", audit.Filter{From: start, To: end}, 31},
			{"from an instant on", audit.Filter{From: start.Add(time.Minute), To: end}, 28},
			{"an action", audit.Filter{To: end, Action: "note.sign"}, 10},
			{"a family of actions, and no other", audit.Filter{To: end, Action: "note."}, 10},
			{"a patient", audit.Filter{To: end, Patient: patients[0]}, 11},
			{"a person", audit.Filter{To: end, User: e.User}, 29},
			{"somebody else", audit.Filter{To: end, User: id.New[id.User]()}, 0},
			{"all at once", audit.Filter{From: start, To: end, Patient: patients[1], User: e.User, Action: "patient."}, 3},
		} {
			c.f.Limit = 100
			if got := report(t, e, c.f); len(got) != c.want {
				t.Errorf("%s: %d entries, want %d", c.name, len(got), c.want)
			}
		}
		o := e.Other()
		if got := report(t, o, audit.Filter{Patient: patients[0]}); len(got) != 1 || got[0].Action != "audit.view" {
			t.Errorf("another practice sees %+v", got)
		}
	})
}

func TestReportIsForThoseWhoMayAndIsItselfRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for _, r := range []authz.Role{authz.Therapist, authz.FrontDesk, authz.Biller} {
			if _, err := e.Log.Report(e.Actor(r), audit.Filter{}); !errs.Is(err, errs.Denied) {
				t.Errorf("%s: %v", r, err)
			}
			if _, err := e.Log.People(e.Actor(r)); !errs.Is(err, errs.Denied) {
				t.Errorf("%s: %v", r, err)
			}
			if err := e.Log.Export(e.Actor(r), audit.Filter{}, nil); !errs.Is(err, errs.Denied) {
				t.Errorf("%s: %v", r, err)
			}
		}
		p := id.New[id.Patient]()
		report(t, e, audit.Filter{Patient: p})
		got := report(t, e, audit.Filter{Patient: p, Limit: 5})
		if len(got) != 2 || got[0].Action != "audit.view" {
			t.Errorf("entries = %+v", got)
		}
		people, err := e.Log.People(e.Actor(authz.Auditor))
		if err != nil || len(people) != 1 || people[0].Name != "Terry Tester" {
			t.Errorf("people = %v, %v", people, err)
		}
	})
}

func TestReportRefusesWhatIsNotOnItsList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		history(t, e)
		p, err := e.Log.Report(e.Actor(), audit.Filter{Limit: 2})
		if err != nil || p.Next == "" {
			t.Fatal(p, err)
		}
		for name, f := range map[string]audit.Filter{
			"an injected order":       {Sort: "at; DROP TABLE audit_entry"},
			"another column":          {Sort: "leaf"},
			"a cursor of other order": {Sort: audit.ByPerson, After: p.Next},
			"a cursor that is noise":  {After: "%%%"},
			"a huge cursor":           {After: string(make([]byte, 5000))},
			"an empty cursor":         {After: "e30"},
		} {
			if _, err := e.Log.Report(e.Actor(), f); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestExportGivesAllAndIsSealedFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		write(t, e, 1, db.Event{Action: "test"})
		var got []audit.Entry
		err := e.Log.Export(e.Actor(), audit.Filter{}, func(x audit.Entry) error {
			got = append(got, x)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 4 || got[0].Action != "audit.export" {
			t.Errorf("entries = %+v", got)
		}
		for _, x := range got {
			if x.Seal == 0 {
				t.Errorf("not sealed: %+v", x)
			}
		}
	})
}

func TestExportCrossesPages(t *testing.T) {
	e := dbtest.NewSQLite(t)
	write(t, e, 2*audit.MaxPage+1, db.Event{Action: "test.many"})
	seen := map[id.Audit]bool{}
	err := e.Log.Export(e.Actor(), audit.Filter{Action: "test.many"}, func(x audit.Entry) error {
		seen[x.ID] = true
		return nil
	})
	if err != nil || len(seen) != 2*audit.MaxPage+1 {
		t.Errorf("%d entries, %v", len(seen), err)
	}
}
