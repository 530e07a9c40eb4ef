package visit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

// SignedNote is a signed note with what was added to it.
type SignedNote struct {
	Document   id.Document
	Visit      id.Visit
	Patient    id.Patient
	Date       civil.Date // of service
	SignedBy   id.User
	SignerName string
	SignedAt   db.Time
	Body       note.Signed
	Addenda    []Addendum  // oldest first
	Retraction *Retraction // nil while the note is valid
	Signed     document.Signed
}

// Addendum is a signed addition.
type Addendum struct {
	note.Addendum
	Signed document.Signed
}

// Retraction is a signed "entered in error".
type Retraction struct {
	note.Retraction
	Signed document.Signed
}

// Valid reports whether the note still counts.
func (n SignedNote) Valid() bool { return n.Retraction == nil }

// Treated reports whether anything was done in the visit: it is false where the
// note says that the visit ended without treatment.
func (n SignedNote) Treated() bool { return n.Body.Note.Untreated == nil }

// Current is the note's structured part with the minutes of its addenda put
// in: what claims and counts go by.
func (n SignedNote) Current() note.Draft {
	var added []note.Addendum
	for _, a := range n.Addenda {
		added = append(added, a.Addendum)
	}
	return note.Corrected(n.Body.Note, added)
}

// Minutes is the sum of the minutes that count today.
func (n SignedNote) Minutes() int { return n.Current().Minutes() }

const noNote = "This note does not exist, or is not in your practice."

// SignedNotes lists a patient's valid signed notes, newest first, at most 200,
// inside the caller's transaction. The caller records the view. NoteRead.
func (s *Service) SignedNotes(ctx context.Context, tx *db.Tx, p id.Patient) ([]SignedNote, error) {
	if _, err := authz.Require(ctx, authz.NoteRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).ListSigned(ctx, q.ListSignedParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	all, err := s.Documents.ForPatient(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	var out []SignedNote
	for _, r := range rows {
		n, ok, err := fromList(all, q.GetSignedRow(r))
		if err == nil && !ok {
			n, err = s.read(ctx, tx, q.GetSignedRow(r))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// fromList puts a note together from all documents of the patient, newest
// first. ok is false when the list was cut off and may lack something.
func fromList(all []document.Signed, row q.GetSignedRow) (n SignedNote, ok bool, err error) {
	i := slices.IndexFunc(all, func(d document.Signed) bool { return d.ID == row.DocumentID })
	if i < 0 {
		return SignedNote{}, false, nil
	}
	var more []document.Signed
	for j := i - 1; j >= 0; j-- {
		if all[j].Refers == row.DocumentID {
			more = append(more, all[j])
		}
	}
	n, err = assemble(all[i], more, row)
	return n, true, err
}

// LastSigned is the newest valid signed note of a patient; found is false
// without one. Inside the caller's transaction; the caller records the view.
// NoteRead.
func (s *Service) LastSigned(ctx context.Context, tx *db.Tx, p id.Patient) (last SignedNote, found bool, err error) {
	if _, err := authz.Require(ctx, authz.NoteRead); err != nil {
		return SignedNote{}, false, err
	}
	rows, err := q.New(tx).ListSigned(ctx, q.ListSignedParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil || len(rows) == 0 {
		return SignedNote{}, false, err
	}
	last, err = s.read(ctx, tx, q.GetSignedRow(rows[0]))
	return last, err == nil, err
}

// NotesOfVisit lists everything signed for a visit, oldest first, retracted
// notes included, and records the view. NoteRead; NotFound for the visit.
func (s *Service) NotesOfVisit(ctx context.Context, v id.Visit) (Item, []SignedNote, error) {
	a, err := authz.Require(ctx, authz.NoteRead)
	if err != nil {
		return Item{}, nil, err
	}
	var it Item
	var out []SignedNote
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if it, err = s.item(ctx, tx, v); err != nil {
			return err
		}
		rows, err := q.New(tx).ListSignedOfVisit(ctx, q.ListSignedOfVisitParams{PracticeID: tx.Practice, VisitID: v})
		if err != nil {
			return err
		}
		out = nil
		for _, r := range rows {
			n, err := s.read(ctx, tx, q.GetSignedRow(r))
			if err != nil {
				return err
			}
			out = append(out, n)
		}
		return nil
	})
	if err != nil {
		return Item{}, nil, err
	}
	return it, out, s.viewed(ctx, "note.view", it)
}

// Note gives one signed note, valid or not, with its visit, and records the
// view. NoteRead; NotFound.
func (s *Service) Note(ctx context.Context, doc id.Document) (Item, SignedNote, error) {
	a, err := authz.Require(ctx, authz.NoteRead)
	if err != nil {
		return Item{}, SignedNote{}, err
	}
	var it Item
	var out SignedNote
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if out, err = s.signed(ctx, tx, doc); err != nil {
			return err
		}
		it, err = s.item(ctx, tx, out.Visit)
		return err
	})
	if err != nil {
		return Item{}, SignedNote{}, err
	}
	return it, out, s.log.Viewed(ctx, db.Event{Action: "note.view", Patient: out.Patient, Kind: "document", Subject: doc.String()})
}

func (s *Service) signed(ctx context.Context, tx *db.Tx, doc id.Document) (SignedNote, error) {
	row, err := q.New(tx).GetSigned(ctx, q.GetSignedParams{PracticeID: tx.Practice, DocumentID: doc})
	if err != nil {
		return SignedNote{}, db.Found(err, noNote)
	}
	return s.read(ctx, tx, row)
}

// read puts together a note, its addenda and its retraction.
func (s *Service) read(ctx context.Context, tx *db.Tx, row q.GetSignedRow) (SignedNote, error) {
	doc, err := s.Documents.Get(ctx, tx, row.DocumentID)
	if err != nil {
		return SignedNote{}, err
	}
	more, err := s.Documents.Referring(ctx, tx, doc.ID)
	if err != nil {
		return SignedNote{}, err
	}
	return assemble(doc, more, row)
}

// assemble decodes a note and what refers to it, oldest first.
func assemble(doc document.Signed, more []document.Signed, row q.GetSignedRow) (SignedNote, error) {
	body, err := note.DecodeSigned(doc.Body)
	if err != nil {
		return SignedNote{}, fmt.Errorf("visit: note %s: %w", doc.ID, err)
	}
	n := SignedNote{Document: doc.ID, Visit: row.VisitID, Patient: row.PatientID, Date: row.ServiceDate, SignedBy: doc.SignedBy,
		SignerName: doc.SignerName, SignedAt: doc.SignedAt, Body: body, Signed: doc}
	for _, d := range more {
		if err := n.add(d); err != nil {
			return SignedNote{}, fmt.Errorf("visit: document %s: %w", d.ID, err)
		}
	}
	if n.Valid() != (row.State == "valid") {
		return SignedNote{}, fmt.Errorf("visit: note %s: its state and its documents disagree", doc.ID)
	}
	return n, nil
}

func (n *SignedNote) add(d document.Signed) error {
	switch d.Format {
	case note.AddendumFormat:
		a, err := note.DecodeAddendum(d.Body)
		if err != nil {
			return err
		}
		n.Addenda = append(n.Addenda, Addendum{Addendum: a, Signed: d})
	case note.RetractionFormat:
		r, err := note.DecodeRetraction(d.Body)
		if err != nil {
			return err
		}
		n.Retraction = &Retraction{Retraction: r, Signed: d}
	default:
		return errors.New("unknown format " + d.Format)
	}
	return nil
}

// errRetracted is the answer to any further change of a retracted note.
var errRetracted = errs.New(errs.Conflict, "This note was entered in error and retracted. It takes no further changes.")
