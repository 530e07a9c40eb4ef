package units_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/units"
)

// vec is the units by key, without keys that get none.
type vec map[string]int

// vectors hold one visit each, counted in all three ways. The first five are
// the worked examples of Pub. 100-04, chapter 5, section 20.2; of the strict
// rule only the sum is held.
var vectors = []struct {
	name     string
	lines    []units.Line
	total    int
	cms      vec
	tie      []string
	midpoint vec
	strict   int
}{
	{"CMS-Ex1", []units.Line{{"97112", 24, true}, {"97110", 23, true}}, 47, vec{"97112": 2, "97110": 1}, nil, vec{"97112": 2, "97110": 2}, 2},
	{"CMS-Ex2", []units.Line{{"97112", 20, true}, {"97110", 20, true}}, 40, vec{"97112": 2, "97110": 1}, []string{"97112", "97110"}, vec{"97112": 1, "97110": 1}, 2},
	{"CMS-Ex3", []units.Line{{"97110", 33, true}, {"97140", 7, true}}, 40, vec{"97110": 2, "97140": 1}, nil, vec{"97110": 2}, 2},
	{"CMS-Ex4", []units.Line{{"97110", 18, true}, {"97140", 13, true}, {"97116", 10, true}, {"97035", 8, true}}, 49, vec{"97110": 1, "97140": 1, "97116": 1}, nil, vec{"97110": 1, "97140": 1, "97116": 1, "97035": 1}, 1},
	{"CMS-Ex5", []units.Line{{"97112", 7, true}, {"97110", 7, true}, {"97140", 7, true}}, 21, vec{"97112": 1}, []string{"97112", "97110", "97140"}, vec{}, 0},
	{"one-7", []units.Line{{"97124", 7, true}}, 7, vec{}, nil, vec{}, 0},
	{"one-8", []units.Line{{"97124", 8, true}}, 8, vec{"97124": 1}, nil, vec{"97124": 1}, 0},
	{"one-15", []units.Line{{"97124", 15, true}}, 15, vec{"97124": 1}, nil, vec{"97124": 1}, 1},
	{"one-22", []units.Line{{"97124", 22, true}}, 22, vec{"97124": 1}, nil, vec{"97124": 1}, 1},
	{"one-23", []units.Line{{"97124", 23, true}}, 23, vec{"97124": 2}, nil, vec{"97124": 2}, 1},
	{"one-30", []units.Line{{"97124", 30, true}}, 30, vec{"97124": 2}, nil, vec{"97124": 2}, 2},
	{"one-37", []units.Line{{"97124", 37, true}}, 37, vec{"97124": 2}, nil, vec{"97124": 2}, 2},
	{"one-38", []units.Line{{"97124", 38, true}}, 38, vec{"97124": 3}, nil, vec{"97124": 3}, 2},
	{"one-52", []units.Line{{"97124", 52, true}}, 52, vec{"97124": 3}, nil, vec{"97124": 3}, 3},
	{"one-53", []units.Line{{"97124", 53, true}}, 53, vec{"97124": 4}, nil, vec{"97124": 4}, 3},
	{"one-60", []units.Line{{"97124", 60, true}}, 60, vec{"97124": 4}, nil, vec{"97124": 4}, 4},
	{"one-67", []units.Line{{"97124", 67, true}}, 67, vec{"97124": 4}, nil, vec{"97124": 4}, 4},
	{"one-68", []units.Line{{"97124", 68, true}}, 68, vec{"97124": 5}, nil, vec{"97124": 5}, 4},
	{"one-82", []units.Line{{"97124", 82, true}}, 82, vec{"97124": 5}, nil, vec{"97124": 5}, 5},
	{"one-83", []units.Line{{"97124", 83, true}}, 83, vec{"97124": 6}, nil, vec{"97124": 6}, 5},
	{"one-90", []units.Line{{"97124", 90, true}}, 90, vec{"97124": 6}, nil, vec{"97124": 6}, 6},
	{"one-97", []units.Line{{"97124", 97, true}}, 97, vec{"97124": 6}, nil, vec{"97124": 6}, 6},
	{"one-98", []units.Line{{"97124", 98, true}}, 98, vec{"97124": 7}, nil, vec{"97124": 7}, 6},
	{"one-112", []units.Line{{"97124", 112, true}}, 112, vec{"97124": 7}, nil, vec{"97124": 7}, 7},
	{"one-113", []units.Line{{"97124", 113, true}}, 113, vec{"97124": 8}, nil, vec{"97124": 8}, 7},
	{"one-120", []units.Line{{"97124", 120, true}}, 120, vec{"97124": 8}, nil, vec{"97124": 8}, 8},
	{"one-127", []units.Line{{"97124", 127, true}}, 127, vec{"97124": 8}, nil, vec{"97124": 8}, 8},
	{"one-128", []units.Line{{"97124", 128, true}}, 128, vec{"97124": 9}, nil, vec{"97124": 9}, 8},
	{"zero", []units.Line{{"97124", 0, true}}, 0, vec{}, nil, vec{}, 0},
	{"mm-30/30", []units.Line{{"97140", 30, true}, {"97124", 30, true}}, 60, vec{"97140": 2, "97124": 2}, nil, vec{"97140": 2, "97124": 2}, 4},
	{"mm-45/15", []units.Line{{"97140", 45, true}, {"97124", 15, true}}, 60, vec{"97140": 3, "97124": 1}, nil, vec{"97140": 3, "97124": 1}, 4},
	{"mm-40/20", []units.Line{{"97140", 40, true}, {"97124", 20, true}}, 60, vec{"97140": 3, "97124": 1}, nil, vec{"97140": 3, "97124": 1}, 3},
	{"mm-25/25", []units.Line{{"97140", 25, true}, {"97124", 25, true}}, 50, vec{"97140": 2, "97124": 1}, []string{"97140", "97124"}, vec{"97140": 2, "97124": 2}, 2},
	{"mm-22/22", []units.Line{{"97140", 22, true}, {"97124", 22, true}}, 44, vec{"97140": 2, "97124": 1}, []string{"97140", "97124"}, vec{"97140": 1, "97124": 1}, 2},
	{"mm-8/8", []units.Line{{"97140", 8, true}, {"97124", 8, true}}, 16, vec{"97140": 1}, []string{"97140", "97124"}, vec{"97140": 1, "97124": 1}, 0},
	{"mm-8/7", []units.Line{{"97140", 8, true}, {"97124", 7, true}}, 15, vec{"97140": 1}, nil, vec{"97140": 1}, 0},
	{"mm-7/7", []units.Line{{"97140", 7, true}, {"97124", 7, true}}, 14, vec{"97140": 1}, []string{"97140", "97124"}, vec{}, 0},
	{"mm-4/4", []units.Line{{"97140", 4, true}, {"97124", 4, true}}, 8, vec{"97140": 1}, []string{"97140", "97124"}, vec{}, 0},
	{"mm-4/3", []units.Line{{"97140", 4, true}, {"97124", 3, true}}, 7, vec{}, nil, vec{}, 0},
	{"mm-15/8", []units.Line{{"97140", 15, true}, {"97124", 8, true}}, 23, vec{"97140": 1, "97124": 1}, nil, vec{"97140": 1, "97124": 1}, 1},
	{"mm-15/7", []units.Line{{"97140", 15, true}, {"97124", 7, true}}, 22, vec{"97140": 1}, nil, vec{"97140": 1}, 1},
	{"mm-16/7", []units.Line{{"97140", 16, true}, {"97124", 7, true}}, 23, vec{"97140": 1, "97124": 1}, nil, vec{"97140": 1}, 1},
	{"mm-14/14/1", []units.Line{{"97140", 14, true}, {"97124", 14, true}, {"97110", 1, true}}, 29, vec{"97140": 1, "97124": 1}, nil, vec{"97140": 1, "97124": 1}, 0},
	{"mm-20/3", []units.Line{{"97140", 20, true}, {"97124", 3, true}}, 23, vec{"97140": 2}, nil, vec{"97140": 1}, 1},
	{"mm-33/13", []units.Line{{"97140", 33, true}, {"97124", 13, true}}, 46, vec{"97140": 2, "97124": 1}, nil, vec{"97140": 2, "97124": 1}, 2},
	{"mm-23/8/7", []units.Line{{"97140", 23, true}, {"97124", 8, true}, {"97110", 7, true}}, 38, vec{"97140": 2, "97124": 1}, nil, vec{"97140": 2, "97124": 1}, 1},
	{"mm-10/10/10/10", []units.Line{{"97140", 10, true}, {"97124", 10, true}, {"97110", 10, true}, {"97112", 10, true}}, 40, vec{"97140": 1, "97124": 1, "97110": 1}, []string{"97140", "97124", "97110", "97112"}, vec{"97140": 1, "97124": 1, "97110": 1, "97112": 1}, 0},
	{"mm-12/12/12", []units.Line{{"97140", 12, true}, {"97124", 12, true}, {"97110", 12, true}}, 36, vec{"97140": 1, "97124": 1}, []string{"97140", "97124", "97110"}, vec{"97140": 1, "97124": 1, "97110": 1}, 0},
	{"mm-5/5/5", []units.Line{{"97140", 5, true}, {"97124", 5, true}, {"97110", 5, true}}, 15, vec{"97140": 1}, []string{"97140", "97124", "97110"}, vec{}, 0},
	{"mm-29/31", []units.Line{{"97140", 29, true}, {"97124", 31, true}}, 60, vec{"97140": 2, "97124": 2}, nil, vec{"97140": 2, "97124": 2}, 3},
	{"mm-37/23", []units.Line{{"97140", 37, true}, {"97124", 23, true}}, 60, vec{"97140": 2, "97124": 2}, nil, vec{"97140": 2, "97124": 2}, 3},
	{"mm-38/22", []units.Line{{"97140", 38, true}, {"97124", 22, true}}, 60, vec{"97140": 3, "97124": 1}, nil, vec{"97140": 3, "97124": 1}, 3},
	{"mm-53/7", []units.Line{{"97140", 53, true}, {"97124", 7, true}}, 60, vec{"97140": 4}, nil, vec{"97140": 4}, 3},
	{"mm-50/10", []units.Line{{"97140", 50, true}, {"97124", 10, true}}, 60, vec{"97140": 3, "97124": 1}, nil, vec{"97140": 3, "97124": 1}, 3},
	{"mm-22/8", []units.Line{{"97140", 22, true}, {"97124", 8, true}}, 30, vec{"97140": 1, "97124": 1}, nil, vec{"97140": 1, "97124": 1}, 1},
	{"mm-1/59", []units.Line{{"97140", 1, true}, {"97124", 59, true}}, 60, vec{"97124": 4}, nil, vec{"97124": 4}, 3},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			for _, rule := range units.Rules() {
				got, err := units.Compute(rule, v.lines)
				if err != nil {
					t.Fatal(err)
				}
				if got.TimedMinutes != v.total || got.TreatmentMinutes != v.total {
					t.Errorf("%s: minutes %d timed, %d in all, want %d", rule, got.TimedMinutes, got.TreatmentMinutes, v.total)
				}
				var tied []string
				if got.Tie != nil {
					tied = got.Tie.Keys
				}
				switch rule {
				case units.CMSTotalTime:
					if diff := cmp.Diff(v.cms, byKey(got)); diff != "" {
						t.Errorf("%s (-want +got):\n%s", rule, diff)
					}
					if diff := cmp.Diff(v.tie, tied); diff != "" {
						t.Errorf("tie (-want +got):\n%s", diff)
					}
				case units.CPTMidpoint:
					if diff := cmp.Diff(v.midpoint, byKey(got)); diff != "" {
						t.Errorf("%s (-want +got):\n%s", rule, diff)
					}
				case units.Strict15:
					if got.Units != v.strict {
						t.Errorf("%s: %d units, want %d", rule, got.Units, v.strict)
					}
				}
			}
		})
	}
}

func byKey(r units.Result) vec {
	out := vec{}
	for _, c := range r.Counts {
		out[c.Key] = c.Units
	}
	maps.DeleteFunc(out, func(_ string, n int) bool { return n == 0 })
	return out
}
