package referralui_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/referral/referralui"
	"soapstone/internal/visitledger"
	"soapstone/internal/visitledger/visitledgerui"
	"soapstone/internal/web"
)

// site is the pages of a practice with a patient and a prescriber.
type site struct {
	*dbtest.Env
	t     *testing.T
	svc   *referral.Service
	web   *web.Server
	roles []authz.Role // of whoever asks; all when empty
	dana  id.Patient
	lee   id.Patient
	chen  referral.Prescriber
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	s := &site{Env: e, t: t}
	patients := patient.New(e.DB, e.Log)
	s.svc = referral.New(e.DB, e.Log, patients, blob.New(e.DB, e.Key), knowledge.Must().ICD10())
	ledgers := visitledger.New(e.DB, e.Log, s.svc)
	var err error
	s.web, err = web.NewServer(web.Config{Clock: e.Clock, Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	referralui.Register(s.web.Router(), referralui.Deps{Referrals: s.svc, Patients: patients, Ledger: visitledgerui.Bars{Service: ledgers}, Clock: e.Clock})
	for _, p := range []struct {
		first, last string
		to          *id.Patient
	}{{"Dana", "Okafor", &s.dana}, {"Lee", "Park", &s.lee}} {
		*p.to, err = patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: p.first, LastName: p.last, BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.chen, err = s.svc.SavePrescriber(e.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"})
	if err != nil {
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
	head http.Header
}

func (s *site) do(r *http.Request) answer {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.web.Handler().ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header()}
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

// send posts as the page's form does without scripts: fields, then the file.
func (s *site) send(path string, v url.Values, name string, file []byte) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, all := range v {
		for _, x := range all {
			_ = w.WriteField(k, x)
		}
	}
	part, err := w.CreateFormFile("scan", name)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = part.Write(file)
	_ = w.Close()
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(r)
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

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// words is what a person reads.
func (a answer) words() string {
	return blanks.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(a.body, " ")), " ")
}

// carried are the values of a hidden field.
func (a answer) carried(name string) []string {
	var out []string
	for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
		if m[1] == name {
			out = append(out, html.UnescapeString(m[2]))
		}
	}
	return out
}

func (s *site) list() string { return "/patients/" + s.dana.String() + "/referrals" }

func (s *site) filled() url.Values {
	return url.Values{"prescriber": {s.chen.ID.String()}, "dx": {"M54.2", "M62.838"}, "per_week": {"2"}, "weeks": {"6"},
		"written_on": {"2026-03-02"}, "signature_seen": {"yes"}, "precautions": {"Takes apixaban"}}
}

func (s *site) registered() id.Referral {
	s.t.Helper()
	r, err := s.svc.Register(s.Actor(), s.dana, referral.Input{Prescriber: s.chen.ID, Codes: []string{"M54.2"},
		Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: civil.Of(2026, 3, 2), SignatureSeen: true, PayerKind: "Auto insurance"})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

var picture = []byte("\x89PNG\r\n\x1a\n and the rest of a picture")
