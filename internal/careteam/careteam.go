// Package careteam keeps who else treats a patient: the physical therapist, the
// chiropractor, the family doctor. It decides who is on the team on a day, whom
// a payer may count together with us on the same day (SameDay), and with whom
// the patient allowed us to speak.
//
// It refuses a provider without a name or a discipline, an NPI whose check
// digit is wrong, a last day before the first, and a yes or no to sharing
// without the day it was said. Silence is never a yes. Nobody is deleted: who
// stopped treating has a last day, who never did is marked entered in error.
package careteam

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/textkey"
)

// Discipline is what somebody treats as.
type Discipline string

// The disciplines.
const (
	PhysicalTherapist Discipline = "pt"
	OccupationalTher  Discipline = "ot"
	Chiropractor      Discipline = "chiropractor"
	PrimaryCare       Discipline = "primary"
	Physician         Discipline = "physician"
	Acupuncturist     Discipline = "acupuncturist"
	MassageTherapist  Discipline = "massage"
	MentalHealth      Discipline = "mental"
	Dentist           Discipline = "dentist"
	OtherDiscipline   Discipline = "other"
)

// Disciplines in the order shown.
func Disciplines() []Discipline {
	return []Discipline{PhysicalTherapist, OccupationalTher, Chiropractor, PrimaryCare, Physician, Acupuncturist,
		MassageTherapist, MentalHealth, Dentist, OtherDiscipline}
}

// Label is the discipline in words.
func (d Discipline) Label() string {
	switch d {
	case PhysicalTherapist:
		return "Physical therapist"
	case OccupationalTher:
		return "Occupational therapist"
	case Chiropractor:
		return "Chiropractor"
	case PrimaryCare:
		return "Primary care"
	case Physician:
		return "Physician or specialist"
	case Acupuncturist:
		return "Acupuncturist"
	case MassageTherapist:
		return "Massage therapist elsewhere"
	case MentalHealth:
		return "Mental health"
	case Dentist:
		return "Dentist"
	case OtherDiscipline:
		return "Other"
	}
	return string(d)
}

// TimedUnits reports whether the discipline bills the timed codes that we do,
// so that a payer may count its units of a day together with ours.
func (d Discipline) TimedUnits() bool {
	return d == PhysicalTherapist || d == OccupationalTher || d == Chiropractor
}

// Share is whether the patient allowed us to speak with the provider.
type Share string

// The answers; the zero value means that nobody has asked.
const (
	NotAsked Share = ""
	MayShare Share = "yes"
	MayNot   Share = "no"
)

// Provider is somebody else who treats the patient.
type Provider struct {
	ID           id.Provider
	Patient      id.Patient // the record they were entered in
	Name         string
	Discipline   Discipline
	Organisation string
	NPI          string
	Phone, Fax   string
	From, To     civil.Date // zero: not known, and still treating
	Share        Share
	ShareOn      civil.Date
	ShareRef     string // where the consent is: "Release signed in the intake"
	Note         string
	Mistaken     bool // entered in error
	Version      int64
}

// On reports whether the provider treats the patient on a day, as far as is known.
func (p Provider) On(day civil.Date) bool {
	return !p.Mistaken && (p.From.IsZero() || !day.Before(p.From)) && (p.To.IsZero() || !day.After(p.To))
}

// Ended reports whether the provider no longer treats the patient on a day.
func (p Provider) Ended(today civil.Date) bool {
	return p.Mistaken || !p.To.IsZero() && p.To.Before(today)
}

// SameDay names those of a team whose timed units of a day a payer may count
// together with ours: physical and occupational therapists and chiropractors
// who treat the patient then.
func SameDay(team []Provider, on civil.Date) []Provider {
	var out []Provider
	for _, p := range team {
		if p.Discipline.TimedUnits() && p.On(on) {
			out = append(out, p)
		}
	}
	return out
}

// SameDayNote says in a sentence what SameDay found; "" when it found nobody.
func SameDayNote(team []Provider, on civil.Date) string {
	shared := SameDay(team, on)
	if len(shared) == 0 {
		return ""
	}
	names := make([]string, len(shared))
	for i, p := range shared {
		names[i] = p.Name + " (" + strings.ToLower(p.Discipline.Label()) + ")"
	}
	return "Ask whether there was a visit the same day with " + strings.Join(names, " or ") + ": payers may count those timed units together with ours."
}

// Limits, in characters.
const (
	maxName = 120
	maxNote = 1000
)

// check gives the provider as it is kept, and complains about what cannot be.
func (p Provider) check(today civil.Date) (Provider, error) {
	var wrong []errs.Field
	bad := func(ok bool, field, message string) {
		if !ok {
			wrong = append(wrong, errs.Field{Name: field, Message: message})
		}
	}
	for _, s := range []*string{&p.Name, &p.Organisation, &p.Phone, &p.Fax, &p.ShareRef} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	p.Note = strings.TrimSpace(p.Note)
	p.NPI = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, p.NPI)
	bad(p.Name != "", "name", "Enter the name.")
	bad(utf8.RuneCountInString(p.Name) <= maxName, "name", "Shorten this to 120 characters.")
	bad(slices.Contains(Disciplines(), p.Discipline), "discipline", "Choose what they treat as.")
	bad(utf8.RuneCountInString(p.Organisation) <= maxName, "organisation", "Shorten this to 120 characters.")
	bad(p.NPI == "" || practice.CheckNPI(p.NPI) == nil, "npi", "This is not an NPI. It has ten digits; check each one.")
	bad(phone(p.Phone), "phone", "Enter a phone number such as 312-555-0100.")
	bad(phone(p.Fax), "fax", "Enter a fax number such as 312-555-0100.")
	bad(p.From.IsZero() || !p.From.After(today), "from_on", "The first day lies in the future. Check the date.")
	bad(p.From.IsZero() || p.To.IsZero() || !p.To.Before(p.From), "to_on", "The last day is before the first.")
	bad(slices.Contains([]Share{NotAsked, MayShare, MayNot}, p.Share), "share", "Choose yes, no or not asked.")
	if p.Share == NotAsked {
		p.ShareOn, p.ShareRef = civil.Date{}, ""
	}
	bad(p.Share == NotAsked || !p.ShareOn.IsZero(), "share_on", "Enter the day the patient said so.")
	bad(p.ShareOn.IsZero() || !p.ShareOn.After(today), "share_on", "This day lies in the future.")
	bad(utf8.RuneCountInString(p.ShareRef) <= maxName, "share_ref", "Shorten this to 120 characters.")
	bad(utf8.RuneCountInString(p.Note) <= maxNote, "note", "Shorten this to 1,000 characters.")
	return p, errs.OnFields(wrong...)
}

func phone(s string) bool {
	n := len(textkey.Phone(s))
	return s == "" || n >= 7 && n <= 15 && utf8.RuneCountInString(s) <= 40
}
