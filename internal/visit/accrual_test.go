package visit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/units"
)

// The answer to a save says what the minutes earn by the payer's rule.
func TestUnitsAsTheyAccrue(t *testing.T) {
	k := knowledge.Must()
	for _, id := range []string{"myofascial-release", "swedish"} {
		p, ok := k.Procedure(code(k, id), today)
		if !ok || !p.Timed {
			t.Fatalf("%s is documented as %q", id, code(k, id))
		}
	}
	if code(k, "myofascial-release") == code(k, "swedish") {
		t.Fatal("both techniques are one procedure")
	}
	given := func(technique string, minutes int) note.Intervention {
		v := note.Intervention{Technique: technique, Region: "neck-shoulders", Provenance: note.New}
		if minutes > 0 {
			v.Minutes = note.Ptr(minutes)
		}
		return v
	}
	untreated := note.Draft{Untreated: &note.Untreated{}, Interventions: []note.Intervention{given("swedish", 30)}}
	with := func(v ...note.Intervention) note.Draft { return note.Draft{Interventions: v} }
	for name, c := range map[string]struct {
		rule units.Rule
		d    note.Draft
		want *visit.Accrual
	}{
		"no payer":           {"", with(given("swedish", 30)), nil},
		"nothing yet":        {units.CMSTotalTime, with(), &visit.Accrual{Rule: units.CMSTotalTime}},
		"no minutes yet":     {units.CMSTotalTime, with(given("swedish", 0)), &visit.Accrual{Rule: units.CMSTotalTime}},
		"seven minutes":      {units.CMSTotalTime, with(given("swedish", 7)), &visit.Accrual{Rule: units.CMSTotalTime, Next: 1, Over: 7}},
		"eight minutes":      {units.CMSTotalTime, with(given("swedish", 8)), &visit.Accrual{Rule: units.CMSTotalTime, Units: 1, Next: 15}},
		"two and four to go": {units.CMSTotalTime, with(given("swedish", 34)), &visit.Accrual{Rule: units.CMSTotalTime, Units: 2, Next: 4, Over: 11}},
		"totals are put together": {units.CMSTotalTime, with(given("swedish", 19), given("myofascial-release", 19)),
			&visit.Accrual{Rule: units.CMSTotalTime, Units: 3, Next: 15}},
		"each by itself":      {units.CPTMidpoint, with(given("swedish", 19), given("myofascial-release", 19)), &visit.Accrual{Rule: units.CPTMidpoint, Units: 2, Next: 4, Over: 11}},
		"full quarters":       {units.Strict15, with(given("swedish", 29)), &visit.Accrual{Rule: units.Strict15, Units: 1, Next: 1, Over: 14}},
		"one procedure twice": {units.Strict15, with(given("swedish", 10), given("swedish", 5)), &visit.Accrual{Rule: units.Strict15, Units: 1, Next: 15}},
		"ended without":       {units.CMSTotalTime, untreated, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, dbtest.NewSQLite(t))
			r.payer.rule = c.rule
			v := r.plan(today, 9*60, 45)
			s := r.save(v.ID, 0, c.d)
			if diff := cmp.Diff(c.want, s.Status.Units); diff != "" {
				t.Errorf("units (-want +got):\n%s", diff)
			}
			if e, err := r.OpenNote(r.ctx, v.ID); err != nil || !cmp.Equal(e.Status.Units, c.want) {
				t.Errorf("opened again: %+v, %v", e.Status.Units, err)
			}
		})
	}
}

func code(k *knowledge.Set, technique string) string {
	t, _ := k.Technique(technique)
	return t.Procedure.Code
}

// What was only offered earns nothing.
func TestNothingOfferedEarnsUnits(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	r.payer.rule = units.CMSTotalTime
	r.signed(today.AddDays(-7), finished())
	e, err := r.OpenNote(r.ctx, r.plan(today, 9*60, 45).ID)
	if err != nil || e.Status.Units == nil || e.Status.Units.Units != 0 || len(e.Draft.Interventions) != 1 {
		t.Errorf("units = %+v, %v", e.Status.Units, err)
	}
}
