// Package claim decides which signed visit becomes which claim, what a claim
// says, what is missing from its proof, and when it may leave.
//
// A claim is worked out from the record and from nothing else: the minutes of
// the signed note with its addenda, the technique's procedure, the payer's
// counting rule, the prescriber's diagnoses, the practice's fees. As long as it
// is a draft it is worked out again whenever it is looked at; what is sent is
// frozen and never changes. A correction after that is a new claim that
// replaces or voids the one before.
//
// The package refuses to let a claim leave while a check blocks it: no file, no
// form fit for submission and no superbill is made, by any route, and sending
// checks again inside its own transaction. Proof is never waived: a note, its
// minutes, the finding, the measurement, the license, the prescription and the
// numbers of who bills cannot be set aside by anybody. Rules whose source is not
// confirmed warn and do not block. No payer's name stands in this code.
package claim

import (
	"slices"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/units"
)

// State is how far a claim has come.
type State string

// The states. Blocked and Ready are drafts, told apart by the checks alone.
const (
	Blocked   State = "blocked"   // a draft that lacks something
	Ready     State = "ready"     // a draft that may leave
	Held      State = "held"      // a draft that a person keeps back
	Sent      State = "sent"      // left, unanswered
	Rejected  State = "rejected"  // never reached the payer's examination
	Denied    State = "denied"    // examined and not paid
	Paid      State = "paid"      // examined and paid, in full or in part
	Closed    State = "closed"    // replaced or voided by a later one, or the void itself once answered
	Cancelled State = "cancelled" // a draft that was dropped
)

// States in the order of a board's tabs.
func States() []State {
	return []State{Blocked, Ready, Held, Sent, Rejected, Denied, Paid, Closed, Cancelled}
}

// Label is the state in words.
func (s State) Label() string {
	switch s {
	case Blocked:
		return "Needs attention"
	case Ready:
		return "Ready to send"
	case Held:
		return "On hold"
	case Sent:
		return "Sent"
	case Rejected:
		return "Rejected"
	case Denied:
		return "Denied"
	case Paid:
		return "Paid"
	case Closed:
		return "Closed"
	case Cancelled:
		return "Dropped"
	}
	return string(s)
}

// Draft reports whether the claim is still worked out from the record.
func (s State) Draft() bool { return s == Blocked || s == Ready || s == Held }

// Out reports whether the claim has left and still stands with the payer.
func (s State) Out() bool { return s == Sent || s == Denied || s == Paid }

// Answers lists the states that an answer of the payer or the clearinghouse
// may bring a claim into.
func (s State) Answers() []State {
	switch s {
	case Sent:
		return []State{Rejected, Denied, Paid}
	case Denied, Paid:
		return []State{Denied, Paid}
	}
	return nil
}

// Level is how much a finding matters.
type Level string

// The levels.
const (
	Pass  Level = "pass"
	Warn  Level = "warn"
	Block Level = "block"
)

// Authority is who may set a blocking check aside.
type Authority string

// The authorities. Nobody is the zero value: proof is not waived.
const (
	Nobody    Authority = ""
	Biller    Authority = "biller" // whoever holds claim.waive
	OwnerOnly Authority = "owner"  // an owner who holds claim.waive
)

// Label says in words who may.
func (a Authority) Label() string {
	switch a {
	case Biller:
		return "May be set aside with a reason"
	case OwnerOnly:
		return "An owner may set this aside with a reason"
	}
	return "Cannot be set aside"
}

// Fix leads to the page on which a finding is mended.
type Fix struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Finding is the answer of one check.
type Finding struct {
	Check  string    `json:"check"` // stable key, such as "prescription.covers"
	Level  Level     `json:"level"`
	Line   string    `json:"line,omitempty"` // control number of the line it is about; "" for the claim
	Text   string    `json:"text"`           // what is wrong and what to do
	Source string    `json:"source,omitempty"`
	Fix    Fix       `json:"fix,omitzero"`
	Waiver Authority `json:"waiver,omitempty"`
	Waived *Waiver   `json:"waived,omitempty"` // set aside; then it does not block
}

// Blocks reports whether the finding keeps the claim from leaving.
func (f Finding) Blocks() bool { return f.Level == Block && f.Waived == nil }

// Waiver is a check set aside by a person for one claim.
type Waiver struct {
	ID     id.Waiver `json:"id"`
	Check  string    `json:"check"`
	Line   string    `json:"line,omitempty"`
	About  string    `json:"about"` // the text of the finding then; another text is not covered
	Reason string    `json:"reason"`
	Role   string    `json:"role"`
	By     string    `json:"by"` // name
	At     time.Time `json:"at"`
}

// ChoiceKind is what is chosen.
type ChoiceKind string

// The kinds. Subject and Value are:
//
//	tie        ""             procedure keys that get the further unit, between blanks
//	procedure  technique id   procedure code
//	modifier   procedure code modifiers between blanks ("59"), "-" for none
//	pointer    procedure code positions in the diagnoses between blanks ("1 2")
//	remark     ""             text for NTE and item 19
const (
	ChooseTie       ChoiceKind = "tie"
	ChooseProcedure ChoiceKind = "procedure"
	ChooseModifier  ChoiceKind = "modifier"
	ChoosePointer   ChoiceKind = "pointer"
	ChooseRemark    ChoiceKind = "remark"
)

// ChoiceKinds lists the kinds.
func ChoiceKinds() []ChoiceKind {
	return []ChoiceKind{ChooseTie, ChooseProcedure, ChooseModifier, ChoosePointer, ChooseRemark}
}

// Choice is what a person chose where the rules leave a choice. An empty Value
// takes an earlier choice back.
type Choice struct {
	Kind    ChoiceKind
	Subject string
	Value   string
	Reason  string
	By      string    // name; filled in by reads
	At      time.Time // filled in by reads
}

// Option is something a page can offer to choose from.
type Option struct{ Value, Label string }

// Counting is how the minutes of a note became units.
type Counting struct {
	Rule             units.Rule
	RuleWords        string
	TimedMinutes     int
	TreatmentMinutes int
	Parts            []Part
	// Earned are the units before any limit cut them.
	Earned []units.Count
	// Tie is nil when nothing is left to choose. TieOpen says that nobody has
	// chosen, or that what was chosen does not fit the minutes any more.
	Tie     *units.Tie
	TieOpen bool
	Cuts    []units.Cut
	// Unbilled are techniques with minutes but without a procedure or a unit, in
	// words.
	Unbilled []string
}

// Part is one technique of the note and what it counted as.
type Part struct {
	Technique string // id
	Label     string
	Minutes   int
	Sites     []string // in words
	Key       string   // procedure and modifiers it was counted under; "" when none
}

// Row is one claim in a list.
type Row struct {
	ID            id.Claim
	Number        string
	State         State
	Frequency     Frequency
	Patient       id.Patient
	PatientName   string
	PatientNumber string
	Visit         id.Visit
	Payer         id.Payer
	PayerName     string
	Therapist     string
	Date          civil.Date // of service
	Total         money.Cents
	Lines         []string // "97140 GP × 2"
	Findings      []Finding
	Blocks, Warns int64
	HoldReason    string
	SentAt        time.Time
	Batch         id.Batch
	Version       int64
}

// Open lists the findings that ask for something, blocks first.
func (r Row) Open() []Finding { return Open(r.Findings) }

// Open lists the findings that ask for something, blocks first.
func Open(all []Finding) []Finding {
	out := slices.DeleteFunc(slices.Clone(all), func(f Finding) bool { return f.Level == Pass })
	rank := func(f Finding) int {
		switch {
		case f.Blocks():
			return 0
		case f.Level == Warn:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return rank(a) - rank(b) })
	return out
}

// Filter says which claims a board shows.
type Filter struct {
	State    State // Blocked when ""
	Payer    id.Payer
	From, To civil.Date
	Cursor   string // from Board.Next; "" is the first page
}

// PageSize is how many claims a board shows at once.
const PageSize = 50

// Board is one page of claims.
type Board struct {
	Filter Filter
	Counts map[State]int64 // of the practice, without the other filters; 1000 means that or more
	Rows   []Row
	Next   string // cursor of the next page; "" when there is none
	Payers []PayerOption
	Ready  money.Cents // what the ready claims of the practice ask for, of the first 1000
}

// PayerOption is a payer that a board can be limited to.
type PayerOption struct {
	ID   id.Payer
	Name string
}

// Event is something that happened to a claim.
type Event struct {
	Seq      int64
	Kind     string // "draft", "recheck", "send" …
	From, To State
	Detail   string
	By       string // name; "" for the program itself
	At       time.Time
}

// View is everything the page of one claim shows.
type View struct {
	Row
	Document    Document // as it would be sent now, or as it was sent
	Counting    Counting // zero once sent
	Findings    []Finding
	Waivers     []Waiver // standing
	Choices     []Choice // that count
	History     []Event  // oldest first
	Note        id.Document
	Referral    id.Referral
	Coverage    id.Coverage
	Replaces    id.Claim // the claim this one replaces or voids
	ReplacedBy  id.Claim // the claim that replaces or voids this one
	Electronic  bool     // it left as a file
	MayVoid     bool     // it is out, and nothing but a draft has taken its place
	PayerNumber string   // the payer's own number of this claim, once answered
	CheckedAt   time.Time
	CreatedAt   time.Time
	Units       units.Rule
	Procedures  []Option // that a technique may be billed as
	Modifiers   []Option
	Diagnoses   []Option // Value is the position a pointer names
}
