// Package referral keeps prescriptions: who ordered care for whom, for which
// diagnoses, how much of it, from when to when, and what a payer has allowed
// under them. It decides when a prescription may be acted on (CanActivate) and
// what has become of it (StatusOn).
//
// It is the only source of diagnoses: a diagnosis exists because a prescriber
// wrote it. The package refuses a diagnosis code that is not billable on the
// day it was written, a National Provider Identifier whose check digit is
// wrong, an order of no visits, an end before its start, and a date of writing
// that lies in the future. A code newer than the list at hand is taken, with a
// warning kept beside it. Exhausted and expired are never stored: they follow
// from the visits and the day.
package referral

import (
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// State is what is stored of a referral's course.
type State string

// The states.
const (
	Draft  State = "draft"  // something is still missing
	Active State = "active" // care may be given under it
	Closed State = "closed" // ended by a person, for a reason
)

// CloseReason is why a referral was ended.
type CloseReason string

// The reasons.
const (
	CareComplete   CloseReason = "complete"
	PatientStopped CloseReason = "stopped"
	Replaced       CloseReason = "replaced"
	Withdrawn      CloseReason = "withdrawn"
	// EnteredInError takes the referral's diagnoses out of use everywhere.
	EnteredInError CloseReason = "error"
)

// CloseReasons in the order shown.
func CloseReasons() []CloseReason {
	return []CloseReason{CareComplete, PatientStopped, Replaced, Withdrawn, EnteredInError}
}

// Label is the reason in words.
func (c CloseReason) Label() string {
	switch c {
	case CareComplete:
		return "Care is complete"
	case PatientStopped:
		return "Patient stopped coming"
	case Replaced:
		return "Replaced by a newer prescription"
	case Withdrawn:
		return "Prescriber withdrew it"
	case EnteredInError:
		return "Entered in error"
	}
	return string(c)
}

// Referral is one prescription and all that hangs on it.
type Referral struct {
	ID             id.Referral
	Patient        id.Patient
	State          State
	Prescriber     Prescriber // zero in a draft that names none yet
	Diagnoses      []Diagnosis
	Order          Order
	WrittenOn      civil.Date
	StartsOn       civil.Date
	EndsOn         civil.Date // last day of the order; zero when it has no end
	SignatureSeen  bool       // the prescriber's signature is on the paper
	Precautions    string
	PayerKind      string
	Accident       Accident
	ExternalNumber string // the prescriber's or payer's own number for it
	Authorisations []Authorisation
	Scans          []Scan // newest first
	CloseReason    CloseReason
	CloseNote      string
	CreatedAt      db.Time
	ActivatedAt    db.Time
	ClosedAt       db.Time
	Version        int64
	// Replaces is the prescription this one renews, ReplacedBy the one that
	// renews this; zero without.
	Replaces   id.Referral
	ReplacedBy id.Referral

	activatedBy id.User
}

// Codes lists the diagnosis codes in the prescriber's order, with dots.
func (r Referral) Codes() []string {
	out := make([]string, len(r.Diagnoses))
	for i, d := range r.Diagnoses {
		out[i] = d.Code
	}
	return out
}

// Title is how the referral is called in lists: "Wei Chen, MD · M54.2, M62.838".
func (r Referral) Title() string {
	who := r.Prescriber.Name()
	if who == "" {
		who = "No prescriber yet"
	}
	if len(r.Diagnoses) == 0 {
		return who
	}
	return who + " · " + strings.Join(r.Codes(), ", ")
}

// Covers reports whether care on day on lies within the order's dates, for a
// referral that is active. It does not look at visits used.
func (r Referral) Covers(on civil.Date) bool {
	return r.State == Active && !on.Before(r.StartsOn) && (r.EndsOn.IsZero() || !on.After(r.EndsOn))
}

// AccidentKind is what kind of accident the care follows, if any
// (CMS-1500 items 10a to 10c).
type AccidentKind string

// The kinds.
const (
	NoAccident    AccidentKind = ""
	AutoAccident  AccidentKind = "auto"
	WorkAccident  AccidentKind = "work"
	OtherAccident AccidentKind = "other"
)

// AccidentKinds in the order shown.
func AccidentKinds() []AccidentKind {
	return []AccidentKind{AutoAccident, WorkAccident, OtherAccident}
}

// Label is the kind in words.
func (k AccidentKind) Label() string {
	switch k {
	case AutoAccident:
		return "Auto accident"
	case WorkAccident:
		return "Work injury"
	case OtherAccident:
		return "Other accident"
	}
	return "No accident"
}

// Accident is what the care follows. State is the two-letter place of an auto
// accident (CMS-1500 item 10b); "" when not known.
type Accident struct {
	Kind  AccidentKind
	On    civil.Date
	State string
}

// AuthorisationState is how far a payer's answer has come.
type AuthorisationState string

// The states.
const (
	Requested AuthorisationState = "requested"
	Approved  AuthorisationState = "approved"
	Denied    AuthorisationState = "denied"
)

// AuthorisationStates in the order shown.
func AuthorisationStates() []AuthorisationState {
	return []AuthorisationState{Approved, Requested, Denied}
}

// Label is the state in words.
func (s AuthorisationState) Label() string {
	switch s {
	case Requested:
		return "Requested"
	case Approved:
		return "Approved"
	case Denied:
		return "Denied"
	}
	return string(s)
}

// Authorisation is what a payer was asked for, or allows, under a referral.
type Authorisation struct {
	ID        id.Authorisation
	Referral  id.Referral
	PayerName string
	Number    string
	Visits    *int64 // nil: the payer names no number of visits
	Units     *int64 // 15-minute units; nil: the payer names none
	FromOn    civil.Date
	ToOn      civil.Date // last day; zero when it has no end
	Codes     []string   // procedure codes it is limited to; empty: any
	Diagnoses []string   // of the referral, that it is limited to; empty: any
	State     AuthorisationState
	Note      string
	Withdrawn bool   // by the payer, or entered in error
	Scans     []Scan // the payer's letters, newest first
	CreatedAt db.Time
	Version   int64
}

// Stands reports whether the payer allowed it and has not taken it back. One
// without a state was built by a rule, not read, and stands.
func (a Authorisation) Stands() bool { return !a.Withdrawn && (a.State == Approved || a.State == "") }

// StandingOn is what has become of the authorisation on a day, in words; usedUp
// says that what it allows has been used.
func (a Authorisation) StandingOn(today civil.Date, usedUp bool) string {
	switch {
	case a.Withdrawn:
		return "Withdrawn"
	case !a.Stands():
		return a.State.Label()
	case usedUp:
		return "Used up"
	case !a.ToOn.IsZero() && today.After(a.ToOn):
		return "Expired"
	case today.Before(a.FromOn):
		return "Not started"
	}
	return "In force"
}

// Covers reports whether day on lies within an authorisation that stands.
func (a Authorisation) Covers(on civil.Date) bool {
	return a.Stands() && !on.Before(a.FromOn) && (a.ToOn.IsZero() || !on.After(a.ToOn))
}

// Scan is an uploaded picture or PDF of a prescription.
type Scan struct {
	ID       id.Blob
	Patient  id.Patient  // zero while it is not known whose it is
	Referral id.Referral // zero while it waits for its referral
	// Authorisation is set for a payer's letter.
	Authorisation id.Authorisation
	Name          string // the sender's name for the file
	ContentType   string
	Size          int64 // bytes
	UploadedAt    db.Time
}

// Image reports whether a browser shows the scan as a picture.
func (s Scan) Image() bool { return strings.HasPrefix(s.ContentType, "image/") }

// Change is one version of a referral that was in force.
type Change struct {
	Version     int64
	Reason      string       // "" for the first
	Differences []Difference // from the version before; empty for the first
	WrittenAt   db.Time
	WrittenBy   string // name; "" for the program itself
}

// Difference is one fact that a version changed.
type Difference struct{ Label, Was, Is string }

// Fact is one line of what a referral says.
type Fact struct{ Label, Text string }

// Newest sorts referrals for lists: those in force first, then drafts, then
// the rest, each group with the latest date of writing first.
func Newest(rs []Referral) {
	rank := map[State]int{Active: 0, Draft: 1, Closed: 2}
	slices.SortStableFunc(rs, func(a, b Referral) int {
		if d := rank[a.State] - rank[b.State]; d != 0 {
			return d
		}
		if c := b.WrittenOn.Compare(a.WrittenOn); c != 0 {
			return c
		}
		return strings.Compare(b.ID.String(), a.ID.String())
	})
}
