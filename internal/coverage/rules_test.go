package coverage_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/practice"
	"soapstone/units"
)

var today = civil.Of(2026, 3, 10)

func names(fields []errs.Field) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

// plan is a commercial plan of the patient's own.
func plan() coverage.Input {
	return coverage.Input{Payer: id.New[id.Payer](), Priority: 1, MemberID: "w1234 56789", Group: " G-7 ", Relation: coverage.Self,
		FromOn: civil.Of(2026, 1, 1), Share: coverage.Copay, Copay: 25_00, ReleaseSigned: true, BenefitsAssigned: true}
}

func TestBuildAsksForWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		kind   knowledge.PayerKind
		change func(*coverage.Input)
		want   string
	}{
		"a whole plan":             {knowledge.PayerCommercial, func(*coverage.Input) {}, ""},
		"nothing at all":           {knowledge.PayerCommercial, func(in *coverage.Input) { *in = coverage.Input{} }, "payer priority member_id relation last_name first_name birth_date sex from_on share"},
		"no member ID":             {knowledge.PayerVA, func(in *coverage.Input) { in.MemberID = " " }, "member_id"},
		"a note as member ID":      {knowledge.PayerCommercial, func(in *coverage.Input) { in.MemberID = "see card!" }, "member_id"},
		"a member ID too long":     {knowledge.PayerCommercial, func(in *coverage.Input) { in.MemberID = strings.Repeat("9", 30) }, "member_id"},
		"one character":            {knowledge.PayerCommercial, func(in *coverage.Input) { in.MemberID = "9" }, "member_id"},
		"a copay of nothing":       {knowledge.PayerCommercial, func(in *coverage.Input) { in.Copay = 0 }, "copay"},
		"an absurd copay":          {knowledge.PayerCommercial, func(in *coverage.Input) { in.Copay = 1_000_01 }, "copay"},
		"a share above the whole":  {knowledge.PayerCommercial, func(in *coverage.Input) { in.Share, in.CoinsurancePercent = coverage.Percent, 101 }, "percent"},
		"ends before it begins":    {knowledge.PayerCommercial, func(in *coverage.Input) { in.ToOn = civil.Of(2025, 12, 31) }, "to_on"},
		"begins in another age":    {knowledge.PayerCommercial, func(in *coverage.Input) { in.FromOn = civil.Of(1826, 1, 1) }, "from_on"},
		"asked tomorrow":           {knowledge.PayerCommercial, func(in *coverage.Input) { in.BenefitsCheckedOn = civil.Of(2026, 3, 11) }, "benefits_on"},
		"asked fourth":             {knowledge.PayerCommercial, func(in *coverage.Input) { in.Priority = 4 }, "priority"},
		"half a name on the card":  {knowledge.PayerCommercial, func(in *coverage.Input) { in.Subscriber.LastName = "Okafor" }, "first_name"},
		"an employer's name":       {knowledge.PayerCommercial, func(in *coverage.Input) { in.Relation, in.Employer = coverage.Employee, "Mill" }, "relation"},
		"a spouse without details": {knowledge.PayerCommercial, func(in *coverage.Input) { in.Relation = coverage.Spouse }, "last_name first_name birth_date sex"},
		"a spouse born tomorrow": {knowledge.PayerCommercial, func(in *coverage.Input) {
			in.Relation, in.Subscriber = coverage.Spouse, coverage.Subscriber{LastName: "A", FirstName: "B", Sex: "male", BirthDate: civil.Of(2026, 3, 11)}
		}, "birth_date"},
		"a phone of nine digits and half an address": {knowledge.PayerCommercial, func(in *coverage.Input) {
			in.Relation, in.Subscriber = coverage.Child, coverage.Subscriber{LastName: "A", FirstName: "B", Sex: "male", BirthDate: civil.Of(1980, 1, 1), Phone: "312-555-010",
				Address: practice.Address{Line1: "1 A St", City: "Chicago", State: "XX", PostalCode: "606"}}
		}, "state zip phone"},
		"auto without a prescription":                 {knowledge.PayerAuto, func(in *coverage.Input) { in.MemberID = "" }, "referral"},
		"auto, number to follow":                      {knowledge.PayerAuto, func(in *coverage.Input) { in.MemberID, in.Referral = "", id.New[id.Referral]() }, ""},
		"workers' compensation in the patient's name": {knowledge.PayerWorkersComp, func(in *coverage.Input) { in.Referral = id.New[id.Referral]() }, "relation"},
		"workers' compensation without employer":      {knowledge.PayerWorkersComp, func(in *coverage.Input) { in.Referral, in.Relation = id.New[id.Referral](), coverage.Employee }, "employer"},
		"a whole injury": {knowledge.PayerWorkersComp, func(in *coverage.Input) {
			in.Referral, in.Relation, in.Employer, in.MemberID, in.CaseNumber = id.New[id.Referral](), coverage.Employee, "Mill", "", "wc-1"
			in.Adjuster = coverage.Adjuster{Name: "Ann", Phone: "1 (312) 555-0100", Email: "ann@example.com"}
		}, ""},
		"an adjuster nobody can reach": {knowledge.PayerAuto, func(in *coverage.Input) {
			in.Referral, in.Adjuster = id.New[id.Referral](), coverage.Adjuster{Phone: "12", Email: "ann"}
		}, "adjuster_phone adjuster_email"},
	} {
		t.Run(name, func(t *testing.T) {
			in := plan()
			c.change(&in)
			_, bad := coverage.Build(in, c.kind, today)
			if names(bad) != c.want {
				t.Errorf("complaints about %q, want %q", names(bad), c.want)
			}
			for _, f := range bad {
				if f.Message == "" {
					t.Errorf("%s has no words", f.Name)
				}
			}
		})
	}
}

func TestBuildKeepsOneSpelling(t *testing.T) {
	in := plan()
	in.CaseNumber, in.Employer = "kept for injuries only", "  The   Mill "
	c, bad := coverage.Build(in, knowledge.PayerCommercial, today)
	if len(bad) > 0 || c.MemberID != "W123456789" || c.Group != "G-7" || c.CaseNumber != "" || c.Employer != "The Mill" {
		t.Errorf("%+v %v", c, bad)
	}
	in.Relation, in.Referral, in.CaseNumber, in.Adjuster.Phone = coverage.Employee, id.New[id.Referral](), " wc 1 ", "1 (312) 555-0100"
	in.Subscriber = coverage.Subscriber{LastName: "Nobody"}
	c, bad = coverage.Build(in, knowledge.PayerWorkersComp, today)
	if len(bad) > 0 || c.CaseNumber != "WC 1" || c.Adjuster.Phone != "3125550100" || c.Subscriber != (coverage.Subscriber{}) {
		t.Errorf("%+v %v", c, bad)
	}
}

func TestChoose(t *testing.T) {
	injury, other := id.New[id.Referral](), id.New[id.Referral]()
	first := coverage.Coverage{ID: id.New[id.Coverage](), Priority: 1, FromOn: civil.Of(2026, 1, 1), ToOn: civil.Of(2026, 3, 31)}
	second := coverage.Coverage{ID: id.New[id.Coverage](), Priority: 2, FromOn: civil.Of(2026, 1, 1)}
	auto := coverage.Coverage{ID: id.New[id.Coverage](), Priority: 3, Referral: injury, FromOn: civil.Of(2026, 2, 1)}
	mistake := coverage.Coverage{ID: id.New[id.Coverage](), Priority: 1, Referral: injury, FromOn: civil.Of(2026, 1, 1), EnteredInError: true}
	all := []coverage.Coverage{mistake, second, first, auto}
	for name, c := range map[string]struct {
		referral id.Referral
		on       civil.Date
		want     id.Coverage
	}{
		"who is asked first":               {id.Referral{}, civil.Of(2026, 3, 1), first.ID},
		"on its last day":                  {other, civil.Of(2026, 3, 31), first.ID},
		"the second once the first ended":  {other, civil.Of(2026, 4, 1), second.ID},
		"the injury's, whatever its place": {injury, civil.Of(2026, 3, 1), auto.ID},
		"before the injury's began":        {injury, civil.Of(2026, 1, 31), first.ID},
		"before all":                       {injury, civil.Of(2025, 12, 31), id.Coverage{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, found := coverage.Choose(all, c.referral, c.on)
			if got.ID != c.want || found == c.want.IsZero() {
				t.Errorf("chose %v (%v), want %v", got.ID, found, c.want)
			}
		})
	}
}

// Whatever is let in one after the other, no day of care has two answers.
func TestNoDayHasTwoAnswers(t *testing.T) {
	payers := []id.Payer{id.New[id.Payer](), id.New[id.Payer]()}
	ties := []id.Referral{{}, id.New[id.Referral](), id.New[id.Referral]()}
	start := civil.Of(2026, 1, 1)
	rapid.Check(t, func(t *rapid.T) {
		var in []coverage.Coverage
		for range rapid.IntRange(1, 12).Draw(t, "entries") {
			c := coverage.Coverage{ID: id.New[id.Coverage](), Payer: coverage.Payer{ID: rapid.SampledFrom(payers).Draw(t, "payer")},
				Referral: rapid.SampledFrom(ties).Draw(t, "tie"), Priority: rapid.Int64Range(1, 3).Draw(t, "priority"),
				MemberID: rapid.SampledFrom([]string{"A1", "B2", ""}).Draw(t, "member"), FromOn: start.AddDays(rapid.IntRange(0, 40).Draw(t, "from"))}
			if rapid.Bool().Draw(t, "ends") {
				c.ToOn = c.FromOn.AddDays(rapid.IntRange(0, 20).Draw(t, "days"))
			}
			if len(coverage.Conflicts(c, in)) == 0 {
				in = append(in, c)
			}
		}
		on := start.AddDays(rapid.IntRange(0, 70).Draw(t, "on"))
		type place struct {
			tie      id.Referral
			priority int64
		}
		seen := map[place]bool{}
		for _, c := range in {
			if !c.InForce(on) {
				continue
			}
			p := place{c.Referral, c.Priority}
			if seen[p] {
				t.Fatalf("two in one place on %s", on)
			}
			seen[p] = true
		}
		tie := rapid.SampledFrom(ties).Draw(t, "care")
		got, found := coverage.Choose(in, tie, on)
		if found && (!got.InForce(on) || !got.Referral.IsZero() && got.Referral != tie) {
			t.Fatalf("chose %+v", got)
		}
		if !found && (seen[place{tie, 1}] || seen[place{id.Referral{}, 1}]) {
			t.Fatal("found none")
		}
	})
}

func n(v int64) *int64 { return &v }

func TestResolve(t *testing.T) {
	know := knowledge.Must()
	base, ok := know.PayerProfile("workers-compensation")
	if !ok {
		t.Fatal("no profile")
	}
	t.Run("the profile alone", func(t *testing.T) {
		terms := coverage.Resolve(coverage.Payer{}, base, today)
		if terms.UnitRule != base.UnitRule || terms.TherapistPayable != base.MassageTherapistPaid || terms.NeedsEmployer != base.Needs.Employer ||
			terms.Filing != base.FilingIndicator || terms.Overridden("UnitRule") {
			t.Errorf("%+v", terms)
		}
		if terms.Unverified("UnitRule") == base.Verified("unit_rule") {
			t.Error("says the opposite of the profile")
		}
	})
	t.Run("what the payer said", func(t *testing.T) {
		p := coverage.Payer{Filing: "CI", Overrides: coverage.Overrides{UnitRule: units.Strict15, TherapistPayable: coverage.Yes, PrescriptionRequired: coverage.No,
			Authorisation: coverage.AfterVisits, AuthorisationAfter: n(6), FilingLimitDays: n(90), VisitUnitCap: n(4), Modifiers: "GP 59",
			ReportEveryVisits: n(10), ReportEveryDays: n(30), Source: "manual 2026"}}
		terms := coverage.Resolve(p, base, today)
		got := []any{terms.Filing, terms.UnitRule, terms.TherapistPayable, terms.PrescriptionRequired, terms.AuthorisationAlways, terms.AuthorisationAfter,
			terms.FilingLimitDays, terms.VisitUnitCap, strings.Join(terms.Modifiers, " "), terms.ReportEveryVisits, terms.ReportEveryDays, terms.Caps().Visit}
		want := []any{"CI", units.Strict15, coverage.Yes, coverage.No, false, int64(6), int64(90), int64(4), "GP 59", int64(10), int64(30), 4}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, f := range []string{"UnitRule", "TherapistPayable", "AuthorisationAfter", "FilingLimitDays", "VisitUnitCap", "Modifiers"} {
			if !terms.Overridden(f) || terms.Unverified(f) || terms.Source(f) != "manual 2026" {
				t.Errorf("%s: overridden %v, unverified %v, source %q", f, terms.Overridden(f), terms.Unverified(f), terms.Source(f))
			}
		}
		if needed, _ := terms.AuthorisationNeeded(6); needed {
			t.Error("asked too early")
		}
		if needed, _ := terms.AuthorisationNeeded(7); !needed {
			t.Error("not asked after six visits")
		}
	})
	t.Run("nothing at all", func(t *testing.T) {
		p := coverage.Payer{Overrides: coverage.Overrides{Authorisation: coverage.NeverAsked, Modifiers: coverage.NoModifiers, VisitUnitCap: n(0)}}
		terms := coverage.Resolve(p, base, today)
		if needed, _ := terms.AuthorisationNeeded(99); needed || terms.Modifiers != nil || terms.VisitUnitCap != 0 {
			t.Errorf("%+v", terms)
		}
	})
}

// spelt are the names of a profile's fields in its file, nested ones with a dot.
func spelt(t reflect.Type, prefix string) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous || name == "":
		case f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[civil.Date]():
			out = append(out, spelt(f.Type, prefix+name+".")...)
		default:
			out = append(out, prefix+name)
		}
	}
	return out
}

// A rule whose name is misspelt would count as verified.
func TestEveryRuleCanBeUnverified(t *testing.T) {
	base := knowledge.PayerProfile{Unverified: spelt(reflect.TypeFor[knowledge.PayerProfile](), "")}
	terms := coverage.Resolve(coverage.Payer{}, base, today)
	for _, f := range []string{"Filing", "UnitRule", "TherapistPayable", "PrescriptionRequired", "AuthorisationAlways", "AuthorisationAfter",
		"AuthorisationQualifier", "AuthorisationFormats", "AcceptedCodes", "Modifiers", "ModifiersOrder", "VisitUnitCap", "ReportEveryVisits",
		"ReportEveryDays", "FilingLimitDays", "NeedsCaseNumber", "NeedsAccidentDate", "NeedsAccidentState", "NeedsEmployer",
		"PatientMayBeBilled", "CodeCaps", "SessionsPerDay", "MultipleProcedureReduction"} {
		if !terms.Unverified(f) {
			t.Errorf("%s is spelt differently in profiles", f)
		}
	}
}
