// Package kit decides what the product looks like and how it behaves for the
// eye, the hand and the screen reader. Its components are the only HTML that
// rooms need: a label is always an argument, a hint and a complaint are always
// tied to their control, and nothing carries an inline style or script.
//
// Components work without JavaScript. Colours, sizes and spacing come from the
// tokens in static/css; a component is never given a colour. See /ui in a
// development build for each of them in each state.
package kit

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"soapstone/internal/civil"
	"soapstone/internal/web/form"
	"soapstone/internal/web/static"
)

// Asset is the address of an embedded file: Asset("app.css").
func Asset(name string) string { return static.URL(name) }

// Tone is what a coloured thing means; words or a shape always say it too.
type Tone string

// The tones.
const (
	Neutral Tone = "neutral"
	Info    Tone = "info"
	OK      Tone = "ok"
	Warn    Tone = "warn"   // a deadline, something to do
	Danger  Tone = "danger" // changes treatment today, or cannot be undone
	Primary Tone = "primary"
	Quiet   Tone = "quiet" // a button without a frame
)

// Width of a page's content.
type Width string

// The widths. Regular suits lists and charts.
const (
	Regular Width = ""
	Narrow  Width = "narrow" // one question or one short form
	Wide    Width = "wide"   // two columns, boards
)

// Link is a labelled address.
type Link struct{ Label, URL string }

// To is a Link.
func To(label, url string) Link { return Link{Label: label, URL: url} }

// NavItem is an entry of the main navigation. Icon is a name Icon knows.
type NavItem struct {
	Key, Label, URL, Icon string
	Count                 int // a small number beside the label; 0 shows none
}

// User is who is signed in, as the top bar shows it.
type User struct {
	Name, Practice string
	Roles          []string
	Menu           []Link
}

// Initials are one or two letters for the round sign in the top bar.
func (u *User) Initials() string {
	words := strings.FieldsFunc(u.Name, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}

// Page is what the layout needs. web.PageData fills the first part.
type Page struct {
	Product string
	Nav     []NavItem
	User    *User // nil when nobody is signed in
	Flash   []string
	Theme   string // light, dark or auto
	Path    string // where the person is, to come back to
	Help    string
	SignIn  string
	Find    string // where patients are found and things done; "" where nothing is
	Private bool   // names are hidden on the screen
	KeysOff bool   // single letters are no shortcuts
	// Kiosk is the address of what a patient fills in on this device; the layout
	// then shows that alone, without a way to anything else. "" otherwise.
	Kiosk string

	Title   string          // browser title, and the heading unless Heading is set
	Heading string          // the heading where it differs from the title
	Bare    bool            // no heading: the page brings its own h1
	Lead    string          // a sentence under the heading
	Active  string          // key of the current navigation item
	Back    Link            // one step up
	Banner  templ.Component // patient banner, kept in view
	Actions templ.Component // buttons beside the heading
	Tabs    []Tab           // areas of the thing shown
	Form    *form.Form      // its complaints are summed up at the top
	Width   Width
	HTMX    bool     // the page has a search box or swaps
	Scripts []string // further modules, by asset name
}

// HeadTitle is the title for the browser's tab.
func (p Page) HeadTitle() string {
	t := p.Title + " – " + p.product()
	if !p.Form.Valid() {
		t = "Error: " + t
	}
	return t
}

func (p Page) product() string {
	if p.Product == "" {
		return "Soapstone"
	}
	return p.Product
}

func (p Page) heading() string {
	if p.Heading != "" {
		return p.Heading
	}
	return p.Title
}

func (p Page) themeIs(t string) bool { return p.Theme == t || (p.Theme == "" && t == "auto") }

// Tab is a link to one area; Count is shown when it is not 0. One that is
// folded stands in the menu at the end of Page.Tabs.
type Tab struct {
	Label, URL string
	Active     bool
	Count      int
	Folded     bool
}

// Option is one answer of a choice.
type Option struct {
	Value, Label, Hint string
	Said               string // said after the label to those who hear it; chips only
	Disabled           bool
}

// OptionsOf makes options of a typed list: OptionsOf(authz.Roles(), authz.Role.Label).
func OptionsOf[T ~string](list []T, label func(T) string) []Option {
	out := make([]Option, len(list))
	for i, v := range list {
		out[i] = Option{Value: string(v), Label: label(v)}
	}
	return out
}

// Field describes a control. Name and Label are always needed.
type Field struct {
	Name, Label, Hint string
	Required          bool   // otherwise the label says "optional"
	Type              string // of a text field: text, email, tel, url, password, time
	Autocomplete      string // HTML autofill token; "off" for data about other people
	InputMode         string // numeric, decimal, tel, email
	Width             int    // characters that fit: 2, 4, 6, 8, 12, 20, 30; 0 fills the row
	Prefix, Suffix    string // unit beside the control: $, degrees, minutes
	Min, Max, Step    string // of numbers and dates
	Rows              int    // of a text area; 4 if 0
	Multiple          bool   // several answers (chips) or files
	Accept            string // of a file field; PDF, PNG and JPEG if empty
	Capture           bool   // a file field opens the camera
	HideLabel         bool   // the label is for screen readers only
	Blank             string // what no answer is called in a list that opens: "Everybody"
	Question          bool   // the label is set large, as the question of its page
	Inline            bool   // radios and checkboxes side by side
	ReadOnly          bool
	Disabled          bool
	Autofocus         bool
	NoMark            bool             // no "optional": in tables of measures
	Suggest           []string         // offered while typing
	Attrs             templ.Attributes // further attributes, such as hx-get
}

// ID is the id of the control of field name, the target of error links.
func ID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '-'
	}, name)
}

func (d Field) id() string { return ID(d.Name) }

// describedBy lists the ids of the hint and the complaint.
func (d Field) describedBy(f *form.Form) string {
	var ids []string
	if d.Hint != "" {
		ids = append(ids, d.id()+"-hint")
	}
	if f.Error(d.Name) != "" {
		ids = append(ids, d.id()+"-error")
	}
	return strings.Join(ids, " ")
}

func (d Field) optional() bool {
	return !d.Required && !d.NoMark && !d.HideLabel && !d.ReadOnly && !d.Disabled
}

func (d Field) inputType() string {
	if d.Type == "" {
		return "text"
	}
	return d.Type
}

func (d Field) rows() string {
	if d.Rows == 0 {
		return "4"
	}
	return strconv.Itoa(d.Rows)
}

func (d Field) widthClass() string {
	for _, w := range []int{2, 4, 6, 8, 12, 20, 30} {
		if d.Width > 0 && d.Width <= w {
			return "w-" + strconv.Itoa(w)
		}
	}
	return ""
}

// dateInput picks the control for what was typed: a date input would throw
// away text that is no date, and with it what the person wrote.
func dateInput(value string) (kind, shown string) {
	if value == "" {
		return "date", ""
	}
	scratch := form.FromValues(map[string]string{"d": value})
	d := scratch.Date("d")
	if d == (civil.Date{}) {
		return "text", value
	}
	return "date", d.String()
}

// fieldClass refuses a field without name or label: nobody could tell what it
// asks, and the test that shows the page fails.
func fieldClass(f *form.Form, d Field, more ...string) string {
	if d.Name == "" || d.Label == "" {
		panic("kit: a field needs a name and a label: " + d.Name + d.Label)
	}
	c := append([]string{"field"}, more...)
	if f.Error(d.Name) != "" {
		c = append(c, "has-error")
	}
	if d.Question {
		c = append(c, "question")
	}
	return strings.Join(c, " ")
}

// end is what the number i of a scale means where it is one of its ends.
func end(i int, low, high string) string {
	switch i {
	case 0:
		return low
	case 10:
		return high
	}
	return ""
}

func accept(d Field) string {
	if d.Accept != "" {
		return d.Accept
	}
	return "application/pdf,image/png,image/jpeg"
}

func itoa(n int) string { return strconv.Itoa(n) }

// Dash is s, or a dash that says "nothing" where s is empty.
func Dash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}

// Plural is "1 visit", "2 visits".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// JoinDot puts the parts that are not empty into one line, with dots between.
func JoinDot(parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" }), " · ")
}

// count is a number in a badge; nobody needs to know how many thousands.
func count(n int) string {
	if n > 999 {
		return "999+"
	}
	return itoa(n)
}
