package practice

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"soapstone/internal/errs"
	"soapstone/internal/textkey"
)

// Address is a postal address in the United States.
type Address struct {
	Line1, Line2, City string
	State              string // postal code, such as IL
	PostalCode         string // 60601 or 60601-1234
}

// IsZero reports whether nothing is known.
func (a Address) IsZero() bool { return a == Address{} }

// String is the address on one line; "" when unknown.
func (a Address) String() string {
	var parts []string
	for _, p := range []string{a.Line1, a.Line2, a.City, strings.TrimSpace(a.State + " " + a.PostalCode)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// ZIP is the postal code in digits only, as claims carry it.
func (a Address) ZIP() string { return textkey.Phone(a.PostalCode) }

var (
	nineDigits = regexp.MustCompile(`^\d{9}$`)
	postBox    = regexp.MustCompile(`(?i)^\s*(p\.?\s*o\.?\s*box|post office box)\b`)
)

// IsPostBox reports whether the street line names a post office box, where a
// claim needs a street.
func (a Address) IsPostBox() bool {
	return postBox.MatchString(a.Line1) || postBox.MatchString(a.Line2)
}

// Clean brings the address to one spelling: trimmed, the state in upper case,
// nine digits of a ZIP with their hyphen.
func (a *Address) Clean() {
	clean(&a.Line1, &a.Line2, &a.City, &a.State, &a.PostalCode)
	a.State = strings.ToUpper(a.State)
	if nineDigits.MatchString(a.PostalCode) {
		a.PostalCode = a.PostalCode[:5] + "-" + a.PostalCode[5:]
	}
}

// Complaints lists what is wrong with a cleaned address. The fields are
// prefix + line1, line2, city, state, zip. An empty address has none; one that
// is begun must be complete.
func (a Address) Complaints(prefix string) []errs.Field {
	if a.IsZero() {
		return nil
	}
	var c complaints
	c.check(a.Line1 != "", prefix+"line1", "Enter the street and number.")
	// 55 characters are the most that N3 of a claim holds, 30 of N4 for a city.
	c.check(utf8.RuneCountInString(a.Line1) <= 55, prefix+"line1", "Shorten this to 55 characters; the rest goes on the second line.")
	c.check(utf8.RuneCountInString(a.Line2) <= 55, prefix+"line2", "Shorten this to 55 characters.")
	c.check(a.City != "", prefix+"city", "Enter the city.")
	c.check(utf8.RuneCountInString(a.City) <= 30, prefix+"city", "Shorten this to 30 characters.")
	c.check(CheckState(a.State), prefix+"state", "Choose the state.")
	c.check(zipForm.MatchString(a.PostalCode), prefix+"zip", "Enter a ZIP code of five or nine digits, such as 60601 or 60601-1234.")
	return c
}
