package screening_test

import (
	"testing"

	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
)

// ruleCase is a rule with the least that fires it and the nearest that does
// not. missing, where there is one, leaves out the date or number.
type ruleCase struct {
	fires, not, missing []change
}

func all(c ...change) []change { return c }

var ruleCases = map[string]ruleCase{
	"EM01": {all(yes("ans.new_bladder_bowel_change", "ans.back_pain")), all(yes("ans.new_bladder_bowel_change")), nil},
	"EM02": {all(yes("ans.sudden_breathless")), all(yes("ans.cannot_lie_flat")), nil},
	"EM03": {all(yes("ans.neck_pain_new_severe", "ans.any_5D3N")), all(yes("ans.neck_pain_new_severe")), nil},
	"EM04": {all(yes("ans.pregnant", "ans.severe_headache_or_visual"), num("vital.sbp", 140)), all(yes("ans.pregnant", "ans.severe_headache_or_visual"), num("vital.sbp", 139)),
		all(yes("ans.pregnant", "ans.severe_headache_or_visual"))},
	"EM05": {all(num("vital.dbp", 120)), all(num("vital.sbp", 179), num("vital.dbp", 119)), nil},
	"EM06": {all(num("phq9.item9", 1)), all(num("phq9.item9", 0)), nil},
	"EM07": {all(yes("ans.severe_pain_tight_swollen_limb_after_injury")), all(yes("ans.hot_swollen_bruised_site")), nil},
	"AB01": {all(icd("I82.4Y1"), ago("days_since.dvt", 89)), all(icd("I82.4Y1"), ago("days_since.dvt", 90)), all(icd("I82.4Y1"), yes("days_since.dvt"))},
	"AB02": {all(num("vital.tempF", 100.4)), all(num("vital.tempF", 100.3)), nil},
	"AB03": {all(icd("A09")), all(icd("A10.0")), nil},
	"AB04": {all(num("exam.mmt_new", 3)), all(num("exam.mmt_new", 4)), nil},
	"AB05": {all(icd("I50.21")), all(icd("I50.22")), nil},
	"AB06": {all(ago("days_since.mi", 41)), all(ago("days_since.mi", 42)), all(yes("days_since.mi"))},
	"AB07": {all(icd("K72.90")), all(icd("K70.9")), nil},
	"AB08": {all(yes("ans.intoxicated")), all(), nil},
	"AB09": {all(blank("ans.fever")), all(blank("ans.trauma_history")), nil},
	"AB10": {all(ago("days_since.trauma_major", 14), yes("ans.imaging_not_done")), all(ago("days_since.trauma_major", 15), yes("ans.imaging_not_done")),
		all(yes("days_since.trauma_major", "ans.imaging_not_done"))},
	"AB11": {all(num("lab.platelets", 19)), all(num("lab.platelets", 20)), nil},
	"AB12": {all(yes("ans.cancer_history", "ans.new_bone_pain")), all(yes("ans.cancer_history")), nil},
	"AB13": {all(yes("ans.ivdu_or_immunosuppressed", "ans.spinal_pain_with_fever")), all(yes("ans.ivdu_or_immunosuppressed")), nil},
	"AB14": {all(aged(50), yes("ans.new_temporal_headache")), all(aged(49), yes("ans.new_temporal_headache")), all(unborn, yes("ans.new_temporal_headache"))},
	"LO01": {all(icd("L08.9")), all(icd("L09")), nil},
	"LO02": {all(icd("T31.0")), all(icd("T33.0")), nil},
	"LO03": {all(ago("days_since.acute_injury", 2)), all(ago("days_since.acute_injury", 3)), all(yes("days_since.acute_injury"))},
	"LO04": {all(icd("S52.501B")), all(icd("S52.501D"), ago("days_since.fracture", 56)), all(icd("S52.501D"), yes("days_since.fracture"))},
	"LO05": {all(ago("days_since.surgery", 41)), all(ago("days_since.surgery", 42)), all(yes("days_since.surgery"))},
	"LO06": {all(icd("C50.911"), yes("ans.tumour_site")), all(icd("C50.911")), nil},
	"LO07": {all(ago("days_since.radiation", 41)), all(ago("days_since.radiation", 42)), all(yes("days_since.radiation"))},
	"LO08": {all(icd("I83.91")), all(icd("I84")), nil},
	"LO09": {all(yes("ans.phlebitis")), all(yes("ans.varicose_bulging")), nil},
	"LO10": {all(icd("Z95.0")), all(icd("Z95.1")), nil},
	"LO11": {all(ago("days_since.joint_injection", 2)), all(ago("days_since.joint_injection", 3)), all(yes("days_since.botox"))},
	"LO12": {all(icd("I97.2")), all(icd("I97.0")), nil},
	"LO13": {all(ago("days_since.abdominal_surgery", 89)), all(ago("days_since.abdominal_surgery", 90)), all(yes("days_since.abdominal_surgery"))},
	"LO14": {all(icd("I65.21")), all(icd("I66.01")), nil},
	"LO15": {all(icd("M10.9"), yes("ans.flare")), all(icd("M10.9")), nil},
	"PR01": {all(num("lab.inr", 3.6)), all(num("lab.inr", 3.5)), nil},
	"PR02": {all(takes("alendronate")), all(takes("calcium")), all(takes("prednisone"), blank("ans.steroid_long"))},
	"PR03": {all(icd("I15.0"), num("vital.sbp", 160)), all(icd("I15.0"), num("vital.sbp", 159)), all(icd("I15.0"))},
	"PR04": {all(takes("nitroglycerin")), all(takes("glycerin")), nil},
	"PR05": {all(icd("I48.91")), all(icd("I49.9")), nil},
	"PR06": {all(yes("ans.dialysis_access")), all(), nil},
	"PR07": {all(icd("E11.9")), all(icd("E16.2")), nil},
	"PR08": {all(yes("ans.pregnant"), num("weeks_gestation", 13)), all(yes("ans.pregnant"), num("weeks_gestation", 14)), all(yes("ans.pregnant"))},
	"PR09": {all(yes("ans.pregnant"), num("weeks_gestation", 14)), all(yes("ans.pregnant"), num("weeks_gestation", 13)), all(yes("ans.pregnant"))},
	"PR10": {all(yes("ans.pregnant", "ans.high_risk_pregnancy")), all(yes("ans.pregnant")), nil},
	"PR11": {all(num("ans.postpartum_weeks", 6)), all(num("ans.postpartum_weeks", 7)), all(yes("ans.postpartum_weeks"))},
	"PR12": {all(num("lab.anc", 0.9)), all(num("lab.anc", 1)), nil},
	"PR13": {all(takes("gabapentin")), all(takes("acetaminophen")), nil},
	"PR14": {all(takes("Humira")), all(takes("vitamin D")), nil},
	"PR15": {all(icd("M16.11"), yes("ans.oa_severe")), all(icd("M16.11")), nil},
	"PR16": {all(icd("G35.B0")), all(icd("G37.9")), nil},
	"PR17": {all(icd("G40.909")), all(icd("G43.909")), nil},
	"PR18": {all(icd("J44.9")), all(icd("J30.9")), nil},
	"PR19": {all(yes("ans.allergy_latex_nut_oil")), all(), nil},
	"PR20": {all(icd("Z21")), all(icd("Z20.6")), nil},
	"PR21": {all(icd("Z96.641")), all(icd("Z97.1")), nil},
	"PR22": {all(icd("Q79.62")), all(icd("Q78.0")), nil},
	"PR23": {all(icd("M51.26"), yes("ans.leg_symptoms")), all(icd("M50.20"), yes("ans.leg_symptoms")), nil},
	"PR24": {all(aged(17)), all(aged(18)), nil},
}

func TestEveryRule(t *testing.T) {
	e := engine(t)
	rules := knowledge.Must().Rules().Rules
	if len(rules) != 60 || len(ruleCases) != 60 {
		t.Fatalf("%d rules, %d cases, want 60 each", len(rules), len(ruleCases))
	}
	for _, rule := range rules {
		c, ok := ruleCases[rule.ID]
		if !ok {
			t.Errorf("%s has no case", rule.ID)
			continue
		}
		t.Run(rule.ID, func(t *testing.T) {
			r := e.Evaluate(healthy(t, c.fires...))
			f, fired := r.Find(rule.ID)
			if !fired || f.Level != rule.Level || r.Status < rule.Level {
				t.Errorf("does not fire at %s: %s %v", rule.Level, r.Status, firedIDs(r))
			}
			if r := e.Evaluate(healthy(t, c.not...)); contains(r, rule.ID) {
				t.Errorf("fires on its near miss: %v", firedIDs(r))
			}
			if c.missing == nil {
				return
			}
			r = e.Evaluate(healthy(t, c.missing...))
			if f, fired := r.Find(rule.ID); !fired || !f.Incomplete {
				t.Errorf("what is missing does not fire it: %v", firedIDs(r))
			}
		})
	}
}

func contains(r screening.Result, id string) bool {
	_, ok := r.Find(id)
	return ok
}

// TestEveryGroupFiresAndNeedsAllOfIt builds, from the data, facts that hold one
// group exactly, and then takes each condition away in turn.
func TestEveryGroupFiresAndNeedsAllOfIt(t *testing.T) {
	e := engine(t)
	k := knowledge.Must()
	for _, rule := range k.Rules().Rules {
		for _, g := range rule.When {
			t.Run(rule.ID+" "+g.Key(), func(t *testing.T) {
				var changes []change
				for _, c := range g.All {
					changes = append(changes, satisfy(t, k, c))
				}
				want := rule.Level
				if g.Level != knowledge.LevelNone {
					want = g.Level
				}
				f, ok := e.Evaluate(healthy(t, changes...)).Find(rule.ID)
				if !ok || f.Level < want || !keyIn(f, g.Key()) {
					t.Fatalf("does not fire at %s: %+v", want, f)
				}
				for i := range g.All {
					without := append(append([]change{}, changes[:i]...), changes[i+1:]...)
					if f, ok := e.Evaluate(healthy(t, without...)).Find(rule.ID); ok && keyIn(f, g.Key()) && !f.Incomplete {
						t.Errorf("fires without %s", g.All[i])
					}
				}
			})
		}
	}
}

func keyIn(f screening.Fired, key string) bool {
	for _, g := range f.GroupKeys() {
		if g == key {
			return true
		}
	}
	return false
}

// satisfy makes one condition hold.
func satisfy(t *testing.T, k *knowledge.Set, c knowledge.Condition) change {
	t.Helper()
	within := c.Value
	switch c.Op {
	case knowledge.OpLess:
		within--
	case knowledge.OpGreater:
		within++
	}
	switch c.Kind {
	case knowledge.CondYes:
		if c.Key == "ans.minor" {
			return aged(10)
		}
		return yes(c.Key)
	case knowledge.CondNumber:
		if c.Key == "ans.age" {
			return aged(int(within) + 1)
		}
		return num(c.Key, within)
	case knowledge.CondDaysSince:
		return ago(c.Key, int(within))
	case knowledge.CondICD, knowledge.CondICDRange:
		return icd(c.From)
	case knowledge.CondICD7:
		d := k.Rules().Definitions[c.Key]
		return icd(d.Categories[0] + "XXXX"[:6-len(d.Categories[0])] + d.Seventh[0])
	case knowledge.CondMed:
		class, _ := k.Medications().Class(c.Key)
		if class.From != "" {
			return func(f *screening.Facts) { f.MedClasses = append(f.MedClasses, class.ID) }
		}
		return takes(class.Generic[0])
	case knowledge.CondIncomplete:
		return blank("ans.fever")
	}
	t.Fatalf("condition %v is of no known kind", c)
	return nil
}
