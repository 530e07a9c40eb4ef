package check

import (
	"slices"

	"soapstone/x12"
)

// claim is what the rules remember of loop 2300 until it ends.
type claim struct {
	seg      x12.Segment
	charge   int64
	sum      int64
	readable bool // all amounts could be read
	lines    int
	controls map[string]bool // REF*6R
	codes    []string        // diagnoses
	hi       x12.Segment
	service  x12.Date // the first date of service
	accident bool     // DTP*439
	event    []event  // dates that must not lie after the first service
	payer    bool     // REF*F8
	line     x12.Segment
	control  bool // the present line has its REF*6R
}

// event is a dated segment.
type event struct {
	seg x12.Segment
	on  x12.Date
}

func (p *professional) openClaim(c *checker, s x12.Segment) {
	p.judgeInsured(c, s)
	k := &claim{seg: s, readable: true, controls: map[string]bool{}}
	p.claim = k
	id := s.Element(1)
	if len(id) > 20 {
		c.report(Error, "claim-id-length", s, place{n: 1}, "CLM01 has %d characters; payers echo 20 at most. Shorten it.", len(id))
	}
	if c.claims[cut(id, 50)] {
		c.report(Error, "claim-id-repeat", s, place{n: 1}, "Another claim of the file has this CLM01, so answers cannot be told apart. Number them apart.")
	} else if len(c.claims) < maxClaims {
		c.claims[cut(id, 50)] = true
	}
	k.charge = p.amount(c, s, 2)
	c.causes(s)
	filing := p.insured.sbr.Element(9)
	if filing == "AM" || filing == "WC" {
		if s.Component(11, 1) == "" {
			c.report(Warning, "accident-cause", s, place{n: 11}, "An auto or workers' compensation claim says the cause in CLM11: AA, EM or OA.")
		}
		if !p.insured.accident {
			c.report(Warning, "accident-claim", s, place{}, "An auto or workers' compensation claim needs the payer's number of the accident: REF*Y4 with the patient's name.")
		}
	}
}

func (c *checker) causes(s x12.Segment) {
	for i := 1; i <= 3; i++ {
		if s.Component(11, i) == "AA" && s.Component(11, 4) == "" && s.Component(11, 5) == "" {
			c.report(Error, "accident-state", s, place{11, 4}, "An auto accident needs the state where it happened in CLM11-4.")
		}
	}
}

// amount reads an amount of a claim, and reports a bad one.
func (p *professional) amount(c *checker, s x12.Segment, n int) int64 {
	cents, err := x12.ParseCents(s.Element(n))
	if err != nil || cents < 0 {
		if p.claim != nil {
			p.claim.readable = false
		}
		if s.Element(n) != "" {
			c.report(Error, "amount", s, place{n: n}, "The amount must be whole cents, not negative and without a dollar sign.")
		}
		return 0
	}
	return cents
}

// inClaim takes what stands in loops 2300 and 2400.
func (p *professional) inClaim(c *checker, s x12.Segment) {
	k := p.claim
	if k == nil {
		return
	}
	switch {
	case c.loop == "2300" && s.ID == "DTP":
		p.claimDate(c, s)
	case c.loop == "2300" && s.ID == "REF" && s.Element(1) == "F8":
		k.payer = true
	case c.loop == "2300" && s.ID == "HI":
		k.diagnoses(c, s)
	case c.loop == "2300" && s.ID == "AMT":
		p.amount(c, s, 2)
	case s.ID == "PWK":
		if how := s.Element(2); how != "AA" && s.Element(6) == "" && how != "" && s.Element(1) != "CT" {
			c.report(Error, "attachment-control", s, place{n: 6}, "What is sent apart needs a number that stands on it too: AC in PWK05 and the number in PWK06.")
		}
	case c.loop == "2400":
		p.inLine(c, s)
	}
}

func (p *professional) claimDate(c *checker, s x12.Segment) {
	d := day(s.Element(3))
	switch s.Element(1) {
	case "439":
		p.claim.accident = true
		fallthrough
	case "431":
		p.claim.event = append(p.claim.event, event{s, d})
		c.notFuture(s, 3, d)
	case "454", "304", "453", "444":
		c.notFuture(s, 3, d)
	case "314":
		c.span(s)
	}
}

// span reports one that ends before it begins, and returns its first day and
// its last.
func (c *checker) span(s x12.Segment) (from, to x12.Date) {
	v := s.Element(3)
	if s.Element(2) != "RD8" || len(v) != 17 {
		return day(v), day(v)
	}
	from, to = day(v[:8]), day(v[9:])
	if to.Before(from) && !to.IsZero() {
		c.report(Error, "span-reversed", s, place{n: 3}, "The span ends before it begins. Turn it round or correct it.")
	}
	return from, to
}

func (k *claim) diagnoses(c *checker, s x12.Segment) {
	list := s.Component(1, 1)
	if list == "BK" {
		c.report(Error, "diagnosis-icd9", s, place{1, 1}, "ICD-9 ended on 1 October 2015. Send ICD-10-CM with ABK and ABF.")
		return
	}
	if list != "ABK" {
		return
	}
	k.hi = s
	for n := 1; n <= len(s.Elements) && n <= 12; n++ {
		code := s.Component(n, 2)
		at := place{n, 2}
		switch {
		case s.Element(n) == "":
			continue
		case hasDot(code):
			c.report(Error, "diagnosis-dot", s, at, "A diagnosis is sent without its dot. Remove the dot.")
		case !x12.ICD10Shape(code):
			c.report(Error, "diagnosis-shape", s, at, "This is no ICD-10-CM code by its shape: a letter, a digit, then one to five letters or digits.")
		case slices.Contains(k.codes, code):
			c.report(Error, "diagnosis-repeat", s, at, "The diagnosis stands twice. Leave the second out and correct the pointers.")
		}
		k.codes = append(k.codes, code)
	}
}

func hasDot(s string) bool { return slices.Contains([]byte(s), '.') }

// closeClaim judges what can only be seen at the end of the claim.
func (p *professional) closeClaim(c *checker) {
	k := p.claim
	if k == nil {
		return
	}
	p.closeLine(c)
	p.claim = nil
	loop, id := c.loop, c.claim
	c.loop, c.claim = "2300", k.seg.Element(1)
	defer func() { c.loop, c.claim = loop, id }()
	s := k.seg
	if k.readable && k.sum != k.charge {
		c.report(Error, "claim-total", s, place{n: 2}, "CLM02 must be the sum of the lines, %s.", x12.FormatCents(k.sum))
	}
	switch f := s.Component(5, 3); {
	case (f == "7" || f == "8") && !k.payer:
		c.report(Error, "frequency-reference", s, place{5, 3}, "A replacement or void needs REF*F8 with the payer's number of the first claim.")
	case f == "1" && k.payer:
		c.report(Warning, "frequency-original", s, place{5, 3}, "An original claim carries no REF*F8. Send frequency 7, or leave it out.")
	}
	p.accidentDate(c, k)
	for _, e := range k.event {
		if !k.service.IsZero() && k.service.Before(e.on) {
			c.report(Error, "onset-after-service", e.seg, place{n: 3}, "The onset or accident lies after the first service. Correct one of them.")
		}
	}
	if c.opts.Billable == nil || k.service.IsZero() {
		return
	}
	for i, code := range k.codes {
		if x12.ICD10Shape(code) && !c.opts.Billable(code, k.service) {
			c.report(Error, "diagnosis-unbillable", k.hi, place{i + 1, 2}, "The diagnosis may not be billed on the date of service: it needs more characters, or was not in force.")
		}
	}
}

func (p *professional) accidentDate(c *checker, k *claim) {
	if k.accident {
		return
	}
	for i := 1; i <= 3; i++ {
		switch k.seg.Component(11, i) {
		case "AA", "OA":
			c.report(Error, "accident-date", k.seg, place{11, i}, "An accident needs its date: DTP*439.")
		case "EM":
			c.report(Warning, "accident-date", k.seg, place{11, i}, "A claim from employment usually needs the date of injury: DTP*439.")
		}
	}
}
