package home_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/careteam"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/report"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visitledger"
	"soapstone/internal/web"
)

var today = civil.Of(2026, 3, 10)

type openGate struct{}

func (openGate) Gate(context.Context, *db.Tx, id.Patient, id.Visit, civil.Date) (visit.GateResult, error) {
	return visit.GateResult{}, nil
}

// keys remembers what was decided about single letters.
type keys struct{ on, asked bool }

func (k *keys) SetSingleKeys(_ context.Context, on bool) error {
	k.on, k.asked = on, true
	return nil
}

// world is a practice with every room that home composes.
type world struct {
	*dbtest.Env
	t    *testing.T
	deps home.Deps
	svc  *home.Service
	born int // how many people were registered: each has a birth date of their own
	chen referral.Prescriber
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	k := knowledge.Must()
	w := &world{Env: e, t: t}
	d := home.Deps{Keys: &keys{}, DB: e.DB, Log: e.Log, Clock: e.Clock, Knowledge: k, Patients: patient.New(e.DB, e.Log)}
	docs := document.New(e.DB, e.Key)
	d.Referrals = referral.New(e.DB, e.Log, d.Patients, blob.New(e.DB, e.Key), k.ICD10())
	d.Screening = screening.New(e.DB, e.Log, k, d.Patients, d.Referrals, docs)
	d.Outcomes = outcome.New(e.DB, e.Log, k, d.Patients)
	assess := assessment.New(e.DB, e.Log, d.Patients, d.Referrals, k)
	d.Plans = plan.New(e.DB, e.Log, plan.Deps{Patients: d.Patients, Referrals: d.Referrals, Assessments: assess, Knowledge: k, Measures: d.Outcomes})
	d.Ledger = visitledger.New(e.DB, e.Log, d.Referrals)
	d.Visits = visit.New(e.DB, e.Log, visit.Deps{Patients: d.Patients, Documents: docs, Knowledge: k, Ledger: d.Ledger, Safety: openGate{}})
	d.Reports = report.New(e.DB, e.Log, report.Deps{Patients: d.Patients, Referrals: d.Referrals, Assessments: assess, Plans: d.Plans, Visits: d.Visits,
		Outcomes: d.Outcomes, Ledger: d.Ledger, Documents: docs, Knowledge: k})
	d.CareTeams = careteam.New(e.DB, e.Log, d.Patients)
	d.Patients.AddAlertSource(d.Screening)
	d.Patients.AddAlertSource(d.Ledger)
	w.deps, w.svc = d, home.New(d)
	chen, err := d.Referrals.SavePrescriber(e.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893", Organisation: "Lakeview Spine"})
	w.must(err)
	w.chen = chen
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) register(first, last string) id.Patient {
	w.t.Helper()
	w.born++
	p, err := w.deps.Patients.Register(w.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: last, BirthDate: civil.Of(1984, 3, 2).AddDays(97 * (w.born - 1)), Sex: patient.Female}})
	w.must(err)
	return p
}

func (w *world) refer(p id.Patient, written civil.Date) id.Referral {
	w.t.Helper()
	r, err := w.deps.Referrals.Register(w.Actor(), p, referral.Input{Prescriber: w.chen.ID, Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6},
		WrittenOn: written, SignatureSeen: true})
	w.must(err)
	return r
}

// plan puts a visit into the calendar; clock is hours after midnight.
func (w *world) plan(p id.Patient, ref id.Referral, on civil.Date, clock int) visit.Visit {
	w.t.Helper()
	v, err := w.deps.Visits.Plan(w.Actor(), visit.Planned{Patient: p, Referral: ref, Therapist: w.User, Location: w.Location, Date: on, Clock: clock * 60, Minutes: 45})
	w.must(err)
	return v
}

func (w *world) act(v visit.Visit, acts ...visit.Action) visit.Visit {
	w.t.Helper()
	var err error
	for _, a := range acts {
		v, err = w.deps.Visits.Act(w.Actor(), v.ID, v.Version, a, "")
		w.must(err)
	}
	return v
}

const secretWords = "Grinding in the left shoulder blade."

func finished(pain int) note.Draft {
	return note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(pain), SinceLast: note.SinceBetter, Text: secretWords},
		Marks:      []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}},
		Objective:  note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: 60}}},
		Interventions: []note.Intervention{{Technique: "myofascial-release", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(30),
			Pressure: note.Ptr(3), Provenance: note.New}},
		Response: note.Response{Level: note.ResponseBetter},
		Start:    "09:00", Stop: "09:45",
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New},
	}
}

func (w *world) sign(v visit.Visit, d note.Draft) {
	w.t.Helper()
	s, err := w.deps.Visits.SaveNote(w.Actor(), v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: d})
	w.must(err)
	_, err = w.deps.Visits.Sign(w.Actor(), v.ID, s.Version)
	w.must(err)
}

func (w *world) score(p id.Patient, on civil.Date, pain float64) {
	w.t.Helper()
	_, err := w.deps.Outcomes.Record(w.Actor(), p, outcome.Input{Instrument: "nprs", On: on, Answers: outcome.Answers{"now": pain}})
	w.must(err)
}

// handler serves home's pages to an actor.
func (w *world) handler(ctx context.Context) http.Handler {
	w.t.Helper()
	a, _ := authz.From(ctx)
	srv, err := web.NewServer(web.Config{Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Nav: home.Nav(), Find: "/find", Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil })})
	w.must(err)
	home.Register(srv.Router(), w.deps)
	return srv.Handler()
}

func (w *world) page(ctx context.Context, url string) (status int, body string) {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.handler(ctx).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, url, nil))
	return rec.Code, rec.Body.String()
}

// send posts a form to home's pages.
func (w *world) send(ctx context.Context, path string, v url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.handler(ctx).ServeHTTP(rec, r)
	return rec
}

func (w *world) shows(ctx context.Context, url string, want ...string) string {
	w.t.Helper()
	status, body := w.page(ctx, url)
	if status != http.StatusOK {
		w.t.Fatalf("GET %s: %d\n%s", url, status, body)
	}
	for _, s := range want {
		if !strings.Contains(body, s) {
			w.t.Errorf("GET %s does not show %q", url, s)
		}
	}
	return body
}
