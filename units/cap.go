package units

import (
	"fmt"
	"strings"
)

// Caps are limits on the units of one patient and day; 0 or absent means none.
type Caps struct {
	// PerCode limits all lines of a procedure code together, whatever their
	// modifiers, as a medically unlikely edit per date of service does.
	PerCode map[string]int
	// Visit limits all units given to Cap. For a payer whose limit is on timed
	// units alone, pass the timed counts alone.
	Visit int
}

// Limit says which limit cut.
type Limit string

// The limits.
const (
	LimitCode  Limit = "code"
	LimitVisit Limit = "visit"
)

// Cut is what a limit took away: treatment given that will not be billed.
type Cut struct {
	Key   string
	Units int // how many were taken away, at least 1
	By    Limit
	Max   int // the limit
}

// Cap cuts units to the limits: first each code's, then the visit's, in both
// cases from the line entered last. What is left and what was cut together are
// always what was given; a line may be left with 0 units. The counts given are
// not changed.
func Cap(counts []Count, caps Caps) (left []Count, cuts []Cut, err error) {
	if caps.Visit < 0 {
		return nil, nil, fmt.Errorf("%w: %d units a visit", ErrCap, caps.Visit)
	}
	left = append(left, counts...)
	over := map[string]int{}
	total := 0
	for _, c := range left {
		code := Code(c.Key)
		limit := caps.PerCode[code]
		switch {
		case limit < 0:
			return nil, nil, fmt.Errorf("%w: %d units of %s", ErrCap, limit, code)
		case c.Units < 0:
			return nil, nil, fmt.Errorf("%w: %s with %d units", ErrLine, c.Key, c.Units)
		}
		if _, seen := over[code]; !seen {
			over[code] = -limit
		}
		over[code] += c.Units
	}
	for i := len(left) - 1; i >= 0; i-- {
		code := Code(left[i].Key)
		if limit := caps.PerCode[code]; limit > 0 && over[code] > 0 {
			n := take(&left[i], over[code])
			over[code] -= n
			cuts = noted(cuts, Cut{left[i].Key, n, LimitCode, limit})
		}
		total += left[i].Units
	}
	for i := len(left) - 1; i >= 0 && caps.Visit > 0 && total > caps.Visit; i-- {
		n := take(&left[i], total-caps.Visit)
		total -= n
		cuts = noted(cuts, Cut{left[i].Key, n, LimitVisit, caps.Visit})
	}
	return left, cuts, nil
}

// take removes up to n units.
func take(c *Count, n int) int {
	n = min(n, c.Units)
	c.Units -= n
	return n
}

func noted(cuts []Cut, c Cut) []Cut {
	if c.Units == 0 {
		return cuts
	}
	return append(cuts, c)
}

// Code is the procedure code of a key: what stands before the first hyphen,
// colon or blank.
func Code(key string) string {
	if i := strings.IndexAny(key, "-: "); i >= 0 {
		return key[:i]
	}
	return key
}
