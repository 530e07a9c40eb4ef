package pdf

// Column is a column of a table.
type Column struct {
	Label string
	Width float64 // share of the width; equal shares when all are 0
	Right bool    // for numbers
}

const (
	cellX = 1.6 // padding, millimetres
	cellY = 1.1
)

// Table prints rows under a head that is repeated on each page. A row stays
// together unless it alone is longer than a page; missing cells are empty.
func (d *Doc) Table(cols []Column, rows [][]string) {
	if len(cols) == 0 {
		return
	}
	t := &table{doc: d, cols: cols, widths: shares(cols, d.width)}
	d.need(18)
	t.head()
	for i, row := range rows {
		t.row(row, i%2 == 1)
	}
	d.space(gap)
}

type table struct {
	doc    *Doc
	cols   []Column
	widths []float64
}

func shares(cols []Column, width float64) []float64 {
	var sum float64
	for _, c := range cols {
		sum += max(c.Width, 0)
	}
	out := make([]float64, len(cols))
	for i, c := range cols {
		if sum == 0 {
			out[i] = width / float64(len(cols))
		} else {
			out[i] = width * max(c.Width, 0) / sum
		}
	}
	return out
}

func (t *table) head() {
	d := t.doc
	d.font(true, smallSize)
	lines, most := t.wrapped(func(i int) string { return t.cols[i].Label })
	h := d.height(most) + 2*cellY
	y := d.f.GetY()
	d.f.SetFillColor(tint.r, tint.g, tint.b)
	d.f.Rect(marginX, y, d.width, h, "F")
	t.draw(lines, 0, most, y)
	d.rule(y+h, muted)
	d.at(marginX, y+h)
}

// wrapped breaks each cell of a row; most is the number of lines of the tallest.
func (t *table) wrapped(text func(i int) string) (lines [][]string, most int) {
	lines = make([][]string, len(t.cols))
	for i := range t.cols {
		lines[i] = t.doc.wrap(text(i), max(t.widths[i]-2*cellX, 4))
		most = max(most, len(lines[i]))
	}
	return lines, most
}

func (t *table) row(row []string, shaded bool) {
	d := t.doc
	d.font(false, bodySize-0.5)
	lines, most := t.wrapped(func(i int) string {
		if i < len(row) {
			return row[i]
		}
		return ""
	})
	for from := 0; from < most; {
		whole := d.height(most-from) + 2*cellY
		if d.f.GetY()+whole > d.floor() && (from > 0 || d.f.GetY() > d.ceiling()+20) {
			d.f.AddPage()
			t.head()
			d.font(false, bodySize-0.5)
		}
		room := max(1, int((d.floor()-d.f.GetY()-2*cellY)/d.lineHeight()))
		n := min(room, most-from)
		y, h := d.f.GetY(), d.height(n)+2*cellY
		if shaded {
			d.f.SetFillColor(249, 250, 251)
			d.f.Rect(marginX, y, d.width, h, "F")
		}
		t.draw(lines, from, n, y)
		d.rule(y+h, faint)
		d.at(marginX, y+h)
		from += n
	}
}

// draw writes n lines of each cell, beginning with line from, below y.
func (t *table) draw(lines [][]string, from, n int, y float64) {
	d := t.doc
	x := marginX
	for i, w := range t.widths {
		align := "L"
		if t.cols[i].Right {
			align = "R"
		}
		d.at(x+cellX, y+cellY)
		for _, l := range lines[i][min(from, len(lines[i])):min(from+n, len(lines[i]))] {
			d.line(w-2*cellX, l, align)
		}
		x += w
	}
}
