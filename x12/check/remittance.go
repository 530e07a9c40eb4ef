package check

import "soapstone/x12"

// remittance are the rules of the 835: every line, every claim and the payment
// itself must balance to the cent. What cannot be read never balances.
type remittance struct {
	bpr      x12.Segment
	payment  int64
	paid     int64 // sum of CLP04
	provider int64 // sum of PLB adjustments
	broken   bool  // an amount could not be read

	claim *paidClaim
}

// paidClaim is one CLP with its lines.
type paidClaim struct {
	seg           x12.Segment
	charge, paid  int64
	patient       int64 // CLP05
	adjusted      int64 // all CAS
	patientShare  int64 // CAS*PR
	lines         int
	lineCharges   int64
	line          x12.Segment
	lineCharge    int64
	linePaid      int64
	lineAdjusted  int64
	broken        bool
	patientStated bool
}

func (r *remittance) segment(c *checker, s x12.Segment) {
	switch s.ID {
	case "BPR":
		r.bpr = s
		r.payment = r.amount(c, s, 2)
		if s.Element(3) == "D" {
			r.payment = -r.payment
		}
	case "N1":
		if s.Element(3) == "XX" {
			c.npi(s, 4)
		}
	case "NM1":
		if s.Element(8) == "XX" {
			c.npi(s, 9)
		}
	case "LX", "PLB":
		r.closeClaim(c)
		if s.ID == "PLB" {
			c.claim = ""
			for n := 4; n <= 14; n += 2 {
				r.provider += r.amount(c, s, n)
			}
		}
	case "CLP":
		r.closeClaim(c)
		k := &paidClaim{seg: s, patientStated: s.Element(5) != ""}
		r.claim = k
		k.charge, k.paid, k.patient = r.amount(c, s, 3), r.amount(c, s, 4), r.amount(c, s, 5)
		r.paid += k.paid
	case "SVC":
		r.openLine(c, s)
	case "CAS":
		r.adjustment(c, s)
	}
}

// amount reads an optional amount; one that cannot be read breaks the balance.
func (r *remittance) amount(c *checker, s x12.Segment, n int) int64 {
	v := s.Element(n)
	if v == "" {
		return 0
	}
	cents, err := x12.ParseCents(v)
	if err != nil {
		r.broken = true
		if r.claim != nil {
			r.claim.broken = true
		}
		c.report(Error, "era-amount", s, place{n: n}, "The amount cannot be read as dollars and cents. Do not post this remittance; ask the payer.")
	}
	return cents
}

func (r *remittance) openLine(c *checker, s x12.Segment) {
	r.closeLine(c)
	k := r.claim
	if k == nil {
		return
	}
	k.lines++
	k.line, k.lineAdjusted = s, 0
	k.lineCharge, k.linePaid = r.amount(c, s, 2), r.amount(c, s, 3)
	k.lineCharges += k.lineCharge
}

func (r *remittance) adjustment(c *checker, s x12.Segment) {
	var sum int64
	for n := 3; n <= 18; n += 3 {
		sum += r.amount(c, s, n)
	}
	k := r.claim
	if k == nil {
		return
	}
	k.adjusted += sum
	if k.line.ID != "" {
		k.lineAdjusted += sum
	}
	if s.Element(1) == "PR" {
		k.patientShare += sum
	}
}

func (r *remittance) closeLine(c *checker) {
	k := r.claim
	if k == nil || k.line.ID == "" {
		return
	}
	s := k.line
	k.line = x12.Segment{}
	if want := k.lineCharge - k.lineAdjusted; !k.broken && want != k.linePaid {
		r.at(c, "2110", func() {
			c.report(Error, "era-line-balance", s, place{n: 3}, "The line's charge less its adjustments is %s, but SVC03 says otherwise. Do not post it; ask the payer.", x12.FormatCents(want))
		})
	}
}

// at reports about the present claim, from wherever its end was noticed.
func (r *remittance) at(c *checker, loop string, f func()) {
	was, id := c.loop, c.claim
	c.loop, c.claim = loop, r.claim.seg.Element(1)
	f()
	c.loop, c.claim = was, id
}

func (r *remittance) closeClaim(c *checker) {
	r.closeLine(c)
	k := r.claim
	if k == nil {
		return
	}
	r.at(c, "2100", func() {
		if want := k.charge - k.adjusted; !k.broken && want != k.paid {
			c.report(Error, "era-claim-balance", k.seg, place{n: 4}, "The claim's charge less all adjustments is %s, but CLP04 says otherwise. Do not post it; ask the payer.", x12.FormatCents(want))
		}
		switch {
		case k.lines == 0:
			c.report(Warning, "era-lines", k.seg, place{}, "The claim has no lines; a professional remittance needs them. Post it by hand.")
		case !k.broken && k.lineCharges != k.charge:
			c.report(Warning, "era-charges", k.seg, place{n: 3}, "The lines' charges add up to %s, not to CLP03.", x12.FormatCents(k.lineCharges))
		}
		if k.patientStated && !k.broken && k.patientShare != k.patient {
			c.report(Warning, "era-patient", k.seg, place{n: 5}, "The adjustments of group PR add up to %s, not to CLP05.", x12.FormatCents(k.patientShare))
		}
	})
	r.claim = nil
}

func (r *remittance) end(c *checker, _ x12.Segment) {
	r.closeClaim(c)
	c.loop = "HEADER"
	if want := r.paid - r.provider; r.bpr.ID != "" && !r.broken && want != r.payment {
		c.report(Error, "era-file-balance", r.bpr, place{n: 2}, "The claims less the provider adjustments are %s, but BPR02 says otherwise. Do not post the remittance; ask the payer.", x12.FormatCents(want))
	}
}
