package patient

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/db"
	"soapstone/internal/patient/q"
)

// rareEnough is where counting the hits of a part of a query stops.
const rareEnough = 300

// plan orders the parts of a query by how many terms they hit, counted up to
// rareEnough; nil when one of them hits none. Where even the rarest is
// frequent, two words of a name are walked along as a pair.
func plan(ctx context.Context, tx *db.Tx, spans []Span) ([]Span, error) {
	if len(spans) == 1 {
		return spans, nil
	}
	words, err := count(ctx, tx, spans)
	if err != nil || words == nil {
		return nil, err
	}
	pairs := pairsOf(spans)
	if words[0].n < rareEnough || len(pairs) == 0 {
		return bare(words), nil
	}
	counted, err := count(ctx, tx, pairs)
	if err != nil || counted == nil {
		return nil, err
	}
	walk := []Span{counted[0].Span}
	for _, w := range words {
		if !counted[0].implies(w.Span) {
			walk = append(walk, w.Span)
		}
	}
	return walk, nil
}

// pairsOf gives the ranges of all pairs of words of names.
func pairsOf(spans []Span) []Span {
	var out []Span
	for i, a := range spans {
		for _, b := range spans[i+1:] {
			if isWord(a.From) && isWord(b.From) {
				n := min(utf8.RuneCountInString(a.From), utf8.RuneCountInString(b.From), pairLetters)
				out = append(out, beginning(pairTerm(a.From, b.From, n)))
			}
		}
	}
	return out
}

// implies reports whether whoever is in the range of a pair also has the word:
// when the pair holds all letters typed of it.
func (s Span) implies(word Span) bool {
	letters := []rune(strings.TrimPrefix(s.From, "~"))
	w := []rune(word.From)
	if len(letters) == len([]rune(s.From)) || 2*len(w) > len(letters) {
		return false
	}
	for _, lead := range []int{0, 1} {
		same := true
		for i := range w {
			same = same && letters[2*i+lead] == w[i]
		}
		if same {
			return true
		}
	}
	return false
}

type countedSpan struct {
	Span
	n int64
}

// count gives the spans with their hits, the rarest first and the longest
// first among equals; nil when one of them has none.
func count(ctx context.Context, tx *db.Tx, spans []Span) ([]countedSpan, error) {
	var all []countedSpan
	for _, s := range spans {
		n, err := q.New(tx).CountTerms(ctx, q.CountTermsParams{PracticeID: tx.Practice, FromTerm: s.From, ToTerm: s.To, Most: rareEnough})
		if err != nil || n == 0 {
			return nil, err
		}
		all = append(all, countedSpan{s, n})
	}
	slices.SortStableFunc(all, func(a, b countedSpan) int {
		return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(len(b.From), len(a.From)))
	})
	return all, nil
}

func bare(all []countedSpan) []Span {
	out := make([]Span, len(all))
	for i, c := range all {
		out[i] = c.Span
	}
	return out
}
