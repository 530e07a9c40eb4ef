package referralui

import (
	"net/http"
	"slices"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// authorisationView is everything the form of an authorization shows.
type authorisationView struct {
	Form           *form.Form
	Patient        id.Patient
	Action, Cancel string
	Editing        bool
	Codes          []kit.Option    // the diagnoses of its referral
	Scans          []referral.Scan // uploaded with this form, not attached yet
	Kept           []referral.Scan
}

var authorisationOptions = kit.OptionsOf(referral.AuthorisationStates(), referral.AuthorisationState.Label)

// askAuthorisation starts with what is known: the payer of the patient's
// insurance, or what the address says, and the first day of the referral.
func (u *ui) askAuthorisation(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	old, _, err := u.Referrals.View(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	f := form.FromValues(map[string]string{"state": string(referral.Approved), "from_on": old.StartsOn.String(), "payer_name": r.URL.Query().Get("payer")})
	if u.Insured != nil && !f.Has("payer_name") {
		name, _, err := u.Insured.Payer(r.Context(), pid, u.today(r))
		if err != nil {
			return err
		}
		f.Set("payer_name", name)
	}
	return u.showAuthorisation(w, r, f, false)
}

func (u *ui) showAuthorisation(w http.ResponseWriter, r *http.Request, f *form.Form, editing bool) error {
	title := "Add an authorization"
	if editing {
		title = "Edit authorization"
	}
	page, pid, err := u.page(r, title)
	if err != nil {
		return err
	}
	_, rid, err := ids(r)
	if err != nil {
		return err
	}
	old, _, err := u.Referrals.View(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	url := referralURL(pid, rid)
	page.Form, page.Width, page.Back, page.Tabs, page.Scripts = f, kit.Narrow, kit.To("Referral", url), nil, []string{"referral.js"}
	v := authorisationView{Form: f, Patient: pid, Action: url + "/authorizations/new", Cancel: url, Editing: editing}
	for _, d := range old.Diagnoses {
		v.Codes = append(v.Codes, kit.Option{Value: d.Code, Label: d.Code})
	}
	if editing {
		v.Action = url + "/authorizations/" + r.PathValue("authorization")
		if aid, err := web.PathID[id.Authorisation](r, "authorization"); err == nil {
			a, _ := old.Authorisation(aid)
			v.Kept = a.Scans
		}
	}
	if named := scans(f); len(named) > 0 {
		l, err := u.Referrals.List(r.Context(), pid)
		if err != nil {
			return err
		}
		v.Scans = slices.DeleteFunc(l.Waiting, func(s referral.Scan) bool { return !slices.Contains(named, s.ID) })
	}
	web.AllowFrames(w)
	return web.Render(w, r, f.Status(), authorisationPage(page, v))
}

func (u *ui) addAuthorisation(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	f, err := u.parse(w, r)
	if err != nil {
		return err
	}
	in := decodeAuthorisation(f)
	if f.Valid() {
		if _, err := u.Referrals.AddAuthorisation(r.Context(), pid, rid, in); err == nil {
			return web.See(w, r, referralURL(pid, rid), "Authorization saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showAuthorisation(w, r, f, false)
}

func (u *ui) editAuthorisation(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	aid, err := web.PathID[id.Authorisation](r, "authorization")
	if err != nil {
		return err
	}
	old, _, err := u.Referrals.View(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	a, ok := old.Authorisation(aid)
	if !ok {
		return errs.New(errs.NotFound, "")
	}
	return u.showAuthorisation(w, r, encodeAuthorisation(a), true)
}

func (u *ui) amendAuthorisation(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	aid, err := web.PathID[id.Authorisation](r, "authorization")
	if err != nil {
		return err
	}
	f, err := u.parse(w, r)
	if err != nil {
		return err
	}
	in := decodeAuthorisation(f)
	if f.Valid() {
		if err := u.Referrals.AmendAuthorisation(r.Context(), pid, rid, aid, version(f), in); err == nil {
			return web.See(w, r, referralURL(pid, rid), "Authorization saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showAuthorisation(w, r, f, true)
}
