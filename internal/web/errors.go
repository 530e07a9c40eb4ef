package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/web/kit"
)

// StatusOf is the HTTP status of a kind of failure.
func StatusOf(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Denied:
		return http.StatusForbidden
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Stale, errs.Conflict:
		return http.StatusConflict
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// classify adds to errs.KindOf what only the web layer can know.
func classify(err error) errs.Kind {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errs.TooLarge
	}
	return errs.KindOf(err)
}

// fail answers a request that ended in err.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r)
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader left
	}
	kind := classify(err)
	if x.signedIn && (kind == errs.Denied || kind == errs.NotFound) && s.cfg.OnRefused != nil {
		s.cfg.OnRefused(r.Context(), r, kind)
	}
	ref := ""
	switch kind {
	case errs.Internal:
		ref = token()
		s.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("error_id", ref), slog.String("request", x.id), slog.String("route", x.route), slog.String("error", err.Error()))
	case errs.Unavailable:
		w.Header().Set("Retry-After", "30")
		s.cfg.Log.LogAttrs(r.Context(), slog.LevelWarn, "unavailable",
			slog.String("request", x.id), slog.String("route", x.route), slog.String("error", err.Error()))
	}
	if x.started {
		// Half an answer is out: end the connection rather than pass it off as whole.
		panic(http.ErrAbortHandler)
	}
	if kind == errs.Unauthenticated && s.toSignIn(w, r) {
		return
	}
	s.errorPage(w, r, StatusOf(kind), describe(kind, err, ref))
}

// toSignIn sends those who only looked to the sign-in page and back. A form
// that was sent gets a page instead, so that the person learns it was not saved.
func (s *Server) toSignIn(w http.ResponseWriter, r *http.Request) bool {
	if wantsJSON(r) {
		return false
	}
	if IsHTMX(r) {
		here := "/"
		if u, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && u.Host == r.Host {
			here = LocalPath(u.RequestURI())
		}
		w.Header().Set("HX-Redirect", s.signIn(here))
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	http.Redirect(w, r, s.signIn(LocalPath(r.URL.RequestURI())), http.StatusSeeOther)
	return true
}

func (s *Server) signIn(next string) string {
	if next == "/" {
		return s.cfg.SignIn
	}
	return s.cfg.SignIn + "?" + url.Values{"next": {next}}.Encode()
}

// describe puts a failure into words. Only the public sentence of the error
// is used; an Internal one has none.
func describe(kind errs.Kind, err error, ref string) kit.Problem {
	p := kit.Problem{Text: errs.PublicOf(err), Kind: kind.String(), Reference: ref}
	switch kind {
	case errs.Invalid:
		p.Title, p.Default = "This could not be saved", "Something that was sent cannot be used. Go back, check the form and send it again."
		for _, f := range errs.FieldsOf(err) {
			p.Details = append(p.Details, f.Message)
		}
	case errs.NotFound:
		p.Title, p.Default = "Not found", "There is nothing here, or it belongs to another practice. Check the address, or search for it."
	case errs.Denied:
		p.Title, p.Default = "Not allowed", "Your role does not include this. Ask the practice owner if you need it."
	case errs.Unauthenticated:
		p.Title, p.Default = "You are signed out", "Sign in again, then send the form once more. What you sent just now was not saved."
		p.SignIn = true
	case errs.Stale:
		p.Title, p.Default = "Changed meanwhile", "Someone else changed this meanwhile. Reload and look before you save again."
	case errs.Conflict:
		p.Title, p.Default = "Not possible now", "This cannot be done in its present state. Go back and look again."
	case errs.TooLarge:
		p.Title, p.Default = "Too large", "What you sent is larger than allowed. Choose a smaller file or shorten the text."
	case errs.Unavailable:
		p.Title, p.Default = "Try again soon", "This is not available for the moment. Wait half a minute and try again."
	default:
		p.Title, p.Default = "Something went wrong", "This is our fault, not yours. Go back and try again. If it happens again, quote the reference below."
		p.Text = ""
	}
	return p
}

func (s *Server) wrongMethod(w http.ResponseWriter, r *http.Request) {
	s.errorPage(w, r, http.StatusMethodNotAllowed, kit.Problem{
		Title: "Not possible here", Kind: "method not allowed",
		Default: "This address does not take that kind of request. Go back and use the button on the page.",
	})
}

// errorPage shows a problem in the form the asker can use: a page, a piece of
// a page for htmx, or JSON for our own scripts.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, status int, p kit.Problem) {
	switch {
	case wantsJSON(r):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(problemJSON{p.Kind, p.Message(), p.Details, p.Reference})
		return
	case IsHTMX(r):
		// The page selects a region of the answer by its id and puts it in the
		// region's place. This answer has no such region: all of it goes inside.
		w.Header().Set("HX-Reselect", ".problem")
		w.Header().Set("HX-Reswap", "innerHTML")
		if err := Render(w, r, status, kit.ProblemPiece(p)); err == nil {
			return
		}
	default:
		if err := Render(w, r, status, kit.ProblemPage(PageData(r, p.Title), p)); err == nil {
			return
		}
	}
	http.Error(w, p.Title, status)
}

type problemJSON struct {
	Error     string   `json:"error"`
	Message   string   `json:"message"`
	Details   []string `json:"details,omitempty"`
	Reference string   `json:"reference,omitempty"`
}

func wantsJSON(r *http.Request) bool {
	a := r.Header.Get("Accept")
	return strings.Contains(a, "application/json") && !strings.Contains(a, "text/html")
}
