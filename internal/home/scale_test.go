package home_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

// statements counts what SQLite is asked, on every connection of this binary,
// but for the entries of the audit log, which are one for each patient shown:
// entries counts those.
var statements, entries atomic.Int64

func TestMain(m *testing.M) {
	sqlite3.AutoExtension(func(c *sqlite3.Conn) error {
		return c.Trace(sqlite3.TRACE_STMT, func(_ sqlite3.TraceEvent, _, text any) error {
			switch s, _ := text.(string); {
			case strings.Contains(s, "INTO audit_entry"):
				entries.Add(1)
			case !strings.Contains(s, "INTO audit_pending"):
				statements.Add(1)
			}
			return nil
		})
	})
	os.Exit(m.Run())
}

var (
	firstNames = strings.Fields("Ada Bo Carl Dee Eva Finn Gus Hana Ivo Jo Kim Lou")
	lastNames  = strings.Fields("Quill Rusk Stone Tarn Ulm Voss Wren Xu York Zell Birch Cole")
)

func counted(do func()) int64 {
	before := statements.Load()
	do()
	return statements.Load() - before
}

// The number of statements is the same for one visit and for forty, for one
// event of a chart and for hundreds.
func TestStatementsDoNotGrowWithTheRows(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	ctx := e.Actor(authz.Therapist, authz.Owner)
	all := false
	first := w.register("Dana", "Okafor")
	ref := w.refer(first, today.AddDays(-8))
	w.sign(w.plan(first, ref, today.AddDays(-2), 9), finished(6))
	w.plan(first, ref, today, 8)
	w.score(first, today, 5)
	board := func() {
		_, err := w.svc.Today(ctx, home.Which{Mine: &all})
		w.must(err)
	}
	chart := func() {
		_, err := w.svc.Chart(ctx, first, home.All, home.Cursor{})
		w.must(err)
	}
	recorded := func(do func()) int64 {
		before := entries.Load()
		do()
		return entries.Load() - before
	}
	// One for the day and one for each patient.
	if n := recorded(board); n != 2 { // and connections are opened
		t.Errorf("a day with one patient leaves %d entries, want 2", n)
	}
	chart()
	few, fewChart := counted(board), counted(chart)
	for i := range 12 {
		p := w.register(firstNames[i], lastNames[i])
		r := w.refer(p, today.AddDays(-8))
		w.sign(w.plan(p, r, today.AddDays(-3), 7+i), finished(6))
		w.plan(p, r, today, 9+i)
		w.score(p, today, 5)
		w.score(first, today.AddDays(-i), 5)
		w.billed(first, today.AddDays(-40-i), 9, strconv.Itoa(1000+i), "")
		w.plan(first, id.Referral{}, today.AddDays(-20-i), 9)
	}
	if n := recorded(board); n != 14 {
		t.Errorf("a day with 13 patients leaves %d entries, want 14", n)
	}
	neglect(w, 20)
	list := func() {
		_, err := w.svc.Worklist(ctx, home.Wanted{Mine: &all})
		w.must(err)
	}
	list()
	many, manyChart, manyNeeds := counted(board), counted(chart), counted(list)
	t.Logf("Today %d statements, the chart %d, the worklist %d", many, manyChart, manyNeeds)
	// The day, 13 patients of it, and at most seven on the worklist.
	if n := recorded(board); n > 21 {
		t.Errorf("with twenty more on the worklist %d entries, want at most 21", n)
	}
	if few != many || many > 40 {
		t.Errorf("Today asks %d statements for 1 visit and %d for 13", few, many)
	}
	if manyNeeds > many {
		t.Errorf("the worklist asks %d statements", manyNeeds)
	}
	if fewChart != manyChart || manyChart > 60 {
		t.Errorf("the chart asks %d statements, with more events %d", fewChart, manyChart)
	}
}

// crowd puts past visits of many patients into the practice; closed referrals,
// signed notes and scores come with them.
func crowd(t *testing.T, w *world, visits int) {
	t.Helper()
	others := w.Staff("Alex Other", authz.Therapist)
	patients := max(visits/25, 1)
	ids, refs := make([]id.Patient, patients), make([]id.Referral, patients)
	for done := 0; done < visits; done += 20000 {
		w.must(w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
			for i := done; i < min(done+20000, visits); i++ {
				if err := crowdVisit(ctx, w, tx, others, ids, refs, i); err != nil {
					return err
				}
			}
			return tx.Audit(ctx, db.Event{Action: "test.crowd"})
		}))
	}
	w.must(w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"patient", "visit", "score", "referral"} {
			if _, err := tx.ExecContext(ctx, "ANALYZE "+table); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "test.analyze"})
	}))
}

func crowdVisit(ctx context.Context, w *world, tx *db.Tx, by id.User, ids []id.Patient, refs []id.Referral, i int) error {
	n := i % len(ids)
	if ids[n].IsZero() {
		ids[n], refs[n] = id.New[id.Patient](), id.New[id.Referral]()
		if _, err := tx.ExecContext(ctx, `INSERT INTO patient (practice_id, patient_id, number, first_name, last_name, name, name_sort, birth_date, sex, created_at, updated_at)
			VALUES ($1, $2, $3, 'Pat', 'Crowd', 'Pat Crowd', $3, '1970-01-01', 'unknown', $4, $4)`, w.Practice, ids[n], "c"+strconv.Itoa(n), tx.Now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO referral (practice_id, referral_id, patient_id, prescriber_id, state, starts_on, ends_on, created_at, updated_at)
			VALUES ($1, $2, $3, $4, 'closed', '2020-01-01', '2020-03-01', $5, $5)`, w.Practice, refs[n], ids[n], w.chen.ID, tx.Now); err != nil {
			return err
		}
	}
	on := today.AddDays(-30 - i/150)
	_, err := tx.ExecContext(ctx, `INSERT INTO visit (practice_id, visit_id, patient_id, referral_id, user_id, location_id, starts_at, planned_minutes, service_date, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 45, $8, 'completed', $9)`, w.Practice, id.New[id.Visit](), ids[n], refs[n], by, w.Location,
		db.At(on.At(9, 0, time.UTC)), on, tx.Now)
	if err != nil || i%5 != 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO score (practice_id, score_id, patient_id, instrument, instrument_version, on_date, responses, result, state, created_by, created_at)
		VALUES ($1, $2, $3, 'nprs', '1', $4, '{}', 5, 'valid', $5, $6)`, w.Practice, id.New[id.Score](), ids[n], on, w.User, tx.Now)
	return err
}

// A practice with many visits shows its day as a small one does: with
// SOAPSTONE_BENCH_VISITS=250000 the test prints how long that takes.
func TestTodayDoesNotReadThePast(t *testing.T) {
	n := 3000
	if s := os.Getenv("SOAPSTONE_BENCH_VISITS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		ref := w.refer(p, today.AddDays(-8))
		for i := range 8 {
			w.plan(p, ref, today, 8+i)
		}
		ctx := e.Actor(authz.Therapist)
		board := func() {
			b, err := w.svc.Today(ctx, home.Which{})
			w.must(err)
			if len(b.Rows) != 8 {
				t.Fatalf("%d rows", len(b.Rows))
			}
		}
		board()
		small := took(n, board)
		crowd(t, w, n)
		board()
		if large := took(n, board); n > 10_000 {
			t.Logf("Today with 8 visits: %s; with %d more in the past: %s", small, n, large)
		}
		plans(t, w)
	})
}

// took measures a board, where it is asked for.
func took(visits int, board func()) string {
	if visits <= 10_000 {
		return ""
	}
	return testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			board()
		}
	}).String()
}

// plans fails when a statement of the board walks a whole table of visits,
// scores or notes.
func plans(t *testing.T, w *world) {
	t.Helper()
	var text []byte
	for _, f := range []string{"queries.sql", "../report/queries.sql", "../visitledger/queries.sql"} {
		b, err := os.ReadFile(f)
		w.must(err)
		text = append(text, b...)
	}
	w.must(w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		verb := "EXPLAIN QUERY PLAN "
		if tx.Engine() == db.Postgres {
			verb = "EXPLAIN "
			if _, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
				return err
			}
		}
		for _, statement := range strings.Split(string(text), "-- name: ")[1:] {
			name, body, _ := strings.Cut(statement, "\n")
			if !strings.HasPrefix(name, "Day") && !strings.HasPrefix(name, "Unsigned") &&
				!strings.HasPrefix(name, "Due") && !strings.HasPrefix(name, "InForce") {
				continue
			}
			sql, _, _ := strings.Cut(body, ";")
			plan, err := explain(ctx, tx, verb, sql, w)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for _, line := range strings.Split(plan, "\n") {
				if walksAll(line) {
					t.Errorf("%s walks a table from end to end: %s\n%s", name, line, plan)
				}
			}
		}
		return nil
	}))
}

func walksAll(line string) bool {
	for _, table := range []string{"visit", "score", "signed_note", "document", "screening", "referral", "v", "s", "g", "x", "r"} {
		if line == "SCAN "+table || strings.Contains(line, "Seq Scan on "+table+" ") {
			return true
		}
	}
	return false
}

// explain puts plain values for the names of parameters.
func explain(ctx context.Context, tx *db.Tx, verb, sql string, w *world) (string, error) {
	for name, value := range map[string]string{"@practice_id": "'" + w.Practice.String() + "'", "@service_date": "'" + today.String() + "'", "@part": "1",
		"@from_at": "'" + today.String() + " 00:00:00Z'", "@last_at": "'" + today.AddDays(1).String() + " 00:00:00Z'", "@user_id": "'" + w.User.String() + "'",
		"@everybody": "0", "@state": "'" + string(visit.StatePlanned) + "'", "@before": "'" + today.String() + "'", "@today": "'" + today.String() + "'",
		"@most": "50", "@visits": "6", "@on_date": "'" + today.String() + "'", "@patient_id": "'" + w.User.String() + "'",
		"@treated_since": "'" + today.AddDays(-45).String() + "'", "@treated_until": "'" + today.AddDays(21).String() + "'",
		"@since": "'" + today.AddDays(-90).String() + "'", "@until": "'" + today.AddDays(60).String() + "'"} {
		sql = strings.ReplaceAll(sql, name, value)
	}
	rows, err := tx.QueryContext(ctx, verb+sql)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var lines []string
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprint(*cells[len(cells)-1].(*any)))
	}
	return strings.Join(lines, "\n"), rows.Err()
}
