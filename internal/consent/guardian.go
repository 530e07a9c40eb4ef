package consent

import (
	"strings"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/patient"
)

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// mayAgree complains about who may not sign an agreement, or not like this. A
// minor does not sign; nobody signs for another without showing who they are.
func mayAgree(s Signer, minor bool, today civil.Date) []errs.Field {
	var f []errs.Field
	need := func(ok bool, name, message string) {
		if !ok {
			f = append(f, errs.Field{Name: name, Message: message})
		}
	}
	switch s.Relation {
	case Self:
		need(!minor, "relation", "A patient under 18 cannot sign alone. A parent, guardian or representative signs.")
		return f
	case Parent:
		need(minor, "relation", "The patient is an adult, for whom a parent does not sign. Choose the patient, a guardian or a representative.")
	}
	need(oneLine(s.Identity) != "", "identity", "Say what you saw: a photo ID, a court order, a power of attorney.")
	need(s.Until.IsZero() || !s.Until.Before(today), "until", "This day is past. Enter the last day of the authority, or leave it empty.")
	return f
}

// majority is the last day on which others sign for a person; zero when the date
// of birth is not known.
func majority(born civil.Date) civil.Date {
	if born.IsZero() {
		return civil.Date{}
	}
	adult := civil.Date{Year: born.Year + patient.Adult, Month: born.Month, Day: born.Day}
	if !adult.Valid() { // who was born on 29 February comes of age on 1 March
		adult = civil.Of(adult.Year, time.March, 1)
	}
	return adult.AddDays(-1)
}

// lastDay is until when an agreement signed by another holds: to the end of their
// authority, and to majority for a minor; zero for no end.
func lastDay(action Action, s Signer, pt patient.Patient, today civil.Date) civil.Date {
	if action != Given || s.Relation == Self {
		return civil.Date{}
	}
	ends := s.Until
	if m := majority(pt.BirthDate); pt.IsMinor(today) && (ends.IsZero() || m.Before(ends)) {
		ends = m
	}
	return ends
}

// ended reports that what was signed holds no more on a day.
func (e Entry) ended(on civil.Date) bool { return !e.EndsOn.IsZero() && e.EndsOn.Before(on) }
