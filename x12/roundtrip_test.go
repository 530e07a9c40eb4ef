package x12_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/x12"
	"soapstone/x12/check"
)

// The laws: what is written reads back as it was, under any delimiters, and
// what is written has no errors.

func TestWrittenFilesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &drawer{T: t}
		want := g.interchange()
		o := x12.Options{
			LineEnd: rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(t, "line end"),
			Delimiters: rapid.SampledFrom([]x12.Delimiters{
				{}, x12.Standard, {Element: '|', Component: '>', Repetition: '^', Segment: '~'}, {Element: 0x1d, Component: 0x1f, Repetition: 0x1e, Segment: 0x1c},
			}).Draw(t, "delimiters"),
		}
		var file bytes.Buffer
		if err := x12.Write837P(&file, want, o); err != nil {
			t.Fatal(err)
		}
		got, err := x12.Read837P(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		// Equal first: looking for the difference in deep trees takes its time.
		if !reflect.DeepEqual([]x12.Interchange{want}, got) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff([]x12.Interchange{want}, got))
		}
		fs, err := check.File(bytes.NewReader(file.Bytes()), check.Options{Today: on(2026, 3, 10)})
		if err != nil || check.Errors(fs) > 0 {
			var b bytes.Buffer
			_ = check.WriteText(&b, "", fs)
			t.Fatalf("the file has errors: %v\n%s", err, b.String())
		}
	})
}

// drawer draws claims that are well formed.
type drawer struct {
	*rapid.T
	claims int
}

// texts are what free text may look like; of each a beginning is taken.
var texts = []string{
	"SAMPLE", "O'NEIL-SMITH JR.", "12 VISITS (RX 20260104), POC & HEP; L/S", `A "B" C/D #4 100% @HOME [X] {Y} =Z $5 A_B`,
	strings.Repeat("ABCDEFGHI ", 8),
}

func (g *drawer) word(most int) string {
	s := rapid.SampledFrom(texts).Draw(g.T, "text")
	s = strings.TrimSpace(s[:min(len(s), rapid.IntRange(2, most).Draw(g.T, "length"))])
	if len(s) < 2 {
		s += "X"
	}
	return s
}

func (g *drawer) some(most int) string {
	if g.flag() {
		return ""
	}
	return g.word(most)
}

func (g *drawer) flag() bool { return rapid.Bool().Draw(g.T, "flag") }
func (g *drawer) pick(of string) string {
	return rapid.SampledFrom(strings.Fields(of)).Draw(g.T, "code")
}
func (g *drawer) digits(n int) string {
	return "9876543210"[rapid.IntRange(0, 1).Draw(g.T, "first"):][:n]
}
func (g *drawer) npi() string {
	return g.pick("1999999984 1777777776 1888888884 1234567893 1558598797")
}

func (g *drawer) date(from, to x12.Date) x12.Date {
	a := time.Date(from.Year, from.Month, from.Day, 0, 0, 0, 0, time.UTC)
	b := time.Date(to.Year, to.Month, to.Day, 0, 0, 0, 0, time.UTC)
	y, m, d := a.AddDate(0, 0, rapid.IntRange(0, int(b.Sub(a).Hours()/24)).Draw(g.T, "days")).Date()
	return x12.Date{Year: y, Month: m, Day: d}
}

func (g *drawer) past() x12.Date { return g.date(on(2025, 1, 1), on(2025, 6, 30)) }

func (g *drawer) maybe() x12.Date {
	if g.flag() {
		return x12.Date{}
	}
	return g.past()
}

func list[T any](g *drawer, least, most int, f func() T) []T {
	n := rapid.IntRange(least, most).Draw(g.T, "count")
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		out[i] = f()
	}
	return out
}

func (g *drawer) address() x12.Address {
	return x12.Address{Line1: "1 " + g.word(40), Line2: g.some(55), City: g.word(30), State: g.pick("WA OR FL NY PR"), Zip: g.digits(9)}
}

func (g *drawer) person() x12.Name {
	return x12.Name{Last: g.word(60), First: g.word(35), Middle: g.some(25), Suffix: g.some(10)}
}

func (g *drawer) name() x12.Name {
	if g.flag() {
		return x12.Name{Organization: g.word(60)}
	}
	return g.person()
}

func (g *drawer) submitter() x12.Name {
	n := g.name()
	n.Suffix = ""
	return n
}

func (g *drawer) contact() x12.Contact {
	c := x12.Contact{Name: g.word(60), Phone: g.digits(9)}
	if g.flag() {
		c.Extension = g.digits(4)
	}
	return c
}

func (g *drawer) interchange() x12.Interchange {
	at := time.Date(2026, 1, 15, rapid.IntRange(0, 23).Draw(g.T, "hour"), 30, 0, 0, time.UTC)
	control, group := 0, 0
	ich := x12.Interchange{
		Sender: x12.Party{Qualifier: g.pick("ZZ 30 01"), ID: g.word(15)}, Receiver: x12.Party{Qualifier: "ZZ", ID: g.word(15)},
		Created: at, Control: rapid.IntRange(1, 999_999_999).Draw(g.T, "control"), Test: g.flag(), AckRequested: g.flag(),
	}
	ich.Groups = list(g, 1, 2, func() x12.Group {
		group++
		return x12.Group{
			Sender: g.word(15), Receiver: g.word(15), Created: at, Control: group,
			Transactions: list(g, 1, 2, func() x12.Transaction {
				control++
				return x12.Transaction{
					Control: control, Reissue: g.flag(), Reference: g.word(50), Created: at, Encounter: g.flag(),
					SubmitterName: g.submitter(), SubmitterID: g.word(80), SubmitterContacts: list(g, 1, 2, g.contact),
					ReceiverName: g.word(60), ReceiverID: g.word(80), Billing: list(g, 1, 1, g.billing),
				}
			}),
		}
	})
	return ich
}

func (g *drawer) billing() x12.BillingProvider {
	b := x12.BillingProvider{
		Name: g.name(), NPI: g.npi(), Address: g.address(), TaxID: g.digits(9), TaxIDSSN: g.flag(),
		OtherIDs: list(g, 0, 2, func() x12.Reference { return x12.Reference{Qualifier: g.pick("0B 1G"), Value: g.word(50)} }),
		Contacts: list(g, 0, 2, g.contact), Insurance: list(g, 1, 2, g.subscriber),
	}
	if g.flag() {
		b.Taxonomy = "225700000X"
	}
	if g.flag() {
		b.PayTo = g.address()
	}
	return b
}

func (g *drawer) subscriber() x12.Subscriber {
	s := x12.Subscriber{
		Sequence: g.pick("P S T"), Filing: g.pick("CI BL AM WC VA ZZ"), Name: g.person(), MemberID: g.word(80), MemberIDOther: g.flag(),
		AccidentClaim: g.some(50),
		Payer: x12.Payer{
			Name: g.word(60), ID: g.word(80), PlanID: g.flag(),
			OtherIDs:    list(g, 0, 3, func() x12.Reference { return x12.Reference{Qualifier: g.pick("2U FY NF"), Value: g.word(50)} }),
			ProviderIDs: list(g, 0, 2, func() x12.Reference { return x12.Reference{Qualifier: g.pick("G2 LU"), Value: g.word(50)} }),
		},
	}
	if g.flag() {
		s.GroupNumber = g.word(50)
	} else {
		s.GroupName = g.some(60)
	}
	if g.flag() {
		s.SSN, s.Contact, s.Payer.Address = g.digits(9), g.contact(), g.address()
	}
	if g.flag() {
		s.Address, s.Birth, s.Sex = g.address(), g.date(on(1930, 1, 1), on(2010, 1, 1)), g.pick("F M U")
		s.Claims = list(g, 1, 2, g.claim)
		return s
	}
	if s.Filing == "WC" && g.flag() {
		s.Name, s.MemberID, s.MemberIDOther = x12.Name{Organization: g.word(60)}, "", false
	}
	s.Patients = list(g, 1, 2, func() x12.Patient {
		p := x12.Patient{
			Relationship: g.pick("01 19 20 21 G8"), Name: g.person(), Address: g.address(), Birth: g.date(on(1930, 1, 1), on(2024, 1, 1)),
			Sex: g.pick("F M U"), AccidentClaim: g.some(50), Claims: list(g, 1, 1, g.claim),
		}
		if g.flag() {
			p.SSN = g.digits(9)
		} else {
			p.MemberID = g.some(50)
		}
		return p
	})
	return s
}

func (g *drawer) claim() x12.Claim {
	g.claims++
	c := x12.Claim{
		ID: fmt.Sprintf("C-%d", g.claims), Place: g.pick("11 12 15 18 99"), Frequency: "1", Signature: g.flag(),
		Assignment: g.pick("A C"), Benefits: g.pick("Y N W"), Release: g.pick("Y I"), SignatureByOther: g.flag(),
		Dates: x12.ClaimDates{
			Onset: g.maybe(), InitialTreatment: g.maybe(), LastSeen: g.maybe(), Acute: g.maybe(), Accident: g.past(), FirstContact: g.maybe(),
			DisabledFrom: g.maybe(), LastWorked: g.maybe(), ReturnToWork: g.maybe(), CareAssumed: g.maybe(), CareRelinquished: g.maybe(),
			Prescription: g.maybe(), Admission: g.maybe(), Discharge: g.maybe(), XRay: g.maybe(), LastMenstrual: g.maybe(), Repriced: g.maybe(),
		},
		Attachments: list(g, 0, 3, func() x12.Attachment {
			return x12.Attachment{Report: g.pick("OZ 03 04 PN"), How: g.pick("BM EL EM FT FX"), Control: g.word(50)}
		}),
		ServiceException: g.some(50), Referral: g.some(50), Authorization: g.some(50), ClearinghouseID: g.some(50),
		MedicalRecord: g.some(50), Demonstration: g.some(50), FixedFormat: list(g, 0, 3, func() string { return g.word(80) }),
		ConditionCodes: list(g, 0, 24, func() string { return g.pick("W2 W3 W4 W5") }),
		Referrers: list(g, 0, 2, func() x12.Provider {
			return x12.Provider{Role: g.pick("DN P3"), Name: g.person(), NPI: g.npi()}
		}),
	}
	if !c.Dates.DisabledFrom.IsZero() && g.flag() {
		c.Dates.DisabledTo = on(2025, 7, 1)
	}
	if g.flag() {
		c.Frequency, c.PayerClaim = g.pick("7 8"), g.word(50)
	}
	if g.flag() {
		c.Causes, c.AccidentState = list(g, 1, 2, func() string { return g.pick("AA EM OA") }), g.pick("WA OR")
	}
	if g.flag() {
		c.Note = x12.Note{Kind: g.pick("ADD CER DCP DGN TPO"), Text: g.word(80)}
		c.Rendering = &x12.Provider{Name: g.name(), NPI: g.npi(), Taxonomy: "225700000X"}
		c.Facility = &x12.Facility{Name: g.word(60), Address: g.address(), Contact: g.contact()}
		c.Supervising = &x12.Provider{Name: g.person(), NPI: g.npi()}
		c.PatientPaidCents = rapid.Int64Range(1, 100_000).Draw(g.T, "paid")
	}
	for i := range rapid.IntRange(1, 12).Draw(g.T, "diagnoses") {
		c.Diagnoses = append(c.Diagnoses, strings.Fields("M542 M545 M62838 G44209 S134XXA S161XXA M7918 M25511 M25512 M6281 R519 Z9889")[i])
	}
	number := 0
	c.Lines = list(g, 1, 4, func() x12.Line {
		number++
		return g.line(number, len(c.Diagnoses))
	})
	for _, l := range c.Lines {
		c.ChargeCents += l.ChargeCents
	}
	return c
}

func (g *drawer) line(number, diagnoses int) x12.Line {
	l := x12.Line{
		Code: g.pick("97124 97140 97010 G0283"), Description: g.some(80), ChargeCents: rapid.Int64Range(0, 1_000_000).Draw(g.T, "cents"),
		Units: rapid.IntRange(1, 8).Draw(g.T, "units"), Emergency: g.flag(), Control: fmt.Sprintf("L%d", number),
		From: g.date(on(2025, 7, 1), on(2026, 1, 10)), TherapyBegan: g.maybe(), LastSeen: g.maybe(), InitialTreatment: g.maybe(),
		Authorization: g.some(50), Referral: g.some(50), FixedFormat: list(g, 0, 2, func() string { return g.word(80) }),
	}
	if g.flag() {
		l.Modifiers = strings.Fields("GP 59 KX 76")[:rapid.IntRange(1, 4).Draw(g.T, "modifiers")]
		l.Place, l.To = "12", on(2026, 1, 14)
		l.Note = x12.Note{Kind: g.pick("ADD DCP"), Text: g.word(80)}
		l.Rendering = &x12.Provider{Name: g.name(), NPI: g.npi()}
		l.Facility = &x12.Facility{Name: g.word(60), NPI: g.npi(), Address: g.address()}
		l.Supervising = &x12.Provider{Name: g.person(), NPI: g.npi()}
		l.Ordering = &x12.Provider{Name: g.person(), NPI: g.npi()}
		l.Referrers = []x12.Provider{{Role: "DN", Name: g.person(), NPI: g.npi()}}
	}
	for p := 1; p <= min(4, diagnoses); p++ {
		l.Pointers = append(l.Pointers, p)
	}
	return l
}
