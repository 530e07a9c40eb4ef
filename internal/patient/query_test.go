package patient_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/patient"
)

func exact(s string) patient.Span { return patient.Span{From: s, To: s + " "} }

func prefix(s string) patient.Span { return patient.Span{From: s, To: s + "\U0010FFFF"} }

func TestParseQuery(t *testing.T) {
	cases := []struct {
		name, in string
		want     []patient.Span
	}{
		{"nothing", "  ", nil},
		{"punctuation", "!?-/", nil},
		{"a word by its beginning", "Oka", []patient.Span{prefix("oka")}},
		{"words, folded", "  Łukasz O’Brien ", []patient.Span{prefix("lukasz"), prefix("o"), prefix("brien")}},
		{"a word and its beginning", "ann anna", []patient.Span{prefix("anna")}},
		{"a word twice", "ann ANN", []patient.Span{prefix("ann")}},
		{"date as in the US", "3/2/1984", []patient.Span{exact("19840302")}},
		{"date with dots and hyphens", "03.02.1984", []patient.Span{exact("19840302")}},
		{"date as in ISO", "1984-03-02", []patient.Span{exact("19840302")}},
		{"date with short year", "3/2/84", []patient.Span{exact("840302")}},
		{"leap day with short year", "2/29/84", []patient.Span{exact("840229")}},
		{"date that can only be day first", "27/3/1984", []patient.Span{exact("19840327")}},
		{"date in words, day first", "2 Mar 1984", []patient.Span{exact("19840302")}},
		{"date in words, month first", "March 2nd, 1984", []patient.Span{exact("19840302")}},
		{"date in words with hyphens", "2-Mar-1984", []patient.Span{exact("19840302")}},
		{"date without separators", "03021984", []patient.Span{exact("19840302")}},
		{"date as stored", "19840302", []patient.Span{prefix("19840302")}},
		{"month of birth", "3/1984", []patient.Span{prefix("198403")}},
		{"year of birth or last four", "1984", []patient.Span{prefix("1984")}},
		{"a date that does not exist stays words", "13/45/1984", []patient.Span{prefix("13"), prefix("45"), prefix("1984")}},
		{"name and date", "okafor 3/2/84", []patient.Span{exact("840302"), prefix("okafor")}},
		{"phone", "(312) 555-0100", []patient.Span{exact("3125550100")}},
		{"phone with country code", "+1 312.555.0100", []patient.Span{exact("3125550100")}},
		{"phone in one piece", "13125550100", []patient.Span{exact("3125550100")}},
		{"phone without area code", "555-0100", []patient.Span{exact("5550100")}},
		{"last four of the phone", "0100", []patient.Span{prefix("0100")}},
		{"record number", "1027-S", []patient.Span{exact("1027s")}},
		{"record number typed fast", "#1027s", []patient.Span{exact("1027s")}},
		{"two dates", "3/2/84 4/5/90", []patient.Span{exact("840302"), exact("900405")}},
		{"a month as a name", "april 1984", []patient.Span{prefix("april"), prefix("1984")}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, patient.ParseQuery(c.in)); diff != "" {
				t.Errorf("ParseQuery(%q) (-want +got):\n%s", c.in, diff)
			}
		})
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"okafor 3/2/84", "(312) 555-0100 dana", "1027-S", "27/3/1984", "\xff\x00", "2 Mar 1984 2 Mar 1984", strings.Repeat("9", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		spans := patient.ParseQuery(s)
		if len(spans) > 8 {
			t.Errorf("ParseQuery(%q) has %d parts, want at most 8", s, len(spans))
		}
		for _, p := range spans {
			if p.From == "" || p.From >= p.To || !utf8.ValidString(p.From) || strings.ContainsAny(p.From, " \x00") {
				t.Errorf("ParseQuery(%q) has the range %q to %q", s, p.From, p.To)
			}
		}
	})
}
