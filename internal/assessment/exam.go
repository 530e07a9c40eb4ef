package assessment

import (
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/knowledge"
)

// Seen is a gait finding, on a side where it has one.
type Seen struct {
	Finding string
	Side    knowledge.Side
}

// Gait is how a person walks.
type Gait struct {
	Findings []Seen
	Device   string   // walking aid; "" when not noted
	UpAndGo  *float64 // timed up-and-go, seconds
	Walk10   *float64 // ten metres, seconds
	Text     string
}

// Empty reports that nothing was noted.
func (g Gait) Empty() bool {
	return len(g.Findings) == 0 && g.Device == "" && g.UpAndGo == nil && g.Walk10 == nil && strings.TrimSpace(g.Text) == ""
}

// Speed is metres a second over ten metres; 0 when not timed.
func (g Gait) Speed() float64 {
	if g.Walk10 == nil || *g.Walk10 <= 0 {
		return 0
	}
	return 10 / *g.Walk10
}

// Grade is muscle strength as tested by hand: 0 to 5, a little more or less.
type Grade struct {
	N   int64
	Mod string // "", "+" or "-"
}

// Grades lists every grade, the strongest first.
func Grades() []Grade {
	var out []Grade
	for n := int64(5); n >= 0; n-- {
		for _, mod := range []string{"+", "", "-"} {
			if g := (Grade{n, mod}); g.valid() {
				out = append(out, g)
			}
		}
	}
	return out
}

func (g Grade) valid() bool {
	switch g.Mod {
	case "":
		return g.N >= 0 && g.N <= 5
	case "+":
		return g.N >= 1 && g.N <= 4
	case "-":
		return g.N >= 2 && g.N <= 5
	}
	return false
}

// ParseGrade reads "4", "4+" or "4-"; a true minus sign counts as a hyphen.
func ParseGrade(s string) (Grade, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "−", "-")
	for _, g := range Grades() {
		if g.String() == s {
			return g, nil
		}
	}
	return Grade{}, fmt.Errorf("grade %q is none of 0 to 5 with + or -", s)
}

// String is the grade as stored and typed: "4-".
func (g Grade) String() string { return fmt.Sprintf("%d%s", g.N, g.Mod) }

// Human is the grade as shown: "4−".
func (g Grade) Human() string { return strings.ReplaceAll(g.String(), "-", "−") }

// rank orders grades.
func (g Grade) rank() int64 { return 3*g.N + map[string]int64{"+": 1, "-": -1}[g.Mod] }

// Weak reports a grade of 3 or less; 3+ counts, since it is a 3.
func (g Grade) Weak() bool { return g.N <= 3 }

// Strength is the grade of one muscle group on one side.
type Strength struct {
	Group string
	Side  knowledge.Side
	Grade Grade
}

// StrengthOf finds the grade of a muscle group.
func (c Content) StrengthOf(group string, side knowledge.Side) (Strength, bool) {
	i := slices.IndexFunc(c.Strength, func(s Strength) bool { return s.Group == group && s.Side == side })
	if i < 0 {
		return Strength{}, false
	}
	return c.Strength[i], true
}

// Result is what a special test gave.
type Result string

// The results. A test that nobody spoke of has none.
const (
	Positive Result = "positive"
	Negative Result = "negative"
	NotDone  Result = "not-done"
)

// Results in the order shown.
func Results() []Result { return []Result{Negative, Positive, NotDone} }

// Label is the result in words.
func (r Result) Label() string {
	switch r {
	case Positive:
		return "Positive"
	case Negative:
		return "Negative"
	case NotDone:
		return "Not done"
	}
	return string(r)
}

// TestResult is the result of a special test on one side.
type TestResult struct {
	Test   string
	Side   knowledge.Side
	Result Result
}

// TestOf finds the result of a test.
func (c Content) TestOf(test string, side knowledge.Side) (TestResult, bool) {
	i := slices.IndexFunc(c.Tests, func(t TestResult) bool { return t.Test == test && t.Side == side })
	if i < 0 {
		return TestResult{}, false
	}
	return c.Tests[i], true
}

// MuscleGroups lists the muscle groups offered for the regions.
func MuscleGroups(cat Catalogue, regions []Region) []knowledge.MuscleGroup {
	var out []knowledge.MuscleGroup
	for _, g := range cat.Strength.Groups {
		if slices.ContainsFunc(regions, func(r Region) bool { return slices.Contains(g.Regions, string(r)) }) {
			out = append(out, g)
		}
	}
	return out
}
