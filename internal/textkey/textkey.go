// Package textkey turns names into keys for searching and sorting, in Go and
// not in SQL, because the two databases disagree about case and alphabets.
// It decides which letters count as the same and in which order people stand.
//
// Keys are derived: they are stored beside the text, never shown and never
// turned back. The package refuses nothing: damaged text gives a key too.
package textkey

import (
	"encoding/hex"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not decompose but people type plainly.
var letters = map[rune]string{
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe",
	'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŋ': "n", 'ɖ': "d", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k",
	'ə': "e", 'ß': "ss",
	// Letters to Unicode, apostrophes to people.
	'ʹ': " ", 'ʻ': " ", 'ʼ': " ", 'ʽ': " ", 'ʾ': " ", 'ʿ': " ", 'ˈ': " ",
}

// Search is the text as it is searched: folded to lower case without marks,
// letters and digits only, everything else one space, none at the ends.
// "Łukasz O’Brien-Weiß" gives "lukasz o brien weiss". Search(Search(s)) is
// Search(s).
func Search(s string) string {
	fold := cases.Fold()
	// Normalizing passes over what follows a damaged byte.
	s = strings.ToValidUTF8(s, " ")
	// Folding undoes compatibility forms and the reverse, so each is needed
	// before and after the other.
	s = norm.NFKD.String(fold.String(norm.NFKD.String(s)))
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	put := func(r rune) {
		// Folding goes to upper case where a script got its lower case late
		// (Cherokee).
		r = unicode.ToLower(r)
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		case unicode.IsMark(r):
			// A mark belongs to its letter and separates nothing.
		default:
			gap = true
		}
	}
	for _, r := range s {
		if plain, ok := letters[r]; ok {
			for _, p := range plain {
				put(p)
			}
			continue
		}
		put(r)
	}
	return b.String()
}

// A Collator keeps buffers and is not safe for concurrent use.
var collators = sync.Pool{New: func() any { return collate.New(language.AmericanEnglish) }}

// Sort is a key whose order as text is the order of names in a US directory:
// case and accents matter only between names that are otherwise equal. It is
// lower-case hexadecimal, so both databases order it the same way. Surrounding
// and repeated spaces do not count.
func Sort(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, s))
}

// Phone is the digits of a telephone number and nothing else; "+1 (312)
// 555-0100" gives "13125550100".
func Phone(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, norm.NFKC.String(strings.ToValidUTF8(s, " ")))
}
