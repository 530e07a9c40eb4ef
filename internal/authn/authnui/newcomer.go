package authnui

import (
	"context"
	"net/http"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

// choiceView is what a page shows on which somebody chooses how to sign in.
type choiceView struct {
	Action    string // where the form goes
	Options   string // where the passkey's options come from; "" without passkeys
	Email     string // for the password manager
	Enrolment authn.Enrolment
	QR        qrCode
	Submit    string
}

// choice fills the view; the enrolment of a form that is shown again stays.
func (u *ui) choice(r *http.Request, f *form.Form, purpose, issuer, email, action string) (choiceView, error) {
	v := choiceView{Action: action, Email: email, Enrolment: u.Authn.Enrolment(f.Value("ticket"), purpose, issuer, email)}
	if _, ok := u.Authn.Site(r); ok {
		v.Options = action + "/passkey/options"
	}
	var err error
	v.QR, err = qrOf(v.Enrolment.URL)
	return v, err
}

// proofs reads what somebody chose. The passkey's form sends a token, the
// other one a password and a code.
func (u *ui) proofs(r *http.Request, f *form.Form) (authn.Proofs, error) {
	if token := f.Value("token"); token != "" {
		site, ok := u.Authn.Site(r)
		if !ok {
			return authn.Proofs{}, errNoPasskeys()
		}
		return authn.Proofs{Site: site, PasskeyToken: token, PasskeyResponse: typed(r, "response"), PasskeyName: u.Authn.Peer(r).Device}, nil
	}
	return authn.Proofs{
		Password: newPassword(r, f),
		Ticket:   f.Value("ticket"),
		Code:     f.Text("code", form.Required("Enter the code that the app shows."), form.Max(20)),
	}, nil
}

func (u *ui) invitationPage(w http.ResponseWriter, r *http.Request) error {
	return u.showInvitation(w, r, form.Empty(), http.StatusOK)
}

func (u *ui) showInvitation(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	// The address of this page is a secret: it must not travel on as a referrer.
	w.Header().Set("Referrer-Policy", "no-referrer")
	token := r.PathValue("token")
	inv, err := u.Authn.Invitation(r.Context(), token)
	if err != nil {
		return err
	}
	v, err := u.choice(r, f, authn.InvitedPurpose(token), inv.PracticeName, inv.Email, "/invitation/"+token)
	if err != nil {
		return err
	}
	v.Submit = "Finish and sign in"
	p := withPasskeys(page(r, "Welcome to "+inv.PracticeName, f))
	p.Lead = inv.Name + ", choose how you will sign in."
	return web.Render(w, r, status, choicePage(p, f, v))
}

func (u *ui) invitationOptions(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	inv, err := u.Authn.Invitation(r.Context(), token)
	if err != nil {
		return err
	}
	return u.registration(w, r, authn.InvitedPurpose(token), inv.Newcomer)
}

func (u *ui) registration(w http.ResponseWriter, r *http.Request, purpose string, n authn.Newcomer) error {
	site, ok := u.Authn.Site(r)
	if !ok {
		return errNoPasskeys()
	}
	c, err := u.Authn.BeginRegistration(r.Context(), site, purpose, n)
	if err != nil {
		return err
	}
	return writeJSON(w, c)
}

func (u *ui) accept(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in, err := u.proofs(r, f)
	if err != nil {
		return err
	}
	if f.Valid() {
		signedIn, codes, err := u.Authn.Accept(r.Context(), u.Authn.Peer(r), r.PathValue("token"), in)
		if err == nil {
			u.Authn.Remember(w, r, signedIn)
			u.Authn.KeepCodes(w, r, codes)
			return web.See(w, r, "/welcome/codes")
		}
		if status, ok := complain(f, err); ok {
			return u.showInvitation(w, r, f, status)
		}
		return err
	}
	return u.showInvitation(w, r, f, f.Status())
}

// codesPage shows the recovery codes once more after a redirect.
func (u *ui) codesPage(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	p := page(r, "Your recovery codes", nil)
	sec, err := u.Authn.Security(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, codesPage(p, codesView{
		Codes: u.Authn.Codes(r), Next: next(f), Email: sec.Email, Practice: sec.Practice, Setup: next(f) == keyPath}))
}

// codesView is what the page with the recovery codes shows.
type codesView struct {
	Codes                 []string
	Next, Email, Practice string
	Setup                 bool // the last step of the first start
}

func (u *ui) codesKept(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	u.Authn.DropCodes(w, r)
	return web.See(w, r, next(f))
}

// keyPage shows the installation's key to print.
func (u *ui) keyPage(w http.ResponseWriter, r *http.Request) error {
	if err := u.Authn.KeyShown(r.Context()); err != nil {
		return err
	}
	sheet, err := u.RecoverySheet(r.Context())
	if err != nil {
		return err
	}
	p := page(r, "The key to your data", nil)
	return web.Render(w, r, http.StatusOK, keyPage(p, keyView{Sheet: sheet, Next: u.AfterSetup, Date: u.today(r.Context())}))
}

type keyView struct{ Sheet, Next, Date string }

func (u *ui) today(ctx context.Context) string {
	a, _ := authz.From(ctx)
	return a.Today(u.Clock.Now()).Human()
}
