package coverage

import (
	"context"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/coverage/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// MaxCard is the largest photo, in bytes.
const MaxCard = 15 << 20

// Upload keeps a photo of an insurance card before its form is complete, so
// that a mistake in the form never loses it. Attach it by naming it in
// Input.Cards. Errors: Invalid for other than PDF, PNG and JPEG, TooLarge.
func (s *Service) Upload(ctx context.Context, p id.Patient, side Side, name, contentType string, data []byte) (Card, error) {
	a, err := authz.Require(ctx, authz.CoverageWrite)
	if err != nil {
		return Card{}, err
	}
	switch {
	case side != Front && side != Back:
		return Card{}, errs.New(errs.Invalid, "A card has a front and a back.")
	case !slices.Contains([]string{"application/pdf", "image/png", "image/jpeg"}, contentType):
		return Card{}, errs.OnField(string(side), "Choose a photo (JPEG or PNG) or a PDF file.")
	case len(data) > MaxCard:
		return Card{}, errs.New(errs.TooLarge, "Choose a file of 15 MB or less.")
	}
	var out Card
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		b, err := s.blobs.Put(ctx, tx, blob.File{Name: name, ContentType: contentType, Bytes: data})
		if err != nil {
			return err
		}
		out = Card{ID: b, Side: side, Name: blob.CleanName(name), ContentType: contentType, Size: int64(len(data)), UploadedAt: tx.Now}
		if err := q.New(tx).InsertCard(ctx, q.InsertCardParams{PracticeID: tx.Practice, BlobID: b, PatientID: p, Side: string(side), Name: out.Name,
			ContentType: contentType, Size: out.Size, UploadedAt: tx.Now, UploadedBy: a.User}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "coverage.card.upload", Patient: p, Kind: "blob", Subject: b.String()})
	})
	return out, db.Classify(err)
}

// attach ties photos to an insurance of the same chart: the insurance's
// patient, or chart, the record that one was merged into. A photo of another
// insurance stays where it is, and that is an error.
func attach(ctx context.Context, tx *db.Tx, c Coverage, chart id.Patient, cards []id.Blob) error {
	for _, b := range cards {
		n, err := q.New(tx).AttachCard(ctx, q.AttachCardParams{PracticeID: tx.Practice, BlobID: b, PatientID: c.Patient, ChartPatientID: chart, CoverageID: c.ID})
		if err != nil {
			return err
		}
		if n != 1 {
			return errs.OnField("front", "This photo is no longer there, or belongs to another insurance. Take it again.")
		}
	}
	return nil
}

// Waiting are those of some uploads of a patient that belong to no insurance
// yet, in the order named: what a form that was sent back still holds.
func (s *Service) Waiting(ctx context.Context, p id.Patient, uploads []id.Blob) ([]Card, error) {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil || len(uploads) == 0 {
		return nil, err
	}
	var out []Card
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).CardsOfPatient(ctx, q.CardsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
		out = nil
		for _, b := range uploads {
			if i := slices.IndexFunc(rows, func(r q.CoverageCard) bool { return r.BlobID == b && r.CoverageID.IsZero() }); i >= 0 {
				out = append(out, cardOf(rows[i]))
			}
		}
		return err
	})
	return out, db.Classify(err)
}

// CardFile opens a photo of a patient's insurance card, also one that still
// waits for its form. The view is recorded.
func (s *Service) CardFile(ctx context.Context, p id.Patient, b id.Blob) (name, contentType string, data []byte, err error) {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil {
		return "", "", nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).CardsOfPatient(ctx, q.CardsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(rows, func(r q.CoverageCard) bool { return r.BlobID == b }) {
			return errs.New(errs.NotFound, "This photo does not exist, or is not this patient's.")
		}
		f, err := s.blobs.Get(ctx, tx, b)
		name, contentType, data = f.Name, f.ContentType, f.Bytes
		return err
	})
	if err != nil {
		return "", "", nil, db.Classify(err)
	}
	return name, contentType, data, s.log.Viewed(ctx, db.Event{Action: "coverage.card.view", Patient: p, Kind: "blob", Subject: b.String()})
}
