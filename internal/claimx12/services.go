package claimx12

import (
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/claim"
	"soapstone/internal/knowledge"
	"soapstone/x12"
)

// maxNote is what NTE02 holds.
const maxNote = 80

// claim is loop 2300.
func (b *batch) claim(number string, d *claim.Document) x12.Claim {
	b.refuse(number, d)
	c := x12.Claim{
		ID: d.Number, ChargeCents: int64(d.Total), Frequency: string(d.Frequency), PayerClaim: d.PayerNumber,
		Signature: true, Assignment: choose(d.Assignment, "A", "C"), Benefits: choose(d.Benefits, "Y", "N"),
		// I: no signature was collected, and none is needed to ask for payment.
		Release:          choose(d.Release, "Y", "I"),
		PatientPaidCents: int64(d.Paid), Note: note(d),
		Rendering: rendering(d), Facility: facility(d),
	}
	accident(&c, d)
	switch d.AuthorisationKind {
	case "9F":
		c.Referral = d.Authorisation
	default:
		c.Authorization = d.Authorisation
	}
	for _, code := range d.Diagnoses {
		c.Diagnoses = append(c.Diagnoses, knowledge.DotlessCode(code))
	}
	if d.Referring != nil {
		c.Referrers = []x12.Provider{provider("DN", *d.Referring)}
	}
	for _, a := range d.Attachments {
		c.Attachments = append(c.Attachments, x12.Attachment{Report: a.Report, How: a.Transmission, Control: a.Control})
	}
	for i, l := range d.Lines {
		if i == 0 {
			c.Place = l.Place
		}
		c.Lines = append(c.Lines, b.line(number, i, c.Place, l))
	}
	return c
}

// refuse finds what x12 could write and yet must not leave.
func (b *batch) refuse(number string, d *claim.Document) {
	if p := d.Subscriber.Priority; p == "S" || p == "T" {
		b.fault(number, "subscriber, priority", "a claim to a second or third payer needs the first one's answer, which cannot be sent here")
	}
	if d.Subscriber.Relation == claim.Employee && d.Subscriber.Employer == "" {
		b.fault(number, "subscriber, employer", "is required")
	}
	if d.Frequency == claim.Original && d.PayerNumber != "" {
		b.fault(number, "payer claim", "belongs to a replacement or a void, not to an original")
	}
	if k := d.AuthorisationKind; d.Authorisation != "" && k != "" && k != "G1" && k != "9F" {
		b.fault(number, "kind of authorization", "must be G1 or 9F")
	}
}

func accident(c *x12.Claim, d *claim.Document) {
	a := d.Accident
	for _, cause := range []struct {
		is   bool
		code string
	}{{a.Auto, "AA"}, {a.Employment, "EM"}, {a.Other, "OA"}} {
		if cause.is {
			c.Causes = append(c.Causes, cause.code)
		}
	}
	if a.Auto {
		c.AccidentState = a.State
	}
	if len(c.Causes) > 0 {
		c.Dates.Accident = date(a.On)
	}
	if onset := date(d.OnsetOn); onset != c.Dates.Accident {
		c.Dates.Onset = onset
	}
	c.Dates.InitialTreatment = date(d.FirstOn)
}

// note leads with the day of the prescription.
func note(d *claim.Document) x12.Note {
	said := d.Remark
	if !d.OrderedOn.IsZero() {
		remark, err := x12.Clean(said, x12.Standard)
		day := date(d.OrderedOn).String()
		if both := strings.TrimSpace("RX DATE " + day + " " + remark); err == nil && len(both) <= maxNote && !strings.Contains(remark, day) {
			said = both
		}
	}
	if said == "" {
		return x12.Note{}
	}
	return x12.Note{Kind: "ADD", Text: said}
}

// line is loop 2400. place is that of the claim.
func (b *batch) line(number string, nth int, place string, l claim.Line) x12.Line {
	out := x12.Line{
		Code: l.Procedure, Modifiers: slices.Clone(l.Modifiers), ChargeCents: int64(l.Charge), Units: whole(l.Units),
		Pointers: slices.Clone(l.Pointers), From: date(l.Date), Control: l.Control,
	}
	if l.Place != place {
		out.Place = l.Place
	}
	if p, ok := b.w.know.Procedure(l.Procedure, l.Date); ok && p.NeedsDescription {
		if out.Description = l.Label; l.Label == "" {
			b.fault(number, fmt.Sprintf("line %d, description", nth+1), "is required: the procedure has no meaning of its own")
		}
	}
	if l.Control == "" {
		b.fault(number, fmt.Sprintf("line %d, control", nth+1), "is required: the remittance repeats it")
	}
	return out
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
