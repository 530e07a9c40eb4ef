package assessment

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Weakness is a key muscle graded 3 or less that was not so before. It is a
// finding for safety screening to judge.
type Weakness struct {
	Group, Label, Myotome string
	Side                  knowledge.Side
	Grade                 Grade
	On                    civil.Date
	Before                *Grade // when it was last graded; nil when never
	Assessment            id.Assessment
}

// NewWeakness lists, in an assessment, the key muscles of myotomes that are
// weak and were not when last graded. What was never graded counts as new:
// not to know is never safer.
func NewWeakness(a Assessment, earlier History, cat Catalogue) []Weakness {
	var out []Weakness
	for _, s := range a.Strength {
		g, ok := cat.Strength.Group(s.Group)
		if !ok || g.Myotome == "" || !s.Grade.Weak() {
			continue
		}
		w := Weakness{Group: g.ID, Label: g.Label, Myotome: g.Myotome, Side: s.Side, Grade: s.Grade, On: a.On, Assessment: a.ID}
		if last, ok := earlier.LastStrength(s.Group, s.Side); ok {
			if last.Weak() {
				continue
			}
			w.Before = &last
		}
		out = append(out, w)
	}
	return out
}

// LastStrength is the newest grade of a muscle group.
func (h History) LastStrength(group string, side knowledge.Side) (Grade, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if s, ok := h[i].StrengthOf(group, side); ok {
			return s.Grade, true
		}
	}
	return Grade{}, false
}

// NewWeakness gives the new weaknesses of the newest completed assessment in
// which strength was graded. The caller records its own view.
func (s *Service) NewWeakness(ctx context.Context, tx *db.Tx, p id.Patient) ([]Weakness, error) {
	if _, err := authz.Require(ctx, authz.AssessmentRead); err != nil {
		return nil, err
	}
	list, err := all(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	h := historyOf(list)
	for i := len(h) - 1; i >= 0; i-- {
		if len(h[i].Strength) > 0 {
			return NewWeakness(h[i], h[:i], s.cat), nil
		}
	}
	return nil, nil
}
