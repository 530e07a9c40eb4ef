package checkout

import (
	"context"
	"database/sql"
	"errors"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/checkout/q"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/visit"
)

// Deps are what the room needs from others. Claims may be nil: then charges
// are known from what was posted alone.
type Deps struct {
	Patients  *patient.Service
	Practices *practice.Service
	Coverages *coverage.Service
	Fees      *fee.Service
	Claims    *claim.Service
	Ledger    *ledger.Service
	Blobs     *blob.Store
}

// Service holds the use cases of the room. It implements claim.Money and
// claim.Payments.
type Service struct {
	db  *db.DB
	log *audit.Log
	Deps
}

// New makes the service.
func New(d *db.DB, log *audit.Log, deps Deps) *Service {
	return &Service{db: d, log: log, Deps: deps}
}

var (
	_ claim.Money    = (*Service)(nil)
	_ claim.Payments = (*Service)(nil)
)

// session is the visit that is checked out.
type session struct {
	ID        id.Visit
	Patient   id.Patient // whose account it is on: records merged since are followed
	Referral  id.Referral
	Place     id.Location
	Date      civil.Date
	Minutes   int64 // planned
	Therapist string
	Over      bool // called off or missed
	Untreated bool
	Signed    bool
}

func (s *Service) session(ctx context.Context, tx *db.Tx, v id.Visit) (session, error) {
	r, err := q.New(tx).VisitFacts(ctx, q.VisitFactsParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return session{}, db.Found(err, "This session does not exist, or is not in your practice.")
	}
	out := session{ID: v, Patient: r.PatientID, Referral: r.ReferralID, Place: r.LocationID, Date: r.ServiceDate, Minutes: r.PlannedMinutes, Therapist: r.TherapistName,
		Over:      r.State == string(visit.StateCancelled) || r.State == string(visit.StateNoShow),
		Untreated: r.Untreated, Signed: !r.DocumentID.IsZero()}
	if !r.MergedIntoPatientID.IsZero() {
		out.Patient = r.MergedIntoPatientID
	}
	return out, nil
}

// counted is what a signed visit would be billed as: its minutes and its sum.
// It reads on behalf of people who may take money and see no claim, and gives
// away those two numbers alone; its lines are for those who may see claims.
func (s *Service) counted(ctx context.Context, tx *db.Tx, v session) (minutes int64, total money.Cents, lines []claim.Line, err error) {
	if s.Claims == nil || !v.Signed || v.Untreated {
		return 0, 0, nil, nil
	}
	a, _ := authz.From(ctx)
	d, n, err := s.Claims.CountingTx(authz.Reading(ctx), tx, v.ID)
	if err != nil {
		return 0, 0, nil, err
	}
	for _, p := range n.Parts {
		minutes += int64(p.Minutes)
	}
	if a.Can(authz.ClaimRead) {
		lines = d.Lines
	}
	return minutes, d.Total, lines, nil
}

// insurance puts what the patient's insurance says into f.
func (s *Service) insurance(ctx context.Context, tx *db.Tx, v session, f *Facts) error {
	c, found, err := s.Coverages.ForVisitTx(ctx, tx, v.Patient, v.Referral, v.Date)
	if err != nil || !found {
		return err
	}
	// A payer whose claim was dropped is not asked, so it owes nothing.
	claims, err := q.New(tx).ClaimsMade(ctx, q.ClaimsMadeParams{PracticeID: tx.Practice, VisitID: v.ID})
	if err != nil || claims.Made > 0 && claims.Standing == 0 {
		return err
	}
	terms, err := s.Coverages.TermsTx(ctx, tx, c.Payer.ID, v.Date)
	if err != nil {
		return err
	}
	f.Insured, f.Payer, f.PayerName, f.Kind, f.MayBill = true, c.Payer.ID, c.Payer.Name, terms.Kind, terms.PatientMayBeBilled
	f.Share, f.Copay, f.Percent, f.Deductible = c.Share, c.Copay, c.CoinsurancePercent, c.DeductibleNote
	return nil
}

// owing works out what a visit costs as the record stands now. Where a payer
// was asked already, the sum is what it was asked for, and the lines are counted
// only for somebody who looks at them.
func (s *Service) owing(ctx context.Context, tx *db.Tx, v session, row q.Checkout, looks bool) (Owing, []claim.Line, error) {
	f := Facts{Signed: v.Signed, Treated: !v.Over && !v.Untreated, Minutes: v.Minutes}
	if !f.Treated {
		return Owe(f), nil, nil
	}
	if !row.EntryID.IsZero() && !row.PayerID.IsZero() {
		var lines []claim.Line
		if looks {
			var err error
			if _, _, lines, err = s.counted(ctx, tx, v); err != nil {
				return Owing{}, nil, err
			}
		}
		o, err := s.claimed(ctx, tx, v, row.TotalCents, row.PayerID)
		return o, lines, err
	}
	if err := s.insurance(ctx, tx, v, &f); err != nil {
		return Owing{}, nil, err
	}
	minutes, total, lines, err := s.counted(ctx, tx, v)
	if err != nil {
		return Owing{}, nil, err
	}
	f.Total = total
	if v.Signed {
		f.Minutes = minutes
	}
	if !f.Insured || f.Kind == knowledge.PayerCash {
		if f.Price, f.Found, err = s.Fees.CashTx(ctx, tx, f.Minutes, v.Date); err != nil {
			return Owing{}, nil, err
		}
	}
	return Owe(f), lines, nil
}

// standing is the row of a visit; found is false before the first.
func standing(ctx context.Context, tx *db.Tx, v id.Visit) (row q.Checkout, found bool, err error) {
	row, err = q.New(tx).GetCheckout(ctx, q.GetCheckoutParams{PracticeID: tx.Practice, VisitID: v})
	if errors.Is(err, sql.ErrNoRows) {
		return q.Checkout{PracticeID: tx.Practice, VisitID: v}, false, nil
	}
	return row, err == nil, err
}

// charges reports whether row's charge is what o asks for.
func charges(row q.Checkout, o Owing) bool {
	return !row.EntryID.IsZero() && row.TotalCents == o.Total && row.ShareCents == o.Share && row.PayerID == o.Payer
}

// entryOf is the charge of a visit.
func entryOf(v session, o Owing, on civil.Date) ledger.Entry {
	e := ledger.Entry{Kind: ledger.Charge, Patient: v.Patient, Visit: v.ID, On: on, Memo: "Visit of " + v.Date.Human(),
		Postings: []ledger.Posting{{Account: ledger.Revenue, Amount: -o.Total}}}
	if o.Share > 0 {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.PatientReceivable, Patient: v.Patient, Amount: o.Share})
	}
	if o.Rest() > 0 {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.PayerReceivable, Patient: v.Patient, Payer: o.Payer, Amount: o.Rest()})
	}
	return e
}

// charge makes the visit's standing charge what o asks for: it posts nothing
// where that is so already, and takes an earlier charge back first. An o that
// cannot be charged takes the charge back. done marks the visit as checked out.
func (s *Service) charge(ctx context.Context, tx *db.Tx, a authz.Actor, v session, o Owing, done bool) error {
	row, found, err := standing(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	today := a.Today(tx.Now.Time)
	want := o.Chargeable()
	same := charges(row, o) && want || row.EntryID.IsZero() && !want
	if same && (!done || !row.DoneAt.IsZero()) {
		return nil
	}
	if !same && !row.EntryID.IsZero() {
		why := ": charged anew"
		if !want {
			why = ": charge taken back"
		}
		if _, err := s.Ledger.ReverseTx(ctx, tx, row.EntryID, "Visit of "+v.Date.Human()+why, today); err != nil {
			return err
		}
		row.EntryID, row.TotalCents, row.ShareCents, row.PayerID = id.Entry{}, 0, 0, id.Payer{}
		if !want {
			row.DoneAt, row.DoneBy = db.Time{}, id.User{} // to be checked out again
		}
	}
	if !same && want {
		e, err := s.Ledger.PostTx(ctx, tx, entryOf(v, o, today))
		if err != nil {
			return err
		}
		row.EntryID, row.TotalCents, row.ShareCents, row.PayerID = e.ID, o.Total, o.Share, o.Payer
	}
	if done && row.DoneAt.IsZero() {
		row.DoneAt, row.DoneBy = tx.Now, a.User
	}
	row.Basis, row.PatientID = string(o.Basis), v.Patient
	if err := keep(ctx, tx, row, found); err != nil {
		return err
	}
	_, err = s.Ledger.SettleTx(ctx, tx, v.Patient, today)
	return err
}

func keep(ctx context.Context, tx *db.Tx, row q.Checkout, found bool) error {
	if !found {
		return q.New(tx).InsertCheckout(ctx, q.InsertCheckoutParams{PracticeID: tx.Practice, VisitID: row.VisitID, PatientID: row.PatientID, Basis: row.Basis,
			TotalCents: row.TotalCents, ShareCents: row.ShareCents, PayerID: row.PayerID, EntryID: row.EntryID, DoneAt: row.DoneAt, DoneBy: row.DoneBy, UpdatedAt: tx.Now})
	}
	return db.OneRow(q.New(tx).UpdateCheckout(ctx, q.UpdateCheckoutParams{PracticeID: tx.Practice, VisitID: row.VisitID, PatientID: row.PatientID, Basis: row.Basis,
		TotalCents: row.TotalCents, ShareCents: row.ShareCents, PayerID: row.PayerID, EntryID: row.EntryID, DoneAt: row.DoneAt, DoneBy: row.DoneBy, UpdatedAt: tx.Now, Version: row.Version}))
}

// ClaimChangedTx implements claim.Money: the charge of the visit becomes total,
// shared between the patient and the payer as the insurance says. Without a
// total or a payer the charge is taken back; what the patient owes then is for
// a person to decide at check-out. Whoever may see insurance may cause this,
// because a claim is also worked out again when it is only looked at.
func (s *Service) ClaimChangedTx(ctx context.Context, tx *db.Tx, v id.Visit, total money.Cents, payer id.Payer) error {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil {
		return err
	}
	ses, err := s.session(ctx, tx, v)
	if err != nil {
		return err
	}
	if total == 0 || payer.IsZero() {
		return s.charge(ctx, tx, a, ses, Owing{Basis: Open}, false)
	}
	o, err := s.claimed(ctx, tx, ses, total, payer)
	if err != nil {
		return err
	}
	return s.charge(ctx, tx, a, ses, o, false)
}

// claimed shares out what a payer was asked for.
func (s *Service) claimed(ctx context.Context, tx *db.Tx, v session, total money.Cents, payer id.Payer) (Owing, error) {
	f := Facts{Signed: true, Treated: true, Total: total}
	if err := s.insurance(ctx, tx, v, &f); err != nil {
		return Owing{}, err
	}
	if !f.Insured || f.Payer != payer {
		// The claim stays with the payer it went to, whatever is in force by now:
		// what the patient's share is there, nobody has said.
		p, err := s.Coverages.PayerTx(ctx, tx, payer)
		if err != nil {
			return Owing{}, err
		}
		f = Facts{Signed: true, Treated: true, Total: total, Insured: true, Payer: payer, PayerName: p.Name, Share: coverage.Unknown}
	}
	return Owe(f), nil
}

// PaidTx implements claim.Payments: what the patient has paid for the visit, at
// most what the visit costs them; what lies above pays for something else.
func (s *Service) PaidTx(ctx context.Context, tx *db.Tx, v id.Visit) (money.Cents, error) {
	if _, err := authz.Require(ctx, authz.PaymentRead); err != nil {
		return 0, err
	}
	row, found, err := standing(ctx, tx, v)
	if err != nil || !found {
		return 0, err
	}
	paid, err := q.New(tx).PaidForVisit(ctx, q.PaidForVisitParams{PracticeID: tx.Practice, VisitID: v})
	most := row.ShareCents
	if Basis(row.Basis) == Open {
		most = row.TotalCents // nobody knows the share: what was paid counts
	}
	return min(money.Cents(paid), most), err
}
