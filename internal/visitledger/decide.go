package visitledger

import (
	"fmt"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/referral"
)

// Decision says whether a session may be held under a referral on a day.
type Decision struct {
	Block  bool
	Reason string   // why not, and what to do; set when Block
	Warn   []string // at most 90 characters each; the first is its number: "Visit 5 of 12"
}

func refuse(format string, args ...any) Decision {
	return Decision{Block: true, Reason: fmt.Sprintf(format, args...)}
}

// Decide answers for one session on day on. visits are the referral's other
// sessions. A session that is being planned must leave room for those already
// booked; one that is booked needs only that not everything is used.
func Decide(r referral.Referral, visits []Visit, on civil.Date, planning bool) Decision {
	switch {
	case r.State == referral.Draft:
		return refuse("The prescription is still a draft. Complete it first.")
	case r.State == referral.Closed:
		return refuse("The prescription is closed. Choose another, or plan the visit without one.")
	case on.Before(r.StartsOn):
		return refuse("The prescription starts on %s.", r.StartsOn.Human())
	case !r.EndsOn.IsZero() && on.After(r.EndsOn):
		return refuse("The prescription ends on %s. A new one is needed for %s.", r.EndsOn.Human(), on.Human())
	}
	all := tally(visits, always, one)
	if d := room(r.Order.Visits, all, planning, "The prescription"); d.Block {
		return d
	}
	d := Decision{}
	if r.Order.Visits > 0 {
		before := tally(visits, on.After, one).booked
		d.Warn = append(d.Warn, fmt.Sprintf("Visit %d of %d", all.used+before+1, r.Order.Visits))
	}
	d.Warn = append(d.Warn, nearing(r, visits, on)...)
	return payers(d, r.Authorisations, visits, on, planning)
}

// room refuses when a number of visits is used up or, for a session being
// planned, used and booked up.
func room(total int64, c counts, planning bool, what string) Decision {
	switch {
	case total == 0:
	case c.used >= total:
		return refuse("%s is used up: %d of %d visits.", what, c.used, total)
	case planning && c.used+c.booked >= total:
		return refuse("%s has no visit left to book: %d used, %d booked, %d in all.", what, c.used, c.booked, total)
	}
	return Decision{}
}

// nearing says that the prescription ends soon after the session.
func nearing(r referral.Referral, visits []Visit, on civil.Date) []string {
	c := counts{used: tally(visits, always, one).used}
	row := newRow(Row{Name: "Prescription", Unit: Visits, Total: r.Order.Visits, StartsOn: r.StartsOn, EndsOn: r.EndsOn}, c, on)
	if row.Tone != Warn {
		return nil
	}
	if row.Left == 1 && row.Limited() {
		return []string{"This is the last visit ordered. Ask for a renewal."}
	}
	return []string{row.Reason}
}

// payers adds what the authorisations say. One that covers the day and has
// room is enough; no authorisation at all is no complaint.
func payers(d Decision, as []referral.Authorisation, visits []Visit, on civil.Date, planning bool) Decision {
	given, full, warn := false, Decision{}, []string(nil)
	for _, a := range as {
		if !a.Stands() {
			if !a.Withdrawn {
				d.Warn = append(d.Warn, "Authorization "+short(a.Number)+" is "+strings.ToLower(a.State.Label())+", not approved.")
			}
			continue
		}
		given = true
		if !a.Covers(on) {
			continue
		}
		if a.Visits != nil {
			if full = room(*a.Visits, tally(visits, a.Covers, one), planning, "Authorization "+short(a.Number)); full.Block {
				continue
			}
		}
		for _, row := range authorised(a, tally(visits, a.Covers, one), tally(visits, a.Covers, units), on) {
			if row.Tone == Warn {
				warn = append(warn, row.Reason)
			}
		}
		d.Warn = append(d.Warn, warn...)
		return d
	}
	switch {
	case full.Block:
		return full
	case given:
		return refuse("No authorization covers %s. Add one to the prescription first.", on.Human())
	}
	return d
}
