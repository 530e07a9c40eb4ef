package knowledge_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
	"soapstone/units"
)

var visitDay = civil.Of(2026, 3, 10)

func TestProceduresOfMassageTherapists(t *testing.T) {
	k := load(t)
	for code, want := range map[string]struct {
		timed   bool
		use     knowledge.Use
		blocked bool
	}{
		"97124": {true, knowledge.UseYes, false},
		"97140": {true, knowledge.UseYes, false},
		"97010": {false, knowledge.UseYes, false},
		"97110": {true, knowledge.UseScope, false},
		"97014": {false, knowledge.UseScope, false},
		"97150": {false, knowledge.UseNever, false},
		"97161": {false, knowledge.UseNever, true},
		"97164": {false, knowledge.UseNever, true},
		"99213": {false, knowledge.UseNever, true},
	} {
		p, ok := k.Procedure(code, visitDay)
		if !ok || p.Code != code || p.Timed != want.timed || p.Massage != want.use {
			t.Errorf("%s: %+v, %v", code, p, ok)
		}
		if got := p.Blocked(knowledge.TaxonomyMassageTherapist); got != want.blocked {
			t.Errorf("%s blocked: %v, want %v", code, got, want.blocked)
		}
		if p.Blocked("225100000X") {
			t.Errorf("%s is blocked for another profession", code)
		}
	}
	for _, code := range []string{"", "9712", "97124-59", "97999", "99xxx", "ABCDE"} {
		if p, ok := k.Procedure(code, visitDay); ok {
			t.Errorf("found %q: %+v", code, p)
		}
	}
	if _, ok := k.Procedure("97161", civil.Of(2016, 12, 31)); ok {
		t.Error("97161 the day before it began")
	}
	if _, ok := k.Procedure("97161", civil.Date{}); !ok {
		t.Error("97161 on no day in particular")
	}
	if _, ok := k.Taxonomy(knowledge.TaxonomyMassageTherapist); !ok {
		t.Error("the massage therapist's taxonomy is missing")
	}
}

func TestPairs(t *testing.T) {
	k := load(t)
	for _, adjustment := range []string{"98940", "98941", "98942"} {
		for _, therapy := range []string{"97112", "97124", "97140"} {
			p, ok := k.ProcedurePair(therapy, adjustment, visitDay)
			if !ok || p.Column1 != adjustment || p.Indicator != "1" || !p.SeparateRegion || !p.Blocks() {
				t.Errorf("%s with %s: %+v, %v", adjustment, therapy, p, ok)
			}
		}
	}
	p, ok := k.ProcedurePair("97124", "97140", visitDay)
	if !ok || p.Column2 != "97124" || !p.SeparateRegion {
		t.Errorf("massage with manual therapy: %+v, %v", p, ok)
	}
	if p.Blocks() || p.Verified("modifier_indicator") {
		t.Error("massage with manual therapy blocks, although no source was read")
	}
	if _, ok := k.ProcedurePair("97161", "97140", civil.Of(2020, 9, 30)); ok {
		t.Error("a pair holds before it was announced for")
	}
	if p, ok := k.ProcedurePair("97140", "97161", visitDay); !ok || p.Blocks() {
		t.Errorf("evaluation with manual therapy: %+v, %v", p, ok)
	}
	if _, ok := k.ProcedurePair("97124", "97010", visitDay); ok {
		t.Error("massage with a heat pack is a pair")
	}
}

func TestModifiers(t *testing.T) {
	k := load(t)
	m, ok := k.Modifier("59")
	if !ok || m.Kind != knowledge.ModifierNCCI || !slices.Equal(m.Prefer, []string{"XE", "XS", "XP", "XU"}) {
		t.Errorf("59: %+v, %v", m, ok)
	}
	if m, _ := k.Modifier("GP"); m.Kind != knowledge.ModifierInformational || m.Massage != knowledge.UseYes {
		t.Errorf("GP: %+v", m)
	}
	if m, _ := k.Modifier("CQ"); m.Massage != knowledge.UseNever {
		t.Errorf("CQ: %+v", m)
	}
	if _, ok := k.Modifier("ZZ"); ok {
		t.Error("found ZZ")
	}
}

func TestPlaces(t *testing.T) {
	k := load(t)
	if p, ok := k.Place("11"); !ok || !p.HandsOn || p.PatientAddress {
		t.Errorf("11: %+v, %v", p, ok)
	}
	if p, _ := k.Place("12"); !p.PatientAddress {
		t.Errorf("12: %+v", p)
	}
	for _, code := range []string{"02", "10"} {
		if p, ok := k.Place(code); !ok || p.HandsOn {
			t.Errorf("%s: %+v, %v", code, p, ok)
		}
	}
	if _, ok := k.Place("1"); ok {
		t.Error("found place 1")
	}
}

func TestTechniquesAreDocumentedUnderProcedures(t *testing.T) {
	k := load(t)
	for id, want := range map[string]string{
		"effleurage": "97124", "petrissage": "97124", "tapotement": "97124",
		"myofascial-release": "97140", "mld": "97140", "trigger-point": "97140", "nmt": "97140", "joint-traction": "97140",
		"heat-pack": "97010", "cold-pack": "97010", "relaxation": "",
	} {
		x, ok := k.Technique(id)
		if !ok || x.Procedure.Code != want || x.Procedure.Unverified {
			t.Errorf("%s: %+v, %v; want %q, verified", id, x.Procedure, ok, want)
		}
	}
	for _, x := range k.Techniques() {
		if strings.Contains(x.Procedure.Source, "Not named in a source") && !x.Procedure.Unverified {
			t.Errorf("%s: no source, yet not unverified", x.ID)
		}
		p, ok := k.Procedure(x.Procedure.Code, visitDay)
		if x.Procedure.Code != "" && (!ok || p.Massage == knowledge.UseNever) {
			t.Errorf("%s is documented under %s, which no massage therapist bills", x.ID, x.Procedure.Code)
		}
	}
}

func TestPayerProfiles(t *testing.T) {
	k := load(t)
	var keys []string
	for _, p := range k.PayerProfiles() {
		keys = append(keys, p.Key)
		if p.File != "payers/"+p.Key+".json" {
			t.Errorf("%s is in %s", p.Key, p.File)
		}
	}
	want := []string{"auto", "cash", "commercial", "medicare", "medicare-following", "va-community-care", "workers-compensation", "auto-fl", "wc-wa"}
	slices.Sort(keys)
	slices.Sort(want)
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if first := k.PayerProfiles()[0]; first.State != "" {
		t.Errorf("the first profile is of the state %s", first.State)
	}
	for key, rule := range map[string]units.Rule{
		"commercial": units.CPTMidpoint, "auto": units.CPTMidpoint, "workers-compensation": units.CPTMidpoint,
		"medicare-following": units.CMSTotalTime, "va-community-care": units.CMSTotalTime,
	} {
		if p := payer(t, key); p.UnitRule != rule {
			t.Errorf("%s counts by %q, want %q", key, p.UnitRule, rule)
		}
	}
	if _, ok := k.PayerProfile("nobody"); ok {
		t.Error("found a profile of nobody")
	}
}

func payer(t *testing.T, key string) knowledge.PayerProfile {
	t.Helper()
	p, ok := load(t).PayerProfile(key)
	if !ok {
		t.Fatalf("no profile %s", key)
	}
	return p
}

func TestFloridaInjuryProtectionPaysNoMassage(t *testing.T) {
	p := payer(t, "auto-fl")
	if !p.MassageTherapistPaid.No() || !p.Verified("massage_therapist_payable") || p.State != "FL" {
		t.Errorf("%+v", p)
	}
	if p.Holds(civil.Of(2012, 12, 31)) || !p.Holds(civil.Of(2013, 1, 1)) {
		t.Error("it holds from 1 January 2013 on")
	}
	if other := payer(t, "auto"); other.MassageTherapistPaid.No() || other.MassageTherapistPaid.Yes() {
		t.Errorf("elsewhere it is not known, got %q", other.MassageTherapistPaid)
	}
}

func TestWashingtonStateFund(t *testing.T) {
	p := payer(t, "wc-wa")
	if !p.PrescriptionRequired.Yes() || p.SessionsPerDay != 1 || p.ReportEveryVisits != 6 || p.ReportEveryDays != 30 {
		t.Errorf("%+v", p)
	}
	for visit, want := range map[int]string{1: "", 6: "", 7: "Form F245-417-000", 12: "Form F245-417-000", 13: "Ask the claim manager", 40: "Ask the claim manager"} {
		needed, how := p.Authorisation.Needed(visit)
		if needed != (want != "") || how != want {
			t.Errorf("visit %d: %v, %q; want %q", visit, needed, how, want)
		}
	}
}

func TestVeteransCommunityCare(t *testing.T) {
	p := payer(t, "va-community-care")
	if needed, _ := p.Authorisation.Needed(1); !needed {
		t.Error("the first visit needs no referral")
	}
	for number, want := range map[string]bool{
		"123-456789-01": true, "123-PC-1234567": true, "VA0123456789": true,
		"VA012345678": false, "VA01234567890": false, "123-456789": false, "": false, "x VA0123456789": false,
	} {
		if got := p.AuthorisationNumberFits(number); got != want {
			t.Errorf("%q fits: %v, want %v", number, got, want)
		}
	}
	if !p.PatientMayBeBilled.No() || p.FilingLimitDays != 180 || p.Verified("filing_limit_days") {
		t.Errorf("%+v", p)
	}
	if !payer(t, "commercial").AuthorisationNumberFits("anything") {
		t.Error("a payer without known formats takes any number")
	}
}

func TestUnverifiedCapsDoNotCut(t *testing.T) {
	p := payer(t, "commercial")
	if p.VisitUnitsCap != 4 || p.Caps().Visit != 0 {
		t.Errorf("limit %d, cuts at %d; want 4 and none", p.VisitUnitsCap, p.Caps().Visit)
	}
	p.Unverified = nil
	p.CodeCaps = []knowledge.CodeCap{{Code: "97124", Units: 3}}
	want := units.Caps{PerCode: map[string]int{"97124": 3}, Visit: 4}
	if diff := cmp.Diff(want, p.Caps()); diff != "" {
		t.Errorf("verified (-want +got):\n%s", diff)
	}
}

// TestWhatHasNoSourceSaysSo finds entries whose source admits that there is
// none, and that yet claim to be verified.
func TestWhatHasNoSourceSaysSo(t *testing.T) {
	k := load(t)
	none := regexp.MustCompile(`no source read|not read in a source|was not read|none was read`)
	for _, p := range k.Procedures() {
		if p.DailyUnits > 0 && none.MatchString(p.CapSource) && p.Verified("daily_units") {
			t.Errorf("%s: daily_units", p.Code)
		}
		if none.MatchString(p.Source) && p.Verified("timed") {
			t.Errorf("%s: timed", p.Code)
		}
	}
	for _, p := range k.ProcedurePairs() {
		if none.MatchString(p.Source) && p.Blocks() {
			t.Errorf("%s with %s blocks", p.Column1, p.Column2)
		}
	}
	for _, p := range k.Places() {
		if none.MatchString(p.Source) && p.Unverified.Verified("label") {
			t.Errorf("place %s", p.Code)
		}
	}
	for _, m := range k.Modifiers() {
		if none.MatchString(m.Source) && m.Unverified.Verified("massage_therapist") {
			t.Errorf("modifier %s", m.Code)
		}
	}
}

// TestBillingTextsReadWell lints what is shown beside a choice or a warning,
// and keeps out the phrases by which official descriptions give themselves away.
func TestBillingTextsReadWell(t *testing.T) {
	k := load(t)
	official := regexp.MustCompile(`(?i)each 15 minutes|one or more (areas|regions)|\(eg,|direct \(one-on-one\)`)
	sentence := func(where, text string) {
		t.Helper()
		if text != strings.TrimSpace(text) || strings.Contains(text, "  ") || text != "" && !strings.HasSuffix(text, ".") || official.MatchString(text) {
			t.Errorf("%s: %q", where, text)
		}
	}
	label := func(where, text string) {
		t.Helper()
		if text != strings.TrimSpace(text) || len(text) > 70 || strings.HasSuffix(text, ".") || official.MatchString(text) {
			t.Errorf("%s: %q", where, text)
		}
	}
	for _, p := range k.Procedures() {
		label(p.Code, p.Label)
		sentence(p.Code, p.Source)
		sentence(p.Code, p.CapSource)
		sentence(p.Code, p.Notes)
	}
	for _, p := range k.ProcedurePairs() {
		sentence(p.Column1+" with "+p.Column2, p.Source)
		sentence(p.Column1+" with "+p.Column2, p.Notes)
	}
	for _, m := range k.Modifiers() {
		label(m.Code, m.Label)
		sentence(m.Code, m.Source)
		sentence(m.Code, m.Notes)
	}
	for _, p := range k.Places() {
		label(p.Code, p.Label)
		sentence(p.Code, p.Source)
		sentence(p.Code, p.Notes)
	}
	for _, x := range k.Techniques() {
		sentence(x.ID, x.Procedure.Source)
	}
	for _, p := range k.PayerProfiles() {
		label(p.Key, p.Name)
		sentence(p.Key, p.Source)
		for _, n := range p.Notes {
			sentence(p.Key, n)
		}
		for f, from := range p.Sources {
			sentence(p.Key+" "+f, from)
		}
		for _, s := range p.Authorisation.Steps {
			label(p.Key, s.How)
		}
	}
}

func TestDamagedBillingDataIsRefused(t *testing.T) {
	const procedures, places, va = "procedures/procedures.json", "places/places.json", "payers/va-community-care.json"
	cases := []struct {
		name, file, old, new string
		want                 string
	}{
		{"unknown field", va, `"filing_limit_days": 180`, `"filing_limit": 180`, "filing_limit"},
		{"unknown rule", va, `"unit_rule": "cms"`, `"unit_rule": "eights"`, "eights"},
		{"unknown answer", va, `"patient_may_be_billed": "no"`, `"patient_may_be_billed": "never"`, "never"},
		{"answer left out", va, `"patient_may_be_billed": "no",`, ``, "patient_may_be_billed"},
		{"pattern that does not compile", va, `"^VA[0-9]{10}$"`, `"^VA[0-9{10}$"`, "authorisation_formats"},
		{"pattern of a part", va, `"^VA[0-9]{10}$"`, `"VA[0-9]{10}"`, "begin with ^"},
		{"no more than one unit limit of a day", "payers/commercial.json", `"visit_units_cap": 4`, `"visit_units_cap": 97`, "visit_units_cap is absurd"},
		{"value without source", va, `"filing_limit_days": 180`, `"filing_limit_days": 180, "report_every_visits": 6`, "report_every_visits has neither"},
		{"source without value", va, `"unit_rule": "Medicare`, `"visit_units_cap": "A guess.", "unit_rule": "Medicare`, `"visit_units_cap" is no field with a value`},
		{"unverified what is no field", va, `"filing_limit_days"` + "\n", `"filing_limits_days"` + "\n", "filing_limits_days"},
		{"sourced and unverified", va, `"filing_limit_days"` + "\n", `"filing_limit_days", "unit_rule"` + "\n", "unit_rule is sourced and unverified"},
		{"modifier that does not exist", va, `"GP"`, `"G9"`, `modifier "G9"`},
		{"cap of a code that does not exist", va, `"filing_limit_days"` + "\n", `"filing_limit_days", "code_caps"` + "\n ],\n \"code_caps\": [{\"code\": \"97999\", \"units\": 4}" + "\n", `procedure "97999"`},
		{"codes without source", va, `"filing_limit_days": 180`, `"filing_limit_days": 180, "accepted_codes": ["97999"]`, "accepted_codes has neither"},
		{"absurd limit", va, `"filing_limit_days": 180`, `"filing_limit_days": -1`, "absurd"},
		{"qualifier", va, `"9F"`, `"9X"`, "9X"},
		{"key twice", va, `"key": "va-community-care"`, `"key": "cash"`, `"cash" appears twice`},
		{"steps out of order", "payers/wc-wa.json", `"from_visit": 13`, `"from_visit": 7`, "does not follow"},
		{"ends before it begins", "payers/auto-fl.json", `"effective_from": "2013-01-01",`, `"effective_from": "2013-01-01", "effective_to": "2012-01-01",`, "ends before"},
		{"procedure twice", procedures, `"code": "97140"`, `"code": "97124"`, "97124: appears twice"},
		{"no procedure code", procedures, `"code": "S8950"`, `"code": "S895"`, "no procedure code"},
		{"unknown category", procedures, `"category": "massage"`, `"category": "rubbing"`, "rubbing"},
		{"cap without its source", procedures, `"daily_units": 6, `, ``, "cap_source"},
		{"unknown taxonomy", procedures, `"blocked_for": ["225700000X"]`, `"blocked_for": ["225700001X"]`, "225700001X"},
		{"pair of one", procedures, `"column1": "97530", "column2": "97116"`, `"column1": "97530", "column2": "97530"`, "one procedure"},
		{"pair twice", procedures, `"column1": "97530", "column2": "97116"`, `"column1": "97530", "column2": "97164"`, "appears twice"},
		{"pair of what does not exist", procedures, `"column1": "97530", "column2": "97116"`, `"column1": "97530", "column2": "97999"`, "97999"},
		{"unknown indicator", procedures, `"modifier_indicator": "1"`, `"modifier_indicator": "2"`, "modifier_indicator"},
		{"preferred modifier missing", procedures, `["XE", "XS"`, `["XQ", "XS"`, "XQ"},
		{"place twice", places, `"code": "12"`, `"code": "11"`, "11: appears twice"},
		{"place of three digits", places, `"code": "99"`, `"code": "999"`, "no place"},
		{"technique under nothing", "techniques/techniques.json", `{"code": "97010"`, `{"code": "97999"`, "97999"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := copyOfData(t)
			text := string(tree[c.file].Data)
			if !strings.Contains(text, c.old) {
				t.Fatalf("%s no longer holds %s", c.file, c.old)
			}
			tree[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			_, err := knowledge.LoadFS(tree)
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.Contains(err.Error(), c.file) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q names not both %s and %q", err, c.file, c.want)
			}
		})
	}
}

func FuzzParseProcedures(f *testing.F) {
	parserFuzz(f, "procedures/procedures.json", knowledge.ParseProcedures)
}
func FuzzParsePlaces(f *testing.F) { parserFuzz(f, "places/places.json", knowledge.ParsePlaces) }
func FuzzParsePayer(f *testing.F) {
	parserFuzz(f, "payers/va-community-care.json", knowledge.ParsePayer)
}
