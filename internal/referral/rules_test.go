package referral_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/referral"
)

var today = civil.Of(2026, 3, 10)

func n(i int64) *int64 { return &i }

// complaints are the names of the fields complained about, in order.
func complaints(fs []errs.Field) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Name)
	}
	return out
}

func TestOrderResolve(t *testing.T) {
	for _, c := range []struct {
		name      string
		in        referral.Order
		visits    int64
		words     string
		complains []string
	}{
		{"frequency times weeks gives the visits", referral.Order{PerWeek: 2, Weeks: 6}, 12, "2 a week for 6 weeks = 12 visits", nil},
		{"one week", referral.Order{PerWeek: 3, Weeks: 1}, 3, "3 a week for 1 week = 3 visits", nil},
		{"visits given directly stay", referral.Order{Visits: 8, Minutes: 60}, 8, "8 visits, 60 minutes each", nil},
		{"visits within a number of weeks", referral.Order{Visits: 6, Weeks: 12}, 6, "6 visits in 12 weeks", nil},
		{"up to fewer visits than frequency allows", referral.Order{PerWeek: 2, Weeks: 6, Visits: 10}, 10, "2 a week for 6 weeks, up to 10 visits", nil},
		{"more visits than frequency allows are refused", referral.Order{PerWeek: 2, Weeks: 6, Visits: 15}, 15, "2 a week for 6 weeks, up to 15 visits", []string{"visits"}},
		{"frequency alone gives no visits", referral.Order{PerWeek: 2}, 0, "2 a week", nil},
		{"nothing is no order", referral.Order{}, 0, "", nil},
		{"ten thousand weeks are refused", referral.Order{PerWeek: 2, Weeks: 10_000}, 0, "2 a week for 10000 weeks, up to 0 visits", []string{"weeks"}},
		{"negative visits are refused", referral.Order{Visits: -1}, -1, "", []string{"visits"}},
		{"ten visits a week are refused", referral.Order{PerWeek: 10, Weeks: 2}, 0, "10 a week for 2 weeks, up to 0 visits", []string{"per_week"}},
		{"daily for two years is refused", referral.Order{PerWeek: 7, Weeks: 104}, 0, "7 a week for 104 weeks, up to 0 visits", []string{"weeks"}},
		{"a visit of a day is refused", referral.Order{Visits: 1, Minutes: 1440}, 1, "1 visit, 1440 minutes each", []string{"minutes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, wrong := c.in.Resolve()
			if got.Visits != c.visits {
				t.Errorf("visits = %d, want %d", got.Visits, c.visits)
			}
			if w := got.Words(); w != c.words {
				t.Errorf("words = %q, want %q", w, c.words)
			}
			if d := cmp.Diff(c.complains, complaints(wrong)); d != "" {
				t.Errorf("complaints (-want +got):\n%s", d)
			}
		})
	}
}

// What Resolve takes is an order within bounds, and taking it twice changes nothing.
func TestOrderResolveLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := referral.Order{PerWeek: rapid.Int64Range(-2, 12).Draw(t, "per week"), Weeks: rapid.Int64Range(-2, 130).Draw(t, "weeks"),
			Visits: rapid.Int64Range(-2, 500).Draw(t, "visits")}
		got, wrong := o.Resolve()
		if len(wrong) > 0 {
			return
		}
		if got.Visits < 0 || got.Visits > referral.MaxVisits {
			t.Fatalf("%+v gives %d visits", o, got.Visits)
		}
		if p := got.PerWeek * got.Weeks; p > 0 && got.Visits > p {
			t.Fatalf("%+v gives %d visits", o, got.Visits)
		}
		if again, wrong := got.Resolve(); again != got || len(wrong) > 0 {
			t.Fatalf("%+v resolves to %+v and then to %+v %v", o, got, again, wrong)
		}
	})
}

func TestEndDate(t *testing.T) {
	for _, c := range []struct {
		name    string
		written civil.Date
		weeks   int64
		want    civil.Date
	}{
		{"six weeks end on the same weekday", civil.Of(2025, 11, 18), 6, civil.Of(2025, 12, 30)},
		{"over the end of February in a leap year", civil.Of(2028, 2, 22), 1, civil.Of(2028, 2, 29)},
		{"no weeks, no end", civil.Of(2025, 11, 18), 0, civil.Date{}},
		{"no date, no end", civil.Date{}, 6, civil.Date{}},
		{"absurd weeks give no end", civil.Of(2025, 11, 18), 10_000, civil.Date{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := referral.EndDate(c.written, c.weeks); got != c.want {
				t.Errorf("EndDate = %v, want %v", got, c.want)
			}
		})
	}
}

func complete() referral.Referral {
	return referral.Referral{State: referral.Active, Prescriber: referral.Prescriber{NPI: "1234567893"},
		Diagnoses: []referral.Diagnosis{{Code: "M54.2"}}, Order: referral.Order{Visits: 12},
		WrittenOn: civil.Of(2026, 2, 3), StartsOn: civil.Of(2026, 2, 3), EndsOn: civil.Of(2026, 3, 17), SignatureSeen: true}
}

func TestCanActivateNamesWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*referral.Referral)
		want   []string
	}{
		{"nothing", func(*referral.Referral) {}, nil},
		{"the end may stay open", func(r *referral.Referral) { r.EndsOn = civil.Date{} }, nil},
		{"the prescriber", func(r *referral.Referral) { r.Prescriber = referral.Prescriber{} }, []string{"prescriber"}},
		{"a diagnosis", func(r *referral.Referral) { r.Diagnoses = nil }, []string{"dx_q"}},
		{"the order", func(r *referral.Referral) { r.Order = referral.Order{PerWeek: 2} }, []string{"per_week"}},
		{"the day it was written", func(r *referral.Referral) { r.WrittenOn = civil.Date{} }, []string{"written_on"}},
		{"the signature", func(r *referral.Referral) { r.SignatureSeen = false }, []string{"signature_seen"}},
		{"the day of the accident", func(r *referral.Referral) { r.Accident.Kind = referral.AutoAccident }, []string{"accident_on"}},
		{"everything", func(r *referral.Referral) { *r = referral.Referral{} },
			[]string{"prescriber", "dx_q", "per_week", "written_on", "signature_seen"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := complete()
			c.change(&r)
			missing := referral.CanActivate(r)
			if d := cmp.Diff(c.want, complaints(missing)); d != "" {
				t.Errorf("missing (-want +got):\n%s", d)
			}
			for _, m := range missing {
				if !strings.HasSuffix(m.Message, ".") {
					t.Errorf("%s: %q is no sentence", m.Name, m.Message)
				}
			}
		})
	}
}

func TestStatusOn(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*referral.Referral)
		today  civil.Date
		used   int64
		want   referral.Status
	}{
		{"in force", nil, today, 4, referral.StatusActive},
		{"in force on its last day", nil, civil.Of(2026, 3, 17), 4, referral.StatusActive},
		{"expired the day after", nil, civil.Of(2026, 3, 18), 4, referral.StatusExpired},
		{"exhausted with the last visit", nil, today, 12, referral.StatusExhausted},
		{"exhausted when more were used than ordered", nil, today, 13, referral.StatusExhausted},
		{"exhausted goes before expired", nil, civil.Of(2026, 4, 1), 12, referral.StatusExhausted},
		{"not started", nil, civil.Of(2026, 2, 2), 0, referral.StatusUpcoming},
		{"no end never expires", func(r *referral.Referral) { r.EndsOn = civil.Date{} }, civil.Of(2027, 1, 1), 4, referral.StatusActive},
		{"a draft stays a draft", func(r *referral.Referral) { r.State = referral.Draft }, civil.Of(2026, 4, 1), 0, referral.StatusDraft},
		{"closed stays closed", func(r *referral.Referral) { r.State = referral.Closed }, today, 0, referral.StatusClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := complete()
			if c.change != nil {
				c.change(&r)
			}
			if got := r.StatusOn(c.today, c.used); got != c.want {
				t.Errorf("status = %s, want %s", got, c.want)
			}
		})
	}
}

func TestAuthorisationInput(t *testing.T) {
	good := func() referral.AuthorisationInput {
		return referral.AuthorisationInput{PayerName: " Blue  Example ", Number: "A-77", Visits: n(12), FromOn: today, ToOn: today.AddDays(60), Codes: "97140, 97124 97140"}
	}
	for _, c := range []struct {
		name   string
		change func(*referral.AuthorisationInput)
		want   []string
	}{
		{"a whole one", func(*referral.AuthorisationInput) {}, nil},
		{"units only", func(a *referral.AuthorisationInput) { a.Visits, a.Units, a.ToOn = nil, n(48), civil.Date{} }, nil},
		{"a last day only", func(a *referral.AuthorisationInput) { a.Visits = nil }, nil},
		{"no limit at all", func(a *referral.AuthorisationInput) { a.Visits, a.ToOn = nil, civil.Date{} }, []string{"visits"}},
		{"no visits", func(a *referral.AuthorisationInput) { a.Visits = n(0) }, []string{"visits"}},
		{"absurd units", func(a *referral.AuthorisationInput) { a.Units = n(1 << 40) }, []string{"units"}},
		{"end before start", func(a *referral.AuthorisationInput) { a.ToOn = today.AddDays(-1) }, []string{"to_on"}},
		{"an end in thirty years", func(a *referral.AuthorisationInput) { a.ToOn = today.AddDays(11_000) }, []string{"to_on"}},
		{"no payer, number or start", func(a *referral.AuthorisationInput) { a.PayerName, a.Number, a.FromOn = " ", "", civil.Date{} },
			[]string{"payer_name", "number", "from_on"}},
		{"a word among the codes", func(a *referral.AuthorisationInput) { a.Codes = "97140 massage" }, []string{"codes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := good()
			c.change(&in)
			got, wrong := referral.BuildAuthorisation(in)
			if d := cmp.Diff(c.want, complaints(wrong)); d != "" {
				t.Errorf("complaints (-want +got):\n%s", d)
			}
			if len(wrong) == 0 && (got.PayerName != "Blue Example" || !cmp.Equal(got.Codes, []string{"97140", "97124"})) {
				t.Errorf("kept %+v", got)
			}
		})
	}
}
