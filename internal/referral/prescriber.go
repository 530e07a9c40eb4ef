package referral

import (
	"regexp"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/textkey"
)

// Prescriber is a clinician who may order care.
type Prescriber struct {
	ID           id.Prescriber
	GivenName    string
	FamilyName   string
	Credential   string // MD, DC, NP
	NPI          string
	Taxonomy     string // NUCC health care provider taxonomy, ten characters; "" when not known
	Organisation string
	Phone, Fax   string
	AddressLine  string
	City         string
	State        string // two letters
	PostalCode   string
	Active       bool          // offered for new prescriptions
	MergedInto   id.Prescriber // the entry that stands for this duplicate; zero otherwise
	Version      int64
}

// Name is "Wei Chen, MD".
func (p Prescriber) Name() string {
	n := strings.TrimSpace(p.GivenName + " " + p.FamilyName)
	if n != "" && p.Credential != "" {
		n += ", " + p.Credential
	}
	return n
}

// Address is the address on one line; "" when there is none.
func (p Prescriber) Address() string {
	place := strings.TrimSpace(strings.TrimSpace(p.State) + " " + p.PostalCode)
	var parts []string
	for _, s := range []string{p.AddressLine, p.City, place} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

var (
	stateShape     = regexp.MustCompile(`^[A-Z]{2}$`)
	procedureShape = regexp.MustCompile(`^[0-9A-Z][0-9]{3}[0-9A-Z]$`)
	taxonomyShape  = regexp.MustCompile(`^[0-9]{3}[0-9A-Z]{6}X$`)
	postalShape    = regexp.MustCompile(`^\d{5}(-\d{4})?$`)
)

// Check gives the prescriber as it is kept, and what is wrong with it. prefix
// goes in front of the field names of complaints, for a form within a form.
func (p Prescriber) Check(prefix string) (Prescriber, []errs.Field) {
	var wrong []errs.Field
	bad := func(field, msg string) { wrong = append(wrong, errs.Field{Name: prefix + field, Message: msg}) }
	for _, s := range []*string{&p.GivenName, &p.FamilyName, &p.Credential, &p.Organisation, &p.AddressLine, &p.City, &p.PostalCode} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	p.State = strings.ToUpper(strings.TrimSpace(p.State))
	if p.FamilyName == "" {
		bad("family_name", "Enter the prescriber's last name.")
	}
	if p.GivenName == "" {
		bad("given_name", "Enter the prescriber's first name.")
	}
	if strings.TrimSpace(p.NPI) == "" {
		bad("npi", "Enter the prescriber's NPI. It is on the prescription.")
	} else if npi, err := ParseNPI(p.NPI); err != nil {
		bad("npi", errs.PublicOf(err))
	} else {
		p.NPI = npi
	}
	p.Taxonomy = strings.ToUpper(strings.TrimSpace(p.Taxonomy))
	if p.Taxonomy != "" && !taxonomyShape.MatchString(p.Taxonomy) {
		bad("taxonomy", "Enter a taxonomy code of ten characters ending in X, such as 207Q00000X, or leave it empty.")
	}
	for _, n := range []struct {
		field, what string
		value       *string
	}{{"phone", "phone", &p.Phone}, {"fax", "fax", &p.Fax}} {
		shown, ok := usPhone(*n.value)
		if !ok {
			bad(n.field, "Enter a "+n.what+" number with its area code, such as 312 555 0100.")
			continue
		}
		*n.value = shown
	}
	if p.State != "" && !stateShape.MatchString(p.State) {
		bad("state", "Enter the state in two letters, such as IL.")
	}
	if p.PostalCode != "" && !postalShape.MatchString(p.PostalCode) {
		bad("postal_code", "Enter a ZIP code of 5 or 9 digits, such as 60601.")
	}
	return p, wrong
}

// usPhone gives a number of ten digits as (312) 555-0100; an extension is kept
// behind it. Empty is fine.
func usPhone(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	main, ext, _ := strings.Cut(strings.ToLower(s), "x")
	digits, extDigits := textkey.Phone(main), textkey.Phone(ext)
	digits = strings.TrimPrefix(digits, "1")
	if len(digits) != 10 || len(extDigits) > 6 || strings.HasPrefix(digits, "0") {
		return "", false
	}
	shown := "(" + digits[:3] + ") " + digits[3:6] + "-" + digits[6:]
	if extDigits != "" {
		shown += " x" + extDigits
	}
	return shown, true
}

// keys are what the directory is searched and sorted by.
func (p Prescriber) keys() (family, given, organisation, sort string) {
	return textkey.Search(p.FamilyName + " " + p.GivenName), textkey.Search(p.GivenName + " " + p.FamilyName),
		textkey.Search(p.Organisation), textkey.Sort(p.FamilyName + ", " + p.GivenName)
}

// searchText is what a person typed, as it is compared with the keys: without
// the title that people put before a physician's name.
func searchText(typed string) string {
	q := textkey.Search(typed)
	for _, title := range []string{"dr ", "doctor "} {
		if rest, ok := strings.CutPrefix(q, title); ok && rest != "" {
			return rest
		}
	}
	return q
}
