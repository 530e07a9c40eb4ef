package credential

import (
	"strings"

	"soapstone/internal/civil"
)

// PartProgress is how far one category of a requirement is.
type PartProgress struct {
	Category   Category
	Need, Have int64 // minutes
	Short      int64
}

// Progress is how far a requirement is.
type Progress struct {
	Requirement Requirement
	Have        int64 // minutes that count
	// Short is how many minutes must still be attended: what the whole lacks, or
	// what the categories lack where that is more.
	Short   int64
	Parts   []PartProgress
	Counted []Training // in the order given
	Without int        // of them, those without a certificate
}

// Measure counts a person's contact hours toward a requirement: those of days
// within its period.
func Measure(r Requirement, all []Training) Progress {
	p := Progress{Requirement: r}
	of := map[Category]int64{}
	for _, t := range all {
		if t.On.Before(r.From) || t.On.After(r.To) {
			continue
		}
		p.Counted = append(p.Counted, t)
		p.Have += t.Minutes
		of[t.Category] += t.Minutes
		if t.File.ID.IsZero() {
			p.Without++
		}
	}
	var parts int64
	for _, x := range r.Parts {
		pp := PartProgress{Category: x.Category, Need: x.Minutes, Have: of[x.Category], Short: max(0, x.Minutes-of[x.Category])}
		p.Parts = append(p.Parts, pp)
		parts += pp.Short
	}
	p.Short = max(0, r.Minutes-p.Have, parts)
	return p
}

// soon is how many days before its end an unmet requirement presses.
const soon = 90

// Pressing says how a requirement stands on a day: "danger" when its period is
// over and it is not met, "warn" when that is near, "ok" when it is met, and
// "info" otherwise.
func (p Progress) Pressing(today civil.Date) string {
	switch {
	case p.Short == 0:
		return "ok"
	case p.Requirement.To.Before(today):
		return "danger"
	case p.Requirement.To.DaysSince(today) <= soon:
		return "warn"
	}
	return "info"
}

// Percent is the share that is met, 0 to 100. It is 100 only when nothing is short.
func (p Progress) Percent() int64 {
	need := p.Requirement.Minutes
	if need <= 0 || p.Short == 0 {
		return 100
	}
	return max(0, min(99, (need-p.Short)*100/need))
}

// Text says what is missing and by when: "6 h short by 31 Jan 2026, of these
// 2 h ethics".
func (p Progress) Text() string {
	if p.Short == 0 {
		return "All " + Hours(p.Requirement.Minutes) + " are there."
	}
	text := Hours(p.Short) + " short by " + p.Requirement.To.Human()
	var parts []string
	for _, x := range p.Parts {
		if x.Short > 0 {
			parts = append(parts, Hours(x.Short)+" "+strings.ToLower(x.Category.Label()))
		}
	}
	if len(parts) > 0 {
		text += ", of these " + strings.Join(parts, ", ")
	}
	return text
}
