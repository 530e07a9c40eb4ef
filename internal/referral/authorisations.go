package referral

import (
	"context"
	"fmt"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral/q"
)

const numberTaken = "This referral has an authorization with that number already."

// AddAuthorisation records what a payer allows under a referral. Two people
// may add different ones at the same time; the same number twice is refused on
// its field. Errors: Invalid, NotFound, Conflict when the referral is closed.
func (s *Service) AddAuthorisation(ctx context.Context, p id.Patient, r id.Referral, in AuthorisationInput) (id.Authorisation, error) {
	a, err := authz.Require(ctx, authz.AuthorisationWrite)
	if err != nil {
		return id.Authorisation{}, err
	}
	au, wrong := BuildAuthorisation(in)
	if err := errs.OnFields(wrong...); err != nil {
		return id.Authorisation{}, err
	}
	aid := id.New[id.Authorisation]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.openReferral(ctx, tx, p, r)
		if err != nil {
			return err
		}
		err = q.New(tx).InsertAuthorisation(ctx, q.InsertAuthorisationParams{PracticeID: tx.Practice, AuthorisationID: aid, ReferralID: r,
			PayerName: au.PayerName, Number: au.Number, Visits: au.Visits, Units: au.Units, FromOn: au.FromOn, ToOn: au.ToOn,
			Codes: strings.Join(au.Codes, " "), Withdrawn: au.Withdrawn, CreatedAt: tx.Now, CreatedBy: a.User})
		if db.IsUnique(err) {
			return errs.OnField("number", numberTaken)
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "referral.authorise", Patient: old.Patient, Kind: "authorisation", Subject: aid.String(), Detail: au.limits()})
	})
	return aid, db.Classify(err)
}

// AmendAuthorisation corrects or withdraws an authorisation. Errors: as
// AddAuthorisation, and Stale when version is not the newest.
func (s *Service) AmendAuthorisation(ctx context.Context, p id.Patient, r id.Referral, au id.Authorisation, version int64, in AuthorisationInput) error {
	a, err := authz.Require(ctx, authz.AuthorisationWrite)
	if err != nil {
		return err
	}
	next, wrong := BuildAuthorisation(in)
	if err := errs.OnFields(wrong...); err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.openReferral(ctx, tx, p, r)
		if err != nil {
			return err
		}
		if _, ok := old.Authorisation(au); !ok {
			return errs.New(errs.NotFound, "This authorization does not exist, or belongs to another referral.")
		}
		err = db.OneRow(q.New(tx).UpdateAuthorisation(ctx, q.UpdateAuthorisationParams{PracticeID: tx.Practice, AuthorisationID: au, Version: version,
			PayerName: next.PayerName, Number: next.Number, Visits: next.Visits, Units: next.Units, FromOn: next.FromOn, ToOn: next.ToOn,
			Codes: strings.Join(next.Codes, " "), Withdrawn: next.Withdrawn}))
		if db.IsUnique(err) {
			return errs.OnField("number", numberTaken)
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "referral.authorise.amend", Patient: old.Patient, Kind: "authorisation", Subject: au.String(), Detail: next.limits()})
	}))
}

// openReferral loads a referral under which something may still be recorded.
func (s *Service) openReferral(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral) (Referral, error) {
	if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
		return Referral{}, err
	}
	old, err := one(ctx, tx, p, r)
	if err == nil && old.State == Closed {
		err = errs.New(errs.Conflict, "This referral is closed. Reopen it before you change it.")
	}
	return old, err
}

// Authorisation finds an authorisation of the referral.
func (r Referral) Authorisation(a id.Authorisation) (Authorisation, bool) {
	for _, x := range r.Authorisations {
		if x.ID == a {
			return x, true
		}
	}
	return Authorisation{}, false
}

// limits are the numbers of an authorisation, for the audit log.
func (a Authorisation) limits() string {
	var parts []string
	if a.Visits != nil {
		parts = append(parts, count(*a.Visits, "visit", "visits"))
	}
	if a.Units != nil {
		parts = append(parts, count(*a.Units, "unit", "units"))
	}
	parts = append(parts, fmt.Sprintf("from %s to %s", a.FromOn, a.ToOn))
	if a.Withdrawn {
		parts = append(parts, "withdrawn")
	}
	return strings.Join(parts, ", ")
}
