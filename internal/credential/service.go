package credential

import (
	"context"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/credential/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
)

// Service is the use cases of credentials and continuing education. Everybody
// keeps their own.
type Service struct {
	db        *db.DB
	log       *audit.Log
	practices *practice.Service
	blobs     *blob.Store
}

// New makes the service.
func New(d *db.DB, log *audit.Log, practices *practice.Service, blobs *blob.Store) *Service {
	return &Service{db: d, log: log, practices: practices, blobs: blobs}
}

// own runs a change of the actor's own records. fn says what was changed.
func (s *Service) own(ctx context.Context, action, kind string, fn func(ctx context.Context, tx *db.Tx, a authz.Actor) (subject string, err error)) error {
	a, err := authz.Require(ctx, authz.CredentialOwn)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		subject, err := fn(ctx, tx, a)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: action, Kind: kind, Subject: subject})
	}))
}

// SaveCredential adds a credential of the actor's own, or changes the one of
// c.ID at c.Version. Errors: Invalid with the form's fields, Stale, NotFound.
func (s *Service) SaveCredential(ctx context.Context, c Credential) (id.Credential, error) {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return id.Credential{}, err
	}
	added := c.ID.IsZero()
	if added {
		c.ID = id.New[id.Credential]()
	}
	return c.ID, s.own(ctx, "credential.save", "credential", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		c, err := c.check(a.Today(tx.Now.Time))
		if err != nil {
			return "", err
		}
		if err := s.notOnStaffRecord(ctx, tx, a, c); err != nil {
			return "", err
		}
		queries := q.New(tx)
		if added {
			return c.ID.String(), queries.InsertCredential(ctx, q.InsertCredentialParams{PracticeID: tx.Practice, CredentialID: c.ID, UserID: a.User,
				Kind: string(c.Kind), Title: c.Title, Issuer: c.Issuer, State: c.State, Number: c.Number, IssuedOn: c.IssuedOn, ExpiresOn: c.ExpiresOn, CreatedAt: tx.Now})
		}
		if err := s.ownCredential(ctx, tx, a, c.ID); err != nil {
			return "", err
		}
		return c.ID.String(), db.OneRow(queries.UpdateCredential(ctx, q.UpdateCredentialParams{PracticeID: tx.Practice, CredentialID: c.ID, UserID: a.User, Version: c.Version,
			Kind: string(c.Kind), Title: c.Title, Issuer: c.Issuer, State: c.State, Number: c.Number, IssuedOn: c.IssuedOn, ExpiresOn: c.ExpiresOn}))
	})
}

// notOnStaffRecord refuses a license that stands there already: two dates of
// expiry for one license would disagree one day.
func (s *Service) notOnStaffRecord(ctx context.Context, tx *db.Tx, a authz.Actor, c Credential) error {
	if c.Kind != License {
		return nil
	}
	m, err := s.practices.MemberTx(ctx, tx, a.User)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err == nil && m.LicenseState == c.State && sameNumber(m.LicenseNumber, c.Number) {
		return errs.OnField("number", "This license stands on your staff record already and is shown here. Ask the owner to correct it there.")
	}
	return err
}

// ownCredential tells a record that is not the actor's from one that changed meanwhile.
func (s *Service) ownCredential(ctx context.Context, tx *db.Tx, a authz.Actor, c id.Credential) error {
	row, err := q.New(tx).Credential(ctx, q.CredentialParams{PracticeID: tx.Practice, CredentialID: c})
	return mine(a, row.UserID, db.Found(err, notHere))
}

const notHere = "This is not among your credentials."

func mine(a authz.Actor, user id.User, err error) error {
	if err == nil && user != a.User {
		err = errs.New(errs.NotFound, notHere)
	}
	return err
}

// SaveRequirement adds a requirement of the actor's own, or changes the one of
// r.ID at r.Version. Errors as SaveCredential.
func (s *Service) SaveRequirement(ctx context.Context, r Requirement) (id.Requirement, error) {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return id.Requirement{}, err
	}
	added := r.ID.IsZero()
	if added {
		r.ID = id.New[id.Requirement]()
	}
	return r.ID, s.own(ctx, "credential.requirement", "requirement", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		r, err := r.check(a.Today(tx.Now.Time))
		if err != nil {
			return "", err
		}
		queries := q.New(tx)
		if added {
			err = queries.InsertRequirement(ctx, q.InsertRequirementParams{PracticeID: tx.Practice, RequirementID: r.ID, UserID: a.User, Name: r.Name,
				Minutes: r.Minutes, FromOn: r.From, ToOn: r.To, SourceUrl: r.SourceURL, SeenOn: r.SeenOn, Note: r.Note, CreatedAt: tx.Now})
		} else if err = s.ownRequirement(ctx, tx, a, r.ID); err == nil {
			err = db.OneRow(queries.UpdateRequirement(ctx, q.UpdateRequirementParams{PracticeID: tx.Practice, RequirementID: r.ID, UserID: a.User, Version: r.Version,
				Name: r.Name, Minutes: r.Minutes, FromOn: r.From, ToOn: r.To, SourceUrl: r.SourceURL, SeenOn: r.SeenOn, Note: r.Note}))
		}
		if err != nil {
			return "", err
		}
		if err := queries.DeleteParts(ctx, q.DeletePartsParams{PracticeID: tx.Practice, RequirementID: r.ID}); err != nil {
			return "", err
		}
		for _, p := range r.Parts {
			if err := queries.InsertPart(ctx, q.InsertPartParams{PracticeID: tx.Practice, RequirementID: r.ID, Category: string(p.Category), Minutes: p.Minutes}); err != nil {
				return "", err
			}
		}
		return r.ID.String(), nil
	})
}

func (s *Service) ownRequirement(ctx context.Context, tx *db.Tx, a authz.Actor, r id.Requirement) error {
	row, err := q.New(tx).Requirement(ctx, q.RequirementParams{PracticeID: tx.Practice, RequirementID: r})
	return mine(a, row.UserID, db.Found(err, notHere))
}

// SaveTraining adds contact hours of the actor's own, or changes those of t.ID
// at t.Version. Errors as SaveCredential.
func (s *Service) SaveTraining(ctx context.Context, t Training) (id.Training, error) {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return id.Training{}, err
	}
	added := t.ID.IsZero()
	if added {
		t.ID = id.New[id.Training]()
	}
	return t.ID, s.own(ctx, "credential.hours", "training", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		t, err := t.check(a.Today(tx.Now.Time))
		if err != nil {
			return "", err
		}
		queries := q.New(tx)
		if added {
			return t.ID.String(), queries.InsertTraining(ctx, q.InsertTrainingParams{PracticeID: tx.Practice, TrainingID: t.ID, UserID: a.User, Title: t.Title,
				Provider: t.Provider, Approval: t.Approval, HeldOn: t.On, Minutes: t.Minutes, Category: string(t.Category), CreatedAt: tx.Now})
		}
		if err := s.ownTraining(ctx, tx, a, t.ID); err != nil {
			return "", err
		}
		return t.ID.String(), db.OneRow(queries.UpdateTraining(ctx, q.UpdateTrainingParams{PracticeID: tx.Practice, TrainingID: t.ID, UserID: a.User, Version: t.Version,
			Title: t.Title, Provider: t.Provider, Approval: t.Approval, HeldOn: t.On, Minutes: t.Minutes, Category: string(t.Category)}))
	})
}

func (s *Service) ownTraining(ctx context.Context, tx *db.Tx, a authz.Actor, t id.Training) error {
	row, err := q.New(tx).Training(ctx, q.TrainingParams{PracticeID: tx.Practice, TrainingID: t})
	return mine(a, row.UserID, db.Found(err, notHere))
}

// RemoveCredential, RemoveRequirement and RemoveTraining take a record of the
// actor's own out of sight; it is kept. Errors: Stale, NotFound.
func (s *Service) RemoveCredential(ctx context.Context, c id.Credential, version int64) error {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return err
	}
	return s.own(ctx, "credential.remove", "credential", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		if err := s.ownCredential(ctx, tx, a, c); err != nil {
			return "", err
		}
		return c.String(), db.OneRow(q.New(tx).RemoveCredential(ctx, q.RemoveCredentialParams{PracticeID: tx.Practice, CredentialID: c, UserID: a.User, Version: version, RemovedAt: tx.Now}))
	})
}

// RemoveRequirement is described at RemoveCredential.
func (s *Service) RemoveRequirement(ctx context.Context, r id.Requirement, version int64) error {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return err
	}
	return s.own(ctx, "credential.requirement.remove", "requirement", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		if err := s.ownRequirement(ctx, tx, a, r); err != nil {
			return "", err
		}
		return r.String(), db.OneRow(q.New(tx).RemoveRequirement(ctx, q.RemoveRequirementParams{PracticeID: tx.Practice, RequirementID: r, UserID: a.User, Version: version, RemovedAt: tx.Now}))
	})
}

// RemoveTraining is described at RemoveCredential.
func (s *Service) RemoveTraining(ctx context.Context, t id.Training, version int64) error {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return err
	}
	return s.own(ctx, "credential.hours.remove", "training", func(ctx context.Context, tx *db.Tx, a authz.Actor) (string, error) {
		if err := s.ownTraining(ctx, tx, a, t); err != nil {
			return "", err
		}
		return t.String(), db.OneRow(q.New(tx).RemoveTraining(ctx, q.RemoveTrainingParams{PracticeID: tx.Practice, TrainingID: t, UserID: a.User, Version: version, RemovedAt: tx.Now}))
	})
}

// today is the actor's.
func today(a authz.Actor, tx *db.Tx) civil.Date { return a.Today(tx.Now.Time) }
