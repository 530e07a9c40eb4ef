package diagnosiscodeui_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/diagnosiscode"
	"soapstone/internal/diagnosiscode/diagnosiscodeui"
	"soapstone/internal/knowledge"
	"soapstone/internal/web"
)

func handler(t *testing.T, e *dbtest.Env, roles ...authz.Role) http.Handler {
	t.Helper()
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(roles...))
		return a, ok, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	diagnosiscodeui.Register(srv.Router(), diagnosiscodeui.Deps{Codes: diagnosiscode.New(e.DB, e.Log, blob.New(e.DB, e.Key), knowledge.Must().ICD10())})
	return srv.Handler()
}

const address = "/settings/diagnosis-codes"

func send(h http.Handler, fields [][2]string, name string, file []byte) *httptest.ResponseRecorder {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		_ = w.WriteField(f[0], f[1])
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(file)
	_ = w.Close()
	r := httptest.NewRequest("POST", address, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func get(h http.Handler) string {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", address, nil))
	return rec.Body.String()
}

func TestTakeInAList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		h := handler(t, e, authz.Owner)
		file, err := os.ReadFile("../../knowledge/testdata/icd10cm_order_2027.txt")
		if err != nil {
			t.Fatal(err)
		}
		rec := send(h, nil, "icd10cm_order_2027.txt", file)
		if rec.Code != 422 || !strings.Contains(rec.Body.String(), "holds 7 billable codes") || !strings.Contains(rec.Body.String(), `name="sure"`) ||
			!strings.Contains(rec.Body.String(), "<title>Error:") {
			t.Fatalf("a short file: %d\n%s", rec.Code, rec.Body)
		}
		rec = send(h, [][2]string{{"year", ""}, {"sure", "yes"}}, "icd10cm_order_2027.txt", file)
		if rec.Code != 303 {
			t.Fatalf("status %d\n%s", rec.Code, rec.Body)
		}
		page := get(h)
		for _, want := range []string{"Fiscal year 2027", "7 billable codes", "In use", "1 Oct 2026 to 30 Sep 2027"} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q on the page", want)
			}
		}
		set := regexp.MustCompile(`name="set" value="([^"]+)"`).FindStringSubmatch(page)
		if set == nil {
			t.Fatal("no way to take it out of use")
		}
		for i, want := range []int{303, 404} {
			r := httptest.NewRequest("POST", address+"/withdraw", strings.NewReader(url.Values{"set": {set[1]}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			rec := httptest.NewRecorder()
			if h.ServeHTTP(rec, r); rec.Code != want {
				t.Errorf("withdrawn the %d. time: %d", i+1, rec.Code)
			}
		}
	})
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h := handler(t, e, authz.Owner)
	for _, c := range []struct {
		name   string
		fields [][2]string
		file   string
		status int
		says   string
	}{
		{"no file", [][2]string{{"year", "2027"}}, "", 422, "Choose the order file"},
		{"another layout", [][2]string{{"year", "2027"}}, "code,description\nM54.2,Cervicalgia\n", 422, "Line 1:"},
		{"a year in words", [][2]string{{"year", "next"}}, "x", 422, "whole number"},
		{"far too large", [][2]string{{"year", "2027"}}, strings.Repeat(strings.Repeat(" ", 99)+"\n", 700_000), 413, "over 64 MB"},
	} {
		name := "codes.txt"
		if c.file == "" {
			name = ""
		}
		rec := send(h, c.fields, name, []byte(c.file))
		if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.says) {
			t.Errorf("%s: %d, want %d with %q", c.name, rec.Code, c.status, c.says)
		}
	}
	if page := get(h); !strings.Contains(page, "None yet") {
		t.Error("something was taken in")
	}
	rec := httptest.NewRecorder()
	handler(t, e, authz.Therapist).ServeHTTP(rec, httptest.NewRequest("GET", address, nil))
	if rec.Code != 403 {
		t.Errorf("a therapist got %d", rec.Code)
	}
}
