package knowledge_test

import (
	"math"
	"strings"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

// parserFuzz: no input panics, every refusal names the file, and a taken file
// carries its review state.
func parserFuzz[T any](f *testing.F, path string, parse func(string, []byte) (T, error)) {
	whole := read(f, path)
	if len(whole) > 40_000 {
		// Whole lists make the fuzzer crawl: the heading and the first entries do.
		head, _, _ := strings.Cut(string(whole), "\n  {\"code\": \"G")
		whole = []byte(strings.TrimSuffix(head, ",") + "]}")
	}
	f.Add(string(whole))
	f.Add("{}")
	f.Add(`{"schema":1}`)
	f.Add(string(whole[:len(whole)/2]))
	f.Add(strings.Replace(string(whole), "unreviewed", "reviewed", 1))
	f.Fuzz(func(t *testing.T, s string) {
		_, err := parse("fuzzed.json", []byte(s))
		if err != nil && !strings.Contains(err.Error(), "fuzzed.json") {
			t.Fatalf("error does not name the file: %v", err)
		}
	})
}

func FuzzParseRules(f *testing.F) { parserFuzz(f, "safety/rules.json", knowledge.ParseRules) }
func FuzzParseQuestions(f *testing.F) {
	parserFuzz(f, "safety/questions.json", knowledge.ParseQuestions)
}
func FuzzParseMedications(f *testing.F) {
	parserFuzz(f, "safety/medications.json", knowledge.ParseMedications)
}
func FuzzParseBody(f *testing.F) { parserFuzz(f, "body/sites.json", knowledge.ParseBody) }
func FuzzParseTechniques(f *testing.F) {
	parserFuzz(f, "techniques/techniques.json", knowledge.ParseTechniques)
}
func FuzzParseROM(f *testing.F) { parserFuzz(f, "rom/norms.json", knowledge.ParseROM) }
func FuzzParseInstrument(f *testing.F) {
	for _, other := range []string{"nprs", "phq9", "gad7", "rmdq", "groc"} {
		f.Add(string(read(f, "instruments/"+other+".json")))
	}
	parserFuzz(f, "instruments/psfs.json", func(file string, b []byte) (knowledge.Instrument, error) {
		in, err := knowledge.ParseInstrument(file, b)
		if err == nil { // whatever was taken can be asked without a panic
			for _, x := range []float64{in.Min, in.Max, math.NaN(), math.Inf(1)} {
				in.Band(x)
				in.ThresholdAt("important", x)
				in.Allows(in.Items[0].ID, x)
			}
			in.SafetyItem()
		}
		return in, err
	})
}
func FuzzParseGentle(f *testing.F) { parserFuzz(f, "protocols/gentle.json", knowledge.ParseGentle) }
func FuzzParseConsent(f *testing.F) {
	parserFuzz(f, "consent/treatment.en.json", knowledge.ParseConsent)
}
func FuzzParseCodeChanges(f *testing.F) {
	parserFuzz(f, "codes/icd10cm/changes.json", knowledge.ParseCodeChanges)
}
func FuzzParseCodeAliases(f *testing.F) {
	parserFuzz(f, "codes/icd10cm/aliases.json", knowledge.ParseCodeAliases)
}
func FuzzParseCodeList(f *testing.F) {
	parserFuzz(f, "codes/icd10cm/lists/fy2026.json", knowledge.ParseCodeList)
}

// FuzzSearch: no query panics, and the limit holds.
func FuzzSearch(f *testing.F) {
	x := load(f).ICD10()
	for _, q := range []string{"M54", "low back", "S13.4XX", "é", "\x00", "m 5 4 ."} {
		f.Add(q, 10)
	}
	f.Fuzz(func(t *testing.T, q string, limit int) {
		if got := x.Search(q, civil.Date{}, limit); len(got) > max(0, min(limit, 200)) {
			t.Fatalf("%d results for limit %d", len(got), limit)
		}
		state, why := x.Valid(q, civil.Of(2026, 3, 10))
		if state == "" || why == "" {
			t.Fatalf("Valid(%q) = %q, %q", q, state, why)
		}
	})
}
