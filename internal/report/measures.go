package report

import (
	"cmp"
	"context"
	"math"
	"slices"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/plan"
	"soapstone/internal/visit"
)

// The most rows of motions and the fewest values of a drawing.
const (
	mostMotions = 5
	fewestDrawn = 2
)

// measured fills the table and the drawings: instruments first, then motions.
func (s *Service) measured(ctx context.Context, tx *db.Tx, b *Body, p id.Patient, from civil.Date, notes []visit.SignedNote, pl plan.Plan) error {
	courses, err := s.Outcomes.CoursesTx(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, c := range courses {
		in := c.Instrument
		scores := slices.DeleteFunc(c.Valid(), func(x outcome.Score) bool { return x.On.Before(from) || x.On.After(b.On) })
		if in.AsIs { // a change by itself: the newest, not its difference to another
			scores = scores[max(0, len(scores)-1):]
		}
		if len(scores) > 0 {
			b.Measures = append(b.Measures, scored(in, scores[0], scores[len(scores)-1]))
		}
		if t, ok := drawn(in, scores, goalOf(pl, in.ID)); ok {
			b.Trends = append(b.Trends, t)
		}
	}
	if !slices.ContainsFunc(b.Measures, func(m Measure) bool { return m.Label == painLabel(s.Knowledge) }) {
		s.painOfNotes(b, notes, goalOf(pl, "nprs"))
	}
	h, err := s.Assessments.History(ctx, tx, p)
	if err != nil {
		return err
	}
	b.Measures = append(b.Measures, s.motions(since(h, from), notes)...)
	return nil
}

func painLabel(k *knowledge.Set) string {
	in, _ := k.Instrument("nprs")
	return in.Name
}

func goalOf(pl plan.Plan, measure string) *float64 {
	for _, g := range pl.Goals {
		if g.Measure == measure && g.State != plan.GoalDropped {
			return &g.Target
		}
	}
	return nil
}

// scored compares two fillings of an instrument, by its own thresholds.
func scored(in knowledge.Instrument, first, last outcome.Score) Measure {
	m := Measure{Label: in.Name, Was: outcome.Number(first.Result), WasOn: first.On}
	if first.ID == last.ID {
		return m
	}
	before, now, ok := outcome.Pair(in, first.Answers, last.Answers)
	if !ok {
		// The patient's own activities were exchanged: two scores that do not compare.
		m.Now, m.NowOn, m.Verdict = outcome.Number(last.Result), last.On, "other activities, not compared"
		return m
	}
	c := outcome.Compare(in, before, now)
	m.Was, m.Now, m.NowOn = outcome.Number(before), outcome.Number(now), last.On
	m.Change, m.Verdict, m.Better = signed(c.By), string(c.Verdict), c.Better
	m.Clear = c.Verdict == outcome.Detectable || c.Verdict == outcome.Important
	if c.Verdict != outcome.Unknown {
		m.Basis = c.Detect.Kind + " " + outcome.Number(c.Detect.Value) + ", " + c.Matter.Kind + " " + outcome.Number(c.Matter.Value)
		m.Citation = in.Short + ": " + cite(c.Detect) + "; " + cite(c.Matter)
	}
	return m
}

func cite(t knowledge.Threshold) string {
	s := t.Kind + " " + outcome.Number(t.Value) + " " + t.Unit + ", " + t.Citation
	if !t.Verified {
		s += " (not verified)"
	}
	return s
}

func drawn(in knowledge.Instrument, scores []outcome.Score, goal *float64) (Trend, bool) {
	t := Trend{Title: in.Name, Better: "lower is better", Min: in.Min, Max: in.Max, Goal: goal}
	if in.Direction == knowledge.HigherBetter {
		t.Better = "higher is better"
	}
	if d, ok := in.Threshold("detectable"); ok && d.Unit == "points" {
		t.Detect = d.Value
	}
	for _, x := range scores {
		t.Points = append(t.Points, Point{On: x.On, Value: x.Result})
	}
	return t, len(t.Points) >= fewestDrawn
}

// painOfNotes takes pain from the signed notes where nobody filled in the
// scale by itself: the same question, asked at the beginning of each session.
func (s *Service) painOfNotes(b *Body, notes []visit.SignedNote, goal *float64) {
	in, ok := s.Knowledge.Instrument("nprs")
	if !ok {
		return
	}
	var scores []outcome.Score
	for _, n := range notes {
		if now := n.Body.Note.Subjective.PainNow; now != nil {
			scores = append(scores, outcome.Score{ID: id.New[id.Score](), On: n.Date, Result: float64(*now),
				Answers: outcome.Answers{in.Items[0].ID: float64(*now)}})
		}
	}
	if len(scores) == 0 {
		return
	}
	m := scored(in, scores[0], scores[len(scores)-1])
	m.Label = "Pain at the sessions, 0 to 10"
	b.Measures = append([]Measure{m}, b.Measures...)
	if t, ok := drawn(in, scores, goal); ok {
		t.Title = m.Label
		b.Trends = append([]Trend{t}, b.Trends...)
	}
}

// motions compares each motion that was measured at least twice: in
// assessments, and in signed notes where they are newer.
func (s *Service) motions(h assessment.History, notes []visit.SignedNote) []Measure {
	type key struct {
		motion string
		side   knowledge.Side
	}
	readings := map[key][]assessment.Reading{}
	var order []key
	add := func(k key, r assessment.Reading) {
		if _, seen := readings[k]; !seen {
			order = append(order, k)
		}
		readings[k] = append(readings[k], r)
	}
	for _, a := range h {
		for _, m := range a.Motions {
			add(key{m.Motion, m.Side}, a.Reading(m))
		}
	}
	for _, n := range notes {
		for _, m := range n.Body.Note.Objective.ROM {
			add(key{m.Motion, knowledge.Side(m.Side)}, assessment.Reading{On: n.Date, Degrees: float64(m.Value), Rater: n.SignedBy})
		}
	}
	cat := assessment.CatalogueOf(s.Knowledge)
	type row struct {
		Measure
		size float64
	}
	var rows []row
	for _, k := range order {
		rs := readings[k]
		slices.SortStableFunc(rs, func(a, b assessment.Reading) int { return a.On.Compare(b.On) })
		was, now := rs[0], rs[len(rs)-1]
		n, ok := s.Knowledge.ROM().Norm(k.motion)
		if !ok || was.On == now.On {
			continue
		}
		c := assessment.Compare(s.Knowledge.ROM(), n.Region, was, now)
		if n.Unit == "mm" {
			c.Verdict, c.Error, c.Source = assessment.Unjudged, 0, "" // errors are held in degrees
		}
		u := unit(s.Knowledge, k.motion)
		m := Measure{Label: assessment.MotionLabel(cat, k.motion, k.side), Was: outcome.Number(was.Degrees) + u, WasOn: was.On, Now: outcome.Number(now.Degrees) + u, NowOn: now.On,
			Change: signed(c.Delta) + u, Verdict: lowerFirst(c.Verdict.Label()), Better: c.Better, Clear: c.Verdict == assessment.Beyond}
		if c.Error > 0 {
			m.Basis, m.Citation = "error "+c.Why(), "Range of motion: "+c.Source
		}
		rows = append(rows, row{m, math.Abs(c.Delta)})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.size, a.size) })
	var out []Measure
	for _, r := range rows[:min(len(rows), mostMotions)] {
		out = append(out, r.Measure)
	}
	return out
}

func unit(k *knowledge.Set, motion string) string {
	if n, ok := k.ROM().Norm(motion); ok && n.Unit == "mm" {
		return " mm"
	}
	return "°"
}

func signed(x float64) string {
	switch {
	case x > 0:
		return "+" + outcome.Number(x)
	case x < 0:
		return "−" + outcome.Number(-x)
	}
	return "±0"
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]|0x20) + s[1:]
}
