package outcome

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome/q"
)

// Input is one filled-in instrument.
type Input struct {
	Instrument string
	On         civil.Date
	Visit      id.Visit // zero outside a visit
	Answers    Answers
	// Total is the score of a form filled in on paper; nil when the answers are
	// given. Beside it Answers holds the safety question only.
	Total *float64
	// NewActivities are named now and rated by the answers "new.0", "new.1", …
	NewActivities []string
}

// Recorded is what became of a filled-in instrument.
type Recorded struct {
	// Score is zero when so much was left out that there is no score, and the
	// answers were kept for their safety task alone.
	Score id.Score
	// Task is the safety task that was raised; zero when none was.
	Task id.Task
	// Urgent: the patient answered the safety question above its limit, and is
	// to be shown where help is.
	Urgent bool
}

const maxActivities = 5

// Record keeps a filled-in instrument. Invalid errors name the items. Too few
// answers for a score are an Invalid error too, unless the safety question was
// answered above its limit: that is kept in any case.
func (s *Service) Record(ctx context.Context, p id.Patient, in Input) (out Recorded, err error) {
	a, err := authz.Require(ctx, authz.OutcomeWrite)
	if err != nil {
		return out, err
	}
	inst, ok := s.know.Instrument(in.Instrument)
	if !ok {
		return out, errs.New(errs.NotFound, "There is no such instrument.")
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		who, err := s.patients.WritableTx(ctx, tx, p)
		if err != nil {
			return err
		}
		if !in.On.IsZero() && in.On.Before(who.BirthDate) {
			return errs.OnField("on", "This day is before the patient was born. Check the year.")
		}
		out, err = s.recordTx(ctx, tx, a, p, inst, in)
		return err
	})
	return out, err
}

func (s *Service) recordTx(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, inst knowledge.Instrument, in Input) (out Recorded, err error) {
	today := a.Today(tx.Now.Time)
	if in.On.IsZero() || in.On.After(today) {
		return out, errs.OnField("on", "Enter the day it was filled in, today or earlier.")
	}
	f := filled{patient: p, inst: inst, on: in.On, visit: in.Visit, by: a.User}
	if f.answers, err = s.answersTx(ctx, tx, a, p, inst, in); err != nil {
		return out, err
	}
	result, scored := Result(inst, f.answers)
	worry, raised := concernOf(inst, f.answers)
	out.Urgent = raised && worry.answer != nil
	if !scored && !out.Urgent {
		return Recorded{}, missingAnswers(inst, f.answers)
	}
	if f.text, err = json.Marshal(f.answers); err != nil {
		return out, err
	}
	if scored {
		if out.Score, err = f.insert(ctx, tx, result); err != nil {
			return out, err
		}
	}
	if raised {
		out.Task, err = f.raise(ctx, tx, out.Score, worry)
	}
	return out, err
}

// filled is a filled-in instrument on its way into the database.
type filled struct {
	patient id.Patient
	inst    knowledge.Instrument
	on      civil.Date
	visit   id.Visit
	by      id.User
	answers Answers
	text    []byte // answers as JSON
}

func (f filled) insert(ctx context.Context, tx *db.Tx, result float64) (id.Score, error) {
	var none id.Score
	if !f.visit.IsZero() {
		if _, err := q.New(tx).VisitOf(ctx, q.VisitOfParams{PracticeID: tx.Practice, VisitID: f.visit, PatientID: f.patient}); err != nil {
			return none, db.Found(err, "There is no such visit of this patient.")
		}
	}
	sid := id.New[id.Score]()
	err := q.New(tx).InsertScore(ctx, q.InsertScoreParams{PracticeID: tx.Practice, ScoreID: sid, PatientID: f.patient, VisitID: f.visit, Instrument: f.inst.ID,
		InstrumentVersion: f.inst.Version, OnDate: f.on, Responses: string(f.text), Result: result, CreatedBy: f.by, CreatedAt: tx.Now})
	if err != nil {
		return none, err
	}
	return sid, tx.Audit(ctx, db.Event{Action: "outcome.record", Patient: f.patient, Kind: "score", Subject: sid.String(), Detail: f.inst.ID})
}

// answersTx checks what was filled in and gives it the form it is kept in.
func (s *Service) answersTx(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, inst knowledge.Instrument, in Input) (Answers, error) {
	answers := Answers{}
	maps.Copy(answers, in.Answers)
	if err := checkAnswers(inst, answers); err != nil {
		return nil, err
	}
	switch {
	case in.Total != nil:
		if err := checkTotal(inst, answers, *in.Total); err != nil {
			return nil, err
		}
		answers[knowledge.TotalKey] = *in.Total
	case inst.PatientItems:
		if err := s.activitiesTx(ctx, tx, a, p, in.NewActivities, answers); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// checkTotal refuses totals the form cannot have, other answers beside it, and
// a total whose safety question nobody looked at.
func checkTotal(inst knowledge.Instrument, beside Answers, total float64) error {
	const field = knowledge.TotalKey
	if !inst.ByTotal {
		return errs.New(errs.Invalid, "This instrument is recorded by its answers.")
	}
	if !inst.Allows(field, total) {
		return errs.OnField(field, fmt.Sprintf("Enter a whole number from %s to %s.", Number(inst.Min), Number(inst.Max)))
	}
	it, safety := inst.SafetyItem()
	answer, answered := beside[it.ID]
	if want := map[bool]int{true: 1}[safety]; len(beside) > want {
		return errs.New(errs.Invalid, "Enter the total or the answers, not both.")
	}
	if !safety {
		return nil
	}
	if !answered {
		return errs.OnField(it.ID, "Look this answer up on the paper form: a total alone does not show it.")
	}
	most := 0.0
	for _, c := range inst.Choices(it) {
		most = math.Max(most, c.Value)
	}
	if total < answer || total > inst.Max-most+answer {
		return errs.OnField(field, fmt.Sprintf("A total of %s does not go with this answer. Check both on the form.", Number(total)))
	}
	return nil
}

// missingAnswers says which answer to give next.
func missingAnswers(in knowledge.Instrument, a Answers) error {
	if in.PatientItems {
		return errs.OnField("new.0.text", "Answer this: without it there is no score.")
	}
	var bad []errs.Field
	for _, it := range in.Items {
		if _, answered := a[it.ID]; answered || it.Optional || it.Unscored {
			continue
		}
		bad = append(bad, errs.Field{Name: it.ID, Message: "Answer this: without it there is no score."})
		if in.MissingAs == knowledge.MissingItemMean {
			bad[len(bad)-1].Message = fmt.Sprintf("Answer this. At most %d may be left out.", in.MissingMost)
		}
	}
	if in.Ticks {
		bad = bad[:1]
		bad[0].Message = "Tick what describes you today, or that none does."
	}
	return errs.OnFields(bad...)
}

// activitiesTx keeps newly named activities, puts their ids in place of
// "new.0" in the answers, and refuses ratings of activities of others.
func (s *Service) activitiesTx(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, fresh []string, answers Answers) error {
	have, err := activities(ctx, tx, p)
	if err != nil {
		return err
	}
	known, open := map[string]bool{}, 0
	for _, h := range have {
		known[h.ID.String()] = true
		if !h.Ended {
			open++
		}
	}
	for i, text := range fresh {
		key := fmt.Sprintf("new.%d", i)
		v, rated := answers[key]
		delete(answers, key)
		if text = strings.TrimSpace(text); text == "" {
			if rated {
				return errs.OnField(key+".text", "Name what is hard to do, or take the rating away.")
			}
			continue
		}
		if !rated {
			return errs.OnField(key, "Rate this: from 0, cannot do it, to 10, as well as before.")
		}
		if open++; open > maxActivities {
			return errs.OnField(key+".text", "Five activities at most. End one that no longer matters first.")
		}
		aid := id.New[id.Activity]()
		err := q.New(tx).InsertActivity(ctx, q.InsertActivityParams{PracticeID: tx.Practice, ActivityID: aid, PatientID: p,
			Position: int64(len(have) + i), Activity: text, CreatedBy: a.User, CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		answers[aid.String()], known[aid.String()] = v, true
	}
	for k := range answers {
		if !known[k] {
			return errs.New(errs.NotFound, "A rating names an activity that this patient does not have.")
		}
	}
	return nil
}

// EndActivity takes an activity off the form; its ratings stay.
func (s *Service) EndActivity(ctx context.Context, p id.Patient, aid id.Activity) error {
	a, err := authz.Require(ctx, authz.OutcomeWrite)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).EndActivity(ctx, q.EndActivityParams{PracticeID: tx.Practice, PatientID: p, ActivityID: aid, EndedAt: tx.Now})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "There is no such activity in use.")
		}
		return tx.Audit(ctx, db.Event{Action: "outcome.end-activity", Patient: p, Kind: "activity", Subject: aid.String()})
	})
}

// MarkError says that a score was entered in error; it stays legible.
func (s *Service) MarkError(ctx context.Context, p id.Patient, sid id.Score, reason string) error {
	a, err := authz.Require(ctx, authz.OutcomeWrite)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return errs.OnField("reason", "Say what is wrong with it.")
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).MarkError(ctx, q.MarkErrorParams{PracticeID: tx.Practice, PatientID: p, ScoreID: sid, ErrorReason: reason})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "There is no such valid score.")
		}
		return tx.Audit(ctx, db.Event{Action: "outcome.error", Patient: p, Kind: "score", Subject: sid.String()})
	})
}

func activities(ctx context.Context, tx *db.Tx, p id.Patient) ([]Activity, error) {
	rows, err := q.New(tx).Activities(ctx, q.ActivitiesParams{PracticeID: tx.Practice, PatientID: p})
	var out []Activity
	for _, r := range rows {
		out = append(out, Activity{ID: r.ActivityID, Text: r.Activity, Ended: !r.EndedAt.IsZero()})
	}
	return out, err
}
