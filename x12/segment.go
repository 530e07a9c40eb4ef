package x12

import (
	"fmt"
	"strings"
)

// Delimiters are the four bytes that structure one interchange.
type Delimiters struct {
	Element    byte // between elements; byte 4 of ISA
	Component  byte // inside a composite element; ISA16
	Repetition byte // between repeats of an element; ISA11, 0 when there is none
	Segment    byte // ends a segment; byte 106 of ISA
}

// Standard are the delimiters that nearly every receiver expects: * : ^ ~.
var Standard = Delimiters{Element: '*', Component: ':', Repetition: '^', Segment: '~'}

// Check reports delimiters that cannot work: letters, digits, a space, or one
// byte in two roles. A repetition delimiter of 0 means that nothing repeats.
func (d Delimiters) Check() error {
	roles := []struct {
		name string
		b    byte
	}{{"element separator", d.Element}, {"component separator", d.Component}, {"segment terminator", d.Segment}, {"repetition separator", d.Repetition}}
	for i, r := range roles {
		if r.b == 0 && r.name == "repetition separator" {
			continue
		}
		if r.b == 0 || r.b == ' ' || r.b >= 0x80 || isAlphanumeric(r.b) {
			return fmt.Errorf("the %s %q can also stand in data", r.name, string(rune(r.b)))
		}
		for _, o := range roles[:i] {
			if o.b == r.b {
				return fmt.Errorf("%q is both %s and %s", string(rune(r.b)), o.name, r.name)
			}
		}
	}
	return nil
}

func (d Delimiters) has(b byte) bool {
	return b == d.Element || b == d.Component || b == d.Segment || (b == d.Repetition && b != 0)
}

func isAlphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}

// Segment is one line of an interchange, split into elements.
type Segment struct {
	ID       string     // "CLM"
	Elements []string   // Elements[0] is CLM01; empty text where an element is absent
	Number   int        // counts the file's segments from 1
	Offset   int64      // of the ID's first byte in the file, from 0
	Delims   Delimiters // of the interchange the segment stands in
}

// Element returns element n, counted from 1 as the guides do; "" beyond the end.
func (s Segment) Element(n int) string {
	if n < 1 || n > len(s.Elements) {
		return ""
	}
	return s.Elements[n-1]
}

// Components splits element n at the component separator; nil when it is empty.
func (s Segment) Components(n int) []string { return split(s.Element(n), s.Delims.Component) }

// Component returns component c of element n, both counted from 1; "" beyond
// the end.
func (s Segment) Component(n, c int) string {
	rest := s.Element(n)
	for ; c > 1; c-- {
		i := strings.IndexByte(rest, s.Delims.Component)
		if i < 0 {
			return ""
		}
		rest = rest[i+1:]
	}
	if i := strings.IndexByte(rest, s.Delims.Component); i >= 0 {
		return rest[:i]
	}
	return rest
}

// Repeats splits element n at the repetition separator; nil when it is empty.
func (s Segment) Repeats(n int) []string {
	if s.Delims.Repetition == 0 {
		if e := s.Element(n); e != "" {
			return []string{e}
		}
		return nil
	}
	return split(s.Element(n), s.Delims.Repetition)
}

func split(text string, at byte) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, string(rune(at)))
}

// String is the segment as it stands in the file, without its terminator.
func (s Segment) String() string {
	sep := string(rune(s.Delims.Element))
	if len(s.Elements) == 0 {
		return s.ID
	}
	return s.ID + sep + strings.Join(s.Elements, sep)
}
