package x12

// This file reads NM1 and what follows it: addresses, numbers, contacts.

// named opens the place of an NM1; false when the structs have none for it.
func (p *parser) named(s Segment) bool {
	switch {
	case p.line != nil:
		return p.namedInLine(s)
	case p.claim != nil:
		return p.namedInClaim(s)
	case p.patient != nil:
		return s.Element(1) == "QC" && p.namedPatient(s)
	case p.sub != nil:
		return p.namedInSubscriber(s)
	case p.bill != nil:
		return p.namedInBilling(s)
	}
	return p.namedInHeader(s)
}

func (p *parser) namedInHeader(s Segment) bool {
	switch s.Element(1) {
	case "41":
		p.tx.SubmitterName, p.tx.SubmitterID = name(s), s.Element(9)
		p.place = place{contacts: &p.tx.SubmitterContacts}
	case "40":
		p.tx.ReceiverName, p.tx.ReceiverID = s.Element(3), s.Element(9)
	default:
		return false
	}
	return true
}

func (p *parser) namedInBilling(s Segment) bool {
	b := p.bill
	switch s.Element(1) {
	case "85":
		b.Name, b.NPI = name(s), s.Element(9)
		p.place = place{
			address: &b.Address, refs: &b.OtherIDs, contacts: &b.Contacts,
			named: map[string]*string{"EI": &b.TaxID, "SY": &b.TaxID},
		}
	case "87":
		p.place = place{address: &b.PayTo}
	default:
		return false
	}
	return true
}

func (p *parser) namedInSubscriber(s Segment) bool {
	u := p.sub
	switch s.Element(1) {
	case "IL":
		u.Name, u.MemberID, u.MemberIDOther = name(s), s.Element(9), s.Element(8) == "II"
		p.place = place{
			address: &u.Address, contact: &u.Contact, birth: &u.Birth, sex: &u.Sex,
			named: map[string]*string{"SY": &u.SSN, "Y4": &u.AccidentClaim},
		}
	case "PR":
		u.Payer.Name, u.Payer.ID, u.Payer.PlanID = s.Element(3), s.Element(9), s.Element(8) == "XV"
		p.place = place{address: &u.Payer.Address, refs: &u.Payer.OtherIDs}
	default:
		return false
	}
	return true
}

func (p *parser) namedPatient(s Segment) bool {
	t := p.patient
	t.Name = name(s)
	p.place = place{
		address: &t.Address, contact: &t.Contact, birth: &t.Birth, sex: &t.Sex,
		named: map[string]*string{"Y4": &t.AccidentClaim, "1W": &t.MemberID, "SY": &t.SSN},
	}
	return true
}

func (p *parser) namedInClaim(s Segment) bool {
	c := p.claim
	switch s.Element(1) {
	case "DN", "P3":
		p.provider(s, grow(&c.Referrers), s.Element(1))
	case "82":
		c.Rendering = new(Provider)
		p.provider(s, c.Rendering, "")
	case "77":
		c.Facility = new(Facility)
		p.facility(s, c.Facility)
	case "DQ":
		c.Supervising = new(Provider)
		p.provider(s, c.Supervising, "")
	default:
		return false
	}
	return true
}

func (p *parser) namedInLine(s Segment) bool {
	l := p.line
	switch s.Element(1) {
	case "82":
		l.Rendering = new(Provider)
		p.provider(s, l.Rendering, "")
	case "77":
		l.Facility = new(Facility)
		p.facility(s, l.Facility)
	case "DQ":
		l.Supervising = new(Provider)
		p.provider(s, l.Supervising, "")
	case "DK":
		l.Ordering = new(Provider)
		p.provider(s, l.Ordering, "")
	case "DN", "P3":
		p.provider(s, grow(&l.Referrers), s.Element(1))
	default:
		return false
	}
	return true
}

func (p *parser) provider(s Segment, v *Provider, role string) {
	v.Role, v.Name, v.NPI = role, name(s), s.Element(9)
	p.place = place{refs: &v.OtherIDs}
	if s.Element(1) == "82" {
		p.place.taxonomy = &v.Taxonomy
	}
}

func (p *parser) facility(s Segment, f *Facility) {
	f.Name, f.NPI = s.Element(3), s.Element(9)
	p.place = place{address: &f.Address, refs: &f.OtherIDs, contact: &f.Contact}
}

func name(s Segment) Name {
	if s.Element(2) == "2" {
		return Name{Organization: s.Element(3)}
	}
	return Name{Last: s.Element(3), First: s.Element(4), Middle: s.Element(5), Suffix: s.Element(7)}
}

// ofPlace reads a segment that speaks of the NM1 before it; false when it has
// nothing of the kind.
func (p *parser) ofPlace(s Segment) bool {
	at := &p.place
	switch {
	case s.ID == "N3" && at.address != nil:
		at.address.Line1, at.address.Line2 = s.Element(1), s.Element(2)
	case s.ID == "N4" && at.address != nil && only(s, 4):
		at.address.City, at.address.State = s.Element(1), s.Element(2)
		at.address.Zip, at.address.Country = s.Element(3), s.Element(4)
	case s.ID == "DMG" && at.birth != nil && only(s, 3):
		*at.birth, *at.sex = p.date(s, 2, s.Element(2)), s.Element(3)
	case s.ID == "PRV" && at.taxonomy != nil:
		*at.taxonomy = s.Element(3)
	case s.ID == "PER" && at.contacts != nil:
		return p.contact(s, grow(at.contacts))
	case s.ID == "PER" && at.contact != nil:
		return p.contact(s, at.contact)
	case s.ID == "REF":
		return p.referenceOfPlace(s)
	default:
		return false
	}
	return true
}

func (p *parser) referenceOfPlace(s Segment) bool {
	q, v := s.Element(1), s.Element(2)
	if field := p.place.named[q]; field != nil && *field == "" && only(s, 2) {
		*field = v
		if p.bill != nil && field == &p.bill.TaxID {
			p.bill.TaxIDSSN = q == "SY"
		}
		return true
	}
	if p.place.refs == nil || !only(s, 2) {
		return false
	}
	list := p.place.refs
	if p.sub != nil && list == &p.sub.Payer.OtherIDs && (q == "G2" || q == "LU") {
		list = &p.sub.Payer.ProviderIDs
	}
	*list = append(*list, Reference{q, v})
	return true
}

func (p *parser) contact(s Segment, c *Contact) bool {
	fields := map[string]*string{"TE": &c.Phone, "EX": &c.Extension, "EM": &c.Email, "FX": &c.Fax}
	c.Name = s.Element(2)
	for i := 3; i <= 7; i += 2 {
		switch f := fields[s.Element(i)]; {
		case f != nil && *f == "":
			*f = s.Element(i + 1)
		case s.Element(i) != "":
			return false // a second number of its kind: the whole segment is kept as unread too
		}
	}
	return true
}
