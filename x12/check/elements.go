package check

import (
	"slices"
	"strconv"
	"strings"

	"soapstone/x12"
)

// elements checks what stands in a segment: by the dictionary, and by the guide
// when spec is not nil.
func (c *checker) elements(s x12.Segment, spec *segment) {
	kinds, known := c.lib.segments[s.ID]
	if !known {
		c.report(c.structure(), "segment-unknown", s, place{}, "No guide has a segment of this name. Correct or remove it.")
		return
	}
	if n := len(s.Elements); n > 0 && s.Elements[n-1] == "" {
		c.report(Warning, "trailing-empty", s, place{n: n}, "The segment ends in an empty element. Leave the separators at its end out.")
	}
	for i, v := range s.Elements {
		n := i + 1
		if v == "" {
			continue
		}
		if n > len(kinds) {
			c.report(Error, "element-excess", s, place{n: n}, "%s has %d elements at most. Remove what is beyond.", s.ID, len(kinds))
			return
		}
		c.characters(s, n, v)
		c.element(s, n, v, kinds[i])
	}
	if spec != nil {
		c.guided(s, spec)
	}
	c.dates(s)
}

// structure is how bad it is to leave the guide of the present transaction.
func (c *checker) structure() Severity {
	if c.walk != nil {
		return c.walk.severity()
	}
	return Warning
}

func (c *checker) characters(s x12.Segment, n int, v string) {
	if !x12.Permitted(v) && !x12.Permitted(withoutDelimiters(v, s.Delims)) {
		c.report(Error, "characters", s, place{n: n}, "The element holds a character outside of the basic and extended sets. Write it in plain ASCII letters.")
	}
	if strings.HasPrefix(v, " ") || strings.HasSuffix(v, " ") {
		c.report(Warning, "element-space", s, place{n: n}, "The value begins or ends with a space. Remove it.")
	}
	if !c.lower && strings.ContainsFunc(v, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
		c.lower = true
		c.report(Warning, "lower-case", s, place{n: n}, "The file holds lower case letters; some receivers refuse them. Write capitals.")
	}
}

// withoutDelimiters drops the separators inside of an element, which need not
// belong to the sets of characters.
func withoutDelimiters(v string, d x12.Delimiters) string {
	out := make([]byte, 0, len(v))
	for i := range len(v) {
		if v[i] != d.Component && v[i] != d.Repetition {
			out = append(out, v[i])
		}
	}
	return string(out)
}

// element checks one element, or the components of one, against the dictionary.
func (c *checker) element(s x12.Segment, n int, v string, k kind) {
	if k.of == "X" {
		return
	}
	if strings.IndexByte(v, s.Delims.Component) < 0 && (s.Delims.Repetition == 0 || strings.IndexByte(v, s.Delims.Repetition) < 0) {
		if k.components != nil {
			c.simple(s, place{n, 1}, v, k.components[0])
			return
		}
		c.simple(s, place{n: n}, v, k)
		return
	}
	repeats := s.Repeats(n)
	if len(repeats) > 1 && c.structure() == Error {
		c.report(Error, "element-repeat", s, place{n: n}, "The element holds the repetition separator %q, and it may not repeat here. Remove it.", string(rune(s.Delims.Repetition)))
		return
	}
	for _, r := range repeats {
		parts := strings.Split(r, string(rune(s.Delims.Component)))
		if k.components == nil {
			if len(parts) > 1 {
				c.report(Error, "element-type", s, place{n: n}, "The element holds the component separator %q, but it has no components. Remove it.", string(rune(s.Delims.Component)))
				return
			}
			c.simple(s, place{n: n}, r, k)
			continue
		}
		for i, p := range parts {
			at := place{n, i + 1}
			switch {
			case i >= len(k.components):
				c.report(Error, "element-excess", s, at, "The element has %d components at most. Remove what is beyond.", len(k.components))
				return
			case p != "":
				c.simple(s, at, p, k.components[i])
			}
		}
	}
}

func (c *checker) simple(s x12.Segment, at place, v string, k kind) {
	length := len(v)
	switch k.of {
	case "X":
		return
	case "N", "R":
		form := numberForm(v, k.of == "R")
		if form == "" {
			c.report(Error, "element-type", s, at, "A number is needed here: digits%s, and nothing else.", map[bool]string{true: ", a point"}[k.of == "R"])
			return
		}
		if form != v && at.n > 0 && k.of == "R" {
			c.report(Warning, "number-form", s, at, "Write the number without leading zeros and without a bare point.")
		}
		length = len(strings.Trim(strings.Replace(v, ".", "", 1), "-"))
	case "D":
		if !validDate(v) {
			c.report(Error, "date-invalid", s, at, "This is no day of the calendar written as CCYYMMDD. Correct it.")
			return
		}
	case "T":
		if !validTime(v) {
			c.report(Error, "time-invalid", s, at, "This is no time of day written as HHMM or HHMMSS. Correct it.")
			return
		}
	}
	if length < k.min {
		c.report(Error, "element-length", s, at, "The value has %d characters; at least %d are needed.", length, k.min)
	} else if length > k.max {
		c.report(Error, "element-length", s, at, "The value has %d characters; at most %d are allowed. Shorten it.", length, k.max)
	}
}

// numberForm returns the number in its shortest form that still has its zeros
// after the point, or "" when v is none.
func numberForm(v string, decimal bool) string {
	sign, rest := "", v
	if strings.HasPrefix(v, "-") {
		sign, rest = "-", v[1:]
	}
	whole, fraction, point := strings.Cut(rest, ".")
	if !isDigits(whole) || !isDigits(fraction) || whole+fraction == "" || point && !decimal {
		return ""
	}
	if point && fraction == "" || len(whole) > 1 && whole[0] == '0' {
		return sign + strings.TrimLeft(whole, "0") + "."
	}
	return v
}

func isDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// validDate accepts CCYYMMDD and, in TA1, YYMMDD.
func validDate(v string) bool {
	if len(v) == 6 {
		v = "20" + v
	}
	_, err := x12.ParseDate(v)
	return err == nil
}

func validTime(v string) bool {
	if !isDigits(v) || len(v) < 4 || len(v) == 5 || len(v) > 8 {
		return false
	}
	limits := []string{"24", "60", "60"}
	for i := 0; i < len(v)/2 && i < len(limits); i++ {
		if v[2*i:2*i+2] >= limits[i] {
			return false
		}
	}
	return true
}

// guided checks a segment against its lines in the guide.
func (c *checker) guided(s x12.Segment, spec *segment) {
	for n := 1; n <= len(c.lib.segments[s.ID]); n++ {
		e, listed := spec.elements[place{n: n}]
		if listed {
			c.value(s, place{n: n}, e)
			continue
		}
		if !spec.parts[n] {
			if s.Element(n) != "" && !spec.open {
				c.report(c.structure(), "element-not-used", s, place{n: n}, "The guide leaves this element empty here. Remove the value.")
			}
			continue
		}
		for i := 1; i <= len(c.lib.segments[s.ID][n-1].components); i++ {
			at := place{n, i}
			if e, listed := spec.elements[at]; listed {
				c.value(s, at, e)
			} else if valueAt(s, at) != "" && !spec.open {
				c.report(c.structure(), "element-not-used", s, at, "The guide leaves this component empty here. Remove the value.")
			}
		}
	}
}

func (c *checker) value(s x12.Segment, at place, e element) {
	v := valueAt(s, at)
	switch {
	case v == "" && e.required:
		c.report(c.structure(), "element-required", s, at, "The element is empty, but the guide requires it%s. Fill it in.", oneOf(e))
	case v == "" || e.codes == nil || slices.Contains(e.codes, v):
	case e.table == "state" && foreign(s):
	default:
		code := tableCodes[e.table]
		if code == "" {
			code = "element-code"
		}
		c.report(c.structure(), code, s, at, "The value is not one that can stand here%s. Correct it.", oneOf(e))
	}
}

// oneOf lists the values of an element when they are few.
func oneOf(e element) string {
	switch {
	case len(e.codes) == 1:
		return " (" + strconv.Quote(e.codes[0]) + ")"
	case len(e.codes) > 1 && len(e.codes) <= 12:
		return " (one of " + strings.Join(e.codes, ", ") + ")"
	}
	return ""
}

// foreign reports an N4 outside of the United States.
func foreign(s x12.Segment) bool { return s.ID == "N4" && s.Element(4) != "" && s.Element(4) != "US" }

// dates checks the segments that name the form of their date.
func (c *checker) dates(s x12.Segment) {
	n := 0
	switch s.ID {
	case "DTP":
		n = 3
	case "DMG":
		n = 2
	}
	v := s.Element(n)
	if n == 0 || v == "" {
		return
	}
	good := true
	switch s.Element(n - 1) {
	case "D8":
		good = len(v) == 8 && validDate(v)
	case "RD8":
		a, b, _ := strings.Cut(v, "-")
		good = len(a) == 8 && len(b) == 8 && validDate(a) && validDate(b)
	}
	if !good {
		c.report(Error, "date-invalid", s, place{n: n}, "The date does not exist or is not written as its qualifier says: D8 is CCYYMMDD, RD8 two of them with a hyphen.")
	}
}
