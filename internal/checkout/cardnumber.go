package checkout

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The lengths of card numbers (ISO/IEC 7812-1).
const (
	shortestCard = 13
	longestCard  = 19
)

// LooksLikeCard reports whether a text holds what may be the number of a card:
// 13 to 19 digits in a row, or in groups parted by a dot, an underscore or up to
// three blanks and hyphens, that pass the check of ISO/IEC 7812-1. A number may begin at any group and
// ends with one, or is of a usual length with more typed behind it, as an
// expiry is. It rather refuses a harmless number than keeps a card's.
func LooksLikeCard(s string) bool {
	var digits []byte
	var starts []int       // of groups, as places in digits
	parted := true         // the next digit begins a group
	gaps, loose := 0, true // signs since the last digit; blanks and hyphens alone
	check := func() bool {
		for _, from := range starts {
			for n := shortestCard; n <= longestCard && from+n <= len(digits); n++ {
				ends := from+n == len(digits) || slices.Contains(starts, from+n)
				if (ends || n == 15 || n == 16) && luhn(digits[from:from+n]) {
					return true
				}
			}
		}
		return false
	}
	for _, r := range norm.NFKC.String(s) {
		if d, ok := digit(r); ok {
			if parted {
				starts = append(starts, len(digits))
			}
			digits, parted, gaps, loose = append(digits, d), false, 0, true
			continue
		}
		gaps++
		loose = loose && (unicode.IsSpace(r) || unicode.Is(unicode.Pd, r))
		if len(digits) > 0 && (gaps <= 3 && loose || gaps == 1 && (r == '.' || r == '_')) {
			parted = true
			continue
		}
		if check() {
			return true
		}
		digits, starts, parted = nil, nil, true
	}
	return check()
}

// digit is the value of a decimal digit of any script.
func digit(r rune) (byte, bool) {
	if !unicode.IsDigit(r) {
		return 0, false
	}
	// Decimal digits stand in runs of ten, zero first.
	n := byte(0)
	for n < 9 && unicode.IsDigit(r-1) {
		r--
		n++
	}
	return n, true
}

// luhn is the check of ISO/IEC 7812-1, annex B. A row of zeros passes it and is
// no card.
func luhn(digits []byte) bool {
	sum, some := 0, false
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		some = some || d != 0
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return some && sum%10 == 0
}
