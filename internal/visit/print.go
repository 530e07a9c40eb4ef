package visit

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/visit/q"
)

// Paper is a signed note as it is printed.
type Paper struct {
	Item            Item
	Note            SignedNote
	Practice, Phone string
	Seal            string // newest seal of the audit log; the printing itself lies under it
}

// Print gives a signed note for printing. It records that, and waits until the
// record is sealed, so that the paper can name the seal. NoteRead; NotFound.
func (s *Service) Print(ctx context.Context, doc id.Document) (Paper, error) {
	a, err := authz.Require(ctx, authz.NoteRead)
	if err != nil {
		return Paper{}, err
	}
	var out Paper
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if out.Note, err = s.signed(ctx, tx, doc); err != nil {
			return err
		}
		if out.Item, err = s.item(ctx, tx, out.Note.Visit); err != nil {
			return err
		}
		row, err := q.New(tx).GetPracticePaper(ctx, tx.Practice)
		out.Practice, out.Phone = row.Name, row.Phone
		return err
	})
	if err != nil {
		return Paper{}, err
	}
	if err := s.log.Viewed(ctx, db.Event{Action: "note.print", Patient: out.Note.Patient, Kind: "document", Subject: doc.String()}); err != nil {
		return Paper{}, err
	}
	if err := s.log.WaitSealed(ctx, a.Practice); err != nil {
		return Paper{}, err
	}
	head, err := s.log.Head(ctx, a.Practice)
	out.Seal = head.String()
	return out, err
}
