package screening

import (
	"context"
	"database/sql"
	"errors"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/screening/q"
)

// judge gives the standing of p on day on, from the last screening up to that
// day. The caller has decided that the actor may know, and records the view.
func (s *Service) judge(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (Judgement, error) {
	facts, asked, err := s.facts(ctx, tx, p, on)
	if err != nil {
		return Judgement{}, err
	}
	return s.judgeBy(ctx, tx, p, on, facts, asked)
}

// judgeBy is judge with the facts of the day, which are the same throughout a
// transaction.
func (s *Service) judgeBy(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date, facts Facts, asked bool) (Judgement, error) {
	var j Judgement
	queries := q.New(tx)
	row, found, err := latest(ctx, tx, p, on)
	if err != nil {
		return j, err
	}
	rec := Record{Patient: p}
	if j.Found = found; found {
		if rec, err = s.record(row); err != nil {
			return j, err
		}
	}
	given, err := s.examined(ctx, tx, p, on, rec.Answers)
	if err != nil {
		return j, err
	}
	facts.Answers = plain(given)
	rec.MedicinesAsked, rec.Diagnoses, rec.Medicines = asked, facts.Diagnoses, facts.Medicines
	j.Record = rec
	if j.Clearances, err = s.clearances(ctx, queries, tx.Practice, p, rec); err != nil {
		return j, err
	}
	var hold []Clearance
	for _, c := range j.Clearances {
		if !c.Withdrawn {
			hold = append(hold, c.Clearance)
		}
	}
	j.Result, j.Refused = s.engine.Apply(s.engine.Evaluate(facts), hold, on)
	if err := s.takenBack(ctx, tx, p, facts, hold, &j); err != nil {
		return j, err
	}
	return j, s.decisions(ctx, queries, tx.Practice, p, on, &j)
}

// latest is the newest asking up to a day.
func latest(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (row q.Screening, found bool, err error) {
	row, err = q.New(tx).LatestScreeningUpTo(ctx, q.LatestScreeningUpToParams{PracticeID: tx.Practice, PatientID: p, OnDate: on})
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// facts gathers what is known besides the answers.
func (s *Service) facts(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (Facts, bool, error) {
	rec, err := s.patients.GetTx(ctx, tx, p)
	if err != nil {
		return Facts{}, false, err
	}
	meds, asked, err := s.patients.MedicineNames(ctx, tx, p)
	if err != nil {
		return Facts{}, false, err
	}
	codes, err := s.diagnoses.DiagnosisCodes(ctx, tx, p)
	if err != nil {
		return Facts{}, false, err
	}
	return Facts{Diagnoses: codes, Medicines: meds, Today: on, Born: rec.BirthDate}, asked, nil
}
