package checkout

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/checkout/q"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
	"soapstone/internal/patient"
)

// View is what the check-out of a visit shows.
type View struct {
	Visit     id.Visit
	Patient   id.Patient
	Date      civil.Date // of service
	Therapist string
	Signed    bool
	Over      bool // called off, missed, or ended without treatment
	Done      bool // checked out, and charged as the record stands
	Owing     Owing
	Changed   money.Cents // the visit was charged at this and costs something else now; 0 otherwise
	Earlier   money.Cents // owed before this visit; negative for a credit
	Due       money.Cents // to be asked for now
	Credit    money.Cents // left over after this visit
	Payments  []Payment   // taken for this visit, newest first
	Methods   []Method    // cards on file
	Lines     []claim.Line
	Claims    []claim.Row // newest first; for people who may see claims
	Today     civil.Date
}

// View shows the check-out of a visit and records that it was looked at.
// PaymentRead; NotFound.
func (s *Service) View(ctx context.Context, v id.Visit) (View, error) {
	a, err := authz.Require(ctx, authz.PaymentRead)
	if err != nil {
		return View{}, err
	}
	var out View
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.view(ctx, tx, a, v)
		return err
	})
	if err != nil {
		return View{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "checkout.view", Patient: out.Patient, Kind: "visit", Subject: v.String()})
}

func (s *Service) view(ctx context.Context, tx *db.Tx, a authz.Actor, v id.Visit) (View, error) {
	ses, err := s.session(ctx, tx, v)
	if err != nil {
		return View{}, err
	}
	row, _, err := standing(ctx, tx, v)
	if err != nil {
		return View{}, err
	}
	out := View{Visit: v, Patient: ses.Patient, Date: ses.Date, Therapist: ses.Therapist, Signed: ses.Signed, Over: ses.Over || ses.Untreated, Today: a.Today(tx.Now.Time)}
	if out.Owing, out.Lines, err = s.owing(ctx, tx, ses, row, true); err != nil {
		return View{}, err
	}
	balance, err := s.Ledger.BalanceTx(ctx, tx, ses.Patient)
	if err != nil {
		return View{}, err
	}
	rows, err := q.New(tx).PaymentsOfVisit(ctx, q.PaymentsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return View{}, err
	}
	for _, r := range rows {
		out.Payments = append(out.Payments, paymentOf(q.GetPaymentRow(r)))
	}
	out.reckon(row, balance)
	if out.Methods, err = methods(ctx, tx, ses.Patient); err != nil {
		return View{}, err
	}
	if s.Claims != nil && a.Can(authz.ClaimRead) {
		out.Claims, err = s.Claims.OfVisitTx(ctx, tx, v)
	}
	return out, err
}

// reckon works out what is to be asked for now.
func (v *View) reckon(row q.Checkout, b ledger.Balance) {
	charged := !row.EntryID.IsZero()
	if charged && !charges(row, v.Owing) {
		v.Changed = row.TotalCents
	}
	v.Done = !row.DoneAt.IsZero() && v.Changed == 0 && charged == v.Owing.Chargeable()
	paid := money.Cents(0)
	for _, p := range v.Payments {
		if !p.Reversed {
			paid += p.Amount
		}
	}
	net := b.Net() + v.Owing.Share - row.ShareCents // once the visit is charged as it stands
	v.Due, v.Credit = max(net, 0), max(-net, 0)
	v.Earlier = net - v.Owing.Share + paid
}

// Account is one page of a patient's account.
type Account struct {
	ledger.Statement
	Payments map[id.Payment]Payment // of the entries shown
	Methods  []Method
	Writable bool // not merged into another record
	Today    civil.Date
}

// Account shows what a patient was charged and paid, and records that it was
// looked at. PaymentRead; NotFound.
func (s *Service) Account(ctx context.Context, p id.Patient, from ledger.Cursor) (Account, error) {
	a, err := authz.Require(ctx, authz.PaymentRead)
	if err != nil {
		return Account{}, err
	}
	var out Account
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.Patients.GetTx(ctx, tx, p)
		if err != nil {
			return err
		}
		out = Account{Payments: map[id.Payment]Payment{}, Writable: rec.Status != patient.MergedAway, Today: a.Today(tx.Now.Time)}
		if out.Statement, err = s.Ledger.StatementTx(ctx, tx, p, from); err != nil {
			return err
		}
		for _, r := range out.Rows {
			if r.Payment.IsZero() {
				continue
			}
			if out.Payments[r.Payment], err = s.payment(ctx, tx, r.Payment); err != nil {
				return err
			}
		}
		out.Methods, err = methods(ctx, tx, p)
		return err
	})
	if err != nil {
		return Account{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "account.view", Patient: p, Kind: "patient", Subject: p.String()})
}

// Payment gives one payment, to ask whether it is to be taken back. PaymentRead;
// NotFound. The view is recorded.
func (s *Service) Payment(ctx context.Context, pid id.Payment) (p Payment, today civil.Date, err error) {
	a, err := authz.Require(ctx, authz.PaymentRead)
	if err != nil {
		return Payment{}, civil.Date{}, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		today = a.Today(tx.Now.Time)
		p, err = s.payment(ctx, tx, pid)
		return err
	})
	if err != nil {
		return Payment{}, civil.Date{}, db.Classify(err)
	}
	return p, today, s.log.Viewed(ctx, db.Event{Action: "payment.view", Patient: p.Patient, Kind: "payment", Subject: pid.String()})
}
