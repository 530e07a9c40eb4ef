package authn

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"soapstone/internal/id"
)

// The cookies. Under https their names begin with __Host-, which browsers
// accept only as Secure, for this host alone and for all paths.
const (
	sessionCookie = "session"
	keptCookie    = "kept-"
	keptPending   = "sign-in"
	keptCodes     = "codes"
	deviceCookie  = "device-"

	deviceLife  = 180 * 24 * time.Hour
	maxDevices  = 20 // cookies looked at per request
	deviceBytes = 16 + 16 + 16 + 8
)

func (s *Service) secure(r *http.Request) bool { return s.opts.TLS || r.TLS != nil }

func (s *Service) cookieName(r *http.Request, name string) string {
	if s.secure(r) {
		return "__Host-" + name
	}
	return "soapstone-" + name
}

func (s *Service) setCookie(w http.ResponseWriter, r *http.Request, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(r, name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
	})
}

func (s *Service) clearCookie(w http.ResponseWriter, r *http.Request, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(r, name), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
	})
}

func (s *Service) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// Remember writes the cookies of somebody who just signed in: the session, for
// as long as the browser runs, and the mark of a known device.
func (s *Service) Remember(w http.ResponseWriter, r *http.Request, in SignedIn) {
	s.setCookie(w, r, sessionCookie, in.Token, 0)
	if in.Device != "" {
		s.setCookie(w, r, deviceCookie+personKey(in.Practice, in.User), in.Device, deviceLife)
	}
	s.Drop(w, r, keptPending)
}

// Forget removes the session's cookie. The mark of a known device stays: it
// proves nothing by itself and keeps strangers from locking its owner out.
func (s *Service) Forget(w http.ResponseWriter, r *http.Request) {
	s.clearCookie(w, r, sessionCookie)
	s.Drop(w, r, keptPending)
	s.Drop(w, r, keptCodes)
}

// HasSessionCookie reports whether the browser believes that it is signed in.
func (s *Service) HasSessionCookie(r *http.Request) bool { return s.cookie(r, sessionCookie) != "" }

// Keep hands a value from one page to a later one in a sealed cookie, which
// the browser can neither read nor change. what names the value; life is how
// long it is of use. The value must stay well under 2,000 bytes.
func (s *Service) Keep(w http.ResponseWriter, r *http.Request, what string, life time.Duration, value any) {
	s.setCookie(w, r, keptCookie+what, s.box("kept "+what, life, value), life)
}

// Kept reads what Keep handed over; false when there is nothing, or it is too old.
func (s *Service) Kept(r *http.Request, what string, value any) bool {
	return s.unbox("kept "+what, s.cookie(r, keptCookie+what), value) == nil
}

// Drop removes what Keep handed over.
func (s *Service) Drop(w http.ResponseWriter, r *http.Request, what string) {
	s.clearCookie(w, r, keptCookie+what)
}

// KeepPending carries the first half of a sign-in to its second.
func (s *Service) KeepPending(w http.ResponseWriter, r *http.Request, p Pending) {
	s.Keep(w, r, keptPending, pendingLife, p)
}

// Pending is the first half of a sign-in; false when there is none or it is
// older than five minutes.
func (s *Service) Pending(r *http.Request) (Pending, bool) {
	var p Pending
	ok := s.Kept(r, keptPending, &p)
	return p, ok
}

// KeepCodes hands recovery codes to the page that shows them, for a quarter of
// an hour, so that they survive a reload.
func (s *Service) KeepCodes(w http.ResponseWriter, r *http.Request, codes []string) {
	s.Keep(w, r, keptCodes, 15*time.Minute, codes)
}

// Codes are the recovery codes that KeepCodes handed over; nil when there are none.
func (s *Service) Codes(r *http.Request) []string {
	var codes []string
	if !s.Kept(r, keptCodes, &codes) {
		return nil
	}
	return codes
}

// DropCodes removes them from the browser.
func (s *Service) DropCodes(w http.ResponseWriter, r *http.Request) { s.Drop(w, r, keptCodes) }

// personKey names a person in a cookie's name without telling who it is.
func personKey(p id.Practice, u id.User) string {
	return hex.EncodeToString(u[8:12]) + hex.EncodeToString(p[12:16])
}

// newDevice makes the value of a known-device cookie. number names the device
// among the person's devices.
func (s *Service) newDevice(p id.Practice, u id.User) (value, number string) {
	b := make([]byte, 0, deviceBytes)
	b = append(b, p[:]...)
	b = append(b, u[:]...)
	b = append(b, random(16)...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.clock.Now().Unix()))
	mac := s.deviceKey.MAC(b)
	enc := base64.RawURLEncoding
	return enc.EncodeToString(b) + "." + enc.EncodeToString(mac[:]), hex.EncodeToString(b[32:48])
}

// parseDevice reads a known-device cookie: whose it is, its number, and
// whether it is ours and young enough.
func (s *Service) parseDevice(value string) (person, number string, ok bool) {
	enc := base64.RawURLEncoding.Strict()
	body, tag, found := strings.Cut(value, ".")
	if !found || len(value) > 300 {
		return "", "", false
	}
	b, err1 := enc.DecodeString(body)
	mac, err2 := enc.DecodeString(tag)
	if err1 != nil || err2 != nil || len(b) != deviceBytes {
		return "", "", false
	}
	want := s.deviceKey.MAC(b)
	if !hmac.Equal(mac, want[:]) {
		return "", "", false
	}
	issued := time.Unix(int64(binary.BigEndian.Uint64(b[48:])), 0)
	if s.clock.Now().Sub(issued).Abs() > deviceLife {
		return "", "", false
	}
	return string(b[:32]), hex.EncodeToString(b[32:48]), true
}

// knownDevices are the people whose known device this browser is.
func (s *Service) knownDevices(r *http.Request) map[string]string {
	prefix := s.cookieName(r, deviceCookie)
	var known map[string]string
	seen := 0
	for _, c := range r.Cookies() {
		if !strings.HasPrefix(c.Name, prefix) {
			continue
		}
		if seen++; seen > maxDevices {
			break
		}
		if person, number, ok := s.parseDevice(c.Value); ok {
			if known == nil {
				known = map[string]string{}
			}
			known[person] = number
		}
	}
	return known
}

// knownNumber is the number of the peer's device if it is a known one of the
// person; "" otherwise.
func (p Peer) knownNumber(practice id.Practice, user id.User) string {
	return p.known[string(practice[:])+string(user[:])]
}
