package x12_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"soapstone/x12"
)

func TestWriteNamesTheField(t *testing.T) {
	type change = func(*x12.Interchange, *x12.Transaction, *x12.BillingProvider, *x12.Subscriber, *x12.Claim)
	const claim = "Groups[0].Transactions[0].Billing[0].Insurance[0].Claims[0]."
	for _, c := range []struct {
		name, field, says string
		change            change
	}{
		{"letter that has no ASCII form", "Groups[0].Transactions[0].Billing[0].Insurance[0].Name.Last", "no plain ASCII", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, s *x12.Subscriber, _ *x12.Claim) {
			s.Name.Last = "李"
		}},
		{"delimiter in data", claim + "Note.Text", "separates", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Note.Text = "RX: 12 VISITS"
		}},
		{"note too long", claim + "Note.Text", "at most 80", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Note.Text = strings.Repeat("A", 81)
		}},
		{"claim id too long", claim + "ID", "at most 20", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.ID = strings.Repeat("A", 21)
		}},
		{"charge not the sum", claim + "ChargeCents", "sum", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.ChargeCents++
		}},
		{"dotted diagnosis", claim + "Diagnoses[1]", "without its dot", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Diagnoses[1] = "M62.838"
		}},
		{"pointer beyond the diagnoses", claim + "Lines[0].Pointers", "does not have", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Lines[0].Pointers = []int{4}
		}},
		{"five pointers", claim + "Lines[0].Pointers", "at most 4", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Lines[0].Pointers = []int{1, 2, 3, 1, 2}
		}},
		{"replacement without number", claim + "PayerClaim", "required", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Frequency = "7"
		}},
		{"auto accident without state", claim + "AccidentState", "required", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Causes = []string{"AA"}
		}},
		{"no units", claim + "Lines[1].Units", "1 or more", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Lines[1].Units = 0
		}},
		{"51 lines", claim + "Lines", "at most 50", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			for len(k.Lines) < 51 {
				k.Lines = append(k.Lines, x12.Line{Code: "97124", Units: 1, Pointers: []int{1}, From: on(2026, 1, 2)})
			}
		}},
		{"13 diagnoses", claim + "Diagnoses", "at most 12", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			for len(k.Diagnoses) < 13 {
				k.Diagnoses = append(k.Diagnoses, "M542")
			}
		}},
		{"organization as prescriber", claim + "Referrers[0].Name.Organization", "person", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Referrers[0].Name = x12.Name{Organization: "CLINIC"}
		}},
		{"bad NPI", claim + "Rendering.NPI", "check digit", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, k *x12.Claim) {
			k.Rendering.NPI = "1234567890"
		}},
		{"claims and patients", "Groups[0].Transactions[0].Billing[0].Insurance[0].Claims", "not both", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, s *x12.Subscriber, _ *x12.Claim) {
			s.Patients = []x12.Patient{{}}
		}},
		{"subscriber as patient without birth", "Groups[0].Transactions[0].Billing[0].Insurance[0].Birth", "required", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, s *x12.Subscriber, _ *x12.Claim) {
			s.Birth = x12.Date{}
		}},
		{"person without member id", "Groups[0].Transactions[0].Billing[0].Insurance[0].MemberID", "required", func(_ *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, s *x12.Subscriber, _ *x12.Claim) {
			s.MemberID = ""
		}},
		{"tax id with hyphen", "Groups[0].Transactions[0].Billing[0].TaxID", "9 digits", func(_ *x12.Interchange, _ *x12.Transaction, b *x12.BillingProvider, _ *x12.Subscriber, _ *x12.Claim) {
			b.TaxID = "91-1234567"
		}},
		{"zip with hyphen", "Groups[0].Transactions[0].Billing[0].Address.Zip", "5 9 digits", func(_ *x12.Interchange, _ *x12.Transaction, b *x12.BillingProvider, _ *x12.Subscriber, _ *x12.Claim) {
			b.Address.Zip = "98101-0001"
		}},
		{"no contact", "Groups[0].Transactions[0].SubmitterContacts", "required", func(_ *x12.Interchange, x *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, _ *x12.Claim) {
			x.SubmitterContacts = nil
		}},
		{"no control number", "Control", "1 to 999999999", func(i *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, _ *x12.Claim) {
			i.Control = 0
		}},
		{"long sender", "Sender.ID", "at most 15", func(i *x12.Interchange, _ *x12.Transaction, _ *x12.BillingProvider, _ *x12.Subscriber, _ *x12.Claim) {
			i.Sender.ID = strings.Repeat("S", 16)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ich := commercial()
			x := &ich.Groups[0].Transactions[0]
			s := &x.Billing[0].Insurance[0]
			c.change(&ich, x, &x.Billing[0], s, &s.Claims[0])
			var out bytes.Buffer
			err := x12.Write837P(&out, ich, x12.Options{})
			var field *x12.FieldError
			if !errors.As(err, &field) {
				t.Fatalf("error %v, want a FieldError", err)
			}
			if field.Field != c.field || !strings.Contains(field.Error(), c.says) {
				t.Errorf("got %q, want …%s: …%s…", field.Error(), c.field, c.says)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes were written in spite of the error", out.Len())
			}
		})
	}
}

func TestWriteReportsAllFieldsAtOnce(t *testing.T) {
	err := x12.Write837P(io.Discard, x12.Interchange{Groups: []x12.Group{{Transactions: []x12.Transaction{{}}}}}, x12.Options{})
	for _, want := range []string{"Sender.ID", "Control", "Created", "Groups[0].Sender", "Groups[0].Transactions[0].Reference", "Groups[0].Transactions[0].Billing"} {
		if err == nil || !strings.Contains(err.Error(), want+": ") {
			t.Errorf("error does not name %s: %v", want, err)
		}
	}
}

func TestErrorsDoNotQuoteValues(t *testing.T) {
	ich := commercial()
	s := &ich.Groups[0].Transactions[0].Billing[0].Insurance[0]
	s.Name.Last, s.MemberID, s.SSN = "Secretname李", "S", "123-45-6789"
	err := x12.Write837P(io.Discard, ich, x12.Options{})
	if err == nil || strings.Contains(strings.ToUpper(err.Error()), "SECRETNAME") || strings.Contains(err.Error(), "6789") {
		t.Errorf("error %v quotes a value or is missing", err)
	}
}

func TestWriteRefusesBadLayout(t *testing.T) {
	for name, o := range map[string]x12.Options{
		"digit as separator":  {Delimiters: x12.Delimiters{Element: '*', Component: '1', Repetition: '^', Segment: '~'}},
		"same twice":          {Delimiters: x12.Delimiters{Element: '*', Component: '*', Repetition: '^', Segment: '~'}},
		"no repetition":       {Delimiters: x12.Delimiters{Element: '*', Component: ':', Segment: '~'}},
		"text as a line end":  {LineEnd: "x"},
		"byte beyond ASCII":   {Delimiters: x12.Delimiters{Element: 0xA7, Component: ':', Repetition: '^', Segment: '~'}},
		"space as terminator": {Delimiters: x12.Delimiters{Element: '*', Component: ':', Repetition: '^', Segment: ' '}},
	} {
		if err := x12.Write837P(io.Discard, commercial(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestWriteHandsOnWriteErrors(t *testing.T) {
	r, w := io.Pipe()
	broken := errors.New("line is down")
	if err := r.CloseWithError(broken); err != nil {
		t.Fatal(err)
	}
	if err := x12.Write837P(w, commercial(), x12.Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want the writer's own error", err)
	}
}
