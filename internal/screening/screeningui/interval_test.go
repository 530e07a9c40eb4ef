package screeningui_test

import (
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
)

// answerAll records a first screening with a no to everything.
func (s *site) answerAll() {
	s.t.Helper()
	if err := s.patients.RecordNone(s.e.Actor(), s.patient, patient.Medicines); err != nil {
		s.t.Fatal(err)
	}
	form := url.Values{"edition": {s.s.Edition()}}
	for _, q := range knowledge.Must().Questions().Questions {
		if q.Required && q.Derived == "" {
			form.Set(q.Key, "no")
		}
	}
	if code, body := s.send("POST", s.at, form); code != 303 {
		s.t.Fatalf("first screening: %d %.300s", code, body)
	}
}

func TestAReturnAsksOnlyWhatIsDueAndWhatChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.answerAll()
		e.Clock.Advance(7 * 24 * 3600e9)
		_, body := s.send("GET", s.at+"/new", nil)
		if !strings.Contains(body, "What has changed?") || !strings.Contains(body, "answers stand") || strings.Contains(body, "checked") {
			t.Error("the sheet of a return does not ask what changed, or is filled in beforehand")
		}
		form := url.Values{"edition": {s.s.Edition()}, screening.HealthChanged: {"yes"}}
		for _, q := range knowledge.Must().Questions().Questions {
			if q.Required && q.EveryVisit && q.Key != screening.HealthChanged {
				form.Set(q.Key, "no")
			}
		}
		if code, body := s.send("POST", s.at, form); code != 422 || !strings.Contains(body, "Tick what has changed.") {
			t.Errorf("a change without saying what: %d", code)
		}
		form.Set("changed", "circulation")
		code, body := s.send("POST", s.at, form)
		if code != 422 || !strings.Contains(body, "Not answered yet: Heart attack.") || strings.Contains(body, "Not answered yet: Joint replacement.") {
			t.Errorf("what changed is not asked again, or more than that: %d", code)
		}
		for _, q := range knowledge.Must().Questions().Questions {
			if q.Group == "circulation" && q.Required {
				form.Set(q.Key, "no")
			}
		}
		if code, body := s.send("POST", s.at, form); code != 303 {
			t.Errorf("with what changed answered: %d %.300s", code, body)
		}
	})
}

func TestTheGroupButtonAnswersOnlyWhatIsOnScreen(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	form := url.Values{"none": {"skin"}, "shown.ans.burn": {"1"}, "shown.ans.fever": {"1"}, "ans.sunburn": {"yes"}, "ans.sunburn.sites": {"itb-l"}}
	code, body := s.send("POST", s.at, form)
	if code != 200 || !strings.Contains(body, `name="group.ans.burn" value="1"`) {
		t.Errorf("the group is not answered: %d", code)
	}
	for _, key := range []string{"ans.fever", "ans.open_wound", "ans.sunburn"} { // another group, not on screen, answered
		if strings.Contains(body, `name="group.`+key+`" value="1"`) {
			t.Errorf("the button answered %s", key)
		}
	}
	form.Set("edition", "an older one")
	if code, body := s.send("POST", s.at, form); code != 409 && !strings.Contains(body, "reworded") {
		t.Errorf("answers to other words were taken: %d", code)
	}
}

func TestTheResultSaysWhatWhyAndWho(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.answerAll()
	given := map[string]screening.Given{"ans.fever": {Answer: screening.SaidYes(), How: screening.Asked, On: today}}
	if _, err := s.s.Record(s.e.Actor(), s.patient, given); err != nil {
		t.Fatal(err)
	}
	_, body := s.send("GET", s.at, nil)
	for _, want := range []string{"Fever or infection", "Fever: yes", "Why this level", "Not yet reviewed by a licensed clinician", "Who may release it", "Massage therapist", "version 1"} {
		if !strings.Contains(body, want) {
			t.Errorf("the result does not say %q", want)
		}
	}
	if code, body := s.send("GET", s.at+"/release/AB02", nil); code != 200 || !strings.Contains(body, "How it was given") || !strings.Contains(body, "Practice or hospital") {
		t.Errorf("the release form: %d", code)
	}
	if code, _ := s.send("GET", s.at+"/letter/"+s.patient.String(), nil); code != 404 {
		t.Errorf("the letter of no release: %d", code)
	}
}

func TestADecisionNeedsACourseAndAReason(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.answerAll()
	if _, err := s.patients.AddMedicine(s.e.Actor(), s.patient, patient.MedicineInput{Name: "Warfarin 5 mg"}); err != nil {
		t.Fatal(err)
	}
	_, body := s.send("GET", s.at, nil)
	if !strings.Contains(body, "How do you proceed?") || !strings.Contains(body, "Do not treat today") {
		t.Fatal("no decision is asked for")
	}
	if code, body := s.send("POST", s.at+"/decisions", url.Values{"course.PR01": {"modify"}}); code != 422 || !strings.Contains(body, "Write why") {
		t.Errorf("without a reason: %d", code)
	}
	form := url.Values{"course.PR01": {"not_today"}, "decision.PR01": {"Large new bruise on the thigh."}}
	if code, _ := s.send("POST", s.at+"/decisions", form); code != 303 {
		t.Errorf("status %d", code)
	}
	if _, body := s.send("GET", s.at, nil); !strings.Contains(body, "Not treated today") || !strings.Contains(body, "Large new bruise") {
		t.Error("the decision is not shown")
	}
}

func TestThePatientAnswersOneGroupAPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		at := s.at + "/patient"
		if code, _ := s.send("GET", at, nil); code != 303 {
			t.Errorf("staff on the patient's page: %d", code)
		}
		s.actor.Handed = at
		code, body := s.send("GET", at, nil)
		if code != 200 || !strings.Contains(body, "Signs that need help now") || strings.Contains(body, "Under 18") || strings.Contains(body, "Heart attack") {
			t.Fatalf("the first page: %d", code)
		}
		if code, body := s.send("POST", at, url.Values{"group": {"now"}}); code != 422 || !strings.Contains(body, "Answer this: Chest pain.") {
			t.Errorf("left blank: %d", code)
		}
		form := url.Values{"group": {"now"}}
		for _, q := range knowledge.Must().Questions().Questions {
			if q.Group == "now" && q.Audience == knowledge.AudiencePatient && len(q.When) == 0 {
				form.Set(q.Key, "no")
			}
		}
		if code, body = s.send("POST", at, form); code != 303 {
			t.Fatalf("answered: %d %.300s", code, body)
		}
		if _, body = s.send("GET", at, nil); !strings.Contains(body, "Back, neck and nerves") {
			t.Error("the second page is not the next group")
		}
		form.Set("ans.chest_pain", "yes")
		s.send("POST", at, form)
		if _, body = s.send("GET", at+"/done?tell=1", nil); !strings.Contains(body, "Please tell your therapist now") {
			t.Error("a sign that needs help goes unnoticed")
		}
		s.actor.Handed = ""
		if _, body = s.send("GET", s.at+"/new", nil); !strings.Contains(body, "Answered by the patient.") {
			t.Error("staff do not see what the patient answered")
		}
	})
}
