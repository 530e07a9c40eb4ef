package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"unicode"

	"soapstone/internal/civil"
	"soapstone/internal/textkey"
)

// ICD10 answers which diagnosis codes exist on a date and finds them by code
// or by words. It is built once and safe for concurrent use.
type ICD10 struct {
	years   []*codeYear // oldest first
	changes map[string]CodeChange

	files CodeChanges // as given, to build an index with further lists
	words CodeAliases
}

// codeYear is the index over one list. Entries stand in rank order, so that a
// scan over a bitset yields them ranked.
type codeYear struct {
	list     CodeList
	entries  []indexed
	byCode   []int32 // entry numbers ordered by dotless code
	words    []string
	postings [][]int32
}

type indexed struct {
	plain string
	Code
}

// NewICD10 builds the index from one or more fiscal years' lists.
func NewICD10(lists []CodeList, changes CodeChanges, aliases CodeAliases) (*ICD10, error) {
	if len(lists) == 0 {
		return nil, errors.New("knowledge: no list of diagnosis codes")
	}
	x := &ICD10{changes: map[string]CodeChange{}, files: changes, words: aliases}
	for _, c := range changes.Changes {
		x.changes[DotlessCode(c.Code)] = c
	}
	lists = slices.Clone(lists)
	slices.SortFunc(lists, func(a, b CodeList) int { return cmp.Compare(a.FiscalYear, b.FiscalYear) })
	for i, l := range lists {
		if i > 0 && l.FiscalYear == lists[i-1].FiscalYear {
			return nil, failure(l.File, "", fmt.Errorf("fiscal year %d is held twice", l.FiscalYear))
		}
		for _, e := range l.Codes {
			if c, ok := x.changes[DotlessCode(e.Code)]; ok && !l.Complete && (c.Ended.IsZero() || c.Ended.Before(l.ValidFrom)) {
				return nil, failure(l.File, "code "+e.Code, errors.New("is listed, yet recorded as ended"))
			}
		}
		x.years = append(x.years, newCodeYear(l, changes.Changes, aliases.Aliases))
	}
	return x, nil
}

// With is an index that holds official lists too. An official list takes the
// place of a working list of its year; what the working lists know beside it,
// which codes are common and since when one is valid, is kept.
func (x *ICD10) With(official ...CodeList) (*ICD10, error) {
	if len(official) == 0 {
		return x, nil
	}
	known := map[string]CodeEntry{}
	replaced := map[int]bool{}
	for _, l := range official {
		replaced[l.FiscalYear] = true
	}
	var lists []CodeList
	for _, y := range x.years {
		for _, e := range y.list.Codes {
			k := known[e.Code]
			k.Common, k.From = k.Common || e.Common, cmp.Or(k.From, e.From)
			known[e.Code] = k
		}
		if !replaced[y.list.FiscalYear] {
			lists = append(lists, y.list)
		}
	}
	for _, l := range official {
		l.Codes = slices.Clone(l.Codes)
		for i, e := range l.Codes {
			if k, ok := known[e.Code]; ok {
				l.Codes[i].Common = k.Common
				if !k.From.IsZero() && !k.From.After(l.ValidFrom) {
					l.Codes[i].From = k.From
				}
			}
		}
		lists = append(lists, l)
	}
	return NewICD10(lists, x.files, x.words)
}

func newCodeYear(l CodeList, changes []CodeChange, aliases []CodeAlias) *codeYear {
	y := &codeYear{list: l}
	for _, e := range l.Codes {
		c := Code{Code: e.Code, Text: e.Text, Common: e.Common, FiscalYear: l.FiscalYear, From: e.From}
		if c.Text == "" {
			c.Text = NoDescription
		}
		y.entries = append(y.entries, indexed{DotlessCode(e.Code), c})
	}
	for _, e := range changes {
		if !e.Ended.IsZero() && e.Ended.Before(l.ValidFrom) && !y.holds(e.Code) {
			c := Code{Code: e.Code, Text: cmp.Or(e.Text, NoDescription), To: e.Ended}
			y.entries = append(y.entries, indexed{DotlessCode(e.Code), c})
		}
	}
	slices.SortFunc(y.entries, func(a, b indexed) int {
		return cmp.Or(
			-boolCompare(a.Common, b.Common),
			-boolCompare(a.Unspecified(), b.Unspecified()),
			strings.Compare(a.plain, b.plain))
	})
	y.index(aliases)
	return y
}

// holds reports whether the list itself has a code, before it is indexed.
func (y *codeYear) holds(code string) bool {
	return slices.ContainsFunc(y.list.Codes, func(e CodeEntry) bool { return e.Code == code })
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (y *codeYear) index(aliases []CodeAlias) {
	post := map[string][]int32{}
	add := func(word string, i int32) {
		if p := post[word]; len(p) == 0 || p[len(p)-1] != i {
			post[word] = append(p, i)
		}
	}
	for i, e := range y.entries {
		n := int32(i)
		y.byCode = append(y.byCode, n)
		if e.Text != NoDescription {
			for _, w := range searchWords(e.Text) {
				add(w, n)
			}
		}
		for _, a := range aliases {
			if strings.HasPrefix(e.plain, a.Prefix) {
				for _, phrase := range a.Words {
					for _, w := range searchWords(phrase) {
						add(w, n)
					}
				}
			}
		}
	}
	slices.SortFunc(y.byCode, func(a, b int32) int { return strings.Compare(y.entries[a].plain, y.entries[b].plain) })
	for w := range post {
		y.words = append(y.words, w)
	}
	slices.Sort(y.words)
	for _, w := range y.words {
		y.postings = append(y.postings, post[w])
	}
}

// searchWords splits into folded words of letters and digits.
func searchWords(s string) []string { return strings.Fields(textkey.Search(s)) }

// Limits of a search: what is longer is cut, since nobody types it.
const (
	maxSearchWords = 12
	maxSearchLimit = 200
)

// Search finds codes valid on a date of service (the zero date and dates newer
// than any list mean the newest list) whose code begins with a word of the
// query, with or without its dot, or whose description holds words beginning
// with each word of the query, in any order. Matches by code come first, then
// codes often ordered for massage, then unspecified ones, then by code. limit
// is at most 200; an empty query finds nothing.
func (x *ICD10) Search(query string, on civil.Date, limit int) []Code {
	y := x.yearFor(on)
	if y == nil {
		y = x.years[len(x.years)-1]
		if !on.IsZero() && on.Before(x.years[0].list.ValidFrom) {
			y = x.years[0]
		}
	}
	return y.search(query, on, min(limit, maxSearchLimit))
}

func (y *codeYear) search(query string, on civil.Date, limit int) []Code {
	fields := strings.FieldsFunc(query, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	if len(fields) == 0 || limit <= 0 {
		return nil
	}
	fields = fields[:min(len(fields), maxSearchWords)]
	all, byCode := newBitset(len(y.entries)), newBitset(len(y.entries))
	for i := range y.entries {
		all.set(int32(i))
	}
	for _, f := range fields {
		code, word := y.matchField(f, len(fields) == 1)
		byCode.or(code)
		word.or(code)
		all.and(word)
	}
	out := make([]Code, 0, min(limit, 32))
	for _, wantCode := range []bool{true, false} {
		for i := range all.each {
			e := y.entries[i]
			if byCode.has(i) != wantCode || !e.usableOn(on, y.list) {
				continue
			}
			if out = append(out, e.Code); len(out) == limit {
				return out
			}
		}
	}
	return out
}

// matchField gives the entries whose code begins with the field, and those
// whose words begin with each word of it. A bare letter counts as a code only
// when it is all that was typed.
func (y *codeYear) matchField(f string, alone bool) (code, word bitset) {
	code, word = newBitset(len(y.entries)), newBitset(len(y.entries))
	if p := DotlessCode(f); prefixLike(p) && (alone || len(p) > 1) {
		for k := sort.Search(len(y.byCode), func(k int) bool { return y.entries[y.byCode[k]].plain >= p }); k < len(y.byCode); k++ {
			if !strings.HasPrefix(y.entries[y.byCode[k]].plain, p) {
				break
			}
			code.set(y.byCode[k])
		}
	}
	for n, w := range searchWords(f) {
		hits := newBitset(len(y.entries))
		for k := sort.SearchStrings(y.words, w); k < len(y.words) && strings.HasPrefix(y.words[k], w); k++ {
			for _, i := range y.postings[k] {
				hits.set(i)
			}
		}
		if n == 0 {
			word = hits
		} else {
			word.and(hits)
		}
	}
	return code, word
}

func prefixLike(p string) bool {
	if p == "" || p[0] < 'A' || p[0] > 'Z' {
		return false
	}
	return len(p) == 1 || (p[1] >= '0' && p[1] <= '9')
}

func (e indexed) usableOn(on civil.Date, l CodeList) bool {
	if on.IsZero() {
		on = l.ValidTo
	}
	return (e.From.IsZero() || !on.Before(e.From)) && (e.To.IsZero() || !on.After(e.To))
}

func (x *ICD10) yearFor(on civil.Date) *codeYear {
	for _, y := range x.years {
		if !on.IsZero() && !on.Before(y.list.ValidFrom) && !on.After(y.list.ValidTo) {
			return y
		}
	}
	return nil
}

func (y *codeYear) find(plain string) (Code, bool) {
	k := sort.Search(len(y.byCode), func(k int) bool { return y.entries[y.byCode[k]].plain >= plain })
	if k < len(y.byCode) && y.entries[y.byCode[k]].plain == plain {
		return y.entries[y.byCode[k]].Code, true
	}
	return Code{}, false
}

// Lookup finds a code in the newest list that has it, or among the retired
// codes; dots and case do not matter.
func (x *ICD10) Lookup(code string) (Code, bool) {
	plain := DotlessCode(code)
	for i := len(x.years) - 1; i >= 0; i-- {
		if c, ok := x.years[i].find(plain); ok {
			return c, true
		}
	}
	if c, ok := x.changes[plain]; ok {
		return Code{Code: c.Code, Text: cmp.Or(c.Text, NoDescription), To: c.Ended}, true
	}
	return Code{}, false
}

// Held names the lists held, for the screen: "FY2026 (dates of service 1 Oct
// 2025 to 30 Sep 2026)".
func (x *ICD10) Held() string {
	parts := make([]string, len(x.years))
	for i, y := range x.years {
		parts[i] = fmt.Sprintf("FY%d (dates of service %s to %s)", y.list.FiscalYear, y.list.ValidFrom.Human(), y.list.ValidTo.Human())
	}
	return strings.Join(parts, ", ")
}

// bitset is a set of entry numbers.
type bitset []uint64

func newBitset(n int) bitset      { return make(bitset, (n+63)/64) }
func (b bitset) set(i int32)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) has(i int32) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitset) or(o bitset) {
	for i := range b {
		b[i] |= o[i]
	}
}
func (b bitset) and(o bitset) {
	for i := range b {
		b[i] &= o[i]
	}
}
func (b bitset) each(yield func(int32) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !yield(int32(i*64 + bits.TrailingZeros64(w))) {
				return
			}
		}
	}
}
