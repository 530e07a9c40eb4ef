package referral

import (
	"fmt"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
)

// The bounds of an order. What lies beyond them is a slip of the hand: two
// years of care, or a visit on every day of one.
const (
	MaxPerWeek = 7
	MaxWeeks   = 104
	MaxVisits  = 365
	MaxMinutes = 240
)

// Order is what the prescriber wants done. A number is 0 where the
// prescription does not say.
type Order struct {
	PerWeek    int64 // 1 to MaxPerWeek
	Weeks      int64 // 1 to MaxWeeks
	Visits     int64 // 1 to MaxVisits
	Minutes    int64 // each visit, 1 to MaxMinutes
	Techniques string
	Regions    string
}

// Resolve fills in the visits from frequency and weeks, and says what does not
// add up. Visits may be fewer than frequency times weeks ("up to 10"), never more.
func (o Order) Resolve() (Order, []errs.Field) {
	var wrong []errs.Field
	limit := func(n int64, max int64, name, unit string) {
		if n < 0 || n > max {
			wrong = append(wrong, errs.Field{Name: name, Message: fmt.Sprintf("Enter a whole number of %s from 1 to %d.", unit, max)})
		}
	}
	limit(o.PerWeek, MaxPerWeek, "per_week", "visits a week")
	limit(o.Weeks, MaxWeeks, "weeks", "weeks")
	limit(o.Visits, MaxVisits, "visits", "visits")
	limit(o.Minutes, MaxMinutes, "minutes", "minutes")
	if len(wrong) > 0 {
		return o, wrong
	}
	product := o.PerWeek * o.Weeks
	switch {
	case product == 0:
	case product > MaxVisits:
		wrong = append(wrong, errs.Field{Name: "weeks", Message: fmt.Sprintf("%s is %d visits. Enter %d or fewer.", o.frequency(), product, MaxVisits)})
	case o.Visits == 0:
		o.Visits = product
	case o.Visits > product:
		wrong = append(wrong, errs.Field{Name: "visits", Message: fmt.Sprintf("%s is %d visits, not %d. Correct one of them.", o.frequency(), product, o.Visits)})
	}
	return o, wrong
}

func (o Order) frequency() string {
	if o.Weeks == 1 {
		return fmt.Sprintf("%d a week for 1 week", o.PerWeek)
	}
	return fmt.Sprintf("%d a week for %d weeks", o.PerWeek, o.Weeks)
}

// Words is the order as people say it: "2 a week for 6 weeks = 12 visits, 60
// minutes each"; "" when it says nothing.
func (o Order) Words() string {
	var s string
	visits := count(o.Visits, "visit", "visits")
	switch {
	case o.PerWeek > 0 && o.Weeks > 0 && o.Visits == o.PerWeek*o.Weeks:
		s = o.frequency() + " = " + visits
	case o.PerWeek > 0 && o.Weeks > 0:
		s = o.frequency() + ", up to " + visits
	case o.Visits > 0 && o.Weeks > 0:
		s = visits + " in " + count(o.Weeks, "week", "weeks")
	case o.Visits > 0 && o.PerWeek > 0:
		s = visits + ", " + fmt.Sprintf("%d a week", o.PerWeek)
	case o.Visits > 0:
		s = visits
	case o.PerWeek > 0:
		s = fmt.Sprintf("%d a week", o.PerWeek)
	case o.Weeks > 0:
		s = count(o.Weeks, "week", "weeks")
	}
	if o.Minutes > 0 {
		if s != "" {
			s += ", "
		}
		s += count(o.Minutes, "minute", "minutes") + " each"
	}
	return s
}

// EndDate is the last day of an order for a number of weeks whose care starts on
// a day: the same weekday so many weeks on. Zero when either is missing.
func EndDate(starts civil.Date, weeks int64) civil.Date {
	if starts.IsZero() || weeks <= 0 || weeks > MaxWeeks {
		return civil.Date{}
	}
	return starts.AddDays(int(weeks) * 7)
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
