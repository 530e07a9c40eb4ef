package referralui

import (
	"net/http"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func (u *ui) askAuthorisation(w http.ResponseWriter, r *http.Request) error {
	return u.showAuthorisation(w, r, form.Empty(), false)
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
	url := referralURL(pid, rid)
	page.Form, page.Width, page.Back, page.Tabs = f, kit.Narrow, kit.To("Referral", url), nil
	action := url + "/authorizations/new"
	if editing {
		action = url + "/authorizations/" + r.PathValue("authorization")
	}
	return web.Render(w, r, f.Status(), authorisationPage(page, f, action, url, editing))
}

func (u *ui) addAuthorisation(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
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
	f, err := web.ParseForm(w, r)
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
