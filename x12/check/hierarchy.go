package check

import (
	"strconv"

	"soapstone/x12"
)

// hierarchy checks the tree of HL segments. It holds one branch: the levels
// from the root to the present one.
type hierarchy struct {
	levels map[string]string // the level each stands under; nil: not checked
	last   int
	branch []level
}

type level struct {
	seg      x12.Segment
	code     string
	children bool
}

func (h *hierarchy) segment(c *checker, s x12.Segment) {
	c.loop = ""
	h.last++
	if s.Element(1) != strconv.Itoa(h.last) {
		c.report(Error, "hl-number", s, place{n: 1}, "HL01 must count from 1 in every transaction; here it must be %d.", h.last)
	}
	if h.levels == nil {
		return
	}
	code := s.Element(3)
	above, known := h.levels[code]
	if !known {
		c.report(Error, "hl-level", s, place{n: 3}, "HL03 is no level of this transaction. Correct it.")
		return
	}
	for len(h.branch) > 0 && (above == "" || h.branch[len(h.branch)-1].code != above) {
		h.pop(c)
	}
	want := ""
	if above != "" {
		if len(h.branch) == 0 {
			c.report(Error, "hl-level", s, place{n: 3}, "Level %s must stand under level %s, and none is open. Add it before.", code, above)
			h.branch = append(h.branch, level{seg: s, code: code})
			return
		}
		up := &h.branch[len(h.branch)-1]
		up.children = true
		want = up.seg.Element(1)
	}
	if s.Element(2) != want {
		c.report(Error, "hl-parent", s, place{n: 2}, "HL02 must be %s.", map[bool]string{
			true: "empty: nothing stands above this level", false: "the HL01 of the level " + above + " above"}[want == ""])
	}
	h.branch = append(h.branch, level{seg: s, code: code})
}

// pop leaves a level and compares HL04 with whether others stood below it.
func (h *hierarchy) pop(c *checker) {
	l := h.branch[len(h.branch)-1]
	h.branch = h.branch[:len(h.branch)-1]
	says := l.seg.Element(4)
	switch {
	case says == "1" && !l.children:
		c.report(Error, "hl-children", l.seg, place{n: 4}, "HL04 says that levels follow below, and none does. Write 0.")
	case says == "0" && l.children:
		c.report(Error, "hl-children", l.seg, place{n: 4}, "HL04 says that no level follows below, but one does. Write 1.")
	}
}

func (h *hierarchy) end(c *checker, _ x12.Segment) {
	c.loop = ""
	for len(h.branch) > 0 {
		h.pop(c)
	}
}
