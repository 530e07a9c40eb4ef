package authn

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"soapstone/internal/authn/q"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	setupGroups = 8
	setupSize   = 3 // characters a group: 120 bits in all

	// SetupLife is how long the wizard may take after the code was entered.
	SetupLife = 2 * time.Hour

	// SetupPurpose binds enrolments and passkeys to the first start.
	SetupPurpose = "setup"
)

// NeedsSetup reports whether there is no practice yet.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	s.mu.Lock()
	has := s.hasOne
	s.mu.Unlock()
	if has {
		return false, nil // practices are never removed
	}
	p, err := s.firstPractice(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	s.hasOne = !p.IsZero()
	s.mu.Unlock()
	return false, nil
}

// NewSetupCode makes the code that the program prints at its start, and voids
// the one before. It is "" when a practice exists: there is nothing to set up.
func (s *Service) NewSetupCode(ctx context.Context) (string, error) {
	needed, err := s.NeedsSetup(ctx)
	if err != nil {
		return "", err
	}
	code := newCode(setupGroups, setupSize)
	err = s.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := q.New(tx).DeleteSetupCodes(ctx); err != nil || !needed {
			return err
		}
		return q.New(tx).PutSetupCode(ctx, q.PutSetupCodeParams{CodeHash: setupHash(code), CreatedAt: tx.Now})
	})
	if err != nil || !needed {
		return "", err
	}
	return code, nil
}

func setupHash(code string) string {
	sum := sha256.Sum256([]byte("setup " + normalCode(code, setupGroups*setupSize)))
	return hex.EncodeToString(sum[:])
}

// errSetUp is the answer to everybody once a practice exists.
func errSetUp() error {
	return errs.New(errs.NotFound, "This program is set up already. Sign in instead.")
}

// setupTicket says that the code was right.
type setupTicket struct{ CodeHash string }

// CheckSetupCode takes the printed code and gives a ticket for Found. It is
// NotFound once a practice exists, Invalid for a wrong code, and slowed down
// per address.
func (s *Service) CheckSetupCode(ctx context.Context, peer Peer, code string) (ticket string, err error) {
	if needed, err := s.NeedsSetup(ctx); err != nil {
		return "", err
	} else if !needed {
		return "", errSetUp()
	}
	gates := []gate{s.addressGate(peer)}
	if _, err := s.charge(ctx, gates); err != nil {
		return "", err
	}
	hash := setupHash(code)
	err = s.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := q.New(tx).GetSetupCode(ctx, hash); err != nil {
			return err
		}
		return refund(ctx, tx, gates...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", errs.OnField("code", "This is not the code. Look at the window in which the program runs; it prints a new one at each start.")
	}
	return s.box("setup", SetupLife, setupTicket{CodeHash: hash}), err
}

// SetupTicket reports whether a ticket of CheckSetupCode is still good.
func (s *Service) SetupTicket(ctx context.Context, ticket string) error {
	if needed, err := s.NeedsSetup(ctx); err != nil {
		return err
	} else if !needed {
		return errSetUp()
	}
	var t setupTicket
	if err := s.unbox("setup", ticket, &t); err != nil {
		return errTicket()
	}
	return s.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		_, err := q.New(tx).GetSetupCode(ctx, t.CodeHash)
		if errors.Is(err, sql.ErrNoRows) {
			return errTicket()
		}
		return err
	})
}

func errTicket() error {
	return errs.New(errs.Denied, "The code is no longer valid. Enter the one that the program printed at its last start.")
}

// Found creates the first practice and its owner in one transaction: create
// writes practice, location and the owner's row of staff (package practice
// knows how), Found adds what the owner signs in with, signs in and returns
// the recovery codes. A second first start is NotFound, however it races.
func (s *Service) Found(ctx context.Context, peer Peer, ticket string, owner Newcomer, in Proofs, about string,
	create func(ctx context.Context, tx *db.Tx) error) (SignedIn, []string, error) {
	if err := s.SetupTicket(ctx, ticket); err != nil {
		return SignedIn{}, nil, err
	}
	var t setupTicket
	if err := s.unbox("setup", ticket, &t); err != nil {
		return SignedIn{}, nil, errTicket()
	}
	ready, err := s.prepare(ctx, SetupPurpose, owner, in, about)
	if err != nil {
		return SignedIn{}, nil, err
	}
	var out SignedIn
	ctx = authz.With(ctx, authz.Actor{Practice: owner.Practice, Name: "set-up", Address: peer.Address, System: true})
	err = s.db.Write(ctx, owner.Practice, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		if _, err := queries.FirstPractice(ctx); !errors.Is(err, sql.ErrNoRows) {
			if err == nil {
				err = errSetUp()
			}
			return err
		}
		if _, err := queries.GetSetupCode(ctx, t.CodeHash); errors.Is(err, sql.ErrNoRows) {
			return errTicket()
		} else if err != nil {
			return err
		}
		if err := create(ctx, tx); err != nil {
			return err
		}
		if err := s.establish(ctx, tx, owner, ready); err != nil {
			return err
		}
		if err := queries.DeleteSetupCodes(ctx); err != nil {
			return err
		}
		p := person{practice: owner.Practice, user: owner.User, name: owner.Name, email: owner.Email}
		out, err = s.admit(as(ctx, p, peer), tx, p, peer, bySetup, nil)
		return err
	})
	if err != nil {
		return SignedIn{}, nil, db.Classify(err)
	}
	return out, ready.codes, nil
}
