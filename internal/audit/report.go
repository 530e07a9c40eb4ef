package audit

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"soapstone/internal/audit/q"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Sort is a column that the report can be sorted by.
type Sort string

// The columns.
const (
	ByTime    Sort = "time"
	ByPerson  Sort = "person"
	ByAction  Sort = "action"
	ByPatient Sort = "patient"
	ByAddress Sort = "address"
)

// Sorts in the order shown.
func Sorts() []Sort { return []Sort{ByTime, ByPerson, ByAction, ByPatient, ByAddress} }

// sortColumn is the only way from a request to an ORDER BY: what is not in it
// is refused. No column is NULL, because the engines put NULL at different ends.
var sortColumn = map[Sort]string{
	ByTime:    "e.at",
	ByPerson:  "e.actor",
	ByAction:  "e.action",
	ByPatient: "COALESCE(CAST(e.patient_id AS text), '')",
	ByAddress: "e.address",
}

// Filter says which entries are wanted. The zero value is all, newest first.
type Filter struct {
	From, To  db.Time // from From on and before To; zero is open
	User      id.User
	Patient   id.Patient
	Action    string // an action, or its beginning up to a dot: "referral."
	Sort      Sort   // ByTime when empty
	Ascending bool
	After     string // Page.Next of the page before; else ""
	Limit     int    // 1 to 500; 50 when 0
}

// Entry is one line of the report.
type Entry struct {
	ID      id.Audit
	At      db.Time
	User    id.User // zero for the program itself
	Actor   string
	Address string
	Action  string
	Patient id.Patient // zero when none is concerned
	Kind    string
	Subject string
	Detail  string
	Seal    int64 // number of the seal it is under; 0 while it waits for one
}

// Page is a piece of the report.
type Page struct {
	Entries []Entry
	Next    string // cursor of the next page; "" on the last
}

// MaxPage is the most entries a page holds.
const MaxPage = 500

// cursor is the place behind the last entry of a page, in the order of the page.
type cursor struct {
	Sort  Sort     `json:"s"`
	Value string   `json:"v"`
	ID    id.Audit `json:"i"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return "" // text always marshals
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string, by Sort) (c cursor, err error) {
	stale := errs.New(errs.Invalid, "This page of the log cannot be found again. Start from its first page.")
	if len(s) > 2000 {
		return c, stale
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(b, &c) != nil || c.Sort != by || c.ID.IsZero() || strings.Contains(c.Value, "\x00") {
		return c, stale
	}
	if by == ByTime {
		var t db.Time
		if t.Scan(c.Value) != nil {
			return c, stale
		}
	}
	return c, nil
}

// statement is a SELECT put together from constant pieces; every value is bound.
type statement struct {
	text strings.Builder
	args []any
}

// add appends a piece whose ? are the next values.
func (s *statement) add(piece string, values ...any) {
	for _, v := range values {
		s.args = append(s.args, v)
		piece = strings.Replace(piece, "?", fmt.Sprintf("$%d", len(s.args)), 1)
	}
	s.text.WriteString(piece)
}

func (f Filter) statement(practice id.Practice) (*statement, error) {
	column, ok := sortColumn[f.Sort]
	if !ok {
		return nil, errs.New(errs.Invalid, "The log cannot be sorted by that.")
	}
	s := &statement{}
	s.add(`SELECT e.audit_id, e.at, e.user_id, e.actor, e.address, e.action, e.patient_id, e.kind, e.subject, e.detail, s.seq
FROM audit_entry e LEFT JOIN audit_sealed s ON s.practice_id = e.practice_id AND s.audit_id = e.audit_id
WHERE e.practice_id = ?`, practice)
	if !f.From.IsZero() {
		s.add(" AND e.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		s.add(" AND e.at < ?", f.To)
	}
	if !f.User.IsZero() {
		s.add(" AND e.user_id = ?", f.User)
	}
	if !f.Patient.IsZero() {
		s.add(" AND e.patient_id = ?", f.Patient)
	}
	switch {
	case strings.HasSuffix(f.Action, "."):
		// "/" follows "." in both databases' order of bytes.
		s.add(" AND e.action >= ? AND e.action < ?", f.Action, strings.TrimSuffix(f.Action, ".")+"/")
	case f.Action != "":
		s.add(" AND e.action = ?", f.Action)
	}
	comes, order := "<", " DESC"
	if f.Ascending {
		comes, order = ">", ""
	}
	if f.After != "" {
		c, err := parseCursor(f.After, f.Sort)
		if err != nil {
			return nil, err
		}
		s.add(" AND ("+column+", e.audit_id) "+comes+" (?, ?)", c.Value, c.ID)
	}
	s.add(" ORDER BY "+column+order+", e.audit_id"+order+" LIMIT ?", f.Limit+1)
	return s, nil
}

// value is what the entry is sorted by, as the cursor keeps it.
func (f Filter) value(e Entry) string {
	switch f.Sort {
	case ByPerson:
		return e.Actor
	case ByAction:
		return e.Action
	case ByPatient:
		return e.Patient.String()
	case ByAddress:
		return e.Address
	}
	return instant(e.At)
}

// Report gives a page of the log of the actor's practice and records that it
// was looked at. Errors: Denied without AuditRead, Invalid for an unknown sort
// column or a cursor that belongs to another order.
func (l *Log) Report(ctx context.Context, f Filter) (Page, error) {
	a, err := authz.Require(ctx, authz.AuditRead)
	if err != nil {
		return Page{}, err
	}
	err = l.Viewed(ctx, db.Event{Action: "audit.view", Patient: f.Patient, Kind: "audit", Detail: f.describe()})
	if err != nil {
		return Page{}, err
	}
	return l.page(ctx, a.Practice, f)
}

// Export calls fn with all entries of the filter in its order, page by page,
// and records that they were taken out. It stops with fn's error. The entry of
// the export itself is sealed before the first entry is given.
func (l *Log) Export(ctx context.Context, f Filter, fn func(Entry) error) error {
	a, err := authz.Require(ctx, authz.AuditRead)
	if err != nil {
		return err
	}
	err = l.Viewed(ctx, db.Event{Action: "audit.export", Patient: f.Patient, Kind: "audit", Detail: f.describe()})
	if err == nil {
		err = l.WaitSealed(ctx, a.Practice)
	}
	if err != nil {
		return err
	}
	f.Limit = MaxPage
	for {
		p, err := l.page(ctx, a.Practice, f)
		if err != nil {
			return err
		}
		for _, e := range p.Entries {
			if err := fn(e); err != nil {
				return err
			}
		}
		if p.Next == "" {
			return nil
		}
		f.After = p.Next
	}
}

func (f Filter) describe() string {
	var parts []string
	if !f.From.IsZero() {
		parts = append(parts, "from "+instant(f.From))
	}
	if !f.To.IsZero() {
		parts = append(parts, "to "+instant(f.To))
	}
	if !f.User.IsZero() {
		parts = append(parts, "user "+f.User.String())
	}
	if f.Action != "" {
		parts = append(parts, "action "+f.Action)
	}
	return strings.Join(parts, ", ")
}

func (l *Log) page(ctx context.Context, practice id.Practice, f Filter) (Page, error) {
	if f.Sort == "" {
		f.Sort = ByTime
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	f.Limit = max(1, min(f.Limit, MaxPage))
	s, err := f.statement(practice)
	if err != nil {
		return Page{}, err
	}
	var p Page
	err = l.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, s.text.String(), s.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Entry
			var seal sql.NullInt64
			if err := rows.Scan(&e.ID, &e.At, &e.User, &e.Actor, &e.Address, &e.Action, &e.Patient, &e.Kind, &e.Subject, &e.Detail, &seal); err != nil {
				return err
			}
			e.Seal = seal.Int64
			p.Entries = append(p.Entries, e)
		}
		return rows.Err()
	})
	if err != nil {
		return Page{}, fmt.Errorf("audit.Report: %w", err)
	}
	if len(p.Entries) > f.Limit {
		p.Entries = p.Entries[:f.Limit]
		last := p.Entries[f.Limit-1]
		p.Next = cursor{f.Sort, f.value(last), last.ID}.String()
	}
	return p, nil
}

// Person is a member of staff, to filter by.
type Person struct {
	ID   id.User
	Name string
}

// People lists the staff of the actor's practice by name.
func (l *Log) People(ctx context.Context) ([]Person, error) {
	a, err := authz.Require(ctx, authz.AuditRead)
	if err != nil {
		return nil, err
	}
	var out []Person
	err = l.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).Staff(ctx, a.Practice)
		for _, r := range rows {
			out = append(out, Person{r.UserID, r.Name})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("audit.People: %w", err)
	}
	return out, nil
}
