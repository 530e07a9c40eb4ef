package screening

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// How says in which way an answer came about.
type How string

// The ways. A group answer is one tap for all questions then on screen; a
// standing answer was given at an earlier screening and is not asked each time.
const (
	Asked    How = "asked"
	ByGroup  How = "group"
	Standing How = "standing"
)

// Given is an answer with where it comes from.
type Given struct {
	Answer Answer
	How    How
	On     civil.Date // when it was given
}

// Record is one asking of the safety questions. It never changes.
type Record struct {
	ID             id.Screening
	Patient        id.Patient
	On             civil.Date
	Late           Late // zero when the questions were asked on that day
	Answers        map[string]Given
	Diagnoses      []string
	Medicines      []string
	MedicinesAsked bool // false: nobody has asked which medicines are taken
	Status         Level
	Missing        int
	RulesVersion   string
	CreatedBy      id.User
	CreatedAt      db.Time
}

// Late says that questions about a day were answered after it.
type Late struct {
	On     civil.Date // when they were answered
	Reason string     // why only then
}

// IsZero reports that they were answered on the day itself.
func (l Late) IsZero() bool { return l.On.IsZero() }

// storedAnswer is the text form of one answer.
type storedAnswer struct {
	A     string     `json:"a"`
	Sites []string   `json:"sites,omitempty"`
	How   How        `json:"how"`
	On    civil.Date `json:"on"`
}

func encodeAnswers(m map[string]Given) (string, error) {
	out := make(map[string]storedAnswer, len(m))
	for k, g := range m {
		out[k] = storedAnswer{A: g.Answer.String(), Sites: g.Answer.Sites, How: g.How, On: g.On}
	}
	b, err := json.Marshal(out)
	return string(b), err
}

// decodeAnswers reads stored answers. An answer to a question that the present
// set no longer has is kept under its key and plays no part.
func decodeAnswers(qs knowledge.QuestionSet, text string) (map[string]Given, error) {
	in, ok := plainAnswers(text)
	if !ok {
		if err := json.Unmarshal([]byte(text), &in); err != nil {
			return nil, fmt.Errorf("screening: stored answers: %w", err)
		}
	}
	out := make(map[string]Given, len(in))
	for k, s := range in {
		q, ok := qs.Question(k)
		if !ok {
			continue
		}
		a, err := ParseAnswer(q, s.A)
		if err != nil {
			return nil, fmt.Errorf("screening: stored answer to %s: %w", k, err)
		}
		a.Sites = s.Sites
		out[k] = Given{Answer: a, How: s.How, On: s.On}
	}
	return out, nil
}

// plainAnswers reads answers as encodeAnswers writes nearly all of them: no
// sites, nothing escaped. Anything else is left to encoding/json. It is here
// because every judgement reads a hundred answers.
func plainAnswers(text string) (out map[string]storedAnswer, ok bool) {
	rest, ok := strings.CutPrefix(text, "{")
	if !ok || strings.ContainsRune(text, '\\') {
		return nil, false
	}
	out = make(map[string]storedAnswer, strings.Count(text, `"a":`))
	for first := true; ; first = false {
		if rest == "}" {
			return out, true
		}
		if !first {
			if rest, ok = strings.CutPrefix(rest, ","); !ok {
				return nil, false
			}
		}
		var key, a, how, on string
		for _, part := range []struct {
			before string
			value  *string
		}{{`"`, &key}, {`:{"a":"`, &a}, {`,"how":"`, &how}, {`,"on":"`, &on}} {
			if rest, ok = strings.CutPrefix(rest, part.before); !ok {
				return nil, false
			}
			if *part.value, rest, ok = strings.Cut(rest, `"`); !ok {
				return nil, false
			}
		}
		day, err := civil.Parse(on)
		if rest, ok = strings.CutPrefix(rest, "}"); !ok || err != nil {
			return nil, false
		}
		out[key] = storedAnswer{A: a, How: How(how), On: day}
	}
}

func plain(m map[string]Given) map[string]Answer {
	out := make(map[string]Answer, len(m))
	for k, g := range m {
		out[k] = g.Answer
	}
	return out
}

// Clearing is what a person enters to record a clinician's release.
type Clearing struct {
	Rule       string
	Kind       knowledge.Clinician
	Name       string
	Credential string
	From       civil.Date
	Until      civil.Date // zero: no end
	Scope      string
	Reason     string
	Evidence   string // the letter, or the note of the call, that it rests on
}

// longestStop is how many days a release of what stops treatment may hold:
// after that the clinician is asked again.
const longestStop = 366

// check names what is missing from a release of what was found at a level.
func (c Clearing) check(today civil.Date, found Level, sufficient []knowledge.Clinician) error {
	var bad []errs.Field
	need := func(ok bool, field, msg string) {
		if !ok {
			bad = append(bad, errs.Field{Name: field, Message: msg})
		}
	}
	var who []string
	for _, k := range sufficient {
		who = append(who, k.Label())
	}
	need(slices.Contains(sufficient, c.Kind), "kind", "This can be released by: "+strings.Join(who, ", ")+".")
	need(strings.TrimSpace(c.Name) != "", "name", "Enter the clinician's name.")
	need(strings.TrimSpace(c.Credential) != "", "credential", "Enter the credential, for example MD.")
	need(!c.From.IsZero() && !c.From.After(today), "from", "Enter the day the release was given, today or earlier.")
	need(c.Until.IsZero() || !c.Until.Before(today), "until", "This day is past. Enter the last day the release holds, or leave it empty.")
	need(!found.Stops() || !c.Until.IsZero(), "until", "Enter the last day the release holds. What stops treatment is looked at again.")
	need(!found.Stops() || c.Until.IsZero() || c.Until.DaysSince(today) <= longestStop, "until", "Enter a day within a year. What stops treatment is looked at again.")
	need(strings.TrimSpace(c.Reason) != "", "reason", "Say why treatment is safe, in the clinician's words.")
	need(strings.TrimSpace(c.Evidence) != "", "evidence", "Say what it rests on: the letter and its date, or who was called when.")
	return errs.OnFields(bad...)
}

// Decision is how a therapist proceeds under a rule.
type Decision struct {
	Rule, Groups string
	Version      int64
	Text         string
	By           string
	At           db.Time
}

// groupsKey is the stored form of what a rule fired for.
func groupsKey(f Fired) string {
	keys := f.GroupKeys()
	slices.Sort(keys)
	return strings.Join(keys, "\n")
}
