package x12

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Options say how an interchange is laid out.
type Options struct {
	Delimiters Delimiters // the zero value means Standard
	LineEnd    string     // after every segment: "", "\n" or "\r\n"
}

// FieldError says which field of the structs cannot be written. Its text holds
// the field's path and never its value, so that it may be logged.
type FieldError struct {
	Field string // "Groups[0].Transactions[0].Billing[0].Address.City"
	Err   error
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns what is wrong with the field.
func (e *FieldError) Unwrap() error { return e.Err }

// maxErrors bounds what a hopeless batch reports.
const maxErrors = 100

// encoder turns values into segments. Values are checked as elements are made,
// with the path of the field they come from; segments are written only when the
// whole interchange proved right, so that half a file is never left behind.
type encoder struct {
	delims Delimiters
	end    string
	out    []byte
	count  int // segments since ST, for SE01
	path   []string
	errs   []error
}

func newEncoder(o Options) (*encoder, error) {
	if o.Delimiters == (Delimiters{}) {
		o.Delimiters = Standard
	}
	if err := o.Delimiters.Check(); err != nil {
		return nil, fmt.Errorf("delimiters: %w", err)
	}
	if o.Delimiters.Repetition == 0 {
		return nil, errors.New("delimiters: version 005010 needs a repetition separator")
	}
	if strings.Trim(o.LineEnd, "\r\n") != "" {
		return nil, errors.New("the line end may hold only CR and LF")
	}
	return &encoder{delims: o.Delimiters, end: o.LineEnd}, nil
}

// in runs f with one more step on the path of field names.
func (e *encoder) in(step string, f func()) {
	e.path = append(e.path, step)
	f()
	e.path = e.path[:len(e.path)-1]
}

// each runs f for every element of a list, with its index on the path.
func each[T any](e *encoder, field string, list []T, f func(*T)) {
	for i := range list {
		e.in(field+"["+strconv.Itoa(i)+"]", func() { f(&list[i]) })
	}
}

func (e *encoder) fail(field, format string, args ...any) {
	e.failed(field, fmt.Errorf(format, args...))
}

func (e *encoder) failed(field string, err error) {
	if len(e.errs) < maxErrors {
		e.errs = append(e.errs, &FieldError{strings.Join(append(e.path[:len(e.path):len(e.path)], field), "."), err})
	}
}

// segment appends a segment, without the empty elements at its end. A segment
// without any element that says something is not written.
func (e *encoder) segment(id string, elements ...string) {
	n := len(elements)
	for n > 0 && elements[n-1] == "" {
		n--
	}
	e.out = append(e.out, id...)
	for _, v := range elements[:n] {
		e.out = append(e.out, e.delims.Element)
		e.out = append(e.out, v...)
	}
	e.out = append(e.out, e.delims.Segment)
	e.out = append(e.out, e.end...)
	e.count++
}

// composite joins components, without the empty ones at the end.
func (e *encoder) composite(components ...string) string {
	n := len(components)
	for n > 0 && components[n-1] == "" {
		n--
	}
	return strings.Join(components[:n], string(rune(e.delims.Component)))
}

// text cleans an optional value of at most max characters.
func (e *encoder) text(field, value string, lo, hi int) string {
	s, err := Clean(value, e.delims)
	switch {
	case err != nil:
		e.failed(field, err)
	case s == "" && value != "":
		e.fail(field, "holds only white space; leave it empty or say something")
	case s != "" && len(s) < lo:
		e.fail(field, "has %d characters; at least %d are needed", len(s), lo)
	case len(s) > hi:
		e.fail(field, "has %d characters; at most %d fit, shorten it", len(s), hi)
	}
	return s
}

// need is text that must not be empty.
func (e *encoder) need(field, value string, lo, hi int) string {
	if value == "" {
		e.fail(field, "is required")
	}
	return e.text(field, value, lo, hi)
}

// code is a required value out of a list.
func (e *encoder) code(field, value string, allowed ...string) string {
	for _, a := range allowed {
		if value == a {
			return value
		}
	}
	if value == "" {
		e.fail(field, "is required: one of %s", strings.Join(allowed, ", "))
	} else {
		e.fail(field, "is none of %s", strings.Join(allowed, ", "))
	}
	return value
}

// optional is a value out of a list, or nothing.
func (e *encoder) optional(field, value string, allowed ...string) string {
	if value == "" {
		return ""
	}
	return e.code(field, value, allowed...)
}

// number is text of exactly n digits, or of one of several lengths.
func (e *encoder) number(field, value string, lengths ...int) string {
	for _, n := range lengths {
		if len(value) == n && digits(value) {
			return value
		}
	}
	e.fail(field, "must be %s digits and nothing else", strings.Trim(fmt.Sprint(lengths), "[]"))
	return value
}

func (e *encoder) npi(field, value string) string {
	if !ValidNPI(value) {
		e.fail(field, "is not a national provider identifier: ten digits with a check digit")
	}
	return value
}

// day is an optional date.
func (e *encoder) day(field string, d Date) string {
	if !d.IsZero() && !d.Valid() {
		e.fail(field, "is no day of the calendar")
	}
	return d.String()
}

// control is a control number, padded to width digits.
func (e *encoder) control(field string, n, width int) string {
	if n < 1 || n > 999_999_999 {
		e.fail(field, "must be 1 to 999999999")
	}
	return fmt.Sprintf("%0*d", width, n)
}

func (e *encoder) instant(field string, t time.Time) time.Time {
	if t.Year() < 1000 || t.Year() > 9999 {
		e.fail(field, "is required")
	}
	return t
}

// cents is an amount that may not be negative.
func (e *encoder) cents(field string, n int64) string {
	if n < 0 {
		e.fail(field, "may not be negative")
	}
	return FormatCents(n)
}

// most reports a list that is longer than its loop allows.
func (e *encoder) most(field string, n, limit int) {
	if n > limit {
		e.fail(field, "has %d entries; at most %d fit", n, limit)
	}
}

// flush writes everything, or nothing and every error met.
func (e *encoder) flush(w io.Writer) error {
	if len(e.errs) > 0 {
		return errors.Join(e.errs...)
	}
	buf := bufio.NewWriter(w)
	if _, err := buf.Write(e.out); err != nil {
		return err
	}
	return buf.Flush()
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
