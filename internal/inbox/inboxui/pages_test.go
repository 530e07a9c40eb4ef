package inboxui_test

import (
	"bytes"
	"html"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/inbox/inboxui"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/referral/referralui"
	"soapstone/internal/web"
)

// site is the pages of a practice with a patient.
type site struct {
	*dbtest.Env
	t     *testing.T
	svc   *inbox.Service
	h     http.Handler
	roles []authz.Role // of whoever asks; all when empty
	dana  id.Patient
	watch *inbox.Watch
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	s := &site{Env: e, t: t}
	blobs, patients := blob.New(e.DB, e.Key), patient.New(e.DB, e.Log)
	referrals := referral.New(e.DB, e.Log, patients, blobs, knowledge.Must().ICD10())
	s.svc = inbox.New(e.DB, e.Log, patients, blobs, referrals)
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	inboxui.Register(srv.Router(), inboxui.Deps{Inbox: s.svc, Patients: patients, Clock: e.Clock, Folder: func() inboxui.Folder {
		if s.watch == nil {
			return nil
		}
		return s.watch
	}})
	referralui.Register(srv.Router(), referralui.Deps{Referrals: referrals, Patients: patients, Clock: e.Clock})
	s.h = srv.Handler()
	if s.dana, err = patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor",
		BirthDate: civil.Of(1984, time.March, 2), Sex: patient.Female}}); err != nil {
		t.Fatal(err)
	}
	return s
}

type answer struct {
	t    *testing.T
	code int
	body string
	to   string
}

func (s *site) do(r *http.Request) answer {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.h.ServeHTTP(rec, r)
	return answer{s.t, rec.Code, rec.Body.String(), rec.Header().Get("Location")}
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

// upload sends files as the page's form does; pairs of name and content.
func (s *site) upload(files ...string) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		part, err := w.CreateFormFile("files", files[i])
		if err != nil {
			s.t.Fatal(err)
		}
		_, _ = part.Write([]byte(files[i+1]))
	}
	_ = w.Close()
	r := httptest.NewRequest("POST", "/inbox", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(r)
}

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

func (a answer) words() string {
	return blanks.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(a.body, " ")), " ")
}

func (a answer) want(code int, texts ...string) answer {
	a.t.Helper()
	if a.code != code {
		a.t.Fatalf("status %d, want %d\n%s", a.code, code, a.words())
	}
	for _, x := range texts {
		if !strings.Contains(a.words(), x) {
			a.t.Errorf("no %q in\n%s", x, a.words())
		}
	}
	return a
}

func (a answer) without(texts ...string) answer {
	a.t.Helper()
	for _, x := range texts {
		if strings.Contains(a.words(), x) {
			a.t.Errorf("%q stands in\n%s", x, a.words())
		}
	}
	return a
}

// first is the oldest paper that waits.
func (s *site) first() id.Paper {
	s.t.Helper()
	w, err := s.svc.Worklist(s.Actor(), id.Paper{})
	if err != nil || len(w.Papers) == 0 {
		s.t.Fatal("nothing waits", err)
	}
	return w.Papers[0].ID
}

const pdf = "%PDF-1.7 a page"

func TestInboxPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.get("/inbox").want(200, "Nothing waits", "Take in")
		s.upload().want(422, "Error: Inbox", "Choose one or more files.")
		s.upload("a.docx", "PK", "Okafor_Dana_1984-03-02.pdf", pdf).want(422, "1 paper taken in.", "“a.docx” was not taken in", "Okafor_Dana")
		p := s.first()
		again := s.upload("x.pdf", pdf).want(303)
		if again.to != "/inbox/"+p.String() {
			t.Errorf("the same file leads to %s", again.to)
		}
		s.get("/inbox").want(200, "1 paper waits", "Dana Okafor", "suggested: Name and birth date match", "Prescription", "Insurance card")
		if body := s.get("/inbox").body; strings.Contains(body, `name="patient" value="`+s.dana.String()+`" checked`) || strings.Contains(body, "checked") {
			t.Error("a patient is chosen beforehand")
		}
		if f := s.get("/inbox/" + p.String() + "/file"); f.code != 200 || f.body != pdf {
			t.Errorf("the file: %d", f.code)
		}

		in := url.Values{"version": {"1"}, "kind": {"report"}}
		s.post("/inbox/"+p.String(), in).want(422, "Error: Inbox", "Choose the patient.")
		in.Set("patient", id.New[id.Patient]().String())
		s.post("/inbox/"+p.String(), in).want(404)
		in.Set("patient", s.dana.String())
		in.Del("kind")
		if a := s.post("/inbox/"+p.String(), in).want(422, "Say what it is"); !strings.Contains(a.body, "checked") || !strings.Contains(a.body, `href="#f-kind"`) || !strings.Contains(a.body, `id="f-kind"`) {
			t.Error("the patient that was chosen is lost, or the complaint leads nowhere")
		}
		in.Set("kind", "report")
		done := s.post("/inbox/"+p.String(), in).want(303)
		s.get(done.to).want(200, "Filed to Dana Okafor as Report.", "Undo", "Nothing waits")
		s.post("/inbox/"+p.String(), in).want(409, "filed or discarded meanwhile")
		chart := "/patients/" + s.dana.String() + "/papers"
		s.get(chart).want(200, "Okafor_Dana_1984-03-02.pdf", "Report", "Terry Tester")
		if f := s.get(chart + "/" + p.String()); f.code != 200 || f.body != pdf {
			t.Errorf("in the chart: %d", f.code)
		}
		s.post("/inbox/"+p.String()+"/undo", url.Values{"version": {"2"}}).want(303)
		s.get(chart).want(200, "No papers yet")
	})
}

func TestPutBackAndDiscardPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.upload("card.pdf", pdf).want(303)
		p := s.first()
		at := "/inbox/" + p.String()
		s.get(at+"/discard").want(200, "Why does it belong to nobody?")
		s.post(at+"/discard", url.Values{"version": {"1"}}).want(422, "Error:", "Say why")
		s.post(at+"/discard", url.Values{"version": {"1"}, "reason": {"Advertisement"}}).want(303)
		s.get(at).want(200, "Discarded. It is kept", "Advertisement", "Put back into the inbox")
		e.Clock.Advance(time.Minute)
		s.get("/inbox?done="+p.String()).want(200, "Nothing waits").without("Undo")
		late := s.post(at+"/undo", url.Values{"version": {"2"}}).want(303)
		s.get(late.to).want(200, "Why is it put back?")
		s.post(at+"/put-back", url.Values{"version": {"1"}, "reason": {"It is a card after all"}}).want(409)
		s.post(at+"/put-back", url.Values{"version": {"2"}, "reason": {"It is a card after all"}}).want(303)
		s.get(at).want(200, "File it")
		s.get("/inbox/" + id.New[id.Paper]().String()).want(404)
	})
}

func TestAPrescriptionOpensItsReferral(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.upload("rx.pdf", pdf).want(303)
		p := s.first()
		done := s.post("/inbox/"+p.String(), url.Values{"version": {"1"}, "patient": {s.dana.String()}, "kind": {"prescription"}}).want(303)
		if !strings.HasPrefix(done.to, "/patients/"+s.dana.String()+"/referrals/new?scan=") {
			t.Fatalf("leads to %s", done.to)
		}
		s.get(done.to).want(200, "Register a referral", "rx.pdf")
	})
}

func TestSearchingThePatientWithAndWithoutScripts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.upload("scan0001.pdf", pdf).want(303)
		at := "/inbox/" + s.first().String()
		s.get("/inbox").want(200, "The file name points at nobody.")
		s.get(at+"/patients?patient_q=oka").want(200, "1 patient found", "Dana Okafor").without("Waiting")
		s.post(at, url.Values{"version": {"1"}, "do": {"find"}, "patient_q": {"oka"}}).want(200, "1 patient found", "Dana Okafor", "born 2 Mar 1984")
		s.post(at, url.Values{"version": {"1"}, "do": {"enter"}, "patient_q": {"zzz"}}).want(200, "Nobody found.")
	})
}

func TestWhoSeesWhatOfTheInbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.upload("a.pdf", pdf).want(303)
		at := "/inbox/" + s.first().String()
		s.roles = []authz.Role{authz.Biller}
		s.get("/inbox").want(200, "You can look at the inbox.").without("Take in", "Find another patient")
		s.post(at, url.Values{}).want(403)
		s.roles = []authz.Role{authz.Auditor}
		s.get("/inbox").want(403)
		s.get(at).want(403)
	})
}

func TestWhatTheFolderRefusedIsSaid(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	dir := t.TempDir()
	var err error
	if s.watch, err = inbox.NewWatch(s.svc, dir, s.Clock); err != nil {
		t.Fatal(err)
	}
	defer s.watch.Close()
	name := filepath.Join(dir, "notes.docx")
	if err := os.WriteFile(name, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, s.Clock.Now(), s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.watch.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Minute)
	}
	s.get("/inbox").want(200, "could not be taken in", "notes.docx", "This is not a PDF, PNG or JPEG file.")
}
