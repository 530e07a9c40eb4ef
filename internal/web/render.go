package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web/kit"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes a component as a page. The whole of it is built before the
// first byte goes out, so that a failure while building is still a clean 500.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	ctx, x := r.Context(), exchangeOf(r)
	if x.next != "" {
		ctx = kit.WithNext(ctx, r.URL.Path, x.next)
	}
	if err := c.Render(ctx, b); err != nil {
		return fmt.Errorf("web.Render: %w", err)
	}
	if x.shown {
		clearFlash(w)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader left: nobody to tell
	}
	return nil
}

// See sends the browser to another page of ours after a change (303), which
// shows the flash lines once. Keep names and health data out of them: they
// travel in a cookie. An address outside the program is an Internal error.
func See(w http.ResponseWriter, r *http.Request, target string, flash ...string) error {
	if LocalPath(target) != target {
		return fmt.Errorf("web.See: %q is not an address of ours", target)
	}
	if len(flash) > 0 {
		setFlash(w, r, flash)
	}
	if IsHTMX(r) {
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// LocalPath is s when it is a path of ours with or without a query, and "/"
// otherwise. Pass every ?next= through it: it refuses other hosts, also in
// the forms browsers take for one (//host, /\host).
func LocalPath(s string) string {
	if len(s) == 0 || len(s) > 2000 || s[0] != '/' || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil {
		return "/"
	}
	return s
}

// PageData is a page with navigation, person, flash lines and theme filled
// in, or without all of them while the device is with a patient. Set Active, Back, Banner, Form and so on yourself.
func PageData(r *http.Request, title string) kit.Page {
	x := exchangeOf(r)
	cfg := x.srv.cfg
	p := kit.Page{
		Title:   title,
		Product: cfg.Product,
		Theme:   x.theme,
		Help:    cfg.Help,
		SignIn:  cfg.SignIn,
		Flash:   x.flash,
	}
	x.shown = len(x.flash) > 0
	if r.Method == http.MethodGet {
		x.next = nextIn(r.URL.Query().Get("next"))
		p.Path = LocalPath(r.URL.RequestURI())
	}
	actor, ok := authz.From(r.Context())
	if !ok {
		return p
	}
	if actor.Handed != "" {
		p.Kiosk, p.Flash, p.Help, x.shown, x.next = actor.Handed, nil, "", false, ""
		return p
	}
	p.Find, p.Private, p.KeysOff = cfg.Find, x.private, actor.KeysOff
	p.User = &kit.User{Name: actor.Name, Menu: cfg.Menu}
	for _, role := range actor.Roles {
		p.User.Roles = append(p.User.Roles, role.Label())
	}
	if cfg.Practice != nil {
		p.User.Practice = cfg.Practice(r.Context(), actor)
	}
	for _, item := range cfg.Nav {
		if item.Permission == "" || actor.Can(item.Permission) {
			p.Nav = append(p.Nav, item.NavItem)
		}
	}
	return p
}

// PathID reads an identifier from the path:
//
//	pid, err := web.PathID[id.Patient](r, "patient")
//
// Text that is no identifier is NotFound.
func PathID[T ~[16]byte](r *http.Request, name string) (T, error) {
	v, err := id.Parse[T](r.PathValue(name))
	if err != nil {
		return v, errs.New(errs.NotFound, "")
	}
	return v, nil
}
