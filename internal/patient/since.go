package patient

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/civil"
)

// Since is a date as people remember it: a year, a month, or a day (FHIR's
// dateTime keeps the same three). It is stored as YYYY, YYYY-MM or YYYY-MM-DD;
// the zero value is "not said".
type Since struct {
	Year  int
	Month time.Month // 0 when only the year is known
	Day   int        // 0 when only the month is known
}

var (
	sinceISO   = regexp.MustCompile(`^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$`)
	sinceUS    = regexp.MustCompile(`^(?:(\d{1,2})[/.-])?(?:(\d{1,2})[/.-])(\d{4})$`)
	sinceWords = regexp.MustCompile(`^(?:(\d{1,2})\s+)?([a-z]{3,9})\.?(?:\s+(\d{1,2}),?)?,?\s+(\d{4})$`)
)

// ParseSince reads 2019, 3/2019, 2019-03, March 2019, 3/10/2019, 2019-03-10,
// 10 Mar 2019 and Mar 10, 2019. Empty text is the zero value. ok is false for
// anything else and for days that do not exist.
func ParseSince(s string) (v Since, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return Since{}, true
	}
	var year, month, day string
	if m := sinceISO.FindStringSubmatch(s); m != nil {
		year, month, day = m[1], m[2], m[3]
	} else if m := sinceUS.FindStringSubmatch(s); m != nil {
		month, day, year = m[1], m[2], m[3]
		if month == "" {
			month, day = day, ""
		}
	} else if m := sinceWords.FindStringSubmatch(s); m != nil {
		if m[1] != "" && m[3] != "" {
			return Since{}, false
		}
		n, known := monthNamed(m[2])
		if !known {
			return Since{}, false
		}
		month, day, year = strconv.Itoa(int(n)), m[1]+m[3], m[4]
	} else {
		return Since{}, false
	}
	v.Year, _ = strconv.Atoi(year)
	if month != "" {
		n, _ := strconv.Atoi(month)
		v.Month = time.Month(n)
		if n < 1 {
			return Since{}, false
		}
	}
	if day != "" {
		v.Day, _ = strconv.Atoi(day)
		if v.Day < 1 {
			return Since{}, false
		}
	}
	if !v.Earliest().Valid() {
		return Since{}, false
	}
	return v, true
}

// IsZero reports that no date was said.
func (v Since) IsZero() bool { return v == Since{} }

// Earliest is the first day that the date can mean; the zero date for none.
func (v Since) Earliest() civil.Date {
	if v.IsZero() {
		return civil.Date{}
	}
	return civil.Date{Year: v.Year, Month: max(v.Month, 1), Day: max(v.Day, 1)}
}

// String gives the stored form.
func (v Since) String() string {
	switch {
	case v.IsZero():
		return ""
	case v.Month == 0:
		return fmt.Sprintf("%04d", v.Year)
	case v.Day == 0:
		return fmt.Sprintf("%04d-%02d", v.Year, int(v.Month))
	}
	return v.Earliest().String()
}

// Human gives the form for reading: 2019, Mar 2019 or 10 Mar 2019.
func (v Since) Human() string {
	switch {
	case v.IsZero():
		return ""
	case v.Month == 0:
		return strconv.Itoa(v.Year)
	case v.Day == 0:
		return v.Month.String()[:3] + " " + strconv.Itoa(v.Year)
	}
	return v.Earliest().Human()
}

// monthNamed finds a month by its English name or any beginning of it of at
// least three letters.
func monthNamed(s string) (time.Month, bool) {
	s = strings.ToLower(s)
	if len(s) < 3 {
		return 0, false
	}
	if s == "sept" {
		s = "sep"
	}
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), s) {
			return m, true
		}
	}
	return 0, false
}
