package authnui

import (
	"context"
	"net/http"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// wizard is what the first start has gathered so far. It travels in a sealed
// cookie: there is no practice yet to which it could belong.
type wizard struct {
	Ticket   string
	Practice id.Practice
	Location id.Location
	User     id.User
	Name     string // of the practice
	Place    string
	Zone     string
	State    string
	Person   string
	Email    string
	Letters  string // credential
	License  string
	Licensed string // state that gave it
	Treats   bool
}

const keptWizard = "setup"

// keyPath is the page on which the first start ends.
const keyPath = "/welcome/key"

func (x wizard) complete() bool {
	return x.Name != "" && x.Person != "" && x.Email != "" && x.Zone != ""
}

func (x wizard) founding() practice.Founding {
	f := practice.Founding{
		Practice: practice.Practice{ID: x.Practice, Name: x.Name},
		Location: practice.Location{ID: x.Location, Name: x.Place, Zone: x.Zone, State: x.State},
		Owner: practice.Member{
			ID: x.User, Name: x.Person, Email: x.Email, Credential: x.Letters, LicenseNumber: x.License, LicenseState: x.Licensed,
			Roles: []authz.Role{authz.Owner},
		},
	}
	if x.Treats {
		f.Owner.Roles = append(f.Owner.Roles, authz.Therapist)
	}
	return f
}

func (x wizard) newcomer() authn.Newcomer {
	return authn.Newcomer{Practice: x.Practice, User: x.User, Email: x.Email, Name: x.Person}
}

// step gives the wizard's state if its code is still good. Otherwise it sends
// the person to the beginning, or to the sign-in page once all is set up.
func (u *ui) step(w http.ResponseWriter, r *http.Request) (x wizard, ok bool, err error) {
	if !u.Authn.Kept(r, keptWizard, &x) {
		if needed, err := u.Authn.NeedsSetup(r.Context()); err != nil {
			return x, false, err
		} else if !needed {
			return x, false, web.See(w, r, "/sign-in", "This program is set up already. Sign in.")
		}
		return x, false, web.See(w, r, "/setup")
	}
	switch err := u.Authn.SetupTicket(r.Context(), x.Ticket); {
	case err == nil:
		return x, true, nil
	case errs.Is(err, errs.NotFound):
		u.Authn.Drop(w, r, keptWizard)
		return x, false, web.See(w, r, "/sign-in", "This program is set up already. Sign in.")
	case errs.Is(err, errs.Denied):
		u.Authn.Drop(w, r, keptWizard)
		return x, false, web.See(w, r, "/setup", "The program was started again. Enter the new code that it printed.")
	default:
		return x, false, err
	}
}

// steps shows how far the first start has come.
func steps(current int) []kit.Step {
	out := []kit.Step{{Label: "Code"}, {Label: "Practice"}, {Label: "Sign-in"}, {Label: "Recovery"}}
	for i := range out {
		out[i].Done, out[i].Current = i < current, i == current
	}
	return out
}

func (u *ui) setupPage(w http.ResponseWriter, r *http.Request) error {
	if needed, err := u.Authn.NeedsSetup(r.Context()); err != nil {
		return err
	} else if !needed {
		return web.See(w, r, "/sign-in")
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	return u.showSetup(w, r, form.Empty().Set("code", f.Value("code")), http.StatusOK)
}

func (u *ui) showSetup(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	p := page(r, "Set up your practice", f)
	p.Lead = "This takes about five minutes. Have your phone and a printer at hand."
	return web.Render(w, r, status, setupCodePage(p, f))
}

func (u *ui) setupCode(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	code := f.Text("code", form.Required("Enter the code that the program printed when it started."), form.Max(100))
	if !f.Valid() {
		return u.showSetup(w, r, f, f.Status())
	}
	ticket, err := u.Authn.CheckSetupCode(r.Context(), u.Authn.Peer(r), code)
	if err != nil {
		if status, ok := complain(f, err); ok {
			return u.showSetup(w, r, f, status)
		}
		return err
	}
	u.Authn.Keep(w, r, keptWizard, authn.SetupLife, wizard{
		Ticket: ticket, Practice: id.New[id.Practice](), Location: id.New[id.Location](), User: id.New[id.User](),
	})
	return web.See(w, r, "/setup/practice")
}

func (u *ui) setupPracticePage(w http.ResponseWriter, r *http.Request) error {
	x, ok, err := u.step(w, r)
	if !ok {
		return err
	}
	f := form.FromValues(map[string]string{
		"practice.name": x.Name, "location.name": x.Place, "location.zone": x.Zone, "location.state": x.State,
		"owner.name": x.Person, "owner.email": x.Email, "owner.credential": x.Letters,
		"owner.license_number": x.License, "owner.license_state": x.Licensed,
	})
	if x.Place == "" {
		f.Set("location.name", "Main office")
	}
	if x.complete() {
		f.Set("treats", map[bool]string{true: "yes", false: "no"}[x.Treats])
	}
	return u.showSetupPractice(w, r, f, http.StatusOK)
}

func (u *ui) showSetupPractice(w http.ResponseWriter, r *http.Request, f *form.Form, status int) error {
	return web.Render(w, r, status, setupPracticePage(page(r, "Your practice", f), f))
}

func (u *ui) setupPractice(w http.ResponseWriter, r *http.Request) error {
	x, ok, err := u.step(w, r)
	if !ok {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	x.Name = f.Text("practice.name", form.Required("Enter the name of the practice."), form.Max(100))
	x.Place = f.Text("location.name", form.Required("Enter a name for the location."), form.Max(60))
	x.Zone = f.Choice("location.zone", zoneNames()...)
	f.Require("location.zone", "Choose the time zone of the location.")
	x.State = f.Choice("location.state", stateCodes()...)
	x.Person = f.Text("owner.name", form.Required("Enter your name, as it is printed under your signature."), form.Max(80))
	x.Email = f.Text("owner.email", form.Required("Enter your e-mail address."), form.Max(120))
	treats := f.YesNo("treats", form.Required("Say whether you treat patients yourself."))
	x.Letters = f.Text("owner.credential", form.Max(40))
	x.License = f.Text("owner.license_number", form.Max(40))
	x.Licensed = f.Choice("owner.license_state", stateCodes()...)
	if f.Valid() {
		x.Treats = *treats
		founding := x.founding()
		if err := founding.Prepare(); err == nil {
			u.Authn.Keep(w, r, keptWizard, authn.SetupLife, x)
			return web.See(w, r, "/setup/sign-in")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showSetupPractice(w, r, f, f.Status())
}

func zoneNames() []string {
	var out []string
	for _, z := range practice.USZones() {
		out = append(out, z.Name)
	}
	return out
}

func stateCodes() []string {
	var out []string
	for _, s := range practice.States() {
		out = append(out, s.Code)
	}
	return out
}

func (u *ui) setupSignInPage(w http.ResponseWriter, r *http.Request) error {
	x, ok, err := u.step(w, r)
	if !ok {
		return err
	}
	if !x.complete() {
		return web.See(w, r, "/setup/practice")
	}
	return u.showSetupSignIn(w, r, x, form.Empty(), http.StatusOK)
}

func (u *ui) showSetupSignIn(w http.ResponseWriter, r *http.Request, x wizard, f *form.Form, status int) error {
	v, err := u.choice(r, f, authn.SetupPurpose, x.Name, x.Email, "/setup/sign-in")
	if err != nil {
		return err
	}
	v.Submit = "Create the practice"
	p := withPasskeys(page(r, "How you will sign in", f))
	p.Back = kit.To("Your practice", "/setup/practice")
	return web.Render(w, r, status, setupSignInPage(p, f, v))
}

func (u *ui) setupOptions(w http.ResponseWriter, r *http.Request) error {
	var x wizard
	if !u.Authn.Kept(r, keptWizard, &x) || !x.complete() {
		return errs.New(errs.Denied, "The page was open for too long. Start again with the code.")
	}
	if err := u.Authn.SetupTicket(r.Context(), x.Ticket); err != nil {
		return err
	}
	return u.registration(w, r, authn.SetupPurpose, x.newcomer())
}

func (u *ui) setupSignIn(w http.ResponseWriter, r *http.Request) error {
	x, ok, err := u.step(w, r)
	if !ok {
		return err
	}
	if !x.complete() {
		return web.See(w, r, "/setup/practice")
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	proofs, err := u.proofs(r, f)
	if err != nil {
		return err
	}
	if !f.Valid() {
		return u.showSetupSignIn(w, r, x, f, f.Status())
	}
	founding := x.founding()
	if err := founding.Prepare(); err != nil {
		return web.See(w, r, "/setup/practice")
	}
	in, codes, err := u.Authn.Found(r.Context(), u.Authn.Peer(r), x.Ticket, x.newcomer(), proofs, x.Name,
		func(ctx context.Context, tx *db.Tx) error { return u.Practices.CreateTx(ctx, tx, founding) })
	if err != nil {
		if status, ok := complain(f, err); ok {
			return u.showSetupSignIn(w, r, x, f, status)
		}
		return err
	}
	u.Authn.Remember(w, r, in)
	u.Authn.KeepCodes(w, r, codes)
	u.Authn.Drop(w, r, keptWizard)
	after := u.AfterSetup
	if u.RecoverySheet != nil {
		after = keyPath
	}
	return web.See(w, r, withNext("/welcome/codes", after))
}
