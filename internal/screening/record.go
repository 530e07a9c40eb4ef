package screening

import (
	"encoding/json"
	"fmt"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// How says in which way an answer came about.
type How string

// The ways. A group answer is one tap for all questions then on screen; a
// standing answer was given at an earlier screening and is not asked each time.
const (
	Asked     How = "asked"
	ByGroup   How = "group"
	ByPatient How = "patient" // by the patient alone, on a device that was handed over
	Standing  How = "standing"
	Examined  How = "examined" // follows from a finding of an examination
)

// Given is an answer with where it comes from.
type Given struct {
	Answer Answer
	How    How
	On     civil.Date // when it was given
	// Edition names the wording of the question that was on screen.
	Edition string
	// Parts are the groups of questions that a yes to HealthChanged opened.
	Parts []string
}

// Record is one asking of the safety questions. It never changes.
type Record struct {
	ID             id.Screening
	Patient        id.Patient
	On             civil.Date
	Late           Late // zero when the questions were asked on that day
	Answers        map[string]Given
	Texts          map[string]string // the questions as they were worded; only from Get
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
	W     string     `json:"w,omitempty"` // edition of the wording
	Parts []string   `json:"parts,omitempty"`
}

func encodeAnswers(m map[string]Given) (string, error) {
	out := make(map[string]storedAnswer, len(m))
	for k, g := range m {
		out[k] = storedAnswer{A: g.Answer.String(), Sites: g.Answer.Sites, How: g.How, On: g.On, W: g.Edition, Parts: g.Parts}
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
		out[k] = Given{Answer: a, How: s.How, On: s.On, Edition: s.W, Parts: s.Parts}
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
		var edition string
		if after, worded := strings.CutPrefix(rest, `,"w":"`); worded {
			if edition, rest, ok = strings.Cut(after, `"`); !ok {
				return nil, false
			}
		}
		day, err := civil.Parse(on)
		if rest, ok = strings.CutPrefix(rest, "}"); !ok || err != nil {
			return nil, false
		}
		out[key] = storedAnswer{A: a, How: How(how), On: day, W: edition}
	}
}

func plain(m map[string]Given) map[string]Answer {
	out := make(map[string]Answer, len(m))
	for k, g := range m {
		out[k] = g.Answer
	}
	return out
}
