package claim

import (
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/knowledge"
	"soapstone/units"
)

// What is billed for what was done.
var unitChecks = []Check{
	{Key: "lines.none", Title: "At least one service can be billed", Proof: true, Prevents: []string{"16"}, run: func(j *judge) {
		if j.noteStands() && !j.f.Visit.Untreated && len(j.d.Lines) == 0 {
			j.block(j.claimFix("See how the minutes were counted", "#counting"), "Nothing in the note earns a unit: %s", reasons(j.n.Unbilled))
		}
	}},
	{Key: "lines.count", Title: "The claim holds its lines", Proof: true, Prevents: []string{"16"}, run: func(j *judge) {
		if len(j.d.Lines) > MaxLines {
			j.block(j.noteFix(), "The claim has %d lines; %d are the most it can hold.", len(j.d.Lines), MaxLines)
		}
	}},
	{Key: "procedure.known", Title: "Each technique has a procedure", Proof: true, Prevents: []string{"181", "182"}, run: procedureKnown},
	{Key: "procedure.allowed", Title: "The therapist’s kind of provider bills these procedures", Proof: true,
		Prevents: []string{"4", "54", "170", "185"}, run: procedureAllowed},
	{Key: "procedure.accepted", Title: "The payer pays for these procedures", Prevents: []string{"96", "204", "256"}, run: func(j *judge) {
		accepted := j.f.Terms.AcceptedCodes
		for _, l := range j.d.Lines {
			if len(accepted) > 0 && !slices.Contains(accepted, l.Procedure) {
				j.rule("AcceptedCodes", j.claimFix("Choose another procedure", "#choices"), "The payer does not pay for %s. It pays for %s.", l.Procedure, strings.Join(accepted, ", "))
			}
		}
	}},
	{Key: "procedure.described", Title: "Unlisted procedures are described", Proof: true, Prevents: []string{"16", "252"}, run: func(j *judge) {
		for _, l := range j.d.Lines {
			p := j.f.Procedures[l.Procedure]
			if p.NeedsDescription && j.d.Remark == "" {
				level := Block
				if !p.Verified("needs_description") {
					level = Warn
				}
				j.add(level, l.Control, p.Source, l.Procedure+" is not a listed procedure: say in the claim’s remark what was done.", j.claimFix("Write the description", "#choices"))
			}
		}
	}},
	{Key: "units.whole", Title: "Units are supported by minutes", Proof: true, Prevents: []string{"150", "222"}, run: unitsSupported},
	{Key: "units.unbilled", Title: "All treatment given is billed", Proof: true, run: func(j *judge) {
		if len(j.d.Lines) > 0 {
			for _, u := range j.n.Unbilled {
				j.warn(j.claimFix("See how the minutes were counted", "#counting"), "Not billed: %s", u)
			}
		}
	}},
	{Key: "units.cap", Title: "Units are within the limits", Prevents: []string{"151", "222", "119"}, run: unitsCap},
	{Key: "units.audit", Title: "Units are not unusual", Prevents: []string{"150"}, run: func(j *judge) {
		for _, l := range j.d.Lines {
			if p := j.f.Procedures[l.Procedure]; p.AuditUnits > 0 && l.Units > int64(p.AuditUnits) {
				j.add(Warn, l.Control, p.Source, fmt.Sprintf("%d units of %s in a visit are looked at closely. Be sure that the note shows why.", l.Units, l.Procedure), j.noteFix())
			}
		}
	}},
	{Key: "units.tie", Title: "Nothing is left to choose", Proof: true, run: func(j *judge) {
		if t := j.n.Tie; t != nil && j.n.TieOpen {
			j.add(Warn, "", "Medicare Claims Processing Manual, Pub. 100-04, chapter 5, section 20.2",
				fmt.Sprintf("%s have equal minutes left over for %s. %s got it, having more minutes or being first. Choose, if it should be another.",
					list(t.Keys), plural(t.Extra, "further unit"), list(t.Chosen)), j.claimFix("Choose", "#choices"))
		}
	}},
	{Key: "pair", Title: "No two procedures exclude each other", Waiver: Biller, Prevents: []string{"59", "97", "234", "236"}, run: pairs},
	{Key: "modifier", Title: "Modifiers are as the payer wants them", Prevents: []string{"4"}, run: modifiers},
}

func procedureKnown(j *judge) {
	for _, g := range j.techniques() {
		code, known := procedureOf(j.f, g.Technique)
		switch {
		case code == "":
			j.warn(j.claimFix("Choose a procedure", "#choices"), "%s has no procedure and is not billed. Choose one if it should be.", g.Label)
		case !known:
			j.block(j.claimFix("Choose another procedure", "#choices"), "%s is billed as %s, which is not in the list of procedures of that day.", g.Label, code)
		case j.f.Choices.Procedures[g.Technique] == "" && j.f.Proposed[g.Technique].Unverified:
			j.add(Warn, "", j.f.Proposed[g.Technique].Source, g.Label+" is taken to be "+code+", which no source confirms. Choose it, if it is what you did.",
				j.claimFix("Choose a procedure", "#choices"))
		}
	}
	for _, l := range j.d.Lines {
		if _, known := j.f.Procedures[l.Procedure]; !known {
			j.add(Block, l.Control, "", l.Procedure+" is not in the list of procedures of that day.", j.claimFix("Choose another procedure", "#choices"))
		}
	}
}

func procedureAllowed(j *judge) {
	taxonomy := j.d.Rendering.Taxonomy
	for _, l := range j.d.Lines {
		p, known := j.f.Procedures[l.Procedure]
		massage := taxonomy == knowledge.TaxonomyMassageTherapist
		switch {
		case !known:
		case p.Blocked(taxonomy), massage && p.Massage == knowledge.UseNever && p.Verified("massage_therapist"):
			j.add(Block, l.Control, p.Source, l.Procedure+" ("+p.Label+") is never billed by this kind of provider. Choose another procedure.",
				j.claimFix("Choose another procedure", "#choices"))
		case massage && p.Massage != knowledge.UseYes:
			j.add(Warn, l.Control, p.Source, l.Procedure+" ("+p.Label+") depends on your state’s scope of practice and on the payer. Be sure that both allow it.",
				j.claimFix("Choose another procedure", "#choices"))
		}
	}
}

// unitsSupported counts again from the minutes on each line: a line may hold
// fewer units than its minutes earn, never more.
func unitsSupported(j *judge) {
	for _, l := range j.d.Lines {
		most := int64(1)
		if l.Timed {
			most = l.Minutes / units.Quarter
			if j.n.Rule != units.Strict15 && l.Minutes%units.Quarter > 0 {
				most++ // by midpoint, or as the remainder that got a unit
			}
		}
		switch {
		case l.Units < 1:
			j.add(Block, l.Control, "", l.Procedure+" has no unit.", j.claimFix("See how the minutes were counted", "#counting"))
		case l.Units > most:
			j.add(Block, l.Control, "", fmt.Sprintf("%s has %d units; its %d minutes support %d.", l.Procedure, l.Units, l.Minutes, most),
				j.claimFix("See how the minutes were counted", "#counting"))
		}
	}
}

// unitsCap makes visible what a confirmed limit cut, and warns where a limit
// that is not confirmed is exceeded.
func unitsCap(j *judge) {
	fix := j.claimFix("See how the minutes were counted", "#counting")
	for _, c := range j.n.Cuts {
		what := "a day"
		if c.By == units.LimitVisit {
			what = "a visit, all procedures together"
		}
		j.warn(fix, "%s of %s were given and are not billed: the limit is %d %s.", plural(c.Units, "unit"), spell(c.Key), c.Max, what)
	}
	var all int64
	for _, l := range j.d.Lines {
		all += l.Units
		p := j.f.Procedures[l.Procedure]
		if p.DailyUnits > 0 && !p.Verified("daily_units") && l.Units > int64(p.DailyUnits) {
			j.add(Warn, l.Control, p.CapSource, fmt.Sprintf("%d units of %s may be more than are paid a day (%d, not confirmed).", l.Units, l.Procedure, p.DailyUnits), fix)
		}
	}
	if limit := j.f.Terms.VisitUnitCap; limit > 0 && all > limit && j.f.unsure("VisitUnitCap") {
		j.warn(j.payerFix(), "%d units may be more than the payer pays a visit (%d, not confirmed). Ask, and enter what you learn.", all, limit)
	}
}

// pairs looks at procedures that are not both paid on one day.
func pairs(j *judge) {
	for _, p := range j.f.Pairs {
		one, two := lineOf(j.d, p.Column1), lineOf(j.d, p.Column2)
		if one == nil || two == nil || p.Indicator == "9" {
			continue
		}
		distinct := slices.ContainsFunc(two.Modifiers, j.distinct) || slices.ContainsFunc(one.Modifiers, j.distinct) && !p.Verified("column1")
		apart := !overlap(zonesOf(j.f, *one), zonesOf(j.f, *two))
		fix := j.claimFix("Add the modifier", "#choices")
		level := Block
		if !p.Blocks() {
			level = Warn
		}
		switch {
		case p.Indicator == "0":
			j.add(level, two.Control, p.Source, fmt.Sprintf("%s is not paid on the same day as %s, whatever the modifier. Bill one of them.", p.Column2, p.Column1),
				j.claimFix("Choose another procedure", "#choices"))
		case !distinct:
			j.add(level, two.Control, p.Source, fmt.Sprintf("%s and %s on one day are paid together only as distinct services: other regions, other minutes, and a modifier such as 59 or XS on %s.",
				p.Column1, p.Column2, p.Column2), fix)
		case !apart && p.SeparateRegion:
			j.add(level, two.Control, p.Source, fmt.Sprintf("%s carries a modifier for a distinct service, but the note shows both in the same region. Take the modifier away, or bill one of them.", two.Procedure), fix)
		case !apart:
			j.add(Warn, two.Control, p.Source, fmt.Sprintf("%s and %s were given in the same region. A modifier for a distinct service says that they were not.", p.Column1, p.Column2), fix)
		}
	}
}

func (j *judge) distinct(modifier string) bool {
	return j.f.Modifiers[modifier].Kind == knowledge.ModifierNCCI
}

func lineOf(d Document, code string) *Line {
	i := slices.IndexFunc(d.Lines, func(l Line) bool { return l.Procedure == code })
	if i < 0 {
		return nil
	}
	return &d.Lines[i]
}

// zonesOf are the zones in which a line was given.
func zonesOf(f Facts, l Line) []string {
	var out []string
	for _, g := range f.Note.Given {
		if code, _ := procedureOf(f, g.Technique); code == l.Procedure {
			for _, z := range g.Zones {
				out = appendNew(out, z)
			}
		}
	}
	return out
}

func modifiers(j *judge) {
	fix := j.claimFix("Choose the modifiers", "#choices")
	for _, l := range j.d.Lines {
		for _, m := range l.Modifiers {
			switch known, ok := j.f.Modifiers[m]; {
			case !ok:
				j.add(Block, l.Control, "", "The modifier "+m+" is not in the list.", fix)
			case known.Massage == knowledge.UseNever:
				j.add(Warn, l.Control, known.Source, "The modifier "+m+" ("+known.Label+") is not one massage therapists use.", fix)
			case len(known.Prefer) > 0 && known.Kind == knowledge.ModifierNCCI:
				j.add(Warn, l.Control, known.Source, m+" is the broadest of its kind. Prefer "+strings.Join(known.Prefer, ", ")+" where one of them fits.", fix)
			}
		}
		for _, m := range j.f.Terms.Modifiers {
			if !slices.Contains(l.Modifiers, m) {
				j.rule("Modifiers", fix, "The payer wants the modifier %s on %s.", m, l.Procedure)
			}
		}
		if p := j.f.Procedures[l.Procedure]; p.AlwaysTherapy && len(j.f.Terms.Modifiers) == 0 && !slices.Contains(l.Modifiers, "GP") && j.f.Coverage != nil {
			j.add(Warn, l.Control, p.Source, "Some payers want GP on "+l.Procedure+", whoever performs it. Ask, and enter it as the payer’s rule.", j.payerFix())
		}
	}
}

func reasons(all []string) string {
	if len(all) == 0 {
		return "it records no technique."
	}
	return strings.Join(all, " ")
}

func list(keys []string) string {
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = spell(k)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
