package pdf

import (
	"math"
	"strconv"

	"codeberg.org/go-pdf/fpdf"

	"soapstone/internal/civil"
)

// Point is a value on a day.
type Point struct {
	Day   civil.Date
	Value float64
}

// Series is a line of a chart. Lines differ in marker and dash as well as in
// colour, so that a black-and-white print can be read.
type Series struct {
	Name   string
	Points []Point // in order of days
}

// Level is a horizontal line with a name: a goal, a threshold.
type Level struct {
	Name  string
	Value float64
}

// Chart is a line chart over time.
type Chart struct {
	Title    string
	Unit     string  // at the axis: "points, lower is better"
	Min, Max float64 // of the axis; from the data when equal
	Series   []Series
	Levels   []Level
	Height   float64 // millimetres; 55 when 0
}

// LineChart draws a chart and its legend. Without any point it says so.
func (d *Doc) LineChart(c Chart) {
	if c.Height <= 0 {
		c.Height = 55
	}
	p := &plot{doc: d, Chart: c}
	d.need(c.Height + 16)
	if c.Title != "" {
		d.Subsection(c.Title)
	}
	if !p.measure() {
		d.Small("No values yet.")
		return
	}
	p.x, p.y = marginX+11, d.f.GetY()+1.5
	p.w, p.h = d.width-11-22, c.Height-8
	p.axes()
	p.levels()
	for i := range c.Series {
		p.series(i)
	}
	d.at(marginX, p.y+p.h+6)
	p.legend()
	d.f.SetDashPattern(nil, 0)
	d.paint(black)
	d.space(gap)
}

type plot struct {
	Chart
	doc         *Doc
	first, last civil.Date
	low, high   float64
	x, y, w, h  float64
}

// measure finds the ranges; it is false when there is nothing to draw.
func (p *plot) measure() bool {
	p.low, p.high = math.Inf(1), math.Inf(-1)
	for _, s := range p.Series {
		for _, pt := range s.Points {
			if math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0) || !pt.Day.Valid() {
				continue
			}
			p.low, p.high = min(p.low, pt.Value), max(p.high, pt.Value)
			if p.first.IsZero() || pt.Day.Before(p.first) {
				p.first = pt.Day
			}
			if pt.Day.After(p.last) || p.last.IsZero() {
				p.last = pt.Day
			}
		}
	}
	if p.first.IsZero() {
		return false
	}
	for _, l := range p.Levels {
		p.low, p.high = min(p.low, l.Value), max(p.high, l.Value)
	}
	if p.Min < p.Max {
		p.low, p.high = min(p.low, p.Min), max(p.high, p.Max)
	}
	if p.high-p.low < 1e-9 {
		p.low, p.high = p.low-1, p.high+1
	}
	return true
}

// at is the place of a value, in millimetres.
func (p *plot) at(day civil.Date, v float64) (x, y float64) {
	span := p.last.DaysSince(p.first)
	x = p.x + p.w/2
	if span > 0 {
		x = p.x + p.w*float64(day.DaysSince(p.first))/float64(span)
	}
	return x, p.y + p.h*(1-(v-p.low)/(p.high-p.low))
}

// step is a round distance of about n steps over the span: 1, 2 or 5 times a
// power of ten.
func step(span float64, n int) float64 {
	raw := span / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= raw {
			return m * unit
		}
	}
	return 10 * unit
}

func number(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

func (p *plot) axes() {
	d := p.doc
	d.font(false, 7)
	d.paint(muted)
	d.f.SetLineWidth(0.15)
	d.f.SetDrawColor(faint.r, faint.g, faint.b)
	by := step(p.high-p.low, 5)
	first := math.Ceil(p.low/by) * by
	for i := range 20 { // about five; a bound, should adding ever stand still
		v := first + float64(i)*by
		if v > p.high+by/1e6 {
			break
		}
		_, y := p.at(p.first, v)
		d.f.Line(p.x, y, p.x+p.w, y)
		d.at(marginX, y-d.lineHeight()/2)
		d.line(9.5, number(v), "R")
	}
	d.f.SetDrawColor(muted.r, muted.g, muted.b)
	d.f.Line(p.x, p.y, p.x, p.y+p.h)
	d.f.Line(p.x, p.y+p.h, p.x+p.w, p.y+p.h)
	d.at(p.x-8, p.y+p.h+1.2)
	d.line(30, p.first.Human(), "L")
	if p.last != p.first {
		d.at(p.x+p.w-22, p.y+p.h+1.2)
		d.line(30, p.last.Human(), "R")
	}
}

func (p *plot) levels() {
	d := p.doc
	d.font(false, 7)
	d.f.SetDrawColor(muted.r, muted.g, muted.b)
	d.f.SetLineWidth(0.3)
	for _, l := range p.Levels {
		if math.IsNaN(l.Value) || math.IsInf(l.Value, 0) {
			continue
		}
		_, y := p.at(p.first, l.Value)
		d.f.SetDashPattern([]float64{1.6, 1.1}, 0)
		d.f.Line(p.x, y, p.x+p.w, y)
		d.f.SetDashPattern(nil, 0)
		d.at(p.x+p.w+1.5, y-d.lineHeight()/2)
		d.line(21, d.fit(oneLine(l.Name)+" "+number(l.Value), 21), "L")
	}
}

var (
	seriesInk  = []ink{blue, alarm, {96, 64, 140}, {30, 110, 60}}
	seriesDash = [][]float64{nil, {2.4, 1}, {0.8, 0.8}, {3, 1, 0.8, 1}}
)

func (p *plot) series(i int) {
	d := p.doc
	p.style(i)
	var px, py float64
	started := false
	for _, pt := range p.Series[i].Points {
		if math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0) || !pt.Day.Valid() {
			continue
		}
		x, y := p.at(pt.Day, pt.Value)
		if started {
			d.f.Line(px, py, x, y)
		}
		px, py, started = x, y, true
	}
	d.f.SetDashPattern(nil, 0)
	for _, pt := range p.Series[i].Points {
		if math.IsNaN(pt.Value) || math.IsInf(pt.Value, 0) || !pt.Day.Valid() {
			continue
		}
		x, y := p.at(pt.Day, pt.Value)
		p.marker(i, x, y)
	}
}

func (p *plot) style(i int) {
	c := seriesInk[i%len(seriesInk)]
	p.doc.f.SetDrawColor(c.r, c.g, c.b)
	p.doc.f.SetFillColor(c.r, c.g, c.b)
	p.doc.f.SetLineWidth(0.45)
	p.doc.f.SetDashPattern(seriesDash[i%len(seriesDash)], 0)
}

func (p *plot) marker(i int, x, y float64) {
	f := p.doc.f
	switch i % 4 {
	case 0:
		f.Circle(x, y, 0.9, "F")
	case 1:
		f.Rect(x-0.85, y-0.85, 1.7, 1.7, "F")
	case 2:
		f.Polygon([]fpdf.PointType{{X: x, Y: y - 1.2}, {X: x + 1.1, Y: y + 0.8}, {X: x - 1.1, Y: y + 0.8}}, "F")
	default:
		f.Polygon([]fpdf.PointType{{X: x, Y: y - 1.2}, {X: x + 1.2, Y: y}, {X: x, Y: y + 1.2}, {X: x - 1.2, Y: y}}, "F")
	}
}

// legend names the lines, and the unit after them.
func (p *plot) legend() {
	d := p.doc
	d.font(false, smallSize)
	x, y := marginX, d.f.GetY()
	for i, s := range p.Series {
		name := d.fit(oneLine(s.Name), d.width-12)
		w := widthOf(d.f, name)
		if x > marginX && x+12+w > marginX+d.width {
			x, y = marginX, y+d.lineHeight()
		}
		p.style(i)
		mid := y + d.lineHeight()/2
		d.f.Line(x, mid, x+8, mid)
		d.f.SetDashPattern(nil, 0)
		p.marker(i, x+4, mid)
		d.paint(black)
		d.at(x+9.5, y)
		d.line(w+1, name, "L")
		x += w + 16
	}
	d.at(marginX, y+d.lineHeight())
	if p.Unit != "" {
		d.paint(muted)
		d.line(d.width, d.fit(oneLine(p.Unit), d.width), "L")
	}
}
