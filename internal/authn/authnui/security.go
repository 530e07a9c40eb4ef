package authnui

import (
	"net/http"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func (u *ui) registerSecurity(rt *web.Router) {
	signedIn := func(pattern string, h web.Handler) { rt.SignedIn(pattern, StepUp(u.Authn, h)) }
	rt.SignedIn("GET /security", u.securityPage)
	signedIn("GET /security/password", u.passwordPage)
	signedIn("POST /security/password", u.changePassword)
	signedIn("GET /security/authenticator", u.authenticatorPage)
	signedIn("POST /security/authenticator", u.setAuthenticator)
	signedIn("POST /security/authenticator/remove", u.removeAuthenticator)
	signedIn("GET /security/passkeys", u.passkeysPage)
	signedIn("POST /security/passkeys", u.addPasskey)
	rt.SignedIn("POST /security/passkeys/options", u.ownOptions)
	signedIn("POST /security/passkeys/{passkey}/remove", u.removePasskey)
	signedIn("GET /security/recovery-codes", u.recoveryCodesPage)
	signedIn("POST /security/recovery-codes", u.newRecoveryCodes)
	rt.SignedIn("POST /security/sessions/{session}/end", u.endSession)
	rt.SignedIn("POST /security/sessions/end-others", u.endOthers)
}

// securityView is what a person sees of how they sign in.
type securityView struct {
	authn.Security
	Sessions []authn.SessionInfo
	CanKey   bool // may add passkeys at this address
}

func (u *ui) securityPage(w http.ResponseWriter, r *http.Request) error {
	sec, err := u.Authn.Security(r.Context())
	if err != nil {
		return err
	}
	v := securityView{Security: sec}
	if v.Sessions, err = u.Authn.Sessions(r.Context()); err != nil {
		return err
	}
	_, v.CanKey = u.Authn.Site(r)
	p := web.PageData(r, "Security")
	p.Active, p.Lead = "security", "How you sign in, and where you are signed in now."
	return web.Render(w, r, http.StatusOK, securityPage(p, v))
}

// own is a page one step below Security.
func (u *ui) own(r *http.Request, title string, f *form.Form) kit.Page {
	p := page(r, title, f)
	p.Active, p.Back = "security", kit.To("Security", "/security")
	return p
}

func (u *ui) passwordPage(w http.ResponseWriter, r *http.Request) error {
	return u.showPassword(w, r, form.Empty())
}

func (u *ui) showPassword(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	sec, err := u.Authn.Security(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), passwordPage(u.own(r, "Choose a new password", f), f, sec.Email))
}

func (u *ui) changePassword(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	password := newPassword(r, f)
	if f.Valid() {
		if err := u.Authn.ChangePassword(r.Context(), password); err == nil {
			return web.See(w, r, "/security", "Your password was changed and all other sessions were ended.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showPassword(w, r, f)
}

func (u *ui) authenticatorPage(w http.ResponseWriter, r *http.Request) error {
	return u.showAuthenticator(w, r, form.Empty())
}

func (u *ui) showAuthenticator(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	sec, err := u.Authn.Security(r.Context())
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	v, err := u.choice(r, f, authn.OwnPurpose(a), sec.Practice, sec.Email, "/security/authenticator")
	if err != nil {
		return err
	}
	v.Submit = "Use this authenticator"
	return web.Render(w, r, f.Status(), authenticatorPage(u.own(r, "Set up an authenticator app", f), f, v, sec.HasTOTP))
}

func (u *ui) setAuthenticator(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	code := f.Text("code", form.Required("Enter the code that the app shows."), form.Max(20))
	if f.Valid() {
		if err := u.Authn.SetTOTP(r.Context(), f.Value("ticket"), code); err == nil {
			return web.See(w, r, "/security", "Your new authenticator is in use and all other sessions were ended.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showAuthenticator(w, r, f)
}

// answer goes back to the security page with what was done, or why not.
func answer(w http.ResponseWriter, r *http.Request, err error, done string) error {
	switch {
	case err == nil:
		return web.See(w, r, "/security", done)
	case errs.Is(err, errs.Conflict), errs.Is(err, errs.NotFound):
		return web.See(w, r, "/security", publicOf(err))
	}
	return err
}

func (u *ui) removeAuthenticator(w http.ResponseWriter, r *http.Request) error {
	return answer(w, r, u.Authn.RemoveTOTP(r.Context()), "The authenticator was removed and all other sessions were ended.")
}

func (u *ui) passkeysPage(w http.ResponseWriter, r *http.Request) error {
	return u.showPasskeys(w, r, form.Empty(), http.StatusOK)
}

func (u *ui) showPasskeys(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	_, ok := u.Authn.Site(r)
	return web.Render(w, r, status, passkeysPage(withPasskeys(u.own(r, "Add a passkey", f)), f, ok, u.Authn.Peer(r).Device))
}

func (u *ui) ownOptions(w http.ResponseWriter, r *http.Request) error {
	sec, err := u.Authn.Security(r.Context())
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	return u.registration(w, r, authn.OwnPurpose(a), authn.Newcomer{Practice: a.Practice, User: a.User, Email: sec.Email, Name: sec.Name})
}

func (u *ui) addPasskey(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	site, ok := u.Authn.Site(r)
	if !ok {
		return errNoPasskeys()
	}
	name := f.Text("name", form.Required("Name the passkey, so that you recognize it later."), form.Max(60))
	if f.Valid() {
		err := u.Authn.AddPasskey(r.Context(), site, name, f.Value("token"), typed(r, "response"))
		if err == nil {
			return web.See(w, r, "/security", "Your passkey was added and all other sessions were ended.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showPasskeys(w, r, f, f.Status())
}

func (u *ui) removePasskey(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID[id.Passkey](r, "passkey")
	if err != nil {
		return err
	}
	return answer(w, r, u.Authn.RemovePasskey(r.Context(), key), "The passkey was removed and all other sessions were ended.")
}

func (u *ui) recoveryCodesPage(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, newCodesPage(u.own(r, "New recovery codes", nil)))
}

func (u *ui) newRecoveryCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := u.Authn.NewRecoveryCodes(r.Context())
	if err != nil {
		return err
	}
	u.Authn.KeepCodes(w, r, codes)
	return web.See(w, r, withNext("/welcome/codes", "/security"))
}

func (u *ui) endSession(w http.ResponseWriter, r *http.Request) error {
	session, err := web.PathID[id.Session](r, "session")
	if err != nil {
		return err
	}
	return answer(w, r, u.Authn.EndSession(r.Context(), session), "That session was ended.")
}

func (u *ui) endOthers(w http.ResponseWriter, r *http.Request) error {
	return answer(w, r, u.Authn.EndOtherSessions(r.Context()), "All other sessions were ended.")
}
