package screening

import (
	"context"
	"fmt"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening/q"
)

// Diagnoses gives every diagnosis code ever prescribed for a patient.
type Diagnoses interface {
	DiagnosisCodes(ctx context.Context, tx *db.Tx, p id.Patient) ([]string, error)
}

// Service records screenings, clearances and decisions.
type Service struct {
	db        *db.DB
	log       *audit.Log
	engine    *Engine
	know      *knowledge.Set
	patients  *patient.Service
	diagnoses Diagnoses
	documents *document.Store
	edition   string // of the questions' wording

	// Scans keeps the letters that releases rest on; nil takes none.
	Scans *blob.Store
	// Findings tells what was found in an examination; nil when nobody examines.
	Findings Findings
}

// New makes the service.
func New(d *db.DB, log *audit.Log, k *knowledge.Set, patients *patient.Service, diagnoses Diagnoses, documents *document.Store) *Service {
	return &Service{db: d, log: log, engine: FromKnowledge(k), know: k, patients: patients, diagnoses: diagnoses, documents: documents,
		edition: edition(k.Questions())}
}

// Standing of a patient: the last answers, judged with what is known today.
type Judgement struct {
	Record     Record
	Found      bool // false: never screened
	Result     Result
	Refused    []Refusal
	Clearances []ClearanceRecord
	Decisions  map[string]Decision // by rule id, those that stand
	Undecided  []Fired             // rules that wait for a documented decision
	NotToday   *Decision           // not to treat on the day that is judged
}

func (s *Service) record(r q.Screening) (Record, error) {
	answers, err := decodeAnswers(s.know.Questions(), r.Answers)
	if err != nil {
		return Record{}, err
	}
	level, err := knowledge.ParseLevel(r.Status)
	if err != nil {
		return Record{}, fmt.Errorf("screening: stored status: %w", err)
	}
	return Record{ID: r.ScreeningID, Patient: r.PatientID, On: r.OnDate, Late: Late{r.AskedOn, r.LateReason}, Answers: answers, Diagnoses: lines(r.Diagnoses), Medicines: lines(r.Medicines),
		MedicinesAsked: r.MedicinesAsked, Status: level, Missing: int(r.Missing), RulesVersion: r.RulesVersion, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt}, nil
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// Judge gives the standing of p on day on and records that it was looked at.
func (s *Service) Judge(ctx context.Context, p id.Patient, on civil.Date) (j Judgement, err error) {
	a, err := authz.Require(ctx, authz.ScreeningRead)
	if err != nil {
		return j, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		j, err = s.judge(ctx, tx, p, on)
		return err
	})
	if err != nil {
		return Judgement{}, err
	}
	return j, s.log.Viewed(ctx, db.Event{Action: "screening.view", Patient: p, Kind: "screening", Subject: j.Record.ID.String()})
}

// Sheet is what the form of a new screening starts with: the answers that
// stand, and those already given today. Nothing asked at every visit is carried.
func (s *Service) Sheet(ctx context.Context, p id.Patient, on civil.Date) (j Judgement, answers map[string]Given, err error) {
	if _, err = authz.Require(ctx, authz.ScreeningWrite); err != nil {
		return j, nil, err
	}
	start, err := s.Start(ctx, p, on)
	return start.Judgement, start.Answers, err
}

func carry(qs knowledge.QuestionSet, last Record, on civil.Date) map[string]Given {
	out := map[string]Given{}
	for key, g := range last.Answers {
		question, ok := qs.Question(key)
		switch {
		case !ok, g.How == Examined: // what an examination finds is looked up each time
		case last.On == on:
			out[key] = g
		case !question.EveryVisit:
			g.How = Standing
			out[key] = g
		}
	}
	return out
}

// Questions lists what is to be asked of p, given answers so far.
func (s *Service) questions(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date, answers map[string]Given) ([]knowledge.Question, error) {
	facts, _, err := s.facts(ctx, tx, p, on)
	if err != nil {
		return nil, err
	}
	facts.Answers = plain(answers)
	return s.engine.Questions(facts), nil
}

// Questions lists what is to be asked of p on day on, given the answers so far.
func (s *Service) Questions(ctx context.Context, p id.Patient, on civil.Date, answers map[string]Given) (qs []knowledge.Question, err error) {
	a, err := authz.Require(ctx, authz.ScreeningRead)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		qs, err = s.questions(ctx, tx, p, on, answers)
		return err
	})
	return qs, err
}

func firedText(r Result) string {
	var out []string
	for _, f := range r.Fired {
		out = append(out, fmt.Sprintf("%s/%d", f.Rule.ID, f.Rule.Version))
	}
	return strings.Join(out, " ")
}

// Entry is a line of the history.
type Entry struct {
	ID      id.Screening
	On      civil.Date
	Late    Late
	Status  Level
	Fired   []string // rule/version
	Missing int
	By      string
	At      db.Time
}

// History lists the screenings of p, newest first, at most 60.
func (s *Service) History(ctx context.Context, p id.Patient) (out []Entry, err error) {
	a, err := authz.Require(ctx, authz.ScreeningRead)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).ListScreenings(ctx, q.ListScreeningsParams{PracticeID: tx.Practice, PatientID: p})
		for _, r := range rows {
			level, err := knowledge.ParseLevel(r.Status)
			if err != nil {
				return err
			}
			out = append(out, Entry{r.ScreeningID, r.OnDate, Late{r.AskedOn, r.LateReason}, level, strings.Fields(r.Fired), int(r.Missing), r.StaffName, r.CreatedAt})
		}
		return err
	})
	return out, err
}

// Get gives one screening as it was recorded.
func (s *Service) Get(ctx context.Context, p id.Patient, sid id.Screening) (rec Record, err error) {
	a, err := authz.Require(ctx, authz.ScreeningRead)
	if err != nil {
		return rec, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).GetScreening(ctx, q.GetScreeningParams{PracticeID: tx.Practice, PatientID: p, ScreeningID: sid})
		if err != nil {
			return db.Found(err, "There is no such screening of this patient.")
		}
		if rec, err = s.record(row); err != nil {
			return err
		}
		rec.Texts, err = s.texts(ctx, tx, rec.Answers)
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return rec, s.log.Viewed(ctx, db.Event{Action: "screening.view", Patient: p, Kind: "screening", Subject: sid.String()})
}
