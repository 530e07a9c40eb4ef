package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"soapstone/internal/errs"
	"soapstone/internal/web/static"
)

// The content policy of a page. Nothing inline runs or styles, nothing comes
// from elsewhere, and nobody frames us.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " +
	"manifest-src 'self'; worker-src 'self'"

// filePolicy is for a stored file shown in a frame of ours.
const filePolicy = "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"

// AllowFrames lets the page show files of ours in a frame: a scanned PDF
// beside the fields. Call it before Render.
func AllowFrames(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", pagePolicy+"; frame-src 'self'; object-src 'self'")
}

// chain is everything between the connection and the router.
func (s *Server) chain(next http.Handler) (http.Handler, error) {
	cross := http.NewCrossOriginProtection()
	for _, o := range s.cfg.Origins {
		if err := cross.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("web.NewServer: %w", err)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.cfg.Clock.Now()
		x := &exchange{srv: s, id: token(), body: r.Body, theme: themeOf(r), private: privateOf(r), flash: readFlash(r, start)}
		r = withExchange(r, x)
		out := &recorder{ResponseWriter: w, x: x}
		defer func() { s.logAccess(r, x, start) }()
		s.headers(out, r)
		zip := newZipper(out, r)
		defer zip.close()
		defer s.recovered(zip, r)
		s.serve(zip, r, cross, next)
	}), nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, cross *http.CrossOriginProtection, next http.Handler) {
	x := exchangeOf(r)
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if static.ServeHTTP(w, r) {
			x.route = "static"
			return
		}
		if r.URL.Path == "/favicon.ico" {
			x.route = "static"
			http.Redirect(w, r, static.URL("icon.svg"), http.StatusFound)
			return
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	if err := cross.Check(r); err != nil {
		s.fail(w, r, errs.Wrap(errs.Denied, err, "This came from another site, so nothing was done. Open the page here and try again."))
		return
	}
	next.ServeHTTP(w, r)
}

// headers sets what every answer carries; a handler may replace a header.
func (s *Server) headers(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("X-Request-Id", exchangeOf(r).id)
	if exchangeOf(r).secure(r) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// logAccess writes one line per request: the route's pattern, never the path
// or the query, which may name a patient.
func (s *Server) logAccess(r *http.Request, x *exchange, start time.Time) {
	level := slog.LevelInfo
	if x.route == "static" {
		level = slog.LevelDebug
	}
	s.cfg.Log.LogAttrs(r.Context(), level, "request",
		slog.String("request", x.id), slog.String("method", method(r)), slog.String("route", x.route),
		slog.Int("status", x.status), slog.Int64("bytes", x.bytes), slog.Duration("took", s.cfg.Clock.Now().Sub(start)))
}

// method is the request's method if it is a usual one: it is the sender's text.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// recorder notes what goes out.
type recorder struct {
	http.ResponseWriter
	x *exchange
}

func (w *recorder) WriteHeader(status int) {
	if status >= 200 && !w.x.started {
		w.x.started, w.x.status = true, status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if !w.x.started {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(b)
	w.x.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
