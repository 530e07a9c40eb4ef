package claim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/coverage"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/units"
)

// count turns the note's minutes into the lines of the claim: techniques to
// procedures, minutes summed for each procedure and its modifiers, units by the
// payer's rule, what a confirmed limit cuts taken off.
func count(f Facts) (lines []Line, n Counting) {
	n.Rule, n.RuleWords = rule(f.Terms)
	var counted []units.Line
	given := map[string][]Given{}
	for _, g := range f.Note.Given {
		part := Part{Technique: g.Technique, Label: g.Label, Minutes: g.Minutes, Sites: g.Places}
		code, known := procedureOf(f, g.Technique)
		switch {
		case code == "":
			n.Unbilled = append(n.Unbilled, g.Label+" has no procedure.")
		case !known:
			n.Unbilled = append(n.Unbilled, fmt.Sprintf("%s: the code %s is not in the list of procedures.", g.Label, code))
		case g.Minutes <= 0:
			n.Unbilled = append(n.Unbilled, g.Label+" has no minutes.")
		default:
			part.Key = key(code, modifiersOf(f, code))
			counted = append(counted, units.Line{Key: part.Key, Minutes: g.Minutes, Timed: f.Procedures[code].Timed})
			given[part.Key] = append(given[part.Key], g)
		}
		n.Parts = append(n.Parts, part)
	}
	result, err := units.Compute(n.Rule, counted, f.Choices.Tie...)
	if err != nil { // a choice made before minutes were corrected fits no more
		n.TieOpen = len(f.Choices.Tie) > 0
		if result, err = units.Compute(n.Rule, counted); err != nil {
			n.Unbilled = append(n.Unbilled, "The minutes cannot be counted: they are more than a day.")
			return nil, n
		}
	}
	n.TimedMinutes, n.TreatmentMinutes, n.Tie = result.TimedMinutes, result.TreatmentMinutes, result.Tie
	n.TieOpen = result.Tie != nil && !result.Tie.ByClinician
	n.Earned = result.Counts
	left, cuts, err := units.Cap(result.Counts, caps(f))
	if err != nil { // a limit below zero is none
		left, cuts = result.Counts, nil
	}
	n.Cuts = cuts
	for _, c := range left {
		if c.Units == 0 {
			if !slices.ContainsFunc(cuts, func(x units.Cut) bool { return x.Key == c.Key }) {
				n.Unbilled = append(n.Unbilled, fmt.Sprintf("%s: %d minutes earn no unit.", spell(c.Key), c.Minutes))
			}
			continue
		}
		lines = append(lines, line(f, c, given[c.Key]))
	}
	return lines, n
}

// rule is the payer's way of counting, and its name in words. Without one each
// procedure is counted by itself, as commercial payers do.
func rule(t coverage.Terms) (units.Rule, string) {
	switch t.UnitRule {
	case units.CMSTotalTime:
		return t.UnitRule, "Total time (8-minute rule)"
	case units.Strict15:
		return t.UnitRule, "Full 15 minutes of each procedure"
	}
	return units.CPTMidpoint, "Each procedure by itself, from 8 minutes on"
}

// procedureOf is what a technique is billed as; "" when nothing, and whether
// the list of procedures knows the code.
func procedureOf(f Facts, technique string) (code string, known bool) {
	code = f.Choices.Procedures[technique]
	if code == "" {
		code = f.Proposed[technique].Code
	}
	_, known = f.Procedures[code]
	return code, known
}

// modifiersOf are the modifiers of a procedure: what a person chose and what
// the payer wants on every line, in the payer's order; without one, the modifier
// that tells two procedures apart stands before the one that only informs.
func modifiersOf(f Facts, code string) []string {
	out := slices.Clone(f.Choices.Modifiers[code])
	for _, m := range f.Terms.Modifiers {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	rank := func(m string) int {
		distinct := f.Modifiers[m].Kind == knowledge.ModifierNCCI
		if distinct == (f.Terms.ModifiersOrder == knowledge.InformationalFirst) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out[:min(len(out), MaxModifiers)]
}

func key(code string, modifiers []string) string {
	return strings.Join(append([]string{code}, modifiers...), "-")
}

// spell writes a key as people do: "97140 59 GP".
func spell(key string) string { return strings.ReplaceAll(key, "-", " ") }

// caps are the limits that are confirmed. Others are told by a check and cut
// nothing: a guess must not cost money.
func caps(f Facts) units.Caps {
	c := units.Caps{PerCode: map[string]int{}}
	for code, p := range f.Procedures {
		if p.DailyUnits > 0 && p.Verified("daily_units") {
			c.PerCode[code] = p.DailyUnits
		}
	}
	payer := f.Terms.Caps()
	if !f.unsure("CodeCaps") {
		for code, n := range payer.PerCode {
			if c.PerCode[code] == 0 || n < c.PerCode[code] {
				c.PerCode[code] = n
			}
		}
	}
	if !f.unsure("VisitUnitCap") {
		c.Visit = max(payer.Visit, 0)
	}
	return c
}

func line(f Facts, c units.Count, given []Given) Line {
	code := units.Code(c.Key)
	var modifiers []string
	if parts := strings.Split(c.Key, "-"); len(parts) > 1 {
		modifiers = parts[1:]
	}
	l := Line{
		Control: control(f.Number, c.Key), Date: f.Visit.Date, Place: f.Place.PlaceOfService,
		Procedure: code, Modifiers: modifiers, Label: f.Procedures[code].Label,
		Units: int64(c.Units), Minutes: int64(c.Minutes), Timed: c.Timed,
		Charge: f.Prices[code] * money.Cents(c.Units),
		Proof:  Proof{Note: f.Note.Document},
	}
	for _, g := range given {
		l.Proof.Techniques = appendNew(l.Proof.Techniques, g.Technique)
		for _, s := range g.Sites {
			l.Proof.Sites = appendNew(l.Proof.Sites, s)
		}
	}
	l.Proof.Findings = addressed(f, given)
	l.Pointers = pointers(f, code, given)
	return l
}

// control names a line: the claim's number and what is billed, so that it is
// the same however often the claim is worked out again.
func control(number, key string) string {
	code, modifiers, _ := strings.Cut(key, "-")
	return number + "-" + code + strings.ReplaceAll(modifiers, "-", "")
}

// addressed lists what was found where a line was given: marks of the note,
// findings of an assessment, and the regions the prescription is about.
func addressed(f Facts, given []Given) []string {
	var out []string
	for _, g := range given {
		for _, m := range f.Note.Marks {
			if slices.Contains(g.Sites, m.Site) || slices.Contains(g.Zones, m.Zone) {
				out = appendNew(out, m.Words)
			}
		}
		if f.Prescription == nil {
			continue
		}
		for _, m := range f.Prescription.Findings {
			if slices.Contains(g.Sites, m.Site) || m.Zone != "" && slices.Contains(g.Zones, m.Zone) {
				out = appendNew(out, m.Words)
			}
		}
		for i, zones := range f.Prescription.DiagnosisZones {
			if overlap(zones, g.Zones) && i < len(f.Prescription.Diagnoses) {
				out = appendNew(out, "prescribed for "+f.Prescription.Diagnoses[i].Code)
			}
		}
	}
	return out
}

// diagnoses are the prescriber's codes in the prescriber's order, external
// causes behind the rest, at most MaxDiagnoses.
func diagnoses(f Facts) (codes []string, zones [][]string) {
	if f.Prescription == nil {
		return nil, nil
	}
	for _, external := range []bool{false, true} {
		for i, d := range f.Prescription.Codes {
			if d.External != external {
				continue
			}
			codes = append(codes, d.Code)
			var z []string
			if i < len(f.Prescription.DiagnosisZones) {
				z = f.Prescription.DiagnosisZones[i]
			}
			zones = append(zones, z)
		}
	}
	if len(codes) > MaxDiagnoses {
		codes, zones = codes[:MaxDiagnoses], zones[:MaxDiagnoses]
	}
	return codes, zones
}

// pointers are the diagnoses a line answers to: those chosen, else those about
// the region treated, else the first ones.
func pointers(f Facts, code string, given []Given) []int {
	codes, zones := diagnoses(f)
	var out []int
	if chosen, ok := f.Choices.Pointers[code]; ok {
		for _, p := range chosen {
			if p >= 1 && p <= len(codes) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	if len(out) == 0 {
		for i := range codes {
			if slices.ContainsFunc(given, func(g Given) bool { return overlap(zones[i], g.Zones) }) {
				out = append(out, i+1)
			}
		}
	}
	if len(out) == 0 {
		for i := range codes {
			out = append(out, i+1)
		}
	}
	return out[:min(len(out), MaxPointers)]
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Summary is a line in a list: "97140 GP × 2".
func (l Line) Summary() string {
	return spell(key(l.Procedure, l.Modifiers)) + " × " + strconv.FormatInt(l.Units, 10)
}
