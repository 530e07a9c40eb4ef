package assessment

import (
	"math"
	"strconv"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Where a value is pointed out. They mark what to look at; they decide nothing.
const (
	LowShare = 0.75 // of the norm's lower figure
	SideGap  = 10.0 // degrees between left and right
)

// Share is a value as a part of the norm's lower figure: 1 is the whole of it.
// Where a range is published, nobody disputes what reaches its lower end. ok
// is false for a norm of zero.
func Share(degrees float64, n knowledge.Norm) (share float64, ok bool) {
	if n.Low <= 0 {
		return 0, false
	}
	return degrees / n.Low, true
}

// Low reports a value under LowShare of the norm.
func Low(degrees float64, n knowledge.Norm) bool {
	s, ok := Share(degrees, n)
	return ok && s < LowShare
}

// Uneven reports a difference between the sides beyond SideGap, and the side
// that moves less.
func Uneven(left, right float64) (less knowledge.Side, gap float64, uneven bool) {
	gap = math.Abs(left - right)
	if gap <= SideGap {
		return "", gap, false
	}
	if left < right {
		return knowledge.SideLeft, gap, true
	}
	return knowledge.SideRight, gap, true
}

// Reading is one measured angle with what its error depends on.
type Reading struct {
	On         civil.Date
	Degrees    float64
	Device     string
	Position   string // position id; "" for the norm's own
	Rater      id.User
	Assessment id.Assessment
	PainAtEnd  bool
}

// Verdict says whether a change is larger than the error of measuring.
type Verdict string

// The verdicts.
const (
	Unchanged Verdict = "unchanged" // the same value
	Within    Verdict = "within"    // no larger than the error
	Beyond    Verdict = "beyond"    // larger
	Unjudged  Verdict = "unjudged"  // no error is known for how it was measured
)

// Label is the verdict in words.
func (v Verdict) Label() string {
	switch v {
	case Unchanged:
		return "No change"
	case Within:
		return "Within measurement error"
	case Beyond:
		return "Beyond measurement error"
	case Unjudged:
		return "Measurement error not known"
	}
	return string(v)
}

// Change is the difference between two values.
type Change struct {
	Was, Now  float64
	WasOn     civil.Date
	Delta     float64 // now minus was
	Unit      string  // "°", or "points"
	Verdict   Verdict
	Error     float64 // smallest change beyond error; 0 when not known
	SameRater bool
	Source    string // where Error comes from
	Better    bool   // in the direction of recovery
	Moved     bool   // the two were measured in different positions
}

// Direction is the change in one word.
func (c Change) Direction() string {
	switch {
	case c.Delta == 0:
		return "same"
	case c.Better:
		return "better"
	}
	return "worse"
}

// Judgement is direction and verdict in words: "better, beyond measurement error".
func (c Change) Judgement() string {
	if c.Verdict == Unchanged {
		return "no change"
	}
	if c.Moved {
		return c.Direction() + ", measured in another position"
	}
	return c.Direction() + ", " + strings.ToLower(c.Verdict.Label()[:1]) + c.Verdict.Label()[1:]
}

// Words is the change in a line: "+8° since 10 Feb 2026".
func (c Change) Words() string {
	if c.Verdict == Unchanged {
		return "Same as on " + c.WasOn.Human()
	}
	return signed(c.Delta) + c.unit() + " since " + c.WasOn.Human()
}

func (c Change) unit() string {
	if c.Unit == "°" {
		return c.Unit
	}
	return " " + c.Unit
}

// Why says what the verdict rests on: "7° for the same therapist".
func (c Change) Why() string {
	if c.Error == 0 {
		return ""
	}
	who := "different therapists"
	if c.SameRater {
		who = "the same therapist"
	}
	if c.Unit != "°" {
		return Number(c.Error) + " " + c.Unit
	}
	return Number(c.Error) + "° for " + who
}

// Compare judges two readings of one motion. When the devices differ the
// larger error stands; when one was not noted, when no error is held for it, or
// when the person lay or stood otherwise, the change is not judged.
func Compare(rom knowledge.ROM, joint string, was, now Reading) Change {
	c := Change{Was: was.Degrees, Now: now.Degrees, WasOn: was.On, Delta: now.Degrees - was.Degrees, Unit: "°",
		SameRater: !was.Rater.IsZero() && was.Rater == now.Rater, Better: now.Degrees > was.Degrees, Moved: was.Position != now.Position}
	a, okA := rom.MDC(joint, was.Device, c.SameRater)
	b, okB := rom.MDC(joint, now.Device, c.SameRater)
	if okA && okB && !c.Moved {
		if a.MDC > b.MDC {
			b = a
		}
		c.Error, c.Source = b.MDC, b.Source
	}
	c.judge()
	return c
}

// ComparePain judges two pain values by the instrument's detectable change.
func ComparePain(in knowledge.Instrument, was int64, wasOn civil.Date, now int64) Change {
	c := Change{Was: float64(was), Now: float64(now), WasOn: wasOn, Delta: float64(now - was), Unit: "points", Better: now < was}
	if t, ok := in.Threshold("detectable"); ok {
		c.Error, c.Source = t.Value, t.Citation
	}
	c.judge()
	return c
}

func (c *Change) judge() {
	size := math.Abs(c.Delta)
	switch {
	case size == 0:
		c.Verdict = Unchanged
	case c.Error == 0:
		c.Verdict = Unjudged
	case size > c.Error:
		c.Verdict = Beyond
	default:
		c.Verdict = Within
	}
}

// Number writes a value without needless decimals: 52, 52.5.
func Number(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

func signed(x float64) string {
	switch {
	case x > 0:
		return "+" + Number(x)
	case x < 0:
		return "−" + Number(-x)
	}
	return "0"
}

// NormWords is a norm as shown: "60–80°" or "45°".
func NormWords(n knowledge.Norm) string {
	unit := "°"
	if n.Unit == "mm" {
		unit = " mm"
	}
	if n.Low == n.High {
		return Number(n.Low) + unit
	}
	return Number(n.Low) + "–" + Number(n.High) + unit
}
