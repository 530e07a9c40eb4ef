package authnui

import (
	"net/http"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

func errNoPasskeys() error {
	return errs.New(errs.Conflict, "Passkeys do not work at this address. Use another way.")
}

func errNotFound() error { return errs.New(errs.NotFound, "") }

// refused is true for errors about a passkey that the person can do something
// about.
func refused(err error) bool { return errs.Is(err, errs.Invalid) || errs.Is(err, errs.Denied) }

func publicOf(err error) string { return errs.PublicOf(err) }

// stepUpView is what the page shows that asks once more who somebody is.
type stepUpView struct {
	Next              string
	Password, Passkey bool
	Demo              bool
	Handed            string // what the patient fills in, "" while staff hold the device
}

// locked answers wherever a session goes that is with a patient. Once staff
// have proved that they hold the device, they are where they wanted to be.
func (u *ui) locked(w http.ResponseWriter, r *http.Request) error {
	to := "/"
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		to = web.LocalPath(r.URL.RequestURI())
	}
	return u.showStepUp(w, r, form.Empty().Set("next", to), http.StatusLocked)
}

func (u *ui) stepUpPage(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	return u.showStepUp(w, r, form.Empty().Set("next", next(f)), http.StatusOK)
}

func (u *ui) showStepUp(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	sec, err := u.Authn.Security(r.Context())
	if err != nil {
		return err
	}
	_, site := u.Authn.Site(r)
	v := stepUpView{Next: next(f), Password: sec.HasPassword, Passkey: site && len(sec.Passkeys) > 0, Demo: u.Authn.Demo()}
	title := "Confirm that it is you"
	if a, _ := authz.From(r.Context()); a.Handed != "" {
		title, v.Handed = "This device is with the patient", a.Handed
	}
	return web.Render(w, r, status, stepUpPage(withPasskeys(page(r, title, f)), f, v))
}

func (u *ui) stepUp(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	var in authn.SignedIn
	if f.Value("with") == "demo" {
		in, err = u.Authn.DemoStepUp(r.Context())
	} else {
		password := typed(r, "password")
		f.Check(password != "", "password", "Enter your password.")
		if !f.Valid() {
			return u.showStepUp(w, r, f, f.Status())
		}
		in, err = u.Authn.StepUpPassword(r.Context(), u.Authn.Peer(r), password)
	}
	if err != nil {
		if status, ok := complain(f, err); ok {
			return u.showStepUp(w, r, f, status)
		}
		return err
	}
	u.Authn.Remember(w, r, in)
	return web.See(w, r, next(f))
}

func (u *ui) stepUpPasskey(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	site, ok := u.Authn.Site(r)
	if !ok {
		return errNoPasskeys()
	}
	in, err := u.Authn.StepUpPasskey(r.Context(), u.Authn.Peer(r), site, f.Value("token"), typed(r, "response"))
	if err != nil {
		if refused(err) {
			f.AddError("", publicOf(err))
			return u.showStepUp(w, r, f, http.StatusUnprocessableEntity)
		}
		return err
	}
	u.Authn.Remember(w, r, in)
	return web.See(w, r, next(f))
}
