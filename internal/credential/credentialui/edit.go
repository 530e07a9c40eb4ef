package credentialui

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/credential"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

// maxParts is how many subjects of a requirement the form has rows for.
const maxParts = 5

const quarters = "Enter hours in quarters, such as 6 or 1.25."

// minutes reads hours in quarters.
func minutes(f *form.Form, name, missing string) int64 {
	n := f.Number(name, 0.25, credential.MaxMinutes/60, form.Required(missing))
	if n == nil {
		return 0
	}
	m := int64(*n * 60)
	f.Check(float64(m) == *n*60 && m%15 == 0, name, quarters)
	return m
}

func hours(minutes int64) string {
	if minutes == 0 {
		return ""
	}
	return strings.TrimSuffix(credential.Hours(minutes), " h")
}

func decodeCredential(f *form.Form) credential.Credential {
	c := credential.Credential{Kind: form.Choice(f, "kind", credential.Kinds()...), Title: f.Text("title", form.Required("Enter what it is called.")),
		Issuer: f.Text("issuer"), State: f.Text("state"), Number: f.Text("number"), IssuedOn: f.Date("issued_on"), ExpiresOn: f.Date("expires_on")}
	f.Require("kind", "Choose what it is.")
	return c
}

func encodeCredential(c credential.Credential) *form.Form {
	return form.FromValues(map[string]string{"kind": string(c.Kind), "title": c.Title, "issuer": c.Issuer, "state": c.State, "number": c.Number,
		"issued_on": c.IssuedOn.String(), "expires_on": c.ExpiresOn.String(), "version": strconv.FormatInt(c.Version, 10)})
}

func decodeRequirement(f *form.Form) credential.Requirement {
	r := credential.Requirement{Name: f.Text("name", form.Required("Enter whose requirement it is, such as Illinois license renewal.")),
		Minutes: minutes(f, "hours", "Enter the hours that are asked."),
		From:    f.Date("from_on", form.Required("Enter the first day that counts.")), To: f.Date("to_on", form.Required("Enter the last day that counts.")),
		SourceURL: f.Text("source_url", form.Required("Paste the address of the board’s page, beginning with https://."), form.Max(500)),
		SeenOn:    f.Date("seen_on", form.Required("Enter the day you read it there.")), Note: f.Area("note")}
	for i := range maxParts {
		row := fmt.Sprintf("part.%d.", i)
		if !f.Has(row+"category") && !f.Has(row+"hours") {
			continue
		}
		c := form.Choice(f, row+"category", credential.Categories()...)
		f.Require(row+"category", "Choose the subject.")
		r.Parts = append(r.Parts, credential.Part{Category: c, Minutes: minutes(f, row+"hours", quarters)})
	}
	return r
}

// closeUp moves the subjects up over empty rows, so that a complaint about the
// n-th subject stands at the n-th row.
func closeUp(f *form.Form) {
	n := 0
	for i := range maxParts {
		from := fmt.Sprintf("part.%d.", i)
		c, h := f.Value(from+"category"), f.Value(from+"hours")
		if strings.TrimSpace(c+h) == "" {
			continue
		}
		f.Set(from+"category", "").Set(from+"hours", "")
		to := fmt.Sprintf("part.%d.", n)
		f.Set(to+"category", c).Set(to+"hours", h)
		n++
	}
}

func encodeRequirement(r credential.Requirement) *form.Form {
	f := form.FromValues(map[string]string{"name": r.Name, "hours": hours(r.Minutes), "from_on": r.From.String(), "to_on": r.To.String(),
		"source_url": r.SourceURL, "seen_on": r.SeenOn.String(), "note": r.Note, "version": strconv.FormatInt(r.Version, 10)})
	for i, p := range r.Parts {
		f.Set(fmt.Sprintf("part.%d.category", i), string(p.Category)).Set(fmt.Sprintf("part.%d.hours", i), hours(p.Minutes))
	}
	return f
}

func decodeTraining(f *form.Form) credential.Training {
	t := credential.Training{Title: f.Text("title", form.Required("Enter what the course is called.")), Provider: f.Text("provider", form.Required("Enter who gave the course.")),
		Approval: f.Text("approval"), On: f.Date("held_on", form.Required("Enter the day it was finished.")),
		Minutes: minutes(f, "hours", "Enter the contact hours of the certificate."), Category: form.Choice(f, "category", credential.Categories()...)}
	f.Require("category", "Choose the subject.")
	return t
}

func encodeTraining(t credential.Training) *form.Form {
	return form.FromValues(map[string]string{"title": t.Title, "provider": t.Provider, "approval": t.Approval, "held_on": t.On.String(),
		"hours": hours(t.Minutes), "category": string(t.Category), "version": strconv.FormatInt(t.Version, 10)})
}

func (u *ui) newCredential(w http.ResponseWriter, r *http.Request) error {
	f := form.Empty()
	return web.Render(w, r, http.StatusOK, credentialForm(formPage(r, "Add a credential", f), f, credential.Credential{}))
}

func (u *ui) addCredential(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeCredential(f)
	if f.Valid() {
		c, err := u.Credentials.SaveCredential(r.Context(), in)
		if err == nil {
			return web.See(w, r, home+"/held/"+c.String(), "Saved. Add the scan below.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return web.Render(w, r, f.Status(), credentialForm(formPage(r, "Add a credential", f), f, credential.Credential{}))
}

func (u *ui) credential(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Credential](r, "credential")
	if err != nil {
		return err
	}
	return u.showCredential(w, r, c, nil, nil)
}

// showCredential shows a credential of one's own to change: with f as it was
// typed, and with what is wrong with an upload.
func (u *ui) showCredential(w http.ResponseWriter, r *http.Request, c id.Credential, f, upload *form.Form) error {
	wallet, err := u.Credentials.Wallet(r.Context(), me(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(wallet.Credentials, func(x credential.Credential) bool { return x.ID == c })
	if i < 0 {
		return errs.New(errs.NotFound, "This is not among your credentials.")
	}
	if f == nil {
		f = with(encodeCredential(wallet.Credentials[i]), upload)
	}
	return web.Render(w, r, f.Status(), credentialForm(formPage(r, "Credential", f), f, wallet.Credentials[i]))
}

// with adds what is wrong with an upload to the form that is shown.
func with(f, upload *form.Form) *form.Form {
	for _, e := range upload.Errors() {
		f.AddError(e.Name, e.Message)
	}
	if upload.Status() == http.StatusRequestEntityTooLarge {
		f.TooLarge("file", upload.Error("file"))
	}
	return f
}

func (u *ui) saveCredential(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Credential](r, "credential")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeCredential(f)
	in.ID, in.Version = c, f.Version()
	if f.Valid() {
		_, err := u.Credentials.SaveCredential(r.Context(), in)
		if err == nil {
			return web.See(w, r, home, "Credential saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showCredential(w, r, c, f, nil)
}

func (u *ui) newRequirement(w http.ResponseWriter, r *http.Request) error {
	f := form.Empty()
	return web.Render(w, r, http.StatusOK, requirementForm(formPage(r, "Add a requirement", f), f, credential.Requirement{}))
}

func (u *ui) addRequirement(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	closeUp(f)
	in := decodeRequirement(f)
	if f.Valid() {
		_, err := u.Credentials.SaveRequirement(r.Context(), in)
		if err == nil {
			return web.See(w, r, home, "Requirement saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return web.Render(w, r, f.Status(), requirementForm(formPage(r, "Add a requirement", f), f, credential.Requirement{}))
}

func (u *ui) requirement(w http.ResponseWriter, r *http.Request) error {
	q, err := web.PathID[id.Requirement](r, "requirement")
	if err != nil {
		return err
	}
	return u.showRequirement(w, r, q, nil)
}

func (u *ui) showRequirement(w http.ResponseWriter, r *http.Request, q id.Requirement, f *form.Form) error {
	wallet, err := u.Credentials.Wallet(r.Context(), me(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(wallet.Progress, func(x credential.Progress) bool { return x.Requirement.ID == q })
	if i < 0 {
		return errs.New(errs.NotFound, "This is not among your requirements.")
	}
	one := wallet.Progress[i].Requirement
	if f == nil {
		f = encodeRequirement(one)
	}
	return web.Render(w, r, f.Status(), requirementForm(formPage(r, "Requirement", f), f, one))
}

func (u *ui) saveRequirement(w http.ResponseWriter, r *http.Request) error {
	q, err := web.PathID[id.Requirement](r, "requirement")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	closeUp(f)
	in := decodeRequirement(f)
	in.ID, in.Version = q, f.Version()
	if f.Valid() {
		_, err := u.Credentials.SaveRequirement(r.Context(), in)
		if err == nil {
			return web.See(w, r, home, "Requirement saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showRequirement(w, r, q, f)
}

func (u *ui) newTraining(w http.ResponseWriter, r *http.Request) error {
	f := form.Empty()
	return web.Render(w, r, http.StatusOK, trainingForm(formPage(r, "Add contact hours", f), f, credential.Training{}))
}

func (u *ui) addTraining(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeTraining(f)
	if f.Valid() {
		t, err := u.Credentials.SaveTraining(r.Context(), in)
		if err == nil {
			return web.See(w, r, home+"/hours/"+t.String(), "Saved. Add the certificate below.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return web.Render(w, r, f.Status(), trainingForm(formPage(r, "Add contact hours", f), f, credential.Training{}))
}

func (u *ui) training(w http.ResponseWriter, r *http.Request) error {
	t, err := web.PathID[id.Training](r, "training")
	if err != nil {
		return err
	}
	return u.showTraining(w, r, t, nil, nil)
}

func (u *ui) showTraining(w http.ResponseWriter, r *http.Request, t id.Training, f, upload *form.Form) error {
	wallet, err := u.Credentials.Wallet(r.Context(), me(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(wallet.Trainings, func(x credential.Training) bool { return x.ID == t })
	if i < 0 {
		return errs.New(errs.NotFound, "These are not among your contact hours.")
	}
	if f == nil {
		f = with(encodeTraining(wallet.Trainings[i]), upload)
	}
	return web.Render(w, r, f.Status(), trainingForm(formPage(r, "Contact hours", f), f, wallet.Trainings[i]))
}

func (u *ui) saveTraining(w http.ResponseWriter, r *http.Request) error {
	t, err := web.PathID[id.Training](r, "training")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeTraining(f)
	in.ID, in.Version = t, f.Version()
	if f.Valid() {
		_, err := u.Credentials.SaveTraining(r.Context(), in)
		if err == nil {
			return web.See(w, r, home, "Contact hours saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showTraining(w, r, t, f, nil)
}
