package screening

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
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
}

// New makes the service.
func New(d *db.DB, log *audit.Log, k *knowledge.Set, patients *patient.Service, diagnoses Diagnoses, documents *document.Store) *Service {
	return &Service{db: d, log: log, engine: FromKnowledge(k), know: k, patients: patients, diagnoses: diagnoses, documents: documents}
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
}

// ClearanceRecord is a clearance as kept.
type ClearanceRecord struct {
	Clearance
	RecordID  id.Clearance
	Document  id.Document
	Withdrawn bool
	Why       string // why it was withdrawn
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

func (s *Service) clearances(ctx context.Context, queries *q.Queries, practice id.Practice, p id.Patient, current Record) ([]ClearanceRecord, error) {
	rows, err := queries.ListClearances(ctx, q.ListClearancesParams{PracticeID: practice, PatientID: p})
	var out []ClearanceRecord
	for _, r := range rows {
		out = append(out, ClearanceRecord{
			Clearance: Clearance{ID: r.ClearanceID.String(), Rule: r.Rule, Kind: knowledge.Clinician(r.Kind), Name: r.Name, Credential: r.Credential,
				Groups: lines(r.FoundGroups), From: r.FromOn, Until: r.UntilOn, Scope: r.Scope, Reason: r.Reason, Document: r.Evidence,
				// A release given after the answers were taken is no earlier one,
				// also where the answers of a past day are judged.
				EarlierScreening: r.ScreeningID != current.ID && r.CreatedAt.Before(current.CreatedAt.Time)},
			RecordID: r.ClearanceID, Document: r.DocumentID, Withdrawn: !r.WithdrawnAt.IsZero(), Why: r.WithdrawnReason,
		})
	}
	return out, err
}

// decisions finds which rules still wait for one. A rule that only informs
// asks for none; one that stops is lifted by a clearance, not by a decision.
func (s *Service) decisions(ctx context.Context, queries *q.Queries, practice id.Practice, p id.Patient, j *Judgement) error {
	j.Decisions = map[string]Decision{}
	if len(j.Result.Fired) == 0 {
		return nil
	}
	rows, err := queries.ListDecisions(ctx, q.ListDecisionsParams{PracticeID: practice, PatientID: p})
	if err != nil {
		return err
	}
	for _, f := range j.Result.Fired {
		key := groupsKey(f)
		for _, r := range rows {
			if r.Rule == f.Rule.ID && r.FoundGroups == key && r.RuleVersion == int64(f.Rule.Version) {
				j.Decisions[f.Rule.ID] = Decision{Rule: r.Rule, Groups: key, Version: r.RuleVersion, Text: r.Decision, By: r.StaffName, At: r.DecidedAt}
			}
		}
		if _, ok := j.Decisions[f.Rule.ID]; !ok && f.Unreviewed && f.Level >= knowledge.LevelPrecaution && !f.Level.Stops() {
			j.Undecided = append(j.Undecided, f)
		}
	}
	return nil
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
	if j, err = s.Judge(ctx, p, on); err != nil {
		return j, nil, err
	}
	return j, carry(s.know.Questions(), j.Record, on), nil
}

func carry(qs knowledge.QuestionSet, last Record, on civil.Date) map[string]Given {
	out := map[string]Given{}
	for key, g := range last.Answers {
		question, ok := qs.Question(key)
		switch {
		case !ok:
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
		rec, err = s.record(row)
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return rec, s.log.Viewed(ctx, db.Event{Action: "screening.view", Patient: p, Kind: "screening", Subject: sid.String()})
}

// Clear records that a named clinician releases a rule that holds today. The
// words are kept as a signed document.
func (s *Service) Clear(ctx context.Context, p id.Patient, c Clearing) (cid id.Clearance, err error) {
	a, err := authz.Require(ctx, authz.ScreeningClear)
	if err != nil {
		return cid, err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		j, err := s.judge(ctx, tx, p, today)
		if err != nil {
			return err
		}
		f, ok := j.Result.Find(c.Rule)
		if !ok || f.Found == knowledge.LevelNone {
			return errs.New(errs.Conflict, "This rule does not hold any more, so there is nothing to release.")
		}
		if f.Rule.Clear.Answer {
			return errs.New(errs.Conflict, "Only answers lift this, no release does. Ask the open questions.")
		}
		if err := c.check(today, f.Found, s.know.Rules().Sufficient(f.Rule.Clear.By)); err != nil {
			return err
		}
		cid = id.New[id.Clearance]()
		body, err := json.Marshal(clearanceBody(c, f))
		if err != nil {
			return err
		}
		doc, err := s.documents.Append(ctx, tx, document.Draft{Patient: p, Kind: "clearance", Title: "Release of " + f.Rule.Title,
			Subject: cid.String(), ServiceDate: today, Format: "clearance/1", Body: body})
		if err != nil {
			return err
		}
		err = q.New(tx).InsertClearance(ctx, q.InsertClearanceParams{PracticeID: tx.Practice, ClearanceID: cid, PatientID: p, ScreeningID: j.Record.ID,
			Rule: c.Rule, FoundGroups: groupsKey(f), Kind: string(c.Kind), Name: strings.TrimSpace(c.Name), Credential: strings.TrimSpace(c.Credential),
			FromOn: c.From, UntilOn: c.Until, Scope: c.Scope, Reason: c.Reason, Evidence: c.Evidence, DocumentID: doc.ID, CreatedBy: a.User, CreatedAt: tx.Now})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "screening.clear", Patient: p, Kind: "clearance", Subject: cid.String()})
	})
	if err != nil {
		return id.Clearance{}, err
	}
	return cid, s.log.WaitSealed(ctx, a.Practice)
}

// clearanceBody is the document "clearance/1".
func clearanceBody(c Clearing, f Fired) map[string]any {
	return map[string]any{
		"rule": f.Rule.ID, "rule_version": f.Rule.Version, "title": f.Rule.Title, "because": f.Because, "found": f.Found.String(),
		"kind": c.Kind, "name": c.Name, "credential": c.Credential, "from": c.From, "until": c.Until,
		"scope": c.Scope, "reason": c.Reason, "evidence": c.Evidence,
	}
}

// Withdraw ends a clearance; the rule holds again at once.
func (s *Service) Withdraw(ctx context.Context, p id.Patient, cid id.Clearance, reason string) error {
	a, err := authz.Require(ctx, authz.ScreeningClear)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return errs.OnField("reason", "Say why the release no longer holds.")
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).WithdrawClearance(ctx, q.WithdrawClearanceParams{PracticeID: tx.Practice, PatientID: p, ClearanceID: cid, WithdrawnAt: tx.Now, WithdrawnReason: reason})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "There is no such release in force.")
		}
		return tx.Audit(ctx, db.Event{Action: "screening.withdraw", Patient: p, Kind: "clearance", Subject: cid.String()})
	})
}

// Decide records how the actor proceeds under rules that no clinician has
// reviewed; decisions maps rule ids to the words.
func (s *Service) Decide(ctx context.Context, p id.Patient, decisions map[string]string) error {
	a, err := authz.Require(ctx, authz.ScreeningWrite)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		j, err := s.judge(ctx, tx, p, a.Today(tx.Now.Time))
		if err != nil {
			return err
		}
		var missing []errs.Field
		for _, f := range j.Undecided {
			text := strings.TrimSpace(decisions[f.Rule.ID])
			if text == "" {
				missing = append(missing, errs.Field{Name: "decision." + f.Rule.ID, Message: "Write how you proceed under “" + f.Rule.Title + "”."})
				continue
			}
			err := q.New(tx).InsertDecision(ctx, q.InsertDecisionParams{PracticeID: tx.Practice, PatientID: p, Rule: f.Rule.ID, FoundGroups: groupsKey(f),
				RuleVersion: int64(f.Rule.Version), Decision: text, DecidedBy: a.User, DecidedAt: tx.Now})
			if err != nil {
				return err
			}
		}
		if err := errs.OnFields(missing...); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "screening.decide", Patient: p, Kind: "screening", Subject: j.Record.ID.String(), Detail: fmt.Sprintf("%d rules", len(j.Undecided))})
	})
}
