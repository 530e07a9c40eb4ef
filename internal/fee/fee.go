// Package fee holds what the practice charges: its own fee schedule, those
// agreed with single payers, and the price list for people who pay
// themselves. It decides which price holds on a day of service.
//
// A schedule that has been in force is not edited: from a day on it is
// replaced by a new one, and earlier days keep their prices. It refuses two
// schedules of one kind and payer that share a day. What is asked for under
// which rules is decided by packages claim and checkout.
package fee

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/money"
)

// Kind of a fee schedule.
type Kind string

// The kinds.
const (
	Standard Kind = "standard" // the practice's own charges
	ForPayer Kind = "payer"    // agreed with one payer
	Cash     Kind = "cash"     // by length, for people who pay themselves
)

// Kinds in the order shown.
func Kinds() []Kind { return []Kind{Standard, ForPayer, Cash} }

// Schedule is what holds from one day to another.
type Schedule struct {
	ID        id.Schedule
	Name      string
	Kind      Kind
	Payer     id.Payer // of ForPayer
	PayerName string
	FromOn    civil.Date
	ToOn      civil.Date  // last day; zero while it goes on
	Lines     []Line      // of Standard and ForPayer, by code
	Cash      []CashPrice // of Cash, by minutes
	Version   int64
}

// InForce reports whether the schedule holds on day on.
func (s Schedule) InForce(on civil.Date) bool {
	return !on.Before(s.FromOn) && (s.ToOn.IsZero() || !on.After(s.ToOn))
}

// Begun reports whether the schedule has held on a day before today, so that
// its prices are on claims and receipts.
func (s Schedule) Begun(today civil.Date) bool { return s.FromOn.Before(today) }

// Line is the price of one procedure: of a unit where it is timed, of the
// whole service otherwise.
type Line struct {
	Code  string
	Price money.Cents
}

// CashPrice is the price of a session of a length.
type CashPrice struct {
	Minutes int64
	Price   money.Cents
	Label   string
}

// Bounds of a schedule.
const (
	MaxPrice   = money.Cents(10_000_00)
	MaxMinutes = 480
	MaxLines   = 200
	MaxCash    = 40
)

var codeForm = regexp.MustCompile(`^([0-9]{5}|[A-Z][0-9]{4})$`)

// wrong collects complaints.
type wrong []errs.Field

func (w *wrong) check(ok bool, name, message string) {
	if !ok {
		*w = append(*w, errs.Field{Name: name, Message: message})
	}
}

// clean brings a schedule to one spelling and lists what is wrong with it.
// Complaints about the nth line stand at line.n.code and line.n.price, about
// the nth length at cash.n.minutes, cash.n.price and cash.n.label, from 0.
func (s *Schedule) clean(today civil.Date) []errs.Field {
	var w wrong
	s.Name = strings.Join(strings.Fields(s.Name), " ")
	w.check(s.Name != "", "name", "Enter a name, such as Charges 2026.")
	w.check(utf8.RuneCountInString(s.Name) <= 80, "name", "Shorten this to 80 characters.")
	w.check(slices.Contains(Kinds(), s.Kind), "kind", "Choose what it is for.")
	w.check((s.Kind == ForPayer) == !s.Payer.IsZero(), "payer", "Choose the payer the prices were agreed with.")
	w.check(!s.FromOn.IsZero(), "from_on", "Enter the first day on which it holds.")
	w.check(s.FromOn.IsZero() || s.FromOn.Year >= today.Year-20 && s.FromOn.Year <= today.Year+2, "from_on", "Check the year of the first day.")
	w.check(s.ToOn.IsZero() || !s.ToOn.Before(s.FromOn), "to_on", "The last day is before the first. Correct one of them.")
	if s.Kind == Cash {
		s.Lines = nil
		w.cash(s.Cash)
	} else {
		s.Cash = nil
		w.lines(s.Lines)
	}
	return w
}

func (w *wrong) lines(lines []Line) {
	w.check(len(lines) > 0, "line.0.code", "Enter at least one procedure with its price.")
	w.check(len(lines) <= MaxLines, "line.0.code", fmt.Sprintf("Keep to %d procedures.", MaxLines))
	seen := map[string]bool{}
	for i := range lines {
		l := &lines[i]
		at := fmt.Sprintf("line.%d.", i)
		l.Code = strings.ToUpper(strings.TrimSpace(l.Code))
		switch {
		case !codeForm.MatchString(l.Code):
			w.check(false, at+"code", "Enter a procedure code of five characters, such as 97140.")
		default:
			w.check(!seen[l.Code], at+"code", l.Code+" has a price already.")
		}
		seen[l.Code] = true
		w.price(l.Price, at+"price")
	}
}

func (w *wrong) price(p money.Cents, name string) {
	w.check(p > 0 && p <= MaxPrice, name, "Enter a price from $0.01 to $10,000.00.")
}

func (w *wrong) cash(prices []CashPrice) {
	w.check(len(prices) > 0, "cash.0.minutes", "Enter at least one length with its price.")
	w.check(len(prices) <= MaxCash, "cash.0.minutes", fmt.Sprintf("Keep to %d lengths.", MaxCash))
	seen := map[int64]bool{}
	for i := range prices {
		p := &prices[i]
		at := fmt.Sprintf("cash.%d.", i)
		p.Label = strings.Join(strings.Fields(p.Label), " ")
		w.check(p.Minutes >= 1 && p.Minutes <= MaxMinutes, at+"minutes", fmt.Sprintf("Enter a whole number of minutes from 1 to %d.", MaxMinutes))
		w.check(!seen[p.Minutes], at+"minutes", "This length has a price already.")
		seen[p.Minutes] = true
		w.price(p.Price, at+"price")
		w.check(utf8.RuneCountInString(p.Label) <= 60, at+"label", "Shorten this to 60 characters.")
	}
}

// settle makes room for next among the other schedules of its kind and payer:
// next, where it has no end of its own, ends the day before one that begins
// later, and the one without end that began earlier ends the day before next;
// that one is given as ended. It complains when two share a day all the same.
func settle(next Schedule, others []Schedule) (out Schedule, ended *Schedule, bad []errs.Field) {
	endless := next.ToOn.IsZero()
	for _, o := range others {
		if last := o.FromOn.AddDays(-1); endless && o.ID != next.ID && o.FromOn.After(next.FromOn) && (next.ToOn.IsZero() || last.Before(next.ToOn)) {
			next.ToOn = last
		}
	}
	for _, o := range others {
		if o.ID == next.ID {
			continue
		}
		if o.ToOn.IsZero() && o.FromOn.Before(next.FromOn) {
			o.ToOn = next.FromOn.AddDays(-1)
			ended = &o
			continue
		}
		if (next.ToOn.IsZero() || !o.FromOn.After(next.ToOn)) && (o.ToOn.IsZero() || !next.FromOn.After(o.ToOn)) {
			return next, nil, []errs.Field{{Name: "from_on", Message: fmt.Sprintf("“%s” holds %s. Choose other days.", o.Name, spanWords(o))}}
		}
	}
	return next, ended, nil
}

func spanWords(s Schedule) string {
	if s.ToOn.IsZero() {
		return "from " + s.FromOn.Human() + " on"
	}
	return "from " + s.FromOn.Human() + " to " + s.ToOn.Human()
}

// Fit is the price of the shortest listed length that is at least minutes,
// else of the longest; ok is false without any.
func Fit(prices []CashPrice, minutes int64) (price CashPrice, ok bool) {
	var long, fit CashPrice
	for _, p := range prices {
		if p.Minutes > long.Minutes {
			long = p
		}
		if p.Minutes >= minutes && (fit.Minutes == 0 || p.Minutes < fit.Minutes) {
			fit = p
		}
	}
	if fit.Minutes > 0 {
		return fit, true
	}
	return long, long.Minutes > 0
}
