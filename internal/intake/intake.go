// Package intake keeps what a patient told before care begins: why they came
// and since when, what they hope for, their health history, surgeries, how they
// wish to be touched, what their days ask of the body, and whom to call about
// care. It decides which sections there are, when a submission is complete, and
// what becomes of the answers of the one before.
//
// Every submission is a record of its own. A new one begins with the answers of
// the last, and each section says whether it was asked anew, confirmed, changed
// or only carried over: what nobody asked about again never passes for an
// answer of today. The package refuses changes to a completed submission, a
// second draft for the same patient, and "none of these" beside a condition.
package intake

import (
	"encoding/json"
	"fmt"
	"reflect"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// Status of a submission.
type Status string

// The statuses.
const (
	Draft     Status = "draft"
	Complete  Status = "complete" // read-only
	Discarded Status = "discarded"
)

// Section is a part of the form.
type Section string

// The sections.
const (
	Reason    Section = "reason"
	Goals     Section = "goals"
	History   Section = "history"
	Surgeries Section = "surgeries"
	Touch     Section = "touch"
	Life      Section = "life"
	Contact   Section = "contact"
)

// Sections in the order asked.
func Sections() []Section {
	return []Section{Reason, Goals, History, Surgeries, Touch, Life, Contact}
}

// Label is the section's heading.
func (s Section) Label() string {
	switch s {
	case Reason:
		return "Reason for the visit"
	case Goals:
		return "Goals"
	case History:
		return "Health history"
	case Surgeries:
		return "Surgeries"
	case Touch:
		return "Touch and comfort"
	case Life:
		return "Work and activity"
	case Contact:
		return "Whom to call about care"
	}
	return string(s)
}

// Provenance says where the answers of a section come from.
type Provenance string

// The provenances.
const (
	Blank     Provenance = ""          // nothing answered
	FirstTime Provenance = "new"       // asked for the first time
	Confirmed Provenance = "confirmed" // asked again: nothing changed
	Changed   Provenance = "changed"   // differs from the submission before
	Carried   Provenance = "carried"   // taken over, not asked again
)

// Label is the provenance in words.
func (p Provenance) Label() string {
	switch p {
	case FirstTime:
		return "New"
	case Confirmed:
		return "Confirmed"
	case Changed:
		return "Changed"
	case Carried:
		return "Not asked again"
	}
	return "Not answered"
}

// Mark is what the person said about a section that was carried over.
type Mark string

// The marks.
const (
	NoMark      Mark = ""
	MarkSame    Mark = "same"
	MarkChanged Mark = "changed"
)

// Answers is the content of a submission, format intake/1. The zero value of
// each field means that it was not answered.
type Answers struct {
	Reason          string     `json:"reason,omitempty"`
	Since           string     `json:"since,omitempty"` // in the patient's words: "three weeks"
	OnsetDate       civil.Date `json:"onset_date,omitzero"`
	Mechanism       string     `json:"mechanism,omitempty"` // a key of Mechanisms
	MechanismDetail string     `json:"mechanism_detail,omitempty"`
	TriedSoFar      string     `json:"tried_so_far,omitempty"`

	Goals string `json:"goals,omitempty"`

	History      map[string]Group `json:"history,omitempty"` // by key of Groups
	HistoryOther string           `json:"history_other,omitempty"`

	Surgeries   []Surgery `json:"surgeries,omitempty"`
	NoSurgeries bool      `json:"no_surgeries,omitempty"`

	Avoid         []string `json:"avoid,omitempty"` // keys of Areas
	AvoidOther    string   `json:"avoid_other,omitempty"`
	Pressure      string   `json:"pressure,omitempty"`
	Positions     []string `json:"positions,omitempty"` // positions that do not work
	PositionsNote string   `json:"positions_note,omitempty"`
	Clothing      string   `json:"clothing,omitempty"`
	Chaperone     *bool    `json:"chaperone,omitempty"`
	Comfort       string   `json:"comfort,omitempty"`

	Occupation string `json:"occupation,omitempty"`
	Activity   string `json:"activity,omitempty"`

	CallName     string `json:"call_name,omitempty"`
	CallRelation string `json:"call_relation,omitempty"`
	CallPhone    string `json:"call_phone,omitempty"`
	CallAbout    string `json:"call_about,omitempty"`
}

// Group is the answer to one group of the health checklist.
type Group struct {
	Has  []string `json:"has,omitempty"`  // keys of the group's conditions
	None bool     `json:"none,omitempty"` // asked: none of these
	Note string   `json:"note,omitempty"`
}

// Answered reports whether the group was asked.
func (g Group) Answered() bool { return g.None || len(g.Has) > 0 }

// Surgery is one operation, as remembered.
type Surgery struct {
	What string `json:"what"`
	When string `json:"when,omitempty"`
	Note string `json:"note,omitempty"`
}

// part is the answers of one section, the others left out.
func (a Answers) part(s Section) Answers {
	switch s {
	case Reason:
		return Answers{Reason: a.Reason, Since: a.Since, OnsetDate: a.OnsetDate, Mechanism: a.Mechanism, MechanismDetail: a.MechanismDetail, TriedSoFar: a.TriedSoFar}
	case Goals:
		return Answers{Goals: a.Goals}
	case History:
		return Answers{History: a.History, HistoryOther: a.HistoryOther}
	case Surgeries:
		return Answers{Surgeries: a.Surgeries, NoSurgeries: a.NoSurgeries}
	case Touch:
		return Answers{Avoid: a.Avoid, AvoidOther: a.AvoidOther, Pressure: a.Pressure, Positions: a.Positions, PositionsNote: a.PositionsNote,
			Clothing: a.Clothing, Chaperone: a.Chaperone, Comfort: a.Comfort}
	case Life:
		return Answers{Occupation: a.Occupation, Activity: a.Activity}
	case Contact:
		return Answers{CallName: a.CallName, CallRelation: a.CallRelation, CallPhone: a.CallPhone, CallAbout: a.CallAbout}
	}
	return Answers{}
}

// Blank reports whether nothing was answered in a section.
func (a Answers) Blank(s Section) bool { return reflect.DeepEqual(a.part(s), Answers{}) }

// Same reports whether two submissions agree in a section.
func (a Answers) Same(b Answers, s Section) bool { return reflect.DeepEqual(a.part(s), b.part(s)) }

// body is what is stored, format intake/1.
type body struct {
	Answers  Answers                `json:"answers"`
	Sections map[Section]Provenance `json:"sections"`
}

const format = "intake/1"

// provenances works out where each section comes from: marks count only where
// the answers agree with the submission before, for a changed answer is one
// whatever was ticked. previous is nil for a first submission.
func provenances(a Answers, previous *Answers, marks map[Section]Mark) map[Section]Provenance {
	out := map[Section]Provenance{}
	for _, s := range Sections() {
		switch {
		case previous == nil && a.Blank(s):
			out[s] = Blank
		case previous == nil:
			out[s] = FirstTime
		case previous.Blank(s) && a.Blank(s) && marks[s] != MarkSame:
			out[s] = Blank
		case previous.Blank(s) && !a.Blank(s):
			out[s] = FirstTime
		case !a.Same(*previous, s):
			out[s] = Changed
		case marks[s] == MarkSame:
			out[s] = Confirmed
		default:
			out[s] = Carried
		}
	}
	return out
}

// Record is one submission.
type Record struct {
	ID          id.Intake
	Patient     id.Patient
	Previous    id.Intake // the submission whose answers this one began with
	Status      Status
	Answers     Answers
	Sections    map[Section]Provenance
	StartedAt   db.Time
	SavedAt     db.Time
	SavedBy     string
	CompletedAt db.Time
	CompletedBy string
	Version     int64
}

func (r *Record) read(format_, text string) error {
	if format_ != format {
		return fmt.Errorf("intake: format %q is not known", format_)
	}
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return fmt.Errorf("intake: answers of %s: %w", r.ID, err)
	}
	r.Answers, r.Sections = b.Answers, b.Sections
	return nil
}

// Summary names a completed submission in a list.
type Summary struct {
	ID     id.Intake
	Reason string
	At     db.Time
	By     string
}
