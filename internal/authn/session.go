package authn

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"

	"soapstone/internal/authn/q"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	// SessionLife is how long a session lasts however busy it is (ASVS 5.0, 7.3.2).
	SessionLife = 12 * time.Hour
	// touchEvery is how exactly it is known when a session was last used.
	touchEvery = time.Minute
	// longestIdle is the longest idle time-out that a practice can choose.
	longestIdle = time.Hour
)

// SignedIn is a session that was just opened or renewed.
type SignedIn struct {
	Practice id.Practice
	User     id.User
	Session  id.Session
	Token    string // value of the session cookie
	Device   string // value of the known-device cookie; "" to leave it as it is
}

// open starts a session inside the transaction of a sign-in.
func (s *Service) open(ctx context.Context, tx *db.Tx, p person, peer Peer, method string) (SignedIn, error) {
	t := newToken(p.practice)
	in := SignedIn{Practice: p.practice, User: p.user, Session: id.New[id.Session](), Token: t.String()}
	in.Device, _ = s.newDevice(p.practice, p.user)
	queries := q.New(tx)
	if err := queries.SweepSessions(ctx, q.SweepSessionsParams{
		PracticeID: p.practice, Now: tx.Now, IdleSince: tx.Now.Add(-longestIdle - touchEvery),
	}); err != nil {
		return SignedIn{}, err
	}
	err := queries.InsertSession(ctx, q.InsertSessionParams{
		PracticeID: p.practice, SessionID: in.Session, UserID: p.user, TokenHash: t.hash("session"), Method: method,
		Device: peer.Device, Address: peer.Address, CreatedAt: tx.Now, SeenAt: tx.Now, StepUpAt: tx.Now, ExpiresAt: tx.Now.Add(SessionLife),
	})
	return in, err
}

// Authenticate implements web.Authenticator: it finds the session of a request
// with one indexed query and marks it as used, at most once a minute.
func (s *Service) Authenticate(r *http.Request) (authz.Actor, bool, error) {
	t, err := parseToken(s.cookie(r, sessionCookie))
	if err != nil {
		return authz.Actor{}, false, nil
	}
	var row q.LoadSessionRow
	var now time.Time
	err = s.db.Read(r.Context(), t.practice, func(ctx context.Context, tx *db.Tx) error {
		now = tx.Now.Time
		row, err = q.New(tx).LoadSession(ctx, q.LoadSessionParams{PracticeID: t.practice, TokenHash: t.hash("session")})
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return authz.Actor{}, false, nil
	}
	if err != nil {
		return authz.Actor{}, false, db.Classify(err)
	}
	if !live(row, now) {
		return authz.Actor{}, false, nil
	}
	a := authz.Actor{
		User: row.UserID, Practice: t.practice, Session: row.SessionID, Name: row.Name, Roles: rolesOf(row.Roles),
		Zone: s.zone(row.Zone), StepUpAt: row.StepUpAt.Time, Address: s.opts.Address(r), Handed: row.Handed, KeysOff: !row.SingleKeys,
	}
	if now.Sub(row.SeenAt.Time) >= touchEvery && !watches(r) {
		s.touch(r.Context(), a)
	}
	return a, true, nil
}

// WatchPath is where an open page asks whether its session goes on.
const WatchPath = "/session"

// watches reports whether a page asks for itself, without anybody having
// touched it: that must not keep the session going.
func watches(r *http.Request) bool { return r.URL.Path == WatchPath && !r.URL.Query().Has("used") }

// live reports whether a session may still be used at instant now.
func live(row q.LoadSessionRow, now time.Time) bool {
	idle := time.Duration(row.IdleMinutes) * time.Minute
	return row.Active && now.Before(row.ExpiresAt.Time) && now.Sub(row.SeenAt.Time) <= idle
}

// touch marks the session as used. It may fail (a full disk) without keeping
// anybody from reading: the session then ends sooner, which is safe.
func (s *Service) touch(ctx context.Context, a authz.Actor) {
	_ = s.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
		return q.New(tx).TouchSession(ctx, q.TouchSessionParams{
			SeenAt: tx.Now, Address: a.Address, PracticeID: a.Practice, SessionID: a.Session,
		})
	})
}

// rolesOf reads the roles as the staff table keeps them: owner,therapist.
func rolesOf(text string) []authz.Role {
	var roles []authz.Role
	for r := range strings.SplitSeq(text, ",") {
		if r != "" {
			roles = append(roles, authz.Role(r))
		}
	}
	return roles
}

// zone loads a zone once. One that is unknown to this program's data counts as UTC.
func (s *Service) zone(name string) *time.Location {
	if z, ok := s.zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = time.UTC
	}
	s.zones.Store(name, z)
	return z
}

// SessionInfo is a session as its owner sees it.
type SessionInfo struct {
	ID        id.Session
	Current   bool
	Device    string
	Address   string // network address it was last used from
	Method    string // how the person signed in, in words
	CreatedAt time.Time
	SeenAt    time.Time
}

// Sessions lists the actor's own sessions that can still be used, the latest
// used first.
func (s *Service) Sessions(ctx context.Context) ([]SessionInfo, error) {
	a, err := own(ctx)
	if err != nil {
		return nil, err
	}
	var out []SessionInfo
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		rows, err := q.New(tx).ListSessions(ctx, q.ListSessionsParams{
			PracticeID: a.Practice, UserID: a.User, Now: tx.Now, IdleSince: tx.Now.Add(-longestIdle),
		})
		for _, r := range rows {
			out = append(out, SessionInfo{
				ID: r.SessionID, Current: r.SessionID == a.Session, Device: r.Device, Address: r.Address,
				Method: methodLabel(r.Method), CreatedAt: r.CreatedAt.Time, SeenAt: r.SeenAt.Time,
			})
		}
		return err
	})
	return out, err
}

// EndSession ends one of the actor's own sessions. It returns NotFound for a
// session of somebody else.
func (s *Service) EndSession(ctx context.Context, session id.Session) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).DeleteSession(ctx, q.DeleteSessionParams{PracticeID: a.Practice, UserID: a.User, SessionID: session})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "This session has ended already.")
		}
		return tx.Audit(ctx, db.Event{Action: "session.end", Kind: "session", Subject: session.String()})
	})
}

// EndOtherSessions ends all sessions of the actor but the present one.
func (s *Service) EndOtherSessions(ctx context.Context) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := endOthers(ctx, tx, a); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "session.end-others", Kind: "staff", Subject: a.User.String()})
	})
}

func endOthers(ctx context.Context, tx *db.Tx, a authz.Actor) error {
	_, err := q.New(tx).DeleteOtherSessions(ctx, q.DeleteOtherSessionsParams{
		PracticeID: a.Practice, UserID: a.User, KeepSessionID: a.Session,
	})
	return err
}

// SignOut ends the present session.
func (s *Service) SignOut(ctx context.Context) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		_, err := q.New(tx).DeleteSession(ctx, q.DeleteSessionParams{PracticeID: a.Practice, UserID: a.User, SessionID: a.Session})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "session.sign-out", Kind: "session", Subject: a.Session.String()})
	})
}

// EndSessionsTx ends every session and the open invitation of a person, inside
// the caller's audited transaction: package practice calls it when it switches
// an account off.
func (s *Service) EndSessionsTx(ctx context.Context, tx *db.Tx, user id.User) error {
	queries := q.New(tx)
	if _, err := queries.DeleteInvitation(ctx, q.DeleteInvitationParams{PracticeID: tx.Practice, UserID: user}); err != nil {
		return err
	}
	_, err := queries.DeleteSessions(ctx, q.DeleteSessionsParams{PracticeID: tx.Practice, UserID: user})
	return err
}

// Sweep removes what has ended: sessions, forgotten failures, passkey
// ceremonies. Call it once an hour.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Maintain(ctx, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		practices, err := queries.ListPractices(ctx)
		if err != nil {
			return err
		}
		for _, p := range practices {
			if err := queries.SweepSessions(ctx, q.SweepSessionsParams{
				PracticeID: p, Now: tx.Now, IdleSince: tx.Now.Add(-longestIdle - touchEvery),
			}); err != nil {
				return err
			}
		}
		if err := queries.SweepThrottle(ctx, tx.Now.Add(-codeLimit.until)); err != nil {
			return err
		}
		return queries.SweepCeremonies(ctx, tx.Now)
	})
}

// How a person signed in.
const (
	byPassword = "password"
	byRecovery = "recovery"
	byPasskey  = "passkey"
	byInvite   = "invitation"
	bySetup    = "setup"
	byDemo     = "demo"
)

func methodLabel(m string) string {
	switch m {
	case byPassword:
		return "Password and authenticator code"
	case byRecovery:
		return "Recovery code"
	case byPasskey:
		return "Passkey"
	case byInvite:
		return "Invitation"
	case bySetup:
		return "Set-up"
	case byDemo:
		return "Demonstration"
	}
	return m
}
