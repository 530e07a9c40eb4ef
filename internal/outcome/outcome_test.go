package outcome_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
)

func instrument(t testing.TB, id string) knowledge.Instrument {
	t.Helper()
	in, ok := knowledge.Must().Instrument(id)
	if !ok {
		t.Fatalf("no instrument %s", id)
	}
	return in
}

// The vectors stand in the instruments' files, worked out by hand.
func TestScoresAgreeWithTheWorkedExamples(t *testing.T) {
	for _, in := range knowledge.Must().Instruments() {
		for _, v := range in.Vectors {
			t.Run(in.ID+"/"+v.Name, func(t *testing.T) {
				got, ok := outcome.Result(in, v.Answers)
				want := v.Score
				if v.Baseline != nil {
					var base float64
					base, got, ok = outcome.Pair(in, v.Baseline, v.Answers)
					if ok && (v.BaselineScore == nil || math.Abs(base-*v.BaselineScore) > 1e-9) {
						t.Errorf("baseline %v, want %v", base, v.BaselineScore)
					}
				}
				if ok != (want != nil) || ok && math.Abs(got-*want) > 1e-9 {
					t.Errorf("score %v %v, want %v", got, ok, want)
				}
			})
		}
	}
}

func TestChangeIsNamedByTheThresholds(t *testing.T) {
	for _, tc := range []struct {
		instrument string
		from, to   float64
		better     bool
		verdict    outcome.Verdict
	}{
		{"nprs", 6, 6, false, outcome.NoChange},
		{"nprs", 6, 5, true, outcome.NoChange},
		{"nprs", 6, 4, true, outcome.Detectable}, // MDC 2.0 reached, MCID 2.2 not
		{"nprs", 6, 3.5, true, outcome.Important},
		{"nprs", 4, 7, false, outcome.Important},
		{"psfs", 3, 4.5, true, outcome.NoChange},
		{"psfs", 3, 5, true, outcome.Detectable}, // MDC 2, medium MCID 2.3
		{"psfs", 3, 6, true, outcome.Important},
		{"psfs", 6, 3, false, outcome.Important},
		{"phq9", 16, 12, true, outcome.NoChange}, // error 6, important 5
		{"phq9", 16, 11, true, outcome.NoChange}, // beyond important, within the error
		{"phq9", 16, 10, true, outcome.Important},
		{"phq9", 4, 10, false, outcome.Important},
		{"gad7", 12, 7, true, outcome.NoChange},
		{"gad7", 12, 6, true, outcome.Important},
		{"rmdq", 3, 0, true, outcome.NoChange},  // no room below 4
		{"rmdq", 10, 6, true, outcome.NoChange}, // error 5, important 5
		{"rmdq", 10, 5, true, outcome.Important},
		{"rmdq", 18, 13, true, outcome.Detectable}, // error 5, important 8 from here
		{"rmdq", 18, 10, true, outcome.Important},
		{"groc", 2, 6, true, outcome.Unknown}, // each is a change itself
	} {
		c := outcome.Compare(instrument(t, tc.instrument), tc.from, tc.to)
		if c.Better != tc.better || c.Verdict != tc.verdict {
			t.Errorf("%s %v → %v: better %v, %q", tc.instrument, tc.from, tc.to, c.Better, c.Verdict)
		}
		if c.Verdict != outcome.Unknown && (c.Detect.Citation == "" || c.Matter.Citation == "") {
			t.Errorf("%s: a verdict without its citation", tc.instrument)
		}
	}
}

func TestErrorLargerThanImportanceIsTheThreshold(t *testing.T) {
	in := instrument(t, "nprs")
	in.Thresholds = []knowledge.Threshold{
		{Value: 3, Unit: "points", Kind: "MDC", Citation: "x", Default: true},
		{Value: 2, Unit: "points", Kind: "MCID", Citation: "x", Default: true},
	}
	if v := outcome.Compare(in, 8, 5.5).Verdict; v != outcome.NoChange {
		t.Errorf("a change within the error was called %q", v)
	}
	if v := outcome.Compare(in, 8, 5).Verdict; v != outcome.Important {
		t.Errorf("got %q", v)
	}
}

func TestLawChangeIsTheMirrorOfItsReverse(t *testing.T) {
	// Where the important change depends on the first score, the way back has another.
	for _, name := range []string{"nprs", "psfs", "phq9", "gad7", "groc"} {
		in := instrument(t, name)
		rapid.Check(t, func(t *rapid.T) {
			a := float64(rapid.IntRange(int(in.Min), int(in.Max)).Draw(t, "a"))
			b := float64(rapid.IntRange(int(in.Min), int(in.Max)).Draw(t, "b"))
			there, back := outcome.Compare(in, a, b), outcome.Compare(in, b, a)
			if there.By != -back.By || (a != b && there.Better == back.Better) || there.Verdict != back.Verdict {
				t.Fatalf("%v %v", there, back)
			}
		})
	}
}

func TestLawScoresStayOnTheirScaleAndNeverFallByAWorseAnswer(t *testing.T) {
	for _, in := range knowledge.Must().Instruments() {
		if in.PatientItems {
			continue
		}
		rapid.Check(t, func(t *rapid.T) {
			a := outcome.Answers{}
			for _, it := range in.Items {
				cs := in.Choices(it)
				if i := rapid.IntRange(-1, max(len(cs), 11)-1).Draw(t, it.ID); i >= 0 && len(cs) == 0 {
					a[it.ID] = float64(i)
				} else if i >= 0 && i < len(cs) {
					a[it.ID] = cs[i].Value
				}
			}
			got, ok := outcome.Result(in, a)
			if ok && (got < in.Min || got > in.Max) {
				t.Fatalf("%v of %v", got, a)
			}
			for id, v := range a {
				it, _ := in.Item(id)
				if !in.Allows(id, v+1) || it.Unscored {
					continue
				}
				a[id] = v + 1
				if more, _ := outcome.Result(in, a); ok && more <= got {
					t.Fatalf("%v, then %v with one more for %s", got, more, id)
				}
				a[id] = v
			}
		})
	}
}

func TestBandsInWords(t *testing.T) {
	for _, tc := range []struct {
		instrument string
		score      float64
		want       string
	}{
		{"phq9", 12, "moderate (10 to 14)"}, {"phq9", 27, "severe (20 to 27)"}, {"gad7", 0, "minimal (0 to 4)"},
		{"groc", 0, "about the same"}, {"groc", 6, "important improvement (5 to 7)"}, {"rmdq", 3, ""},
	} {
		if got := outcome.BandWords(instrument(t, tc.instrument), tc.score); got != tc.want {
			t.Errorf("%s %v: %q, want %q", tc.instrument, tc.score, got, tc.want)
		}
	}
}

func TestLawMeanLiesBetweenLeastAndMost(t *testing.T) {
	in := instrument(t, "psfs")
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.IntRange(0, 10), 1, 5).Draw(t, "ratings")
		a := outcome.Answers{}
		lo, hi := 10.0, 0.0
		for i, v := range vs {
			a[string(rune('a'+i))] = float64(v)
			lo, hi = math.Min(lo, float64(v)), math.Max(hi, float64(v))
		}
		got, ok := outcome.Result(in, a)
		if !ok || got < lo-1e-9 || got > hi+1e-9 {
			t.Fatalf("%v %v outside %v..%v", got, ok, lo, hi)
		}
	})
}
