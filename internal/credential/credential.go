// Package credential keeps what each member of staff has earned and must renew:
// licenses and certificates besides the license on the staff record, the
// continuing education that a board asks of them, and the contact hours they
// attended. It decides how much of a requirement is met, what is short and by
// when (Measure), and which credentials run out soon.
//
// It knows no board's rules: a requirement is what the person read on their
// board's page, with the address and the day, and is shown as unverified. It
// refuses a requirement without that source, hours that are not quarters of an
// hour, hours attended in the future, subjects that add up to more than the
// whole, and a license that stands on the staff record already. What is removed
// is kept out of sight.
package credential

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
)

// Kind is what a credential is.
type Kind string

// The kinds.
const (
	License       Kind = "license"
	Certification Kind = "certification"
	Diploma       Kind = "diploma"
	FirstAid      Kind = "first-aid"
	Insurance     Kind = "insurance"
	Membership    Kind = "membership"
	OtherKind     Kind = "other"
)

// Kinds in the order shown.
func Kinds() []Kind {
	return []Kind{License, Certification, Diploma, FirstAid, Insurance, Membership, OtherKind}
}

// Label is the kind in words.
func (k Kind) Label() string {
	switch k {
	case License:
		return "License"
	case Certification:
		return "Certification"
	case Diploma:
		return "Diploma"
	case FirstAid:
		return "CPR and first aid"
	case Insurance:
		return "Liability insurance"
	case Membership:
		return "Membership"
	case OtherKind:
		return "Other"
	}
	return string(k)
}

// Category is what contact hours were about.
type Category string

// The categories.
const (
	General     Category = "general"
	Ethics      Category = "ethics"
	Law         Category = "law"
	HandsOn     Category = "hands-on"
	Pathology   Category = "pathology"
	Safety      Category = "safety"
	Harassment  Category = "harassment"
	Bias        Category = "bias"
	Trafficking Category = "trafficking"
	CPR         Category = "cpr"
	Research    Category = "research"
	Business    Category = "business"
)

// Categories in the order shown.
func Categories() []Category {
	return []Category{General, Ethics, Law, HandsOn, Pathology, Safety, Harassment, Bias, Trafficking, CPR, Research, Business}
}

// Label is the category in words.
func (c Category) Label() string {
	switch c {
	case General:
		return "General"
	case Ethics:
		return "Ethics"
	case Law:
		return "Laws and rules"
	case HandsOn:
		return "Hands-on technique"
	case Pathology:
		return "Pathology and assessment"
	case Safety:
		return "Safety and hygiene"
	case Harassment:
		return "Sexual harassment prevention"
	case Bias:
		return "Implicit bias and cultural competence"
	case Trafficking:
		return "Human trafficking awareness"
	case CPR:
		return "CPR and first aid"
	case Research:
		return "Research"
	case Business:
		return "Business"
	}
	return string(c)
}

// File is the scan of a certificate.
type File struct {
	ID         id.Blob // zero: none yet
	Name, Type string
}

// Credential is one license or certificate.
type Credential struct {
	ID        id.Credential
	User      id.User
	Kind      Kind
	Title     string // "Board certified in therapeutic massage"
	Issuer    string
	State     string // postal code of a license's state
	Number    string
	IssuedOn  civil.Date
	ExpiresOn civil.Date // last day; zero: does not expire
	File      File
	Version   int64
}

// Standing tells how the credential stands on a day.
func (c Credential) Standing(today civil.Date) practice.Standing {
	// A credential runs out as a license does.
	return practice.Member{LicenseNumber: "on file", LicenseExpires: c.ExpiresOn}.License(today)
}

// Part is how much of a requirement must be of one category.
type Part struct {
	Category Category
	Minutes  int64
}

// Requirement is the continuing education that a board or certifying body
// asks, as the person read it.
type Requirement struct {
	ID        id.Requirement
	User      id.User
	Name      string
	Minutes   int64
	From, To  civil.Date // hours of these days count, both included
	SourceURL string
	SeenOn    civil.Date
	Note      string
	Parts     []Part
	Version   int64
}

// Training is contact hours that were attended.
type Training struct {
	ID       id.Training
	User     id.User
	Title    string
	Provider string
	Approval string // the provider's or the course's approval number
	On       civil.Date
	Minutes  int64
	Category Category
	File     File
	Version  int64
}

// Hours writes minutes as hours: "6 h", "1.25 h".
func Hours(minutes int64) string {
	s := fmt.Sprintf("%d.%02d", minutes/60, minutes%60*100/60)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " h"
}

// Limits.
const (
	quarter    = 15
	MaxMinutes = 500 * 60
	maxLine    = 160
	maxURL     = 500
	maxNote    = 1000
	maxYears   = 6 // of a period
	// MaxFile is the largest scan, in bytes.
	MaxFile = 15 << 20
)

type complaints []errs.Field

func (c *complaints) check(ok bool, field, message string) {
	if !ok {
		*c = append(*c, errs.Field{Name: field, Message: message})
	}
}

func (c *complaints) line(s *string, field, missing string) {
	*s = strings.Join(strings.Fields(*s), " ")
	c.check(*s != "" || missing == "", field, missing)
	c.check(utf8.RuneCountInString(*s) <= maxLine, field, "Shorten this to 160 characters.")
}

func (c *complaints) minutes(n int64, field string) {
	c.check(n > 0 && n <= MaxMinutes && n%quarter == 0, field, "Enter hours in quarters, such as 6 or 1.25.")
}

func (c complaints) err() error { return errs.OnFields(c...) }

func (r Credential) check(today civil.Date) (Credential, error) {
	var c complaints
	c.check(slices.Contains(Kinds(), r.Kind), "kind", "Choose what it is.")
	c.line(&r.Title, "title", "Enter what it is called.")
	c.line(&r.Issuer, "issuer", "")
	c.line(&r.Number, "number", "")
	r.State = strings.ToUpper(strings.TrimSpace(r.State))
	c.check(r.State == "" || practice.CheckState(r.State), "state", "Enter the two letters of the state, such as IL.")
	c.check(r.Kind != License || r.State != "", "state", "Enter the state that gave the license.")
	c.check(r.Kind != License || r.Number != "", "number", "Enter the license number.")
	c.check(r.IssuedOn.IsZero() || !r.IssuedOn.After(today), "issued_on", "This day lies in the future.")
	c.check(r.IssuedOn.IsZero() || r.ExpiresOn.IsZero() || !r.ExpiresOn.Before(r.IssuedOn), "expires_on", "It would expire before it was issued.")
	return r, c.err()
}

func (r Requirement) check(today civil.Date) (Requirement, error) {
	var c complaints
	c.line(&r.Name, "name", "Enter whose requirement it is, such as Illinois license renewal.")
	c.minutes(r.Minutes, "hours")
	c.check(!r.From.IsZero(), "from_on", "Enter the first day that counts.")
	c.check(!r.To.IsZero(), "to_on", "Enter the last day that counts.")
	if !r.From.IsZero() && !r.To.IsZero() {
		c.check(!r.To.Before(r.From), "to_on", "The last day is before the first.")
		c.check(r.To.DaysSince(r.From) <= maxYears*366, "to_on", "A period is at most six years.")
	}
	r.SourceURL = strings.TrimSpace(r.SourceURL)
	c.check(webAddress(r.SourceURL), "source_url", "Paste the address of the board’s page, beginning with https://.")
	c.check(!r.SeenOn.IsZero(), "seen_on", "Enter the day you read it there.")
	c.check(!r.SeenOn.After(today), "seen_on", "This day lies in the future.")
	r.Note = strings.TrimSpace(r.Note)
	c.check(utf8.RuneCountInString(r.Note) <= maxNote, "note", "Shorten this to 1,000 characters.")
	var sum int64
	seen := map[Category]bool{}
	for i, p := range r.Parts {
		row := fmt.Sprintf("part.%d.", i)
		c.check(slices.Contains(Categories(), p.Category), row+"category", "Choose the subject.")
		c.check(!seen[p.Category], row+"category", "This subject is above already.")
		c.minutes(p.Minutes, row+"hours")
		seen[p.Category] = true
		sum += p.Minutes
	}
	c.check(sum <= r.Minutes || r.Minutes <= 0, "hours", "The subjects add up to more than the whole.")
	return r, c.err()
}

func (r Training) check(today civil.Date) (Training, error) {
	var c complaints
	c.line(&r.Title, "title", "Enter what the course is called.")
	c.line(&r.Provider, "provider", "Enter who gave the course.")
	c.line(&r.Approval, "approval", "")
	c.check(!r.On.IsZero(), "held_on", "Enter the day it was finished.")
	c.check(!r.On.After(today), "held_on", "This day lies in the future. Enter the course once it is finished.")
	c.minutes(r.Minutes, "hours")
	c.check(slices.Contains(Categories(), r.Category), "category", "Choose the subject.")
	return r, c.err()
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxURL && (u.Scheme == "https" || u.Scheme == "http") && strings.Contains(u.Host, ".") && u.User == nil
}

// sameNumber compares license numbers by their letters and digits alone.
func sameNumber(a, b string) bool {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToUpper(r)
			}
			return -1
		}, s)
	}
	return bare(a) != "" && bare(a) == bare(b)
}
