package form

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const notText = "This has characters that cannot be saved. Type it again."

// Clean gives text as it may be kept and shown: valid UTF-8, line ends as \n,
// no byte-order mark, no control or direction-override characters. why is ""
// unless something had to be taken out that a person cannot have meant.
func Clean(s string) (clean, why string) {
	if !utf8.ValidString(s) {
		s, why = strings.ToValidUTF8(s, "\uFFFD"), notText
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	clean = strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\uFEFF':
			return -1
		case r == '\n' || r == '\t':
			return r
		case forbidden(r):
			why = notText
			return -1
		}
		return r
	}, s)
	return clean, why
}

// forbidden is true for control characters, and for those that turn the
// direction of text around: with them a name or a dose could be shown other
// than it is stored. Plain left-to-right and right-to-left marks are fine.
func forbidden(r rune) bool {
	return unicode.IsControl(r) || (r >= '\u202A' && r <= '\u202E') || (r >= '\u2066' && r <= '\u2069')
}
