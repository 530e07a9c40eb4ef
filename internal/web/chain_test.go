package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"soapstone/internal/web"
	"soapstone/internal/web/static"
)

func TestHeaders(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /p", page("P"))
	s.srv.Router().Public("GET /framed", func(w http.ResponseWriter, r *http.Request) error {
		web.AllowFrames(w)
		return page("Framed")(w, r)
	})
	for _, path := range []string{"/p", "/nowhere", "/static/nothing.js"} {
		h := s.do("GET", path, nil).Header
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
			"X-Robots-Tag":                 "noindex, nofollow",
			"Strict-Transport-Security":    "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if h.Get("Permissions-Policy") == "" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if csp := s.do("GET", "/framed", nil).Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "; frame-src 'self'; object-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("framed: %s", csp)
	}
}

func TestTLSMakesCookiesSecureAndSendsHSTS(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.TLS = true })
	s.srv.Router().Public("POST /save", func(w http.ResponseWriter, r *http.Request) error { return web.See(w, r, "/", "Saved.") })
	res := s.do("POST", "/save", strings.NewReader(""))
	if got := res.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("HSTS: %q", got)
	}
	if !res.Cookies()[0].Secure {
		t.Error("the cookie is not secure")
	}
}

func TestTrustedOriginMaySendForms(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.Origins = []string{"https://clinic.example"} })
	s.srv.Router().Public("POST /save", page("Saved"))
	if got := s.do("POST", "/save", nil, "Origin", "https://clinic.example", "Sec-Fetch-Site", "cross-site").StatusCode; got != 200 {
		t.Errorf("status %d", got)
	}
	if _, err := web.NewServer(web.Config{Origins: []string{"clinic.example/x"}}); err == nil {
		t.Error("a malformed origin was taken")
	}
}

func TestGzip(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	rt.Public("GET /p", page("P"))
	rt.Public("GET /tiny", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "2")
		_, err := io.WriteString(w, "{}")
		return err
	})
	rt.Public("GET /png", func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "image/png")
		_, err := w.Write(make([]byte, 4096))
		return err
	})
	plain := text(t, s.do("GET", "/p", nil))
	res := s.do("GET", "/p", nil, "Accept-Encoding", "br, gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" || res.Header.Get("Content-Length") != "" {
		t.Errorf("headers: %v", res.Header)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != plain {
		t.Errorf("%v: %d bytes, want %d", err, len(got), len(plain))
	}
	for path, accept := range map[string]string{"/tiny": "gzip", "/png": "gzip", "/p": "gzip;q=0", "/p?": "identity"} {
		if got := s.do("GET", path, nil, "Accept-Encoding", accept).Header.Get("Content-Encoding"); got != "" {
			t.Errorf("%s for %q is %s", path, accept, got)
		}
	}
}

func TestStaticAssets(t *testing.T) {
	s := newSite(t)
	for _, u := range static.URLs() {
		res := s.do("GET", u, nil, "Accept-Encoding", "gzip")
		body := text(t, res)
		if res.StatusCode != 200 || res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || res.Header.Get("X-Content-Type-Options") != "nosniff" || len(body) == 0 {
			t.Errorf("%s: %d %v", u, res.StatusCode, res.Header)
		}
		if again := s.do("GET", u, nil, "If-None-Match", res.Header.Get("ETag")); again.StatusCode != 304 {
			t.Errorf("%s again: %d", u, again.StatusCode)
		}
		if head := s.do("HEAD", u, nil); head.StatusCode != 200 || text(t, head) != "" {
			t.Errorf("HEAD %s: %d", u, head.StatusCode)
		}
	}
	for _, u := range []string{"/static/app.css", "/static/app.0000000000.css", "/static/../web.go", "/static/"} {
		if got := s.do("GET", u, nil).StatusCode; got == 200 {
			t.Errorf("%s is there", u)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	read := func(w http.ResponseWriter, r *http.Request) error { _, err := io.ReadAll(r.Body); return err }
	rt.Public("POST /read", read)
	rt.Public("POST /more", func(w http.ResponseWriter, r *http.Request) error {
		web.LimitBody(w, r, 3<<20)
		return read(w, r)
	})
	rt.Public("POST /form", func(w http.ResponseWriter, r *http.Request) error { _, err := web.ParseForm(w, r); return err })
	two := func() io.Reader { return bytes.NewReader(append([]byte("a="), make([]byte, 2<<20)...)) }
	for path, want := range map[string]int{"/read": 413, "/more": 200, "/form": 413} {
		if got := s.do("POST", path, two()).StatusCode; got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
}

func TestParseForm(t *testing.T) {
	s := newSite(t)
	rt := s.srv.Router()
	echo := func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.ParseForm(w, r)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, f.Value("a")+"|"+f.Value("b"))
		return err
	}
	rt.Public("POST /f", echo)
	rt.Public("GET /f", echo)
	if got := text(t, s.do("POST", "/f?b=address", strings.NewReader("a=body"))); got != "body|" {
		t.Errorf("POST reads %q", got)
	}
	if got := text(t, s.do("GET", "/f?a=x&b=y", nil)); got != "x|y" {
		t.Errorf("GET reads %q", got)
	}
	for name, c := range map[string][2]string{"other type": {"application/json", "{}"}, "no type": {"", "a=1"}, "broken escape": {"application/x-www-form-urlencoded", "a=%zz"}} {
		if got := s.do("POST", "/f", strings.NewReader(c[1]), "Content-Type", c[0]).StatusCode; got != 422 {
			t.Errorf("%s: status %d", name, got)
		}
	}
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	s := newSite(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	s.srv.Router().Public("GET /slow", func(w http.ResponseWriter, r *http.Request) error {
		close(begun)
		<-finish
		_, err := io.WriteString(w, "done")
		return err
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.srv.Serve(ctx, ln) }()
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + ln.Addr().String() + "/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-begun
	stop()
	for !s.srv.Draining() {
		select {
		case err := <-served:
			t.Fatalf("stopped at once: %v", err)
		default:
		}
	}
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
