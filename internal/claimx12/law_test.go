package claimx12_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/claimx12"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/x12"
	"soapstone/x12/check"
)

// draw gives values that claims may hold.
type draw struct{ *rapid.T }

func (d draw) text(most int) string {
	return rapid.StringMatching(fmt.Sprintf(`[A-Za-zÀ-ÖÙ-öß’–][A-Za-z0-9 '.,ñ-]{0,%d}[a-z]`, (most-5)/2)).Draw(d.T, "text")
}

func (d draw) digits(n int) string {
	return rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, n)).Draw(d.T, "digits")
}

func (d draw) flip(what string) bool { return rapid.Bool().Draw(d.T, what) }

func (d draw) npi() string {
	nine := rapid.SampledFrom([]string{"1", "2"}).Draw(d.T, "npi") + d.digits(8)
	for c := range 10 {
		if npi := fmt.Sprint(nine, c); x12.ValidNPI(npi) {
			return npi
		}
	}
	panic("one digit in ten is the check digit")
}

// day is one up to so many days before the service.
func (d draw) day(most int) civil.Date {
	return served.AddDays(-rapid.IntRange(0, most).Draw(d.T, "days before"))
}

func (d draw) address(nine bool) claim.Address {
	a := claim.Address{
		Line1: d.digits(3) + " " + d.text(40), City: d.text(24), State: rapid.SampledFrom([]string{"IL", "WA", "PR"}).Draw(d.T, "state"), ZIP: d.digits(9),
	}
	if !nine && d.flip("short ZIP code") {
		a.ZIP = a.ZIP[:5]
	}
	if d.flip("second line") {
		a.Line2 = d.text(40)
	}
	return a
}

func (d draw) person() claim.Person {
	p := claim.Person{LastName: d.text(50), FirstName: d.text(30), BirthDate: d.day(36500), Sex: rapid.SampledFrom([]string{"F", "M", "U"}).Draw(d.T, "sex"), Address: d.address(false)}
	if d.flip("middle name") {
		p.MiddleName = d.text(20)
	}
	return p
}

func (d draw) provider() claim.Provider {
	return claim.Provider{Name: d.text(50), FirstName: d.text(30), NPI: d.npi(), Taxonomy: "225700000X", License: d.digits(6), Credential: d.text(10)}
}

var (
	billable = []string{"M54.2", "G44.209", "M54.50", "M62.838", "M79.18", "S16.1XXA", "M25.511", "M25.512", "M79.7", "R51.9", "M54.12", "S13.4XXA", "M54.59"}
	services = []string{"97124", "97140", "97010", "97110", "97139"}
)

func (d draw) lines(diagnoses int) []claim.Line {
	out := make([]claim.Line, rapid.IntRange(1, 8).Draw(d.T, "lines"))
	numbers := make([]int, diagnoses)
	for i := range numbers {
		numbers[i] = i + 1
	}
	for i := range out {
		l := line(fmt.Sprint("L", i+1), rapid.SampledFrom(services).Draw(d.T, "procedure"), rapid.Int64Range(1, 99_999_99).Draw(d.T, "charge"),
			rapid.Int64Range(1, 99).Draw(d.T, "units"), rapid.Permutation(numbers).Draw(d.T, "pointers"))
		l.Pointers = l.Pointers[:rapid.IntRange(1, min(4, diagnoses)).Draw(d.T, "how many")]
		l.Modifiers = rapid.Permutation([]string{"GP", "59", "KX", "76"}).Draw(d.T, "modifiers")[:rapid.IntRange(0, 4).Draw(d.T, "how many modifiers")]
		l.Place = rapid.SampledFrom([]string{"11", "12"}).Draw(d.T, "place")
		l.Label = "Cups on a scar"
		out[i] = l
	}
	return out
}

// insurance sets payer, subscriber and accident.
func (d draw) insurance(c *claim.Document) {
	kind := rapid.SampledFrom([]string{"CI", "BL", "AM", "WC", "VA"}).Draw(d.T, "filing")
	c.Payer = claim.Payer{Name: d.text(50), Code: d.digits(5), Filing: kind}
	if d.flip("payer's address") {
		c.Payer.Address = d.address(false)
	}
	s := claim.Subscriber{Relation: claim.Self, Person: c.Patient, MemberID: d.digits(9), Priority: "P", Plan: d.text(30)}
	if d.flip("group") {
		s.Group = d.text(30)
	}
	if kind == "CI" || kind == "BL" {
		s.Relation = rapid.SampledFrom([]claim.Relation{claim.Self, claim.Spouse, claim.Child, claim.Other}).Draw(d.T, "relation")
		if s.Relation != claim.Self {
			s.Person = d.person()
		}
	}
	switch kind {
	case "AM":
		c.Accident, s.CaseNumber = claim.Accident{Auto: true, State: "IL", On: d.day(300)}, d.digits(8)
	case "WC":
		c.Accident, s.CaseNumber = claim.Accident{Employment: true, On: d.day(300)}, d.digits(8)
		s.Relation, s.Employer, s.Person = claim.Employee, d.text(50), claim.Person{}
	case "VA":
		c.AuthorisationKind, c.Authorisation = "9F", "VA"+d.digits(10)
	}
	c.Subscriber = s
}

func valid(t *rapid.T, number string) claim.Document {
	d := draw{t}
	c := claim.Document{
		Format: claim.Format, Number: number, Frequency: claim.Original,
		Billing:   claim.Provider{Organization: true, Name: d.text(50), NPI: d.npi(), TaxID: d.digits(9), TaxIDKind: "EI", Taxonomy: "225700000X", Address: d.address(true)},
		Rendering: d.provider(), Patient: d.person(),
		Diagnoses:  rapid.Permutation(billable).Draw(t, "diagnoses")[:rapid.IntRange(1, 12).Draw(t, "how many diagnoses")],
		Assignment: d.flip("assignment"), Release: d.flip("release"), Benefits: d.flip("benefits"),
	}
	c.Patient.BirthDate = civil.Of(1990, 1, 1)
	d.insurance(&c)
	c.Lines = d.lines(len(c.Diagnoses))
	if d.flip("prescription") {
		p := d.provider()
		c.Referring, c.OrderedOn, c.FirstOn, c.OnsetOn = &p, d.day(90), d.day(30), d.day(300)
		c.Remark = d.text(80)
	}
	if d.flip("elsewhere") {
		c.Facility = &claim.Provider{Organization: true, Name: d.text(50), NPI: d.npi(), Address: d.address(true)}
	}
	if d.flip("alone") {
		c.Billing.Organization, c.Billing.FirstName, c.Rendering.NPI = false, d.text(30), c.Billing.NPI
	}
	if d.flip("sent before") {
		c.Frequency, c.PayerNumber = rapid.SampledFrom([]claim.Frequency{claim.Replacement, claim.Void}).Draw(t, "frequency"), d.digits(12)
	}
	if d.flip("attachment") {
		c.Attachments = []claim.Attachment{{Report: "OZ", Transmission: "FX", Control: number + "-A"}}
	}
	c = total(c)
	c.Paid = money.Cents(rapid.Int64Range(0, int64(c.Total)).Draw(t, "paid"))
	return c
}

// read is what the law compares: what a payer pays by.
type read struct {
	Number        string
	Total, Paid   int64
	Diagnoses     []string
	Rendering     string
	Patient, Case string
	Lines         []readLine
}

type readLine struct {
	Code, Control string
	Modifiers     []string
	Cents         int64
	Units         int
	Pointers      []int
	On            x12.Date
}

func sent(c claim.Document) read {
	out := read{Number: c.Number, Total: int64(c.Total), Paid: int64(c.Paid), Case: c.Subscriber.CaseNumber, Patient: cleaned(c.Patient.LastName), Rendering: c.Rendering.NPI}
	if c.Rendering.NPI == c.Billing.NPI {
		out.Rendering = ""
	}
	for _, code := range c.Diagnoses {
		out.Diagnoses = append(out.Diagnoses, knowledge.DotlessCode(code))
	}
	for _, l := range c.Lines {
		out.Lines = append(out.Lines, readLine{l.Procedure, l.Control, slices.Clip(append([]string(nil), l.Modifiers...)), int64(l.Charge), int(l.Units), l.Pointers,
			x12.Date{Year: l.Date.Year, Month: l.Date.Month, Day: l.Date.Day}})
	}
	return out
}

func cleaned(s string) string {
	out, err := x12.Clean(s, x12.Standard)
	if err != nil {
		panic(err)
	}
	return out
}

func back(c x12.Claim, patient x12.Name, number string) read {
	out := read{Number: c.ID, Total: c.ChargeCents, Paid: c.PatientPaidCents, Diagnoses: c.Diagnoses, Case: number, Patient: patient.Last}
	if c.Rendering != nil {
		out.Rendering = c.Rendering.NPI
	}
	for _, l := range c.Lines {
		out.Lines = append(out.Lines, readLine{l.Code, l.Control, append([]string(nil), l.Modifiers...), l.ChargeCents, l.Units, l.Pointers, l.From})
	}
	return out
}

func readBack(t *rapid.T, file []byte) []read {
	ichs, err := x12.Read837P(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var out []read
	for _, b := range ichs[0].Groups[0].Transactions[0].Billing {
		for _, s := range b.Insurance {
			for _, c := range s.Claims {
				out = append(out, back(c, s.Name, s.AccidentClaim))
			}
			for _, p := range s.Patients {
				for _, c := range p.Claims {
					out = append(out, back(c, p.Name, p.AccidentClaim))
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b read) int { return strings.Compare(a.Number, b.Number) })
	return out
}

func TestValidClaimsPassTheCheckAndReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var docs []claim.Document
		var want []read
		for i := range rapid.IntRange(1, 4).Draw(t, "claims") {
			d := valid(t, fmt.Sprintf("C%06d", i))
			if i > 0 && rapid.Bool().Draw(t, "same practice") {
				d.Billing, d.PayTo = docs[0].Billing, docs[0].PayTo
			}
			docs, want = append(docs, d), append(want, sent(d))
		}
		var file bytes.Buffer
		if err := writer.Write(&file, envelope(), docs); err != nil {
			t.Fatal(err)
		}
		findings, err := claimx12.Check(file.Bytes(), civil.Of(2026, 3, 11), know.ICD10())
		if err != nil || check.Errors(findings) > 0 {
			t.Fatalf("%v %+v", err, findings)
		}
		if diff := cmp.Diff(want, readBack(t, file.Bytes())); diff != "" {
			t.Fatalf("-sent +read\n%s", diff)
		}
	})
}

// marker is in every text that scramble makes, and must be in no error.
const marker = "QZXJ"

// scramble changes some values below v into anything.
func scramble(t *rapid.T, v reflect.Value, rate int) {
	hit := func() bool { return rapid.IntRange(0, rate).Draw(t, "hit") == 0 }
	switch v.Kind() {
	case reflect.String:
		if hit() {
			v.SetString(rapid.OneOf(
				rapid.StringMatching(marker+`[A-Za-z' .,*:~^-]{0,40}`), rapid.StringMatching(`[0-9]{0,20}`), rapid.Just(""),
				rapid.Map(rapid.String(), func(s string) string { return marker + s }),
			).Draw(t, "text"))
		}
	case reflect.Int, reflect.Int64:
		if hit() {
			v.SetInt(rapid.OneOf(rapid.Int64Range(-3, 40), rapid.Int64()).Draw(t, "number"))
		}
	case reflect.Bool:
		if hit() {
			v.SetBool(!v.Bool())
		}
	case reflect.Pointer:
		if hit() {
			v.SetZero()
		} else if !v.IsNil() {
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(v.Elem())
			v.Set(c)
			scramble(t, c.Elem(), rate)
		}
	case reflect.Slice:
		n := v.Len()
		if hit() {
			n = rapid.IntRange(0, 60).Draw(t, "length")
		}
		c := reflect.MakeSlice(v.Type(), n, n)
		for i := range n {
			if v.Len() > 0 {
				c.Index(i).Set(v.Index(i % v.Len()))
			}
			scramble(t, c.Index(i), rate)
		}
		v.Set(c)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				scramble(t, v.Field(i), rate)
			}
		}
	}
}

// lawful checks that any batch is refused by claim and field, or is right.
func lawful(t *rapid.T) {
	names := make([]string, 0, len(goldens))
	for name := range goldens {
		names = append(names, name)
	}
	slices.Sort(names)
	var docs []claim.Document
	for i := range rapid.IntRange(1, 3).Draw(t, "claims") {
		d := goldens[rapid.SampledFrom(names).Draw(t, "golden")][0]
		// Most claims have one or two odd values, some are nothing but odd.
		scramble(t, reflect.ValueOf(&d).Elem(), rapid.SampledFrom([]int{1, 50, 1000}).Draw(t, "rate"))
		d.Number = rapid.SampledFrom([]string{fmt.Sprint("C", i), fmt.Sprint("C", i), "", "*", "C0"}).Draw(t, "number")
		if rapid.Bool().Draw(t, "right total") {
			d = total(d)
		}
		docs = append(docs, d)
	}
	var file bytes.Buffer
	err := writer.Write(&file, envelope(), docs)
	if err == nil {
		findings, err := claimx12.Check(file.Bytes(), civil.Of(2026, 3, 11), know.ICD10())
		if err != nil || check.Errors(findings) > 0 {
			t.Fatalf("written in spite of %v %+v", err, findings)
		}
		return
	}
	fields := errs.FieldsOf(err)
	if !errs.Is(err, errs.Invalid) || len(fields) == 0 || file.Len() > 0 {
		t.Fatalf("error = %v", err)
	}
	for _, f := range fields {
		if !strings.HasPrefix(f.Name, "Claim C") && !strings.HasPrefix(f.Name, "Claim no. ") || f.Message == "" {
			t.Fatalf("%q names no claim: %s", f.Name, f.Message)
		}
	}
	if strings.Contains(strings.ToUpper(err.Error()), marker) {
		t.Fatalf("a value stands in the error: %v", err)
	}
}

func TestAnyClaimIsRefusedByFieldOrIsRight(t *testing.T) { rapid.Check(t, lawful) }

func FuzzWrite(f *testing.F) { f.Fuzz(rapid.MakeFuzz(lawful)) }
