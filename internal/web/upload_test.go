package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"soapstone/internal/web"
)

type part struct{ name, file, kind, data string }

func multi(t *testing.T, parts ...part) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		d := fmt.Sprintf(`form-data; name="%s"`, p.name)
		if p.kind != "" {
			d += fmt.Sprintf(`; filename="%s"`, p.file)
			h.Set("Content-Type", p.kind)
		}
		h.Set("Content-Disposition", d)
		pw, err := w.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(pw, p.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

const (
	pdf  = "%PDF-1.7\n1 0 obj"
	png  = "\x89PNG\x0D\x0A\x1A\x0A0000"
	jpeg = "\xFF\xD8\xFF\xE0\x00\x10JFIF"
)

func TestParseUpload(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("POST /up", func(w http.ResponseWriter, r *http.Request) error {
		f, files, err := web.ParseUpload(w, r, 4096)
		w.Header().Set("X-Kept", f.Value("before")+f.Value("after"))
		if err != nil {
			return err
		}
		w.WriteHeader(f.Status())
		for _, e := range f.Errors() {
			fmt.Fprintf(w, "%s: %s\n", e.Name, e.Message)
		}
		for _, x := range files {
			fmt.Fprintf(w, "%s %s %s %d\n", x.Field, x.Name, x.Type, len(x.Data))
		}
		return nil
	})
	before, after := part{name: "before", data: "A"}, part{name: "after", data: "B"}
	for name, c := range map[string]struct {
		parts  []part
		status int
		says   string
		kept   string
	}{
		"pdf":                        {[]part{before, {"scan", "rx.pdf", "application/pdf", pdf}, after}, 200, "scan rx.pdf application/pdf 16", "AB"},
		"several pictures":           {[]part{{"card", "a.png", "image/png", png}, {"card", "b.jpg", "image/jpeg", jpeg}}, 200, "card a.png image/png 12\ncard b.jpg image/jpeg 10", ""},
		"the content decides":        {[]part{{"scan", "rx.exe", "application/x-msdownload", pdf}}, 200, "application/pdf", ""},
		"script named as picture":    {[]part{before, {"scan", "x.png", "image/png", "<script>alert(1)</script>"}, after}, 422, "scan: Choose a PDF, PNG or JPEG file.", "AB"},
		"svg is refused":             {[]part{{"scan", "x.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"}}, 422, "scan: Choose a PDF", ""},
		"no file chosen":             {[]part{before, {"scan", "", "application/octet-stream", ""}}, 200, "", "A"},
		"empty file":                 {[]part{{"scan", "rx.pdf", "application/pdf", ""}}, 422, "scan: This file is empty.", ""},
		"too large, text kept":       {[]part{before, {"scan", "rx.pdf", "application/pdf", pdf + strings.Repeat("x", 5000)}, after}, 413, "scan: Choose files of 4 KB or less in all.", "AB"},
		"too large together":         {[]part{{"a", "1.pdf", "application/pdf", pdf + strings.Repeat("x", 3000)}, {"b", "2.pdf", "application/pdf", pdf + strings.Repeat("x", 3000)}, after}, 413, "b: Choose files of 4 KB", "B"},
		"far too large":              {[]part{before, {"scan", "rx.pdf", "application/pdf", pdf + strings.Repeat("x", 3<<20)}, after}, 413, "Too large", "A"},
		"name with folders":          {[]part{{"scan", `C:\Users\dana\rx.pdf`, "application/pdf", pdf}}, 200, "scan rx.pdf ", ""},
		"name with nothing usable":   {[]part{{"scan", "../..", "application/pdf", pdf}}, 200, "scan file ", ""},
		"text that cannot be kept":   {[]part{{name: "before", data: "a\x00b"}}, 200, "", "ab"},
		"more text than is let in":   {[]part{{name: "before", data: strings.Repeat("a", 1<<20+1)}}, 413, "Too large", ""},
		"a file in an unknown field": {[]part{{"whatever", "rx.pdf", "application/pdf", pdf}}, 200, "whatever rx.pdf", ""},
	} {
		t.Run(name, func(t *testing.T) {
			body, kind := multi(t, c.parts...)
			res := s.do("POST", "/up", body, "Content-Type", kind)
			got := text(t, res)
			if res.StatusCode != c.status || !strings.Contains(got, c.says) {
				t.Errorf("status %d, want %d with %q:\n%s", res.StatusCode, c.status, c.says, got)
			}
			if kept := res.Header.Get("X-Kept"); kept != c.kept {
				t.Errorf("kept %q, want %q", kept, c.kept)
			}
		})
	}
	t.Run("no multipart form", func(t *testing.T) {
		if got := s.do("POST", "/up", strings.NewReader("a=1")).StatusCode; got != 422 {
			t.Errorf("status %d", got)
		}
	})
	t.Run("broken off", func(t *testing.T) {
		body, kind := multi(t, before, part{"scan", "rx.pdf", "application/pdf", pdf})
		b, _ := io.ReadAll(body)
		res := s.do("POST", "/up", bytes.NewReader(b[:len(b)-60]), "Content-Type", kind)
		if res.StatusCode != 422 || res.Header.Get("X-Kept") != "A" {
			t.Errorf("status %d, kept %q", res.StatusCode, res.Header.Get("X-Kept"))
		}
	})
}

func TestServeFile(t *testing.T) {
	s := newSite(t)
	serve := func(f web.File, inline bool) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error { return web.ServeFile(w, f, inline) }
	}
	rt := s.srv.Router()
	rt.Public("GET /pdf", serve(web.File{Name: "rx \"1\"\r\n.pdf", Type: "application/pdf", Data: []byte(pdf)}, true))
	rt.Public("GET /lie", serve(web.File{Name: "x.pdf", Type: "application/pdf", Data: []byte("<script>")}, true))
	rt.Public("GET /save", serve(web.File{Name: "rx.pdf", Type: "application/pdf", Data: []byte(pdf)}, false))
	h := s.do("GET", "/pdf", nil).Header
	if h.Get("Content-Disposition") != `inline; filename="rx _1___.pdf"` || h.Get("Content-Type") != "application/pdf" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
		t.Errorf("%v", h)
	}
	for _, path := range []string{"/lie", "/save"} {
		if h := s.do("GET", path, nil).Header; !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %v", path, h)
		}
	}
}
