package arch_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// table is one CREATE TABLE.
type table struct {
	file, name, room string
	line             int
	items            [][]sqlToken // columns and constraints
}

// migrations are the texts of internal/db/migrations, in their order.
func migrations(tr *tree) []textFile {
	var out []textFile
	for _, f := range tr.texts {
		if path.Dir(f.path) == "internal/db/migrations" && path.Ext(f.path) == ".sql" {
			out = append(out, f)
		}
	}
	return out
}

func tables(tr *tree) []table {
	var out []table
	for _, f := range migrations(tr) {
		for _, s := range statements(f.text) {
			if is(s.tokens, 0, "CREATE", "TABLE") && len(s.tokens) > 3 {
				out = append(out, parseTable(f.path, s))
			}
		}
	}
	return out
}

func parseTable(file string, s statement) table {
	t := table{file: file, name: s.tokens[2].text, line: s.line()}
	if n := len(s.notes); n > 0 {
		t.room, _ = strings.CutPrefix(s.notes[n-1], "room: ")
		if t.room == s.notes[n-1] {
			t.room = ""
		}
	}
	depth := 0
	var item []sqlToken
	for _, tok := range s.tokens[3:] {
		switch tok.text {
		case "(":
			depth++
		case ")":
			depth--
		}
		switch {
		case depth == 1 && tok.text == ",", depth == 0 && tok.text == ")":
			t.items = append(t.items, item)
			item = nil
		case depth == 1 && tok.text == "(" && item == nil:
		default:
			item = append(item, tok)
		}
	}
	return t
}

var (
	columnTypes = []string{"uuid", "text", "bigint", "boolean", "timestamptz", "date", "bytea", "double precision"}
	migrationOK = regexp.MustCompile(`^\d{4}_[a-z0-9_]+\.sql$`)
	literal     = regexp.MustCompile(`^('.*'|\d+|(?i:true|false))$`)
)

// schemaIsPortable reports what one of the two databases, or the tenant, would
// not bear.
func schemaIsPortable(tr *tree) []finding {
	var out []finding
	number := map[string]string{}
	for _, f := range migrations(tr) {
		base := path.Base(f.path)
		if !migrationOK.MatchString(base) {
			out = append(out, finding{f.path, "a migration is called NNNN_name.sql"})
		} else if other := number[base[:4]]; other != "" {
			out = append(out, finding{f.path, "has the number of " + other + "; take the next free one"})
		} else {
			number[base[:4]] = base
		}
		if !strings.HasPrefix(f.text, "-- +goose Up\n") || strings.Count(f.text, "+goose") != 1 {
			out = append(out, finding{f.path, "begins with the line -- +goose Up and has no other; there is no way back but a restore"})
		}
		for _, s := range statements(f.text) {
			out = append(out, statementIsPortable(f.path, s)...)
		}
	}
	return out
}

func statementIsPortable(file string, s statement) []finding {
	at := fmt.Sprintf("%s:%d", file, s.line())
	ts := s.tokens
	switch {
	case is(ts, 0, "CREATE", "TABLE") && len(ts) > 3 && ts[3].text == "(":
		return tableIsPortable(parseTable(file, s), s)
	case is(ts, 0, "CREATE", "INDEX"), is(ts, 0, "CREATE", "UNIQUE", "INDEX"):
		on := slices.IndexFunc(ts, func(t sqlToken) bool { return t.word == "ON" })
		if on < 0 || on+2 >= len(ts) {
			return []finding{{at, "an index is written CREATE [UNIQUE] INDEX name ON table (columns)"}}
		}
		index, tab := ts[on-1].text, ts[on+1].text
		cols, _ := list(ts, on+2)
		if len(cols) == 0 {
			return []finding{{at, "an index is written CREATE [UNIQUE] INDEX name ON table (columns)"}}
		}
		if cols[0] != "practice_id" && globalTables[tab] == "" && globalIndexes[index] == "" {
			return []finding{{at, fmt.Sprintf("index %s begins with %s; practice_id leads every index, "+
				"or give the reason in globalIndexes in %s", index, cols[0], whereRooms)}}
		}
		return nil
	}
	return []finding{{at, "a migration holds CREATE TABLE and CREATE [UNIQUE] INDEX, nothing else; both databases must understand it"}}
}

func tableIsPortable(t table, s statement) []finding {
	var out []finding
	say := func(line int, format string, args ...any) {
		out = append(out, finding{fmt.Sprintf("%s:%d", t.file, line), "table " + t.name + ": " + fmt.Sprintf(format, args...)})
	}
	if t.room == "" {
		say(t.line, "the line directly above it must say whose it is: -- room: NAME")
	} else if _, ok := locate("internal/" + t.room); !ok {
		say(t.line, "its room %q has no place; add it to floors in %s", t.room, whereRooms)
	}
	if !strings.HasSuffix(s.text, "\n);") {
		say(t.line, "ends with ); on a line of its own, because the SQLite schema is derived line by line")
	}
	global := globalTables[t.name] != ""
	keyed, tenant, line := false, false, t.line
	for _, item := range t.items {
		if len(item) == 0 {
			say(line, "has an empty item")
			continue
		}
		if item[0].line == line {
			say(line, "%s shares its line; one column a line, because the SQLite schema is derived line by line", item[0].text)
		}
		line = item[0].line
		switch item[0].word {
		case "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT":
			keyed = keyed || item[0].word == "PRIMARY"
			if what := constraintIsLed(item, global); what != "" {
				say(line, "%s", what)
			}
		default:
			if what := columnIsPortable(t.name, item); what != "" {
				say(line, "%s", what)
			}
			keyed = keyed || inlineKey(item)
			tenant = tenant || isTenant(t.name, item)
		}
	}
	if !keyed {
		say(t.line, "has no primary key")
	}
	if !tenant && !global {
		say(t.line, "needs the column practice_id uuid NOT NULL REFERENCES practice(practice_id), "+
			"or a reason in globalTables in %s", whereRooms)
	}
	return out
}

func inlineKey(item []sqlToken) bool {
	return slices.ContainsFunc(item, func(t sqlToken) bool { return t.word == "PRIMARY" })
}

// isTenant is true for the column that ties a row to its practice.
func isTenant(tableName string, item []sqlToken) bool {
	if !is(item, 0, "PRACTICE_ID", "UUID", "NOT", "NULL") {
		return false
	}
	if tableName == "practice" {
		return true
	}
	for i := range item {
		if cols, _ := list(item, i+2); is(item, i, "REFERENCES", "PRACTICE") && slices.Equal(cols, []string{"practice_id"}) {
			return true
		}
	}
	return false
}

func columnIsPortable(tableName string, item []sqlToken) string {
	col := item[0].text
	typ, rest := "", item[1:]
	for n := 1; n <= 2 && n < len(item); n++ {
		words := make([]string, n)
		for i := range words {
			words[i] = item[1+i].text
		}
		if w := strings.Join(words, " "); slices.Contains(columnTypes, w) {
			typ, rest = w, item[1+n:]
			break
		}
	}
	if typ == "" {
		return fmt.Sprintf("column %s has a type that is not one of %s", col, strings.Join(columnTypes, ", "))
	}
	notNull := false
	for i := range rest {
		switch {
		case is(rest, i, "NOT", "NULL"):
			notNull = true
		case is(rest, i, "DEFAULT"):
			if i+1 >= len(rest) || !literal.MatchString(rest[i+1].text) || (i+2 < len(rest) && rest[i+2].text == "(") {
				return fmt.Sprintf("column %s has a default that is not a plain value; set it in Go", col)
			}
		case is(rest, i, "PRIMARY") && col != "practice_id" && globalTables[tableName] == "":
			return fmt.Sprintf("column %s alone is the key; write PRIMARY KEY (practice_id, %s)", col, col)
		case is(rest, i, "UNIQUE") && globalTables[tableName] == "":
			return fmt.Sprintf("column %s is unique over all practices; make a unique index led by practice_id", col)
		case is(rest, i, "REFERENCES") && col != "practice_id":
			return fmt.Sprintf("column %s refers on its own; write FOREIGN KEY (practice_id, %s)", col, col)
		}
	}
	if typ == "text" && !notNull && nullableText[tableName+"."+col] == "" {
		return fmt.Sprintf("column %s may be NULL; text is NOT NULL DEFAULT '', or give the reason in nullableText in %s", col, whereRooms)
	}
	return ""
}

// constraintIsLed asks that every list of columns of a key begins with
// practice_id.
func constraintIsLed(item []sqlToken, global bool) string {
	if item[0].word == "CONSTRAINT" && len(item) > 2 {
		item = item[2:]
	}
	if item[0].word == "CHECK" || global {
		return ""
	}
	for i := range item {
		isList := is(item, i-1, "KEY") || is(item, i-1, "UNIQUE") || is(item, i-2, "REFERENCES")
		if item[i].text != "(" || !isList {
			continue
		}
		if cols, _ := list(item, i); len(cols) == 0 || cols[0] != "practice_id" {
			return fmt.Sprintf("practice_id leads every key, and here %s does", strings.Join(cols, ", "))
		}
	}
	return ""
}

func TestSchemaIsPortable(t *testing.T) { holds(t, schemaIsPortable) }

func TestSchemaIsPortableCatches(t *testing.T) {
	in := func(sql string) map[string]string {
		return map[string]string{"internal/db/migrations/0002_more.sql": "-- +goose Up\n\n" + sql}
	}
	withColumn := func(col string) map[string]string {
		return in("-- room: visit\nCREATE TABLE v (\n    practice_id uuid NOT NULL REFERENCES practice(practice_id),\n    v_id uuid NOT NULL,\n    " +
			col + ",\n    PRIMARY KEY (practice_id, v_id)\n);\n")
	}
	at := "internal/db/migrations/0002_more.sql:7: table v: "
	catches(t, schemaIsPortable,
		sample{"altering", in("ALTER TABLE visit ADD COLUMN x text;"), []string{"CREATE TABLE and CREATE [UNIQUE] INDEX, nothing else"}},
		sample{"a trigger", in("CREATE TRIGGER x;"), []string{"nothing else"}},
		sample{"a table made from a query", in("CREATE TABLE x AS SELECT 1;"), []string{"nothing else"}},
		sample{"a way back", map[string]string{"internal/db/migrations/0001_a.sql": "-- +goose Up\n-- +goose Down\n"}, []string{"begins with the line -- +goose Up and has no other"}},
		sample{"bad names", map[string]string{
			"internal/db/migrations/0001_a.sql": "-- +goose Up\n", "internal/db/migrations/0001_b.sql": "-- +goose Up\n", "internal/db/migrations/2_c.sql": "-- +goose Up\n",
		}, []string{"0001_b.sql: has the number of 0001_a.sql", "2_c.sql: a migration is called"}},
		sample{"unknown type", withColumn("a varchar(20) NOT NULL"), []string{at + "column a has a type"}},
		sample{"json", withColumn("a jsonb NOT NULL"), []string{at + "column a has a type"}},
		sample{"array", withColumn("a integer[] NOT NULL"), []string{at + "column a has a type"}},
		sample{"text that may be NULL", withColumn("a text"), []string{at + "column a may be NULL"}},
		sample{"computed default", withColumn("a timestamptz NOT NULL DEFAULT now()"), []string{at + "column a has a default"}},
		sample{"default that is a word", withColumn("a timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP"), []string{at + "column a has a default"}},
		sample{"reference on its own", withColumn("a uuid NOT NULL REFERENCES patient(patient_id)"), []string{at + "column a refers on its own"}},
		sample{"key on its own", withColumn("a uuid NOT NULL PRIMARY KEY"), []string{at + "column a alone is the key"}},
		sample{"unique on its own", withColumn("a text NOT NULL UNIQUE"), []string{at + "column a is unique over all practices"}},
		sample{"two columns on a line", withColumn("a bigint, b bigint"), []string{at + "b shares its line"}},
		sample{"foreign key not led", withColumn("FOREIGN KEY (v_id) REFERENCES visit(practice_id, visit_id)"), []string{at + "practice_id leads every key, and here v_id does"}},
		sample{"reference not led", withColumn("FOREIGN KEY (practice_id, v_id) REFERENCES visit(visit_id, practice_id)"), []string{at + "practice_id leads every key, and here visit_id, practice_id"}},
		sample{"unique not led", withColumn("UNIQUE (v_id, practice_id)"), []string{at + "practice_id leads"}},
		sample{"index not led", in("CREATE INDEX x ON visit (patient_id, practice_id);"), []string{"0002_more.sql:3: index x begins with patient_id"}},
		sample{"unique index not led", in("CREATE UNIQUE INDEX x ON visit (lower(name));"), []string{"index x begins with lower"}},
		sample{"no tenant, no key, no owner, end on the line", in("CREATE TABLE v (\n    v_id uuid NOT NULL );"),
			[]string{"must say whose it is", "ends with ); on a line of its own", "has no primary key", "needs the column practice_id"}},
		sample{"unknown owner", in("-- room: nobody\nCREATE TABLE practice (\n    practice_id uuid NOT NULL PRIMARY KEY\n);"), []string{`its room "nobody" has no place`}},
		sample{"owner not directly above", in("-- room: practice\n-- A note.\nCREATE TABLE practice (\n    practice_id uuid NOT NULL PRIMARY KEY\n);"), []string{"the line directly above"}},
		sample{"tenant that may be NULL", in("-- room: visit\nCREATE TABLE v (\n    practice_id uuid REFERENCES practice(practice_id),\n    PRIMARY KEY (practice_id)\n);"), []string{"needs the column practice_id"}},
		sample{"what is allowed", map[string]string{
			"internal/db/migrations/0001_all.sql": sampleSchema,
			"internal/db/migrations/0002_more.sql": "-- +goose Up\n\n-- What it is for.\n-- room: visit\nCREATE TABLE v (\n" +
				"    practice_id uuid NOT NULL PRIMARY KEY REFERENCES practice(practice_id),\n    -- In percent.\n" +
				"    a double precision,\n    b text NOT NULL DEFAULT 'it''s' CHECK (b IN ('it''s', 'x')),\n    c boolean NOT NULL DEFAULT true,\n" +
				"    d bigint NOT NULL DEFAULT 15 CHECK (d BETWEEN 5 AND 60),\n    e bytea,\n    f date,\n    CHECK (a > 0 OR b = ''),\n" +
				"    CONSTRAINT v_f UNIQUE (practice_id, f)\n);\n\n" +
				"CREATE UNIQUE INDEX v_open ON v (practice_id, f DESC) WHERE b = 'x';\n\nCREATE UNIQUE INDEX staff_email ON staff (email);\n\n" +
				"CREATE INDEX setup_code_x ON setup_code (code_hash);\n",
		}, nil},
	)
}
