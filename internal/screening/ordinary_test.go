package screening_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
)

// at says that a yes is about places of the body.
func at(key string, sites ...string) change {
	return func(f *screening.Facts) { f.Answers[key] = screening.SaidYes().At(sites...) }
}

// TestTheOrdinaryPatient: what people who come for massage really answer, and
// how strictly that limits treatment. What many live with informs; nothing that
// could do harm does only that.
func TestTheOrdinaryPatient(t *testing.T) {
	e := engine(t)
	pressure := []change{num("vital.sbp", 128), num("vital.dbp", 82)}
	with := func(more ...change) []change { return append(slices.Clone(pressure), more...) }
	for _, c := range []struct {
		name  string
		facts []change
		want  knowledge.Level
		fired []string
	}{
		{"office worker, neck pain, no medicines", with(icd("M54.2")), knowledge.LevelNone, nil},
		{"low back pain, ibuprofen as needed", with(icd("M54.50"), takes("Ibuprofen 400 mg")), knowledge.LevelInfo, []string{"PR13"}},
		{"naproxen twice a day", with(takes("Aleve")), knowledge.LevelInfo, []string{"PR13"}},
		{"baby aspirin", with(takes("aspirin 81 mg")), knowledge.LevelInfo, []string{"PR01"}},
		{"baby aspirin and ibuprofen", with(takes("aspirin 81 mg", "Advil")), knowledge.LevelInfo, []string{"PR01", "PR13"}},
		{"acetaminophen", with(takes("Tylenol")), knowledge.LevelNone, nil},
		{"controlled blood pressure, one tablet", with(icd("I10"), takes("lisinopril 10 mg")), knowledge.LevelInfo, []string{"PR04"}},
		{"controlled blood pressure, two tablets", with(icd("I10"), takes("amlodipine", "hydrochlorothiazide")), knowledge.LevelInfo, []string{"PR04"}},
		{"blood pressure tablets, aspirin, statin", with(icd("I10"), takes("losartan", "aspirin 81 mg", "atorvastatin")), knowledge.LevelInfo, []string{"PR01", "PR04"}},
		{"the same, not measured today", []change{icd("I10"), takes("losartan")}, knowledge.LevelPrecaution, []string{"PR03", "PR04"}},
		{"thyroid tablets", with(takes("levothyroxine")), knowledge.LevelNone, nil},
		{"an antidepressant", with(takes("sertraline 50 mg")), knowledge.LevelNone, nil},
		{"asthma with an inhaler", with(icd("J45.909"), takes("albuterol")), knowledge.LevelInfo, []string{"PR18"}},
		{"hay fever, antihistamine", with(icd("J30.9"), takes("cetirizine")), knowledge.LevelNone, nil},
		{"migraine, triptan", with(icd("G43.909"), takes("sumatriptan")), knowledge.LevelNone, nil},
		{"hepatitis B carrier", with(icd("B18.1")), knowledge.LevelInfo, []string{"PR20"}},
		{"contraceptive pill", with(takes("ethinyl estradiol")), knowledge.LevelNone, nil},
		{"surgery eight months ago", with(ago("days_since.surgery", 240)), knowledge.LevelNone, nil},
		{"vaccine last week", with(ago("days_since.injection_im", 6)), knowledge.LevelNone, nil},
		{"sprained ankle five days ago", with(ago("days_since.acute_injury", 5)), knowledge.LevelNone, nil},
		{"back pain and trouble sleeping", with(icd("M54.50", "G47.00"), yes("ans.back_pain")), knowledge.LevelNone, nil},
		{"cancer long past, nothing new", with(yes("ans.cancer_history")), knowledge.LevelNone, nil},
		{"nut allergy", with(yes("ans.allergy_latex_nut_oil")), knowledge.LevelPrecaution, []string{"PR19"}},
		{"metformin for diabetes", with(icd("E11.9"), takes("metformin")), knowledge.LevelPrecaution, []string{"PR07"}},
		{"muscle relaxant at night", with(takes("cyclobenzaprine")), knowledge.LevelPrecaution, []string{"PR13"}},
		{"varicose veins at one calf", with(at("ans.varicose_bulging", "itb-l")), knowledge.LevelLocal, []string{"LO08"}},
		{"sunburned shoulders", with(at("ans.sunburn", "trap-upper-r", "trap-upper-l")), knowledge.LevelLocal, []string{"LO02"}},
		{"ordinary pregnancy, week 24", with(yes("ans.pregnant"), num("weeks_gestation", 24)), knowledge.LevelPrecaution, []string{"PR09"}},
		{"hip replaced years ago", with(icd("Z96.641")), knowledge.LevelPrecaution, []string{"PR21"}},
		{"blood thinner for the heart", with(icd("I48.91"), takes("Eliquis")), knowledge.LevelPrecaution, []string{"PR01", "PR05"}},
		{"a cold with fever", with(yes("ans.fever")), knowledge.LevelAbsolute, []string{"AB02"}},
		{"one calf newly swollen", with(at("ans.leg_unilateral_swelling_new", "itb-l")), knowledge.LevelAbsolute, []string{"AB01"}},
		{"a question skipped", with(blank("ans.fever")), knowledge.LevelAbsolute, []string{"AB09"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := e.Evaluate(healthy(t, c.facts...))
			if got := firedIDs(r); r.Status != c.want || !slices.Equal(got, c.fired) {
				t.Errorf("%s %v, want %s %v (missing %v)", r.Status, got, c.want, c.fired, keysOf(r.Missing))
			}
			if c.want == knowledge.LevelInfo && (len(r.Avoid()) > 0 || len(r.AvoidPositions()) > 0 || r.MaxPressure() > 0) {
				t.Errorf("information limits treatment: %v %v %d", r.Avoid(), r.AvoidPositions(), r.MaxPressure())
			}
		})
	}
}

func TestWordsGoWithTheLevelReached(t *testing.T) {
	e := engine(t)
	mild, _ := e.Evaluate(healthy(t, takes("aspirin"))).Find("PR01")
	full, _ := e.Evaluate(healthy(t, takes("aspirin", "warfarin"))).Find("PR01")
	rule, _ := knowledge.Must().Rules().Rule("PR01")
	if mild.Rule.Do == rule.Do || full.Rule.Do != rule.Do {
		t.Errorf("aspirin alone: %q; with warfarin: %q", mild.Rule.Do, full.Rule.Do)
	}
}

func TestPositionsAndReleasesLimitTheVisit(t *testing.T) {
	e := engine(t)
	r := e.Evaluate(healthy(t, yes("ans.pregnant", "ans.cannot_lie_flat"), num("weeks_gestation", 30)))
	if got := r.AvoidPositions(); !slices.Equal(got, []string{"prone", "supine"}) {
		t.Errorf("positions %v", got)
	}
	swollen := e.Evaluate(healthy(t, at("ans.leg_unilateral_swelling_new", "itb-l")))
	eased, _ := e.Apply(swollen, []screening.Clearance{clearance("AB01", "physician", func(c *screening.Clearance) { c.MaxPressure = 2 })}, today)
	if eased.MaxPressure() != 2 {
		t.Errorf("the limit of a release is lost: %d", eased.MaxPressure())
	}
}

// TestAClearanceNeverLowersBelowAfter: what a release leaves is the rule's own
// "after", or information.
func TestAClearanceNeverLowersBelowAfter(t *testing.T) {
	e := engine(t)
	rules := knowledge.Must().Rules()
	rapid.Check(t, func(t *rapid.T) {
		r := e.Evaluate(drawFacts(t))
		var cs []screening.Clearance
		for _, f := range r.Fired {
			if rapid.Bool().Draw(t, f.Rule.ID) {
				kinds := rules.Sufficient(f.Rule.Clear.By)
				cs = append(cs, screening.Clearance{Rule: f.Rule.ID, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: "Ada Lind", Credential: "MD",
					From: today, Until: today, EarlierScreening: true, Document: "letter", Reason: "seen"})
			}
		}
		after, _ := e.Apply(r, cs, today)
		if len(after.Fired) != len(r.Fired) {
			t.Fatalf("a release made a rule disappear: %v, then %v", firedIDs(r), firedIDs(after))
		}
		for _, f := range after.Fired {
			least := min(f.Found, max(f.Rule.Clear.After, knowledge.LevelInfo))
			if f.Level < least {
				t.Fatalf("%s was lowered to %s, below %s", f.Rule.ID, f.Level, least)
			}
		}
	})
}

// TestAnUnansweredQuestionNeverLowers: taking any answer away.
func TestAnUnansweredQuestionNeverLowers(t *testing.T) {
	e := engine(t)
	qs := knowledge.Must().Questions().Questions
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		q := rapid.SampledFrom(qs).Draw(t, "question")
		f.Answers[q.Key] = screening.SaidNo()
		g := clone(f)
		delete(g.Answers, q.Key)
		if a, b := e.Evaluate(f), e.Evaluate(g); b.Status < a.Status {
			t.Fatalf("%s: %s %v became %s %v", q.Key, a.Status, firedIDs(a), b.Status, firedIDs(b))
		}
	})
}
