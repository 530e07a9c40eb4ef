package arch_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// query is one statement of a room's queries.sql.
type query struct {
	statement
	file, room, name string
}

func (q query) at() string { return fmt.Sprintf("%s:%d %s", q.file, q.line(), q.name) }

func queries(tr *tree) []query {
	var out []query
	for _, f := range tr.texts {
		if ok, _ := path.Match("internal/*/queries.sql", f.path); !ok {
			continue
		}
		for _, s := range statements(f.text) {
			q := query{statement: s, file: f.path, room: strings.Split(f.path, "/")[1]}
			for _, n := range s.notes {
				if name, ok := strings.CutPrefix(n, "name: "); ok {
					q.name, _, _ = strings.Cut(name, " ")
				}
			}
			out = append(out, q)
		}
	}
	return out
}

// use is a table named in a statement.
type use struct {
	table string
	verb  string // INSERT, UPDATE, DELETE or READ
}

// uses finds the tables of a statement; names made by WITH are not tables.
func uses(s statement) []use {
	var out []use
	made := map[string]bool{}
	for i := range s.tokens {
		ts := s.tokens
		if i > 0 && is(ts, i, "AS") && i+1 < len(ts) && ts[i+1].text == "(" && ts[0].word == "WITH" {
			made[ts[i-1].text] = true
		}
		switch {
		case is(ts, i, "INSERT", "INTO"):
			out = append(out, use{name(ts, i+2), "INSERT"})
		case is(ts, i, "DELETE", "FROM"):
			out = append(out, use{name(ts, i+2), "DELETE"})
		case is(ts, i, "DO", "UPDATE"):
			if len(out) > 0 {
				out = append(out, use{out[0].table, "UPDATE"})
			}
		case is(ts, i, "UPDATE") && !is(ts, i-1, "DO") && !is(ts, i-1, "FOR"):
			out = append(out, use{name(ts, i+1), "UPDATE"})
		case (is(ts, i, "FROM") && !is(ts, i-1, "DELETE") && !is(ts, i-1, "DISTINCT")) || is(ts, i, "JOIN"):
			out = append(out, use{name(ts, i+1), "READ"})
			for _, n := range moreTables(ts, i+1) {
				out = append(out, use{n, "READ"})
			}
		}
	}
	return slices.DeleteFunc(out, func(u use) bool { return u.table == "" || made[u.table] })
}

// moreTables are those after a comma: FROM a, b AS x, c.
func moreTables(ts []sqlToken, i int) []string {
	var out []string
	for ; i < len(ts) && (ts[i].word != "" && !slices.Contains(clauses, ts[i].word) || ts[i].text == ","); i++ {
		if ts[i].text == "," {
			out = append(out, name(ts, i+1))
		}
	}
	return out
}

var clauses = []string{"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "JOIN", "LEFT", "INNER", "UNION", "EXCEPT", "INTERSECT", "WINDOW", "ON", "RETURNING"}

func name(ts []sqlToken, i int) string {
	if i < len(ts) && ts[i].word != "" && ts[i].word != "SELECT" {
		return ts[i].text
	}
	return ""
}

// tableRooms tells whose each table is, from the migrations.
func tableRooms(tr *tree) map[string]string {
	rooms := map[string]string{}
	for _, t := range tables(tr) {
		rooms[t.name] = t.room
	}
	return rooms
}

// roomsWriteTheirOwn reports statements that change another room's table, read
// one above, change what never changes, or forget the practice.
func roomsWriteTheirOwn(tr *tree) []finding {
	owners := tableRooms(tr)
	var out []finding
	for _, q := range queries(tr) {
		say := func(format string, args ...any) {
			out = append(out, finding{q.at(), fmt.Sprintf(format, args...)})
		}
		all := uses(q.statement)
		for _, u := range all {
			owner, known := owners[u.table]
			switch {
			case !known:
				say("no migration makes a table %q", u.table)
			case u.verb != "READ" && owner != q.room:
				say("%s of %s, which belongs to %s; call a method of that room in the same transaction", u.verb, u.table, owner)
			case (u.verb == "UPDATE" || u.verb == "DELETE") && immutable(u.table):
				say("%s of %s, which never changes; write a new row that refers to the old one", u.verb, u.table)
			case u.verb == "READ" && !mayRead(q.room, owner, u.table):
				say("reads %s of %s, which comes after %s; turn the question round, or let internal/app pass an interface",
					u.table, owner, q.room)
			}
		}
		if !scoped(q.statement, all) && crossPractice[q.room+"."+q.name] == "" {
			say("nothing limits this to one practice; add practice_id = @practice_id to its WHERE (to its columns for an INSERT), "+
				"or give the reason under %q in crossPractice in %s", q.room+"."+q.name, whereRooms)
		}
	}
	return out
}

func immutable(table string) bool {
	return slices.Contains(immutableTables, table) ||
		slices.ContainsFunc(immutablePrefixes, func(p string) bool { return strings.HasPrefix(table, p) })
}

// mayRead follows the order of imports: a room reads its own tables, those of
// rooms before it, and the common ones.
func mayRead(reader, owner, table string) bool {
	if reader == owner || commonTables[table] || readsUpward[reader+"."+table] != "" {
		return true
	}
	from, ok1 := locate("internal/" + reader)
	to, ok2 := locate("internal/" + owner)
	return ok1 && ok2 && against(from, to) == ""
}

// scoped asks for practice_id where it limits: among the columns of an INSERT,
// compared with a parameter otherwise. Two columns compared with each other, as
// in a JOIN, limit nothing. Tables of the installation need none.
func scoped(s statement, all []use) bool {
	if len(all) > 0 && !slices.ContainsFunc(all, func(u use) bool { return globalTables[u.table] == "" }) {
		return true
	}
	ts := s.tokens
	limits := false // SET practice_id = $1 is no condition
	for i := range ts {
		switch ts[i].word {
		case "WHERE", "ON":
			limits = true
		case "SET":
			limits = false
		case "INSERT":
			if cols, _ := list(ts, i+3); slices.Contains(cols, "practice_id") {
				return true
			}
		case "PRACTICE_ID":
			if limits && i+2 < len(ts) && ts[i+1].text == "=" && isParameter(ts[i+2]) {
				return true
			}
		}
	}
	return false
}

func isParameter(t sqlToken) bool {
	return strings.HasPrefix(t.text, "@") || t.text == "$" || t.word == "SQLC"
}

func TestRoomsWriteTheirOwnTables(t *testing.T) { holds(t, roomsWriteTheirOwn) }

const sampleSchema = `-- +goose Up

-- room: practice
CREATE TABLE practice (
    practice_id uuid NOT NULL PRIMARY KEY
);

-- room: patient
CREATE TABLE patient (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    patient_id uuid NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (practice_id, patient_id)
);

-- room: visit
CREATE TABLE visit (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    visit_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    PRIMARY KEY (practice_id, visit_id),
    FOREIGN KEY (practice_id, patient_id) REFERENCES patient(practice_id, patient_id)
);

-- room: document
CREATE TABLE document (
    practice_id uuid NOT NULL REFERENCES practice(practice_id),
    document_id uuid NOT NULL,
    PRIMARY KEY (practice_id, document_id)
);

-- room: authn
CREATE TABLE setup_code (
    code_hash text NOT NULL PRIMARY KEY
);
`

func TestRoomsWriteTheirOwnTablesCatches(t *testing.T) {
	in := func(room, sql string) map[string]string {
		return map[string]string{"internal/db/migrations/0001_all.sql": sampleSchema, "internal/" + room + "/queries.sql": sql}
	}
	catches(t, roomsWriteTheirOwn,
		sample{"writes another room's table", in("visit", "-- name: Rename :exec\nUPDATE patient SET name = @name WHERE practice_id = @practice_id;"),
			[]string{"internal/visit/queries.sql:2 Rename: UPDATE of patient, which belongs to patient"}},
		sample{"writes it inside WITH", in("visit", "-- name: X :exec\nWITH gone AS (DELETE FROM patient WHERE practice_id = @practice_id RETURNING *) SELECT * FROM gone;"),
			[]string{"DELETE of patient"}},
		sample{"changes a document", in("document", "-- name: X :exec\nUPDATE document SET a = 1 WHERE practice_id = @practice_id;"),
			[]string{"UPDATE of document, which never changes"}},
		sample{"changes a document on conflict", in("document", "-- name: X :exec\nINSERT INTO document (practice_id) VALUES ($1) ON CONFLICT (practice_id) DO UPDATE SET a = 1;"),
			[]string{"UPDATE of document"}},
		sample{"deletes a document", in("document", "-- name: X :exec\ndelete from document where practice_id = $1;"),
			[]string{"DELETE of document"}},
		sample{"reads a room above", in("patient", "-- name: X :many\nSELECT * FROM patient p JOIN visit v ON v.practice_id = p.practice_id WHERE p.practice_id = sqlc.arg(practice_id);"),
			[]string{"reads visit of visit, which comes after patient"}},
		sample{"reads it after a comma", in("patient", "-- name: X :many\nSELECT * FROM patient AS p, visit WHERE p.practice_id = $1;"),
			[]string{"reads visit of visit"}},
		sample{"unknown table", in("patient", "-- name: X :many\nSELECT * FROM patiant WHERE practice_id = $1;"),
			[]string{`no migration makes a table "patiant"`}},
		sample{"no practice", in("patient", "-- name: X :one\nSELECT practice_id FROM patient WHERE patient_id = $1 ORDER BY practice_id;"),
			[]string{`nothing limits this to one practice`}},
		sample{"practice set but not asked", in("patient", "-- name: X :exec\nUPDATE patient SET practice_id = $1;"),
			[]string{"nothing limits"}},
		sample{"practice only joined", in("visit", "-- name: X :one\nSELECT 1 FROM visit v JOIN patient p ON p.practice_id = v.practice_id WHERE p.name = @name;"),
			[]string{"nothing limits"}},
		sample{"insert without practice", in("patient", "-- name: X :exec\nINSERT INTO patient (patient_id) VALUES ($1) RETURNING practice_id;"),
			[]string{`or give the reason under "patient.X" in crossPractice`}},
		sample{"what is allowed", in("visit", `-- name: A :one
SELECT v.*, p.name FROM visit v JOIN patient p ON p.practice_id = v.practice_id AND p.patient_id = v.patient_id
WHERE v.practice_id = @practice_id AND v.visit_id = @visit_id;
-- name: B :execrows
UPDATE visit SET patient_id = @patient_id WHERE practice_id = @practice_id AND visit_id = @visit_id;
-- name: C :exec
INSERT INTO visit (practice_id, visit_id) VALUES (@practice_id, @visit_id) ON CONFLICT DO NOTHING;
-- name: D :many
WITH recent AS (SELECT * FROM visit WHERE practice_id = @practice_id LIMIT 5) SELECT * FROM recent;
-- name: E :one
SELECT x IS DISTINCT FROM y AS differs, (SELECT count(*) FROM patient WHERE practice_id = @practice_id) AS n FROM visit WHERE practice_id = @practice_id;
`), nil},
		sample{"tables of the installation", in("authn", "-- name: A :exec\nDELETE FROM setup_code WHERE code_hash = $1;"), nil},
		sample{"documents are added", in("document", "-- name: A :exec\nINSERT INTO document (practice_id, document_id) VALUES ($1, $2);"), nil},
	)
}

var rawSQL = regexp.MustCompile(`(?s)^\s*(SELECT\s.*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+[a-z_]+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|UNIQUE|INDEX|TRIGGER)|DROP\s|ALTER\s|PRAGMA\s|VACUUM)`)

// sqlStaysInItsFiles reports SQL in Go text outside the rooms that may have it.
func sqlStaysInItsFiles(tr *tree) []finding {
	var out []finding
	for _, f := range tr.gos {
		p, _ := locate(f.dir())
		if f.test || f.generated || p.aid || rawSQLRooms[p.room] != "" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && rawSQL.MatchString(strings.Trim(lit.Value, "`\"")) {
				out = append(out, finding{tr.at(lit), "SQL in Go text; put it into the room's queries.sql and run make gen, " +
					"or give the reason in rawSQLRooms in " + whereRooms})
			}
			return true
		})
	}
	return out
}

func TestSQLStaysInItsFiles(t *testing.T) { holds(t, sqlStaysInItsFiles) }

func TestSQLStaysInItsFilesCatches(t *testing.T) {
	catches(t, sqlStaysInItsFiles,
		sample{"select", map[string]string{"internal/visit/a.go": "package visit\nvar q = `\n SELECT *\n FROM visit `"}, []string{"internal/visit/a.go:2: SQL in Go text"}},
		sample{"pragma", map[string]string{"internal/patient/a.go": "package patient\nvar q = \"PRAGMA user_version\""}, []string{"SQL in Go text"}},
		sample{"what is allowed", map[string]string{
			"internal/visit/a.go":        "package visit\nvar q = \"SELECT a date FROM the list\"[1:] + \"Select one\" + \"Update the plan\"",
			"internal/db/a.go":           "package db\nvar q = \"PRAGMA user_version\"",
			"internal/visit/a_test.go":   "package visit_test\nvar q = \"DELETE FROM visit\"",
			"internal/db/dbtest/help.go": "package dbtest\nvar q = \"DELETE FROM visit\"",
			"internal/visit/q/queries.go": "// Code generated by sqlc. DO NOT EDIT.\n\npackage q\nvar q = `-- name: X :exec\n" +
				"DELETE FROM visit`",
		}, []string{"internal/visit/a.go:2"}},
	)
}
