package authn

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

const (
	totpPeriod = 30 // seconds, RFC 6238
	totpBytes  = 20 // of secret, RFC 4226 section 4
	// totpDrift is how many periods the phone's clock may be off either way.
	totpDrift = 1

	enrolmentLife = time.Hour
)

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

// Enrolment is a new authenticator secret on its way into an app. Nothing is
// stored before a first code proves that it arrived.
type Enrolment struct {
	Ticket string // sealed; comes back with the first code
	Secret string // in groups of four, for typing
	URL    string // otpauth://…, for the QR code
}

// enrolmentTicket binds a secret to what it was made for.
type enrolmentTicket struct{ Secret, For string }

// NewEnrolment makes a secret for an account called label (an e-mail address).
// purpose binds it to a person, an invitation or the set-up: the ticket is
// refused elsewhere. issuer is usually the practice's name.
func (s *Service) NewEnrolment(purpose, issuer, label string) Enrolment {
	secret := base32NoPad.EncodeToString(random(totpBytes))
	return s.enrolmentOf(secret, purpose, issuer, label)
}

// Enrolment gives the same secret once more, for a form that is shown again.
// A ticket that is too old or for something else gives a new secret.
func (s *Service) Enrolment(ticket, purpose, issuer, label string) Enrolment {
	var t enrolmentTicket
	if err := s.unbox("enrolment", ticket, &t); err != nil || t.For != purpose {
		return s.NewEnrolment(purpose, issuer, label)
	}
	return s.enrolmentOf(t.Secret, purpose, issuer, label)
}

func (s *Service) enrolmentOf(secret, purpose, issuer, label string) Enrolment {
	if issuer == "" {
		issuer = s.opts.Product
	}
	issuer = strings.ReplaceAll(issuer, ":", " ")
	v := url.Values{"secret": {secret}, "issuer": {issuer}}
	var groups []string
	for i := 0; i < len(secret); i += 4 {
		groups = append(groups, secret[i:min(i+4, len(secret))])
	}
	return Enrolment{
		Ticket: s.box("enrolment", enrolmentLife, enrolmentTicket{Secret: secret, For: purpose}),
		Secret: strings.Join(groups, " "),
		// Some apps do not read "+" as a space.
		URL: "otpauth://totp/" + url.PathEscape(issuer+":"+label) + "?" + strings.ReplaceAll(v.Encode(), "+", "%20"),
	}
}

// proven opens a ticket whose first code is right. It returns the secret and
// the time step of the code.
func (s *Service) proven(ticket, purpose, code string, now time.Time) (secret string, step int64, err error) {
	var t enrolmentTicket
	if err := s.unbox("enrolment", ticket, &t); err != nil || t.For != purpose {
		return "", 0, errs.OnField("code", "The page was open for too long. Scan the new code and try again.")
	}
	step, ok := matchTOTP(t.Secret, code, now)
	if !ok {
		return "", 0, errs.OnField("code", "This code does not fit. Wait for the next one and check that the clock of your phone is right.")
	}
	return t.Secret, step, nil
}

// matchTOTP finds the time step for which code is right.
func matchTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	if len(code) != 6 {
		return 0, false
	}
	at := now.Unix() / totpPeriod
	for d := int64(-totpDrift); d <= totpDrift; d++ {
		want, err := hotp.GenerateCode(secret, uint64(at+d))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = at+d, true
		}
	}
	return step, ok
}

func totpAAD(p id.Practice, u id.User) []byte {
	return []byte("account.totp_secret " + p.String() + " " + u.String())
}

func (s *Service) sealTOTP(secret string, p id.Practice, u id.User) []byte {
	return s.totpKey.Seal([]byte(secret), totpAAD(p, u))
}

// useTOTP reports whether code is right for the person and was not used
// before; it marks it as used. A code older than the last one used is refused
// too (RFC 6238, 5.2).
func (s *Service) useTOTP(ctx context.Context, tx *db.Tx, p person, code string) (bool, error) {
	if !p.hasTOTP() {
		return false, nil
	}
	secret, err := s.totpKey.Open(p.totp, totpAAD(p.practice, p.user))
	if err != nil {
		return false, err
	}
	step, ok := matchTOTP(string(secret), code, tx.Now.Time)
	if !ok {
		return false, nil
	}
	n, err := q.New(tx).UseTOTP(ctx, q.UseTOTPParams{PracticeID: p.practice, UserID: p.user, LastStep: step})
	return n == 1, err
}
