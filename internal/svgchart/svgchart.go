// Package svgchart draws small line charts of measurements over time, on the
// server: the same picture on screen, in print and, through Layout, on paper.
// It decides where points lie and which dates and values are written; colours
// are the page's tokens. It refuses nothing but an empty series, for which it
// draws nothing. Every chart needs the table that a page sets below it.
package svgchart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"soapstone/internal/civil"
)

// Point is one measurement.
type Point struct {
	On    civil.Date
	Value float64
	Note  string // said in the point's title; optional
}

// Chart is a series with what it is judged by.
type Chart struct {
	Title    string // for readers who cannot see it
	Unit     string
	Min, Max float64 // of the scale
	Points   []Point // in order of time
	// Goal is a line to reach; nil for none.
	Goal *float64
	// Detect is the change from the first point that would be an important one:
	// drawn as a band around it, named by DetectName. 0 for none.
	Detect     float64
	DetectName string // "MCID"; optional
	// Phases part the course: a line down at each day, in order of time. Those
	// before the first point and after the last are left out.
	Phases []Phase
}

// Phase begins on a day.
type Phase struct {
	On   civil.Date
	Name string // one or two short words
}

// The drawing's coordinates.
const (
	Width, Height       = 640.0, 240.0
	left, right         = 44.0, 16.0
	top, bottom         = 32.0, 36.0
	plotWidth           = Width - left - right
	plotHeight          = Height - top - bottom
	leastDaysOfTheXAxis = 14
	// Of a letter, where the drawing is so small that its words are set larger.
	letterWidth, letterHeight = 14.0, 24.0
)

// XY is a place in the drawing, y downward.
type XY struct{ X, Y float64 }

// Label is text at a place; Anchor is start, middle or end.
type Label struct {
	XY
	Text, Anchor string
}

// Layout is the chart as lines and texts, for drawing on paper.
type Layout struct {
	Points         []XY
	Ticks          []Label // of values, with a line across at their Y
	Days           []Label
	Goal           *float64 // y
	BandTop, BandH float64  // BandH 0: no band
	Band           Label    // the band's name, where it hides least
	Phases         []Label  // a line down at X; Text "" where it would lie on another
	PlotX0, PlotX1 float64
}

// Layout places everything.
func (c Chart) Layout() Layout {
	l := Layout{PlotX0: left, PlotX1: left + plotWidth}
	if len(c.Points) == 0 {
		return l
	}
	first, last := c.Points[0].On, c.Points[len(c.Points)-1].On
	days := max(last.DaysSince(first), leastDaysOfTheXAxis)
	x := func(d civil.Date) float64 { return left + plotWidth*float64(d.DaysSince(first))/float64(days) }
	y := func(v float64) float64 {
		v = math.Min(math.Max(v, c.Min), c.Max)
		return top + plotHeight*(1-(v-c.Min)/(c.Max-c.Min))
	}
	for _, p := range c.Points {
		l.Points = append(l.Points, XY{x(p.On), y(p.Value)})
	}
	for _, v := range ticks(c.Min, c.Max) {
		l.Ticks = append(l.Ticks, Label{XY{left - 8, y(v)}, number(v), "end"})
	}
	l.Days = c.days(first, last, days)
	if c.Goal != nil {
		g := y(*c.Goal)
		l.Goal = &g
	}
	if c.Detect > 0 {
		l.BandTop = y(c.Points[0].Value + c.Detect)
		l.BandH = y(c.Points[0].Value-c.Detect) - l.BandTop
	}
	l.Phases = c.phases(first, last, x)
	if l.BandH > 0 && c.DetectName != "" {
		l.Band = c.bandName(l)
	}
	return l
}

// phases places what parts the course. A name that would lie on the one before
// is left out; its line stays.
func (c Chart) phases(first, last civil.Date, x func(civil.Date) float64) []Label {
	var out []Label
	free := 0.0
	for _, p := range c.Phases {
		if p.On.Before(first) || p.On.After(last) {
			continue
		}
		at := Label{XY{x(p.On), top - 8}, p.Name, "start"}
		wide := letterWidth * float64(len([]rune(p.Name)))
		if at.X+4+wide > left+plotWidth {
			at.Anchor = "end"
			if at.X-4-wide < free {
				at.Text = ""
			}
		} else if at.X < free {
			at.Text = ""
		}
		if at.Text != "" {
			free = at.X + 8
			if at.Anchor == "start" {
				free += wide
			}
		}
		out = append(out, at)
	}
	return out
}

// days writes the first and the last date, and one between when there is room.
func (c Chart) days(first, last civil.Date, span int) []Label {
	at := func(d civil.Date, anchor string) Label {
		return Label{XY{left + plotWidth*float64(d.DaysSince(first))/float64(span), Height - 10}, d.Human(), anchor}
	}
	out := []Label{at(first, "start")}
	n := last.DaysSince(first)
	if n >= span/2 && n > 0 {
		out = append(out, at(last, "end"))
	}
	if n >= span && len(c.Points) > 2 {
		out = append(out, at(first.AddDays(n/2), "middle"))
	}
	return out
}

// ticks are about five round values from lo to hi.
func ticks(lo, hi float64) []float64 {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if (hi-lo)/(step*m) <= 6 {
			step *= m
			break
		}
	}
	var out []float64
	for i := 0; ; i++ {
		v := lo + float64(i)*step
		if v > hi+step/1e6 {
			return out
		}
		out = append(out, v)
	}
}

// SVG is the drawing as markup, safe to put into a page; "" for no points.
func (c Chart) SVG() string {
	if len(c.Points) == 0 {
		return ""
	}
	l := c.Layout()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" role="img" viewBox="0 0 %s %s" aria-label="%s">`, number(Width), number(Height), escape.Replace(c.describe()))
	if l.BandH > 0 {
		fmt.Fprintf(&b, `<rect x="%s" y="%s" width="%s" height="%s" fill="var(--sunken)"/>`, f1(left), f1(l.BandTop), f1(plotWidth), f1(l.BandH))
	}
	if l.Band.Text != "" {
		fmt.Fprintf(&b, `<text x="%s" y="%s" text-anchor="%s" fill="var(--text2)" font-size="12">%s</text>`, f1(l.Band.X), f1(l.Band.Y), l.Band.Anchor, escape.Replace(l.Band.Text))
	}
	for _, p := range l.Phases {
		fmt.Fprintf(&b, `<line x1="%s" x2="%s" y1="%s" y2="%s" stroke="var(--text2)" stroke-dasharray="2 4"/>`, f1(p.X), f1(p.X), f1(top-18), f1(top+plotHeight))
		if p.Text != "" {
			off := 4.0
			if p.Anchor == "end" {
				off = -4
			}
			fmt.Fprintf(&b, `<text x="%s" y="%s" text-anchor="%s" fill="var(--text2)" font-size="12">%s</text>`, f1(p.X+off), f1(p.Y), p.Anchor, escape.Replace(p.Text))
		}
	}
	for _, t := range l.Ticks {
		fmt.Fprintf(&b, `<line x1="%s" x2="%s" y1="%s" y2="%s" stroke="var(--line)"/>`, f1(l.PlotX0), f1(l.PlotX1), f1(t.Y), f1(t.Y))
		fmt.Fprintf(&b, `<text x="%s" y="%s" text-anchor="end" fill="var(--text2)" font-size="13">%s</text>`, f1(t.X), f1(t.Y+4.5), t.Text)
	}
	for _, d := range l.Days {
		fmt.Fprintf(&b, `<text x="%s" y="%s" text-anchor="%s" fill="var(--text2)" font-size="13">%s</text>`, f1(d.X), f1(d.Y), d.Anchor, d.Text)
	}
	if l.Goal != nil {
		fmt.Fprintf(&b, `<line x1="%s" x2="%s" y1="%s" y2="%s" stroke="var(--ok)" stroke-width="2" stroke-dasharray="6 5"/>`, f1(l.PlotX0), f1(l.PlotX1), f1(*l.Goal), f1(*l.Goal))
		fmt.Fprintf(&b, `<text x="%s" y="%s" fill="var(--ok)" font-size="13">goal %s</text>`, f1(l.PlotX0+4), f1(*l.Goal-6), number(*c.Goal))
	}
	c.line(&b, l)
	b.WriteString("</svg>")
	return b.String()
}

func (c Chart) line(b *strings.Builder, l Layout) {
	b.WriteString(`<polyline fill="none" stroke="var(--brand)" stroke-width="2.5" stroke-linejoin="round" points="`)
	for _, p := range l.Points {
		b.WriteString(f1(p.X) + "," + f1(p.Y) + " ")
	}
	b.WriteString(`"/>`)
	for i, p := range l.Points {
		pt := c.Points[i]
		title := pt.On.Human() + ": " + number(pt.Value) + " " + c.Unit
		if pt.Note != "" {
			title += ", " + pt.Note
		}
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="4.5" fill="var(--surface)" stroke="var(--brand)" stroke-width="2.5"><title>%s</title></circle>`,
			f1(p.X), f1(p.Y), escape.Replace(title))
	}
	v := c.lastValue(l)
	fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="end" fill="var(--text)" font-size="15" font-weight="600">%s</text>`, f1(v.X), f1(v.Y), v.Text)
}

// describe is the chart in words.
func (c Chart) describe() string {
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	s := fmt.Sprintf("%s: %s on %s", c.Title, number(first.Value), first.On.Human())
	if len(c.Points) > 1 {
		s += fmt.Sprintf(", %s on %s, %d measurements", number(last.Value), last.On.Human(), len(c.Points))
	}
	if c.Goal != nil {
		s += ", goal " + number(*c.Goal)
	}
	return s
}

// escape is what text needs inside an attribute or an element.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func f1(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func number(v float64) string { return f1(v) }
