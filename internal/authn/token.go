package authn

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"soapstone/internal/id"
)

// A token is 256 random bits together with the practice it belongs to, so that
// the row is found through an index led by the practice. It is 64 characters
// of base64url. Only its hash is stored.
type token struct {
	practice id.Practice
	secret   [32]byte
}

var errToken = errors.New("authn: not a token")

const tokenChars = 64 // 48 bytes

func newToken(p id.Practice) token { return token{practice: p, secret: [32]byte(random(32))} }

func (t token) String() string {
	return base64.RawURLEncoding.EncodeToString(append(t.practice[:], t.secret[:]...))
}

// hash is what the database keeps. purpose keeps the hash of a session's token
// from ever being the hash of an invitation's.
func (t token) hash(purpose string) string {
	h := sha256.New()
	h.Write([]byte(purpose + "\x00"))
	h.Write(t.practice[:])
	h.Write(t.secret[:])
	return hex.EncodeToString(h.Sum(nil))
}

func parseToken(s string) (token, error) {
	if len(s) != tokenChars {
		return token{}, errToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 48 { // the decoder skips line ends
		return token{}, errToken
	}
	t := token{practice: id.Practice(b[:16]), secret: [32]byte(b[16:])}
	if t.practice.IsZero() {
		return token{}, errToken
	}
	return t, nil
}

// boxed is what a sealed value holds: it is opened only for the purpose it was
// sealed for and before it ends.
type boxed struct {
	Until time.Time       `json:"u"`
	Value json.RawMessage `json:"v"`
}

// box seals a value for the browser to keep: it can neither read nor change
// it. The result is base64url.
func (s *Service) box(purpose string, life time.Duration, value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		panic("authn: " + err.Error()) // only our own plain structs come here
	}
	all, err := json.Marshal(boxed{Until: s.clock.Now().Add(life), Value: raw})
	if err != nil {
		panic("authn: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(s.boxKey.Seal(all, []byte(purpose)))
}

var errBox = errors.New("authn: the sealed value is damaged, for another purpose, or too old")

// unbox opens what box sealed.
func (s *Service) unbox(purpose, text string, value any) error {
	if len(text) > 16<<10 {
		return errBox
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return errBox
	}
	all, err := s.boxKey.Open(sealed, []byte(purpose))
	if err != nil {
		return errBox
	}
	var b boxed
	if err := json.Unmarshal(all, &b); err != nil || !s.clock.Now().Before(b.Until) {
		return errBox
	}
	if err := json.Unmarshal(b.Value, value); err != nil {
		return errBox
	}
	return nil
}

// Codes that people type use Crockford's base 32: no I, L, O, U.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode makes a code of groups × size characters, five random bits each,
// with hyphens between the groups.
func newCode(groups, size int) string {
	var b strings.Builder
	for i, v := range random(groups * size) {
		if i > 0 && i%size == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[v&31])
	}
	return b.String()
}

var codeTypos = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "\t", "", "\n", "", "–", "", "—", "")

// normalCode undoes what people do to codes when they type them. It gives ""
// for text that cannot be a code of n characters.
func normalCode(s string, n int) string {
	if len(s) > 200 {
		return ""
	}
	s = codeTypos.Replace(strings.ToUpper(s))
	if len(s) != n || strings.Trim(s, codeAlphabet) != "" {
		return ""
	}
	return s
}
