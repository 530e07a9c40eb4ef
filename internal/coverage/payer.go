package coverage

import (
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/practice"
	"soapstone/units"
)

// Payer is who is asked to pay: an insurer, a state fund, an administrator.
type Payer struct {
	ID      id.Payer
	Name    string // exactly as the payer writes it
	Profile string // of its rules in the knowledge files
	Code    string // electronic payer ID; "" when claims go on paper
	Filing  string // claim filing code; "" is the profile's
	Address practice.Address
	Phone   string // ten digits, or ""
	Active  bool
	// ContractFrom and ContractTo bound the contract; zero: none, or no end.
	ContractFrom, ContractTo civil.Date
	Overrides                Overrides
	Note                     string
	Version                  int64
}

// Overrides are what a payer was found to do differently from its profile. The
// zero value of each keeps the profile's.
type Overrides struct {
	UnitRule             units.Rule
	TherapistPayable     Answer
	PrescriptionRequired Answer
	Authorisation        Authorisation
	AuthorisationAfter   *int64 // visits that need none, when Authorisation is AfterVisits
	FilingLimitDays      *int64
	VisitUnitCap         *int64 // 0: no cap
	Modifiers            string // on every line, separated by spaces; NoModifiers for none
	ReportEveryVisits    *int64 // 0: no report
	ReportEveryDays      *int64 // 0: no report
	// Source says where all this was learned, CheckedOn when it was last asked.
	Source    string
	CheckedOn civil.Date
}

// NoModifiers in Overrides takes the profile's modifiers away.
const NoModifiers = "-"

// Any reports whether anything is replaced.
func (o Overrides) Any() bool {
	o.Source, o.CheckedOn = "", civil.Date{}
	return o != Overrides{}
}

// Answer is what is known about a yes-or-no question. In Overrides "" keeps the
// profile's answer.
type Answer = knowledge.Tri

// The answers.
const (
	Yes      = knowledge.TriYes
	No       = knowledge.TriNo
	NotKnown = knowledge.TriUnknown
)

// Authorisation is when a payer wants to be asked before a visit.
type Authorisation string

// The ways of asking; "" keeps the profile's.
const (
	NeverAsked  Authorisation = "never"
	AlwaysAsked Authorisation = "always"
	AfterVisits Authorisation = "after"
)

// InContract reports whether the practice may bill the payer on day on: always
// while no contract dates are known.
func (p Payer) InContract(on civil.Date) bool {
	return covers(p.ContractFrom, p.ContractTo, on)
}

// Enrolment is a therapist whom a payer knows.
type Enrolment struct {
	ID      id.Enrolment
	Payer   id.Payer
	User    id.User
	Name    string // of the therapist, for display
	FromOn  civil.Date
	ToOn    civil.Date // last day; zero while it goes on
	Number  string     // the payer's own number for the therapist
	Version int64
}

// InForce reports whether the payer knows the therapist on day on.
func (e Enrolment) InForce(on civil.Date) bool { return covers(e.FromOn, e.ToOn, on) }
