package demo

import (
	"context"
	"fmt"
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/practice"
)

// payee is who pays for a course.
type payee byte

const (
	commercial payee = 'C' // a plan with rules of its own
	senior     payee = 'M' // a plan that counts as Medicare does
	auto       payee = 'A'
	work       payee = 'W' // workers' compensation
	veterans   payee = 'V'
	self       payee = 'S' // the patient
)

// proportions are who pays for 24 patients in a row: 11 with a plan, 4 after an
// auto accident, 2 after an injury at work, 2 veterans, 5 who pay themselves.
const proportions = "CMACSVCWSCAMCSACMWVSCAMS"

func payeeOf(n int) payee { return payee(proportions[n%len(proportions)]) }

// insurers are invented, and so are their numbers. The auto insurer takes paper.
func insurers() map[payee]coverage.Payer {
	four := int64(4)
	eight := int64(8)
	at := func(line, city, zip string) practice.Address {
		return practice.Address{Line1: line, City: city, State: "IL", PostalCode: zip}
	}
	return map[payee]coverage.Payer{
		commercial: {Name: "Quillfeather Health Plan", Profile: "commercial", Code: "DEMO1", Phone: "217-555-0101", Address: at("PO Box 7001", "Springfield", "62701"),
			Overrides: coverage.Overrides{TherapistPayable: coverage.Yes, VisitUnitCap: &four, Source: "Call to provider services, reference Q-4471"}},
		senior: {Name: "Marrowbay Senior Plan", Profile: "medicare-following", Code: "DEMO2", Filing: "CI", Phone: "217-555-0102", Address: at("PO Box 7002", "Springfield", "62701"),
			Overrides: coverage.Overrides{TherapistPayable: coverage.Yes, Authorisation: coverage.AfterVisits, AuthorisationAfter: &eight, Source: "Provider manual, chapter on therapy"}},
		auto: {Name: "Tanglewick Auto Insurance", Profile: "auto", Phone: "217-555-0103", Address: at("PO Box 7003", "Peoria", "61601"),
			Overrides: coverage.Overrides{TherapistPayable: coverage.Yes, Source: "Letter of the claims department"}},
		work: {Name: "Oxbarrow Work Injury Fund", Profile: "workers-compensation", Code: "DEMO4", Phone: "217-555-0104", Address: at("PO Box 7004", "Peoria", "61601"),
			Overrides: coverage.Overrides{TherapistPayable: coverage.Yes, PrescriptionRequired: coverage.Yes, Source: "Letter of the claims department"}},
		veterans: {Name: "Veterans Care, Demonstration Region", Profile: "va-community-care", Code: "DEMO5", Phone: "217-555-0105", Address: at("PO Box 7005", "Springfield", "62701")},
	}
}

// payees in a fixed order.
var payees = []payee{commercial, senior, auto, work, veterans}

// billing lets the practice send claims: its numbers, whom it bills, what it
// charges, and its clearinghouse.
func (b *builder) billing(ctx context.Context) error {
	owner, from := b.as(ctx, "maya"), b.today.AddDays(-age)
	// No tax number begins with 00: this one is nobody's.
	err := b.Practices.UpdateBilling(owner, 1, npi("150001000"), practice.Billing{LegalName: "Lakeside Medical Massage LLC", TaxID: "00-1234567", TaxIDKind: practice.EIN,
		AcceptAssignment: true, Address: practice.Address{Line1: "118 Harbor Street", City: "Chicago", State: "IL", PostalCode: "60601-1182"},
		PayTo: practice.Address{Line1: "PO Box 118", City: "Chicago", State: "IL", PostalCode: "60601-0118"}})
	if err != nil {
		return fmt.Errorf("billing identity: %w", err)
	}
	all := insurers()
	b.payers = map[payee]id.Payer{}
	for _, k := range payees {
		p := all[k]
		p.ContractFrom = from
		if p.Overrides.Any() {
			p.Overrides.CheckedOn = from
		}
		if b.payers[k], err = b.Coverages.SavePayer(owner, p); err != nil {
			return fmt.Errorf("payer %s: %w", p.Name, err)
		}
		for i, who := range []string{"maya", "jon"} {
			_, err := b.Coverages.SaveEnrolment(owner, coverage.Enrolment{Payer: b.payers[k], User: b.staff[who].id, FromOn: from, Number: fmt.Sprintf("P%c%04d", k, 1001+i)})
			if err != nil {
				return fmt.Errorf("enrollment with %s: %w", p.Name, err)
			}
		}
	}
	if err := b.fees(owner, from); err != nil {
		return fmt.Errorf("fees: %w", err)
	}
	return b.Claims.SaveSettings(owner, claim.Settings{SubmitterName: "LAKESIDE MEDICAL MASSAGE", SubmitterID: "LAKESIDE01", Contact: "WALT PRUITT", Phone: "312-555-0142",
		Email: "walt@lakeside.example", ReceiverName: "DEMONSTRATION CLEARINGHOUSE", ReceiverID: "DEMOCH01", Usage: "P"})
}

var cashPrices = []fee.CashPrice{{Minutes: 30, Price: 65_00, Label: "Half an hour"}, {Minutes: 45, Price: 85_00, Label: "45 minutes"},
	{Minutes: 60, Price: 110_00, Label: "One hour"}, {Minutes: 90, Price: 155_00, Label: "An hour and a half"}}

func (b *builder) fees(owner context.Context, from civil.Date) error {
	lines := func(manual, massage, pack money.Cents) []fee.Line {
		return []fee.Line{{Code: "97140", Price: manual}, {Code: "97124", Price: massage}, {Code: "97010", Price: pack}}
	}
	for _, f := range []fee.Schedule{
		{Name: "Charges", Kind: fee.Standard, Lines: lines(52_00, 46_00, 18_00)},
		{Name: "Agreed with the health plan", Kind: fee.ForPayer, Payer: b.payers[commercial], Lines: lines(44_00, 39_50, 12_00)},
		{Name: "Veterans, allowed amounts", Kind: fee.ForPayer, Payer: b.payers[veterans], Lines: lines(31_75, 34_20, 6_40)},
		{Name: "Cash prices", Kind: fee.Cash, Cash: slices.Clone(cashPrices)},
	} {
		f.FromOn = from
		if _, err := b.Fees.Save(owner, f); err != nil {
			return err
		}
	}
	return nil
}
