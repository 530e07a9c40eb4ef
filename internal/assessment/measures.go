package assessment

import (
	"fmt"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

// Point is a value on a day.
type Point struct {
	On    civil.Date
	Value float64
	Text  string // with its unit: "52°"
}

// Measured is one measure of the newest assessment beside the value the course
// began with: what a plan, a report or a note says of it.
type Measured struct {
	Area          Area
	Subject       string // motion, muscle group; "pain", "up-and-go", "walk-10"
	Side          knowledge.Side
	Label         string
	Baseline, Now Point
	Change        Change
}

// Words is the measure in a sentence: "Neck: rotation, left: 40° on 10 Jan 2026,
// 52° on 10 Mar 2026, better, beyond measurement error (7° for the same therapist)."
func (m Measured) Words() string {
	s := fmt.Sprintf("%s: %s on %s, %s on %s, %s", m.Label, m.Baseline.Text, m.Baseline.On.Human(), m.Now.Text, m.Now.On.Human(), m.Change.Judgement())
	if why := m.Change.Why(); why != "" {
		s += " (" + why + ")"
	}
	return s + "."
}

// Measures compares every measure of the newest assessment with its baseline.
// Measures that were taken once only are left out.
func (h History) Measures(cat Catalogue) []Measured {
	now, ok := h.Latest()
	if !ok || len(h) < 2 {
		return nil
	}
	before := h.Before(now)
	var out []Measured
	if v := now.PainNow(); v != nil {
		if first, ok := before.FirstPain(); ok {
			out = append(out, Measured{Area: AreaPain, Subject: "pain", Label: "Pain now",
				Baseline: Point{first.On, float64(*first.Now), fmt.Sprintf("%d of 10", *first.Now)},
				Now:      Point{now.On, float64(*v), fmt.Sprintf("%d of 10", *v)},
				Change:   ComparePain(cat.NPRS, *first.Now, first.On, *v)})
		}
	}
	for _, m := range now.Motions {
		n, known := cat.ROM.Norm(m.Motion)
		first, ok := before.FirstReading(m.Motion, m.Side)
		if !ok || !known {
			continue
		}
		out = append(out, Measured{Area: AreaROM, Subject: m.Motion, Side: m.Side, Label: MotionLabel(cat, m.Motion, m.Side),
			Baseline: Point{first.On, first.Degrees, Number(first.Degrees) + "°"}, Now: Point{now.On, m.Degrees, Number(m.Degrees) + "°"},
			Change: Compare(cat.ROM, n.Region, first, now.Reading(m))})
	}
	for _, s := range now.Strength {
		if first, ok := firstOf(before, func(a Assessment) (Strength, bool) { return a.StrengthOf(s.Group, s.Side) }); ok {
			out = append(out, strengthMeasure(cat, first.on, first.v, now.On, s))
		}
	}
	return append(out, walked(before, now)...)
}

func strengthMeasure(cat Catalogue, wasOn civil.Date, was Strength, on civil.Date, now Strength) Measured {
	c := Change{Was: float64(was.Grade.N), Now: float64(now.Grade.N), WasOn: wasOn, Delta: float64(now.Grade.rank()-was.Grade.rank()) / 3, Unit: "grades"}
	c.Better = c.Delta > 0
	c.judge()
	return Measured{Area: AreaStrength, Subject: now.Group, Side: now.Side, Label: GroupLabel(cat, now.Group) + ", " + now.Side.Label(),
		Baseline: Point{wasOn, c.Was, was.Grade.Human() + " of 5"}, Now: Point{on, c.Now, now.Grade.Human() + " of 5"}, Change: c}
}

// walked compares the timed walks; less time is better.
func walked(before History, now Assessment) []Measured {
	var out []Measured
	for _, w := range []struct {
		subject, label string
		get            func(Gait) *float64
	}{{"up-and-go", "Timed up-and-go", func(g Gait) *float64 { return g.UpAndGo }}, {"walk-10", "Ten-metre walk", func(g Gait) *float64 { return g.Walk10 }}} {
		v := w.get(now.Gait)
		first, ok := firstOf(before, func(a Assessment) (*float64, bool) { x := w.get(a.Gait); return x, x != nil })
		if v == nil || !ok {
			continue
		}
		c := Change{Was: *first.v, Now: *v, WasOn: first.on, Delta: *v - *first.v, Unit: "s", Better: *v < *first.v}
		c.judge()
		out = append(out, Measured{Area: AreaGait, Subject: w.subject, Label: w.label,
			Baseline: Point{first.on, c.Was, Number(c.Was) + " s"}, Now: Point{now.On, c.Now, Number(c.Now) + " s"}, Change: c})
	}
	return out
}

type dated[V any] struct {
	on civil.Date
	v  V
}

// firstOf is the baseline of anything: that of the newest evaluation that has
// it, else the oldest.
func firstOf[V any](h History, get func(Assessment) (V, bool)) (dated[V], bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Kind == Evaluation {
			if v, ok := get(h[i]); ok {
				return dated[V]{h[i].On, v}, true
			}
		}
	}
	for _, a := range h {
		if v, ok := get(a); ok {
			return dated[V]{a.On, v}, true
		}
	}
	return dated[V]{}, false
}

// FirstPain is the pain at the start of the course.
func (h History) FirstPain() (PainReading, bool) {
	d, ok := firstOf(h, func(a Assessment) (*int64, bool) { n := a.PainNow(); return n, n != nil })
	return PainReading{On: d.on, Now: d.v}, ok
}

// LastPain is the newest pain.
func (h History) LastPain() (PainReading, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if n := h[i].PainNow(); n != nil {
			return PainReading{On: h[i].On, Now: n}, true
		}
	}
	return PainReading{}, false
}
