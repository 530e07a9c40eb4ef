package check

import (
	"errors"
	"fmt"
	"io"

	"soapstone/x12"
)

// Options are what a check cannot find in the file.
type Options struct {
	// Today is the day of the check; services and births after it are errors.
	// The zero value leaves that out.
	Today x12.Date
	// Billable tells whether an ICD-10-CM code, without its dot, may be billed
	// for a service on that day. nil leaves it out.
	Billable func(code string, on x12.Date) bool
}

// MaxFindings is how many findings are listed; the last then says that there
// are more.
const MaxFindings = 1000

// maxClaims is how many claim ids are remembered to find one that repeats.
const maxClaims = 100_000

// File checks all interchanges of a file and returns the findings in its order.
// The error is the reader's own; whatever is wrong with the content is a
// finding. Memory stays bounded whatever the file holds.
func File(r io.Reader, o Options) ([]Finding, error) {
	c := &checker{opts: o, lib: load(), claims: map[string]bool{}, controls: map[string]bool{}}
	in := x12.NewReader(r)
	for {
		s, err := in.Next()
		var bad *x12.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
			c.end()
			return c.out, nil
		case errors.As(err, &bad):
			at := x12.Segment{Number: bad.Segment, Offset: bad.Offset}
			c.loop = ""
			c.report(Error, "syntax", at, place{}, "%s.", upperFirst(bad.Message))
			return c.out, nil
		case err != nil:
			return c.out, err
		}
		c.segment(s)
		if c.full {
			return c.out, nil
		}
	}
}

func upperFirst(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// checker holds what is known at the present segment.
type checker struct {
	opts Options
	lib  *library
	out  []Finding
	full bool

	env      envelope
	controls map[string]bool // interchanges seen, by sender and control number
	claims   map[string]bool // CLM01 seen
	lower    bool            // lower case was reported

	tree  hierarchy
	walk  *walker // nil in a transaction without a guide
	rules rules   // nil when there are none
	last  x12.Segment
	loop  string // the loop of the present segment
	claim string // CLM01 or CLP01
}

// rules look at a transaction's content, segment by segment, after its
// structure was checked.
type rules interface {
	segment(c *checker, s x12.Segment)
	end(c *checker, s x12.Segment) // at SE
}

// report adds a finding about segment s.
func (c *checker) report(sev Severity, code string, s x12.Segment, at place, format string, args ...any) {
	if c.full {
		return
	}
	f := Finding{
		Severity: sev, Code: code, Segment: s.Number, SegmentID: cut(s.ID, 3), Loop: c.loop, Element: at.n, Component: at.c,
		Offset: s.Offset, Claim: cut(c.claim, 38), Message: fmt.Sprintf(format, args...),
	}
	if len(c.out) == MaxFindings-1 {
		c.full = true
		f = Finding{Severity: Error, Code: "too-many", Segment: s.Number, SegmentID: f.SegmentID, Offset: s.Offset,
			Message: "There are more findings than can be listed; mend these and check again."}
	}
	c.out = append(c.out, f)
}

// cut shortens what a damaged file may have made long.
func cut(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}

func (c *checker) segment(s x12.Segment) {
	c.last = s
	switch s.ID {
	case "ISA", "IEA", "GS", "GE", "ST", "SE", "TA1":
		c.envelope(s)
		return
	}
	c.env.segments++
	if !c.env.inST {
		c.loop = ""
		c.report(Error, "envelope-order", s, place{}, "%s stands outside of ST and SE; every segment of a transaction belongs between them.", cut(s.ID, 3))
		return
	}
	switch s.ID {
	case "CLM", "CLP":
		c.claim = s.Element(1)
	case "HL":
		c.claim = ""
		c.tree.segment(c, s)
	}
	c.inside(s)
}

// inside checks a segment between ST and SE, these two included, against the
// guide and by rules.
func (c *checker) inside(s x12.Segment) {
	var spec *segment
	if c.walk != nil {
		spec = c.walk.segment(c, s)
	}
	c.elements(s, spec)
	if c.rules != nil && s.ID != "ST" && s.ID != "SE" {
		c.rules.segment(c, s)
	}
}
