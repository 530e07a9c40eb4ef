package screening

import (
	"context"
	"maps"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Findings tells what an examination found that a rule reads: by the key of the
// question it answers ("exam.mmt_new", "exam.umn_signs"), as of a day. A key
// that is not there was not examined, which is no answer.
type Findings interface {
	Findings(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (map[string]Answer, error)
}

// examined puts the findings of an examination beside the answers. Whichever of
// the two is worse counts: a note of the examination does not lift an answer, nor
// the other way round.
func (s *Service) examined(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date, answers map[string]Given) (map[string]Given, error) {
	if s.Findings == nil {
		return answers, nil
	}
	found, err := s.Findings.Findings(ctx, tx, p, on)
	if err != nil || len(found) == 0 {
		return answers, err
	}
	out := maps.Clone(answers)
	if out == nil {
		out = map[string]Given{}
	}
	for key, a := range found {
		q, ok := s.know.Questions().Question(key)
		if ok && a.Answered() && worse(q, a, out[key].Answer) {
			out[key] = Given{Answer: a, How: Examined, On: on}
		}
	}
	return out, nil
}

// worse reports that a finding says more than an answer: a yes over anything
// but a yes; of strength, the lower grade.
func worse(q knowledge.Question, found, said Answer) bool {
	if q.Type != knowledge.AnswerNumber {
		return said.Reply != Yes && (found.Reply == Yes || said.Reply == Unanswered)
	}
	x, has := found.number()
	y, had := said.number()
	return has && (!had || x < y)
}
