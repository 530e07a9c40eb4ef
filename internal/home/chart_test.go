package home_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/report"
)

func TestChartShowsWhatTheRoleMaySee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		ref := w.refer(p, today.AddDays(-8))
		w.sign(w.plan(p, ref, today.AddDays(-2), 9), finished(6))
		w.plan(p, ref, today, 15)
		w.score(p, today.AddDays(-5), 7)
		w.score(p, today, 4)
		at := "/patients/" + p.String()
		w.shows(e.Actor(authz.Therapist), at, "Dana Okafor", "Wei Chen, MD", "Cervicalgia", "of 12", "Safety today", "Last note", secretWords, "Numeric Pain Rating Scale",
			"Next visit", "Today, 15:00", "Papers", "Plan and goals", "Timeline", "Visit with signed note", "NPRS 4", "New referral", "Plan visit")
		desk := w.shows(e.Actor(authz.FrontDesk), at, "Dana Okafor", "Next visit", "Papers", "Timeline", "Visit, completed")
		for _, word := range []string{secretWords, "Cervicalgia", "Safety today", "NPRS", "Last note", "Plan and goals", "signed note"} {
			if strings.Contains(desk, word) {
				t.Errorf("the front desk sees %q", word)
			}
		}
		if biller := w.shows(e.Actor(authz.Biller), at, "Wei Chen, MD"); strings.Contains(biller, "<h2>Papers</h2>") || strings.Contains(biller, "New referral") {
			t.Error("the biller sees papers or may refer")
		}
	})
}

func TestChartRecordsOneView(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		count := func() (n int) {
			w.must(e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND patient_id = $2`, e.Practice, p).Scan(&n)
			}))
			return n
		}
		before := count()
		w.shows(e.Actor(), "/patients/"+p.String(), "Dana Okafor")
		if got := count() - before; got != 1 {
			t.Errorf("%d entries, want 1", got)
		}
		if _, err := w.svc.Chart(e.Actor(), id.New[id.Patient](), home.All, home.Cursor{}); !errs.Is(err, errs.NotFound) {
			t.Errorf("nobody's chart: %v", err)
		}
		if _, err := w.svc.Chart(authz.With(t.Context(), authz.Actor{Practice: e.Practice}), p, home.All, home.Cursor{}); !errs.Is(err, errs.Denied) {
			t.Errorf("without a role: %v", err)
		}
	})
}

// Whatever the page size and the order of writing, paging shows each event
// once and in order.
func TestTimelineIsCompleteAndInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		ref := w.refer(p, today.AddDays(-60))
		r := rand.New(rand.NewPCG(1, 2))
		want := 0
		for i := range 30 {
			e.Clock.Advance(time.Hour)
			w.score(p, today.AddDays(-r.IntN(20)), float64(r.IntN(11)))
			if i%2 == 0 {
				w.plan(p, id.Referral{}, today.AddDays(-i), 7+i%3)
				want++
			}
			want++
			if i%10 == 0 {
				rid, err := w.deps.Reports.Begin(e.Actor(), p, ref, report.Content{Recommendation: report.Discharge, Reason: report.GoalsMet})
				w.must(err)
				v, err := w.deps.Reports.Get(e.Actor(), p, rid)
				w.must(err)
				_, err = w.deps.Reports.Sign(e.Actor(), p, rid, v.Report.Version, v.Seen)
				w.must(err)
				want++
			}
		}
		var seen []string
		var last civil.Date
		from := home.Cursor{}
		for range 10 {
			c, err := w.svc.Chart(e.Actor(), p, home.All, from)
			w.must(err)
			for _, ev := range c.Line.Events {
				if !last.IsZero() && ev.On.After(last) {
					t.Fatalf("%s after %s", ev.On, last)
				}
				last = ev.On
				seen = append(seen, fmt.Sprintf("%x", ev.ID))
			}
			if c.Line.Older.On.IsZero() {
				break
			}
			if from = home.ParseCursor(c.Line.Older.String()); from != c.Line.Older {
				t.Fatalf("the cursor does not come back: %v", c.Line.Older)
			}
		}
		total := len(seen)
		slices.Sort(seen)
		if n := len(slices.Compact(seen)); total != want || n != want {
			t.Errorf("%d events, %d different, want %d", total, n, want)
		}
	})
}

func TestTimelineFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		w.sign(w.plan(p, id.Referral{}, today.AddDays(-2), 9), finished(6))
		w.plan(p, id.Referral{}, today, 15)
		w.score(p, today, 4)
		ref := w.refer(p, today.AddDays(-3))
		rid, err := w.deps.Reports.Begin(e.Actor(), p, ref, report.Content{Recommendation: report.Discharge, Reason: report.GoalsMet})
		w.must(err)
		v, err := w.deps.Reports.Get(e.Actor(), p, rid)
		w.must(err)
		_, err = w.deps.Reports.Sign(e.Actor(), p, rid, v.Report.Version, v.Seen)
		w.must(err)
		for f, want := range map[home.Filter][]string{
			home.All: {"Document", "Note", "Score", "Visit"}, home.Notes: {"Note"}, home.Measured: {"Score"}, home.Documents: {"Document"},
		} {
			c, err := w.svc.Chart(e.Actor(), p, f, home.Cursor{})
			w.must(err)
			var got []string
			for _, ev := range c.Line.Events {
				got = append(got, ev.Kind)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q: %s", f, diff)
			}
		}
	})
}

func TestMergedChartsAreOneTimeline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		keep, gone := w.register("Dana", "Okafor"), w.register("Ruth", "Abel")
		w.sign(w.plan(gone, id.Referral{}, today.AddDays(-2), 9), finished(6))
		w.must(w.deps.Patients.Merge(e.Actor(), patient.MergeInput{Survivor: keep, Duplicate: gone, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "registered twice"}))
		w.shows(e.Actor(), "/patients/"+keep.String(), "Visit with signed note")
		body := w.shows(e.Actor(), "/patients/"+gone.String(), "Ruth Abel")
		if strings.Contains(body, "New referral") {
			t.Error("a merged record offers to write")
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add("2026-03-10_1773154800000000_0198c0ffee00700080000000deadbeef")
	f.Add("")
	f.Add("2026-02-30_1_00")
	f.Fuzz(func(t *testing.T, s string) {
		c := home.ParseCursor(s)
		if c != (home.Cursor{}) && home.ParseCursor(c.String()) != c {
			t.Errorf("%q: %v does not come back", s, c)
		}
	})
}
