// Package report writes to whoever wrote the prescription: the progress report
// and, when care ends, the discharge summary, each one page that is read in a
// minute. It decides which recorded facts belong to it (visits used, baseline
// against now with what the change means, goals, response, adverse events, where
// findings remain), when one is due, and what its reply block offers.
//
// It refuses everything that nobody confirmed: facts come from signed notes,
// completed assessments and valid scores alone. It refuses a signature on facts
// other than those that were read, and a recommendation without what it needs.
// A signed report never changes; what comes later is a further report.
package report

import (
	"fmt"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Kind and Format are those of the document.
const (
	Kind   = "report"
	Format = "report/1"
)

// State is how far a report has come.
type State string

// The states.
const (
	Draft     State = "draft"
	Signed    State = "signed"
	Discarded State = "discarded"
)

// Recommendation is what the therapist proposes.
type Recommendation string

// The recommendations.
const (
	Continue  Recommendation = "continue"
	Modify    Recommendation = "change"
	Discharge Recommendation = "discharge"
	Refer     Recommendation = "refer"
)

// Recommendations in the order shown.
func Recommendations() []Recommendation {
	return []Recommendation{Continue, Modify, Discharge, Refer}
}

// Label is the recommendation in words.
func (r Recommendation) Label() string {
	switch r {
	case Continue:
		return "Continue as ordered"
	case Modify:
		return "Continue with changes"
	case Discharge:
		return "End care (discharge)"
	case Refer:
		return "Medical review needed"
	}
	return ""
}

// Title is what a document with the recommendation is called.
func (r Recommendation) Title() string {
	if r == Discharge {
		return "Discharge summary"
	}
	return "Progress report"
}

// Reason is why care ends.
type Reason string

// The reasons.
const (
	GoalsMet     Reason = "goals"
	NoFurther    Reason = "plateau"
	OwnChoice    Reason = "patient"
	OrderEnded   Reason = "ended"
	OtherCare    Reason = "other-care"
	NotTolerated Reason = "not-tolerated"
)

// Reasons in the order shown.
func Reasons() []Reason {
	return []Reason{GoalsMet, NoFurther, OrderEnded, OwnChoice, OtherCare, NotTolerated}
}

// Label is the reason in words.
func (r Reason) Label() string {
	switch r {
	case GoalsMet:
		return "The goals are met"
	case NoFurther:
		return "No further change is expected from massage"
	case OwnChoice:
		return "The patient chose to stop"
	case OrderEnded:
		return "The prescription has ended"
	case OtherCare:
		return "Other care goes on instead"
	case NotTolerated:
		return "Treatment was not tolerated"
	}
	return ""
}

// asksVisits reports whether the recommendation asks for further visits.
func (r Recommendation) asksVisits() bool { return r == Continue || r == Modify }

// The most a report may ask for, and the most characters of its own words:
// more would not stay on one page.
const (
	MaxVisits  = 60
	MaxPerWeek = 7
	MaxWeeks   = 26
	MaxSummary = 400
	MaxRequest = 250
)

// Content is what the therapist decides and writes.
type Content struct {
	Recommendation Recommendation `json:"recommendation"`
	Reason         Reason         `json:"reason,omitempty"` // why care ends
	Visits         int64          `json:"visits"`           // asked for; 0 when none
	PerWeek        int64          `json:"per_week"`
	Weeks          int64          `json:"weeks"`
	Summary        string         `json:"summary"` // in the therapist's own words
	Request        string         `json:"request"` // what is to be changed or looked at
}

// Ask is the plain request: what the reader is to decide.
func (c Content) Ask() string {
	switch c.Recommendation {
	case Continue:
		return "We ask for " + c.amount() + "."
	case Modify:
		return "We ask for " + c.amount() + ", with these changes."
	case Discharge:
		if c.Reason == "" {
			return "No further visits are asked for."
		}
		return "Care under this prescription has ended: " + lowerFirst(c.Reason.Label()) + ". No further visits are asked for."
	case Refer:
		return "Please see the patient. What we found is below."
	}
	return ""
}

// amount is "8 more visits, 2 a week for 4 weeks".
func (c Content) amount() string {
	s := "1 more visit"
	if c.Visits != 1 {
		s = fmt.Sprintf("%d more visits", c.Visits)
	}
	if c.PerWeek > 0 {
		s += fmt.Sprintf(", %d a week", c.PerWeek)
	}
	switch {
	case c.Weeks == 1:
		s += " for 1 week"
	case c.Weeks > 1:
		s += fmt.Sprintf(" for %d weeks", c.Weeks)
	}
	return s
}

// Reply lists the boxes that the reader ticks.
func (c Content) Reply() []string {
	switch c.Recommendation {
	case Continue:
		return []string{"Approved: " + c.amount(), "Approved with changes, written below", "Stop massage", "I want to see the patient first"}
	case Modify:
		return []string{"Approved: " + c.amount() + ", with the changes above", "Go on as ordered before", "Stop massage", "I want to see the patient first"}
	case Discharge:
		return []string{"Agreed", "Please continue: ____ visits", "I want to see the patient", "Please call me"}
	case Refer:
		return []string{"I will see the patient. Wait until then", "I will see the patient. Continue meanwhile", "Stop massage", "Please call me"}
	}
	return nil
}

// bounds refuses what no report can hold; it applies to drafts too.
func (c Content) bounds() error {
	var bad []errs.Field
	need := func(ok bool, field, msg string) {
		if !ok {
			bad = append(bad, errs.Field{Name: field, Message: msg})
		}
	}
	need(c.Recommendation == "" || c.Recommendation.Label() != "", "recommendation", "Choose one of the recommendations.")
	need(c.Reason == "" || c.Reason.Label() != "", "reason", "Choose one of the reasons.")
	need(c.Visits >= 0 && c.Visits <= MaxVisits, "visits", fmt.Sprintf("Enter 1 to %d visits.", MaxVisits))
	need(c.PerWeek >= 0 && c.PerWeek <= MaxPerWeek, "per_week", fmt.Sprintf("Enter 1 to %d a week.", MaxPerWeek))
	need(c.Weeks >= 0 && c.Weeks <= MaxWeeks, "weeks", fmt.Sprintf("Enter 1 to %d weeks.", MaxWeeks))
	need(len([]rune(c.Summary)) <= MaxSummary, "summary", fmt.Sprintf("Keep this to %d characters: the report is one page.", MaxSummary))
	need(len([]rune(c.Request)) <= MaxRequest, "request", fmt.Sprintf("Keep this to %d characters: the report is one page.", MaxRequest))
	return errs.OnFields(bad...)
}

// Missing lists what must be there before the report can be signed.
func (c Content) Missing() []errs.Field {
	var out []errs.Field
	if c.Recommendation == "" {
		out = append(out, errs.Field{Name: "recommendation", Message: "Choose what you recommend."})
	}
	if c.Recommendation.asksVisits() && c.Visits == 0 {
		out = append(out, errs.Field{Name: "visits", Message: "Enter how many more visits you ask for."})
	}
	if c.Recommendation == Discharge && c.Reason == "" {
		out = append(out, errs.Field{Name: "reason", Message: "Choose why care ends."})
	}
	if c.Recommendation == Modify && c.Request == "" {
		out = append(out, errs.Field{Name: "request", Message: "Say what is to be changed."})
	}
	if c.Recommendation == Refer && c.Request == "" {
		out = append(out, errs.Field{Name: "request", Message: "Say what should be looked at."})
	}
	return out
}

// tidy takes out what the recommendation does not use, so that nothing is
// signed that the page did not show.
func (c Content) tidy() Content {
	if !c.Recommendation.asksVisits() {
		c.Visits, c.PerWeek, c.Weeks = 0, 0, 0
	}
	if c.Recommendation != Discharge {
		c.Reason = ""
	}
	return c
}

// Report is a report with where it stands.
type Report struct {
	ID        id.Report
	Patient   id.Patient // whose record it was written in
	Referral  id.Referral
	State     State
	On        civil.Date // of signing; of the beginning while a draft
	Content   Content
	Document  id.Document // zero until signed
	Author    string
	CreatedAt db.Time
	UpdatedAt db.Time
	SignedAt  db.Time
	Version   int64
}
