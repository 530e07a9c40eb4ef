package home

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// Worklist is one page of everything that needs somebody.
type Worklist struct {
	Mine, Treats bool // as of a Board
	Kind         string
	Kinds        []KindCount // those there are, by name
	Needs        []Need      // of the kind, on this page; urgent first, then the oldest
	Total        int         // of the kind, on all pages
	Page, Pages  int         // from 1
	More         bool        // further ones were not looked for
	Audits       bool
}

// KindCount is how many of a kind there are.
type KindCount struct {
	Kind  string
	Count int
}

// Wanted says which part of the worklist is asked for.
type Wanted struct {
	Mine *bool  // nil: the actor's own, if they treat
	Kind string // "" for all
	Page int    // from 1; the last when there are fewer
}

// Worklist gives a page of what needs somebody today and records the view, of
// the list and of every patient who is named on the page, in one commit.
// Anybody signed in may ask; what they may not see is left out.
func (s *Service) Worklist(ctx context.Context, w Wanted) (Worklist, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return Worklist{}, err
	}
	b, err := s.gather(ctx, a, Which{Mine: w.Mine}, full)
	if err != nil {
		return Worklist{}, err
	}
	l := b.worklist(w)
	var ps []id.Patient
	for _, n := range l.Needs {
		ps = append(ps, n.Patient)
	}
	return l, s.Log.Viewed(ctx, db.Event{Action: "needs.view", Kind: "worklist", Detail: fmt.Sprintf("%d things", len(l.Needs))}, views("needs.view", ps)...)
}

// worklist is the part of a board's needs that is wanted. A kind that nothing
// is of shows all.
func (b Board) worklist(w Wanted) Worklist {
	l := Worklist{Mine: b.Mine, Treats: b.Treats, More: b.More, Audits: b.Audits}
	for _, n := range b.Needs {
		i, found := slices.BinarySearchFunc(l.Kinds, n.Kind, func(k KindCount, kind string) int { return strings.Compare(k.Kind, kind) })
		if !found {
			l.Kinds = slices.Insert(l.Kinds, i, KindCount{Kind: n.Kind})
		}
		l.Kinds[i].Count++
		if n.Kind == w.Kind {
			l.Kind = w.Kind
		}
	}
	of := b.Needs
	if l.Kind != "" {
		of = slices.DeleteFunc(slices.Clone(of), func(n Need) bool { return n.Kind != l.Kind })
	}
	l.Total = len(of)
	l.Pages = max(1, (l.Total+eachPage-1)/eachPage)
	l.Page = min(max(1, w.Page), l.Pages)
	l.Needs = of[(l.Page-1)*eachPage : min(l.Page*eachPage, l.Total)]
	return l
}
