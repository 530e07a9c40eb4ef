package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"soapstone/internal/db"
	"soapstone/internal/id"
)

// loader fills tables from parts. The first line of a part names its columns; a
// column that this program's schema has besides keeps its default.
type loader struct {
	db      *db.DB
	tables  map[string]table
	current string // table being filled
	later   []row  // its rows that refer to rows of the same table
}

type row struct {
	table  table
	values []any
}

var partName = regexp.MustCompile(`^data/([a-z_0-9]+)/(\d{6})\.ndjson\.gz$`)

// rowsAtOnce is how many rows one INSERT takes; larger ones go alone.
const (
	rowsAtOnce  = 40
	largeRow    = 64 << 10
	maxAtOnceBy = 20_000 // placeholders; both databases take more
)

func (l *loader) part(ctx context.Context, name string, packed []byte) error {
	m := partName.FindStringSubmatch(name)
	if m == nil {
		return errors.New("a name that is none of ours")
	}
	t, ok := l.tables[m[1]]
	if !ok {
		return fmt.Errorf("this program knows no table %s; use a newer version", m[1])
	}
	if l.current != t.name {
		if err := l.endTable(ctx); err != nil {
			return err
		}
		l.current = t.name
	}
	text, err := unpack(packed)
	if err != nil {
		return err
	}
	head, lines, _ := bytes.Cut(text, []byte("\n"))
	if t.columns, err = t.named(head); err != nil {
		return err
	}
	var rows []row
	self := t.self()
	large := false
	for line := range bytes.Lines(lines) {
		values, err := decodeRow(t.columns, line)
		if err != nil {
			return err
		}
		large = large || len(line) > largeRow
		if slices.ContainsFunc(self, func(i int) bool { return values[i] != nil }) {
			l.later = append(l.later, row{t, values})
			continue
		}
		rows = append(rows, row{t, values})
	}
	return l.insert(ctx, t, rows, large)
}

// named gives the columns of a part by the line that names them.
func (t table) named(head []byte) ([]column, error) {
	var names []string
	if err := json.Unmarshal(head, &names); err != nil {
		return nil, fmt.Errorf("the line of column names: %w", err)
	}
	var out []column
	for _, name := range names {
		i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
		if i < 0 || slices.ContainsFunc(out, func(c column) bool { return c.name == name }) {
			return nil, fmt.Errorf("this program knows no column %s of table %s; use a newer version", name, t.name)
		}
		out = append(out, t.columns[i])
	}
	if len(out) == 0 {
		return nil, errRow
	}
	return out, nil
}

// insert writes rows in one transaction.
func (l *loader) insert(ctx context.Context, t table, rows []row, large bool) error {
	if len(rows) == 0 {
		return nil
	}
	n := min(rowsAtOnce, max(1, maxAtOnceBy/len(t.columns)))
	if large {
		n = 1
	}
	many, one := t.insert(n), t.insert(1)
	return l.db.Write(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Audit(ctx, db.Event{Action: "restore"}); err != nil {
			return err
		}
		rest := rows
		for len(rest) >= n && n > 1 {
			args := make([]any, 0, n*len(t.columns))
			for _, r := range rest[:n] {
				args = append(args, r.values...)
			}
			if _, err := tx.ExecContext(ctx, many, args...); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
			rest = rest[n:]
		}
		for _, r := range rest {
			if _, err := tx.ExecContext(ctx, one, r.values...); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
		return nil
	})
}

// endTable writes the rows that refer to rows of their own table: each after
// the one it refers to.
func (l *loader) endTable(ctx context.Context) error {
	rows := l.later
	l.later = nil
	for len(rows) > 0 {
		t := rows[0].table
		waiting := map[string]bool{}
		for _, r := range rows {
			waiting[r.id(t.key)] = true
		}
		var ready, rest []row
		for _, r := range rows {
			if r.refersTo(waiting) {
				rest = append(rest, r)
			} else {
				ready = append(ready, r)
			}
		}
		if len(ready) == 0 {
			return fmt.Errorf("table %s: %d rows refer to each other in a circle", t.name, len(rest))
		}
		if err := l.insert(ctx, t, ready, true); err != nil {
			return err
		}
		rows = rest
	}
	return nil
}

// id is the row's key as text.
func (r row) id(columns []string) string {
	var b strings.Builder
	for _, name := range columns {
		if i := slices.IndexFunc(r.table.columns, func(c column) bool { return c.name == name }); i >= 0 {
			fmt.Fprintf(&b, "%v|", r.values[i])
		}
	}
	return b.String()
}

// refersTo reports whether the row refers to one of those waiting.
func (r row) refersTo(waiting map[string]bool) bool {
	for _, ref := range r.table.refers {
		if ref.table == r.table.name && waiting[r.id(ref.columns)] {
			return true
		}
	}
	return false
}
