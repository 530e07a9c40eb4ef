package claimpaper

import (
	"fmt"

	"soapstone/internal/claim"
	"soapstone/internal/pdf"
)

// The grid on the sheet, in inches.
const (
	leftMargin = 0.3
	pitch      = 0.1
	leading    = 1.0 / 6
	baseline   = 0.13 // below the upper edge of a line: capitals stand in its middle

	millimetre = 1 / 25.4
)

// across is the left edge of a column, down the upper edge of a line.
func across(column int) float64 { return leftMargin + pitch*float64(column-1) }
func down(line int) float64     { return leading * float64(line-1) }

// draw prints a page: the data, and below it the form unless it is pre-printed.
func draw(s *pdf.Sheet, p Page, problems []problem, o claim.PaperOptions) {
	s.Page()
	var dx, dy float64
	if o.Drawn {
		drawForm(s)
		s.Label(pdf.Red, across(1), 10.66, 6, fmt.Sprintf("Form %d of %d", p.Number, p.Of))
	} else {
		dx, dy = float64(o.OffsetX)/100*millimetre, float64(o.OffsetY)/100*millimetre
	}
	for _, c := range p.Cells {
		s.Typed(across(c.Column)+dx, down(c.Line)+baseline+dy, c.Text)
	}
	if o.Watermark == "" {
		return
	}
	for _, q := range problems {
		if q.page == 0 || q.page == p.Number {
			s.Box(pdf.Blue, across(q.col)-0.03, down(q.line)-0.01, pitch*float64(q.width)+0.06, leading+0.02, 1.5)
		}
	}
	s.Watermark(o.Watermark)
}

const (
	hair      = 0.6 // widths of lines, points
	heavy     = 2.2
	captionAt = 0.082 // baseline of a caption below the rule above it
	captionPt = 5.6
)

// drawForm draws the form in red, with our own captions.
func drawForm(s *pdf.Sheet) {
	for _, t := range tints {
		s.Shade(pdf.Rose, t.x1, down(t.line), t.x2-t.x1, leading)
	}
	for _, r := range rules {
		w := hair
		if r.heavy {
			w = heavy
		}
		y := down(r.below + 1)
		s.Line(pdf.Red, r.x1, y, r.x2, y, w)
	}
	s.Dashes(pdf.Red, x15, down(36), xRight2, down(36), hair)
	for _, w := range walls {
		s.Line(pdf.Red, w.x, down(w.below+1), w.x, down(w.to+1), hair)
	}
	for _, t := range ticks {
		s.Dashes(pdf.Red, t.x, down(t.line)+0.02, t.x, down(t.line+1), hair)
	}
	for _, b := range boxes {
		const side = 0.15
		s.Box(pdf.Red, across(b.col)+pitch/2-side/2, down(b.line)+leading/2-side/2, side, side, hair)
	}
	for _, c := range captions {
		s.Label(pdf.Red, c.x, down(c.below+1)+captionAt, captionPt, c.text)
	}
	for _, c := range words {
		s.Label(pdf.Red, c.x, down(c.line)+0.105, captionPt, c.text)
	}
	drawServices(s)
	drawDiagnoses(s)
	s.Heading(pdf.Red, across(1), 0.78, 12, "HEALTH INSURANCE CLAIM FORM")
	s.Label(pdf.Red, across(1), 0.92, 6.5, "1500 (02-12). Drawn for the record; submit on the pre-printed form.")
}

// drawServices draws the six lines of item 24 and their numbers.
func drawServices(s *pdf.Sheet) {
	for n := range LinesPerForm {
		top := placeOf.at(n).line
		for _, x := range serviceWalls {
			s.Line(pdf.Red, x, down(top), x, down(top+1), hair)
		}
		for _, x := range serviceTicks {
			s.Dashes(pdf.Red, x, down(top)+0.02, x, down(top+1), hair)
		}
		s.Dashes(pdf.Red, 6.687, down(top), xRight, down(top), hair)
		s.Label(pdf.Red, 6.74, down(top)+0.105, captionPt, "NPI")
		s.Label(pdf.Red, 0.16, down(top)+0.05, 10, fmt.Sprint(n+1))
	}
}

// drawDiagnoses draws the twelve places of item 21.
func drawDiagnoses(s *pdf.Sheet) {
	for n := range claim.MaxDiagnoses {
		f := diagnosisField(n)
		x, y := across(f.col)-0.02, down(f.line+1)-0.012
		s.Label(pdf.Red, x-0.1, y-0.03, 6, letter(n))
		s.Line(pdf.Red, x, y, x+pitch*float64(f.width)+0.02, y, hair)
		s.Line(pdf.Red, x, y-0.08, x, y, hair)
	}
}
