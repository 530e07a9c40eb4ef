// Package ledger keeps the practice's books in double entry. It decides what an
// entry is: postings to accounts that sum to zero, in whole cents, each with
// the patient or payer it concerns. A debit is positive, a credit negative.
//
// It refuses an entry that does not balance, a posting of nothing, an account
// it does not know, and every change: what was posted is reversed by a further
// entry, which is exactly its opposite, and only once. A reversal itself is not
// reversed; what was right is posted again. Balances are sums over postings and
// are stored nowhere. Who pays what for a visit is decided by the rooms that
// post here.
package ledger

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/money"
)

// Account is what money is counted under.
type Account string

// The accounts.
const (
	PatientReceivable Account = "patient_receivable" // patients owe the practice
	PayerReceivable   Account = "payer_receivable"   // payers owe the practice
	Revenue           Account = "revenue"
	Cash              Account = "cash"
	Check             Account = "check"
	Card              Account = "card"
	Adjustment        Account = "adjustment" // charged and not collected
	Unapplied         Account = "unapplied"  // credit of a patient: paid and not yet owed
)

// Accounts lists the accounts.
func Accounts() []Account {
	return []Account{PatientReceivable, PayerReceivable, Revenue, Cash, Check, Card, Adjustment, Unapplied}
}

// ofPatient reports whether postings to the account are about one patient.
func (a Account) ofPatient() bool {
	return a == PatientReceivable || a == PayerReceivable || a == Unapplied
}

// Kind is why an entry was made.
type Kind string

// The kinds.
const (
	Charge   Kind = "charge"   // a visit was charged
	Payment  Kind = "payment"  // money came in
	Transfer Kind = "transfer" // a patient's credit is used for what they owe, or becomes one
	Reversal Kind = "reversal" // takes an earlier entry back
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Charge, Payment, Transfer, Reversal} }

// Posting is one line of an entry.
type Posting struct {
	Account Account
	Patient id.Patient  // where the account is about patients
	Payer   id.Payer    // of PayerReceivable
	Amount  money.Cents // debit positive, credit negative, never 0
}

// Entry is one event of the books.
type Entry struct {
	ID       id.Entry
	At       db.Time
	On       civil.Date // in the practice's zone
	Kind     Kind
	Patient  id.Patient
	Visit    id.Visit   // zero when it concerns none
	Claim    id.Claim   // zero when it concerns none
	Payment  id.Payment // zero when it concerns none
	Reverses id.Entry   // of a Reversal
	Memo     string     // in words, without names and without health data; at most 200 characters
	By       id.User    // zero for the program itself
	Postings []Posting
}

const (
	maxPostings = 50
	maxMemo     = 200
)

var (
	errUnbalanced = errors.New("ledger: the postings do not sum to zero")
	errReversed   = errors.New("ledger: the entry was reversed already")
	errReversal   = errors.New("ledger: a reversal is not reversed")
)

// Check reports what keeps an entry out of the books.
func (e Entry) Check() error {
	switch {
	case !slices.Contains(Kinds(), e.Kind):
		return fmt.Errorf("ledger: unknown kind %q", e.Kind)
	case e.Patient.IsZero(), !e.On.Valid():
		return errors.New("ledger: an entry needs its patient and its day")
	case (e.Kind == Reversal) == e.Reverses.IsZero():
		return errors.New("ledger: a reversal, and nothing else, names what it reverses")
	case utf8.RuneCountInString(e.Memo) > maxMemo:
		return fmt.Errorf("ledger: the memo is over %d characters", maxMemo)
	case len(e.Postings) < 2 || len(e.Postings) > maxPostings:
		return fmt.Errorf("ledger: an entry has 2 to %d postings, not %d", maxPostings, len(e.Postings))
	}
	var sum money.Cents
	for _, p := range e.Postings {
		if err := p.check(e); err != nil {
			return err
		}
		sum += p.Amount
	}
	if sum != 0 {
		return errUnbalanced
	}
	return nil
}

func (p Posting) check(e Entry) error {
	switch {
	case !slices.Contains(Accounts(), p.Account):
		return fmt.Errorf("ledger: unknown account %q", p.Account)
	case p.Amount == 0, p.Amount > money.Max, p.Amount < -money.Max:
		return fmt.Errorf("ledger: %s is not an amount to post", p.Amount)
	case p.Account.ofPatient() && p.Patient != e.Patient:
		return fmt.Errorf("ledger: a posting to %s is about the entry's patient", p.Account)
	case !p.Account.ofPatient() && !p.Patient.IsZero():
		return fmt.Errorf("ledger: a posting to %s is about no patient", p.Account)
	case (p.Account == PayerReceivable) == p.Payer.IsZero():
		return errors.New("ledger: a posting to payer_receivable, and no other, names the payer")
	}
	return nil
}

// Opposite is the entry that takes e back: the same postings with the sign
// turned. It is an error to reverse a reversal.
func (e Entry) Opposite(memo string, on civil.Date) (Entry, error) {
	if e.Kind == Reversal {
		return Entry{}, errReversal
	}
	r := e
	r.ID, r.At, r.By = id.Entry{}, db.Time{}, id.User{}
	r.Kind, r.Reverses, r.Memo, r.On = Reversal, e.ID, memo, on
	r.Postings = slices.Clone(e.Postings)
	for i := range r.Postings {
		r.Postings[i].Amount = -r.Postings[i].Amount
	}
	return r, nil
}

// undoes reports whether r is exactly the opposite of e.
func (r Entry) undoes(e Entry) bool {
	if r.Reverses != e.ID || r.Patient != e.Patient || len(r.Postings) != len(e.Postings) {
		return false
	}
	for i, p := range e.Postings {
		p.Amount = -p.Amount
		if r.Postings[i] != p {
			return false
		}
	}
	return true
}

// Balance is how a patient stands.
type Balance struct {
	Receivable money.Cents // charged to the patient and not paid
	Unapplied  money.Cents // credit; 0 or negative
	Insurance  money.Cents // what payers still owe for the patient
}

// Net is what the patient owes in all; negative for a credit.
func (b Balance) Net() money.Cents { return b.Receivable + b.Unapplied }

// Owed is what the patient owes, 0 when there is a credit.
func (b Balance) Owed() money.Cents { return max(b.Net(), 0) }

// Credit is what the patient has paid ahead, 0 when something is owed.
func (b Balance) Credit() money.Cents { return max(-b.Net(), 0) }

// Add counts a posting in.
func (b Balance) Add(p Posting) Balance {
	switch p.Account {
	case PatientReceivable:
		b.Receivable += p.Amount
	case Unapplied:
		b.Unapplied += p.Amount
	case PayerReceivable:
		b.Insurance += p.Amount
	}
	return b
}

// Settle says how much is to be moved from what the patient owes to their
// credit (positive) or back (negative), so that nobody owes money and has a
// credit at once, and neither account stands on the wrong side.
func (b Balance) Settle() money.Cents {
	return -b.Receivable + b.Owed()
}
