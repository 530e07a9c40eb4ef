package pdf

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"codeberg.org/go-pdf/fpdf"
)

//go:embed fonts/DejaVuSansCondensed.ttf
var regular []byte

//go:embed fonts/DejaVuSansCondensed-Bold.ttf
var bold []byte

// whole is the typeface with all its characters, for text that needs them.
const whole = "whole"

// usual reports whether a character is one that papers in the alphabets of
// Western and Central Europe are written with.
func usual(r rune) bool {
	return r >= ' ' && r <= '~' || r >= 0xA0 && r <= 0x17F || strings.ContainsRune(signs, r)
}

const signs = "‐‑‒–—‘’‚“”„†‡•…‰′″€™−←↑→↓≈≠≤≥□☐☑☒✓"

// Reading a font of six thousand characters takes longer than everything else
// about a short paper. So each is cut down to the usual characters once.
var (
	regularCut = sync.OnceValue(func() []byte { return cut(regular) })
	boldCut    = sync.OnceValue(func() []byte { return cut(bold) })
)

func cut(font []byte) []byte {
	var set strings.Builder
	for r := ' '; r <= 0x17F; r++ {
		if usual(r) {
			set.WriteRune(r)
		}
	}
	return fpdf.UTF8CutFont(slices.Clone(font), set.String()+signs)
}

// addFonts gives the document its typeface. The library cuts the fonts down to
// the characters used, working on the bytes it was given: each document gets
// its own copy.
func addFonts(f *fpdf.Fpdf) {
	f.AddUTF8FontFromBytes(family, "", slices.Clone(regularCut()))
	f.AddUTF8FontFromBytes(family, "B", slices.Clone(boldCut()))
}

// inFace calls draw in a font that has all characters of s.
func inFace(f *fpdf.Fpdf, s string, draw func()) {
	if f.GetFontFamily() != family || !strings.ContainsFunc(s, func(r rune) bool { return !usual(r) }) {
		draw()
		return
	}
	style := f.GetFontStyle()
	size, _ := f.GetFontSize()
	font := regular
	if style == "B" {
		font = bold
	}
	f.AddUTF8FontFromBytes(whole, style, slices.Clone(font)) // nothing happens the second time
	f.SetFont(whole, style, size)
	draw()
	f.SetFont(family, style, size)
}

// widthOf a text in the present font, in the units of the document.
func widthOf(f *fpdf.Fpdf, s string) (w float64) {
	inFace(f, s, func() { w = f.GetStringWidth(s) })
	return w
}
