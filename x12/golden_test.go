package x12_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/x12"
)

// The files in testdata were written by hand from the guide; the literals here
// must produce them, segment by segment, and reading them must give the
// literals back.

func on(year int, month time.Month, day int) x12.Date {
	return x12.Date{Year: year, Month: month, Day: day}
}

var (
	homeAddress = x12.Address{Line1: "200 OAK AVE", City: "SEATTLE", State: "WA", Zip: "981020002"}
	prescriber  = x12.Provider{Role: "DN", Name: x12.Name{Last: "REFERRER", First: "ALEX", Middle: "B"}, NPI: "1777777776"}
)

func therapist() *x12.Provider {
	return &x12.Provider{Name: x12.Name{Last: "THERAPIST", First: "JORDAN"}, NPI: "1888888884", Taxonomy: "225700000X"}
}

// batch puts subscribers into the envelope that all golden files share.
func batch(control int, reference string, subscribers ...x12.Subscriber) x12.Interchange {
	at := time.Date(2026, 1, 15, 9, 30, 0, 0, time.UTC)
	return x12.Interchange{
		Sender: x12.Party{Qualifier: "ZZ", ID: "SENDERID"}, Receiver: x12.Party{Qualifier: "ZZ", ID: "RECEIVERID"},
		Created: at, Control: control, Test: true,
		Groups: []x12.Group{{
			Sender: "SENDERID", Receiver: "RECEIVERID", Created: at, Control: control,
			Transactions: []x12.Transaction{{
				Control: 1, Reference: reference, Created: at,
				SubmitterName: x12.Name{Organization: "EXAMPLE MASSAGE CLINIC"}, SubmitterID: "SUB12345",
				SubmitterContacts: []x12.Contact{{Name: "BILLING OFFICE", Phone: "2065550100", Email: "BILLING@EXAMPLE.ORG"}},
				ReceiverName:      "TEST CLEARINGHOUSE", ReceiverID: "CH00001",
				Billing: []x12.BillingProvider{{
					Taxonomy: "225700000X", Name: x12.Name{Organization: "EXAMPLE MASSAGE CLINIC"}, NPI: "1999999984",
					Address: x12.Address{Line1: "100 MAIN ST", Line2: "STE 2", City: "SEATTLE", State: "WA", Zip: "981010001"},
					TaxID:   "911234567", Insurance: subscribers,
				}},
			}},
		}},
	}
}

// assigned fills what nearly every claim says: signed, assigned, released.
func assigned(id string, cents int64, codes []string, lines ...x12.Line) x12.Claim {
	return x12.Claim{
		ID: id, ChargeCents: cents, Place: "11", Frequency: "1", Signature: true, Assignment: "A", Benefits: "Y", Release: "Y",
		Diagnoses: codes, Rendering: therapist(), Lines: lines,
	}
}

func line(control, code string, cents int64, units int, pointers ...int) x12.Line {
	return x12.Line{Code: code, ChargeCents: cents, Units: units, Pointers: pointers, From: on(2026, 1, 12), Control: control}
}

func insured() x12.Subscriber {
	return x12.Subscriber{
		Sequence: "P", GroupNumber: "GRP100", Filing: "CI",
		Name: x12.Name{Last: "SAMPLE", First: "PAT", Middle: "Q"}, MemberID: "MBR0000001",
		Address: homeAddress, Birth: on(1980, 2, 14), Sex: "F",
		Payer: x12.Payer{Name: "EXAMPLE HEALTH PLAN", ID: "12345"},
	}
}

func commercial() x12.Interchange {
	first := line("L1", "97140", 13200, 2, 1, 2)
	first.Modifiers = []string{"GP", "59"}
	second := line("L2", "97124", 6600, 1, 2, 3)
	second.Modifiers, second.Place, second.From = []string{"GP"}, "12", on(2026, 1, 13)
	second.Note = x12.Note{Kind: "ADD", Text: "CERVICAL AND UPPER TRAPEZIUS"}
	c := assigned("MM-0001", 19800, []string{"M542", "M62838", "G44209"}, first, second)
	c.Dates = x12.ClaimDates{Onset: on(2025, 12, 1), InitialTreatment: on(2026, 1, 5)}
	c.PatientPaidCents = 2500
	c.Authorization, c.MedicalRecord = "AUTH123456", "CHART42"
	c.Note = x12.Note{Kind: "ADD", Text: "RX DATE 20260104 POC SIGNED 20260105 12 VISITS"}
	c.Referrers = []x12.Provider{prescriber}
	c.Facility = &x12.Facility{
		Name: "NORTH STUDIO", NPI: "1999999984",
		Address: x12.Address{Line1: "300 PINE ST", City: "SEATTLE", State: "WA", Zip: "981030003"},
	}
	s := insured()
	s.Payer.Address = x12.Address{Line1: "PO BOX 1", City: "SEATTLE", State: "WA", Zip: "981110001"}
	s.Payer.ProviderIDs = []x12.Reference{{Qualifier: "G2", Value: "PROV77"}}
	s.Claims = []x12.Claim{c}
	return batch(101, "BATCH101", s)
}

func dependent() x12.Interchange {
	home := homeAddress
	home.Zip = "98102"
	child := assigned("MM-0002", 6650, []string{"M545"}, line("L1", "97124", 6650, 1, 1))
	child.Referrers = []x12.Provider{prescriber}
	l := line("L1", "97124", 6600, 1, 1)
	l.From = on(2026, 1, 13)
	spouse := assigned("MM-0003", 6600, []string{"M545"}, l)
	return batch(102, "BATCH102", x12.Subscriber{
		Sequence: "P", Filing: "BL", Name: x12.Name{Last: "SAMPLE", First: "MORGAN"}, MemberID: "MBR0000002",
		Payer: x12.Payer{Name: "EXAMPLE BLUE PLAN", ID: "54321"},
		Patients: []x12.Patient{
			{
				Relationship: "19", Name: x12.Name{Last: "SAMPLE", First: "KIM", Middle: "L", Suffix: "JR"}, Address: home,
				Birth: on(2010, 6, 10), Sex: "M", Claims: []x12.Claim{child},
			},
			{
				Relationship: "01", Name: x12.Name{Last: "SAMPLE", First: "ROBIN"}, Address: home,
				Birth: on(1978, 6, 10), Sex: "U", Claims: []x12.Claim{spouse},
			},
		},
	})
}

func auto() x12.Interchange {
	c := assigned("MM-AUTO-1", 13200, []string{"S134XXA", "S161XXA", "M542"}, line("L1", "97140", 13200, 2, 1, 2, 3))
	c.Causes, c.AccidentState = []string{"AA"}, "WA"
	c.Dates = x12.ClaimDates{Accident: on(2025, 12, 20), FirstContact: on(2025, 12, 22)}
	c.Attachments = []x12.Attachment{{Report: "OZ", How: "BM", Control: "MM-AUTO-1-NOTES"}}
	c.Referrers = []x12.Provider{prescriber}
	s := insured()
	s.GroupNumber, s.Filing, s.Name.Middle, s.MemberID, s.AccidentClaim = "", "AM", "", "POL7788", "CLM2026-55"
	s.Payer = x12.Payer{Name: "EXAMPLE AUTO INSURANCE", ID: "99AUT"}
	s.Claims = []x12.Claim{c}
	return batch(103, "BATCH103", s)
}

func compensation() x12.Interchange {
	c := assigned("MM-WC-1", 13200, []string{"S39012A"}, line("L1", "97124", 13200, 4, 1))
	c.Causes = []string{"EM"}
	c.Dates = x12.ClaimDates{
		Accident: on(2025, 12, 20), DisabledFrom: on(2025, 12, 21), DisabledTo: on(2026, 1, 4), FirstContact: on(2025, 12, 22),
	}
	c.Attachments = []x12.Attachment{
		{Report: "OZ", How: "EL", Control: "MM-WC-1-NOTES"}, {Report: "03", How: "FX", Control: "MM-WC-1-PLAN"},
	}
	c.Authorization = "AUTH9"
	c.Referrers = []x12.Provider{prescriber}
	c.Referrers[0].OtherIDs = []x12.Reference{{Qualifier: "0B", Value: "WA12345"}}
	c.Rendering.OtherIDs = []x12.Reference{{Qualifier: "G2", Value: "LNI7788"}}
	return batch(104, "BATCH104", x12.Subscriber{
		Sequence: "P", Filing: "WC", Name: x12.Name{Organization: "EXAMPLE WAREHOUSE INC"},
		Payer: x12.Payer{Name: "EXAMPLE COMPENSATION FUND", ID: "WC001"},
		Patients: []x12.Patient{{
			Relationship: "20", Name: x12.Name{Last: "SAMPLE", First: "PAT"}, Address: homeAddress,
			Birth: on(1980, 2, 14), Sex: "F", AccidentClaim: "AB12345", Claims: []x12.Claim{c},
		}},
	})
}

func veteran() x12.Interchange {
	first := line("L1", "97124", 6000, 2, 1)
	first.Modifiers, first.TherapyBegan = []string{"GP"}, on(2026, 1, 5)
	second := line("L2", "97140", 3000, 1, 1)
	second.Modifiers, second.From, second.To = []string{"GP"}, on(2026, 1, 13), on(2026, 1, 14)
	c := assigned("MM-VA-1", 9000, []string{"M5450"}, first, second)
	c.Referral = "VA0123456789"
	c.Referrers = []x12.Provider{prescriber}
	return batch(105, "BATCH105", x12.Subscriber{
		Sequence: "P", Filing: "VA", Name: x12.Name{Last: "VETERAN", First: "SAM"}, MemberID: "123456789V987654",
		Address: x12.Address{Line1: "400 ELM ST", City: "TACOMA", State: "WA", Zip: "984020004"},
		Birth:   on(1970, 8, 9), Sex: "M",
		Payer: x12.Payer{Name: "EXAMPLE COMMUNITY CARE", ID: "VACCN"}, Claims: []x12.Claim{c},
	})
}

func again(control int, reference, id, frequency string) x12.Interchange {
	c := assigned(id, 6600, []string{"M542"}, line("L1", "97140", 6600, 1, 1))
	c.Frequency, c.PayerClaim = frequency, "PAYERICN0001"
	s := insured()
	s.Claims = []x12.Claim{c}
	return batch(control, reference, s)
}

var golden = []struct {
	file string
	ich  x12.Interchange
}{
	{"commercial.837", commercial()},
	{"dependent.837", dependent()},
	{"auto.837", auto()},
	{"compensation.837", compensation()},
	{"va.837", veteran()},
	{"replacement.837", again(106, "BATCH106", "MM-0001R", "7")},
	{"void.837", again(107, "BATCH107", "MM-0001V", "8")},
}

func segments(t *testing.T, r io.Reader) []string {
	t.Helper()
	var out []string
	for rd := x12.NewReader(r); ; {
		s, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s.String())
	}
}

func TestWriteProducesGoldenFiles(t *testing.T) {
	for _, g := range golden {
		t.Run(g.file, func(t *testing.T) {
			want, err := os.ReadFile("testdata/" + g.file)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := x12.Write837P(&got, g.ich, x12.Options{LineEnd: "\n"}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(segments(t, bytes.NewReader(want)), segments(t, &got)); d != "" {
				t.Errorf("segments (-want +got):\n%s", d)
			}
		})
	}
}

func TestReadGivesGoldenStructs(t *testing.T) {
	for _, g := range golden {
		t.Run(g.file, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + g.file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := x12.Read837P(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]x12.Interchange{g.ich}, got); d != "" {
				t.Errorf("structs (-want +got):\n%s", d)
			}
		})
	}
}

func TestReadKeepsWhatItHasNoFieldFor(t *testing.T) {
	text, err := os.ReadFile("testdata/commercial.837")
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Join([]string{
		"HI*BP:0123~", "SBR*S*18*******CI~", "AMT*D*10~", "OI***Y***Y~", "NM1*IL*1*SAMPLE*PAT****MI*9~",
		"NM1*PR*2*SECOND*****PI*9~", "NM1*DN*1*REFERRER",
	}, "")
	file := strings.Replace(string(text), "NM1*DN*1*REFERRER", other, 1)
	got, err := x12.Read837P(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	tx := got[0].Groups[0].Transactions[0]
	ids := ""
	for _, s := range tx.Unread {
		ids += s.ID + " "
	}
	// All until the first line belongs to the other payer's loop.
	if want := "HI SBR AMT OI NM1 NM1 NM1 NM1 PRV NM1 N3 N4 "; ids != want {
		t.Errorf("unread %q, want %q", ids, want)
	}
	if got := tx.Billing[0].Insurance[0].Payer.Name; got != "EXAMPLE HEALTH PLAN" {
		t.Errorf("payer %q was overwritten by the other payer", got)
	}
	if err := x12.Write837P(io.Discard, got[0], x12.Options{}); err == nil || !strings.Contains(err.Error(), "Unread") {
		t.Errorf("writing with unread segments: %v, want an error about Unread", err)
	}
}

func TestReadRefusesOtherTransactions(t *testing.T) {
	for _, name := range []string{"ok_era.835", "ok_271_active.271"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = x12.Read837P(bytes.NewReader(text))
		var bad *x12.SegmentError
		if !errors.As(err, &bad) || bad.Segment.ID != "ST" {
			t.Errorf("%s: %v, want a SegmentError at ST", name, err)
		}
	}
}
