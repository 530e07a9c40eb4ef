package authn

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"soapstone/internal/authn/q"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Proofs are what somebody chooses to sign in with from now on: a password
// with an authenticator, or a passkey.
type Proofs struct {
	Password     string
	Ticket, Code string // of the Enrolment, and the app's first code

	Site            Site
	PasskeyToken    string // of the Ceremony; "" for password and authenticator
	PasskeyResponse string
	PasskeyName     string
}

// prepared are proofs that were checked, ready to be stored.
type prepared struct {
	hash, secret string
	step         int64
	cred         *webauthn.Credential
	name         string
	codes        []string
}

// prepare checks the proofs and does the slow part outside of any transaction.
func (s *Service) prepare(ctx context.Context, purpose string, n Newcomer, in Proofs, about ...string) (prepared, error) {
	out := prepared{name: in.PasskeyName, codes: makeRecoveryCodes()}
	var err error
	if in.PasskeyToken != "" {
		out.cred, err = s.registered(in.Site, purpose, in.PasskeyToken, in.PasskeyResponse, n.Practice, n.User)
		return out, err
	}
	var fields []errs.Field
	if err := CheckPassword(in.Password, append(about, n.Email, n.Name)...); err != nil {
		fields = append(fields, errs.FieldsOf(err)...)
	}
	out.secret, out.step, err = s.proven(in.Ticket, purpose, in.Code, s.clock.Now())
	if err != nil {
		fields = append(fields, errs.FieldsOf(err)...)
	}
	if err := errs.OnFields(fields...); err != nil {
		return prepared{}, err
	}
	out.hash, err = s.hasher.make(ctx, in.Password, true)
	return out, err
}

// establish replaces everything that a person signs in with.
func (s *Service) establish(ctx context.Context, tx *db.Tx, n Newcomer, in prepared) error {
	queries := q.New(tx)
	row := q.InsertAccountParams{PracticeID: n.Practice, UserID: n.User, PasswordHash: in.hash, CreatedAt: tx.Now}
	if in.hash != "" {
		row.PasswordAt = tx.Now
	}
	if in.secret != "" {
		row.TotpSecret, row.TotpAt = s.sealTOTP(in.secret, n.Practice, n.User), tx.Now
	}
	if err := queries.InsertAccount(ctx, row); err != nil {
		return err
	}
	if err := queries.ForgetTOTP(ctx, q.ForgetTOTPParams{PracticeID: n.Practice, UserID: n.User}); err != nil {
		return err
	}
	if in.step > 0 {
		if _, err := queries.UseTOTP(ctx, q.UseTOTPParams{PracticeID: n.Practice, UserID: n.User, LastStep: in.step}); err != nil {
			return err
		}
	}
	if err := queries.DeletePasskeys(ctx, q.DeletePasskeysParams{PracticeID: n.Practice, UserID: n.User}); err != nil {
		return err
	}
	if in.cred != nil {
		if err := addPasskey(ctx, tx, n.Practice, n.User, in.cred, in.name); err != nil {
			return err
		}
	}
	if _, err := queries.DeleteSessions(ctx, q.DeleteSessionsParams{PracticeID: n.Practice, UserID: n.User}); err != nil {
		return err
	}
	return s.putRecoveryCodes(ctx, tx, n.Practice, n.User, in.codes)
}

// InvitationLife is how long an invitation can be used.
const InvitationLife = 72 * time.Hour

// Invite makes the one-time invitation with which a member of staff chooses
// how to sign in, and replaces an older one. It needs StaffManage and a recent
// proof, or a System actor of the practice. When it is used, whatever the
// person signed in with before stops working. The token is for a link
// /invitation/{token} and is not stored.
func (s *Service) Invite(ctx context.Context, user id.User) (tokenText string, until time.Time, err error) {
	a, ok := authz.From(ctx)
	if !ok || !a.System {
		if a, err = authz.RequireRecent(ctx, authz.StaffManage, s.clock.Now()); err != nil {
			return "", time.Time{}, err
		}
	}
	t := newToken(a.Practice)
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		who, err := queries.StaffPerson(ctx, q.StaffPersonParams{PracticeID: a.Practice, UserID: user})
		if err != nil {
			return db.Found(err, "There is no such member of staff.")
		}
		if !who.Active {
			return errs.New(errs.Conflict, "This account is switched off. Switch it on before you invite.")
		}
		until = tx.Now.Add(InvitationLife).Time
		if err := queries.PutInvitation(ctx, q.PutInvitationParams{
			PracticeID: a.Practice, UserID: user, TokenHash: t.hash("invitation"), CreatedAt: tx.Now, CreatedBy: a.User, ExpiresAt: db.At(until),
		}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "account.invite", Kind: "staff", Subject: user.String()})
	})
	return t.String(), until, db.Classify(err)
}

// Invited is whom an invitation is for.
type Invited struct {
	Newcomer
	PracticeName string
	Until        time.Time
}

// InvitedPurpose binds enrolments and passkeys to an invitation.
func InvitedPurpose(tokenText string) string {
	t, _ := parseToken(tokenText)
	return "invitation " + t.hash("purpose")
}

// Invitation reads an invitation without using it. It is NotFound when it was
// used, replaced, is too old, or the person's account was switched off.
func (s *Service) Invitation(ctx context.Context, tokenText string) (Invited, error) {
	t, err := parseToken(tokenText)
	if err != nil {
		return Invited{}, invitationGone()
	}
	var out Invited
	err = s.db.Read(ctx, t.practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.invitation(ctx, tx, t)
		return err
	})
	return out, err
}

func invitationGone() error {
	return errs.New(errs.NotFound, "This invitation was used or is no longer valid. Ask the practice owner for a new one.")
}

func (s *Service) invitation(ctx context.Context, tx *db.Tx, t token) (Invited, error) {
	row, err := q.New(tx).GetInvitation(ctx, q.GetInvitationParams{PracticeID: t.practice, TokenHash: t.hash("invitation")})
	if errors.Is(err, sql.ErrNoRows) {
		return Invited{}, invitationGone()
	}
	if err != nil {
		return Invited{}, err
	}
	if !row.Active || !tx.Now.Before(row.ExpiresAt.Time) {
		return Invited{}, invitationGone()
	}
	return Invited{
		Newcomer:     Newcomer{Practice: t.practice, User: row.UserID, Email: row.Email, Name: row.Name},
		PracticeName: row.PracticeName, Until: row.ExpiresAt.Time,
	}, nil
}

// Accept uses an invitation: it stores the proofs, signs in and returns the
// recovery codes, which are shown once.
func (s *Service) Accept(ctx context.Context, peer Peer, tokenText string, in Proofs) (SignedIn, []string, error) {
	inv, err := s.Invitation(ctx, tokenText)
	if err != nil {
		return SignedIn{}, nil, err
	}
	ready, err := s.prepare(ctx, InvitedPurpose(tokenText), inv.Newcomer, in, inv.PracticeName)
	if err != nil {
		return SignedIn{}, nil, err
	}
	t, err := parseToken(tokenText)
	if err != nil {
		return SignedIn{}, nil, invitationGone()
	}
	var out SignedIn
	p := person{practice: inv.Practice, user: inv.User, name: inv.Name, email: inv.Email}
	err = s.db.Write(as(ctx, p, peer), inv.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.invitation(ctx, tx, t); err != nil {
			return err
		}
		if _, err := q.New(tx).DeleteInvitation(ctx, q.DeleteInvitationParams{PracticeID: inv.Practice, UserID: inv.User}); err != nil {
			return err
		}
		if err := s.establish(ctx, tx, inv.Newcomer, ready); err != nil {
			return err
		}
		if err := tx.Audit(ctx, db.Event{Action: "account.accept", Kind: "staff", Subject: inv.User.String()}); err != nil {
			return err
		}
		out, err = s.admit(ctx, tx, p, peer, byInvite, nil)
		return err
	})
	if err != nil {
		return SignedIn{}, nil, db.Classify(err)
	}
	return out, ready.codes, nil
}

// Access is how far a member of staff has come with signing in.
type Access struct {
	Ready        bool      // can sign in
	InvitedUntil time.Time // zero without an open invitation
}

// AccessOf tells for each member of staff whether they can sign in. It needs
// StaffManage.
func (s *Service) AccessOf(ctx context.Context) (map[id.User]Access, error) {
	a, err := authz.Require(ctx, authz.StaffManage)
	if err != nil {
		return nil, err
	}
	out := map[id.User]Access{}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).ListAccess(ctx, a.Practice)
		for _, r := range rows {
			x := Access{Ready: enough(r.PasswordHash != "", !r.TotpAt.IsZero(), int(r.Passkeys))}
			if tx.Now.Before(r.InvitedUntil.Time) {
				x.InvitedUntil = r.InvitedUntil.Time
			}
			out[r.UserID] = x
		}
		return err
	})
	return out, err
}
