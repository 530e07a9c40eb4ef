package pdf

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

// Section begins a part of the document. It is never left alone at the foot of
// a page.
func (d *Doc) Section(title string) {
	d.need(26)
	d.space(gap)
	d.font(true, 11.5)
	for _, l := range d.wrap(title, d.width) {
		d.line(d.width, l, "L")
	}
	d.rule(d.f.GetY()+0.6, faint)
	d.space(gap + 0.4)
}

// Subsection is a lesser heading.
func (d *Doc) Subsection(title string) {
	d.need(18)
	d.font(true, bodySize)
	for _, l := range d.wrap(title, d.width) {
		d.line(d.width, l, "L")
	}
	d.space(0.6)
}

// Paragraph is running text; its line ends are kept.
func (d *Doc) Paragraph(text string) { d.text(text, bodySize, black) }

// Small is a paragraph in small grey type, for sources and remarks.
func (d *Doc) Small(text string) { d.text(text, smallSize, muted) }

func (d *Doc) text(text string, size float64, c ink) {
	d.font(false, size)
	for _, l := range d.wrap(text, d.width) {
		d.need(d.lineHeight())
		d.font(false, size) // a new page has changed it
		d.paint(c)
		d.line(d.width, l, "L")
	}
	d.paint(black)
	d.space(gap)
}

// markIndent is where the text of a marked list begins, in millimetres.
const markIndent = 5.5

// Bullets is a list of points.
func (d *Doc) Bullets(items ...string) {
	d.marked(items, func(x, y float64) { d.f.Circle(x+1.2, y, 0.55, "F") })
}

// TickBoxes is a list of choices to be ticked by hand on paper. It is kept
// together where a page can hold it.
func (d *Doc) TickBoxes(items ...string) {
	d.font(false, bodySize)
	h := 0.0
	for _, item := range items {
		h += d.height(len(d.wrap(item, d.width-markIndent))) + 0.8
	}
	d.need(h)
	d.marked(items, func(x, y float64) { d.f.Rect(x, y-1.6, 3.2, 3.2, "D") })
}

func (d *Doc) marked(items []string, mark func(x, y float64)) {
	for _, item := range items {
		d.font(false, bodySize)
		for i, l := range d.wrap(item, d.width-markIndent) {
			d.need(d.lineHeight())
			d.font(false, bodySize)
			if i == 0 {
				d.f.SetDrawColor(black.r, black.g, black.b)
				d.f.SetFillColor(black.r, black.g, black.b)
				d.f.SetLineWidth(0.3)
				mark(marginX, d.f.GetY()+d.lineHeight()/2)
			}
			d.at(marginX+markIndent, d.f.GetY())
			d.line(d.width-markIndent, l, "L")
		}
		d.space(0.8)
	}
	d.space(gap - 0.8)
}

// KV is a fact with its name.
type KV struct{ Label, Text string }

// KeyValues lists facts, one a line: the name in grey, the text beside it. A
// fact without text is shown with a dash, never left out.
func (d *Doc) KeyValues(rows ...KV) {
	const label = 46.0
	for _, r := range rows {
		text := r.Text
		if oneLine(text) == "" {
			text = "–"
		}
		d.font(false, bodySize)
		left, right := d.wrap(r.Label, label-3), d.wrap(text, d.width-label)
		for i := range max(len(left), len(right)) {
			d.need(d.lineHeight())
			d.font(false, bodySize)
			y := d.f.GetY()
			if i < len(left) {
				d.paint(muted)
				d.line(label, left[i], "L")
			}
			d.paint(black)
			if i < len(right) {
				d.at(marginX+label, y)
				d.line(d.width-label, right[i], "L")
			}
			d.at(marginX, y+d.lineHeight())
		}
		d.space(0.7)
	}
	d.space(gap - 0.7)
}

// Notice is a sentence in a frame, for what must be seen.
func (d *Doc) Notice(text string) {
	d.font(true, bodySize)
	lines := d.wrap(text, d.width-8)
	h := d.height(len(lines)) + 4
	d.need(h)
	d.font(true, bodySize)
	y := d.f.GetY()
	d.f.SetFillColor(tint.r, tint.g, tint.b)
	d.f.SetDrawColor(muted.r, muted.g, muted.b)
	d.f.SetLineWidth(0.3)
	d.f.Rect(marginX, y, d.width, h, "FD")
	d.at(marginX+4, y+2)
	for _, l := range lines {
		d.line(d.width-8, l, "L")
	}
	d.at(marginX, y+h)
	d.space(gap)
}

// Image places a PNG or JPEG, at most w millimetres wide (the column when 0)
// and no larger than the rest of a page. An unreadable picture makes Bytes fail.
func (d *Doc) Image(data []byte, kind string, w float64) {
	d.images++
	name := fmt.Sprintf("image %d", d.images)
	info := d.f.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(data))
	if d.f.Err() || info.Width() <= 0 {
		return
	}
	if w <= 0 || w > d.width {
		w = d.width
	}
	h := w * info.Height() / info.Width()
	if most := d.floor() - d.ceiling() - 2; h > most {
		w, h = w*most/h, most
	}
	d.need(h)
	d.f.ImageOptions(name, marginX, d.f.GetY(), w, h, false, fpdf.ImageOptions{}, 0, "")
	d.space(h + gap)
}

// SignatureBlock is how a signed document ends.
type SignatureBlock struct {
	Name       string // "Dana Okafor, LMT"
	License    string // "License IL MT-1001"
	SignedAt   string // in words of the practice's zone
	Statement  string // "Electronically signed. …"
	DocumentNo string // number in the patient's chain
	Hash       string // of the document, 64 hexadecimal digits
	Seal       string // newest seal of the audit log when this was printed
}

// Signature prints who signed, and the values by which the paper can be
// compared with the record later. It is kept together.
func (d *Doc) Signature(s SignatureBlock) {
	rows := []KV{}
	for _, r := range []KV{{"Document", s.DocumentNo}, {"Content hash", s.Hash}, {"Audit seal", s.Seal}} {
		if r.Text != "" {
			rows = append(rows, r)
		}
	}
	d.need(34 + 5*float64(len(rows)))
	d.space(gap)
	d.rule(d.f.GetY(), muted)
	d.space(2)
	d.font(true, 11)
	d.line(d.width, d.fit(oneLine(s.Name), d.width), "L")
	d.font(false, bodySize)
	for _, l := range []string{s.License, s.SignedAt, s.Statement} {
		if l = oneLine(l); l == "" {
			continue
		}
		for _, part := range d.wrap(l, d.width) {
			d.line(d.width, part, "L")
		}
	}
	d.space(1.5)
	const label = 24.0
	for _, r := range rows {
		d.font(false, 7.5)
		d.paint(muted)
		y := d.f.GetY()
		d.line(label, r.Label, "L")
		for i, part := range d.wrap(r.Text, d.width-label) {
			d.at(marginX+label, y+float64(i)*d.lineHeight())
			d.line(d.width-label, part, "L")
		}
		d.at(marginX, d.f.GetY())
	}
	d.paint(black)
	d.space(gap)
}

// SignatureLine leaves room to sign by hand, with a date.
func (d *Doc) SignatureLine(label string) {
	d.need(20)
	d.space(11)
	y := d.f.GetY()
	d.f.SetDrawColor(black.r, black.g, black.b)
	d.f.SetLineWidth(0.3)
	d.f.Line(marginX, y, marginX+d.width*0.62, y)
	d.f.Line(marginX+d.width*0.68, y, marginX+d.width, y)
	d.font(false, smallSize)
	d.paint(muted)
	d.at(marginX, y+0.8)
	d.line(d.width*0.62, d.fit(oneLine(label), d.width*0.62), "L")
	d.at(marginX+d.width*0.68, y+0.8)
	d.line(d.width*0.32, "Date", "L")
	d.paint(black)
	d.at(marginX, d.f.GetY())
	d.space(gap)
}
