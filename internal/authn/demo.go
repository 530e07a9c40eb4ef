package authn

import (
	"context"
	"encoding/base32"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Seed gives a member of staff of the actor's practice a password and an
// authenticator secret (base 32) that are known beforehand: for a
// demonstration and for tests. Only a System actor may; everybody else is
// Denied. The password is not checked for strength.
func (s *Service) Seed(ctx context.Context, user id.User, password, totpSecret string) error {
	a, ok := authz.From(ctx)
	if !ok || !a.System {
		return errs.New(errs.Denied, "Only the program itself can do this.")
	}
	totpSecret = strings.ToUpper(strings.ReplaceAll(totpSecret, " ", ""))
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(totpSecret); err != nil || len(totpSecret) < 26 {
		return errs.New(errs.Invalid, "The authenticator secret must be base 32 of at least 128 bits.")
	}
	hash, err := s.hasher.make(ctx, password, true)
	if err != nil {
		return err
	}
	in := prepared{hash: hash, secret: totpSecret}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := s.establish(ctx, tx, Newcomer{Practice: a.Practice, User: user}, in); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "account.seed", Kind: "staff", Subject: user.String()})
	}))
}

// Demo reports whether this is a demonstration, where DemoSignIn works.
func (s *Service) Demo() bool { return s.opts.Demo }

// DemoSignIn opens a real session for the account with this e-mail address
// without any proof. It is NotFound unless Options.Demo is set.
func (s *Service) DemoSignIn(ctx context.Context, peer Peer, email string) (SignedIn, error) {
	if !s.opts.Demo {
		return SignedIn{}, errs.New(errs.NotFound, "")
	}
	p, err := s.byEmail(ctx, NormalEmail(email))
	if err != nil {
		return SignedIn{}, db.Classify(err)
	}
	if p.user.IsZero() {
		return SignedIn{}, errs.New(errs.NotFound, "There is no such demonstration account.")
	}
	var in SignedIn
	err = s.db.Write(as(ctx, p, peer), p.practice, func(ctx context.Context, tx *db.Tx) error {
		in, err = s.admit(ctx, tx, p, peer, byDemo, nil)
		return err
	})
	return in, db.Classify(err)
}

// DemoStepUp counts the actor as having just proved who they are. It is
// NotFound unless Options.Demo is set.
func (s *Service) DemoStepUp(ctx context.Context) (SignedIn, error) {
	a, err := own(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	if !s.opts.Demo {
		return SignedIn{}, errs.New(errs.NotFound, "")
	}
	var in SignedIn
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		in, err = s.renew(ctx, tx, a, byDemo)
		return err
	})
	return in, db.Classify(err)
}
