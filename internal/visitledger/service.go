package visitledger

import (
	"context"
	"slices"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger/q"
)

// Service counts ledgers from the database. It is a visit.Ledger and a
// patient.AlertSource.
type Service struct {
	db        *db.DB
	log       *audit.Log
	referrals *referral.Service

	// Payers knows what payers count; without it only prescriptions and
	// authorisations are. Set it before the service is used.
	Payers Payers
}

// New makes the service.
func New(d *db.DB, log *audit.Log, referrals *referral.Service) *Service {
	return &Service{db: d, log: log, referrals: referrals}
}

var (
	_ visit.Ledger        = (*Service)(nil)
	_ patient.AlertSource = (*Service)(nil)
)

// recent is how many days after its end a referral still raises an alert.
const recent = 90

// For is the ledger of one referral today, inside the caller's transaction;
// NotFound when the practice has none of that id. The caller records its view.
func (s *Service) For(ctx context.Context, tx *db.Tx, r id.Referral) (Ledger, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return Ledger{}, err
	}
	ref, err := s.referrals.Get(ctx, tx, r)
	if err != nil {
		return Ledger{}, err
	}
	visits, err := visitsOf(ctx, tx, r)
	if err != nil {
		return Ledger{}, err
	}
	today := a.Today(tx.Now.Time)
	t, err := s.terms(ctx, tx, ref, today)
	return CountFor(ref, visits, t, today), err
}

// Every gives the ledgers of all of a patient's referrals, drafts and closed
// ones too, for pages about them. The page records its own view.
func (s *Service) Every(ctx context.Context, p id.Patient) ([]Ledger, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, err
	}
	var out []Ledger
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		refs, err := s.referrals.ForPatient(ctx, tx, p)
		if err != nil {
			return err
		}
		out, err = s.counted(ctx, tx, p, refs, a.Today(tx.Now.Time))
		return err
	})
	return out, db.Classify(err)
}

// ForPatient gives the ledgers of a patient's referrals in force, the latest
// written first, inside the caller's transaction.
func (s *Service) ForPatient(ctx context.Context, tx *db.Tx, p id.Patient) ([]Ledger, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	refs, err := s.referrals.ForPatient(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	return s.InForceOf(ctx, tx, p, refs)
}

// InForceOf is ForPatient for a caller who has read the patient's referrals.
func (s *Service) InForceOf(ctx context.Context, tx *db.Tx, p id.Patient, refs []referral.Referral) ([]Ledger, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, err
	}
	refs = slices.DeleteFunc(slices.Clone(refs), func(r referral.Referral) bool { return r.State != referral.Active })
	return s.counted(ctx, tx, p, refs, a.Today(tx.Now.Time))
}

// counted counts the referrals of one patient with one statement.
func (s *Service) counted(ctx context.Context, tx *db.Tx, p id.Patient, refs []referral.Referral, today civil.Date) ([]Ledger, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	rows, err := q.New(tx).VisitsOfPatient(ctx, q.VisitsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	visits := map[id.Referral][]Visit{}
	for _, v := range rows {
		visits[v.ReferralID] = append(visits[v.ReferralID], visitOf(v.VisitID, v.ServiceDate, v.PlannedMinutes, v.State))
	}
	var out []Ledger
	for _, r := range refs {
		t, err := s.terms(ctx, tx, r, today)
		if err != nil {
			return nil, err
		}
		out = append(out, CountFor(r, visits[r.ID], t, today))
	}
	return out, nil
}

func visitsOf(ctx context.Context, tx *db.Tx, r id.Referral) ([]Visit, error) {
	rows, err := q.New(tx).VisitsOfReferral(ctx, q.VisitsOfReferralParams{PracticeID: tx.Practice, ReferralID: r})
	var out []Visit
	for _, v := range rows {
		out = append(out, visitOf(v.VisitID, v.ServiceDate, v.PlannedMinutes, v.State))
	}
	return out, err
}

func visitOf(v id.Visit, on civil.Date, minutes int64, state string) Visit {
	return Visit{ID: v, On: on, Minutes: minutes, Done: state == string(visit.StateCompleted)}
}

// CheckVisit implements visit.Ledger. A session without a referral is never
// refused; when a prescription covers its day, that is said.
func (s *Service) CheckVisit(ctx context.Context, tx *db.Tx, c visit.VisitCheck) (visit.LedgerResult, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return visit.LedgerResult{}, err
	}
	if c.Referral.IsZero() {
		_, covered, err := s.referrals.ForVisit(ctx, tx, c.Patient, c.On)
		if covered {
			return visit.LedgerResult{Warnings: []string{"A prescription covers this day, but this visit is not counted under it."}}, err
		}
		return visit.LedgerResult{}, err
	}
	r, err := s.mine(ctx, tx, c.Patient, c.Referral)
	if err != nil {
		return visit.LedgerResult{}, err
	}
	visits, err := visitsOf(ctx, tx, c.Referral)
	if err != nil {
		return visit.LedgerResult{}, err
	}
	visits = slices.DeleteFunc(visits, func(v Visit) bool { return v.ID == c.Visit })
	d := Decide(r, visits, c.On, c.Visit.IsZero())
	if d.Block {
		return visit.LedgerResult{Blocked: true, Reason: d.Reason}, nil
	}
	t, err := s.terms(ctx, tx, r, c.On)
	if err != nil {
		return visit.LedgerResult{}, err
	}
	d.Warn = append(d.Warn, t.warnings(r, visits, c.On)...)
	ended, err := s.referrals.CodesEnded(ctx, tx, r, c.On)
	if len(ended) > 0 {
		d.Warn = append(d.Warn, "No longer a valid diagnosis code: "+strings.Join(ended[:min(len(ended), 5)], ", ")+".")
	}
	return visit.LedgerResult{Warnings: d.Warn}, err
}

// mine loads a referral of the patient's own chart.
func (s *Service) mine(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral) (referral.Referral, error) {
	all, err := s.referrals.ForPatient(ctx, tx, p)
	if err != nil {
		return referral.Referral{}, err
	}
	for _, x := range all {
		if x.ID == r {
			return x, nil
		}
	}
	return referral.Referral{}, errs.New(errs.NotFound, "This prescription is not this patient's. Choose another.")
}

// Alerts implements patient.AlertSource: what of the prescriptions in force
// ends soon. When none stands any more, the end of the last one is an alert
// for 90 days.
func (s *Service) Alerts(ctx context.Context, tx *db.Tx, p id.Patient) ([]patient.Alert, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, nil //nolint:nilerr // who may not see prescriptions gets no alert of them
	}
	ledgers, err := s.ForPatient(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	return alerts(ledgers), nil
}

func alerts(ledgers []Ledger) []patient.Alert {
	var out []patient.Alert
	stands := false
	for _, l := range ledgers {
		stands = stands || l.Tone != Block
		if l.Tone == Warn && !l.Renewed {
			out = append(out, patient.Alert{Tone: "warn", Text: l.Reason})
		}
	}
	if stands || len(ledgers) == 0 {
		return out
	}
	last := ledgers[0]
	if row := last.Rows[0]; !row.EndsOn.IsZero() && row.DaysLeft < -recent {
		return nil
	}
	return []patient.Alert{{Tone: "danger", Text: last.Reason}}
}
