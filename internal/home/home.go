// Package home is where the working day is seen from: Today, with the visits
// of a day and the first of what needs somebody, all of that on a page of its
// own, the chart of one patient, the list that finds patients and things to do,
// a person's preferences, and the page of help. It composes the rooms and owns
// no table: it decides only what is shown to whom, in which order, and the one
// thing that a row offers to do next.
//
// It refuses to show words of a note, a diagnosis or a score to whoever may
// not read notes, to offer what the actor may not do, and to ask the database
// once per row: the number of statements does not depend on the number of
// visits, patients or documents.
package home

import (
	"context"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/report"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	DB        *db.DB
	Log       *audit.Log
	Clock     clock.Clock
	Patients  *patient.Service
	Referrals *referral.Service
	Screening *screening.Service
	Plans     *plan.Service
	Visits    *visit.Service
	Outcomes  *outcome.Service
	Ledger    *visitledger.Service
	Reports   *report.Service
	CareTeams *careteam.Service
	Knowledge *knowledge.Set
	// Inbox and Credentials add lines to what needs somebody; either may be nil.
	Inbox       Inbox
	Credentials Credentials
	// Keys keeps whether single letters are shortcuts for the person who asks.
	Keys interface {
		SetSingleKeys(ctx context.Context, on bool) error
	}
}

// Service reads what the pages show.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{New(d)}
	rt.SignedIn("GET /{$}", u.today)
	rt.SignedIn("GET /needs", u.worklist)
	rt.Handle("POST /today/visits/{visit}", authz.VisitWrite, u.change)
	rt.SignedIn("GET /find", u.find)
	rt.SignedIn("GET /find/options", u.options)
	rt.SignedIn("GET /preferences", u.preferences)
	rt.SignedIn("POST /preferences/keys", u.setKeys)
	rt.SignedIn("GET /help", u.help)
	rt.Handle("GET /patients/{patient}", authz.PatientRead, u.chart)
}

// Nav is the main navigation of the program.
func Nav() []web.NavItem {
	item := func(key, label, url, icon string, p authz.Permission) web.NavItem {
		return web.NavItem{NavItem: kit.NavItem{Key: key, Label: label, URL: url, Icon: icon}, Permission: p}
	}
	return []web.NavItem{
		item("today", "Today", "/", "today", ""),
		item("patients", "Patients", "/patients", "people", authz.PatientRead),
		item("visits", "Visits", "/visits", "calendar", authz.VisitRead),
		item("claims", "Claims", "/claims", "file", authz.ClaimRead),
		item("prescribers", "Prescribers", "/prescribers", "inbox", authz.ReferralRead),
		item("audit", "Audit", "/audit", "shield", authz.AuditRead),
		item("settings", "Settings", "/settings/practice", "settings", authz.PracticeManage),
	}
}
