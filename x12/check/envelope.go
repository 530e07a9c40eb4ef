package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"soapstone/x12"
)

// envelope knows which envelopes are open and counts what they hold.
type envelope struct {
	isa, gs, st       x12.Segment
	inISA, inGS, inST bool
	groups, txs       int
	segments          int             // since ST, ST included
	controls          map[string]bool // GS06 seen in the interchange
	transactions      map[string]bool // ST02 seen in the group
	any               bool            // an ISA was met
}

// maxControls bounds the control numbers remembered of one file and one group.
const maxControls = 100_000

func (c *checker) envelope(s x12.Segment) {
	switch s.ID {
	case "ISA":
		c.isa(s)
	case "GS":
		c.gs(s)
	case "ST":
		c.st(s)
	case "SE":
		c.se(s)
	case "GE":
		c.ge(s)
	case "IEA":
		c.iea(s)
	case "TA1":
		c.loop = ""
		c.elements(s, nil)
	}
}

// misplaced reports an envelope segment out of turn.
func (c *checker) misplaced(s x12.Segment, format string, args ...any) {
	c.loop = ""
	c.report(Error, "envelope-order", s, place{}, format, args...)
}

// isaValues are the elements of ISA with a short list of values.
var isaValues = map[int][]string{
	1: {"00", "03"}, 3: {"00", "01"}, 12: {"00501"}, 14: {"0", "1"}, 15: {"P", "T"},
	5: {"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"}, 7: {"01", "14", "20", "27", "28", "29", "30", "33", "ZZ"},
}

var nineDigits = regexp.MustCompile(`^[0-9]{9}$`)

func (c *checker) isa(s x12.Segment) {
	c.closeThrough("IEA", s)
	c.env = envelope{isa: s, inISA: true, any: true, controls: map[string]bool{}}
	c.loop, c.claim = "", ""
	for _, n := range []int{1, 3, 5, 7, 12, 14, 15} {
		if v := isaValues[n]; !slices.Contains(v, s.Element(n)) {
			c.report(Error, "isa-value", s, place{n: n}, "ISA%02d must be one of %s.", n, strings.Join(v, ", "))
		}
	}
	for _, n := range []int{6, 8} {
		if strings.TrimSpace(s.Element(n)) == "" || strings.HasPrefix(s.Element(n), " ") {
			c.report(Error, "isa-value", s, place{n: n}, "ISA%02d must hold the id that was agreed on, from its first character.", n)
		}
	}
	if !validDate(s.Element(9)) {
		c.report(Error, "date-invalid", s, place{n: 9}, "ISA09 must be a day written as YYMMDD.")
	}
	if !validTime(s.Element(10)) {
		c.report(Error, "time-invalid", s, place{n: 10}, "ISA10 must be a time written as HHMM.")
	}
	if s.Delims.Repetition == 0 {
		c.report(Error, "isa-value", s, place{n: 11}, "ISA11 must be the repetition separator, a punctuation mark such as ^.")
	}
	number := s.Element(13)
	if !nineDigits.MatchString(number) || number == "000000000" {
		c.report(Error, "isa-value", s, place{n: 13}, "ISA13 must be nine digits and not zero.")
	}
	key := s.Element(5) + s.Element(6) + number
	if c.controls[key] {
		c.report(Error, "isa-repeat", s, place{n: 13}, "The sender used this control number before in the file. Give every interchange its own.")
	}
	if len(c.controls) < maxControls {
		c.controls[key] = true
	}
}

func (c *checker) gs(s x12.Segment) {
	c.closeThrough("GE", s)
	if !c.env.inISA {
		c.misplaced(s, "GS stands outside of ISA and IEA. Put the group into an interchange.")
	}
	c.env.gs, c.env.inGS, c.env.txs, c.env.transactions = s, true, 0, map[string]bool{}
	c.env.groups++
	c.loop = ""
	c.elements(s, nil)
	for n := 1; n <= 8; n++ {
		if s.Element(n) == "" {
			c.report(Error, "element-required", s, place{n: n}, "The element is empty, but GS needs it. Fill it in.")
		}
	}
	if c.env.controls[cut(s.Element(6), 20)] {
		c.report(Error, "gs-repeat", s, place{n: 6}, "Another group of the interchange has this control number. Number them apart.")
	} else if c.env.controls != nil && len(c.env.controls) < maxControls {
		c.env.controls[cut(s.Element(6), 20)] = true
	}
	if s.Element(7) != "X" {
		c.report(Error, "element-code", s, place{n: 7}, "GS07 must be X.")
	}
}

func (c *checker) st(s x12.Segment) {
	c.closeThrough("SE", s)
	c.loop, c.claim = "HEADER", ""
	if !c.env.inGS {
		c.misplaced(s, "ST stands outside of GS and GE. Put the transaction into a group.")
	}
	c.env.st, c.env.inST, c.env.segments = s, true, 1
	c.env.txs++
	if c.env.transactions[cut(s.Element(2), 20)] {
		c.report(Error, "st-repeat", s, place{n: 2}, "Another transaction of the group has this control number. Number them apart.")
	} else if len(c.env.transactions) < maxControls && c.env.transactions != nil {
		c.env.transactions[cut(s.Element(2), 20)] = true
	}
	kind, version, group := s.Element(1), s.Element(3), c.env.gs.Element(8)
	if want := groupKinds[kind]; c.env.inGS && want != "" && c.env.gs.Element(1) != want {
		c.report(Error, "gs-kind", s, place{n: 1}, "GS01 of the group must be %s for transaction %s.", want, kind)
	}
	if version != "" && c.env.inGS && version != group {
		c.report(Error, "gs-version", s, place{n: 3}, "ST03 and GS08 must name the same version of the guide.")
	}
	if version == "" {
		version = group
	}
	c.tree = hierarchy{levels: levels[kind]}
	c.walk, c.rules = nil, nil
	if g := c.lib.find(kind, version); g != nil {
		c.walk = newWalker(g)
		c.rules = newRules(kind)
	} else {
		c.report(Warning, "unknown-guide", s, place{n: 1}, "This transaction or version is not known here: only its envelopes and elements are checked.")
	}
	c.inside(s)
}

// newRules returns the rules of a transaction that has some.
func newRules(kind string) rules {
	switch kind {
	case "837":
		return &professional{}
	case "835":
		return &remittance{}
	}
	return nil
}

func (c *checker) se(s x12.Segment) {
	c.env.segments++
	if !c.env.inST {
		c.misplaced(s, "SE stands without its ST.")
		return
	}
	c.claim = ""
	c.tree.end(c, s)
	if c.rules != nil {
		c.rules.end(c, s)
	}
	c.inside(s)
	if c.walk != nil {
		c.walk.close(c, s)
	}
	c.loop = ""
	if s.Element(2) != c.env.st.Element(2) {
		c.report(Error, "se-control", s, place{n: 2}, "SE02 must be the control number in ST02.")
	}
	c.counted(s, "se-count", c.env.segments, "segments from ST to SE, these two included")
	c.env.inST, c.walk, c.rules = false, nil, nil
}

// counted compares the first element with what was counted.
func (c *checker) counted(s x12.Segment, code string, n int, of string) {
	if got, err := strconv.Atoi(s.Element(1)); err != nil || got != n {
		c.report(Error, code, s, place{n: 1}, "%s01 must be %d, the number of %s.", s.ID, n, of)
	}
}

func (c *checker) ge(s x12.Segment) {
	c.closeThrough("SE", s)
	if !c.env.inGS {
		c.misplaced(s, "GE stands without its GS.")
		return
	}
	c.loop = ""
	c.elements(s, nil)
	if s.Element(2) != c.env.gs.Element(6) {
		c.report(Error, "ge-control", s, place{n: 2}, "GE02 must be the control number in GS06.")
	}
	c.counted(s, "ge-count", c.env.txs, "transactions in the group")
	c.env.inGS = false
}

func (c *checker) iea(s x12.Segment) {
	c.closeThrough("GE", s)
	c.loop = ""
	c.elements(s, nil)
	if s.Element(2) != c.env.isa.Element(13) {
		c.report(Error, "iea-control", s, place{n: 2}, "IEA02 must be the control number in ISA13.")
	}
	c.counted(s, "iea-count", c.env.groups, "groups in the interchange")
	c.env.inISA = false
}

// closeThrough reports the envelopes that should have been closed before s, up
// to the trailer named.
func (c *checker) closeThrough(trailer string, s x12.Segment) {
	if c.env.inST {
		c.misplaced(s, "The transaction before is not closed: its SE is missing.")
		if c.walk != nil {
			c.walk.close(c, s)
		}
		c.env.inST, c.walk, c.rules = false, nil, nil
	}
	if c.env.inGS && trailer != "SE" {
		c.misplaced(s, "The group before is not closed: its GE is missing.")
		c.env.inGS = false
	}
	if c.env.inISA && trailer == "IEA" {
		c.misplaced(s, "The interchange before is not closed: its IEA is missing.")
		c.env.inISA = false
	}
}

// end reports what the end of the file leaves open.
func (c *checker) end() {
	if !c.env.any {
		c.report(Error, "empty-file", x12.Segment{}, place{}, "There is no interchange in the file.")
		return
	}
	c.closeThrough("IEA", c.last)
}
