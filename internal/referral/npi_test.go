package referral_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/errs"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

func TestParseNPI(t *testing.T) {
	for _, c := range []struct{ name, in, want, complaint string }{
		{"a valid number is taken", "1234567893", "1234567893", ""},
		{"another valid number is taken", "1558598797", "1558598797", ""},
		{"spaces and hyphens are taken out", " 1234-567 893 ", "1234567893", ""},
		{"a wrong check digit is refused", "1234567890", "", "wrong digit"},
		{"two digits exchanged are refused", "1324567893", "", "wrong digit"},
		{"a number that begins with 9 is refused", "9876543210", "", "begins with 1 or 2"},
		{"nine digits are refused", "123456789", "", "This has 9."},
		{"eleven digits are refused", "12345678931", "", "This has 11."},
		{"letters are refused", "12345O7893", "", "digits only"},
		{"digits of another script are refused", "١٢٣٤٥٦٧٨٩٣", "", "digits only"},
		{"nothing is refused", "", "", "This has 0."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := referral.ParseNPI(c.in)
			if got != c.want {
				t.Errorf("ParseNPI(%q) = %q, want %q", c.in, got, c.want)
			}
			if c.complaint == "" && err != nil {
				t.Errorf("ParseNPI(%q): %v", c.in, err)
			}
			if c.complaint != "" && (!errs.Is(err, errs.Invalid) || !strings.Contains(errs.PublicOf(err), c.complaint)) {
				t.Errorf("ParseNPI(%q): %v, want Invalid with %q", c.in, err, c.complaint)
			}
		})
	}
}

// The check digit finds every single wrong digit: of the ten numbers that
// differ in one place only, at most one is valid.
func TestNPIFindsASingleWrongDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := []byte("1" + fmt.Sprintf("%09d", rapid.IntRange(0, 999_999_999).Draw(t, "rest")))
		place := rapid.IntRange(1, 9).Draw(t, "place")
		valid := 0
		for d := byte('0'); d <= '9'; d++ {
			digits[place] = d
			if _, err := referral.ParseNPI(string(digits)); err == nil {
				valid++
			}
		}
		if valid != 1 {
			t.Fatalf("%d of the ten digits in place %d of %s are valid, want 1", valid, place, digits)
		}
	})
}

func FuzzParseNPI(f *testing.F) {
	for _, s := range []string{"1234567893", "1234-567-893", "", "80840", "\u00a01234567893", "１２３４５６７８９３"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := referral.ParseNPI(s)
		if err != nil {
			if got != "" || errs.PublicOf(err) == "" {
				t.Fatalf("ParseNPI(%q) = %q, %v", s, got, err)
			}
			return
		}
		if len(got) != 10 || practice.CheckNPI(got) != nil {
			t.Fatalf("ParseNPI(%q) = %q, which is not valid", s, got)
		}
		if again, err := referral.ParseNPI(got); err != nil || again != got {
			t.Fatalf("ParseNPI(%q) = %q, %v; want it unchanged", got, again, err)
		}
	})
}
