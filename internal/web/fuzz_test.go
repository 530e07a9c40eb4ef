package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/web"
)

// Wherever ?next= points, the browser stays with us.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "//x", `/\x`, "/a?b=c#d", "https://x", "/%2f/x", "/\x00", "\t//x", "/.//x", "/..//x"} {
		f.Add(s)
	}
	base, err := url.Parse("https://clinic.example/page")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := web.LocalPath(s)
		u, err := base.Parse(got)
		if err != nil || u.Host != "clinic.example" || u.Scheme != "https" || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Fatalf("LocalPath(%q) = %q leads to %v, %v", s, got, u, err)
		}
	})
}

// Whatever arrives as a form, a file form or a cookie, the answer is an
// orderly one.
func FuzzRequest(f *testing.F) {
	f.Add("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", "eyJ0IjoxLCJsIjpbIngiXX0")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"s\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1\r\n--b--", "multipart/form-data; boundary=b", "")
	f.Add("a=1&b=%zz", "application/x-www-form-urlencoded", "!!")
	srv, err := web.NewServer(web.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	srv.Router().Public("POST /form", func(w http.ResponseWriter, r *http.Request) error {
		fm, err := web.ParseForm(w, r)
		if err != nil {
			return err
		}
		fm.Text("a")
		return page("Form")(w, r)
	})
	srv.Router().Public("POST /upload", func(w http.ResponseWriter, r *http.Request) error {
		fm, files, err := web.ParseUpload(w, r, 1024)
		if fm == nil {
			panic("no form")
		}
		for _, x := range files {
			if strings.ContainsAny(x.Name, "/\\\n\"") || x.Name == "" || len(x.Data) == 0 {
				panic("a file that is not fit to show")
			}
		}
		if err != nil {
			return err
		}
		return page("Upload")(w, r)
	})
	f.Fuzz(func(t *testing.T, body, kind, cookie string) {
		for _, path := range []string{"/form", "/upload"} {
			r := httptest.NewRequest("POST", path, bytes.NewReader([]byte(body)))
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Cookie", "flash="+cookie)
			rec := httptest.NewRecorder()
			srv.Handler().ServeHTTP(rec, r)
			if rec.Code != 200 && rec.Code != 422 && rec.Code != 413 {
				t.Fatalf("%s: status %d", path, rec.Code)
			}
		}
	})
}
