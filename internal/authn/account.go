package authn

import (
	"context"
	"errors"
	"time"

	"soapstone/internal/authn/q"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Security is how a person signs in, as they see it.
type Security struct {
	Email, Name, Practice string
	HasPassword           bool
	PasswordAt            time.Time
	HasTOTP               bool
	TOTPAt                time.Time
	Passkeys              []PasskeyInfo
	RecoveryLeft          int64 // unused recovery codes
}

// PasskeyInfo is a passkey as its owner sees it.
type PasskeyInfo struct {
	ID        id.Passkey
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time // zero when never
}

// Security tells how the actor signs in.
func (s *Service) Security(ctx context.Context) (Security, error) {
	a, err := own(ctx)
	if err != nil {
		return Security{}, err
	}
	var out Security
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		who, err := queries.StaffPerson(ctx, q.StaffPersonParams{PracticeID: a.Practice, UserID: a.User})
		if err != nil {
			return db.Found(err, "This account no longer exists.")
		}
		out = Security{Email: who.Email, Name: who.Name, Practice: who.PracticeName}
		acc, err := queries.GetAccount(ctx, q.GetAccountParams{PracticeID: a.Practice, UserID: a.User})
		if err != nil {
			return db.Found(err, "This account has no sign-in yet.")
		}
		out.HasPassword, out.PasswordAt = acc.PasswordHash != "", acc.PasswordAt.Time
		out.HasTOTP, out.TOTPAt = len(acc.TotpSecret) > 0, acc.TotpAt.Time
		rows, err := queries.ListPasskeys(ctx, q.ListPasskeysParams{PracticeID: a.Practice, UserID: a.User})
		if err != nil {
			return err
		}
		for _, r := range rows {
			out.Passkeys = append(out.Passkeys, PasskeyInfo{ID: r.PasskeyID, Name: r.Name, CreatedAt: r.CreatedAt.Time, UsedAt: r.UsedAt.Time})
		}
		out.RecoveryLeft, err = queries.CountRecoveryCodes(ctx, q.CountRecoveryCodesParams{PracticeID: a.Practice, UserID: a.User})
		return err
	})
	return out, err
}

// enough reports whether an account could still sign in with two proofs.
func enough(hasPassword, hasTOTP bool, passkeys int) bool {
	return passkeys > 0 || (hasPassword && hasTOTP)
}

// change runs fn on the actor's own account after a recent proof, ends the
// other sessions, and audits. fn may run twice.
func (s *Service) change(ctx context.Context, action string, fn func(ctx context.Context, tx *db.Tx, p person) error) error {
	a, err := s.ownRecent(ctx)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, a.Practice, a.User)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, p); err != nil {
			return err
		}
		if err := endOthers(ctx, tx, a); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: action, Kind: "staff", Subject: a.User.String()})
	})
	return db.Classify(err)
}

// ChangePassword sets a new password and ends the other sessions. The actor
// must have proved who they are within ten minutes; that is the old password's
// part.
func (s *Service) ChangePassword(ctx context.Context, password string) error {
	a, err := s.ownRecent(ctx)
	if err != nil {
		return err
	}
	sec, err := s.Security(ctx)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, sec.Email, sec.Practice, a.Name); err != nil {
		return err
	}
	hash, err := s.hasher.make(ctx, password, true)
	if err != nil {
		return err
	}
	return s.change(ctx, "account.password", func(ctx context.Context, tx *db.Tx, p person) error {
		n, err := q.New(tx).SetPassword(ctx, q.SetPasswordParams{
			PasswordHash: hash, PasswordAt: tx.Now, PracticeID: p.practice, UserID: p.user, Version: p.version,
		})
		return db.OneRow(n, err)
	})
}

// OwnPurpose binds enrolments and passkeys to the actor's own account.
func OwnPurpose(a authz.Actor) string {
	return "account " + a.Practice.String() + " " + a.User.String()
}

// SetTOTP takes a new authenticator into use once its first code is right. The
// one before stops working; the other sessions end.
func (s *Service) SetTOTP(ctx context.Context, ticket, code string) error {
	a, err := s.ownRecent(ctx)
	if err != nil {
		return err
	}
	secret, step, err := s.proven(ticket, OwnPurpose(a), code, s.clock.Now())
	if err != nil {
		return err
	}
	return s.change(ctx, "account.authenticator", func(ctx context.Context, tx *db.Tx, p person) error {
		return s.putTOTP(ctx, tx, p, secret, step)
	})
}

// putTOTP stores a secret whose first code, of the given step, is spent with it.
func (s *Service) putTOTP(ctx context.Context, tx *db.Tx, p person, secret string, step int64) error {
	queries := q.New(tx)
	n, err := queries.SetTOTP(ctx, q.SetTOTPParams{
		TotpSecret: s.sealTOTP(secret, p.practice, p.user), TotpAt: tx.Now, PracticeID: p.practice, UserID: p.user, Version: p.version,
	})
	if err := db.OneRow(n, err); err != nil {
		return err
	}
	if err := queries.ForgetTOTP(ctx, q.ForgetTOTPParams{PracticeID: p.practice, UserID: p.user}); err != nil {
		return err
	}
	_, err = queries.UseTOTP(ctx, q.UseTOTPParams{PracticeID: p.practice, UserID: p.user, LastStep: step})
	return err
}

// RemoveTOTP takes the authenticator out of use. It returns a Conflict error
// when nothing would be left to sign in with.
func (s *Service) RemoveTOTP(ctx context.Context) error {
	return s.change(ctx, "account.authenticator-remove", func(ctx context.Context, tx *db.Tx, p person) error {
		if !enough(p.hash != "", false, int(p.passkeys)) {
			return errs.New(errs.Conflict, "Add a passkey first: without one and without the authenticator you could not sign in.")
		}
		n, err := q.New(tx).SetTOTP(ctx, q.SetTOTPParams{PracticeID: p.practice, UserID: p.user, Version: p.version})
		return db.OneRow(n, err)
	})
}

// AddPasskey stores the passkey that the browser made for the actor.
func (s *Service) AddPasskey(ctx context.Context, site Site, name, tokenText, response string) error {
	a, err := s.ownRecent(ctx)
	if err != nil {
		return err
	}
	cred, err := s.registered(site, OwnPurpose(a), tokenText, response, a.Practice, a.User)
	if err != nil {
		return err
	}
	return s.change(ctx, "account.passkey-add", func(ctx context.Context, tx *db.Tx, p person) error {
		return addPasskey(ctx, tx, p.practice, p.user, cred, name)
	})
}

// RemovePasskey removes a passkey of the actor. It returns a Conflict error
// when nothing would be left to sign in with.
func (s *Service) RemovePasskey(ctx context.Context, passkey id.Passkey) error {
	return s.change(ctx, "account.passkey-remove", func(ctx context.Context, tx *db.Tx, p person) error {
		if !enough(p.hash != "", p.hasTOTP(), int(p.passkeys)-1) {
			return errs.New(errs.Conflict, "This is your only way to sign in. Add a passkey, or a password with an authenticator, first.")
		}
		n, err := q.New(tx).DeletePasskey(ctx, q.DeletePasskeyParams{PracticeID: p.practice, UserID: p.user, PasskeyID: passkey})
		if err == nil && n == 0 {
			return errs.New(errs.NotFound, "This passkey was removed already.")
		}
		return err
	})
}

// NewRecoveryCodes replaces the actor's recovery codes and returns the new
// ones, which are shown once and then known to nobody else.
func (s *Service) NewRecoveryCodes(ctx context.Context) ([]string, error) {
	codes := makeRecoveryCodes()
	err := s.change(ctx, "account.recovery-codes", func(ctx context.Context, tx *db.Tx, p person) error {
		return s.putRecoveryCodes(ctx, tx, p.practice, p.user, codes)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// StepUpPassword proves once more, with the password, that the actor sits at
// the screen. The session gets a new token; one that was handed over is back
// with staff. Wrong passwords are slowed down per session, which only who has
// it can do.
func (s *Service) StepUpPassword(ctx context.Context, peer Peer, password string) (SignedIn, error) {
	a, err := own(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	g := s.gate(accountLimit, "step-up", a.Session.String())
	count, err := s.charge(ctx, []gate{g})
	if err != nil {
		return SignedIn{}, err
	}
	var hash string
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, a.Practice, a.User)
		hash = p.hash
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	ok, _, err := s.hasher.check(ctx, hash, password, true)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		who := person{practice: a.Practice, user: a.User}
		return SignedIn{}, s.failed(ctx, who, peer, count, "step-up", errs.OnField("password", "This is not your password. Try again."))
	}
	var in SignedIn
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := forgive(ctx, tx, g); err != nil {
			return err
		}
		in, err = s.renew(ctx, tx, a, byPassword)
		return err
	})
	return in, db.Classify(err)
}

// StepUpPasskey is StepUpPassword with one of the actor's passkeys.
func (s *Service) StepUpPasskey(ctx context.Context, peer Peer, site Site, tokenText, response string) (SignedIn, error) {
	a, err := own(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	c, answer, err := s.parseAssertion(tokenText, response)
	if err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, a.Practice, a.User)
		if err != nil {
			return err
		}
		if err := s.assert(ctx, tx, site, c, answer, p); err != nil {
			return err
		}
		in, err = s.renew(ctx, tx, a, byPasskey)
		return err
	})
	if errors.Is(err, errPasskey) {
		return SignedIn{}, s.failed(ctx, person{practice: a.Practice, user: a.User}, peer, 1, "step-up", err)
	}
	return in, db.Classify(err)
}

// renew gives the actor's session a new token and a fresh proof, and takes it
// back from a patient.
func (s *Service) renew(ctx context.Context, tx *db.Tx, a authz.Actor, method string) (SignedIn, error) {
	t := newToken(a.Practice)
	n, err := q.New(tx).RenewSession(ctx, q.RenewSessionParams{
		TokenHash: t.hash("session"), StepUpAt: tx.Now, SeenAt: tx.Now, PracticeID: a.Practice, SessionID: a.Session, UserID: a.User,
	})
	if err != nil {
		return SignedIn{}, err
	}
	if n != 1 {
		return SignedIn{}, errs.New(errs.Unauthenticated, "Your session has ended. Sign in again.")
	}
	in := SignedIn{Practice: a.Practice, User: a.User, Session: a.Session, Token: t.String()}
	action := "session.step-up"
	if a.Handed != "" {
		action = "session.returned"
	}
	return in, tx.Audit(ctx, db.Event{Action: action, Kind: "session", Subject: a.Session.String(), Detail: method})
}

// KeyShown records that the actor was shown the sheet with the data key. It
// needs SystemManage and a recent proof; show the sheet only after nil.
func (s *Service) KeyShown(ctx context.Context) error {
	a, err := authz.RequireRecent(ctx, authz.SystemManage, s.clock.Now())
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.Audit(ctx, db.Event{Action: "key.show", Kind: "practice", Subject: a.Practice.String()})
	})
}
