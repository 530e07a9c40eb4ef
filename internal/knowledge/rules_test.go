package knowledge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"soapstone/internal/knowledge"
)

func TestAllRulesAreThere(t *testing.T) {
	rs := load(t).Rules()
	var got []string
	for _, r := range rs.Rules {
		got = append(got, r.ID)
	}
	var want []string
	for prefix, n := range map[string]int{"EM": 7, "AB": 14, "LO": 15, "PR": 24} {
		for i := 1; i <= n; i++ {
			want = append(want, fmt.Sprintf("%s%02d", prefix, i))
		}
	}
	slices.Sort(want)
	sorted := slices.Sorted(slices.Values(got))
	if !slices.Equal(sorted, want) {
		t.Errorf("rules %v, want %v", sorted, want)
	}
	level := map[string]knowledge.Level{"EM": knowledge.LevelEmergency, "AB": knowledge.LevelAbsolute, "LO": knowledge.LevelLocal, "PR": knowledge.LevelPrecaution}
	for _, r := range rs.Rules {
		want := level[r.ID[:2]]
		switch r.ID {
		case "PR10":
			want = knowledge.LevelAbsolute
		case "PR20": // hygiene as for everyone
			want = knowledge.LevelInfo
		}
		if r.Level != want {
			t.Errorf("%s is %s, want %s", r.ID, r.Level, want)
		}
		if r.Level == knowledge.LevelEmergency && r.Clear.SameScreening {
			t.Errorf("%s, an emergency, could be cleared at once", r.ID)
		}
	}
}

func TestRulesAreTuned(t *testing.T) {
	rs := load(t).Rules()
	if r, _ := rs.Rule("PR15"); strings.Contains(r.Why, "may need") || strings.Contains(r.Why, "source:") {
		t.Errorf("PR15 is still weakly worded: %q", r.Why)
	}
	r, _ := rs.Rule("AB14")
	if last := r.When[len(r.When)-1]; len(last.All) != 2 {
		t.Errorf("AB14: age and headache are not two conditions: %v", last)
	}
	r, _ = rs.Rule("PR13")
	for _, g := range r.When {
		want := knowledge.LevelNone
		if g.Key() == "med:nsaid" {
			want = knowledge.LevelInfo
		}
		if g.Level != want {
			t.Errorf("PR13, %s: level %s, want %s", g.Key(), g.Level, want)
		}
	}
	if r.Notes == "" {
		t.Error("PR13 does not note its change")
	}
}

func TestWhoMayClear(t *testing.T) {
	rs := load(t).Rules()
	for _, c := range []struct {
		by, who knowledge.Clinician
		want    bool
	}{
		{"physician", "physician", true}, {"physician", "surgeon", true}, {"physician", "therapist", false}, {"physician", "EMS", false},
		{"surgeon", "physician", false}, {"oncologist", "surgeon", false}, {"OB", "OB", true}, {"OB", "physician", false},
		{"therapist", "therapist", true}, {"therapist", "physician", true}, {"EMS", "EMS", true}, {"EMS", "therapist", false},
		{"physician", "", false}, {"", "physician", false},
	} {
		if got := rs.MayClear(c.by, c.who); got != c.want {
			t.Errorf("MayClear(%q, %q) = %v", c.by, c.who, got)
		}
	}
}

func TestSeventhCharacter(t *testing.T) {
	d := load(t).Rules().Definitions
	for _, c := range []struct {
		def, code         string
		match, incomplete bool
	}{
		{"fracture_active", "S72.001A", true, false}, {"fracture_active", "S72.001B", true, false}, {"fracture_active", "s72001d", false, false},
		{"fracture_active", "S72.001", true, true}, {"fracture_active", "S13.4XXA", false, false}, {"fracture_active", "M84.361A", true, false},
		{"fracture_active", "M80.08XA", true, false}, {"fracture_active", "M84.40XA", false, false}, {"fracture_active", "", false, false},
		{"fracture_subsequent", "S72.001D", true, false}, {"fracture_subsequent", "S72.001A", false, false}, {"fracture_subsequent", "S72.001S", false, false},
		{"fracture_subsequent", "S72.001", false, false},
	} {
		match, incomplete := d[c.def].Match(c.code)
		if match != c.match || incomplete != c.incomplete {
			t.Errorf("%s %s: %v %v", c.def, c.code, match, incomplete)
		}
	}
}

func TestQuestionsAreAskable(t *testing.T) {
	qs := load(t).Questions()
	q, ok := qs.Question("ans.saddle_numbness")
	if !ok || !q.Required || !q.EveryVisit || q.Type != knowledge.AnswerBool {
		t.Errorf("saddle numbness: %+v", q)
	}
	if q, _ := qs.Question("ans.high_risk_pregnancy"); len(q.When) != 1 || q.When[0].Key() != "ans.pregnant" || !q.Required {
		t.Errorf("high-risk pregnancy: %+v", q)
	}
	optional := []string{"ans.trauma_history", "ans.cognitive_impairment", "exam.umn_signs"}
	seen := map[string]bool{}
	last := ""
	for _, q := range qs.Questions {
		if q.Type != knowledge.AnswerNumber && !q.Required && !slices.Contains(optional, q.Key) {
			t.Errorf("%s: a blank would count as no", q.Key)
		}
		if q.Group != last && seen[q.Group] {
			t.Errorf("%s: its group %s is torn apart", q.Key, q.Group)
		}
		seen[q.Group], last = true, q.Group
		if _, ok := qs.Group(q.Group); !ok {
			t.Errorf("%s: no group", q.Key)
		}
	}
}

func TestLevels(t *testing.T) {
	for l := knowledge.LevelNone; l <= knowledge.LevelEmergency; l++ {
		got, err := knowledge.ParseLevel(l.String())
		if err != nil || got != l || l.Label() == "" {
			t.Errorf("%v: %v %v %q", l, got, err, l.Label())
		}
		if l.Stops() != (l == knowledge.LevelAbsolute || l == knowledge.LevelEmergency) {
			t.Errorf("%v stops: %v", l, l.Stops())
		}
	}
	if _, err := knowledge.ParseLevel("grave"); err == nil {
		t.Error("grave is a level")
	}
}
