package screening

import (
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

// Clearance is a record that a named clinician has released a rule.
type Clearance struct {
	ID   string // of the record, for the caller; not read here
	Rule string // id of the rule
	// Kind, Name and Credential say who gave it.
	Kind       knowledge.Clinician
	Name       string
	Credential string
	// Groups are the keys of the matched groups it was given for
	// (Fired.GroupKeys); empty means the rule whatever the finding.
	Groups []string
	// From and Until are its first and last day; no Until means no end.
	From  civil.Date
	Until civil.Date
	// Scope, Reason and Document: what it allows, why, and the paper (or the
	// note of a call) it rests on.
	Scope    string
	Reason   string
	Document string
	// Sites are body sites the release leaves out, MaxPressure (1 to 5, 0 for no
	// limit) the most it allows. They hold for as long as it counts.
	Sites       []string
	MaxPressure int
	// EarlierScreening is true when the finding was made by an earlier
	// screening than the one it is applied to. An emergency needs that.
	EarlierScreening bool
}

// Refusal says why a clearance did not lower its rule.
type Refusal struct {
	Clearance Clearance
	Reason    string
}

// Apply lowers each fired rule that sufficient clearances cover on the day
// today to the level its release leaves, or to information, and works out the
// status anew. Clearances for rules that did not fire are ignored; those that
// cannot count are refused with a reason. The given result is not changed.
func (e *Engine) Apply(r Result, clearances []Clearance, today civil.Date) (Result, []Refusal) {
	var refused []Refusal
	r.Fired = slices.Clone(r.Fired)
	for i := range r.Fired {
		f := &r.Fired[i]
		var good []Clearance
		for _, c := range clearances {
			if c.Rule != f.Rule.ID {
				continue
			}
			if why := e.refuse(*f, c, today); why != "" {
				refused = append(refused, Refusal{c, why})
				continue
			}
			good = append(good, c)
		}
		if len(good) == 0 {
			continue
		}
		if open := uncovered(*f, good); len(open) > 0 {
			why := "It was given for another finding and does not cover: " + strings.Join(open, "; ") + "."
			for _, c := range good {
				refused = append(refused, Refusal{c, why})
			}
			continue
		}
		f.ClearedBy = good
		f.Level = min(f.Level, max(f.Rule.Clear.After, knowledge.LevelInfo))
	}
	r.settle()
	return r, refused
}

// refuse says why a clearance cannot count for a fired rule, or "".
func (e *Engine) refuse(f Fired, c Clearance, today civil.Date) string {
	rule := f.Rule
	switch {
	case rule.Clear.Answer:
		return "Only answers lift this: ask what is missing."
	case !e.rules.MayClear(rule.Clear.By, c.Kind):
		return rule.ID + " can be cleared only by: " + labels(e.rules.Sufficient(rule.Clear.By)) + "."
	case strings.TrimSpace(c.Name) == "" || strings.TrimSpace(c.Credential) == "":
		return "A clearance needs the clinician's name and credential."
	case c.From.IsZero() || today.IsZero():
		return "A clearance needs the date from which it holds."
	case today.Before(c.From):
		return "It holds only from " + c.From.Human() + "."
	case !c.Until.IsZero() && today.After(c.Until):
		return "It ended on " + c.Until.Human() + "."
	}
	if f.Found != knowledge.LevelEmergency {
		return ""
	}
	switch {
	case !rule.Clear.SameScreening && !c.EarlierScreening:
		return "An emergency cannot be cleared within the screening that found it. Screen again after the patient has been seen."
	case c.Until.IsZero():
		return "A release after an emergency needs its last day: the next emergency of the kind is not released by it."
	case strings.TrimSpace(c.Document) == "" || strings.TrimSpace(c.Reason) == "":
		return "After an emergency a clearance needs the document it rests on and a reason."
	}
	return ""
}

func labels(kinds []knowledge.Clinician) string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.Label()
	}
	return strings.Join(out, ", ")
}

// uncovered lists, in words, the findings no clearance was given for.
func uncovered(f Fired, good []Clearance) []string {
	var open []string
	for _, g := range f.Groups {
		covered := slices.ContainsFunc(good, func(c Clearance) bool {
			return len(c.Groups) == 0 || slices.Contains(c.Groups, g.Key)
		})
		if !covered {
			open = append(open, strings.Join(g.Because, ", "))
		}
	}
	return open
}
