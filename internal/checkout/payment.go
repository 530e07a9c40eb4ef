package checkout

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
)

// Way is how money comes in.
type Way string

// The ways.
const (
	Cash  Way = "cash"
	Check Way = "check"
	Card  Way = "card"
)

// Ways in the order shown.
func Ways() []Way { return []Way{Cash, Check, Card} }

// Label is the way in words.
func (w Way) Label() string {
	switch w {
	case Cash:
		return "Cash"
	case Check:
		return "Check"
	case Card:
		return "Card"
	}
	return string(w)
}

func (w Way) account() ledger.Account {
	switch w {
	case Check:
		return ledger.Check
	case Card:
		return ledger.Card
	}
	return ledger.Cash
}

// Brands are the names of cards a payment may carry.
func Brands() []string {
	return []string{"Visa", "Mastercard", "American Express", "Discover", "Debit", "HSA/FSA", "Other"}
}

// Input is a payment to be taken. It has no place for the number of a card.
type Input struct {
	// ID comes from the form, so that the same form sent twice pays once.
	ID        id.Payment
	Amount    money.Cents
	Way       Way
	Reference string    // number of the check, or the terminal's reference
	Stored    id.Method // a card on file that was charged; zero for another
	Brand     string    // of a card that is not on file
	LastFour  string
	Expires   string // MM/YY, to keep the card
	Token     string // of the card processor; keeps the card on file
}

// MaxPayment is the most that one payment may be: more is a slip of the finger.
const MaxPayment = money.Cents(25_000_00)

const (
	maxReference = 40
	maxToken     = 120
	maxReason    = 150
)

var (
	fourDigits = regexp.MustCompile(`^[0-9]{4}$`)
	expiry     = regexp.MustCompile(`^(0[1-9]|1[0-2])/([0-9]{2})$`)
	tokenForm  = regexp.MustCompile(`^[A-Za-z0-9_.:-]+$`)
)

// CardRefused is what a person reads when they typed the number of a card.
const CardRefused = "This looks like a card number. It was not kept. Charge the card on the terminal and enter the terminal’s reference."

// clean brings the input to one spelling and lists what is wrong with it.
func (in *Input) clean(today civil.Date) []errs.Field {
	var f []errs.Field
	check := func(ok bool, name, message string) {
		if !ok && !slices.ContainsFunc(f, func(x errs.Field) bool { return x.Name == name }) {
			f = append(f, errs.Field{Name: name, Message: message})
		}
	}
	for _, x := range []struct {
		name string
		text *string
	}{{"reference", &in.Reference}, {"brand", &in.Brand}, {"last_four", &in.LastFour}, {"expires", &in.Expires}, {"token", &in.Token}} {
		*x.text = strings.Join(strings.Fields(*x.text), " ")
		check(!LooksLikeCard(*x.text), x.name, CardRefused)
	}
	check(!in.ID.IsZero(), "payment", "This form is not complete. Reload the page.")
	check(in.Amount > 0, "amount", "Enter an amount, such as 25.00.")
	check(in.Amount <= MaxPayment, "amount", fmt.Sprintf("This is over %s. Check the amount.", MaxPayment))
	check(slices.Contains(Ways(), in.Way), "way", "Choose how the patient pays.")
	check(utf8.RuneCountInString(in.Reference) <= maxReference, "reference", fmt.Sprintf("Shorten this to %d characters.", maxReference))
	switch in.Way {
	case Check:
		check(in.Reference != "", "reference", "Enter the number of the check.")
	case Card:
		check(in.Reference != "", "reference", "Enter the reference that the terminal printed.")
	}
	if in.Way != Card || !in.Stored.IsZero() {
		in.Brand, in.LastFour, in.Expires, in.Token = "", "", "", ""
	}
	if in.Way != Card {
		in.Stored = id.Method{}
	}
	in.card(check, today)
	return f
}

func (in *Input) card(check func(ok bool, name, message string), today civil.Date) {
	check(in.Brand == "" || slices.Contains(Brands(), in.Brand), "brand", "Choose the kind of card.")
	check(in.LastFour == "" || fourDigits.MatchString(in.LastFour), "last_four", "Enter the last four digits, and no more.")
	if in.Expires == "" && in.Token == "" {
		return
	}
	check(in.Token != "", "token", "Enter the processor’s token to keep the card, or clear the expiry.")
	check(len(in.Token) <= maxToken && (in.Token == "" || tokenForm.MatchString(in.Token)), "token", "Enter the token as the processor shows it, without blanks.")
	check(in.Brand != "", "brand", "Choose the kind of card, so that it can be told from another.")
	check(in.LastFour != "", "last_four", "Enter the last four digits, so that the card can be told from another.")
	y, m, ok := in.expires()
	check(ok, "expires", "Enter the expiry as on the card, such as 08/28.")
	check(!ok || !expired(y, m, today), "expires", "This card has expired.")
}

// expires reads MM/YY.
func (in Input) expires() (year, month int64, ok bool) {
	m := expiry.FindStringSubmatch(in.Expires)
	if m == nil {
		return 0, 0, false
	}
	two := func(s string) int64 { return int64(s[0]-'0')*10 + int64(s[1]-'0') }
	return 2000 + two(m[2]), two(m[1]), true
}

// expired reports whether a card is past its month.
func expired(year, month int64, today civil.Date) bool {
	return year*12+month < int64(today.Year)*12+int64(today.Month)
}

// Method is a card on file.
type Method struct {
	ID              id.Method
	Patient         id.Patient
	Brand, LastFour string
	Year, Month     int64
	Token           string
	CreatedAt       db.Time
}

// Label tells the card from another: "Visa ending 4242".
func (m Method) Label() string { return m.Brand + " ending " + m.LastFour }

// Expires is the expiry as on the card.
func (m Method) Expires() string { return fmt.Sprintf("%02d/%02d", m.Month, m.Year%100) }

// Expired reports whether the card is past its month.
func (m Method) Expired(today civil.Date) bool { return expired(m.Year, m.Month, today) }

// Payment is money that was received.
type Payment struct {
	ID         id.Payment
	Patient    id.Patient
	Visit      id.Visit // zero when paid on account
	Way        Way
	Amount     money.Cents
	Reference  string
	Brand      string
	LastFour   string
	Method     id.Method
	Entry      id.Entry
	On         civil.Date
	ReceivedAt db.Time
	ByName     string
	Receipt    int64
	Reversed   bool
	Reason     string // of the reversal
	ReversedBy string // name
}

// Label says how it was paid: "Visa ending 4242, ref. 123".
func (p Payment) Label() string {
	s := p.Way.Label()
	switch {
	case p.Way == Card && p.Brand != "" && p.LastFour != "":
		s = p.Brand + " ending " + p.LastFour
	case p.Way == Card && p.LastFour != "":
		s = "Card ending " + p.LastFour
	case p.Way == Card && p.Brand != "":
		s = p.Brand
	}
	switch {
	case p.Reference != "" && p.Way == Check:
		s += " no. " + p.Reference
	case p.Reference != "":
		s += ", ref. " + p.Reference
	}
	return s
}

// same reports whether an input asks for the payment that was taken already.
func (p Payment) same(in Input, patient id.Patient, v id.Visit) bool {
	return p.Patient == patient && p.Visit == v && p.Amount == in.Amount && p.Way == in.Way && p.Reference == in.Reference
}
