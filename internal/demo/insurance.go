package demo

import (
	"context"
	"fmt"
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/money"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// injured are the conditions that follow accidents, and injury what patients
// tell of them.
var injured = map[payee][]string{
	auto: {"whiplash", "neck pain", "whiplash", "tension headache", "shoulder pain"},
	work: {"low back pain", "shoulder pain", "rotator cuff", "repetitive strain", "muscle strain", "carpal tunnel"},
}

var injury = map[payee]map[string]string{
	auto: {
		"neck pain":        "Neck pain since a collision at a crossing; worse when driving.",
		"tension headache": "Headaches since a rear-end collision, starting in the neck.",
		"shoulder pain":    "Shoulder pain since the belt caught me in a collision.",
	},
	work: {
		"low back pain": "Low back pain since lifting a pallet at work; stiff in the morning.",
		"shoulder pain": "Shoulder pain since a slip from a loading ramp at work.",
		"rotator cuff":  "Shoulder pain since catching a falling box at work; physical therapy alongside.",
		"muscle strain": "Strained the low back shifting a pallet at work; it catches when bending.",
	},
}

// care gives a course the condition and the words that go with who pays. What
// the field sees most comes most often, and everything it names comes.
func (b *builder) care(s *course) {
	named := func(name string) condition {
		return conditions[slices.IndexFunc(conditions, func(c condition) bool { return c.name == name })]
	}
	if list := injured[s.pays]; len(list) > 0 {
		s.c = named(list[s.n/2%len(list)])
		s.c.renewed = false
	} else if s.n%4 == 1 || s.selfPay() {
		s.c = named([]string{"neck pain", "low back pain", "tension headache", "shoulder pain", "myofascial pain"}[s.n/2%5])
	} else {
		s.c = b.inTurn(s)
	}
	s.reason = s.c.reason
	if told := injury[s.pays][s.c.name]; told != "" {
		s.reason = told
	}
}

// inTurn is the next condition of the list that somebody may have, those passed
// over before first.
func (b *builder) inTurn(s *course) condition {
	fits := func(c condition) bool { return c.fits(s.pays, female[s.first]) && c.name != "whiplash" }
	if k := slices.IndexFunc(b.waiting, fits); k >= 0 {
		c := b.waiting[k]
		b.waiting = slices.Delete(b.waiting, k, k+1)
		return c
	}
	for {
		c := conditions[b.cared%len(conditions)]
		b.cared++
		if fits(c) {
			return c
		}
		if c.name != "whiplash" { // that is for accidents
			b.waiting = append(b.waiting, c)
		}
	}
}

// selfPay says that no prescription is behind the course. Every third of those
// who pay themselves brings one all the same, for a superbill.
func (s *course) selfPay() bool { return s.pays == self && s.n%3 != 2 }

// accident is what the care follows, if anything.
func (s *course) accident() referral.Accident {
	root := s
	for root.after != nil {
		root = root.after
	}
	on := root.visits[0].AddDays(-30 - s.n%40)
	switch s.pays {
	case auto:
		return referral.Accident{Kind: referral.AutoAccident, On: on, State: "IL"}
	case work:
		return referral.Accident{Kind: referral.WorkAccident, On: on}
	}
	return referral.Accident{}
}

// payerWords is who pays, as the desk notes it with a prescription.
func (s *course) payerWords() string {
	return map[payee]string{commercial: "Commercial", senior: "Medicare Advantage", auto: "Auto", work: "Workers' compensation",
		veterans: "VA community care", self: "Self-pay"}[s.pays]
}

// authorise enters what the payer allows: for every veteran but the one whose
// number nobody has asked for, for the plan that wants to be asked after some
// visits, and for some injuries at work.
func (b *builder) authorise(ctx context.Context, s *course) error {
	number := ""
	switch {
	case s.flaw == noAuthorisation:
	case s.pays == veterans:
		number = fmt.Sprintf("VA%010d", 26_004_000+s.n*113+s.nth*29)
	case s.pays == senior:
		number = fmt.Sprintf("MB-%06d", 410_000+s.n*71+s.nth*17)
	case s.pays == work && s.n%2 == 1:
		number = fmt.Sprintf("OX%06d", 780_000+s.n*29+s.nth*7)
	}
	if number == "" {
		return nil
	}
	visits := int64(len(s.visits) + 4)
	_, err := b.Referrals.AddAuthorisation(b.as(ctx, "ines"), s.pid, s.rid, referral.AuthorisationInput{PayerName: insurers()[s.pays].Name, Number: number,
		Visits: &visits, FromOn: s.visits[0].AddDays(-6), ToOn: s.visits[len(s.visits)-1].AddDays(45)})
	return err
}

// insure enters the insurance as the card says it.
func (b *builder) insure(ctx context.Context, s *course) error {
	if s.pays == self {
		return nil
	}
	if s.after != nil { // the card is in the file
		b.cards[s] = b.cards[s.after]
		return nil
	}
	in := coverage.Input{Payer: b.payers[s.pays], Priority: 1, Relation: coverage.Self, FromOn: civil.Of(s.visits[0].Year-1, 1, 1),
		Share: coverage.Nothing, ReleaseSigned: true, BenefitsAssigned: true, MemberID: fmt.Sprintf("Q%08d", 20_310_000+s.n*907)}
	switch s.pays {
	case commercial:
		in.Group, in.Plan = fmt.Sprintf("G%04d", 1200+s.n%5), "Quillfeather Open"
		in.Share, in.Copay = coverage.Copay, []money.Cents{25_00, 30_00, 40_00}[s.n%3]
		switch s.n % 12 {
		case 3: // the plan is the spouse's
			in.Relation = coverage.Spouse
			in.Subscriber = coverage.Subscriber{LastName: s.last, FirstName: "Sam", BirthDate: s.born.AddDays(600), Sex: "unknown",
				Address: practice.Address{Line1: s.street(), City: "Chicago", State: "IL", PostalCode: "60614"}}
		case 6:
			in.Share, in.Copay, in.CoinsurancePercent, in.DeductibleNote = coverage.Percent, 0, 20, "$500 a year, met by what was paid in spring"
		case 9:
			in.Share, in.Copay = coverage.Unknown, 0 // nobody has asked yet
		}
	case senior:
		in.MemberID, in.Share, in.CoinsurancePercent = fmt.Sprintf("MB%07dA", 5_120_000+s.n*311), coverage.Percent, 20
	case auto:
		in.MemberID, in.CaseNumber = fmt.Sprintf("TW%06d", 330_000+s.n*53), fmt.Sprintf("TW-%02d-%05d", s.visits[0].Year%100, 20_000+s.n*37)
		in.Adjuster = coverage.Adjuster{Name: "Lou Perkins", Phone: "217-555-0133"}
		in.Referral, in.FromOn = s.rid, s.accident().On
		if s.flaw == noMember {
			in.MemberID, in.CaseNumber = "", ""
		}
	case work:
		in.MemberID, in.CaseNumber = "", fmt.Sprintf("OX-%02d-%05d", s.visits[0].Year%100, 60_000+s.n*41)
		in.Relation, in.Employer = coverage.Employee, []string{"Halsted Parcel Service", "Northshore Cold Storage", "Prairie Hotel Group"}[s.n%3]
		in.Adjuster = coverage.Adjuster{Name: "Kim Adler", Phone: "217-555-0144"}
		in.Referral, in.FromOn = s.rid, s.accident().On
	case veterans:
		in.MemberID = fmt.Sprintf("%010d", 1_010_200_000+s.n*7919)
	}
	b.cards[s] = in
	_, err := b.Coverages.Add(b.as(ctx, "ines"), s.pid, in)
	return err
}
