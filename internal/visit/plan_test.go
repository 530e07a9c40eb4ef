package visit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

func TestPlanTurnsWallTimeIntoAnInstant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		cases := map[string]struct {
			day   civil.Date
			clock int
			want  string
		}{
			"standard time":                {civil.Of(2026, 3, 7), 14*60 + 30, "2026-03-07T20:30:00Z"},
			"daylight time":                {today, 14*60 + 30, "2026-03-10T19:30:00Z"},
			"late evening stays the day":   {today, 22 * 60, "2026-03-11T03:00:00Z"},
			"twice in autumn, the earlier": {civil.Of(2026, 11, 1), 60 + 30, "2026-11-01T06:30:00Z"},
		}
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				v := r.plan(c.day, c.clock, 60)
				got, err := r.Get(r.ctx, v.ID)
				if err != nil {
					t.Fatal(err)
				}
				if s := got.StartsAt.Format("2006-01-02T15:04:05Z"); s != c.want {
					t.Errorf("starts at %s, want %s", s, c.want)
				}
				if got.Date != c.day || got.Minutes != 60 || got.State != visit.StatePlanned || got.PatientName != "Dana Okafor" || got.TherapistName == "" {
					t.Errorf("got %+v", got)
				}
			})
		}
	})
}

func TestPlanRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		desk := e.Staff("Fay Front", authz.FrontDesk)
		other := newRoom(t, e.Other())
		cases := map[string]struct {
			change func(p *visit.Planned)
			kind   errs.Kind
			field  string
		}{
			"nothing":                     {func(p *visit.Planned) { *p = visit.Planned{Clock: -1} }, errs.Invalid, "patient"},
			"14 minutes":                  {func(p *visit.Planned) { p.Minutes = 14 }, errs.Invalid, "minutes"},
			"10 minutes":                  {func(p *visit.Planned) { p.Minutes = 10 }, errs.Invalid, "minutes"},
			"0 minutes":                   {func(p *visit.Planned) { p.Minutes = 0 }, errs.Invalid, "minutes"},
			"-5 minutes":                  {func(p *visit.Planned) { p.Minutes = -5 }, errs.Invalid, "minutes"},
			"1000 minutes":                {func(p *visit.Planned) { p.Minutes = 1000 }, errs.Invalid, "minutes"},
			"off the grid":                {func(p *visit.Planned) { p.Clock = 9*60 + 2 }, errs.Invalid, "time"},
			"24:00":                       {func(p *visit.Planned) { p.Clock = 24 * 60 }, errs.Invalid, "time"},
			"an hour the clocks skip":     {func(p *visit.Planned) { p.Date, p.Clock = civil.Of(2027, 3, 14), 2*60+30 }, errs.Invalid, "time"},
			"a day that does not exist":   {func(p *visit.Planned) { p.Date = civil.Date{Year: 2026, Month: 2, Day: 30} }, errs.Invalid, "date"},
			"two years ago":               {func(p *visit.Planned) { p.Date = today.AddDays(-800) }, errs.Invalid, "date"},
			"in ten years":                {func(p *visit.Planned) { p.Date = today.AddDays(3650) }, errs.Invalid, "date"},
			"somebody who does not treat": {func(p *visit.Planned) { p.Therapist = desk }, errs.Invalid, "therapist"},
			"unknown therapist":           {func(p *visit.Planned) { p.Therapist = id.New[id.User]() }, errs.NotFound, ""},
			"unknown patient":             {func(p *visit.Planned) { p.Patient = id.New[id.Patient]() }, errs.NotFound, ""},
			"unknown place":               {func(p *visit.Planned) { p.Location = id.New[id.Location]() }, errs.NotFound, ""},
			"unknown referral":            {func(p *visit.Planned) { p.Referral = id.New[id.Referral]() }, errs.NotFound, ""},
			"other practice's patient":    {func(p *visit.Planned) { p.Patient = other.patient }, errs.NotFound, ""},
			"other practice's therapist":  {func(p *visit.Planned) { p.Therapist = other.e.User }, errs.NotFound, ""},
		}
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				p := r.planned(today, 9*60, 60)
				c.change(&p)
				_, err := r.Plan(r.ctx, p)
				wantKind(t, err, c.kind)
				if f := fields(err); c.field != "" && (len(f) == 0 || f[0] != c.field) {
					t.Errorf("fields = %v, want %s first", f, c.field)
				}
			})
		}
		_, err := r.Plan(e.Actor(authz.Biller), r.planned(today, 9*60, 60))
		wantKind(t, err, errs.Denied)
		_, err = r.Plan(context.Background(), r.planned(today, 9*60, 60))
		wantKind(t, err, errs.Unauthenticated)
		r.ledger.result = visit.LedgerResult{Blocked: true, Reason: "All 12 visits are used."}
		_, err = r.Plan(r.ctx, r.planned(today, 9*60, 60))
		wantKind(t, err, errs.Conflict)
		if errs.PublicOf(err) != "All 12 visits are used." {
			t.Errorf("reason = %q", errs.PublicOf(err))
		}
	})
}

func TestPlanRefusesATakenTimeAndSaysByWhom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		first := r.plan(today, 10*60, 60)
		for _, c := range []struct {
			clock, minutes int
			taken          bool
		}{{9*60 + 5, 60, true}, {9 * 60, 60, false}, {10*60 + 55, 15, true}, {10*60 + 30, 15, true}, {11 * 60, 60, false}} {
			_, err := r.Plan(r.ctx, r.planned(today, c.clock, c.minutes))
			var busy *visit.Busy
			switch {
			case !c.taken && err != nil:
				t.Errorf("%d minutes at %d: %v", c.minutes, c.clock, err)
			case c.taken && (!errs.Is(err, errs.Conflict) || !errors.As(err, &busy) || busy.Visit != first.ID || busy.Start.Format("15:04") != "10:00" || busy.End.Format("15:04") != "11:00"):
				t.Errorf("%d minutes at %d: %v", c.minutes, c.clock, err)
			}
		}
		// Another therapist is free, and so is another practice's.
		p := r.planned(today, 10*60, 60)
		p.Therapist = e.Staff("Riley Roe", authz.Therapist)
		if _, err := r.Plan(r.ctx, p); err != nil {
			t.Errorf("another therapist: %v", err)
		}
		other := newRoom(t, e.Other())
		other.plan(today, 10*60, 60)
	})
}

func TestMoveFreesAndTakesTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		a, b := r.plan(today, 10*60, 60), r.plan(today, 11*60, 60)
		_, err := r.Move(r.ctx, a.ID, a.Version, r.planned(today, 10*60+30, 60))
		wantKind(t, err, errs.Conflict)
		// Overlapping only itself is fine, and what a gives up is free at once.
		if a, err = r.Move(r.ctx, a.ID, a.Version, r.planned(today, 9*60+45, 60)); err != nil {
			t.Fatal(err)
		}
		if a, err = r.Move(r.ctx, a.ID, a.Version, r.planned(today.AddDays(1), 9*60, 45)); err != nil {
			t.Fatal(err)
		}
		if b, err = r.Move(r.ctx, b.ID, b.Version, r.planned(today, 9*60+45, 75)); err != nil {
			t.Fatal(err)
		}
		_, err = r.Move(r.ctx, b.ID, b.Version-1, r.planned(today, 14*60, 60))
		wantKind(t, err, errs.Stale)
		got, err := r.Get(r.ctx, a.ID)
		if err != nil || got.Date != today.AddDays(1) || got.Version != 3 || got.Minutes != 45 {
			t.Errorf("got %+v, %v", got.Visit, err)
		}
		other := newRoom(t, e.Other())
		_, err = other.Move(other.ctx, a.ID, 3, other.planned(today, 9*60, 60))
		wantKind(t, err, errs.NotFound)
		history, err := r.History(r.ctx, a.ID)
		if err != nil || len(history) != 3 || history[1].Reason != "from 2026-03-10 10:00" {
			t.Errorf("history = %+v, %v", history, err)
		}
	})
}

// Sixteen at once ask for each of ten times: exactly one gets it, whatever
// the overlap.
func TestRaceForTheSameTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		const slots, racers = 10, 16
		type outcome struct {
			slot int
			err  error
		}
		results := make(chan outcome, slots*racers)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range racers {
			wg.Go(func() {
				<-start
				for s := range slots {
					// Each asks from another minute on, so that all overlap and few are equal.
					_, err := r.Plan(r.ctx, r.planned(today.AddDays(1), 6*60+s*90+5*(i%4), 60))
					results <- outcome{s, err}
				}
			})
		}
		close(start)
		wg.Wait()
		close(results)
		won := map[int]int{}
		for o := range results {
			switch {
			case o.err == nil:
				won[o.slot]++
			case !errs.Is(o.err, errs.Conflict):
				t.Errorf("slot %d: %v", o.slot, o.err)
			}
		}
		want := map[int]int{}
		for s := range slots {
			want[s] = 1
		}
		if diff := cmp.Diff(want, won); diff != "" {
			t.Errorf("wins by slot (-want +got):\n%s", diff)
		}
		cells(t, e, slots*12)
	})
}

// cells counts the five-minute rows of a practice.
func cells(t *testing.T, e *dbtest.Env, want int) {
	t.Helper()
	var n int
	err := e.DB.Read(context.Background(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM visit_cell WHERE practice_id = $1`, tx.Practice).Scan(&n)
	})
	if err != nil || n != want {
		t.Errorf("%d cells, %v; want %d", n, err, want)
	}
}

func TestActs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		do := func(v visit.Visit, a visit.Action, reason string) visit.Visit {
			t.Helper()
			out, err := r.Act(r.ctx, v.ID, v.Version, a, reason)
			if err != nil {
				t.Fatalf("%s: %v", a, err)
			}
			return out
		}
		v := r.plan(today, 10*60, 60)
		v = do(v, visit.ActArrive, "")
		v = do(v, visit.ActStart, "")
		if v.State != visit.StateInProgress {
			t.Errorf("state = %s", v.State)
		}
		_, err := r.Act(r.ctx, v.ID, v.Version, visit.ActCancel, "left")
		wantKind(t, err, errs.Conflict)
		v = do(v, visit.ActUndo, "")
		if v.State != visit.StateArrived {
			t.Errorf("state after undo = %s", v.State)
		}
		v = do(v, visit.ActCancel, "felt faint")
		if v.State != visit.StateCancelled || v.Reason != "felt faint" {
			t.Errorf("cancelled: %+v", v)
		}
		cells(t, e, 0)
		// The time is free, and undoing finds it taken.
		w := r.plan(today, 10*60, 60)
		_, err = r.Act(r.ctx, v.ID, v.Version, visit.ActUndo, "")
		var busy *visit.Busy
		if !errors.As(err, &busy) || busy.Visit != w.ID {
			t.Errorf("undo over another visit: %v", err)
		}
		w = do(w, visit.ActCancel, "twice")
		r.ledger.result = visit.LedgerResult{Blocked: true, Reason: "All 10 visits are booked."}
		_, err = r.Act(r.ctx, v.ID, v.Version, visit.ActUndo, "")
		wantKind(t, err, errs.Conflict)
		r.ledger.result = visit.LedgerResult{}
		v = do(v, visit.ActUndo, "")
		if v.State != visit.StateArrived || v.Reason != "" {
			t.Errorf("after undo: %+v", v)
		}
		cells(t, e, 12)
		e.Clock.Set(at("2026-03-11 08:00"))
		_, err = r.Act(r.ctx, w.ID, w.Version, visit.ActUndo, "")
		wantKind(t, err, errs.Conflict)
	})
}

func TestActsRefuse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 10*60+30, 60)
		tomorrow := r.plan(today.AddDays(1), 10*60, 60)
		yesterday := r.plan(today.AddDays(-1), 10*60, 60)
		cases := map[string]struct {
			ctx     context.Context
			visit   id.Visit
			version int64
			act     visit.Action
			reason  string
			kind    errs.Kind
		}{
			"cancel without a reason":  {r.ctx, v.ID, 1, visit.ActCancel, " ", errs.Invalid},
			"reason of two lines":      {r.ctx, v.ID, 1, visit.ActCancel, "a\nb", errs.Invalid},
			"sign by hand":             {r.ctx, v.ID, 1, visit.ActSign, "", errs.Invalid},
			"nonsense":                 {r.ctx, v.ID, 1, "explode", "", errs.Invalid},
			"no-show before the visit": {r.ctx, v.ID, 1, visit.ActNoShow, "", errs.Conflict},
			"start tomorrow's":         {r.ctx, tomorrow.ID, 1, visit.ActStart, "", errs.Conflict},
			"start yesterday's today":  {r.ctx, yesterday.ID, 1, visit.ActStart, "", errs.Conflict},
			"arrive for tomorrow's":    {r.ctx, tomorrow.ID, 1, visit.ActArrive, "", errs.Conflict},
			"undo the planning":        {r.ctx, v.ID, 1, visit.ActUndo, "", errs.Conflict},
			"old version":              {r.ctx, v.ID, 0, visit.ActArrive, "", errs.Stale},
			"unknown visit":            {r.ctx, id.New[id.Visit](), 1, visit.ActArrive, "", errs.NotFound},
			"front desk starts":        {e.Actor(authz.FrontDesk), v.ID, 1, visit.ActStart, "", errs.Denied},
			"biller cancels":           {e.Actor(authz.Biller), v.ID, 1, visit.ActCancel, "x", errs.Denied},
			"other practice":           {e.Other().Actor(), v.ID, 1, visit.ActArrive, "", errs.NotFound},
		}
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				_, err := r.Act(c.ctx, c.visit, c.version, c.act, c.reason)
				wantKind(t, err, c.kind)
			})
		}
		t.Run("the safety gate blocks the start", func(t *testing.T) {
			r.gate.result = visit.GateResult{Blocked: true, Reason: "Fever: wait until it is gone."}
			_, err := r.Act(r.ctx, v.ID, 1, visit.ActStart, "")
			wantKind(t, err, errs.Conflict)
			if errs.PublicOf(err) != "Fever: wait until it is gone." {
				t.Errorf("reason = %q", errs.PublicOf(err))
			}
			r.gate.result = visit.GateResult{}
		})
		t.Run("withdrawn consent blocks the start", func(t *testing.T) {
			r.consent.reason = "Consent to treatment was withdrawn on 9 Mar 2026."
			_, err := r.Act(r.ctx, v.ID, 1, visit.ActStart, "")
			wantKind(t, err, errs.Conflict)
			r.consent.reason = ""
		})
		t.Run("the ledger blocks the start", func(t *testing.T) {
			r.ledger.result = visit.LedgerResult{Blocked: true}
			_, err := r.Act(r.ctx, v.ID, 1, visit.ActStart, "")
			wantKind(t, err, errs.Conflict)
			r.ledger.result = visit.LedgerResult{}
		})
		if got, err := r.Get(r.ctx, v.ID); err != nil || got.Version != 1 {
			t.Errorf("something changed: %+v, %v", got.Visit, err)
		}
	})
}

func TestLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		names := func(list []visit.Item, err error) []string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, i := range list {
				out = append(out, fmt.Sprintf("%s %s %s", i.Date, i.Wall().Format("15:04"), i.State))
			}
			return out
		}
		past := r.plan(today.AddDays(-1), 9*60, 60)
		r.plan(today, 14*60, 60)
		now := r.plan(today, 9*60, 60)
		gone := r.plan(today.AddDays(-2), 9*60, 60)
		p := r.planned(today, 11*60, 60)
		p.Therapist = e.Staff("Riley Roe", authz.Therapist)
		if _, err := r.Plan(r.ctx, p); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Act(r.ctx, now.ID, 1, visit.ActStart, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Act(r.ctx, gone.ID, 1, visit.ActNoShow, ""); err != nil {
			t.Fatal(err)
		}
		want := []string{"2026-03-10 09:00 in_progress", "2026-03-10 11:00 planned", "2026-03-10 14:00 planned"}
		if diff := cmp.Diff(want, names(r.ByDay(r.ctx, today, id.User{}))); diff != "" {
			t.Errorf("day (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[1:2], names(r.ByDay(r.ctx, today, p.Therapist))); diff != "" {
			t.Errorf("therapist's day (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"2026-03-09 09:00 planned", "2026-03-10 09:00 in_progress"}, names(r.Unsigned(r.ctx))); diff != "" {
			t.Errorf("unsigned (-want +got):\n%s", diff)
		}
		if got := names(r.ForPatient(r.ctx, r.patient)); len(got) != 5 || got[4] != "2026-03-08 09:00 no_show" {
			t.Errorf("patient's = %v", got)
		}
		other := newRoom(t, e.Other())
		if got := names(other.ByDay(other.ctx, today, id.User{})); got != nil {
			t.Errorf("other practice sees %v", got)
		}
		_, err := other.ForPatient(other.ctx, r.patient)
		wantKind(t, err, errs.NotFound)
		_, err = other.Get(other.ctx, past.ID)
		wantKind(t, err, errs.NotFound)
	})
}
