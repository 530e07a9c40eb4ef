package backup

import (
	"context"
	"fmt"

	"soapstone/internal/audit"
	"soapstone/internal/blob"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// Report is what a verification found.
type Report struct {
	Practices  []PracticeReport
	References int64    // foreign keys checked
	Structure  []string // faults of the database itself
}

// PracticeReport is what was found in one practice.
type PracticeReport struct {
	ID        id.Practice
	Documents document.Report
	Audit     audit.Verification
	Files     blob.Report
	// Books is filled by whoever knows the ledger, which lies above this room.
	Books  Books
	Errors []string // parts that could not be walked to their end
}

// Books is what a walk through the ledger found.
type Books struct {
	Entries int64
	Faults  []string // one sentence each
}

// OK reports that nothing is wrong.
func (r Report) OK() bool { return len(r.Faults()) == 0 }

// Faults lists everything that is wrong, one sentence each.
func (r Report) Faults() []string {
	out := append([]string{}, r.Structure...)
	for _, p := range r.Practices {
		out = append(out, p.Errors...)
		out = append(out, p.Books.Faults...)
		for _, f := range p.Documents.Faults {
			out = append(out, f.String())
		}
		for _, f := range p.Audit.Faults {
			out = append(out, f.String())
		}
		for _, f := range p.Files.Faults {
			out = append(out, f.String())
		}
	}
	return out
}

// Verify proves an installation: the database's pages and references, and in
// every practice the documents, the audit log and the stored files. Work may go
// on meanwhile. With the manifests of earlier snapshots it also finds an audit
// log whose end was cut off since. The error is only that the proof could not
// be attempted; everything found is in the report.
func Verify(ctx context.Context, d *db.DB, master seal.Key, earlier ...Manifest) (Report, error) {
	var r Report
	if err := d.CheckPages(ctx); err != nil {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.Structure = append(r.Structure, err.Error())
	}
	var ids []id.Practice
	err := d.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) (err error) {
		ids, err = practiceIDs(ctx, tx)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("backup.Verify: %w", err)
	}
	if err := r.references(ctx, d); err != nil {
		return r, fmt.Errorf("backup.Verify: %w", err)
	}
	ids = withMissing(ids, earlier, &r)
	log, docs, files := audit.NewVerifier(d, master), document.New(d, master), blob.New(d, master)
	for _, pid := range ids {
		p := PracticeReport{ID: pid}
		known, err := heads(pid, earlier)
		if err != nil {
			p.Errors = append(p.Errors, err.Error())
		}
		for _, step := range []func() error{
			func() (err error) { p.Audit, err = log.Verify(ctx, pid, known...); return err },
			func() (err error) { p.Documents, err = docs.Verify(ctx, pid); return err },
			func() (err error) { p.Files, err = files.Verify(ctx, pid); return err },
		} {
			if err := step(); err != nil {
				if ctx.Err() != nil {
					return r, ctx.Err()
				}
				p.Errors = append(p.Errors, fmt.Sprintf("practice %s: %v", pid, err))
			}
		}
		r.Practices = append(r.Practices, p)
	}
	return r, nil
}

// withMissing reports practices that a snapshot knows and that are gone.
func withMissing(ids []id.Practice, earlier []Manifest, r *Report) []id.Practice {
	there := map[id.Practice]bool{}
	for _, p := range ids {
		there[p] = true
	}
	for _, m := range earlier {
		for _, p := range m.Practices {
			if !there[p.ID] {
				there[p.ID] = true
				r.Structure = append(r.Structure, fmt.Sprintf("practice %s is in a snapshot and is missing", p.ID))
			}
		}
	}
	return ids
}

func heads(p id.Practice, earlier []Manifest) ([]audit.Head, error) {
	var out []audit.Head
	for _, m := range earlier {
		h, err := m.AuditHead(p)
		if err != nil {
			return nil, fmt.Errorf("practice %s: seal of a snapshot: %w", p, err)
		}
		if h != (audit.Head{}) {
			out = append(out, h)
		}
	}
	return out, nil
}

// references checks every foreign key of the schema.
func (r *Report) references(ctx context.Context, d *db.DB) error {
	version, err := d.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	tables, err := schema(version)
	if err != nil {
		return err
	}
	for _, t := range tables {
		for _, ref := range t.refers {
			var n int64
			err := d.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRowContext(ctx, t.orphans(ref)).Scan(&n)
			})
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				r.Structure = append(r.Structure, fmt.Sprintf("table %s cannot be read: %v", t.name, err))
			case n > 0:
				r.Structure = append(r.Structure, fmt.Sprintf("table %s: %d rows refer to something in %s that is missing", t.name, n, ref.table))
			}
			r.References++
		}
	}
	return nil
}
