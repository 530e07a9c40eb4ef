package note

import (
	"fmt"
	"strings"

	"soapstone/internal/knowledge"
)

// Lack is one thing that a note still needs before it can be signed. Field is
// the name of the control where it is entered.
type Lack struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

// Facts are what Missing needs to know about the visit.
type Facts struct {
	First bool // no signed note of this patient before this one
	// Stopped: the safety gate has blocked a visit that was under way.
	Stopped bool
	// Barred: the safety answers did not allow the treatment of a visit that is
	// written down afterwards.
	Barred bool
	Limits
}

// Missing lists what the note needs to be signed, in the order of the page:
// pain, change since the last visit, at least one technique with a place and
// its minutes, the response, start and stop between which the minutes fit, and
// where a visit was stopped, or was treated although the safety answers barred
// it, the therapist's own words about it, and where something was done beyond the
// day's precautions, the reason for it. Nothing that is carried counts. A visit that ended without treatment needs its reason
// alone, and nothing that says the contrary.
func Missing(d Draft, f Facts, k *knowledge.Set) []Lack {
	var out []Lack
	need := func(ok bool, field, text string) {
		if !ok {
			out = append(out, Lack{Field: field, Text: text})
		}
	}
	if d.Untreated != nil {
		return missingUntreated(d, k)
	}
	need(d.Subjective.PainNow != nil, "pain", "Pain now, 0 to 10")
	need(f.First || (d.Subjective.SinceLast != "" && d.Subjective.SinceLast != SinceFirst), "since", "Change since the last visit")
	out = append(out, missingTreatment(d, k)...)
	out = append(out, missingTimes(d)...)
	need(d.Response.Level != "", "response", "Response to the treatment")
	out = append(out, missingAdverse(d)...)
	if strings.TrimSpace(d.Assessment) == "" {
		out = append(out, missingWords(f)...)
	}
	if strings.TrimSpace(d.Caution) == "" {
		for _, b := range Beyond(d, f.Limits, k) {
			out = append(out, Lack{"caution", b.Text + ". Write why"})
		}
	}
	return out
}

func missingAdverse(d Draft) []Lack {
	var out []Lack
	if d.Response.Level != ResponseAdverse {
		return nil
	}
	var a AdverseEvent
	if d.Response.Adverse != nil {
		a = *d.Response.Adverse
	}
	need := func(ok bool, field, text string) {
		if !ok {
			out = append(out, Lack{field, text})
		}
	}
	need(a.What != "", "adverse.what", "What the adverse event was")
	need(a.When != "", "adverse.when", "When the adverse event was")
	need(a.Severity != 0, "adverse.severity", "How severe the adverse event was")
	need(a.Action != "", "adverse.action", "What was done about the adverse event")
	need(a.Told != "", "adverse.told", "Who was told of the adverse event, or nobody")
	return out
}

// missingUntreated lists what keeps the note of a visit without treatment from
// being signed.
func missingUntreated(d Draft, k *knowledge.Set) []Lack {
	var out []Lack
	if strings.TrimSpace(d.Untreated.Reason) == "" {
		out = append(out, Lack{"untreated_reason", "Why the visit ended without treatment"})
	}
	for i, v := range d.Interventions {
		if v.Provenance.In() {
			out = append(out, Lack{fmt.Sprintf("tx.%d.minutes", i), "Without treatment, but " + techniqueLabel(k, v.Technique) + " was done. Remove one of both"})
		}
	}
	for _, m := range d.Marks {
		if m.Type == Treated && m.Provenance.In() {
			out = append(out, Lack{"untreated", "Without treatment, but " + SiteLabel(k, m.Site) + " is marked as treated. Remove one of both"})
		}
	}
	_, start := d.Start.Minutes()
	_, stop := d.Stop.Minutes()
	if _, ok := d.Length(); start && stop && !ok {
		out = append(out, Lack{"stop", "A stop time after the start time"})
	}
	return append(out, missingAdverse(d)...)
}

// missingWords lists what nothing but a sentence of the therapist answers.
func missingWords(f Facts) []Lack {
	var out []Lack
	if f.Stopped {
		out = append(out, Lack{"a_text", "What was done when treatment was stopped"})
	}
	if f.Barred {
		out = append(out, Lack{"a_text", "What was done, although the safety answers barred treatment"})
	}
	return out
}

func missingTreatment(d Draft, k *knowledge.Set) []Lack {
	var out []Lack
	own := 0
	for i, v := range d.Interventions {
		if !v.Provenance.In() {
			continue
		}
		own++
		name := techniqueLabel(k, v.Technique)
		if len(v.Sites) == 0 && v.Region == "" {
			out = append(out, Lack{fmt.Sprintf("tx.%d.site", i), "Where: " + name})
		}
		if v.Minutes == nil {
			out = append(out, Lack{fmt.Sprintf("tx.%d.minutes", i), "Minutes: " + name})
		}
	}
	if own == 0 {
		return []Lack{{"tx.add", "A technique, with its place and minutes"}}
	}
	return out
}

func missingTimes(d Draft) []Lack {
	_, start := d.Start.Minutes()
	_, stop := d.Stop.Minutes()
	var out []Lack
	if !start {
		out = append(out, Lack{"start", "Start time"})
	}
	if !stop {
		out = append(out, Lack{"stop", "Stop time"})
	}
	if !start || !stop {
		return out
	}
	length, ok := d.Length()
	if !ok {
		return []Lack{{"stop", "A stop time after the start time"}}
	}
	if sum := d.Minutes(); sum > length {
		return []Lack{{"stop", fmt.Sprintf("Times that fit: %d minutes of treatment in a visit of %d", sum, length)}}
	}
	return nil
}
