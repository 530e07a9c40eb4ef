package knowledge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AnswerType is the form an answer takes.
type AnswerType string

// The types of answer.
const (
	AnswerBool   AnswerType = "bool"   // yes or no
	AnswerNumber AnswerType = "number" // a number with a unit, between Min and Max
	AnswerEvent  AnswerType = "event"  // no; yes with a date; yes without a known date
)

// Audience says who can answer.
type Audience string

// The audiences.
const (
	AudiencePatient Audience = "patient" // the patient, alone or read aloud by staff
	AudienceStaff   Audience = "staff"   // only staff: observed, measured or looked up
)

// Question is one safety question; its key is what rules refer to.
type Question struct {
	Key   string `json:"key"`   // "ans.fever", "vital.sbp", "days_since.surgery", "weeks_gestation"
	Group string `json:"group"` // id of a QuestionGroup
	// Text is the question, to be read aloud or answered alone; Help explains
	// words in it; Short names the fact in a list ("Fever").
	Text     string     `json:"text"`
	Help     string     `json:"help,omitempty"`
	Short    string     `json:"short"`
	Type     AnswerType `json:"type"`
	Audience Audience   `json:"audience"`
	// Required: while unanswered, the screening is incomplete and blocks.
	Required bool `json:"required,omitempty"`
	// EveryVisit: asked anew at each visit; otherwise the last answer stands
	// until the health history changes.
	EveryVisit bool `json:"every_visit,omitempty"`
	// AskSite: a yes needs the place on the body.
	AskSite bool `json:"ask_site,omitempty"`
	// When: asked only if one of the groups holds; empty means always.
	When []Group `json:"when,omitempty"`
	// Unit, Min, Max and Step describe a number.
	Unit string  `json:"unit,omitempty"`
	Min  float64 `json:"min,omitempty"`
	Max  float64 `json:"max,omitempty"`
	Step float64 `json:"step,omitempty"`
	// Derived names what the program works the answer out from ("born").
	Derived string `json:"derived,omitempty"`
	// Use says what the answer is for when no rule reads it.
	Use    string `json:"use,omitempty"`
	Source string `json:"source,omitempty"`
}

// QuestionGroup is a heading under which questions are shown.
type QuestionGroup struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Intro string `json:"intro,omitempty"`
}

// QuestionSet is the file of safety questions, in the order they are asked.
type QuestionSet struct {
	Meta
	Groups    []QuestionGroup `json:"groups"`
	Questions []Question      `json:"questions"`
	index     map[string]int
}

// ParseQuestions reads a file of safety questions.
func ParseQuestions(file string, b []byte) (QuestionSet, error) {
	var qs QuestionSet
	if err := decode(file, b, &qs); err != nil {
		return QuestionSet{}, err
	}
	if err := qs.finish(file, "soapstone/questions/1", b); err != nil {
		return QuestionSet{}, failure(file, "", err)
	}
	if err := unique(file, "group", qs.Groups, func(g QuestionGroup) string { return g.ID }); err != nil {
		return QuestionSet{}, err
	}
	if len(qs.Questions) == 0 {
		return QuestionSet{}, failure(file, "", errors.New("no questions"))
	}
	qs.index = map[string]int{}
	for i, q := range qs.Questions {
		if _, twice := qs.index[q.Key]; twice {
			return QuestionSet{}, failure(file, "question "+q.Key, errors.New("key appears twice"))
		}
		if err := q.check(qs); err != nil {
			return QuestionSet{}, failure(file, "question "+q.Key, err)
		}
		qs.index[q.Key] = i
	}
	return qs, nil
}

func (q Question) check(qs QuestionSet) error {
	if !keyShape.MatchString(q.Key) {
		return errors.New("not a key")
	}
	if err := required("text", q.Text, "short", q.Short); err != nil {
		return err
	}
	if !slices.ContainsFunc(qs.Groups, func(g QuestionGroup) bool { return g.ID == q.Group }) {
		return fmt.Errorf("group %q does not exist", q.Group)
	}
	if q.Audience != AudiencePatient && q.Audience != AudienceStaff {
		return fmt.Errorf("audience %q is neither patient nor staff", q.Audience)
	}
	if q.Derived != "" && q.Derived != "born" {
		return fmt.Errorf("derived %q is not known", q.Derived)
	}
	if err := q.checkType(); err != nil {
		return err
	}
	for _, g := range q.When {
		if err := g.check(); err != nil {
			return err
		}
		for _, c := range g.All {
			if c.Kind == CondIncomplete || c.Kind == CondICD7 {
				return fmt.Errorf("condition %q cannot decide whether a question is asked", c)
			}
			// Asking in order means a question can depend only on earlier ones.
			if _, earlier := qs.index[c.Key]; questionKind(c.Kind) && !earlier {
				return fmt.Errorf("condition %q refers to no earlier question", c)
			}
		}
	}
	return nil
}

func questionKind(k ConditionKind) bool {
	return k == CondYes || k == CondNumber || k == CondDaysSince
}

func (q Question) checkType() error {
	event := strings.HasPrefix(q.Key, daysSince)
	if event != (q.Type == AnswerEvent) {
		return fmt.Errorf("type %q does not go with this key", q.Type)
	}
	switch q.Type {
	case AnswerBool, AnswerEvent:
		if q.Unit != "" || q.Min != 0 || q.Max != 0 || q.Step != 0 {
			return errors.New("only numbers have unit, min, max and step")
		}
	case AnswerNumber:
		if q.Unit == "" || q.Min >= q.Max || q.Step <= 0 {
			return errors.New("a number needs unit, min below max, and step")
		}
	default:
		return fmt.Errorf("type %q is not known", q.Type)
	}
	return nil
}

// Question finds a question by its key.
func (qs QuestionSet) Question(key string) (Question, bool) {
	i, ok := qs.index[key]
	if !ok {
		return Question{}, false
	}
	return qs.Questions[i], true
}

// Group finds a heading by id.
func (qs QuestionSet) Group(id string) (QuestionGroup, bool) {
	for _, g := range qs.Groups {
		if g.ID == id {
			return g, true
		}
	}
	return QuestionGroup{}, false
}
