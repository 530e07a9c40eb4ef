package screening

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/screening/q"
)

// The limits of answers given afterwards.
const (
	maxLateReason = 300 // characters
	maxLateDays   = 366 // as long as a visit may be planned into the past
)

// Record keeps one asking of today's safety questions and gives its judgement.
// An incomplete one is kept too: it is true, and it blocks. ScreeningWrite.
func (s *Service) Record(ctx context.Context, p id.Patient, answers map[string]Given) (Judgement, error) {
	a, err := authz.Require(ctx, authz.ScreeningWrite)
	if err != nil {
		return Judgement{}, err
	}
	return s.ask(ctx, a, p, func(ctx context.Context, tx *db.Tx, today civil.Date) (asking, error) {
		all, err := s.keepOfToday(ctx, tx, p, today, Reopen(s.know.Questions(), answers))
		return asking{on: today, answers: all}, err
	})
}

// RecordLate keeps answers about an earlier day on which the questions, or some
// of them, were not asked, with the reason why they are answered only now.
// Answers given on that day stand. ScreeningWrite. Errors: Invalid on "on" and
// "late_reason"; Conflict when nothing was left open on the day.
func (s *Service) RecordLate(ctx context.Context, p id.Patient, on civil.Date, reason string, answers map[string]Given) (Judgement, error) {
	a, err := authz.Require(ctx, authz.ScreeningWrite)
	if err != nil {
		return Judgement{}, err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return Judgement{}, errs.OnField("late_reason", "Say why the questions are answered only now.")
	case utf8.RuneCountInString(reason) > maxLateReason || strings.ContainsFunc(reason, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return Judgement{}, errs.OnField("late_reason", "Shorten the reason to one line of 300 characters.")
	}
	return s.ask(ctx, a, p, func(ctx context.Context, tx *db.Tx, today civil.Date) (asking, error) {
		if !on.Valid() || !on.Before(today) || today.DaysSince(on) > maxLateDays {
			return asking{}, errs.OnField("on", "Only questions about a day of the last year can be answered afterwards.")
		}
		all, err := s.keepOfTheDay(ctx, tx, p, on, answers)
		return asking{on: on, late: Late{today, reason}, answers: all}, err
	})
}

// asking is what is about to be kept.
type asking struct {
	on      civil.Date
	late    Late
	answers map[string]Given
}

// ask keeps what of gives, in one transaction with its judgement.
func (s *Service) ask(ctx context.Context, a authz.Actor, p id.Patient,
	of func(ctx context.Context, tx *db.Tx, today civil.Date) (asking, error)) (j Judgement, err error) {
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		in, err := of(ctx, tx, a.Today(tx.Now.Time))
		if err != nil {
			return err
		}
		if in.answers, err = s.examined(ctx, tx, p, in.on, in.answers); err != nil {
			return err
		}
		facts, asked, err := s.facts(ctx, tx, p, in.on)
		if err != nil {
			return err
		}
		if err := s.keep(ctx, tx, a, p, in, facts, asked); err != nil {
			return err
		}
		j, err = s.judgeBy(ctx, tx, p, in.on, facts, asked)
		return err
	})
	return j, err
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, in asking, facts Facts, asked bool) error {
	given, err := s.worded(ctx, tx, in.answers)
	if err != nil {
		return err
	}
	facts.Answers = plain(in.answers)
	res := s.engine.Evaluate(facts)
	text, err := encodeAnswers(given)
	if err != nil {
		return err
	}
	sid := id.New[id.Screening]()
	err = q.New(tx).InsertScreening(ctx, q.InsertScreeningParams{
		PracticeID: tx.Practice, ScreeningID: sid, PatientID: p, OnDate: in.on, AskedOn: in.late.On, LateReason: in.late.Reason, Answers: text,
		Diagnoses: strings.Join(facts.Diagnoses, "\n"), Medicines: strings.Join(facts.Medicines, "\n"), MedicinesAsked: asked,
		Status: res.Status.String(), Fired: firedText(res), Missing: int64(len(res.Missing)),
		RulesVersion: res.RulesVersion, QuestionsVersion: res.QuestionsVersion, CreatedBy: a.User, CreatedAt: tx.Now,
	})
	if err != nil {
		return err
	}
	action, detail := "screening.record", fmt.Sprintf("%d missing, rules %s", len(res.Missing), res.RulesVersion)
	if !in.late.IsZero() {
		action, detail = "screening.record_late", "about "+in.on.String()+", "+detail
	}
	return tx.Audit(ctx, db.Event{Action: action, Patient: p, Kind: "screening", Subject: sid.String(), Detail: detail})
}

// keepOfTheDay puts what was answered on a day itself over answers given after
// it. A Conflict when nothing was left open then.
func (s *Service) keepOfTheDay(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date, answers map[string]Given) (map[string]Given, error) {
	row, err := q.New(tx).AskedOnTheDay(ctx, q.AskedOnTheDayParams{PracticeID: tx.Practice, PatientID: p, OnDate: on})
	if errors.Is(err, sql.ErrNoRows) {
		return answers, nil
	}
	if err != nil {
		return nil, err
	}
	was, err := s.record(row)
	if err != nil {
		return nil, err
	}
	facts, _, err := s.facts(ctx, tx, p, on)
	if err != nil {
		return nil, err
	}
	facts.Answers = plain(was.Answers)
	if len(s.engine.Evaluate(facts).Missing) == 0 {
		return nil, errs.New(errs.Conflict, "The safety questions were answered on "+on.Human()+". Those answers stand.")
	}
	out := maps.Clone(answers)
	if out == nil {
		out = map[string]Given{}
	}
	for key, g := range was.Answers {
		if g.Answer.Answered() {
			out[key] = g
		}
	}
	return out, nil
}
