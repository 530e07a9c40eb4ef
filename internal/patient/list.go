package patient

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient/q"
)

const (
	maxPage  = 100
	pageRows = 25 // the usual length of a page of the list
)

// Filter says which part of the list is wanted.
type Filter struct {
	Status Status     // Active when empty
	After  id.Patient // the page that begins behind this patient
	Before id.Patient // or the page that ends before this one
	Limit  int        // 1 to 100 rows; 25 when zero
}

// Page is a part of the list, in the order of names.
type Page struct {
	Rows       []Row
	Prev, Next id.Patient // for Filter.Before and Filter.After; zero at the ends
}

// List gives the patients of a status in the order of their names.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return Page{}, err
	}
	if f.Limit <= 0 || f.Limit > maxPage {
		f.Limit = pageRows
	}
	if f.Status == "" {
		f.Status = Active
	}
	var out Page
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.list(ctx, tx, f, a.Today(tx.Now.Time))
		return err
	})
	if err != nil {
		return Page{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "patient.list", Kind: "patient", Detail: fmt.Sprintf("%d %s shown", len(out.Rows), f.Status)})
}

// list reads one row more than wanted, to know whether there is a further page.
func (s *Service) list(ctx context.Context, tx *db.Tx, f Filter, today civil.Date) (Page, error) {
	queries, most := q.New(tx), int32(f.Limit+1)
	from := f.After
	if !f.Before.IsZero() {
		from = f.Before
	}
	key := ""
	if !from.IsZero() {
		p, err := queries.GetPatient(ctx, q.GetPatientParams{PracticeID: tx.Practice, PatientID: from})
		if err != nil {
			return Page{}, db.Found(err, "This page of the list is gone. Start at the first page.")
		}
		key = p.NameSort
	}
	var rows []Row
	var err error
	switch {
	case !f.Before.IsZero():
		var r []q.ListBeforeRow
		r, err = queries.ListBefore(ctx, q.ListBeforeParams{PracticeID: tx.Practice, Status: string(f.Status), NameSort: key, PatientID: from.String(), Most: most})
		for _, x := range r {
			rows = append(rows, listRow(q.ListFirstRow(x), today))
		}
	case !f.After.IsZero():
		var r []q.ListAfterRow
		r, err = queries.ListAfter(ctx, q.ListAfterParams{PracticeID: tx.Practice, Status: string(f.Status), NameSort: key, PatientID: from.String(), Most: most})
		for _, x := range r {
			rows = append(rows, listRow(q.ListFirstRow(x), today))
		}
	default:
		var r []q.ListFirstRow
		r, err = queries.ListFirst(ctx, q.ListFirstParams{PracticeID: tx.Practice, Status: string(f.Status), Most: most})
		for _, x := range r {
			rows = append(rows, listRow(x, today))
		}
	}
	if err != nil {
		return Page{}, err
	}
	return paged(rows, f), nil
}

func listRow(r q.ListFirstRow, today civil.Date) Row {
	return Row{ID: r.PatientID, Number: r.Number, Name: r.Name, BirthDate: r.BirthDate, Age: r.BirthDate.AgeOn(today), Sex: Sex(r.Sex),
		Phone: r.Phone, Status: Status(r.Status), MergedInto: r.MergedIntoPatientID}
}

// paged cuts the extra row off and sets the links to the neighbouring pages.
func paged(rows []Row, f Filter) Page {
	further := len(rows) > f.Limit
	rows = rows[:min(len(rows), f.Limit)]
	back := !f.Before.IsZero()
	if back {
		slices.Reverse(rows)
	}
	p := Page{Rows: rows}
	if len(rows) == 0 {
		return p
	}
	if further && !back || back {
		p.Next = rows[len(rows)-1].ID
	}
	if further && back || !back && !f.After.IsZero() {
		p.Prev = rows[0].ID
	}
	return p
}

// ReadStatus takes a status as it comes from an address; anything unknown is Invalid.
func ReadStatus(s string) (Status, error) {
	switch st := Status(strings.TrimSpace(s)); st {
	case "":
		return Active, nil
	case Active, Archived, MergedAway:
		return st, nil
	}
	return "", errs.New(errs.Invalid, "Choose one of the lists shown.")
}
