package claimpaper_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/claimpaper"
	"soapstone/internal/errs"
	"soapstone/internal/money"
)

var (
	served = civil.Of(2026, 3, 10)
	signed = civil.Of(2026, 3, 10)
)

func line(code string, charge int64, units int64, pointers []int, modifiers ...string) claim.Line {
	return claim.Line{
		Control: "1", Date: served, Place: "11", Procedure: code, Modifiers: modifiers, Label: "Manual therapy",
		Pointers: pointers, Charge: money.Cents(charge), Units: units, Minutes: 15 * units, Timed: true,
	}
}

// commercial is a plain claim of a patient insured in her own name. The other
// claims change a copy.
func commercial() claim.Document {
	oak := claim.Address{Line1: "45 Oak Ave.", Line2: "Apt. 2", City: "Evanston", State: "IL", ZIP: "60201"}
	zoe := claim.Person{
		LastName: "O’Brien-Łukasiewicz", FirstName: "Zoë", MiddleName: "Marie",
		BirthDate: civil.Of(1980, 2, 29), Sex: "F", Address: oak, Phone: "8475550123",
	}
	d := claim.Document{
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
		Rendering: claim.Provider{Name: "Okafor", FirstName: "Dana", Credential: "LMT", NPI: "1558598797", Taxonomy: "225700000X"},
		Referring: &claim.Provider{Name: "Silva", FirstName: "Ana", Credential: "M.D.", NPI: "1003000126"},
		Patient:   zoe,
		Subscriber: claim.Subscriber{
			Relation: claim.Self, Person: zoe, MemberID: "XYZ-123 456 789", Group: "G-0099", Plan: "PPO Gold", Priority: "P",
		},
		OnsetOn: civil.Of(2026, 1, 5), FirstOn: civil.Of(2026, 2, 3), OrderedOn: civil.Of(2026, 2, 1),
		Diagnoses:  []string{"M54.2", "G44.209"},
		Lines:      []claim.Line{line("97140", 13000, 2, []int{1, 2}, "GP", "59"), line("97124", 6550, 1, []int{1}, "GP")},
		Paid:       2500,
		Assignment: true, Release: true, Benefits: true,
	}
	return d
}

func dependent() claim.Document {
	d := commercial()
	d.Patient = claim.Person{LastName: "O'Brien", FirstName: "Tim", BirthDate: civil.Of(2015, 7, 4), Sex: "M", Address: d.Patient.Address}
	d.Subscriber.Relation = claim.Child
	d.Subscriber.Person = claim.Person{
		LastName: "O'Brien", FirstName: "Pat", MiddleName: "James", BirthDate: civil.Of(1979, 12, 31), Sex: "U", Phone: "1-314-555-0177",
		Address: claim.Address{Line1: "9 Pine Rd", City: "St. Louis", State: "MO", ZIP: "63101-0042"},
	}
	return d
}

func auto() claim.Document {
	d := commercial()
	d.Payer = claim.Payer{
		Name: "Great Plains Auto Insurance", Filing: "AM", Kind: "auto",
		Address: claim.Address{Line1: "P.O. Box 77", City: "Omaha", State: "NE", ZIP: "68102"},
	}
	d.Subscriber.MemberID, d.Subscriber.Group, d.Subscriber.Plan, d.Subscriber.CaseNumber = "POL88123", "", "", "CLM-2026-001177"
	d.Accident = claim.Accident{Auto: true, State: "IL", On: civil.Of(2026, 1, 3)}
	d.Paid = 0
	return d
}

func workersCompensation() claim.Document {
	d := commercial()
	d.Payer = claim.Payer{
		Name: "State Workers' Fund", Filing: "WC", Kind: "workers-comp",
		Address: claim.Address{Line1: "1 Capitol Plaza", City: "Springfield", State: "IL", ZIP: "62701"},
	}
	d.Subscriber = claim.Subscriber{
		Relation: claim.Employee, Employer: "Acme Logistics & Sons, LLC", Priority: "P", CaseNumber: "WC778812",
		Person: claim.Person{Address: claim.Address{Line1: "500 Dock Rd", City: "Cicero", State: "IL", ZIP: "60804"}},
	}
	d.Accident = claim.Accident{Employment: true, On: civil.Of(2025, 12, 15)}
	d.OnsetOn = civil.Date{}
	d.Remark = "12 visits ordered"
	d.Attachments = []claim.Attachment{{Report: "OZ", Transmission: "BM", Control: "C000123-A"}}
	d.Paid = 0
	return d
}

func veterans() claim.Document {
	d := commercial()
	d.Payer = claim.Payer{
		Name: "Veterans Care Network", Filing: "VA", Kind: "va",
		Address: claim.Address{Line1: "PO Box 1", City: "Salem", State: "VA", ZIP: "24153"},
	}
	d.Subscriber.MemberID, d.Subscriber.Group, d.Subscriber.Plan = "123-45-6789", "", ""
	d.Authorisation, d.AuthorisationKind = "VA0012345678", "9F"
	d.Benefits, d.Paid = false, 0
	d.Facility = &claim.Provider{
		Organization: true, Name: "Northside Studio", NPI: "1699999992",
		Address: claim.Address{Line1: "8 Clark St.", Line2: "2nd Floor", City: "Chicago", State: "IL", ZIP: "60640"},
	}
	return d
}

func again(f claim.Frequency) claim.Document {
	d := commercial()
	d.Frequency, d.PayerNumber = f, "2026-0301-55X"
	return d
}

func sevenLines() claim.Document {
	d := commercial()
	d.Lines = nil
	for i, day := range []int{2, 4, 6, 9, 11, 13, 16} {
		l := line("97140", 10000, 2, []int{1}, "GP")
		if i == 6 {
			l = line("97124", 3025, 1, []int{2}, "GP")
		}
		l.Date = civil.Of(2026, 3, day)
		d.Lines = append(d.Lines, l)
	}
	d.Paid = 61000
	return d
}

func longValues() claim.Document {
	d := commercial()
	home := claim.Address{Line1: "10250 1/2", Line2: "Northwestern Pkwy.", City: "San Francisco", State: "CA", ZIP: "941101234"}
	d.Patient = claim.Person{LastName: "Wojciechowski", FirstName: "Maria-Teresa", MiddleName: "K.", BirthDate: civil.Of(1901, 11, 30), Sex: "U", Address: home}
	d.Subscriber = claim.Subscriber{
		Relation: claim.Spouse, Priority: "P", MemberID: "A1234567890123456789012345678",
		Person: claim.Person{LastName: "Wojciechowski", FirstName: "Josef", Sex: "M", Address: home},
	}
	d.Number = "00000000000001"
	d.Billing = claim.Provider{
		Name: "Okafor", FirstName: "Dana", Credential: "LMT", NPI: "1558598797", TaxID: "123-45-6789", TaxIDKind: "SY",
		Address: claim.Address{Line1: "12 Elm St", City: "Oak Park", State: "IL", ZIP: "60301"},
	}
	d.Referring, d.OnsetOn, d.FirstOn = nil, civil.Date{}, civil.Date{}
	d.Diagnoses = []string{"M54.2", "G44.209", "M54.50", "M62.830", "M79.18", "S16.1XXA", "M25.511", "M25.512", "M79.7", "R51.9", "M54.12", "Z98.89"}
	l := line("97799", 99999999, 10, []int{1, 6, 8, 12}, "GP", "59", "76", "KX")
	l.Label = "Scar mobilization with cups, 20 min"
	d.Lines = []claim.Line{l}
	d.Remark = "RX DATE 20260203 POC SIGNED 20260205 24 VISITS, TWICE A WEEK"
	d.Paid, d.Assignment, d.Release, d.Benefits = 0, false, false, false
	return d
}

// total adds up the lines, as the claim room does.
func total(d claim.Document) claim.Document {
	d.Total = 0
	for _, l := range d.Lines {
		d.Total += l.Charge
	}
	return d
}

var goldens = []struct {
	doc    claim.Document
	signed civil.Date
	files  []string
}{
	{commercial(), signed, []string{"commercial-self"}},
	{dependent(), signed, []string{"dependent"}},
	{auto(), signed, []string{"auto"}},
	{workersCompensation(), signed, []string{"workers-compensation"}},
	{veterans(), signed, []string{"va"}},
	{again(claim.Replacement), signed, []string{"replacement"}},
	{again(claim.Void), signed, []string{"void"}},
	{sevenLines(), signed, []string{"seven-lines-1", "seven-lines-2"}},
	{longValues(), civil.Date{}, []string{"long-values"}},
}

// The files under testdata were typed from the form's own columns and lines, not
// taken from this program.
func TestFormsAreTheOnesTypedByHand(t *testing.T) {
	for _, g := range goldens {
		t.Run(g.files[0], func(t *testing.T) {
			pages, err := claimpaper.Layout(total(g.doc), g.signed)
			if err != nil {
				t.Fatal(err)
			}
			if len(pages) != len(g.files) {
				t.Fatalf("%d forms, want %d", len(pages), len(g.files))
			}
			for i, name := range g.files {
				want, err := os.ReadFile("testdata/" + name + ".txt")
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(claimpaper.Text(pages[i]), "\n")); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
				if pages[i].Number != i+1 || pages[i].Of != len(g.files) {
					t.Errorf("form %d says %d of %d", i+1, pages[i].Number, pages[i].Of)
				}
			}
		})
	}
}

func TestWhatCannotBeFilledIsNamed(t *testing.T) {
	long := strings.Repeat("x", 40)
	for name, c := range map[string]struct {
		change func(d *claim.Document)
		want   []string // in the order of the form's fields
	}{
		"a long last name":           {func(d *claim.Document) { d.Patient.LastName = long }, []string{"Item 2", "Item 4"}},
		"no first name":              {func(d *claim.Document) { d.Patient.FirstName = " . " }, []string{"Item 2", "Item 4"}},
		"a name in other letters":    {func(d *claim.Document) { d.Patient.FirstName = "Владимир" }, []string{"Item 2", "Item 4"}},
		"no birth date":              {func(d *claim.Document) { d.Patient.BirthDate = civil.Date{} }, []string{"Item 3"}},
		"a day that is none":         {func(d *claim.Document) { d.OnsetOn = civil.Date{Year: 2026, Month: 2, Day: 30} }, []string{"Item 14"}},
		"no street":                  {func(d *claim.Document) { d.Patient.Address.Line1, d.Patient.Address.Line2 = "", "" }, []string{"Item 5", "Item 7"}},
		"a ZIP code of four":         {func(d *claim.Document) { d.Payer.Address.ZIP = "6060" }, []string{"Carrier block"}},
		"no payer":                   {func(d *claim.Document) { d.Payer.Name = "" }, []string{"Carrier block"}},
		"no member ID":               {func(d *claim.Document) { d.Subscriber.MemberID = "" }, []string{"Item 1a"}},
		"a phone of seven digits":    {func(d *claim.Document) { d.Billing.Phone = "5550100" }, []string{"Item 33"}},
		"no relation":                {func(d *claim.Document) { d.Subscriber.Relation = "" }, []string{"Item 6"}},
		"an accident without state":  {func(d *claim.Document) { d.Accident.Auto = true }, []string{"Item 10b"}},
		"a second payer":             {func(d *claim.Document) { d.Subscriber.Priority = "S" }, []string{"Item 11d"}},
		"a long prescriber":          {func(d *claim.Document) { d.Referring.Name = long }, []string{"Item 17"}},
		"a prescriber's short NPI":   {func(d *claim.Document) { d.Referring.NPI = "123" }, []string{"Item 17b"}},
		"a remark of two lines":      {func(d *claim.Document) { d.Remark = long + " " + long }, []string{"Item 19"}},
		"no diagnosis":               {func(d *claim.Document) { d.Diagnoses = nil }, []string{"Item 21", "Item 24E, line 1", "Item 24E, line 2"}},
		"thirteen diagnoses":         {func(d *claim.Document) { d.Diagnoses = strings.Split(strings.Repeat("M54.2 ", 12)+"M54.2", " ") }, []string{"Item 21"}},
		"a replacement of nothing":   {func(d *claim.Document) { d.Frequency = claim.Replacement }, []string{"Item 22"}},
		"an unknown frequency":       {func(d *claim.Document) { d.Frequency = "6" }, []string{"Item 22"}},
		"no lines":                   {func(d *claim.Document) { d.Lines = nil }, []string{"Item 24D"}},
		"a line without a place":     {func(d *claim.Document) { d.Lines[1].Place = "" }, []string{"Item 24B, line 2"}},
		"five modifiers":             {func(d *claim.Document) { d.Lines[0].Modifiers = strings.Fields("GP 59 76 KX CQ") }, []string{"Item 24D, line 1"}},
		"a long modifier":            {func(d *claim.Document) { d.Lines[0].Modifiers = []string{"GPX"} }, []string{"Item 24D, line 1"}},
		"a pointer beyond the codes": {func(d *claim.Document) { d.Lines[0].Pointers = []int{3} }, []string{"Item 24E, line 1"}},
		"five pointers":              {func(d *claim.Document) { d.Lines[0].Pointers = []int{1, 2, 1, 2, 1} }, []string{"Item 24E, line 1"}},
		"a million dollars":          {func(d *claim.Document) { d.Lines[1].Charge = 1_000_000_00 }, []string{"Item 24F, line 2"}},
		"a negative charge":          {func(d *claim.Document) { d.Lines[1].Charge = -1 }, []string{"Item 24F, line 2"}},
		"no units":                   {func(d *claim.Document) { d.Lines[1].Units = 0 }, []string{"Item 24G, line 2"}},
		"a therapist without NPI":    {func(d *claim.Document) { d.Rendering.NPI = "" }, []string{"Item 24J, line 1", "Item 24J, line 2"}},
		"an unlisted code, no words": {func(d *claim.Document) { d.Lines[0].Procedure, d.Lines[0].Label = "97139", "" }, []string{"Item 24, line 1"}},
		"no tax ID":                  {func(d *claim.Document) { d.Billing.TaxID, d.Billing.TaxIDKind = "", "" }, []string{"Item 25", "Item 25"}},
		"a long claim number":        {func(d *claim.Document) { d.Number = "123456789012345" }, []string{"Item 26"}},
		"a place with a long name": {func(d *claim.Document) {
			d.Facility = &claim.Provider{Organization: true, Name: long, Address: d.Billing.Address}
		}, []string{"Item 32"}},
		"a practice with a long name": {func(d *claim.Document) { d.Billing.Name = long }, []string{"Item 33"}},
		"a practice without NPI":      {func(d *claim.Document) { d.Billing.NPI = "" }, []string{"Item 33a"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := commercial()
			c.change(&d)
			_, err := claimpaper.Layout(total(d), signed)
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("error = %v", err)
			}
			var got []string
			for _, f := range errs.FieldsOf(err) {
				got = append(got, f.Name)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("items (-want +got):\n%s\n%s", diff, errs.PublicOf(err))
			}
			if public := errs.PublicOf(err); !strings.Contains(public, c.want[0]) || !strings.Contains(public, d.Number) {
				t.Errorf("says %q", public)
			}
		})
	}
}

func TestATotalThatIsNotTheSumIsRefused(t *testing.T) {
	d := total(commercial())
	d.Total++
	_, err := claimpaper.Layout(d, signed)
	if fs := errs.FieldsOf(err); len(fs) != 1 || fs[0].Name != "Item 28" {
		t.Errorf("error = %v", err)
	}
}

func TestRefusalsKeepTheValuesToThemselves(t *testing.T) {
	d := commercial()
	d.Patient.LastName = "Verylongandprivatelastnamewithoutend"
	_, err := claimpaper.Layout(total(d), signed)
	if err == nil || strings.Contains(strings.ToLower(err.Error()), "private") {
		t.Errorf("error = %v", err)
	}
}

func TestItem15TakesTheAccidentOnlyWhereSymptomsBeganOnAnotherDay(t *testing.T) {
	for name, c := range map[string]struct {
		onset, accident civil.Date
		want            string // qualifiers of items 14 and 15
	}{
		"no accident":      {civil.Of(2026, 1, 5), civil.Date{}, "431 454"},
		"the same day":     {civil.Of(2026, 1, 5), civil.Of(2026, 1, 5), "431 454"},
		"only an accident": {civil.Date{}, civil.Of(2026, 1, 5), "431 454"},
		"another day":      {civil.Of(2026, 1, 5), civil.Of(2026, 1, 4), "431 439"},
		"neither":          {civil.Date{}, civil.Date{}, " 454"},
	} {
		d := commercial()
		d.OnsetOn, d.Accident.On = c.onset, c.accident
		pages, err := claimpaper.Layout(total(d), signed)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]string{}
		for _, cell := range pages[0].Cells {
			if cell.Name == "kind of date" {
				kinds[cell.Item] = cell.Text
			}
		}
		if got := kinds["14"] + " " + kinds["15"]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOneBoxOfItem1IsMarked(t *testing.T) {
	for _, c := range []struct {
		filing, group string
		column        int
	}{
		{"MB", "", 1}, {"MC", "", 8}, {"CH", "", 15}, {"CI", "G1", 31}, {"BL", "G1", 31}, {"CI", "", 45},
		{"AM", "G1", 45}, {"WC", "G1", 45}, {"VA", "G1", 45}, {"", "", 45},
	} {
		d := commercial()
		d.Payer.Filing, d.Subscriber.Group = c.filing, c.group
		pages, err := claimpaper.Layout(total(d), signed)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, cell := range pages[0].Cells {
			if cell.Item == "1" {
				got = append(got, cell.Column)
			}
		}
		if diff := cmp.Diff([]int{c.column}, got); diff != "" {
			t.Errorf("%s with group %q: %s", c.filing, c.group, diff)
		}
	}
}
