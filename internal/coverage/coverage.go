// Package coverage holds who may be asked to pay for care: the payers a
// practice bills, which of its therapists each payer knows, and the insurance
// of every patient. It decides which insurance a day of care falls under, and
// what rules a payer's claims follow: those of its profile in the knowledge
// files, with what the practice was told instead.
//
// It refuses to remove anything: insurance ends on a day, or is marked as
// entered in error, since claims were sent under it. It refuses two entries
// that would answer the same day twice. Whether insurance is in force is
// derived from the days and never stored. What a claim must prove is decided
// by package claim.
package coverage

import (
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/practice"
)

// Coverage is one insurance of a patient.
type Coverage struct {
	ID       id.Coverage
	Patient  id.Patient // of the record it was entered in, which may have been merged since
	Payer    Payer
	Referral id.Referral // whose care alone it pays, as for one injury; zero: all care
	Priority int64       // 1 is asked first, then 2, then 3

	MemberID string
	Group    string
	Plan     string
	Relation Relation
	// Subscriber is in whose name the insurance is, complete also for Self.
	Subscriber Subscriber
	Employer   string // in workers' compensation, the employer of the injury

	FromOn civil.Date
	ToOn   civil.Date // last day; zero while it goes on

	Share              Share
	Copay              money.Cents // per visit, when Share is Copay
	CoinsurancePercent int64       // of the allowed amount, 1 to 100, when Share is Percent
	DeductibleNote     string
	BenefitsNote       string // what the payer said about benefits
	BenefitsCheckedOn  civil.Date

	CaseNumber string // claim number of an auto or workers' compensation payer
	Adjuster   Adjuster

	ReleaseSigned    bool // the patient agreed that records go to the payer
	BenefitsAssigned bool // the payer pays the practice and not the patient

	EndNote        string
	EnteredInError bool
	Cards          []Card
	CreatedAt      db.Time
	UpdatedAt      db.Time
	Version        int64
}

// Subscriber is in whose name insurance is.
type Subscriber struct {
	LastName, FirstName, MiddleName string
	BirthDate                       civil.Date
	Sex                             string // female, male, unknown
	Address                         practice.Address
	Phone                           string // ten digits, or ""
}

// Adjuster is who decides about a claim at an auto or workers' compensation payer.
type Adjuster struct{ Name, Phone, Email string }

// Relation is what the patient is to the subscriber.
type Relation string

// The relations.
const (
	Self     Relation = "self"
	Spouse   Relation = "spouse"
	Child    Relation = "child"
	Employee Relation = "employee" // the subscriber is the employer: workers' compensation
	Other    Relation = "other"
)

// Relations in the order shown.
func Relations() []Relation { return []Relation{Self, Spouse, Child, Employee, Other} }

// Label says what the patient is.
func (r Relation) Label() string {
	switch r {
	case Self:
		return "The patient"
	case Spouse:
		return "The patient’s spouse"
	case Child:
		return "A parent; the patient is their child"
	case Employee:
		return "The patient’s employer"
	case Other:
		return "Somebody else"
	}
	return string(r)
}

// Share is what the patient pays of a visit.
type Share string

// The shares.
const (
	Unknown Share = "unknown" // nobody has asked the payer yet
	Nothing Share = "none"
	Copay   Share = "copay"
	Percent Share = "percent"
)

// Shares in the order shown.
func Shares() []Share { return []Share{Unknown, Nothing, Copay, Percent} }

// Side of an insurance card.
type Side string

// The sides.
const (
	Front Side = "front"
	Back  Side = "back"
)

// Card is a photo of one side of an insurance card.
type Card struct {
	ID          id.Blob
	Side        Side
	Name        string
	ContentType string
	Size        int64
	UploadedAt  db.Time
}

// Card is the newest photo of a side; ok is false without one.
func (c Coverage) Card(side Side) (card Card, ok bool) {
	i := slices.IndexFunc(c.Cards, func(k Card) bool { return k.Side == side })
	if i < 0 {
		return Card{}, false
	}
	return c.Cards[i], true
}

// InForce reports whether the insurance counts on day on.
func (c Coverage) InForce(on civil.Date) bool {
	return !c.EnteredInError && covers(c.FromOn, c.ToOn, on)
}

// Standing is how insurance stands on a day.
type Standing string

// The standings.
const (
	Upcoming Standing = "upcoming"
	Current  Standing = "current"
	Ended    Standing = "ended"
	Mistaken Standing = "error"
)

// StandingOn tells how the insurance stands on day today.
func (c Coverage) StandingOn(today civil.Date) Standing {
	switch {
	case c.EnteredInError:
		return Mistaken
	case today.Before(c.FromOn):
		return Upcoming
	case c.InForce(today):
		return Current
	}
	return Ended
}

// PriorityLabel names who is asked first.
func PriorityLabel(n int64) string {
	switch n {
	case 1:
		return "Primary"
	case 2:
		return "Secondary"
	}
	return "Tertiary"
}

// covers reports whether on lies in from–to, both included; a zero to has no end.
func covers(from, to, on civil.Date) bool {
	return !on.Before(from) && (to.IsZero() || !on.After(to))
}

// overlaps reports whether two spans of days, both ends included, share a day.
func overlaps(from1, to1, from2, to2 civil.Date) bool {
	return (to2.IsZero() || !from1.After(to2)) && (to1.IsZero() || !from2.After(to1))
}
