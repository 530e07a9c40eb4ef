// Package authn decides who somebody is: passwords, passkeys, authenticator
// and recovery codes, invitations, sessions, and the first start of an
// installation. What a person may then do is decided by package authz.
//
// Every account needs two proofs: a password with an authenticator code, or a
// passkey that checks its user. It refuses an account with less, an
// authenticator or recovery code used before, a session that was idle too long
// or is twelve hours old, and a second first start. It never refuses its owner
// because of what strangers tried: see throttle.go.
//
// Passwords are kept as argon2id hashes, tokens as SHA-256, authenticator
// secrets sealed with the installation's key. None of them is ever logged.
package authn

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"soapstone/internal/authn/q"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

// Options say how an installation identifies people. The zero value suits a
// program that serves plain HTTP on the loopback interface.
type Options struct {
	// Product is the name that authenticator apps show; "Soapstone" if empty.
	Product string
	// TLS says that browsers reach the program over https, directly or through
	// a proxy. Cookies are then Secure and carry the __Host- prefix.
	TLS bool
	// Origins are the addresses (https://host[:port]) at which passkeys work.
	// When empty, each request's own host name is used, unless it is a number.
	Origins []string
	// Params are the cost of a password hash; DefaultParams if zero.
	Params Params
	// Address finds the peer's network address; the connection's if nil. Set it
	// when a trusted proxy stands in front.
	Address func(*http.Request) string
	// Demo allows sign-in without proof to the accounts of a demonstration. It
	// must never be set where a real practice is kept.
	Demo bool
}

// Service identifies people. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	opts   Options
	clock  clock.Clock
	hasher *hasher
	// Each purpose has a key of its own, so that no token passes for another.
	totpKey, boxKey, deviceKey, codeKey, throttleKey seal.Key

	auditRate *rate.Limiter
	zones     sync.Map // name → *time.Location
	hasOne    bool
	mu        sync.Mutex // guards hasOne
}

// New makes the service. master is the installation's key. An auditor must be
// installed on d (audit.New does that).
func New(d *db.DB, master seal.Key, o Options) *Service {
	if o.Product == "" {
		o.Product = "Soapstone"
	}
	if o.Params == (Params{}) {
		o.Params = DefaultParams
	}
	if o.Address == nil {
		o.Address = remoteAddress
	}
	return &Service{
		db: d, opts: o, clock: d.Clock(), hasher: newHasher(o.Params),
		totpKey:     master.Derive("authn totp"),
		boxKey:      master.Derive("authn box"),
		deviceKey:   master.Derive("authn device"),
		codeKey:     master.Derive("authn recovery code"),
		throttleKey: master.Derive("authn throttle"),
		auditRate:   rate.NewLimiter(rate.Every(time.Minute), 60),
	}
}

// Peer is who asks, as far as the request alone tells.
type Peer struct {
	Address string // network address
	Device  string // browser and system in words, such as "Chrome on Windows"

	known map[string]string // person's key → device number, from signed cookies
}

// Peer reads the peer from a request.
func (s *Service) Peer(r *http.Request) Peer {
	return Peer{Address: s.opts.Address(r), Device: DescribeDevice(r.UserAgent()), known: s.knownDevices(r)}
}

// Now is the instant on the clock that sessions are measured with.
func (s *Service) Now() time.Time { return s.clock.Now() }

// remoteAddress is the connection's other end without its port.
func remoteAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// person is somebody with an account.
type person struct {
	practice id.Practice
	user     id.User
	name     string
	email    string
	active   bool
	hash     string // PHC; "" without a password
	totp     []byte // sealed; nil without an authenticator
	version  int64
	passkeys int64
}

func (p person) hasTOTP() bool { return len(p.totp) > 0 }

func personOf(r q.PersonRow) person {
	return person{practice: r.PracticeID, user: r.UserID, name: r.Name, email: r.Email, active: r.Active,
		hash: r.PasswordHash, totp: r.TotpSecret, version: r.Version, passkeys: r.Passkeys}
}

// byEmail finds an active person who can sign in; the zero person when there is none.
func (s *Service) byEmail(ctx context.Context, email string) (person, error) {
	var p person
	err := s.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).PersonByEmail(ctx, email)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		p = personOf(q.PersonRow(row))
		return err
	})
	if err != nil || !p.active {
		return person{}, err
	}
	return p, nil
}

// byID finds an active person with an account inside a transaction.
func (s *Service) byID(ctx context.Context, tx *db.Tx, practice id.Practice, user id.User) (person, error) {
	row, err := q.New(tx).Person(ctx, q.PersonParams{PracticeID: practice, UserID: user})
	if err != nil {
		return person{}, db.Found(err, "This account no longer exists.")
	}
	p := personOf(row)
	if !p.active {
		return person{}, errs.New(errs.Denied, "This account is switched off. Ask the practice owner.")
	}
	return p, nil
}

// NormalEmail is an e-mail address as it is stored and compared.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// own is the actor for what people do with their own account. The program
// itself has none.
func own(ctx context.Context) (authz.Actor, error) {
	a, ok := authz.From(ctx)
	if !ok || a.System || a.User.IsZero() {
		return authz.Actor{}, errs.New(errs.Unauthenticated, "Sign in to go on.")
	}
	return a, nil
}

// ownRecent is own for changes to how one signs in.
func (s *Service) ownRecent(ctx context.Context) (authz.Actor, error) {
	a, err := own(ctx)
	if err != nil {
		return a, err
	}
	if !a.Recent(s.clock.Now()) {
		return a, errs.Wrap(errs.Unauthenticated, authz.ErrStepUp, "Confirm that it is you, then try again.")
	}
	return a, nil
}

// as puts a person who just proved who they are into the context, so that the
// audit entry names them.
func as(ctx context.Context, p person, peer Peer) context.Context {
	return authz.With(ctx, authz.Actor{User: p.user, Practice: p.practice, Name: p.name, Address: peer.Address})
}

// asNobody is for entries about somebody who proved nothing.
func asNobody(ctx context.Context, peer Peer) context.Context {
	return authz.With(ctx, authz.Actor{Name: "not signed in", Address: peer.Address})
}
