package visit

import (
	"context"
	"fmt"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

// Deps are what the room needs from others. Ledger, Safety, Consent and Payer may
// be nil in tests only; then nothing is counted and nothing is blocked.
type Deps struct {
	Patients  *patient.Service
	Documents *document.Store
	Knowledge *knowledge.Set
	Ledger    Ledger
	Safety    SafetyGate
	Consent   Consent
	Payer     Payer
}

// Service holds the use cases of the room.
type Service struct {
	db  *db.DB
	log *audit.Log
	Deps
	observers []Observer
}

// Observer is told, in the transaction that signs, what becomes of the note of
// a visit. Its error undoes the signature. doc is the note, not what was added
// to it or said about it.
type Observer interface {
	NoteSignedTx(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) error
	NoteAmendedTx(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) error
	NoteRetractedTx(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) error
}

// Observe adds an observer. The composition root calls it before the first use:
// who follows a visit lies above it and is made later.
func (s *Service) Observe(o Observer) { s.observers = append(s.observers, o) }

func (s *Service) tell(say func(Observer) error) error {
	for _, o := range s.observers {
		if err := say(o); err != nil {
			return err
		}
	}
	return nil
}

// New makes the service.
func New(d *db.DB, log *audit.Log, deps Deps) *Service {
	return &Service{db: d, log: log, Deps: deps}
}

// NoteState says how far the note of a visit has come.
type NoteState string

// The states of a note.
const (
	NoteNone   NoteState = ""
	NoteDraft  NoteState = "draft"
	NoteSigned NoteState = "signed"
)

// Item is a visit as lists and pages show it.
type Item struct {
	Visit
	Chart                       id.Patient // the record that goes on, where the visit's was merged into it
	PatientName, PatientNumber  string
	TherapistName, LocationName string
	Zone                        *time.Location // of the location
	Note                        NoteState
	Document                    id.Document // the valid signed note; zero without one
}

// asked is what others are asked about the visit: of the record that goes on.
func (i Item) asked() VisitCheck {
	return VisitCheck{Patient: i.Chart, Referral: i.Referral, Visit: i.ID, On: i.Date}
}

// Wall is when the session is planned to start, in the location's zone.
func (i Item) Wall() time.Time { return i.StartsAt.In(i.Zone) }

// Today is the civil date at instant now at the visit's location.
func (i Item) Today(now time.Time) civil.Date { return civil.DateIn(now, i.Zone) }

const noVisit = "This visit does not exist, or is not in your practice."

// Get gives one visit and records that it was looked at. VisitRead; NotFound.
func (s *Service) Get(ctx context.Context, v id.Visit) (Item, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return Item{}, err
	}
	var out Item
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.item(ctx, tx, v)
		return err
	})
	if err != nil {
		return Item{}, err
	}
	return out, s.viewed(ctx, "visit.view", out)
}

// History lists what was done with a visit, oldest first. VisitRead.
func (s *Service) History(ctx context.Context, v id.Visit) ([]Change, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return nil, err
	}
	var out []Change
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		it, err := s.item(ctx, tx, v)
		if err != nil {
			return err
		}
		rows, err := q.New(tx).ListChanges(ctx, q.ListChangesParams{PracticeID: tx.Practice, VisitID: v})
		if err != nil {
			return err
		}
		out = nil
		for _, r := range rows {
			at := r.At.In(it.Zone)
			out = append(out, Change{Seq: r.Seq, Action: Action(r.Action), From: State(r.FromState), To: State(r.ToState),
				Reason: r.Reason, By: r.ByName, On: civil.DateIn(r.At.Time, it.Zone), Clock: at.Format("15:04")})
		}
		return nil
	})
	return out, err
}

// ByDay lists the visits of a local day in order of time, of one therapist or,
// with the zero id, of all. VisitRead; at most 500.
func (s *Service) ByDay(ctx context.Context, day civil.Date, therapist id.User) ([]Item, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return nil, err
	}
	var out []Item
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var rows []q.GetItemRow
		if therapist.IsZero() {
			r, err := q.New(tx).ListDay(ctx, q.ListDayParams{PracticeID: tx.Practice, ServiceDate: day})
			if err != nil {
				return err
			}
			rows = convert(r, func(r q.ListDayRow) q.GetItemRow { return q.GetItemRow(r) })
		} else {
			r, err := q.New(tx).ListDayOf(ctx, q.ListDayOfParams{PracticeID: tx.Practice, UserID: therapist, ServiceDate: day})
			if err != nil {
				return err
			}
			rows = convert(r, func(r q.ListDayOfRow) q.GetItemRow { return q.GetItemRow(r) })
		}
		out, err = items(rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "visit.day", Kind: "day", Subject: day.String(), Detail: fmt.Sprintf("%d visits", len(out))})
}

// ForPatient lists a patient's visits, newest first. VisitRead; NotFound; at
// most 500.
func (s *Service) ForPatient(ctx context.Context, p id.Patient) ([]Item, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return nil, err
	}
	var out []Item
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		r, err := q.New(tx).ListPatient(ctx, q.ListPatientParams{PracticeID: tx.Practice, PatientID: p})
		if err != nil {
			return err
		}
		out, err = items(convert(r, func(r q.ListPatientRow) q.GetItemRow { return q.GetItemRow(r) }))
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "visit.list", Patient: p, Kind: "patient", Subject: p.String(), Detail: fmt.Sprintf("%d visits", len(out))})
}

// Unsigned lists the sessions that need a note, oldest first: those in
// progress, and those of past days that were neither called off nor completed.
// VisitRead; at most 500.
func (s *Service) Unsigned(ctx context.Context) ([]Item, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return nil, err
	}
	var out []Item
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		r, err := q.New(tx).ListUnsigned(ctx, q.ListUnsignedParams{PracticeID: tx.Practice, Today: a.Today(tx.Now.Time)})
		if err != nil {
			return err
		}
		out, err = items(convert(r, func(r q.ListUnsignedRow) q.GetItemRow { return q.GetItemRow(r) }))
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "visit.unsigned", Kind: "worklist", Detail: fmt.Sprintf("%d visits", len(out))})
}

func convert[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, x := range in {
		out[i] = f(x)
	}
	return out
}

func (s *Service) viewed(ctx context.Context, action string, i Item) error {
	return s.log.Viewed(ctx, db.Event{Action: action, Patient: i.Patient, Kind: "visit", Subject: i.ID.String()})
}

// item reads a visit with its names; NotFound.
func (s *Service) item(ctx context.Context, tx *db.Tx, v id.Visit) (Item, error) {
	r, err := q.New(tx).GetItem(ctx, q.GetItemParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return Item{}, db.Found(err, noVisit)
	}
	return toItem(r)
}

func items(rows []q.GetItemRow) ([]Item, error) {
	var out []Item
	for _, r := range rows {
		i, err := toItem(r)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

func toItem(r q.GetItemRow) (Item, error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return Item{}, fmt.Errorf("visit: zone of location: %w", err)
	}
	i := Item{
		Visit: Visit{ID: r.VisitID, Patient: r.PatientID, Referral: r.ReferralID, Therapist: r.UserID, Location: r.LocationID,
			StartsAt: r.StartsAt, Minutes: int(r.PlannedMinutes), Date: r.ServiceDate, State: State(r.State), Reason: r.Reason,
			Untreated: r.Untreated, CreatedAt: r.CreatedAt, Version: r.Version},
		PatientName: r.PatientName, PatientNumber: r.PatientNumber, TherapistName: r.TherapistName, LocationName: r.LocationName,
		Zone: zone, Document: r.DocumentID, Chart: r.PatientID,
	}
	if !r.MergedIntoPatientID.IsZero() {
		i.Chart = r.MergedIntoPatientID
	}
	switch {
	case !r.DocumentID.IsZero():
		i.Note = NoteSigned
	case r.Draft != "":
		i.Note = NoteDraft
	}
	return i, nil
}

func (s *Service) ledger(ctx context.Context, tx *db.Tx, c VisitCheck) (LedgerResult, error) {
	if s.Ledger == nil {
		return LedgerResult{}, nil
	}
	return s.Ledger.CheckVisit(ctx, tx, c)
}

// passLedger is ledger with a block as a Conflict.
func (s *Service) passLedger(ctx context.Context, tx *db.Tx, c VisitCheck) error {
	l, err := s.ledger(ctx, tx, c)
	if err != nil {
		return err
	}
	if l.Blocked {
		reason := l.Reason
		if reason == "" {
			reason = "The prescription or authorization does not cover this visit."
		}
		return errs.New(errs.Conflict, reason)
	}
	return nil
}

// local is the wall time of an instant in a zone, as notes hold it.
func local(t db.Time, zone *time.Location) note.Clock {
	if t.IsZero() {
		return ""
	}
	return note.Clock(t.In(zone).Format("15:04"))
}
