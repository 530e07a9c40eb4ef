package textkey_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/textkey"
)

func TestSearch(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"case is folded", "McDONALD", "mcdonald"},
		{"accents are stripped", "José Núñez", "jose nunez"},
		{"combining and composed are one", "Jose\u0301", "jose"},
		{"sharp s", "Weiß GROẞ", "weiss gross"},
		{"Scandinavian", "Øystein Åse Ærø", "oystein ase aero"},
		{"Polish", "Łukasz Wałęsa", "lukasz walesa"},
		{"Icelandic", "Þór Guðrún", "thor gudrun"},
		{"Turkish", "İlker Işık", "ilker isik"},
		{"Vietnamese", "Nguyễn Đức", "nguyen duc"},
		{"French ligature", "Œuvré", "oeuvre"},
		{"typographic ligature", "ﬁn", "fin"},
		{"straight apostrophe parts", "O'Brien", "o brien"},
		{"curly apostrophe parts alike", "O’Brien", "o brien"},
		{"modifier apostrophe parts alike", "OʼBrien", "o brien"},
		{"hyphen parts", "Garcia-Lopez", "garcia lopez"},
		{"spaces of every kind are one", "\tA \u00a0\u2003B\n", "a b"},
		{"digits stay", "Room 12-b", "room 12 b"},
		{"full-width", "Ａ１", "a1"},
		{"Greek final sigma", "ΟΔΟΣ οδος", "οδοσ οδοσ"},
		{"other scripts stay", "王小明", "王小明"},
		{"percent and underscore are not patterns", "50%_x", "50 x"},
		{"damaged bytes part", "a\xffb", "a b"},
		{"a letter after a damaged byte is normalized", "\xf2ʲ", "j"},
		{"nothing left", " -'’% ", ""},
		{"empty", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := textkey.Search(tc.in); got != tc.want {
				t.Errorf("Search(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

// searchLaws hold for every text.
func searchLaws(t interface{ Errorf(string, ...any) }, s string) {
	got := textkey.Search(s)
	if again := textkey.Search(got); again != got {
		t.Errorf("Search(%q) = %q, but searching that gives %q", s, got, again)
	}
	if got != strings.Join(strings.Fields(got), " ") {
		t.Errorf("Search(%q) = %q has stray spaces", s, got)
	}
	for _, r := range got {
		if r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			t.Errorf("Search(%q) = %q keeps %q", s, got, r)
		}
	}
	if up := textkey.Search(strings.ToUpper(s)); isASCII(s) && up != got {
		t.Errorf("case matters: %q and %q", got, up)
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

func TestLawSearchIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { searchLaws(t, rapid.String().Draw(t, "s")) })
}

func TestLawSearchIsIdempotentForEachRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		// Between letters, so that a rune that vanishes or parts is seen too.
		if unicode.IsGraphic(r) {
			searchLaws(t, "a"+string(r)+"b")
		}
	}
}

func TestLawSpacingAndMarksDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9]{1,8}`), 1, 5).Draw(t, "words")
		gap := rapid.StringMatching(`[ ,.'\-]{1,3}`).Draw(t, "gap")
		want := textkey.Search(strings.Join(words, " "))
		if got := textkey.Search(gap + strings.Join(words, gap) + "\u0301" + gap); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestSortOrdersNamesAsADirectoryDoes(t *testing.T) {
	want := []string{
		"", "Adams, Amy", "Ångström, Liv", "de la Cruz, Ana", "Garcia, Ana", "García, Ana", "Garcia, Bea",
		"Łukasiewicz, Jan", "Lundqvist, Bo", "muller, Zoe", "Müller, Zoe", "Ng, An", "Øberg, Per", "Zyzzyva, A",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(textkey.Sort(a), textkey.Sort(b)) })
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
}

func TestSortIsLowerHexAndIgnoresSpacing(t *testing.T) {
	a, b := textkey.Sort(" Ann  Lee "), textkey.Sort("Ann Lee")
	if a != b {
		t.Errorf("spacing matters: %q and %q", a, b)
	}
	if a == "" || strings.Trim(a, "0123456789abcdef") != "" {
		t.Errorf("Sort = %q is not lower-case hexadecimal", a)
	}
}

func TestSortIsSafeForConcurrentUse(t *testing.T) {
	names := []string{"Adams", "Müller", "O’Brien", "Łukasz", "王小明"}
	var want []string
	for _, n := range names {
		want = append(want, textkey.Sort(n))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				for i, n := range names {
					if got := textkey.Sort(n); got != want[i] {
						t.Errorf("Sort(%q) changed from %q to %q", n, want[i], got)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestLawSortFollowsTheAlphabetOfPlainNames(t *testing.T) {
	name := rapid.StringMatching(`[A-Za-z]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		want := strings.Compare(strings.ToLower(a), strings.ToLower(b))
		got := strings.Compare(textkey.Sort(a), textkey.Sort(b))
		if want != 0 && got != want {
			t.Fatalf("%q and %q compare %d, want %d", a, b, got, want)
		}
		if (a == b) != (got == 0) {
			t.Fatalf("%q and %q compare %d", a, b, got)
		}
	})
}

func TestPhone(t *testing.T) {
	for in, want := range map[string]string{
		"+1 (312) 555-0100": "13125550100",
		"312.555.0100 x7":   "31255501007",
		"３１２":               "312",
		"\xf2３１２":           "312", // normalized after a damaged byte too
		"none":              "",
		"":                  "",
	} {
		if got := textkey.Phone(in); got != want {
			t.Errorf("Phone(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"Łukasz O’Brien-Weiß", "İ", "ŉ", "ΐ", "\xff\xfe", "ﷺ", "각", "a\u0345b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		searchLaws(t, s)
		if a, b := textkey.Sort(s), textkey.Sort(" "+s); a != b {
			t.Errorf("Sort(%q) = %q, with a space before it %q", s, a, b)
		}
		if p := textkey.Phone(s); textkey.Phone(p) != p || strings.Trim(p, "0123456789") != "" {
			t.Errorf("Phone(%q) = %q", s, p)
		}
	})
}
