package check

import (
	"regexp"
	"strings"

	"soapstone/x12"
)

// professional are the rules of the professional claim (837P).
type professional struct {
	batch  x12.Date // BHT04
	entity string   // NM101 of the last NM1
	org    bool     // NM102 of the last NM1 was 2

	billingNPI string
	insured    insured
	birth      x12.Date // of the present patient
	patient    bool     // inside 2000C

	claim *claim
}

// insured is what loop 2000B said before its first claim.
type insured struct {
	sbr      x12.Segment
	self     bool // SBR02 is 18
	name     x12.Segment
	address  bool
	birth    bool
	accident bool // REF*Y4 in 2010BA or 2010CA
	checked  bool // the facts above were judged
}

var (
	taxonomyShape = regexp.MustCompile(`^[0-9A-Z]{9}X$`)
	poBox         = regexp.MustCompile(`\bP\.? ?O\.? ?BOX\b|\bPOST OFFICE BOX\b`)
)

func (p *professional) segment(c *checker, s x12.Segment) {
	switch s.ID {
	case "BHT":
		p.batch = day(s.Element(4))
		c.notFuture(s, 4, p.batch)
	case "HL":
		p.level(c, s)
	case "SBR":
		if c.loop == "2000B" {
			p.insured = insured{sbr: s, self: s.Element(2) == "18"}
			if s.Element(9) == "" {
				c.report(Error, "filing-missing", s, place{n: 9}, "SBR09 must say what kind of payer this is: CI, BL, AM, WC, VA and so on.")
			}
		}
	case "NM1":
		p.named(c, s)
	case "N3":
		p.street(c, s)
	case "N4":
		c.cityLine(s, c.loop == "2010AA" || c.loop == "2310C" || c.loop == "2420C")
	case "DMG":
		p.demographics(c, s)
	case "PRV":
		if !taxonomyShape.MatchString(s.Element(3)) {
			c.report(Error, "taxonomy", s, place{n: 3}, "A taxonomy code has nine letters or digits and an X; 225700000X is massage therapist.")
		}
	case "REF":
		p.reference(c, s)
	case "CLM":
		p.closeClaim(c)
		p.openClaim(c, s)
	default:
		p.inClaim(c, s)
	}
}

func (p *professional) end(c *checker, _ x12.Segment) { p.closeClaim(c) }

// day reads a date; the zero date when it cannot, which the elements reported.
func day(v string) x12.Date {
	d, err := x12.ParseDate(v)
	if err != nil {
		return x12.Date{}
	}
	return d
}

func (c *checker) notFuture(s x12.Segment, n int, d x12.Date) {
	if !d.IsZero() && !c.opts.Today.IsZero() && c.opts.Today.Before(d) {
		c.report(Error, "date-future", s, place{n: n}, "The date lies in the future. Correct it.")
	}
}

func (p *professional) level(c *checker, s x12.Segment) {
	p.closeClaim(c)
	p.patient = s.Element(3) == "23"
	p.entity = ""
	switch {
	case !p.patient:
		p.insured, p.birth = insured{}, x12.Date{}
		if s.Element(3) == "20" {
			p.billingNPI = ""
		}
	case p.insured.self && p.insured.sbr.ID != "":
		c.report(Error, "subscriber-relationship", s, place{n: 3}, "SBR02 says that the subscriber is the patient, but a patient level follows. Leave SBR02 empty or the level out.")
	}
}

func (p *professional) named(c *checker, s x12.Segment) {
	p.entity, p.org = s.Element(1), s.Element(2) == "2"
	switch {
	case s.Element(8) == "XX":
		c.npi(s, 9)
	case p.entity == "85" && c.loop == "2010AA", p.entity == "82" && c.loop != "2330D", p.entity == "DN", p.entity == "P3":
		if !strings.HasPrefix(c.loop, "2330") {
			c.report(Warning, "npi-missing", s, place{n: 9}, "The provider has no NPI. Send XX and the number unless it has none.")
		}
	}
	switch c.loop {
	case "2010AA":
		p.billingNPI = s.Element(9)
	case "2010BA":
		p.insured.name = s
		if !p.org && s.Element(9) == "" {
			c.report(Error, "member-id", s, place{n: 9}, "A person as subscriber needs the member id of the card, with MI in NM108.")
		}
	case "2310B":
		if v := s.Element(9); v != "" && v == p.billingNPI {
			c.report(Warning, "rendering-repeats", s, place{n: 9}, "The rendering provider is the billing provider. Leave the loop out.")
		}
	}
}

// npi checks a national provider identifier.
func (c *checker) npi(s x12.Segment, n int) {
	if v := s.Element(n); v == "" {
		c.report(Error, "element-required", s, place{n: n}, "The qualifier promises an NPI, and there is none. Fill it in.")
	} else if !x12.ValidNPI(v) {
		c.report(Error, "npi", s, place{n: n}, "This is no NPI: ten digits, the first 1 or 2, the last a check digit. Look it up again.")
	}
}

func (p *professional) street(c *checker, s x12.Segment) {
	switch c.loop {
	case "2010AA":
		if poBox.MatchString(strings.ToUpper(s.Element(1) + " " + s.Element(2))) {
			c.report(Warning, "billing-po-box", s, place{n: 1}, "The billing provider needs a street address. Put the PO box into the pay-to address (2010AB).")
		}
	case "2010BA":
		p.insured.address = true
		if p.org && p.insured.sbr.Element(9) == "WC" {
			c.report(Warning, "employer-address", s, place{n: 1}, "The employer's address is not sent in workers' compensation. Leave N3 and N4 out.")
		}
	}
}

// cityLine checks N4.
func (c *checker) cityLine(s x12.Segment, nine bool) {
	if foreign(s) {
		return
	}
	zip := s.Element(3)
	switch {
	case s.Element(2) == "":
		c.report(Error, "state-missing", s, place{n: 2}, "An address in the United States needs its state.")
	case zip == "":
		c.report(Error, "state-missing", s, place{n: 3}, "An address in the United States needs its zip code.")
	}
	switch {
	case zip == "":
	case !isDigits(zip) || len(zip) != 5 && len(zip) != 9:
		c.report(Error, "zip", s, place{n: 3}, "A zip code has five or nine digits, without a hyphen.")
	case nine && len(zip) == 5:
		c.report(Error, "zip-nine", s, place{n: 3}, "This address needs the zip code with nine digits. Look the last four up.")
	}
}

func (p *professional) demographics(c *checker, s x12.Segment) {
	p.birth = day(s.Element(2))
	c.notFuture(s, 2, p.birth)
	if c.loop == "2010BA" {
		p.insured.birth = true
	}
}

func (p *professional) reference(c *checker, s x12.Segment) {
	v := s.Element(2)
	switch s.Element(1) {
	case "SY", "EI":
		if !nineDigits.MatchString(v) {
			c.report(Error, "tax-id", s, place{n: 2}, "A tax id or social security number is nine digits, without a hyphen.")
		}
	case "Y4":
		if c.loop == "2010BA" || c.loop == "2010CA" {
			p.insured.accident = true
		}
	default:
		p.inClaim(c, s)
	}
}

// judgeInsured looks at loop 2000B when its first claim begins: by then all of
// it was read.
func (p *professional) judgeInsured(c *checker, s x12.Segment) {
	in := &p.insured
	if in.checked || in.sbr.ID == "" {
		return
	}
	in.checked = true
	loop := c.loop
	c.loop = "2000B"
	defer func() { c.loop = loop }()
	compensation := in.sbr.Element(9) == "WC"
	switch {
	case !p.patient && !in.self:
		c.report(Error, "subscriber-relationship", in.sbr, place{n: 2}, "Claims stand under the subscriber, so SBR02 must be 18; or move them below a patient level (HL 23).")
	case !p.patient && !in.address:
		c.report(Error, "subscriber-address", s, place{}, "The subscriber is the patient: add N3 and N4 to loop 2010BA.")
	}
	if !p.patient && in.self && !in.birth {
		c.report(Error, "subscriber-birth", s, place{}, "The subscriber is the patient: add DMG with date of birth and sex to loop 2010BA.")
	}
	if compensation && in.self {
		c.report(Warning, "employer-expected", in.sbr, place{n: 2}, "In workers' compensation the employer is the subscriber and the patient has a level of its own.")
	}
}
