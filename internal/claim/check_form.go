package claim

import (
	"regexp"
	"strings"

	"soapstone/internal/coverage"
	"soapstone/internal/money"
	"soapstone/internal/practice"
)

var (
	nineDigits = regexp.MustCompile(`^\d{9}$`)
	twoDigits  = regexp.MustCompile(`^\d{2}$`)
	postBox    = regexp.MustCompile(`(?i)^(p\.? ?o\.? ?box|post office box)\b`)
)

// What every claim must hold, whoever pays.
var formChecks = []Check{
	{Key: "fee.found", Title: "Each service has a price", Proof: true, Prevents: []string{"16"}, run: func(j *judge) {
		for _, l := range j.d.Lines {
			if l.Charge <= 0 {
				j.add(Block, l.Control, "", "No fee is listed for "+l.Procedure+" on "+l.Date.Human()+". Enter it.", j.feesFix())
			}
		}
	}},
	{Key: "total.sums", Title: "The total is the sum of the lines", Proof: true, Voids: true, Prevents: []string{"16", "125"}, run: func(j *judge) {
		var sum money.Cents
		for _, l := range j.d.Lines {
			sum += l.Charge
		}
		switch {
		case sum != j.d.Total:
			j.block(j.claimFix("Open the claim", ""), "The lines come to %s and the claim says %s. Check it again.", sum, j.d.Total)
		case j.d.Paid < 0, j.d.Paid > j.d.Total && j.d.Total > 0:
			j.block(j.claimFix("Open the claim", ""), "The patient is said to have paid %s of %s. Correct the payment.", j.d.Paid, j.d.Total)
		}
	}},
	{Key: "claim.number", Title: "The claim has a number", Voids: true, Prevents: []string{"16"}, run: func(j *judge) {
		if n := j.d.Number; n == "" || len(n) > MaxNumber {
			j.block(j.claimFix("Open the claim", ""), "The claim’s number is missing or longer than %d characters.", MaxNumber)
		}
	}},
	{Key: "billing.npi", Title: "Who bills has an NPI", Proof: true, Voids: true, Prevents: []string{"16", "206", "207"}, run: func(j *judge) {
		if practice.CheckNPI(j.d.Billing.NPI) != nil {
			j.block(j.practiceFix(), "The practice has no valid NPI, and neither has the therapist. Enter it.")
		}
	}},
	{Key: "billing.tax", Title: "Who bills has a tax number", Proof: true, Voids: true, Prevents: []string{"16"}, run: func(j *judge) {
		if !nineDigits.MatchString(j.d.Billing.TaxID) {
			j.block(j.practiceFix(), "The practice has no tax number of nine digits. Enter it.")
		}
	}},
	{Key: "billing.address", Title: "Who bills has a name and a street address", Proof: true, Voids: true, Prevents: []string{"16"}, run: func(j *judge) {
		b := j.d.Billing
		switch {
		case b.Name == "":
			j.block(j.practiceFix(), "The practice has no name for bills. Enter it.")
		case !b.Address.complete():
			j.block(j.practiceFix(), "The practice’s billing address is not complete. Enter street, city, state and ZIP code.")
		case postBox.MatchString(b.Address.Line1):
			j.block(j.practiceFix(), "A post office box cannot be the billing address. Enter the street; the box goes into the address for payments.")
		}
	}},
	{Key: "billing.zip", Title: "ZIP codes have nine digits", Voids: true, Prevents: []string{"16"}, run: func(j *judge) {
		if z := j.d.Billing.Address.ZIP; len(z) == 5 {
			j.block(j.practiceFix(), "The billing address has a ZIP code of five digits. Claims need all nine (ZIP+4).")
		}
		if f := j.d.Facility; f != nil && len(f.Address.ZIP) == 5 {
			j.block(j.placeFix(), "The address of %s has a ZIP code of five digits. Claims need all nine (ZIP+4).", j.f.Place.Name)
		}
	}},
	{Key: "place", Title: "The place of service is known", Proof: true, Prevents: []string{"5", "58"}, run: placeOfService},
	{Key: "facility.address", Title: "The place of the visit has an address", Prevents: []string{"16", "58"}, run: func(j *judge) {
		if f := j.d.Facility; f != nil && !f.Address.complete() {
			j.block(j.placeFix(), "The address of %s is not complete. Enter street, city, state and ZIP code.", j.f.Place.Name)
		}
	}},
	{Key: "patient.details", Title: "The patient’s name, birth date and address are there", Prevents: []string{"16", "31", "140"}, run: patientDetails},
	{Key: "payer.address", Title: "The payer can be reached", Prevents: []string{"109"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if j.d.Payer.Code == "" {
			j.warn(j.payerFix(), "%s has no electronic payer ID: the claim can go on paper only.", c.Payer.Name)
		}
		if j.d.Payer.Filing == "" {
			j.warn(j.payerFix(), "%s has no filing code. Choose one.", c.Payer.Name)
		}
	})},
	{Key: "characters", Title: "Names are written in plain letters", Prevents: []string{"16"}, run: characters},
}

func placeOfService(j *judge) {
	code := j.f.Place.PlaceOfService
	switch {
	case !twoDigits.MatchString(code):
		j.block(j.placeFix(), "%s has no place of service code. Choose it.", j.f.Place.Name)
	case j.f.PlaceCode.Code == "":
		j.block(j.placeFix(), "%s has the place of service code %s, which is not in the list. Choose another.", j.f.Place.Name, code)
	case !j.f.PlaceCode.HandsOn:
		j.block(j.placeFix(), "Nobody can be touched at a place of service %s (%s). Choose the real place.", code, j.f.PlaceCode.Label)
	case j.f.PlaceCode.PatientAddress && j.d.Facility == nil:
		j.warn(j.placeFix(), "For care at %s some payers want that address as the place. Enter it as a location of its own.", strings.ToLower(j.f.PlaceCode.Label))
	}
	for _, l := range j.d.Lines {
		if l.Date != j.f.Visit.Date {
			j.add(Block, l.Control, "", l.Procedure+" is dated "+l.Date.Human()+", another day than the visit.", j.claimFix("Open the claim", ""))
		}
	}
}

func patientDetails(j *judge) {
	p := j.d.Patient
	switch {
	case p.LastName == "":
		j.block(j.detailsFix(), "The patient’s last name is missing.")
	case p.BirthDate.IsZero():
		j.block(j.detailsFix(), "The patient’s birth date is missing.")
	case !p.Address.complete():
		j.block(j.detailsFix(), "The patient’s address is not complete. Enter street, city, state and ZIP code.")
	}
	if p.FirstName == "" && p.LastName != "" {
		j.warn(j.detailsFix(), "The patient has no first name. Be sure that the insurance card has none.")
	}
}

// characters tells where a name had to be rewritten in plain letters, and
// blocks where it cannot be.
func characters(j *judge) {
	look := func(fix Fix, what string, values ...string) {
		for _, v := range values {
			switch out, ok := plain(v); {
			case !ok:
				j.block(fix, "%s, “%s”, cannot be written in the letters of claims. Enter it as it stands on the insurance card.", what, v)
			case out != strings.Join(strings.Fields(v), " "):
				j.warn(fix, "%s, “%s”, is sent as “%s”. Be sure that the insurance card agrees.", what, v, out)
			}
		}
	}
	p := j.f.Patient
	look(j.detailsFix(), "The patient’s name", p.FirstName, p.MiddleName, p.LastName)
	look(j.detailsFix(), "The patient’s address", p.AddressLine, p.AddressLine2, p.City)
	if c := j.f.Coverage; c != nil {
		look(j.coverageFix(), "What the insurance card says", c.MemberID, c.Group, c.Plan, c.Employer, c.CaseNumber)
		if c.Relation != coverage.Self {
			s := c.Subscriber
			look(j.coverageFix(), "The subscriber’s name", s.FirstName, s.MiddleName, s.LastName)
			look(j.coverageFix(), "The subscriber’s address", s.Address.Line1, s.Address.Line2, s.Address.City)
		}
		look(j.payerFix(), "The payer’s name", c.Payer.Name)
	}
	look(j.staffFix(), "The therapist’s name", j.f.Therapist.Name)
	look(j.practiceFix(), "The practice’s name", j.f.Practice.Name, j.f.Practice.Billing.LegalName)
	if r := j.f.Prescription; r != nil {
		look(j.prescriptionFix(), "The prescriber’s name", r.Prescriber.GivenName, r.Prescriber.FamilyName)
	}
	look(j.claimFix("Change the remark", "#choices"), "The remark", j.f.Choices.Remark)
	if len(text(j.f.Choices.Remark)) > maxRemark {
		j.block(j.claimFix("Change the remark", "#choices"), "The remark is longer than %d characters.", maxRemark)
	}
}

// maxRemark is what NTE holds.
const maxRemark = 80
