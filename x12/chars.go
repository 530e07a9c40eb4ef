package x12

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folds are letters and marks that compatibility decomposition leaves alone but
// that have one settled spelling in ASCII.
var folds = map[rune]string{
	'ß': "SS", 'ẞ': "SS", 'æ': "AE", 'Æ': "AE", 'œ': "OE", 'Œ': "OE", 'ø': "O", 'Ø': "O",
	'ł': "L", 'Ł': "L", 'đ': "D", 'Đ': "D", 'ð': "D", 'Ð': "D", 'þ': "TH", 'Þ': "TH", 'ı': "I",
	'‘': "'", '’': "'", 'ʼ': "'", '`': "'", '´': "'", '“': `"`, '”': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '−': "-", '⁄': "/",
}

// extended are the marks of the extended character set; the basic set is the
// rest of printable ASCII without ^ and the grave accent, which stand in neither.
const extended = `%~@[]_{}\|<>#$`

// basic are the marks of the basic character set, beside A to Z and digits.
const basic = "!\"&'()*+,-./:;?= "

// CharError says which character of a text cannot be sent.
type CharError struct {
	Char   rune
	Reason string
}

func (e *CharError) Error() string { return fmt.Sprintf("the character %q %s", e.Char, e.Reason) }

// Clean folds text into what X12 receivers accept: upper case, accents
// stripped, typographic quotes and dashes made plain, white space joined into
// single spaces and trimmed. A character that still is not in the basic or the
// extended set, or that is one of the delimiters d, is a *CharError: dropping it
// would change what the text says.
func Clean(text string, d Delimiters) (string, error) {
	if plain(text, d) {
		return text, nil
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(foldMarks(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsSpace(r):
			r = ' '
		}
		if s, ok := folds[r]; ok {
			b.WriteString(s)
			continue
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	out := strings.Join(strings.Fields(b.String()), " ")
	for _, r := range out {
		if err := permitted(r, d); err != nil {
			return "", err
		}
	}
	return out, nil
}

// foldMarks replaces the marks that decomposition would take apart: an acute
// accent standing alone becomes a space and a combining accent otherwise.
func foldMarks(text string) string {
	return strings.NewReplacer("´", "'", "…", "...").Replace(text)
}

// plain reports text that needs no folding, which nearly all text is.
func plain(text string, d Delimiters) bool {
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || permitted(rune(c), d) != nil ||
			c == ' ' && (i == 0 || i == len(text)-1 || text[i-1] == ' ') {
			return false
		}
	}
	return true
}

func permitted(r rune, d Delimiters) error {
	switch {
	case r < 0x80 && d.has(byte(r)):
		return &CharError{r, "separates the parts of this file and cannot stand in data; leave it out"}
	case r < 0x80 && isAlphanumeric(byte(r)), strings.ContainsRune(basic, r), strings.ContainsRune(extended, r):
		return nil
	case r < ' ' || r == 0x7f:
		return &CharError{r, "is a control character; leave it out"}
	}
	return &CharError{r, "has no plain ASCII form; spell it in the letters A to Z"}
}

// Permitted reports whether every character of text belongs to the basic or
// extended set, as data that was already written must. Lower case is permitted:
// the extended set has it, though [Clean] never writes it.
func Permitted(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isAlphanumeric(c) && strings.IndexByte(basic, c) < 0 && strings.IndexByte(extended, c) < 0 {
			return false
		}
	}
	return true
}
