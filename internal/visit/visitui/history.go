package visitui

import (
	"fmt"
	"strings"

	"soapstone/internal/knowledge"
	"soapstone/internal/svgchart"
	"soapstone/internal/visit/note"
)

// historyNote is what the folded history says: "last 3 Mar 2026 · pain 6/10".
func historyNote(ed editor) string {
	text := "last " + ed.From()
	if p := ed.prior().Subjective.PainNow; p != nil {
		text += fmt.Sprintf(" · pain %d/10", *p)
	}
	return text
}

// painTrend is the pain of the visits before, oldest first.
func painTrend(past []note.Prior) svgchart.Chart {
	c := svgchart.Chart{Title: "Pain at the visits before", Unit: "of 10", Min: 0, Max: note.MaxPain}
	for i := len(past) - 1; i >= 0; i-- {
		if p := past[i].Note.Subjective.PainNow; p != nil {
			c.Points = append(c.Points, svgchart.Point{On: past[i].Date, Value: float64(*p)})
		}
	}
	return c
}

// painLine is the same in words, newest first.
func painLine(past []note.Prior) string {
	var out []string
	for _, p := range past {
		if n := p.Note.Subjective.PainNow; n != nil {
			out = append(out, fmt.Sprintf("%d/10 on %s", *n, p.Date.Human()))
		}
	}
	if len(out) == 0 {
		return "not recorded"
	}
	return strings.Join(out, ", ")
}

// measured is a motion with what was last measured of it.
type measured struct{ Label, Text string }

// lastMeasures are the newest values of each motion and side in the notes before.
func lastMeasures(ed editor) []measured {
	var out []measured
	seen := map[string]bool{}
	for _, p := range ed.E.Past {
		for _, m := range p.Note.Objective.ROM {
			if seen[m.Motion] {
				continue
			}
			seen[m.Motion] = true
			norm, ok := ed.K.ROM().Norm(m.Motion)
			if !ok {
				continue
			}
			var sides []string
			for _, side := range norm.Sides() {
				if v, ok := p.Note.Measured(m.Motion, string(side)); ok {
					sides = append(sides, strings.TrimSpace(sideInitial(side)+" "+fmt.Sprint(v)+note.MotionUnit(ed.K, m.Motion)))
				}
			}
			out = append(out, measured{note.MotionLabel(ed.K, m.Motion, ""), strings.Join(sides, ", ") + " of " + normText(norm) + note.MotionUnit(ed.K, m.Motion) + ", " + p.Date.Human()})
		}
	}
	return out
}

func sideInitial(s knowledge.Side) string {
	if s == knowledge.Midline {
		return ""
	}
	return capital(s.Label())
}
