// Package note decides what a visit note is: which facts it holds, which of
// them came from the last note and were confirmed, what is still missing before
// it can be signed, and which sentences may be written from it. The note of a
// visit that ended before any technique was used needs the reason and nothing
// else, holds no technique and gives no minutes.
//
// A fact offered from the last note is "carried" until the therapist touches
// it, and a carried fact is no part of the note: it is never rendered, never
// counted and never signed. Pain, response, minutes and times are not offered
// at all. Sentences only restate what was entered; the package never infers a
// cause, a diagnosis or an improvement. It does no input and output.
package note

import (
	"slices"
	"strconv"

	"soapstone/internal/id"
)

// Format names the shape of the JSON text in which drafts and signed notes
// are kept.
const Format = "note/1"

// The limits of a note. What lies beyond them was not entered by a person.
const (
	MaxBytes         = 512 << 10 // of the JSON text of a draft
	MaxSignedBytes   = 2 << 20   // of a signed body
	MaxMarks         = 100
	MaxMeasures      = 60
	MaxInterventions = 20
	MaxSites         = 30 // of one intervention
	MaxSymptoms      = 20
	MaxHomeCare      = 12
	MaxText          = 4000 // characters of a text box
	MaxLine          = 120  // characters of a line of home care
	MaxReason        = 300  // characters of the reason of an addendum or retraction
	MaxMinutes       = 180  // of one technique
	MaxPain          = 10
	MaxSeverity      = 3
	MaxPressure      = 5
	MinDegrees       = -90 // a joint that does not reach zero
	MaxDegrees       = 360
)

// Provenance says where a fact came from.
type Provenance string

// The provenances. Only Carried is no part of the note.
const (
	New       Provenance = "new"
	Confirmed Provenance = "confirmed" // in the last note, and found to be so again
	Changed   Provenance = "changed"   // in the last note, and different now
	Carried   Provenance = "carried"   // in the last note; nobody has looked yet
)

// Since is how the patient has been since the last visit.
type Since string

// The answers. First means that there was no visit before.
const (
	SinceBetter Since = "better"
	SinceSame   Since = "same"
	SinceWorse  Since = "worse"
	SinceFirst  Since = "first"
)

// Symptom is something the patient reports, from a fixed list.
type Symptom string

// MarkType is what a mark on the body chart says.
type MarkType string

// The kinds of marks.
const (
	Pain    MarkType = "pain"
	Trigger MarkType = "trigger"
	Tight   MarkType = "tight"
	Numb    MarkType = "numb"
	Treated MarkType = "treated"
)

// Level is how the patient responded to the treatment.
type Level string

// The responses.
const (
	ResponseBetter  Level = "better"
	ResponseSame    Level = "same"
	ResponseWorse   Level = "worse"
	ResponseAdverse Level = "adverse"
)

// Next is what happens after this visit.
type Next string

// The next steps.
const (
	NextContinue  Next = "continue"
	NextReassess  Next = "reassess"
	NextChange    Next = "change"
	NextRefer     Next = "refer"
	NextDischarge Next = "discharge"
)

// Draft is a note as it is being written, and the structured part of one that
// was signed. The zero value is an empty note.
type Draft struct {
	Format        string         `json:"format"`
	Subjective    Subjective     `json:"subjective"`
	Marks         []Mark         `json:"marks"`
	Objective     Objective      `json:"objective"`
	Interventions []Intervention `json:"interventions"`
	Response      Response       `json:"response"`
	Start         Clock          `json:"start"` // wall time at the place of the visit
	Stop          Clock          `json:"stop"`
	Assessment    string         `json:"assessment"`
	Plan          Plan           `json:"plan"`
	// Caution is why something was done beyond the day's precautions: harder than
	// the cap, in a position to avoid, or at a place to be left alone.
	Caution string `json:"caution,omitempty"`
	// Untreated is set when the visit ended before any technique was used.
	Untreated *Untreated `json:"untreated,omitempty"`
	// Covering is who treated in place of the therapist the visit was planned
	// with; zero when it was that therapist.
	Covering id.User `json:"covering"`
}

// Untreated says that a visit ended without treatment: an emergency, the
// patient felt unwell or said no.
type Untreated struct {
	Reason string `json:"reason"` // why, in words; "" until written
}

// Subjective is what the patient says.
type Subjective struct {
	PainNow   *int      `json:"pain_now"` // 0 to 10; nil until asked
	SinceLast Since     `json:"since_last"`
	Symptoms  []Symptom `json:"symptoms"`
	Text      string    `json:"text"`
}

// Mark is one finding on the body chart.
type Mark struct {
	Site       string     `json:"site"` // id of a body site
	Type       MarkType   `json:"type"`
	Severity   int        `json:"severity"` // 1 mild to 3 severe; 0 not graded
	Provenance Provenance `json:"provenance"`
}

// Objective is what the therapist measures and sees besides the marks.
type Objective struct {
	ROM  []Measure `json:"rom"`
	Text string    `json:"text"`
}

// Measure is a motion measured again today. It is never carried.
type Measure struct {
	Motion string `json:"motion"` // id of a norm
	Side   string `json:"side"`   // patient's side: L, R or "" for the midline
	Value  int    `json:"value"`  // in the norm's unit, degrees or millimetres
}

// Intervention is one technique on one region or on named sites.
type Intervention struct {
	Technique  string     `json:"technique"`
	Sites      []string   `json:"sites"`
	Region     string     `json:"region"`   // id of a zone; where no site is named
	Minutes    *int       `json:"minutes"`  // 1 to 180; nil until entered
	Pressure   *int       `json:"pressure"` // 1 light touch to 5 deep; nil when not recorded
	Position   Position   `json:"position"`
	Provenance Provenance `json:"provenance"`
}

// Position is how the patient lay or sat.
type Position string

// Response is what the treatment did.
type Response struct {
	Level   Level         `json:"level"`
	Text    string        `json:"text"`
	Adverse *AdverseEvent `json:"adverse"`
}

// AdverseEvent is an unwanted effect of the treatment.
type AdverseEvent struct {
	What     string `json:"what"`
	When     string `json:"when,omitempty"` // a time, or words; notes signed before it was asked do not have it
	Severity int    `json:"severity"`       // 1 mild to 3 severe
	Action   string `json:"action"`         // what was done
	Told     string `json:"told"`           // who was informed, or that nobody was
}

// Plan is what comes next.
type Plan struct {
	Next           Next       `json:"next"`
	NextProvenance Provenance `json:"next_provenance"`
	HomeCare       []HomeCare `json:"home_care"`
	Text           string     `json:"text"`
}

// HomeCare is one thing the patient was asked to do at home.
type HomeCare struct {
	Text       string     `json:"text"`
	Provenance Provenance `json:"provenance"`
}

// Clock is a wall time HH:MM of 24 hours, or "".
type Clock string

// Minutes is the time in minutes after midnight, 0 to 1439; ok is false for
// "" and for what is no time.
func (c Clock) Minutes() (m int, ok bool) {
	if len(c) != 5 || c[2] != ':' {
		return 0, false
	}
	h, err := strconv.ParseUint(string(c[:2]), 10, 8)
	if err != nil || h > 23 {
		return 0, false
	}
	min, err := strconv.ParseUint(string(c[3:]), 10, 8)
	if err != nil || min > 59 {
		return 0, false
	}
	return int(h)*60 + int(min), true
}

// In reports whether a fact belongs to the note.
func (p Provenance) In() bool { return p != Carried }

// Minutes is the sum of the minutes recorded for techniques that belong to
// the note; always 0 for a visit that ended without treatment.
func (d Draft) Minutes() int {
	sum := 0
	if d.Untreated != nil {
		return 0
	}
	for _, i := range d.Interventions {
		if i.Provenance.In() && i.Minutes != nil {
			sum += *i.Minutes
		}
	}
	return sum
}

// Length is the time between start and stop in minutes; ok is false unless
// both are entered and stop lies after start.
func (d Draft) Length() (minutes int, ok bool) {
	a, okA := d.Start.Minutes()
	b, okB := d.Stop.Minutes()
	if !okA || !okB || b <= a {
		return 0, false
	}
	return b - a, true
}

// Own is the note without anything carried: what is rendered and signed. What
// was not treated cannot have responded to it, other than by an adverse event.
func (d Draft) Own() Draft {
	d.Marks = slices.DeleteFunc(slices.Clone(d.Marks), func(m Mark) bool { return !m.Provenance.In() })
	d.Interventions = slices.DeleteFunc(slices.Clone(d.Interventions), func(i Intervention) bool { return !i.Provenance.In() })
	d.Plan.HomeCare = slices.DeleteFunc(slices.Clone(d.Plan.HomeCare), func(h HomeCare) bool { return !h.Provenance.In() })
	if !d.Plan.NextProvenance.In() {
		d.Plan.Next, d.Plan.NextProvenance = "", ""
	}
	if d.Untreated != nil && d.Response.Level != ResponseAdverse {
		d.Response.Level = ""
	}
	return d
}

// Ptr is a pointer to n, for the numbers that are nil until entered.
func Ptr(n int) *int { return &n }
