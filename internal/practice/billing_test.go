package practice_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/practice"
)

func TestBillingIdentity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		p, err := s.Practice(e.Actor())
		want := practice.Billing{TaxIDKind: practice.EIN, Taxonomy: practice.MassageTherapist, AcceptAssignment: true}
		if diff := cmp.Diff(want, p.Billing); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		in := practice.Billing{
			LegalName: " Lakeside Bodywork LLC ", TaxID: "12-3456789", Taxonomy: "225700000x",
			Address: practice.Address{Line1: "118 Harbor Street", Line2: "Suite 4", City: "Chicago", State: "il", PostalCode: "606011234"},
			PayTo:   practice.Address{Line1: "PO Box 12", City: "Chicago", State: "IL", PostalCode: "60611"},
		}
		wantKind(t, s.UpdateBilling(e.Actor(authz.Biller), p.Version, "", in), errs.Denied)
		if err := s.UpdateBilling(e.Actor(authz.Owner), p.Version, "1234567893", in); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.UpdateBilling(e.Actor(), p.Version, "", in), errs.Stale)
		want = in
		want.LegalName, want.TaxID, want.TaxIDKind, want.Taxonomy = "Lakeside Bodywork LLC", "123456789", practice.EIN, practice.MassageTherapist
		want.Address.State, want.Address.PostalCode = "IL", "60601-1234"
		got, err := s.Practice(e.Actor())
		if diff := cmp.Diff(want, got.Billing); err != nil || diff != "" || got.NPI != "1234567893" {
			t.Errorf("%v %s %s", err, got.NPI, diff)
		}
		if zip := got.Billing.Address.ZIP(); zip != "606011234" {
			t.Errorf("ZIP in digits is %q", zip)
		}
		// Saving the other settings keeps the identity.
		if err := s.UpdatePractice(e.Actor(), got); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Practice(e.Actor()); err != nil || again.Billing != want {
			t.Errorf("%+v %v", again.Billing, err)
		}
		if other, err := s.Practice(e.Other().Actor()); err != nil || other.Billing.TaxID != "" {
			t.Errorf("another practice has %+v %v", other.Billing, err)
		}
	})
}

func TestBillingIdentityRefuses(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s := service(e)
	street := practice.Address{Line1: "1 A St", City: "Chicago", State: "IL", PostalCode: "60601"}
	for name, c := range map[string]struct {
		npi  string
		b    practice.Billing
		want string
	}{
		"a tax number too short":      {"", practice.Billing{TaxID: "12-345678"}, "tax_id"},
		"nine times the same digit":   {"", practice.Billing{TaxID: "000000000"}, "tax_id"},
		"letters in a tax number":     {"", practice.Billing{TaxID: "12345678A"}, "tax_id"},
		"nobody's number":             {"", practice.Billing{TaxIDKind: "XX"}, "tax_id_kind"},
		"no NPI":                      {"1234567890", practice.Billing{}, "npi"},
		"no provider type":            {"", practice.Billing{Taxonomy: "masseur"}, "taxonomy"},
		"half an address":             {"", practice.Billing{Address: practice.Address{City: "Chicago"}}, "billing_line1 billing_state billing_zip"},
		"a ZIP of six digits":         {"", practice.Billing{PayTo: practice.Address{Line1: "1 A St", City: "Chicago", State: "IL", PostalCode: "606011"}}, "pay_to_zip"},
		"a box as billing address":    {"", practice.Billing{Address: practice.Address{Line1: "P.O. Box 7", City: "Chicago", State: "IL", PostalCode: "60601"}}, "billing_line1"},
		"a street too long for claim": {"", practice.Billing{Address: practice.Address{Line1: "1234567890 1234567890 1234567890 1234567890 1234567890 12", City: street.City, State: street.State, PostalCode: street.PostalCode}}, "billing_line1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fields(s.UpdateBilling(e.Actor(), 1, c.npi, c.b)); got != c.want {
				t.Errorf("complaints about %q, want %q", got, c.want)
			}
		})
	}
}

func TestPlacesAndTypes(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s := service(e)
	l, err := s.Location(e.Actor(), e.Location)
	if err != nil || l.PlaceOfService != practice.Office {
		t.Fatalf("%+v %v", l, err)
	}
	l.PlaceOfService, l.NPI = "12", "1234567893"
	if err := s.UpdateLocation(e.Actor(), l); err != nil {
		t.Fatal(err)
	}
	l.Version, l.PlaceOfService, l.NPI = 2, "77", "1"
	if f := fields(s.UpdateLocation(e.Actor(), l)); f != "place npi" {
		t.Errorf("complaints about %q", f)
	}
	m, err := s.Member(e.Actor(), e.User)
	if err != nil || m.Taxonomy != practice.MassageTherapist {
		t.Fatalf("%+v %v", m, err)
	}
	m.Taxonomy = "12"
	if f := fields(s.UpdateMember(e.Actor(), m)); f != "taxonomy" {
		t.Errorf("complaints about %q", f)
	}
	err = e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.PracticeTx(ctx, tx)
		if err != nil || p.ID != e.Practice {
			t.Errorf("%+v %v", p, err)
		}
		place, err := s.LocationTx(ctx, tx, e.Location)
		if err != nil || place.PlaceOfService != "12" || place.NPI != "1234567893" {
			t.Errorf("%+v %v", place, err)
		}
		who, err := s.MemberTx(ctx, tx, e.User)
		if err != nil || who.ID != e.User {
			t.Errorf("%+v %v", who, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
