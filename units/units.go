// Package units turns minutes of treatment into billable units of fifteen
// minutes. It decides how many units each procedure code of one visit gets
// under one of three counting rules, finds the ties in which the rule leaves
// the choice to the clinician, and cuts units to a payer's daily limits, naming
// what was cut.
//
// It refuses what cannot be a visit: negative minutes, more than a day of them,
// a code that is timed and untimed at once, and a choice that fits no tie. It
// knows no payer and no code: which rule, which limits and which codes are
// timed is the caller's to say. Only whole minutes of direct, one-on-one
// treatment belong into it; preparation, rest and charting do not count.
//
// Sources: Medicare Claims Processing Manual, CMS Pub. 100-04, chapter 5,
// section 20.2 (total time, with the chart of cut-offs and its five worked
// examples); for counting each code by itself, the midpoint rule of the
// procedure code set as taught by billing guides.
package units

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Rule is a way of counting. The text is what payer data names it by.
type Rule string

const (
	// CMSTotalTime adds up the minutes of all timed codes, takes the units of
	// the visit from that total (8 to 22 minutes are 1, 23 to 37 are 2, and so
	// on by fifteen), and hands them out: to each code its full quarter hours,
	// what is left to the largest remainders. Federal payers count so, and
	// whoever follows them. Pub. 100-04, chapter 5, section 20.2.
	CMSTotalTime Rule = "cms"
	// CPTMidpoint counts each code by itself: a unit is earned when its
	// midpoint is passed, that is from 8 minutes on. Remainders of different
	// codes are never put together.
	CPTMidpoint Rule = "midpoint"
	// Strict15 counts whole quarter hours of each code only.
	Strict15 Rule = "strict"
)

// Rules lists the rules.
func Rules() []Rule { return []Rule{CMSTotalTime, CPTMidpoint, Strict15} }

// Valid reports whether r is one of the rules.
func (r Rule) Valid() bool { return slices.Contains(Rules(), r) }

const (
	// Quarter is the length of a unit in minutes.
	Quarter = 15
	// toRound is added before dividing, so that 8 minutes make the unit.
	toRound = 7
	// MaxMinutes is a day, the most a visit may hold in all.
	MaxMinutes = 24 * 60
)

// The errors, to be told apart with errors.Is.
var (
	// ErrRule is a rule that does not exist.
	ErrRule = errors.New("units: no such counting rule")
	// ErrLine is a line that cannot be: no key, absurd minutes, or a key that
	// is timed in one place and untimed in another.
	ErrLine = errors.New("units: impossible line")
	// ErrChoice is a choice that does not fit the tie, or there is no tie. It
	// may have fitted before minutes were changed: ask the clinician again.
	ErrChoice = errors.New("units: the choice does not fit")
	// ErrCap is a limit below zero.
	ErrCap = errors.New("units: impossible limit")
)

// Line is some treatment of one visit.
type Line struct {
	// Key is the procedure code with its modifiers ("97140-59"). Lines of the
	// same key are one line of the claim: their minutes are added up first.
	Key string
	// Minutes are whole minutes of one-on-one time, 0 to MaxMinutes.
	Minutes int
	// Timed codes earn units by the minute; untimed ones are one unit however
	// long they take, and their minutes are outside the counting.
	Timed bool
}

// Count is what one key gets.
type Count struct {
	Key     string
	Minutes int // all minutes of the key
	Timed   bool
	Units   int
}

// Tie is a choice that the total-time rule leaves to the clinician: Keys have
// equal remainders, and only Extra of them get a further unit.
type Tie struct {
	Keys  []string // in entry order
	Extra int      // 1 to len(Keys)-1
	// Chosen are the keys that got it, in entry order: the clinician's choice
	// if one was given, otherwise those with more minutes in all, then those
	// entered first.
	Chosen []string
	// ByClinician tells which of the two it was.
	ByClinician bool
}

// Result is the counting of one visit.
type Result struct {
	Rule   Rule
	Counts []Count // one per key, in order of first entry
	// Units are those of all keys, timed and untimed.
	Units int
	// TimedMinutes are those of timed codes, TreatmentMinutes of all codes: the
	// two totals a treatment note states.
	TimedMinutes     int
	TreatmentMinutes int
	// Tie is nil when the rule left nothing to choose.
	Tie *Tie
}

// For gives the units of a key; 0 for a key that is not there.
func (r Result) For(key string) int {
	for _, c := range r.Counts {
		if c.Key == key {
			return c.Units
		}
	}
	return 0
}

// Compute counts the units of one visit, the lines in entry order. Choice
// settles a tie: the keys among the tied ones that get the further unit,
// exactly as many as there are to give. Without it the default of Tie holds.
func Compute(rule Rule, lines []Line, choice ...string) (Result, error) {
	if !rule.Valid() {
		return Result{}, fmt.Errorf("%w: %q", ErrRule, rule)
	}
	r := Result{Rule: rule}
	var err error
	if r.Counts, err = merge(lines); err != nil {
		return Result{}, err
	}
	for i := range r.Counts {
		c := &r.Counts[i]
		r.TreatmentMinutes += c.Minutes
		if !c.Timed {
			c.Units = 1
			continue
		}
		r.TimedMinutes += c.Minutes
		c.Units = alone(rule, c.Minutes)
	}
	if r.TreatmentMinutes > MaxMinutes {
		return Result{}, fmt.Errorf("%w: %d minutes in one visit", ErrLine, r.TreatmentMinutes)
	}
	if rule == CMSTotalTime {
		if r.Tie, err = handOut(r.Counts, r.TimedMinutes, choice); err != nil {
			return Result{}, err
		}
	} else if len(choice) > 0 {
		return Result{}, fmt.Errorf("%w: the rule %q leaves none", ErrChoice, rule)
	}
	for _, c := range r.Counts {
		r.Units += c.Units
	}
	return r, nil
}

// alone is what a timed code has before remainders are looked at together.
func alone(rule Rule, minutes int) int {
	if rule == CPTMidpoint {
		return (minutes + toRound) / Quarter
	}
	return minutes / Quarter
}

// merge adds up the lines of each key.
func merge(lines []Line) ([]Count, error) {
	var out []Count
	at := map[string]int{}
	for i, l := range lines {
		switch {
		case l.Key == "":
			return nil, fmt.Errorf("%w: line %d names no code", ErrLine, i+1)
		case l.Minutes < 0 || l.Minutes > MaxMinutes:
			return nil, fmt.Errorf("%w: %s with %d minutes", ErrLine, l.Key, l.Minutes)
		}
		n, ok := at[l.Key]
		if !ok {
			at[l.Key] = len(out)
			out = append(out, Count{Key: l.Key, Minutes: l.Minutes, Timed: l.Timed})
			continue
		}
		if out[n].Timed != l.Timed {
			return nil, fmt.Errorf("%w: %s is timed and untimed at once", ErrLine, l.Key)
		}
		// A day for one key is already refused, so this cannot overflow.
		if out[n].Minutes += l.Minutes; out[n].Minutes > MaxMinutes {
			return nil, fmt.Errorf("%w: %s with %d minutes", ErrLine, l.Key, out[n].Minutes)
		}
	}
	return out, nil
}

// handOut gives the units that the total earned beyond the full quarter hours
// to the largest remainders. There are never more of them than codes with a
// remainder, since n remainders of at most 14 minutes round to at most n units.
func handOut(counts []Count, total int, choice []string) (*Tie, error) {
	left := (total + toRound) / Quarter // 0 below 8 minutes
	var order []int
	for i, c := range counts {
		if c.Timed {
			left -= c.Units
			order = append(order, i)
		}
	}
	rest := func(i int) int { return counts[i].Minutes % Quarter }
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rest(b), rest(a)), cmp.Compare(counts[b].Minutes, counts[a].Minutes))
	})
	winners, losers := order[:left], order[left:]
	if left == 0 || len(losers) == 0 || rest(losers[0]) != rest(winners[left-1]) {
		if len(choice) > 0 {
			return nil, fmt.Errorf("%w: there is no tie", ErrChoice)
		}
		for _, i := range winners {
			counts[i].Units++
		}
		return nil, nil
	}
	return settle(counts, winners, rest(losers[0]), choice)
}

// settle hands out where the cut-off falls among equal remainders.
func settle(counts []Count, winners []int, remainder int, choice []string) (*Tie, error) {
	t := &Tie{}
	chosen := map[string]bool{}
	for _, i := range winners {
		if counts[i].Minutes%Quarter == remainder {
			t.Extra++
			chosen[counts[i].Key] = true
		} else {
			counts[i].Units++
		}
	}
	if len(choice) > 0 {
		t.ByClinician = true
		clear(chosen)
		for _, k := range choice {
			chosen[k] = true
		}
		if len(choice) != t.Extra {
			return nil, fmt.Errorf("%w: %d chosen, %d to choose", ErrChoice, len(choice), t.Extra)
		}
	}
	for i := range counts {
		c := &counts[i]
		if !c.Timed || c.Minutes%Quarter != remainder {
			continue
		}
		t.Keys = append(t.Keys, c.Key)
		if chosen[c.Key] {
			t.Chosen = append(t.Chosen, c.Key)
			c.Units++
		}
	}
	if len(t.Chosen) != t.Extra { // chosen twice, or not among the tied
		return nil, fmt.Errorf("%w: choose %d of %q", ErrChoice, t.Extra, t.Keys)
	}
	return t, nil
}
