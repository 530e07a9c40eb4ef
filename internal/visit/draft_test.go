package visit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func pain(n int) note.Draft { return note.Draft{Subjective: note.Subjective{PainNow: note.Ptr(n)}} }

func TestFirstNoteStartsEmpty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		r.ledger.result.Warnings = []string{"Visit 1 of 12"}
		r.gate.result.Precautions = []string{"Light pressure."}
		v := r.plan(today, 9*60, 45)
		got, err := r.OpenNote(r.ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !got.First || got.Version != 0 || got.Draft.Subjective.SinceLast != note.SinceFirst || len(got.Status.Missing) != 5 || !got.Own {
			t.Errorf("got %+v", got)
		}
		if got.Zone != "neck-shoulders" || got.Gate.Precautions[0] != "Light pressure." || got.Ledger.Warnings[0] != "Visit 1 of 12" {
			t.Errorf("zone %q, gate %+v, ledger %+v", got.Zone, got.Gate, got.Ledger)
		}
		if again, err := r.Get(r.ctx, v.ID); err != nil || again.Note != visit.NoteNone {
			t.Errorf("opening stored a draft: %v %v", again.Note, err)
		}
	})
}

func TestNextNoteIsOfferedTheLast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		_, doc := r.signed(today.AddDays(-7), finished())
		v := r.plan(today, 9*60, 45)
		got, err := r.OpenNote(r.ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.First || got.PriorID != doc.ID || *got.Prior.Note.Subjective.PainNow != 4 {
			t.Errorf("prior = %+v", got.Prior)
		}
		if got.Draft.Subjective.PainNow != nil || got.Draft.Interventions[0].Minutes != nil || got.Draft.Start != "" || got.Draft.Response.Level != "" {
			t.Errorf("something was filled in beforehand: %+v", got.Draft)
		}
		if want := (note.Counts{Carried: 3}); got.Status.Counts != want {
			t.Errorf("counts = %+v, want %+v", got.Status.Counts, want)
		}
		// A visit that lies before the note has nothing to carry from it.
		early := r.plan(today.AddDays(-14), 9*60, 45)
		if got, err := r.OpenNote(r.ctx, early.ID); err != nil || !got.First {
			t.Errorf("earlier visit: first = %v, %v", got.First, err)
		}
	})
}

func TestSaveKeepsEveryVersionInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45).ID
		save := func(base int64, editor string, rev int64, n int) (visit.Saved, error) {
			return r.SaveNote(r.ctx, v, visit.Save{Base: base, Editor: editor, Revision: rev, Draft: pain(n)})
		}
		ok := func(name string, version int64, replayed bool, want int) func(visit.Saved, error) {
			return func(s visit.Saved, err error) {
				t.Helper()
				if err != nil || s.Version != version || s.Replayed != replayed || *s.Draft.Subjective.PainNow != want {
					t.Errorf("%s: version %d, replayed %v, %v", name, s.Version, s.Replayed, err)
				}
			}
		}
		clash := func(name string, version int64) func(visit.Saved, error) {
			return func(_ visit.Saved, err error) {
				t.Helper()
				var c *visit.Clash
				if !errs.Is(err, errs.Stale) || !errors.As(err, &c) || c.Version != version {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		ok("first", 1, false, 1)(save(0, "page-aaaa", 1, 1))
		ok("next", 2, false, 2)(save(1, "page-aaaa", 2, 2))
		ok("again", 2, true, 2)(save(1, "page-aaaa", 2, 2))
		ok("late copy of the first", 2, true, 2)(save(0, "page-aaaa", 1, 1))
		ok("answer to the last got lost", 3, false, 3)(save(1, "page-aaaa", 3, 3))
		clash("another page on an old version", 3)(save(2, "page-bbbb", 1, 9))
		ok("another page on the present one", 4, false, 4)(save(3, "page-bbbb", 1, 4))
		clash("the first page has not seen that", 4)(save(3, "page-aaaa", 4, 9))
		clash("a base from the future", 4)(save(9, "page-bbbb", 2, 9))
		ok("the first page has looked", 5, false, 5)(save(4, "page-aaaa", 4, 5))
		// Its run begins anew: what it knew before the other page is no base.
		clash("back before the other page", 5)(save(3, "page-aaaa", 5, 9))
		got, err := r.OpenNote(r.ctx, v)
		if err != nil || got.Version != 5 || *got.Draft.Subjective.PainNow != 5 {
			t.Errorf("stored: version %d, %v", got.Version, err)
		}
	})
}

func TestReplayWrites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45).ID
		for range 3 {
			if _, err := r.SaveNote(r.ctx, v, visit.Save{Editor: "page-aaaa", Revision: 1, Draft: pain(3)}); err != nil {
				t.Fatal(err)
			}
		}
		var replays, version int
		err := e.DB.Read(r.ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT replays, version FROM note WHERE practice_id = $1 AND visit_id = $2`, tx.Practice, v).Scan(&replays, &version)
		})
		if err != nil || replays != 2 || version != 1 {
			t.Errorf("replays %d, version %d, %v", replays, version, err)
		}
	})
}

func TestTwoPagesSaveTheFirstVersionAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45).ID
		errsOf := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errsOf {
			wg.Go(func() {
				_, errsOf[i] = r.SaveNote(r.ctx, v, visit.Save{Editor: fmt.Sprintf("page-%04d", i), Revision: 1, Draft: pain(i)})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errsOf {
			var c *visit.Clash
			switch {
			case err == nil:
				won++
			case !errors.As(err, &c):
				t.Errorf("loser: %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d pages won", won)
		}
	})
}

func TestSaveJudgesProvenanceItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		r.signed(today.AddDays(-7), finished())
		v := r.plan(today, 9*60, 45).ID
		open, err := r.OpenNote(r.ctx, v)
		if err != nil {
			t.Fatal(err)
		}
		d := open.Draft
		d.Marks[0].Provenance = note.New // "still there"
		d.Marks = append(d.Marks, note.Mark{Site: "levator-l", Type: note.Tight, Provenance: note.Confirmed})
		s := r.save(v, 0, d)
		if got := []note.Provenance{s.Draft.Marks[0].Provenance, s.Draft.Marks[1].Provenance}; !cmp.Equal(got, []note.Provenance{note.Confirmed, note.New}) {
			t.Errorf("provenance = %v", got)
		}
		if s.Draft.Interventions[0].Provenance != note.Carried {
			t.Error("an untouched technique is no longer carried")
		}
	})
}

func TestSaveRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45)
		gone := r.plan(today, 11*60, 45)
		if _, err := r.Act(r.ctx, gone.ID, 1, visit.ActCancel, "ill"); err != nil {
			t.Fatal(err)
		}
		cases := map[string]struct {
			ctx   context.Context
			visit id.Visit
			in    visit.Save
			kind  errs.Kind
		}{
			"pain 11":                {r.ctx, v.ID, visit.Save{Editor: "page-aaaa", Revision: 1, Draft: pain(11)}, errs.Invalid},
			"no editor":              {r.ctx, v.ID, visit.Save{Revision: 1}, errs.Invalid},
			"revision 0":             {r.ctx, v.ID, visit.Save{Editor: "page-aaaa"}, errs.Invalid},
			"negative base":          {r.ctx, v.ID, visit.Save{Editor: "page-aaaa", Revision: 1, Base: -1}, errs.Invalid},
			"base without a draft":   {r.ctx, v.ID, visit.Save{Editor: "page-aaaa", Revision: 1, Base: 3}, errs.Stale},
			"cancelled visit":        {r.ctx, gone.ID, visit.Save{Editor: "page-aaaa", Revision: 1}, errs.Conflict},
			"unknown visit":          {r.ctx, id.New[id.Visit](), visit.Save{Editor: "page-aaaa", Revision: 1}, errs.NotFound},
			"other practice's visit": {e.Other().Actor(), v.ID, visit.Save{Editor: "page-aaaa", Revision: 1}, errs.NotFound},
			"front desk":             {e.Actor(authz.FrontDesk), v.ID, visit.Save{Editor: "page-aaaa", Revision: 1}, errs.Denied},
			"owner only":             {e.Actor(authz.Owner), v.ID, visit.Save{Editor: "page-aaaa", Revision: 1}, errs.Denied},
		}
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				_, err := r.SaveNote(c.ctx, c.visit, c.in)
				wantKind(t, err, c.kind)
			})
		}
		_, err := r.OpenNote(e.Other().Actor(), v.ID)
		wantKind(t, err, errs.NotFound)
		_, err = r.OpenNote(e.Actor(authz.Auditor), v.ID)
		wantKind(t, err, errs.Denied)
		_, err = r.OpenNote(r.ctx, gone.ID)
		wantKind(t, err, errs.Conflict)
	})
}
