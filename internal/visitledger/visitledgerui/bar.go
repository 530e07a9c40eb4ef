// Package visitledgerui draws a visit ledger: a bar of visits or units for each
// limit, with the same in words, and what ends first in bold. It decides
// nothing and registers no page: other rooms put the bar on theirs.
package visitledgerui

import (
	"context"
	"fmt"

	"soapstone/internal/id"
	"soapstone/internal/referral/referralui"
	"soapstone/internal/visitledger"
	"soapstone/internal/web/kit"
)

// Bars gives the referral pages their ledgers; it is a referralui.Ledger.
type Bars struct{ Service *visitledger.Service }

var _ referralui.Ledger = Bars{}

// Bars implements referralui.Ledger.
func (b Bars) Bars(ctx context.Context, p id.Patient) (map[id.Referral]referralui.Bar, error) {
	all, err := b.Service.Every(ctx, p)
	if err != nil {
		return nil, err
	}
	out := map[id.Referral]referralui.Bar{}
	for _, l := range all {
		bar := referralui.Bar{Status: l.Status, Component: Bar(l), UsedUp: map[id.Authorisation]bool{}}
		for _, r := range l.Rows {
			if !r.Authorisation.IsZero() && r.Limited() && r.Left == 0 {
				bar.UsedUp[r.Authorisation] = true
			}
		}
		out[l.Referral] = bar
	}
	return out, nil
}

// finest is the largest total drawn as single pieces; above it the bar is
// continuous.
const finest = 40

// piece is a rectangle of a bar that is 100 wide.
type piece struct{ x, width, kind string }

// pieces draws used, booked and free from left to right.
func pieces(r visitledger.Row) []piece {
	booked := min(r.Booked, r.Left)
	var out []piece
	add := func(from, to int64, kind string) {
		if to <= from {
			return
		}
		gap := 0.0
		if r.Total <= finest {
			gap = min(1, 20/float64(r.Total))
		}
		unit := (100 + gap) / float64(r.Total)
		if gap == 0 {
			out = append(out, piece{number(float64(from) * unit), number(float64(to-from) * unit), kind})
			return
		}
		for i := from; i < to; i++ {
			out = append(out, piece{number(float64(i) * unit), number(unit - gap), kind})
		}
	}
	add(0, r.Used, "used")
	add(r.Used, r.Used+booked, "booked")
	add(r.Used+booked, r.Total, "free")
	return out
}

func number(x float64) string { return fmt.Sprintf("%.2f", x) }

func tone(t visitledger.Tone) kit.Tone {
	switch t {
	case visitledger.Warn:
		return kit.Warn
	case visitledger.Block:
		return kit.Danger
	}
	return kit.Neutral
}

// about marks an estimate.
func about(r visitledger.Row) string {
	if r.Estimated {
		return "about "
	}
	return ""
}

func countWords(r visitledger.Row) string {
	return fmt.Sprintf("%s%d of %d %s", about(r), r.Used+r.Over, r.Total, r.Unit)
}

func leftWords(r visitledger.Row) string { return fmt.Sprintf("%s%d left", about(r), r.Left) }

func endWords(r visitledger.Row) string {
	switch {
	case r.EndsOn.IsZero():
		return "no end date"
	case r.DaysLeft < 0:
		return "ended " + r.EndsOn.Human()
	case r.DaysLeft == 0:
		return "ends today"
	}
	return fmt.Sprintf("ends %s (%s)", r.EndsOn.Human(), kit.Plural(r.DaysLeft, "day", "days"))
}

// dueWords says by when a report is due.
func dueWords(r visitledger.Row) string {
	switch {
	case r.EndsOn.IsZero() && r.Left == 0 && r.Limited():
		return "due now"
	case r.EndsOn.IsZero():
		return "counted from the last report"
	}
	return "due " + r.EndsOn.Human()
}

// spoken is the bar in words, for those who do not see it.
func spoken(r visitledger.Row) string {
	return fmt.Sprintf("%s: %s used, %d booked, %d left", r.Label, countWords(r), r.Booked, r.Left)
}

func itoa(n int64) string { return fmt.Sprint(n) }
