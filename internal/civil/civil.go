// Package civil holds days of the calendar without a clock or a zone: dates of
// birth, of service, of a prescription's end. It refuses dates that do not
// exist and years outside 1800 to 9999.
//
// A civil date is what a person writes on paper. It never shifts when the
// reader is in another time zone; converting an instant into one needs the
// zone of the place where it happened (DateIn).
package civil

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar. The zero value means "no date" and
// is written as SQL NULL.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ErrFormat is returned for text that is not YYYY-MM-DD or names no real day.
var ErrFormat = errors.New("not a date (year-month-day)")

// Of builds a date; it panics when the day does not exist. For constants.
func Of(year int, month time.Month, day int) Date {
	d := Date{year, month, day}
	if !d.Valid() {
		panic(fmt.Sprintf("civil.Of(%d, %d, %d): no such day", year, month, day))
	}
	return d
}

// DateIn is the day that it is at instant t in zone loc.
func DateIn(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// Parse reads YYYY-MM-DD. It returns ErrFormat otherwise.
func Parse(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return Date{}, ErrFormat
	}
	d := Date{t.Year(), t.Month(), t.Day()}
	if !d.Valid() {
		return Date{}, ErrFormat
	}
	return d, nil
}

// Valid reports whether the day exists and its year lies in 1800 to 9999.
func (d Date) Valid() bool {
	if d.Year < 1800 || d.Year > 9999 || d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > 31 {
		return false
	}
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	return t.Day() == d.Day
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String gives YYYY-MM-DD, or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// US gives the form used on US paper: MM/DD/YYYY, or "" for no date.
func (d Date) US() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", int(d.Month), d.Day, d.Year)
}

// Human gives the form for reading: 2 Jan 2006, or "" for no date.
func (d Date) Human() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format("2 Jan 2006")
}

// Weekday of the date.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddDays moves by n days, back when n is negative. No date stays no date. The
// result is not Valid when it leaves the years 1800 to 9999.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	t := d.utc().AddDate(0, 0, n)
	return Date{t.Year(), t.Month(), t.Day()}
}

// DaysSince is the number of days from o to d, negative when d is earlier. It
// means nothing when one of the two is no date.
func (d Date) DaysSince(o Date) int {
	// Not by time.Duration, which ends at 292 years.
	const day = 24 * 60 * 60
	return int((d.utc().Unix() - o.utc().Unix()) / day)
}

// Compare is -1, 0 or 1 as d lies before, on or after o. No date lies before
// every date.
func (d Date) Compare(o Date) int { return d.utc().Compare(o.utc()) }

// Before reports d < o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports d > o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// AgeOn is the age in completed years on day on, of one born on d.
// Someone born on 29 February has a birthday on 1 March in common years.
func (d Date) AgeOn(on Date) int {
	age := on.Year - d.Year
	if on.Month < d.Month || (on.Month == d.Month && on.Day < d.Day) {
		age--
	}
	return age
}

// At is the instant of hour:minute local time on the date in loc. A time that a
// clock change skips is moved forward by as much as was skipped (2:30 becomes
// 3:30); of a time that comes twice, the first is meant.
func (d Date) At(hour, minute int, loc *time.Location) time.Time {
	// time.Date does not say which it picks, so the offsets before and after
	// any change near are tried in this order.
	wall := time.Date(d.Year, d.Month, d.Day, hour, minute, 0, 0, time.UTC)
	first := inOffsetOf(wall, wall.AddDate(0, 0, -1), loc)
	if sameWall(first, wall) {
		return first
	}
	if t := inOffsetOf(wall, wall.AddDate(0, 0, 1), loc); sameWall(t, wall) {
		return t
	}
	return first
}

// inOffsetOf reads the wall clock with the offset that loc has at instant near.
func inOffsetOf(wall, near time.Time, loc *time.Location) time.Time {
	_, offset := near.In(loc).Zone()
	return wall.Add(-time.Duration(offset) * time.Second).In(loc)
}

func sameWall(t, wall time.Time) bool {
	_, offset := t.Zone()
	return t.Unix()+int64(offset) == wall.Unix()
}

// Span gives the first instant of the date in loc and that of the next day.
func (d Date) Span(loc *time.Location) (start, end time.Time) {
	return d.At(0, 0, loc), d.AddDays(1).At(0, 0, loc)
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	p, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Value implements driver.Valuer; no date is NULL. It returns ErrFormat for a
// day that is not Valid, so that none is ever stored.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	if !d.Valid() {
		return nil, ErrFormat
	}
	return d.String(), nil
}

// Scan implements sql.Scanner for text, a midnight instant and NULL. An instant
// within the day is an error: which date it is depends on a zone (DateIn).
func (d *Date) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(s))
	case []byte:
		return d.UnmarshalText(s)
	case time.Time:
		p := Date{s.Year(), s.Month(), s.Day()}
		if h, m, sec := s.Clock(); h != 0 || m != 0 || sec != 0 || s.Nanosecond() != 0 || !p.Valid() {
			return fmt.Errorf("civil: %w: an instant, not a day", ErrFormat)
		}
		*d = p
		return nil
	default:
		return fmt.Errorf("civil: cannot read %T", src)
	}
}
