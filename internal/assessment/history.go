package assessment

import (
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

// History is a patient's completed assessments, the oldest first.
type History []Assessment

// Before is the part of the history that lies before an assessment of day on
// with the given id; that assessment itself is left out.
func (h History) Before(a Assessment) History {
	var out History
	for _, x := range h {
		if x.ID != a.ID && order(x, a) < 0 {
			out = append(out, x)
		}
	}
	return out
}

func order(a, b Assessment) int {
	if c := a.On.Compare(b.On); c != 0 {
		return c
	}
	if c := a.CreatedAt.Compare(b.CreatedAt.Time); c != 0 {
		return c
	}
	return strings.Compare(a.ID.String(), b.ID.String())
}

// Sort puts the oldest first.
func (h History) Sort() { slices.SortStableFunc(h, order) }

// Latest is the newest assessment.
func (h History) Latest() (Assessment, bool) {
	if len(h) == 0 {
		return Assessment{}, false
	}
	return h[len(h)-1], true
}

// Baseline is the newest evaluation, since a new evaluation begins a new
// course; without any it is the oldest assessment.
func (h History) Baseline() (Assessment, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Kind == Evaluation {
			return h[i], true
		}
	}
	if len(h) == 0 {
		return Assessment{}, false
	}
	return h[0], true
}

// Readings are all values of one motion on one side, the oldest first.
func (h History) Readings(motion string, side knowledge.Side) []Reading {
	var out []Reading
	for _, a := range h {
		if m, ok := a.Motion(motion, side); ok {
			out = append(out, a.Reading(m))
		}
	}
	return out
}

// Passive is the history of passive motion, read as the active one is.
func (h History) Passive() History {
	out := slices.Clone(h)
	for i := range out {
		out[i].Motions = out[i].Content.Passive
	}
	return out
}

// LastReading is the newest value of a motion.
func (h History) LastReading(motion string, side knowledge.Side) (Reading, bool) {
	all := h.Readings(motion, side)
	if len(all) == 0 {
		return Reading{}, false
	}
	return all[len(all)-1], true
}

// FirstReading is the baseline value of a motion: that of the newest
// evaluation in which it was measured, else the oldest.
func (h History) FirstReading(motion string, side knowledge.Side) (Reading, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Kind == Evaluation {
			if r := h[i:i+1].Readings(motion, side); len(r) > 0 {
				return r[0], true
			}
		}
	}
	all := h.Readings(motion, side)
	if len(all) == 0 {
		return Reading{}, false
	}
	return all[0], true
}

// PainReading is pain on a day; the strongest of all places.
type PainReading struct {
	On               civil.Date
	Now, Best, Worst *int64
}

// Pains are the pain values, the oldest first; assessments without any are left out.
func (h History) Pains() []PainReading {
	var out []PainReading
	for _, a := range h {
		r := PainReading{On: a.On}
		for _, p := range a.Pain {
			r.Now, r.Best, r.Worst = stronger(r.Now, p.Now), stronger(r.Best, p.Best), stronger(r.Worst, p.Worst)
		}
		if r.Now != nil || r.Best != nil || r.Worst != nil {
			out = append(out, r)
		}
	}
	return out
}

func stronger(a, b *int64) *int64 {
	if a == nil || (b != nil && *b > *a) {
		return b
	}
	return a
}
