// Package coverageui is the pages of patients' insurance and of the payers a
// practice bills. Every page works without scripts: the payer is chosen first,
// and the form then asks for what that kind of payer needs. A form that is
// wrong keeps everything that was entered, the photos of the card included.
package coverageui

import (
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/coverage"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/practice"
	"soapstone/internal/practice/practiceui"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Coverages *coverage.Service
	Patients  *patient.Service
	Referrals *referral.Service
	Practices *practice.Service
	Clock     clock.Clock
}

type ui struct{ Deps }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	read, write, manage := authz.CoverageRead, authz.CoverageWrite, authz.BillingManage
	rt.Handle("GET /patients/{patient}/coverage", read, u.list)
	rt.Handle("GET /patients/{patient}/coverage/new", write, u.ask)
	rt.Handle("POST /patients/{patient}/coverage/new", write, u.add)
	rt.Handle("GET /patients/{patient}/coverage/{coverage}", read, u.view)
	rt.Handle("GET /patients/{patient}/coverage/{coverage}/edit", write, u.edit)
	rt.Handle("POST /patients/{patient}/coverage/{coverage}/edit", write, u.amend)
	rt.Handle("GET /patients/{patient}/coverage/{coverage}/end", write, u.askEnd)
	rt.Handle("POST /patients/{patient}/coverage/{coverage}/end", write, u.end)
	rt.Handle("GET /patients/{patient}/coverage/{coverage}/mistake", write, u.askMistake)
	rt.Handle("POST /patients/{patient}/coverage/{coverage}/mistake", write, u.mistake)
	rt.Handle("GET /patients/{patient}/insurance-cards/{card}", read, u.card)

	rt.Handle("GET /settings/payers", manage, u.payers)
	rt.Handle("GET /settings/payers/new", manage, u.askPayer)
	rt.Handle("POST /settings/payers/new", manage, u.addPayer)
	rt.Handle("GET /settings/payers/{payer}", manage, u.payer)
	rt.Handle("GET /settings/payers/{payer}/edit", manage, u.editPayer)
	rt.Handle("POST /settings/payers/{payer}/edit", manage, u.savePayer)
	rt.Handle("GET /settings/payers/{payer}/enrollments/new", manage, u.askEnrolment)
	rt.Handle("POST /settings/payers/{payer}/enrollments/new", manage, u.addEnrolment)
	rt.Handle("GET /settings/payers/{payer}/enrollments/{enrollment}", manage, u.editEnrolment)
	rt.Handle("POST /settings/payers/{payer}/enrollments/{enrollment}", manage, u.saveEnrolment)
}

func listURL(p id.Patient) string { return "/patients/" + p.String() + "/coverage" }

func coverageURL(p id.Patient, c id.Coverage) string { return listURL(p) + "/" + c.String() }

func cardURL(p id.Patient, b id.Blob) string {
	return "/patients/" + p.String() + "/insurance-cards/" + b.String()
}

func payerURL(p id.Payer) string { return "/settings/payers/" + p.String() }

// page starts a page about the patient in the path.
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
	return p, pid, nil
}

// settings starts a page of the settings; below one of its tabs when back is set.
func settings(r *http.Request, title string, back *kit.Link, f *form.Form) kit.Page {
	p := web.PageData(r, title)
	p.Active, p.Form = "settings", f
	if back == nil {
		p.Tabs = practiceui.Tabs(r.Context(), "payers")
	} else {
		p.Back = *back
	}
	return p
}

func (u *ui) today(r *http.Request) civil.Date {
	a, _ := authz.From(r.Context())
	return a.Today(u.Clock.Now())
}

func can(r *http.Request, p authz.Permission) bool {
	a, ok := authz.From(r.Context())
	return ok && a.Can(p)
}

// ids are the patient and the insurance in the path.
func ids(r *http.Request) (p id.Patient, c id.Coverage, err error) {
	if p, err = web.PathID[id.Patient](r, "patient"); err == nil {
		c, err = web.PathID[id.Coverage](r, "coverage")
	}
	return p, c, err
}
