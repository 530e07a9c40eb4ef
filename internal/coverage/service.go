package coverage

import (
	"context"
	"fmt"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/coverage/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

// Service is the use cases of payers and patients' insurance.
type Service struct {
	db        *db.DB
	log       *audit.Log
	patients  *patient.Service
	referrals *referral.Service
	blobs     *blob.Store
	know      *knowledge.Set
}

// New makes the service.
func New(d *db.DB, log *audit.Log, patients *patient.Service, referrals *referral.Service, blobs *blob.Store, know *knowledge.Set) *Service {
	return &Service{db: d, log: log, patients: patients, referrals: referrals, blobs: blobs, know: know}
}

// Add enters insurance of a patient. Errors: Invalid with the form's fields,
// NotFound for the patient, Conflict for a record that was merged away.
func (s *Service) Add(ctx context.Context, p id.Patient, in Input) (id.Coverage, error) {
	a, err := authz.Require(ctx, authz.CoverageWrite)
	if err != nil {
		return id.Coverage{}, err
	}
	cid := id.New[id.Coverage]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		c, err := s.checked(ctx, tx, a, p, Coverage{ID: cid, Patient: p}, in)
		if err != nil {
			return err
		}
		if err := q.New(tx).InsertCoverage(ctx, insertCoverage(updateCoverage(tx, c, a.User), p)); err != nil {
			return err
		}
		if err := attach(ctx, tx, c, p, in.Cards); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "coverage.add", Patient: p, Kind: "coverage", Subject: cid.String(),
			Detail: fmt.Sprintf("%s, from %s", strings.ToLower(PriorityLabel(c.Priority)), c.FromOn)})
	})
	return cid, db.Classify(err)
}

// checked makes c of the input and holds it against the payer, the patient's
// prescriptions and their other insurance.
func (s *Service) checked(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, was Coverage, in Input) (Coverage, error) {
	payer, kind, err := s.payerFor(ctx, tx, was, in.Payer)
	if err != nil {
		return Coverage{}, err
	}
	c, bad := Build(in, kind, a.Today(tx.Now.Time))
	c.ID, c.Patient, c.Version, c.Payer = was.ID, was.Patient, was.Version, payer
	if !c.Referral.IsZero() {
		more, err := s.wrongReferral(ctx, tx, p, c.Referral)
		if err != nil {
			return Coverage{}, err
		}
		bad = append(bad, more...)
	}
	if len(bad) == 0 {
		others, err := ofPatient(ctx, tx, p)
		if err != nil {
			return Coverage{}, err
		}
		bad = Conflicts(c, others)
	}
	return c, errs.OnFields(bad...)
}

// payerFor finds the payer chosen. One that is switched off stays with the
// insurance that has it already, and is not chosen anew.
func (s *Service) payerFor(ctx context.Context, tx *db.Tx, was Coverage, p id.Payer) (Payer, knowledge.PayerKind, error) {
	const again = "Choose the payer from the list."
	if p.IsZero() {
		return Payer{}, "", errs.OnField("payer", again)
	}
	payer, err := onePayer(ctx, tx, p)
	switch {
	case errs.Is(err, errs.NotFound):
		return Payer{}, "", errs.OnField("payer", again)
	case err != nil:
		return Payer{}, "", err
	case !payer.Active && was.Payer.ID != p:
		return Payer{}, "", errs.OnField("payer", payer.Name+" is switched off. "+again)
	}
	return payer, s.KindOf(payer), nil
}

// KindOf is the branch of insurance a payer belongs to; "" when its profile is
// no longer known.
func (s *Service) KindOf(p Payer) knowledge.PayerKind {
	base, _ := s.know.PayerProfile(p.Profile)
	return base.Kind
}

func (s *Service) wrongReferral(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral) ([]errs.Field, error) {
	all, err := s.referrals.ForPatient(ctx, tx, p)
	for _, x := range all {
		if x.ID == r && x.CloseReason != referral.EnteredInError {
			return nil, err
		}
	}
	return []errs.Field{{Name: "referral", Message: "Choose one of this patient’s prescriptions."}}, err
}

// Amend replaces what an insurance says. Errors: as Add, and Stale; Conflict
// when it was marked as entered in error.
func (s *Service) Amend(ctx context.Context, p id.Patient, c id.Coverage, version int64, in Input) error {
	a, err := authz.Require(ctx, authz.CoverageWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.writable(ctx, tx, p, c, version)
		if err != nil {
			return err
		}
		next, err := s.checked(ctx, tx, a, p, old, in)
		if err != nil {
			return err
		}
		if err := db.OneRow(q.New(tx).UpdateCoverage(ctx, updateCoverage(tx, next, a.User))); err != nil {
			return err
		}
		if err := attach(ctx, tx, old, p, in.Cards); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "coverage.amend", Patient: old.Patient, Kind: "coverage", Subject: c.String(), Detail: changes(old, next)})
	}))
}

// changes names the fields that changed, without what they hold.
func changes(old, next Coverage) string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"payer", old.Payer.ID == next.Payer.ID}, {"order", old.Priority == next.Priority}, {"prescription", old.Referral == next.Referral},
		{"member id", old.MemberID == next.MemberID}, {"group or plan", old.Group == next.Group && old.Plan == next.Plan},
		{"subscriber", old.Relation == next.Relation && old.Subscriber == next.Subscriber && old.Employer == next.Employer},
		{"days", old.FromOn == next.FromOn && old.ToOn == next.ToOn},
		{"patient's share", old.Share == next.Share && old.Copay == next.Copay && old.CoinsurancePercent == next.CoinsurancePercent},
		{"claim number", old.CaseNumber == next.CaseNumber}, {"adjuster", old.Adjuster == next.Adjuster},
		{"signatures", old.ReleaseSigned == next.ReleaseSigned && old.BenefitsAssigned == next.BenefitsAssigned},
		{"benefits", old.DeductibleNote == next.DeductibleNote && old.BenefitsNote == next.BenefitsNote && old.BenefitsCheckedOn == next.BenefitsCheckedOn},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return strings.Join(out, ", ")
}

// writable loads an insurance for a change: the patient's own, at the version
// the person saw.
func (s *Service) writable(ctx context.Context, tx *db.Tx, p id.Patient, c id.Coverage, version int64) (Coverage, error) {
	if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
		return Coverage{}, err
	}
	old, err := one(ctx, tx, p, c)
	switch {
	case err != nil:
		return Coverage{}, err
	case old.Version != version:
		return Coverage{}, db.OneRow(0, nil)
	case old.EnteredInError:
		return Coverage{}, errs.New(errs.Conflict, "This insurance was entered in error and stays as it is. Enter the right one.")
	}
	return old, nil
}

// End sets the last day of an insurance.
func (s *Service) End(ctx context.Context, p id.Patient, c id.Coverage, version int64, on civil.Date, note string) error {
	a, err := authz.Require(ctx, authz.CoverageWrite)
	if err != nil {
		return err
	}
	return s.finish(ctx, a, p, c, version, "coverage.end", func(old Coverage, today civil.Date, u *q.EndCoverageParams) error {
		var w wrong
		w.check(!on.IsZero(), "to_on", "Enter the last day.")
		w.check(on.IsZero() || !on.Before(old.FromOn), "to_on", "The last day is before the first, "+old.FromOn.Human()+".")
		w.check(on.IsZero() || on.Year <= today.Year+2, "to_on", "Check the year of the last day.")
		w.longest(note, 300, "note")
		u.ToOn, u.EndNote = on, strings.TrimSpace(note)
		return errs.OnFields(w...)
	})
}

// MarkMistaken says that an insurance was entered in error: no day counts
// under it any more, and it stays in the record. It needs a note.
func (s *Service) MarkMistaken(ctx context.Context, p id.Patient, c id.Coverage, version int64, note string) error {
	a, err := authz.Require(ctx, authz.CoverageWrite)
	if err != nil {
		return err
	}
	return s.finish(ctx, a, p, c, version, "coverage.error", func(old Coverage, _ civil.Date, u *q.EndCoverageParams) error {
		var w wrong
		u.ToOn, u.EndNote, u.EnteredInError = old.ToOn, strings.TrimSpace(note), true
		w.check(u.EndNote != "", "note", "Say what was wrong with it.")
		w.longest(note, 300, "note")
		return errs.OnFields(w...)
	})
}

func (s *Service) finish(ctx context.Context, a authz.Actor, p id.Patient, c id.Coverage, version int64, action string,
	change func(old Coverage, today civil.Date, u *q.EndCoverageParams) error) error {
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.writable(ctx, tx, p, c, version)
		if err != nil {
			return err
		}
		u := q.EndCoverageParams{PracticeID: tx.Practice, CoverageID: c, Version: version, UpdatedAt: tx.Now, UpdatedBy: a.User}
		if err := change(old, a.Today(tx.Now.Time), &u); err != nil {
			return err
		}
		next := old
		next.ToOn, next.EnteredInError = u.ToOn, u.EnteredInError
		others, err := ofPatient(ctx, tx, p)
		if err != nil {
			return err
		}
		// A later last day may run into what came after.
		if bad := Conflicts(next, others); len(bad) > 0 {
			return errs.OnField("to_on", bad[0].Message)
		}
		if err := db.OneRow(q.New(tx).EndCoverage(ctx, u)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: old.Patient, Kind: "coverage", Subject: c.String()})
	}))
}
