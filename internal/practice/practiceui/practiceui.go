// Package practiceui shows the settings of a practice: its name and time-out,
// its locations, its staff and who it is to payers. Everybody on the staff may read them; changes
// need the owner's permissions, and changes to staff a recent proof of who is
// asking.
package practiceui

import (
	"context"
	"net/http"

	"soapstone/internal/authn"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Practices *practice.Service
	Authn     *authn.Service
	Clock     clock.Clock
}

type ui struct{ Deps }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /settings/practice", authz.StaffRead, u.practicePage)
	rt.Handle("POST /settings/practice", authz.PracticeManage, u.savePractice)
	rt.Handle("GET /settings/locations", authz.StaffRead, u.locationsPage)
	rt.Handle("GET /settings/locations/new", authz.PracticeManage, u.newLocation)
	rt.Handle("POST /settings/locations", authz.PracticeManage, u.addLocation)
	rt.Handle("GET /settings/locations/{location}", authz.StaffRead, u.locationPage)
	rt.Handle("POST /settings/locations/{location}", authz.PracticeManage, u.saveLocation)

	rt.Handle("GET /settings/billing", authz.PracticeManage, u.billingPage)
	rt.Handle("POST /settings/billing", authz.PracticeManage, u.saveBilling)

	staff := func(pattern string, h web.Handler) { rt.Handle(pattern, authz.StaffManage, authnui.StepUp(d.Authn, h)) }
	rt.Handle("GET /settings/staff", authz.StaffRead, u.staffPage)
	rt.Handle("GET /settings/staff/{user}", authz.StaffRead, u.memberPage)
	staff("GET /settings/staff/new", u.newMember)
	staff("POST /settings/staff", u.addMember)
	staff("GET /settings/staff/{user}/edit", u.editMember)
	staff("POST /settings/staff/{user}", u.saveMember)
	staff("POST /settings/staff/{user}/active", u.setActive)
	staff("POST /settings/staff/{user}/invitation", u.invite)
	staff("GET /settings/staff/{user}/invitation", u.invitationPage)
}

// page is a page of the settings with its tabs.
func (u *ui) page(r *http.Request, title, tab string, f *form.Form) kit.Page {
	p := web.PageData(r, title)
	p.Active, p.Form = "settings", f
	p.Tabs = Tabs(r.Context(), tab)
	return p
}

// Tabs are the areas of the settings that the context's actor may open; active
// is practice, locations, staff, billing, payers, fees or connection.
func Tabs(ctx context.Context, active string) []kit.Tab {
	tabs := []kit.Tab{
		{Label: "Practice", URL: "/settings/practice", Active: active == "practice"},
		{Label: "Locations", URL: "/settings/locations", Active: active == "locations"},
		{Label: "Staff", URL: "/settings/staff", Active: active == "staff"},
	}
	a, _ := authz.From(ctx)
	if a.Can(authz.PracticeManage) {
		tabs = append(tabs, kit.Tab{Label: "Billing identity", URL: "/settings/billing", Active: active == "billing"},
			kit.Tab{Label: "Diagnosis codes", URL: "/settings/diagnosis-codes", Active: active == "diagnosis-codes"})
	}
	if a.Can(authz.BillingManage) {
		tabs = append(tabs, kit.Tab{Label: "Payers", URL: "/settings/payers", Active: active == "payers"},
			kit.Tab{Label: "Fees", URL: "/settings/fees", Active: active == "fees"},
			kit.Tab{Label: "Claims", URL: "/settings/claims", Active: active == "claims"})
	}
	if a.Can(authz.SystemManage) {
		tabs = append(tabs, kit.Tab{Label: "Connection", URL: "/settings/connection", Active: active == "connection"})
	}
	return tabs
}

// below is a page one step below one of the tabs.
func (u *ui) below(r *http.Request, title string, back kit.Link, f *form.Form) kit.Page {
	p := web.PageData(r, title)
	p.Active, p.Form, p.Width, p.Back = "settings", f, kit.Narrow, back
	return p
}

func can(r *http.Request, p authz.Permission) bool {
	a, ok := authz.From(r.Context())
	return ok && a.Can(p)
}
