package referral

import (
	"fmt"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/practice"
)

// ParseNPI reads a National Provider Identifier as people write it, with
// spaces or hyphens, and gives its ten digits. Anything else is an Invalid
// error that says what is wrong. The check digit is practice.CheckNPI's.
func ParseNPI(s string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\t' || r == '\u00a0' {
			return -1
		}
		return r
	}, s)
	if strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", errs.New(errs.Invalid, "An NPI has digits only.")
	}
	switch {
	case len(digits) != 10:
		return "", errs.New(errs.Invalid, fmt.Sprintf("An NPI has 10 digits. This has %d.", len(digits)))
	case digits[0] != '1' && digits[0] != '2':
		return "", errs.New(errs.Invalid, "An NPI begins with 1 or 2.")
	}
	if err := practice.CheckNPI(digits); err != nil {
		return "", errs.Wrap(errs.Invalid, err, "This NPI has a wrong digit. Compare it with the prescription.")
	}
	return digits, nil
}
