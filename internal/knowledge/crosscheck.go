package knowledge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// crossCheck proves that the files agree with each other: nothing refers to
// what does not exist, and no safety question is asked for nothing.
func (s *Set) crossCheck() error {
	used := map[string]bool{}
	for _, r := range s.rules.Rules {
		if err := s.checkRule(r, used); err != nil {
			return failure(s.rules.File, "rule "+r.ID, err)
		}
	}
	if n := s.incompleteRules(); n != 1 {
		return failure(s.rules.File, "", fmt.Errorf("%d rules stand for unanswered questions, want one", n))
	}
	for _, q := range s.questions.Questions {
		for _, g := range q.When {
			if err := s.checkConditions(g.All, used); err != nil {
				return failure(s.questions.File, "question "+q.Key, err)
			}
		}
	}
	for _, c := range s.medications.Classes {
		if c.UnlessNo != "" {
			if _, ok := s.questions.Question(c.UnlessNo); !ok {
				return failure(s.medications.File, "class "+c.ID, fmt.Errorf("question %q does not exist", c.UnlessNo))
			}
			used[c.UnlessNo] = true
		}
	}
	for _, e := range s.gentle.Entries {
		if e.Severity != "" {
			if q, ok := s.questions.Question(e.Severity); !ok || q.Type != AnswerBool {
				return failure(s.gentle.File, "entry "+e.ID, fmt.Errorf("question %q does not exist", e.Severity))
			}
		}
	}
	for _, q := range s.questions.Questions {
		if !used[q.Key] && q.Use == "" {
			return failure(s.questions.File, "question "+q.Key, fmt.Errorf("no rule uses it and it states no use"))
		}
	}
	return cmp.Or(checkVersions(s.consents), s.checkPlaces(), s.checkExamination(), s.checkBilling())
}

func (s *Set) incompleteRules() int {
	n := 0
	for _, r := range s.rules.Rules {
		for _, g := range r.When {
			if g.All[0].Kind == CondIncomplete {
				n++
			}
		}
	}
	return n
}

func (s *Set) checkRule(r Rule, used map[string]bool) error {
	for _, g := range r.When {
		if err := s.checkConditions(g.All, used); err != nil {
			return err
		}
	}
	for _, id := range r.Regions {
		if _, ok := s.Region(id); !ok {
			return fmt.Errorf("region %q does not exist", id)
		}
	}
	for _, id := range r.Avoid {
		if _, ok := s.TechniqueTag(id); !ok {
			return fmt.Errorf("technique tag %q does not exist", id)
		}
	}
	return nil
}

func (s *Set) checkConditions(all []Condition, used map[string]bool) error {
	for _, c := range all {
		if c.Kind == CondMed {
			if _, ok := s.medications.Class(c.Key); !ok {
				return fmt.Errorf("condition %q: no such class", c)
			}
		}
		if !questionKind(c.Kind) {
			continue
		}
		q, ok := s.questions.Question(c.Key)
		if !ok {
			return fmt.Errorf("condition %q: no question asks for it", c)
		}
		want := map[ConditionKind]AnswerType{CondYes: AnswerBool, CondNumber: AnswerNumber, CondDaysSince: AnswerEvent}[c.Kind]
		if q.Type != want {
			return fmt.Errorf("condition %q: its question is of type %s", c, q.Type)
		}
		if q.Type == AnswerNumber && (c.Value < q.Min || c.Value > q.Max) {
			return fmt.Errorf("condition %q: lies outside what the question allows", c)
		}
		used[c.Key] = true
	}
	return nil
}

// checkPlaces covers consents, zones of joints, pairs of sites and the drawing.
func (s *Set) checkPlaces() error {
	for _, c := range s.consents {
		for _, id := range c.Regions {
			if _, ok := s.Region(id); !ok {
				return failure(c.File, "consent "+c.ID, fmt.Errorf("region %q does not exist", id))
			}
		}
		for _, id := range c.Techniques {
			if _, ok := s.TechniqueTag(id); !ok {
				return failure(c.File, "consent "+c.ID, fmt.Errorf("technique tag %q does not exist", id))
			}
		}
	}
	for _, r := range s.rom.Regions {
		if _, ok := s.Zone(r.Zone); !ok {
			return failure(s.rom.File, "region "+r.ID, fmt.Errorf("zone %q does not exist", r.Zone))
		}
	}
	if _, ok := s.Zone(WholeBody); !ok {
		return failure(s.body.File, "", fmt.Errorf("zone %q is missing", WholeBody))
	}
	for _, x := range s.body.Sites {
		if x.Side == Midline {
			continue
		}
		o, ok := s.OtherSide(x.ID)
		if !ok || o.Label != x.Label || o.View != x.View || o.Side == x.Side || o.Y != x.Y || o.X+x.X != 2*FigureCentre {
			return failure(s.body.File, "site "+x.ID, fmt.Errorf("has no mirror image on the other side"))
		}
	}
	for _, v := range []View{ViewFront, ViewBack} {
		if !strings.Contains(string(s.figure), `id="`+string(v)+`"`) {
			return failure(pathFigure, "", fmt.Errorf("no group %q", v))
		}
	}
	known := []string{pathFigure}
	for _, m := range s.metas {
		known = append(known, m.File)
	}
	for p := range s.raw {
		if !slices.Contains(known, p) {
			return failure(p, "", fmt.Errorf("belongs to no known kind"))
		}
	}
	return nil
}
