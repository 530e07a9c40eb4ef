package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/textkey"
)

// daysApart lie between one copy of the past and the next. A copy has about
// 600 visits, so there are 60 a day.
const daysApart = 10

// copier writes one copy of the original.
type copier struct {
	*loader
	n, shift     int
	rng          *rand.Rand
	ids, users   map[string]string
	names        map[string][2]string // first and last name by the original's patient
	visits, rows int
}

func newCopier(l *loader, n int) *copier {
	c := &copier{loader: l, n: n}
	if n >= presents {
		c.shift = 45 + daysApart*(n-presents)
	}
	return c
}

func (c *copier) past() bool { return c.shift > 0 }

func (c *copier) write(ctx context.Context, tx *db.Tx) error {
	// A transaction may be run again: everything begins anew.
	c.rng = rand.New(rand.NewPCG(7, uint64(c.n)))
	c.ids, c.users, c.names = map[string]string{}, map[string]string{}, map[string][2]string{}
	c.visits, c.rows = 0, 0
	for _, t := range c.tables {
		rows := t.rows
		if c.past() {
			rows = t.old
		}
		var out [][]any
		for _, r := range rows {
			if t.name == "patient_search" && isName(t, r) {
				continue
			}
			out = append(out, c.row(t, r))
		}
		if err := insert(ctx, tx, t, out); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		c.rows += len(out)
		switch t.name {
		case "visit":
			c.visits = len(out)
		case "patient":
			if err := c.findable(ctx, tx); err != nil {
				return err
			}
		}
	}
	return tx.Audit(ctx, db.Event{Action: "bench.copy"})
}

// kept are columns that every copy shares.
var kept = map[string]bool{"practice_id": true, "location_id": true, "prescriber_id": true, "payer_id": true, "batch_id": true, "payment_id": true, "birth_date": true, "salt": true, "leaf": true, "hash": true, "previous": true, "mac": true}

func (c *copier) row(t *table, r []any) []any {
	out := make([]any, len(r))
	for i, col := range t.cols {
		s, isText := r[i].(string)
		switch {
		case kept[col] || r[i] == nil:
			out[i] = r[i]
		case col == "user_id" || strings.HasSuffix(col, "_by"):
			out[i] = c.user(s)
		case isText && len(s) == 36 && uuid(s):
			out[i] = c.id(s)
		default:
			out[i] = shifted(r[i], c.shift)
		}
	}
	c.adapt(t, r, out)
	return out
}

func uuid(s string) bool {
	_, err := id.Parse[id.Visit](s)
	return err == nil
}

func (c *copier) id(old string) string {
	if _, ok := c.ids[old]; !ok {
		c.ids[old] = id.New[id.Visit]().String()
	}
	return c.ids[old]
}

// user is the member of staff who stands for another: their own copy in the
// present, anybody who treats in the past.
func (c *copier) user(old string) string {
	if !c.past() {
		return c.id(old)
	}
	if _, ok := c.users[old]; !ok {
		c.users[old] = c.people[c.rng.IntN(len(c.people))]
	}
	return c.users[old]
}

func (t *table) at(col string) int {
	for i, c := range t.cols {
		if c == col {
			return i
		}
	}
	panic("bench: no column " + t.name + "." + col)
}

// adapt sets what must differ between copies, and closes what is of the past.
func (c *copier) adapt(t *table, old, out []any) {
	set := func(col string, v any) { out[t.at(col)] = v }
	switch t.name {
	case "staff":
		set("email", fmt.Sprintf("copy%d.%s", c.n, old[t.at("email")]))
	case "patient":
		first, last := c.invent()
		c.names[out[t.at("patient_id")].(string)] = [2]string{first, last}
		set("number", fmt.Sprintf("%d-%s", c.n, old[t.at("number")]))
		set("first_name", first)
		set("last_name", last)
		set("name", first+" "+last)
		set("name_sort", textkey.Sort(last+" "+first))
		set("preferred_name", "")
	}
	if t.name == "claim" {
		set("number", fmt.Sprintf("%dC%s", c.n, strings.TrimLeft(old[t.at("number")].(string), "C0")))
	}
	if !c.past() {
		return
	}
	switch t.name {
	case "claim":
		if s := old[t.at("state")]; s != "closed" && s != "cancelled" {
			set("state", "paid")
		}
	case "referral":
		set("state", "closed")
		set("close_reason", "completed")
	case "plan":
		set("state", "closed")
		set("active_patient_id", nil)
		set("draft_patient_id", nil)
	}
}

var syllables = strings.Fields("ba ko ri ste man ford lin da sa mo ver ton well bur kin ger ham mar sch oka for")
var firsts = strings.Fields("James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Carlos Karen Maria Lisa Daniel Nancy Mark Sandra Paul Ashley Ravi Mei Aisha Ngozi")

func (c *copier) invent() (first, last string) {
	for range 2 + c.rng.IntN(2) {
		last += syllables[c.rng.IntN(len(syllables))]
	}
	return firsts[c.rng.IntN(len(firsts))], strings.ToUpper(last[:1]) + last[1:]
}

// isName tells the words of the original's name from the other terms.
func isName(t *table, r []any) bool {
	term, _ := r[t.at("term")].(string)
	return term == "" || term[0] < '0' || term[0] > '9'
}

// findable lets the patients of the copy be found by their new names.
func (c *copier) findable(ctx context.Context, tx *db.Tx) error {
	t := &table{name: "patient_search", cols: []string{"practice_id", "term", "patient_id"}}
	var out [][]any
	for p, n := range c.names {
		seen := map[string]bool{}
		for _, word := range n {
			// "Ka-man" and "Kaman" are one term.
			if term := textkey.Search(word); !seen[term] {
				seen[term] = true
				out = append(out, []any{c.practice.String(), term, p})
			}
		}
	}
	c.rows += len(out)
	return insert(ctx, tx, t, out)
}

// insert writes many rows with few statements.
func insert(ctx context.Context, tx *db.Tx, t *table, rows [][]any) error {
	const most = 50
	for len(rows) > 0 {
		n := min(most, len(rows))
		if n < most {
			n = 1
		}
		args := make([]any, 0, n*len(t.cols))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := tx.ExecContext(ctx, statement(t, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func statement(t *table, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", t.name, strings.Join(t.cols, ", "))
	arg := 0
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		for k := range t.cols {
			arg++
			sep := ","
			if k == 0 {
				sep = "("
			}
			fmt.Fprintf(&b, "%s$%d", sep, arg)
		}
		b.WriteByte(')')
	}
	return b.String()
}
