// Package practice holds who works where: the practice (the tenant), its
// locations with their time zones, its staff with roles, credentials and
// licenses, and who it is to payers. It decides what makes a valid NPI, tax
// number, zone and license, and that a practice always has an active owner and
// an open location.
//
// It refuses to remove anybody: staff are switched off, since signed notes
// carry their names; and it refuses changes to staff without a recent proof of
// who is asking. How people sign in is decided by package authn.
package practice

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/textkey"
)

// Practice is the tenant.
type Practice struct {
	ID          id.Practice
	Name        string
	Phone       string
	Email       string
	NPI         string // of the organization (type 2); "" if none
	IdleMinutes int64  // without a request, after which a session ends; 5 to 60
	Billing     Billing
	CreatedAt   time.Time
	Version     int64
}

// The bounds of the idle time-out, in minutes.
const (
	MinIdle     = 5
	DefaultIdle = 15
	MaxIdle     = 60
)

// Location is a place of work. Dates of service there are days of its zone.
type Location struct {
	ID          id.Location
	Name        string
	Zone        string // IANA name
	AddressLine string
	City        string
	State       string // postal code, such as IL
	PostalCode  string
	Phone       string
	// PlaceOfService is the two-digit code of claims for care given here; 11 is
	// an office.
	PlaceOfService string
	NPI            string // of the place, where it has one of its own
	Active         bool
	Version        int64
}

// Address is the postal address on one line; "" when unknown.
func (l Location) Address() string {
	var parts []string
	for _, p := range []string{l.AddressLine, l.City, strings.TrimSpace(l.State + " " + l.PostalCode)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// Member is a member of staff.
type Member struct {
	ID             id.User
	Email          string // lower case; unique over the installation
	Name           string // as shown and as printed under a signature
	Credential     string // letters after the name: LMT, BCTMB
	LicenseNumber  string
	LicenseState   string // postal code
	LicenseExpires civil.Date
	NPI            string // individual (type 1)
	Taxonomy       string // provider type on claims; MassageTherapist unless said otherwise
	Roles          []authz.Role
	Location       id.Location // main place of work; decides the person's "today"
	Active         bool
	CreatedAt      time.Time
	Version        int64
}

// Has reports whether the member holds role r.
func (m Member) Has(r authz.Role) bool { return slices.Contains(m.Roles, r) }

// Title is the name with its credential: "Terry Tester, LMT".
func (m Member) Title() string {
	if m.Credential == "" {
		return m.Name
	}
	return m.Name + ", " + m.Credential
}

// Standing is how a license stands on a day.
type Standing int

// The standings of a license.
const (
	NoLicense Standing = iota // none on file
	Undated                   // on file, without an expiry date
	Valid
	Expiring // within 60 days
	Expired  // on the day after its last one
)

// expiringDays is how early a renewal is announced.
const expiringDays = 60

// License tells how the member's license stands on day today. A license is
// good through its date of expiry.
func (m Member) License(today civil.Date) Standing {
	switch {
	case m.LicenseNumber == "":
		return NoLicense
	case m.LicenseExpires.IsZero():
		return Undated
	case m.LicenseExpires.Before(today):
		return Expired
	case m.LicenseExpires.DaysSince(today) <= expiringDays:
		return Expiring
	}
	return Valid
}

var (
	emailForm = regexp.MustCompile(`^[^\s@,;<>"()\\]+@[^\s@,;<>"()\\.]+(\.[^\s@,;<>"()\\.]+)+$`)
	zipForm   = regexp.MustCompile(`^\d{5}(-\d{4})?$`)
)

// complaints collects what is wrong with the fields of a form.
type complaints []errs.Field

func (c *complaints) check(ok bool, name, message string) {
	if !ok {
		*c = append(*c, errs.Field{Name: name, Message: message})
	}
}

func (c *complaints) text(value string, most int, name string) {
	c.check(utf8.RuneCountInString(value) <= most, name, "Shorten this.")
}

func (c complaints) err() error { return errs.OnFields(c...) }

func (c *complaints) phone(value, name string) {
	n := len(textkey.Phone(value))
	c.check(value == "" || (n >= 7 && n <= 15 && utf8.RuneCountInString(value) <= 40), name, "Enter a phone number such as 312-555-0100.")
}

func (c *complaints) email(value, name string) {
	c.check(len(value) <= 254 && emailForm.MatchString(value), name, "Enter an e-mail address such as name@example.com.")
}

func (c *complaints) npi(value, name string) {
	c.check(value == "" || CheckNPI(value) == nil, name, "This is not an NPI. It has ten digits; check each one.")
}

// clean trims the fields and brings them to one spelling.
func clean(fields ...*string) {
	for _, f := range fields {
		*f = strings.TrimSpace(*f)
	}
}

func (p *Practice) normalize() error {
	clean(&p.Name, &p.Phone, &p.Email, &p.NPI)
	var c complaints
	c.check(p.Name != "", "name", "Enter the name of the practice.")
	c.text(p.Name, 120, "name")
	c.phone(p.Phone, "phone")
	if p.Email != "" {
		c.email(p.Email, "email")
	}
	c.npi(p.NPI, "npi")
	c.check(p.IdleMinutes >= MinIdle && p.IdleMinutes <= MaxIdle, "idle", "Choose from 5 to 60 minutes.")
	return c.err()
}

func (l *Location) normalize() error {
	clean(&l.Name, &l.Zone, &l.AddressLine, &l.City, &l.State, &l.PostalCode, &l.Phone, &l.PlaceOfService, &l.NPI)
	l.PlaceOfService = cmp.Or(l.PlaceOfService, Office)
	l.State = strings.ToUpper(l.State)
	var c complaints
	c.check(l.Name != "", "name", "Enter a name for the location, such as Main office.")
	c.text(l.Name, 100, "name")
	c.check(CheckZone(l.Zone) == nil, "zone", "Choose the time zone of the location.")
	c.text(l.AddressLine, 120, "address")
	c.text(l.City, 80, "city")
	c.check(l.State == "" || CheckState(l.State), "state", "Choose the state.")
	c.check(l.PostalCode == "" || zipForm.MatchString(l.PostalCode), "zip", "Enter a ZIP code of five or nine digits, such as 60601.")
	c.phone(l.Phone, "phone")
	c.check(isPlace(l.PlaceOfService), "place", "Choose what kind of place it is.")
	c.npi(l.NPI, "npi")
	return c.err()
}

func (m *Member) normalize() error {
	clean(&m.Email, &m.Name, &m.Credential, &m.LicenseNumber, &m.LicenseState, &m.NPI, &m.Taxonomy)
	m.Taxonomy = strings.ToUpper(cmp.Or(m.Taxonomy, MassageTherapist))
	m.Email, m.LicenseState = strings.ToLower(m.Email), strings.ToUpper(m.LicenseState)
	var c complaints
	c.check(m.Name != "", "name", "Enter the name, as it is printed under a signature.")
	c.text(m.Name, 120, "name")
	c.email(m.Email, "email")
	c.text(m.Credential, 40, "credential")
	c.text(m.LicenseNumber, 40, "license_number")
	c.check(m.LicenseState == "" || CheckState(m.LicenseState), "license_state", "Choose the state that gave the license.")
	c.check(m.LicenseNumber == "" || m.LicenseState != "", "license_state", "Choose the state that gave the license.")
	c.check(m.LicenseNumber != "" || m.LicenseExpires.IsZero(), "license_number", "Enter the license number that goes with the date.")
	c.check(m.LicenseExpires.IsZero() || m.LicenseExpires.Valid(), "license_expires", "Enter a real date.")
	c.npi(m.NPI, "npi")
	c.check(taxonomyForm.MatchString(m.Taxonomy), "taxonomy", wrongTaxonomy)
	m.Roles = ordered(m.Roles)
	c.check(len(m.Roles) > 0, "roles", "Choose at least one role.")
	c.check(!m.Location.IsZero(), "location", "Choose the location.")
	return c.err()
}

// ordered keeps the known roles, once each, in the order shown.
func ordered(in []authz.Role) []authz.Role {
	var out []authz.Role
	for _, r := range authz.Roles() {
		if slices.Contains(in, r) {
			out = append(out, r)
		}
	}
	return out
}

func joinRoles(roles []authz.Role) string {
	s := make([]string, len(roles))
	for i, r := range roles {
		s[i] = string(r)
	}
	return strings.Join(s, ",")
}

func splitRoles(text string) []authz.Role {
	var roles []authz.Role
	for r := range strings.SplitSeq(text, ",") {
		roles = append(roles, authz.Role(r))
	}
	return ordered(roles)
}
