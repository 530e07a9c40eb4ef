package x12

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// This file reads loops 2300 and 2400.

func (p *parser) openClaim(s Segment) {
	p.line, p.place, p.foreign = nil, place{}, false
	switch {
	case p.patient != nil:
		p.claim = grow(&p.patient.Claims)
	case p.sub != nil:
		p.claim = grow(&p.sub.Claims)
	default:
		p.fail(s, 0, errors.New("stands before the first subscriber"))
		return
	}
	*p.claim = Claim{
		ID: s.Element(1), ChargeCents: p.cents(s, 2), Place: s.Component(5, 1), Frequency: s.Component(5, 3),
		Signature: s.Element(6) == "Y", Assignment: s.Element(7), Benefits: s.Element(8), Release: s.Element(9),
		SignatureByOther: s.Element(10) == "P", SpecialProgram: s.Element(12), DelayReason: s.Element(20),
		AccidentState: s.Component(11, 4), AccidentCountry: s.Component(11, 5),
	}
	for i := 1; i <= 3; i++ {
		if c := s.Component(11, i); c != "" {
			p.claim.Causes = append(p.claim.Causes, c)
		}
	}
}

func (p *parser) openLine(s Segment) {
	if p.claim == nil {
		p.fail(s, 0, errors.New("stands before the first claim"))
		return
	}
	p.line, p.place, p.foreign = grow(&p.claim.Lines), place{}, false
}

// ofClaim reads a segment of loop 2300; false when there is no field for it.
func (p *parser) ofClaim(s Segment) bool {
	c := p.claim
	switch s.ID {
	case "DTP":
		return p.claimDate(s)
	case "PWK":
		return p.attachment(s, &c.Attachments)
	case "AMT":
		if s.Element(1) != "F5" {
			return false
		}
		c.PatientPaidCents = p.cents(s, 2)
	case "REF":
		for _, r := range claimReferences {
			if v := r.value(c); r.qualifier == s.Element(1) && *v == "" {
				*v = s.Element(2)
				return true
			}
		}
		return false
	case "K3":
		c.FixedFormat = append(c.FixedFormat, s.Element(1))
	case "NTE":
		return keepNote(s, &c.Note)
	case "HI":
		return p.codes(s)
	default:
		return false
	}
	return true
}

func keepNote(s Segment, n *Note) bool {
	if *n != (Note{}) {
		return false
	}
	*n = Note{s.Element(1), s.Element(2)}
	return true
}

func (p *parser) claimDate(s Segment) bool {
	if s.Element(1) == "314" {
		p.claim.Dates.DisabledFrom, p.claim.Dates.DisabledTo = p.span(s)
		return true
	}
	for _, d := range claimDates {
		if at := d.date(&p.claim.Dates); d.qualifier == s.Element(1) && at.IsZero() && s.Element(2) == "D8" {
			*at = p.date(s, 3, s.Element(3))
			return true
		}
	}
	return false
}

// span reads DTP03 as two dates, or as one day given once.
func (p *parser) span(s Segment) (from, to Date) {
	a, b, two := strings.Cut(s.Element(3), "-")
	from = p.date(s, 3, a)
	if two {
		to = p.date(s, 3, b)
	}
	return from, to
}

func (p *parser) attachment(s Segment, list *[]Attachment) bool {
	if s.Element(7) != "" || s.Element(3) != "" {
		return false
	}
	*list = append(*list, Attachment{Report: s.Element(1), How: s.Element(2), Control: s.Element(6)})
	return true
}

// codes reads HI: diagnoses and condition codes. Other lists have no field.
func (p *parser) codes(s Segment) bool {
	list, known := &p.claim.Diagnoses, []string{"ABK", "ABF"}
	if s.Component(1, 1) == "BG" {
		list, known = &p.claim.ConditionCodes, []string{"BG"}
	}
	var found []string
	for n := 1; n <= len(s.Elements); n++ {
		if s.Element(n) == "" {
			continue
		}
		if !slices.Contains(known, s.Component(n, 1)) {
			return false
		}
		found = append(found, s.Component(n, 2))
	}
	*list = append(*list, found...)
	return true
}

// ofLine reads a segment of loop 2400; false when there is no field for it.
func (p *parser) ofLine(s Segment) bool {
	l := p.line
	switch s.ID {
	case "SV1":
		p.service(s)
	case "PWK":
		return p.attachment(s, &l.Attachments)
	case "DTP":
		return p.lineDate(s)
	case "REF":
		for _, r := range lineReferences {
			if v := r.value(l); r.qualifier == s.Element(1) && *v == "" && only(s, 2) {
				*v = s.Element(2)
				return true
			}
		}
		return false
	case "K3":
		l.FixedFormat = append(l.FixedFormat, s.Element(1))
	case "NTE":
		return keepNote(s, &l.Note)
	default:
		return false
	}
	return true
}

func (p *parser) lineDate(s Segment) bool {
	l := p.line
	if s.Element(1) == "472" {
		l.From, l.To = p.span(s)
		if l.To == l.From {
			l.To = Date{}
		}
		return true
	}
	for _, d := range lineDates {
		if at := d.date(l); d.qualifier == s.Element(1) && at.IsZero() && s.Element(2) == "D8" {
			*at = p.date(s, 3, s.Element(3))
			return true
		}
	}
	return false
}

func (p *parser) service(s Segment) {
	l := p.line
	if set := s.Component(1, 1); set != "HC" {
		l.CodeSet = set
	}
	l.Code, l.Description = s.Component(1, 2), s.Component(1, 7)
	for i := 3; i <= 6; i++ {
		if m := s.Component(1, i); m != "" {
			l.Modifiers = append(l.Modifiers, m)
		}
	}
	l.ChargeCents = p.cents(s, 2)
	l.Minutes = s.Element(3) == "MJ"
	l.Units = p.number(s, 4)
	l.Place = s.Element(5)
	for _, c := range s.Components(7) {
		n, err := strconv.Atoi(c)
		if err != nil {
			p.fail(s, 7, errors.New("is no list of diagnosis positions"))
			return
		}
		l.Pointers = append(l.Pointers, n)
	}
	l.Emergency = s.Element(9) == "Y"
}
