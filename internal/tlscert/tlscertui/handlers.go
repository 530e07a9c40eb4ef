// Package tlscertui lets the owner choose how other devices connect, and shows
// on the device how to trust the practice's own authority. It refuses to keep a
// choice that does not work: the new address is opened first.
package tlscertui

import (
	"context"
	"net/http"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/config"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/tlscert"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Doors is what the program does with the choice.
type Doors interface {
	// Settings is the present choice.
	Settings() config.Settings
	// Apply opens the address as chosen and keeps the choice; Invalid errors
	// carry the fields mode, hosts, cert_file, key_file, email, tls_addr.
	Apply(ctx context.Context, s config.Settings) error
	// Authority is the local authority's certificate; ok is false without one.
	Authority() (pem []byte, fingerprint string, ok bool)
	// Address is where devices connect, host:port; "" when they cannot.
	Address() string
}

// Deps are passed by the composition root.
type Deps struct {
	Doors Doors
	// Addresses are this computer's own addresses in its networks, to choose from.
	Addresses func() []string
	// Tabs are the areas of the settings; may be nil.
	Tabs func(ctx context.Context, active string) []kit.Tab
	// Changed records the choice in the audit log of the actor's practice.
	Changed func(ctx context.Context, practice id.Practice, mode string) error
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /settings/connection", authz.SystemManage, u.ask)
	rt.Handle("POST /settings/connection", authz.SystemManage, u.save)
	// A device that is to trust the authority cannot sign in before it does.
	rt.Public("GET /trust", u.trust)
	rt.Public("GET /trust/authority.crt", u.certificate)
}

type ui struct{ Deps }

func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	s := u.Doors.Settings()
	f := form.FromValues(map[string]string{
		"mode": string(s.TLS.Mode), "cert_file": s.TLS.CertFile, "key_file": s.TLS.KeyFile, "email": s.TLS.Email, "tls_addr": s.TLSAddr,
		"hosts": strings.Join(s.TLS.Hosts, "\n"),
	})
	if len(s.TLS.Hosts) == 0 && u.Addresses != nil {
		f.Set("hosts", strings.Join(u.Addresses(), "\n"))
	}
	return u.show(w, r, f)
}

func (u *ui) show(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page := web.PageData(r, "Connection of other devices")
	page.Active, page.Form = "settings", f
	if u.Tabs != nil {
		page.Tabs = u.Tabs(r.Context(), "connection")
	}
	_, fingerprint, local := u.Doors.Authority()
	return web.Render(w, r, f.Status(), connectionPage(page, f, state{Address: u.Doors.Address(), Local: local, Fingerprint: fingerprint, Links: u.links()}))
}

// links are the addresses to type on a tablet.
func (u *ui) links() []string {
	addr := u.Doors.Address()
	if addr == "" {
		return nil
	}
	port := addr[strings.LastIndex(addr, ":")+1:]
	var out []string
	for _, h := range u.Doors.Settings().TLS.Hosts {
		if strings.Contains(h, ":") {
			h = "[" + h + "]"
		}
		link := "https://" + h
		if port != "443" {
			link += ":" + port
		}
		out = append(out, link)
	}
	return out
}

func decode(f *form.Form) config.Settings {
	s := config.Settings{TLSAddr: f.Text("tls_addr", form.Max(100))}
	s.TLS.Mode = tlscert.Mode(f.Choice("mode", string(tlscert.Off), string(tlscert.Local), string(tlscert.ACME), string(tlscert.Files)))
	f.Require("mode", "Choose how other devices connect.")
	s.TLS.Hosts = strings.Fields(f.Area("hosts", form.Max(2000)))
	s.TLS.CertFile = f.Text("cert_file", form.Max(1000))
	s.TLS.KeyFile = f.Text("key_file", form.Max(1000))
	s.TLS.Email = f.Text("email", form.Max(200))
	return s
}

func (u *ui) save(w http.ResponseWriter, r *http.Request) error {
	a, err := authz.Require(r.Context(), authz.SystemManage)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	s := decode(f)
	if f.Valid() {
		if err := u.Changed(r.Context(), a.Practice, string(s.TLS.Mode)); err != nil {
			return err
		}
		err := u.Doors.Apply(r.Context(), s)
		if err == nil {
			return web.See(w, r, "/settings/connection", "Saved. The connection works this way from now on.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.show(w, r, f)
}

func (u *ui) trust(w http.ResponseWriter, r *http.Request) error {
	_, fingerprint, ok := u.Doors.Authority()
	page := web.PageData(r, "Trust this practice on your device")
	page.Width = kit.Narrow
	return web.Render(w, r, http.StatusOK, trustPage(page, ok, fingerprint, u.links()))
}

func (u *ui) certificate(w http.ResponseWriter, _ *http.Request) error {
	pem, _, ok := u.Doors.Authority()
	if !ok {
		return errs.New(errs.NotFound, "This practice has no authority of its own; nothing needs to be installed.")
	}
	w.Header().Set("Content-Type", "application/x-x509-ca-cert")
	w.Header().Set("Content-Disposition", `attachment; filename="soapstone-authority.crt"`)
	_, err := w.Write(pem)
	return err
}
