package pdf

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Pen is a color of a sheet.
type Pen int

// The pens. Red is that of forms, Rose its tint for shaded fields.
const (
	Black Pen = iota
	Red
	Rose
	Blue
)

var pens = [...]ink{Black: {0, 0, 0}, Red: {196, 32, 38}, Rose: {250, 226, 226}, Blue: blue}

// typeface and size of Typed: ten characters to the inch. It is one of the fonts
// that every viewer and printer has.
const (
	typed     = "Courier"
	typedSize = 12.0
)

// Sheet is US Letter paper on which everything has its place: forms, drawn or
// pre-printed. Measures are inches from the upper left corner, text stands with
// its baseline on y. It has no head, no foot and no flow. It is not safe for
// concurrent use.
type Sheet struct{ f *fpdf.Fpdf }

// NewSheet begins a file without pages. created is the file's date, as in Meta.
func NewSheet(title, author string, created time.Time) *Sheet {
	f := fpdf.New("P", "in", "Letter", "")
	addFonts(f)
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	describe(f, oneLine(title), oneLine(author), created)
	return &Sheet{f: f}
}

// Page begins a page.
func (s *Sheet) Page() { s.f.AddPage() }

// Pages is how many pages there are by now.
func (s *Sheet) Pages() int { return s.f.PageCount() }

// Typed writes black text at ten characters to the inch, the first one's cell
// beginning at x. It takes printable ASCII; anything else becomes "?".
func (s *Sheet) Typed(x, y float64, text string) {
	b := []byte{}
	for _, r := range text {
		if r < ' ' || r > '~' {
			r = '?'
		}
		b = append(b, byte(r))
	}
	s.f.SetFont(typed, "", typedSize)
	s.text(Black, x, y, string(b))
}

// Label writes small print of any alphabet in size points.
func (s *Sheet) Label(p Pen, x, y, size float64, text string) {
	s.f.SetFont(family, "", size)
	s.text(p, x, y, oneLine(text))
}

// Heading is a label in bold type.
func (s *Sheet) Heading(p Pen, x, y, size float64, text string) {
	s.f.SetFont(family, "B", size)
	s.text(p, x, y, oneLine(text))
}

func (s *Sheet) text(p Pen, x, y float64, text string) {
	c := pens[p]
	s.f.SetTextColor(c.r, c.g, c.b)
	inFace(s.f, text, func() { s.f.Text(x, y, text) })
}

// Line draws from one point to another; width in points.
func (s *Sheet) Line(p Pen, x1, y1, x2, y2, width float64) {
	s.stroke(p, width)
	s.f.Line(x1, y1, x2, y2)
}

// Dashes is a broken line.
func (s *Sheet) Dashes(p Pen, x1, y1, x2, y2, width float64) {
	s.stroke(p, width)
	s.f.SetDashPattern([]float64{0.03, 0.025}, 0)
	s.f.Line(x1, y1, x2, y2)
	s.f.SetDashPattern(nil, 0)
}

// Box draws the outline of a rectangle; width of the line in points.
func (s *Sheet) Box(p Pen, x, y, w, h, width float64) {
	s.stroke(p, width)
	s.f.Rect(x, y, w, h, "D")
}

// Shade fills a rectangle.
func (s *Sheet) Shade(p Pen, x, y, w, h float64) {
	c := pens[p]
	s.f.SetFillColor(c.r, c.g, c.b)
	s.f.Rect(x, y, w, h, "F")
}

func (s *Sheet) stroke(p Pen, width float64) {
	c := pens[p]
	s.f.SetDrawColor(c.r, c.g, c.b)
	s.f.SetLineWidth(width / 72)
}

// Watermark writes across the whole page, over what is there, so that it can be
// read through but not overlooked. Long text becomes smaller.
func (s *Sheet) Watermark(text string) {
	text = oneLine(text)
	if text == "" {
		return
	}
	const size = 72.0
	w, h := s.f.GetPageSize()
	s.f.SetFont(family, "B", size)
	length := 0.8 * math.Hypot(w, h)
	fits := min(size, size*length/max(widthOf(s.f, text), 0.01))
	s.f.SetFont(family, "B", fits)
	s.f.SetAlpha(0.3, "Normal")
	s.f.TransformBegin()
	s.f.TransformRotate(math.Atan2(h, w)*180/math.Pi, w/2, h/2)
	s.text(Blue, (w-widthOf(s.f, text))/2, h/2+fits*0.35/72, text)
	s.f.TransformEnd()
	s.f.SetAlpha(1, "Normal")
}

// Bytes ends the file and gives it.
func (s *Sheet) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := s.f.Output(&b); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return b.Bytes(), nil
}
