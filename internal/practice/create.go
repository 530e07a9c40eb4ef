package practice

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice/q"
)

// Founding holds a practice as it begins: its first location and its owner.
// The identifiers are made when they are zero.
type Founding struct {
	Practice Practice
	Location Location
	Owner    Member // roles as given, the owner role added
}

// Prepare fills in identifiers and defaults and checks everything. The fields
// that its error names are prefixed: practice.name, location.zone, owner.email.
func (n *Founding) Prepare() error {
	if n.Practice.ID.IsZero() {
		n.Practice.ID = id.New[id.Practice]()
	}
	if n.Location.ID.IsZero() {
		n.Location.ID = id.New[id.Location]()
	}
	if n.Owner.ID.IsZero() {
		n.Owner.ID = id.New[id.User]()
	}
	if n.Practice.IdleMinutes == 0 {
		n.Practice.IdleMinutes = DefaultIdle
	}
	n.Owner.Roles = ordered(append(n.Owner.Roles, authz.Owner))
	n.Owner.Location = n.Location.ID
	n.Owner.Active, n.Location.Active = true, true
	var all []errs.Field
	for _, part := range []struct {
		prefix string
		err    error
	}{{"practice.", n.Practice.normalize()}, {"location.", n.Location.normalize()}, {"owner.", n.Owner.normalize()}} {
		for _, f := range errs.FieldsOf(part.err) {
			all = append(all, errs.Field{Name: part.prefix + f.Name, Message: f.Message})
		}
	}
	return errs.OnFields(all...)
}

// actor is the program itself at work: nobody signed in may begin a practice.
func (s *Service) actor(ctx context.Context) (authz.Actor, error) {
	a, ok := authz.From(ctx)
	if !ok || !a.System {
		return authz.Actor{}, errs.New(errs.Denied, "Only the program itself can do this.")
	}
	return a, nil
}

// Create begins a practice, for a System actor only (set-up, demonstration,
// import). It returns n with its identifiers.
func (s *Service) Create(ctx context.Context, n Founding) (Founding, error) {
	a, err := s.actor(ctx)
	if err != nil {
		return Founding{}, err
	}
	if err := n.Prepare(); err != nil {
		return Founding{}, err
	}
	a.Practice = n.Practice.ID
	err = s.write(authz.With(ctx, a), n.Practice.ID, func(ctx context.Context, tx *db.Tx) error { return s.CreateTx(ctx, tx, n) })
	return n, err
}

// CreateTx is Create inside the caller's Write of the practice n.Practice.ID.
// n must have passed Prepare.
func (s *Service) CreateTx(ctx context.Context, tx *db.Tx, n Founding) error {
	if _, err := s.actor(ctx); err != nil {
		return err
	}
	err := q.New(tx).InsertPractice(ctx, q.InsertPracticeParams{
		PracticeID: n.Practice.ID, Name: n.Practice.Name, Phone: n.Practice.Phone, Email: n.Practice.Email,
		Npi: n.Practice.NPI, IdleMinutes: n.Practice.IdleMinutes, CreatedAt: tx.Now,
	})
	if err != nil {
		return err
	}
	if err := tx.Audit(ctx, db.Event{Action: "practice.create", Kind: "practice", Subject: n.Practice.ID.String()}); err != nil {
		return err
	}
	if err := insertLocation(ctx, tx, n.Location); err != nil {
		return err
	}
	return insertMember(ctx, tx, n.Owner)
}
