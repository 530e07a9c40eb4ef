package civil_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"pgregory.net/rapid"

	"soapstone/internal/civil"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// last is the number of days from the first date to the last.
var last = civil.Of(9999, 12, 31).DaysSince(civil.Of(1800, 1, 1))

// anyDate draws a real day of the years 1800 to 9999.
func anyDate() *rapid.Generator[civil.Date] {
	return rapid.Custom(func(t *rapid.T) civil.Date {
		return civil.Of(1800, 1, 1).AddDays(rapid.IntRange(0, last).Draw(t, "day"))
	})
}

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     civil.Date
	}{
		{"ordinary", "2026-03-10", civil.Of(2026, 3, 10)},
		{"leap day", "2024-02-29", civil.Of(2024, 2, 29)},
		{"century leap day", "2000-02-29", civil.Of(2000, 2, 29)},
		{"first day", "1800-01-01", civil.Of(1800, 1, 1)},
		{"last day", "9999-12-31", civil.Of(9999, 12, 31)},
		{"no leap day", "2026-02-29", civil.Date{}},
		{"century without leap day", "1900-02-29", civil.Date{}},
		{"31 April", "2026-04-31", civil.Date{}},
		{"day 0", "2026-04-00", civil.Date{}},
		{"month 13", "2026-13-01", civil.Date{}},
		{"too early", "1799-12-31", civil.Date{}},
		{"two-digit year", "26-03-10", civil.Date{}},
		{"one-digit month", "2026-3-10", civil.Date{}},
		{"US order", "03/10/2026", civil.Date{}},
		{"time after it", "2026-03-10T00:00:00Z", civil.Date{}},
		{"space around", " 2026-03-10", civil.Date{}},
		{"empty", "", civil.Date{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := civil.Parse(tc.in)
			if got != tc.want || (err != nil) != tc.want.IsZero() {
				t.Errorf("Parse(%q) = %v, %v; want %v", tc.in, got, err, tc.want)
			}
			if err != nil && !errors.Is(err, civil.ErrFormat) {
				t.Errorf("error %v is not ErrFormat", err)
			}
		})
	}
}

func TestFormats(t *testing.T) {
	d := civil.Of(2026, 3, 5)
	for _, tc := range []struct{ name, got, want string }{
		{"String", d.String(), "2026-03-05"},
		{"US", d.US(), "03/05/2026"},
		{"Human", d.Human(), "5 Mar 2026"},
		{"Weekday", d.Weekday().String(), "Thursday"},
		{"no date String", civil.Date{}.String(), ""},
		{"no date US", civil.Date{}.US(), ""},
		{"no date Human", civil.Date{}.Human(), ""},
	} {
		if tc.got != tc.want {
			t.Errorf("%s = %q, want %q", tc.name, tc.got, tc.want)
		}
	}
}

func TestOfPanicsForADayThatDoesNotExist(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	civil.Of(2026, 2, 30)
}

func TestAgeOn(t *testing.T) {
	for _, tc := range []struct {
		name     string
		born, on civil.Date
		want     int
	}{
		{"day before the birthday", civil.Of(2000, 6, 15), civil.Of(2026, 6, 14), 25},
		{"on the birthday", civil.Of(2000, 6, 15), civil.Of(2026, 6, 15), 26},
		{"same month, later day", civil.Of(2000, 6, 15), civil.Of(2026, 6, 16), 26},
		{"earlier month, later day", civil.Of(2000, 6, 15), civil.Of(2026, 5, 30), 25},
		{"newborn", civil.Of(2026, 3, 10), civil.Of(2026, 3, 10), 0},
		{"leap day in a common year, 28 February", civil.Of(2004, 2, 29), civil.Of(2025, 2, 28), 20},
		{"leap day in a common year, 1 March", civil.Of(2004, 2, 29), civil.Of(2025, 3, 1), 21},
		{"leap day in a leap year", civil.Of(2004, 2, 29), civil.Of(2024, 2, 29), 20},
		{"not born yet", civil.Of(2026, 3, 11), civil.Of(2026, 3, 10), -1},
	} {
		if got := tc.born.AgeOn(tc.on); got != tc.want {
			t.Errorf("%s: AgeOn = %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestDateInFollowsTheZone(t *testing.T) {
	at := time.Date(2026, 3, 10, 3, 30, 0, 0, time.UTC)
	for name, want := range map[string]civil.Date{
		"UTC":              civil.Of(2026, 3, 10),
		"America/Chicago":  civil.Of(2026, 3, 9),
		"Pacific/Auckland": civil.Of(2026, 3, 10),
	} {
		if got := civil.DateIn(at, zone(t, name)); got != want {
			t.Errorf("DateIn %s = %v, want %v", name, got, want)
		}
	}
}

func TestAtMeansOneInstantAlsoWhereClocksChange(t *testing.T) {
	for _, tc := range []struct {
		name, zone string
		day        civil.Date
		hour, min  int
		want       string // RFC 3339
	}{
		{"winter", "America/Chicago", civil.Of(2026, 1, 5), 9, 0, "2026-01-05T09:00:00-06:00"},
		{"summer", "America/Chicago", civil.Of(2026, 7, 5), 9, 0, "2026-07-05T09:00:00-05:00"},
		{"skipped hour moves on", "America/Chicago", civil.Of(2026, 3, 8), 2, 30, "2026-03-08T03:30:00-05:00"},
		{"before the skipped hour", "America/Chicago", civil.Of(2026, 3, 8), 1, 59, "2026-03-08T01:59:00-06:00"},
		{"after the skipped hour", "America/Chicago", civil.Of(2026, 3, 8), 3, 0, "2026-03-08T03:00:00-05:00"},
		{"hour that comes twice", "America/Chicago", civil.Of(2026, 11, 1), 1, 30, "2026-11-01T01:30:00-05:00"},
		{"after the hour that comes twice", "America/Chicago", civil.Of(2026, 11, 1), 2, 0, "2026-11-01T02:00:00-06:00"},
		{"skipped midnight", "America/Havana", civil.Of(2026, 3, 8), 0, 0, "2026-03-08T01:00:00-04:00"},
		{"midnight that comes twice", "America/Havana", civil.Of(2026, 11, 1), 0, 0, "2026-11-01T00:00:00-04:00"},
		{"half-hour change", "Australia/Lord_Howe", civil.Of(2026, 10, 4), 2, 15, "2026-10-04T02:45:00+11:00"},
		{"a day the zone left out", "Pacific/Apia", civil.Of(2011, 12, 30), 12, 0, "2011-12-31T12:00:00+14:00"},
		{"no clock change", "America/Phoenix", civil.Of(2026, 3, 8), 2, 30, "2026-03-08T02:30:00-07:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tc.day.At(tc.hour, tc.min, zone(t, tc.zone)).Format(time.RFC3339)
			if got != tc.want {
				t.Errorf("At(%d, %d) = %s, want %s", tc.hour, tc.min, got, tc.want)
			}
		})
	}
}

func TestSpanIsAsLongAsTheDay(t *testing.T) {
	for _, tc := range []struct {
		zone string
		day  civil.Date
		want time.Duration
	}{
		{"America/Chicago", civil.Of(2026, 3, 10), 24 * time.Hour},
		{"America/Chicago", civil.Of(2026, 3, 8), 23 * time.Hour},
		{"America/Chicago", civil.Of(2026, 11, 1), 25 * time.Hour},
		{"America/Havana", civil.Of(2026, 3, 8), 23 * time.Hour},
		{"America/Havana", civil.Of(2026, 3, 7), 24 * time.Hour},
		{"America/Havana", civil.Of(2026, 11, 1), 25 * time.Hour},
	} {
		start, end := tc.day.Span(zone(t, tc.zone))
		if got := end.Sub(start); got != tc.want {
			t.Errorf("%s in %s lasts %v, want %v", tc.day, tc.zone, got, tc.want)
		}
	}
}

func TestLawEveryInstantLiesInTheSpanOfItsDate(t *testing.T) {
	zones := []*time.Location{
		time.UTC, zone(t, "America/Chicago"), zone(t, "America/Havana"), zone(t, "Asia/Kathmandu"), zone(t, "Pacific/Auckland"),
	}
	rapid.Check(t, func(t *rapid.T) {
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		// 1970 to 2100, where zones are known.
		at := time.Unix(rapid.Int64Range(0, 4_102_444_800).Draw(t, "instant"), 0)
		d := civil.DateIn(at, loc)
		start, end := d.Span(loc)
		if at.Before(start) || !at.Before(end) {
			t.Fatalf("%v is on %v, which lasts from %v to %v", at.In(loc), d, start, end)
		}
	})
}

func TestLawAddDaysAndDaysSinceAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDate().Draw(t, "a"), anyDate().Draw(t, "b")
		n := b.DaysSince(a)
		if got := a.AddDays(n); got != b {
			t.Fatalf("%v plus %d days is %v, want %v", a, n, got, b)
		}
		if m := a.DaysSince(b); m != -n {
			t.Fatalf("%d days there, %d back", n, m)
		}
		order := map[bool]int{true: 1}[n > 0] - map[bool]int{true: 1}[n < 0]
		if b.Compare(a) != order || b.After(a) != (n > 0) || b.Before(a) != (n < 0) {
			t.Fatalf("%v and %v are %d days apart but compare %d", a, b, n, b.Compare(a))
		}
	})
}

func TestLawNextDayIsTheNextWeekday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate().Draw(t, "d")
		if got, want := d.AddDays(1).Weekday(), (d.Weekday()+1)%7; got != want {
			t.Fatalf("day after %v is %v, want %v", d, got, want)
		}
	})
}

func TestLawAgeGrowsByOneOnTheBirthdayOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := anyDate().Draw(t, "born")
		on := born.AddDays(rapid.IntRange(1, 50_000).Draw(t, "days"))
		birthday := on.Month == born.Month && on.Day == born.Day
		if born.Month == time.February && born.Day == 29 {
			leap := civil.Date{Year: on.Year, Month: 2, Day: 29}.Valid()
			birthday = birthday || (!leap && on.Month == time.March && on.Day == 1)
		}
		want := 0
		if birthday {
			want = 1
		}
		if got := born.AgeOn(on) - born.AgeOn(on.AddDays(-1)); got != want {
			t.Fatalf("born %v: age grows by %d on %v, want %d", born, got, on, want)
		}
	})
}

func TestLawWhatIsPrintedIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate().Draw(t, "d")
		if got, err := civil.Parse(d.String()); err != nil || got != d {
			t.Fatalf("Parse(%q) = %v, %v", d, got, err)
		}
		type box struct{ D civil.Date }
		b, err := json.Marshal(box{d})
		if err != nil {
			t.Fatal(err)
		}
		var got box
		if err := json.Unmarshal(b, &got); err != nil || got.D != d {
			t.Fatalf("%s reads as %v, %v", b, got.D, err)
		}
		v, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{v, []byte(d.String()), time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)} {
			var got civil.Date
			if err := got.Scan(src); err != nil || got != d {
				t.Fatalf("Scan(%v) = %v, %v", src, got, err)
			}
		}
	})
}

func TestNoDateIsNullAndEmptyText(t *testing.T) {
	d := civil.Of(2026, 3, 10)
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("Scan(nil) = %v, %v", d, err)
	}
	if v, err := d.Value(); v != nil || err != nil {
		t.Errorf("Value of no date = %v, %v; want nil", v, err)
	}
	d = civil.Of(2026, 3, 10)
	if err := d.UnmarshalText(nil); err != nil || !d.IsZero() {
		t.Errorf("empty text = %v, %v", d, err)
	}
	if got := (civil.Date{}).AddDays(5); !got.IsZero() {
		t.Errorf("no date plus five days = %v", got)
	}
	if !(civil.Date{}).Before(civil.Of(1800, 1, 1)) {
		t.Error("no date does not lie before the first one")
	}
}

func TestBadDatesNeitherEnterNorLeaveTheDatabase(t *testing.T) {
	d := civil.Of(2026, 3, 10)
	for _, src := range []any{"2026-02-30", []byte("x"), 5, time.Date(2026, 3, 10, 0, 0, 1, 0, time.UTC), time.Time{}} {
		if err := d.Scan(src); err == nil {
			t.Errorf("Scan(%v) gave no error", src)
		}
	}
	if d != civil.Of(2026, 3, 10) {
		t.Errorf("a failed Scan left %v", d)
	}
	for _, bad := range []civil.Date{{Year: 2026, Month: 2, Day: 30}, {Year: 2026}, {Year: 10_000, Month: 1, Day: 1}, {Year: math.MinInt, Month: 1, Day: 1}} {
		if v, err := bad.Value(); !errors.Is(err, civil.ErrFormat) {
			t.Errorf("Value of %#v = %v, %v; want ErrFormat", bad, v, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-03-10", "2024-02-29", "1799-12-31", "2026-02-30", "", "2026-3-1", "٢٠٢٦-٠٣-١٠"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := civil.Parse(s)
		if err != nil {
			if !d.IsZero() {
				t.Errorf("Parse(%q) gave %v beside %v", s, d, err)
			}
			return
		}
		if !d.Valid() || d.String() != s {
			t.Errorf("Parse(%q) = %v", s, d)
		}
	})
}
