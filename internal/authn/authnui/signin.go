package authnui

import (
	"encoding/json"
	"net/http"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

func (u *ui) signInPage(w http.ResponseWriter, r *http.Request) error {
	if needed, err := u.Authn.NeedsSetup(r.Context()); err != nil {
		return err
	} else if needed {
		return web.See(w, r, "/setup")
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if a, ok := authz.From(r.Context()); ok {
		if a.Recent(u.Authn.Now()) || next(f) == "/" {
			return web.See(w, r, next(f))
		}
		return web.See(w, r, withNext("/step-up", next(f)))
	}
	return u.showSignIn(w, r, form.Empty().Set("next", next(f)), http.StatusOK)
}

// signInView is what the sign-in page shows.
type signInView struct {
	Next     string
	Ended    bool // the browser had a session
	Passkeys bool
	Demo     []DemoAccount
}

func (u *ui) showSignIn(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	v := signInView{Next: next(f), Ended: f.Valid() && u.Authn.HasSessionCookie(r)}
	_, v.Passkeys = u.Authn.Site(r)
	if u.Authn.Demo() {
		v.Demo = u.DemoAccounts
	}
	return web.Render(w, r, status, signInPage(withPasskeys(page(r, "Sign in", f)), f, v))
}

func (u *ui) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	email := f.Text("email", form.Required("Enter your e-mail address."), form.Max(254))
	password := typed(r, "password")
	f.Check(password != "", "password", "Enter your password.")
	if !f.Valid() {
		return u.showSignIn(w, r, f, f.Status())
	}
	pending, err := u.Authn.Password(r.Context(), u.Authn.Peer(r), email, password)
	if err != nil {
		if status, ok := complain(f, err); ok {
			return u.showSignIn(w, r, f, status)
		}
		return err
	}
	pending.Next = next(f)
	u.Authn.KeepPending(w, r, pending)
	return web.See(w, r, "/sign-in/code")
}

func (u *ui) codePage(w http.ResponseWriter, r *http.Request) error {
	pending, ok := u.Authn.Pending(r)
	if !ok {
		return web.See(w, r, "/sign-in")
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	return u.showCode(w, r, form.Empty().Set("with", f.Value("with")), pending, http.StatusOK)
}

// codeView is what the page for the second proof shows.
type codeView struct {
	Recovery bool // a printed code instead of the app's
	TOTP     bool
	Passkey  bool
	Next     string
}

func (u *ui) showCode(w http.ResponseWriter, r *http.Request, f *form.Form, p authn.Pending, status int) error {
	_, site := u.Authn.Site(r)
	v := codeView{Recovery: f.Value("with") == "recovery", TOTP: p.TOTP, Passkey: p.Passkey && site, Next: web.LocalPath(p.Next)}
	title := "Enter the code"
	switch {
	case v.Recovery:
		title = "Enter a recovery code"
	case !v.TOTP:
		title = "Use your passkey"
	}
	return web.Render(w, r, status, codePage(withPasskeys(page(r, title, f)), f, v))
}

func (u *ui) code(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	pending, ok := u.Authn.Pending(r)
	if !ok {
		return web.See(w, r, "/sign-in", "That took too long. Sign in again.")
	}
	code := f.Text("code", form.Required("Enter the code."), form.Max(60))
	if !f.Valid() {
		return u.showCode(w, r, f, pending, f.Status())
	}
	second, target, flash := u.Authn.Code, web.LocalPath(pending.Next), []string(nil)
	if f.Value("with") == "recovery" {
		second, target = u.Authn.RecoveryCode, "/security"
		flash = []string{"You used a recovery code. If your phone is gone, set up a new authenticator or passkey now."}
	}
	in, err := second(r.Context(), u.Authn.Peer(r), pending, code)
	if err != nil {
		f.Set("code")
		if status, ok := complain(f, err); ok {
			return u.showCode(w, r, f, pending, status)
		}
		return err
	}
	u.Authn.Remember(w, r, in)
	return web.See(w, r, target, flash...)
}

// passkeyOptions starts an exchange with whatever passkey the person picks.
func (u *ui) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	site, ok := u.Authn.Site(r)
	if !ok {
		return errNoPasskeys()
	}
	c, err := u.Authn.BeginPasskey(site)
	if err != nil {
		return err
	}
	return writeJSON(w, c)
}

func writeJSON(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the reader left: nobody to tell
	return nil
}

func (u *ui) passkey(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	site, ok := u.Authn.Site(r)
	if !ok {
		return errNoPasskeys()
	}
	in, err := u.Authn.Passkey(r.Context(), u.Authn.Peer(r), site, f.Value("token"), typed(r, "response"))
	if err != nil {
		if refused(err) {
			f.AddError("", publicOf(err))
			return u.showSignIn(w, r, f, http.StatusUnprocessableEntity)
		}
		return err
	}
	u.Authn.Remember(w, r, in)
	return web.See(w, r, next(f))
}

func (u *ui) recoverPage(w http.ResponseWriter, r *http.Request) error {
	return u.showRecover(w, r, form.Empty(), http.StatusOK)
}

func (u *ui) showRecover(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	return web.Render(w, r, status, recoverPage(page(r, "Trouble signing in", f), f))
}

func (u *ui) recover(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := authn.Recovery{
		Email:    f.Text("email", form.Required("Enter your e-mail address."), form.Max(254)),
		TOTP:     f.Text("code", form.Required("Enter the code that your authenticator app shows."), form.Max(20)),
		Code:     f.Text("recovery", form.Required("Enter one of your printed recovery codes."), form.Max(60)),
		Password: newPassword(r, f),
	}
	if f.Valid() {
		signedIn, err := u.Authn.Recover(r.Context(), u.Authn.Peer(r), in)
		if err == nil {
			u.Authn.Remember(w, r, signedIn)
			return web.See(w, r, "/security", "Your password was changed and all other sessions were ended.")
		}
		status, ok := complain(f, err)
		if !ok {
			return err
		}
		return u.showRecover(w, r, f, status)
	}
	return u.showRecover(w, r, f, f.Status())
}

func (u *ui) demoSignIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	email := f.Value("email")
	for _, a := range u.DemoAccounts {
		if a.Email != email {
			continue
		}
		in, err := u.Authn.DemoSignIn(r.Context(), u.Authn.Peer(r), email)
		if err != nil {
			return err
		}
		u.Authn.Remember(w, r, in)
		return web.See(w, r, next(f))
	}
	return errNotFound()
}

// signOut ends the session and lets the browser forget what it kept of the
// pages. The cookies stay out of that order: it would take the mark of a known
// device along.
func (u *ui) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := u.Authn.SignOut(r.Context()); err != nil {
		return err
	}
	u.Authn.Forget(w, r)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return web.See(w, r, "/sign-in", "You are signed out.")
}

// watch tells an open page that its session goes on, and after how many minutes
// without a touch it ends. A page that asks without anybody having touched it
// does not keep the session going.
func (u *ui) watch(w http.ResponseWriter, r *http.Request) error {
	p, err := u.Practices.Practice(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, struct {
		Idle int64 `json:"idle"`
	}{p.IdleMinutes})
}
