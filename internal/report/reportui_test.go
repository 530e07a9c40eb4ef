package report_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/report/reportui"
	"soapstone/internal/web"
)

// site serves the pages to an actor.
func (w *world) site(ctx context.Context) http.Handler {
	w.t.Helper()
	a, _ := authz.From(ctx)
	srv, err := web.NewServer(web.Config{Clock: w.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil })})
	w.must(err)
	reportui.Register(srv.Router(), reportui.Deps{Reports: w.svc, Patients: w.patients})
	return srv.Handler()
}

func send(h http.Handler, method, path string, form url.Values) (int, http.Header, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	body, _ := io.ReadAll(rec.Body)
	return rec.Code, rec.Header(), string(body)
}

var hidden = regexp.MustCompile(`name="(version|seen)" value="([^"]*)"`)

func TestFromTheListToTheSignedPaper(t *testing.T) {
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	w.session(w.dana, w.ref, today.AddDays(-20), finished(7, 50))
	h, at := w.site(e.Actor(authz.Therapist)), "/patients/"+w.dana.String()+"/reports"
	if code, _, body := send(h, "GET", at, nil); code != 200 || !strings.Contains(body, "new?referral="+w.ref.String()) {
		t.Fatalf("list: %d", code)
	}
	if code, _, body := send(h, "GET", at+"/new?referral="+w.ref.String(), nil); code != 200 || !strings.Contains(body, "1 of 12 visits used") {
		t.Fatalf("new: %d", code)
	}
	form := url.Values{"referral": {w.ref.String()}, "recommendation": {"continue"}, "visits": {"1000"}}
	if code, _, body := send(h, "POST", at, form); code != 422 || !strings.Contains(body, `value="1000"`) {
		t.Fatalf("absurd number: %d", code)
	}
	form.Set("visits", "8")
	code, head, _ := send(h, "POST", at, form)
	if code != 303 {
		t.Fatalf("begin: %d", code)
	}
	here := head.Get("Location")
	_, _, body := send(h, "GET", here, nil)
	sign := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		sign.Set(m[1], m[2])
	}
	stale := url.Values{"version": sign["version"], "seen": {"something else"}}
	if code, _, body := send(h, "POST", here+"/sign", stale); code != 409 || !strings.Contains(body, "Read it again") {
		t.Errorf("signing what was not read: %d", code)
	}
	if code, _, body := send(h, "POST", here+"/sign", sign); code != 303 {
		t.Fatalf("sign: %d\n%s", code, body)
	}
	if _, _, body := send(h, "GET", here, nil); !strings.Contains(body, "Content hash") || strings.Contains(body, "Sign this report") {
		t.Error("the signed report does not look signed")
	}
	w.must(e.Log.Seal(e.Actor(), e.Practice))
	if code, head, body := send(h, "GET", here+"/report.pdf", nil); code != 200 || head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(body, "%PDF") {
		t.Errorf("paper: %d %s", code, head.Get("Content-Type"))
	}
	if code, _, _ := send(w.site(e.Actor(authz.FrontDesk)), "GET", here, nil); code != 403 {
		t.Errorf("front desk: %d", code)
	}
	if code, _, body := send(w.site(e.Actor(authz.Auditor)), "GET", at, nil); code != 200 || strings.Contains(body, "Write a report") {
		t.Errorf("auditor: %d", code)
	}
}
