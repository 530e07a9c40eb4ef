package x12_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"soapstone/x12"
)

const isa = "ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     *260115*0930*^*00501*000000001*0*T*:~"

func read(r io.Reader) (ids []string, err error) {
	for rd := x12.NewReader(r); ; {
		s, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return ids, nil
		}
		if err != nil {
			return ids, err
		}
		ids = append(ids, s.ID)
	}
}

func TestReaderAcceptsEveryLayout(t *testing.T) {
	raw, err := os.ReadFile("testdata/commercial.837")
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.ReplaceAll(string(raw), "\n", "")
	want := segments(t, strings.NewReader(flat))
	translate := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(flat) }
	back := func(ss []string, pairs ...string) []string {
		out := make([]string, len(ss))
		for i, s := range ss {
			out[i] = strings.NewReplacer(pairs...).Replace(s)
		}
		return out
	}
	for _, c := range []struct {
		name, file string
		back       []string
	}{
		{"no line ends", flat, nil},
		{"LF", strings.ReplaceAll(flat, "~", "~\n"), nil},
		{"CRLF", strings.ReplaceAll(flat, "~", "~\r\n"), nil},
		{"padding before segments", strings.ReplaceAll(flat, "~", "~  \t\r\n "), nil},
		{"blank lines at the end", flat + "\r\n\r\n \n", nil},
		{"blank lines at the start", "\n\n" + flat, nil},
		{"pipe and newline", translate("*", "|", "~", "\n"), []string{"|", "*"}},
		{"CR ends segments, LF follows", translate("~", "\r\n"), nil},
		{"control characters", translate("*", "\x1d", "~", "\x1c", ":", "\x1f", "^", "\x1e"), []string{"\x1d", "*", "\x1f", ":", "\x1e", "^"}},
		{"tab", translate("*", "\t"), []string{"\t", "*"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := back(segments(t, strings.NewReader(c.file)), c.back...)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if one := back(segments(t, iotest.OneByteReader(strings.NewReader(c.file))), c.back...); !cmp.Equal(want, one) {
				t.Error("reading byte by byte differs")
			}
		})
	}
}

func TestReaderTakesDelimitersFromEveryISA(t *testing.T) {
	second := strings.NewReplacer("*", "|", ":", ">", "~", "'").Replace(isa)
	rd := x12.NewReader(strings.NewReader(isa + "SV1*HC:97124~IEA*0*000000001~\n" + second + "SV1|HC>97140'IEA|0|000000001'"))
	var codes []string
	for {
		s, err := rd.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if s.ID == "SV1" {
			codes = append(codes, s.Component(1, 2))
		}
	}
	if d := cmp.Diff([]string{"97124", "97140"}, codes); d != "" {
		t.Error(d)
	}
}

func TestReaderErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		name, file, says string
		offset           int64
		segment          int
	}{
		{"not X12", "hello world", "does not begin with an ISA", 0, 1},
		{"byte order mark", "\xef\xbb\xbf" + isa, "byte order mark", 0, 1},
		{"ISA cut off", isa[:80], "cut off after 80 of 106", 0, 1},
		{"ISA with a short field", strings.Replace(isa, "SENDERID  ", "SENDERID ", 1) + "ST*837~ more and more", "fixed widths", 0, 1},
		{"delimiter used twice", strings.Replace(isa, "*:~", "*^~", 1) + "ST~", "is both", 0, 1},
		{"letter as delimiter", strings.Replace(isa, "*:~", "*X~", 1) + "ST~", "can also stand in data", 0, 1},
		{"cut off inside a segment", isa + "ST*837*0001~SE*2*00", "ends inside a segment", 118, 3},
		{"no terminator for long", isa + strings.Repeat("A*", x12.MaxSegment), "no segment terminator", 106, 2},
		{"text after IEA", isa + "IEA*0*000000001~GS*HC~", "after IEA", 122, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(strings.NewReader(c.file))
			var bad *x12.SyntaxError
			if !errors.As(err, &bad) {
				t.Fatalf("error %v, want a SyntaxError", err)
			}
			if !strings.Contains(bad.Message, c.says) || bad.Offset != c.offset || bad.Segment != c.segment {
				t.Errorf("got %d %d %q, want %d %d …%q…", bad.Offset, bad.Segment, bad.Message, c.offset, c.segment, c.says)
			}
		})
	}
}

func TestReaderHandsOnReadErrors(t *testing.T) {
	broken := errors.New("disk")
	_, err := read(io.MultiReader(strings.NewReader(isa+"ST*837~"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's own error", err)
	}
}

func TestSegmentParts(t *testing.T) {
	rd := x12.NewReader(strings.NewReader(isa + "SV1*HC:97140:GP**A^B*~"))
	if _, err := rd.Next(); err != nil {
		t.Fatal(err)
	}
	s, err := rd.Next()
	if err != nil {
		t.Fatal(err)
	}
	got := []any{s.Component(1, 1), s.Component(1, 3), s.Component(1, 4), s.Component(9, 1), s.Element(0), s.Element(2), s.Components(2), s.Repeats(3), len(s.Elements), s.String()}
	want := []any{"HC", "GP", "", "", "", "", []string(nil), []string{"A", "B"}, 4, "SV1*HC:97140:GP**A^B*"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"commercial.837", "ok_era.835", "ok_277ca_mixed.277"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(isa + "~~~"))
	f.Add([]byte(strings.Replace(isa, "~", "\n", 1) + "\r\nST*837\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rd, total := x12.NewReader(bytes.NewReader(b)), int64(0)
		for n := 1; ; n++ {
			s, err := rd.Next()
			if err != nil {
				var bad *x12.SyntaxError
				if !errors.Is(err, io.EOF) && !errors.As(err, &bad) {
					t.Fatalf("unexpected kind of error: %v", err)
				}
				break
			}
			if s.Number != n || s.Offset < total || s.Offset >= int64(len(b)) {
				t.Fatalf("segment %d at %d, want number %d and an offset of %d or more", s.Number, s.Offset, n, total)
			}
			if text := s.String(); !bytes.HasPrefix(b[s.Offset:], []byte(text)) {
				t.Fatalf("segment %q does not stand at its offset", text)
			}
			total = s.Offset + 1
			for i := range s.Elements {
				_, _ = s.Components(i+1), s.Repeats(i+1)
			}
		}
		_, _ = x12.Read837P(bytes.NewReader(b))
	})
}

// manyClaims repeats the claim of a golden file until the file has about size
// bytes.
func manyClaims(tb testing.TB, size int) []byte {
	b, err := os.ReadFile("testdata/commercial.837")
	if err != nil {
		tb.Fatal(err)
	}
	i, j := bytes.Index(b, []byte("CLM*")), bytes.Index(b, []byte("\nSE*"))+1
	out := bytes.Clone(b[:i])
	for len(out) < size {
		out = append(out, b[i:j]...)
	}
	return append(out, b[j:]...)
}

func BenchmarkReader10MB(b *testing.B) {
	file := manyClaims(b, 10<<20)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		rd := x12.NewReader(bytes.NewReader(file))
		for {
			if _, err := rd.Next(); err != nil {
				break
			}
		}
	}
}

func BenchmarkRead837P10MB(b *testing.B) {
	file := manyClaims(b, 10<<20)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := x12.Read837P(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}
