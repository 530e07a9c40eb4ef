package knowledge_test

import (
	"strings"
	"testing"

	"soapstone/internal/knowledge"
)

// A file that would score or warn wrongly is refused, and the error says why.
func TestInstrumentsThatContradictThemselvesAreRefused(t *testing.T) {
	for _, tc := range []struct{ name, file, old, new, want string }{
		{"a field nobody knows", "phq9", `"by_total"`, `"by_totals"`, "by_totals"},
		{"a range the answers cannot reach", "phq9", `"max": 27`, `"max": 28`, "sum"},
		{"two answers that count the same", "groc", `"value": -6`, `"value": -7`, "twice"},
		{"a way of scoring nobody knows", "gad7", `"scoring": "sum"`, `"scoring": "product"`, "scoring"},
		{"a rule for missing answers nobody knows", "gad7", `"missing_as": "item-mean"`, `"missing_as": "guess"`, "missing_as"},
		{"every answer may be missing", "gad7", `"missing_most": 2`, `"missing_most": 7`, "missing_most"},
		{"missing answers of a mean without a limit", "gad7", `"missing_most": 2`, `"missing_most": 0`, "missing_most"},
		{"left out of a sum", "gad7", `"missing_as": "item-mean",
 "missing_most": 2`, `"missing_as": "left-out"`, "mean"},
		{"an item named as the total", "gad7", `"id": "q1"`, `"id": "total"`, "total"},
		{"a safety limit nobody can answer", "phq9", `"safety_above": 0`, `"safety_above": 0.5`, "safety"},
		{"two safety questions", "phq9", `"loinc": "44250-9"`, `"loinc": "44250-9", "safety_above": 0`, "safety"},
		{"bands out of order", "phq9", `"from": 15`, `"from": 10`, "band"},
		{"bands that begin too late", "phq9", `{"from": 0, "label": "minimal"},`, ``, "band"},
		{"bands without their source", "gad7", `"bands_source": "Scoring text of the printed form: 5, 10 and 15 are cut points for mild, moderate and severe"`, `"bands_source": ""`, "bands_source"},
		{"a wording verified nowhere", "psfs", `"state": "own"`, `"state": "verified"`, "wording"},
		{"a code that is none", "phq9", `"loinc": "44249-1"`, `"loinc": "PHQ9"`, "LOINC"},
		{"ticks with choices", "rmdq", `"ticks": true`, `"ticks": true, "options": [{"value": 0, "label": "No"}, {"value": 1, "label": "Yes"}]`, "tick"},
		{"first scores without a threshold", "rmdq", `"baseline_to": 24`, `"baseline_to": 23`, "first score"},
		{"half a range of first scores", "rmdq", `"baseline_to": 24, `, ``, "baseline_"},
		{"a change that is compared", "groc", `"thresholds": []`, `"thresholds": [{"value": 2, "unit": "points", "kind": "MCID", "population": "all", "citation": "x", "verified": false}]`, "never compared"},
		{"an example with an answer off the scale", "groc", `"change": 5`, `"change": 8`, "vector"},
	} {
		text := string(read(t, "instruments/"+tc.file+".json"))
		broken := strings.Replace(text, tc.old, tc.new, 1)
		if broken == text {
			t.Errorf("%s: the file does not hold %q", tc.name, tc.old)
			continue
		}
		_, err := knowledge.ParseInstrument("x.json", []byte(broken))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one with %q", tc.name, err, tc.want)
		}
	}
}
