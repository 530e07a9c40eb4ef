package home

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
)

// Entry is one thing to open: a patient's chart, a page, or what is done for a
// patient.
type Entry struct {
	Label string // what it does: "Note", "Chart", "Claims"
	Name  string // the patient's name; "" where it is about nobody
	Hint  string
	URL   string
}

// Found is the entries in groups.
type Found struct {
	Groups []Group
	Count  int
}

// Group is entries under a heading.
type Group struct {
	Title   string
	Entries []Entry
}

const (
	foundPeople = 8 // patients shown; the page of patients has the others
	foundDoing  = 5 // patients for whom a thing may be done
	foundPages  = 6
	foundFirst  = 8 // pages shown before anything is typed
	leastTyped  = 2 // letters, before anybody is looked for
)

// page is one that can be opened by typing. All of them are linked elsewhere.
type page struct {
	label, url string
	need       authz.Permission // "" for everybody
	also       string           // further words it is found by
}

var openable = []page{
	{"New patient", "/patients/new", authz.PatientWrite, "register add create"},
	{"Plan visit", "/visits/new", authz.VisitWrite, "book appointment new session"},
	{"Today", "/", "", "day board home"},
	{"Everything that needs you", "/needs", authz.VisitRead, "worklist tasks to-do"},
	{"Patients", "/patients", authz.PatientRead, "people clients"},
	{"Visits", "/visits", authz.VisitRead, "calendar sessions appointments"},
	{"Claims ready to send", "/claims?state=ready", authz.ClaimSend, "submit ready billing"},
	{"Claims that are blocked", "/claims?state=blocked", authz.ClaimRead, "fix blocked billing"},
	{"Claims", "/claims", authz.ClaimRead, "billing insurance"},
	{"Batches of claims", "/claims/batches", authz.ClaimRead, "sent files billing"},
	{"Inbox", "/inbox", authz.InboxRead, "papers faxes scans"},
	{"My credentials", "/credentials", authz.CredentialOwn, "license ce education wallet"},
	{"Prescribers", "/prescribers", authz.ReferralRead, "doctors physicians referrers"},
	{"New prescriber", "/prescribers/new", authz.ReferralWrite, "doctor physician add"},
	{"Audit log", "/audit", authz.AuditRead, "who saw entries"},
	{"Settings: practice", "/settings/practice", authz.PracticeManage, "name phone"},
	{"Settings: locations", "/settings/locations", authz.PracticeManage, "places rooms address"},
	{"Settings: staff", "/settings/staff", authz.PracticeManage, "people roles licenses accounts"},
	{"Settings: payers", "/settings/payers", authz.BillingManage, "insurers insurance"},
	{"Settings: fees", "/settings/fees", authz.BillingManage, "prices schedule"},
	{"Settings: claims", "/settings/claims", authz.BillingManage, "submitter clearinghouse"},
	{"Preferences", "/preferences", "", "shortcuts keys appearance"},
	{"Security", "/security", "", "password passkey sessions authenticator"},
	{"Help", "/help", "", "shortcuts keyboard questions"},
}

// doing is what can be done for a patient by typing a word and a name.
type doing struct {
	words string // the first is how it is offered
	label string
	path  string // below the patient's address; "" is answered by where
	need  authz.Permission
}

var doings = []doing{
	{"note", "Note", "", authz.NoteWrite},
	{"book plan", "Plan visit", "", authz.VisitWrite},
	{"referral prescription", "New referral", "/referrals/new", authz.ReferralWrite},
	{"screen", "Screen", "/screening/new", authz.ScreeningWrite},
	{"evaluate assess", "Evaluate", "/assessments/new", authz.AssessmentWrite},
	{"measure score outcome", "Record a score", "/outcomes/new", authz.OutcomeWrite},
	{"report", "Reports", "/reports", authz.ReportRead},
	{"intake", "Intake", "/intake", authz.HealthRead},
	{"consent", "Consents", "/consents", authz.ConsentRead},
	{"insurance coverage", "Insurance", "/coverage", authz.CoverageRead},
	{"pay account", "Account", "/account", authz.PaymentRead},
}

// Find gives what a few words may mean to the actor: a thing to do for a
// patient ("note dana"), a page ("submit ready"), patients by name, birth date,
// phone or number. Without words it gives pages and the patients opened last.
// Anybody signed in may ask; what they may not open is left out. Looking for
// patients is recorded as every search is.
func (s *Service) Find(ctx context.Context, text string) (Found, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return Found{}, err
	}
	words := strings.Fields(strings.ToLower(text))
	if len(words) > 0 && words[0] == "go" {
		words = slices.DeleteFunc(words[1:], func(w string) bool { return w == "to" })
	}
	var f Found
	if len(words) == 0 {
		f.add("Go to", pagesFor(a, nil, foundFirst))
		recent, err := s.recent(ctx, a)
		f.add("Patients you opened last", recent)
		return f, err
	}
	did, err := s.doings(ctx, a, words)
	if err != nil {
		return Found{}, err
	}
	f.add("Do", did)
	f.add("Go to", pagesFor(a, words, foundPages))
	if len(did) == 0 {
		people, err := s.people(ctx, a, strings.Join(words, " "), foundPeople)
		if err != nil {
			return Found{}, err
		}
		f.add("Patients", entriesOf(people, "Chart", ""))
	}
	return f, nil
}

func (f *Found) add(title string, entries []Entry) {
	if len(entries) > 0 {
		f.Groups = append(f.Groups, Group{title, entries})
		f.Count += len(entries)
	}
}

// pagesFor gives the actor's pages of which some word begins with each that was
// typed.
func pagesFor(a authz.Actor, words []string, most int) (out []Entry) {
	for _, p := range openable {
		have := strings.FieldsFunc(strings.ToLower(p.label+" "+p.also), func(r rune) bool { return r == ' ' || r == ':' })
		missing := slices.ContainsFunc(words, func(w string) bool {
			return !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) })
		})
		if !missing && (p.need == "" || a.Can(p.need)) && len(out) < most {
			out = append(out, Entry{Label: p.label, URL: p.url})
		}
	}
	return out
}

// doings reads the first word as a thing to do and the others as a patient.
func (s *Service) doings(ctx context.Context, a authz.Actor, words []string) (out []Entry, err error) {
	if len(words) < 2 || utf8.RuneCountInString(words[0]) < leastTyped {
		return nil, nil
	}
	var meant []doing
	for _, d := range doings {
		if a.Can(d.need) && slices.ContainsFunc(strings.Fields(d.words), func(w string) bool { return strings.HasPrefix(w, words[0]) }) {
			meant = append(meant, d)
		}
	}
	if len(meant) == 0 {
		return nil, nil
	}
	people, err := s.people(ctx, a, strings.Join(words[1:], " "), foundDoing)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	for _, d := range meant {
		switch d.words {
		case "note":
			notes, err := s.notes(ctx, a, people)
			if err != nil {
				return nil, err
			}
			out = append(out, notes...)
		case "book plan":
			out = append(out, entriesOf(people, d.label, "/visits/new?patient=")...)
		default:
			entries := entriesOf(people, d.label, "")
			for i := range entries {
				entries[i].URL += d.path
			}
			out = append(out, entries...)
		}
	}
	return out, nil
}

func entriesOf(people []patient.Row, label, before string) (out []Entry) {
	if before == "" {
		before = "/patients/"
	}
	for _, p := range people {
		hint := "born " + p.BirthDate.Human() + " · no. " + p.Number
		if p.Status != patient.Active {
			hint += " · " + string(p.Status)
		}
		out = append(out, Entry{Label: label, Name: p.Name, Hint: hint, URL: before + p.ID.String()})
	}
	return out
}

// people finds patients; a single letter finds nobody.
func (s *Service) people(ctx context.Context, a authz.Actor, text string, most int) ([]patient.Row, error) {
	if !a.Can(authz.PatientRead) || utf8.RuneCountInString(text) < leastTyped {
		return nil, nil
	}
	found, err := s.Patients.Search(ctx, text)
	return found.Rows[:min(most, len(found.Rows))], err
}

// notes leads to the note of today's visit, and where there is none to the visits.
func (s *Service) notes(ctx context.Context, a authz.Actor, people []patient.Row) ([]Entry, error) {
	today := map[id.Patient]q.OpenVisitsRow{}
	err := s.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).OpenVisits(ctx, q.OpenVisitsParams{PracticeID: tx.Practice, ServiceDate: a.Today(tx.Now.Time)})
		for _, r := range slices.Backward(rows) {
			if had, ok := today[r.PatientID]; !ok || had.UserID != a.User || r.UserID == a.User {
				today[r.PatientID] = r
			}
		}
		return err
	})
	out := entriesOf(people, "Note", "")
	for i, p := range people {
		v, ok := today[p.ID]
		switch {
		case !ok:
			out[i].Hint += " · no visit today"
			out[i].URL += "/visits"
		case visit.State(v.State) == visit.StateInProgress:
			out[i].URL = "/visits/" + v.VisitID.String() + "/note"
		default:
			out[i].URL = "/visits/" + v.VisitID.String()
		}
	}
	return out, db.Classify(err)
}

// recent are the patients whose charts the actor opened last.
func (s *Service) recent(ctx context.Context, a authz.Actor) ([]Entry, error) {
	if !a.Can(authz.PatientRead) {
		return nil, nil
	}
	var people []patient.Row
	err := s.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).RecentPatients(ctx, q.RecentPatientsParams{PracticeID: tx.Practice, UserID: a.User})
		people = nil
		for _, r := range rows {
			people = append(people, patient.Row{ID: r.PatientID, Name: r.Name, Number: r.Number, BirthDate: r.BirthDate, Status: patient.Active})
		}
		return err
	})
	if err != nil || len(people) == 0 {
		return nil, db.Classify(err)
	}
	var named []db.Event
	for _, p := range people {
		named = append(named, db.Event{Action: "patient.recent", Patient: p.ID, Kind: "patient", Subject: p.ID.String()})
	}
	return entriesOf(people, "Chart", ""), s.Log.Viewed(ctx, named[0], named[1:]...)
}
