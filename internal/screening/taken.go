package screening

import (
	"context"
	"maps"
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening/q"
)

// takenBack adds to a judgement what stopped treatment at an earlier asking and
// would still stop it, had an answer or a diagnosis not been changed since.
// Nobody lifts a stop by asking again until the answer suits: it is released by
// a clinician, or it is written down why it changed. What is asked at every
// visit is compared within its own day; the other answers stand until then.
func (s *Service) takenBack(ctx context.Context, tx *db.Tx, p id.Patient, now Facts, hold []Clearance, j *Judgement) error {
	if !j.Found {
		return nil
	}
	rows, err := q.New(tx).StoppedUpTo(ctx, q.StoppedUpToParams{PracticeID: tx.Practice, PatientID: p, OnDate: j.Record.On})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.ScreeningID == j.Record.ID {
			continue
		}
		was, err := s.record(row)
		if err != nil {
			return err
		}
		then := now
		then.Answers = plain(carry(s.know.Questions(), was, j.Record.On))
		// A diagnosis that was on record then and is not now was put right by
		// somebody at the desk, who does not judge whether to treat.
		then.Diagnoses = slices.Concat(now.Diagnoses, was.Diagnoses)
		res, _ := s.engine.Apply(s.engine.Evaluate(then), hold, now.Today)
		for _, f := range res.Fired {
			if f.Level.Stops() && !f.Rule.Clear.Answer {
				j.Result.takeBack(f, was.On)
			}
		}
	}
	j.Result.settle()
	return nil
}

// takeBack notes what a rule stopped for on a day and does not fire for now.
func (r *Result) takeBack(f Fired, on civil.Date) {
	i := slices.IndexFunc(r.Fired, func(x Fired) bool { return x.Rule.ID == f.Rule.ID })
	var present []string
	if i >= 0 {
		present = r.Fired[i].GroupKeys()
	}
	for _, g := range f.Groups {
		key := "taken back " + on.String() + " " + g.Key
		if slices.Contains(present, g.Key) || slices.Contains(present, key) {
			continue
		}
		if i < 0 {
			i = len(r.Fired)
			r.Fired = append(r.Fired, Fired{Rule: changed(f.Rule)})
		}
		x := &r.Fired[i]
		g.Key, g.Level = key, knowledge.LevelPrecaution
		x.Groups = append(slices.Clone(x.Groups), g)
		for _, b := range g.Because {
			x.Because = append(slices.Clone(x.Because), b+", at the screening of "+on.Human()+"; changed since")
		}
		x.Level, x.Unreviewed = max(x.Level, knowledge.LevelPrecaution), true
		present = append(present, key)
	}
}

// changed words a rule that fires no more as a question about the change.
func changed(r knowledge.Rule) knowledge.Rule {
	r.Title = "Changed since: " + r.Title
	r.Do = "This stopped treatment, and what it rested on was changed since. Write down why it no longer holds."
	return r
}

// keepOfToday adds what was answered earlier on the same day to questions that
// may stay open and are open now: leaving a field empty takes no value back. A
// blood pressure is replaced by measuring again.
func (s *Service) keepOfToday(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date, answers map[string]Given) (map[string]Given, error) {
	row, found, err := latest(ctx, tx, p, on)
	if err != nil || !found || row.OnDate != on {
		return answers, err
	}
	was, err := s.record(row)
	if err != nil {
		return nil, err
	}
	out := map[string]Given{}
	maps.Copy(out, answers)
	for key, g := range was.Answers {
		question, ok := s.know.Questions().Question(key)
		if ok && !question.Required && g.Answer.Answered() && !out[key].Answer.Answered() {
			out[key] = g
		}
	}
	return out, nil
}
