package authn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	ceremonyLife = 10 * time.Minute
	maxPasskeys  = 20 // per person
	maxResponse  = 64 << 10
)

// Site is the address at which a browser sees the program: passkeys belong to
// a host name.
type Site struct{ Host, Origin string }

// Origin is the address at which the browser of a request sees the program,
// without a slash at the end: https://clinic.example.
func (s *Service) Origin(r *http.Request) string {
	if s.secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Site finds the site of a request. It is false where browsers offer no
// passkeys: at a numeric address, or over plain HTTP elsewhere than localhost.
func (s *Service) Site(r *http.Request) (Site, bool) {
	site := Site{Origin: s.Origin(r)}
	u, err := url.Parse(site.Origin)
	if err != nil || u.Host != r.Host || u.Path != "" {
		return Site{}, false
	}
	site.Host = strings.ToLower(u.Hostname())
	if net.ParseIP(site.Host) != nil || site.Host == "" || (u.Scheme == "http" && site.Host != "localhost") {
		return Site{}, false
	}
	if len(s.opts.Origins) == 0 {
		return site, true
	}
	for _, o := range s.opts.Origins {
		if strings.EqualFold(strings.TrimSuffix(o, "/"), site.Origin) {
			return site, true
		}
	}
	return Site{}, false
}

func (s *Service) relyingParty(site Site) (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{
		RPID: site.Host, RPDisplayName: s.opts.Product, RPOrigins: []string{site.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
}

// Ceremony is the start of a passkey exchange. Token comes back with the answer.
type Ceremony struct {
	Token   string          `json:"token"`
	Options json.RawMessage `json:"options"` // for navigator.credentials
}

// ceremony is what the token holds. It is sealed: the browser keeps it, so
// that strangers cannot fill the server with half-done exchanges.
type ceremony struct {
	Session webauthn.SessionData
	For     string
}

// holder is a person as the library wants to see one.
type holder struct {
	handle  []byte
	name    string
	display string
	creds   []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.handle }
func (h holder) WebAuthnName() string                       { return h.name }
func (h holder) WebAuthnDisplayName() string                { return h.display }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.creds }

// handleOf is the user handle that a passkey carries: random identifiers only.
func handleOf(p id.Practice, u id.User) []byte { return append(append([]byte{}, p[:]...), u[:]...) }

func parseHandle(b []byte) (id.Practice, id.User, bool) {
	if len(b) != 32 {
		return id.Practice{}, id.User{}, false
	}
	return id.Practice(b[:16]), id.User(b[16:]), true
}

// BeginPasskey starts a sign-in or a step-up with whatever passkey the person
// picks.
func (s *Service) BeginPasskey(site Site) (Ceremony, error) {
	rp, err := s.relyingParty(site)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return s.seal("get", session, options)
}

// Newcomer is somebody for whom a passkey is about to be made.
type Newcomer struct {
	Practice id.Practice
	User     id.User
	Email    string
	Name     string
}

// BeginRegistration starts the making of a passkey. purpose binds it like an
// authenticator secret.
func (s *Service) BeginRegistration(ctx context.Context, site Site, purpose string, n Newcomer) (Ceremony, error) {
	rp, err := s.relyingParty(site)
	if err != nil {
		return Ceremony{}, err
	}
	h := holder{handle: handleOf(n.Practice, n.User), name: n.Email, display: n.Name}
	err = s.db.Read(ctx, n.Practice, func(ctx context.Context, tx *db.Tx) error {
		h.creds, err = credentials(ctx, tx, n.Practice, n.User)
		return err
	})
	if err != nil {
		return Ceremony{}, err
	}
	if len(h.creds) >= maxPasskeys {
		return Ceremony{}, errs.New(errs.Conflict, "You have as many passkeys as fit. Remove one first.")
	}
	options, session, err := rp.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.creds).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, err
	}
	return s.seal("create "+purpose, session, options)
}

func (s *Service) seal(what string, session *webauthn.SessionData, options any) (Ceremony, error) {
	raw, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, err
	}
	return Ceremony{Token: s.box("ceremony", ceremonyLife, ceremony{Session: *session, For: what}), Options: raw}, nil
}

var errPasskey = errors.New("authn: passkey refused")

func passkeyRefused(cause error) error {
	return errs.Wrap(errs.Invalid, errors.Join(errPasskey, cause), "This passkey was not accepted. Try again, or use another way.")
}

// registered checks the answer to BeginRegistration.
func (s *Service) registered(site Site, purpose, tokenText, response string, p id.Practice, u id.User) (*webauthn.Credential, error) {
	var c ceremony
	if err := s.unbox("ceremony", tokenText, &c); err != nil || c.For != "create "+purpose || len(response) > maxResponse {
		return nil, passkeyRefused(err)
	}
	rp, err := s.relyingParty(site)
	if err != nil {
		return nil, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(response))
	if err != nil {
		return nil, passkeyRefused(err)
	}
	cred, err := rp.CreateCredential(holder{handle: handleOf(p, u)}, c.Session, answer)
	if err != nil {
		return nil, passkeyRefused(err)
	}
	return cred, nil
}

func credentialHash(rawID []byte) string {
	sum := sha256.Sum256(rawID)
	return hex.EncodeToString(sum[:])
}

// addPasskey stores a passkey inside a transaction.
func addPasskey(ctx context.Context, tx *db.Tx, p id.Practice, u id.User, cred *webauthn.Credential, name string) error {
	raw, err := json.Marshal(cred)
	if err != nil {
		return err
	}
	err = q.New(tx).InsertPasskey(ctx, q.InsertPasskeyParams{
		PracticeID: p, PasskeyID: id.New[id.Passkey](), UserID: u, Name: name,
		CredentialHash: credentialHash(cred.ID), Credential: string(raw), CreatedAt: tx.Now,
	})
	if db.IsUnique(err) {
		return errs.Wrap(errs.Conflict, err, "This passkey is registered already.")
	}
	return err
}

func credentials(ctx context.Context, tx *db.Tx, p id.Practice, u id.User) ([]webauthn.Credential, error) {
	rows, err := q.New(tx).ListPasskeys(ctx, q.ListPasskeysParams{PracticeID: p, UserID: u})
	if err != nil {
		return nil, err
	}
	var out []webauthn.Credential
	for _, r := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(r.Credential), &c); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// assert checks the answer to BeginPasskey inside a Write of the person's
// practice, stores the passkey's counter and spends the ceremony.
func (s *Service) assert(ctx context.Context, tx *db.Tx, site Site, c ceremony, answer *protocol.ParsedCredentialAssertionData, p person) error {
	rp, err := s.relyingParty(site)
	if err != nil {
		return err
	}
	creds, err := credentials(ctx, tx, p.practice, p.user)
	if err != nil {
		return err
	}
	handle := handleOf(p.practice, p.user)
	_, cred, err := rp.ValidatePasskeyLogin(func(_, given []byte) (webauthn.User, error) {
		if string(given) != string(handle) {
			return nil, errPasskey
		}
		return holder{handle: handle, creds: creds}, nil
	}, c.Session, answer)
	if err != nil {
		return passkeyRefused(err)
	}
	if cred.Authenticator.CloneWarning {
		return errs.Wrap(errs.Denied, errPasskey, "This passkey seems to exist twice. Sign in another way and remove it under Security.")
	}
	raw, err := json.Marshal(cred)
	if err != nil {
		return err
	}
	queries := q.New(tx)
	n, err := queries.UsePasskey(ctx, q.UsePasskeyParams{
		Credential: string(raw), UsedAt: tx.Now, PracticeID: p.practice, UserID: p.user, CredentialHash: credentialHash(cred.ID),
	})
	if err := db.OneRow(n, err); err != nil {
		return err
	}
	err = queries.CompleteCeremony(ctx, q.CompleteCeremonyParams{
		CeremonyHash: credentialHash([]byte(c.Session.Challenge)), ExpiresAt: tx.Now.Add(ceremonyLife),
	})
	if db.IsUnique(err) {
		return passkeyRefused(err)
	}
	return err
}

// parseAssertion opens a ceremony and reads the browser's answer to it.
func (s *Service) parseAssertion(tokenText, response string) (ceremony, *protocol.ParsedCredentialAssertionData, error) {
	var c ceremony
	if err := s.unbox("ceremony", tokenText, &c); err != nil || c.For != "get" || len(response) > maxResponse {
		return c, nil, errs.New(errs.Invalid, "The page was open for too long. Try the passkey once more.")
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if err != nil {
		return c, nil, passkeyRefused(err)
	}
	return c, answer, nil
}

// Passkey signs in with a passkey alone: it is something the person has, and
// it has checked who holds it. It is never slowed down.
func (s *Service) Passkey(ctx context.Context, peer Peer, site Site, tokenText, response string) (SignedIn, error) {
	c, answer, err := s.parseAssertion(tokenText, response)
	if err != nil {
		return SignedIn{}, err
	}
	practice, user, ok := parseHandle(answer.Response.UserHandle)
	if !ok {
		return SignedIn{}, passkeyRefused(nil)
	}
	var in SignedIn
	who := person{practice: practice, user: user}
	err = s.db.Write(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, practice, user)
		if errs.Is(err, errs.NotFound) {
			who = person{} // an invented handle, or an account that is gone
			return passkeyRefused(err)
		}
		if err != nil {
			return err
		}
		if err := s.assert(ctx, tx, site, c, answer, p); err != nil {
			return err
		}
		in, err = s.admit(as(ctx, p, peer), tx, p, peer, byPasskey, nil)
		return err
	})
	if errors.Is(err, errPasskey) {
		return SignedIn{}, s.failed(ctx, who, peer, 1, byPasskey, err)
	}
	return in, db.Classify(err)
}
