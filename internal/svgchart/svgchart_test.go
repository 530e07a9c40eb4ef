package svgchart_test

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/svgchart"
)

func chart(values ...float64) svgchart.Chart {
	c := svgchart.Chart{Title: "Pain", Unit: "of 10", Min: 0, Max: 10}
	for i, v := range values {
		c.Points = append(c.Points, svgchart.Point{On: civil.Of(2026, time.March, 1).AddDays(7 * i), Value: v})
	}
	return c
}

func TestNothingMeasuredDrawsNothing(t *testing.T) {
	if got := chart().SVG(); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestDrawingIsWellFormedAndSaysItInWords(t *testing.T) {
	goal := 2.0
	c := chart(7, 6, 4)
	c.Goal, c.Detect, c.Title = &goal, 2, `Pain <now> & "then"`
	c.Points[1].Note = "after <work>"
	svg := c.SVG()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, svg)
		}
	}
	for _, want := range []string{"7 on 1 Mar 2026", "4 on 15 Mar 2026", "goal 2", "3 measurements", "after &lt;work&gt;"} {
		if !strings.Contains(svg, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if strings.Contains(svg, "style=") || strings.Contains(svg, `="#`) {
		t.Error("the drawing carries a style or a colour of its own")
	}
}

func TestHigherIsHigherAndLaterIsRight(t *testing.T) {
	l := chart(2, 8, 5).Layout()
	if !(l.Points[1].Y < l.Points[2].Y && l.Points[2].Y < l.Points[0].Y) {
		t.Errorf("heights %v", l.Points)
	}
	if !(l.Points[0].X < l.Points[1].X && l.Points[1].X < l.Points[2].X) {
		t.Errorf("places %v", l.Points)
	}
}

func TestPhasesPartTheCourse(t *testing.T) {
	c := chart(7, 6, 5, 4)
	day := c.Points[0].On
	c.Detect, c.DetectName = 2, "MCID"
	c.Phases = []svgchart.Phase{{On: day.AddDays(-30), Name: "Earlier"}, {On: day, Name: "Eval"}, {On: day.AddDays(1), Name: "Hidden"}, {On: day.AddDays(20), Name: "Re-eval"}, {On: day.AddDays(400), Name: "Later"}}
	l := c.Layout()
	var names []string
	for i, p := range l.Phases {
		names = append(names, p.Text+"/"+p.Anchor)
		if i > 0 && p.X <= l.Phases[i-1].X {
			t.Errorf("places %v", l.Phases)
		}
	}
	if got := strings.Join(names, " "); got != "Eval/start /start Re-eval/end" {
		t.Errorf("names %q", got)
	}
	svg := c.SVG()
	for _, want := range []string{"MCID ±2", ">Eval<", ">Re-eval<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, not := range []string{"Earlier", "Later", "Hidden"} {
		if strings.Contains(svg, not) {
			t.Errorf("says %q", not)
		}
	}
}

func TestLawEverythingLiesInsideTheDrawing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.Float64Range(-5, 15), 1, 40).Draw(t, "values")
		c := chart(vs...)
		c.Detect = rapid.Float64Range(0, 20).Draw(t, "detect")
		l := c.Layout()
		for _, p := range l.Points {
			if p.X < 0 || p.X > svgchart.Width || p.Y < 0 || p.Y > svgchart.Height {
				t.Fatalf("outside: %v", p)
			}
		}
		if c.DetectName = "MCID"; c.Layout().Band.Text != "" {
			name := c.Layout().Band
			if name.X < 0 || name.X > svgchart.Width || name.Y < 0 || name.Y > svgchart.Height {
				t.Fatalf("the band's name is at %v", name)
			}
			for _, p := range l.Points {
				if math.Abs(p.Y-name.Y+7) < 7 && (name.Anchor == "end" && p.X < name.X && p.X > name.X-100 || name.Anchor == "start" && p.X > name.X && p.X < name.X+100) {
					t.Fatalf("the band's name %v lies on %v", name, p)
				}
			}
		}
		if l.BandH < 0 || l.BandTop < 0 || l.BandTop+l.BandH > svgchart.Height {
			t.Fatalf("band %v + %v", l.BandTop, l.BandH)
		}
		if n := len(l.Ticks); n < 3 || n > 8 {
			t.Fatalf("%d ticks", n)
		}
	})
}
