package arch_test

// This file is the plan of the house: which rooms there are, in which order,
// and every exception with its reason. The rules are in the other files.

// floor is a set of rooms (folders of internal/). Imports go from a later floor
// to an earlier one.
type floor struct {
	name  string
	rooms []string
	// ordered rooms import only those listed before them; unordered ones may
	// import each other as far as the compiler allows.
	ordered bool
}

const (
	floorFoundation   = "foundation"
	floorDB           = "db"
	floorPlatform     = "platform"
	floorKnowledge    = "knowledge"
	floorCapabilities = "capabilities"
	floorInterop      = "interop"
	floorWeb          = "web"
	floorUI           = "ui" // every room's package ROOMui
	floorSurfaces     = "surfaces"
	floorApp          = "app"
	floorTools        = "tools" // commands for those who work on the program
)

// floors from the ground up. Add a new room here, at its place.
var floors = []floor{
	{floorFoundation, []string{"id", "civil", "money", "errs", "clock", "textkey", "seal"}, true},
	{floorDB, []string{"db"}, false},
	{floorPlatform, []string{
		"authz", "authn", "audit", "document", "blob", "jobs", "mail", "pdf", "svgchart", "ical",
		"backup", "config", "metrics", "tlscert",
	}, false},
	{floorKnowledge, []string{"knowledge"}, false},
	{floorCapabilities, []string{
		"practice", "patient", "careteam", "consent", "intake", "diagnosiscode",
		"referral", "inbox", "screening", "assessment", "plan",
		"schedule", "visit", "outcome", "visitledger",
		"coverage", "fee", "claim", "remit", "ledger", "checkout",
		"exam", "learn", "credential",
		"offer", "outreach", "testimonial",
		"report", "records",
	}, true},
	{floorInterop, []string{"claimx12", "claimpaper", "fhirapi", "importer", "exporter"}, false},
	{floorWeb, []string{"web"}, false},
	{floorUI, nil, true},
	{floorSurfaces, []string{"home", "portal", "publicsite", "demo"}, false},
	{floorApp, []string{"app"}, false},
	{floorTools, []string{"bench"}, false},
}

// formats are the pure packages at the root: usable alone, nothing of internal/.
var formats = []string{"x12", "units", "fhir", "irt", "fsrs"}

// httpRooms may import net/http although they show no pages.
var httpRooms = map[string]string{
	"bench":   "asks the running program for its pages",
	"authn":   "keeps sessions in cookies, and WebAuthn answers come in requests",
	"tlscert": "answers the challenges of a public certificate authority",
}

// htmlRooms may import templ or html although they are no pages themselves.
var htmlRooms = map[string]string{}

// globalTables belong to the installation and not to a practice, so their keys
// are not led by practice_id.
var globalTables = map[string]string{
	"sign_in_throttle":  "counts failures before it is known whose account is meant",
	"webauthn_ceremony": "remembers completed ceremonies before it is known who signs in",
	"setup_code":        "exists only while there is no practice",
}

// globalIndexes span practices although their table does not.
var globalIndexes = map[string]string{
	"staff_email": "a person signs in with an address before the practice is known",
}

// nullableText are text columns that may be NULL, as table.column.
var nullableText = map[string]string{
	"job.unique_key": "NULL is no key: a unique index lets any number of them pass",
}

// commonTables may be read by every room: the tenant, its places and its
// people are what everything else refers to.
var commonTables = map[string]bool{"practice": true, "location": true, "staff": true}

// crossPractice are the queries without practice_id, as room.Query.
var crossPractice = map[string]string{
	"audit.NextPendingPractice": "the sealer serves all practices, going round them",
	"authn.FirstPractice":       "asks whether the installation is set up",
	"authn.ListPractices":       "maintenance goes through all practices in turn",
	"authn.PersonByEmail":       "a person signs in with an address before the practice is known",
	"inbox.Practices":           "the watched folder belongs to the installation; it serves the one practice there is",
	"jobs.Due":                  "the worker serves all practices, going round them",
}

// readsUpward are tables that a room reads although their room lies above it,
// as room.table.
var readsUpward = map[string]string{}

// immutableTables and those with an immutablePrefix have no UPDATE and no
// DELETE: what was signed, recorded or posted stays.
var (
	immutableTables = []string{"document", "audit_entry", "audit_seal", "audit_sealed", "blob", "referral_version", "prescriber_version", "visit_change", "safety_acknowledgement",
		"inbox_event", "claim_event", "claim_choice", "claim_batch", "claim_batch_item",
		"payment", "payment_reversal", "receipt"}
	immutablePrefixes = []string{"ledger_"}
)

// rawSQLRooms may hold SQL in Go text instead of queries.sql.
var rawSQLRooms = map[string]string{
	"bench":  "loads a large practice in bulk, as no room ever writes",
	"audit":  "the report's filters and its order are chosen from fixed fragments",
	"backup": "copies every table of the schema, whatever its columns",
	"db":     "opens, migrates and translates: the only place that knows the engines",
}

// clockFiles may ask the machine for the time.
var clockFiles = map[string]string{
	"internal/clock/clock.go": "the clock itself",
}

// authoriseHelpers are unexported functions or methods, as name or room.name,
// that a service method may begin with instead of authz.Require; each must
// itself begin with it.
var authoriseHelpers = []string{"authorise", "actor", "require", "patient.setStatus"}

// unauthorised are service methods that decide otherwise who may call them, as
// room.Method.
var unauthorised = map[string]string{}

// oversized files and functions that stay over the hard limit, as path or
// path:function.
var oversized = map[string]string{}

// spokenOf are files in which a word of wordsThatStayOut may stand.
var spokenOf = map[string]string{
	"internal/arch/words_test.go": "holds the list",
	"scripts/with-postgres.sh":    "the path of a socket is limited to 107 bytes, so it lies in a short folder",
}

// testOnlyModules may be under the Mozilla Public License 2.0, because they are
// never linked into the program.
var testOnlyModules = map[string]string{
	"pgregory.net/rapid": "draws the cases of the laws",
}
