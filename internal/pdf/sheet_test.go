package pdf_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"soapstone/internal/pdf"
)

func sheet(words string) *pdf.Sheet {
	s := pdf.NewSheet("Form "+words, "Prairie Medical Massage", meta.Created)
	s.Page()
	s.Shade(pdf.Rose, 1, 1, 3, 0.5)
	s.Box(pdf.Red, 1, 1, 3, 0.5, 0.6)
	s.Line(pdf.Red, 1, 2, 4, 2, 0.6)
	s.Dashes(pdf.Red, 1, 3, 4, 3, 0.6)
	s.Label(pdf.Red, 1, 1.1, 6, "Caption Łódź "+words)
	s.Heading(pdf.Red, 1, 0.8, 12, "Heading "+words)
	s.Typed(1, 1.3, "TYPED 123 "+words)
	s.Page()
	s.Watermark(words)
	return s
}

func sheetBytes(t testing.TB, s *pdf.Sheet) []byte {
	t.Helper()
	b, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASheetIsValidAndTheSameEveryTime(t *testing.T) {
	s := sheet("COPY")
	if s.Pages() != 2 {
		t.Errorf("%d pages", s.Pages())
	}
	b := sheetBytes(t, s)
	validate(t, b)
	if !bytes.Equal(b, sheetBytes(t, sheet("COPY"))) {
		t.Error("two prints differ")
	}
	pages := text(t, b)
	for _, want := range []string{"TYPED 123 COPY", "Caption Łódź COPY", "Heading COPY"} {
		if !strings.Contains(pages[0], want) {
			t.Errorf("%q is not on the sheet", want)
		}
	}
}

func TestTypedTextHasTenCharactersToTheInch(t *testing.T) {
	s := pdf.NewSheet("", "", time.Time{})
	s.Page()
	// Seventy characters end where the next word is typed, so both read as one.
	s.Typed(0.5, 1, strings.Repeat("W", 70))
	s.Typed(7.5, 1, "END")
	b := sheetBytes(t, s)
	validate(t, b)
	if got := strings.TrimSpace(strings.Join(text(t, b), "")); got != strings.Repeat("W", 70)+"END" {
		t.Errorf("read as %q", got)
	}
}

func TestAnyTextOnASheet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		validate(t, sheetBytes(t, sheet(rapid.String().Draw(rt, "words"))))
	})
	for _, odd := range []string{"", "\x00\u202e😀", strings.Repeat("LONG ", 80), strings.Repeat("x", 2000)} {
		validate(t, sheetBytes(t, sheet(odd)))
	}
}
