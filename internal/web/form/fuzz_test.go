package form_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/id"
	"soapstone/internal/web/form"
)

// Whatever is sent, no getter panics, what is kept may be shown, and a value
// comes out only where there is no complaint.
func FuzzGetters(f *testing.F) {
	for _, s := range []string{"", "Okafor", "a\x00b", "\xff", "03/02/1984", "1984-03-02", "1,200", "-0", "1e9", "yes", "\u202e", "a\r\nb", "9999999999999999999", strings.Repeat("x", 300)} {
		f.Add(s, "")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		values := map[string][]string{"x": {a, b}, a: {b}}
		for name, get := range map[string]func(*form.Form) bool{
			"Text":   func(f *form.Form) bool { return f.Text("x") != "" },
			"Area":   func(f *form.Form) bool { return f.Area("x") != "" },
			"Date":   func(f *form.Form) bool { return !f.Date("x").IsZero() },
			"Clock":  func(f *form.Form) bool { _, ok := f.Clock("x"); return ok },
			"OptInt": func(f *form.Form) bool { return f.OptInt("x", -5, 5000) != nil },
			"Number": func(f *form.Form) bool { return f.Number("x", -5, 5000) != nil },
			"Choice": func(f *form.Form) bool { return f.Choice("x", "yes", "no") != "" },
			"YesNo":  func(f *form.Form) bool { return f.YesNo("x") != nil },
			"ID":     func(f *form.Form) bool { return !form.ID[id.Patient](f, "x").IsZero() },
		} {
			fm := form.Decode(values)
			if given := get(fm); given && fm.Error("x") != "" {
				t.Fatalf("%s gave a value and a complaint (%s)", name, fm.Error("x"))
			}
			if !utf8.ValidString(fm.Value("x")) || strings.ContainsFunc(fm.Value("x"), func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
				t.Fatalf("kept text is not fit to show: %q", fm.Value("x"))
			}
		}
		form.Decode(values).Rows(a, 5)
		again, why := form.Clean(a)
		if twice, why2 := form.Clean(again); twice != again || why2 != "" {
			t.Fatalf("Clean is not idempotent: %q, %q (%s, %s)", again, twice, why, why2)
		}
	})
}
