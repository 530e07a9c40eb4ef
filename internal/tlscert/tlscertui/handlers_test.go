package tlscertui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/config"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/tlscert"
	"soapstone/internal/tlscert/tlscertui"
	"soapstone/internal/web"
)

// doors remembers a choice as the program does, without opening anything.
type doors struct {
	s    config.Settings
	fail error
}

func (d *doors) Settings() config.Settings { return d.s }
func (d *doors) Apply(_ context.Context, s config.Settings) error {
	if d.fail != nil {
		return d.fail
	}
	if err := s.TLS.Validate(); err != nil {
		return err
	}
	d.s = s
	return nil
}
func (d *doors) Authority() ([]byte, string, bool) {
	if d.s.TLS.Mode == tlscert.Local {
		return []byte("-----BEGIN CERTIFICATE-----\n"), "AA11 BB22", true
	}
	return nil, "", false
}
func (d *doors) Address() string {
	if d.s.TLS.Mode == tlscert.Off {
		return ""
	}
	return "[::]:8443"
}

func server(t *testing.T, d *doors, role authz.Role) http.Handler {
	t.Helper()
	srv, err := web.NewServer(web.Config{Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		return authz.Actor{User: id.New[id.User](), Practice: id.New[id.Practice](), Name: "Olive Owner", Roles: []authz.Role{role}}, role != "", nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	tlscertui.Register(srv.Router(), tlscertui.Deps{Doors: d, Addresses: func() []string { return []string{"192.168.1.20"} },
		Changed: func(context.Context, id.Practice, string) error { return nil }})
	return srv.Handler()
}

func do(h http.Handler, method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOwnerChoosesAnAuthorityOfThePractice(t *testing.T) {
	d := &doors{s: config.Settings{TLS: tlscert.Config{Mode: tlscert.Off}}}
	h := server(t, d, authz.Owner)
	if w := do(h, "GET", "/settings/connection", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "192.168.1.20") {
		t.Fatalf("status %d: the computer's own address is not offered", w.Code)
	}
	w := do(h, "POST", "/settings/connection", url.Values{"mode": {"local"}, "hosts": {"clinic.local\n192.168.1.20"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if got := strings.Join(d.s.TLS.Hosts, " "); d.s.TLS.Mode != tlscert.Local || got != "clinic.local 192.168.1.20" {
		t.Errorf("kept %v %q", d.s.TLS.Mode, got)
	}
	w = do(h, "GET", "/settings/connection", nil)
	for _, want := range []string{"https://clinic.local:8443", "AA11 BB22"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w := do(h, "GET", "/trust/authority.crt", nil); w.Code != 200 || w.Header().Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Errorf("certificate: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

func TestChoiceThatDoesNotWorkIsNotKept(t *testing.T) {
	d := &doors{s: config.Settings{TLS: tlscert.Config{Mode: tlscert.Off}}}
	h := server(t, d, authz.Owner)
	for name, v := range map[string]url.Values{
		"nothing chosen":      {},
		"public without name": {"mode": {"acme"}, "hosts": {"192.168.1.20"}},
		"unknown way":         {"mode": {"magic"}},
	} {
		if w := do(h, "POST", "/settings/connection", v); w.Code != 422 || !strings.Contains(w.Body.String(), "<title>Error:") {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
	d.fail = errs.OnField("tls_addr", "Something else uses this port.")
	w := do(h, "POST", "/settings/connection", url.Values{"mode": {"local"}, "hosts": {"clinic.local"}})
	if w.Code != 422 || !strings.Contains(w.Body.String(), "clinic.local") {
		t.Errorf("port in use: status %d, typed text kept: %v", w.Code, strings.Contains(w.Body.String(), "clinic.local"))
	}
	if d.s.TLS.Mode != tlscert.Off {
		t.Error("a choice was kept")
	}
}

func TestOnlyOwnersChoose(t *testing.T) {
	d := &doors{s: config.Settings{TLS: tlscert.Config{Mode: tlscert.Off}}}
	for _, r := range authz.Roles() {
		want := http.StatusForbidden
		if r == authz.Owner {
			want = http.StatusOK
		}
		if w := do(server(t, d, r), "GET", "/settings/connection", nil); w.Code != want {
			t.Errorf("%s: status %d, want %d", r, w.Code, want)
		}
	}
	if w := do(server(t, d, ""), "GET", "/trust", nil); w.Code != 200 {
		t.Errorf("a device that is not signed in cannot read how to trust: %d", w.Code)
	}
}
