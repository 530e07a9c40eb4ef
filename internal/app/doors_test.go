package app_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/config"
	"soapstone/internal/tlscert"
)

// TestTabletConnectsWithTheAuthorityOfThePractice starts the program as it
// stands after the owner chose the practice's own authority.
func TestTabletConnectsWithTheAuthorityOfThePractice(t *testing.T) {
	place, err := config.At(t.TempDir(), filepath.Join(t.TempDir(), "k.key"))
	if err != nil {
		t.Fatal(err)
	}
	err = place.Save(config.Settings{TLSAddr: "127.0.0.1:0", TLS: tlscert.Config{Mode: tlscert.Local, Hosts: []string{"clinic.local", "127.0.0.1"}}})
	if err != nil {
		t.Fatal(err)
	}
	out, plain, stop := serveIn(t, "serve", "--addr", "127.0.0.1:0", "--data", place.Dir, "--key", place.KeyPath)
	defer stop()
	out.mu.Lock()
	m := regexp.MustCompile(`TLS on (\S+)`).FindStringSubmatch(out.b.String())
	out.mu.Unlock()
	if m == nil {
		t.Fatalf("no TLS address in %q", out.b.String())
	}
	// The tablet fetches the certificate once and trusts it from then on.
	pem, err := os.ReadFile(filepath.Join(place.TLSDir(), "authority.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	tablet := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	res, err := tablet.Get("https://" + m[1] + "/trust")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Strict-Transport-Security") == "" || res.TLS.Version < tls.VersionTLS12 {
		t.Errorf("status %d, HSTS %q, TLS %x", res.StatusCode, res.Header.Get("Strict-Transport-Security"), res.TLS.Version)
	}
	if res, err := tablet.Get(plain + "/trust/authority.crt"); err != nil || res.StatusCode != 200 {
		t.Errorf("the certificate cannot be fetched: %v", err)
	}
	if _, err := http.Get("https://" + m[1] + "/"); err == nil {
		t.Error("a device that does not trust the authority connected")
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS11}}}
	if _, err := old.Get("https://" + m[1] + "/"); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	if res, err := http.Get("http://" + m[1] + "/"); err == nil && res.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP at the TLS address: %d", res.StatusCode)
	}
}

func TestBrokenConnectionSettingsDoNotKeepTheProgramDown(t *testing.T) {
	place, err := config.At(t.TempDir(), filepath.Join(t.TempDir(), "k.key"))
	if err != nil {
		t.Fatal(err)
	}
	err = place.Save(config.Settings{TLSAddr: "127.0.0.1:0", TLS: tlscert.Config{Mode: tlscert.Files, CertFile: "/nonexistent", KeyFile: "/nonexistent"}})
	if err != nil {
		t.Fatal(err)
	}
	out, url, stop := serveIn(t, "serve", "--addr", "127.0.0.1:0", "--data", place.Dir, "--key", place.KeyPath)
	defer stop()
	if res, err := http.Get(url + "/healthz"); err != nil || res.StatusCode != 200 {
		t.Errorf("this computer cannot connect: %v", err)
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	if !strings.Contains(out.b.String(), "other devices cannot connect") {
		t.Errorf("nothing was said: %q", out.b.String())
	}
}
