package demo

import (
	"context"
	"fmt"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// found begins the practice, two years before the present, with its staff.
func (b *builder) found(ctx context.Context) error {
	b.clock.Set(b.today.AddDays(-age).At(8, 0, b.zone))
	f, err := b.Practices.Create(authz.With(ctx, authz.Actor{System: true, Name: "demonstration"}), practice.Founding{
		Practice: practice.Practice{Name: "Lakeside Medical Massage", Phone: "312-555-0142", Email: "desk@lakeside.example", NPI: npi("150001000")},
		Location: practice.Location{Name: "Lakeside", Zone: Zone, AddressLine: "118 Harbor Street", City: "Chicago", State: "IL", PostalCode: "60601-1182", Phone: "312-555-0142", PlaceOfService: practice.Office, NPI: npi("150001000")},
		Owner: practice.Member{Name: "Maya Brandt", Email: "maya@lakeside.example", Credential: "LMT, BCTMB", LicenseNumber: "227.014711", LicenseState: "IL",
			LicenseExpires: b.today.AddDays(300), NPI: npi("160001001"), Roles: []authz.Role{authz.Owner, authz.Therapist}},
	})
	if err != nil {
		return err
	}
	b.prac, b.place = f.Practice.ID, f.Location.ID
	b.sum.Practice = f.Practice.ID
	b.staff["maya"] = person{f.Owner.ID, f.Owner.Name, f.Owner.Roles}
	for _, m := range []struct {
		key string
		practice.Member
	}{
		{"jon", practice.Member{Name: "Jon Akers", Email: "jon@lakeside.example", Credential: "LMT", LicenseNumber: "227.020155", LicenseState: "IL",
			LicenseExpires: b.today.AddDays(26), NPI: npi("160001002"), Roles: []authz.Role{authz.Therapist}}},
		{"ines", practice.Member{Name: "Ines Duarte", Email: "ines@lakeside.example", Roles: []authz.Role{authz.FrontDesk}}},
		{"walt", practice.Member{Name: "Walt Pruitt", Email: "walt@lakeside.example", Roles: []authz.Role{authz.Biller}}},
		{"audra", practice.Member{Name: "Audra Finch", Email: "audra@lakeside.example", Roles: []authz.Role{authz.Auditor}}},
	} {
		m.Location = b.place
		u, err := b.Practices.AddMember(b.as(ctx, "maya"), m.Member)
		if err != nil {
			return err
		}
		b.staff[m.key] = person{u, m.Name, m.Roles}
	}
	if err := b.accounts(ctx); err != nil {
		return err
	}
	return b.billing(ctx)
}

// Accounts are the demonstration's sign-ins, those who treat first.
func Accounts() []Account {
	return []Account{
		{"Maya Brandt", "maya@lakeside.example", "Owner and therapist"},
		{"Jon Akers", "jon@lakeside.example", "Therapist"},
		{"Ines Duarte", "ines@lakeside.example", "Front desk"},
		{"Walt Pruitt", "walt@lakeside.example", "Biller"},
		{"Audra Finch", "audra@lakeside.example", "Auditor"},
	}
}

// accounts lets everybody sign in with the demonstration password.
func (b *builder) accounts(ctx context.Context) error {
	seed := authz.With(ctx, authz.Actor{System: true, Name: "demonstration", Practice: b.prac, Roles: authz.Roles(), Zone: b.zone})
	for _, p := range b.staff {
		if err := b.Authn.Seed(seed, p.id, Password, Secret); err != nil {
			return err
		}
	}
	return nil
}

// npi completes nine digits with their check digit (Luhn over 80840 and the number).
func npi(nine string) string {
	sum := 24 // what the prefix 80840 adds
	for i := len(nine) - 1; i >= 0; i-- {
		d := int(nine[i] - '0')
		if (len(nine)-1-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return nine + string(rune('0'+(10-sum%10)%10))
}

// prescribers are invented; their numbers have a valid check digit only.
func (b *builder) prescribers(ctx context.Context) ([]referral.Prescriber, error) {
	var out []referral.Prescriber
	for i, p := range []referral.Prescriber{
		{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", Organisation: "Harbor Spine and Pain"},
		{GivenName: "Amara", FamilyName: "Obi", Credential: "DO", Organisation: "Northside Family Medicine"},
		{GivenName: "Luis", FamilyName: "Calderon", Credential: "DC", Organisation: "Calderon Chiropractic"},
		{GivenName: "Ruth", FamilyName: "Feldman", Credential: "MD", Organisation: "Feldman Rheumatology"},
		{GivenName: "Peter", FamilyName: "Novak", Credential: "NP", Organisation: "Lakeview Clinic"},
		{GivenName: "Hana", FamilyName: "Sato", Credential: "MD", Organisation: "Midtown Neurology"},
		{GivenName: "Grace", FamilyName: "Whitfield", Credential: "PA-C", Organisation: "Harbor Orthopedics"},
		{GivenName: "Omar", FamilyName: "Haddad", Credential: "DPT", Organisation: "Stride Physical Therapy"},
		{GivenName: "Ellen", FamilyName: "Marsh", Credential: "MD", Organisation: "Marsh Family Practice"},
		{GivenName: "Kofi", FamilyName: "Mensah", Credential: "MD", Organisation: "Lakeshore Sports Medicine"},
		{GivenName: "Irina", FamilyName: "Volkova", Credential: "MD", Organisation: "Northside Neurology"},
		{GivenName: "Tom", FamilyName: "Brannigan", Credential: "DC", Organisation: "Brannigan Spine Care"},
		{GivenName: "Sunita", FamilyName: "Rao", Credential: "MD", Organisation: "Prairie Women's Health"},
		{GivenName: "Marta", FamilyName: "Nowak", Credential: "NP", Organisation: "Veterans Clinic West"},
		{GivenName: "Julian", FamilyName: "Reed", Credential: "DDS", Organisation: "Reed Jaw and Face"},
		{GivenName: "Alice", FamilyName: "Tremblay", Credential: "MD", Organisation: "Harbor Oncology"},
		{GivenName: "Derek", FamilyName: "Yoon", Credential: "DO", Organisation: "Midtown Physical Medicine"},
		{GivenName: "Paula", FamilyName: "Grant", Credential: "PA-C", Organisation: "Occupational Health Partners"},
	} {
		p.NPI = npi(fmt.Sprintf("1700002%02d", i))
		p.Phone, p.Fax = fmt.Sprintf("312-555-%04d", 200+i*10), fmt.Sprintf("312-555-%04d", 209+i*10)
		p.City, p.State = "Chicago", "IL"
		saved, err := b.Referrals.SavePrescriber(b.as(ctx, "ines"), p)
		if err != nil {
			return nil, err
		}
		out = append(out, saved)
		b.pass(time.Minute)
	}
	return out, nil
}
