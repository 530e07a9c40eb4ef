package db_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
)

var (
	argument = regexp.MustCompile(`@[a-z_]+|sqlc\.(?:n?arg|slice)\([^)]*\)`)
	cast     = regexp.MustCompile(`::[a-z ]+`)
	named    = regexp.MustCompile(`(?m)^-- name: (\w+) :\w+$`)
	walks    = regexp.MustCompile(`^SCAN (\w+)`)
	practice = regexp.MustCompile(`^SEARCH (\w+) .*\(practice_id=\?\)$`)
)

// small are tables that stay small, so that reading all of one is no harm:
// a few rows per practice.
var small = map[string]bool{"practice": true, "location": true, "staff": true, "session": true, "setup_code": true, "webauthn_ceremony": true,
	"sign_in_throttle": true, "passkey": true, "prescriber": true, "totp_used": true, "record_counter": true, "payer": true, "fee_schedule": true, "claim_settings": true, "diagnosis_code_set": true}

// whole are queries that read a practice's whole table on purpose, with the reason.
var whole = map[string]string{
	"audit.Waiting":      "entries wait for about a second; those of all practices are few",
	"audit.LastSeal":     "takes the last row of the key and stops",
	"audit.StraySealed":  "verification reads everything",
	"jobs.Count":         "the doctor counts; jobs that are done are pruned",
	"patient.CountTerms": "walks its own subquery, which is bounded",
}

// TestEveryQueryUsesAnIndex asks SQLite how it would run each query, on a
// database without statistics. A query that walks a growing table, or all rows of a practice in
// one, becomes slow with the years.
func TestEveryQueryUsesAnIndex(t *testing.T) {
	e := dbtest.NewSQLite(t)
	files, err := filepath.Glob("../*/queries.sql")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d query files, %v", len(files), err)
	}
	for _, file := range files {
		room := filepath.Base(filepath.Dir(file))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		marks := named.FindAllStringSubmatchIndex(string(text), -1)
		for i, m := range marks {
			end := len(text)
			if i+1 < len(marks) {
				end = marks[i+1][0]
			}
			name := room + "." + string(text[m[2]:m[3]])
			for _, step := range plan(t, e, name, string(text[m[1]:end])) {
				table := ""
				if x := walks.FindStringSubmatch(step); x != nil && !strings.Contains(step, "CONSTANT ROW") {
					table = x[1]
				} else if x := practice.FindStringSubmatch(step); x != nil {
					table = x[1]
				}
				if real := aliased(string(text[m[1]:end]), table); real != "" {
					table = real
				}
				if table == "" || small[table] || whole[name] != "" || derived(string(text[m[1]:end]), table) {
					continue
				}
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// derived reports whether an alias is a subquery's: what that reads has steps of
// its own.
func derived(query, alias string) bool {
	return regexp.MustCompile(`\)\s+` + alias + `\b`).MatchString(query)
}

// aliased is the table behind an alias of a query; "" when there is none.
func aliased(query, alias string) string {
	if alias == "" {
		return ""
	}
	m := regexp.MustCompile(`(?:FROM|JOIN|,)\s+(\w+)\s+(?:AS\s+)?` + alias + `\b`).FindStringSubmatch(query)
	if m == nil {
		return ""
	}
	return m[1]
}

func plan(t *testing.T, e *dbtest.Env, name, query string) (steps []string) {
	t.Helper()
	query = cast.ReplaceAllString(argument.ReplaceAllString(query, "?1"), "")
	err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		var args []any
		if strings.Contains(query, "?1") {
			args = append(args, "x")
		}
		rows, err := tx.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var a, b, c int
			var s string
			if err := rows.Scan(&a, &b, &c, &s); err != nil {
				return err
			}
			steps = append(steps, s)
		}
		return rows.Err()
	})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return steps
}
