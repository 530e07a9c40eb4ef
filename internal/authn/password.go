package authn

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"soapstone/internal/errs"
)

// Params are the cost of an argon2id hash (RFC 9106).
type Params struct {
	MemoryKiB uint32 // 8 per thread to 1,048,576
	Passes    uint32 // 1 to 16
	Threads   uint8  // 1 to 16
}

// DefaultParams are above the minimum of the OWASP password storage guidance
// (46 MiB with one pass).
var DefaultParams = Params{MemoryKiB: 46 * 1024, Passes: 2, Threads: 1}

// TestParams are the least that argon2id takes. For tests only.
var TestParams = Params{MemoryKiB: 8, Passes: 1, Threads: 1}

const (
	saltBytes = 16
	hashBytes = 32

	// MinPassword and MaxPassword are the length of a password in characters.
	MinPassword = 12
	MaxPassword = 1000
)

// errPHC is returned for text that is not an argon2id hash that we would write.
var errPHC = errors.New("authn: not an argon2id hash")

// phc is a parsed hash: $argon2id$v=19$m=47104,t=2,p=1$salt$hash
type phc struct {
	params     Params
	salt, hash []byte
}

func (h phc) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.MemoryKiB, h.params.Passes, h.params.Threads, b.EncodeToString(h.salt), b.EncodeToString(h.hash))
}

// parsePHC reads a hash. It refuses costs that would stop the program and any
// spelling but the canonical one.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(s) > 300 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errPHC
	}
	cost := strings.Split(parts[3], ",")
	if len(cost) != 3 {
		return phc{}, errPHC
	}
	var n [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(cost[i], name)
		v, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil {
			return phc{}, errPHC
		}
		n[i] = v
	}
	if n[2] < 1 || n[2] > 16 || n[1] < 1 || n[1] > 16 || n[0] < 8*n[2] || n[0] > 1<<20 {
		return phc{}, errPHC
	}
	h := phc{params: Params{MemoryKiB: uint32(n[0]), Passes: uint32(n[1]), Threads: uint8(n[2])}}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.hash, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(h.salt) < 8 || len(h.salt) > 64 || len(h.hash) < 16 || len(h.hash) > 64 || h.String() != s {
		return phc{}, errPHC
	}
	return h, nil
}

func (p Params) compute(password string, salt []byte, n int) []byte {
	return argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Threads, uint32(n))
}

// weaker reports whether a hash with cost p should be made anew with cost want.
func (p Params) weaker(want Params) bool {
	return p.MemoryKiB < want.MemoryKiB || p.Passes < want.Passes
}

// hasher bounds how many hashes are computed at once, since each takes the
// memory of its parameters. One place is kept for people at a device they have
// used before, so that a flood of strangers cannot keep them waiting.
type hasher struct {
	params    Params
	strangers chan struct{}
	known     chan struct{}
	dummy     phc
}

const hashSlots = 2

func newHasher(p Params) *hasher {
	h := &hasher{params: p, strangers: make(chan struct{}, hashSlots), known: make(chan struct{}, 1)}
	// The hash of no password: nobody can know 32 random bytes.
	h.dummy = phc{params: p, salt: random(saltBytes), hash: random(hashBytes)}
	return h
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program stops instead
	return b
}

// enter waits for a place. It gives up when the request ends.
func (h *hasher) enter(ctx context.Context, known bool) (leave func(), err error) {
	reserved := h.known
	if !known {
		reserved = nil
	}
	select {
	case reserved <- struct{}{}:
		return func() { <-reserved }, nil
	case h.strangers <- struct{}{}:
		return func() { <-h.strangers }, nil
	case <-ctx.Done():
		return nil, errs.Wrap(errs.Unavailable, ctx.Err(), "Many people are signing in. Try again in a moment.")
	}
}

// make hashes a new password. known is true for people who proved themselves already.
func (h *hasher) make(ctx context.Context, password string, known bool) (string, error) {
	leave, err := h.enter(ctx, known)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := random(saltBytes)
	return phc{params: h.params, salt: salt, hash: h.params.compute(password, salt, hashBytes)}.String(), nil
}

// check compares a password with a stored hash. An empty stored hash takes as
// long as any other and never matches. weak is true when the password is right
// and its hash should be made anew.
func (h *hasher) check(ctx context.Context, stored, password string, known bool) (ok, weak bool, err error) {
	want, parseErr := parsePHC(stored)
	if parseErr != nil {
		want = h.dummy
	}
	leave, err := h.enter(ctx, known)
	if err != nil {
		return false, false, err
	}
	defer leave()
	got := want.params.compute(password, want.salt, len(want.hash))
	ok = subtle.ConstantTimeCompare(got, want.hash) == 1 && parseErr == nil
	return ok, ok && want.params.weaker(h.params), nil
}
