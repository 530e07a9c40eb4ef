// Package tlscert provides the certificate under which a practice is served to
// other devices. A tablet needs one: over plain HTTP a browser offers neither a
// service worker nor encryption, and everything typed could be read on the way.
//
// There are three ways to a certificate: files that somebody else made, a public
// authority through ACME (RFC 8555), and a local authority that this program
// makes itself and that each device is told to trust once. The local authority
// may sign only for the names it was made for and for private networks, so that
// trusting it does not endanger anything else. Private keys are kept sealed.
// The package refuses certificates that do not cover the configured names.
package tlscert

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/seal"
)

// Mode is the way to a certificate.
type Mode string

// The modes. Off means: this computer only, over its loopback address.
const (
	Off   Mode = "off"
	Files Mode = "files"
	ACME  Mode = "acme"
	Local Mode = "local"
)

// Config is what the owner chose.
type Config struct {
	Mode     Mode     `json:"mode"`
	Hosts    []string `json:"hosts,omitempty"`     // names and addresses devices will use
	CertFile string   `json:"cert_file,omitempty"` // PEM chain, mode Files
	KeyFile  string   `json:"key_file,omitempty"`  // PEM key, mode Files
	Email    string   `json:"email,omitempty"`     // contact, mode ACME; optional
	// Directory is the ACME server; Let's Encrypt when empty.
	Directory string `json:"directory,omitempty"`
}

// Validate says what is missing, in words for the owner.
func (c Config) Validate() error {
	switch c.Mode {
	case Off:
		return nil
	case Files:
		if c.CertFile == "" || c.KeyFile == "" {
			return errs.OnField("cert_file", "Give the paths of the certificate and of its key on this computer.")
		}
		if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
			return &errs.Error{Kind: errs.Invalid, Public: "The certificate cannot be used.", Err: err,
				Fields: []errs.Field{{Name: "cert_file", Message: "These files are not a certificate with its key in PEM form."}}}
		}
		return nil
	case ACME, Local:
		if len(c.Hosts) == 0 {
			return errs.OnField("hosts", "Name at least one address that devices will use, for example clinic.example.com or 192.168.1.20.")
		}
	default:
		return errs.OnField("mode", "Choose one of the ways to a certificate.")
	}
	for _, h := range c.Hosts {
		if !validHost(h) {
			return errs.OnField("hosts", fmt.Sprintf("%q is not a host name or address.", h))
		}
		if c.Mode == ACME && (net.ParseIP(h) != nil || !strings.Contains(h, ".") || strings.HasSuffix(h, ".local")) {
			return errs.OnField("hosts", fmt.Sprintf("A public authority cannot vouch for %q; it needs a public domain name.", h))
		}
	}
	return nil
}

func validHost(h string) bool {
	if net.ParseIP(h) != nil {
		return true
	}
	if len(h) == 0 || len(h) > 253 {
		return false
	}
	for _, label := range strings.Split(h, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				return false
			}
		}
	}
	return true
}

// Manager answers TLS handshakes for one Config.
type Manager struct {
	cfg   Config
	dir   string
	key   seal.Key
	clock clock.Clock
	acme  *autocert.Manager

	mu   sync.Mutex
	leaf *tls.Certificate
	ca   *authority
}

// renewBefore is how long before its end a certificate of ours is replaced.
const renewBefore = 30 * 24 * time.Hour

// Open prepares the certificate source. dir is a folder for its files, made if
// needed; private keys in it are sealed with a key derived from master.
func Open(cfg Config, dir string, master seal.Key, c clock.Clock) (*Manager, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Mode == Off {
		return nil, errors.New("tlscert: no certificate is configured")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("tlscert: %w", err)
	}
	m := &Manager{cfg: cfg, dir: dir, key: master.Derive("tls private keys"), clock: c}
	switch cfg.Mode {
	case Local:
		ca, err := openAuthority(dir, m.key, cfg.Hosts, c.Now())
		if err != nil {
			return nil, err
		}
		m.ca = ca
	case ACME:
		m.acme = &autocert.Manager{
			Prompt: autocert.AcceptTOS, Email: cfg.Email, HostPolicy: autocert.HostWhitelist(cfg.Hosts...),
			Cache: sealedCache{dir: filepath.Join(dir, "acme"), key: m.key},
		}
		if cfg.Directory != "" {
			m.acme.Client = &acme.Client{DirectoryURL: cfg.Directory}
		}
	}
	return m, nil
}

// TLS is the server's configuration: TLS 1.2 and newer.
func (m *Manager) TLS() *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: m.certificate, NextProtos: []string{"h2", "http/1.1"}}
	if m.acme != nil {
		t.NextProtos = append(t.NextProtos, acme.ALPNProto)
	}
	return t
}

// AuthorityPEM is the local authority's certificate for installing on a
// device; ok is false in the other modes.
func (m *Manager) AuthorityPEM() (pem []byte, ok bool) {
	if m.ca == nil {
		return nil, false
	}
	return m.ca.pem, true
}

// Fingerprint is the SHA-256 of the local authority, in groups, for comparing
// by eye with what a device shows before trusting it.
func (m *Manager) Fingerprint() string {
	if m.ca == nil {
		return ""
	}
	return fingerprint(m.ca.cert)
}

func (m *Manager) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if m.acme != nil {
		return m.acme.GetCertificate(hello)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	if m.leaf != nil && now.Add(renewBefore).Before(m.leaf.Leaf.NotAfter) {
		return m.leaf, nil
	}
	var (
		cert tls.Certificate
		err  error
	)
	if m.cfg.Mode == Files {
		cert, err = tls.LoadX509KeyPair(m.cfg.CertFile, m.cfg.KeyFile)
		if err == nil {
			cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0])
		}
		if err == nil && now.After(cert.Leaf.NotAfter) {
			err = fmt.Errorf("the certificate ended on %s", cert.Leaf.NotAfter.Format(time.DateOnly))
		}
	} else {
		cert, err = m.ca.issue(m.cfg.Hosts, now)
	}
	if err != nil {
		if m.leaf != nil {
			return m.leaf, nil // the old one serves until it ends
		}
		return nil, fmt.Errorf("tlscert: %w", err)
	}
	m.leaf = &cert
	return m.leaf, nil
}

// sealedCache keeps ACME's keys and certificates as sealed files.
type sealedCache struct {
	dir string
	key seal.Key
}

func (c sealedCache) path(name string) string {
	return filepath.Join(c.dir, strings.NewReplacer("/", "_", "\\", "_", "..", "_").Replace(name)+".sealed")
}

// Get implements autocert.Cache.
func (c sealedCache) Get(_ context.Context, name string) ([]byte, error) {
	b, err := os.ReadFile(c.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, autocert.ErrCacheMiss
	}
	if err != nil {
		return nil, err
	}
	return c.key.Open(b, []byte(name))
}

// Put implements autocert.Cache.
func (c sealedCache) Put(_ context.Context, name string, data []byte) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	return writeFile(c.path(name), c.key.Seal(data, []byte(name)))
}

// Delete implements autocert.Cache.
func (c sealedCache) Delete(_ context.Context, name string) error {
	if err := os.Remove(c.path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// writeFile replaces a file in one step, so that a crash leaves the old or the new.
func writeFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
