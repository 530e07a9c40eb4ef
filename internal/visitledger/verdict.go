package visitledger

import (
	"soapstone/internal/civil"
	"soapstone/internal/referral"
)

// pace is how fast a referral's visits are used.
type pace struct {
	visits  int64 // each week, at least 1
	minutes int64 // each visit
}

// paceOf reads the pace from the order: its frequency, else its visits over
// its weeks, else one a week. A visit without ordered minutes is an hour.
func paceOf(r referral.Referral) pace {
	p := pace{visits: 1, minutes: 60}
	if r.Order.Minutes > 0 {
		p.minutes = r.Order.Minutes
	}
	switch {
	case r.Order.PerWeek > 0:
		p.visits = r.Order.PerWeek
	case r.Order.Weeks > 0:
		p.visits = max(1, (r.Order.Visits+r.Order.Weeks-1)/r.Order.Weeks)
	}
	return p
}

// first finds the row that ends first and whether its day ends it. A number
// runs out when the pace has used what is left; a row that has ended or has
// not begun is passed over while another stands.
func first(rows []Row, p pace, today civil.Date) (index int, byDate bool) {
	index = -1
	var soonest civil.Date
	for i, r := range rows {
		if r.Report || r.Tone == Block && standing(rows) {
			continue
		}
		end, date := runsOut(r, p, today)
		if end.IsZero() {
			continue
		}
		if index < 0 || end.Before(soonest) {
			index, byDate, soonest = i, date, end
		}
	}
	return index, byDate
}

func standing(rows []Row) bool {
	for _, r := range rows {
		if r.Tone != Block && r.Kind != Payer {
			return true
		}
	}
	return false
}

// runsOut is the day a row ends, and whether its own last day ends it; the
// zero date when it never does.
func runsOut(r Row, p pace, today civil.Date) (end civil.Date, byDate bool) {
	if r.Limited() {
		each := int64(1)
		if r.Unit == Units {
			each = max(1, units(Visit{Minutes: p.minutes}))
		}
		weekly := p.visits * each
		end = today.AddDays(int((r.Left*7 + weekly - 1) / weekly))
	}
	if !r.EndsOn.IsZero() && (end.IsZero() || !r.EndsOn.After(end)) {
		return r.EndsOn, true
	}
	return end, false
}

// verdict is the ledger's own tone. The prescription counts as it is. Where a
// payer gave authorisations, one that stands is enough: those that have ended
// are then history. Without any that stands, the last one's end is the answer.
func verdict(rows []Row) (Tone, string) {
	tone, reason := rows[0].Tone, rows[0].Reason
	if tone == Block {
		return tone, reason
	}
	stands, ended := "", Row{}
	for _, group := range groups(rows[1:]) {
		worst := worstOf(group)
		switch {
		case worst.Tone == Block:
			ended = worst
			continue
		case worst.Tone == Warn && tone == OK:
			tone, reason = Warn, worst.Reason
		}
		stands = worst.Name
	}
	if stands == "" && ended.Tone == Block {
		return Block, ended.Reason
	}
	return tone, reason
}

// groups puts the rows of one authorisation together.
func groups(rows []Row) [][]Row {
	var out [][]Row
	for i, r := range rows {
		if i > 0 && rows[i-1].Label == r.Label {
			out[len(out)-1] = append(out[len(out)-1], r)
			continue
		}
		out = append(out, []Row{r})
	}
	return out
}

func worstOf(rows []Row) Row {
	rank := map[Tone]int{OK: 0, Warn: 1, Block: 2}
	worst := rows[0]
	for _, r := range rows[1:] {
		if rank[r.Tone] > rank[worst.Tone] {
			worst = r
		}
	}
	return worst
}
