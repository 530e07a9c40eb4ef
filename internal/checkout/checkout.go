// Package checkout decides what a patient owes for a visit, and takes the money
// for it. What is owed follows from the insurance in force on the day: a fixed
// copay, a percentage of the charge, nothing where the payer forbids asking the
// patient or where an injury's payer answers for the care; without insurance
// it is the price of the minutes that the signed note records. The charge of a
// visit stands in the ledger once: it is posted when its claim is drafted, or
// at check-out where there is no claim, and is taken back and posted again when
// the claim comes to say something else.
//
// It refuses to guess: where nobody has asked the payer, it says so and charges
// the patient nothing. It refuses whatever looks like the number of a card,
// wherever it was typed; a card is known by its processor's token and its last
// four digits. It refuses the same form twice, a payment of nothing, and every
// change to a payment: it is taken back, with a reason, and stays visible. No
// receipt tells a diagnosis.
package checkout

import (
	"fmt"

	"soapstone/internal/coverage"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
)

// Basis is why a patient owes what they owe for a visit.
type Basis string

// The bases.
const (
	Copay     Basis = "copay"      // a fixed amount a visit
	Percent   Basis = "percent"    // a part of the charge
	CashPrice Basis = "cash"       // no insurance: the price of the minutes
	Nothing   Basis = "nothing"    // the insurance asks for no share
	NotBilled Basis = "not_billed" // the patient is not asked
	Open      Basis = "open"       // not known
	Untreated Basis = "untreated"  // there was no treatment, or no visit
)

// Label is the basis in words.
func (b Basis) Label() string {
	switch b {
	case Copay:
		return "Copay"
	case Percent:
		return "Share of the charge"
	case CashPrice:
		return "Cash price"
	case Nothing:
		return "No share"
	case NotBilled:
		return "Not billed to the patient"
	case Open:
		return "Not known"
	case Untreated:
		return "No charge"
	}
	return string(b)
}

// Facts are what an Owing is worked out from.
type Facts struct {
	Signed  bool // a valid signed note: the minutes and the charge are final
	Treated bool // false for a visit that was called off or ended without treatment
	Minutes int64
	Total   money.Cents // what the claim asks for, or would; 0 is not known

	Insured    bool
	Payer      id.Payer
	PayerName  string
	Kind       knowledge.PayerKind
	MayBill    coverage.Answer // whether the payer lets the patient be billed
	Share      coverage.Share
	Copay      money.Cents
	Percent    int64  // 1 to 100
	Deductible string // what was noted about it

	Price fee.CashPrice
	Found bool // Price holds
}

// Owing is what a visit costs and what the patient pays of it.
type Owing struct {
	Basis   Basis
	Total   money.Cents // of the visit; 0 is not known
	Share   money.Cents // of the patient
	Payer   id.Payer    // who owes the rest; zero without insurance
	Final   bool        // the note is signed
	Text    string      // why, in a sentence
	Caution string      // what is not certain; "" when nothing is
}

// Rest is what the payer is asked for.
func (o Owing) Rest() money.Cents { return o.Total - o.Share }

// Chargeable reports whether the visit can be charged as it stands.
func (o Owing) Chargeable() bool { return o.Final && o.Total > 0 }

const noDeductible = "It is not noted whether a deductible is met: until it is, the payer may leave more to the patient."

// Owe works out what a visit costs the patient.
func Owe(f Facts) Owing {
	o := Owing{Final: f.Signed}
	switch {
	case !f.Treated:
		o.Basis, o.Text = Untreated, "There was no treatment, so nothing is charged."
		return o
	case !f.Insured || f.Kind == knowledge.PayerCash:
		return o.cash(f)
	}
	o.Total, o.Payer = f.Total, f.Payer
	o.insured(f)
	if o.Share > 0 && o.Total > 0 {
		o.Share = min(o.Share, o.Total)
	}
	if o.Final && o.Total == 0 {
		// Without a claim the charge is not known; what the patient pays of it is.
		o.Total = o.Share
	}
	return o
}

func (o Owing) cash(f Facts) Owing {
	o.Basis = CashPrice
	switch {
	case f.Minutes == 0:
		o.Basis, o.Text = Open, "No minutes are recorded, so there is no price."
	case !f.Found:
		o.Basis, o.Text = Open, "No insurance is in force, and no cash price. Enter cash prices under Fees."
	case f.Signed:
		o.Total, o.Share = f.Price.Price, f.Price.Price
		o.Text = fmt.Sprintf("No insurance: %d minutes are recorded.", f.Minutes)
	default:
		o.Total, o.Share = f.Price.Price, f.Price.Price
		o.Text = fmt.Sprintf("No insurance: %d minutes are planned.", f.Minutes)
		o.Caution = "The price follows the minutes of the signed note."
	}
	return o
}

func (o *Owing) insured(f Facts) {
	asked := f.Share == coverage.Copay || f.Share == coverage.Percent
	switch {
	case f.MayBill == coverage.No:
		o.Basis, o.Text = NotBilled, f.PayerName+" does not allow the patient to be billed."
	case coverage.Injury(f.Kind) && !asked:
		o.Basis, o.Text = NotBilled, f.PayerName+" answers for this injury. The patient is not asked."
	case f.Share == coverage.Nothing:
		o.Basis, o.Text = Nothing, f.PayerName+" leaves no share to the patient."
	case f.Share == coverage.Copay:
		o.Basis, o.Share, o.Text = Copay, f.Copay, "Copay of "+f.PayerName+"."
		o.Caution = deductible(f)
	case f.Share == coverage.Percent && f.Total == 0:
		o.Basis, o.Text = Open, fmt.Sprintf("The patient pays %d %% for %s, and the charge is not known yet.", f.Percent, f.PayerName)
	case f.Share == coverage.Percent:
		o.Basis, o.Share = Percent, f.Total.Percent(f.Percent*100)
		o.Text = fmt.Sprintf("%d %% of the charge of %s for %s.", f.Percent, f.Total, f.PayerName)
		o.Caution = deductible(f)
	default:
		o.Basis, o.Text = Open, "Nobody has asked "+f.PayerName+" yet what the patient pays."
	}
}

func deductible(f Facts) string {
	if f.Deductible != "" {
		return "Deductible: " + f.Deductible
	}
	return noDeductible
}
