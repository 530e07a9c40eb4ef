package visit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func TestPhrases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		keep := func(was string, p visit.Phrase) error { return r.SavePhrase(r.ctx, was, p) }
		if err := keep("", visit.Phrase{Name: ".Neck-Tight ", Body: " Tight at ___, worse on ___. "}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, keep("", visit.Phrase{Name: "neck-tight", Body: "Again"}), errs.Invalid)
		if diff := cmp.Diff([]string{"name", "body"}, fields(keep("", visit.Phrase{Name: "9 lives"}))); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"body"}, fields(keep("", visit.Phrase{Name: "long", Body: strings.Repeat("a", note.MaxPhraseBody+1)}))); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		riley := r.as(e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
		if list, err := r.Phrases(riley); err != nil || len(list) != 0 {
			t.Errorf("a colleague sees %v, %v", list, err)
		}
		if err := keep("neck-tight", visit.Phrase{Name: "neck", Body: "Tight at ___.", Shared: true, Version: 1}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, keep("neck", visit.Phrase{Name: "neck", Body: "Older", Version: 1}), errs.Stale)
		if list, err := r.Phrases(riley); err != nil || !cmp.Equal(list, []visit.Phrase{{Name: "neck", Body: "Tight at ___.", Shared: true, By: "Terry Tester"}}) {
			t.Errorf("a colleague sees %+v, %v", list, err)
		}
		wantKind(t, r.SavePhrase(riley, "neck", visit.Phrase{Name: "neck", Body: "Mine now", Version: 2}), errs.Stale)
		wantKind(t, r.RemovePhrase(riley, "neck", 2), errs.Stale)
		got, err := r.OpenNote(r.ctx, r.plan(today, 9*60, 45).ID)
		if err != nil || !cmp.Equal(got.Phrases, []visit.Phrase{{Name: "neck", Body: "Tight at ___.", Shared: true, Version: 2}}) {
			t.Errorf("in the note: %+v, %v", got.Phrases, err)
		}
		if err := r.RemovePhrase(r.ctx, "neck", 2); err != nil {
			t.Fatal(err)
		}
		if list, err := r.Phrases(r.ctx); err != nil || len(list) != 0 {
			t.Errorf("left: %v, %v", list, err)
		}
		_, err = r.Phrases(r.as(e.User, "Terry Tester", authz.FrontDesk))
		wantKind(t, err, errs.Denied)
	})
}

func TestPhrasesAreNotWithoutEnd(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	for i := range note.MaxPhrases {
		if err := r.SavePhrase(r.ctx, "", visit.Phrase{Name: fmt.Sprintf("p%d", i), Body: "Words"}); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, r.SavePhrase(r.ctx, "", visit.Phrase{Name: "more", Body: "Words"}), errs.Conflict)
	if err := r.SavePhrase(r.ctx, "p1", visit.Phrase{Name: "other", Body: "Words", Version: 1}); err != nil {
		t.Errorf("changing one: %v", err)
	}
}
