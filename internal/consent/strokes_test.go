package consent_test

import (
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/consent"
	"soapstone/internal/errs"
)

const drawn = "M100 200L200 150L300 260L420 120M500 200L640 210"

func TestParseStrokes(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"as the page sends it", drawn, drawn},
		{"spaces around", "  M100 200 L300 200 ", "M100 200L300 200"},
		{"leading zeros", "M0100 0200L0300 0200", "M100 200L300 200"},
		{"dots beside a line", "M0 0M100 200L400 200", "M0 0M100 200L400 200"},
	} {
		got, err := consent.ParseStrokes("strokes", c.in)
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	for name, in := range map[string]string{
		"nothing": "", "a dot": "M10 10L10 10", "a short line": "M10 10L60 10", "scribble on one spot": strings.Repeat("M10 10L40 40", 20),
		"outside the box": "M10 10L1001 10", "below the box": "M10 10L10 451", "a negative number": "M10 10L-50 10", "a decimal": "M10.5 10L300 10",
		"another command": "M10 10C300 10 20 20 30 30", "a line before its start": "L10 10L300 10", "markup": `M10 10L300 10"/><script>`,
		"three numbers": "M10 10 10L300 10", "no numbers": "ML", "very many points": "M0 0" + strings.Repeat("L900 9", 20_001),
		"very many strokes": strings.Repeat("M0 0L500 0", 301), "not ASCII": "M１0 10L300 10",
	} {
		got, err := consent.ParseStrokes("strokes", in)
		if !errs.Is(err, errs.Invalid) || got != "" || len(errs.FieldsOf(err)) != 1 {
			t.Errorf("%s: got %q, %v, want Invalid on the field", name, got, err)
		}
	}
}

var safePath = regexp.MustCompile(`^(?:[ML][0-9]{1,4} [0-9]{1,3})+$`)

func FuzzParseStrokes(f *testing.F) {
	for _, s := range []string{drawn, "M10 10", "M10 10L300 10\"", "L", "M 10  10", "M9999 9999L1 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := consent.ParseStrokes("strokes", s)
		if err != nil {
			return
		}
		if !safePath.MatchString(got) {
			t.Errorf("ParseStrokes(%q) passes %q", s, got)
		}
		if again, err := consent.ParseStrokes("strokes", got); err != nil || again != got {
			t.Errorf("%q does not survive being read again: %q, %v", got, again, err)
		}
	})
}
