package db

import (
	"regexp"
	"strings"
)

// columnType finds the type of a column definition: the second word of a line.
var columnType = regexp.MustCompile(`(?m)^(\s+[a-z_0-9]+\s+)(uuid|timestamptz|date|text|boolean|bigint|double precision|bytea)\b`)

var sqliteTypes = map[string]string{
	"uuid": "TEXT", "timestamptz": "TEXT", "date": "TEXT", "text": "TEXT",
	"boolean": "INTEGER", "bigint": "INTEGER", "double precision": "REAL", "bytea": "BLOB",
}

// sqliteDDL derives SQLite's spelling of a migration from the PostgreSQL
// subset it is written in: types are mapped and every table is STRICT. It
// relies on the migrations' form: one column a line, a table ends with ");" at
// the start of a line.
func sqliteDDL(sql string) string {
	s := columnType.ReplaceAllStringFunc(sql, func(m string) string {
		p := columnType.FindStringSubmatch(m)
		return p[1] + sqliteTypes[p[2]]
	})
	return strings.ReplaceAll(s, "\n);", "\n) STRICT;")
}
