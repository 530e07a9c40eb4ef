package visitledger_test

import (
	"strings"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/referral"
	"soapstone/internal/visitledger"
)

func TestPayerThresholdsAreCountedToo(t *testing.T) {
	day := civil.Of(2026, 3, 2)
	r := referral.Referral{State: referral.Active, StartsOn: day, EndsOn: day.AddDays(84), Order: referral.Order{PerWeek: 1, Weeks: 12, Visits: 12}}
	held := func(n int) (out []visitledger.Visit) {
		for i := range n {
			out = append(out, visitledger.Visit{On: day.AddDays(2 * i), Minutes: 60, Done: true})
		}
		return out
	}
	terms := visitledger.Terms{Payer: "State fund", ReportVisits: 6, ReportDays: 30, AuthorisationAfter: 6,
		How: func(int64) string { return "Form F245-417-000" }}
	approved := referral.Authorisation{Number: "A-1", PayerName: "State fund", FromOn: day, ToOn: day.AddDays(300), State: referral.Approved}
	for _, c := range []struct {
		name   string
		visits int
		today  civil.Date
		change func(*referral.Referral, *visitledger.Terms)
		tone   visitledger.Tone
		says   string
	}{
		{"no visit yet", 0, day, nil, visitledger.OK, ""},
		{"far from any", 3, day.AddDays(5), nil, visitledger.OK, ""},
		{"one visit before the report", 5, day.AddDays(9), nil, visitledger.Warn, "due after the next visit"},
		{"six visits", 6, day.AddDays(11), nil, visitledger.Warn, "A report to State fund is due: 6 visits without one."},
		{"thirty days", 2, day.AddDays(31), nil, visitledger.Warn, "due since"},
		{"reported since", 6, day.AddDays(11), func(_ *referral.Referral, t *visitledger.Terms) {
			t.LastReport, t.AuthorisationAfter = day.AddDays(10), 0
		}, visitledger.OK, ""},
		{"agreement needed soon", 4, day.AddDays(8), func(_ *referral.Referral, t *visitledger.Terms) { t.ReportVisits, t.ReportDays = 0, 0 }, visitledger.Warn, "From visit 7 on State fund wants its authorization first. Form F245-417-000."},
		{"agreed", 7, day.AddDays(12), func(r *referral.Referral, t *visitledger.Terms) {
			r.Authorisations, t.ReportVisits = []referral.Authorisation{approved}, 0
			t.ReportDays = 0
		}, visitledger.OK, ""},
		{"self-pay", 7, day.AddDays(12), func(_ *referral.Referral, t *visitledger.Terms) { *t = visitledger.Terms{} }, visitledger.OK, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, terms := r, terms
			if c.change != nil {
				c.change(&r, &terms)
			}
			l := visitledger.CountFor(r, held(c.visits), terms, c.today)
			if l.Tone != c.tone || !strings.Contains(l.Reason, c.says) || len(l.Reason) > 90 {
				t.Errorf("%s: %q, want %s with %q", l.Tone, l.Reason, c.tone, c.says)
			}
			for _, row := range l.Rows {
				if row.Limited() && row.Used+row.Left != row.Total {
					t.Errorf("%s: %d used and %d left of %d", row.Label, row.Used, row.Left, row.Total)
				}
			}
		})
	}
}

func TestWhatEndsFirstIsSaid(t *testing.T) {
	today := civil.Of(2026, 3, 20)
	four := int64(24)
	r := referral.Referral{State: referral.Active, StartsOn: today.AddDays(-30), EndsOn: today.AddDays(9), Order: referral.Order{PerWeek: 2, Weeks: 6, Visits: 12}}
	var visits []visitledger.Visit
	for i := range 8 {
		visits = append(visits, visitledger.Visit{On: today.AddDays(i - 20), Minutes: 60, Done: true})
	}
	for _, c := range []struct {
		name   string
		change func(*referral.Referral)
		want   string
	}{
		{"the prescription by its day", func(*referral.Referral) {}, "Prescription ends first: 4 visits left, 9 days"},
		{"no end", func(r *referral.Referral) { r.EndsOn = civil.Date{} }, "Prescription ends first: 4 visits left"},
		{"units of an authorization", func(r *referral.Referral) {
			r.Authorisations = []referral.Authorisation{{Number: "A-1", Units: &four, FromOn: today.AddDays(-18), State: referral.Approved}}
		}, "Authorization A-1 ends first: about 0 units left"},
		{"only requested", func(r *referral.Referral) {
			r.Authorisations = []referral.Authorisation{{Number: "A-1", FromOn: today, ToOn: today.AddDays(1), State: referral.Requested}}
		}, "Prescription ends first: 4 visits left, 9 days"},
		{"a day only", func(r *referral.Referral) {
			r.Authorisations = []referral.Authorisation{{Number: "A-1", FromOn: today, ToOn: today.AddDays(1), State: referral.Approved}}
		}, "Authorization A-1 ends first: 1 day"},
		{"ended", func(r *referral.Referral) { r.EndsOn = today.AddDays(-1) }, ""},
	} {
		r := r
		c.change(&r)
		if got := visitledger.CountFor(r, visits, visitledger.Terms{}, today).FirstWords(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhatIsNotApprovedDoesNotCover(t *testing.T) {
	day := civil.Of(2026, 3, 2)
	r := referral.Referral{State: referral.Active, StartsOn: day, Order: referral.Order{Visits: 12},
		Authorisations: []referral.Authorisation{{Number: "A-1", FromOn: day, State: referral.Requested}}}
	d := visitledger.Decide(r, nil, day, true)
	if d.Block || !strings.Contains(strings.Join(d.Warn, " "), "Authorization A-1 is requested, not approved.") {
		t.Errorf("decision = %+v", d)
	}
}
