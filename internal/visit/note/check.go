package note

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
)

// bounds refuses what no page of ours can produce. It is the same for drafts
// of today and for notes signed years ago.
func (d Draft) bounds() error {
	if f := d.faults(); len(f) > 0 {
		return fmt.Errorf("note: %s: %s", f[0].Name, f[0].Message)
	}
	return nil
}

// tooMany lists the lists that are too long.
func (d Draft) tooMany() []errs.Field {
	var f []errs.Field
	for _, l := range []struct {
		name, what string
		have, most int
	}{
		{"ui.find", "marks", len(d.Marks), MaxMarks},
		{"ui.motion", "measurements", len(d.Objective.ROM), MaxMeasures},
		{"tx.add", "techniques", len(d.Interventions), MaxInterventions},
		{"symptom", "symptoms", len(d.Subjective.Symptoms), MaxSymptoms},
		{"ui.home", "lines of home care", len(d.Plan.HomeCare), MaxHomeCare},
	} {
		if l.have > l.most {
			f = append(f, errs.Field{Name: l.name, Message: fmt.Sprintf("A note holds at most %d %s.", l.most, l.what)})
		}
	}
	return f
}

// Check lists what is wrong with the values of a draft: numbers out of range,
// unknown sites, techniques, motions and answers, text that cannot be kept.
// Missing answers are no fault. Names of fields are those of the note's form.
func (d Draft) Check(k *knowledge.Set) []errs.Field {
	f := d.faults()
	for i, m := range d.Marks {
		if _, ok := k.Site(m.Site); !ok {
			f = append(f, fault("marks", i, "site", "Choose this place again from the list."))
		}
	}
	for i, m := range d.Objective.ROM {
		n, ok := k.ROM().Norm(m.Motion)
		switch {
		case !ok:
			f = append(f, fault("rom", i, "value", "Choose this motion again from the list."))
		case !slices.Contains(n.Sides(), knowledge.Side(m.Side)):
			f = append(f, fault("rom", i, "value", "This motion is not measured on that side."))
		}
	}
	for i, v := range d.Interventions {
		if _, ok := k.Technique(v.Technique); !ok {
			f = append(f, fault("tx", i, "technique", "Choose this technique again from the list."))
		}
		for _, s := range v.Sites {
			if _, ok := k.Site(s); !ok {
				f = append(f, fault("tx", i, "site", "Choose this place again from the list."))
			}
		}
		if _, ok := k.Zone(v.Region); v.Region != "" && !ok {
			f = append(f, fault("tx", i, "region", "Choose this region again from the list."))
		}
	}
	return f
}

func fault(group string, i int, name, message string) errs.Field {
	return errs.Field{Name: fmt.Sprintf("%s.%d.%s", group, i, name), Message: message}
}

// faults are those that need no list of sites or techniques.
func (d Draft) faults() []errs.Field {
	f := d.tooMany()
	add := func(ok bool, name, message string) {
		if !ok {
			f = append(f, errs.Field{Name: name, Message: message})
		}
	}
	s := d.Subjective
	add(within(s.PainNow, 0, MaxPain), "pain", "Pain is a whole number from 0 to 10.")
	add(oneOf(s.SinceLast, "", SinceBetter, SinceSame, SinceWorse, SinceFirst), "since", notOffered)
	for _, x := range s.Symptoms {
		add(known(symptoms, string(x)), "symptom", notOffered)
	}
	add(unique(s.Symptoms), "symptom", "One symptom is named twice.")
	f = append(f, d.markFaults()...)
	f = append(f, d.measureFaults()...)
	f = append(f, d.interventionFaults()...)
	add(oneOf(d.Response.Level, "", ResponseBetter, ResponseSame, ResponseWorse, ResponseAdverse), "response", notOffered)
	if a := d.Response.Adverse; a != nil {
		add(a.Severity >= 0 && a.Severity <= MaxSeverity, "adverse.severity", notOffered)
		add(fit(a.What, MaxText), "adverse.what", tooLong)
		add(fit(a.Action, MaxText), "adverse.action", tooLong)
		add(fit(a.Told, MaxText), "adverse.told", tooLong)
		add(fit(a.When, MaxLine), "adverse.when", fmt.Sprintf("Shorten this to %d characters.", MaxLine))
	}
	add(fit(d.Caution, MaxText), "caution", tooLong)
	add(d.Untreated == nil || fit(d.Untreated.Reason, MaxText), "untreated_reason", tooLong)
	for _, c := range []struct {
		name string
		at   Clock
	}{{"start", d.Start}, {"stop", d.Stop}} {
		_, ok := c.at.Minutes()
		add(ok || c.at == "", c.name, "Enter a time of day, such as 14:30.")
	}
	for _, t := range []struct{ name, text string }{
		{"s_text", s.Text}, {"o_text", d.Objective.Text}, {"response_text", d.Response.Text}, {"a_text", d.Assessment}, {"p_text", d.Plan.Text},
	} {
		add(fit(t.text, MaxText), t.name, tooLong)
	}
	add(d.Plan.Next == "" || oneOf(d.Plan.Next, Nexts()...), "next", notOffered)
	add(d.Plan.NextProvenance == "" || d.Plan.NextProvenance.known(), "next", notOffered)
	for i, h := range d.Plan.HomeCare {
		add(fit(h.Text, MaxLine) && h.Text != "", fmt.Sprintf("home.%d.text", i), fmt.Sprintf("Shorten this to %d characters.", MaxLine))
		add(h.Provenance.known(), fmt.Sprintf("home.%d.text", i), notOffered)
	}
	return f
}

const (
	notOffered = "Choose one of the answers shown."
	tooLong    = "Shorten this to 4,000 characters, and leave out control characters."
)

func (d Draft) markFaults() []errs.Field {
	var f []errs.Field
	seen := map[[2]string]bool{}
	for i, m := range d.Marks {
		key := [2]string{m.Site, string(m.Type)}
		switch {
		case !oneOf(m.Type, MarkTypes()...):
			f = append(f, fault("marks", i, "type", notOffered))
		case m.Site == "" || !fit(m.Site, MaxLine):
			f = append(f, fault("marks", i, "site", "Choose this place again from the list."))
		case m.Severity < 0 || m.Severity > MaxSeverity:
			f = append(f, fault("marks", i, "severity", "Severity is 0 to 3."))
		case !m.Provenance.known():
			f = append(f, fault("marks", i, "site", notOffered))
		case seen[key]:
			f = append(f, fault("marks", i, "site", "This place is marked twice in the same way."))
		}
		seen[key] = true
	}
	return f
}

func (d Draft) measureFaults() []errs.Field {
	var f []errs.Field
	seen := map[[2]string]bool{}
	for i, m := range d.Objective.ROM {
		key := [2]string{m.Motion, m.Side}
		switch {
		case m.Motion == "" || !fit(m.Motion, MaxLine) || !oneOf(m.Side, "", "L", "R"):
			f = append(f, fault("rom", i, "value", "Choose this motion again from the list."))
		case m.Value < MinDegrees || m.Value > MaxDegrees:
			f = append(f, fault("rom", i, "value", "A measurement is a whole number from -90 to 360."))
		case seen[key]:
			f = append(f, fault("rom", i, "value", "This motion is measured twice on the same side."))
		}
		seen[key] = true
	}
	return f
}

func (d Draft) interventionFaults() []errs.Field {
	var f []errs.Field
	for i, v := range d.Interventions {
		switch {
		case v.Technique == "" || !fit(v.Technique, MaxLine):
			f = append(f, fault("tx", i, "technique", "Choose this technique again from the list."))
		case len(v.Sites) > MaxSites || !unique(v.Sites) || slices.ContainsFunc(v.Sites, func(s string) bool { return s == "" || !fit(s, MaxLine) }):
			f = append(f, fault("tx", i, "site", "Choose these places again."))
		case !fit(v.Region, MaxLine):
			f = append(f, fault("tx", i, "region", notOffered))
		case !within(v.Minutes, 1, MaxMinutes):
			f = append(f, fault("tx", i, "minutes", "Minutes are a whole number from 1 to 180."))
		case !within(v.Pressure, 1, MaxPressure):
			f = append(f, fault("tx", i, "pressure", "Pressure is 1 to 5."))
		case v.Position != "" && !known(positions, string(v.Position)):
			f = append(f, fault("tx", i, "position", notOffered))
		case !v.Provenance.known():
			f = append(f, fault("tx", i, "technique", notOffered))
		case v.Provenance == Carried && v.Minutes != nil:
			f = append(f, fault("tx", i, "minutes", "Minutes are never taken from the last note."))
		}
	}
	return f
}

func (p Provenance) known() bool { return oneOf(p, New, Confirmed, Changed, Carried) }

func oneOf[T comparable](v T, list ...T) bool { return slices.Contains(list, v) }

func within(n *int, min, max int) bool { return n == nil || (*n >= min && *n <= max) }

func unique[T comparable](s []T) bool {
	seen := map[T]bool{}
	for _, x := range s {
		if seen[x] {
			return false
		}
		seen[x] = true
	}
	return true
}

// fit reports whether a text can be kept: valid, not longer than max
// characters, no control or direction-override characters but the line end.
func fit(s string, max int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > max {
		return false
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)) {
			return false
		}
	}
	return true
}
