// Package pdf makes the paper of the practice: notes, reports, chart packets.
// It decides the page (US Letter, the patient named on each page with page x of
// y, room for a signature with its hash and seal), the typeface and the blocks
// that a document is built of, so that all papers look alike.
//
// The same input gives the same bytes: the only date in a file is the one it is
// given. It refuses no text: what a line cannot hold is wrapped, what the
// typeface cannot show becomes a box.
//
// The files carry their language but no structure tags; the accessible form of
// a document is its page in the browser.
//
// Forms that others have laid out, where each word has its place, are not
// documents but a Sheet.
package pdf

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"soapstone/internal/civil"
)

// Meta is what stands on every page.
type Meta struct {
	Title    string // large, on the first page; small at the foot of each
	Subtitle string // below the title: what for, which date
	Practice string
	Contact  string // address and phone of the practice, one line

	// The patient; empty for papers about no patient.
	Patient string
	Born    civil.Date
	Record  string

	// Stamp is a notice across the top of every page: "ENTERED IN ERROR".
	Stamp string
	// Foot is a short line at the foot of every page; a notice of
	// confidentiality when empty.
	Foot string
	// Created is the file's date, from the data and not from the clock: the
	// instant of signing. It is also why two prints of one document are equal.
	Created time.Time
}

const confidential = "Confidential health information"

// Page measures in millimetres; text sizes in points.
const (
	marginX   = 18.0
	top       = 27.0 // where content begins, below the page head
	bottom    = 20.0 // free at the foot
	bodySize  = 9.5
	smallSize = 8.0
	lineOf    = 0.50 // millimetres of line height per point of text size
	gap       = 2.2  // between blocks
	family    = "body"
)

type ink struct{ r, g, b int }

var (
	black = ink{23, 26, 31}
	muted = ink{88, 96, 108}
	faint = ink{205, 210, 216}
	tint  = ink{242, 244, 246}
	alarm = ink{164, 28, 28}
	blue  = ink{22, 90, 128}
)

// Doc is a document under construction. It is not safe for concurrent use.
type Doc struct {
	f     *fpdf.Fpdf
	meta  Meta
	width float64 // of the text column

	images int
}

// New begins a document with its title.
func New(m Meta) *Doc {
	f := fpdf.New("P", "mm", "Letter", "")
	d := &Doc{f: f, meta: m.cleaned()}
	f.AliasNbPages("{total}") // before the fonts, so that they keep all digits
	addFonts(f)
	w, _ := f.GetPageSize()
	d.width = w - 2*marginX
	f.SetMargins(marginX, top, marginX)
	f.SetAutoPageBreak(false, bottom)
	f.SetCellMargin(0)
	describe(f, d.meta.Title, d.meta.Practice, m.Created)
	f.SetHeaderFunc(d.head)
	f.SetFooterFunc(d.foot)
	f.AddPage()
	d.title()
	return d
}

// describe says what a file is, and fixes what would otherwise be taken from the
// clock: without a date of its own, a file has a constant one.
func describe(f *fpdf.Fpdf, title, author string, created time.Time) {
	f.SetCatalogSort(true)
	created = created.UTC()
	if created.IsZero() {
		created = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	f.SetCreationDate(created)
	f.SetModificationDate(created)
	f.SetLang("en-US")
	f.SetTitle(title, true)
	f.SetAuthor(author, true)
	f.SetProducer("Soapstone", true)
}

func (m Meta) cleaned() Meta {
	for _, s := range []*string{&m.Title, &m.Subtitle, &m.Practice, &m.Contact, &m.Patient, &m.Record, &m.Stamp, &m.Foot} {
		*s = oneLine(*s)
	}
	if m.Foot == "" {
		m.Foot = confidential
	}
	return m
}

// Bytes ends the document and gives the file.
func (d *Doc) Bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := d.f.Output(&b); err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return b.Bytes(), nil
}

// Pages is how many pages there are by now.
func (d *Doc) Pages() int { return d.f.PageCount() }

func (d *Doc) head() {
	half := d.width/2 - 3
	d.at(marginX, 11)
	d.font(true, 10)
	d.line(half, d.fit(d.meta.Practice, half), "L")
	d.font(false, smallSize)
	d.paint(muted)
	d.line(half, d.fit(d.meta.Contact, half), "L")
	d.paint(black)
	right := marginX + d.width - half
	d.at(right, 11)
	if d.meta.Patient != "" {
		d.font(true, 10)
		d.line(half, d.fit(d.meta.Patient, half), "R")
		d.font(false, smallSize)
		d.paint(muted)
		d.at(right, d.f.GetY())
		d.line(half, d.fit(d.facts(), half), "R")
	}
	d.rule(21.5, faint)
	d.paint(black)
	d.at(marginX, top)
	if d.meta.Stamp != "" {
		d.stamp()
	}
}

func (d *Doc) facts() string {
	s := ""
	if !d.meta.Born.IsZero() {
		s = "Born " + d.meta.Born.Human()
	}
	if d.meta.Record != "" {
		if s != "" {
			s += "  ·  "
		}
		s += "Record " + d.meta.Record
	}
	return s
}

func (d *Doc) stamp() {
	d.font(true, 11)
	d.f.SetDrawColor(alarm.r, alarm.g, alarm.b)
	d.paint(alarm)
	d.f.SetLineWidth(0.5)
	d.f.Rect(marginX, 23.5, d.width, 8, "D")
	d.at(marginX, 24.8)
	d.line(d.width, d.fit(d.meta.Stamp, d.width-4), "C")
	d.paint(black)
	d.at(marginX, 35)
}

func (d *Doc) foot() {
	_, h := d.f.GetPageSize()
	d.rule(h-14.5, faint)
	d.font(false, 7.5)
	d.paint(muted)
	d.at(marginX, h-13)
	d.line(d.width-40, d.fit(d.meta.Title+"  ·  "+d.meta.Foot, d.width-40), "L")
	// The total is known only at the end, so its width is not: the text begins
	// at a fixed place instead of ending at one.
	d.at(marginX+d.width-18.5, h-13)
	d.line(30, fmt.Sprintf("Page %d of {total}", d.f.PageNo()), "L")
	d.paint(black)
}

func (d *Doc) title() {
	d.font(true, 16)
	for _, l := range d.wrap(d.meta.Title, d.width) {
		d.line(d.width, l, "L")
	}
	if d.meta.Subtitle != "" {
		d.font(false, 10.5)
		d.paint(muted)
		for _, l := range d.wrap(d.meta.Subtitle, d.width) {
			d.line(d.width, l, "L")
		}
		d.paint(black)
	}
	d.space(gap)
}

// need begins a new page unless h millimetres are left on this one.
func (d *Doc) need(h float64) {
	if d.f.GetY()+h > d.floor() && d.f.GetY() > d.ceiling()+0.1 {
		d.f.AddPage()
	}
}

func (d *Doc) floor() float64 {
	_, h := d.f.GetPageSize()
	return h - bottom
}

func (d *Doc) ceiling() float64 {
	if d.meta.Stamp != "" {
		return 35
	}
	return top
}

// PageBreak begins a new page.
func (d *Doc) PageBreak() { d.f.AddPage() }

func (d *Doc) at(x, y float64) { d.f.SetXY(x, y) }

func (d *Doc) space(h float64) { d.at(marginX, d.f.GetY()+h) }

func (d *Doc) paint(c ink) { d.f.SetTextColor(c.r, c.g, c.b) }

func (d *Doc) rule(y float64, c ink) {
	d.f.SetDrawColor(c.r, c.g, c.b)
	d.f.SetLineWidth(0.2)
	d.f.Line(marginX, y, marginX+d.width, y)
}

func (d *Doc) font(bold bool, size float64) {
	style := ""
	if bold {
		style = "B"
	}
	d.f.SetFont(family, style, size)
}

// lineHeight of the present font, in millimetres.
func (d *Doc) lineHeight() float64 {
	pt, _ := d.f.GetFontSize()
	return pt * lineOf
}

// line writes one line at the present place and moves below it, to the same x.
func (d *Doc) line(w float64, s, align string) {
	x, h := d.f.GetX(), d.lineHeight()
	inFace(d.f, s, func() { d.f.CellFormat(w, h, s, "", 0, align, false, 0, "") })
	d.at(x, d.f.GetY()+h)
}
