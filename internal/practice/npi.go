package practice

import "errors"

// ErrNPI is returned for text that is not a National Provider Identifier.
var ErrNPI = errors.New("an NPI has ten digits, begins with 1 or 2, and its last digit must fit the others")

// CheckNPI reports whether s is a National Provider Identifier: ten digits, of
// which the first is 1 or 2 and the last is the Luhn check digit (ISO/IEC
// 7812-1) computed with the prefix 80840 for US health in front (45 CFR
// 162.406). Empty text is not one. It says nothing about whether the number
// was ever given out.
func CheckNPI(s string) error {
	if len(s) != 10 || (s[0] != '1' && s[0] != '2') {
		return ErrNPI
	}
	sum := 24 // what the prefix 80840 adds
	for i := range 10 {
		d := int(s[i]) - '0'
		if d < 0 || d > 9 {
			return ErrNPI
		}
		// Counted from the check digit, every second one is doubled.
		if i%2 == 0 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	if sum%10 != 0 {
		return ErrNPI
	}
	return nil
}
