package intake

import (
	"context"
	"encoding/json"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/intake/q"
	"soapstone/internal/patient"
)

// Service is the use cases of this room.
type Service struct {
	db       *db.DB
	log      *audit.Log
	patients *patient.Service
}

// New makes the service.
func New(d *db.DB, log *audit.Log, patients *patient.Service) *Service {
	return &Service{db: d, log: log, patients: patients}
}

const notHere = "There is no such intake in this chart."

// Latest gives the newest completed submission and records the view; NotFound
// when there is none.
func (s *Service) Latest(ctx context.Context, p id.Patient) (Record, error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return Record{}, err
	}
	var out Record
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rec, found, err := s.LatestTx(ctx, tx, p)
		if err == nil && !found {
			err = errs.New(errs.NotFound, "No intake is completed yet.")
		}
		out = rec
		return err
	})
	if err != nil {
		return Record{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "intake.view", Patient: p, Kind: "intake", Subject: out.ID.String()})
}

// LatestTx is Latest inside the caller's transaction; the caller records the
// view. found is false when no submission is complete.
func (s *Service) LatestTx(ctx context.Context, tx *db.Tx, p id.Patient) (rec Record, found bool, err error) {
	if _, err := authz.Require(ctx, authz.HealthRead); err != nil {
		return Record{}, false, err
	}
	return s.newest(ctx, tx, p, Complete)
}

func (s *Service) newest(ctx context.Context, tx *db.Tx, p id.Patient, st Status) (Record, bool, error) {
	ids, err := q.New(tx).Newest(ctx, q.NewestParams{PracticeID: tx.Practice, PatientID: p, Status: string(st)})
	if err != nil || len(ids) == 0 {
		return Record{}, false, err
	}
	rec, err := get(ctx, tx, p, ids[0])
	return rec, err == nil, err
}

func get(ctx context.Context, tx *db.Tx, p id.Patient, i id.Intake) (Record, error) {
	r, err := q.New(tx).Get(ctx, q.GetParams{PracticeID: tx.Practice, PatientID: p, IntakeID: i})
	if err != nil {
		return Record{}, db.Found(err, notHere)
	}
	rec := Record{ID: r.IntakeID, Patient: r.PatientID, Previous: r.PreviousIntakeID, Status: Status(r.Status), StartedAt: r.StartedAt,
		SavedAt: r.SavedAt, SavedBy: r.SavedName, CompletedAt: r.CompletedAt, CompletedBy: r.CompletedName, Version: r.Version}
	return rec, rec.read(r.Format, r.Answers)
}

// Chart is what the pages about a patient's intake need.
type Chart struct {
	Latest, Draft       Record // zero ID when there is none
	LatestWas, DraftWas *Answers
	History             []Summary // completed, newest first
}

// Chart gives the newest completed submission, the draft if there is one, and
// the answers that each began with. It records the view.
func (s *Service) Chart(ctx context.Context, p id.Patient) (Chart, error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return Chart{}, err
	}
	var out Chart
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		if out.Latest, _, err = s.newest(ctx, tx, p, Complete); err != nil {
			return err
		}
		if out.Draft, _, err = s.newest(ctx, tx, p, Draft); err != nil {
			return err
		}
		if out.LatestWas, err = was(ctx, tx, p, out.Latest); err != nil {
			return err
		}
		if out.DraftWas, err = was(ctx, tx, p, out.Draft); err != nil {
			return err
		}
		rows, err := q.New(tx).Completed(ctx, q.CompletedParams{PracticeID: tx.Practice, PatientID: p})
		for _, r := range rows {
			out.History = append(out.History, Summary{ID: r.IntakeID, Reason: r.Reason, At: r.CompletedAt, By: r.CompletedName})
		}
		return err
	})
	if err != nil {
		return Chart{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "intake.view", Patient: p, Kind: "patient", Subject: p.String()})
}

// was gives the answers a record began with, or nil for a first one.
func was(ctx context.Context, tx *db.Tx, p id.Patient, r Record) (*Answers, error) {
	if r.Previous.IsZero() {
		return nil, nil
	}
	before, err := get(ctx, tx, p, r.Previous)
	return &before.Answers, err
}

// Get gives one submission and the answers it began with (nil for a first
// one), and records the view.
func (s *Service) Get(ctx context.Context, p id.Patient, i id.Intake) (rec Record, before *Answers, err error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return Record{}, nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if rec, err = get(ctx, tx, p, i); err != nil {
			return err
		}
		before, err = was(ctx, tx, p, rec)
		return err
	})
	if err != nil {
		return Record{}, nil, db.Classify(err)
	}
	return rec, before, s.log.Viewed(ctx, db.Event{Action: "intake.view", Patient: p, Kind: "intake", Subject: i.String()})
}

// Start begins a draft with the answers of the newest completed submission; if
// there is a draft already, it gives that one. NotFound, or Conflict for a
// merged record.
func (s *Service) Start(ctx context.Context, p id.Patient) (id.Intake, error) {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return id.Intake{}, err
	}
	iid := id.New[id.Intake]()
	var there id.Intake
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		there = id.Intake{}
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		draft, found, err := s.newest(ctx, tx, p, Draft)
		if err != nil {
			return err
		}
		if found {
			there = draft.ID
			return tx.Audit(ctx, db.Event{Action: "intake.resume", Patient: p, Kind: "intake", Subject: there.String()})
		}
		last, _, err := s.newest(ctx, tx, p, Complete)
		if err != nil {
			return err
		}
		rec := Record{Answers: last.Answers, Sections: carriedOver(last)}
		text, err := rec.text()
		if err != nil {
			return err
		}
		an := rec.Answers
		if err := q.New(tx).InsertDraft(ctx, q.InsertDraftParams{PracticeID: tx.Practice, IntakeID: iid, PatientID: p, PreviousIntakeID: last.ID,
			Format: format, Answers: text, Reason: an.Reason, Mechanism: an.Mechanism, OnsetDate: an.OnsetDate, Pressure: an.Pressure,
			Chaperone: an.Chaperone, StartedAt: tx.Now, StartedBy: a.User, SavedAt: tx.Now, SavedBy: a.User}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "intake.start", Patient: p, Kind: "intake", Subject: iid.String()})
	})
	if err != nil {
		return id.Intake{}, db.Classify(err)
	}
	if !there.IsZero() {
		return there, nil
	}
	return iid, nil
}

func carriedOver(last Record) map[Section]Provenance {
	if last.ID.IsZero() {
		return provenances(Answers{}, nil, nil)
	}
	return provenances(last.Answers, &last.Answers, nil)
}

func (r Record) text() (string, error) {
	b, err := json.Marshal(body{Answers: r.Answers, Sections: r.Sections})
	return string(b), err
}

// Submission is what the form holds.
type Submission struct {
	Patient id.Patient
	Intake  id.Intake
	Version int64
	Answers Answers
	Marks   map[Section]Mark // about sections that were carried over
}

// Save keeps a draft. It returns NotFound, Stale when somebody else saved
// meanwhile, Conflict when the submission is no draft any more, and Invalid.
func (s *Service) Save(ctx context.Context, in Submission) error {
	if _, err := authz.Require(ctx, authz.HealthWrite); err != nil {
		return err
	}
	return s.write(ctx, in, false)
}

// Complete saves and closes a draft: from then on it cannot be changed. A
// reason for the visit is needed, and that it was asked again. The other
// errors are those of Save.
func (s *Service) Complete(ctx context.Context, in Submission) error {
	if _, err := authz.Require(ctx, authz.HealthWrite); err != nil {
		return err
	}
	return s.write(ctx, in, true)
}

func (s *Service) write(ctx context.Context, in Submission, finish bool) error {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, in.Patient); err != nil {
			return err
		}
		rec, err := draft(ctx, tx, in.Patient, in.Intake)
		if err != nil {
			return err
		}
		before, err := was(ctx, tx, in.Patient, rec)
		if err != nil {
			return err
		}
		rec.Answers = in.Answers
		complaints := errs.FieldsOf(rec.Answers.clean(a.Today(tx.Now.Time)))
		rec.Sections = provenances(rec.Answers, before, in.Marks)
		if finish {
			complaints = append(errs.FieldsOf(complete(rec.Answers, rec.Sections, in.Marks)), complaints...)
		}
		if err := errs.OnFields(complaints...); err != nil {
			return err
		}
		if err := save(ctx, tx, a, in, rec); err != nil {
			return err
		}
		action := "intake.save"
		if finish {
			action = "intake.complete"
			if err := db.OneRow(q.New(tx).SetStatus(ctx, q.SetStatusParams{PracticeID: tx.Practice, IntakeID: in.Intake, PatientID: in.Patient,
				Version: in.Version + 1, Status: string(Complete), CompletedAt: tx.Now, CompletedBy: a.User, SavedAt: tx.Now, SavedBy: a.User})); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: in.Patient, Kind: "intake", Subject: in.Intake.String()})
	})
	return db.Classify(err)
}

// draft gives a submission that may still be changed.
func draft(ctx context.Context, tx *db.Tx, p id.Patient, i id.Intake) (Record, error) {
	rec, err := get(ctx, tx, p, i)
	if err != nil {
		return Record{}, err
	}
	switch rec.Status {
	case Complete:
		return Record{}, errs.New(errs.Conflict, "This intake is complete and cannot be changed. Start a new one.")
	case Discarded:
		return Record{}, errs.New(errs.Conflict, "This draft was discarded. Start a new one.")
	}
	return rec, nil
}

func save(ctx context.Context, tx *db.Tx, a authz.Actor, in Submission, rec Record) error {
	text, err := rec.text()
	if err != nil {
		return err
	}
	an := rec.Answers
	return db.OneRow(q.New(tx).SaveDraft(ctx, q.SaveDraftParams{PracticeID: tx.Practice, IntakeID: in.Intake, PatientID: in.Patient, Version: in.Version,
		Answers: text, Reason: an.Reason, Mechanism: an.Mechanism, OnsetDate: an.OnsetDate, Pressure: an.Pressure, Chaperone: an.Chaperone,
		SavedAt: tx.Now, SavedBy: a.User}))
}

// Discard puts a draft aside; it is kept, and shown nowhere. The errors are
// those of Save.
func (s *Service) Discard(ctx context.Context, p id.Patient, i id.Intake, version int64) error {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		if _, err := draft(ctx, tx, p, i); err != nil {
			return err
		}
		if err := db.OneRow(q.New(tx).SetStatus(ctx, q.SetStatusParams{PracticeID: tx.Practice, IntakeID: i, PatientID: p, Version: version,
			Status: string(Discarded), SavedAt: tx.Now, SavedBy: a.User})); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "intake.discard", Patient: p, Kind: "intake", Subject: i.String()})
	})
	return db.Classify(err)
}
