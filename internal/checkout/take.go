package checkout

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/checkout/q"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
)

// Done checks a visit out: its charge is posted where no claim has posted it,
// and what the patient owes stays on their account. Doing it again changes
// nothing but a charge that was worked out otherwise by now. PaymentTake.
// NotFound; Conflict before the note is signed.
func (s *Service) Done(ctx context.Context, v id.Visit) error {
	a, err := authz.Require(ctx, authz.PaymentTake)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		ses, err := s.session(ctx, tx, v)
		if err != nil {
			return err
		}
		if !ses.Signed && !ses.Over {
			return errs.New(errs.Conflict, "The note of this visit is not signed yet. Take a payment now, and check out once it is signed.")
		}
		if err := s.chargeNow(ctx, tx, a, ses); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "checkout.done", Patient: ses.Patient, Kind: "visit", Subject: v.String()})
	}))
}

// chargeNow charges a signed visit as the record stands, and marks it as
// checked out.
func (s *Service) chargeNow(ctx context.Context, tx *db.Tx, a authz.Actor, v session) error {
	row, _, err := standing(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	o, _, err := s.owing(ctx, tx, v, row, false)
	if err != nil {
		return err
	}
	return s.charge(ctx, tx, a, v, o, true)
}

// Take receives a payment at the check-out of a visit. A signed visit is
// charged and checked out first; a payment before the note is signed waits as
// a credit. The same input twice is one payment. PaymentTake. NotFound;
// Invalid with fields; Conflict when the record was merged away, or the form
// was used for another payment.
func (s *Service) Take(ctx context.Context, v id.Visit, in Input) (Payment, error) {
	a, err := authz.Require(ctx, authz.PaymentTake)
	if err != nil {
		return Payment{}, err
	}
	return s.write(ctx, a, in, func(ctx context.Context, tx *db.Tx) (account, error) {
		ses, err := s.session(ctx, tx, v)
		if err != nil {
			return account{}, err
		}
		if ses.Signed {
			if err := s.chargeNow(ctx, tx, a, ses); err != nil {
				return account{}, err
			}
		}
		return account{patient: ses.Patient, visit: v, date: ses.Date, place: ses.Place}, nil
	})
}

// TakeOnAccount receives a payment that is for no visit in particular. See Take.
func (s *Service) TakeOnAccount(ctx context.Context, p id.Patient, in Input) (Payment, error) {
	a, err := authz.Require(ctx, authz.PaymentTake)
	if err != nil {
		return Payment{}, err
	}
	return s.write(ctx, a, in, func(context.Context, *db.Tx) (account, error) { return account{patient: p}, nil })
}

// account is what a payment is taken for.
type account struct {
	patient id.Patient
	visit   id.Visit
	date    civil.Date // of the visit
	place   id.Location
}

func (s *Service) write(ctx context.Context, a authz.Actor, in Input, prepare func(context.Context, *db.Tx) (account, error)) (out Payment, err error) {
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		in, today := in, a.Today(tx.Now.Time)
		if err := errs.OnFields(in.clean(today)...); err != nil {
			return err
		}
		acc, err := prepare(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := s.Patients.WritableTx(ctx, tx, acc.patient); err != nil {
			return err
		}
		before, err := s.payment(ctx, tx, in.ID)
		switch {
		case err == nil && !before.Reversed && before.same(in, acc.patient, acc.visit):
			out = before
			return tx.Audit(ctx, db.Event{Action: "payment.again", Patient: acc.patient, Kind: "payment", Subject: in.ID.String(), Detail: "the same form twice"})
		case err == nil:
			return errs.New(errs.Conflict, "This page was used for another payment already. Reload it and look at the balance first.")
		case !errs.Is(err, errs.NotFound):
			return err
		}
		out, err = s.take(ctx, tx, a, acc, in, today)
		return err
	})
	return out, db.Classify(err)
}

// take posts and stores a checked payment and makes its receipt.
func (s *Service) take(ctx context.Context, tx *db.Tx, a authz.Actor, acc account, in Input, today civil.Date) (Payment, error) {
	if err := s.card(ctx, tx, a, acc, &in, today); err != nil {
		return Payment{}, err
	}
	balance, err := s.Ledger.BalanceTx(ctx, tx, acc.patient)
	if err != nil {
		return Payment{}, err
	}
	p := Payment{ID: in.ID, Patient: acc.patient, Visit: acc.visit, Way: in.Way, Amount: in.Amount, Reference: in.Reference, Brand: in.Brand,
		LastFour: in.LastFour, Method: in.Stored, On: today, ReceivedAt: tx.Now, ByName: a.Name}
	e, err := s.Ledger.PostTx(ctx, tx, received(p, balance))
	if err != nil {
		return Payment{}, err
	}
	p.Entry = e.ID
	err = q.New(tx).InsertPayment(ctx, q.InsertPaymentParams{PracticeID: tx.Practice, PaymentID: p.ID, PatientID: p.Patient, VisitID: p.Visit, Way: string(p.Way),
		AmountCents: p.Amount, Reference: p.Reference, Brand: p.Brand, LastFour: p.LastFour, MethodID: p.Method, EntryID: p.Entry, OnDate: today,
		ReceivedAt: tx.Now, ReceivedBy: a.User})
	if err != nil {
		return Payment{}, err
	}
	if balance, err = s.Ledger.SettleTx(ctx, tx, p.Patient, today); err != nil {
		return Payment{}, err
	}
	if p.Receipt, err = s.receipt(ctx, tx, a, p, acc, balance); err != nil {
		return Payment{}, err
	}
	return p, tx.Audit(ctx, db.Event{Action: "payment.take", Patient: p.Patient, Kind: "payment", Subject: p.ID.String(), Detail: string(p.Way) + " " + p.Amount.String()})
}

// received is the entry of a payment: what is owed is paid, the rest is a credit.
func received(p Payment, b ledger.Balance) ledger.Entry {
	e := ledger.Entry{Kind: ledger.Payment, Patient: p.Patient, Visit: p.Visit, Payment: p.ID, On: p.On, Memo: "Payment: " + p.Way.Label(),
		Postings: []ledger.Posting{{Account: p.Way.account(), Amount: p.Amount}}}
	owed := min(p.Amount, b.Owed())
	if owed > 0 {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.PatientReceivable, Patient: p.Patient, Amount: -owed})
	}
	if p.Amount > owed {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.Unapplied, Patient: p.Patient, Amount: owed - p.Amount})
	}
	return e
}

// card fills in the card on file that was charged, or keeps a new one.
func (s *Service) card(ctx context.Context, tx *db.Tx, a authz.Actor, acc account, in *Input, today civil.Date) error {
	if !in.Stored.IsZero() {
		all, err := methods(ctx, tx, acc.patient)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.ID != in.Stored {
				continue
			}
			if m.Expired(today) {
				return errs.OnField("way", "This card has expired. Ask for another.")
			}
			in.Brand, in.LastFour = m.Brand, m.LastFour
			return nil
		}
		return errs.OnField("way", "This card is not on file any more. Reload the page.")
	}
	if in.Token == "" {
		return nil
	}
	year, month, _ := in.expires()
	in.Stored = id.New[id.Method]()
	err := q.New(tx).InsertMethod(ctx, q.InsertMethodParams{PracticeID: tx.Practice, MethodID: in.Stored, PatientID: acc.patient, Token: in.Token, Brand: in.Brand,
		LastFour: in.LastFour, ExpiresMonth: month, ExpiresYear: year, CreatedAt: tx.Now, CreatedBy: a.User})
	if err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "payment.keep-card", Patient: acc.patient, Kind: "method", Subject: in.Stored.String()})
}

func methods(ctx context.Context, tx *db.Tx, p id.Patient) ([]Method, error) {
	rows, err := q.New(tx).Methods(ctx, q.MethodsParams{PracticeID: tx.Practice, PatientID: p})
	var out []Method
	for _, r := range rows {
		out = append(out, Method{ID: r.MethodID, Patient: r.PatientID, Brand: r.Brand, LastFour: r.LastFour, Year: r.ExpiresYear, Month: r.ExpiresMonth,
			Token: r.Token, CreatedAt: r.CreatedAt})
	}
	return out, err
}

// Forget takes a card off a patient's file. PaymentTake; NotFound.
func (s *Service) Forget(ctx context.Context, p id.Patient, m id.Method) error {
	a, err := authz.Require(ctx, authz.PaymentTake)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		all, err := methods(ctx, tx, p)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.ID != m {
				continue
			}
			if err := db.OneRow(q.New(tx).EndMethod(ctx, q.EndMethodParams{PracticeID: tx.Practice, MethodID: m, EndedAt: tx.Now, EndedBy: a.User})); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "payment.forget-card", Patient: p, Kind: "method", Subject: m.String()})
		}
		return errs.New(errs.NotFound, "This card is not on file any more.")
	}))
}

// MayReverse says why the actor may not take a payment back, or "". On the day
// itself whoever takes payments may; later it is for the owner or a biller,
// because the day's money has been counted.
func (p Payment) MayReverse(a authz.Actor, today civil.Date) string {
	switch {
	case !a.Can(authz.PaymentTake):
		return "Your role does not include this."
	case p.Reversed:
		return "This payment was taken back already."
	case p.On != today && !a.Has(authz.Owner) && !a.Has(authz.Biller):
		return "Only an owner or a biller takes back a payment of an earlier day."
	}
	return ""
}

// Reverse takes a payment back: it was entered by mistake, or the money was
// returned. PaymentTake; Denied on a later day unless an owner or a biller
// asks. NotFound; Invalid without a reason; Conflict the second time.
func (s *Service) Reverse(ctx context.Context, pid id.Payment, reason string) error {
	a, err := authz.Require(ctx, authz.PaymentTake)
	if err != nil {
		return err
	}
	reason = strings.Join(strings.Fields(reason), " ")
	switch n := utf8.RuneCountInString(reason); {
	case n < 3:
		return errs.OnField("reason", "Say why, such as “typed twice” or “refunded on the terminal”.")
	case n > maxReason:
		return errs.OnField("reason", "Shorten this to 150 characters.")
	case LooksLikeCard(reason):
		return errs.OnField("reason", CardRefused)
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.payment(ctx, tx, pid)
		if err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		if why := p.MayReverse(a, today); why != "" {
			kind := errs.Denied
			if p.Reversed {
				kind = errs.Conflict
			}
			return errs.New(kind, why)
		}
		e, err := s.Ledger.ReverseTx(ctx, tx, p.Entry, "Payment taken back", today)
		if err != nil {
			return err
		}
		err = q.New(tx).InsertReversal(ctx, q.InsertReversalParams{PracticeID: tx.Practice, PaymentID: pid, EntryID: e.ID, Reason: reason, ReversedAt: tx.Now, ReversedBy: a.User})
		if err != nil {
			return err
		}
		if err := s.settleSurvivor(ctx, tx, p.Patient, today); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "payment.reverse", Patient: p.Patient, Kind: "payment", Subject: pid.String(), Detail: p.Amount.String()})
	}))
}

// settleSurvivor settles the account that a record's entries count for by now.
func (s *Service) settleSurvivor(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) error {
	rec, err := s.Patients.GetTx(ctx, tx, p)
	if err != nil {
		return err
	}
	if !rec.MergedInto.IsZero() {
		p = rec.MergedInto
	}
	_, err = s.Ledger.SettleTx(ctx, tx, p, on)
	return err
}

func (s *Service) payment(ctx context.Context, tx *db.Tx, p id.Payment) (Payment, error) {
	r, err := q.New(tx).GetPayment(ctx, q.GetPaymentParams{PracticeID: tx.Practice, PaymentID: p})
	if errors.Is(err, sql.ErrNoRows) {
		return Payment{}, errs.Wrap(errs.NotFound, err, "This payment does not exist, or is not in your practice.")
	}
	return paymentOf(r), err
}

func paymentOf(r q.GetPaymentRow) Payment {
	return Payment{ID: r.PaymentID, Patient: r.PatientID, Visit: r.VisitID, Way: Way(r.Way), Amount: r.AmountCents, Reference: r.Reference, Brand: r.Brand,
		LastFour: r.LastFour, Method: r.MethodID, Entry: r.EntryID, On: r.OnDate, ReceivedAt: r.ReceivedAt, ByName: r.ByName, Receipt: r.ReceiptNumber,
		Reversed: !r.ReversedAt.IsZero(), Reason: r.ReversalReason, ReversedBy: r.ReversedByName}
}
