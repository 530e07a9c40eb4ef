package note

import (
	"fmt"
	"slices"

	"soapstone/internal/knowledge"
)

// Limits are what the day's precautions allow.
type Limits struct {
	Leave       []string // ids of body sites that are to be left alone
	MaxPressure int      // the hardest that is allowed, 1 to 5; 0 without a cap
	Avoid       []string // positions in which the patient should not lie or sit
}

// Breach is one thing in a note that goes beyond the limits. Field is the name
// of the control where it was entered.
type Breach struct{ Field, Text string }

// Beyond lists what a note says was done beyond the limits: pressure above the
// cap, a position to avoid, and sites to be left alone that a technique or a
// mark names. A region without a site counts when nothing in it was open to
// treatment. What is only offered was not done, and without treatment nothing was.
func Beyond(d Draft, l Limits, k *knowledge.Set) []Breach {
	var out []Breach
	if d.Untreated != nil {
		return nil
	}
	for i, v := range d.Interventions {
		if !v.Provenance.In() {
			continue
		}
		name := techniqueLabel(k, v.Technique)
		if l.MaxPressure > 0 && v.Pressure != nil && *v.Pressure > l.MaxPressure {
			out = append(out, Breach{fault("tx", i, "pressure", "").Name, fmt.Sprintf("%s: pressure %d is above %d, the most for today", name, *v.Pressure, l.MaxPressure)})
		}
		if v.Position != "" && slices.Contains(l.Avoid, string(v.Position)) {
			out = append(out, Breach{fault("tx", i, "position", "").Name, name + ": “" + v.Position.Label() + "” is to be avoided today"})
		}
		for _, s := range v.Sites {
			if slices.Contains(l.Leave, s) {
				out = append(out, Breach{fault("tx", i, "site", "").Name, name + ": " + SiteLabel(k, s) + " is to be left alone today"})
			}
		}
		if len(v.Sites) == 0 && v.Region != "" && l.closes(v.Region, k) {
			out = append(out, Breach{fault("tx", i, "site", "").Name, name + ": " + ZoneLabel(k, v.Region) + " is to be left alone today"})
		}
	}
	for i, m := range d.Marks {
		if m.Type == Treated && m.Provenance.In() && slices.Contains(l.Leave, m.Site) {
			out = append(out, Breach{fault("marks", i, "site", "").Name, "Marked as treated: " + SiteLabel(k, m.Site) + " is to be left alone today"})
		}
	}
	return out
}

// closes reports whether every site of a zone is to be left alone.
func (l Limits) closes(zone string, k *knowledge.Set) bool {
	any := false
	for _, s := range k.Sites() {
		if s.Zone != zone {
			continue
		}
		if any = true; !slices.Contains(l.Leave, s.ID) {
			return false
		}
	}
	return any
}
