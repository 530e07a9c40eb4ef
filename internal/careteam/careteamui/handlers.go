// Package careteamui is the pages of a patient's care team, and the card of it
// that other pages show. It decides nothing about the team: that is package
// careteam's.
package careteamui

import (
	"net/http"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Teams    *careteam.Service
	Patients *patient.Service
	Clock    clock.Clock
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	read, write := authz.CareTeamRead, authz.CareTeamWrite
	rt.Handle("GET /patients/{patient}/care-team", read, u.list)
	rt.Handle("GET /patients/{patient}/care-team/new", write, u.ask)
	rt.Handle("POST /patients/{patient}/care-team/new", write, u.add)
	rt.Handle("GET /patients/{patient}/care-team/{provider}", read, u.view)
	rt.Handle("GET /patients/{patient}/care-team/{provider}/edit", write, u.edit)
	rt.Handle("POST /patients/{patient}/care-team/{provider}/edit", write, u.change)
	rt.Handle("GET /patients/{patient}/care-team/{provider}/end", write, u.askEnd)
	rt.Handle("POST /patients/{patient}/care-team/{provider}/end", write, u.end)
}

type ui struct{ Deps }

func teamURL(p id.Patient) string { return "/patients/" + p.String() + "/care-team" }

func providerURL(p id.Patient, v id.Provider) string { return teamURL(p) + "/" + v.String() }

func (u *ui) today(r *http.Request) civil.Date {
	a, _ := authz.From(r.Context())
	return a.Today(u.Clock.Now())
}

func may(r *http.Request) bool {
	a, _ := authz.From(r.Context())
	return a.Can(authz.CareTeamWrite)
}

// page starts a page about the patient in the path; below the team when f is set.
func (u *ui) page(r *http.Request, title string, f *form.Form) (kit.Page, id.Patient, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return kit.Page{}, pid, err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return kit.Page{}, pid, err
	}
	p := web.PageData(r, title)
	p.Active, p.Banner, p.Form = "patients", patientui.Banner(h), f
	if f == nil {
		p.Tabs = patientui.Tabs(r.Context(), pid, "care-team")
	} else {
		p.Back, p.Width = kit.To("Care team", teamURL(pid)), kit.Narrow
	}
	return p, pid, nil
}

func ids(r *http.Request) (p id.Patient, v id.Provider, err error) {
	if p, err = web.PathID[id.Patient](r, "patient"); err == nil {
		v, err = web.PathID[id.Provider](r, "provider")
	}
	return p, v, err
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Care team", nil)
	if err != nil {
		return err
	}
	team, err := u.Teams.List(r.Context(), pid)
	if err != nil {
		return err
	}
	if may(r) && len(team) > 0 {
		page.Actions = kit.PrimaryLink("Add a provider", teamURL(pid)+"/new")
	}
	return web.Render(w, r, http.StatusOK, listPage(page, view{Patient: pid, Team: team, Today: u.today(r), May: may(r)}))
}

func (u *ui) view(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Provider", form.Empty())
	if err != nil {
		return err
	}
	_, v, err := ids(r)
	if err != nil {
		return err
	}
	one, err := u.Teams.Get(r.Context(), pid, v)
	if err != nil {
		return err
	}
	page.Form, page.Heading = nil, one.Name
	return web.Render(w, r, http.StatusOK, providerPage(page, pid, one, u.today(r), may(r)))
}

func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	return u.show(w, r, form.Empty(), "Add a provider", "/new")
}

func (u *ui) show(w http.ResponseWriter, r *http.Request, f *form.Form, title, at string) error {
	page, pid, err := u.page(r, title, f)
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), formPage(page, f, teamURL(pid)+at, teamURL(pid)))
}

func (u *ui) add(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decode(f)
	if f.Valid() {
		_, err := u.Teams.Add(r.Context(), pid, in)
		if err == nil {
			return web.See(w, r, teamURL(pid), "Provider added.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.show(w, r, f, "Add a provider", "/new")
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	pid, v, err := ids(r)
	if err != nil {
		return err
	}
	one, err := u.Teams.Get(r.Context(), pid, v)
	if err != nil {
		return err
	}
	return u.show(w, r, encode(one), "Change provider", "/"+v.String()+"/edit")
}

func (u *ui) change(w http.ResponseWriter, r *http.Request) error {
	pid, v, err := ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in, version := decode(f), f.Version()
	if f.Valid() {
		err := u.Teams.Change(r.Context(), pid, v, version, in)
		if err == nil {
			return web.See(w, r, providerURL(pid, v), "Changes saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.show(w, r, f, "Change provider", "/"+v.String()+"/edit")
}

func (u *ui) askEnd(w http.ResponseWriter, r *http.Request) error {
	pid, v, err := ids(r)
	if err != nil {
		return err
	}
	one, err := u.Teams.Get(r.Context(), pid, v)
	if err != nil {
		return err
	}
	return u.showEnd(w, r, form.FromValues(map[string]string{"version": strconv.FormatInt(one.Version, 10), "to_on": one.To.String()}), v)
}

func (u *ui) showEnd(w http.ResponseWriter, r *http.Request, f *form.Form, v id.Provider) error {
	page, pid, err := u.page(r, "Take off the care team", f)
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), endPage(page, f, providerURL(pid, v)))
}

func (u *ui) end(w http.ResponseWriter, r *http.Request) error {
	pid, v, err := ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	last, mistaken, version := f.Date("to_on"), f.Bool("mistaken"), f.Version()
	if f.Valid() {
		err := u.Teams.End(r.Context(), pid, v, version, last, mistaken)
		if err == nil {
			return web.See(w, r, teamURL(pid), "Saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showEnd(w, r, f, v)
}

// notAsked is the value of the chip that says so: an empty one would not be sent.
const notAsked careteam.Share = "unasked"

func decode(f *form.Form) careteam.Provider {
	p := careteam.Provider{
		Name: f.Text("name", form.Required("Enter the name.")), Discipline: form.Choice(f, "discipline", careteam.Disciplines()...),
		Organisation: f.Text("organisation"), NPI: f.Text("npi"), Phone: f.Text("phone"), Fax: f.Text("fax"),
		From: f.Date("from_on"), To: f.Date("to_on"),
		Share:   form.Choice(f, "share", notAsked, careteam.MayShare, careteam.MayNot),
		ShareOn: f.Date("share_on"), ShareRef: f.Text("share_ref"), Note: f.Area("note"),
	}
	f.Require("discipline", "Choose what they treat as.")
	if p.Share == notAsked {
		p.Share = careteam.NotAsked
	}
	return p
}

func encode(p careteam.Provider) *form.Form {
	share := p.Share
	if share == careteam.NotAsked {
		share = notAsked
	}
	return form.FromValues(map[string]string{"name": p.Name, "discipline": string(p.Discipline), "organisation": p.Organisation, "npi": p.NPI,
		"phone": p.Phone, "fax": p.Fax, "from_on": p.From.String(), "to_on": p.To.String(), "share": string(share), "share_on": p.ShareOn.String(),
		"share_ref": p.ShareRef, "note": p.Note, "version": strconv.FormatInt(p.Version, 10)})
}
