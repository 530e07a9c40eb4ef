package referral_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
)

// codes is a small list of one fiscal year, with one code retired before it.
func codes(t testing.TB) *knowledge.ICD10 {
	t.Helper()
	entry := func(code, text string) knowledge.CodeEntry { return knowledge.CodeEntry{Code: code, Text: text} }
	x, err := knowledge.NewICD10([]knowledge.CodeList{{
		System: "ICD-10-CM", FiscalYear: 2026, ValidFrom: civil.Of(2025, 10, 1), ValidTo: civil.Of(2026, 9, 30),
		Codes: []knowledge.CodeEntry{
			entry("M54.2", "Cervicalgia"), entry("M54.50", "Low back pain, unspecified"), entry("M54.51", "Vertebrogenic low back pain"),
			entry("M54.59", "Other low back pain"), entry("M62.838", "Other muscle spasm"), entry("M25.511", "Pain in right shoulder"),
			entry("M25.512", "Pain in left shoulder"), entry("M25.519", "Pain in unspecified shoulder"),
			entry("S13.4XXA", "Sprain of ligaments of cervical spine, initial encounter"),
			entry("V43.52XA", "Car driver injured in collision with other type car in traffic accident, initial encounter"),
			entry("M17.0", "Bilateral primary osteoarthritis of knee"), entry("I50.1", "Left ventricular failure, unspecified"),
			entry("M79.7", ""),
		},
	}}, knowledge.CodeChanges{Changes: []knowledge.CodeChange{
		{Code: "M54.5", Ended: civil.Of(2021, 9, 30), ReplacedBy: []string{"M54.50", "M54.51", "M54.59"}, Source: "test"},
	}}, knowledge.CodeAliases{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestResolveDiagnoses(t *testing.T) {
	for _, c := range []struct {
		name      string
		in        []string
		on        civil.Date
		confirmed bool
		want      []string
		wrong     map[string]string // field → part of the complaint
	}{
		{"the prescriber's order is kept", []string{"M62.838", "M54.2"}, today, false, []string{"M62.838", "M54.2"}, nil},
		{"a code without its dot and in lower case is taken", []string{"m5450"}, today, false, []string{"M54.50"}, nil},
		{"a subdivided code names its replacements", []string{"M54.5"}, today, false, nil, map[string]string{"dx.0": "M54.50, M54.51, M54.59"}},
		{"a header is refused", []string{"M25.51"}, today, false, nil, map[string]string{"dx.0": "not complete"}},
		{"a missing seventh character is refused", []string{"S13.4"}, today, false, nil, map[string]string{"dx.0": "not complete"}},
		{"characters too many are refused", []string{"M54.201"}, today, false, nil, map[string]string{"dx.0": "too many"}},
		{"text that is no code is refused", []string{"neck pain"}, today, false, nil, map[string]string{"dx.0": "not an ICD-10-CM code"}},
		{"a code nobody knows is refused", []string{"Q99.8"}, today, false, nil, map[string]string{"dx.0": "not in the code list"}},
		{"unless it was looked up", []string{"Q99.8"}, today, true, []string{"Q99.8"}, nil},
		{"looking it up does not save a header", []string{"M25.51"}, today, true, nil, map[string]string{"dx.0": "not complete"}},
		{"a code given twice is refused where it stands", []string{"M54.2", "M54.50", "m542"}, today, false, []string{"M54.2", "M54.50"},
			map[string]string{"dx.2": "given twice"}},
		{"an external cause cannot be first", []string{"V43.52XA", "S13.4XXA"}, today, false, []string{"S13.4XXA"}, map[string]string{"dx.0": "Put the diagnosis itself first"}},
		{"an external cause may follow", []string{"S13.4XXA", "V43.52XA"}, today, false, []string{"S13.4XXA", "V43.52XA"}, nil},
		{"a day newer than the list is taken with a warning", []string{"M54.2"}, civil.Of(2026, 11, 2), false, []string{"M54.2"}, nil},
		{"a header is refused on a day newer than the list too", []string{"M25.51"}, civil.Of(2026, 11, 2), true, nil, map[string]string{"dx.0": "not complete"}},
		{"a subdivided code is refused on a day newer than the list too", []string{"M54.5"}, civil.Of(2026, 11, 2), true, nil, map[string]string{"dx.0": "M54.50, M54.51, M54.59"}},
		{"a code nobody knows is refused on a day newer than the list too", []string{"Q99.8"}, civil.Of(2026, 11, 2), false, nil, map[string]string{"dx.0": "not in the code list"}},
		{"thirteen are too many", strings.Fields(strings.Repeat("M54.2 ", 13)), today, false, []string{"M54.2"}, map[string]string{"dx_q": "Keep to 12"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, wrong := referral.Resolve(codes(t), c.in, c.on, c.confirmed)
			if d := cmp.Diff(c.want, referral.Referral{Diagnoses: got}.Codes(), cmp.Transformer("len", func(s []string) string { return strings.Join(s, " ") })); d != "" {
				t.Errorf("codes (-want +got):\n%s", d)
			}
			if c.wrong == nil && len(wrong) > 0 {
				t.Errorf("complaints: %v", wrong)
			}
			for field, part := range c.wrong {
				found := ""
				for _, w := range wrong {
					if w.Name == field {
						found = w.Message
					}
				}
				if !strings.Contains(found, part) {
					t.Errorf("complaint about %s = %q, want %q in it (all: %v)", field, found, part, wrong)
				}
			}
		})
	}
}

func TestResolveKeepsWhatTheListCouldNotSettle(t *testing.T) {
	got, _ := referral.Resolve(codes(t), []string{"M54.2", "M79.7"}, civil.Of(2026, 11, 2), false)
	if len(got) != 2 || !strings.Contains(got[0].Warning, "newer than the list") || got[0].Description != "Cervicalgia" {
		t.Fatalf("got %+v", got)
	}
	if got[1].Description != "" {
		t.Errorf("a code without a description got %q", got[1].Description)
	}
	sure, _ := referral.Resolve(codes(t), []string{"M54.2"}, today, false)
	if len(sure) != 1 || sure[0].Warning != "" || !strings.Contains(sure[0].List, "FY2026") {
		t.Errorf("got %+v", sure)
	}
}

func TestSideOf(t *testing.T) {
	for _, c := range []struct {
		code, text string
		want       referral.Side
	}{
		{"M25.511", "Pain in right shoulder", referral.Right},
		{"M25.512", "Pain in left shoulder", referral.Left},
		{"M17.0", "Bilateral primary osteoarthritis of knee", referral.Bilateral},
		{"M25.519", "Pain in unspecified shoulder", referral.SideUnspecified},
		{"M54.30", "Sciatica, unspecified side", referral.SideUnspecified},
		{"M75.101", "Unspecified rotator cuff tear or rupture of right shoulder, not specified as traumatic", referral.Right},
		{"M54.50", "Low back pain, unspecified", referral.NoSide},
		{"I50.1", "Left ventricular failure, unspecified", referral.NoSide},
		{"M54.2", "Cervicalgia", referral.NoSide},
		{"M79.7", "", referral.NoSide},
	} {
		if got := referral.SideOf(c.code, c.text); got != c.want {
			t.Errorf("SideOf(%s, %q) = %q, want %q", c.code, c.text, got, c.want)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"M54.50", "m54 50", "S13.4XXA", "", ".", "M5", "M54.5000000", "ß12", "ſ12", "İ12"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := referral.ParseCode(s)
		if err != nil {
			if got != "" || !errs.Is(err, errs.Invalid) {
				t.Fatalf("ParseCode(%q) = %q, %v", s, got, err)
			}
			return
		}
		if again, err := referral.ParseCode(got); err != nil || again != got {
			t.Fatalf("ParseCode(%q) = %q, and of that %q, %v", s, got, again, err)
		}
		if plain := strings.ReplaceAll(got, ".", ""); len(plain) < 3 || len(plain) > 7 || (len(plain) > 3) != strings.Contains(got, ".") {
			t.Fatalf("ParseCode(%q) = %q", s, got)
		}
	})
}
