package patient

import (
	"strconv"
	"strings"
)

// checkLetters are the letters of the check character: without I, O and Q,
// which are read as 1 and 0. There are 23, a prime above 10, so that no change
// of one digit and no swap of two neighbours keeps the letter.
const checkLetters = "ABCDEFGHJKLMNPRSTUVWXYZ"

// firstNumber is the serial of a practice's first record; four digits are
// easier to find on paper than one.
const firstNumber = 1001

// maxNumber bounds what ParseNumber reads: twelve digits.
const maxNumber = 999_999_999_999

// FormatNumber writes serial n, at least 1, as a record number: the digits, a
// hyphen and the check letter, such as 1027-R.
func FormatNumber(n int64) string {
	return strconv.FormatInt(n, 10) + "-" + string(checkLetters[n%int64(len(checkLetters))])
}

// ParseNumber reads a record number as people write it: with or without the
// hyphen, in either case, with # before it. ok is false when the check letter
// is missing or does not fit the digits.
func ParseNumber(s string) (n int64, ok bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	if len(s) < 2 || len(s) > 14 {
		return 0, false
	}
	digits, letter := s[:len(s)-1], s[len(s)-1]
	digits = strings.TrimRight(digits, " ")
	digits = strings.TrimSuffix(digits, "-")
	if digits == "" || digits[0] == '0' {
		return 0, false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > maxNumber {
		return 0, false
	}
	if letter >= 'a' && letter <= 'z' {
		letter -= 'a' - 'A'
	}
	return n, checkLetters[n%int64(len(checkLetters))] == letter
}
