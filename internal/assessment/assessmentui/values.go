package assessmentui

import (
	"strconv"

	"soapstone/internal/assessment"
)

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "yes"
	}
	return "no"
}

func whole(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func decimal(x *float64) string {
	if x == nil {
		return ""
	}
	return assessment.Number(*x)
}
