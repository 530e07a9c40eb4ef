package practice

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/practice/q"
)

// Billing is who a practice is to payers, apart from its NPI.
type Billing struct {
	LegalName        string  // as the tax office writes it; "" is the practice's name
	TaxID            string  // nine digits; "" when not entered yet
	TaxIDKind        string  // EI, of an employer, or SY, of a person
	Taxonomy         string  // provider type
	AcceptAssignment bool    // payers pay the practice, at their price
	Address          Address // a street; zero: that of the location of the visit
	PayTo            Address // where money goes, when it is another
}

// The kinds of tax numbers, as claims carry them.
const (
	EIN = "EI"
	SSN = "SY"
)

// MassageTherapist is the provider type of a massage therapist (NUCC Health
// Care Provider Taxonomy).
const MassageTherapist = "225700000X"

const wrongTaxonomy = "Enter the ten characters of the provider type, such as " + MassageTherapist + "."

var taxonomyForm = regexp.MustCompile(`^[0-9]{3}[0-9A-Z]{6}X$`)

// Place is a kind of place where care is given.
type Place struct{ Code, Label string }

// Office is the place of service code of a practice's own rooms.
const Office = "11"

// places are those of the CMS list in which massage is given; the codes are
// theirs, the words ours.
var places = []Place{
	{Office, "Office or practice"}, {"12", "Patient’s home"}, {"15", "Mobile unit"}, {"18", "Workplace"},
	{"19", "Hospital, outpatient, off campus"}, {"22", "Hospital, outpatient, on campus"}, {"31", "Skilled nursing facility"},
	{"32", "Nursing facility"}, {"49", "Independent clinic"}, {"62", "Outpatient rehabilitation facility"}, {"99", "Another place"},
}

// Places are the kinds of places in the order shown.
func Places() []Place { return slices.Clone(places) }

func isPlace(code string) bool {
	return slices.ContainsFunc(places, func(p Place) bool { return p.Code == code })
}

func billingOf(r q.Practice) Billing {
	return Billing{
		LegalName: r.LegalName, TaxID: r.TaxID, TaxIDKind: r.TaxIDKind, Taxonomy: r.Taxonomy, AcceptAssignment: r.AcceptAssignment,
		Address: Address{r.BillingLine, r.BillingLine2, r.BillingCity, r.BillingState, r.BillingPostalCode},
		PayTo:   Address{r.PayToLine, r.PayToLine2, r.PayToCity, r.PayToState, r.PayToPostalCode},
	}
}

// taxSeparators are what people write into a tax number: 12-3456789, 123-45-6789.
var taxSeparators = strings.NewReplacer("-", "", " ", "")

// normalize brings the identity to one spelling and says what is wrong with it.
func (b *Billing) normalize(npi *string) error {
	clean(npi, &b.LegalName, &b.TaxIDKind, &b.Taxonomy)
	b.TaxID = taxSeparators.Replace(strings.TrimSpace(b.TaxID))
	b.TaxIDKind = cmp.Or(b.TaxIDKind, EIN)
	b.Taxonomy = strings.ToUpper(cmp.Or(b.Taxonomy, MassageTherapist))
	b.Address.Clean()
	b.PayTo.Clean()
	var c complaints
	c.npi(*npi, "npi")
	c.text(b.LegalName, 60, "legal_name") // what NM103 of a claim holds
	c.check(b.TaxID == "" || plausibleTaxID(b.TaxID), "tax_id", "Enter the nine digits of the tax number, such as 12-3456789.")
	c.check(b.TaxIDKind == EIN || b.TaxIDKind == SSN, "tax_id_kind", "Choose whose number it is.")
	c.check(taxonomyForm.MatchString(b.Taxonomy), "taxonomy", wrongTaxonomy)
	c = append(c, b.Address.Complaints("billing_")...)
	c.check(!b.Address.IsPostBox(), "billing_line1", "Enter a street. A post office box goes into the address for payments.")
	c = append(c, b.PayTo.Complaints("pay_to_")...)
	return c.err()
}

// plausibleTaxID takes nine digits that are not all the same.
func plausibleTaxID(s string) bool {
	return nineDigits.MatchString(s) && strings.Trim(s, s[:1]) != ""
}

// UpdateBilling changes who the actor's practice is to payers. It needs
// PracticeManage and returns Stale when version is not the practice's present
// one. The tax number itself is not recorded in the audit log.
func (s *Service) UpdateBilling(ctx context.Context, version int64, npi string, b Billing) error {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return err
	}
	if err := b.normalize(&npi); err != nil {
		return err
	}
	return s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).UpdateBilling(ctx, q.UpdateBillingParams{
			Npi: npi, LegalName: b.LegalName, TaxID: b.TaxID, TaxIDKind: b.TaxIDKind, Taxonomy: b.Taxonomy, AcceptAssignment: b.AcceptAssignment,
			BillingLine: b.Address.Line1, BillingLine2: b.Address.Line2, BillingCity: b.Address.City, BillingState: b.Address.State,
			BillingPostalCode: b.Address.PostalCode, PayToLine: b.PayTo.Line1, PayToLine2: b.PayTo.Line2, PayToCity: b.PayTo.City,
			PayToState: b.PayTo.State, PayToPostalCode: b.PayTo.PostalCode, PracticeID: a.Practice, Version: version,
		})
		if err := db.OneRow(n, err); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "practice.billing", Kind: "practice", Subject: a.Practice.String()})
	})
}
