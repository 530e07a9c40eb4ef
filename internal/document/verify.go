package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"soapstone/internal/db"
	"soapstone/internal/document/q"
	"soapstone/internal/id"
)

// Fault is one thing that is wrong with one document.
type Fault struct {
	Patient id.Patient
	Seq     int64       // 0 when unknown
	ID      id.Document // zero when unknown
	What    string
}

// String names the fault for a report.
func (f Fault) String() string {
	return fmt.Sprintf("patient %s, document %d: %s", f.Patient, f.Seq, f.What)
}

// Report is the result of a verification.
type Report struct {
	Patients int64
	ByKind   map[string]int64
	Faults   []Fault
}

// Documents is how many were looked at.
func (r Report) Documents() int64 {
	var n int64
	for _, v := range r.ByKind {
		n += v
	}
	return n
}

const pageSize = 200

// beforeAll sorts before every identifier; the zero value would be NULL.
var beforeAll = id.Patient{15: 1}

// Verify walks all documents of a practice, patient by patient, and recomputes
// hash, MAC and chain; it also compares them with what the audit log says was
// signed, both ways. Each patient is read as one snapshot, so signing may go on
// meanwhile. The error is about the walk; what is wrong with the documents is
// in the report.
func (s *Store) Verify(ctx context.Context, practice id.Practice) (Report, error) {
	r := Report{ByKind: map[string]int64{}}
	after := beforeAll
	for {
		done := false
		err := s.db.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
			next, err := s.nextPatient(ctx, tx, after)
			if err != nil {
				return err
			}
			if done = next.IsZero(); done {
				return nil
			}
			after = next
			return s.verifyPatient(ctx, tx, next, &r)
		})
		if err != nil {
			return r, fmt.Errorf("document.Verify: %w", err)
		}
		if done {
			return r, nil
		}
	}
}

// nextPatient is the next one who has documents, or had some by the audit log.
func (s *Store) nextPatient(ctx context.Context, tx *db.Tx, after id.Patient) (id.Patient, error) {
	queries := q.New(tx)
	here, err := queries.NextPatient(ctx, q.NextPatientParams{PracticeID: tx.Practice, After: after})
	if err != nil {
		return id.Patient{}, err
	}
	logged, err := queries.NextAnchoredPatient(ctx, q.NextAnchoredPatientParams{PracticeID: tx.Practice, After: after, Action: AuditAction})
	if err != nil {
		return id.Patient{}, err
	}
	all := append(here, logged...)
	if len(all) == 0 {
		return id.Patient{}, nil
	}
	least := all[0]
	for _, p := range all[1:] {
		if bytes.Compare(p[:], least[:]) < 0 {
			least = p
		}
	}
	return least, nil
}

func (s *Store) verifyPatient(ctx context.Context, tx *db.Tx, p id.Patient, r *Report) error {
	queries := q.New(tx)
	rows, err := queries.Anchors(ctx, q.AnchorsParams{PracticeID: tx.Practice, PatientID: p, Action: AuditAction})
	if err != nil {
		return err
	}
	signed := make(map[string]string, len(rows)) // document id → detail
	for _, a := range rows {
		signed[a.Subject] = a.Detail
	}
	fault := func(row q.Document, what string) {
		r.Faults = append(r.Faults, Fault{Patient: p, Seq: row.Seq, ID: row.DocumentID, What: what})
	}
	last := q.Document{Hash: genesis(tx.Practice, p)}
	most := int32(pageSize)
	for {
		page, err := queries.ChainAfter(ctx, q.ChainAfterParams{PracticeID: tx.Practice, PatientID: p, After: last.Seq, Most: most})
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && most > 1:
			most = 1 // one at a time, to name the one that cannot be read
			continue
		case err != nil:
			fault(q.Document{Seq: last.Seq + 1}, "cannot be read, so this chart is not proved from here on: "+err.Error())
			return nil
		}
		for _, row := range page {
			r.ByKind[row.Kind]++
			s.verifyRow(row, last, fault)
			detail, ok := signed[row.DocumentID.String()]
			switch {
			case !ok:
				fault(row, "the audit log has no entry of its signing")
			case !strings.HasSuffix(detail, " "+row.Hash):
				fault(row, "the audit log has another hash")
			}
			delete(signed, row.DocumentID.String())
			last = row
		}
		if len(page) < int(most) {
			break
		}
	}
	if last.Seq > 0 {
		r.Patients++
	}
	for _, a := range rows {
		if detail, ok := signed[a.Subject]; ok {
			d, _ := id.Parse[id.Document](a.Subject)
			r.Faults = append(r.Faults, Fault{Patient: p, Seq: loggedSeq(detail), ID: d, What: "was signed by the audit log and is missing"})
		}
	}
	return nil
}

func (s *Store) verifyRow(row, last q.Document, fault func(q.Document, string)) {
	if row.Seq != last.Seq+1 {
		fault(row, fmt.Sprintf("follows number %d: the numbers between are missing", last.Seq))
	}
	if row.Previous != last.Hash {
		fault(row, "does not continue the document before it")
	}
	if sum(row) != row.Hash {
		fault(row, "its content does not have its hash")
	}
	if s.mac(row) != row.Mac {
		fault(row, "its hash was not made with this installation's key")
	}
}

// loggedSeq reads "kind seq hash".
func loggedSeq(detail string) int64 {
	var kind string
	var seq int64
	if _, err := fmt.Sscan(detail, &kind, &seq); err != nil {
		return 0
	}
	return seq
}

// Heads is the number of patients with documents in tx's practice and a digest
// over the newest document of each. Two databases with the same digest hold the
// same chains.
func (s *Store) Heads(ctx context.Context, tx *db.Tx) (patients int64, digest string, err error) {
	queries := q.New(tx)
	h := sha256.New()
	after := beforeAll
	for {
		next, err := queries.NextPatient(ctx, q.NextPatientParams{PracticeID: tx.Practice, After: after})
		if err != nil {
			return 0, "", fmt.Errorf("document.Heads: %w", err)
		}
		if len(next) == 0 {
			return patients, hex.EncodeToString(h.Sum(nil)), nil
		}
		after = next[0]
		last, err := queries.Last(ctx, q.LastParams{PracticeID: tx.Practice, PatientID: after})
		if err != nil {
			return 0, "", fmt.Errorf("document.Heads: %w", err)
		}
		part(h, after.String())
		part(h, fmt.Sprint(last.Seq))
		part(h, last.Hash)
		patients++
	}
}
