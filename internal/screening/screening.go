// Package screening decides whether a patient may be treated today: which
// contraindications and red flags fire on the answers, diagnoses and medicines
// known, how strictly each limits treatment, and who has lifted what.
//
// It refuses to guess. A required question without an answer is never taken
// for a no: the screening is then incomplete, which blocks. A date, a vital
// sign or a week of pregnancy that is missing from a rule that otherwise
// matches fires the rule. Every rule that fires is listed; none hides another.
// It supports judgement and never diagnoses.
//
// Questions that were not asked on the day of a treatment can be answered
// afterwards, so that the record of it can be completed. Such answers say when
// and why they were given late, never replace what was answered on the day, and
// open no treatment: Gate.Blocked stays.
package screening

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
)

// Reply is the yes-or-no part of an answer.
type Reply int8

// The replies. The zero value is "not answered", which is not a no.
const (
	Unanswered Reply = iota
	No
	Yes
)

// Answer is what is known about one question. The zero value is unanswered.
type Answer struct {
	Reply Reply
	// Number is meant only when HasNumber is set; its unit is the question's.
	Number    float64
	HasNumber bool
	// Date of an event; the zero date on a yes means it is not known.
	Date civil.Date
	// Sites are ids of body sites the answer is about.
	Sites []string
}

// SaidYes answers a question with yes; of an event, that its date is not known.
func SaidYes() Answer { return Answer{Reply: Yes} }

// SaidNo answers a question with no; of an event, that it never happened; of a
// number, that it does not apply.
func SaidNo() Answer { return Answer{Reply: No} }

// Measured answers with a number in the question's unit.
func Measured(x float64) Answer { return Answer{Reply: Yes, Number: x, HasNumber: true} }

// Happened answers with the date of an event.
func Happened(on civil.Date) Answer { return Answer{Reply: Yes, Date: on} }

// At adds the body sites an answer is about.
func (a Answer) At(sites ...string) Answer {
	a.Sites = slices.Clone(sites)
	return a
}

// Answered reports whether anything was said that counts as an answer.
func (a Answer) Answered() bool { return a.Reply == Yes || a.Reply == No }

// number gives a usable number.
func (a Answer) number() (float64, bool) {
	ok := a.Reply == Yes && a.HasNumber && !math.IsNaN(a.Number) && !math.IsInf(a.Number, 0)
	return a.Number, ok
}

// String is the text form for storage and forms: "", "no", "yes", a date
// (2026-01-31) or a number; ParseAnswer reads it back. Sites are not in it.
func (a Answer) String() string {
	switch {
	case a.Reply == No:
		return "no"
	case a.Reply != Yes:
		return ""
	case a.HasNumber:
		return strconv.FormatFloat(a.Number, 'f', -1, 64)
	case !a.Date.IsZero():
		return a.Date.String()
	}
	return "yes"
}

// ParseAnswer reads the text form of an answer to q; empty text is unanswered.
// An Invalid error on field q.Key says what to enter.
func ParseAnswer(q knowledge.Question, text string) (Answer, error) {
	text = strings.TrimSpace(text)
	switch text {
	case "":
		return Answer{}, nil
	case "no":
		return SaidNo(), nil
	case "yes":
		if q.Type != knowledge.AnswerNumber {
			return SaidYes(), nil
		}
	}
	switch q.Type {
	case knowledge.AnswerEvent:
		d, err := civil.Parse(text)
		if err != nil {
			return Answer{}, errs.OnField(q.Key, "Enter a date, or say that the date is not known.")
		}
		return Happened(d), nil
	case knowledge.AnswerNumber:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !(x >= q.Min && x <= q.Max) {
			return Answer{}, errs.OnField(q.Key, "Enter a number from "+trimFloat(q.Min)+" to "+trimFloat(q.Max)+" ("+q.Unit+").")
		}
		return Measured(x), nil
	}
	return Answer{}, errs.OnField(q.Key, "Answer yes or no.")
}

func trimFloat(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Facts is everything a screening looks at. The order of its lists and of its
// answers never matters.
type Facts struct {
	// Answers are keyed by the question's key: "ans.fever", "vital.sbp",
	// "days_since.surgery", "weeks_gestation". Unknown keys are ignored.
	Answers map[string]Answer
	// Diagnoses are ICD-10-CM codes from prescribers, with or without dots.
	Diagnoses []string
	// Medicines are names as the patient gave them.
	Medicines []string
	// MedClasses are medication classes known otherwise.
	MedClasses []string
	// Today is the local date of the screening; Born the date of birth. The
	// zero date means not known.
	Today civil.Date
	Born  civil.Date
}

// Level is how strictly treatment is limited.
type Level = knowledge.Level

// MatchedGroup is one group of a rule's conditions that held.
type MatchedGroup struct {
	Key        string // canonical text of the group
	Level      Level
	Because    []string // the facts in words
	Incomplete bool     // it fired because something is missing
}

// Fired is a rule that fired.
type Fired struct {
	Rule   knowledge.Rule // as it was read: id, version, texts
	Level  Level          // now, after any clearance
	Found  Level          // as it fired
	Groups []MatchedGroup
	// Because lists the facts in words, without repetition.
	Because []string
	// Incomplete is true when every matched group fired only because a date,
	// number, vital sign or answer is missing.
	Incomplete bool
	// Sites are body sites named in the answers; Regions those of the rule.
	// AskSite is true when the place is needed and not yet known.
	Sites   []string
	Regions []string
	AskSite bool
	// Unreviewed asks for a documented decision: no licensed clinician has
	// reviewed the rule.
	Unreviewed bool
	// ClearedBy holds the clearances that lowered the level.
	ClearedBy []Clearance
}

// GroupKeys names what a clearance given now is given for.
func (f Fired) GroupKeys() []string {
	keys := make([]string, len(f.Groups))
	for i, g := range f.Groups {
		keys[i] = g.Key
	}
	return keys
}

// Result is the outcome of a screening.
type Result struct {
	// Status is the highest level of what fired.
	Status Level
	// Fired lists every rule that fired, the strictest first, then by id.
	Fired []Fired
	// Missing are the required questions, to be asked now, that have no
	// answer; Open the others that have none.
	Missing []knowledge.Question
	Open    []knowledge.Question
	// RulesVersion and QuestionsVersion are those of the files used.
	RulesVersion     string
	QuestionsVersion string
}

// Stops reports that no treatment may be given.
func (r Result) Stops() bool { return r.Status.Stops() }

// NeedsDecision reports that a rule no clinician has reviewed fired, so that
// the therapist's decision must be documented.
func (r Result) NeedsDecision() bool {
	return slices.ContainsFunc(r.Fired, func(f Fired) bool { return f.Unreviewed })
}

// Find gives the rule with that id, if it fired.
func (r Result) Find(id string) (Fired, bool) {
	i := slices.IndexFunc(r.Fired, func(f Fired) bool { return f.Rule.ID == id })
	if i < 0 {
		return Fired{}, false
	}
	return r.Fired[i], true
}

// Avoid lists the technique tags to leave out, sorted; rules lowered to
// information no longer count.
func (r Result) Avoid() []string {
	var out []string
	for _, f := range r.Fired {
		if f.Level >= knowledge.LevelPrecaution {
			out = append(out, f.Rule.Avoid...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AvoidPositions lists the positions to leave out, sorted, of the rules that
// still hold.
func (r Result) AvoidPositions() []string {
	var out []string
	for _, f := range r.Fired {
		if f.Level >= knowledge.LevelPrecaution {
			out = append(out, f.Rule.AvoidPositions...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// MaxPressure is the lowest cap on pressure (1 to 5) of the rules that still
// hold and of the releases that lifted others, or 0 when there is none.
func (r Result) MaxPressure() int {
	lowest := 0
	cap := func(p int) {
		if p > 0 && (lowest == 0 || p < lowest) {
			lowest = p
		}
	}
	for _, f := range r.Fired {
		if f.Level >= knowledge.LevelPrecaution {
			cap(f.Rule.MaxPressure)
		}
		for _, c := range f.ClearedBy {
			cap(c.MaxPressure)
		}
	}
	return lowest
}

// settle sorts what fired and works out the status.
func (r *Result) settle() {
	slices.SortFunc(r.Fired, func(a, b Fired) int {
		return cmp.Or(-cmp.Compare(a.Level, b.Level), strings.Compare(a.Rule.ID, b.Rule.ID))
	})
	r.Status = knowledge.LevelNone
	for _, f := range r.Fired {
		r.Status = max(r.Status, f.Level)
	}
}
