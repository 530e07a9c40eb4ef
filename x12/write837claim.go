package x12

import "strconv"

// claimDates ties the DTP qualifiers of loop 2300 to their fields, in the order
// of the guide. The writer and the reader share it. Disability is apart, since
// two of its dates may share one segment.
var claimDates = []struct {
	qualifier, field string
	date             func(*ClaimDates) *Date
}{
	{"431", "Onset", func(d *ClaimDates) *Date { return &d.Onset }},
	{"454", "InitialTreatment", func(d *ClaimDates) *Date { return &d.InitialTreatment }},
	{"304", "LastSeen", func(d *ClaimDates) *Date { return &d.LastSeen }},
	{"453", "Acute", func(d *ClaimDates) *Date { return &d.Acute }},
	{"439", "Accident", func(d *ClaimDates) *Date { return &d.Accident }},
	{"484", "LastMenstrual", func(d *ClaimDates) *Date { return &d.LastMenstrual }},
	{"455", "XRay", func(d *ClaimDates) *Date { return &d.XRay }},
	{"471", "Prescription", func(d *ClaimDates) *Date { return &d.Prescription }},
	{"360", "DisabledFrom", func(d *ClaimDates) *Date { return &d.DisabledFrom }},
	{"361", "DisabledTo", func(d *ClaimDates) *Date { return &d.DisabledTo }},
	{"297", "LastWorked", func(d *ClaimDates) *Date { return &d.LastWorked }},
	{"296", "ReturnToWork", func(d *ClaimDates) *Date { return &d.ReturnToWork }},
	{"435", "Admission", func(d *ClaimDates) *Date { return &d.Admission }},
	{"096", "Discharge", func(d *ClaimDates) *Date { return &d.Discharge }},
	{"090", "CareAssumed", func(d *ClaimDates) *Date { return &d.CareAssumed }},
	{"091", "CareRelinquished", func(d *ClaimDates) *Date { return &d.CareRelinquished }},
	{"444", "FirstContact", func(d *ClaimDates) *Date { return &d.FirstContact }},
	{"050", "Repriced", func(d *ClaimDates) *Date { return &d.Repriced }},
}

// lineDates are the same for loop 2400, after the date of service.
var lineDates = []struct {
	qualifier, field string
	date             func(*Line) *Date
}{
	{"463", "TherapyBegan", func(l *Line) *Date { return &l.TherapyBegan }},
	{"304", "LastSeen", func(l *Line) *Date { return &l.LastSeen }},
	{"454", "InitialTreatment", func(l *Line) *Date { return &l.InitialTreatment }},
}

// claimReferences are the REF segments of loop 2300, in the order of the guide.
var claimReferences = []struct {
	qualifier, field string
	value            func(*Claim) *string
}{
	{"4N", "ServiceException", func(c *Claim) *string { return &c.ServiceException }},
	{"9F", "Referral", func(c *Claim) *string { return &c.Referral }},
	{"G1", "Authorization", func(c *Claim) *string { return &c.Authorization }},
	{"F8", "PayerClaim", func(c *Claim) *string { return &c.PayerClaim }},
	{"D9", "ClearinghouseID", func(c *Claim) *string { return &c.ClearinghouseID }},
	{"EA", "MedicalRecord", func(c *Claim) *string { return &c.MedicalRecord }},
	{"P4", "Demonstration", func(c *Claim) *string { return &c.Demonstration }},
}

// lineReferences are the REF segments of loop 2400.
var lineReferences = []struct {
	qualifier, field string
	value            func(*Line) *string
}{
	{"G1", "Authorization", func(l *Line) *string { return &l.Authorization }},
	{"6R", "Control", func(l *Line) *string { return &l.Control }},
	{"9F", "Referral", func(l *Line) *string { return &l.Referral }},
}

func (e *encoder) claim(c *Claim) {
	e.clm(c)
	e.in("Dates", func() { e.claimDates(&c.Dates) })
	e.attachments(c.Attachments)
	if c.PatientPaidCents != 0 {
		e.segment("AMT", "F5", e.cents("PatientPaidCents", c.PatientPaidCents))
	}
	for _, r := range claimReferences {
		e.reference(r.field, r.qualifier, *r.value(c))
	}
	e.fixedFormat(c.FixedFormat)
	e.note(c.Note, "ADD", "CER", "DCP", "DGN", "TPO")
	e.diagnoses(c.Diagnoses)
	e.conditions(c.ConditionCodes)
	e.most("Referrers", len(c.Referrers), 2)
	each(e, "Referrers", c.Referrers, func(p *Provider) { e.provider(p, e.code("Role", p.Role, "DN", "P3"), "0B", "1G", "G2") })
	e.one("Rendering", c.Rendering, "82", "0B", "1G", "G2", "LU")
	e.facility(c.Facility, "0B", "G2", "LU")
	e.one("Supervising", c.Supervising, "DQ", "0B", "1G", "G2", "LU")
	if len(c.Lines) == 0 {
		e.fail("Lines", "is required")
	}
	e.most("Lines", len(c.Lines), 50)
	number := 0
	each(e, "Lines", c.Lines, func(l *Line) {
		number++
		e.line(number, len(c.Diagnoses), l)
	})
}

func (e *encoder) clm(c *Claim) {
	var sum int64
	for _, l := range c.Lines {
		sum += l.ChargeCents
	}
	if sum != c.ChargeCents {
		e.fail("ChargeCents", "is not the sum of the lines")
	}
	place := e.composite(e.number("Place", c.Place, 2), "B", e.code("Frequency", c.Frequency, "1", "7", "8"))
	if c.Frequency != "1" && c.PayerClaim == "" {
		e.fail("PayerClaim", "is required: a replacement or void names the payer's claim")
	}
	e.segment("CLM", e.need("ID", c.ID, 1, 20), e.cents("ChargeCents", c.ChargeCents), "", "", place,
		choose(c.Signature, "Y", "N"), e.code("Assignment", c.Assignment, "A", "B", "C"), e.code("Benefits", c.Benefits, "Y", "N", "W"),
		e.code("Release", c.Release, "Y", "I"), choose(c.SignatureByOther, "P", ""), e.causes(c),
		e.text("SpecialProgram", c.SpecialProgram, 2, 3), "", "", "", "", "", "", "", e.text("DelayReason", c.DelayReason, 1, 2))
}

func (e *encoder) causes(c *Claim) string {
	e.most("Causes", len(c.Causes), 2)
	var cause [2]string
	for i, v := range c.Causes {
		v = e.code("Causes", v, "AA", "EM", "OA")
		if i < len(cause) {
			cause[i] = v
		}
		if v == "AA" && c.AccidentState == "" && c.AccidentCountry == "" {
			e.fail("AccidentState", "is required for an auto accident")
		}
	}
	if len(c.Causes) == 0 && c.AccidentState+c.AccidentCountry != "" {
		e.fail("Causes", "is required beside AccidentState or AccidentCountry")
	}
	return e.composite(cause[0], cause[1], "", e.text("AccidentState", c.AccidentState, 2, 2), e.text("AccidentCountry", c.AccidentCountry, 2, 3))
}

func (e *encoder) claimDates(d *ClaimDates) {
	span := !d.DisabledFrom.IsZero() && !d.DisabledTo.IsZero()
	for _, f := range claimDates {
		switch {
		case span && f.qualifier == "360":
			e.segment("DTP", "314", "RD8", e.day("DisabledFrom", d.DisabledFrom)+"-"+e.day("DisabledTo", d.DisabledTo))
		case span && f.qualifier == "361":
		default:
			e.date(f.field, f.qualifier, *f.date(d))
		}
	}
}

func (e *encoder) date(field, qualifier string, d Date) {
	if !d.IsZero() {
		e.segment("DTP", qualifier, "D8", e.day(field, d))
	}
}

func (e *encoder) diagnoses(codes []string) {
	if len(codes) == 0 {
		e.fail("Diagnoses", "is required")
		return
	}
	e.most("Diagnoses", len(codes), 12)
	hi := make([]string, len(codes))
	for i, c := range codes {
		if !ICD10Shape(c) {
			e.fail("Diagnoses["+strconv.Itoa(i)+"]", "is not an ICD-10-CM code without its dot, in upper case")
		}
		hi[i] = e.composite(choose(i == 0, "ABK", "ABF"), c)
	}
	e.segment("HI", hi...)
}

// ICD10Shape reports whether code looks like an ICD-10-CM code as X12 carries
// it: a letter, a digit, a digit or A or B, and up to four more letters or
// digits, without a dot, in upper case. Whether the code exists is another
// question.
func ICD10Shape(code string) bool {
	if len(code) < 3 || len(code) > 7 || code[0] < 'A' || code[0] > 'Z' || code[1] < '0' || code[1] > '9' {
		return false
	}
	for i := 2; i < len(code); i++ {
		c := code[i]
		if !isAlphanumeric(c) || c >= 'a' && c <= 'z' || i == 2 && c > 'B' {
			return false
		}
	}
	return true
}

func (e *encoder) conditions(codes []string) {
	e.most("ConditionCodes", len(codes), 24)
	for len(codes) > 0 {
		n := min(12, len(codes))
		hi := make([]string, n)
		for i, c := range codes[:n] {
			hi[i] = e.composite("BG", e.need("ConditionCodes", c, 1, 30))
		}
		e.segment("HI", hi...)
		codes = codes[n:]
	}
}

func (e *encoder) line(number, diagnoses int, l *Line) {
	e.segment("LX", strconv.Itoa(number))
	e.most("Modifiers", len(l.Modifiers), 4)
	procedure := make([]string, 7)
	procedure[0] = choose(l.CodeSet == "", "HC", e.optional("CodeSet", l.CodeSet, "HC", "ER", "IV", "WK"))
	procedure[1] = e.need("Code", l.Code, 1, 48)
	for i, m := range l.Modifiers[:min(4, len(l.Modifiers))] {
		procedure[2+i] = e.need("Modifiers", m, 2, 2)
	}
	procedure[6] = e.text("Description", l.Description, 1, 80)
	if l.Units < 1 {
		e.fail("Units", "must be 1 or more")
	}
	e.segment("SV1", e.composite(procedure...), e.cents("ChargeCents", l.ChargeCents), choose(l.Minutes, "MJ", "UN"),
		strconv.Itoa(l.Units), e.optionalPlace(l.Place), "", e.pointers(l.Pointers, diagnoses), "", choose(l.Emergency, "Y", ""))
	e.attachments(l.Attachments)
	switch {
	case l.From.IsZero():
		e.fail("From", "is required")
	case l.To.IsZero() || l.To == l.From:
		e.date("From", "472", l.From)
	default:
		e.segment("DTP", "472", "RD8", e.day("From", l.From)+"-"+e.day("To", l.To))
	}
	for _, d := range lineDates {
		e.date(d.field, d.qualifier, *d.date(l))
	}
	for _, r := range lineReferences {
		e.reference(r.field, r.qualifier, *r.value(l))
	}
	e.fixedFormat(l.FixedFormat)
	e.note(l.Note, "ADD", "DCP")
	e.one("Rendering", l.Rendering, "82", "0B", "1G", "G2", "LU")
	e.facility(l.Facility, "G2", "LU")
	e.one("Supervising", l.Supervising, "DQ", "0B", "1G", "G2", "LU")
	e.one("Ordering", l.Ordering, "DK", "0B", "1G", "G2")
	e.most("Referrers", len(l.Referrers), 2)
	each(e, "Referrers", l.Referrers, func(p *Provider) { e.provider(p, e.code("Role", p.Role, "DN", "P3"), "0B", "1G", "G2") })
}

func (e *encoder) optionalPlace(v string) string {
	if v == "" {
		return ""
	}
	return e.number("Place", v, 2)
}

func (e *encoder) pointers(ps []int, diagnoses int) string {
	if len(ps) == 0 {
		e.fail("Pointers", "is required: at least one diagnosis")
	}
	e.most("Pointers", len(ps), 4)
	text := make([]string, len(ps))
	for i, p := range ps {
		if p < 1 || p > diagnoses {
			e.fail("Pointers", "names a diagnosis that the claim does not have")
		}
		text[i] = strconv.Itoa(p)
	}
	return e.composite(text...)
}
