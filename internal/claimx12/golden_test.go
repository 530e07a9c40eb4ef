package claimx12_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/claimx12"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/x12"
)

// The files in testdata were written by hand from the implementation guide.

var (
	know   = knowledge.Must()
	writer = claimx12.New(know)
	served = civil.Of(2026, 3, 10)
)

func envelope() claim.Envelope {
	return claim.Envelope{
		SubmitterName: "Prairie Medical Massage", SubmitterID: "PMM0001",
		Contact: "Dana Okafor", Phone: "7085550100", Email: "billing@prairie.example",
		ReceiverName: "Test Clearinghouse", ReceiverID: "CH00001", Usage: "T",
		Interchange: 41, Group: 17, First: 230, Reference: "B000000041",
		At: time.Date(2026, 3, 11, 9, 30, 0, 0, time.FixedZone("", -5*3600)),
	}
}

func line(control, code string, charge, units int64, pointers []int, modifiers ...string) claim.Line {
	return claim.Line{
		Control: control, Date: served, Place: "11", Procedure: code, Modifiers: modifiers, Label: "Manual therapy: two regions",
		Pointers: pointers, Charge: money.Cents(charge), Units: units, Minutes: 15 * units, Timed: true,
	}
}

// total adds up the lines, as the claim room does.
func total(d claim.Document) claim.Document {
	d.Total = 0
	for _, l := range d.Lines {
		d.Total += l.Charge
	}
	return d
}

// commercial is a plain claim of a patient insured in her own name. The other
// claims change a copy.
func commercial() claim.Document {
	zoe := claim.Person{
		LastName: "O’Brien-Łukasiewicz", FirstName: "Zoë", MiddleName: "Marie", BirthDate: civil.Of(1980, 2, 29), Sex: "F", Phone: "8475550123",
		Address: claim.Address{Line1: "45 Oak Ave.", Line2: "Apt. 2", City: "Evanston", State: "IL", ZIP: "60201"},
	}
	return total(claim.Document{
		Format: claim.Format, Number: "C000123", Frequency: claim.Original,
		Payer: claim.Payer{
			Name: "Prairie Health Plan", Code: "PHP01", Filing: "CI", Kind: "commercial",
			Address: claim.Address{Line1: "100 Lake St.", Line2: "Suite 400", City: "Chicago", State: "IL", ZIP: "606011234"},
		},
		Billing: claim.Provider{
			Organization: true, Name: "Prairie Medical Massage", NPI: "1234567893", TaxID: "361234567", TaxIDKind: "EI",
			Taxonomy: "225700000X", Phone: "7085550100",
			Address: claim.Address{Line1: "12 Elm St.", City: "Oak Park", State: "IL", ZIP: "603011101"},
		},
		Rendering: claim.Provider{Name: "Okafor", FirstName: "Dana", Credential: "LMT", NPI: "1558598797", Taxonomy: "225700000X", License: "227.000001"},
		Referring: &claim.Provider{Name: "Silva", FirstName: "Ana", Credential: "M.D.", NPI: "1003000126"},
		Patient:   zoe,
		Subscriber: claim.Subscriber{
			Relation: claim.Self, Person: zoe, MemberID: "XYZ-123 456 789", Group: "G-0099", Plan: "PPO Gold", Priority: "P",
		},
		OnsetOn: civil.Of(2026, 1, 5), FirstOn: civil.Of(2026, 2, 3), OrderedOn: civil.Of(2026, 2, 1),
		Diagnoses:     []string{"M54.2", "G44.209"},
		Authorisation: "AUTH-77", AuthorisationKind: "G1",
		Lines:      []claim.Line{line("1", "97140", 13000, 2, []int{1, 2}, "GP", "59"), line("2", "97124", 6550, 1, []int{1}, "GP")},
		Paid:       2500,
		Assignment: true, Release: true, Benefits: true,
		Remark: "12 visits ordered",
	})
}

func dependent() claim.Document {
	d := commercial()
	d.Number = "C000124"
	d.Patient = claim.Person{LastName: "O'Brien", FirstName: "Tim", BirthDate: civil.Of(2015, 7, 4), Sex: "M", Address: d.Patient.Address}
	d.Subscriber.Relation = claim.Child
	d.Subscriber.Person = claim.Person{
		LastName: "O'Brien", FirstName: "Pat", MiddleName: "James", BirthDate: civil.Of(1979, 12, 31), Sex: "U",
		Address: claim.Address{Line1: "9 Pine Rd", City: "St. Louis", State: "MO", ZIP: "631010042"},
	}
	return d
}

func auto() claim.Document {
	d := commercial()
	d.Number = "C000125"
	d.Payer = claim.Payer{
		Name: "Great Plains Auto Insurance", Code: "GPA77", Filing: "AM", Kind: "auto",
		Address: claim.Address{Line1: "P.O. Box 77", City: "Omaha", State: "NE", ZIP: "68102"},
	}
	d.Subscriber.MemberID, d.Subscriber.Group, d.Subscriber.Plan, d.Subscriber.CaseNumber = "POL88123", "", "", "CLM-2026-001177"
	d.Accident = claim.Accident{Auto: true, State: "IL", On: civil.Of(2026, 1, 3)}
	d.OnsetOn = d.Accident.On
	d.Diagnoses = []string{"S13.4XXA", "S16.1XXA"}
	d.Attachments = []claim.Attachment{{Report: "OZ", Transmission: "BM", Control: "C000125-NOTES"}}
	d.Authorisation, d.AuthorisationKind, d.Remark, d.Paid = "", "", "", 0
	return d
}

func compensation() claim.Document {
	d := commercial()
	d.Number = "C000126"
	d.Payer = claim.Payer{
		Name: "State Workers' Fund", Code: "SWF01", Filing: "WC", Kind: "workers-comp",
		Address: claim.Address{Line1: "1 Capitol Plaza", City: "Springfield", State: "IL", ZIP: "62701"},
	}
	d.Subscriber = claim.Subscriber{
		Relation: claim.Employee, Employer: "Acme Logistics & Sons, LLC", Priority: "P", CaseNumber: "WC778812", MemberID: "WC778812",
		Person: claim.Person{Address: claim.Address{Line1: "500 Dock Rd", City: "Cicero", State: "IL", ZIP: "60804"}},
	}
	d.Accident = claim.Accident{Employment: true, On: civil.Of(2025, 12, 15)}
	d.OnsetOn = civil.Of(2025, 12, 20)
	d.Diagnoses = []string{"S39.012A", "M54.59"}
	d.Attachments = []claim.Attachment{
		{Report: "OZ", Transmission: "EL", Control: "C000126-NOTES"}, {Report: "03", Transmission: "FX", Control: "C000126-PLAN"},
	}
	d.Remark, d.Paid = "POC signed 20260203 12 visits", 0
	return d
}

func veterans() claim.Document {
	d := commercial()
	d.Number = "C000127"
	d.Payer = claim.Payer{Name: "Veterans Care Network", Code: "VACCN", Filing: "VA", Kind: "va", Address: claim.Address{City: "Salem", State: "VA"}}
	d.Subscriber.MemberID, d.Subscriber.Group, d.Subscriber.Plan = "123456789V987654", "", ""
	d.Authorisation, d.AuthorisationKind = "VA0012345678", "9F"
	d.Diagnoses = []string{"M54.50", "G44.209"}
	d.Benefits, d.Release, d.Paid, d.Remark, d.OrderedOn = false, false, 0, "", civil.Date{}
	d.Lines[0].Place = "12"
	d.Facility = &claim.Provider{
		Organization: true, Name: "Northside Studio", NPI: "1999999984",
		Address: claim.Address{Line1: "8 Clark St.", Line2: "2nd Floor", City: "Chicago", State: "IL", ZIP: "606401234"},
	}
	return d
}

func again(number string, f claim.Frequency) claim.Document {
	d := commercial()
	d.Number, d.Frequency, d.PayerNumber = number, f, "2026-0301-55X"
	return d
}

// solo bills in her own name, is paid at a post office box, and has no
// prescription; the plan has no group number, and the procedure needs words.
func solo() claim.Document {
	d := commercial()
	d.Number = "C000130"
	d.Billing = claim.Provider{
		Name: "Okafor", FirstName: "Dana", Credential: "LMT", NPI: "1558598797", TaxID: "123456789", TaxIDKind: "SY",
		Taxonomy: "225700000X", Address: d.Billing.Address,
	}
	d.PayTo = &claim.Address{Line1: "P.O. Box 12", City: "Oak Park", State: "IL", ZIP: "60303"}
	d.Facility = &claim.Provider{Organization: true, Name: "Prairie Medical Massage", Address: d.Billing.Address}
	d.Subscriber.Group, d.Referring = "", nil
	d.OnsetOn, d.FirstOn, d.OrderedOn = civil.Date{}, civil.Date{}, civil.Date{}
	d.Diagnoses = []string{"M54.2"}
	d.Lines = []claim.Line{line("1", "97139", 7000, 1, []int{1}, "GP")}
	d.Lines[0].Label = "Scar mobilization with cups"
	d.Authorisation, d.AuthorisationKind, d.Remark, d.Paid = "", "", "", 0
	d.Assignment, d.Benefits = false, false
	return total(d)
}

// together are two claims of the subscriber, one of a child and one of a spouse,
// given in another order.
func together() []claim.Document {
	short := func(d claim.Document, number string, day int) claim.Document {
		d.Number, d.Referring, d.Authorisation, d.Remark, d.Paid = number, nil, "", "", 0
		d.OnsetOn, d.FirstOn, d.OrderedOn = civil.Date{}, civil.Date{}, civil.Date{}
		d.Diagnoses = d.Diagnoses[:1]
		d.Lines = []claim.Line{line("1", "97124", 6550, 1, []int{1}, "GP")}
		d.Lines[0].Date = civil.Of(2026, 3, day)
		return total(d)
	}
	spouse := dependent()
	spouse.Subscriber.Relation = claim.Spouse
	spouse.Patient.FirstName, spouse.Patient.BirthDate, spouse.Patient.Sex = "Sam", civil.Of(1981, 9, 9), "U"
	return []claim.Document{
		short(commercial(), "C000201", 1), short(dependent(), "C000203", 3), short(spouse, "C000204", 4), short(commercial(), "C000202", 2),
	}
}

var goldens = map[string][]claim.Document{
	"commercial": {commercial()}, "dependent": {dependent()}, "auto": {auto()}, "compensation": {compensation()}, "veterans": {veterans()},
	"replacement": {again("C000128", claim.Replacement)}, "void": {again("C000129", claim.Void)}, "solo": {solo()}, "batch": together(),
}

func segments(t *testing.T, r io.Reader) []string {
	t.Helper()
	in := x12.NewReader(r)
	var out []string
	for {
		s, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s.String())
	}
}

func TestClaimsAreWrittenAsTheGuideWantsThem(t *testing.T) {
	for name, docs := range goldens {
		t.Run(name, func(t *testing.T) {
			want, err := os.Open(filepath.Join("testdata", name+".837"))
			if err != nil {
				t.Fatal(err)
			}
			defer want.Close()
			var got, twice bytes.Buffer
			if err := writer.Write(&got, envelope(), docs); err != nil {
				t.Fatal(err)
			}
			if err := writer.Write(&twice, envelope(), docs); err != nil || !bytes.Equal(got.Bytes(), twice.Bytes()) {
				t.Errorf("written twice, the bytes differ (%v)", err)
			}
			if diff := cmp.Diff(segments(t, want), segments(t, &got)); diff != "" {
				t.Errorf("-by hand +written\n%s", diff)
			}
		})
	}
}

func TestGoldensHaveNoFindings(t *testing.T) {
	for name := range goldens {
		file, err := os.ReadFile(filepath.Join("testdata", name+".837"))
		if err != nil {
			t.Fatal(err)
		}
		findings, err := claimx12.Check(file, civil.Of(2026, 3, 11), know.ICD10())
		if err != nil || len(findings) > 0 {
			t.Errorf("%s: %v, %+v", name, err, findings)
		}
	}
}
