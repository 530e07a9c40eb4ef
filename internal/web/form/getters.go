package form

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/id"
)

// single is the one value of a field without surrounding white space. ok is
// false when a complaint was noted or when there is no answer.
func (f *Form) single(name string, r rules) (string, bool) {
	if why := f.dirty[name]; why != "" {
		f.AddError(name, why)
		return "", false
	}
	all := f.values[name]
	for _, v := range all {
		if v != all[0] {
			f.AddError(name, "Give one answer here.")
			return "", false
		}
	}
	s := strings.TrimSpace(f.Value(name))
	if s == "" {
		if r.required != "" {
			f.AddError(name, r.required)
		}
		return "", false
	}
	return s, true
}

func (f *Form) text(name string, limit int, opts []Option) string {
	r := apply(opts)
	s, ok := f.single(name, r)
	if !ok {
		return ""
	}
	if r.max > 0 {
		limit = r.max
	}
	if n := utf8.RuneCountInString(s); n > limit {
		f.AddError(name, fmt.Sprintf("Shorten this to %s characters. It has %s.", count(limit), count(n)))
		return ""
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		f.AddError(name, r.patMsg)
		return ""
	}
	return s
}

// Text is a line of text, at most 200 characters unless Max says otherwise,
// without white space at its ends. "" when absent or complained about.
func (f *Form) Text(name string, opts ...Option) string {
	s := f.text(name, MaxText, opts)
	if strings.ContainsAny(s, "\n\t") {
		f.AddError(name, "Write this on one line.")
		return ""
	}
	return s
}

// Area is text of several lines, at most 10,000 characters unless Max says
// otherwise. Lines end in \n.
func (f *Form) Area(name string, opts ...Option) string { return f.text(name, MaxArea, opts) }

var usDate = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$`)

// Date reads YYYY-MM-DD, which a date input sends, and MM/DD/YYYY, which
// people type. The zero date when absent or complained about.
func (f *Form) Date(name string, opts ...Option) civil.Date {
	r := apply(opts)
	s, ok := f.single(name, r)
	if !ok {
		return civil.Date{}
	}
	d, ok := parseDate(s)
	switch {
	case !ok:
		f.AddError(name, "Enter a real date as month/day/year, such as 03/27/2026.")
	case !r.earliest.IsZero() && d.Before(r.earliest):
		f.AddError(name, r.earlyMsg)
	case !r.latest.IsZero() && d.After(r.latest):
		f.AddError(name, r.latestMsg)
	default:
		return d
	}
	return civil.Date{}
}

func parseDate(s string) (civil.Date, bool) {
	if m := usDate.FindStringSubmatch(s); m != nil {
		month, _ := strconv.Atoi(m[1])
		day, _ := strconv.Atoi(m[2])
		year, _ := strconv.Atoi(m[3])
		d := civil.Date{Year: year, Month: time.Month(month), Day: day}
		return d, d.Valid()
	}
	d, err := civil.Parse(s)
	return d, err == nil
}

// Clock is a time of day, HH:MM of 24 hours as a time input sends it, in
// minutes after midnight (0 to 1439). ok is false when absent or complained about.
func (f *Form) Clock(name string, opts ...Option) (minutes int, ok bool) {
	s, ok := f.single(name, apply(opts))
	if !ok {
		return 0, false
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		f.AddError(name, "Enter a time of day, such as 14:30.")
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// Version is the version of what the form changes, from the hidden field
// "version"; 0 and a complaint when it is not there.
func (f *Form) Version() int64 {
	return f.Int("version", 1, 1<<53, Required("Reload the page."))
}

// Int is a whole number from min to max. 0 when absent or complained about;
// where 0 is an answer too, use OptInt.
func (f *Form) Int(name string, min, max int64, opts ...Option) int64 {
	if n := f.OptInt(name, min, max, opts...); n != nil {
		return *n
	}
	return 0
}

// OptInt is a whole number from min to max, or nil when absent or complained
// about. Separators, signs other than a leading minus, and decimals are refused.
func (f *Form) OptInt(name string, min, max int64, opts ...Option) *int64 {
	s, ok := f.single(name, apply(opts))
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strings.HasPrefix(s, "+") || n < min || n > max {
		f.AddError(name, fmt.Sprintf("Enter a whole number from %s to %s.", count(int(min)), count(int(max))))
		return nil
	}
	return &n
}

var decimal = regexp.MustCompile(`^-?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})$`)

// Number is a decimal number from min to max, or nil when absent or complained
// about. Exponents, separators and words such as NaN are refused.
func (f *Form) Number(name string, min, max float64, opts ...Option) *float64 {
	s, ok := f.single(name, apply(opts))
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !decimal.MatchString(s) || math.IsNaN(n) || n < min || n > max {
		f.AddError(name, fmt.Sprintf("Enter a number from %s to %s.", float(min), float(max)))
		return nil
	}
	return &n
}

const notOffered = "Choose one of the answers shown."

// Choice is one of the allowed values. "" when absent or complained about.
// Ask for an answer with Require.
func (f *Form) Choice(name string, allowed ...string) string { return Choice(f, name, allowed...) }

// Choices are those of the allowed values that were ticked, once each, in the
// order allowed.
func (f *Form) Choices(name string, allowed ...string) []string { return Choices(f, name, allowed...) }

// Choice is Form.Choice for a typed list of values.
func Choice[T ~string](f *Form, name string, allowed ...T) T {
	s, ok := f.single(name, rules{})
	if !ok {
		return ""
	}
	for _, a := range allowed {
		if string(a) == s {
			return a
		}
	}
	f.AddError(name, notOffered)
	return ""
}

// Choices is Form.Choices for a typed list of values.
func Choices[T ~string](f *Form, name string, allowed ...T) []T {
	if why := f.dirty[name]; why != "" {
		f.AddError(name, why)
		return nil
	}
	known := map[string]bool{}
	var out []T
	for _, a := range allowed {
		if !known[string(a)] && f.Checked(name, string(a)) {
			out = append(out, a)
		}
		known[string(a)] = true
	}
	for _, v := range f.values[name] {
		if v != "" && !known[v] {
			f.AddError(name, notOffered)
			return nil
		}
	}
	return out
}

// Bool reports whether a box was ticked. Anything but the values that a
// checkbox sends (on, true, yes, 1) is no tick.
func (f *Form) Bool(name string) bool {
	for _, v := range f.Values(name) {
		switch v {
		case "on", "true", "yes", "1":
			return true
		}
	}
	return false
}

// YesNo is the answer to a yes-or-no question, nil while unanswered: silence
// is never a no.
func (f *Form) YesNo(name string, opts ...Option) *bool {
	s, ok := f.single(name, apply(opts))
	if !ok {
		return nil
	}
	yes := s == "yes"
	if !yes && s != "no" {
		f.AddError(name, "Answer yes or no.")
		return nil
	}
	return &yes
}

// Require complains when a field was not answered at all.
func (f *Form) Require(name, message string) { f.Check(f.Has(name), name, message) }

// ID reads an identifier: form.ID[id.Patient](f, "patient"). The zero value
// when absent or complained about.
func ID[T ~[16]byte](f *Form, name string, opts ...Option) T {
	var zero T
	s, ok := f.single(name, apply(opts))
	if !ok {
		return zero
	}
	v, err := id.Parse[T](s)
	if err != nil {
		f.AddError(name, "Choose this again from the list.")
		return zero
	}
	return v
}

// count writes a number as people read it: 10,000.
func count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

func float(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
