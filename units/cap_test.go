package units_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/units"
)

func TestCap(t *testing.T) {
	visit := []units.Count{{"97140", 45, true, 3}, {"97140-59", 30, true, 2}, {"97124-GP", 60, true, 4}, {"97010", 10, false, 1}}
	cases := []struct {
		name string
		caps units.Caps
		left []int
		cuts []units.Cut
	}{
		{"no limit", units.Caps{}, []int{3, 2, 4, 1}, nil},
		{"wide limits", units.Caps{PerCode: map[string]int{"97140": 5, "97124": 4}, Visit: 10}, []int{3, 2, 4, 1}, nil},
		{"a code over all its lines", units.Caps{PerCode: map[string]int{"97140": 4}}, []int{3, 1, 4, 1}, []units.Cut{{"97140-59", 1, units.LimitCode, 4}}},
		{"a code down to its first line", units.Caps{PerCode: map[string]int{"97140": 2}}, []int{2, 0, 4, 1},
			[]units.Cut{{"97140-59", 2, units.LimitCode, 2}, {"97140", 1, units.LimitCode, 2}}},
		{"the visit, last entry first", units.Caps{Visit: 4}, []int{3, 1, 0, 0},
			[]units.Cut{{"97010", 1, units.LimitVisit, 4}, {"97124-GP", 4, units.LimitVisit, 4}, {"97140-59", 1, units.LimitVisit, 4}}},
		{"code, then visit", units.Caps{PerCode: map[string]int{"97124": 1}, Visit: 6}, []int{3, 2, 1, 0},
			[]units.Cut{{"97124-GP", 3, units.LimitCode, 1}, {"97010", 1, units.LimitVisit, 6}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			left, cuts, err := units.Cap(visit, c.caps)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, l := range left {
				got = append(got, l.Units)
			}
			if diff := cmp.Diff(c.left, got); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.cuts, cuts); diff != "" {
				t.Errorf("cuts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCapRefusesNegativeNumbers(t *testing.T) {
	counts := []units.Count{{"97140", 45, true, 3}}
	if _, _, err := units.Cap(counts, units.Caps{Visit: -1}); !errors.Is(err, units.ErrCap) {
		t.Errorf("visit: %v", err)
	}
	if _, _, err := units.Cap(counts, units.Caps{PerCode: map[string]int{"97140": -1}}); !errors.Is(err, units.ErrCap) {
		t.Errorf("code: %v", err)
	}
	if _, _, err := units.Cap([]units.Count{{"97140", 45, true, -3}}, units.Caps{}); !errors.Is(err, units.ErrLine) {
		t.Errorf("units: %v", err)
	}
}

func TestLawNothingIsCutSilently(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := compute(t, units.CPTMidpoint, visits().Draw(t, "visit"))
		caps := units.Caps{
			PerCode: map[string]int{"97140": rapid.IntRange(0, 8).Draw(t, "97140"), "97124": rapid.IntRange(0, 8).Draw(t, "97124")},
			Visit:   rapid.IntRange(0, 12).Draw(t, "per visit"),
		}
		left, cuts, err := units.Cap(r.Counts, caps)
		if err != nil {
			t.Fatal(err)
		}
		gone, perCode, total := map[string]int{}, map[string]int{}, 0
		for _, c := range cuts {
			if c.Units < 1 || c.Max < 1 {
				t.Fatalf("empty cut %+v", c)
			}
			gone[c.Key] += c.Units
		}
		for i, l := range left {
			if l.Units < 0 || l.Units+gone[l.Key] != r.Counts[i].Units {
				t.Fatalf("%s had %d, left %d, cut %d", l.Key, r.Counts[i].Units, l.Units, gone[l.Key])
			}
			perCode[units.Code(l.Key)] += l.Units
			total += l.Units
		}
		for code, limit := range caps.PerCode {
			if limit > 0 && perCode[code] > limit {
				t.Fatalf("%s: %d over %d", code, perCode[code], limit)
			}
		}
		if caps.Visit > 0 && total > caps.Visit {
			t.Fatalf("%d over %d", total, caps.Visit)
		}
	})
}

func TestCode(t *testing.T) {
	for key, want := range map[string]string{"97140": "97140", "97140-59-GP": "97140", "97140:59": "97140", "97140 59": "97140", "": ""} {
		if got := units.Code(key); got != want {
			t.Errorf("Code(%q) = %q, want %q", key, got, want)
		}
	}
}
