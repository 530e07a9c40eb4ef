package authn

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"soapstone/internal/errs"
)

//go:embed common.txt
var commonText string

// commonWords are the words of common.txt, and the longest of them in runes.
var commonWords, longestWord = loadCommon(commonText)

func loadCommon(text string) (map[string]bool, int) {
	words, longest := map[string]bool{}, 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(line) {
			words[w] = true
			longest = max(longest, utf8.RuneCountInString(w))
		}
	}
	return words, longest
}

// walks are the ways fingers run over a keyboard, and the ways people count.
var walks = []string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "azertyuiop", "qwertzuiop",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
	"qazwsxedcrfvtgbyhnujmikolp", "qweasdzxc", "!@#$%^&*()",
}

// weakPieces is the number of guessable pieces up to which a password is
// refused: a word, a row of keys, a date or another short number, a repeated
// character, or any single character each count as one.
const weakPieces = 4

// leet undoes the substitutions that everybody knows.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// CheckPassword refuses a password that is too short or among the first that
// anybody would try. about are words of the person's own (name, e-mail, name
// of the practice), which count as guessable too. There is no rule about kinds
// of characters, and the password is used exactly as typed (NIST SP 800-63B,
// 5.1.1.2).
func CheckPassword(password string, about ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return errs.OnField("password", "This password has characters that cannot be read. Type it again.")
	case n < MinPassword:
		return errs.OnField("password", "Use at least 12 characters. Four random words make a good password.")
	case n > MaxPassword:
		return errs.OnField("password", "Use at most 1,000 characters.")
	case guessable(password, about):
		return errs.OnField("password", "This password is easy to guess. Try four random words that have nothing to do with you.")
	}
	return nil
}

func guessable(password string, about []string) bool {
	own := ownWords(about)
	plain := []rune(strings.ToLower(norm.NFKC.String(password)))
	return repeats(plain) || pieces(plain, own) <= weakPieces
}

// ownWords cuts what is known about a person into words of four letters or more.
func ownWords(about []string) map[string]bool {
	words := map[string]bool{}
	for _, a := range about {
		for _, w := range strings.FieldsFunc(strings.ToLower(a), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if n := utf8.RuneCountInString(w); n >= 4 && n <= 64 {
				words[w] = true
			}
		}
	}
	return words
}

// repeats reports whether the whole is a unit of up to eight characters, over
// and over.
func repeats(s []rune) bool {
	for unit := 1; unit <= 8 && unit*2 <= len(s); unit++ {
		same := true
		for i := unit; i < len(s) && same; i++ {
			same = s[i] == s[i-unit]
		}
		if same {
			return true
		}
	}
	return false
}

// pieces is the least number of guessable pieces that s can be cut into.
func pieces(s []rune, own map[string]bool) int {
	const most = 64 // so long a password is not guessed piece by piece
	if len(s) > most {
		return len(s)
	}
	best := make([]int, len(s)+1) // best[i]: least pieces for s[i:]
	for i := len(s) - 1; i >= 0; i-- {
		best[i] = 1 + best[i+1]
		for end := i + 2; end <= len(s); end++ {
			if 1+best[end] < best[i] && isPiece(s[i:end], own) {
				best[i] = 1 + best[end]
			}
		}
	}
	return best[0]
}

func isPiece(s []rune, own map[string]bool) bool {
	text := string(s)
	for _, word := range []string{text, leet.Replace(text)} {
		if len(s) <= longestWord && commonWords[word] || own[word] {
			return true
		}
	}
	if len(s) <= 8 && digits(s) {
		return true // a year, a date, a telephone number
	}
	if len(s) < 3 {
		return s[0] == s[1]
	}
	same := true
	for _, r := range s {
		same = same && r == s[0]
	}
	return same || walked(text)
}

func digits(s []rune) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func walked(s string) bool {
	back := reverse(s)
	for _, w := range walks {
		if strings.Contains(w, s) || strings.Contains(w, back) {
			return true
		}
	}
	return false
}

func reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}
