package x12

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the calendar. The zero value means that there is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ErrDate is returned for text that is not a day written as CCYYMMDD.
var ErrDate = errors.New("not a date of the form CCYYMMDD")

// ParseDate reads CCYYMMDD. It returns ErrDate for anything else and for days
// that do not exist.
func ParseDate(s string) (Date, error) {
	if len(s) != 8 || !digits(s) {
		return Date{}, ErrDate
	}
	n, _ := strconv.Atoi(s) // eight digits always fit
	d := Date{n / 10000, time.Month(n / 100 % 100), n % 100}
	if !d.Valid() {
		return Date{}, ErrDate
	}
	return d, nil
}

// Valid reports whether the day exists and its year has four digits.
func (d Date) Valid() bool {
	if d.Year < 1000 || d.Year > 9999 || d.Month < 1 || d.Month > 12 || d.Day < 1 {
		return false
	}
	y, m, day := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Date()
	return y == d.Year && m == d.Month && day == d.Day
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Before reports whether d lies before o.
func (d Date) Before(o Date) bool {
	if d.Year != o.Year {
		return d.Year < o.Year
	}
	if d.Month != o.Month {
		return d.Month < o.Month
	}
	return d.Day < o.Day
}

// String is the date as CCYYMMDD; "" for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d%02d%02d", d.Year, int(d.Month), d.Day)
}

// FormatCents writes an amount in cents as X12 wants decimals: no leading
// zeros, no trailing ones, no trailing point. 13200 is "132", 13250 "132.5",
// 5 ".05", -500 "-5", 0 "0".
func FormatCents(cents int64) string {
	if cents == 0 {
		return "0"
	}
	sign, u := "", uint64(cents)
	if cents < 0 {
		sign, u = "-", -u
	}
	whole := ""
	if u >= 100 {
		whole = strconv.FormatUint(u/100, 10)
	}
	fraction := strings.TrimRight(fmt.Sprintf(".%02d", u%100), "0")
	return sign + whole + strings.TrimSuffix(fraction, ".")
}

// ErrAmount is returned for text that is no decimal number of whole cents.
var ErrAmount = errors.New("not an amount in dollars and cents")

// ParseCents reads a decimal amount exactly, as cents. A sign, leading zeros
// and zeros after the second decimal are accepted. It returns ErrAmount for
// anything else, fractions of a cent and amounts beyond int64 among it.
func ParseCents(s string) (int64, error) {
	neg := strings.HasPrefix(s, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 2 || whole == "" && !strings.Contains(s, ".") || s == "." || s == "-." ||
		!digits(whole) || !digits(fraction) {
		return 0, ErrAmount
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 17 {
		return 0, ErrAmount
	}
	n, err := strconv.ParseInt("0"+whole+(fraction + "00")[:2], 10, 64)
	if err != nil || n > math.MaxInt64/2 {
		return 0, ErrAmount
	}
	if neg {
		n = -n
	}
	return n, nil
}

// ValidNPI reports whether s is a national provider identifier: ten digits, the
// first 1 or 2, and the last the Luhn check digit over 80840 and the rest.
func ValidNPI(s string) bool {
	if len(s) != 10 || !digits(s) || s[0] != '1' && s[0] != '2' {
		return false
	}
	sum := 24 // what the prefix 80840 adds
	for i := range 10 {
		n := int(s[i] - '0')
		if i%2 == 0 {
			n *= 2
			n = n/10 + n%10
		}
		sum += n
	}
	return sum%10 == 0
}

// digits reports whether s holds nothing but ASCII digits; true for "".
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
