package claim_test

import (
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/units"
)

func day(s string) civil.Date {
	d, err := civil.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

var (
	served = day("2026-03-09")
	today  = day("2026-03-10")
)

// profile is a payer of which everything is confirmed.
func profile() knowledge.PayerProfile {
	return knowledge.PayerProfile{
		Key: "test", Kind: knowledge.PayerCommercial, UnitRule: units.CPTMidpoint, FilingIndicator: "CI", MassageTherapistPaid: coverage.Yes,
		PrescriptionRequired: coverage.Yes, AuthorisationQualifier: "G1", PatientMayBeBilled: coverage.NotKnown,
		Modifiers: knowledge.PayerModifiers{Always: []string{"GP"}},
	}
}

// under lays other rules of the payer over facts.
func under(f *claim.Facts, change func(*knowledge.PayerProfile)) {
	p := profile()
	change(&p)
	f.Terms = coverage.Resolve(f.Coverage.Payer, p, f.Visit.Date)
}

// good are facts of a claim from which nothing is missing: 30 minutes of
// massage and 30 of manual therapy, at neck and back, for neck and back pain.
func good() claim.Facts {
	v, p, n, u := id.New[id.Visit](), id.New[id.Patient](), id.New[id.Document](), id.New[id.User]()
	f := claim.Facts{
		Today: today, Claim: id.New[id.Claim](), Number: "100001", Frequency: claim.Original,
		Visit: claim.VisitFacts{ID: v, Patient: p, Date: served, Completed: true},
		Note: claim.NoteFacts{Document: n, Valid: true, Patient: p, Visit: v, Date: served,
			Given: []claim.Given{
				{Technique: "petrissage", Label: "Petrissage", Minutes: 30, Sites: []string{"a"}, Zones: []string{"neck-shoulders"}, Places: []string{"Neck"}},
				{Technique: "myofascial-release", Label: "Myofascial release", Minutes: 30, Sites: []string{"b"}, Zones: []string{"low-back-hips"}, Places: []string{"Low back"}},
			},
			Marks: []claim.Mark{{Site: "a", Zone: "neck-shoulders", Words: "tight: neck"}, {Site: "b", Zone: "low-back-hips", Words: "pain: low back"}},
		},
		LicenseThen: "MT-1",
		Therapist: practice.Member{ID: u, Name: "Terry Tester", Credential: "LMT", LicenseNumber: "MT-1", LicenseState: "IL",
			LicenseExpires: day("2027-12-31"), NPI: "1234567893", Taxonomy: "225700000X", Roles: []authz.Role{authz.Therapist}, Active: true},
		Practice: practice.Practice{Name: "Test Practice", Phone: "312-555-0100", NPI: "1558598797",
			Billing: practice.Billing{TaxID: "123456789", TaxIDKind: "EI", Taxonomy: "225700000X", AcceptAssignment: true,
				Address: practice.Address{Line1: "1 Main Street", City: "Chicago", State: "IL", PostalCode: "60601-1234"}}},
		Place: practice.Location{ID: id.New[id.Location](), Name: "Main room", AddressLine: "1 Main Street", City: "Chicago", State: "IL",
			PostalCode: "60601-1234", PlaceOfService: "11"},
		PlaceCode: knowledge.PlaceOfService{Code: "11", Label: "Office", HandsOn: true},
		Patient: patient.Patient{ID: p, Number: "1001-A", Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor", BirthDate: day("1980-02-03"),
			Sex: patient.Female, Phone: "312-555-0199", AddressLine: "2 Oak Street", City: "Chicago", State: "IL", PostalCode: "60602"}},
		Coverage: &coverage.Coverage{ID: id.New[id.Coverage](), Patient: p, Priority: 1, MemberID: "M123", Relation: coverage.Self, FromOn: day("2026-01-01"),
			ReleaseSigned: true, BenefitsAssigned: true,
			Payer: coverage.Payer{ID: id.New[id.Payer](), Name: "Example Health", Profile: "test", Code: "EX001", Active: true,
				Address: practice.Address{Line1: "3 Elm Street", City: "Chicago", State: "IL", PostalCode: "60603"}}},
		Enrolled: true,
		Prescription: &claim.Prescription{
			Referral: referral.Referral{ID: id.New[id.Referral](), Patient: p, State: referral.Active, WrittenOn: day("2026-02-01"), StartsOn: day("2026-02-01"),
				EndsOn: day("2026-05-01"), SignatureSeen: true, Order: referral.Order{Visits: 12},
				Prescriber: referral.Prescriber{ID: id.New[id.Prescriber](), GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"},
				Diagnoses:  []referral.Diagnosis{{Code: "M54.2"}, {Code: "M54.50"}}},
			Codes:          []claim.DiagnosisState{{Code: "M54.2", State: knowledge.CodeValid}, {Code: "M54.50", State: knowledge.CodeValid}},
			DiagnosisZones: [][]string{{"neck-shoulders"}, {"low-back-hips"}},
			Used:           3, FirstOn: day("2026-02-02"), SinceReport: 3,
		},
		Measured: claim.Measured{On: day("2026-03-02"), What: "PSFS"},
		Reports:  claim.Reports{Known: true},
		Proposed: map[string]knowledge.TechniqueProcedure{"petrissage": {Code: "97124"}, "myofascial-release": {Code: "97140"}},
		Procedures: map[string]knowledge.Procedure{
			"97124": {Code: "97124", Label: "Therapeutic massage", Timed: true, Massage: knowledge.UseYes, DailyUnits: 4, CapSource: "CMS", Source: "s"},
			"97140": {Code: "97140", Label: "Manual therapy", Timed: true, Massage: knowledge.UseYes, DailyUnits: 6, CapSource: "CMS", Source: "s"},
			"97010": {Code: "97010", Label: "Hot or cold pack", Massage: knowledge.UseYes, Source: "s"},
			"97110": {Code: "97110", Label: "Exercise", Timed: true, Massage: knowledge.UseScope, Source: "s"},
			"97161": {Code: "97161", Label: "Evaluation", Massage: knowledge.UseNever, BlockedFor: []string{"225700000X"}, Source: "s"},
			"97039": {Code: "97039", Label: "Unlisted", Massage: knowledge.UseYes, NeedsDescription: true, Source: "s"},
		},
		Modifiers: map[string]knowledge.Modifier{
			"GP": {Code: "GP", Label: "Therapy plan", Kind: knowledge.ModifierInformational, Massage: knowledge.UseYes},
			"59": {Code: "59", Label: "Distinct", Kind: knowledge.ModifierNCCI, Massage: knowledge.UseYes, Prefer: []string{"XS"}},
			"XS": {Code: "XS", Label: "Separate structure", Kind: knowledge.ModifierNCCI, Massage: knowledge.UseYes},
			"KX": {Code: "KX", Label: "Cap exception", Kind: knowledge.ModifierInformational, Massage: knowledge.UseNever},
		},
		Prices:  map[string]money.Cents{"97124": 3500, "97140": 4000, "97010": 1000, "97110": 4000, "97161": 9000, "97039": 2000},
		Choices: claim.Choices{},
	}
	f.Visit.Referral = f.Prescription.ID
	f.Terms = coverage.Resolve(f.Coverage.Payer, profile(), served)
	return f
}

// findings of one check.
func of(t *testing.T, f claim.Facts, check string) []claim.Finding {
	t.Helper()
	var out []claim.Finding
	for _, x := range claim.Judge(f).Findings {
		if x.Check == check {
			out = append(out, x)
		}
	}
	return out
}

// worst is the gravest level among findings; Pass when the question does not arise.
func worst(all []claim.Finding) claim.Level {
	out := claim.Pass
	for _, f := range all {
		if f.Level == claim.Block {
			return claim.Block
		}
		if f.Level == claim.Warn {
			out = claim.Warn
		}
	}
	return out
}
