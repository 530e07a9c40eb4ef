// Package patient keeps who the patients of a practice are: demographics, the
// record number, allergies and medicines, and the one header that every screen
// about a patient shows. It decides how patients are found, when two records
// look like one person, and how duplicates are merged and unmerged.
//
// It refuses a birth date in the future or of more than 125 years ago, a record
// without a last name, changes to a record that was merged into another, merging
// a record into itself or into a chain, and silence about allergies or medicines
// passing for "none". Nothing is deleted: records are archived, allergies and
// medicines end.
package patient

import (
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// Sex is the sex recorded for insurance.
type Sex string

// The values that X12 (DMG03) and most payers know.
const (
	Female  Sex = "female"
	Male    Sex = "male"
	Unknown Sex = "unknown" // also: another one
)

// Sexes in the order shown.
func Sexes() []Sex { return []Sex{Female, Male, Unknown} }

// Letter is the X12 code of DMG03: F, M or U.
func (s Sex) Letter() string {
	switch s {
	case Female:
		return "F"
	case Male:
		return "M"
	}
	return "U"
}

// Label is the value in words.
func (s Sex) Label() string {
	switch s {
	case Female:
		return "Female"
	case Male:
		return "Male"
	}
	return "Unknown or other"
}

// Status says whether a record is in use.
type Status string

// The statuses.
const (
	Active     Status = "active"
	Archived   Status = "archived"
	MergedAway Status = "merged" // a duplicate: read-only, leads to its survivor
)

// Adult is the age, in completed years, from which a patient consents alone.
// State law sets a few exceptions; they concern who signs, not this record.
const Adult = 18

// Contact is a person to call about the patient.
type Contact struct{ Name, Relation, Phone string }

// IsZero reports that nobody is named.
func (c Contact) IsZero() bool { return c == Contact{} }

// Demographics are the facts that staff enter and correct.
type Demographics struct {
	FirstName, MiddleName, LastName string // legal; someone with one name has a last name only
	PreferredName                   string
	BirthDate                       civil.Date
	Sex                             Sex
	GenderIdentity, Pronouns        string
	Phone, OtherPhone, Email        string
	AddressLine, AddressLine2       string
	City, State, PostalCode         string
	Language                        string // BCP 47 tag of Languages, "" when not asked
	Interpreter                     bool
	Emergency                       Contact
	Guardian                        Contact // parent, guardian or representative who signs
	DeskNote                        string  // shown to everybody who sees the patient, front desk included
}

// Patient is a record.
type Patient struct {
	Demographics
	ID         id.Patient
	Number     string // 1027-R
	Name       string // as shown: First “Preferred” Last
	Status     Status
	MergedInto id.Patient // zero unless Status is MergedAway
	CreatedAt  db.Time
	UpdatedAt  db.Time
	Version    int64
}

// Age in completed years on a day.
func (d Demographics) Age(on civil.Date) int { return d.BirthDate.AgeOn(on) }

// IsMinor reports whether the patient is not of age on a day.
func (d Demographics) IsMinor(on civil.Date) bool { return d.Age(on) < Adult }

// LegalName is the name on documents and claims: first, middle, last.
func (d Demographics) LegalName() string { return join(d.FirstName, d.MiddleName, d.LastName) }

// displayName puts the preferred name beside the legal one, so that the person
// is called right and found on the insurance card.
func (d Demographics) displayName() string {
	p := d.PreferredName
	if p == "" || p == d.FirstName {
		return join(d.FirstName, d.LastName)
	}
	return join(d.FirstName, "“"+p+"”", d.LastName)
}

// sortName is the name as in a directory.
func (d Demographics) sortName() string { return join(d.LastName, d.FirstName, d.MiddleName) }

func join(parts ...string) string { return strings.Join(strings.Fields(strings.Join(parts, " ")), " ") }

// Language is one that patients are asked about.
type Language struct{ Tag, Name string }

// Languages offered: those most spoken at home in the US, and American Sign
// Language. Tags are BCP 47.
func Languages() []Language {
	return []Language{
		{"en", "English"}, {"es", "Spanish"}, {"zh", "Chinese"}, {"tl", "Tagalog"}, {"vi", "Vietnamese"},
		{"ar", "Arabic"}, {"fr", "French"}, {"ko", "Korean"}, {"ru", "Russian"}, {"pt", "Portuguese"},
		{"ht", "Haitian Creole"}, {"hi", "Hindi"}, {"de", "German"}, {"pl", "Polish"}, {"it", "Italian"},
		{"ur", "Urdu"}, {"fa", "Persian"}, {"ja", "Japanese"}, {"uk", "Ukrainian"}, {"ase", "American Sign Language"},
		{"und", "Another language"},
	}
}

// LanguageName is the name of a tag of Languages, or "".
func LanguageName(tag string) string {
	for _, l := range Languages() {
		if l.Tag == tag {
			return l.Name
		}
	}
	return ""
}
