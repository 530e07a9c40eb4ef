package visitui_test

import (
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

func TestDayShowsSessionsAndNotesToWrite(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.get("/visits").wants(t, 200, "No visits today")
	s.plan(today, 14*60)
	s.plan(today.AddDays(-1), 9*60)
	page := s.get("/visits")
	page.wants(t, 200, "Tuesday, 10 Mar 2026", "Dana Okafor", "14:00–14:45", "Start visit", "Notes to write", "9 Mar 2026, 09:00–09:45")
	s.get("/visits?day=2026-03-09").wants(t, 200, "09:00–09:45")
	s.get("/visits?day=nonsense&whose=mine").wants(t, 200, "14:00–14:45", "Everybody")
	s.be(authz.FrontDesk)
	page = s.get("/visits")
	page.wants(t, 200, "Arrived")
	page.lacks(t, "Start visit", "Write note")
	s.be(authz.Biller)
	s.get("/visits").lacks(t, "Plan visit")
}

func TestPlanASession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.get("/visits/new").wants(t, 200, "Which patient?")
		s.get("/visits/new?q=okafor").wants(t, 200, "/visits/new?patient="+s.patient.String())
		page := s.get("/visits/new?patient=" + s.patient.String())
		page.wants(t, 200, "Dana Okafor", "Terry Tester, LMT", "Main room", `value="2026-03-10"`)
		ok := url.Values{"patient": {s.patient.String()}, "date": {"2026-03-11"}, "time": {"09:30"}, "minutes": {"60"},
			"therapist": {e.User.String()}, "location": {e.Location.String()}}
		made := s.post("/visits", ok)
		if made.Status != 303 || !strings.HasPrefix(made.Location, "/visits/") {
			t.Fatalf("planning: %d %s %.300s", made.Status, made.Location, made.Body)
		}
		s.get(made.Location).wants(t, 200, "Wed 11 Mar 2026, 09:30 to 10:30", "60 minutes", "None, paid by the patient")
		s.post("/visits", ok).wants(t, 409, "another visit from 09:30 to 10:30", made.Location)
		s.post("/visits", with(ok, "time", "09:32", "date", "2026-03-12")).wants(t, 422, "steps of five minutes")
		s.post("/visits", with(ok, "minutes", "0")).wants(t, 422, "Enter a whole number from 15 to 180.")
		s.post("/visits", with(ok, "minutes", "-5")).wants(t, 422, "Enter a whole number from 15 to 180.")
		s.post("/visits", with(ok, "minutes", "1000")).wants(t, 422, "Enter a whole number from 15 to 180.")
		s.post("/visits", with(ok, "date", "2026-02-30")).wants(t, 422, "Error:", "Enter a real date")
		s.post("/visits", url.Values{"patient": {s.patient.String()}}).wants(t, 422, "There is a problem", "Choose the therapist.")
		s.post("/visits", url.Values{}).wants(t, 200, "Which patient?")
		s.post("/visits", with(ok, "patient", id.New[id.Patient]().String())).wants(t, 404)
	})
}

func TestStepsOfASession(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v := s.plan(today, 10*60)
	step := func(v visit.Visit, action string, more ...string) reply {
		t.Helper()
		it, err := s.visits.Get(s.ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		return s.post(path(v)+"/state", with(url.Values{"action": {action}, "version": {itoa(it.Version)}}, more...))
	}
	step(v, "arrive", "next", "/visits?day=2026-03-10").wants(t, 303)
	s.get(path(v)).wants(t, 200, "Arrived", "Start visit", "Undo last step")
	if r := step(v, "start"); r.Location != path(v)+"/note" {
		t.Errorf("starting leads to %q", r.Location)
	}
	step(v, "cancel", "reason", "x").wants(t, 409, "The visit has begun")
	step(v, "undo").wants(t, 303)
	s.get(path(v)+"/cancel").wants(t, 200, "Why")
	step(v, "cancel").wants(t, 422, "Say why the visit is cancelled.")
	step(v, "cancel", "reason", "Patient is ill\nand called").wants(t, 303)
	s.get(path(v)).wants(t, 200, "Cancelled", "Patient is ill and called", "Undo last step")
	step(v, "undo").wants(t, 303)
	s.post(path(v)+"/state", url.Values{"action": {"arrive"}, "version": {"1"}}).wants(t, 409, "Someone else changed this")
	step(v, "sign").wants(t, 422)
	step(v, "arrive", "next", "//evil.example").wants(t, 409)
	w := s.plan(today, 15*60)
	if r := step(w, "arrive", "next", "//evil.example"); r.Location != "/" {
		t.Errorf("led to %q", r.Location)
	}
}

func TestMoveASession(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v, w := s.plan(today, 10*60), s.plan(today, 12*60)
	page := s.get(path(v) + "/move")
	page.wants(t, 200, "Now Tue 10 Mar 2026, 10:00")
	form := with(page.hidden(), "date", "2026-03-10", "time", "12:15", "minutes", "45", "therapist", s.e.User.String(), "location", s.e.Location.String())
	s.post(path(v)+"/move", form).wants(t, 409, path(w))
	s.post(path(v)+"/move", with(form, "time", "13:00")).wants(t, 303)
	s.get(path(v)).wants(t, 200, "Tue 10 Mar 2026, 13:00", "from 2026-03-10 10:00")
	s.post(path(v)+"/move", with(form, "time", "15:00")).wants(t, 409, "Someone else changed this")
}

func TestOtherPracticeSeesNothing(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, other := newSite(t, e), newSite(t, e.Other())
	v, doc := s.last()
	open := s.plan(today, 10*60)
	for _, p := range []string{path(v), path(v) + "/note", path(open) + "/note", path(v) + "/note/" + doc.ID.String(), path(open) + "/move", path(open) + "/cancel",
		path(v) + "/note/" + doc.ID.String() + "/addendum", path(v) + "/note/" + doc.ID.String() + "/retraction", "/patients/" + s.patient.String() + "/visits",
		"/visits/new?patient=" + s.patient.String(), "/visits/nonsense", "/visits/nonsense/note"} {
		other.get(p).wants(t, 404)
	}
	for _, p := range []string{path(open) + "/state", path(open) + "/move", path(open) + "/note", path(v) + "/note/" + doc.ID.String() + "/addendum", path(v) + "/note/" + doc.ID.String() + "/retraction"} {
		form := url.Values{"version": {"1"}, "action": {"arrive"}, "base": {"0"}, "editor": {"page-aaaa"}, "revision": {"1"}, "reason": {"x"}, "text": {"y"}, "then": {"note"},
			"date": {"2026-03-10"}, "time": {"12:15"}, "minutes": {"45"}, "therapist": {s.e.User.String()}, "location": {s.e.Location.String()}}
		other.post(p, form).wants(t, 404)
	}
	other.get("/visits?day=2026-03-03").lacks(t, "Okafor")
}

func TestPatientsSessions(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	at := "/patients/" + s.patient.String() + "/visits"
	s.get(at).wants(t, 200, "No visits yet")
	s.last()
	s.plan(today, 10*60)
	page := s.get(at)
	page.wants(t, 200, "Tue 3 Mar 2026, 10:00", "Signed", "Read note")
	if strings.Index(page.Body, "10 Mar 2026, 10:00") > strings.Index(page.Body, "3 Mar 2026, 10:00") {
		t.Error("the newest is not first")
	}
	s.be(authz.FrontDesk)
	s.get(at).lacks(t, "Read note")
}

// Nobody is offered what is refused to them.
func TestLinksAreForThoseWhoMayFollowThem(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	empty, link := "/patients/"+s.patient.String()+"/visits", "/visits/new?patient="+s.patient.String()
	s.get(empty).wants(t, 200, link)
	terry := *s.actor.Load()
	s.be(authz.Biller)
	s.get(empty).lacks(t, link)
	s.actor.Store(&terry)
	v, doc := s.last()
	at := path(v) + "/note/" + doc.ID.String()
	s.get(at).wants(t, 200, at+"/retraction")
	s.become(s.e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
	page := s.get(at)
	page.wants(t, 200, at+"/addendum")
	page.lacks(t, at+"/retraction")
}
