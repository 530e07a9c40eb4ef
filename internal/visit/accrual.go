package visit

import (
	"context"
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/units"
)

// Accrual is what the minutes of a note have earned so far by the payer's way of
// counting. It informs: the claim counts for itself.
type Accrual struct {
	Rule  units.Rule
	Units int
	Next  int // further minutes of one technique until the next unit; 0 when none of them is timed
	Over  int // minutes that could be taken off a technique without losing a unit
	Open  int // minutes of techniques that are documented under no procedure
}

// unitRule asks how the payer counts; a missing one says nothing.
func (s *Service) unitRule(ctx context.Context, tx *db.Tx, it Item) (units.Rule, error) {
	if s.Payer == nil {
		return "", nil
	}
	return s.Payer.UnitRule(ctx, tx, it.asked())
}

// accrue counts the minutes of the note's own techniques under the procedures
// they are normally documented as. It is nil when no rule is known, when nothing
// was treated and when nothing can be counted.
func accrue(d note.Draft, rule units.Rule, on civil.Date, k *knowledge.Set) *Accrual {
	if rule == "" || d.Untreated != nil {
		return nil
	}
	a := &Accrual{Rule: rule}
	var lines []units.Line
	for _, v := range d.Own().Interventions {
		if v.Minutes == nil {
			continue
		}
		t, _ := k.Technique(v.Technique)
		p, ok := k.Procedure(t.Procedure.Code, on)
		if !ok {
			a.Open += *v.Minutes
			continue
		}
		if i := slices.IndexFunc(lines, func(l units.Line) bool { return l.Key == p.Code }); i >= 0 {
			lines[i].Minutes += *v.Minutes
			continue
		}
		lines = append(lines, units.Line{Key: p.Code, Minutes: *v.Minutes, Timed: p.Timed})
	}
	total, err := units.Compute(rule, lines)
	if err != nil {
		return nil // more minutes than a day has: the note is refused for that
	}
	a.Units = total.Units
	for i, l := range lines {
		if !l.Timed {
			continue
		}
		for m := 1; m <= units.Quarter; m++ {
			if count(rule, lines, i, m) > a.Units && (a.Next == 0 || m < a.Next) {
				a.Next = m
			}
		}
		for m := 1; m <= l.Minutes && count(rule, lines, i, -m) == a.Units; m++ {
			a.Over = max(a.Over, m)
		}
	}
	return a
}

// count is what the lines earn with some minutes more or less of one of them.
func count(rule units.Rule, lines []units.Line, i, more int) int {
	changed := slices.Clone(lines)
	changed[i].Minutes += more
	r, err := units.Compute(rule, changed)
	if err != nil {
		return -1
	}
	return r.Units
}
