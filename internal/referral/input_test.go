package referral_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/referral"
)

func TestBuild(t *testing.T) {
	written := civil.Of(2026, 3, 2)
	good := func() referral.Input {
		return referral.Input{Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: written, SignatureSeen: true}
	}
	for _, c := range []struct {
		name   string
		change func(*referral.Input)
		wrong  []string
	}{
		{"a whole one", func(*referral.Input) {}, nil},
		{"written today", func(in *referral.Input) { in.WrittenOn = today }, nil},
		{"written tomorrow", func(in *referral.Input) { in.WrittenOn = today.AddDays(1) }, []string{"written_on"}},
		{"written in another century", func(in *referral.Input) { in.WrittenOn = civil.Of(1926, 3, 2) }, []string{"written_on"}},
		{"starts before it was written", func(in *referral.Input) { in.StartsOn = written.AddDays(-1) }, []string{"starts_on"}},
		{"starts in three years", func(in *referral.Input) { in.StartsOn = written.AddDays(1100) }, []string{"starts_on"}},
		{"ends before it starts", func(in *referral.Input) { in.StartsOn, in.EndsOn = written.AddDays(3), written.AddDays(2) }, []string{"ends_on"}},
		{"ends before it starts in a draft without a date of writing", func(in *referral.Input) {
			in.Draft, in.WrittenOn, in.StartsOn, in.EndsOn = true, civil.Date{}, today, today.AddDays(-1)
		}, []string{"ends_on"}},
		{"ends in thirty years", func(in *referral.Input) { in.EndsOn = written.AddDays(11_000) }, []string{"ends_on"}},
		{"the weeks count from the start", func(in *referral.Input) { in.StartsOn = written.AddDays(50) }, nil},
		{"ends before a late start", func(in *referral.Input) { in.StartsOn, in.EndsOn = written.AddDays(50), written.AddDays(42) }, []string{"ends_on"}},
		{"ten thousand weeks", func(in *referral.Input) { in.Order.Weeks = 10_000 }, []string{"weeks"}},
		{"an accident without its day is for later", func(in *referral.Input) { in.Accident.Kind = referral.AutoAccident }, nil},
		{"an accident tomorrow", func(in *referral.Input) {
			in.Accident = referral.Accident{Kind: referral.WorkAccident, On: today.AddDays(1)}
		}, []string{"accident_on"}},
		{"an accident after the prescription", func(in *referral.Input) {
			in.Accident = referral.Accident{Kind: referral.WorkAccident, On: written.AddDays(1)}
		}, []string{"accident_on"}},
		{"the day of no accident", func(in *referral.Input) { in.Accident.On = written }, []string{"accident_kind"}},
		{"a state that is none", func(in *referral.Input) {
			in.Accident = referral.Accident{Kind: referral.AutoAccident, On: written, State: "Illinois"}
		}, []string{"accident_state"}},
		{"an accident of no known kind", func(in *referral.Input) { in.Accident.Kind = "ski" }, []string{"accident_kind"}},
		{"a novel of precautions", func(in *referral.Input) { in.Precautions = strings.Repeat("é", 2001) }, []string{"precautions"}},
		{"a header code", func(in *referral.Input) { in.Codes = []string{"M54.2", "M54.5"} }, []string{"dx.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := good()
			c.change(&in)
			_, wrong := referral.Build(in, codes(t), today)
			if d := cmp.Diff(c.wrong, complaints(wrong)); d != "" {
				t.Errorf("complaints (-want +got):\n%s", d)
			}
		})
	}
	r, _ := referral.Build(good(), codes(t), today)
	if r.StartsOn != written || r.EndsOn != civil.Of(2026, 4, 13) || r.Order.Visits != 12 {
		t.Errorf("filled in: starts %v, ends %v, %d visits", r.StartsOn, r.EndsOn, r.Order.Visits)
	}
	in := good()
	in.EndsOn = civil.Of(2026, 5, 1)
	if r, _ := referral.Build(in, codes(t), today); r.EndsOn != in.EndsOn {
		t.Errorf("ends %v, want the day entered", r.EndsOn)
	}
}

func TestPrescriberCheck(t *testing.T) {
	good := referral.Prescriber{GivenName: " Wei ", FamilyName: "Chen", Credential: "MD", NPI: "1234-567-893", Phone: "312.555.0100 x12", Fax: "+1 312 555 0101",
		State: "il", PostalCode: "60601"}
	got, wrong := good.Check("")
	if len(wrong) > 0 {
		t.Fatalf("complaints: %v", wrong)
	}
	want := good
	want.GivenName, want.NPI, want.Phone, want.Fax, want.State = "Wei", "1234567893", "(312) 555-0100 x12", "(312) 555-0101", "IL"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
	if again, wrong := got.Check(""); again != got || len(wrong) > 0 {
		t.Errorf("checked again: %+v %v", again, wrong)
	}
	bad := referral.Prescriber{NPI: "1234567890", Phone: "555", Fax: "none", State: "Illinois", PostalCode: "abc"}
	_, wrong = bad.Check("new.")
	wantNames := []string{"new.family_name", "new.given_name", "new.npi", "new.phone", "new.fax", "new.state", "new.postal_code"}
	if d := cmp.Diff(wantNames, complaints(wrong)); d != "" {
		t.Errorf("complaints (-want +got):\n%s", d)
	}
}
