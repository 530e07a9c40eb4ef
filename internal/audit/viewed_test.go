package audit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

func TestAReadIsDurableBeforeItIsShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		if err := e.Log.Viewed(e.Actor(), db.Event{Action: "patient.view", Patient: p}); err != nil {
			t.Fatal(err)
		}
		if got := report(t, e, audit.Filter{Patient: p, Action: "patient.view"}); len(got) != 1 || got[0].User != e.User {
			t.Errorf("entries = %+v", got)
		}
		for name, c := range map[string]struct {
			ctx context.Context
			ev  db.Event
		}{
			"nobody":                {context.Background(), db.Event{Action: "patient.view"}},
			"no action":             {e.Actor(), db.Event{}},
			"an unknown practice":   {authz.With(context.Background(), authz.Actor{Practice: id.New[id.Practice]()}), db.Event{Action: "patient.view"}},
			"a reader who has left": {cancelled(e.Actor()), db.Event{Action: "patient.view"}},
		} {
			if err := e.Log.Viewed(c.ctx, c.ev); err == nil && name != "a reader who has left" {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func TestOneReadOfManyIsOneCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		a, b := id.New[id.Patient](), id.New[id.Patient]()
		day := db.Event{Action: "today.view", Kind: "day"}
		of := func(p id.Patient) db.Event { return db.Event{Action: "today.view", Patient: p} }
		if err := e.Log.Viewed(e.Actor(), day, of(a), of(b)); err != nil {
			t.Fatal(err)
		}
		if err := e.Log.Viewed(e.Actor(), day, of(a), db.Event{}); err == nil {
			t.Error("an event without an action was taken")
		}
		got := report(t, e, audit.Filter{Action: "today.view"})
		if len(got) != 3 || got[0].At != got[2].At {
			t.Errorf("entries = %+v", got)
		}
		if got := report(t, e, audit.Filter{Patient: b, Action: "today.view"}); len(got) != 1 {
			t.Errorf("%d entries of a patient", len(got))
		}
	})
}

func cancelled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

func TestManyReadersAtOnceAreAllRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		const n = 100
		o := e.Other()
		nowhere := authz.With(context.Background(), authz.Actor{Practice: id.New[id.Practice]()})
		var wg sync.WaitGroup
		fail := make(chan error, 2*n)
		for i := range n {
			for _, x := range []*dbtest.Env{e, o} {
				wg.Go(func() {
					fail <- e.Log.Viewed(x.Actor(), db.Event{Action: "patient.view", Subject: fmt.Sprint(i)})
				})
			}
			if i%10 == 0 {
				wg.Go(func() {
					if e.Log.Viewed(nowhere, db.Event{Action: "patient.view"}) == nil {
						t.Error("a read in a practice that does not exist was recorded")
					}
				})
			}
		}
		wg.Wait()
		close(fail)
		for err := range fail {
			if err != nil {
				t.Error(err)
			}
		}
		for _, x := range []*dbtest.Env{e, o} {
			seen := map[string]bool{}
			for _, g := range report(t, x, audit.Filter{Action: "patient.view", Limit: audit.MaxPage}) {
				seen[g.Subject] = true
			}
			if len(seen) != n {
				t.Errorf("%d of %d reads recorded", len(seen), n)
			}
			if v := verify(t, x); len(v.Faults) != 0 {
				t.Errorf("faults = %v", v.Faults)
			}
		}
	})
}

func TestAReaderIsToldWhenTheEntryCannotBeWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		if err := e.DB.Close(); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := e.Log.Viewed(e.Actor(), db.Event{Action: "patient.view"}); !errs.Is(err, errs.Unavailable) {
					t.Errorf("err = %v", err)
				}
			})
		}
		wg.Wait()
	})
}

func TestCloseWritesWhatIsUnderWayAndRefusesTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		var wg sync.WaitGroup
		recorded := make(chan bool, 50)
		for range 50 {
			wg.Go(func() { recorded <- e.Log.Viewed(e.Actor(), db.Event{Action: "patient.view"}) == nil })
		}
		if err := e.Log.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		close(recorded)
		want := 0
		for ok := range recorded {
			if ok {
				want++
			}
		}
		if err := e.Log.Viewed(e.Actor(), db.Event{Action: "patient.view"}); !errs.Is(err, errs.Unavailable) {
			t.Errorf("after the close: %v", err)
		}
		again := *e
		again.Log = audit.New(e.DB, e.Key)
		got := report(t, &again, audit.Filter{Action: "patient.view", Limit: audit.MaxPage})
		if len(got) != want {
			t.Errorf("%d recorded, %d were told so", len(got), want)
		}
		for _, g := range got {
			if g.Seal == 0 {
				t.Error("an entry was left unsealed")
			}
		}
	})
}

func TestRefusalsAreRecordedUpToABound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		ctx := e.Actor()
		refuse := func(ctx context.Context, n int) {
			for range n {
				if err := e.Log.Refused(ctx, "GET /patients/{patient}", errs.NotFound); err != nil {
					t.Fatal(err)
				}
			}
		}
		count := func() (one, many int) {
			for _, g := range report(t, e, audit.Filter{Action: "access.", Limit: audit.MaxPage}) {
				switch g.Action {
				case "access.refused":
					one++
					if g.Subject != "GET /patients/{patient}" || g.Detail != "not found" || g.User != e.User {
						t.Errorf("entry = %+v", g)
					}
				case "access.refused.many":
					many++
				}
			}
			return one, many
		}
		refuse(ctx, 50)
		if one, many := count(); one != 20 || many != 1 {
			t.Errorf("%d single and %d summary entries", one, many)
		}
		refuse(e.Actor(), 1) // another session
		if one, _ := count(); one != 21 {
			t.Errorf("%d single entries, want another session's too", one)
		}
		e.Clock.Advance(60e9)
		refuse(ctx, 1)
		if one, many := count(); one != 22 || many != 1 {
			t.Errorf("a minute later: %d and %d", one, many)
		}
		refuse(context.Background(), 1)
		if one, _ := count(); one != 22 {
			t.Errorf("somebody who is not signed in was recorded as refused")
		}
	})
}
