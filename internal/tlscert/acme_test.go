package tlscert_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"soapstone/internal/clock"
	"soapstone/internal/seal"
	"soapstone/internal/tlscert"
)

// authority is a public authority reduced to what RFC 8555 asks for one order
// with the challenge tls-alpn-01 (RFC 8737). It validates by connecting, as a
// real one does.
type publicAuthority struct {
	*httptest.Server
	t      *testing.T
	key    *ecdsa.PrivateKey
	cert   *x509.Certificate
	target string // where the host is reached
	host   string
	valid  atomic.Bool
	issued atomic.Pointer[[]byte]
	orders atomic.Int32
}

func newPublicAuthority(t *testing.T, host string) *publicAuthority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Public test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := &publicAuthority{t: t, key: key, cert: cert, host: host}
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	return a
}

func (a *publicAuthority) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Replay-Nonce", fmt.Sprint(time.Duration(a.orders.Add(1))))
	var body struct{ Payload string }
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, "bad", 400)
			return
		}
	}
	payload, _ := base64.RawURLEncoding.DecodeString(body.Payload)
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	state := func(done bool) string {
		if done {
			return "valid"
		}
		return "pending"
	}
	ids := []map[string]string{{"type": "dns", "value": a.host}}
	order := func() map[string]any {
		o := map[string]any{"status": "pending", "identifiers": ids, "authorizations": []string{a.URL + "/authz"}, "finalize": a.URL + "/finalize"}
		if a.valid.Load() {
			o["status"] = "ready"
		}
		if a.issued.Load() != nil {
			o["status"], o["certificate"] = "valid", a.URL+"/cert"
		}
		return o
	}
	challenge := map[string]string{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": "a-token-of-the-authority", "status": state(a.valid.Load())}
	switch r.URL.Path {
	case "/dir":
		answer(200, map[string]any{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order", "revokeCert": a.URL + "/revoke", "keyChange": a.URL + "/key"})
	case "/nonce":
		w.WriteHeader(200)
	case "/account":
		w.Header().Set("Location", a.URL+"/account/1")
		answer(201, map[string]string{"status": "valid"})
	case "/order":
		w.Header().Set("Location", a.URL+"/order/1")
		answer(201, order())
	case "/order/1":
		answer(200, order())
	case "/authz":
		answer(200, map[string]any{"status": state(a.valid.Load()), "identifier": ids[0], "challenges": []any{challenge}})
	case "/challenge":
		a.validate()
		challenge["status"] = state(a.valid.Load())
		answer(200, challenge)
	case "/finalize":
		var f struct{ CSR string }
		_ = json.Unmarshal(payload, &f)
		a.sign(f.CSR)
		w.Header().Set("Location", a.URL+"/order/1")
		answer(200, order())
	case "/cert":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = w.Write(*a.issued.Load())
	default:
		http.NotFound(w, r)
	}
}

// validate connects to the host as RFC 8737 says and looks for the extension.
func (a *publicAuthority) validate() {
	c, err := tls.Dial("tcp", a.target, &tls.Config{ServerName: a.host, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
	if err != nil {
		a.t.Errorf("validation: %v", err)
		return
	}
	defer c.Close()
	for _, e := range c.ConnectionState().PeerCertificates[0].Extensions {
		if e.Id.String() == "1.3.6.1.5.5.7.1.31" {
			a.valid.Store(true)
			return
		}
	}
	a.t.Error("validation: the certificate lacks the challenge's extension")
}

func (a *publicAuthority) sign(csr string) {
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		a.t.Error(err)
		return
	}
	req, err := x509.ParseCertificateRequest(der)
	if err != nil {
		a.t.Error(err)
		return
	}
	now := clock.System().Now()
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: req.Subject, DNSNames: req.DNSNames, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 90),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	out, err := x509.CreateCertificate(rand.Reader, leaf, a.cert, req.PublicKey, a.key)
	if err != nil {
		a.t.Error(err)
		return
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: out})
	a.issued.Store(&b)
}

func TestPublicCertificateIsFetchedOnceAndKeptSealed(t *testing.T) {
	const host = "clinic.example.com"
	ca := newPublicAuthority(t, host)
	dir, key := t.TempDir(), seal.NewKey()
	cfg := tlscert.Config{Mode: tlscert.ACME, Hosts: []string{host}, Email: "owner@example.com", Directory: ca.URL + "/dir"}
	m, err := tlscert.Open(cfg, dir, key, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	ca.target = serve(t, m)
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	now := clock.System().Now()
	if err := get(ca.target, host, roots, now); err != nil {
		t.Fatal(err)
	}
	if err := get(ca.target, "other.example.com", roots, now); err == nil {
		t.Error("a certificate was fetched for a host that nobody configured")
	}
	// The next start asks nobody: what was fetched is there, and unreadable.
	ca.Close()
	again, err := tlscert.Open(cfg, dir, key, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	if err := get(serve(t, again), host, roots, now); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "acme", "*"))
	if len(files) == 0 {
		t.Fatal("nothing was kept")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "PRIVATE KEY") || strings.Contains(string(b), "CERTIFICATE") {
			t.Errorf("%s is readable", filepath.Base(f))
		}
	}
}
