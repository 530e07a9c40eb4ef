package patient

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/textkey"
)

const (
	maxTermRunes = 40 // longer words are found by their beginning
	maxTerms     = 60 // per patient
	pairLetters  = 6  // of each word of a pair
)

// terms lists, once each and sorted, what a patient is found by: the record
// number with and without its letter, the birth date as digits with a long and
// a short year, telephone digits whole, without area code and the last four,
// every word of every name (also the words of O'Brien or Anne-Marie written as
// one), and the words in pairs. A name of very many words is found by the
// first ones.
func terms(number string, d Demographics) []string {
	t := append(numberTerms(number), dateTerm(d.BirthDate), dateTerm(d.BirthDate)[2:])
	for _, phone := range []string{d.Phone, d.OtherPhone} {
		if digits := nationalDigits(phone); len(digits) >= 7 {
			t = append(t, digits, digits[len(digits)-7:], digits[len(digits)-4:])
		}
	}
	words := nameTerms(d)
	t = append(t, words...)
	for i, a := range words {
		for _, b := range words[i+1:] {
			if isWord(a) && isWord(b) {
				t = append(t, pairTerm(a, b, pairLetters))
			}
		}
	}
	if len(t) > maxTerms {
		t = t[:maxTerms]
	}
	slices.Sort(t)
	return slices.Compact(t)
}

// nameTerms are the words of all names, folded, once each, the last name first.
func nameTerms(d Demographics) []string {
	var words []string
	add := func(w string) {
		if w = cut(w, maxTermRunes); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, name := range []string{d.LastName, d.FirstName, d.PreferredName, d.MiddleName} {
		for _, part := range strings.Fields(name) {
			pieces := strings.Fields(textkey.Search(part))
			for _, w := range pieces {
				add(w)
			}
			add(strings.Join(pieces, ""))
		}
	}
	return words
}

// isWord tells words of names from numbers: only they go into pairs.
func isWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// pairTerm is one term for two words: a tilde and the first n letters of both,
// taken in turn, the word that sorts first leading. "jo sm" is thus a single
// range ("~jsom"), where two ranges of thousands would have to be intersected.
// A word that is used up gives a hyphen. The term of n letters is a beginning
// of the term of more, because words that agree in n letters lead alike.
func pairTerm(a, b string, n int) string {
	if b < a {
		a, b = b, a
	}
	x, y := []rune(a), []rune(b)
	t := []rune{'~'}
	letter := func(w []rune, i int) rune {
		if i < len(w) {
			return w[i]
		}
		return '-'
	}
	for i := range n {
		t = append(t, letter(x, i), letter(y, i))
	}
	return string(t)
}

// numberTerms gives 1027 and 1027r for 1027-R.
func numberTerms(number string) []string {
	digits, letter, _ := strings.Cut(strings.ToLower(number), "-")
	return []string{digits, digits + letter}
}

// dateTerm is the eight digits year, month, day.
func dateTerm(d civil.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// nationalDigits are the digits of a telephone number without the country
// code of North America, so that +1 312 555 0100 and 312-555-0100 are one.
// Digits after an extension mark are not part of it.
func nationalDigits(phone string) string {
	p := strings.ToLower(phone)
	if i := strings.IndexAny(p, "x,;"); i > 0 {
		p = p[:i]
	}
	digits := textkey.Phone(p)
	if len(digits) == 11 && digits[0] == '1' {
		return digits[1:]
	}
	return digits
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	i := 0
	for at := range s {
		if i == n {
			return s[:at]
		}
		i++
	}
	return s
}
