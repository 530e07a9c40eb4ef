package knowledge_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

var inFY2026 = civil.Of(2026, 3, 10)

func codesOf(cs []knowledge.Code) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Code)
	}
	return out
}

func TestSearchFindsCodes(t *testing.T) {
	x := load(t).ICD10()
	cases := []struct {
		name, query string
		on          civil.Date
		first       []string
	}{
		{"code with its dot", "M54.2", inFY2026, []string{"M54.2"}},
		{"code without", "m542", inFY2026, []string{"M54.2"}},
		{"beginning of a code, common first, then unspecified", "M54.5", inFY2026, []string{"M54.50", "M54.51", "M54.59"}},
		{"words in any order", "back low pain", inFY2026, []string{"M54.50"}},
		{"beginnings of words", "cerv radicul", inFY2026, []string{"M50.10"}},
		{"everyday words", "neck pain", inFY2026, []string{"M54.2"}},
		{"an accent does not matter", "cervicálgia", inFY2026, []string{"M54.2"}},
		{"7th character", "S13.4XXD", inFY2026, []string{"S13.4XXD"}},
		{"sequela", "S13.4XXS", inFY2026, []string{"S13.4XXS"}},
		{"external cause", "car driver collision", inFY2026, []string{"V43.52XA"}},
		{"no date of service means the newest list", "M54.2", civil.Date{}, []string{"M54.2"}},
		{"a date newer than the list still finds", "M54.2", civil.Of(2026, 11, 21), []string{"M54.2"}},
		{"a code that has ended is found on its dates", "M54.5", civil.Of(2021, 9, 30), []string{"M54.5"}},
		{"and not later", "M54.5", civil.Of(2021, 10, 1), []string{"M54.50", "M54.51", "M54.59"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := codesOf(x.Search(c.query, c.on, 50))
			if len(got) < len(c.first) {
				t.Fatalf("got %v, want it to begin %v", got, c.first)
			}
			if d := cmp.Diff(c.first, got[:len(c.first)]); d != "" {
				t.Error(d)
			}
		})
	}
	for _, q := range []string{"", "  ", ".", "zzz", "M54.2 zzz"} {
		if got := x.Search(q, inFY2026, 10); len(got) != 0 {
			t.Errorf("Search(%q) found %v", q, codesOf(got))
		}
	}
	if got := x.Search("pain", inFY2026, 7); len(got) != 7 {
		t.Errorf("limit 7 gave %d", len(got))
	}
	if got := x.Search("pain", inFY2026, -1); got != nil {
		t.Errorf("limit -1 gave %v", got)
	}
}

func TestSearchPutsCodeMatchesFirst(t *testing.T) {
	got := load(t).ICD10().Search("s16", inFY2026, 20)
	if len(got) == 0 || got[0].Code != "S16.1XXA" {
		t.Errorf("got %v", codesOf(got))
	}
	got = load(t).ICD10().Search("S39 back", inFY2026, 3)
	if len(got) != 3 || !strings.HasPrefix(got[0].Code, "S39") {
		t.Errorf("code and word together gave %v", codesOf(got))
	}
}

// TestSearchIsSound: whatever is found matches each word, and every code finds
// itself.
func TestSearchIsSound(t *testing.T) {
	x := load(t).ICD10()
	all := x.Search("M", inFY2026, 200)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "code")
		typed := rapid.SampledFrom([]string{c.Code, knowledge.DotlessCode(c.Code), strings.ToLower(c.Code)}).Draw(t, "typed")
		if got := x.Search(typed, inFY2026, 1); len(got) != 1 || got[0] != c {
			t.Fatalf("Search(%q) = %v, want %v first", typed, got, c)
		}
		again := x.Search(typed[:2], inFY2026, 200)
		if d := cmp.Diff(again, x.Search(typed[:2], inFY2026, 200)); d != "" {
			t.Fatalf("not stable: %s", d)
		}
	})
}

func TestValidByDateOfService(t *testing.T) {
	x := load(t).ICD10()
	cases := []struct {
		name, code string
		on         civil.Date
		want       knowledge.CodeState
		why        string
	}{
		{"listed", "M54.2", inFY2026, knowledge.CodeValid, "valid"},
		{"first day of the list", "M54.2", civil.Of(2025, 10, 1), knowledge.CodeValid, ""},
		{"last day of the list", "M54.2", civil.Of(2026, 9, 30), knowledge.CodeValid, ""},
		{"newer than the list", "M54.2", civil.Of(2026, 10, 1), knowledge.CodeNewer, "newer than the list held, FY2026 (dates of service 1 Oct 2025 to 30 Sep 2026)"},
		{"newer, and a category in the list held", "M54", civil.Of(2026, 11, 21), knowledge.CodeNewer, "In that list: M54 is not complete"},
		{"older than the list", "M54.2", civil.Of(2024, 1, 1), knowledge.CodeOlder, "older"},
		{"older, but known since then", "M54.50", civil.Of(2024, 1, 1), knowledge.CodeValid, "since 1 Oct 2021"},
		{"before it began", "M54.50", civil.Of(2021, 9, 30), knowledge.CodeNotYet, "1 Oct 2021"},
		{"retired, still in time", "M54.5", civil.Of(2021, 9, 30), knowledge.CodeValid, "until 30 Sep 2021"},
		{"retired", "M54.5", civil.Of(2021, 10, 1), knowledge.CodeEnded, "M54.50, M54.51, M54.59"},
		{"retired, newer than the list", "M54.5", civil.Of(2026, 11, 21), knowledge.CodeEnded, "M54.50"},
		{"retired, date not held", "M79.1", inFY2026, knowledge.CodeEnded, "M79.18"},
		{"retired, date not held, long ago", "M79.1", civil.Of(2015, 1, 1), knowledge.CodeOlder, "not held"},
		{"subdivided for this year", "G35", inFY2026, knowledge.CodeEnded, "G35.D"},
		{"before it was subdivided", "G35", civil.Of(2025, 9, 30), knowledge.CodeValid, ""},
		{"new this year", "G35.A", inFY2026, knowledge.CodeValid, ""},
		{"new this year, used too early", "G35.A", civil.Of(2025, 9, 30), knowledge.CodeNotYet, "1 Oct 2025"},
		{"split of a disc code", "M51.36", inFY2026, knowledge.CodeEnded, "M51.360"},
		{"category", "M54", inFY2026, knowledge.CodeIncomplete, "more characters"},
		{"7th character missing", "S13.4XX", inFY2026, knowledge.CodeIncomplete, "S13.4XXA"},
		{"characters too many", "M54.2X", inFY2026, knowledge.CodeOverlong, "M54.2 is complete"},
		{"not in the working list", "A00.0", inFY2026, knowledge.CodeUnlisted, "working list"},
		{"sequela", "S13.4XXS", inFY2026, knowledge.CodeValid, ""},
		{"external cause", "Y99.0", inFY2026, knowledge.CodeValid, ""},
		{"no dot, small letters", "m542", inFY2026, knowledge.CodeValid, ""},
		{"no code", "neck", inFY2026, knowledge.CodeMalformed, "shape"},
		{"too long", "M54.22222", inFY2026, knowledge.CodeMalformed, ""},
		{"empty", "", inFY2026, knowledge.CodeMalformed, ""},
		{"no date", "M54.2", civil.Date{}, knowledge.CodeUndated, "date of service"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, why := x.Valid(c.code, c.on)
			if got != c.want || !strings.Contains(why, c.why) || why == "" {
				t.Errorf("Valid(%s, %s) = %s, %q; want %s with %q", c.code, c.on, got, why, c.want, c.why)
			}
		})
	}
}

func TestStatesBlockOrWarn(t *testing.T) {
	for s, want := range map[knowledge.CodeState][2]bool{
		knowledge.CodeValid: {false, false}, knowledge.CodeMalformed: {true, false}, knowledge.CodeIncomplete: {true, false},
		knowledge.CodeOverlong: {true, false}, knowledge.CodeEnded: {true, false}, knowledge.CodeNotYet: {true, false},
		knowledge.CodeAbsent: {true, false}, knowledge.CodeUnlisted: {false, true}, knowledge.CodeNewer: {false, true},
		knowledge.CodeOlder: {false, true}, knowledge.CodeUndated: {false, true},
	} {
		if got := [2]bool{s.Blocks(), s.Warns()}; got != want {
			t.Errorf("%s: blocks, warns = %v, want %v", s, got, want)
		}
	}
}

func TestLookup(t *testing.T) {
	x := load(t).ICD10()
	c, ok := x.Lookup(" m54.2 ")
	if !ok || c.Text != "Cervicalgia" || !c.Common || c.FiscalYear != 2026 || c.ExternalCause() || c.Unspecified() {
		t.Errorf("M54.2: %+v %v", c, ok)
	}
	if c, ok := x.Lookup("G35.B0"); !ok || c.Text != knowledge.NoDescription {
		t.Errorf("a code without text: %+v %v", c, ok)
	}
	if c, ok := x.Lookup("M54.5"); !ok || c.To != civil.Of(2021, 9, 30) {
		t.Errorf("a retired code: %+v %v", c, ok)
	}
	if c, ok := x.Lookup("V43.52XA"); !ok || !c.ExternalCause() {
		t.Errorf("an external cause: %+v %v", c, ok)
	}
	if _, ok := x.Lookup("M54"); ok {
		t.Error("a category was found")
	}
}

// TestOfficialListDecides: with the complete list of a year held, a code that
// is not in it blocks, and the newer list covers the newer dates.
func TestOfficialListDecides(t *testing.T) {
	const list = `{"schema":"soapstone/codes.icd10cm/1","version":"1","source":"test","date":"2026-10-01","review":{"state":"unreviewed"},
	"system":"ICD-10-CM","fiscal_year":2027,"valid_from":"2026-10-01","valid_to":"2027-09-30","complete":true,"codes":[{"code":"M54.2","text":"Cervicalgia"}]}`
	official, err := knowledge.ParseCodeList("lists/fy2027.json", []byte(list))
	if err != nil {
		t.Fatal(err)
	}
	held, err := knowledge.ParseCodeList("lists/fy2026.json", read(t, "codes/icd10cm/lists/fy2026.json"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := knowledge.NewICD10([]knowledge.CodeList{official, held}, knowledge.CodeChanges{}, knowledge.CodeAliases{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code string
		on   civil.Date
		want knowledge.CodeState
	}{
		{"M54.2", civil.Of(2026, 11, 21), knowledge.CodeValid},
		{"M54.50", civil.Of(2026, 11, 21), knowledge.CodeEnded},
		{"M99.99", civil.Of(2026, 11, 21), knowledge.CodeAbsent},
		{"M54.50", inFY2026, knowledge.CodeValid},
		{"M54.50", civil.Of(2027, 10, 1), knowledge.CodeNewer},
	} {
		if got, why := x.Valid(c.code, c.on); got != c.want {
			t.Errorf("Valid(%s, %s) = %s (%s), want %s", c.code, c.on, got, why, c.want)
		}
	}
	if _, err := knowledge.NewICD10([]knowledge.CodeList{held, held}, knowledge.CodeChanges{}, knowledge.CodeAliases{}); err == nil {
		t.Error("the same year was taken twice")
	}
}

func TestDots(t *testing.T) {
	for in, want := range map[string][2]string{"m54.50": {"M5450", "M54.50"}, "M5450": {"M5450", "M54.50"}, "G35": {"G35", "G35"}, "": {"", ""}} {
		if got := [2]string{knowledge.DotlessCode(in), knowledge.DottedCode(in)}; got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	x := load(b).ICD10()
	for _, q := range []string{"M54", "low back pain", "strain muscle right init", "s"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Search(q, inFY2026, 20)
			}
		})
	}
}
