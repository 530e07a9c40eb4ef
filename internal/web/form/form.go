// Package form turns what a browser sent into typed values and complaints. It
// decides what text is fit to keep: valid UTF-8, no NUL, no control or
// direction-override characters, within a length. It refuses numbers with
// thousands separators, dates that name no real day, choices that were not
// offered, and a second answer to a question that takes one.
//
// A getter never fails: it returns the zero value, notes one complaint per
// field, and keeps what was typed, so that the page can be shown again exactly
// as the person left it. The package knows nothing of HTTP or of HTML.
package form

import (
	"errors"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"soapstone/internal/errs"
)

// The limits of what is read at all. A form beyond them did not come from one
// of our pages.
const (
	MaxFields = 2000   // distinct names in one form
	MaxValues = 500    // values under one name
	MaxName   = 100    // bytes of a field name
	MaxText   = 200    // characters of a line, unless Max says otherwise
	MaxArea   = 10_000 // characters of a text area, unless Max says otherwise
)

// Form is one submission, or the values an edit page starts from. A nil *Form
// reads as an empty one. It is not safe for concurrent use.
type Form struct {
	values map[string][]string
	dirty  map[string]string // name → why its text cannot be kept as sent
	order  []errs.Field      // complaints in the order found
	first  map[string]string // name → its first complaint
	kind   errs.Kind
}

// Empty is a form with nothing in it, for a page that asks for the first time.
func Empty() *Form { return Decode(nil) }

// FromValues is a form that shows what is stored, for an edit page.
func FromValues(v map[string]string) *Form {
	f := Empty()
	for name, s := range v {
		f.values[name] = []string{s}
	}
	return f
}

// Decode takes the values of a submission. What cannot be kept is taken out
// of the values, and noted; the getter of that field then complains. Names
// beyond the limits are dropped: no page of ours sends them.
func Decode(values map[string][]string) *Form {
	f := &Form{values: map[string][]string{}, dirty: map[string]string{}, first: map[string]string{}, kind: errs.Invalid}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if len(f.values) == MaxFields {
			break
		}
		f.put(name, values[name])
	}
	return f
}

func (f *Form) put(name string, in []string) {
	if len(name) > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, forbidden) {
		return
	}
	if len(in) > MaxValues {
		in = in[:MaxValues]
		f.dirty[name] = "Too many answers were sent. Choose again."
	}
	out := make([]string, 0, len(in))
	for _, s := range in {
		clean, why := Clean(s)
		if why != "" && f.dirty[name] == "" {
			f.dirty[name] = why
		}
		out = append(out, clean)
	}
	f.values[name] = out
}

// Set replaces the values of a field and returns the form, for chaining.
func (f *Form) Set(name string, values ...string) *Form {
	f.values[name] = append([]string(nil), values...)
	delete(f.dirty, name)
	return f
}

// Value is the first value of a field, as it may be shown again; "" if none.
func (f *Form) Value(name string) string {
	if f == nil || len(f.values[name]) == 0 {
		return ""
	}
	return f.values[name][0]
}

// Values are all values of a field, as they may be shown again.
func (f *Form) Values(name string) []string {
	if f == nil {
		return nil
	}
	return f.values[name]
}

// Checked reports whether value is among the values of a field.
func (f *Form) Checked(name, value string) bool {
	for _, v := range f.Values(name) {
		if v == value {
			return true
		}
	}
	return false
}

// Has reports whether a field was answered with more than white space.
func (f *Form) Has(name string) bool {
	for _, v := range f.Values(name) {
		if strings.TrimSpace(v) != "" {
			return true
		}
	}
	return false
}

// Rows lists the prefixes of a repeated group in numeric order: for fields
// dx.0.code, dx.0.text and dx.2.code, Rows("dx", 12) is [dx.0 dx.2]. At most
// max rows are given, and no index above 999.
func (f *Form) Rows(group string, max int) []string {
	seen := map[int]bool{}
	if f == nil {
		return nil
	}
	for name := range f.values {
		rest, ok := strings.CutPrefix(name, group+".")
		if !ok {
			continue
		}
		digits, _, ok := strings.Cut(rest, ".")
		n, err := strconv.Atoi(digits)
		if ok && err == nil && n >= 0 && n <= 999 && strconv.Itoa(n) == digits {
			seen[n] = true
		}
	}
	index := make([]int, 0, len(seen))
	for n := range seen {
		index = append(index, n)
	}
	sort.Ints(index)
	if len(index) > max {
		index = index[:max]
	}
	rows := make([]string, len(index))
	for i, n := range index {
		rows[i] = group + "." + strconv.Itoa(n)
	}
	return rows
}

// AddError notes a complaint about a field; name "" is for the form as a
// whole. Only the first complaint about a field is kept: one thing to mend at
// a time.
func (f *Form) AddError(name, message string) {
	if _, has := f.first[name]; has {
		return
	}
	f.first[name] = message
	f.order = append(f.order, errs.Field{Name: name, Message: message})
}

// Check notes the complaint unless ok.
func (f *Form) Check(ok bool, name, message string) {
	if !ok {
		f.AddError(name, message)
	}
}

// TooLarge notes that a file or text is over its limit; Status is then 413.
func (f *Form) TooLarge(name, message string) {
	f.AddError(name, message)
	f.kind = errs.TooLarge
}

// Merge takes over what a service refused, and reports whether it could: the
// fields of an Invalid error, or the sentence of an Invalid, Stale or Conflict
// one. Any other error, and nil, is left to the caller: false.
//
//	if err := svc.Register(ctx, in); err != nil && !f.Merge(err) {
//		return err
//	}
func (f *Form) Merge(err error) bool {
	var e *errs.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case errs.Invalid, errs.Stale, errs.Conflict:
	default:
		return false
	}
	for _, c := range e.Fields {
		f.AddError(c.Name, c.Message)
	}
	if len(e.Fields) == 0 {
		msg := e.Public
		if msg == "" {
			msg = "This could not be saved as it is. Check the answers and try again."
		}
		f.AddError("", msg)
	}
	if e.Kind != errs.Invalid {
		f.kind = e.Kind
	}
	return true
}

// Valid reports whether there is nothing to complain about.
func (f *Form) Valid() bool { return f == nil || len(f.order) == 0 }

// Error is the complaint about a field; "" if none.
func (f *Form) Error(name string) string {
	if f == nil {
		return ""
	}
	return f.first[name]
}

// Errors lists the complaints in the order the fields were read.
func (f *Form) Errors() []errs.Field {
	if f == nil {
		return nil
	}
	return f.order
}

// Status is the HTTP status to show the form with: 200 while valid, else 422,
// 409 after Merge of a Stale or Conflict error, 413 after TooLarge.
func (f *Form) Status() int {
	switch {
	case f.Valid():
		return 200
	case f.kind == errs.TooLarge:
		return 413
	case f.kind == errs.Stale || f.kind == errs.Conflict:
		return 409
	}
	return 422
}
