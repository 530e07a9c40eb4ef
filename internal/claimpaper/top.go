package claimpaper

import (
	"soapstone/internal/claim"
)

// onFile stands for a signature that the practice holds (items 12, 13 and 31).
const onFile = "SIGNATURE ON FILE"

// carrier is the block in the upper right corner. With a single address line the
// third line stays free.
func (l *filler) carrier(p claim.Payer) {
	l.need(carrierName, asCompany, p.Name)
	l.need(carrierStreet1, asAddress, p.Address.Line1)
	l.put(carrierStreet2, asAddress, p.Address.Line2)
	l.cityLine(carrierCity, p.Address)
}

// insurance is items 1, 1a and 11 to 11d.
func (l *filler) insurance(d claim.Document) {
	l.mark(kindBox(d))
	s := d.Subscriber
	if s.Relation == claim.Employee {
		l.put(insuredID, asNumber, s.MemberID) // some payers give injured workers none
	} else {
		l.need(insuredID, asNumber, s.MemberID)
	}
	l.put(groupNumber, asNumber, s.Group)
	if s.CaseNumber != "" {
		l.write(otherClaimBy, "Y4") // a property and casualty payer's number
		l.put(otherClaimID, asReference, s.CaseNumber)
	}
	l.put(planName, asCompany, s.Plan)
	if s.Priority != "" && s.Priority != "P" {
		l.fault(otherPlan.yes, "a claim to a second or third payer needs the first one's answer; it cannot be printed here")
		return
	}
	l.answer(otherPlan, false)
}

// kindBox is the one box of item 1. "Other" is for property and casualty, the
// Department of Veterans Affairs and insurance that a person bought for
// themselves.
func kindBox(d claim.Document) field {
	switch d.Payer.Filing {
	case "MA", "MB":
		return boxMedicare
	case "MC":
		return boxMedicaid
	case "CH":
		return boxTricare
	case "AM", "WC", "LM", "VA":
		return boxOther
	}
	if d.Subscriber.Group != "" {
		return boxGroup
	}
	return boxOther
}

// patient is items 2, 3, 5 and 6.
func (l *filler) patient(d claim.Document) {
	p := d.Patient
	l.person(patientName, p)
	l.needDay(patientBorn, p.BirthDate)
	l.sex(patientMale, patientFemale, p.Sex)
	l.address(patientPlace, p.Address, true)
	l.phoneNumber(patientPlace.area, patientPlace.phone, p.Phone)
	switch d.Subscriber.Relation {
	case claim.Self:
		l.mark(isSelf)
	case claim.Spouse:
		l.mark(isSpouse)
	case claim.Child:
		l.mark(isChild)
	case claim.Employee, claim.Other:
		l.mark(isOther)
	default:
		l.fault(isSelf, "is missing")
	}
}

// sex marks one of two boxes, or none where it is not known.
func (l *filler) sex(male, female field, sex string) {
	switch sex {
	case "M":
		l.mark(male)
	case "F":
		l.mark(female)
	}
}

// insured is items 4, 7 and 11a. An employer has no birth date.
func (l *filler) insured(d claim.Document) {
	s := d.Subscriber
	p := s.Person
	switch s.Relation {
	case claim.Employee:
		l.need(insuredName, asCompany, s.Employer)
		l.address(insuredPlace, p.Address, false)
		return
	case claim.Self:
		p = d.Patient
	}
	l.person(insuredName, p)
	l.address(insuredPlace, p.Address, false)
	l.phoneNumber(insuredPlace.area, insuredPlace.phone, p.Phone)
	l.day(insuredBorn, p.BirthDate)
	l.sex(insuredMale, insuredFemale, p.Sex)
}

// condition is items 10a to 10c, 12 and 13.
func (l *filler) condition(d claim.Document) {
	a := d.Accident
	l.answer(employment, a.Employment)
	l.answer(autoAccident, a.Auto)
	l.answer(otherAccident, a.Other)
	if a.Auto {
		l.state(autoState, a.State)
	}
	if d.Release {
		l.write(patientSigns, onFile)
	}
	if d.Benefits {
		l.write(insuredSigns, onFile)
	}
}
