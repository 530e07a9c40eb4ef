package db

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// SQLite chooses between indexes by statistics, and without any it rather walks a
// whole practice than sort ten rows. Gathering them (ANALYZE) would make plans depend on
// the day it last ran; an empty practice has nothing to gather. So the program
// writes them itself, for a practice that has been at work for years: plans are
// the same on every installation and from the first day on. See "Query Planner Stability
// Guarantee" in SQLite's documentation. PostgreSQL gathers its own.
const (
	manyRows = 200_000 // rows of a practice in a table that grows
	someRows = 40_000  // of these, rows that share a state, a kind, a status
	fewRows  = 20      // rows that share another record: of one patient, one visit
	smallest = 50      // rows of a table that does not grow
)

// steady are tables with a few rows per practice.
var steady = map[string]bool{"practice": true, "location": true, "staff": true, "prescriber": true, "setup_code": true, "passkey": true, "payer": true, "fee_schedule": true, "diagnosis_code_set": true, "credential": true, "ce_requirement": true, "phrase": true}

// coarse are columns with a handful of values, those that name staff and places among them.
var coarse = map[string]bool{"user_id": true, "location_id": true, "prescriber_id": true, "state": true, "status": true, "kind": true, "action": true, "instrument": true, "active": true, "text_key": true}

// writeStatistics replaces the statistics of a SQLite database.
func (p *litePools) writeStatistics(ctx context.Context) error {
	c := <-p.writer
	defer func() { p.writer <- c }()
	rows, err := indexes(ctx, c.conn)
	if err != nil {
		return err
	}
	// ANALYZE makes the table; what it finds is replaced at once.
	if _, err := c.conn.ExecContext(ctx, "ANALYZE; DELETE FROM sqlite_stat1"); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := c.conn.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)", r.table, r.name, r.stat()); err != nil {
			return err
		}
	}
	for _, c := range p.all {
		if _, err := c.conn.ExecContext(ctx, "ANALYZE sqlite_schema"); err != nil {
			return err
		}
	}
	return nil
}

type index struct {
	table, name string
	unique      bool
	columns     []string
}

func indexes(ctx context.Context, conn *sql.Conn) ([]index, error) {
	rows, err := conn.QueryContext(ctx, `SELECT t.name, i.name, i."unique", group_concat(c.name, ' ')
		FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
		GROUP BY t.name, i.name ORDER BY t.name, i.name`)
	if err != nil {
		return nil, fmt.Errorf("db: statistics: %w", err)
	}
	defer rows.Close()
	var out []index
	for rows.Next() {
		var x index
		var columns string
		if err := rows.Scan(&x.table, &x.name, &x.unique, &columns); err != nil {
			return nil, err
		}
		x.columns = strings.Fields(columns)
		out = append(out, x)
	}
	return out, rows.Err()
}

// stat is the text of sqlite_stat1: the number of rows, then for each prefix
// of the columns how many rows share one value.
func (x index) stat() string {
	total := manyRows
	if steady[x.table] {
		total = smallest
	}
	parts := []string{strconv.Itoa(total)}
	left := total
	for i, c := range x.columns {
		switch {
		case i == len(x.columns)-1 && x.unique:
			left = 1
		case c == "practice_id":
		case coarse[c]:
			left = max(1, min(left, left*someRows/manyRows))
		case left > fewRows:
			left = fewRows
		default:
			left = max(1, left/4)
		}
		parts = append(parts, strconv.Itoa(left))
	}
	return strings.Join(parts, " ")
}
