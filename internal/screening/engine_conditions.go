package screening

import (
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/knowledge"
)

// truth is what a single condition comes to.
type truth int

const (
	isFalse      truth = iota
	unanswered         // a yes-or-no question without an answer
	valueMissing       // a date or number nobody has given
	holdsTrue
)

// finding is a condition's truth with the fact in words.
type finding struct {
	truth      truth
	because    string
	sites      []string
	incomplete bool // it holds because something is missing
	denied     bool // false because of a stated no
}

// test decides one condition.
func (w world) test(c knowledge.Condition, missing []knowledge.Question) finding {
	switch c.Kind {
	case knowledge.CondYes:
		return w.testYes(c)
	case knowledge.CondNumber:
		return w.testNumber(c)
	case knowledge.CondDaysSince:
		return w.testDaysSince(c)
	case knowledge.CondICD, knowledge.CondICDRange:
		for _, code := range w.codes {
			if c.MatchesCode(code) {
				return finding{truth: holdsTrue, because: "Diagnosis " + knowledge.DottedCode(code)}
			}
		}
	case knowledge.CondICD7:
		return w.testSeventh(c)
	case knowledge.CondMed:
		return w.testMedicine(c)
	case knowledge.CondIncomplete:
		return incomplete(missing)
	}
	return finding{}
}

func (w world) short(key string) string {
	if q, ok := w.questions.Question(key); ok {
		return q.Short
	}
	return key
}

func (w world) testYes(c knowledge.Condition) finding {
	a := w.answer(c.Key)
	switch a.Reply {
	case Yes:
		return finding{truth: holdsTrue, because: w.short(c.Key) + ": yes", sites: a.Sites}
	case No:
		return finding{truth: isFalse, denied: true}
	}
	return finding{truth: unanswered}
}

// testNumber: a no means that the number does not apply; a yes without a
// number means that it applies and is not known.
func (w world) testNumber(c knowledge.Condition) finding {
	a := w.answer(c.Key)
	x, ok := a.number()
	switch {
	case a.Reply == No:
		return finding{truth: isFalse, denied: true}
	case ok && c.Op.Holds(x, c.Value):
		q, _ := w.questions.Question(c.Key)
		return finding{truth: holdsTrue, because: fmt.Sprintf("%s %s %s (the rule: %s)", q.Short, trimFloat(x), q.Unit, c.Op.Words(c.Value))}
	case ok:
		return finding{truth: isFalse}
	}
	f := finding{truth: valueMissing, incomplete: true, because: w.short(c.Key) + " not known (the rule: " + c.Op.Words(c.Value) + ")"}
	if a.Reply == Yes {
		f.truth = holdsTrue
	}
	return f
}

// testDaysSince: an event with a date in the future counts as just now, since
// either the date is wrong or the event is at hand.
func (w world) testDaysSince(c knowledge.Condition) finding {
	a := w.answer(c.Key)
	switch {
	case a.Reply == No:
		return finding{truth: isFalse, denied: true}
	case a.Reply != Yes:
		return finding{truth: valueMissing, incomplete: true, because: w.undated(c), sites: a.Sites}
	case a.Date.IsZero() || w.Today.IsZero():
		return finding{truth: holdsTrue, incomplete: true, because: w.undated(c), sites: a.Sites}
	}
	days := max(0, w.Today.DaysSince(a.Date))
	if !c.Op.Holds(float64(days), c.Value) {
		return finding{truth: isFalse}
	}
	when := fmt.Sprintf("%d days ago", days)
	switch {
	case a.Date.After(w.Today):
		when = "still to come"
	case days == 0:
		when = "today"
	case days == 1:
		when = "1 day ago"
	}
	return finding{truth: holdsTrue, sites: a.Sites,
		because: fmt.Sprintf("%s on %s, %s (the rule: %s days)", w.short(c.Key), a.Date.Human(), when, c.Op.Words(c.Value))}
}

func (w world) undated(c knowledge.Condition) string {
	return w.short(c.Key) + ": date not known (the rule: " + c.Op.Words(c.Value) + " days ago)"
}

func (w world) testSeventh(c knowledge.Condition) finding {
	def := w.rules.Definitions[c.Key]
	found := finding{}
	for _, code := range w.codes {
		match, incomplete := def.Match(code)
		if !match || (found.truth == holdsTrue && incomplete) {
			continue
		}
		because := "Diagnosis " + knowledge.DottedCode(code) + ": " + def.Label
		if incomplete {
			because += " unless its 7th character says otherwise"
		}
		found = finding{truth: holdsTrue, because: because, incomplete: incomplete}
		if !incomplete {
			break
		}
	}
	return found
}

// testMedicine: a class derived from another holds unless the patient's answer
// rules it out.
func (w world) testMedicine(c knowledge.Condition) finding {
	class, ok := w.meds.Class(c.Key)
	if !ok {
		return finding{}
	}
	if names, taken := w.taken[c.Key]; taken {
		return finding{truth: holdsTrue, because: takes(class.Label, names)}
	}
	if class.From == "" {
		return finding{}
	}
	names, taken := w.taken[class.From]
	a := w.answer(class.UnlessNo)
	if !taken || a.Reply == No {
		return finding{}
	}
	return finding{truth: holdsTrue, because: takes(class.Label, names), incomplete: a.Reply != Yes}
}

func takes(label string, names []string) string {
	if len(names) == 0 {
		return "Takes: " + label
	}
	return "Takes " + strings.Join(names, ", ") + ": " + label
}

func incomplete(missing []knowledge.Question) finding {
	if len(missing) == 0 {
		return finding{}
	}
	shorts := make([]string, len(missing))
	for i, q := range missing {
		shorts[i] = q.Short
	}
	return finding{truth: holdsTrue, incomplete: true, because: "Not answered: " + strings.Join(slices.Compact(shorts), "; ")}
}
