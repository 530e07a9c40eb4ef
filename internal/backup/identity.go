package backup

import (
	"fmt"
	"strings"

	"filippo.io/age"

	"soapstone/internal/seal"
)

// IdentityText is the age identity that opens the installation's archives, as
// age's own tools take it:
//
//	age --decrypt --identity FILE snapshot.soapstone | tar --list
//
// It is as secret as the key it is derived from.
func IdentityText(master seal.Key) string {
	k := master.Derive("backup identity")
	return strings.ToUpper(bech32("age-secret-key-", k[:]))
}

func identity(master seal.Key) (*age.X25519Identity, error) {
	i, err := age.ParseX25519Identity(IdentityText(master))
	if err != nil {
		return nil, fmt.Errorf("backup: identity: %w", err)
	}
	return i, nil
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 is the encoding of age's keys (BIP 173, without its limit of 90
// characters). The library offers no other way to make an identity from bytes.
func bech32(prefix string, data []byte) string {
	var five []byte
	acc, bits := uint32(0), 0
	for _, b := range data {
		acc, bits = acc<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			five = append(five, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		five = append(five, byte(acc<<(5-bits)&31))
	}
	var sum []byte
	for _, c := range []byte(prefix) {
		sum = append(sum, c>>5)
	}
	sum = append(sum, 0)
	for _, c := range []byte(prefix) {
		sum = append(sum, c&31)
	}
	check := polymod(append(append(sum, five...), 0, 0, 0, 0, 0, 0)) ^ 1
	for i := range 6 {
		five = append(five, byte(check>>(5*(5-i))&31))
	}
	var out strings.Builder
	out.WriteString(prefix + "1")
	for _, v := range five {
		out.WriteByte(bech32Alphabet[v])
	}
	return out.String()
}

func polymod(values []byte) uint32 {
	chk := uint32(1)
	for _, v := range values {
		top := chk >> 25
		chk = chk&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	return chk
}
