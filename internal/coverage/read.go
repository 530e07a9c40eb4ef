package coverage

import (
	"cmp"
	"context"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// PayerTx is one payer of the practice, inside the caller's transaction.
func (s *Service) PayerTx(ctx context.Context, tx *db.Tx, p id.Payer) (Payer, error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return Payer{}, err
	}
	return onePayer(ctx, tx, p)
}

func onePayer(ctx context.Context, tx *db.Tx, p id.Payer) (Payer, error) {
	row, err := q.New(tx).Payer(ctx, q.PayerParams{PracticeID: tx.Practice, PayerID: p})
	if err != nil {
		return Payer{}, db.Found(err, "There is no such payer.")
	}
	return payerOf(row), nil
}

// TermsTx gives the rules for a payer's claims on a day of service. It is a
// Conflict when the payer follows a profile that the program no longer has.
func (s *Service) TermsTx(ctx context.Context, tx *db.Tx, p id.Payer, on civil.Date) (Terms, error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return Terms{}, err
	}
	payer, err := onePayer(ctx, tx, p)
	if err != nil {
		return Terms{}, err
	}
	base, ok := s.know.PayerProfile(payer.Profile)
	if !ok {
		return Terms{}, errs.New(errs.Conflict, "The rules that "+payer.Name+" follows are no longer known. Choose its kind again under Settings, Payers.")
	}
	return Resolve(payer, base, on), nil
}

// EnrolledTx is the enrolment under which a payer knows a therapist on a day;
// found is false when it does not.
func (s *Service) EnrolledTx(ctx context.Context, tx *db.Tx, p id.Payer, u id.User, on civil.Date) (e Enrolment, found bool, err error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return Enrolment{}, false, err
	}
	all, err := enrolmentsOf(ctx, tx, p, u)
	i := slices.IndexFunc(all, func(x Enrolment) bool { return x.InForce(on) })
	if err != nil || i < 0 {
		return Enrolment{}, false, err
	}
	return all[i], true, nil
}

func enrolmentsOf(ctx context.Context, tx *db.Tx, p id.Payer, u id.User) ([]Enrolment, error) {
	rows, err := q.New(tx).EnrolmentsOf(ctx, q.EnrolmentsOfParams{PracticeID: tx.Practice, PayerID: p, UserID: u})
	var out []Enrolment
	for _, r := range rows {
		out = append(out, enrolmentOf(r, ""))
	}
	return out, err
}

// ForVisitTx is the insurance that a visit on a day falls under: what is tied
// to the visit's prescription r first, then who is asked first. found is false
// without any: the patient pays. Records merged into p's count. The caller
// records its own view.
func (s *Service) ForVisitTx(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral, on civil.Date) (c Coverage, found bool, err error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return Coverage{}, false, err
	}
	all, err := s.ForPatientTx(ctx, tx, p)
	if err != nil {
		return Coverage{}, false, err
	}
	c, found = Choose(all, r, on)
	return c, found, nil
}

// ForPatientTx lists a patient's insurance inside the caller's transaction,
// oldest entry first, with those of records merged into theirs. The caller
// records its own view.
func (s *Service) ForPatientTx(ctx context.Context, tx *db.Tx, p id.Patient) ([]Coverage, error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return nil, err
	}
	rec, err := s.patients.GetTx(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	all, err := ofPatient(ctx, tx, p)
	for i := range all {
		all[i].Subscriber = all[i].Subscriber.completed(all[i].Relation, chart(rec))
	}
	return all, err
}

// List gives a patient's insurance: in force first in the order in which it is
// asked, then what begins later, what ended, and mistakes. The view is recorded.
func (s *Service) List(ctx context.Context, p id.Patient) ([]Coverage, error) {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil {
		return nil, err
	}
	var out []Coverage
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		out, err = s.ForPatientTx(ctx, tx, p)
		inOrder(out, a.Today(tx.Now.Time))
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "coverage.list", Patient: p, Kind: "patient", Subject: p.String()})
}

// inOrder sorts insurance as List does.
func inOrder(all []Coverage, today civil.Date) {
	place := map[Standing]int{Current: 0, Upcoming: 1, Ended: 2, Mistaken: 3}
	slices.SortStableFunc(all, func(x, y Coverage) int {
		return cmp.Or(cmp.Compare(place[x.StandingOn(today)], place[y.StandingOn(today)]),
			cmp.Compare(x.Priority, y.Priority), y.FromOn.Compare(x.FromOn))
	})
}

// View gives one insurance of a patient. stored is what was entered; in c the
// subscriber is complete. The view is recorded.
func (s *Service) View(ctx context.Context, p id.Patient, id id.Coverage) (c, stored Coverage, err error) {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil {
		return Coverage{}, Coverage{}, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.patients.GetTx(ctx, tx, p)
		if err != nil {
			return err
		}
		stored, err = one(ctx, tx, p, id)
		c = stored
		c.Subscriber = c.Subscriber.completed(c.Relation, chart(rec))
		return err
	})
	if err != nil {
		return Coverage{}, Coverage{}, db.Classify(err)
	}
	return c, stored, s.log.Viewed(ctx, db.Event{Action: "coverage.view", Patient: p, Kind: "coverage", Subject: id.String()})
}

func one(ctx context.Context, tx *db.Tx, p id.Patient, c id.Coverage) (Coverage, error) {
	all, err := ofPatient(ctx, tx, p)
	if err != nil {
		return Coverage{}, err
	}
	i := slices.IndexFunc(all, func(x Coverage) bool { return x.ID == c })
	if i < 0 {
		return Coverage{}, errs.New(errs.NotFound, "This insurance does not exist, or is not this patient's.")
	}
	return all[i], nil
}
