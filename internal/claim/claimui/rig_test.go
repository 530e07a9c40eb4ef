package claimui_test

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/claim/claimui"
	"soapstone/internal/claimpaper"
	"soapstone/internal/claimx12"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/fee"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/visitui"
	"soapstone/internal/visitledger"
	"soapstone/internal/web"
)

var (
	today  = civil.Of(2026, 3, 10)
	served = civil.Of(2026, 3, 9)
)

const secret = "Sleeps badly since the funeral."

type openGate struct{}

func (openGate) Gate(context.Context, *db.Tx, id.Patient, id.Visit, civil.Date) (visit.GateResult, error) {
	return visit.GateResult{}, nil
}

// site is the pages of a practice that can bill.
type site struct {
	*dbtest.Env
	t         *testing.T
	roles     []authz.Role // of whoever asks; all when empty
	web       *web.Server
	claims    *claim.Service
	patients  *patient.Service
	referrals *referral.Service
	visits    *visit.Service
	coverages *coverage.Service
	outcomes  *outcome.Service
	practices *practice.Service
	chen      referral.Prescriber
	lake      id.Payer
	born      int
}

func each(t *testing.T, fn func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newSite(t, e)) })
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	k, blobs, docs := knowledge.Must(), blob.New(e.DB, e.Key), document.New(e.DB, e.Key)
	s := &site{Env: e, t: t, patients: patient.New(e.DB, e.Log), practices: practice.New(e.DB, e.Log, nil)}
	s.referrals = referral.New(e.DB, e.Log, s.patients, blobs, k.ICD10())
	s.coverages = coverage.New(e.DB, e.Log, s.patients, s.referrals, blobs, k)
	s.outcomes = outcome.New(e.DB, e.Log, k, s.patients)
	s.visits = visit.New(e.DB, e.Log, visit.Deps{Patients: s.patients, Documents: docs, Knowledge: k, Ledger: visitledger.New(e.DB, e.Log, s.referrals), Safety: openGate{}})
	fees := fee.New(e.DB, e.Log, s.coverages)
	s.claims = claim.New(e.DB, e.Log, claim.Deps{Documents: docs, Patients: s.patients, Referrals: s.referrals, Coverages: s.coverages, Fees: fees,
		Practices: s.practices, Knowledge: k, Blobs: blobs, X12: claimx12.New(k), Paper: claimpaper.Printer{}})
	s.visits.Observe(s.claims)
	var err error
	s.web, err = web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Nav: home.Nav(), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})})
	s.must(err)
	claimui.Register(s.web.Router(), claimui.Deps{Claims: s.claims, Patients: s.patients, Knowledge: k})
	visitui.Register(s.web.Router(), visitui.Deps{Visits: s.visits, Patients: s.patients, Knowledge: k})
	s.identify()
	_, err = fees.Save(e.Actor(), fee.Schedule{Name: "Charges", Kind: fee.Standard, FromOn: today.AddDays(-200), Lines: []fee.Line{{Code: "97124", Price: 4000}, {Code: "97140", Price: 4500}}})
	s.must(err)
	return s
}

// identify enters all that claims say of the practice, its place, its therapist
// and its payer.
func (s *site) identify() {
	s.t.Helper()
	ctx := s.Actor()
	p, err := s.practices.Practice(ctx)
	s.must(err)
	p.Phone = "312-555-0100"
	s.must(s.practices.UpdatePractice(ctx, p))
	p, err = s.practices.Practice(ctx)
	s.must(err)
	s.must(s.practices.UpdateBilling(ctx, p.Version, "1558598797", practice.Billing{TaxID: "36-1234567", TaxIDKind: practice.EIN, Taxonomy: practice.MassageTherapist,
		AcceptAssignment: true, Address: practice.Address{Line1: "1 Main St", City: "Chicago", State: "IL", PostalCode: "60601-1234"}}))
	l, err := s.practices.Location(ctx, s.Location)
	s.must(err)
	l.AddressLine, l.City, l.State, l.PostalCode, l.Phone, l.PlaceOfService = "1 Main St", "Chicago", "IL", "60601-1234", "312-555-0100", "11"
	s.must(s.practices.UpdateLocation(ctx, l))
	m, err := s.practices.Member(ctx, s.User)
	s.must(err)
	m.NPI, m.LicenseExpires, m.Taxonomy = "1730155359", civil.Of(2027, 12, 31), practice.MassageTherapist
	s.must(s.practices.UpdateMember(ctx, m))
	s.lake, err = s.coverages.SavePayer(ctx, coverage.Payer{Name: "Lake Health", Profile: "commercial", Code: "60054",
		Address: practice.Address{Line1: "9 Lake Rd", City: "Madison", State: "WI", PostalCode: "53703"}})
	s.must(err)
	_, err = s.coverages.SaveEnrolment(ctx, coverage.Enrolment{Payer: s.lake, User: s.User, FromOn: today.AddDays(-400)})
	s.must(err)
	s.chen, err = s.referrals.SavePrescriber(ctx, referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"})
	s.must(err)
}

// clearinghouse enters to whom files go.
func (s *site) clearinghouse() {
	s.t.Helper()
	s.must(s.claims.SaveSettings(s.Actor(), claim.Settings{SubmitterName: "Test Practice", SubmitterID: "SUB77", Contact: "Terry Tester", Phone: "312-555-0100",
		ReceiverName: "Clearing House", ReceiverID: "CLEAR1", Usage: "P"}))
}

func (s *site) register(first, last string) id.Patient {
	s.t.Helper()
	s.born++
	p, err := s.patients.Register(s.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last,
		BirthDate: civil.Of(1984, 3, 2).AddDays(97 * s.born), Sex: patient.Female, Phone: fmt.Sprintf("312-555-%04d", 1000+s.born), AddressLine: "5 Elm St", City: "Chicago", State: "IL", PostalCode: "60602"}})
	s.must(err)
	return p
}

func (s *site) insure(p id.Patient) {
	s.t.Helper()
	_, err := s.coverages.Add(s.Actor(), p, coverage.Input{Payer: s.lake, Priority: 1, MemberID: "W123", Relation: coverage.Self, FromOn: today.AddDays(-100),
		Share: coverage.Copay, Copay: 2500, ReleaseSigned: true, BenefitsAssigned: true})
	s.must(err)
}

// treat signs the note of a prescribed visit.
func (s *site) treat(p id.Patient, on civil.Date, given ...note.Intervention) id.Visit {
	s.t.Helper()
	r, err := s.referrals.Register(s.Actor(), p, referral.Input{Prescriber: s.chen.ID, Codes: []string{"M54.2", "M25.511"}, Order: referral.Order{PerWeek: 2, Weeks: 6},
		WrittenOn: today.AddDays(-20), SignatureSeen: true})
	s.must(err)
	v, err := s.visits.Plan(s.Actor(), visit.Planned{Patient: p, Referral: r, Therapist: s.User, Location: s.Location, Date: on, Clock: 540 + 60*(s.born%10), Minutes: 45})
	s.must(err)
	d := note.Draft{
		Subjective:    note.Subjective{PainNow: note.Ptr(6), SinceLast: note.SinceBetter, Text: secret},
		Marks:         []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}},
		Objective:     note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: 60}}},
		Interventions: given,
		Response:      note.Response{Level: note.ResponseBetter},
		Start:         "09:00", Stop: "09:45",
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New},
	}
	saved, err := s.visits.SaveNote(s.Actor(), v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: d})
	s.must(err)
	_, err = s.visits.Sign(s.Actor(), v.ID, saved.Version)
	s.must(err)
	return v.ID
}

func gave(technique string, minutes int) note.Intervention {
	return note.Intervention{Technique: technique, Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(minutes), Pressure: note.Ptr(3), Provenance: note.New}
}

// ready is a claim from which nothing is missing.
func (s *site) ready(first, last string) claim.Row {
	s.t.Helper()
	p := s.register(first, last)
	s.insure(p)
	return s.claimOf(s.treat(p, served.AddDays(-(s.born / 10)), gave("myofascial-release", 30))) // ten visits fill a day
}

// blocked is a claim to a payer whose contract had ended, which only an owner
// may set aside.
func (s *site) blocked(first, last string) claim.Row {
	s.t.Helper()
	p := s.register(first, last)
	old, err := s.coverages.SavePayer(s.Actor(), coverage.Payer{Name: "Old Harbor", Profile: "commercial", Code: "70011", ContractFrom: civil.Of(2020, 1, 1), ContractTo: civil.Of(2025, 12, 31)})
	s.must(err)
	_, err = s.coverages.SaveEnrolment(s.Actor(), coverage.Enrolment{Payer: old, User: s.User, FromOn: today.AddDays(-400)})
	s.must(err)
	_, err = s.coverages.Add(s.Actor(), p, coverage.Input{Payer: old, Priority: 1, MemberID: "H9", Relation: coverage.Self, FromOn: today.AddDays(-100), Share: coverage.Nothing, ReleaseSigned: true, BenefitsAssigned: true})
	s.must(err)
	return s.claimOf(s.treat(p, served, gave("myofascial-release", 30)))
}

func (s *site) claimOf(v id.Visit) claim.Row {
	s.t.Helper()
	rows, err := s.claims.OfVisit(s.Actor(), v)
	s.must(err)
	if len(rows) == 0 {
		s.t.Fatal("no claim was drafted")
	}
	return rows[0]
}

func (s *site) view(c id.Claim) claim.View {
	s.t.Helper()
	v, err := s.claims.Get(s.Actor(), c)
	s.must(err)
	return v
}

// answer is what a request brought.
type answer struct {
	code int
	head http.Header
	body string
}

func (s *site) do(method, path string, v url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(v.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	s.web.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func (s *site) get(path string) answer { s.t.Helper(); return s.do(http.MethodGet, path, nil) }
func (s *site) post(path string, v url.Values) answer {
	s.t.Helper()
	return s.do(http.MethodPost, path, v)
}

var tag = regexp.MustCompile(`(?s)<[^>]*>`)

// words is the text of a page.
func (a answer) words() string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(a.body, " "))), " ")
}

func (a answer) want(t *testing.T, code int, words ...string) answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("status %d, want %d: %s", a.code, code, a.words())
	}
	for _, w := range words {
		if !strings.Contains(a.words(), w) {
			t.Errorf("%q is not shown in: %s", w, a.words())
		}
	}
	return a
}

func (a answer) lacks(t *testing.T, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(a.body, p) || strings.Contains(a.words(), p) {
			t.Errorf("%q is shown", p)
		}
	}
}

func (a answer) to() string { return a.head.Get("Location") }
