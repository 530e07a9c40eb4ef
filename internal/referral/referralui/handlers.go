// Package referralui is the pages of prescriptions and of those who write
// them. Every page works without scripts: what a script does in place (search,
// adding a code, showing a scan) a button of the same form does by showing the
// page again. A form that is wrong keeps everything that was entered, the
// uploaded scan included.
package referralui

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// Ledger shows how much of each referral is used. The room that counts visits
// implements it.
type Ledger interface {
	Bars(ctx context.Context, p id.Patient) (map[id.Referral]Bar, error)
}

// Bar is one referral's ledger.
type Bar struct {
	Status    referral.Status
	Component templ.Component
	UsedUp    map[id.Authorisation]bool // authorizations of which nothing is left
}

// Insured knows who pays for a patient. The room of insurance implements it.
type Insured interface {
	// Payer names who pays first on a day; found is false for self-pay.
	Payer(ctx context.Context, p id.Patient, on civil.Date) (name string, found bool, err error)
}

// Deps are passed by the composition root. Without a Ledger no bars are shown,
// without Insured no payer is filled in; without a Clock it is the machine's.
type Deps struct {
	Referrals *referral.Service
	Patients  *patient.Service
	Ledger    Ledger
	Insured   Insured
	Clock     clock.Clock
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	if d.Clock == nil {
		d.Clock = clock.System()
	}
	u := &ui{d}
	read, write, authorise := authz.ReferralRead, authz.ReferralWrite, authz.AuthorisationWrite
	rt.Handle("GET /patients/{patient}/referrals", read, u.list)
	rt.Handle("GET /patients/{patient}/referrals/new", write, u.ask)
	rt.Handle("POST /patients/{patient}/referrals/new", write, u.register)
	rt.Handle("GET /patients/{patient}/prescription-scans/{scan}", read, u.scan)
	rt.Handle("POST /patients/{patient}/prescription-scans/{scan}/discard", write, u.discard)
	rt.Handle("GET /patients/{patient}/referrals/{referral}", read, u.view)
	rt.Handle("GET /patients/{patient}/referrals/{referral}/edit", write, u.edit)
	rt.Handle("POST /patients/{patient}/referrals/{referral}/edit", write, u.amend)
	rt.Handle("POST /patients/{patient}/referrals/{referral}/scans", write, u.addScan)
	rt.Handle("GET /patients/{patient}/referrals/{referral}/close", write, u.askClose)
	rt.Handle("POST /patients/{patient}/referrals/{referral}/close", write, u.close)
	rt.Handle("POST /patients/{patient}/referrals/{referral}/reopen", write, u.reopen)
	rt.Handle("GET /patients/{patient}/referrals/{referral}/authorizations/new", authorise, u.askAuthorisation)
	rt.Handle("POST /patients/{patient}/referrals/{referral}/authorizations/new", authorise, u.addAuthorisation)
	rt.Handle("GET /patients/{patient}/referrals/{referral}/authorizations/{authorization}", authorise, u.editAuthorisation)
	rt.Handle("POST /patients/{patient}/referrals/{referral}/authorizations/{authorization}", authorise, u.amendAuthorisation)
	rt.Handle("GET /referrals/new", write, u.ask)
	rt.Handle("POST /referrals/new", write, u.registerAny)
	rt.Handle("GET /referrals/patients", write, u.pickPatient)
	rt.Handle("GET /referrals/scans/{scan}", write, u.looseScan)
	rt.Handle("POST /referrals/scans/{scan}/discard", write, u.discardLoose)
	rt.Handle("GET /referrals/codes", read, u.codes)
	rt.Handle("GET /referrals/order", read, u.order)
	rt.Handle("GET /prescribers", read, u.directory)
	rt.Handle("GET /prescribers/pick", write, u.pick)
	rt.Handle("GET /prescribers/new", write, u.askPrescriber)
	rt.Handle("POST /prescribers/new", write, u.addPrescriber)
	rt.Handle("GET /prescribers/{prescriber}", read, u.prescriber)
	rt.Handle("GET /prescribers/{prescriber}/edit", write, u.editPrescriber)
	rt.Handle("POST /prescribers/{prescriber}/edit", write, u.amendPrescriber)
	rt.Handle("GET /prescribers/{prescriber}/merge", write, u.askMerge)
	rt.Handle("POST /prescribers/{prescriber}/merge", write, u.merge)
}

type ui struct{ Deps }

func listURL(p id.Patient) string { return "/patients/" + p.String() + "/referrals" }

func referralURL(p id.Patient, r id.Referral) string { return listURL(p) + "/" + r.String() }

func scanURL(p id.Patient, b id.Blob) string {
	if p.IsZero() {
		return "/referrals/scans/" + b.String()
	}
	return "/patients/" + p.String() + "/prescription-scans/" + b.String()
}

func prescriberURL(p id.Prescriber) string { return "/prescribers/" + p.String() }

// page starts a page about the patient in the path.
func (u *ui) page(r *http.Request, title string) (kit.Page, id.Patient, error) {
	pid, err := patientOf(r)
	if err != nil {
		return kit.Page{}, pid, err
	}
	if pid.IsZero() {
		p := web.PageData(r, title)
		p.Active = "patients"
		return p, pid, nil
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return kit.Page{}, pid, err
	}
	p := web.PageData(r, title)
	p.Active, p.Banner, p.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), pid, "referrals")
	return p, pid, nil
}

func (u *ui) today(r *http.Request) civil.Date {
	a, _ := authz.From(r.Context())
	return a.Today(u.Clock.Now())
}

// ids reads the patient and the referral in the path.
func ids(r *http.Request) (id.Patient, id.Referral, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return pid, id.Referral{}, err
	}
	rid, err := web.PathID[id.Referral](r, "referral")
	return pid, rid, err
}

// bars gives the ledgers of a patient; empty without a Ledger.
func (u *ui) bars(ctx context.Context, p id.Patient) (map[id.Referral]Bar, error) {
	if u.Ledger == nil {
		return nil, nil
	}
	return u.Ledger.Bars(ctx, p)
}

// may reports whether the request's actor may change referrals: buttons that
// would be refused are not shown.
func may(r *http.Request) bool {
	a, _ := authz.From(r.Context())
	return a.Can(authz.ReferralWrite)
}

// mayAuthorise reports whether the actor may enter a payer's authorizations.
func mayAuthorise(r *http.Request) bool {
	a, _ := authz.From(r.Context())
	return a.Can(authz.AuthorisationWrite)
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Referrals")
	if err != nil {
		return err
	}
	l, err := u.Referrals.List(r.Context(), pid)
	if err != nil {
		return err
	}
	bars, err := u.bars(r.Context(), pid)
	if err != nil {
		return err
	}
	v := listView{Patient: pid, Listing: l, Bars: bars, Today: u.today(r), May: may(r)}
	if v.May && len(l.Referrals) > 0 {
		page.Actions = kit.PrimaryLink("Register a referral", listURL(pid)+"/new")
	}
	return web.Render(w, r, http.StatusOK, listPage(page, v))
}

func (u *ui) view(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Referral")
	if err != nil {
		return err
	}
	return u.showReferral(w, r, page, pid, nil)
}

func (u *ui) scan(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	b, err := web.PathID[id.Blob](r, "scan")
	if err != nil {
		return err
	}
	name, kind, data, err := u.Referrals.Scan(r.Context(), pid, b)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: name, Type: kind, Data: data}, true)
}

func (u *ui) discard(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	b, err := web.PathID[id.Blob](r, "scan")
	if err != nil {
		return err
	}
	if err := u.Referrals.DiscardScan(r.Context(), pid, b); err != nil {
		return err
	}
	return web.See(w, r, listURL(pid), "Upload set aside.")
}
