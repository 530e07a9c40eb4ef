package pdf

import (
	"strings"
	"unicode"
)

// clean makes text drawable: line ends are \n, other control characters and
// marks that turn the reading order are gone, and what has no agreed shape or lies
// beyond the first 65,536 characters, which the font format cannot address, is a box.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case r > 0xFFFF, unicode.Is(unicode.Co, r):
			return '□'
		}
		return r
	}, s)
}

// oneLine is clean text without line ends and double spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// fit cuts a single line to the width in millimetres, in the present font.
func (d *Doc) fit(s string, w float64) string {
	if widthOf(d.f, s) <= w {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && widthOf(d.f, string(r)+"…") > w {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ") + "…"
}

// wrap breaks text into lines of at most w millimetres in the present font, at
// spaces, and inside a word only when it is wider than the line. There is
// always at least one line.
func (d *Doc) wrap(s string, w float64) []string {
	var out []string
	for _, para := range strings.Split(clean(s), "\n") {
		line := ""
		for _, word := range strings.Fields(para) {
			try := word
			if line != "" {
				try = line + " " + word
			}
			if widthOf(d.f, try) <= w {
				line = try
				continue
			}
			if line != "" {
				out = append(out, line)
			}
			line = word
			for widthOf(d.f, line) > w {
				n := d.prefix(line, w)
				out = append(out, line[:n])
				line = line[n:]
			}
		}
		out = append(out, line)
	}
	return out
}

// prefix is how many bytes of a word fit, at least one character.
func (d *Doc) prefix(word string, w float64) int {
	n := 0
	for i, r := range word {
		end := i + len(string(r))
		if n > 0 && widthOf(d.f, word[:end]) > w {
			return n
		}
		n = end
	}
	return n
}

// height of n lines in the present font.
func (d *Doc) height(n int) float64 { return float64(n) * d.lineHeight() }
