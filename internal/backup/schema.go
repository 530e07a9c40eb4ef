package backup

import (
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"soapstone/internal/db"
)

// table is a table as the migrations declare it. They are read instead of the
// database's own catalogue because that differs between the engines, and
// because their order is the order in which tables can be filled.
type table struct {
	name    string
	columns []column
	key     []string
	refers  []reference
}

type column struct{ name, typ string }

// reference is a foreign key.
type reference struct {
	columns []string
	table   string
	targets []string
}

var (
	createTable = regexp.MustCompile(`(?ms)^CREATE TABLE ([a-z_0-9]+) \((.*?)^\);`)
	columnLine  = regexp.MustCompile(`^([a-z_0-9]+) (uuid|timestamptz|date|text|boolean|bigint|double precision|bytea)\b(.*)$`)
	inlineRefer = regexp.MustCompile(`REFERENCES ([a-z_0-9]+) ?\(([a-z_0-9, ]+)\)`)
	keyLine     = regexp.MustCompile(`^PRIMARY KEY \(([a-z_0-9, ]+)\)`)
	foreignLine = regexp.MustCompile(`^FOREIGN KEY \(([a-z_0-9, ]+)\) REFERENCES ([a-z_0-9]+) ?\(([a-z_0-9, ]+)\)`)
	leadNumber  = regexp.MustCompile(`^(\d{4})_`)
)

// schema gives the tables of migrations up to the version, in the order in
// which they were made.
func schema(version int64) ([]table, error) {
	files, err := db.Migrations(db.Postgres)
	if err != nil {
		return nil, fmt.Errorf("backup: schema: %w", err)
	}
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("backup: schema: %w", err)
	}
	var out []table
	for _, name := range names {
		m := leadNumber.FindStringSubmatch(name)
		if m == nil {
			return nil, fmt.Errorf("backup: migration %s has no number", name)
		}
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil || n > version {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("backup: schema: %w", err)
		}
		for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
			t, err := parseTable(m[1], m[2])
			if err != nil {
				return nil, fmt.Errorf("backup: %s: %w", name, err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

func parseTable(name, body string) (table, error) {
	t := table{name: name}
	for _, line := range strings.Split(body, "\n") {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "--")
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		if m := keyLine.FindStringSubmatch(line); m != nil {
			t.key = split(m[1])
			continue
		}
		if m := foreignLine.FindStringSubmatch(line); m != nil {
			t.refers = append(t.refers, reference{split(m[1]), m[2], split(m[3])})
			continue
		}
		m := columnLine.FindStringSubmatch(line)
		if m == nil {
			if line != "" && !strings.HasPrefix(line, "CHECK") && !strings.HasPrefix(line, "UNIQUE") && !strings.HasPrefix(line, "CONSTRAINT") {
				return t, fmt.Errorf("table %s: cannot read %q", name, line)
			}
			continue
		}
		t.columns = append(t.columns, column{m[1], m[2]})
		if strings.Contains(m[3], "PRIMARY KEY") {
			t.key = []string{m[1]}
		}
		if r := inlineRefer.FindStringSubmatch(m[3]); r != nil {
			t.refers = append(t.refers, reference{[]string{m[1]}, r[1], split(r[2])})
		}
	}
	if len(t.key) == 0 || len(t.columns) == 0 {
		return t, fmt.Errorf("table %s has no key or no columns", name)
	}
	return t, nil
}

func split(list string) []string {
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

func (t table) columnNames() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.name
	}
	return out
}

// selectAll reads the whole table in the order of its key. The names come from
// the program's own migrations, never from data.
func (t table) selectAll() string {
	return "SELECT " + strings.Join(t.columnNames(), ", ") + " FROM " + t.name + " ORDER BY " + strings.Join(t.key, ", ")
}

// insert adds n rows.
func (t table) insert(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + strings.Join(t.columnNames(), ", ") + ") VALUES ")
	for r := range n {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for i := range t.columns {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("$" + strconv.Itoa(r*len(t.columns)+i+1))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// self are the places of the columns that refer to a row of the same table,
// apart from the practice.
func (t table) self() []int {
	var out []int
	for _, r := range t.refers {
		if r.table != t.name {
			continue
		}
		for i, c := range t.columns {
			if c.name == r.columns[len(r.columns)-1] && c.name != "practice_id" {
				out = append(out, i)
			}
		}
	}
	return out
}

// orphans counts the rows whose reference leads nowhere.
func (t table) orphans(r reference) string {
	var set, match []string
	for i, c := range r.columns {
		set = append(set, "c."+c+" IS NOT NULL")
		match = append(match, "p."+r.targets[i]+" = c."+c)
	}
	return "SELECT count(*) FROM " + t.name + " c WHERE " + strings.Join(set, " AND ") +
		" AND NOT EXISTS (SELECT 1 FROM " + r.table + " p WHERE " + strings.Join(match, " AND ") + ")"
}
