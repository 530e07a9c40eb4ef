package plan

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
)

// MeasureKind is where the number of a goal comes from.
type MeasureKind string

// The kinds.
const (
	MeasurePain       MeasureKind = "nprs"  // pain now, 0 to 10
	MeasureActivities MeasureKind = "psfs"  // mean of the patient's own activities, 0 to 10
	MeasureMotion     MeasureKind = "rom"   // degrees of one motion
	MeasureOther      MeasureKind = "other" // a number with a unit of its own
)

// Measure is what a goal is measured by.
type Measure struct {
	Kind   MeasureKind
	Motion string         // norm id, of a motion
	Side   knowledge.Side // of a motion
}

// ErrMeasure is returned for text that names no measure.
var ErrMeasure = errors.New("not a measure")

var motionShape = regexp.MustCompile(`^[a-z][a-z-]{0,30}\.[a-z][a-z-]{0,40}$`)

// ParseMeasure reads "nprs", "psfs", "other", or "rom:" with a motion and a
// side L, R or M (midline): "rom:cervical.rotation:L". It checks the shape
// alone, not that the catalogue has the motion.
func ParseMeasure(s string) (Measure, error) {
	switch k := MeasureKind(s); k {
	case MeasurePain, MeasureActivities, MeasureOther:
		return Measure{Kind: k}, nil
	}
	kind, rest, _ := strings.Cut(s, ":")
	motion, side, ok := strings.Cut(rest, ":")
	if MeasureKind(kind) != MeasureMotion || !ok || !motionShape.MatchString(motion) {
		return Measure{}, ErrMeasure
	}
	m := Measure{Kind: MeasureMotion, Motion: motion}
	switch side {
	case "L", "R":
		m.Side = knowledge.Side(side)
	case "M":
	default:
		return Measure{}, ErrMeasure
	}
	return m, nil
}

// String is the inverse of ParseMeasure.
func (m Measure) String() string {
	if m.Kind != MeasureMotion {
		return string(m.Kind)
	}
	side := string(m.Side)
	if m.Side == knowledge.Midline {
		side = "M"
	}
	return "rom:" + m.Motion + ":" + side
}

// Label is the measure in words.
func (m Measure) Label(cat assessment.Catalogue) string {
	switch m.Kind {
	case MeasurePain:
		return "Pain now"
	case MeasureActivities:
		return "Activities (PSFS)"
	case MeasureMotion:
		return assessment.MotionLabel(cat, m.Motion, m.Side)
	}
	return "Other"
}

// Offered lists the measures to choose from: pain, activities, every motion
// of the regions assessed, other.
func Offered(cat assessment.Catalogue) []Measure {
	out := []Measure{{Kind: MeasurePain}, {Kind: MeasureActivities}}
	for _, r := range assessment.Regions() {
		for _, j := range r.Joints() {
			for _, n := range cat.ROM.In(j) {
				for _, side := range n.Sides() {
					out = append(out, Measure{Kind: MeasureMotion, Motion: n.ID, Side: side})
				}
			}
		}
	}
	return append(out, Measure{Kind: MeasureOther})
}

// limits is the span of values the measure can take; ok is false for a motion
// that is not assessed.
func (m Measure) limits(cat assessment.Catalogue) (low, high float64, ok bool) {
	switch m.Kind {
	case MeasurePain, MeasureActivities:
		return 0, 10, true
	case MeasureMotion:
		n, found := cat.ROM.Norm(m.Motion)
		if !found || assessment.RegionOfJoint(n.Region) == "" {
			return 0, 0, false
		}
		for _, s := range n.Sides() {
			if s == m.Side {
				return 0, assessment.LimitOf(n), true
			}
		}
		return 0, 0, false
	}
	return -10000, 10000, true
}

// better says in which direction recovery lies: -1 lower, 1 higher, 0 either.
func (m Measure) better() int {
	switch m.Kind {
	case MeasurePain:
		return -1
	case MeasureActivities, MeasureMotion:
		return 1
	}
	return 0
}

// Value writes a number with the measure's unit: "52°", "6 of 10", "30 min".
func (m Measure) Value(x float64, unit string) string {
	switch m.Kind {
	case MeasurePain, MeasureActivities:
		return assessment.Number(x) + " of 10"
	case MeasureMotion:
		return assessment.Number(x) + "°"
	}
	return strings.TrimSpace(assessment.Number(x) + " " + unit)
}

// SMART drafts the sentence of a goal from its numbers: by when, what, measured
// how, from where to where.
func SMART(g Goal, cat assessment.Catalogue) string {
	m, err := ParseMeasure(g.Measure)
	if err != nil {
		return ""
	}
	what := strings.TrimRight(strings.TrimSpace(g.Statement), ".!")
	if r := []rune(what); len(r) > 1 && strings.ToLower(string(r[1])) == string(r[1]) {
		what = strings.ToLower(string(r[0])) + string(r[1:])
	}
	var shown string
	switch m.Kind {
	case MeasurePain:
		shown = "with pain of " + m.Value(g.Target, "") + " or less"
	case MeasureActivities:
		shown = "with activities (PSFS) at " + m.Value(g.Target, "") + " or better"
	case MeasureMotion:
		l := m.Label(cat)
		shown = "with " + strings.ToLower(l[:1]) + strings.ReplaceAll(l[1:], ":", "") + " at " + m.Value(g.Target, "")
	default:
		shown = "reaching " + m.Value(g.Target, g.Unit)
	}
	return fmt.Sprintf("By %s, %s, %s (from %s on %s).", g.DueOn.Human(), what, shown, m.Value(g.Baseline, g.Unit), g.BaselineOn.Human())
}
