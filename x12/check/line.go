package check

import (
	"regexp"
	"strconv"
	"strings"

	"soapstone/x12"
)

var (
	procedureShape = regexp.MustCompile(`^[A-Z0-9]{5}$`)
	modifierShape  = regexp.MustCompile(`^[A-Z0-9]{2}$`)
	wholeUnits     = regexp.MustCompile(`^[0-9]+$`)
)

// inLine takes the segments of loop 2400.
func (p *professional) inLine(c *checker, s x12.Segment) {
	k := p.claim
	switch s.ID {
	case "LX":
		p.closeLine(c)
		k.lines++
		k.line, k.control = s, false
		if s.Element(1) != strconv.Itoa(k.lines) {
			c.report(Error, "line-number", s, place{n: 1}, "LX01 must count the lines of the claim from 1; here it must be %d.", k.lines)
		}
	case "SV1":
		k.sum += p.amount(c, s, 2)
		procedure(c, s)
		k.pointers(c, s)
	case "DTP":
		switch s.Element(1) {
		case "472":
			p.serviceDate(c, s)
		case "463", "304", "454":
			c.notFuture(s, 3, day(s.Element(3)))
		}
	case "REF":
		if s.Element(1) != "6R" {
			return
		}
		k.control = true
		if k.controls[cut(s.Element(2), 60)] {
			c.report(Error, "line-repeat", s, place{n: 2}, "Another line of the claim has this control number, so the remittance cannot be matched. Number them apart.")
		} else if len(k.controls) < 100 {
			k.controls[cut(s.Element(2), 60)] = true
		}
	}
}

// closeLine judges the line that ends.
func (p *professional) closeLine(c *checker) {
	k := p.claim
	if k == nil || k.line.ID == "" || k.control {
		return
	}
	loop, id := c.loop, c.claim
	c.loop, c.claim = "2400", k.seg.Element(1)
	c.report(Warning, "line-control", k.line, place{}, "The line has no control number. Add REF*6R: the remittance repeats it, and the payment finds its line.")
	c.loop, c.claim = loop, id
	k.control = true
}

func procedure(c *checker, s x12.Segment) {
	if s.Component(1, 1) == "HC" && !procedureShape.MatchString(s.Component(1, 2)) {
		c.report(Error, "procedure", s, place{1, 2}, "A procedure code is five capital letters or digits.")
	}
	seen, gap := map[string]bool{}, false
	for i := 3; i <= 6; i++ {
		m := s.Component(1, i)
		switch {
		case m == "":
			gap = true
			continue
		case !modifierShape.MatchString(m):
			c.report(Error, "modifier", s, place{1, i}, "A modifier is two capital letters or digits.")
		case seen[m]:
			c.report(Error, "modifier-order", s, place{1, i}, "The modifier stands twice. Leave one out.")
		case gap:
			c.report(Error, "modifier-order", s, place{1, i}, "The place before this modifier is empty. Move it up.")
		}
		seen[m] = true
	}
	if v := s.Element(4); s.Element(3) == "UN" && v != "" && (!wholeUnits.MatchString(v) || strings.Trim(v, "0") == "") {
		c.report(Error, "units", s, place{n: 4}, "Units must be whole and at least 1. Round by the payer's rule for timed codes before billing.")
	}
}

func (k *claim) pointers(c *checker, s x12.Segment) {
	seen := map[int]bool{}
	for i, v := range s.Components(7) {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 12 {
			continue // reported against the guide
		}
		switch {
		case n > len(k.codes):
			c.report(Error, "pointer-range", s, place{7, i + 1}, "The pointer names diagnosis %d, but the claim has %d. Correct it.", n, len(k.codes))
		case seen[n]:
			c.report(Error, "pointer-repeat", s, place{7, i + 1}, "The line points to the same diagnosis twice. Leave one out.")
		}
		seen[n] = true
	}
}

func (p *professional) serviceDate(c *checker, s x12.Segment) {
	from, to := c.span(s)
	k := p.claim
	if !from.IsZero() && (k.service.IsZero() || from.Before(k.service)) {
		k.service = from
	}
	c.notFuture(s, 3, to)
	if !p.batch.IsZero() && p.batch.Before(to) {
		c.report(Error, "service-after-batch", s, place{n: 3}, "The service lies after the day the batch was made (BHT04). Correct one of them.")
	}
	if !p.birth.IsZero() && !from.IsZero() && from.Before(p.birth) {
		c.report(Error, "before-birth", s, place{n: 3}, "The service lies before the patient's date of birth. Correct one of them.")
	}
}
