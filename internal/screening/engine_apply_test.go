package screening_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
)

func clearance(rule string, kind knowledge.Clinician, changes ...func(*screening.Clearance)) screening.Clearance {
	c := screening.Clearance{Rule: rule, Kind: kind, Name: "Ada Lind", Credential: "MD", From: today.AddDays(-1), Until: today.AddDays(30)}
	for _, f := range changes {
		f(&c)
	}
	return c
}

func TestClearances(t *testing.T) {
	swollen := []change{yes("ans.leg_unilateral_swelling_new")}
	chest := []change{yes("ans.chest_pain")}
	seen := func(c *screening.Clearance) {
		c.EarlierScreening, c.Document, c.Reason = true, "Discharge letter", "Heart attack ruled out"
	}
	cases := []struct {
		name    string
		facts   []change
		given   []screening.Clearance
		want    knowledge.Level
		refused string
	}{
		{"physician lowers to what stays", swollen, []screening.Clearance{clearance("AB01", "physician")}, knowledge.LevelLocal, ""},
		{"surgeon is a physician", swollen, []screening.Clearance{clearance("AB01", "surgeon")}, knowledge.LevelLocal, ""},
		{"therapist cannot", swollen, []screening.Clearance{clearance("AB01", "therapist")}, knowledge.LevelAbsolute, "only by: Physician"},
		{"without after it becomes information", []change{yes("ans.fever")}, []screening.Clearance{clearance("AB02", "therapist")}, knowledge.LevelInfo, ""},
		{"physician cannot clear for the surgeon", []change{ago("days_since.surgery", 10)}, []screening.Clearance{clearance("LO05", "physician")}, knowledge.LevelLocal, "only by: Surgeon"},
		{"surgeon can", []change{ago("days_since.surgery", 10)}, []screening.Clearance{clearance("LO05", "surgeon")}, knowledge.LevelPrecaution, ""},
		{"not yet", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.From = today.AddDays(1) })}, knowledge.LevelAbsolute, "holds only from 11 Mar 2026"},
		{"no longer", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.Until = today.AddDays(-1) })}, knowledge.LevelAbsolute, "ended on 9 Mar 2026"},
		{"last day", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.Until = today })}, knowledge.LevelLocal, ""},
		{"without end", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.Until = civil.Date{} })}, knowledge.LevelLocal, ""},
		{"without a name", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.Name = " " })}, knowledge.LevelAbsolute, "name"},
		{"without a date", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.From = civil.Date{} })}, knowledge.LevelAbsolute, "date"},
		{"for another rule", swollen, []screening.Clearance{clearance("AB02", "physician")}, knowledge.LevelAbsolute, ""},
		{"unanswered question cannot be cleared", []change{blank("ans.fever")}, []screening.Clearance{clearance("AB09", "physician")}, knowledge.LevelAbsolute, "Only answers"},
		{"refused consent cannot be cleared", []change{yes("ans.consent_refused")}, []screening.Clearance{clearance("AB09", "physician")}, knowledge.LevelAbsolute, "Only answers"},
		{"emergency within its own screening", chest, []screening.Clearance{clearance("EM02", "physician", seen, func(c *screening.Clearance) { c.EarlierScreening = false })}, knowledge.LevelEmergency, "within the screening"},
		{"emergency later, with its papers", chest, []screening.Clearance{clearance("EM02", "physician", seen)}, knowledge.LevelInfo, ""},
		{"emergency later by emergency services", chest, []screening.Clearance{clearance("EM02", "EMS", seen)}, knowledge.LevelInfo, ""},
		{"emergency later without papers", chest, []screening.Clearance{clearance("EM02", "physician", func(c *screening.Clearance) { c.EarlierScreening = true })}, knowledge.LevelEmergency, "document"},
		{"the finding it was given for", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.Groups = []string{"ans.leg_unilateral_swelling_new"} })}, knowledge.LevelLocal, ""},
		{"another finding of the same rule", swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.Groups = []string{"icd:I82 & days_since.dvt<90"} })}, knowledge.LevelAbsolute, "New swelling of one leg"},
		{"two clearances cover two findings", []change{yes("ans.leg_unilateral_swelling_new"), icd("I26.99")}, []screening.Clearance{
			clearance("AB01", "physician", func(c *screening.Clearance) { c.Groups = []string{"ans.leg_unilateral_swelling_new"} }),
			clearance("AB01", "physician", func(c *screening.Clearance) { c.Groups = []string{"icd:I26"} }),
		}, knowledge.LevelLocal, ""},
		{"a good one beside a bad one", swollen, []screening.Clearance{clearance("AB01", "therapist"), clearance("AB01", "physician")}, knowledge.LevelLocal, "only by"},
		{"one of two rules", []change{yes("ans.leg_unilateral_swelling_new", "ans.fever")}, []screening.Clearance{clearance("AB01", "physician")}, knowledge.LevelAbsolute, ""},
	}
	e := engine(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := e.Evaluate(healthy(t, c.facts...))
			keep := e.Evaluate(healthy(t, c.facts...))
			after, refused := e.Apply(before, c.given, today)
			if after.Status != c.want {
				t.Errorf("status %s, want %s (refused %v)", after.Status, c.want, refused)
			}
			if d := cmp.Diff(keep, before); d != "" {
				t.Errorf("the result given was changed: %s", d)
			}
			if len(after.Fired) != len(before.Fired) {
				t.Errorf("a cleared rule is no longer listed: %v", firedIDs(after))
			}
			switch {
			case c.refused == "" && len(refused) > 0:
				t.Errorf("refused: %v", refused)
			case c.refused != "" && (len(refused) == 0 || !strings.Contains(refused[0].Reason, c.refused)):
				t.Errorf("refused %v, want %q", refused, c.refused)
			}
		})
	}
}

func TestClearedRuleKeepsItsHistory(t *testing.T) {
	e := engine(t)
	r, _ := e.Apply(e.Evaluate(healthy(t, yes("ans.leg_unilateral_swelling_new"))), []screening.Clearance{clearance("AB01", "physician")}, today)
	f, ok := r.Find("AB01")
	if !ok || f.Found != knowledge.LevelAbsolute || f.Level != knowledge.LevelLocal || len(f.ClearedBy) != 1 || f.ClearedBy[0].Name != "Ada Lind" {
		t.Errorf("%+v", f)
	}
	if !r.NeedsDecision() {
		t.Error("a clearance does not replace the decision on an unreviewed rule")
	}
}
