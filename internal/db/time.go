package db

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is an instant as both engines keep it: UTC, whole microseconds. The zero
// value is SQL NULL. In SQLite it is text of fixed width, so text order is time order.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000000Z"

// At wraps an instant.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Microsecond)}
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().Format(timeLayout), nil
}

// Scan implements sql.Scanner for text, instants and NULL.
func (t *Time) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*t = Time{}
		return nil
	case time.Time:
		*t = At(s)
		return nil
	case string:
		v, err := time.Parse(timeLayout, s)
		if err != nil {
			return fmt.Errorf("db: instant %q: %w", s, err)
		}
		*t = At(v)
		return nil
	case []byte:
		return t.Scan(string(s))
	default:
		return fmt.Errorf("db: cannot read %T as an instant", src)
	}
}

// Add moves the instant.
func (t Time) Add(d time.Duration) Time { return Time{t.Time.Add(d)} }
