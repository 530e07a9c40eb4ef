package patient_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/patient"
)

func TestFormatNumber(t *testing.T) {
	for n, want := range map[int64]string{1: "1-B", 22: "22-Z", 23: "23-A", 1001: "1001-N", 1027: "1027-S"} {
		if got := patient.FormatNumber(n); got != want {
			t.Errorf("FormatNumber(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	cases := []struct {
		name, in string
		want     int64
		ok       bool
	}{
		{"as printed", "1027-S", 1027, true},
		{"lower case without hyphen", "1027s", 1027, true},
		{"with a number sign and spaces", " #1027-s ", 1027, true},
		{"wrong letter", "1027-R", 0, false},
		{"digits only", "1027", 0, false},
		{"letter never used", "1027-I", 0, false},
		{"leading zero", "01027-S", 0, false},
		{"empty", "", 0, false},
		{"letter only", "-S", 0, false},
		{"not ASCII", "１０２７-S", 0, false},
		{"too long", "1000000000000000-A", 0, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := patient.ParseNumber(c.in)
			if ok != c.ok || (ok && got != c.want) {
				t.Errorf("ParseNumber(%q) = %d, %v, want %d, %v", c.in, got, ok, c.want, c.ok)
			}
		})
	}
}

// The check letter exists to catch the two slips people make.
func TestNumberCatchesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 999_999_999_999).Draw(t, "n")
		s := patient.FormatNumber(n)
		if got, ok := patient.ParseNumber(s); !ok || got != n {
			t.Fatalf("ParseNumber(%q) = %d, %v", s, got, ok)
		}
		digits := strings.IndexByte(s, '-')
		at := rapid.IntRange(0, digits-1).Draw(t, "at")
		other := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if b := []byte(s); b[at] != other {
			b[at] = other
			if _, ok := patient.ParseNumber(string(b)); ok {
				t.Errorf("%s passes although a digit of %s was changed", b, s)
			}
		}
		if b := []byte(s); at+1 < digits && b[at] != b[at+1] {
			b[at], b[at+1] = b[at+1], b[at]
			if _, ok := patient.ParseNumber(string(b)); ok {
				t.Errorf("%s passes although two digits of %s were swapped", b, s)
			}
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1027-S", "#1001n", "", "-", "999999999999-A", "１-B", "\xff1-B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := patient.ParseNumber(s)
		if !ok {
			return
		}
		if again, ok := patient.ParseNumber(patient.FormatNumber(n)); !ok || again != n {
			t.Errorf("ParseNumber(%q) = %d, which does not survive being written", s, n)
		}
	})
}
