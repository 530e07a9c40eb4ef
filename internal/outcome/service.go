package outcome

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"soapstone/internal/assessment"
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
	Phases     []Phase // when the patient was evaluated, oldest first
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
// the caller records the view. NotFound for an instrument nobody knows.
func (s *Service) CourseTx(ctx context.Context, tx *db.Tx, p id.Patient, instrument string) (Course, error) {
	if _, err := authz.Require(ctx, authz.OutcomeRead); err != nil {
		return Course{}, err
	}
	if _, ok := s.know.Instrument(instrument); !ok {
		return Course{}, errs.New(errs.NotFound, "There is no such instrument.")
	}
	all, err := s.CoursesTx(ctx, tx, p)
	if err != nil {
		return Course{}, err
	}
	return all[slices.IndexFunc(all, func(c Course) bool { return c.Instrument.ID == instrument })], nil
}

// CoursesTx reads the courses of all instruments, in their order, also of those
// without a score, inside the caller's transaction; the caller records the view.
func (s *Service) CoursesTx(ctx context.Context, tx *db.Tx, p id.Patient) ([]Course, error) {
	if _, err := authz.Require(ctx, authz.OutcomeRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).Series(ctx, q.SeriesParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	scores := map[string][]Score{}
	for _, r := range rows {
		var ans Answers
		if err := json.Unmarshal([]byte(r.Responses), &ans); err != nil {
			return nil, fmt.Errorf("outcome: stored answers: %w", err)
		}
		scores[r.Instrument] = append(scores[r.Instrument], Score{ID: r.ScoreID, Visit: r.VisitID, On: r.OnDate, Answers: ans, Result: r.Result, Error: r.ErrorReason, By: r.StaffName})
	}
	phases, err := phases(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	own, err := activities(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	var out []Course
	for _, in := range s.know.Instruments() {
		c := Course{Instrument: in, Scores: scores[in.ID], Phases: phases}
		if in.PatientItems {
			c.Activities = own
		}
		c.settle()
		out = append(out, c)
	}
	return out, nil
}

// Phase is a day on which the patient was evaluated: what came before and what
// comes after are read apart.
type Phase struct {
	On    civil.Date
	Again bool // a re-evaluation
}

func phases(ctx context.Context, tx *db.Tx, p id.Patient) (out []Phase, err error) {
	rows, err := q.New(tx).Phases(ctx, q.PhasesParams{PracticeID: tx.Practice, PatientID: p})
	for _, r := range rows {
		out = append(out, Phase{r.OnDate, r.Kind == string(assessment.Reevaluation)})
	}
	return out, err
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
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		out, err = s.CoursesTx(ctx, tx, p)
		return err
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
	rows, err := q.New(tx).Newest(ctx, q.NewestParams{PracticeID: tx.Practice, PatientID: p, Instrument: measure})
	if err != nil || len(rows) == 0 {
		return 0, civil.Date{}, false, err
	}
	return rows[0].Result, rows[0].OnDate, true, nil
}
