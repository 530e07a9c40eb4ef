package visitui_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/visitui"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

var today = civil.Of(2026, 3, 10)

// gate answers what a test tells it to.
type gate struct{ result visit.GateResult }

func (g *gate) Gate(context.Context, *db.Tx, id.Patient, id.Visit, civil.Date) (visit.GateResult, error) {
	return g.result, nil
}

// site is the room's pages over one practice with one patient.
type site struct {
	t        testing.TB
	e        *dbtest.Env
	ctx      context.Context
	actor    atomic.Pointer[authz.Actor] // who is signed in
	visits   *visit.Service
	patients *patient.Service
	gate     *gate
	patient  id.Patient
	handler  http.Handler
	down     atomic.Bool // the server does not answer
}

func newSite(t testing.TB, e *dbtest.Env) *site {
	t.Helper()
	s := &site{t: t, e: e, ctx: e.Actor(), gate: &gate{}, patients: patient.New(e.DB, e.Log)}
	a, _ := authz.From(s.ctx)
	s.actor.Store(&a)
	s.visits = visit.New(e.DB, e.Log, visit.Deps{Patients: s.patients, Documents: document.New(e.DB, e.Key), Knowledge: knowledge.Must(), Safety: s.gate})
	p, err := s.patients.Register(s.ctx, patient.Registration{Demographics: patient.Demographics{
		FirstName: "Dana", LastName: "Okafor", BirthDate: civil.Of(1984, 3, 2), Sex: "female"}})
	if err != nil {
		t.Fatal(err)
	}
	s.patient = p
	srv, err := web.NewServer(web.Config{
		Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Nav:  []web.NavItem{{NavItem: kit.NavItem{Key: "visits", Label: "Visits", URL: "/visits", Icon: "today"}}},
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return *s.actor.Load(), true, nil }),
	})
	if err != nil {
		t.Fatal(err)
	}
	visitui.Register(srv.Router(), visitui.Deps{Visits: s.visits, Patients: s.patients, Knowledge: knowledge.Must()})
	inner := srv.Handler()
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		inner.ServeHTTP(w, r)
	})
	return s
}

// be signs in with other roles.
func (s *site) be(roles ...authz.Role) {
	a := *s.actor.Load()
	a.Roles = roles
	s.actor.Store(&a)
}

// become signs in as somebody else.
func (s *site) become(user id.User, name string, roles ...authz.Role) {
	a := *s.actor.Load()
	a.User, a.Name, a.Roles = user, name, roles
	s.actor.Store(&a)
}

func (s *site) plan(day civil.Date, clock int) visit.Visit {
	s.t.Helper()
	v, err := s.visits.Plan(s.ctx, visit.Planned{Patient: s.patient, Therapist: s.e.User, Location: s.e.Location, Date: day, Clock: clock, Minutes: 45})
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// last is a signed note of a week ago: two marks, two techniques, a rotation.
func (s *site) last() (visit.Visit, document.Signed) {
	s.t.Helper()
	v := s.plan(today.AddDays(-7), 10*60)
	saved, err := s.visits.SaveNote(s.ctx, v.ID, visit.Save{Editor: "seed-0001", Revision: 1, Draft: note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(6), SinceLast: note.SinceBetter, Text: "Tight by the afternoon."},
		Marks: []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New},
			{Site: "levator-r", Type: note.Pain, Severity: 1, Provenance: note.New}},
		Objective: note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "L", Value: 62}, {Motion: "cervical.rotation", Side: "R", Value: 50}}},
		Interventions: []note.Intervention{
			{Technique: "myofascial-release", Sites: []string{"trap-upper-r", "levator-r"}, Minutes: note.Ptr(20), Pressure: note.Ptr(3), Position: "prone", Provenance: note.New},
			{Technique: "trigger-point", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(10), Provenance: note.New}},
		Response: note.Response{Level: note.ResponseBetter}, Start: "10:00", Stop: "10:35",
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New, HomeCare: []note.HomeCare{{Text: "Chin tucks 2×10", Provenance: note.New}}},
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	doc, err := s.visits.Sign(s.ctx, v.ID, saved.Version)
	if err != nil {
		s.t.Fatal(err)
	}
	return v, doc
}

// reply is an answer with its body read.
type reply struct {
	Status   int
	Location string
	Body     string
}

func (s *site) do(method, path string, body io.Reader, header ...string) reply {
	s.t.Helper()
	r := httptest.NewRequest(method, path, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return reply{w.Code, w.Header().Get("Location"), w.Body.String()}
}

func (s *site) get(path string) reply { s.t.Helper(); return s.do("GET", path, nil) }

func (s *site) post(path string, v url.Values) reply {
	s.t.Helper()
	return s.do("POST", path, strings.NewReader(v.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

func (s *site) put(path string, v url.Values) reply {
	s.t.Helper()
	return s.do("PUT", path, strings.NewReader(v.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json")
}

func (s *site) putJSON(path string, v any) reply {
	s.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do("PUT", path, strings.NewReader(string(b)), "Content-Type", "application/json", "Accept", "application/json")
}

// wants fails unless the answer has the status and holds each text.
func (r reply) wants(t testing.TB, status int, texts ...string) {
	t.Helper()
	if r.Status != status {
		t.Errorf("status %d, want %d: %.300s", r.Status, status, r.Body)
	}
	for _, text := range texts {
		if !strings.Contains(r.Body, text) {
			t.Errorf("%q is not in the page", text)
		}
	}
}

func (r reply) lacks(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.Body, text) {
			t.Errorf("%q is in the page", text)
		}
	}
}

var inputValue = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// hidden are the hidden fields of a page's content, the first of each name.
func (r reply) hidden() url.Values {
	v := url.Values{}
	_, content, _ := strings.Cut(r.Body, "<main")
	content, _, _ = strings.Cut(content, "</main>")
	for _, m := range inputValue.FindAllStringSubmatch(content, -1) {
		if !v.Has(m[1]) && !strings.Contains(m[1], "__i__") {
			v.Set(m[1], m[2])
		}
	}
	return v
}

// with is v with further values: name, value, name, value …
func with(v url.Values, more ...string) url.Values {
	out := url.Values{}
	for name, values := range v {
		out[name] = values
	}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i]] = strings.Split(more[i+1], "|")
	}
	return out
}

func path(v visit.Visit) string { return "/visits/" + v.ID.String() }
