// Package money counts in whole cents of the US dollar. It decides how an
// amount is read, printed, split and rounded.
//
// It refuses fractions of a cent, amounts beyond ten million dollars either
// way, and text that could be read in two ways ("12,50"). Floating point does
// not occur.
package money

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Cents is an amount in US cents, negative for what is owed the other way.
type Cents int64

// Max is the greatest amount that Parse takes, and -Max the least: ten million
// dollars. No single amount of a practice comes near it, so a larger one is a
// slip of the finger.
const Max Cents = 10_000_000_00

var (
	// ErrFormat is returned for text that is not an amount in dollars and cents.
	ErrFormat = errors.New("not an amount (like 1,234.56)")
	// ErrRange is returned for amounts beyond ±Max.
	ErrRange = errors.New("amount beyond $10,000,000.00")
)

// Parse reads an amount in dollars: "12", "12.5", "$1,234.56", "-$3.00". The
// sign and the dollar sign may be left out; commas only where thousands are.
// It returns ErrFormat for anything else, three decimals among them, and
// ErrRange beyond ±Max.
func Parse(s string) (Cents, error) {
	s = strings.TrimSpace(s)
	s, negative := strings.CutPrefix(s, "-")
	s, _ = strings.CutPrefix(s, "$")
	whole, fraction, point := strings.Cut(s, ".")
	dollars, ok := thousands(whole)
	if !ok || (point && (len(fraction) < 1 || len(fraction) > 2)) || !digits(fraction) {
		return 0, ErrFormat
	}
	if len(strings.TrimLeft(dollars, "0")) > 8 {
		return 0, ErrRange
	}
	n, err := strconv.ParseInt(dollars+(fraction + "00")[:2], 10, 64)
	if err != nil {
		return 0, ErrRange // digits only, so too many of them
	}
	c := Cents(n)
	if c > Max {
		return 0, ErrRange
	}
	if negative {
		c = -c
	}
	return c, nil
}

// thousands takes the commas out of a whole number: all of them or none, each
// before three digits.
func thousands(s string) (string, bool) {
	parts := strings.Split(s, ",")
	for i, p := range parts {
		if p == "" || !digits(p) || (i > 0 && len(p) != 3) || (len(parts) > 1 && len(p) > 3) {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// String gives the form for people: $1,234.56 or -$1,234.56.
func (c Cents) String() string {
	n, sign := c.abs()
	s := strconv.FormatUint(n/100, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return fmt.Sprintf("%s$%s.%02d", sign, s, n%100)
}

func (c Cents) abs() (n uint64, sign string) {
	if c < 0 {
		return -uint64(c), "-"
	}
	return uint64(c), ""
}

// Split cuts the amount into n parts that sum to the whole and differ by one
// cent at most (largest remainder); the larger parts come first. It panics
// when n < 1, because the money would vanish.
func (c Cents) Split(n int) []Cents {
	if n < 1 {
		panic(fmt.Sprintf("money: Split(%d)", n))
	}
	parts := make([]Cents, n)
	each, over := c/Cents(n), c%Cents(n)
	for i := range parts {
		parts[i] = each
		switch {
		case over > 0:
			parts[i]++
			over--
		case over < 0:
			parts[i]--
			over++
		}
	}
	return parts
}

// Percent is the share of basisPoints in the amount (10000 is the whole, 2000
// is 20 %), rounded once to the cent by roundHalfUp. It panics when the result
// does not fit into Cents.
func (c Cents) Percent(basisPoints int64) Cents {
	n, s1 := c.abs()
	b, s2 := Cents(basisPoints).abs()
	q := roundHalfUp(n, b)
	if s1 != s2 {
		return -q
	}
	return q
}

// roundHalfUp is n*b/10000 where half a cent goes up. It works on sizes, so
// with the sign put back a half goes away from zero, and a reversal cancels
// its entry exactly.
func roundHalfUp(n, b uint64) Cents {
	const whole = 10_000
	hi, lo := bits.Mul64(n, b)
	lo, carry := bits.Add64(lo, whole/2, 0)
	hi += carry
	if hi >= whole {
		panic("money: percentage out of range")
	}
	q, _ := bits.Div64(hi, lo, whole)
	if q > math.MaxInt64 {
		panic("money: percentage out of range")
	}
	return Cents(q)
}

// Value implements driver.Valuer.
func (c Cents) Value() (driver.Value, error) { return int64(c), nil }

// Scan implements sql.Scanner for integers. NULL is an error, because an
// unknown amount is not zero. Totals may lie beyond ±Max.
func (c *Cents) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("money: cannot read %T", src)
	}
	*c = Cents(n)
	return nil
}
