package patientui

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/web/kit"
)

// areas of a patient's record: first those of a course of care, in its order,
// then what is asked or filed around it. They are listed here, beside the
// banner, so that every room shows the same row.
var areas = []struct {
	key, label, path string
	perm             authz.Permission
	folded           bool // in the menu at the end where the row gets long
}{
	{"chart", "Chart", "", authz.PatientRead, false},
	{"screening", "Screening", "/screening", authz.ScreeningRead, false},
	{"assessments", "Assessment", "/assessments", authz.AssessmentRead, false},
	{"plan", "Plan", "/plan", authz.PlanRead, false},
	{"visits", "Visits", "/visits", authz.VisitRead, false},
	{"outcomes", "Outcomes", "/outcomes", authz.OutcomeRead, false},
	{"reports", "Reports", "/reports", authz.ReportRead, false},
	{"health", "Health", "/health", authz.HealthRead, true},
	{"intake", "Intake", "/intake", authz.HealthRead, true},
	{"consents", "Consents", "/consents", authz.ConsentRead, true},
	{"referrals", "Referrals", "/referrals", authz.ReferralRead, true},
	{"coverage", "Insurance", "/coverage", authz.CoverageRead, true},
	{"account", "Account", "/account", authz.PaymentRead, true},
	{"care-team", "Care team", "/care-team", authz.CareTeamRead, true},
	{"papers", "Papers", "/papers", authz.PaperRead, true},
	{"details", "Details", "/details", authz.PatientRead, true},
}

// oneRow is how many areas fit beside each other on a tablet held upright.
const oneRow = 8

// Tabs is the row of areas under the banner of every page about patient p,
// without those that the context's actor may not open. Where they are too many
// for a row, some are folded into its menu. active is one of chart, screening,
// assessments, plan, visits, outcomes, reports, health, intake, consents,
// referrals, coverage, account, care-team, papers, details.
func Tabs(ctx context.Context, p id.Patient, active string) []kit.Tab {
	a, _ := authz.From(ctx)
	var tabs []kit.Tab
	for _, r := range areas {
		if a.Can(r.perm) {
			tabs = append(tabs, kit.Tab{Label: r.label, URL: "/patients/" + p.String() + r.path, Active: r.key == active, Folded: r.folded})
		}
	}
	for i := range tabs {
		tabs[i].Folded = tabs[i].Folded && len(tabs) > oneRow
	}
	return tabs
}
