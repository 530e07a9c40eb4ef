package patient_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/q"
	"soapstone/internal/textkey"
)

// Names as frequent as in a US practice: few first names and last names make
// up most of the people, syllables make up the rest.
var (
	firsts    = strings.Fields("James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Carlos Karen Maria Lisa Daniel Nancy Mark Sandra Paul Ashley Steven Kimberly Andrew Donna Kenneth Emily Joshua Michelle Kevin Carol Brian Amanda George Melissa Dana Deborah Ravi Mei Aisha Ngozi Chidi Yuki")
	lasts     = strings.Fields("Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts")
	syllables = strings.Fields("ba ko ri ste man ford lin da sa mo ver ton well bur kin ger ham mar sch oka for")
)

func someone(r *rand.Rand) patient.Demographics {
	first, last := firsts[r.IntN(len(firsts))], lasts[r.IntN(len(lasts))]
	if r.IntN(2) == 0 {
		last = ""
		for range 2 + r.IntN(2) {
			last += syllables[r.IntN(len(syllables))]
		}
		last = strings.ToUpper(last[:1]) + last[1:]
	}
	d := person(first, last, civil.Of(1930, 1, 1).AddDays(r.IntN(90*365)))
	d.Phone = fmt.Sprintf("(%03d) %03d-%04d", 200+r.IntN(800), 200+r.IntN(800), r.IntN(10000))
	return d
}

// populate fills the practice with n patients by the statements that Register
// uses, many in a transaction.
func populate(t *testing.T, e *dbtest.Env, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for done := 0; done < n; done += 5000 {
		var people []patient.Demographics
		for range min(5000, n-done) {
			people = append(people, someone(r))
		}
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			for _, d := range people {
				if err := patient.InsertForTest(ctx, tx, id.New[id.Patient](), d); err != nil {
					return err
				}
			}
			return tx.Audit(ctx, db.Event{Action: "test.populate"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// PostgreSQL gathers statistics by itself within a minute; the test does not wait for it.
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"patient", "patient_search"} {
			if _, err := tx.ExecContext(ctx, "ANALYZE "+table); err != nil && tx.Engine() == db.Postgres {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "test.analyze"})
	})
	if err != nil && e.DB.Engine() == db.Postgres {
		t.Fatal(err)
	}
}

// explainer shows the plan of each query that passes through it.
type explainer struct {
	*db.Tx
	plans []string
}

func (x *explainer) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	verb := "EXPLAIN QUERY PLAN "
	if x.Engine() == db.Postgres {
		verb = "EXPLAIN "
	}
	rows, err := x.Tx.QueryContext(ctx, verb+text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var lines []string
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprint(*cells[len(cells)-1].(*any)))
	}
	x.plans = append(x.plans, strings.Join(lines, "\n"))
	return x.Tx.QueryContext(ctx, text, args...)
}

// Searching walks the index of terms, listing walks the index of names, at any
// size: no plan reads a table from end to end or sorts it. With
// SOAPSTONE_BENCH_PATIENTS=100000 the test prints how long searches take.
func TestSearchAtScale(t *testing.T) {
	n := 1500
	if s := os.Getenv("SOAPSTONE_BENCH_PATIENTS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		populate(t, e, n)
		checkPlans(t, e, n <= 10_000)
		checkAgainstReading(t, e)
		if n > 10_000 {
			measure(t, e)
		}
	})
}

func checkPlans(t *testing.T, e *dbtest.Env, few bool) {
	err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if few && tx.Engine() == db.Postgres {
			// With few rows reading them all is right: ask whether an index could serve.
			for _, set := range []string{"enable_seqscan", "enable_sort", "enable_hashjoin"} {
				if _, err := tx.ExecContext(ctx, "SET LOCAL "+set+" = off"); err != nil {
					return err
				}
			}
		}
		x := &explainer{Tx: tx}
		find := q.FindPatientsParams{PracticeID: tx.Practice, From1: "smi", To1: "smi\U0010FFFF", From2: "jo", To2: "jo\U0010FFFF", Most: 200}
		if _, err := q.New(x).FindPatients(ctx, find); err != nil {
			return err
		}
		find.From2, find.To2 = "", ""
		if _, err := q.New(x).FindPatients(ctx, find); err != nil {
			return err
		}
		after := q.ListAfterParams{PracticeID: tx.Practice, Status: "active", NameSort: "3", PatientID: id.New[id.Patient]().String(), Most: 26}
		if _, err := q.New(x).ListAfter(ctx, after); err != nil {
			return err
		}
		if _, err := q.New(x).ListBefore(ctx, q.ListBeforeParams(after)); err != nil {
			return err
		}
		for i, plan := range x.plans {
			t.Logf("plan %d:\n%s", i, plan)
			if bad := badSteps(plan); bad != "" {
				t.Errorf("plan %d does not walk an index: %s\n%s", i, bad, plan)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// badSteps finds what must not be in a plan.
func badSteps(plan string) string {
	for _, bad := range []string{"Seq Scan", "SCAN ", "TEMP B-TREE", "Sort Key: name_sort", "AUTOMATIC"} {
		if strings.Contains(plan, bad) {
			return bad
		}
	}
	return ""
}

// checkAgainstReading compares searches by two beginnings, frequent and rare,
// with what reading every record gives.
func checkAgainstReading(t *testing.T, e *dbtest.Env) {
	s, ctx := svc(e), e.Actor()
	var all []patient.Row
	f := patient.Filter{Limit: 100}
	for {
		page, err := s.List(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Rows...)
		if page.Next.IsZero() || len(all) > 20_000 {
			break
		}
		f.After = page.Next
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 120 {
		words := strings.Fields(textkey.Search(all[r.IntN(len(all))].Name))
		a, b := words[0][:min(len(words[0]), 1+r.IntN(7))], words[1][:min(len(words[1]), 1+r.IntN(7))]
		if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
			continue
		}
		want := 0
		for _, row := range all {
			name := " " + textkey.Search(row.Name)
			if strings.Contains(name, " "+a) && strings.Contains(name, " "+b) {
				want++
			}
		}
		found, err := s.Search(ctx, b+" "+a)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(found.Rows); got != min(want, 50) || found.More != (want > 50) {
			t.Errorf("%q finds %d (more: %v), reading finds %d", b+" "+a, got, found.More, want)
		}
	}
}

func measure(t *testing.T, e *dbtest.Env) {
	s, ctx := svc(e), e.Actor()
	queries := []string{"s", "sm", "smith", "john", "john sm", "ma ga", "j s", "j w b", "okafor", "dana oka", "kin", "3/2/1984", "garcia 1984",
		"1984", "7/1970", "0100", "312", "(312) 555-0100", "1027", "50210-K", "xyz", "mary zz", "michelle rodriguez 19"}
	var all []time.Duration
	for _, text := range queries {
		var took []time.Duration
		rows := 0
		for range 40 {
			// The search without its audit entry: that is one durable write, the same for every page.
			start := clock.System().Now()
			err := e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
				var err error
				rows, err = patient.FindForTest(ctx, tx, patient.ParseQuery(text))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, clock.System().Now().Sub(start))
		}
		all = append(all, took...)
		slices.Sort(took)
		t.Logf("%-24q %3d rows  p50 %6.2f ms  p95 %6.2f ms", text, rows, ms(took[len(took)/2]), ms(took[len(took)*95/100]))
	}
	slices.Sort(all)
	t.Logf("all queries: p50 %.2f ms, p95 %.2f ms", ms(all[len(all)/2]), ms(all[len(all)*95/100]))
	start := clock.System().Now()
	page, err := s.List(ctx, patient.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if page, err = s.List(ctx, patient.Filter{After: page.Next}); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("a page of the list, with its audit entry: %.2f ms", ms(clock.System().Now().Sub(start))/51)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
