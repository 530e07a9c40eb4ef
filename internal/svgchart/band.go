package svgchart

import "math"

// box is a piece of the drawing.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) meets(o box) bool { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 }

// around is the room that a text takes, generously.
func (t Label) around() box {
	wide := letterWidth * float64(len([]rune(t.Text)))
	x := map[string]float64{"end": t.X - wide, "middle": t.X - wide/2}
	x0, ok := x[t.Anchor]
	if !ok {
		x0 = t.X
	}
	return box{x0, t.Y - letterHeight + 4, x0 + wide, t.Y + 4}
}

// bandName places the name of the band in it, or next to it where the line
// leaves no room; where there is none at all, it has no name.
func (c Chart) bandName(l Layout) Label {
	taken := c.drawn(l)
	bottom := l.BandTop + l.BandH
	name := Label{Text: c.DetectName + " ±" + number(c.Detect)}
	for _, y := range []float64{bottom - 6, l.BandTop + letterHeight - 4, bottom + letterHeight - 4, l.BandTop - 6} {
		for _, at := range []struct {
			x      float64
			anchor string
		}{{l.PlotX1 - 4, "end"}, {(l.PlotX0 + l.PlotX1) / 2, "middle"}, {l.PlotX0 + 4, "start"}} {
			name.XY, name.Anchor = XY{at.x, y}, at.anchor
			if room := name.around(); room.y0 >= top && room.y1 <= top+plotHeight+4 && free(room, taken) {
				return name
			}
		}
	}
	return Label{}
}

func free(room box, taken []box) bool {
	for _, b := range taken {
		if room.meets(b) {
			return false
		}
	}
	return true
}

// drawn is where the line runs, in short pieces, and where its last value and
// the goal are written.
func (c Chart) drawn(l Layout) []box {
	const thick, piece = 5, 8
	var out []box
	for i, p := range l.Points {
		out = append(out, box{p.X - thick, p.Y - thick, p.X + thick, p.Y + thick})
		if i == 0 {
			continue
		}
		from := l.Points[i-1]
		n := math.Ceil(math.Hypot(p.X-from.X, p.Y-from.Y) / piece)
		for k := range int(n) {
			f := float64(k) / n
			x, y := from.X+f*(p.X-from.X), from.Y+f*(p.Y-from.Y)
			out = append(out, box{x - thick, y - thick, x + thick, y + thick})
		}
	}
	out = append(out, c.lastValue(l).around())
	if l.Goal != nil {
		out = append(out, Label{XY{l.PlotX0 + 4, *l.Goal - 6}, "goal " + number(*c.Goal), "start"}.around(), box{l.PlotX0, *l.Goal - 2, l.PlotX1, *l.Goal + 2})
	}
	return out
}

// lastValue is the newest value, written at the end of the line.
func (c Chart) lastValue(l Layout) Label {
	end, dy := l.Points[len(l.Points)-1], -10.0
	if end.Y < top+18 {
		dy = 22
	}
	return Label{XY{math.Max(end.X+4, left+24), end.Y + dy}, number(c.Points[len(c.Points)-1].Value), "end"}
}
