// Package authnui shows the pages on which people prove who they are: sign-in,
// second proof, recovery, invitation, the first start, and their own security
// page. It decides what a person is told; package authn decides who they are.
//
// All pages work without JavaScript except the passkey button, which needs the
// browser's own interface. A password is taken exactly as it was typed, is
// never shown again and never kept in a form.
package authnui

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/static"
)

//go:embed passkey.js
var scripts embed.FS

var _ = static.Add(scripts)

// Deps are passed by the composition root.
type Deps struct {
	Authn     *authn.Service
	Practices *practice.Service
	Clock     clock.Clock
	// RecoverySheet gives the installation's key as text to print. The page is
	// left out when it is nil.
	RecoverySheet func(ctx context.Context) (string, error)
	// AfterSetup is the address after the last page of the first start; "/" if empty.
	AfterSetup string
	// DemoAccounts are offered on the sign-in page of a demonstration.
	DemoAccounts []DemoAccount
}

// DemoAccount is one account of a demonstration, with a button of its own.
type DemoAccount struct{ Email, Label, Note string }

type ui struct{ Deps }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	if d.AfterSetup == "" {
		d.AfterSetup = "/"
	}
	u := &ui{d}
	rt.Public("GET /sign-in", u.signInPage)
	rt.Public("POST /sign-in", u.signIn)
	rt.Public("GET /sign-in/code", u.codePage)
	rt.Public("POST /sign-in/code", u.code)
	rt.Public("GET /sign-in/recover", u.recoverPage)
	rt.Public("POST /sign-in/recover", u.recover)
	rt.Public("POST /sign-in/passkey/options", u.passkeyOptions)
	rt.Public("POST /sign-in/passkey", u.passkey)
	rt.Public("POST /demo-sign-in", u.demoSignIn)
	rt.SignedIn("POST /sign-out", u.signOut)
	rt.SignedIn("GET "+authn.WatchPath, u.watch)

	rt.TakesBack("GET /step-up", u.stepUpPage)
	rt.TakesBack("POST /step-up", u.stepUp)
	rt.TakesBack("POST /step-up/passkey/options", u.passkeyOptions)
	rt.TakesBack("POST /step-up/passkey", u.stepUpPasskey)
	rt.Locked(u.locked)

	rt.Public("GET /invitation/{token}", u.invitationPage)
	rt.Public("POST /invitation/{token}", u.accept)
	rt.Public("POST /invitation/{token}/passkey/options", u.invitationOptions)

	rt.Public("GET /setup", u.setupPage)
	rt.Public("POST /setup/code", u.setupCode)
	rt.Public("GET /setup/practice", u.setupPracticePage)
	rt.Public("POST /setup/practice", u.setupPractice)
	rt.Public("GET /setup/sign-in", u.setupSignInPage)
	rt.Public("POST /setup/sign-in", u.setupSignIn)
	rt.Public("POST /setup/sign-in/passkey/options", u.setupOptions)
	rt.SignedIn("GET /welcome/codes", u.codesPage)
	rt.SignedIn("POST /welcome/codes", u.codesKept)
	if d.RecoverySheet != nil {
		rt.Handle("GET "+keyPath, authz.SystemManage, StepUp(d.Authn, u.keyPage))
	}
	u.registerSecurity(rt)
}

// complain takes an error into the form; false when it is not for the person
// to mend. status is the one to show the page with.
func complain(f *form.Form, err error) (status int, ok bool) {
	if wait := authn.WaitOf(err); wait > 0 {
		f.AddError("", "Too many tries. Wait "+waitWords(wait)+", then try again. A passkey, or a device on which you have signed in before, need not wait.")
		return http.StatusTooManyRequests, true
	}
	if f.Merge(err) {
		return f.Status(), true
	}
	return 0, false
}

// waitWords rounds a wait up to something a person can wait for.
func waitWords(d time.Duration) string {
	if d <= time.Minute {
		return kit.Plural(int((d+time.Second-1)/time.Second), "second", "seconds")
	}
	return kit.Plural(int((d+time.Minute-1)/time.Minute), "minute", "minutes")
}

// typed is a field exactly as it was sent. Call it after web.ParseForm.
func typed(r *http.Request, name string) string { return r.PostForm.Get(name) }

// newPassword reads a password that is typed twice.
func newPassword(r *http.Request, f *form.Form) string {
	p := typed(r, "password")
	f.Check(p != "", "password", "Enter a password.")
	f.Check(p == "" || p == typed(r, "again"), "again", "The two passwords differ. Type the same one again.")
	return p
}

// page is a page of this room: narrow, without the main navigation's emphasis.
func page(r *http.Request, title string, f *form.Form) kit.Page {
	p := web.PageData(r, title)
	p.Form, p.Width = f, kit.Narrow
	return p
}

// withPasskeys adds the script of the passkey button.
func withPasskeys(p kit.Page) kit.Page {
	p.Scripts = append(p.Scripts, "passkey.js")
	return p
}

// next is where the person wanted to go.
func next(f *form.Form) string { return web.LocalPath(f.Value("next")) }

func withNext(path, next string) string {
	if next == "/" || next == "" {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// StepUp sends whoever has not proved who they are for ten minutes to do so
// before h runs, and back afterwards. Wrap with it the pages about staff,
// export, keys and backups; it also catches authz.ErrStepUp from the services
// behind them. What was sent meanwhile is not saved, and the person is told.
func StepUp(svc *authn.Service, h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, ok := authz.From(r.Context())
		if !ok {
			return errs.New(errs.Unauthenticated, "Sign in to go on.")
		}
		if a.Recent(svc.Now()) {
			err := h(w, r)
			if !errors.Is(err, authz.ErrStepUp) {
				return err
			}
		}
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return web.See(w, r, withNext("/step-up", web.LocalPath(r.URL.RequestURI())))
		}
		back := "/"
		if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host {
			back = web.LocalPath(u.RequestURI())
		}
		return web.See(w, r, withNext("/step-up", back), "Nothing was saved yet. Confirm that it is you, then send it once more.")
	}
}

// when is an instant in the zone of the person who reads it.
func when(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	zone := time.UTC
	if a, ok := authz.From(ctx); ok && a.Zone != nil {
		zone = a.Zone
	}
	return t.In(zone).Format("2 Jan 2006, 3:04 PM")
}

// codeStatus puts the number of unused recovery codes into words.
func codeStatus(left int64) string { return fmt.Sprintf("%d of 10 left", left) }
