package authz

import (
	"fmt"
	"strings"
)

// meanings say in words what each permission allows, for the document and for
// pages about roles.
var meanings = map[Permission]string{
	PracticeManage:     "Change the practice, its locations and its settings",
	StaffManage:        "Invite, change and disable staff, and give roles",
	StaffRead:          "See who works here",
	AuditRead:          "Read the audit log",
	SystemManage:       "Back up, restore, export all, see the installation's health",
	PatientRead:        "Find patients and see their names, contacts and dates of birth",
	PatientWrite:       "Register patients and change their contacts",
	PatientMerge:       "Merge two records of one person",
	HealthRead:         "Read health history, medicines and allergies",
	HealthWrite:        "Change health history, medicines and allergies",
	ConsentRead:        "See consents and notices",
	ConsentWrite:       "Take and withdraw consents",
	ReferralRead:       "See prescriptions, diagnoses and authorizations",
	ReferralWrite:      "Register prescriptions and diagnoses",
	AuthorisationWrite: "Enter what payers authorize",
	ScreeningRead:      "See safety screenings",
	ScreeningWrite:     "Run a safety screening",
	ScreeningClear:     "Record that a named clinician cleared a contraindication",
	AssessmentRead:     "Read assessments and findings",
	AssessmentWrite:    "Record assessments and findings",
	PlanRead:           "Read plans of care and goals",
	PlanWrite:          "Write plans of care and goals",
	VisitRead:          "See that a visit took place, with whom and for how long",
	VisitWrite:         "Open, check in and cancel visits",
	NoteRead:           "Read the narrative of notes",
	NoteWrite:          "Write draft notes",
	NoteSign:           "Sign notes, addenda and retractions",
	OutcomeRead:        "Read outcome scores",
	OutcomeWrite:       "Enter outcome scores",
	ReportRead:         "Read reports to referrers",
	ReportWrite:        "Write and release reports to referrers",
	DocumentRead:       "Open signed documents",
	CoverageRead:       "See patients' insurance and what it asks for",
	CoverageWrite:      "Enter and change patients' insurance",
	BillingManage:      "Manage payers, enrolments, fees and how claims are sent",
	ClaimRead:          "See claims, their checks and what was sent",
	ClaimWrite:         "Prepare claims",
	ClaimSend:          "Export and send claims",
	ClaimWaive:         "Set a check aside with a reason",
	PaymentRead:        "See charges, payments and balances",
	PaymentTake:        "Take payments and give receipts",
	InboxRead:          "See scans and faxes that wait to be filed",
	InboxWrite:         "Take in, file, put back and discard scans and faxes",
	PaperRead:          "Open papers that were filed to a patient",
	CareTeamRead:       "See who else treats a patient",
	CareTeamWrite:      "Change who else treats a patient",
	CredentialOwn:      "Keep one's own licenses, certificates and contact hours",
	CredentialRead:     "See everybody's licenses, certificates and contact hours",
}

// Meaning says in words what p allows; "" for an unknown permission.
func (p Permission) Meaning() string { return meanings[p] }

// Document is the matrix as a Markdown page, kept in docs/PERMISSIONS.md. It
// is the same for the same matrix.
func Document() string {
	var b strings.Builder
	b.WriteString(`# Who may do what

This page is written from the matrix in ` + "`internal/authz/matrix.go`" + `; a test compares
the two. To change it, change the matrix and run

    go test ./internal/authz -update

What is not marked is refused. A person may hold several roles and then has
what any of them grants. Permissions say what may be done, never to whose
records: every statement reaches the rows of the person's own practice only.

`)
	b.WriteString("| Permission | Allows |")
	rule := "|---|---|"
	for _, r := range Roles() {
		fmt.Fprintf(&b, " %s |", r.Label())
		rule += ":-:|"
	}
	b.WriteString("\n" + rule + "\n")
	for _, p := range Permissions() {
		fmt.Fprintf(&b, "| `%s` | %s |", p, p.Meaning())
		for _, r := range Roles() {
			mark := " "
			if Granted(r, p) {
				mark = " ✓ "
			}
			b.WriteString(mark + "|")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
