package claim

import (
	"soapstone/internal/coverage"
	"soapstone/internal/money"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// Draft works out what a claim would say. It decides nothing: what is missing
// is simply absent, and Evaluate names it. A void says again what was sent.
func Draft(f Facts) (Document, Counting) {
	if f.Frequency == Void && f.Before != nil {
		d := *f.Before
		d.Number, d.Frequency, d.PayerNumber = f.Number, Void, f.PayerNumber
		return d, Counting{}
	}
	lines, n := count(f)
	d := Document{
		Format: Format, Number: f.Number, Frequency: f.Frequency,
		Payer: payerOf(f), Billing: billing(f), Rendering: rendering(f), Patient: patientOf(f), Subscriber: subscriberOf(f),
		Lines: lines, Total: total(lines), Paid: f.Paid,
		Assignment: f.Practice.Billing.AcceptAssignment, Remark: text(f.Choices.Remark),
	}
	if f.Frequency != Original {
		d.PayerNumber = f.PayerNumber
	}
	if a := f.Practice.Billing.PayTo; !a.IsZero() {
		p := address(a)
		d.PayTo = &p
	}
	d.Facility = facility(f, d.Billing.Address)
	d.Diagnoses, _ = diagnoses(f)
	if c := f.Coverage; c != nil {
		d.Release, d.Benefits = c.ReleaseSigned, c.BenefitsAssigned
	}
	if p := f.Prescription; p != nil {
		d.Referring = referring(p.Prescriber)
		d.OrderedOn, d.FirstOn = p.WrittenOn, p.FirstOn
		d.Accident = accident(p.Accident)
		d.OnsetOn = p.Accident.On
	}
	if a, ok := f.authorisation(); ok {
		d.Authorisation, d.AuthorisationKind = text(a.Number), f.Terms.AuthorisationQualifier
		if d.AuthorisationKind == "" {
			d.AuthorisationKind = "G1"
		}
	}
	return d, n
}

func total(lines []Line) money.Cents {
	var sum money.Cents
	for _, l := range lines {
		sum += l.Charge
	}
	return sum
}

func address(a practice.Address) Address {
	return Address{Line1: text(a.Line1), Line2: text(a.Line2), City: text(a.City), State: a.State, ZIP: a.ZIP()}
}

func payerOf(f Facts) Payer {
	p := f.payer()
	filing := p.Filing
	if filing == "" {
		filing = f.Terms.Filing
	}
	return Payer{ID: p.ID, Name: text(p.Name), Code: text(p.Code), Filing: filing, Kind: string(f.Terms.Kind), Address: address(p.Address)}
}

func placeAddress(l practice.Location) practice.Address {
	return practice.Address{Line1: l.AddressLine, City: l.City, State: l.State, PostalCode: l.PostalCode}
}

// billing is who asks for the money: the practice, or the therapist in person
// where the practice has no number of its own.
func billing(f Facts) Provider {
	b := f.Practice.Billing
	name := b.LegalName
	if name == "" {
		name = f.Practice.Name
	}
	where := b.Address
	if where.IsZero() {
		where = placeAddress(f.Place)
	}
	p := Provider{Organization: true, Name: text(name), NPI: f.Practice.NPI, TaxID: b.TaxID, TaxIDKind: b.TaxIDKind,
		Taxonomy: b.Taxonomy, Address: address(where), Phone: phone(f.Practice.Phone)}
	if p.NPI == "" {
		own := rendering(f)
		p.Organization, p.Name, p.FirstName, p.NPI, p.Taxonomy = false, own.Name, own.FirstName, own.NPI, own.Taxonomy
	}
	return p
}

func rendering(f Facts) Provider {
	first, last := personName(f.Therapist.Name)
	license := f.LicenseThen
	if license == "" {
		license = f.Therapist.LicenseNumber
	}
	return Provider{Name: text(last), FirstName: text(first), Credential: text(f.Therapist.Credential), NPI: f.Therapist.NPI,
		Taxonomy: f.Therapist.Taxonomy, License: text(license)}
}

func referring(p referral.Prescriber) *Provider {
	if p.FamilyName == "" {
		return nil
	}
	return &Provider{Name: text(p.FamilyName), FirstName: text(p.GivenName), Credential: text(p.Credential), NPI: p.NPI, Phone: phone(p.Phone),
		Address: Address{Line1: text(p.AddressLine), City: text(p.City), State: p.State, ZIP: practice.Address{PostalCode: p.PostalCode}.ZIP()}}
}

// facility is where the visit took place, when that is not where the bill
// comes from.
func facility(f Facts, billed Address) *Provider {
	at := address(placeAddress(f.Place))
	if at == billed || at.Line1 == "" {
		return nil
	}
	return &Provider{Organization: true, Name: text(f.Place.Name), NPI: f.Place.NPI, Address: at, Phone: phone(f.Place.Phone)}
}

func patientOf(f Facts) Person {
	p := f.Patient
	return Person{LastName: text(p.LastName), FirstName: text(p.FirstName), MiddleName: text(p.MiddleName), BirthDate: p.BirthDate,
		Sex: p.Sex.Letter(), Phone: phone(p.Phone),
		Address: address(practice.Address{Line1: p.AddressLine, Line2: p.AddressLine2, City: p.City, State: p.State, PostalCode: p.PostalCode})}
}

func subscriberOf(f Facts) Subscriber {
	c := f.Coverage
	if c == nil {
		return Subscriber{}
	}
	s := Subscriber{
		Relation: Relation(c.Relation), MemberID: text(c.MemberID), Group: text(c.Group), Plan: text(c.Plan),
		Priority: priority(c.Priority), CaseNumber: text(c.CaseNumber),
	}
	switch c.Relation {
	case coverage.Self:
		s.Person = patientOf(f)
	case coverage.Employee:
		s.Employer = text(c.Employer)
	default:
		s.Person = Person{LastName: text(c.Subscriber.LastName), FirstName: text(c.Subscriber.FirstName), MiddleName: text(c.Subscriber.MiddleName),
			BirthDate: c.Subscriber.BirthDate, Sex: sexLetter(c.Subscriber.Sex), Address: address(c.Subscriber.Address), Phone: phone(c.Subscriber.Phone)}
	}
	return s
}

func sexLetter(sex string) string {
	switch sex {
	case "female":
		return "F"
	case "male":
		return "M"
	}
	return "U"
}

func priority(n int64) string {
	switch n {
	case 2:
		return "S"
	case 3:
		return "T"
	}
	return "P"
}

func accident(a referral.Accident) Accident {
	out := Accident{On: a.On}
	switch a.Kind {
	case referral.AutoAccident:
		out.Auto, out.State = true, a.State
	case referral.WorkAccident:
		out.Employment = true
	case referral.OtherAccident:
		out.Other = true
	case referral.NoAccident:
		out.On = a.On
	}
	return out
}
