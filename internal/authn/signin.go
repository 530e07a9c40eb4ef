package authn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// pendingLife is how long there is between the password and the second proof.
const pendingLife = 5 * time.Minute

// Pending is a sign-in whose password was right and whose second proof is due.
type Pending struct {
	Practice id.Practice
	User     id.User
	Version  int64  // of the account: a change meanwhile voids it
	TOTP     bool   // an authenticator code will do
	Passkey  bool   // a passkey will do
	Next     string // where the person wanted to go; for the caller
}

// errSignIn is the one answer to every wrong combination.
func errSignIn() error {
	return errs.New(errs.Invalid, "The e-mail address and password do not go together. Check both and try again.")
}

func errCode() error {
	return errs.OnField("code", "This code is wrong or was used already. Wait for the next one and try again.")
}

// Password checks the first proof. It returns an Invalid error for a wrong
// combination, whether or not the account exists and after the same work, and
// an error with a wait (WaitOf) when it is too early for another try.
func (s *Service) Password(ctx context.Context, peer Peer, email, password string) (Pending, error) {
	email = NormalEmail(email)
	p, err := s.byEmail(ctx, email)
	if err != nil {
		return Pending{}, db.Classify(err)
	}
	known := peer.knownNumber(p.practice, p.user)
	gates := s.gates(email, peer, known)
	count, err := s.charge(ctx, gates)
	if err != nil {
		return Pending{}, err
	}
	ok, weak, err := s.hasher.check(ctx, p.hash, password, known != "")
	if err != nil {
		return Pending{}, err
	}
	if !ok {
		return Pending{}, s.failed(ctx, p, peer, count, "password", errSignIn())
	}
	if err := s.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error { return refund(ctx, tx, gates...) }); err != nil {
		return Pending{}, err
	}
	if weak {
		if err := s.rehash(ctx, p, peer, password); err != nil {
			return Pending{}, err
		}
	}
	return Pending{Practice: p.practice, User: p.user, Version: p.version, TOTP: p.hasTOTP(), Passkey: p.passkeys > 0}, nil
}

// rehash keeps a right password under the present cost.
func (s *Service) rehash(ctx context.Context, p person, peer Peer, password string) error {
	hash, err := s.hasher.make(ctx, password, true)
	if err != nil {
		return err
	}
	return s.db.Write(as(ctx, p, peer), p.practice, func(ctx context.Context, tx *db.Tx) error {
		if err := q.New(tx).RehashPassword(ctx, q.RehashPasswordParams{
			PasswordHash: hash, PracticeID: p.practice, UserID: p.user, Version: p.version,
		}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "account.rehash", Kind: "staff", Subject: p.user.String()})
	})
}

// Code completes a sign-in with an authenticator code.
func (s *Service) Code(ctx context.Context, peer Peer, pending Pending, code string) (SignedIn, error) {
	return s.second(ctx, peer, pending, byPassword, func(ctx context.Context, tx *db.Tx, p person) (bool, error) {
		return s.useTOTP(ctx, tx, p, code)
	})
}

// RecoveryCode completes a sign-in with one of the printed recovery codes.
func (s *Service) RecoveryCode(ctx context.Context, peer Peer, pending Pending, code string) (SignedIn, error) {
	return s.second(ctx, peer, pending, byRecovery, func(ctx context.Context, tx *db.Tx, p person) (bool, error) {
		return s.useRecoveryCode(ctx, tx, p, code)
	})
}

var errWrong = errors.New("authn: wrong second proof")

// codeGates are the keys for a second proof.
func (s *Service) codeGates(p id.Practice, u id.User, peer Peer, known string) []gate {
	if known != "" {
		return []gate{s.gate(deviceLimit, "device", known)}
	}
	return []gate{s.gate(codeLimit, "code", p.String()+u.String()), s.addressGate(peer)}
}

// second checks the second proof and opens the session, in one transaction.
func (s *Service) second(ctx context.Context, peer Peer, pending Pending, method string,
	check func(context.Context, *db.Tx, person) (bool, error)) (SignedIn, error) {
	known := peer.knownNumber(pending.Practice, pending.User)
	gates := s.codeGates(pending.Practice, pending.User, peer, known)
	count, err := s.charge(ctx, gates)
	if err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	who := person{practice: pending.Practice, user: pending.User}
	err = s.db.Write(ctx, pending.Practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, pending.Practice, pending.User)
		if err != nil {
			return err
		}
		if p.version != pending.Version {
			return errs.New(errs.Conflict, "Your account was changed meanwhile. Sign in again.")
		}
		ok, err := check(ctx, tx, p)
		if err != nil {
			return err
		}
		if !ok {
			return errWrong
		}
		in, err = s.admit(as(ctx, p, peer), tx, p, peer, method, gates)
		return err
	})
	if errors.Is(err, errWrong) {
		return SignedIn{}, s.failed(ctx, who, peer, count, method, errCode())
	}
	if err != nil {
		return SignedIn{}, db.Classify(err)
	}
	return in, nil
}

// admit opens the session of a person who gave all proofs, forgives what was
// counted against them, and records it. It is the only way into a session.
func (s *Service) admit(ctx context.Context, tx *db.Tx, p person, peer Peer, method string, charged []gate) (SignedIn, error) {
	for _, g := range charged {
		forget := forgive
		if g.limit == addressLimit {
			// Others behind the same address may still be guessing.
			forget = refund
		}
		if err := forget(ctx, tx, g); err != nil {
			return SignedIn{}, err
		}
	}
	if err := forgive(ctx, tx, s.gate(accountLimit, "account", p.email)); err != nil {
		return SignedIn{}, err
	}
	in, err := s.open(ctx, tx, p, peer, method)
	if err != nil {
		return SignedIn{}, err
	}
	return in, tx.Audit(ctx, db.Event{Action: "session.sign-in", Kind: "session", Subject: in.Session.String(),
		Detail: methodLabel(method) + ", " + peer.Device})
}

// failed records a failure, bounded, and returns answer. An attempt on an
// account that does not exist is recorded too, in the installation's first
// practice, so that it takes the same work and its owner sees it. The address
// that was typed is not kept: people type passwords into that field.
func (s *Service) failed(ctx context.Context, p person, peer Peer, count int64, what string, answer error) error {
	if !recorded(count) || !s.auditRate.AllowN(s.clock.Now(), 1) {
		return answer
	}
	practice, subject := p.practice, p.user.String()
	if practice.IsZero() {
		first, err := s.firstPractice(ctx)
		if err != nil || first.IsZero() {
			return answer
		}
		practice = first
	}
	err := s.db.Write(asNobody(ctx, peer), practice, func(ctx context.Context, tx *db.Tx) error {
		e := db.Event{Action: "session.refused", Kind: "staff", Subject: subject, Detail: fmt.Sprintf("%s, try %d, %s", what, count, peer.Device)}
		if subject == "" {
			e.Kind, e.Detail = "", "unknown account, "+e.Detail
		}
		if err := tx.Audit(ctx, e); err != nil {
			return err
		}
		if count == accountLimit.free {
			return tx.Audit(ctx, db.Event{Action: "session.slowed", Kind: e.Kind, Subject: subject})
		}
		return nil
	})
	if err != nil {
		return db.Classify(err)
	}
	return answer
}

// recorded reports whether the n-th failure in a row gets an entry: the first
// five, then 10, 20, 50, 100 and so on. The counts in them tell the rest.
func recorded(n int64) bool {
	if n <= 5 {
		return true
	}
	for n%10 == 0 {
		n /= 10
	}
	return n == 1 || n == 2 || n == 5
}

func (s *Service) firstPractice(ctx context.Context) (id.Practice, error) {
	var p id.Practice
	err := s.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		var err error
		p, err = q.New(tx).FirstPractice(ctx)
		return err
	})
	return p, err
}

// Recovery is what a person brings who forgot the password: the authenticator
// app and a printed recovery code, two proofs again.
type Recovery struct{ Email, TOTP, Code, Password string }

// Recover sets a new password, ends all sessions of the account and signs in.
// Its errors are those of Password.
func (s *Service) Recover(ctx context.Context, peer Peer, in Recovery) (SignedIn, error) {
	in.Email = NormalEmail(in.Email)
	if err := CheckPassword(in.Password, in.Email); err != nil {
		return SignedIn{}, err
	}
	p, err := s.byEmail(ctx, in.Email)
	if err != nil {
		return SignedIn{}, db.Classify(err)
	}
	known := peer.knownNumber(p.practice, p.user)
	gates := s.gates(in.Email, peer, known)
	count, err := s.charge(ctx, gates)
	if err != nil {
		return SignedIn{}, err
	}
	// Hashing comes before looking, so that unknown accounts take as long.
	hash, err := s.hasher.make(ctx, in.Password, known != "")
	if err != nil {
		return SignedIn{}, err
	}
	wrong := errs.New(errs.Invalid, "The address and the codes do not go together, or a code was used already. Check them and try again.")
	if p.user.IsZero() {
		return SignedIn{}, s.failed(ctx, p, peer, count, "recovery", wrong)
	}
	var out SignedIn
	err = s.db.Write(as(ctx, p, peer), p.practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, p.practice, p.user)
		if err != nil {
			return err
		}
		for _, check := range []func() (bool, error){
			func() (bool, error) { return s.useTOTP(ctx, tx, p, in.TOTP) },
			func() (bool, error) { return s.useRecoveryCode(ctx, tx, p, in.Code) },
		} {
			if ok, err := check(); err != nil {
				return err
			} else if !ok {
				return errWrong // the transaction is undone, so neither code is spent
			}
		}
		if err := s.setPassword(ctx, tx, p, hash); err != nil {
			return err
		}
		if err := s.endAll(ctx, tx, p); err != nil {
			return err
		}
		out, err = s.admit(ctx, tx, p, peer, byRecovery, gates)
		return err
	})
	if errors.Is(err, errWrong) {
		return SignedIn{}, s.failed(ctx, p, peer, count, "recovery", wrong)
	}
	return out, db.Classify(err)
}

func (s *Service) setPassword(ctx context.Context, tx *db.Tx, p person, hash string) error {
	n, err := q.New(tx).SetPassword(ctx, q.SetPasswordParams{
		PasswordHash: hash, PasswordAt: tx.Now, PracticeID: p.practice, UserID: p.user, Version: p.version,
	})
	if err := db.OneRow(n, err); err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "account.password", Kind: "staff", Subject: p.user.String()})
}

func (s *Service) endAll(ctx context.Context, tx *db.Tx, p person) error {
	_, err := q.New(tx).DeleteSessions(ctx, q.DeleteSessionsParams{PracticeID: p.practice, UserID: p.user})
	return err
}
