package seal_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/seal"
)

// fixed is a key for vectors: bytes 1 to 32.
func fixed() seal.Key {
	var k seal.Key
	for i := range k {
		k[i] = byte(i + 1)
	}
	return k
}

func anyKey(t *rapid.T) seal.Key {
	k := seal.Key(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
	if k.IsZero() {
		k[0] = 1
	}
	return k
}

// What is stored today must open for ever, so the outcomes are written down.
func TestVectorsNeverChange(t *testing.T) {
	k := fixed()
	mac := k.MAC([]byte("ab"), []byte("c"))
	derived := k.Derive("blob")
	for name, v := range map[string]struct{ got, want string }{
		"fingerprint": {k.ID(), "864e10a3"},
		"mac":         {hex.EncodeToString(mac[:]), "aed86724c5d7e879a59bfd6ec825dce0a6046a4aec3472f0ae3c27b9c9bf865d"},
		"derived":     {hex.EncodeToString(derived[:]), "b47dc0e39852e3edc047ee63a9a91c070dc360406f4f601552563f2fb5acb6a9"},
		"recovery":    {k.Recovery(), "0410R 6105K 0R3GR G28AN 1C606 T3GF7 208HN\n44RM6 2MB1M E60S4 38DHK R78YY 3WG01 H3VNQ"},
	} {
		if v.got != v.want {
			t.Errorf("%s = %q, want %q", name, v.got, v.want)
		}
	}
	sealed, err := hex.DecodeString("01864e10a3a8aa82e6dfb9cc115595bec6cd491292277bed571e22c92f497ebdbec8041efc08bc64e597f0a19c4bc626544581acb56fc69e6001b53939")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := k.Open(sealed, []byte("vector"))
	if err != nil || string(plain) != "written in the first release" {
		t.Errorf("Open(vector) = %q, %v", plain, err)
	}
}

func TestLawOpenGivesBackWhatWasSealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := anyKey(t)
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		aad := rapid.SliceOf(rapid.Byte()).Draw(t, "aad")
		sealed := k.Seal(plain, aad)
		if len(sealed) != len(plain)+seal.Overhead {
			t.Fatalf("sealed %d bytes into %d", len(plain), len(sealed))
		}
		if got, err := k.Open(sealed, aad); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %x, %v; want %x", got, err, plain)
		}
		if len(plain) >= 8 && bytes.Contains(sealed, plain) {
			t.Fatal("the plain text stands in the sealed bytes")
		}
	})
}

func TestLawAnyAlteredBitIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := anyKey(t)
		aad := rapid.SliceOf(rapid.Byte()).Draw(t, "aad")
		sealed := k.Seal(rapid.SliceOf(rapid.Byte()).Draw(t, "plain"), aad)
		bit := rapid.IntRange(0, 8*len(sealed)-1).Draw(t, "bit")
		flipped := bytes.Clone(sealed)
		flipped[bit/8] ^= 1 << (bit % 8)
		if _, err := k.Open(flipped, aad); !errors.Is(err, seal.ErrOpen) && !errors.Is(err, seal.ErrWrongKey) {
			t.Fatalf("flipped bit %d: error %v", bit, err)
		}
		cut := rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")
		if _, err := k.Open(sealed[:cut], aad); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("cut to %d bytes: error %v", cut, err)
		}
		if _, err := k.Open(append(sealed, 0), aad); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("one byte more: error %v", err)
		}
		if _, err := k.Open(sealed, append(bytes.Clone(aad), 'x')); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("other aad: error %v", err)
		}
	})
}

func TestOpenTellsAnotherKeyFromDamage(t *testing.T) {
	a, b := seal.NewKey(), seal.NewKey()
	if _, err := b.Open(a.Seal([]byte("x"), nil), nil); !errors.Is(err, seal.ErrWrongKey) {
		t.Errorf("another key: error %v, want ErrWrongKey", err)
	}
	for _, sealed := range [][]byte{nil, {}, {1}, bytes.Repeat([]byte{2}, 100)} {
		if _, err := a.Open(sealed, nil); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("Open(%x): error %v, want ErrOpen", sealed, err)
		}
	}
}

func TestHeaderAndAADCannotBeExchanged(t *testing.T) {
	// The header is authenticated before the aad; bytes moved from one into
	// the other must not pass.
	k := seal.NewKey()
	sealed := k.Seal([]byte("x"), []byte("ab"))
	if _, err := k.Open(append(sealed[:5:5], append([]byte("a"), sealed[5:]...)...), []byte("b")); err == nil {
		t.Error("a byte moved from the aad into the message was accepted")
	}
}

func TestSealingTwiceDiffers(t *testing.T) {
	k := seal.NewKey()
	if bytes.Equal(k.Seal([]byte("x"), nil), k.Seal([]byte("x"), nil)) {
		t.Error("the same bytes were sealed alike")
	}
}

func TestDeriveSeparatesPurposes(t *testing.T) {
	k := fixed()
	seen := map[seal.Key]string{k: "itself"}
	for _, p := range []string{"a", "b", "ab", "a b", " a", "internal seal", "soapstone 1 internal mac"} {
		d := k.Derive(p)
		if d != k.Derive(p) {
			t.Errorf("Derive(%q) is not stable", p)
		}
		if other, ok := seen[d]; ok {
			t.Errorf("Derive(%q) equals %q", p, other)
		}
		seen[d] = p
	}
}

func TestMACBindsTheBordersOfItsParts(t *testing.T) {
	k := fixed()
	seen := map[[32]byte]int{}
	for i, parts := range [][][]byte{
		nil, {nil}, {nil, nil}, {[]byte("ab"), []byte("c")}, {[]byte("a"), []byte("bc")}, {[]byte("abc")},
		{[]byte("ab"), nil, []byte("c")}, {[]byte("c"), []byte("ab")},
	} {
		m := k.MAC(parts...)
		if j, ok := seen[m]; ok {
			t.Errorf("parts %d and %d have one MAC", i, j)
		}
		seen[m] = i
	}
	if k.MAC() == seal.NewKey().MAC() {
		t.Error("two keys give one MAC")
	}
}

func TestTheZeroKeyIsRefused(t *testing.T) {
	var k seal.Key
	if k.String() != "key(none)" {
		t.Errorf("String() = %q", k.String())
	}
	for name, fn := range map[string]func(){
		"Seal":      func() { k.Seal(nil, nil) },
		"Open":      func() { _, _ = k.Open(nil, nil) },
		"MAC":       func() { k.MAC() },
		"Derive":    func() { k.Derive("x") },
		"Recovery":  func() { k.Recovery() },
		"noPurpose": func() { fixed().Derive("") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			fn()
		})
	}
}

func TestNoWayOfPrintingShowsTheKey(t *testing.T) {
	k := fixed()
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("opened", "key", k, "in", struct{ K seal.Key }{k})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("opened", "key", k, "in", struct{ K seal.Key }{k})
	out := []string{log.String(), k.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%08x"} {
		out = append(out, fmt.Sprintf(verb, k), fmt.Sprintf(verb, &k), fmt.Sprintf(verb, struct{ K seal.Key }{k}))
	}
	for _, s := range out {
		if !strings.Contains(s, k.ID()) {
			t.Errorf("%q does not name the key", s)
		}
		for _, secret := range []string{
			"01020304", "1 2 3 4", "1, 2, 3", "1,2,3", "0x1, 0x2", "\x01\x02\x03", `\x01\x02`,
			strings.Fields(k.Recovery())[0],
		} {
			if strings.Contains(s, secret) {
				t.Errorf("%q shows the key", s)
			}
		}
	}
	if b, err := json.Marshal(struct{ K seal.Key }{k}); !errors.Is(err, seal.ErrSecret) {
		t.Errorf("json.Marshal = %s, %v; want ErrSecret", b, err)
	}
	if b, err := json.Marshal(map[seal.Key]int{k: 1}); err == nil {
		t.Errorf("json.Marshal of a map key = %s", b)
	}
}

func FuzzOpen(f *testing.F) {
	k := fixed()
	f.Add(k.Seal([]byte("x"), []byte("a")), []byte("a"))
	f.Add([]byte{1}, []byte{})
	f.Fuzz(func(t *testing.T, sealed, aad []byte) {
		plain, err := k.Open(sealed, aad)
		if err == nil && len(plain)+seal.Overhead != len(sealed) {
			t.Errorf("opened %d bytes into %d", len(sealed), len(plain))
		}
		if err != nil && plain != nil {
			t.Errorf("gave %x beside %v", plain, err)
		}
	})
}
