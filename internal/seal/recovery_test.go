package seal_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/seal"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func TestLawRecoveryIsReadBackHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := anyKey(t)
		typed := k.Recovery()
		if rapid.Bool().Draw(t, "lower case") {
			typed = strings.ToLower(typed)
		}
		if rapid.Bool().Draw(t, "letters for digits") {
			typed = strings.NewReplacer("0", "o", "1", rapid.SampledFrom([]string{"I", "l"}).Draw(t, "one")).Replace(typed)
		}
		between := rapid.SampledFrom([]string{"", " ", "  ", "-", "\n", "\r\n\t", " – ", "\u00a0"}).Draw(t, "between")
		typed = between + strings.Join(strings.Fields(typed), between) + between
		if got, err := seal.ParseRecovery(typed); err != nil || got != k {
			t.Fatalf("ParseRecovery = %v, %v; want %v", got, err, k)
		}
	})
}

func TestLawAMistypedGroupIsNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := strings.Fields(anyKey(t).Recovery())
		var want []int
		for _, g := range rapid.SliceOfNDistinct(rapid.IntRange(0, 13), 1, 4, rapid.ID[int]).Draw(t, "groups") {
			at := rapid.IntRange(0, 4).Draw(t, "at")
			c := crockford[rapid.IntRange(0, 31).Draw(t, "char")]
			if groups[g][at] == c {
				continue
			}
			groups[g] = groups[g][:at] + string(c) + groups[g][at+1:]
			want = append(want, g+1)
		}
		slices.Sort(want)
		wantWrong(t, strings.Join(groups, " "), want)
	})
}

func TestLawExchangedCharactersAreNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := strings.Fields(anyKey(t).Recovery())
		g := rapid.IntRange(0, 13).Draw(t, "group")
		i, j := rapid.IntRange(0, 4).Draw(t, "i"), rapid.IntRange(0, 4).Draw(t, "j")
		b := []byte(groups[g])
		b[i], b[j] = b[j], b[i]
		if string(b) == groups[g] {
			return
		}
		groups[g] = string(b)
		wantWrong(t, strings.Join(groups, "-"), []int{g + 1})
	})
}

func TestLawExchangedGroupsAreNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := strings.Fields(anyKey(t).Recovery())
		i, j := rapid.IntRange(0, 13).Draw(t, "i"), rapid.IntRange(0, 13).Draw(t, "j")
		if i == j {
			return
		}
		groups[i], groups[j] = groups[j], groups[i]
		wantWrong(t, strings.Join(groups, "\n"), []int{min(i, j) + 1, max(i, j) + 1})
	})
}

func wantWrong(t interface {
	Helper()
	Fatalf(string, ...any)
}, typed string, want []int) {
	t.Helper()
	_, err := seal.ParseRecovery(typed)
	if len(want) == 0 {
		if err != nil {
			t.Fatalf("ParseRecovery of the true text: %v", err)
		}
		return
	}
	var e *seal.RecoveryError
	if !errors.As(err, &e) || !cmp.Equal(e.Groups, want) {
		t.Fatalf("ParseRecovery error %v, want groups %v named", err, want)
	}
}

func TestRecoveryErrorsSayWhatToDoAndShowNothing(t *testing.T) {
	groups := strings.Fields(fixed().Recovery())
	change := func(fn func(g []string) []string) string {
		return strings.Join(fn(slices.Clone(groups)), " ")
	}
	for _, tc := range []struct{ name, typed, want string }{
		{"one group", change(func(g []string) []string { g[2] = "ZZZZZ"; return g }),
			"recovery text: group 3 is mistyped; compare it with the sheet"},
		{"several groups", change(func(g []string) []string { g[0], g[4], g[13] = "UUUUU", "ZZZZ!", "22222"; return g }),
			"recovery text: groups 1, 5 and 14 are mistyped; compare them with the sheet"},
		{"group too short", change(func(g []string) []string { g[6] = g[6][:4]; return g }),
			"recovery text: group 7 is mistyped; compare it with the sheet"},
		{"group left out", change(func(g []string) []string { return g[1:] }),
			"recovery text: 65 characters typed, 70 needed: fourteen groups of five"},
		{"nothing", "", "recovery text: 0 characters typed, 70 needed: fourteen groups of five"},
		{"much too long", strings.Repeat("0", 5000), "recovery text: the text is too long; type the fourteen groups only"},
		{"groups of two sheets", change(func(g []string) []string {
			g[4] = strings.Fields(fixed().Derive("other").Recovery())[4]
			return g
		}), "recovery text: every group is well typed, but they do not belong together; " +
			"check that all of them come from one sheet"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k, err := seal.ParseRecovery(tc.typed)
			if err == nil || err.Error() != tc.want {
				t.Errorf("error %q, want %q", err, tc.want)
			}
			if !k.IsZero() {
				t.Error("gave a key beside an error")
			}
		})
	}
}

func FuzzParseRecovery(f *testing.F) {
	good := fixed().Recovery()
	f.Add(good)
	f.Add(strings.ToLower(good))
	f.Add(good[:40])
	f.Add("ÄÖÜ–\x00")
	f.Add(strings.Repeat("0", 70))
	f.Fuzz(func(t *testing.T, s string) {
		k, err := seal.ParseRecovery(s)
		if err != nil {
			var e *seal.RecoveryError
			if !errors.As(err, &e) || !k.IsZero() {
				t.Errorf("ParseRecovery(%q) = %v, %v", s, k, err)
			}
			return
		}
		if k.IsZero() {
			t.Errorf("ParseRecovery(%q) gave no key and no error", s)
		}
		if again, err := seal.ParseRecovery(k.Recovery()); err != nil || again != k {
			t.Errorf("round trip of %v: %v, %v", k, again, err)
		}
	})
}
