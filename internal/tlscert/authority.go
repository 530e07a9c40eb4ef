package tlscert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"soapstone/internal/seal"
)

// authority is a certificate authority of this installation alone.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

const (
	authorityYears = 10
	// leafLife stays under the 825 days that iOS accepts from a local authority.
	leafLife = 397 * 24 * time.Hour
)

// openAuthority loads the authority, or makes one when there is none or when
// the present one may not sign for all hosts.
func openAuthority(dir string, key seal.Key, hosts []string, now time.Time) (*authority, error) {
	a, err := loadAuthority(dir, key)
	switch {
	case err == nil && a.covers(hosts) && now.AddDate(1, 0, 0).Before(a.cert.NotAfter):
		return a, nil
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("tlscert: the local authority cannot be read: %w", err)
	}
	a, err = newAuthority(hosts, now)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(dir, "authority.key.sealed"), key.Seal(der, []byte("authority"))); err != nil {
		return nil, err
	}
	return a, writeFile(filepath.Join(dir, "authority.pem"), a.pem)
}

func loadAuthority(dir string, key seal.Key) (*authority, error) {
	certPEM, err := os.ReadFile(filepath.Join(dir, "authority.pem"))
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(filepath.Join(dir, "authority.key.sealed"))
	if err != nil {
		return nil, err
	}
	der, err := key.Open(sealed, []byte("authority"))
	if err != nil {
		return nil, err
	}
	k, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(certPEM)
	if block == nil {
		return nil, errors.New("authority.pem is not a certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	return &authority{cert, k, certPEM}, nil
}

// privateNets are the networks a clinic's devices live in (RFC 1918, 4193, 3927).
func privateNets() []*net.IPNet {
	var nets []*net.IPNet
	for _, s := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"} {
		_, n, err := net.ParseCIDR(s)
		if err != nil {
			panic(err)
		}
		nets = append(nets, n)
	}
	return nets
}

func newAuthority(hosts []string, now time.Time) (*authority, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Soapstone local authority", Organization: []string{"Soapstone"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"local", "localhost"}, PermittedIPRanges: privateNets(),
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			bits := 8 * len(normalIP(ip))
			t.PermittedIPRanges = append(t.PermittedIPRanges, &net.IPNet{IP: normalIP(ip), Mask: net.CIDRMask(bits, bits)})
		} else {
			t.PermittedDNSDomains = append(t.PermittedDNSDomains, strings.ToLower(h))
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &k.PublicKey, k)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{cert, k, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, nil
}

func normalIP(ip net.IP) net.IP {
	if v4 := ip.To4(); v4 != nil {
		return v4
	}
	return ip
}

// covers reports whether the authority's constraints allow all hosts.
func (a *authority) covers(hosts []string) bool {
	leaf, err := a.issue(hosts, a.cert.NotBefore.Add(2*time.Hour))
	if err != nil {
		return false
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	_, err = leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: a.cert.NotBefore.Add(3 * time.Hour)})
	return err == nil
}

// issue signs a certificate for hosts, loopback always included.
func (a *authority) issue(hosts []string, now time.Time) (tls.Certificate, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: hosts[0]},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, strings.ToLower(h))
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, &k.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: k, Leaf: leaf}, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic("tlscert: no randomness: " + err.Error())
	}
	return n
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	var parts []string
	for i := 0; i < len(sum); i += 2 {
		parts = append(parts, fmt.Sprintf("%02X%02X", sum[i], sum[i+1]))
	}
	return strings.Join(parts, " ")
}
