package screeningui_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
	"soapstone/internal/screening/screeningui"
	"soapstone/internal/web"
)

var today = civil.Of(2026, 3, 10)

type noDiagnoses struct{}

func (noDiagnoses) DiagnosisCodes(context.Context, *db.Tx, id.Patient) ([]string, error) {
	return nil, nil
}

// site is the room's pages over one practice with one patient.
type site struct {
	t        *testing.T
	e        *dbtest.Env
	s        *screening.Service
	patients *patient.Service
	actor    authz.Actor
	at       string
	patient  id.Patient
	handler  http.Handler
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	patients, k := patient.New(e.DB, e.Log), knowledge.Must()
	s := &site{t: t, e: e, patients: patients, s: screening.New(e.DB, e.Log, k, patients, noDiagnoses{}, document.New(e.DB, e.Key))}
	s.actor, _ = authz.From(e.Actor())
	p, err := patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: "Dana", LastName: "Okafor", BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	s.patient, s.at = p, "/patients/"+p.String()+"/screening"
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return s.actor, true, nil })})
	if err != nil {
		t.Fatal(err)
	}
	screeningui.Register(srv.Router(), screeningui.Deps{Screening: s.s, Patients: patients, Knowledge: k, Clock: e.Clock})
	s.handler = srv.Handler()
	return s
}

func (s *site) send(method, path string, form url.Values) (int, string) {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const where = "Say where."

func TestAYesThatNeedsAPlaceIsAskedForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		const key = "ans.varicose_bulging"
		code, body := s.send("POST", s.at, url.Values{key: {"yes"}, "shown." + key: {"1"}})
		if code != 422 || !strings.Contains(body, where) {
			t.Errorf("without a place: %d, asked %v", code, strings.Contains(body, where))
		}
		if _, body = s.send("POST", s.at, url.Values{key: {"yes"}, key + ".sites": {"third-arm"}}); !strings.Contains(body, "Choose a place from the list.") {
			t.Error("an unknown place was taken")
		}
		for name, form := range map[string]url.Values{
			"with a place": {key: {"yes"}, key + ".sites": {"itb-l"}},
			"a no":         {key: {"no"}},
		} {
			if _, body = s.send("POST", s.at, form); strings.Contains(body, where) {
				t.Errorf("%s: asked for the place", name)
			}
		}
	})
}

func TestAnAnswerThatStandsIsNotAskedForItsPlace(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	const key = "ans.varicose_bulging"
	before := map[string]screening.Given{key: {Answer: screening.SaidYes(), How: screening.Asked, On: today}}
	if _, err := s.s.Record(s.e.Actor(), s.patient, before); err != nil {
		t.Fatal(err)
	}
	s.e.Clock.Advance(7 * 24 * 3600e9)
	if _, body := s.send("POST", s.at, url.Values{key: {"yes"}}); strings.Contains(body, where) {
		t.Errorf("%s stands, and is asked for its place", key)
	}
}

func TestOnlyThoseWhoAskAreOfferedTheQuestions(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	if code, body := s.send("GET", s.at, nil); code != 200 || !strings.Contains(body, s.at+"/new") {
		t.Errorf("a therapist: %d", code)
	}
	s.actor.Roles = []authz.Role{authz.Auditor}
	if code, body := s.send("GET", s.at, nil); code != 200 || strings.Contains(body, s.at+"/new") {
		t.Errorf("an auditor: %d, offered %v", code, strings.Contains(body, s.at+"/new"))
	}
}

func TestQuestionsAreAnsweredAfterwards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		if err := s.patients.RecordNone(e.Actor(), s.patient, patient.Medicines); err != nil {
			t.Fatal(err)
		}
		day := today.AddDays(-2)
		code, body := s.send("GET", s.at+"/new?on="+day.String()+"&next=/visits/x/note", nil)
		if code != 200 || !strings.Contains(body, "Safety questions of 8 Mar 2026") || !strings.Contains(body, `name="on" value="2026-03-08"`) {
			t.Fatalf("the sheet of a past day: %d", code)
		}
		if _, body = s.send("GET", s.at+"/new?on="+today.AddDays(2).String(), nil); strings.Contains(body, "Why only now") {
			t.Error("questions of a day to come are asked")
		}
		form := url.Values{"on": {day.String()}, "next": {"/visits/x/note"}, "ans.fever": {"yes"}}
		if code, body = s.send("POST", s.at, form); code != 422 || !strings.Contains(body, "Say why the questions are answered only now.") {
			t.Errorf("without a reason: %d", code)
		}
		form.Set("late_reason", "The tablet was out of power.")
		if code, body = s.send("POST", s.at, form); code != 422 || !strings.Contains(body, "Not answered yet") || !strings.Contains(body, "Why only now") {
			t.Errorf("with open questions: %d", code)
		}
		for range 3 { // an answer may open a further question
			j, err := s.s.Judge(e.Actor(), s.patient, day)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range j.Result.Missing {
				form.Set(q.Key, "no")
			}
			code, body = s.send("POST", s.at, form)
		}
		if code != 303 {
			t.Fatalf("answered: %d %.400s", code, body)
		}
		_, body = s.send("GET", s.at, nil)
		if !strings.Contains(body, "Answered afterwards, 10 Mar 2026") || !strings.Contains(body, "Not asked today") {
			t.Error("the record does not say that the answers came later, or takes them for today's")
		}
		h, err := s.s.History(e.Actor(), s.patient)
		if err != nil {
			t.Fatal(err)
		}
		if _, body = s.send("GET", s.at+"/"+h[0].ID.String(), nil); !strings.Contains(body, "The tablet was out of power.") {
			t.Error("the reason is not in the record")
		}
	})
}
