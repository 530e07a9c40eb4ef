package screening

import (
	"slices"
	"strings"

	"soapstone/internal/knowledge"
)

// Engine applies one version of the rules. It holds no patient and is safe for
// concurrent use.
type Engine struct {
	rules     knowledge.RuleSet
	questions knowledge.QuestionSet
	meds      knowledge.Medications
	classes   classes
}

// NewEngine takes the rules, the questions they read and the medication
// classes, for instance archived versions of them.
func NewEngine(rules knowledge.RuleSet, questions knowledge.QuestionSet, meds knowledge.Medications) *Engine {
	return &Engine{rules: rules, questions: questions, meds: meds}
}

// FromKnowledge is the engine over the data embedded in the program.
func FromKnowledge(k *knowledge.Set) *Engine {
	return NewEngine(k.Rules(), k.Questions(), k.Medications())
}

// Evaluate applies every rule to the facts.
func (e *Engine) Evaluate(f Facts) Result {
	w := e.look(f)
	r := Result{RulesVersion: e.rules.Version, QuestionsVersion: e.questions.Version}
	for _, q := range e.ask(w) {
		switch {
		case w.answered(q):
		case q.Required:
			r.Missing = append(r.Missing, q)
		default:
			r.Open = append(r.Open, q)
		}
	}
	for _, rule := range e.rules.Rules {
		if fired, ok := w.fire(rule, r.Missing); ok {
			r.Fired = append(r.Fired, fired)
		}
	}
	r.settle()
	return r
}

// Questions lists the questions to be asked given what is known so far, in
// order: those without a condition, and those whose condition holds or turns
// on a number that is not known. What the program derives is left out.
func (e *Engine) Questions(f Facts) []knowledge.Question { return e.ask(e.look(f)) }

func (e *Engine) ask(w world) []knowledge.Question {
	var out []knowledge.Question
	for _, q := range e.questions.Questions {
		if q.Derived != "" && w.derives {
			continue
		}
		if len(q.When) == 0 || slices.ContainsFunc(q.When, w.relevant) {
			out = append(out, q)
		}
	}
	return out
}

// world is the facts in the form the conditions need.
type world struct {
	*Engine
	Facts
	codes   []string            // dotless, sorted, without repetition
	taken   map[string][]string // class → medicines that put it there, sorted
	derives bool                // age and minority follow from the date of birth
}

// Age limits the rules refer to by a name of their own.
const adultFrom = 18

func (e *Engine) look(f Facts) world {
	w := world{Engine: e, Facts: f, taken: map[string][]string{}}
	for _, d := range f.Diagnoses {
		if c := knowledge.DotlessCode(d); c != "" {
			w.codes = append(w.codes, c)
		}
	}
	slices.Sort(w.codes)
	w.codes = slices.Compact(w.codes)
	for _, m := range f.Medicines {
		for _, c := range e.classes.of(e.meds, m) {
			w.taken[c] = append(w.taken[c], strings.TrimSpace(m))
		}
	}
	for _, c := range f.MedClasses {
		if _, ok := w.taken[c]; !ok {
			w.taken[c] = nil
		}
	}
	for c, names := range w.taken {
		slices.Sort(names)
		w.taken[c] = slices.Compact(names)
	}
	w.derives = !f.Born.IsZero() && !f.Today.IsZero() && !f.Born.After(f.Today)
	return w
}

// answer gives the answer under a key, worked out from the date of birth where
// the program can. A stated yes to "under 18" stands against a date of birth.
func (w world) answer(key string) Answer {
	a := w.Answers[key]
	if q, ok := w.questions.Question(key); !ok || q.Derived == "" || !w.derives {
		return a
	}
	age := w.Born.AgeOn(w.Today)
	switch {
	case key == "ans.age":
		return Measured(float64(age))
	case key == "ans.minor" && (age < adultFrom || a.Reply == Yes):
		return SaidYes()
	case key == "ans.minor":
		return SaidNo()
	}
	return a
}

// answered reports whether a question has an answer of its own form.
func (w world) answered(q knowledge.Question) bool {
	a := w.answer(q.Key)
	if q.Type != knowledge.AnswerNumber || a.Reply == No {
		return a.Answered()
	}
	_, ok := a.number()
	return ok
}

// fire tries every group of a rule.
func (w world) fire(rule knowledge.Rule, missing []knowledge.Question) (Fired, bool) {
	f := Fired{Rule: rule, Regions: slices.Clone(rule.Regions), Unreviewed: !rule.Review.Done(), Incomplete: true}
	words := "" // what to do at the level reached, where a group has its own
	for _, g := range rule.When {
		m, sites, ok := w.match(g, missing)
		if !ok {
			continue
		}
		if m.Level = rule.Level; g.Level != knowledge.LevelNone {
			m.Level = g.Level
		}
		if m.Level > f.Level {
			f.Level, words = m.Level, g.Do
		}
		f.Groups = append(f.Groups, m)
		f.Incomplete = f.Incomplete && m.Incomplete
		f.Sites = append(f.Sites, sites...)
		for _, b := range m.Because {
			if !slices.Contains(f.Because, b) {
				f.Because = append(f.Because, b)
			}
		}
	}
	slices.Sort(f.Sites)
	f.Sites = slices.Compact(f.Sites)
	f.AskSite = rule.AskSite && len(f.Sites) == 0
	f.Found = f.Level
	if words != "" {
		f.Rule.Do = words
	}
	return f, len(f.Groups) > 0
}

// match decides one group: all its conditions hold, or those that do not lack
// only a date or a number while at least one other holds.
func (w world) match(g knowledge.Group, missing []knowledge.Question) (MatchedGroup, []string, bool) {
	var m MatchedGroup
	var sites []string
	holds := false
	var few [4]finding // as many as most groups have
	findings := few[:0]
	diagnosed := false
	for _, c := range g.All {
		x := w.test(c, missing)
		if x.truth == unanswered || x.truth == isFalse && !(x.denied && c.Kind == knowledge.CondDaysSince) {
			return MatchedGroup{}, nil, false
		}
		findings = append(findings, x)
		coded := c.Kind == knowledge.CondICD || c.Kind == knowledge.CondICDRange || c.Kind == knowledge.CondICD7
		diagnosed = diagnosed || (coded && x.truth == holdsTrue)
	}
	for i, c := range g.All {
		x := findings[i]
		if x.truth == isFalse && x.denied && diagnosed && c.Kind == knowledge.CondDaysSince {
			// The patient says it never happened, a diagnosis says it did:
			// the date is then missing rather than out of range.
			x = finding{truth: valueMissing, incomplete: true, because: w.undated(c)}
		}
		switch x.truth {
		case isFalse, unanswered:
			return MatchedGroup{}, nil, false
		case holdsTrue:
			holds = true
		}
		m.Because = append(m.Because, x.because)
		m.Incomplete = m.Incomplete || x.incomplete
		sites = append(sites, x.sites...)
	}
	if holds {
		m.Key = g.Key()
	}
	return m, sites, holds
}

// relevant decides whether a question's condition lets it be asked: a number
// that is not known lets it be asked, an unanswered question does not yet.
func (w world) relevant(g knowledge.Group) bool {
	for _, c := range g.All {
		x := w.test(c, nil)
		if x.truth == holdsTrue || (x.truth == valueMissing && c.Kind == knowledge.CondNumber) {
			continue
		}
		return false
	}
	return true
}
