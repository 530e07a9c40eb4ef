package coverageui_test

import (
	"bytes"
	"html"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/coverage/coverageui"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/web"
)

// site is the pages of a practice with a patient and their prescription.
type site struct {
	*dbtest.Env
	t     *testing.T
	svc   *coverage.Service
	web   *web.Server
	roles []authz.Role // of whoever asks; all when empty
	dana  id.Patient
	neck  id.Referral
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	s := &site{Env: e, t: t}
	know, blobs, patients := knowledge.Must(), blob.New(e.DB, e.Key), patient.New(e.DB, e.Log)
	referrals := referral.New(e.DB, e.Log, patients, blobs, know.ICD10())
	s.svc = coverage.New(e.DB, e.Log, patients, referrals, blobs, know)
	var err error
	if s.web, err = web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})}); err != nil {
		t.Fatal(err)
	}
	coverageui.Register(s.web.Router(), coverageui.Deps{Coverages: s.svc, Patients: patients, Referrals: referrals, Practices: practice.New(e.DB, e.Log, nil), Clock: e.Clock})
	if s.dana, err = patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor",
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female, AddressLine: "5 Elm St", City: "Chicago", State: "IL", PostalCode: "60601"}}); err != nil {
		t.Fatal(err)
	}
	if s.neck, err = referrals.Register(e.Actor(), s.dana, referral.Input{NewPrescriber: &referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"},
		Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: civil.Of(2026, 3, 2), SignatureSeen: true}); err != nil {
		t.Fatal(err)
	}
	return s
}

func each(t *testing.T, fn func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newSite(t, e)) })
}

type answer struct {
	code int
	body string
	to   string
}

func (s *site) do(r *http.Request) answer {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.web.Handler().ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header().Get("Location")}
}

func (s *site) get(path string) answer {
	s.t.Helper()
	return s.do(httptest.NewRequest("GET", path, nil))
}

func (s *site) post(path string, v url.Values) answer {
	s.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

// send posts as the page's form does without scripts: fields, then a photo.
func (s *site) send(path string, v url.Values, field string, photo []byte) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, all := range v {
		for _, x := range all {
			_ = w.WriteField(k, x)
		}
	}
	part, err := w.CreateFormFile(field, field+".png")
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = part.Write(photo)
	_ = w.Close()
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(r)
}

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
	hidden = regexp.MustCompile(`<input type="hidden" name="card" value="([^"]*)"`)
)

// words is what a person reads.
func (a answer) words() string {
	return blanks.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(a.body, " ")), " ")
}

func (a answer) want(t *testing.T, code int, texts ...string) answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("status = %d, want %d\n%s", a.code, code, a.words())
	}
	for _, x := range texts {
		if !strings.Contains(a.words(), x) {
			t.Errorf("no %q in:\n%s", x, a.words())
		}
	}
	return a
}

func (s *site) payer(name, profile string) id.Payer {
	s.t.Helper()
	p, err := s.svc.SavePayer(s.Actor(), coverage.Payer{Name: name, Profile: profile})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *site) list() string { return "/patients/" + s.dana.String() + "/coverage" }

func filled(p id.Payer) url.Values {
	return url.Values{"payer": {p.String()}, "priority": {"1"}, "member_id": {"w12 345"}, "relation": {"self"}, "from_on": {"2026-01-01"},
		"share": {"copay"}, "copay": {"25"}, "release": {"yes"}, "assigned": {"yes"}}
}

var picture = []byte("\x89PNG\r\n\x1a\n and the rest of a picture")

func TestInsurancePages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get(s.list()).want(t, 200, "No insurance yet", "Add insurance")
		s.get(s.list()+"/new").want(t, 200, "No payers yet", "Add a payer")
		lake := s.payer("Lake Health", "commercial")
		s.get(s.list()+"/new").want(t, 200, "Lake Health", "Who is the payer?")
		s.get(s.list()+"/new?payer="+lake.String()).want(t, 200, "Member ID", "Photo of the front", "Somebody else", "Any care")

		in := filled(lake)
		in.Set("member_id", "")
		in.Set("copay", "a lot")
		a := s.send(s.list()+"/new", in, "front", picture).want(t, 422, "Enter an amount in dollars", "Front, front.png")
		kept := hidden.FindStringSubmatch(a.body)
		if kept == nil {
			t.Fatal("the photo was lost")
		}
		in = filled(lake)
		in.Set("card", kept[1])
		in.Set("member_id", "")
		s.post(s.list()+"/new", in).want(t, 422, "Enter the member ID as it stands on the card.", "Front, front.png")
		in.Set("member_id", "w12 345")
		a = s.post(s.list()+"/new", in).want(t, 303)
		one := a.to
		s.get(one).want(t, 200, "Lake Health", "W12345", "Dana Okafor (the patient)", "5 Elm St", "$25.00 a visit", "Front, front.png",
			"It is not known whether Lake Health pays massage therapists", "Release of records and assignment of benefits")
		if got := s.get("/patients/" + s.dana.String() + "/insurance-cards/" + kept[1]); got.code != 200 || got.body != string(picture) {
			t.Errorf("the photo: %d %q", got.code, got.body)
		}
		s.get(s.list()).want(t, 200, "Primary: Lake Health", "In force")
		s.post(s.list()+"/new", in).want(t, 422, "This insurance is in the chart already")

		s.get(one+"/edit").want(t, 200, "Change insurance")
		in.Set("version", "1")
		in.Del("card")
		in.Set("relation", "spouse")
		s.post(one+"/edit", in).want(t, 422, "Enter the subscriber’s last name.", "Choose the sex the payer has on file.")
		for k, v := range map[string]string{"first_name": "Ike", "last_name": "Okafor", "birth_date": "1980-05-05", "sex": "male"} {
			in.Set(k, v)
		}
		s.post(one+"/edit", in).want(t, 303)
		s.get(one).want(t, 200, "Ike Okafor", "5 May 1980")
		s.post(one+"/edit", in).want(t, 409, "Someone else changed this meanwhile.")

		s.get(one+"/end").want(t, 200, "Last day")
		s.post(one+"/end", url.Values{"version": {"2"}, "to_on": {"2025-01-01"}}).want(t, 422, "The last day is before the first")
		s.post(one+"/end", url.Values{"version": {"2"}, "to_on": {"2026-03-01"}, "note": {"New employer"}}).want(t, 303)
		s.get(s.list()).want(t, 200, "Ended 1 Mar 2026")
		s.get(one+"/mistake").want(t, 200, "Mark as entered in error")
		s.post(one+"/mistake", url.Values{"version": {"3"}}).want(t, 422, "Say what was wrong with it.")
		s.post(one+"/mistake", url.Values{"version": {"3"}, "note": {"The brother’s"}}).want(t, 303)
		s.get(one).want(t, 200, "Entered in error. No visit is billed under it.", "The brother’s")
		s.get(one+"/edit").want(t, 409)
	})
}

func TestInjuryForms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		state := s.payer("State Fund", "workers-compensation")
		s.get(s.list()+"/new?payer="+state.String()).want(t, 200, "Prescription for this injury", "Claim number", "Adjuster", "Employer at the time of the injury", "Wei Chen, MD")
		in := filled(state)
		in.Set("relation", "employee")
		s.post(s.list()+"/new", in).want(t, 422, "Choose the prescription for this injury", "Enter the employer at the time of the injury.")
		in.Set("employer", "The Mill")
		in.Set("referral", s.neck.String())
		in.Set("adjuster_phone", "12")
		s.post(s.list()+"/new", in).want(t, 422, "Enter a phone number of ten digits")
		in.Set("adjuster_phone", "312-555-0100")
		one := s.post(s.list()+"/new", in).want(t, 303).to
		s.get(one).want(t, 200, "The Mill", "312-555-0100", "M54.2")
		s.get(s.list()).want(t, 200, "One injury only", "Wei Chen, MD")
	})
}

func TestPayerPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get("/settings/payers").want(t, 200, "No payers yet")
		s.get("/settings/payers/new").want(t, 200, "What kind of payer is it?", "Pays massage therapists: Not known")
		s.get("/settings/payers/new?profile=commercial").want(t, 200, "Usual for this kind", "not verified", "What this payer does differently")
		in := url.Values{"profile": {"commercial"}, "name": {"Lake Health"}, "therapist_payable": {"yes"}, "unit_cap": {"4"}, "active": {"yes"}}
		s.post("/settings/payers/new", in).want(t, 422, "Say where you learned this")
		in.Set("rules_source", "call, reference 4711")
		one := s.post("/settings/payers/new", in).want(t, 303).to
		s.get(one).want(t, 200, "Yours", "call, reference 4711", "Nobody has asked yet", "Nobody is enrolled yet")
		s.get("/settings/payers").want(t, 200, "Lake Health", "claims on paper")
		s.get("/settings/payers/"+s.payer("Auto of Florida", "auto-fl").String()).want(t, 200, "Not verified")
		s.get(one+"/edit").want(t, 200, "Change Lake Health")
		in.Set("version", "1")
		in.Del("active")
		s.post(one+"/edit", in).want(t, 303)
		s.post(one+"/edit", in).want(t, 409, "Someone else changed this meanwhile.")
		s.get(one).want(t, 200, "Switched off")

		s.get(one+"/enrollments/new").want(t, 200, "Terry Tester, LMT")
		s.post(one+"/enrollments/new", url.Values{}).want(t, 422, "Choose the therapist.", "Enter the first day.")
		v := url.Values{"user": {s.User.String()}, "from_on": {"2026-01-01"}, "number": {"P-77"}}
		s.post(one+"/enrollments/new", v).want(t, 303)
		s.post(one+"/enrollments/new", v).want(t, 422, "The payer knows this therapist in these days already.")
		a := s.get(one).want(t, 200, "P-77", "From 1 Jan 2026")
		link := regexp.MustCompile(`href="(` + regexp.QuoteMeta(one) + `/enrollments/[0-9a-f-]{36})"`).FindStringSubmatch(a.body)
		if link == nil {
			t.Fatal("no link to the enrollment")
		}
		s.get(link[1]).want(t, 200, "Change enrollment", "Terry Tester")
		s.post(link[1], url.Values{"version": {"1"}, "from_on": {"2026-01-01"}, "to_on": {"2026-02-01"}}).want(t, 303)
		s.get(one).want(t, 200, "1 Jan 2026 to 1 Feb 2026", "Not today")
	})
}

func TestWhoSeesInsurancePages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		lake := s.payer("Lake Health", "commercial")
		one := s.post(s.list()+"/new", filled(lake)).want(t, 303).to
		s.roles = []authz.Role{authz.Auditor}
		s.get(one).want(t, 200, "Lake Health")
		s.get(one+"/edit").want(t, 403)
		s.post(s.list()+"/new", filled(lake)).want(t, 403)
		s.roles = []authz.Role{authz.FrontDesk}
		s.get(one+"/edit").want(t, 200)
		s.get("/settings/payers").want(t, 403)
		s.get("/settings/payers/"+lake.String()).want(t, 403)
		other := newSite(t, s.Other())
		other.get(strings.Replace(one, s.dana.String(), other.dana.String(), 1)).want(t, 404)
		other.get(one).want(t, 404)
		other.get("/settings/payers/"+lake.String()).want(t, 404)
	})
}

// day is the day at the practice.
func (s *site) day() civil.Date { return civil.DateIn(s.Clock.Now(), time.UTC) }

// pixel is the smallest picture a browser shows.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82")
