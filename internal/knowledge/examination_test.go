package knowledge_test

import (
	"math"
	"strings"
	"testing"

	"soapstone/internal/knowledge"
)

// TestPostTestVectors holds the arithmetic to worked examples; 65 % and 90 %
// are what Wainner published for the neck group of four.
func TestPostTestVectors(t *testing.T) {
	for _, tc := range []struct{ before, lr, want float64 }{
		{.30, 4.3, .648}, {.30, .08, .033}, {.23, 6.1, .646}, {.23, 30.3, .900}, {.10, 13.7, .604}, {.5, 1, .5},
	} {
		got, ok := knowledge.PostTest(tc.before, tc.lr)
		if !ok || math.Abs(got-tc.want) > .0006 {
			t.Errorf("PostTest(%v, %v) = %v, want %v", tc.before, tc.lr, got, tc.want)
		}
	}
	for _, bad := range [][2]float64{{0, 2}, {1, 2}, {-.1, 2}, {.3, 0}, {.3, -1}, {math.NaN(), 2}, {.3, math.NaN()}, {.3, math.Inf(1)}, {1.2, 2}} {
		if got, ok := knowledge.PostTest(bad[0], bad[1]); ok {
			t.Errorf("PostTest(%v, %v) = %v, want none", bad[0], bad[1], got)
		}
	}
}

func TestShiftsByLikelihoodRatio(t *testing.T) {
	for lr, want := range map[float64]knowledge.Shift{
		30: knowledge.ShiftLarge, 10.1: knowledge.ShiftLarge, 10: knowledge.ShiftModerate, 5: knowledge.ShiftModerate, 4.9: knowledge.ShiftSmall,
		2: knowledge.ShiftSmall, 1.9: knowledge.ShiftTrivial, 1: knowledge.ShiftTrivial, .8: knowledge.ShiftTrivial, .4: knowledge.ShiftSmall,
		.15: knowledge.ShiftModerate, .05: knowledge.ShiftLarge, 0: knowledge.ShiftNone, -1: knowledge.ShiftNone,
	} {
		if got := knowledge.ShiftOf(lr); got != want {
			t.Errorf("ShiftOf(%v) = %q, want %q", lr, got, want)
		}
	}
	if knowledge.ShiftOf(math.NaN()) != knowledge.ShiftNone {
		t.Error("a ratio that is no number shifts something")
	}
}

// TestLikelihoodRatiosOfTheTests compares computed ratios with published ones.
func TestLikelihoodRatiosOfTheTests(t *testing.T) {
	tests := load(t).SpecialTests()
	for id, want := range map[string][2]float64{
		"neck.spurling": {4.3, .75}, "neck.distraction": {4.4, .62}, "neck.ultt-a": {1.2, .14}, "neck.flexion-rotation": {9.1, .10},
		"back.slr": {1.3, .29}, "back.slump": {4.9, .19}, "sij.thigh-thrust": {2.8, .17}, "sij.faber": {.8, 1.9},
		"shoulder.empty-can": {3.2, .34}, "wrist.phalen": {1.7, .64}, "wrist.durkan": {3.8, .43},
	} {
		x, ok := tests.Test(id)
		if !ok {
			t.Fatalf("%s is not offered", id)
		}
		p, n := x.Accuracy[0].LRs()
		if math.Abs(p-want[0]) > .06 || math.Abs(n-want[1]) > .05*max(want[1], .2) {
			t.Errorf("%s: LR+ %.2f, LR− %.2f, want %v", id, p, n, want)
		}
	}
	for _, c := range tests.Clusters {
		p, n := c.Levels[0].LRs()
		if want := map[string][2]float64{"neck.four": {6.1, .65}, "sij.six": {4.3, .08}, "shoulder.three": {10.6, 0}}[c.ID]; math.Abs(p-want[0]) > .06 || math.Abs(n-want[1]) > .05*max(want[1], .2) {
			t.Errorf("%s: LR+ %.2f, LR− %.2f, want %v", c.ID, p, n, want)
		}
	}
}

func TestWhatIsNotRecalledFromASourceIsMarked(t *testing.T) {
	for _, x := range load(t).SpecialTests().Tests {
		if !strings.HasSuffix(x.Screens, ".") || !strings.HasPrefix(x.Screens, "Whether ") {
			t.Errorf("%s: says %q, want a sentence of what it screens for", x.ID, x.Screens)
		}
		for _, a := range x.Accuracy {
			if !a.Verified && !strings.Contains(a.Source, "unverified") {
				t.Errorf("%s: %s is not marked", x.ID, a.Source)
			}
		}
	}
}

// TestBrokenExaminationFilesAreRefused damages each file in one way.
func TestBrokenExaminationFilesAreRefused(t *testing.T) {
	for _, tc := range []struct{ name, file, old, new, want string }{
		{"a test that clears nobody", "tests/special.json", `"label": "Spurling"`, `"label": "Homans"`, "is not offered"},
		{"sensitivity of 3", "tests/special.json", `"sn": 0.3,`, `"sn": 3,`, "between 0 and 1"},
		{"a stored ratio of one test", "tests/special.json", `{"sn": 0.3, "sp": 0.93,`, `{"sn": 0.3, "sp": 0.93, "lr_positive": 4.3,`, "no stored lr_positive"},
		{"no source", "tests/special.json", `"Laslett 2005, against joint block."`, `""`, "source is missing"},
		{"a group of unknown tests", "tests/special.json", `{"test": "neck.spurling"}`, `{"test": "neck.nothing"}`, "does not exist"},
		{"a group that needs too many", "tests/special.json", `{"need": 4,`, `{"need": 9,`, "level of 9"},
		{"a member on no side", "tests/special.json", `{"test": "sij.distraction"}`, `{"test": "sij.distraction", "side": "L"}`, "not done on side"},
		{"an unknown zone", "tests/special.json", `"zone": "right-arm"`, `"zone": "tail"`, "zone"},
		{"five grades of tone", "palpation/palpation.json", `{"id": "4", "label": "8 mm"}`, `{"id": "5", "label": "8 mm"}`, `has the id "5"`},
		{"a texture twice", "palpation/palpation.json", `"id": "nodule"`, `"id": "adhesion"`, "appears twice"},
		{"a finding nowhere", "posture/posture.json", `"landmark": "head"`, `"landmark": "hat"`, "does not exist"},
		{"a third side", "posture/posture.json", `"side": "L"`, `"side": "M"`, "neither L nor R"},
		{"a phase nowhere", "gait/gait.json", `"phase": "stance"`, `"phase": "dance"`, "does not exist"},
		{"a walking aid without words", "gait/gait.json", `"label": "Cane"`, `"label": " "`, "label is missing"},
		{"an unknown level", "strength/strength.json", `"myotome": "C7"`, `"myotome": "C9"`, "does not exist"},
		{"an unknown region", "strength/strength.json", `"regions": ["neck", "wrist"]`, `"regions": ["tail"]`, "no special tests"},
		{"a position without words", "rom/norms.json", `"label": "Seated"}`, `"label": ""}`, "label is missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys := copyOfData(t)
			before := string(fsys[tc.file].Data)
			after := strings.Replace(before, tc.old, tc.new, 1)
			if after == before {
				t.Fatalf("%s does not hold %s", tc.file, tc.old)
			}
			fsys[tc.file].Data = []byte(after)
			if _, err := knowledge.LoadFS(fsys); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), tc.file) {
				t.Errorf("err = %v, want one about %q in %s", err, tc.want, tc.file)
			}
		})
	}
}

func FuzzParseSpecialTests(f *testing.F) {
	parserFuzz(f, "tests/special.json", func(file string, b []byte) (knowledge.SpecialTests, error) {
		s, err := knowledge.ParseSpecialTests(file, b)
		for _, x := range s.Tests { // whatever was taken has ratios that are numbers
			for _, a := range x.Accuracy {
				if p, n := a.LRs(); math.IsNaN(p+n) || math.IsInf(p+n, 0) || p < 0 || n < 0 {
					panic("a ratio that is no number")
				}
			}
		}
		return s, err
	})
}

func FuzzParsePalpation(f *testing.F) {
	parserFuzz(f, "palpation/palpation.json", knowledge.ParsePalpation)
}

func FuzzParsePosture(f *testing.F) { parserFuzz(f, "posture/posture.json", knowledge.ParsePosture) }

func FuzzParseGait(f *testing.F) { parserFuzz(f, "gait/gait.json", knowledge.ParseGait) }

func FuzzParseStrength(f *testing.F) {
	parserFuzz(f, "strength/strength.json", knowledge.ParseStrength)
}
