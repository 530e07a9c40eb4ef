package claim

import (
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/money"
)

// Format names the shape of the JSON text in which a Document is kept.
const Format = "claim/1"

// Limits of one claim. Loops and items are those of 005010X222A1 and of the
// CMS-1500 (02/12).
const (
	MaxLines     = 50 // 2400 LX; six a page on paper
	MaxDiagnoses = 12 // HI, item 21
	MaxPointers  = 4  // SV107, item 24E
	MaxModifiers = 4  // SV101-3 to -6, item 24D
	MaxNumber    = 14 // characters: CLM01 holds 20, item 26 holds 14
)

// Frequency is what a claim is to the payer (CLM05-3, item 22).
type Frequency string

// The frequencies.
const (
	Original    Frequency = "1"
	Replacement Frequency = "7"
	Void        Frequency = "8"
)

// Document is everything one claim says to a payer, in the words and codes that
// are sent. It is worked out again from the record as long as the claim is a
// draft and is frozen, byte for byte, when the claim is sent. X12 and paper are
// written from it alone.
type Document struct {
	Format    string    `json:"format"`
	Number    string    `json:"number"` // patient control number, at most MaxNumber
	Frequency Frequency `json:"frequency"`
	// PayerNumber is the payer's own number of the claim that is replaced or
	// voided (REF*F8, item 22); "" in an original.
	PayerNumber string `json:"payer_number,omitempty"`

	Payer      Payer      `json:"payer"`
	Billing    Provider   `json:"billing"`             // 2010AA, item 33
	PayTo      *Address   `json:"pay_to,omitempty"`    // 2010AB, where the billing address is not where money goes
	Rendering  Provider   `json:"rendering"`           // 2310B, items 24J and 31
	Referring  *Provider  `json:"referring,omitempty"` // 2310A DN, item 17; nil without a prescription
	Facility   *Provider  `json:"facility,omitempty"`  // 2310C, item 32; nil where it is the billing address
	Patient    Person     `json:"patient"`
	Subscriber Subscriber `json:"subscriber"`

	Accident  Accident   `json:"accident"`
	OnsetOn   civil.Date `json:"onset_on"`   // DTP*431, item 14
	FirstOn   civil.Date `json:"first_on"`   // DTP*454, item 15: initial treatment
	OrderedOn civil.Date `json:"ordered_on"` // of the prescription; has no segment of its own

	Diagnoses     []string `json:"diagnoses"` // ICD-10-CM as written, with the dot; the first is the principal one
	Authorisation string   `json:"authorisation,omitempty"`
	// AuthorisationKind is how the number is marked: G1 prior authorization or
	// 9F referral.
	AuthorisationKind string `json:"authorisation_kind,omitempty"`

	Lines []Line      `json:"lines"`
	Total money.Cents `json:"total_cents"` // the sum of the lines
	Paid  money.Cents `json:"paid_cents"`  // by the patient for these lines (AMT*F5, item 29)

	Assignment bool   `json:"assignment"` // CLM07, item 27
	Release    bool   `json:"release"`    // signature on file to release information (CLM09, item 12)
	Benefits   bool   `json:"benefits"`   // benefits assigned to the provider (CLM08, item 13)
	Remark     string `json:"remark,omitempty"`

	Attachments []Attachment `json:"attachments,omitempty"`
}

// Payer is who is asked to pay.
type Payer struct {
	ID      id.Payer `json:"id"`
	Name    string   `json:"name"`
	Code    string   `json:"code"`   // electronic payer ID, 2010BB NM109
	Filing  string   `json:"filing"` // SBR09: CI, MB, AM, WC, VA …
	Kind    string   `json:"kind"`   // kind of the payer's profile in the knowledge files
	Address Address  `json:"address"`
}

// Address is a postal address in the United States.
type Address struct {
	Line1 string `json:"line1"`
	Line2 string `json:"line2,omitempty"`
	City  string `json:"city"`
	State string `json:"state"` // two letters
	ZIP   string `json:"zip"`   // five or nine digits, without a hyphen
}

// OneLine is the address as it is written in a sentence; what is empty is left out.
func (a Address) OneLine() string {
	zip := a.ZIP
	if len(zip) == 9 {
		zip = zip[:5] + "-" + zip[5:]
	}
	parts := []string{a.Line1, a.Line2, a.City, strings.TrimSpace(a.State + " " + zip)}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// Provider is a person or an organization that gives or orders care.
type Provider struct {
	Organization bool    `json:"organization"`
	Name         string  `json:"name"` // of an organization, or the last name
	FirstName    string  `json:"first_name,omitempty"`
	Credential   string  `json:"credential,omitempty"` // MD, LMT
	NPI          string  `json:"npi"`
	TaxID        string  `json:"tax_id,omitempty"`      // nine digits
	TaxIDKind    string  `json:"tax_id_kind,omitempty"` // EI or SY (REF01)
	Taxonomy     string  `json:"taxonomy,omitempty"`
	License      string  `json:"license,omitempty"`
	Address      Address `json:"address"`
	Phone        string  `json:"phone,omitempty"` // ten digits
}

// Person is the patient, or the person in whose name the insurance is.
type Person struct {
	LastName   string     `json:"last_name"`
	FirstName  string     `json:"first_name"`
	MiddleName string     `json:"middle_name,omitempty"`
	BirthDate  civil.Date `json:"birth_date"`
	Sex        string     `json:"sex"` // F, M or U
	Address    Address    `json:"address"`
	Phone      string     `json:"phone,omitempty"` // ten digits
}

// Relation is what the patient is to the subscriber.
type Relation string

// The relations: SBR02 = 18 for the first, PAT01 for the others.
const (
	Self     Relation = "self"
	Spouse   Relation = "spouse"   // 01
	Child    Relation = "child"    // 19
	Employee Relation = "employee" // 20: the subscriber is the employer (workers' compensation)
	Other    Relation = "other"    // G8
)

// Subscriber is in whose name the insurance is.
type Subscriber struct {
	Relation Relation `json:"relation"`
	Person   Person   `json:"person"`             // the patient again when Relation is Self
	Employer string   `json:"employer,omitempty"` // instead of a person when Relation is Employee
	MemberID string   `json:"member_id"`          // NM109, item 1a
	Group    string   `json:"group,omitempty"`    // SBR03, item 11
	Plan     string   `json:"plan,omitempty"`     // SBR04, item 11c
	Priority string   `json:"priority"`           // SBR01: P, S or T
	// CaseNumber is the claim number of a property and casualty payer (REF*Y4,
	// item 11b).
	CaseNumber string `json:"case_number,omitempty"`
}

// Accident is what the care follows (CLM11, items 10a to 10c; DTP*439).
type Accident struct {
	Employment bool       `json:"employment"`
	Auto       bool       `json:"auto"`
	Other      bool       `json:"other"`
	State      string     `json:"state,omitempty"` // of an auto accident
	On         civil.Date `json:"on"`
}

// Line is one service: one procedure with its modifiers on one day.
type Line struct {
	Control   string      `json:"control"` // REF*6R, the same for the life of the line
	Date      civil.Date  `json:"date"`
	Place     string      `json:"place"` // of service, two digits
	Procedure string      `json:"procedure"`
	Modifiers []string    `json:"modifiers,omitempty"`
	Label     string      `json:"label"`    // our own words; sent only where a procedure is unlisted
	Pointers  []int       `json:"pointers"` // positions in Diagnoses, from 1
	Charge    money.Cents `json:"charge_cents"`
	Units     int64       `json:"units"`
	Minutes   int64       `json:"minutes"` // recorded for it in the signed note
	Timed     bool        `json:"timed"`
	Proof     Proof       `json:"proof"`
}

// Proof is where a line stands in the record.
type Proof struct {
	Note       id.Document `json:"note"`
	Techniques []string    `json:"techniques"` // ids
	Sites      []string    `json:"sites"`      // ids of the body sites and zones treated
	Findings   []string    `json:"findings"`   // what was addressed there, in words
}

// Attachment is a paper that goes with the claim (PWK, item 19).
type Attachment struct {
	Report       string `json:"report"`       // PWK01: OZ support data, 03 report justifying treatment
	Transmission string `json:"transmission"` // PWK02: BM mail, EL electronic, FX fax
	Control      string `json:"control"`      // PWK06
}
