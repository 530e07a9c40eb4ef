package x12

// This file writes the parts that many loops share.

// entity makes NM101 to NM107. An organization has only its name; person
// refuses one.
func (e *encoder) entity(field, role string, n Name, person bool) []string {
	if n.Organization != "" {
		if person {
			e.fail(field+".Organization", "a person is needed here; give Last and First")
		}
		if n.Last+n.First+n.Middle+n.Suffix != "" {
			e.fail(field+".Last", "give either an organization or a person")
		}
		return []string{role, "2", e.text(field+".Organization", n.Organization, 1, 60), "", "", "", ""}
	}
	if role == "41" && n.Suffix != "" {
		e.fail(field+".Suffix", "is not sent for the submitter; leave it empty")
	}
	return []string{role, "1", e.need(field+".Last", n.Last, 1, 60), e.text(field+".First", n.First, 1, 35),
		e.text(field+".Middle", n.Middle, 1, 25), "", e.text(field+".Suffix", n.Suffix, 1, 10)}
}

func (e *encoder) address(field string, a Address) {
	e.segment("N3", e.need(field+".Line1", a.Line1, 1, 55), e.text(field+".Line2", a.Line2, 1, 55))
	state, zip := a.State, a.Zip
	if a.Country == "" || a.Country == "US" {
		state = e.need(field+".State", a.State, 2, 2)
		zip = e.number(field+".Zip", a.Zip, 5, 9)
	} else {
		state, zip = e.text(field+".State", state, 2, 2), e.text(field+".Zip", zip, 3, 15)
	}
	e.segment("N4", e.need(field+".City", a.City, 2, 30), state, zip, e.text(field+".Country", a.Country, 2, 3))
}

func (e *encoder) contacts(field string, cs []Contact, least int) {
	if len(cs) < least {
		e.fail(field, "is required")
	}
	e.most(field, len(cs), 2)
	each(e, field, cs, func(c *Contact) {
		if *c == (Contact{}) {
			e.fail("Phone", "a contact needs a number or an address")
		}
		e.contact("", *c)
	})
}

// contact writes a PER unless it is empty.
func (e *encoder) contact(field string, c Contact) {
	if c == (Contact{}) {
		return
	}
	if field != "" {
		field += "."
	}
	per := []string{"IC", e.text(field+"Name", c.Name, 1, 60)}
	for _, n := range []struct{ qualifier, field, value string }{
		{"TE", "Phone", c.Phone}, {"EX", "Extension", c.Extension}, {"EM", "Email", c.Email}, {"FX", "Fax", c.Fax},
	} {
		if n.value != "" {
			per = append(per, n.qualifier, e.text(field+n.field, n.value, 1, 256))
		}
	}
	switch {
	case len(per) == 2:
		e.fail(field+"Phone", "a contact needs a number or an address")
	case len(per) > 8:
		e.fail(field+"Fax", "at most three numbers fit into one contact; use a second one")
	case c.Extension != "" && c.Phone == "":
		e.fail(field+"Extension", "needs Phone")
	}
	e.segment("PER", per...)
}

// reference writes a REF unless its value is empty.
func (e *encoder) reference(field, qualifier, value string) {
	if value != "" {
		e.segment("REF", qualifier, e.text(field, value, 1, 50))
	}
}

func (e *encoder) references(field string, rs []Reference, limit int, allowed ...string) {
	e.most(field, len(rs), limit)
	each(e, field, rs, func(r *Reference) {
		e.segment("REF", e.code("Qualifier", r.Qualifier, allowed...), e.need("Value", r.Value, 1, 50))
	})
}

func (e *encoder) attachments(as []Attachment) {
	e.most("Attachments", len(as), 10)
	each(e, "Attachments", as, func(a *Attachment) {
		how := e.code("How", a.How, "AA", "BM", "EL", "EM", "FT", "FX")
		if (how == "AA") != (a.Control == "") {
			e.fail("Control", "is required unless the attachment stays here until it is asked for (AA)")
		}
		e.segment("PWK", e.need("Report", a.Report, 2, 2), how, "", "", choose(a.Control == "", "", "AC"), e.text("Control", a.Control, 2, 50))
	})
}

func (e *encoder) fixedFormat(lines []string) {
	e.most("FixedFormat", len(lines), 10)
	for _, l := range lines {
		e.segment("K3", e.need("FixedFormat", l, 1, 80))
	}
}

func (e *encoder) note(n Note, kinds ...string) {
	if n != (Note{}) {
		e.segment("NTE", e.code("Note.Kind", n.Kind, kinds...), e.need("Note.Text", n.Text, 1, 80))
	}
}

// one writes a provider's loop unless there is none.
func (e *encoder) one(field string, p *Provider, role string, ids ...string) {
	if p != nil {
		e.in(field, func() { e.provider(p, role, ids...) })
	}
}

// provider writes NM1, PRV for the rendering provider, and REF.
func (e *encoder) provider(p *Provider, role string, ids ...string) {
	nm1 := e.entity("Name", role, p.Name, role != "82")
	if p.NPI != "" {
		nm1 = append(nm1, "XX", e.npi("NPI", p.NPI))
	}
	e.segment("NM1", nm1...)
	if p.Taxonomy != "" {
		if role != "82" {
			e.fail("Taxonomy", "is only sent for the rendering provider")
		}
		e.segment("PRV", "PE", "PXC", e.text("Taxonomy", p.Taxonomy, 10, 10))
	}
	e.references("OtherIDs", p.OtherIDs, 4, ids...)
}

func (e *encoder) facility(f *Facility, ids ...string) {
	if f == nil {
		return
	}
	e.in("Facility", func() {
		nm1 := []string{"77", "2", e.need("Name", f.Name, 1, 60)}
		if f.NPI != "" {
			nm1 = append(nm1, "", "", "", "", "XX", e.npi("NPI", f.NPI))
		}
		e.segment("NM1", nm1...)
		e.address("Address", f.Address)
		e.references("OtherIDs", f.OtherIDs, 3, ids...)
		e.contact("Contact", f.Contact)
	})
}
