package claimx12

import (
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/x12"
)

// relationships are PAT01. A relation that is not listed is written as nothing,
// which x12 refuses.
var relationships = map[claim.Relation]string{claim.Spouse: "01", claim.Child: "19", claim.Employee: "20", claim.Other: "G8"}

// subscriber is loop 2000B without its claims.
func subscriber(d *claim.Document) x12.Subscriber {
	in := d.Subscriber
	s := x12.Subscriber{
		Sequence: in.Priority, GroupNumber: in.Group, Filing: d.Payer.Filing,
		MemberID: in.MemberID, Name: person(in.Person), Payer: payer(d.Payer),
	}
	if in.Group == "" {
		s.GroupName = in.Plan
	}
	switch in.Relation {
	case claim.Self:
		s.Name, s.Address = person(d.Patient), address(d.Patient.Address)
		s.Birth, s.Sex, s.AccidentClaim = date(d.Patient.BirthDate), d.Patient.Sex, in.CaseNumber
	case claim.Employee:
		// The number of an injured worker is REF*Y4; an employer has none.
		s.Name, s.MemberID = x12.Name{Organization: in.Employer}, ""
	}
	return s
}

func payer(p claim.Payer) x12.Payer {
	out := x12.Payer{Name: p.Name, ID: p.Code}
	if a := p.Address; a.Line1 != "" && a.City != "" && a.State != "" && a.ZIP != "" {
		out.Address = address(a)
	}
	return out
}

func person(p claim.Person) x12.Name {
	return x12.Name{Last: p.LastName, First: p.FirstName, Middle: p.MiddleName}
}

// nameOf leaves the credential out: no name on a claim carries one.
func nameOf(p claim.Provider) x12.Name {
	if p.Organization {
		return x12.Name{Organization: p.Name}
	}
	return x12.Name{Last: p.Name, First: p.FirstName}
}

func address(a claim.Address) x12.Address {
	return x12.Address{Line1: a.Line1, Line2: a.Line2, City: a.City, State: a.State, Zip: a.ZIP}
}

func date(d civil.Date) x12.Date { return x12.Date{Year: d.Year, Month: d.Month, Day: d.Day} }

// provider is who ordered or gave the care.
func provider(role string, p claim.Provider) x12.Provider {
	out := x12.Provider{Role: role, Name: nameOf(p), NPI: p.NPI}
	if p.NPI == "" && p.License != "" {
		out.OtherIDs = []x12.Reference{{Qualifier: "0B", Value: p.License}}
	}
	return out
}

// rendering is who treated; nil when that is who bills.
func rendering(d *claim.Document) *x12.Provider {
	if d.Rendering.NPI != "" && d.Rendering.NPI == d.Billing.NPI {
		return nil
	}
	p := provider("", d.Rendering)
	p.Taxonomy = d.Rendering.Taxonomy
	return &p
}

// facility is where the care was given; nil when that is where the bill comes
// from.
func facility(d *claim.Document) *x12.Facility {
	f := d.Facility
	if f == nil || f.Address == d.Billing.Address {
		return nil
	}
	return &x12.Facility{Name: f.Name, NPI: f.NPI, Address: address(f.Address)}
}
