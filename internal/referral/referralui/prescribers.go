package referralui

import (
	"net/http"
	"strings"

	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func newPrescriberURL(may bool) string {
	if !may {
		return ""
	}
	return "/prescribers/new"
}

func directoryStatus(q string, found []referral.Prescriber) string {
	switch {
	case q == "" && len(found) == 0:
		return ""
	case len(found) == 0:
		return "Nothing found. Try the beginning of the last name."
	case len(found) >= referral.MaxPrescribers:
		return "The first " + itoa(referral.MaxPrescribers) + " are shown. Type a name to find others."
	}
	return kit.Plural(len(found), "prescriber", "prescribers")
}

func (u *ui) directory(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	q := strings.TrimSpace(f.Value("q"))
	found, err := u.Referrals.SearchPrescribers(r.Context(), q)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Prescribers")
	page.Active, page.HTMX = "prescribers", true
	if may(r) {
		page.Actions = kit.PrimaryLink("Add a prescriber", "/prescribers/new")
	}
	return web.Render(w, r, http.StatusOK, directoryPage(page, q, found, may(r)))
}

func (u *ui) prescriber(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	p, err := u.Referrals.Prescriber(r.Context(), pid)
	if err != nil {
		return err
	}
	rs, err := u.Referrals.ReferralsOf(r.Context(), pid)
	if err != nil {
		return err
	}
	page := web.PageData(r, p.Name())
	page.Active, page.Back = "prescribers", kit.To("Prescribers", "/prescribers")
	if may(r) {
		page.Actions = kit.LinkButton("Edit", prescriberURL(pid)+"/edit")
	}
	return web.Render(w, r, http.StatusOK, prescriberPage(page, p, rs, u.today(r)))
}

func (u *ui) askPrescriber(w http.ResponseWriter, r *http.Request) error {
	return u.showPrescriberForm(w, r, form.Empty(), id.Prescriber{})
}

func (u *ui) showPrescriberForm(w http.ResponseWriter, r *http.Request, f *form.Form, p id.Prescriber) error {
	title, action, cancel := "Add a prescriber", "/prescribers/new", kit.To("Prescribers", "/prescribers")
	if !p.IsZero() {
		title, action, cancel = "Edit prescriber", prescriberURL(p)+"/edit", kit.To("Prescriber", prescriberURL(p))
	}
	page := web.PageData(r, title)
	page.Active, page.Form, page.Width, page.Back = "prescribers", f, kit.Narrow, cancel
	return web.Render(w, r, f.Status(), prescriberFormPage(page, f, action, cancel.URL, !p.IsZero()))
}

func (u *ui) addPrescriber(w http.ResponseWriter, r *http.Request) error {
	return u.savePrescriber(w, r, id.Prescriber{})
}

func (u *ui) amendPrescriber(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	return u.savePrescriber(w, r, pid)
}

func (u *ui) savePrescriber(w http.ResponseWriter, r *http.Request, pid id.Prescriber) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodePrescriber(f, "")
	in.ID, in.Version, in.Active = pid, version(f), f.Bool("active")
	if f.Valid() {
		p, err := u.Referrals.SavePrescriber(r.Context(), in)
		if err == nil {
			return web.See(w, r, prescriberURL(p.ID), "Prescriber saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showPrescriberForm(w, r, f, pid)
}

func (u *ui) editPrescriber(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	p, err := u.Referrals.Prescriber(r.Context(), pid)
	if err != nil {
		return err
	}
	return u.showPrescriberForm(w, r, encodePrescriber(p), pid)
}
