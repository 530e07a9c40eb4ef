package knowledge_test

import (
	"testing"

	"soapstone/internal/knowledge"
)

func TestParseCondition(t *testing.T) {
	for text, want := range map[string]knowledge.Condition{
		"ans.saddle_numbness":  {Kind: knowledge.CondYes, Key: "ans.saddle_numbness"},
		"exam.umn_signs":       {Kind: knowledge.CondYes, Key: "exam.umn_signs"},
		"ans.age>=50":          {Kind: knowledge.CondNumber, Key: "ans.age", Op: ">=", Value: 50},
		"vital.tempF>=100.4":   {Kind: knowledge.CondNumber, Key: "vital.tempF", Op: ">=", Value: 100.4},
		"weeks_gestation<14":   {Kind: knowledge.CondNumber, Key: "weeks_gestation", Op: "<", Value: 14},
		"exam.mmt_new<=3":      {Kind: knowledge.CondNumber, Key: "exam.mmt_new", Op: "<=", Value: 3},
		"lab.inr>3.5":          {Kind: knowledge.CondNumber, Key: "lab.inr", Op: ">", Value: 3.5},
		"days_since.dvt<90":    {Kind: knowledge.CondDaysSince, Key: "days_since.dvt", Op: "<", Value: 90},
		"icd:C":                {Kind: knowledge.CondICD, From: "C"},
		"icd:i89.0":            {Kind: knowledge.CondICD, From: "I890"},
		"icd:A00-A09":          {Kind: knowledge.CondICDRange, From: "A00", To: "A09"},
		"icd7:fracture_active": {Kind: knowledge.CondICD7, Key: "fracture_active"},
		"med:systemic_steroid": {Kind: knowledge.CondMed, Key: "systemic_steroid"},
		"INCOMPLETE":           {Kind: knowledge.CondIncomplete},
	} {
		got, err := knowledge.ParseCondition(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", " ", "fever", "ans.", "ans.fever ", "vital.sbp", "days_since.dvt", "lab.inr", "weeks_gestation", "ans.age>=", "ans.age>=x", "ans.age>=-1",
		"ans.age>=1e3", "ans.age>=007", "ans.age=50", "ans.age>=50 & ans.fever", "icd:", "icd:1", "icd:A0-A9", "icd:A09-A00", "icd:MM", "med:", "med:A B",
		"icd7:", "loinc:1", "incomplete", "ans.age>=NaN", "ans.age>=Inf", "ans.fever<>1",
	} {
		if got, err := knowledge.ParseCondition(text); err == nil {
			t.Errorf("%q was taken as %+v", text, got)
		}
	}
}

func TestCodesMatch(t *testing.T) {
	for _, c := range []struct {
		condition, code string
		want            bool
	}{
		{"icd:I82", "I82.401", true}, {"icd:I82", "i82401", true}, {"icd:I82", "I8", false}, {"icd:I82", "I83", false},
		{"icd:I20.0", "I20.0", true}, {"icd:C", "C50.911", true}, {"icd:C", "D05", false},
		{"icd:A00-A09", "A00.0", true}, {"icd:A00-A09", "A09", true}, {"icd:A00-A09", "A10", false}, {"icd:A00-A09", "A0", false},
		{"icd:M05", " m05.9 ", true}, {"icd:L00-L08", "L08.9", true}, {"icd:E08-E13", "E14", false}, {"icd:E08-E13", "E11.9", true},
	} {
		x, err := knowledge.ParseCondition(c.condition)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.MatchesCode(c.code); got != c.want {
			t.Errorf("%s matches %q: %v", c.condition, c.code, got)
		}
	}
}

// FuzzParseCondition: no input panics, and what is taken is written back the
// same way.
func FuzzParseCondition(f *testing.F) {
	for _, s := range []string{"ans.fever", "ans.age>=50", "days_since.dvt<90", "icd:A00-A09", "icd:i20.0", "icd7:fracture_active", "med:nsaid", "INCOMPLETE", "vital.tempF>=100.4", "ans.age>=50 & ans.x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := knowledge.ParseCondition(s)
		if err != nil {
			return
		}
		again, err := knowledge.ParseCondition(c.String())
		if err != nil || again != c {
			t.Fatalf("%q → %+v → %q → %+v, %v", s, c, c.String(), again, err)
		}
		if c.Kind == knowledge.CondICD && !c.MatchesCode(c.From) {
			t.Fatalf("%q does not match its own prefix", s)
		}
	})
}
