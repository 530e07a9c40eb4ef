package visitledger_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/visitledger"
)

var today = civil.Of(2026, 3, 10)

func n(i int64) *int64 { return &i }

// rx is twelve visits in six weeks, from 2 March to 13 April.
func rx() referral.Referral {
	return referral.Referral{ID: id.New[id.Referral](), State: referral.Active, Order: referral.Order{PerWeek: 2, Weeks: 6, Visits: 12},
		WrittenOn: civil.Of(2026, 3, 2), StartsOn: civil.Of(2026, 3, 2), EndsOn: civil.Of(2026, 4, 13)}
}

// held is done completed and booked planned visits of an hour, one a day from 2 March on.
func held(done, booked int) []visitledger.Visit {
	var out []visitledger.Visit
	for i := range done + booked {
		out = append(out, visitledger.Visit{ID: id.New[id.Visit](), On: civil.Of(2026, 3, 2).AddDays(i), Minutes: 60, Done: i < done})
	}
	return out
}

var counts = []struct {
	name         string
	change       func(*referral.Referral)
	done, booked int
	today        civil.Date
	tone         visitledger.Tone
	reason       string
	used, left   int64
	first        int
	byDate       bool
}{
	{"under way", nil, 4, 2, today, visitledger.OK, "", 4, 8, 0, false},
	{"ends within two weeks", nil, 4, 0, civil.Of(2026, 4, 4), visitledger.Warn, "Prescription ends in 9 days.", 4, 8, 0, true},
	{"not yet within two weeks", nil, 4, 0, civil.Of(2026, 3, 29), visitledger.OK, "", 4, 8, 0, true},
	{"ends today", nil, 4, 0, civil.Of(2026, 4, 13), visitledger.Warn, "Prescription ends today.", 4, 8, 0, true},
	{"ended yesterday", nil, 4, 0, civil.Of(2026, 4, 14), visitledger.Block, "Prescription expired on 13 Apr 2026.", 4, 8, 0, true},
	{"one visit left", nil, 11, 0, today, visitledger.Warn, "Prescription has one visit left.", 11, 1, 0, false},
	{"one visit left and ending", nil, 11, 0, civil.Of(2026, 4, 12), visitledger.Warn, "Prescription has one visit left and ends tomorrow.", 11, 1, 0, true},
	{"used up", nil, 12, 0, today, visitledger.Block, "Prescription is used up: 12 of 12 visits.", 12, 0, 0, false},
	{"more used than ordered", nil, 14, 0, today, visitledger.Block, "Prescription is used up: 14 of 12 visits.", 12, 0, 0, false},
	{"more booked than left", nil, 10, 4, today, visitledger.Warn, "Prescription has 4 booked and 2 left.", 10, 2, 0, false},
	{"no end and no number never end", func(r *referral.Referral) { r.EndsOn, r.Order = civil.Date{}, referral.Order{} }, 3, 0, today, visitledger.OK, "", 0, 0, -1, false},
	{"the authorization ends first", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Visits: n(6), FromOn: r.StartsOn, ToOn: civil.Of(2026, 5, 1)}}
	}, 4, 0, today, visitledger.OK, "", 4, 8, 1, false},
	{"the authorization's last visit", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Visits: n(5), FromOn: r.StartsOn}}
	}, 4, 0, today, visitledger.Warn, "Authorization A1 has one visit left.", 4, 8, 1, false},
	{"the only authorization is used up", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Visits: n(4), FromOn: r.StartsOn}}
	}, 4, 0, today, visitledger.Block, "Authorization A1 is used up: 4 of 4 visits.", 4, 8, 0, false},
	{"a second authorization takes over", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Visits: n(4), FromOn: r.StartsOn, ToOn: civil.Of(2026, 3, 5)},
			{Number: "A2", PayerName: "Blue", Visits: n(4), FromOn: civil.Of(2026, 3, 6)}}
	}, 4, 0, today, visitledger.OK, "", 4, 8, 2, false},
	{"a withdrawn authorization does not count", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Visits: n(4), FromOn: r.StartsOn, Withdrawn: true}}
	}, 4, 0, today, visitledger.OK, "", 4, 8, 0, false},
	{"units are estimated and warn only", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Units: n(16), FromOn: r.StartsOn}}
	}, 4, 0, today, visitledger.Warn, "Authorization A1 may be used up: about 16 of 16 units.", 4, 8, 1, false},
	{"units for one more visit", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", Units: n(20), FromOn: r.StartsOn}}
	}, 4, 0, today, visitledger.Warn, "Authorization A1 has about 4 units left.", 4, 8, 1, false},
	{"an authorization of days ends", func(r *referral.Referral) {
		r.Authorisations = []referral.Authorisation{{Number: "A1", PayerName: "Blue", FromOn: r.StartsOn, ToOn: civil.Of(2026, 3, 12)}}
	}, 4, 0, today, visitledger.Warn, "Authorization A1 ends in 2 days.", 4, 8, 1, true},
}

func TestCount(t *testing.T) {
	for _, c := range counts {
		t.Run(c.name, func(t *testing.T) {
			r := rx()
			if c.change != nil {
				c.change(&r)
			}
			l := visitledger.Count(r, held(c.done, c.booked), c.today)
			row := l.Rows[0]
			if l.Tone != c.tone || l.Reason != c.reason {
				t.Errorf("tone = %s %q, want %s %q", l.Tone, l.Reason, c.tone, c.reason)
			}
			if row.Used != c.used || row.Left != c.left || row.Booked != int64(c.booked) {
				t.Errorf("used %d, booked %d, left %d; want %d, %d, %d", row.Used, row.Booked, row.Left, c.used, c.booked, c.left)
			}
			if l.First != c.first || l.ByDate != c.byDate {
				t.Errorf("first = %d (by date %v), want %d (%v)", l.First, l.ByDate, c.first, c.byDate)
			}
		})
	}
}

// drawn is any referral with any authorisations and any visits.
func drawn(t *rapid.T) (referral.Referral, []visitledger.Visit, civil.Date) {
	day := func(label string) civil.Date { return today.AddDays(rapid.IntRange(-200, 200).Draw(t, label)) }
	maybe := func(label string) civil.Date {
		if rapid.Bool().Draw(t, label+" open") {
			return civil.Date{}
		}
		return day(label)
	}
	r := referral.Referral{ID: id.New[id.Referral](), State: referral.Active, StartsOn: day("starts"), EndsOn: maybe("ends"),
		Order: referral.Order{PerWeek: rapid.Int64Range(0, 7).Draw(t, "per week"), Weeks: rapid.Int64Range(0, 104).Draw(t, "weeks"), Visits: rapid.Int64Range(0, 365).Draw(t, "visits")}}
	number := func(label string) *int64 {
		if rapid.Bool().Draw(t, label+" unlimited") {
			return nil
		}
		return n(rapid.Int64Range(1, 2000).Draw(t, label))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "authorisations") {
		r.Authorisations = append(r.Authorisations, referral.Authorisation{PayerName: "P", Number: strings.Repeat("№", rapid.IntRange(1, 50).Draw(t, "number")) + string(rune('a'+i)),
			Visits: number("authorised visits"), Units: number("authorised units"), FromOn: day("from"), ToOn: maybe("to"), Withdrawn: rapid.Bool().Draw(t, "withdrawn")})
	}
	var visits []visitledger.Visit
	for range rapid.IntRange(0, 40).Draw(t, "held") {
		visits = append(visits, visitledger.Visit{ID: id.New[id.Visit](), On: day("on"), Minutes: rapid.Int64Range(0, 180).Draw(t, "minutes"), Done: rapid.Bool().Draw(t, "done")})
	}
	return r, visits, day("today")
}

func TestLedgerLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, visits, on := drawn(t)
		l := visitledger.Count(r, visits, on)
		for _, row := range l.Rows {
			if row.Used+row.Left != row.Total {
				t.Fatalf("%+v: used and left are not the total", row)
			}
			if row.Used < 0 || row.Booked < 0 || row.Left < 0 || row.Over < 0 || row.Total < 0 {
				t.Fatalf("%+v: negative", row)
			}
			if (row.Tone == visitledger.OK) != (row.Reason == "") || utf8.RuneCountInString(row.Reason) > 90 {
				t.Fatalf("%s with reason %q", row.Tone, row.Reason)
			}
		}
		if (l.Tone == visitledger.OK) != (l.Reason == "") {
			t.Fatalf("ledger %s with reason %q", l.Tone, l.Reason)
		}
		if l.First >= len(l.Rows) || l.First < -1 {
			t.Fatalf("first = %d of %d rows", l.First, len(l.Rows))
		}
	})
}

// One more completed visit never leaves more room, and never makes a refused
// session possible.
func TestUsingAVisitNeverGivesRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, visits, on := drawn(t)
		planning := rapid.Bool().Draw(t, "planning")
		more := append(visits[:len(visits):len(visits)], visitledger.Visit{ID: id.New[id.Visit](), On: on, Minutes: 60, Done: true})
		a, b := visitledger.Count(r, visits, on), visitledger.Count(r, more, on)
		for i := range a.Rows {
			if b.Rows[i].Left > a.Rows[i].Left {
				t.Fatalf("left grew from %d to %d", a.Rows[i].Left, b.Rows[i].Left)
			}
		}
		before, after := visitledger.Decide(r, visits, on, planning), visitledger.Decide(r, more, on, planning)
		if before.Block && !after.Block {
			t.Fatalf("refused (%s), then allowed", before.Reason)
		}
		if before.Block != (before.Reason != "") {
			t.Fatalf("block %v with reason %q", before.Block, before.Reason)
		}
		for _, w := range before.Warn {
			if utf8.RuneCountInString(w) > 90 {
				t.Fatalf("warning of %d characters: %s", utf8.RuneCountInString(w), w)
			}
		}
	})
}

func TestDecide(t *testing.T) {
	authorise := func(as ...referral.Authorisation) func(*referral.Referral) {
		return func(r *referral.Referral) { r.Authorisations = as }
	}
	for _, c := range []struct {
		name         string
		change       func(*referral.Referral)
		done, booked int
		on           civil.Date
		planning     bool
		refused      string
		warn         []string
	}{
		{"the fifth visit", nil, 4, 0, today, false, "", []string{"Visit 5 of 12"}},
		{"booked ones before it count in its number", nil, 4, 2, today, true, "", []string{"Visit 7 of 12"}},
		{"booked ones after it do not", nil, 2, 6, civil.Of(2026, 3, 5), true, "", []string{"Visit 4 of 12"}},
		{"the first day", nil, 0, 0, civil.Of(2026, 3, 2), true, "", []string{"Visit 1 of 12"}},
		{"the day before the first", nil, 0, 0, civil.Of(2026, 3, 1), true, "starts on 2 Mar 2026", nil},
		{"the last day", nil, 4, 0, civil.Of(2026, 4, 13), true, "", []string{"Visit 5 of 12", "Prescription ends today."}},
		{"the day after the last", nil, 4, 0, civil.Of(2026, 4, 14), true, "ends on 13 Apr 2026", nil},
		{"the last visit", nil, 11, 0, today, false, "", []string{"Visit 12 of 12", "This is the last visit ordered. Ask for a renewal."}},
		{"one more than ordered", nil, 12, 0, today, false, "used up: 12 of 12 visits", nil},
		{"one more than is left to book", nil, 4, 8, today, true, "no visit left to book", nil},
		{"a booked one starts although all are booked", nil, 4, 8, today, false, "", []string{"Visit 9 of 12"}},
		{"a draft", func(r *referral.Referral) { r.State = referral.Draft }, 0, 0, today, true, "still a draft", nil},
		{"a closed one", func(r *referral.Referral) { r.State = referral.Closed }, 0, 0, today, true, "is closed", nil},
		{"an authorization that covers it", authorise(referral.Authorisation{Number: "A1", Visits: n(6), FromOn: civil.Of(2026, 3, 2)}), 4, 0, today, true, "", []string{"Visit 5 of 12"}},
		{"an authorization that does not", authorise(referral.Authorisation{Number: "A1", Visits: n(6), FromOn: civil.Of(2026, 3, 12)}), 4, 0, today, true, "No authorization covers 10 Mar 2026", nil},
		{"an authorization that is used up", authorise(referral.Authorisation{Number: "A1", Visits: n(4), FromOn: civil.Of(2026, 3, 2)}), 4, 0, today, true, "Authorization A1 is used up", nil},
		{"the second authorization has room", authorise(referral.Authorisation{Number: "A1", Visits: n(4), FromOn: civil.Of(2026, 3, 2)},
			referral.Authorisation{Number: "A2", Visits: n(8), FromOn: civil.Of(2026, 3, 2)}), 4, 0, today, true, "", []string{"Visit 5 of 12"}},
		{"units running out only warn", authorise(referral.Authorisation{Number: "A1", Units: n(16), FromOn: civil.Of(2026, 3, 2)}), 4, 0, today, true, "",
			[]string{"Visit 5 of 12", "Authorization A1 may be used up: about 16 of 16 units."}},
		{"no number ordered", func(r *referral.Referral) { r.Order = referral.Order{} }, 40, 3, today, true, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rx()
			if c.change != nil {
				c.change(&r)
			}
			d := visitledger.Decide(r, held(c.done, c.booked), c.on, c.planning)
			if d.Block != (c.refused != "") || !strings.Contains(d.Reason, c.refused) {
				t.Errorf("block = %v %q, want %q", d.Block, d.Reason, c.refused)
			}
			if diff := cmp.Diff(c.warn, d.Warn); diff != "" && c.refused == "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
