package referral

import (
	"context"
	"fmt"
	"slices"
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
	var aid id.Authorisation
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.openReferral(ctx, tx, p, r)
		if err != nil {
			return err
		}
		aid, err = s.addAuthorisation(ctx, tx, a, p, old, in, "")
		return err
	})
	return aid, db.Classify(err)
}

// authorisationPrefix stands before the names of the fields of an authorisation
// within the form of its referral.
const authorisationPrefix = "auth."

// under checks the authorisation of a referral that is being registered.
func (in AuthorisationInput) under(r Referral) (AuthorisationInput, []errs.Field) {
	if in.FromOn.IsZero() {
		in.FromOn = r.StartsOn
	}
	_, wrong := BuildAuthorisation(in)
	if r.StartsOn.IsZero() { // the referral's own complaint says so
		wrong = slices.DeleteFunc(wrong, func(f errs.Field) bool { return f.Name == "from_on" })
	}
	for i := range wrong {
		wrong[i].Name = authorisationPrefix + wrong[i].Name
	}
	return in, wrong
}

func (s *Service) authoriseNew(ctx context.Context, tx *db.Tx, a authz.Actor, r Referral, in AuthorisationInput) error {
	if !a.Can(authz.AuthorisationWrite) {
		return errs.New(errs.Denied, "You may not enter what payers authorize.")
	}
	in, wrong := in.under(r)
	if err := errs.OnFields(wrong...); err != nil {
		return err
	}
	_, err := s.addAuthorisation(ctx, tx, a, r.Patient, r, in, authorisationPrefix)
	return err
}

func (s *Service) addAuthorisation(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, r Referral, in AuthorisationInput, prefix string) (id.Authorisation, error) {
	au, wrong := BuildAuthorisation(in)
	var more []errs.Field
	au.Diagnoses, more = ofReferral(r, au.Diagnoses)
	if err := errs.OnFields(append(wrong, more...)...); err != nil {
		return id.Authorisation{}, err
	}
	au.ID = id.New[id.Authorisation]()
	err := q.New(tx).InsertAuthorisation(ctx, q.InsertAuthorisationParams{PracticeID: tx.Practice, AuthorisationID: au.ID, ReferralID: r.ID,
		PayerName: au.PayerName, Number: au.Number, Visits: au.Visits, Units: au.Units, FromOn: au.FromOn, ToOn: au.ToOn,
		Codes: strings.Join(au.Codes, " "), Diagnoses: strings.Join(au.Diagnoses, " "), State: string(au.State), Note: au.Note,
		Withdrawn: au.Withdrawn, CreatedAt: tx.Now, CreatedBy: a.User})
	if db.IsUnique(err) {
		return au.ID, errs.OnField(prefix+"number", numberTaken)
	}
	if err != nil {
		return au.ID, err
	}
	if err := s.attach(ctx, tx, a, r, p, in.Scans, au.ID); err != nil {
		return au.ID, err
	}
	return au.ID, tx.Audit(ctx, db.Event{Action: "referral.authorise", Patient: r.Patient, Kind: "authorisation", Subject: au.ID.String(), Detail: au.limits()})
}

// ofReferral gives the codes with their dots, and complains about one that the
// referral does not have.
func ofReferral(r Referral, codes []string) ([]string, []errs.Field) {
	var out []string
	for _, c := range codes {
		code, err := ParseCode(c)
		if err != nil || !slices.Contains(r.Codes(), code) {
			return nil, []errs.Field{{Name: "diagnoses", Message: "“" + shorten(c, 12) + "” is not a diagnosis of this referral."}}
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out, nil
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
		if next.Diagnoses, wrong = ofReferral(old, next.Diagnoses); len(wrong) > 0 {
			return errs.OnFields(wrong...)
		}
		err = db.OneRow(q.New(tx).UpdateAuthorisation(ctx, q.UpdateAuthorisationParams{PracticeID: tx.Practice, AuthorisationID: au, Version: version,
			PayerName: next.PayerName, Number: next.Number, Visits: next.Visits, Units: next.Units, FromOn: next.FromOn, ToOn: next.ToOn,
			Codes: strings.Join(next.Codes, " "), Diagnoses: strings.Join(next.Diagnoses, " "), State: string(next.State), Note: next.Note, Withdrawn: next.Withdrawn}))
		if db.IsUnique(err) {
			return errs.OnField("number", numberTaken)
		}
		if err != nil {
			return err
		}
		if err := s.attach(ctx, tx, a, old, p, in.Scans, au); err != nil {
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
	parts = append(parts, string(a.State), fmt.Sprintf("from %s to %s", a.FromOn, a.ToOn))
	if a.Withdrawn {
		parts = append(parts, "withdrawn")
	}
	return strings.Join(parts, ", ")
}
