package referral

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral/q"
)

// MaxScan is the largest upload, in bytes.
const MaxScan = 15 << 20

// Upload keeps a scanned prescription of a patient before its referral is
// complete, so that a mistake in the form never loses it; with the zero patient
// one whose patient is not chosen yet, which only its sender sees. Attach it by
// naming it in Input.Scans. Errors: Invalid for other than PDF, PNG and JPEG, TooLarge.
func (s *Service) Upload(ctx context.Context, p id.Patient, name, contentType string, data []byte) (Scan, error) {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return Scan{}, err
	}
	var out Scan
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if !p.IsZero() {
			if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
				return err
			}
		}
		out, err = s.putScan(ctx, tx, a, p, blob.File{Name: name, ContentType: contentType, Bytes: data})
		return err
	})
	return out, db.Classify(err)
}

// AddScan keeps a further page of a referral that is registered already: the
// signed copy that came later. Errors: as Upload, NotFound, Conflict when closed.
func (s *Service) AddScan(ctx context.Context, p id.Patient, r id.Referral, name, contentType string, data []byte) (Scan, error) {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return Scan{}, err
	}
	var out Scan
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.openReferral(ctx, tx, p, r)
		if err != nil {
			return err
		}
		if out, err = s.putScan(ctx, tx, a, p, blob.File{Name: name, ContentType: contentType, Bytes: data}); err != nil {
			return err
		}
		return s.attach(ctx, tx, a, old, p, []id.Blob{out.ID}, id.Authorisation{})
	})
	return out, db.Classify(err)
}

func (s *Service) putScan(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, f blob.File) (Scan, error) {
	switch f.ContentType {
	case "application/pdf", "image/png", "image/jpeg":
	default:
		return Scan{}, errs.OnField("scan", "Choose a PDF, PNG or JPEG file.")
	}
	if len(f.Bytes) > MaxScan {
		return Scan{}, errs.New(errs.TooLarge, "Choose a file of 15 MB or less.")
	}
	b, err := s.blobs.Put(ctx, tx, f)
	if err != nil {
		return Scan{}, err
	}
	out := Scan{ID: b, Patient: p, Name: blob.CleanName(f.Name), ContentType: f.ContentType, Size: int64(len(f.Bytes)), UploadedAt: tx.Now}
	if err := q.New(tx).InsertScan(ctx, q.InsertScanParams{PracticeID: tx.Practice, BlobID: b, PatientID: p, Name: out.Name,
		ContentType: f.ContentType, Size: out.Size, UploadedAt: tx.Now, UploadedBy: a.User}); err != nil {
		return Scan{}, err
	}
	return out, tx.Audit(ctx, db.Event{Action: "referral.scan.upload", Patient: p, Kind: "blob", Subject: b.String()})
}

// attach ties uploads to a referral of the same chart: the referral's patient,
// or chart, the record that one was merged into; au is set for a payer's letter.
// An upload without a patient becomes theirs when its sender attaches it. One
// that belongs to another referral stays where it is, and that is an error.
func (s *Service) attach(ctx context.Context, tx *db.Tx, a authz.Actor, r Referral, chart id.Patient, scans []id.Blob, au id.Authorisation) error {
	for _, b := range scans {
		n, err := q.New(tx).AttachScan(ctx, q.AttachScanParams{PracticeID: tx.Practice, BlobID: b, PatientID: r.Patient, ChartPatientID: chart,
			ReferralID: r.ID, AuthorisationID: au, UploadedBy: a.User})
		if err != nil {
			return err
		}
		if n != 1 {
			return errs.OnField("scan", "This upload is no longer there, or belongs to another referral. Upload it again.")
		}
	}
	return nil
}

// Loose lists the actor's own uploads whose patient is not chosen yet.
func (s *Service) Loose(ctx context.Context) ([]Scan, error) {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return nil, err
	}
	var out []Scan
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = looseOf(ctx, tx, a)
		return err
	})
	return out, db.Classify(err)
}

func looseOf(ctx context.Context, tx *db.Tx, a authz.Actor) ([]Scan, error) {
	rows, err := q.New(tx).LooseScans(ctx, q.LooseScansParams{PracticeID: tx.Practice, UploadedBy: a.User})
	return scansFrom(rows), err
}

// DiscardScan sets aside an upload that belongs to no referral: the wrong
// file; with the zero patient one of the actor's own without a patient. It is
// no longer shown; the file stays in the record.
func (s *Service) DiscardScan(ctx context.Context, p id.Patient, b id.Blob) error {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := int64(0), error(nil)
		if p.IsZero() {
			n, err = q.New(tx).DiscardLooseScan(ctx, q.DiscardLooseScanParams{PracticeID: tx.Practice, BlobID: b, UploadedBy: a.User, DiscardedAt: tx.Now})
		} else if _, err = s.patients.WritableTx(ctx, tx, p); err == nil {
			n, err = q.New(tx).DiscardScan(ctx, q.DiscardScanParams{PracticeID: tx.Practice, BlobID: b, PatientID: p, DiscardedAt: tx.Now})
		}
		if err != nil {
			return err
		}
		if n != 1 {
			return errs.New(errs.NotFound, "This upload is no longer waiting: it was set aside or belongs to a referral.")
		}
		return tx.Audit(ctx, db.Event{Action: "referral.scan.discard", Patient: p, Kind: "blob", Subject: b.String()})
	}))
}
