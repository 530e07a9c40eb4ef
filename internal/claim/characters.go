package claim

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"soapstone/internal/textkey"
)

// spelled are characters that Unicode does not take apart but that people
// write plainly.
var spelled = map[rune]string{
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'ł': "l", 'Ł': "L",
	'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'þ': "th", 'Þ': "Th", 'ı': "i", 'ħ': "h", 'Ħ': "H", 'ŋ': "n", 'Ŋ': "N",
	'‘': "'", '’': "'", '‚': "'", 'ʼ': "'", 'ʻ': "'", '“': `"`, '”': `"`, '„': `"`,
	'‐': "-", '‑': "-", '–': "-", '—': "-", '−': "-", '…': "...", '\u00a0': " ",
}

// plain writes a text in the characters that claims can hold: letters lose
// their marks, typographic signs become plain ones. What cannot be written so,
// such as another script, is left out and makes ok false.
func plain(s string) (out string, ok bool) {
	var b strings.Builder
	ok = true
	for _, r := range norm.NFKD.String(strings.TrimSpace(s)) {
		switch {
		case spelled[r] != "":
			b.WriteString(spelled[r])
		case unicode.IsMark(r):
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		default:
			ok = false
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), ok
}

// text is plain without the question whether everything could be written;
// the check of characters asks it.
func text(s string) string {
	out, _ := plain(s)
	return out
}

// phone is a telephone number of the United States in ten digits, or "".
func phone(s string) string {
	d := textkey.Phone(s)
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	if len(d) != 10 {
		return ""
	}
	return d
}

// personName takes a name apart for the fields of a claim: the last word is the
// last name.
func personName(s string) (first, last string) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return "", ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
