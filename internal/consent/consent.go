// Package consent keeps what patients agreed to: treatment, the privacy notice,
// and work on sensitive areas. It decides which texts there are to sign (they
// are knowledge, with a version each), who may sign for whom, what counts as a
// signature, and how things stand for a patient: the newest paper about a text
// decides, and an earlier agreement to other words is marked as outdated.
//
// Every agreement, refusal and withdrawal is a signed document of its own that
// holds the words that were read, so that it can be shown years later by
// itself. Whether somebody agreed is a question about an instant: taking consent
// back ends treatment from then on and leaves what came before as it was.
//
// What a guardian signed ends when the patient comes of age, or when the
// guardianship does, and is asked anew. A text that is worded anew is asked for at
// the next visit, with what has changed; what was agreed to stays agreed until then.
// Work on an area needs its own consent and, where the patient wishes, a chaperone
// who is named.
//
// The package refuses a signature by a minor, a signature that is a dot
// or a stray line, agreement to a text other than the present one, and any
// change of a paper that exists.
package consent

import (
	"encoding/json"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Action is what a paper says.
type Action string

// The actions.
const (
	Given     Action = "given"
	Declined  Action = "declined"  // asked, and said no
	Withdrawn Action = "withdrawn" // agreed once, and no longer
)

// Standing is how things are for a text: an Action, or Unasked.
type Standing = Action

// Unasked is the standing before anybody asked.
const Unasked Standing = ""

// Label is the standing in words.
func Label(s Standing) string {
	switch s {
	case Given:
		return "Given"
	case Declined:
		return "Declined"
	case Withdrawn:
		return "Withdrawn"
	}
	return "Not asked yet"
}

// Relation is who signs, seen from the patient.
type Relation string

// The relations.
const (
	Self           Relation = "self"
	Parent         Relation = "parent"
	Guardian       Relation = "guardian"
	Representative Relation = "representative" // power of attorney, health-care agent
)

// Relations in the order shown.
func Relations() []Relation { return []Relation{Self, Parent, Guardian, Representative} }

// Label is the relation in words.
func (r Relation) Label() string {
	switch r {
	case Self:
		return "The patient"
	case Parent:
		return "Parent"
	case Guardian:
		return "Legal guardian"
	case Representative:
		return "Legal representative"
	}
	return string(r)
}

// Method is how somebody said it.
type Method string

// The methods.
const (
	Drawn  Method = "drawn"
	Typed  Method = "typed"
	Spoken Method = "spoken" // a refusal or withdrawal, which needs no signature
)

// Label is the method in words.
func (m Method) Label() string {
	switch m {
	case Drawn:
		return "Signed by hand"
	case Typed:
		return "Signed by typing the name"
	}
	return "Said to the witness"
}

// Signer is who agrees, refuses or withdraws.
type Signer struct {
	Name     string
	Relation Relation
	// Identity is what was seen to know that another person may sign: a photo ID,
	// a court order.
	Identity string
	// Until is the last day of another person's authority, where it is known.
	Until civil.Date
}

// Paper is the body of a consent document, format consent/1. It stands alone:
// whoever reads it needs nothing else.
type Paper struct {
	Action   Action `json:"action"`
	Text     Text   `json:"text"`
	Practice string `json:"practice"`
	Patient  struct {
		Name      string     `json:"name"`
		Number    string     `json:"number"`
		BirthDate civil.Date `json:"birth_date"`
	} `json:"patient"`
	Signer struct {
		Name     string   `json:"name"`
		Relation Relation `json:"relation"`
		Identity string   `json:"identity,omitempty"`
	} `json:"signer"`
	// EndsOn is the last day of what another person signed.
	EndsOn    civil.Date `json:"ends_on,omitzero"`
	Signature Signature  `json:"signature"`
	Note      string     `json:"note,omitempty"`
	// SignedAt is the instant in UTC (RFC 3339), LocalDate and Zone the same
	// where it happened.
	SignedAt  string     `json:"signed_at"`
	LocalDate civil.Date `json:"local_date"`
	Zone      string     `json:"zone"`
	Witness   string     `json:"witness"`
}

// Text is the words that were read.
type Text struct {
	Key        string   `json:"key"` // "treatment", "area-abdomen"
	Kind       string   `json:"kind"`
	Lang       string   `json:"lang"`
	Version    string   `json:"version"`
	SHA256     string   `json:"sha256"` // of the knowledge file
	Title      string   `json:"title"`
	Paragraphs []string `json:"paragraphs"`
	Statement  string   `json:"statement"`
	Reviewed   string   `json:"reviewed"` // review state of the text when it was signed
	// Effective is from when this wording was asked for, Changes what was new in it.
	Effective civil.Date `json:"effective,omitzero"`
	Changes   string     `json:"changes,omitempty"`
}

// Signature is the mark. Path is SVG path data in a box of Width by Height.
type Signature struct {
	Method Method `json:"method"`
	Path   string `json:"path,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// format names the body's schema in the document.
const format = "consent/1"

func parsePaper(body []byte) (Paper, error) {
	var p Paper
	err := json.Unmarshal(body, &p)
	return p, err
}

// Entry is one paper in a patient's history.
type Entry struct {
	ID         id.Consent
	Document   id.Document
	Key, Title string
	Action     Action
	Signer     Signer
	Method     Method
	Lang       string
	Version    string
	Note       string
	EndsOn     civil.Date // last day; zero: no end
	At         db.Time
	On         civil.Date // local date of the reader
	Witness    string
}

// State is how things stand for one text.
type State struct {
	Key      string // id of the text: "treatment", "privacy-notice", "area-abdomen"
	Kind     knowledge.ConsentKind
	Title    string
	Standing Standing
	Required bool // care needs it: treatment and privacy notice
	// Outdated: it was given for other words than the present ones; Changes says
	// what is new in them.
	Outdated bool
	Changes  string
	// Ended: another person signed, and may not any more.
	Ended  bool
	Latest Entry // zero while Unasked
}

// Again says why a consent that was given is asked for again; "" when it is not.
func (s State) Again() string {
	switch {
	case s.Ended:
		return "Asked again because what " + s.Latest.Signer.Name + " signed (" + strings.ToLower(s.Latest.Signer.Relation.Label()) + ") ended on " + s.Latest.EndsOn.Human() + "."
	case s.Outdated && s.Changes != "":
		return "Asked again because the wording changed: " + s.Changes
	case s.Outdated:
		return "Asked again because the wording changed."
	}
	return ""
}

// Settled reports whether nothing is left to ask: a treatment or area consent
// is given for the present words or was refused, the privacy notice was signed
// or the refusal to sign it recorded (45 CFR 164.520(c)(2)(ii)).
func (s State) Settled() bool {
	switch s.Standing {
	case Given:
		return !s.Outdated && !s.Ended
	case Declined:
		return s.Kind == knowledge.ConsentPrivacy || s.Kind == knowledge.ConsentArea
	case Withdrawn:
		return s.Kind == knowledge.ConsentArea
	}
	return s.Kind == knowledge.ConsentArea
}

// Missing lists what care waits for: required and not settled.
func Missing(states []State) []State {
	var out []State
	for _, s := range states {
		if s.Required && !s.Settled() {
			out = append(out, s)
		}
	}
	return out
}

// Find gives the state of a text.
func Find(states []State, key string) (State, bool) {
	for _, s := range states {
		if s.Key == key {
			return s, true
		}
	}
	return State{}, false
}

// textOf copies the words of a text into the paper.
func textOf(t knowledge.ConsentText) Text {
	return Text{Key: t.ID, Kind: string(t.Kind), Lang: t.Lang, Version: t.Version, SHA256: t.SHA256, Title: t.Title,
		Paragraphs: t.Paragraphs, Statement: t.Statement, Reviewed: string(t.Review.State), Effective: t.Effective, Changes: t.Changes}
}

// area is the short name of an area consent for an alert: "abdomen".
func area(title string) string {
	const lead = "Consent to work "
	s := strings.TrimPrefix(title, lead)
	s = strings.TrimPrefix(s, "on the ")
	return s
}
