// Package seal holds the keys of a practice and encrypts and authenticates
// bytes with them. It decides the algorithms (AES-256-GCM with a random nonce,
// HMAC-SHA256, HKDF-SHA256), the layout of sealed bytes, where a key file may
// lie and how a key looks on paper.
//
// It refuses to work with a key that was never set, to open anything altered
// or sealed for another purpose, to print a key in a log, and to read a key
// file that other people on the machine can read.
//
// One Key is never used for two things: each caller derives its own
// (Derive("blob"), Derive("audit leaf")), so what leaks in one place opens
// nothing in another. With random nonces one key may seal up to 2^32 messages
// (NIST SP 800-38D, 8.3); derive per patient or per file long before that.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
)

// Key is 256 secret bits. The zero value is no key, and using it panics: bytes
// "encrypted" with zeros would look safe and be open to everyone.
type Key [32]byte

// Sealed bytes are: version (1), key fingerprint (4), nonce (12), ciphertext,
// tag (16). The header is authenticated together with the caller's aad.
const (
	version    = 1
	printSize  = 4
	headerSize = 1 + printSize
	nonceSize  = 12
	tagSize    = 16

	// Overhead is how many bytes Seal adds.
	Overhead = headerSize + nonceSize + tagSize
)

// Labels separate what this package derives for itself from what callers ask
// for: no purpose given to Derive can collide with an internal one.
const (
	labelPurpose     = "soapstone 1 purpose "
	labelSeal        = "soapstone 1 internal seal"
	labelMAC         = "soapstone 1 internal mac"
	labelFingerprint = "soapstone 1 internal fingerprint"
)

var (
	// ErrOpen is returned when sealed bytes were altered, cut short, or sealed
	// with other additional data. It says no more on purpose.
	ErrOpen = errors.New("seal: the sealed bytes are damaged or belong to something else")
	// ErrWrongKey is returned when the bytes were sealed with another key.
	ErrWrongKey = errors.New("seal: sealed with another key")
	// ErrSecret is returned by every attempt to marshal a key.
	ErrSecret = errors.New("seal: a key is not marshalled; use CreateKeyFile or Recovery")
)

// NewKey makes a fresh random key.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) //nolint:errcheck // never fails since Go 1.24: the program stops instead
	return k
}

// IsZero reports whether the key was never set.
func (k Key) IsZero() bool { return k == Key{} }

// Derive makes the key for one purpose (HKDF-SHA256). The same key and purpose
// give the same result for ever, and the result tells nothing about k. The
// purpose is a fixed text or a fixed text with an identifier; it is not secret.
// An empty purpose panics.
func (k Key) Derive(purpose string) Key {
	if purpose == "" {
		panic("seal: Derive needs a purpose")
	}
	return k.derive(labelPurpose + purpose)
}

func (k Key) derive(info string) Key {
	if k.IsZero() {
		panic("seal: the key was never set")
	}
	b, err := hkdf.Key(sha256.New, k[:], nil, info, len(k))
	if err != nil {
		// Only for lengths over 255 hashes, and ours is constant.
		panic("seal: " + err.Error())
	}
	return Key(b)
}

// Seal encrypts plain and binds it to aad, which is authenticated and not
// stored: Open needs the same aad. Name in aad what the bytes are (table,
// column, identifier), so that they cannot be moved elsewhere. Two calls with
// the same input give different bytes. It panics on the zero key.
func (k Key) Seal(plain, aad []byte) []byte {
	print := k.fingerprint()
	out := make([]byte, 0, len(plain)+Overhead)
	out = append(out, version)
	out = append(out, print[:]...)
	return k.aead().Seal(out, nil, plain, bind(out, aad))
}

// Open gives back what Seal was given. It returns ErrWrongKey when the bytes
// carry another key's fingerprint and ErrOpen for anything else that is wrong.
// It panics on the zero key.
func (k Key) Open(sealed, aad []byte) ([]byte, error) {
	print := k.fingerprint()
	if len(sealed) < Overhead || sealed[0] != version {
		return nil, ErrOpen
	}
	if string(sealed[1:headerSize]) != string(print[:]) {
		return nil, ErrWrongKey
	}
	plain, err := k.aead().Open(nil, nil, sealed[headerSize:], bind(sealed[:headerSize], aad))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func bind(header, aad []byte) []byte {
	b := make([]byte, 0, len(header)+len(aad))
	b = append(b, header...)
	return append(b, aad...)
}

func (k Key) aead() cipher.AEAD {
	sub := k.derive(labelSeal)
	block, err := aes.NewCipher(sub[:])
	if err != nil {
		panic("seal: " + err.Error()) // only for a wrong key length
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("seal: " + err.Error()) // only for a wrong block size
	}
	return a
}

// MAC is HMAC-SHA256 over the parts. Each part is preceded by its length, so
// ("ab", "c") and ("a", "bc") differ. Compare results with hmac.Equal or as
// arrays where timing tells nothing. It panics on the zero key.
func (k Key) MAC(parts ...[]byte) [32]byte {
	sub := k.derive(labelMAC)
	m := hmac.New(sha256.New, sub[:])
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		m.Write(p)
	}
	return [32]byte(m.Sum(nil))
}

func (k Key) fingerprint() [printSize]byte {
	sub := k.derive(labelFingerprint)
	return [printSize]byte(sub[:printSize])
}

// ID is the key's fingerprint, eight hexadecimal digits, or "none" for the
// zero key. It is not secret: it tells which key is meant and nothing of it.
func (k Key) ID() string {
	if k.IsZero() {
		return "none"
	}
	f := k.fingerprint()
	return hex.EncodeToString(f[:])
}

// String gives "key(fingerprint)", never the key.
func (k Key) String() string { return "key(" + k.ID() + ")" }

// Format implements fmt.Formatter, because %d and %#v would otherwise print
// the bytes of an array.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.String()) }

// LogValue implements slog.LogValuer.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText implements encoding.TextMarshaler and always returns ErrSecret,
// so that a key inside some larger structure cannot reach JSON unnoticed.
func (k Key) MarshalText() ([]byte, error) { return nil, ErrSecret }
