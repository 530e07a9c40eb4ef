package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// presents is how many copies live now, the original among them: together
// they have about 60 visits on the day of the measurement.
const presents = 7

// table is one that is copied, with what is read from the original.
type table struct {
	name string
	// where leaves out rows that only the present has, such as planned visits.
	past string
	// every keeps one row of so many.
	every int
	cols  []string
	rows  [][]any // of the original
	old   [][]any // those of them that a copy of the past has
}

// over says of a row that its visit is over.
func over(of string) string {
	return of + ".visit_id IN (SELECT visit_id FROM visit v WHERE v.practice_id = " + of + ".practice_id AND v.state IN ('completed', 'cancelled', 'no_show'))"
}

// tables in the order of their references.
func tables() []*table {
	return []*table{
		{name: "staff", past: "1 = 0"},
		{name: "patient"},
		{name: "patient_search", past: "1 = 0"},
		{name: "patient_health_answer"}, {name: "allergy"}, {name: "medication"},
		{name: "referral"}, {name: "referral_diagnosis"}, {name: "referral_version"},
		{name: "screening"}, {name: "screening_decision"},
		{name: "assessment"}, {name: "finding"},
		{name: "plan"}, {name: "goal"}, {name: "plan_intervention"}, {name: "plan_home_care"},
		{name: "visit", past: "state IN ('completed', 'cancelled', 'no_show')"},
		{name: "visit_change", past: over("visit_change")},
		{name: "visit_cell", past: over("visit_cell")},
		{name: "document"},
		{name: "note", past: "state = 'signed'"},
		{name: "signed_note", past: over("signed_note")},
		{name: "outcome_activity"}, {name: "score"},
		{name: "report", past: "state = 'signed'"},
		{name: "coverage"}, {name: "claim", past: over("claim")},
		{name: "ledger_entry", past: "visit_id IS NULL OR " + over("ledger_entry")},
		{name: "ledger_posting", past: "entry_id IN (SELECT entry_id FROM ledger_entry WHERE practice_id = ledger_posting.practice_id AND (visit_id IS NULL OR " + over("ledger_entry") + "))"},
		{name: "checkout", past: over("checkout")},
		{name: "audit_entry", every: 4},
	}
}

// loader copies the practice that stands until there are enough visits.
type loader struct {
	db       *db.DB
	practice id.Practice
	out      io.Writer
	tables   []*table
	people   []string // therapists of the copies of the past
	visits   int
	rows     int
}

// standing finds the practice of an earlier run.
func (l *loader) standing(ctx context.Context) error {
	var p id.Practice
	return l.db.Read(ctx, p, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT practice_id FROM practice`).Scan(&l.practice); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM visit WHERE practice_id = $1`, l.practice).Scan(&l.visits)
	})
}

func (l *loader) actor(ctx context.Context) context.Context {
	return authz.With(ctx, authz.Actor{System: true, Name: "bench", Practice: l.practice, Roles: authz.Roles(), Zone: time.UTC})
}

func (l *loader) fill(ctx context.Context, visits int) error {
	ctx = l.actor(ctx)
	l.tables = tables()
	if err := l.db.Read(ctx, l.practice, l.read); err != nil {
		return err
	}
	for n := 1; l.visits < visits; n++ {
		c := newCopier(l, n)
		if err := l.db.Write(ctx, l.practice, c.write); err != nil {
			return fmt.Errorf("copy %d: %w", n, err)
		}
		l.visits, l.rows = l.visits+c.visits, l.rows+c.rows
		if n%25 == 0 {
			fmt.Fprintf(l.out, "%d visits, %d rows\n", l.visits, l.rows)
		}
	}
	return l.analyze(ctx)
}

// read takes the rows of the original into memory, and those that a copy of
// the past has.
func (l *loader) read(ctx context.Context, tx *db.Tx) error {
	for _, t := range l.tables {
		var err error
		if t.rows, err = t.load(ctx, tx, "1 = 1", l.practice); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		t.old = t.rows
		if t.past != "" {
			if t.old, err = t.load(ctx, tx, t.past, l.practice); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		if t.name == "visit" {
			l.visits, l.people = len(t.rows), t.distinct("user_id")
		}
	}
	return nil
}

func (t *table) load(ctx context.Context, tx *db.Tx, where string, practice id.Practice) (out [][]any, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM "+t.name+" WHERE practice_id = $1 AND ("+where+") ORDER BY 1, 2", practice)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if t.cols, err = rows.Columns(); err != nil {
		return nil, err
	}
	for n := 0; rows.Next(); n++ {
		cells := make([]any, len(t.cols))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			return nil, err
		}
		if t.every > 1 && n%t.every != 0 {
			continue
		}
		for i := range cells {
			cells[i] = plain(*cells[i].(*any))
		}
		out = append(out, cells)
	}
	return out, rows.Err()
}

// plain is a value in the form that both engines take as a parameter.
func plain(v any) any {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}

func (t *table) distinct(col string) (out []string) {
	seen := map[string]bool{}
	for i, c := range t.cols {
		if c != col {
			continue
		}
		for _, r := range t.rows {
			if s, ok := r[i].(string); ok && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// analyze gives PostgreSQL's planner what it would have gathered by itself.
// SQLite plans by what the program tells it.
func (l *loader) analyze(ctx context.Context) error {
	if l.db.Engine() == db.SQLite {
		return nil
	}
	return l.db.Write(ctx, l.practice, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range l.tables {
			if _, err := tx.ExecContext(ctx, "ANALYZE "+t.name); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "bench.analyze"})
	})
}

// shifted moves a day or an instant back; other text stays.
func shifted(v any, days int) any {
	if days == 0 {
		return v
	}
	switch x := v.(type) {
	case time.Time:
		return x.AddDate(0, 0, -days)
	case string:
		if d, err := civil.Parse(x); err == nil {
			return d.AddDays(-days).String()
		}
		head, rest, ok := strings.Cut(x, "T")
		if d, err := civil.Parse(head); ok && err == nil {
			return d.AddDays(-days).String() + "T" + rest
		}
	}
	return v
}
