package screening

import (
	"context"
	"maps"
	"slices"

	"soapstone/internal/db"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening/q"
)

// HealthChanged is the question that opens answers which stand from before.
const HealthChanged = "ans.health_changed"

// edition names the words of a set of questions: enough of its hash.
func edition(qs knowledge.QuestionSet) string { return qs.SHA256[:min(len(qs.SHA256), 16)] }

// Edition names the wording of the questions that is asked now. A page sends it
// back, so that no answer is taken for words that were not on it.
func (s *Service) Edition() string { return s.edition }

// worded marks what is answered today with the present wording, and keeps that
// wording once. What stands from before keeps the words it was asked in.
func (s *Service) worded(ctx context.Context, tx *db.Tx, answers map[string]Given) (map[string]Given, error) {
	out := maps.Clone(answers)
	used := false
	for key, g := range out {
		if g.How != Standing && g.How != Examined && g.Edition == "" {
			g.Edition, used = s.edition, true
			out[key] = g
		}
	}
	if !used {
		return out, nil
	}
	n, err := q.New(tx).HasWording(ctx, q.HasWordingParams{PracticeID: tx.Practice, Edition: s.edition})
	if err != nil || n > 0 {
		return out, err
	}
	qs := s.know.Questions()
	text, _ := s.know.Raw(qs.File)
	return out, q.New(tx).InsertWording(ctx, q.InsertWordingParams{PracticeID: tx.Practice, Edition: s.edition, Version: qs.Version,
		Questions: string(text), FirstUsedAt: tx.Now})
}

// texts gives the questions in the words in which each was asked.
func (s *Service) texts(ctx context.Context, tx *db.Tx, answers map[string]Given) (map[string]string, error) {
	sets := map[string]knowledge.QuestionSet{"": s.know.Questions(), s.edition: s.know.Questions()}
	out := map[string]string{}
	for key, g := range answers {
		set, ok := sets[g.Edition]
		if !ok {
			text, err := q.New(tx).GetWording(ctx, q.GetWordingParams{PracticeID: tx.Practice, Edition: g.Edition})
			if err != nil {
				return nil, err
			}
			if set, err = knowledge.ParseQuestions("questions "+g.Edition, []byte(text)); err != nil {
				return nil, err
			}
			sets[g.Edition] = set
		}
		if question, ok := set.Question(key); ok {
			out[key] = question.Text
		}
	}
	return out, nil
}

// Reopen leaves out the answers that stand from before in those groups of
// questions in which something has changed: they are asked again. The group
// of HealthChanged itself never stands.
func Reopen(qs knowledge.QuestionSet, answers map[string]Given) map[string]Given {
	changed := answers[HealthChanged]
	if changed.Answer.Reply != Yes || len(changed.Parts) == 0 {
		return answers
	}
	out := maps.Clone(answers)
	for key, g := range answers {
		question, ok := qs.Question(key)
		if ok && g.How == Standing && slices.Contains(changed.Parts, question.Group) {
			delete(out, key)
		}
	}
	return out
}
