package visitledger

import (
	"context"
	"fmt"
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/referral"
)

// Payer is a limit that the payer's own rules set.
const Payer Kind = "payer"

// Terms are what a payer's rules count along a prescription. They are data of
// the payer's profile; zero numbers are no limit.
type Terms struct {
	Payer string
	// A report is due when either is reached, counted from LastReport or, as
	// long as there is none, from the first visit.
	ReportVisits, ReportDays int64
	LastReport               civil.Date
	// AuthorisationAlways asks for agreement before the first visit;
	// AuthorisationAfter is how many visits need none.
	AuthorisationAlways bool
	AuthorisationAfter  int64
	// How says how the agreement to the nth visit is had; may be nil.
	How func(visit int64) string
	// Unverified is set when nobody has confirmed a rule; it is then said.
	ReportUnverified, AuthorisationUnverified bool
}

// Payers knows the terms a prescription is counted under. The rooms of
// insurance and reports, which lie above this one, implement it.
type Payers interface {
	// LedgerTerms gives the terms on a day; found is false for self-pay, and
	// for an actor who may not see insurance.
	LedgerTerms(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral, on civil.Date) (t Terms, found bool, err error)
}

func (s *Service) terms(ctx context.Context, tx *db.Tx, r referral.Referral, on civil.Date) (Terms, error) {
	if s.Payers == nil || r.State != referral.Active {
		return Terms{}, nil
	}
	t, _, err := s.Payers.LedgerTerms(ctx, tx, r.Patient, r.ID, on)
	return t, err
}

// CountFor is Count with the payer's own thresholds counted down too. They
// warn and never refuse: care may go on while the report is written.
func CountFor(r referral.Referral, visits []Visit, t Terms, today civil.Date) Ledger {
	l := Count(r, visits, today)
	for _, row := range t.rows(r, visits, today) {
		l.Rows = append(l.Rows, row)
		if l.Tone == OK && row.Tone == Warn {
			l.Tone, l.Reason = Warn, row.Reason
		}
	}
	l.First, l.ByDate = first(l.Rows, paceOf(r), today)
	return l
}

func (t Terms) rows(r referral.Referral, visits []Visit, today civil.Date) []Row {
	var out []Row
	if row, ok := t.report(visits, today); ok {
		out = append(out, row)
	}
	if row, ok := t.free(r, visits, today); ok {
		out = append(out, row)
	}
	return out
}

// report counts down to the next progress report.
func (t Terms) report(visits []Visit, today civil.Date) (Row, bool) {
	if t.ReportVisits == 0 && t.ReportDays == 0 {
		return Row{}, false
	}
	row := Row{Kind: Payer, Label: "Progress report · " + t.Payer + unverified(t.ReportUnverified), Name: "Progress report", Unit: Visits, Total: t.ReportVisits, Report: true}
	since := t.LastReport
	c := tally(visits, func(on civil.Date) bool { return since.IsZero() || on.After(since) }, one)
	if since.IsZero() {
		done := slices.DeleteFunc(slices.Clone(visits), func(v Visit) bool { return !v.Done })
		slices.SortFunc(done, func(a, b Visit) int { return a.On.Compare(b.On) })
		if len(done) > 0 {
			since = done[0].On
		}
	}
	if t.ReportVisits == 0 {
		row.Unit = Days
	}
	if t.ReportDays > 0 && c.used > 0 && !since.IsZero() {
		row.EndsOn = since.AddDays(int(t.ReportDays))
	}
	row.Used, row.Booked = c.used, c.booked
	if row.Limited() {
		row.Used = min(c.used, row.Total)
		row.Left, row.Over = row.Total-row.Used, c.used-row.Used
	}
	if !row.EndsOn.IsZero() {
		row.DaysLeft = row.EndsOn.DaysSince(today)
	}
	row.Tone = OK
	switch to := short(t.Payer); {
	case row.Limited() && row.Left == 0:
		row.Tone, row.Reason = Warn, fmt.Sprintf("A report to %s is due: %d visits without one.", to, c.used)
	case !row.EndsOn.IsZero() && row.DaysLeft <= 0:
		row.Tone, row.Reason = Warn, "A report to "+to+" is due since "+row.EndsOn.Human()+"."
	case row.Limited() && row.Left == 1 && c.used > 0:
		row.Tone, row.Reason = Warn, "A report to "+to+" is due after the next visit."
	case !row.EndsOn.IsZero() && row.DaysLeft <= Soon/2:
		row.Tone, row.Reason = Warn, "A report to "+to+" is due "+inDays(row.DaysLeft)+"."
	}
	return row, true
}

// free counts down the visits that the payer pays without its agreement, as
// long as no authorisation stands.
func (t Terms) free(r referral.Referral, visits []Visit, today civil.Date) (Row, bool) {
	if t.AuthorisationAfter == 0 || slices.ContainsFunc(r.Authorisations, func(a referral.Authorisation) bool { return a.Covers(today) }) {
		return Row{}, false
	}
	row := newRow(Row{Kind: Payer, Label: "Visits without authorization · " + t.Payer + unverified(t.AuthorisationUnverified), Name: "What needs no authorization",
		Unit: Visits, Total: t.AuthorisationAfter}, tally(visits, always, one), today)
	row.Tone, row.Reason = OK, ""
	if row.Left <= 2 {
		row.Tone, row.Reason = Warn, t.wants(t.AuthorisationAfter+1)
	}
	return row, true
}

// wants says that a visit needs the payer's agreement, in at most 90 characters.
func (t Terms) wants(visit int64) string {
	words := fmt.Sprintf("From visit %d on %s wants its authorization first.", visit, short(t.Payer))
	if t.How != nil {
		if how := t.How(visit); how != "" && len(words)+len(how)+2 <= 90 {
			words += " " + how + "."
		}
	}
	return words
}

func unverified(is bool) string {
	if is {
		return " (not verified)"
	}
	return ""
}

// warnings are what the terms say about one session on a day, besides visits.
func (t Terms) warnings(r referral.Referral, visits []Visit, on civil.Date) []string {
	var out []string
	if row, ok := t.report(visits, on); ok && row.Tone == Warn {
		out = append(out, row.Reason)
	}
	if slices.ContainsFunc(r.Authorisations, func(a referral.Authorisation) bool { return a.Covers(on) }) {
		return out
	}
	before := tally(visits, always, one).used + tally(visits, on.After, one).booked
	if t.AuthorisationAlways || t.AuthorisationAfter > 0 && before >= t.AuthorisationAfter {
		out = append(out, t.wants(before+1))
	}
	return out
}

// FirstWords says what ends first: "Prescription ends first: 4 visits left, 9
// days"; "" when nothing ends.
func (l Ledger) FirstWords() string {
	if l.First < 0 || l.First >= len(l.Rows) {
		return ""
	}
	r := l.Rows[l.First]
	if r.Tone == Block {
		return "" // it has ended, and the reason says so
	}
	words := r.Name + " ends first: "
	if r.Limited() {
		if r.Estimated {
			words += "about "
		}
		words += r.amount(r.Left) + " left"
	}
	if r.EndsOn.IsZero() {
		return words
	}
	if r.Limited() {
		words += ", "
	}
	if r.DaysLeft == 1 {
		return words + "1 day"
	}
	return fmt.Sprintf("%s%d days", words, r.DaysLeft)
}
