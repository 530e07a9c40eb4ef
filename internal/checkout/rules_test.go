package checkout_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/checkout"
	"soapstone/internal/coverage"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
)

var payer = id.MustParse[id.Payer]("0195a1b2-0000-7000-8000-00000000000a")

// insured is a signed visit under a commercial plan.
func insured(change func(*checkout.Facts)) checkout.Facts {
	f := checkout.Facts{Signed: true, Treated: true, Minutes: 45, Total: 130_00, Insured: true, Payer: payer, PayerName: "Lakeshore Health",
		Kind: knowledge.PayerCommercial, MayBill: coverage.NotKnown, Share: coverage.Copay, Copay: 25_00}
	if change != nil {
		change(&f)
	}
	return f
}

func TestWhatAPatientOwes(t *testing.T) {
	for _, c := range []struct {
		name         string
		facts        checkout.Facts
		basis        checkout.Basis
		share, total money.Cents
		says         string
	}{
		{"a copay", insured(nil), checkout.Copay, 25_00, 130_00, "deductible"},
		{"a copay above the charge", insured(func(f *checkout.Facts) { f.Copay = 200_00 }), checkout.Copay, 130_00, 130_00, ""},
		{"a copay without a claim", insured(func(f *checkout.Facts) { f.Total = 0 }), checkout.Copay, 25_00, 25_00, ""},
		{"a percentage", insured(func(f *checkout.Facts) { f.Share, f.Percent = coverage.Percent, 20 }), checkout.Percent, 26_00, 130_00, "20 %"},
		{"a percentage of what is not known", insured(func(f *checkout.Facts) { f.Share, f.Percent, f.Total = coverage.Percent, 20, 0 }), checkout.Open, 0, 0, "not known"},
		{"a noted deductible", insured(func(f *checkout.Facts) { f.Deductible = "500 a year, met" }), checkout.Copay, 25_00, 130_00, "500 a year"},
		{"no share", insured(func(f *checkout.Facts) { f.Share = coverage.Nothing }), checkout.Nothing, 0, 130_00, ""},
		{"nobody asked", insured(func(f *checkout.Facts) { f.Share = coverage.Unknown }), checkout.Open, 0, 130_00, "Nobody has asked"},
		{"a payer that forbids it", insured(func(f *checkout.Facts) { f.MayBill = coverage.No }), checkout.NotBilled, 0, 130_00, "does not allow"},
		{"workers’ compensation", insured(func(f *checkout.Facts) { f.Kind, f.Share = knowledge.PayerWorkersComp, coverage.Unknown }), checkout.NotBilled, 0, 130_00, "injury"},
		{"an auto injury", insured(func(f *checkout.Facts) { f.Kind, f.Share = knowledge.PayerAuto, coverage.Unknown }), checkout.NotBilled, 0, 130_00, "injury"},
		{"an auto payer that names a share", insured(func(f *checkout.Facts) { f.Kind, f.Share, f.Percent = knowledge.PayerAuto, coverage.Percent, 20 }), checkout.Percent, 26_00, 130_00, ""},
		{"a cash price", checkout.Facts{Signed: true, Treated: true, Minutes: 50, Price: fee.CashPrice{Minutes: 60, Price: 95_00}, Found: true}, checkout.CashPrice, 95_00, 95_00, "50 minutes are recorded"},
		{"a cash price before signing", checkout.Facts{Treated: true, Minutes: 60, Price: fee.CashPrice{Minutes: 60, Price: 95_00}, Found: true}, checkout.CashPrice, 95_00, 95_00, "planned"},
		{"no cash price", checkout.Facts{Signed: true, Treated: true, Minutes: 60}, checkout.Open, 0, 0, "cash price"},
		{"no minutes", checkout.Facts{Signed: true, Treated: true, Found: true}, checkout.Open, 0, 0, "No minutes"},
		{"no treatment", insured(func(f *checkout.Facts) { f.Treated = false }), checkout.Untreated, 0, 0, "no treatment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := checkout.Owe(c.facts)
			if o.Basis != c.basis || o.Share != c.share || o.Total != c.total {
				t.Errorf("%s %s of %s, want %s %s of %s", o.Basis, o.Share, o.Total, c.basis, c.share, c.total)
			}
			if !strings.Contains(o.Text+" "+o.Caution, c.says) {
				t.Errorf("%q %q does not say %q", o.Text, o.Caution, c.says)
			}
		})
	}
}

// What a patient pays is never more than the visit costs, never negative, and
// nothing where the payer forbids it.
func TestOwingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := checkout.Facts{
			Signed: rapid.Bool().Draw(t, "signed"), Treated: rapid.Bool().Draw(t, "treated"), Insured: rapid.Bool().Draw(t, "insured"), Payer: payer,
			Minutes: rapid.Int64Range(0, 200).Draw(t, "minutes"), Total: money.Cents(rapid.Int64Range(0, 500_00).Draw(t, "total")),
			Kind:    rapid.SampledFrom([]knowledge.PayerKind{knowledge.PayerCommercial, knowledge.PayerAuto, knowledge.PayerWorkersComp, knowledge.PayerVA, knowledge.PayerCash}).Draw(t, "kind"),
			MayBill: rapid.SampledFrom([]coverage.Answer{coverage.Yes, coverage.No, coverage.NotKnown}).Draw(t, "may"),
			Share:   rapid.SampledFrom(coverage.Shares()).Draw(t, "share"), Copay: money.Cents(rapid.Int64Range(0, 300_00).Draw(t, "copay")),
			Percent: rapid.Int64Range(1, 100).Draw(t, "percent"), Found: rapid.Bool().Draw(t, "found"),
			Price: fee.CashPrice{Price: money.Cents(rapid.Int64Range(0, 300_00).Draw(t, "price"))},
		}
		o := checkout.Owe(f)
		if o.Share < 0 || o.Chargeable() && (o.Share > o.Total || o.Rest() > 0 && o.Payer.IsZero()) || o.Text == "" {
			t.Fatalf("%+v", o)
		}
		if f.Treated && f.Insured && f.Kind != knowledge.PayerCash && f.MayBill == coverage.No && o.Share != 0 || !f.Treated && (o.Share != 0 || o.Chargeable()) {
			t.Fatalf("%+v for %+v", o, f)
		}
	})
}

func TestCardNumbersAreSeen(t *testing.T) {
	for text, want := range map[string]bool{
		"4242424242424242":                      true,
		"4242 4242 4242 4242":                   true,
		"4242-4242-4242-4242":                   true,
		"card 4242.4242.4242.4242 exp 12/27":    true,
		"4242424242424242 12/27":                true,
		"42424242424242421227":                  true,
		"ref 1 4242424242424242":                true,
		"３７８２８２２４６３１０００５":                       true, // full width
		"378282246310005":                       true,
		"tok:4242424242424242":                  true,
		"4222222222222":                         true, // 13 digits
		"4111111111111112":                      false,
		"4242":                                  false,
		"Check 1042":                            false,
		"000000000000":                          false,
		"0000000000000000":                      false,
		"tok_1NvX2a4242424242":                  false,
		"312-555-0182":                          false,
		"0195a1b2-0000-7000-8000-00000000000a":  false,
		"4242424242 / 424242":                   false,
		"auth 083412, batch 000173, 2026-03-10": false,
		"":                                      false,
	} {
		if got := checkout.LooksLikeCard(text); got != want {
			t.Errorf("LooksLikeCard(%q) = %t", text, got)
		}
	}
}

// Every number with a right check digit is seen, however it is grouped.
func TestCardNumberLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[1-9][0-9]{11,17}`).Draw(t, "digits")
		for last := '0'; last <= '9'; last++ {
			if number := digits + string(last); passes(number) {
				sep := rapid.SampledFrom([]string{"", " ", "-", "."}).Draw(t, "sep")
				var b strings.Builder
				for i, r := range number {
					if i > 0 && i%4 == 0 {
						b.WriteString(sep)
					}
					b.WriteRune(r)
				}
				before, after := rapid.SampledFrom([]string{"", "Visa ", "no.: "}).Draw(t, "before"), rapid.SampledFrom([]string{"", " thanks", ",x"}).Draw(t, "after")
				if !checkout.LooksLikeCard(before + b.String() + after) {
					t.Fatalf("%q was not seen", b.String())
				}
			}
		}
	})
}

func passes(s string) bool {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

func FuzzLooksLikeCard(f *testing.F) {
	for _, s := range []string{"", "4242 4242 4242 4242", "x4-2.4", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "\xff4242"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if checkout.LooksLikeCard(s) && checkout.LooksLikeCard(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, s)) && !hasOther(s) {
			t.Errorf("%q is seen without its digits", s)
		}
	})
}

// hasOther reports digits of other scripts.
func hasOther(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}
