package claimpaper

import (
	"strings"

	"soapstone/internal/textkey"
)

// plain is the text in capital letters of the Latin alphabet, digits and ASCII
// punctuation, on one line. ok is false when a letter has no such spelling.
func plain(s string) (text string, ok bool) {
	var b strings.Builder
	ok = true
	for _, r := range s {
		switch {
		case r == '\uFFFD':
			ok = false
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		case r < 0x7f:
			b.WriteRune(r)
		case r == '\u2010' || r == '\u2011' || r == '\u2013' || r == '\u2014':
			b.WriteByte('-')
		default:
			// A letter becomes its plain form; a mark or a sign becomes nothing.
			k := textkey.Search(string(r))
			if strings.ContainsFunc(k, func(r rune) bool { return r > 0x7e }) {
				ok = false
				continue
			}
			b.WriteString(k)
		}
	}
	return strings.ToUpper(b.String()), ok
}

// keep leaves letters, digits, spaces and what stands in also. Periods and
// apostrophes close up (O'BRIEN is OBRIEN), other signs separate.
func keep(s, also string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(also, r):
			return r
		case r == '.', r == '\'':
			return -1
		}
		return ' '
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// A spelling is how a kind of field is written on the form. Each is given plain
// text.
type spelling func(string) string

func asName(s string) string    { return keep(s, "-") }
func asCompany(s string) string { return keep(s, "-&") }
func asAddress(s string) string { return keep(s, "-/") }

// asNumber is an identifier without hyphens and spaces, as items 1a, 11, 21 and
// 23 want it.
func asNumber(s string) string {
	return strings.ReplaceAll(keep(s, ""), " ", "")
}

// asReference is a number that somebody else gave and will look for: its hyphens
// stay.
func asReference(s string) string {
	return strings.ReplaceAll(keep(s, "-"), " ", "")
}
