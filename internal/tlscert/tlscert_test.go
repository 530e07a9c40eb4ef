package tlscert_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/seal"
	"soapstone/internal/tlscert"
)

var start = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

func TestValidateSaysWhatIsMissing(t *testing.T) {
	for _, tc := range []struct {
		name  string
		cfg   tlscert.Config
		field string
	}{
		{"off needs nothing", tlscert.Config{Mode: tlscert.Off}, ""},
		{"no mode", tlscert.Config{}, "mode"},
		{"files without paths", tlscert.Config{Mode: tlscert.Files}, "cert_file"},
		{"files that are none", tlscert.Config{Mode: tlscert.Files, CertFile: "/nonexistent", KeyFile: "/nonexistent"}, "cert_file"},
		{"local without a host", tlscert.Config{Mode: tlscert.Local}, "hosts"},
		{"local with nonsense", tlscert.Config{Mode: tlscert.Local, Hosts: []string{"a b"}}, "hosts"},
		{"local with an address", tlscert.Config{Mode: tlscert.Local, Hosts: []string{"192.168.1.20", "clinic.local"}}, ""},
		{"public authority for an address", tlscert.Config{Mode: tlscert.ACME, Hosts: []string{"192.168.1.20"}}, "hosts"},
		{"public authority for a local name", tlscert.Config{Mode: tlscert.ACME, Hosts: []string{"clinic.local"}}, "hosts"},
		{"public authority", tlscert.Config{Mode: tlscert.ACME, Hosts: []string{"clinic.example.com"}}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.cfg.Validate()
			got := ""
			if f := errs.FieldsOf(err); len(f) > 0 {
				got = f[0].Name
			}
			if got != tc.field || (err == nil) != (tc.field == "") {
				t.Errorf("err = %v, want a complaint about %q", err, tc.field)
			}
		})
	}
}

// serve answers one practice over TLS and returns its address.
func serve(t *testing.T, m *tlscert.Manager) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", m.TLS())
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String()
}

func get(addr, host string, roots *x509.CertPool, at time.Time) error {
	c := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: host, Time: func() time.Time { return at }},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		}, DisableKeepAlives: true,
	}}
	res, err := c.Get("https://" + host + "/")
	if err == nil {
		res.Body.Close()
	}
	return err
}

func TestDeviceThatTrustsTheLocalAuthorityConnects(t *testing.T) {
	dir, key := t.TempDir(), seal.NewKey()
	cfg := tlscert.Config{Mode: tlscert.Local, Hosts: []string{"clinic.local", "192.168.1.20", "box.example.org"}}
	c := clock.NewManual(start)
	m, err := tlscert.Open(cfg, dir, key, c)
	if err != nil {
		t.Fatal(err)
	}
	pem, _ := m.AuthorityPEM()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	addr := serve(t, m)
	for _, host := range append(cfg.Hosts, "localhost") {
		if err := get(addr, host, roots, start); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if err := get(addr, "bank.example.com", roots, start); err == nil {
		t.Error("the certificate served a name it was not made for")
	}
	if err := get(addr, "clinic.local", x509.NewCertPool(), start); err == nil {
		t.Error("a device that does not trust the authority connected")
	}
	// The next start finds the same authority; the leaf is renewed before it ends.
	again, err := tlscert.Open(cfg, dir, key, c)
	if err != nil {
		t.Fatal(err)
	}
	if again.Fingerprint() != m.Fingerprint() {
		t.Error("the authority changed between two starts: every device would have to trust it again")
	}
	c.Advance(390 * 24 * time.Hour)
	if err := get(addr, "clinic.local", roots, c.Now().Add(100*24*time.Hour)); err != nil {
		t.Errorf("not renewed: %v", err)
	}
	other, err := tlscert.Open(tlscert.Config{Mode: tlscert.Local, Hosts: []string{"new.example.net"}}, dir, key, clock.NewManual(start))
	if err != nil {
		t.Fatal(err)
	}
	if other.Fingerprint() == m.Fingerprint() {
		t.Error("an authority that may not sign for the new host was kept")
	}
}

func TestAuthorityCannotVouchForOthers(t *testing.T) {
	m, err := tlscert.Open(tlscert.Config{Mode: tlscert.Local, Hosts: []string{"clinic.local"}}, t.TempDir(), seal.NewKey(), clock.NewManual(start))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := m.AuthorityPEM()
	if len(b) == 0 || strings.Contains(string(b), "PRIVATE") {
		t.Fatal("the certificate handed to devices is missing or holds a key")
	}
}

func TestPrivateKeysAreSealed(t *testing.T) {
	dir := t.TempDir()
	key := seal.NewKey()
	cfg := tlscert.Config{Mode: tlscert.Local, Hosts: []string{"clinic.local"}}
	if _, err := tlscert.Open(cfg, dir, key, clock.NewManual(start)); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "PRIVATE KEY") {
			t.Errorf("%s holds a plain key", f)
		}
	}
	if _, err := tlscert.Open(cfg, dir, seal.NewKey(), clock.NewManual(start)); err == nil {
		t.Error("opened with a wrong key")
	}
}

func TestSealedCacheKeepsAndForgets(t *testing.T) {
	ctx := t.Context()
	c := tlscert.CacheForTest(t.TempDir(), seal.NewKey())
	if _, err := c.Get(ctx, "clinic.example.com"); err != autocert.ErrCacheMiss {
		t.Fatalf("err = %v", err)
	}
	if err := c.Put(ctx, "clinic.example.com", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if b, err := c.Get(ctx, "clinic.example.com"); err != nil || string(b) != "secret" {
		t.Fatalf("%q %v", b, err)
	}
	if err := c.Delete(ctx, "clinic.example.com"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(ctx, "clinic.example.com"); err != autocert.ErrCacheMiss {
		t.Fatalf("err = %v", err)
	}
}
