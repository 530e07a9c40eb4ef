package visit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit/q"
)

// kindTherapist is the kind of resource whose time a visit takes.
const kindTherapist = "therapist"

// How far from today a session may be planned: back for one that is written
// down late, ahead for a long series.
const (
	maxDaysBack  = 366
	maxDaysAhead = 731
)

// Plan puts a session into the calendar. VisitWrite. Errors: Invalid with
// fields; NotFound when patient, referral, therapist or location are not of
// the practice; Conflict with a *Busy inside when the therapist's time is
// taken, or with the ledger's reason when the prescription is used up.
func (s *Service) Plan(ctx context.Context, p Planned) (Visit, error) {
	a, err := authz.Require(ctx, authz.VisitWrite)
	if err != nil {
		return Visit{}, err
	}
	if err := errs.OnFields(p.check()...); err != nil {
		return Visit{}, err
	}
	v := Visit{ID: id.New[id.Visit](), Patient: p.Patient, Referral: p.Referral, State: StatePlanned, Version: 1}
	err = s.book(ctx, a, func(ctx context.Context, tx *db.Tx) error {
		zone, err := s.place(ctx, tx, &v, p)
		if err != nil {
			return err
		}
		if err := s.passLedger(ctx, tx, VisitCheck{Patient: v.Patient, Referral: v.Referral, On: v.Date}); err != nil {
			return err
		}
		v.CreatedAt = tx.Now
		if err := q.New(tx).InsertVisit(ctx, q.InsertVisitParams{
			PracticeID: tx.Practice, VisitID: v.ID, PatientID: v.Patient, ReferralID: v.Referral, UserID: v.Therapist, LocationID: v.Location,
			StartsAt: v.StartsAt, PlannedMinutes: int64(v.Minutes), ServiceDate: v.Date, State: string(v.State), CreatedAt: tx.Now,
		}); err != nil {
			return err
		}
		if err := s.take(ctx, tx, v, zone); err != nil {
			return err
		}
		if err := s.record(ctx, tx, a, v.ID, ActPlan, "", StatePlanned, ""); err != nil {
			return err
		}
		return tx.Audit(ctx, event("visit.plan", v, v.Date.String()))
	})
	if err != nil {
		return Visit{}, err
	}
	return v, nil
}

// Move gives a session that has not begun another time, therapist, place or
// referral; the patient stays. VisitWrite. Errors as of Plan, and Stale.
func (s *Service) Move(ctx context.Context, vid id.Visit, version int64, p Planned) (Visit, error) {
	a, err := authz.Require(ctx, authz.VisitWrite)
	if err != nil {
		return Visit{}, err
	}
	var v Visit
	err = s.book(ctx, a, func(ctx context.Context, tx *db.Tx) error {
		it, err := s.item(ctx, tx, vid)
		if err != nil {
			return err
		}
		v = it.Visit
		p.Patient = v.Patient
		if err := errs.OnFields(p.check()...); err != nil {
			return err
		}
		if _, ok := Next(v.State, ActMove); !ok {
			return refusal(v.State, ActMove)
		}
		zone, err := s.place(ctx, tx, &v, p)
		if err != nil {
			return err
		}
		if v.Referral != it.Referral || v.Date != it.Date {
			if err := s.passLedger(ctx, tx, VisitCheck{Patient: v.Patient, Referral: v.Referral, Visit: v.ID, On: v.Date}); err != nil {
				return err
			}
		}
		if err := db.OneRow(q.New(tx).MoveVisit(ctx, q.MoveVisitParams{
			UserID: v.Therapist, LocationID: v.Location, ReferralID: v.Referral, StartsAt: v.StartsAt, PlannedMinutes: int64(v.Minutes),
			ServiceDate: v.Date, PracticeID: tx.Practice, VisitID: v.ID, Version: version,
		})); err != nil {
			return err
		}
		if err := s.free(ctx, tx, v.ID); err != nil {
			return err
		}
		if err := s.take(ctx, tx, v, zone); err != nil {
			return err
		}
		was := it.Wall().Format("2006-01-02 15:04")
		if err := s.record(ctx, tx, a, v.ID, ActMove, v.State, v.State, "from "+was); err != nil {
			return err
		}
		v.Version = version + 1
		return tx.Audit(ctx, event("visit.move", v, "from "+was))
	})
	if err != nil {
		return Visit{}, err
	}
	return v, nil
}

// place checks what a plan points to and fills in the visit's time.
func (s *Service) place(ctx context.Context, tx *db.Tx, v *Visit, p Planned) (*time.Location, error) {
	if _, err := s.Patients.WritableTx(ctx, tx, p.Patient); err != nil {
		return nil, err
	}
	queries := q.New(tx)
	loc, err := queries.GetPlace(ctx, q.GetPlaceParams{PracticeID: tx.Practice, LocationID: p.Location})
	if err != nil {
		return nil, db.Found(err, "This place does not exist, or is not in your practice.")
	}
	if !loc.Active && p.Location != v.Location {
		return nil, errs.OnField("location", "This place is closed. Choose another.")
	}
	zone, err := time.LoadLocation(loc.Zone)
	if err != nil {
		return nil, fmt.Errorf("visit: zone of location: %w", err)
	}
	who, err := queries.GetTherapist(ctx, q.GetTherapistParams{PracticeID: tx.Practice, UserID: p.Therapist})
	if err != nil {
		return nil, db.Found(err, "This therapist does not exist, or is not in your practice.")
	}
	if !who.Active || !slices.Contains(strings.Split(who.Roles, ","), string(authz.Therapist)) {
		return nil, errs.OnField("therapist", "Choose somebody who treats.")
	}
	if err := s.ofPatient(ctx, tx, p, v.Referral); err != nil {
		return nil, err
	}
	today := civil.DateIn(tx.Now.Time, zone)
	if n := p.Date.DaysSince(today); n < -maxDaysBack || n > maxDaysAhead {
		return nil, errs.OnField("date", "Enter a day within the last year or the next two.")
	}
	start, err := p.instant(zone)
	if err != nil {
		return nil, err
	}
	v.Referral, v.Therapist, v.Location = p.Referral, p.Therapist, p.Location
	v.StartsAt, v.Minutes, v.Date = db.At(start), p.Minutes, p.Date
	return zone, nil
}

// ofPatient makes sure that a referral is the patient's own and open. One that
// the visit had already may stay.
func (s *Service) ofPatient(ctx context.Context, tx *db.Tx, p Planned, had id.Referral) error {
	if p.Referral.IsZero() {
		return nil
	}
	r, err := q.New(tx).GetReferral(ctx, q.GetReferralParams{PracticeID: tx.Practice, ReferralID: p.Referral})
	if errors.Is(err, sql.ErrNoRows) || err == nil && r.PatientID != p.Patient && r.MergedIntoPatientID != p.Patient {
		return errs.New(errs.NotFound, "This prescription does not exist, or is another patient's.")
	}
	if err != nil {
		return err
	}
	if r.State == "closed" && p.Referral != had {
		return errs.OnField("referral", "This prescription is closed. Choose another, or none.")
	}
	return nil
}

// take books the therapist's time. The primary key refuses what is taken; the
// look before it only finds out by whom.
func (s *Service) take(ctx context.Context, tx *db.Tx, v Visit, zone *time.Location) error {
	if !v.State.Takes() {
		return nil
	}
	queries := q.New(tx)
	from, to := cells(v.StartsAt.Time, v.Minutes)
	other, err := queries.InTheWay(ctx, q.InTheWayParams{
		PracticeID: tx.Practice, Kind: kindTherapist, Resource: v.Therapist.String(), FromCell: from, ToCell: to, ExceptVisitID: v.ID,
	})
	if err == nil {
		if z, err := time.LoadLocation(other.Zone); err == nil {
			zone = z
		}
		start := other.StartsAt.In(zone)
		return (&Busy{Visit: other.VisitID, Start: start, End: start.Add(time.Duration(other.PlannedMinutes) * time.Minute)}).conflict()
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for c := from; c < to; c++ {
		if err := queries.InsertCell(ctx, q.InsertCellParams{
			PracticeID: tx.Practice, Kind: kindTherapist, Resource: v.Therapist.String(), Cell: c, VisitID: v.ID,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) free(ctx context.Context, tx *db.Tx, v id.Visit) error {
	return q.New(tx).FreeCells(ctx, q.FreeCellsParams{PracticeID: tx.Practice, VisitID: v})
}

// book is Write for what takes time. Two that ask for the same time at once
// both see it free, and the key refuses one of them; asked again, that one
// learns who was first.
func (s *Service) book(ctx context.Context, a authz.Actor, fn func(ctx context.Context, tx *db.Tx) error) error {
	err := s.db.Write(ctx, a.Practice, fn)
	if db.IsUnique(err) {
		err = s.db.Write(ctx, a.Practice, fn)
	}
	if db.IsUnique(err) {
		return errs.Wrap(errs.Conflict, err, "Somebody else has just taken this time. Choose another.")
	}
	return err
}

// record adds to the visit's history.
func (s *Service) record(ctx context.Context, tx *db.Tx, a authz.Actor, v id.Visit, act Action, from, to State, reason string) error {
	seq := int64(1)
	last, err := q.New(tx).LastChange(ctx, q.LastChangeParams{PracticeID: tx.Practice, VisitID: v})
	switch {
	case err == nil:
		seq = last.Seq + 1
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	return q.New(tx).InsertChange(ctx, q.InsertChangeParams{
		PracticeID: tx.Practice, VisitID: v, Seq: seq, Action: string(act), FromState: string(from), ToState: string(to),
		Reason: reason, ChangedBy: a.User, At: tx.Now,
	})
}

func event(action string, v Visit, detail string) db.Event {
	return db.Event{Action: action, Patient: v.Patient, Kind: "visit", Subject: v.ID.String(), Detail: detail}
}
