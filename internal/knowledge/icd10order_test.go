package knowledge_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

// orderFile is a handful of lines in the official layout; some are invented.
func orderFile(t testing.TB, year int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("testdata/icd10cm_order_%d.txt", year))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func official(t testing.TB, year int) knowledge.CodeList {
	t.Helper()
	l, err := knowledge.ReadOrderFile(strings.NewReader(orderFile(t, year)), year)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestReadOrderFile(t *testing.T) {
	l, err := knowledge.ReadOrderFile(iotest.OneByteReader(strings.NewReader(orderFile(t, 2027))), 2027)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Codes) != 7 || l.ValidFrom != civil.Of(2026, 10, 1) || l.ValidTo != civil.Of(2027, 9, 30) || !l.Complete {
		t.Errorf("got %d codes, %s to %s", len(l.Codes), l.ValidFrom, l.ValidTo)
	}
	if got := l.Codes[len(l.Codes)-1]; got.Code != "S13.4XXD" || got.Text != "Sprain of ligaments of cervical spine, subsequent encounter" {
		t.Errorf("the last line gave %+v: the long description is wanted", got)
	}
}

func TestOrderFileNamesTheWrongLine(t *testing.T) {
	good := strings.Split(strings.TrimSpace(orderFile(t, 2026)), "\r\n")
	with := func(n int, edit func(string) string) string {
		lines := append([]string(nil), good...)
		lines[n-1] = edit(lines[n-1])
		return strings.Join(lines, "\r\n")
	}
	set := func(at int, text string) func(string) string {
		return func(s string) string { return s[:at] + text + s[at+len(text):] }
	}
	for _, c := range []struct {
		name, file, why string
		line            int
	}{
		{"nothing", "", "no billable code", 1},
		{"blank lines only", "\r\n\r\n", "no billable code", 2},
		{"headers only", good[0] + "\r\n", "no billable code", 1},
		{"a short line", with(3, func(s string) string { return s[:70] }), "70 characters", 3},
		{"an empty line between", with(4, func(string) string { return "" }), "empty", 4},
		{"no order number", with(2, set(0, "0000x")), "order number", 2},
		{"an order number twice", with(3, set(0, "00002")), "follows 2", 3},
		{"a column not blank", with(5, set(13, "x")), "must be blank", 5},
		{"no code", with(2, set(6, "m542   ")), "not a diagnosis code", 2},
		{"a code with its dot", with(2, set(6, "M54.2  ")), "not a diagnosis code", 2},
		{"a code twice", with(3, set(6, "M542   ")), "appears twice", 3},
		{"neither header nor billable", with(6, set(14, "2")), "0 for a header", 6},
		{"a category marked billable", with(3, set(14, "1")), "M5450 stands under M545", 4},
		{"no description", with(2, func(s string) string { return s[:77] + "   " }), "description is missing", 2},
		{"broken letters", with(2, set(20, "\xff\xfe")), "not text", 2},
		{"a control character", with(2, set(20, "\x00")), "not text", 2},
		{"a PDF", "%PDF-1.7\n1 0 obj", "characters", 1},
		{"one endless line", strings.Repeat("x", 1<<20), "does not end", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := knowledge.ReadOrderFile(strings.NewReader(c.file), 2026)
			var wrong *knowledge.OrderError
			if !errors.As(err, &wrong) || wrong.Line != c.line || !strings.Contains(wrong.Why, c.why) {
				t.Errorf("got %v, want line %d with %q", err, c.line, c.why)
			}
		})
	}
	if _, err := knowledge.ReadOrderFile(iotest.ErrReader(io.ErrClosedPipe), 2026); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the reader's error became %v", err)
	}
}

func TestOfficialListsDecideByDateOfService(t *testing.T) {
	x, err := load(t).ICD10().With(official(t, 2027), official(t, 2026))
	if err != nil {
		t.Fatal(err)
	}
	in26, in27 := civil.Of(2026, 9, 30), civil.Of(2026, 10, 1)
	for _, c := range []struct {
		code string
		on   civil.Date
		want knowledge.CodeState
		why  string
	}{
		{"M54.2", in26, knowledge.CodeValid, ""},
		{"M54.2", in27, knowledge.CodeIncomplete, "M54.20"},  // a header from then on
		{"M54.20", in26, knowledge.CodeOverlong, "complete"}, // not yet
		{"M54.20", in27, knowledge.CodeValid, ""},
		{"M54.5", in26, knowledge.CodeEnded, "M54.50"},
		{"S13.4", in27, knowledge.CodeIncomplete, "S13.4XXA"},
		{"M54.51", in26, knowledge.CodeValid, ""},
		{"M54.51", in27, knowledge.CodeEnded, "30 Sep 2026"}, // deleted
		{"M65.9", in26, knowledge.CodeValid, ""},             // the official list is above the record of changes
		{"M62.838", in26, knowledge.CodeAbsent, "official"},  // in the working list only
		{"M54.50", civil.Of(2022, 5, 1), knowledge.CodeValid, "since"},
		{"M54.50", civil.Of(2027, 10, 1), knowledge.CodeNewer, "newer"},
	} {
		if got, why := x.Valid(c.code, c.on); got != c.want || !strings.Contains(why, c.why) {
			t.Errorf("Valid(%s, %s) = %s, %q; want %s with %q", c.code, c.on, got, why, c.want, c.why)
		}
	}
	if got := codesOf(x.Search("cervicalgia", in26, 5)); len(got) != 1 || got[0] != "M54.2" {
		t.Errorf("in the first year the search found %v", got)
	}
	if got := codesOf(x.Search("neck pain", in27, 5)); len(got) != 2 || got[0] != "M54.20" {
		t.Errorf("everyday words found %v in the second year", got)
	}
	if c, ok := x.Lookup("M54.50"); !ok || !c.Common || c.FiscalYear != 2027 {
		t.Errorf("what the working list knows beside the official one is lost: %+v", c)
	}
	if _, err := load(t).ICD10().With(official(t, 2026), official(t, 2026)); err == nil {
		t.Error("the same year was taken twice")
	}
}

func FuzzReadOrderFile(f *testing.F) {
	f.Add(orderFile(f, 2026))
	f.Add(orderFile(f, 2027)[:300])
	f.Add("00001 M542    1 x")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := knowledge.ReadOrderFile(strings.NewReader(s), 2026)
		var wrong *knowledge.OrderError
		if err != nil {
			if !errors.As(err, &wrong) || wrong.Line < 1 {
				t.Fatalf("an error without its line: %v", err)
			}
			return
		}
		x, err := load(t).ICD10().With(l)
		if err != nil {
			t.Fatalf("a list that was taken makes no index: %v", err)
		}
		for _, c := range l.Codes {
			if state, why := x.Valid(c.Code, civil.Of(2026, 1, 1)); state != knowledge.CodeValid {
				t.Fatalf("%s is in the list and %s: %s", c.Code, state, why)
			}
		}
	})
}

// yearSize is a made-up file as large as a year's.
func yearSize(codes int) string {
	var b strings.Builder
	n := 0
	line := func(code string, flag byte, text string) {
		n++
		fmt.Fprintf(&b, "%05d %-7s %c %-60.60s %s\r\n", n, code, flag, text, text)
	}
	words := strings.Fields("right left bilateral unspecified initial subsequent sequela encounter fracture sprain strain muscle tendon neck shoulder elbow wrist hip knee ankle")
	for i := 0; n < codes; i++ {
		head := fmt.Sprintf("%c%02d", 'A'+i/100%26, i%100)
		line(head, '0', "Disorder of group "+head)
		for j := range 31 {
			text := "Disorder " + head
			for k := range 7 {
				text += " " + words[(i*7+j*3+k*5)%len(words)]
			}
			line(fmt.Sprintf("%s%02dX", head, j), '1', text)
		}
	}
	return b.String()
}

func BenchmarkOfficialYear(b *testing.B) {
	file, base := yearSize(80_000), load(b).ICD10()
	b.Run("read and index", func(b *testing.B) {
		for b.Loop() {
			l, err := knowledge.ReadOrderFile(strings.NewReader(file), 2027)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := base.With(l); err != nil {
				b.Fatal(err)
			}
		}
	})
	l, _ := knowledge.ReadOrderFile(strings.NewReader(file), 2027)
	x, _ := base.With(l)
	for _, q := range []string{"M54", "right", "d"} {
		b.Run("search "+q, func(b *testing.B) {
			for b.Loop() {
				if len(x.Search(q, civil.Of(2027, 1, 1), 48)) == 0 {
					b.Fatal("found nothing")
				}
			}
		})
	}
}
