package outcome

import (
	"context"
	"encoding/json"
	"fmt"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome/q"
	"soapstone/internal/patient"
)

// Service records and reads scores.
type Service struct {
	db       *db.DB
	log      *audit.Log
	know     *knowledge.Set
	patients *patient.Service
}

// New makes the service.
func New(d *db.DB, log *audit.Log, k *knowledge.Set, patients *patient.Service) *Service {
	return &Service{db: d, log: log, know: k, patients: patients}
}

// Course is everything about one instrument of one patient.
type Course struct {
	Instrument knowledge.Instrument
	Scores     []Score // oldest first, those entered in error too
	Activities []Activity
	// Baseline and Last are the first and newest valid scores; nil when there
	// are none. Change compares them when they differ; nil where a score is
	// itself a change.
	Baseline, Last *Score
	Change         *Change
}

// Valid lists the scores that count, oldest first.
func (c Course) Valid() []Score {
	var out []Score
	for _, s := range c.Scores {
		if s.Valid() {
			out = append(out, s)
		}
	}
	return out
}

// CourseTx reads the course of an instrument inside the caller's transaction;
// the caller records the view.
func (s *Service) CourseTx(ctx context.Context, tx *db.Tx, p id.Patient, instrument string) (Course, error) {
	if _, err := authz.Require(ctx, authz.OutcomeRead); err != nil {
		return Course{}, err
	}
	inst, ok := s.know.Instrument(instrument)
	if !ok {
		return Course{}, errs.New(errs.NotFound, "There is no such instrument.")
	}
	c := Course{Instrument: inst}
	rows, err := q.New(tx).Series(ctx, q.SeriesParams{PracticeID: tx.Practice, PatientID: p, Instrument: instrument})
	if err != nil {
		return Course{}, err
	}
	for _, r := range rows {
		var ans Answers
		if err := json.Unmarshal([]byte(r.Responses), &ans); err != nil {
			return Course{}, fmt.Errorf("outcome: stored answers: %w", err)
		}
		c.Scores = append(c.Scores, Score{ID: r.ScoreID, Visit: r.VisitID, On: r.OnDate, Answers: ans, Result: r.Result, Error: r.ErrorReason, By: r.StaffName})
	}
	if inst.PatientItems {
		if c.Activities, err = activities(ctx, tx, p); err != nil {
			return Course{}, err
		}
	}
	c.settle()
	return c, nil
}

func (c *Course) settle() {
	valid := c.Valid()
	if len(valid) == 0 {
		return
	}
	first, last := valid[0], valid[len(valid)-1]
	c.Baseline, c.Last = &first, &last
	if len(valid) > 1 && !c.Instrument.AsIs {
		if b, n, ok := Pair(c.Instrument, first.Answers, last.Answers); ok {
			ch := Compare(c.Instrument, b, n)
			c.Change = &ch
		}
	}
}

// Courses reads all instruments of a patient and records the view.
func (s *Service) Courses(ctx context.Context, p id.Patient) (out []Course, err error) {
	a, err := authz.Require(ctx, authz.OutcomeRead)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		for _, in := range s.know.Instruments() {
			c, err := s.CourseTx(ctx, tx, p, in.ID)
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "outcome.view", Patient: p, Kind: "patient", Subject: p.String()})
}

// Latest is the newest valid score of an instrument; it answers goals of the plan.
func (s *Service) Latest(ctx context.Context, tx *db.Tx, p id.Patient, measure string) (value float64, on civil.Date, ok bool, err error) {
	if _, err := authz.Require(ctx, authz.OutcomeRead); err != nil {
		return 0, civil.Date{}, false, err
	}
	if _, known := s.know.Instrument(measure); !known {
		return 0, civil.Date{}, false, nil
	}
	c, err := s.CourseTx(ctx, tx, p, measure)
	if err != nil || c.Last == nil {
		return 0, civil.Date{}, false, err
	}
	return c.Last.Result, c.Last.On, true, nil
}
