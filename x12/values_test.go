package x12_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"soapstone/x12"
)

func TestFormatCents(t *testing.T) {
	for _, c := range []struct {
		cents int64
		want  string
	}{
		{0, "0"}, {13200, "132"}, {13250, "132.5"}, {13205, "132.05"}, {5, ".05"}, {50, ".5"}, {-500, "-5"}, {-1, "-.01"},
		{math.MaxInt64, "92233720368547758.07"}, {math.MinInt64, "-92233720368547758.08"},
	} {
		if got := x12.FormatCents(c.cents); got != c.want {
			t.Errorf("FormatCents(%d) = %q, want %q", c.cents, got, c.want)
		}
	}
}

func TestParseCents(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
		bad  bool
	}{
		{"132", 13200, false}, {"132.5", 13250, false}, {"0132.500", 13250, false}, {".05", 5, false}, {"-5", -500, false}, {"5.", 500, false}, {"-.01", -1, false},
		{"", 0, true}, {"-", 0, true}, {".", 0, true}, {"1.005", 0, true}, {"1,000", 0, true}, {"$5", 0, true}, {"1e3", 0, true}, {"--5", 0, true},
		{"+5", 0, true}, {"1.2.3", 0, true}, {"999999999999999999999", 0, true}, {"٣", 0, true},
	} {
		got, err := x12.ParseCents(c.text)
		if got != c.want || (err != nil) != c.bad || err != nil && !errors.Is(err, x12.ErrAmount) {
			t.Errorf("ParseCents(%q) = %d, %v", c.text, got, err)
		}
	}
}

func TestCentsSurviveTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64Range(-1e15, 1e15).Draw(t, "cents")
		if got, err := x12.ParseCents(x12.FormatCents(want)); err != nil || got != want {
			t.Errorf("%d became %d, %v", want, got, err)
		}
	})
}

func TestParseDate(t *testing.T) {
	if d, err := x12.ParseDate("20240229"); err != nil || d != on(2024, 2, 29) || d.String() != "20240229" {
		t.Errorf("got %v, %v", d, err)
	}
	for _, bad := range []string{"", "20230229", "20241301", "2024-02-29", "240229", "00000000", "2024022९"} {
		if _, err := x12.ParseDate(bad); !errors.Is(err, x12.ErrDate) {
			t.Errorf("ParseDate(%q): %v, want ErrDate", bad, err)
		}
	}
}

func TestValidNPI(t *testing.T) {
	for npi, want := range map[string]bool{
		"1234567893": true, "1558598797": true, "1999999984": true,
		"1234567890": false, "9876543210": false, "": false, "123456789": false, "12345678930": false, "1234567893 ": false,
	} {
		if got := x12.ValidNPI(npi); got != want {
			t.Errorf("ValidNPI(%q) = %v", npi, got)
		}
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "SAMPLE 12", "SAMPLE 12"},
		{"lower case", "O'Neil", "O'NEIL"},
		{"accents", "José Nuñez-Gößwein", "JOSE NUNEZ-GOSSWEIN"},
		{"letters without decomposition", "Łukasz Ærø Đorđe Þór", "LUKASZ AERO DORDE THOR"},
		{"typographic marks", "“St. Mary’s” – 1½", `"ST. MARY'S" - 11/2`},
		{"acute accent as apostrophe", "O´Neil", "O'NEIL"},
		{"white space", " a \t\u00a0b\r\n ", "A B"},
		{"composed and decomposed alike", "e\u0301", "E"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := x12.Clean(c.in, x12.Standard)
			if got != c.want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
	for _, bad := range []string{"A*B", "A:B", "A~B", "A^B", "李", "Иван", "a\x01b", "☺"} {
		if got, err := x12.Clean(bad, x12.Standard); err == nil || got != "" {
			t.Errorf("Clean(%q) = %q, %v, want an error", bad, got, err)
		}
	}
}

func TestCleanTextStaysClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once, err := x12.Clean(rapid.String().Draw(t, "text"), x12.Standard)
		if err != nil {
			return
		}
		if twice, err := x12.Clean(once, x12.Standard); err != nil || twice != once || !x12.Permitted(once) {
			t.Errorf("%q became %q, %v", once, twice, err)
		}
	})
}
