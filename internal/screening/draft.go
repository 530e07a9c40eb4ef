package screening

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening/q"
)

// SaveDraft keeps what the patient has answered so far today, page by page, over
// what they answered before. It judges nothing and opens nothing: staff see it on
// the sheet and record the screening. Questions that are not the patient's are
// left out. ScreeningWrite.
func (s *Service) SaveDraft(ctx context.Context, p id.Patient, answers map[string]Given) error {
	a, err := authz.Require(ctx, authz.ScreeningWrite)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		all, err := s.draft(ctx, tx, p, today)
		if err != nil {
			return err
		}
		for key, g := range answers {
			question, ok := s.know.Questions().Question(key)
			if ok && question.Audience == knowledge.AudiencePatient {
				g.How, g.On = ByPatient, today
				all[key] = g
			}
		}
		if all, err = s.worded(ctx, tx, all); err != nil {
			return err
		}
		text, err := encodeAnswers(all)
		if err != nil {
			return err
		}
		if err := q.New(tx).SaveDraft(ctx, q.SaveDraftParams{PracticeID: tx.Practice, PatientID: p, OnDate: today, Answers: text, SavedAt: tx.Now}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "screening.draft", Patient: p, Kind: "patient", Subject: p.String(), Detail: fmt.Sprintf("%d answers", len(answers))})
	})
}

// draft is what the patient answered on a day; never nil.
func (s *Service) draft(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (map[string]Given, error) {
	text, err := q.New(tx).GetDraft(ctx, q.GetDraftParams{PracticeID: tx.Practice, PatientID: p, OnDate: on})
	if errors.Is(err, sql.ErrNoRows) {
		return map[string]Given{}, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeAnswers(s.know.Questions(), text)
}

// Start is what the sheet of a day begins with: what stands from before, what was
// answered on that day, and what the patient answered alone since.
type Start struct {
	Judgement Judgement
	Answers   map[string]Given
	ByPatient int // answers that the patient gave and nobody recorded yet
}

// Start gives it and records the view. ScreeningWrite.
func (s *Service) Start(ctx context.Context, p id.Patient, on civil.Date) (out Start, err error) {
	a, err := authz.Require(ctx, authz.ScreeningWrite)
	if err != nil {
		return out, err
	}
	if out.Judgement, err = s.Judge(ctx, p, on); err != nil {
		return out, err
	}
	last := out.Judgement.Record
	out.Answers = carry(s.know.Questions(), last, on)
	if last.On == on {
		return out, nil
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		given, err := s.draft(ctx, tx, p, on)
		maps.Copy(out.Answers, given)
		out.ByPatient = len(given)
		return err
	})
	return out, err
}
