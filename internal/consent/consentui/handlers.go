// Package consentui shows the pages of the consent room: how things stand for a
// patient, the text to read and the box to sign in, refusals and withdrawals,
// and each paper for the screen and the printer.
//
// It decides how a signature is taken: drawn with finger, pen or mouse, or by
// the typed name where there is no script or no hand for it. What counts as a
// signature is package consent's to say.
package consentui

import (
	"embed"
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/consent"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/static"
)

//go:embed sig-pad.js
var scripts embed.FS

var _ = static.Add(scripts)

// Deps are passed by the composition root.
type Deps struct {
	Consents *consent.Service
	Patients *patient.Service
}

// Register adds the room's routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /patients/{patient}/consents", authz.ConsentRead, u.overview)
	rt.Handle("GET /patients/{patient}/consents/sign/{text}", authz.ConsentWrite, u.askSign)
	rt.Handle("POST /patients/{patient}/consents/sign/{text}", authz.ConsentWrite, u.sign)
	rt.Handle("GET /patients/{patient}/consents/decline/{text}", authz.ConsentWrite, u.askDecline)
	rt.Handle("POST /patients/{patient}/consents/decline/{text}", authz.ConsentWrite, u.decline)
	rt.Handle("GET /patients/{patient}/consents/withdraw/{text}", authz.ConsentWrite, u.askWithdraw)
	rt.Handle("POST /patients/{patient}/consents/withdraw/{text}", authz.ConsentWrite, u.withdraw)
	rt.Handle("POST /patients/{patient}/consents/chaperone", authz.ConsentWrite, u.chaperone)
	rt.Handle("GET /patients/{patient}/consents/papers/{consent}", authz.ConsentRead, u.paper)
}

type ui struct{ Deps }

func base(p id.Patient) string { return "/patients/" + p.String() + "/consents" }

func (u *ui) overview(w http.ResponseWriter, r *http.Request) error {
	return u.showOverview(w, r, form.Empty())
}

func (u *ui) showOverview(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return err
	}
	o, err := u.Consents.Overview(r.Context(), pid)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Consents")
	page.Active, page.Banner, page.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), pid, "consents")
	a, _ := authz.From(r.Context())
	page.Form = f
	v := overviewView{Overview: o, Patient: pid, Write: a.Can(authz.ConsentWrite) && h.Status != patient.MergedAway}
	return web.Render(w, r, f.Status(), overviewPage(page, f, v))
}

// chaperone keeps what the patient says about one today.
func (u *ui) chaperone(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	answer, name := consent.ChaperoneAnswer(f.Text("chaperone")), f.Text("chaperone_name", form.Max(patient.MaxName))
	if f.Valid() {
		if err := u.Consents.RecordChaperone(r.Context(), pid, answer, name); err == nil {
			return web.See(w, r, base(pid), "Recorded for today.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showOverview(w, r, f)
}

// textPage reads what the three forms about a text share.
func (u *ui) textPage(r *http.Request, title string) (kit.Page, consent.Offer, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return kit.Page{}, consent.Offer{}, err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return kit.Page{}, consent.Offer{}, err
	}
	o, err := u.Consents.Offer(r.Context(), pid, r.PathValue("text"))
	if err != nil {
		return kit.Page{}, o, err
	}
	if title == "" {
		title = o.Text.Title
	}
	page := web.PageData(r, title)
	page.Active, page.Banner, page.Width = "patients", patientui.Banner(h), kit.Narrow
	page.Back = kit.To("Consents", base(pid))
	return page, o, nil
}

func (u *ui) askSign(w http.ResponseWriter, r *http.Request) error { return u.showSign(w, r, nil) }

func (u *ui) sign(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := consent.SignInput{Patient: pid, Key: r.PathValue("text"), Lang: f.Text("lang"), Version: f.Text("version"), Hash: f.Text("hash"),
		Signer: agreeing(f), Strokes: f.Text("strokes", form.Max(maxStrokes)), TypedName: f.Bool("typed")}
	if f.Valid() {
		c, err := u.Consents.Sign(r.Context(), in)
		if err == nil {
			return web.See(w, r, base(pid)+"/papers/"+c.String(), "Signed. The patient can have a copy.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showSign(w, r, f)
}

// maxStrokes is the longest path data the form takes; the service counts points.
const maxStrokes = 250_000

// agreeing is the signer of an agreement, with what shows that they may sign for
// another person.
func agreeing(f *form.Form) consent.Signer {
	s := signer(f)
	s.Identity, s.Until = f.Text("identity"), f.Date("until")
	return s
}

func signer(f *form.Form) consent.Signer {
	s := consent.Signer{
		Relation: form.Choice(f, "relation", consent.Relations()...),
		Name:     f.Text("signer", form.Required("Enter the full name of the person who says so."), form.Max(patient.MaxName)),
	}
	f.Require("relation", "Choose who this is.")
	return s
}

// showSign shows the text with an empty form when f is nil. The text's version
// is always that of the words on the page.
func (u *ui) showSign(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, o, err := u.textPage(r, "")
	if err != nil {
		return err
	}
	if f == nil {
		f = likelySigner(o)
	}
	page.Form, page.Scripts = f, []string{"sig-pad.js"}
	return web.Render(w, r, f.Status(), signPage(page, f, o))
}

// likelySigner fills in who will probably sign: the patient, or a minor's guardian.
func likelySigner(o consent.Offer) *form.Form {
	v := map[string]string{"relation": string(consent.Self), "signer": o.Patient.LegalName()}
	if o.Minor {
		v = map[string]string{"signer": o.Patient.Guardian.Name}
	}
	return form.FromValues(v)
}

// spoken describes the two forms that need no signature.
type spoken struct {
	action string // where it is sent
	text   string
	note   string // label of the note
	submit string
	must   bool // the note is needed
}

func (u *ui) askDecline(w http.ResponseWriter, r *http.Request) error {
	return u.showSpoken(w, r, nil, "decline")
}

func (u *ui) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return u.showSpoken(w, r, nil, "withdraw")
}

func (u *ui) decline(w http.ResponseWriter, r *http.Request) error {
	return u.say(w, r, "decline", "Refusal recorded.")
}

func (u *ui) withdraw(w http.ResponseWriter, r *http.Request) error {
	return u.say(w, r, "withdraw", "Withdrawal recorded.")
}

func (u *ui) say(w http.ResponseWriter, r *http.Request, what, flash string) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := consent.SpokenInput{Patient: pid, Key: r.PathValue("text"), Signer: signer(f), Note: f.Area("note", form.Max(2000))}
	if f.Valid() {
		do := u.Consents.Decline
		if what == "withdraw" {
			do = u.Consents.Withdraw
		}
		_, err := do(r.Context(), in)
		if err == nil {
			return web.See(w, r, base(pid), flash)
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showSpoken(w, r, f, what)
}

func (u *ui) showSpoken(w http.ResponseWriter, r *http.Request, f *form.Form, what string) error {
	title := "Record a refusal"
	if what == "withdraw" {
		title = "Withdraw this consent"
	}
	page, o, err := u.textPage(r, title)
	if err != nil {
		return err
	}
	if f == nil {
		f = likelySigner(o)
		if what == "withdraw" {
			f = form.FromValues(map[string]string{"relation": string(consent.Self), "signer": o.Patient.LegalName()})
		}
	}
	page.Form = f
	s := spoken{base(o.Patient.ID) + "/decline/" + o.Text.ID, "The patient was asked and said no. Care goes on without it where that is possible.", "What was said", "Record the refusal", true}
	if what == "withdraw" {
		s = spoken{base(o.Patient.ID) + "/withdraw/" + o.Text.ID, "The consent ends now. What was signed stays on record, and this withdrawal is added to it.", "What was said", "Withdraw the consent", false}
	}
	return web.Render(w, r, f.Status(), spokenPage(page, f, o, s))
}

func (u *ui) paper(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	cid, err := web.PathID[id.Consent](r, "consent")
	if err != nil {
		return err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return err
	}
	s, err := u.Consents.Paper(r.Context(), pid, cid)
	if err != nil {
		return err
	}
	page := web.PageData(r, s.Text.Title)
	page.Active, page.Banner, page.Width = "patients", patientui.Banner(h), kit.Narrow
	page.Back = kit.To("Consents", base(pid))
	page.Actions = kit.PrintButton("Print")
	return web.Render(w, r, http.StatusOK, paperPage(page, s, localTime(s)))
}
