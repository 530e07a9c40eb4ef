package authz

// Role is what a person is in the practice. A person may hold several.
type Role string

// The roles.
const (
	Owner     Role = "owner"
	Therapist Role = "therapist"
	FrontDesk Role = "frontdesk"
	Biller    Role = "biller"
	Auditor   Role = "auditor"
)

// Roles in the order shown.
func Roles() []Role { return []Role{Owner, Therapist, FrontDesk, Biller, Auditor} }

// Label is the role in words.
func (r Role) Label() string {
	switch r {
	case Owner:
		return "Owner"
	case Therapist:
		return "Therapist"
	case FrontDesk:
		return "Front desk"
	case Biller:
		return "Biller"
	case Auditor:
		return "Auditor"
	}
	return string(r)
}

// Permission names one thing that can be allowed.
type Permission string

// The permissions. Reading and writing are apart; so are the narrative of a
// note (NoteRead) and the fact that a visit took place (VisitRead), because the
// front desk needs the second only (45 CFR 164.502(b), minimum necessary).
const (
	PracticeManage     Permission = "practice.manage"
	StaffManage        Permission = "staff.manage"
	StaffRead          Permission = "staff.read"
	AuditRead          Permission = "audit.read"
	SystemManage       Permission = "system.manage"
	PatientRead        Permission = "patient.read"
	PatientWrite       Permission = "patient.write"
	PatientMerge       Permission = "patient.merge"
	HealthRead         Permission = "health.read"
	HealthWrite        Permission = "health.write"
	ConsentRead        Permission = "consent.read"
	ConsentWrite       Permission = "consent.write"
	ReferralRead       Permission = "referral.read"
	ReferralWrite      Permission = "referral.write"
	AuthorisationWrite Permission = "authorisation.write"
	ScreeningRead      Permission = "screening.read"
	ScreeningWrite     Permission = "screening.write"
	ScreeningClear     Permission = "screening.clear"
	AssessmentRead     Permission = "assessment.read"
	AssessmentWrite    Permission = "assessment.write"
	PlanRead           Permission = "plan.read"
	PlanWrite          Permission = "plan.write"
	VisitRead          Permission = "visit.read"
	VisitWrite         Permission = "visit.write"
	NoteRead           Permission = "note.read"
	NoteWrite          Permission = "note.write"
	NoteSign           Permission = "note.sign"
	OutcomeRead        Permission = "outcome.read"
	OutcomeWrite       Permission = "outcome.write"
	ReportRead         Permission = "report.read"
	ReportWrite        Permission = "report.write"
	DocumentRead       Permission = "document.read"
	CoverageRead       Permission = "coverage.read"
	CoverageWrite      Permission = "coverage.write"
	BillingManage      Permission = "billing.manage"
	ClaimRead          Permission = "claim.read"
	ClaimWrite         Permission = "claim.write"
	ClaimSend          Permission = "claim.send"
	ClaimWaive         Permission = "claim.waive"
	PaymentRead        Permission = "payment.read"
	PaymentTake        Permission = "payment.take"
	InboxRead          Permission = "inbox.read"
	InboxWrite         Permission = "inbox.write"
	PaperRead          Permission = "paper.read"
	CareTeamRead       Permission = "careteam.read"
	CareTeamWrite      Permission = "careteam.write"
	CredentialOwn      Permission = "credential.own"
	CredentialRead     Permission = "credential.read"
)

// Permissions in the order shown.
func Permissions() []Permission {
	return []Permission{
		PracticeManage, StaffManage, StaffRead, AuditRead, SystemManage,
		PatientRead, PatientWrite, PatientMerge, HealthRead, HealthWrite,
		ConsentRead, ConsentWrite, ReferralRead, ReferralWrite, AuthorisationWrite,
		ScreeningRead, ScreeningWrite, ScreeningClear,
		AssessmentRead, AssessmentWrite, PlanRead, PlanWrite,
		VisitRead, VisitWrite, NoteRead, NoteWrite, NoteSign,
		OutcomeRead, OutcomeWrite, ReportRead, ReportWrite, DocumentRead,
		CoverageRead, CoverageWrite, BillingManage, ClaimRead, ClaimWrite, ClaimSend, ClaimWaive, PaymentRead, PaymentTake,
		InboxRead, InboxWrite, PaperRead, CareTeamRead, CareTeamWrite, CredentialOwn, CredentialRead,
	}
}

var clinicalRead = []Permission{
	PatientRead, HealthRead, ConsentRead, ReferralRead, ScreeningRead, AssessmentRead,
	PlanRead, VisitRead, NoteRead, OutcomeRead, ReportRead, DocumentRead, StaffRead,
	CoverageRead, ClaimRead, PaymentRead,
	PaperRead, CareTeamRead,
}

// matrix is the whole of who may do what. Owner manages and reads; to treat
// and to sign, a person needs the therapist role as well.
var matrix = map[Role]map[Permission]bool{
	Owner: set(clinicalRead, PracticeManage, StaffManage, AuditRead, SystemManage,
		PatientWrite, PatientMerge, ConsentWrite, ReferralWrite, AuthorisationWrite, VisitWrite,
		CoverageWrite, BillingManage, ClaimWrite, ClaimSend, ClaimWaive, PaymentTake,
		InboxRead, InboxWrite, CareTeamWrite, CredentialOwn, CredentialRead),
	Therapist: set(clinicalRead, PatientWrite, PatientMerge, HealthWrite, ConsentWrite, ReferralWrite, AuthorisationWrite,
		ScreeningWrite, ScreeningClear, AssessmentWrite, PlanWrite, VisitWrite,
		NoteWrite, NoteSign, OutcomeWrite, ReportWrite,
		CoverageWrite, ClaimWrite, ClaimSend, ClaimWaive, PaymentTake,
		InboxRead, InboxWrite, CareTeamWrite, CredentialOwn),
	FrontDesk: set(nil, StaffRead, PatientRead, PatientWrite, PatientMerge, HealthRead, HealthWrite,
		ConsentRead, ConsentWrite, ReferralRead, ReferralWrite, AuthorisationWrite, VisitRead, VisitWrite,
		CoverageRead, CoverageWrite, PaymentRead, PaymentTake,
		InboxRead, InboxWrite, PaperRead, CareTeamRead, CareTeamWrite, CredentialOwn),
	// Whoever makes claims sees what a claim must prove, not the narrative.
	Biller: set(nil, StaffRead, PatientRead, ReferralRead, AuthorisationWrite, VisitRead,
		CoverageRead, CoverageWrite, BillingManage, ClaimRead, ClaimWrite, ClaimSend, ClaimWaive, PaymentRead, PaymentTake,
		InboxRead, PaperRead, CareTeamRead, CredentialOwn),
	Auditor: set(clinicalRead, AuditRead,
		CredentialRead),
}

func set(base []Permission, more ...Permission) map[Permission]bool {
	m := map[Permission]bool{}
	for _, p := range base {
		m[p] = true
	}
	for _, p := range more {
		m[p] = true
	}
	return m
}

// Granted reports whether role r includes permission p.
func Granted(r Role, p Permission) bool { return matrix[r][p] }
