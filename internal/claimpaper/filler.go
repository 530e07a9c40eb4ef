package claimpaper

import (
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/money"
)

// Cell is text at a place of the grid.
type Cell struct {
	Item, Name   string // "24D", "procedure"
	Line, Column int    // from 1; see Lines and Columns
	Width        int    // of the field; the text is no longer
	Text         string // printable ASCII without lower-case letters
}

// Page is one form.
type Page struct {
	Number, Of int // from 1
	Cells      []Cell
}

// problem is why a field stayed empty.
type problem struct {
	field
	service int // line of item 24 on the whole claim, from 1; 0 elsewhere
	page    int // from 1; 0 is every page
	text    string
}

// place names the item, and the service where there are several.
func (p problem) place() string {
	switch {
	case p.item == "carrier":
		return "Carrier block"
	case p.service > 0:
		return fmt.Sprintf("Item %s, line %d", p.item, p.service)
	}
	return "Item " + p.item
}

// filler fills fields and keeps what went wrong.
type filler struct {
	cells    []Cell
	problems []problem
	service  int // the line of item 24 that is being filled
	page     int
}

func (l *filler) fault(f field, format string, args ...any) {
	p := problem{field: f, page: l.page, text: fmt.Sprintf(format, args...)}
	if f.perLine {
		p.service = l.service
	}
	same := func(q problem) bool {
		return q.item == p.item && q.name == p.name && q.service == p.service && q.text == p.text
	}
	if !slices.ContainsFunc(l.problems, same) {
		l.problems = append(l.problems, p)
	}
}

// write puts text, already spelled, into a field that may stay empty. It is
// false when the text does not fit.
func (l *filler) write(f field, text string) bool {
	if text == "" {
		return true
	}
	if n := len(text); n > f.width {
		l.fault(f, "%d characters, the form holds %d", n, f.width)
		return false
	}
	if f.alignRight {
		text = strings.Repeat(" ", f.width-len(text)) + text
	}
	l.cells = append(l.cells, Cell{Item: f.item, Name: f.name, Line: f.line, Column: f.col, Width: f.width, Text: text})
	return true
}

// spell is the text as it is written; it is empty when a letter is impossible,
// and that is reported. bad says whether it was.
func (l *filler) spell(f field, as spelling, s string) (text string, bad bool) {
	text, ok := plain(s)
	if !ok {
		l.fault(f, "has a letter that the form cannot carry; use the Latin spelling")
		return "", true
	}
	return as(text), false
}

// put writes a field that may stay empty.
func (l *filler) put(f field, as spelling, s string) {
	text, _ := l.spell(f, as, s)
	l.write(f, text)
}

// need writes a field that the form cannot do without.
func (l *filler) need(f field, as spelling, s string) {
	text, bad := l.spell(f, as, s)
	if text == "" && !bad {
		l.fault(f, "is missing")
		return
	}
	l.write(f, text)
}

// digits writes a number of exactly n digits.
func (l *filler) digits(f field, n int, s string) {
	text, bad := l.spell(f, asNumber, s)
	switch {
	case bad:
	case text == "":
		l.fault(f, "is missing")
	case len(text) != n || strings.Trim(text, "0123456789") != "":
		l.fault(f, "has to be %d digits", n)
	default:
		l.write(f, text)
	}
}

func (l *filler) mark(f field) { l.write(f, "X") }

func (l *filler) answer(c choice, yes bool) {
	if yes {
		l.mark(c.yes)
	} else {
		l.mark(c.no)
	}
}

// day writes a date; there may be none.
func (l *filler) day(d dateField, day civil.Date) {
	if day.IsZero() {
		return
	}
	if !day.Valid() {
		l.fault(d.month, "is not a day")
		return
	}
	year := fmt.Sprintf("%04d", day.Year)
	l.write(d.month, fmt.Sprintf("%02d", int(day.Month)))
	l.write(d.day, fmt.Sprintf("%02d", day.Day))
	l.write(d.year, year[4-d.year.width:])
}

func (l *filler) needDay(d dateField, day civil.Date) {
	if day.IsZero() {
		l.fault(d.month, "is missing")
	}
	l.day(d, day)
}

// amount writes dollars and cents. The form knows no negative amounts.
func (l *filler) amount(c cashField, a money.Cents) {
	if a < 0 {
		l.fault(c.dollars, "is negative")
		return
	}
	if l.write(c.dollars, fmt.Sprint(int64(a)/100)) {
		l.write(c.cents, fmt.Sprintf("%02d", int64(a)%100))
	}
}

// address writes items 5 and 7. One without any part is reported only where it
// is needed.
func (l *filler) address(p placeField, a claim.Address, needed bool) {
	if !needed && a == (claim.Address{}) {
		return
	}
	l.need(p.street, asAddress, a.Line1+" "+a.Line2)
	l.need(p.city, asAddress, a.City)
	l.state(p.state, a.State)
	l.zip(p.zip, a.ZIP)
}

func (l *filler) state(f field, s string) {
	text, bad := l.spell(f, asNumber, s)
	switch {
	case bad:
	case text == "":
		l.fault(f, "is missing")
	case len(text) != 2:
		l.fault(f, "has to be two letters")
	default:
		l.write(f, text)
	}
}

// zip writes five or nine digits without a hyphen.
func (l *filler) zip(f field, s string) {
	if text := zipDigits(s); text != "" {
		l.write(f, text)
		return
	}
	l.fault(f, "has to be five or nine digits")
}

// zipDigits is the code without a hyphen, or "" when it is none.
func zipDigits(s string) string {
	text, ok := plain(s)
	text = asNumber(text)
	if !ok || (len(text) != 5 && len(text) != 9) || strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return text
}

// phoneNumber writes area code and number without separators; there may be none.
func (l *filler) phoneNumber(area, number field, s string) {
	text, _ := plain(s)
	text = asNumber(text)
	if len(text) == 11 {
		text = strings.TrimPrefix(text, "1")
	}
	switch {
	case text == "":
	case len(text) != 10 || strings.Trim(text, "0123456789") != "":
		l.fault(number, "has to be ten digits")
	default:
		l.write(area, text[:3])
		l.write(number, text[3:])
	}
}

// cityLine is the last line of an address block: city, state and ZIP code.
func (l *filler) cityLine(f field, a claim.Address) {
	city, bad := l.spell(f, asAddress, a.City)
	state, badState := l.spell(f, asNumber, a.State)
	zip := zipDigits(a.ZIP)
	switch {
	case bad || badState:
	case city == "" || len(state) != 2 || zip == "":
		l.fault(f, "needs a city, a state of two letters and a ZIP code of five or nine digits")
	default:
		l.write(f, city+" "+state+" "+zip)
	}
}

// person is a name as items 2 and 4 want it: last, first, initial. Without the
// spaces after the commas it may fit where it would not with them.
func (l *filler) person(f field, p claim.Person) {
	last, bad1 := l.spell(f, asName, p.LastName)
	first, bad2 := l.spell(f, asName, p.FirstName)
	middle, bad3 := l.spell(f, asName, p.MiddleName)
	if bad1 || bad2 || bad3 {
		return
	}
	if last == "" || first == "" {
		l.fault(f, "needs a last and a first name")
		return
	}
	parts := []string{last, first}
	if middle != "" {
		parts = append(parts, middle[:1])
	}
	text := strings.Join(parts, ", ")
	if len(text) > f.width {
		text = strings.Join(parts, ",")
	}
	l.write(f, text)
}
