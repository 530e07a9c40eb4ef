package credential

import (
	"context"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/credential/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// putFile keeps a scan. Errors: Invalid for other than PDF, PNG and JPEG, TooLarge.
func (s *Service) putFile(ctx context.Context, tx *db.Tx, f blob.File) (File, error) {
	if !slices.Contains([]string{"application/pdf", "image/png", "image/jpeg"}, f.ContentType) {
		return File{}, errs.OnField("file", "Choose a PDF, PNG or JPEG file.")
	}
	if len(f.Bytes) > MaxFile {
		return File{}, errs.New(errs.TooLarge, "Choose a file of 15 MB or less.")
	}
	b, err := s.blobs.Put(ctx, tx, f)
	return File{ID: b, Name: blob.CleanName(f.Name), Type: f.ContentType}, err
}

// ScanOfCredential attaches the scan of a credential of the actor's own, in
// place of an earlier one.
func (s *Service) ScanOfCredential(ctx context.Context, c id.Credential, f blob.File) error {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return err
	}
	return s.own(ctx, "credential.scan", "credential", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		if err := s.ownCredential(ctx, tx, a, c); err != nil {
			return "", err
		}
		kept, err := s.putFile(ctx, tx, f)
		if err != nil {
			return "", err
		}
		return c.String(), db.OneRow(q.New(tx).SetCredentialFile(ctx, q.SetCredentialFileParams{PracticeID: tx.Practice, CredentialID: c, UserID: a.User,
			BlobID: kept.ID, FileName: kept.Name, FileType: kept.Type}))
	})
}

// ScanOfTraining attaches the certificate of contact hours of the actor's own,
// in place of an earlier one.
func (s *Service) ScanOfTraining(ctx context.Context, t id.Training, f blob.File) error {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return err
	}
	return s.own(ctx, "credential.scan", "training", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		if err := s.ownTraining(ctx, tx, a, t); err != nil {
			return "", err
		}
		kept, err := s.putFile(ctx, tx, f)
		if err != nil {
			return "", err
		}
		return t.String(), db.OneRow(q.New(tx).SetTrainingFile(ctx, q.SetTrainingFileParams{PracticeID: tx.Practice, TrainingID: t, UserID: a.User,
			BlobID: kept.ID, FileName: kept.Name, FileType: kept.Type}))
	})
}

// CredentialFile opens the scan of a credential.
func (s *Service) CredentialFile(ctx context.Context, c id.Credential) (blob.File, error) {
	if _, err := actor(ctx, id.User{}); err != nil {
		return blob.File{}, err
	}
	return s.open(ctx, "credential", c.String(), func(ctx context.Context, tx *db.Tx) (id.User, id.Blob, error) {
		row, err := q.New(tx).Credential(ctx, q.CredentialParams{PracticeID: tx.Practice, CredentialID: c})
		return row.UserID, row.BlobID, err
	})
}

// TrainingFile opens the certificate of contact hours.
func (s *Service) TrainingFile(ctx context.Context, t id.Training) (blob.File, error) {
	if _, err := actor(ctx, id.User{}); err != nil {
		return blob.File{}, err
	}
	return s.open(ctx, "training", t.String(), func(ctx context.Context, tx *db.Tx) (id.User, id.Blob, error) {
		row, err := q.New(tx).Training(ctx, q.TrainingParams{PracticeID: tx.Practice, TrainingID: t})
		return row.UserID, row.BlobID, err
	})
}

func (s *Service) open(ctx context.Context, kind, subject string, find func(context.Context, *db.Tx) (id.User, id.Blob, error)) (blob.File, error) {
	a, _ := authz.From(ctx)
	var out blob.File
	err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		user, b, err := find(ctx, tx)
		if err != nil {
			return db.Found(err, noFile)
		}
		if _, err := actor(ctx, user); err != nil || b.IsZero() {
			return errs.New(errs.NotFound, noFile)
		}
		out, err = s.blobs.Get(ctx, tx, b)
		return err
	})
	if err != nil {
		return blob.File{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "credential.file", Kind: kind, Subject: subject})
}

const noFile = "There is no such certificate."

// actor is the actor when they may see the records of user: their own, or
// everybody's with the permission. Without a user it asks for either permission.
func actor(ctx context.Context, user id.User) (authz.Actor, error) {
	a, err := authz.Require(ctx, authz.CredentialRead)
	if err == nil {
		return a, nil
	}
	if a, own := authz.Require(ctx, authz.CredentialOwn); own == nil && (user.IsZero() || user == a.User) {
		return a, nil
	}
	return authz.Actor{}, err
}
