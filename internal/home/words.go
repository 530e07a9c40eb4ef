package home

import (
	"math"
	"strconv"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/web/kit"
)

func number(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

func days(n int) string { return kit.Plural(n, "day", "days") }

func signature(given, family, credential string) string {
	s := strings.TrimSpace(given + " " + family)
	if s != "" && credential != "" {
		s += ", " + credential
	}
	return s
}

// dayTitle names a day as people do: "Today", "Tomorrow", "Thu 12 Mar 2026".
func dayTitle(day, today civil.Date) string {
	switch day.DaysSince(today) {
	case 0:
		return "Today"
	case 1:
		return "Tomorrow"
	case -1:
		return "Yesterday"
	}
	return longDay(day)
}

func longDay(d civil.Date) string { return d.Weekday().String() + ", " + d.Human() }
