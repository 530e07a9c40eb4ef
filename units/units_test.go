package units_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/units"
)

func compute(t interface {
	Helper()
	Fatal(...any)
}, rule units.Rule, lines []units.Line, choice ...string,
) units.Result {
	t.Helper()
	r, err := units.Compute(rule, lines, choice...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNothingIsNoUnits(t *testing.T) {
	for _, rule := range units.Rules() {
		if r := compute(t, rule, nil); r.Units != 0 || r.Tie != nil || len(r.Counts) != 0 {
			t.Errorf("%s: %+v", rule, r)
		}
	}
}

func TestSameKeyIsOneLine(t *testing.T) {
	r := compute(t, units.CPTMidpoint, []units.Line{{"97140", 7, true}, {"97124", 15, true}, {"97140", 7, true}})
	want := []units.Count{{"97140", 14, true, 1}, {"97124", 15, true, 1}}
	if diff := cmp.Diff(want, r.Counts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestModifiersMakeAnotherLine(t *testing.T) {
	r := compute(t, units.CPTMidpoint, []units.Line{{"97140", 7, true}, {"97140-59", 7, true}})
	if r.Units != 0 || len(r.Counts) != 2 {
		t.Errorf("got %+v", r.Counts)
	}
}

func TestUntimedIsOneUnitOutsideTheCounting(t *testing.T) {
	for _, rule := range units.Rules() {
		r := compute(t, rule, []units.Line{{"97010", 40, false}, {"97124", 15, true}, {"97014", 0, false}})
		if r.For("97010") != 1 || r.For("97014") != 1 || r.For("97124") != 1 || r.Units != 3 {
			t.Errorf("%s: %+v", rule, r.Counts)
		}
		if r.TimedMinutes != 15 || r.TreatmentMinutes != 55 {
			t.Errorf("%s: %d timed minutes, %d in all", rule, r.TimedMinutes, r.TreatmentMinutes)
		}
		if r.For("97110") != 0 {
			t.Errorf("%s: units for a key that is not there", rule)
		}
	}
}

func TestTieDefaultPrefersMoreMinutesThenEntry(t *testing.T) {
	// Remainders 8, 8 and 8 of 8, 23 and 38 minutes: 69 minutes are 5 units,
	// 3 of them full, so two of three get one more.
	lines := []units.Line{{"a", 8, true}, {"b", 23, true}, {"c", 38, true}}
	r := compute(t, units.CMSTotalTime, lines)
	want := &units.Tie{Keys: []string{"a", "b", "c"}, Extra: 2, Chosen: []string{"b", "c"}}
	if diff := cmp.Diff(want, r.Tie); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(vec{"b": 2, "c": 3}, byKey(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTieBelowALargerRemainder(t *testing.T) {
	// Remainders 14, 5, 5, 5: 29 minutes are 2 units; the first is no choice.
	r := compute(t, units.CMSTotalTime, []units.Line{{"a", 5, true}, {"b", 14, true}, {"c", 5, true}, {"d", 5, true}}, "d")
	want := &units.Tie{Keys: []string{"a", "c", "d"}, Extra: 1, Chosen: []string{"d"}, ByClinician: true}
	if diff := cmp.Diff(want, r.Tie); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(vec{"b": 1, "d": 1}, byKey(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	two := []units.Line{{"97140", 25, true}, {"97124", 25, true}}
	cases := []struct {
		name   string
		rule   units.Rule
		lines  []units.Line
		choice []string
		want   error
	}{
		{"no rule", "", two, nil, units.ErrRule},
		{"unknown rule", "eights", two, nil, units.ErrRule},
		{"negative minutes", units.CMSTotalTime, []units.Line{{"97124", -1, true}}, nil, units.ErrLine},
		{"more than a day", units.Strict15, []units.Line{{"97124", 1441, true}}, nil, units.ErrLine},
		{"more than a day for a key", units.Strict15, []units.Line{{"97124", 1000, true}, {"97124", 1000, true}}, nil, units.ErrLine},
		{"more than a day for the visit", units.Strict15, []units.Line{{"97124", 1000, true}, {"97010", 1000, false}}, nil, units.ErrLine},
		{"absurd minutes", units.CPTMidpoint, []units.Line{{"97124", 1 << 62, true}, {"97124", 1 << 62, true}}, nil, units.ErrLine},
		{"no key", units.CPTMidpoint, []units.Line{{"", 15, true}}, nil, units.ErrLine},
		{"timed and untimed", units.CPTMidpoint, []units.Line{{"97010", 15, true}, {"97010", 15, false}}, nil, units.ErrLine},
		{"choice where each code is counted alone", units.CPTMidpoint, two, []string{"97140"}, units.ErrChoice},
		{"choice without a tie", units.CMSTotalTime, two[:1], []string{"97140"}, units.ErrChoice},
		{"too many chosen", units.CMSTotalTime, two, []string{"97140", "97124"}, units.ErrChoice},
		{"chosen twice", units.CMSTotalTime, []units.Line{{"a", 8, true}, {"b", 8, true}, {"c", 8, true}}, []string{"a", "a"}, units.ErrChoice},
		{"chosen what is not tied", units.CMSTotalTime, two, []string{"97110"}, units.ErrChoice},
		{"chosen what is untimed", units.CMSTotalTime, append(slices.Clone(two), units.Line{"97010", 10, false}), []string{"97010"}, units.ErrChoice},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := units.Compute(c.rule, c.lines, c.choice...)
			if !errors.Is(err, c.want) {
				t.Errorf("got %+v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func visits() *rapid.Generator[[]units.Line] {
	return rapid.Custom(func(t *rapid.T) []units.Line {
		keys := []string{"97124", "97140", "97140-59", "97110", "97112"}
		n := rapid.IntRange(1, len(keys)).Draw(t, "keys")
		var out []units.Line
		for _, k := range rapid.Permutation(keys).Draw(t, "order")[:n] {
			out = append(out, units.Line{Key: k, Minutes: rapid.IntRange(0, 130).Draw(t, k), Timed: true})
		}
		if rapid.Bool().Draw(t, "heat") {
			out = append(out, units.Line{Key: "97010", Minutes: rapid.IntRange(0, 30).Draw(t, "97010")})
		}
		return out
	})
}

func timedUnits(r units.Result) int {
	n := 0
	for _, c := range r.Counts {
		if c.Timed {
			n += c.Units
		}
	}
	return n
}

// TestLawTotalTime restates the chart: 8 minutes are one unit, and each further
// quarter of an hour one more.
func TestLawTotalTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := compute(t, units.CMSTotalTime, visits().Draw(t, "visit"))
		want := 0
		for at := 8; at <= r.TimedMinutes; at += 15 {
			want++
		}
		if got := timedUnits(r); got != want {
			t.Fatalf("%d minutes gave %d units, want %d", r.TimedMinutes, got, want)
		}
		var winners, losers []int
		for _, c := range r.Counts {
			switch {
			case c.Timed && c.Units > c.Minutes/15:
				winners = append(winners, c.Minutes%15)
			case c.Timed:
				losers = append(losers, c.Minutes%15)
			}
		}
		tie := false
		if len(winners) > 0 && len(losers) > 0 {
			if slices.Min(winners) < slices.Max(losers) {
				t.Fatalf("remainder %d won over %d", slices.Min(winners), slices.Max(losers))
			}
			tie = slices.Min(winners) == slices.Max(losers)
		}
		if tie != (r.Tie != nil) {
			t.Fatalf("tie %v, reported %+v", tie, r.Tie)
		}
	})
}

func TestLawNoCodeGetsMoreThanOneUnitBeyondItsQuarters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := visits().Draw(t, "visit")
		strict := compute(t, units.Strict15, lines)
		for _, rule := range units.Rules() {
			for i, c := range compute(t, rule, lines).Counts {
				full := strict.Counts[i].Units
				if c.Units < full || c.Units > full+1 {
					t.Fatalf("%s: %s with %d minutes got %d units", rule, c.Key, c.Minutes, c.Units)
				}
			}
		}
	})
}

func TestLawMoreMinutesNeverGiveFewerUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := visits().Draw(t, "visit")
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		more := slices.Clone(lines)
		more[i].Minutes += rapid.IntRange(1, 40).Draw(t, "more")
		for _, rule := range units.Rules() {
			a, b := compute(t, rule, lines), compute(t, rule, more)
			if b.Units < a.Units {
				t.Fatalf("%s: the visit went from %d to %d units", rule, a.Units, b.Units)
			}
			if k := lines[i].Key; b.For(k) < a.For(k) {
				t.Fatalf("%s: %s went from %d to %d units", rule, k, a.For(k), b.For(k))
			}
		}
	})
}

func TestLawOrderMattersInTiesOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := visits().Draw(t, "visit")
		other := rapid.Permutation(lines).Draw(t, "other order")
		for _, rule := range units.Rules() {
			a, b := compute(t, rule, lines), compute(t, rule, other)
			if a.Units != b.Units || (a.Tie == nil) != (b.Tie == nil) {
				t.Fatalf("%s: %+v, %+v", rule, a, b)
			}
			if a.Tie == nil {
				if diff := cmp.Diff(byKey(a), byKey(b)); diff != "" {
					t.Fatalf("%s: %s", rule, diff)
				}
				continue
			}
			slices.Sort(a.Tie.Keys)
			slices.Sort(b.Tie.Keys)
			if a.Tie.Extra != b.Tie.Extra || !slices.Equal(a.Tie.Keys, b.Tie.Keys) {
				t.Fatalf("ties %+v, %+v", a.Tie, b.Tie)
			}
		}
	})
}

func TestLawSplittingALineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := visits().Draw(t, "visit")
		l := &lines[rapid.IntRange(0, len(lines)-1).Draw(t, "line")]
		part := rapid.IntRange(0, l.Minutes).Draw(t, "part")
		whole := slices.Clone(lines)
		l.Minutes -= part
		split := append(slices.Clone(lines), units.Line{Key: l.Key, Minutes: part, Timed: l.Timed})
		for _, rule := range units.Rules() {
			if diff := cmp.Diff(compute(t, rule, whole), compute(t, rule, split)); diff != "" {
				t.Fatalf("%s: %s", rule, diff)
			}
		}
	})
}

func TestLawAnyChoiceWithinATieIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Seven equal remainders of 4 to 13 minutes earn 2 to 6 units.
		remainder := rapid.IntRange(4, 13).Draw(t, "remainder")
		var lines []units.Line
		for _, k := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			lines = append(lines, units.Line{Key: k, Minutes: remainder + 15*rapid.IntRange(0, 3).Draw(t, k), Timed: true})
		}
		r := compute(t, units.CMSTotalTime, lines)
		if r.Tie == nil || r.Tie.ByClinician || len(r.Tie.Keys) != len(lines) {
			t.Fatalf("tie %+v", r.Tie)
		}
		want := rapid.Permutation(r.Tie.Keys).Draw(t, "choice")[:r.Tie.Extra]
		got := compute(t, units.CMSTotalTime, lines, want...)
		if got.Units != r.Units || !got.Tie.ByClinician {
			t.Fatalf("%+v", got)
		}
		for _, c := range got.Counts {
			if (c.Units > c.Minutes/15) != slices.Contains(want, c.Key) {
				t.Fatalf("chose %q, got %+v", want, got.Counts)
			}
		}
	})
}
