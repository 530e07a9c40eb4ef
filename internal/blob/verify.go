package blob

import (
	"context"
	"fmt"
	"strings"

	"soapstone/internal/blob/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Fault is one thing that is wrong with one file.
type Fault struct {
	ID   id.Blob
	What string
}

// String names the fault for a report.
func (f Fault) String() string { return fmt.Sprintf("file %s: %s", f.ID, f.What) }

// Report is the result of a verification.
type Report struct {
	Files, Bytes int64
	Faults       []Fault
}

const atOnce = 500

var (
	beforeAll     = id.Blob{15: 1}
	beforeEntries = id.Audit{15: 1}
)

// Verify opens every file of a practice and looks for files that the audit log
// knows and that are gone. The error is about the walk; what is wrong with the
// files is in the report.
func (s *Store) Verify(ctx context.Context, practice id.Practice) (Report, error) {
	var r Report
	if err := s.verifyFiles(ctx, practice, &r); err != nil {
		return r, fmt.Errorf("blob.Verify: %w", err)
	}
	if err := s.verifyAnchors(ctx, practice, &r); err != nil {
		return r, fmt.Errorf("blob.Verify: %w", err)
	}
	return r, nil
}

func (s *Store) verifyFiles(ctx context.Context, practice id.Practice, r *Report) error {
	after := beforeAll
	for {
		var page []id.Blob
		err := s.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) (err error) {
			page, err = q.New(tx).After(ctx, q.AfterParams{PracticeID: practice, After: after, Most: atOnce})
			return err
		})
		if err != nil {
			return err
		}
		for _, b := range page {
			after = b
			r.Files++
			err := s.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
				f, err := s.Get(ctx, tx, b)
				r.Bytes += int64(len(f.Bytes))
				return err
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				r.Faults = append(r.Faults, Fault{b, "its bytes or its description were altered, or cannot be read"})
			}
		}
		if len(page) < atOnce {
			return nil
		}
	}
}

func (s *Store) verifyAnchors(ctx context.Context, practice id.Practice, r *Report) error {
	after := beforeEntries
	for {
		n := 0
		err := s.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
			queries := q.New(tx)
			page, err := queries.Anchors(ctx, q.AnchorsParams{PracticeID: practice, After: after, Action: AuditAction, Most: atOnce})
			if err != nil {
				return err
			}
			n = len(page)
			for _, a := range page {
				after = a.AuditID
				b, err := id.Parse[id.Blob](a.Subject)
				if err != nil {
					r.Faults = append(r.Faults, Fault{What: "an audit entry names a file that cannot be: " + a.AuditID.String()})
					continue
				}
				info, err := s.Info(ctx, tx, b)
				switch {
				case errs.Is(err, errs.NotFound):
					r.Faults = append(r.Faults, Fault{b, "was stored by the audit log and is missing"})
				case err != nil && ctx.Err() == nil:
					r.Faults = append(r.Faults, Fault{b, "its description cannot be read"})
				case err != nil:
					return err
				case !strings.HasSuffix(a.Detail, " "+info.SHA256):
					r.Faults = append(r.Faults, Fault{b, "the audit log has another hash"})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n < atOnce {
			return nil
		}
	}
}
