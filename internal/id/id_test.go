package id_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"soapstone/internal/id"
)

const text = "0195783e-1c2d-7abc-8def-0123456789ab"

func TestParse(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"canonical", text, text},
		{"upper case", strings.ToUpper(text), text},
		{"nil UUID", "00000000-0000-0000-0000-000000000000", ""},
		{"empty", "", ""},
		{"without hyphens", strings.ReplaceAll(text, "-", ""), ""},
		{"in braces", "{" + text + "}", ""},
		{"URN", "urn:uuid:" + text, ""},
		{"hyphens elsewhere", "0195783-e1c2d-7abc-8def-0123456789ab", ""},
		{"not hexadecimal", "0195783g-1c2d-7abc-8def-0123456789ab", ""},
		{"hyphen for a digit", "0195783--1c2d-7abc-8def-0123456789ab", ""},
		{"space after it", text + " ", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := id.Parse[id.Patient](tc.in)
			if got.String() != tc.want || (err != nil) != (tc.want == "") {
				t.Errorf("Parse(%q) = %q, %v; want %q", tc.in, got, err, tc.want)
			}
			if err != nil && !errors.Is(err, id.ErrFormat) {
				t.Errorf("error %v is not ErrFormat", err)
			}
		})
	}
}

func TestMustParsePanicsForBadText(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	id.MustParse[id.Visit]("x")
}

func TestNewIsVersion7AndNeverRepeats(t *testing.T) {
	seen := map[id.Patient]bool{}
	last := ""
	for range 2000 {
		v := id.New[id.Patient]()
		u := uuid.UUID(v)
		if u.Version() != 7 || u.Variant() != uuid.RFC4122 {
			t.Fatalf("%v has version %d, variant %v", v, u.Version(), u.Variant())
		}
		if seen[v] {
			t.Fatalf("%v came twice", v)
		}
		seen[v] = true
		if v.String() <= last {
			t.Fatalf("%v does not sort after %v", v, last)
		}
		last = v.String()
	}
}

func anyID() *rapid.Generator[id.Referral] {
	return rapid.Custom(func(t *rapid.T) id.Referral {
		v := id.Referral(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		if v.IsZero() {
			v[0] = 1
		}
		return v
	})
}

func TestLawWhatIsPrintedIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyID().Draw(t, "id")
		if got, err := id.Parse[id.Referral](v.String()); err != nil || got != v {
			t.Fatalf("Parse(%q) = %v, %v", v, got, err)
		}
		type box struct {
			V id.Referral
			M map[id.Referral]int
		}
		b, err := json.Marshal(box{v, map[id.Referral]int{v: 1}})
		if err != nil {
			t.Fatal(err)
		}
		var got box
		if err := json.Unmarshal(b, &got); err != nil || got.V != v || got.M[v] != 1 {
			t.Fatalf("%s reads as %v, %v", b, got, err)
		}
		value, err := v.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []any{value, []byte(v.String()), v[:]} {
			var got id.Referral
			if err := got.Scan(src); err != nil || got != v {
				t.Fatalf("Scan(%v) = %v, %v", src, got, err)
			}
		}
	})
}

func TestTheZeroValueIsNullAndEmptyText(t *testing.T) {
	v := id.New[id.Note]()
	if err := v.Scan(nil); err != nil || !v.IsZero() {
		t.Errorf("Scan(nil) = %v, %v", v, err)
	}
	if got, err := v.Value(); got != nil || err != nil {
		t.Errorf("Value of none = %v, %v; want nil", got, err)
	}
	if v.String() != "" {
		t.Errorf("String of none = %q", v.String())
	}
	v = id.New[id.Note]()
	if err := json.Unmarshal([]byte(`""`), &v); err != nil || !v.IsZero() {
		t.Errorf("empty text = %v, %v", v, err)
	}
}

func TestAFailedReadLeavesTheOldValue(t *testing.T) {
	v := id.MustParse[id.Goal](text)
	for _, src := range []any{"x", []byte("x"), 7, "00000000-0000-0000-0000-000000000000"} {
		if err := v.Scan(src); err == nil {
			t.Errorf("Scan(%v) gave no error", src)
		}
	}
	if v.String() != text {
		t.Errorf("a failed Scan left %v", v)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{text, strings.ToUpper(text), "", "{" + text + "}", text[:35], strings.Repeat("-", 36)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := id.Parse[id.Patient](s)
		if err != nil {
			if !v.IsZero() {
				t.Errorf("Parse(%q) gave %v beside %v", s, v, err)
			}
			return
		}
		if v.IsZero() || v.String() != strings.ToLower(s) {
			t.Errorf("Parse(%q) = %v", s, v)
		}
	})
}
