package claimpaper

import (
	"fmt"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
)

// Qualifiers of dates, people and numbers on the form.
const (
	beginOfSymptoms  = "431"
	firstTreatment   = "454"
	accidentHappened = "439"
	referring        = "DN"
	taxonomyCode     = "ZZ" // PXC in the 837P
)

// history is items 14, 15, 17, 19 and 20.
func (l *filler) history(d claim.Document) {
	began := d.OnsetOn
	if began.IsZero() {
		began = d.Accident.On
	}
	l.qualified(onset, onsetKind, began, beginOfSymptoms)
	if accident := d.Accident.On; accident.IsZero() || accident == began {
		l.qualified(otherDate, otherKind, d.FirstOn, firstTreatment)
	} else {
		l.qualified(otherDate, otherKind, accident, accidentHappened)
	}
	if r := d.Referring; r != nil {
		l.write(referrerKind, referring)
		l.need(referrerName, asName, inOrder(*r))
		if r.NPI != "" {
			l.digits(referrerNPI, 10, r.NPI)
		}
	}
	l.remarks(d)
	l.answer(outsideLab, false)
}

// qualified writes a date with what it means; there may be none.
func (l *filler) qualified(f dateField, kind field, day civil.Date, meaning string) {
	if !day.IsZero() {
		l.day(f, day)
		l.write(kind, meaning)
	}
}

// inOrder is the name of a provider in the order in which it is spoken.
func inOrder(p claim.Provider) string {
	if p.Organization {
		return p.Name
	}
	return p.FirstName + " " + p.Name + " " + p.Credential
}

// remarks is item 19: the remark and, after it, which papers go with the claim.
// Parts stand three blanks apart. What the second line cannot hold begins on the
// first, beside the caption, and goes on between words.
func (l *filler) remarks(d claim.Document) {
	var parts []string
	add := func(s string) {
		if text, _ := l.spell(remark, asAddress, s); text != "" {
			parts = append(parts, text)
		}
	}
	add(d.Remark)
	for _, a := range d.Attachments {
		add("PWK" + a.Report + a.Transmission + a.Control)
	}
	text := strings.Join(parts, "   ")
	if len(text) > remark.width {
		if cut := strings.LastIndexByte(text[:remarkTop.width+1], ' '); cut > 0 {
			if rest := strings.TrimLeft(text[cut:], " "); len(rest) <= remark.width {
				l.write(remarkTop, strings.TrimRight(text[:cut], " "))
				text = rest
			}
		}
	}
	l.write(remark, text)
}

// diagnoses is items 21 to 23.
func (l *filler) diagnoses(d claim.Document) {
	codes := d.Diagnoses
	switch {
	case len(codes) == 0:
		l.fault(diagnosisField(0), "is missing")
	case len(codes) > claim.MaxDiagnoses:
		l.fault(diagnosis, "%d diagnoses, the form holds %d", len(codes), claim.MaxDiagnoses)
		codes = codes[:claim.MaxDiagnoses]
	}
	l.write(icdVersion, "0") // ICD-10-CM
	for i, code := range codes {
		l.need(diagnosisField(i), asNumber, code)
	}
	switch d.Frequency {
	case claim.Original:
	case claim.Replacement, claim.Void:
		l.write(frequencyCode, string(d.Frequency))
		l.need(payerNumber, asReference, d.PayerNumber)
	default:
		l.fault(frequencyCode, "has to be an original, a replacement or a void")
	}
	l.put(authorisation, asNumber, d.Authorisation)
}

// unlisted are the procedures that say nothing by themselves: the payer wants to
// read beside them what was done.
var unlisted = map[string]bool{"97039": true, "97139": true, "97799": true}

// serviceLine is a line of item 24, n counted from 0 on its form.
func (l *filler) serviceLine(n int, d claim.Document, s claim.Line) {
	if unlisted[s.Procedure] {
		l.need(supplement.at(n), func(t string) string { return prefixed(taxonomyCode, asAddress(t)) }, s.Label)
	}
	if t := d.Rendering.Taxonomy; t != "" {
		l.write(otherIDKind.at(n), taxonomyCode)
		l.put(otherID.at(n), asNumber, t)
	}
	l.needDay(servedFrom.at(n), s.Date)
	l.day(servedTo.at(n), s.Date)
	l.digits(placeOf.at(n), 2, s.Place)
	l.need(procedure.at(n), asNumber, s.Procedure)
	l.modifiers(n, s.Modifiers)
	l.pointers(pointer.at(n), s.Pointers, min(len(d.Diagnoses), claim.MaxDiagnoses))
	l.amount(charge.at(n), s.Charge)
	if s.Units < 1 {
		l.fault(unitCount.at(n), "has to be at least 1")
	} else {
		l.write(unitCount.at(n), fmt.Sprint(s.Units))
	}
	l.digits(renderingNPI.at(n), 10, d.Rendering.NPI)
}

// prefixed keeps nothing as nothing.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func (l *filler) modifiers(n int, codes []string) {
	f := modifier.at(n)
	if len(codes) > claim.MaxModifiers {
		l.fault(f, "%d modifiers, the form holds %d", len(codes), claim.MaxModifiers)
		return
	}
	for _, code := range codes {
		l.need(f, asNumber, code)
		f.col += 3
	}
}

// pointers are the letters of diagnoses, given as positions from 1.
func (l *filler) pointers(f field, to []int, diagnoses int) {
	text := ""
	for _, p := range to {
		if p < 1 || p > diagnoses {
			l.fault(f, "points to a diagnosis that is not in item 21")
			return
		}
		text += letter(p - 1)
	}
	if text == "" {
		l.fault(f, "is missing")
		return
	}
	l.write(f, text)
}

// provider is items 25 to 27 and 31 to 33.
func (l *filler) provider(d claim.Document, signed civil.Date) {
	b := d.Billing
	l.digits(taxID, 9, b.TaxID)
	switch b.TaxIDKind {
	case "EI":
		l.mark(taxEIN)
	case "SY":
		l.mark(taxSSN)
	default:
		l.fault(taxEIN, "is missing")
	}
	l.need(account, asReference, d.Number)
	l.answer(assignment, d.Assignment)

	l.write(signature, onFile)
	if signed.Valid() {
		l.write(signedOn, fmt.Sprintf("%02d %02d %02d", int(signed.Month), signed.Day, signed.Year%100))
	}
	if f := d.Facility; f != nil {
		l.need(facilityName, asCompany, inOrder(*f))
		l.need(facilityStreet, asAddress, f.Address.Line1+" "+f.Address.Line2)
		l.cityLine(facilityCity, f.Address)
		if f.NPI != "" {
			l.digits(facilityNPI, 10, f.NPI)
		}
	}
	l.phoneNumber(billingArea, billingPhone, b.Phone)
	l.need(billingName, asCompany, inOrder(b))
	l.need(billingStreet, asAddress, b.Address.Line1+" "+b.Address.Line2)
	l.cityLine(billingCity, b.Address)
	l.digits(billingNPI, 10, b.NPI)
	if b.Taxonomy != "" {
		l.put(billingOther, func(t string) string { return prefixed(taxonomyCode, asNumber(t)) }, b.Taxonomy)
	}
}
