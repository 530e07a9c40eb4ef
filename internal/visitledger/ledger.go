// Package visitledger counts what a prescription orders and what payers
// authorise under it down together: visits, units and days. It decides what is
// used, what is booked, what is left, which of them ends first, and whether a
// session may still be held or planned.
//
// A visit is used once it is completed, which only a signed note does; one
// that is planned or under way is booked and shown apart. The package refuses
// a session outside the prescription's dates, one more than ordered, and one
// that no standing authorisation covers where the payer gave any. It stores
// nothing: every answer is counted anew.
//
// Units are estimated from planned minutes, as 15-minute units over the whole
// session, and are marked as such: they warn and never refuse. So do a payer's
// own thresholds: a report after so many visits, agreement from a visit on.
package visitledger

import (
	"fmt"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/referral"
)

// Kind is what sets a limit.
type Kind string

// The kinds.
const (
	Prescription  Kind = "prescription"
	Authorisation Kind = "authorization"
)

// Unit is what a row counts.
type Unit string

// The units. A row of Days limits time only.
const (
	Visits Unit = "visits"
	Units  Unit = "units"
	Days   Unit = "days"
)

// Tone is how urgent a row is.
type Tone string

// The tones, from calm to urgent.
const (
	OK    Tone = "ok"
	Warn  Tone = "warn"
	Block Tone = "block"
)

// Soon is how many days before its end a limit warns.
const Soon = 14

// Row is one limit counted down. Used + Left = Total, and nothing is negative.
type Row struct {
	Kind      Kind
	Label     string // "Prescription", "Authorization A-77 · Blue Example"
	Name      string // for sentences: "Prescription", "Authorization A-77"
	Unit      Unit
	Used      int64 // at most Total
	Booked    int64 // planned or under way; may be more than Left
	Total     int64 // 0: no limit of number
	Left      int64
	Over      int64      // used beyond Total
	StartsOn  civil.Date // first day
	EndsOn    civil.Date // last day; zero: no end
	DaysLeft  int        // from today to EndsOn; negative when past; 0 without an end
	Estimated bool       // units from planned minutes
	Tone      Tone
	Reason    string // a sentence of at most 90 characters; "" when OK
	// Authorisation is the one the row counts; zero for other kinds.
	Authorisation id.Authorisation
	// Report marks the row that counts to the next report: it ends nothing.
	Report bool
}

// Limited reports whether the row limits a number.
func (r Row) Limited() bool { return r.Total > 0 }

// Ledger is a referral's rows together.
type Ledger struct {
	Referral id.Referral
	Renewed  bool // another prescription goes on after it
	Status   referral.Status
	Rows     []Row // the prescription, then the authorisations by first day
	First    int   // the row that ends first; -1 when none ends
	ByDate   bool  // First ends by its day, not by its number
	Tone     Tone
	Reason   string // the sentence of the most urgent row; "" when OK
}

// Visit is a session that counts: neither cancelled nor missed.
type Visit struct {
	ID      id.Visit
	On      civil.Date
	Minutes int64 // planned
	Done    bool  // completed by a signed note
}

// Count makes the ledger of a referral on a day from its visits.
func Count(r referral.Referral, visits []Visit, today civil.Date) Ledger {
	return reckon(r, tallied(r, visits), today)
}

// counts is how often something was used and is booked.
type counts struct{ used, booked int64 }

// tallies are the sessions of a referral, counted: all of them, and for each of
// its authorisations, in their order, those within its days.
type tallies struct {
	all           counts
	visits, units []counts
}

func tallied(r referral.Referral, visits []Visit) tallies {
	t := tallies{all: tally(visits, always, one)}
	for _, a := range r.Authorisations {
		t.visits, t.units = append(t.visits, tally(visits, a.Covers, one)), append(t.units, tally(visits, a.Covers, units))
	}
	return t
}

// reckon makes the ledger of a referral on a day from what was counted.
func reckon(r referral.Referral, t tallies, today civil.Date) Ledger {
	l := Ledger{Referral: r.ID, Renewed: !r.ReplacedBy.IsZero(), First: -1, Tone: OK}
	l.Status = r.StatusOn(today, t.all.used)
	l.Rows = append(l.Rows, newRow(Row{Kind: Prescription, Label: "Prescription", Name: "Prescription", Unit: Visits,
		Total: r.Order.Visits, StartsOn: r.StartsOn, EndsOn: r.EndsOn}, t.all, today))
	for i, a := range r.Authorisations {
		if a.Stands() {
			l.Rows = append(l.Rows, authorised(a, t.visits[i], t.units[i], today)...)
		}
	}
	l.First, l.ByDate = first(l.Rows, paceOf(r), today)
	l.Tone, l.Reason = verdict(l.Rows)
	return l
}

func always(civil.Date) bool { return true }

func one(Visit) int64 { return 1 }

// units is the CMS total-time rule for 15-minute units (Medicare Claims
// Processing Manual, chapter 5, section 20.2).
func units(v Visit) int64 {
	if v.Minutes < 8 {
		return 0
	}
	return (v.Minutes + 7) / 15
}

func tally(visits []Visit, in func(civil.Date) bool, worth func(Visit) int64) (c counts) {
	for _, v := range visits {
		switch {
		case !in(v.On):
		case v.Done:
			c.used += worth(v)
		default:
			c.booked += worth(v)
		}
	}
	return c
}

// authorised gives the rows of an authorisation: visits, units, or its days.
func authorised(a referral.Authorisation, visits, units counts, today civil.Date) []Row {
	base := Row{Kind: Authorisation, Label: "Authorization " + a.Number + " · " + a.PayerName, Name: "Authorization " + short(a.Number),
		Authorisation: a.ID, StartsOn: a.FromOn, EndsOn: a.ToOn}
	var rows []Row
	if a.Visits != nil {
		base.Unit, base.Total = Visits, *a.Visits
		rows = append(rows, newRow(base, visits, today))
	}
	if a.Units != nil {
		base.Unit, base.Total, base.Estimated = Units, *a.Units, true
		rows = append(rows, newRow(base, units, today))
	}
	if len(rows) == 0 {
		base.Unit = Days
		rows = append(rows, newRow(base, counts{}, today))
	}
	return rows
}

// short keeps a long authorisation number from filling a sentence.
func short(number string) string {
	if r := []rune(number); len(r) > 24 {
		return string(r[:23]) + "…"
	}
	return number
}

func newRow(r Row, c counts, today civil.Date) Row {
	r.Booked = c.booked
	if r.Limited() {
		r.Used = min(c.used, r.Total)
		r.Left, r.Over = r.Total-r.Used, c.used-r.Used
	}
	if !r.EndsOn.IsZero() {
		r.DaysLeft = r.EndsOn.DaysSince(today)
	}
	r.Tone, r.Reason = r.judge(today)
	return r
}

// judge gives the row's tone and says why.
func (r Row) judge(today civil.Date) (Tone, string) {
	usedUp := r.Limited() && r.Left == 0
	switch {
	case usedUp && !r.Estimated:
		return Block, fmt.Sprintf("%s is used up: %d of %s.", r.Name, r.Used+r.Over, r.amount(r.Total))
	case !r.EndsOn.IsZero() && r.DaysLeft < 0:
		return Block, r.Name + " expired on " + r.EndsOn.Human() + "."
	case usedUp:
		return Warn, fmt.Sprintf("%s may be used up: about %d of %s.", r.Name, r.Used+r.Over, r.amount(r.Total))
	case today.Before(r.StartsOn):
		return OK, ""
	}
	var last, ends string
	if r.Unit == Visits && r.Left == 1 {
		last = "has one visit left"
	}
	if r.Unit == Units && r.Left <= 4 {
		last = "has about " + r.amount(r.Left) + " left"
	}
	if !r.EndsOn.IsZero() && r.DaysLeft <= Soon {
		ends = "ends " + inDays(r.DaysLeft)
	}
	switch {
	case last != "" && ends != "":
		return Warn, r.Name + " " + last + " and " + ends + "."
	case last != "" || ends != "":
		return Warn, r.Name + " " + last + ends + "."
	case r.Limited() && r.Booked > r.Left:
		return Warn, fmt.Sprintf("%s has %d booked and %d left.", r.Name, r.Booked, r.Left)
	}
	return OK, ""
}

func (r Row) amount(n int64) string {
	if n == 1 {
		return "1 " + string(r.Unit[:len(r.Unit)-1])
	}
	return fmt.Sprintf("%d %s", n, r.Unit)
}

func inDays(n int) string {
	switch n {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return fmt.Sprintf("in %d days", n)
}
