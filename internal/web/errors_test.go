package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"soapstone/internal/errs"
	"soapstone/internal/web"
)

func TestErrorPages(t *testing.T) {
	const secret = "SECRET pq: relation zzyzx"
	s := newSite(t)
	rt := s.srv.Router()
	cause := errors.New(secret)
	cases := map[string]struct {
		err    error
		status int
		says   string
	}{
		"invalid":      {errs.OnField("npi", "Check the NPI."), 422, "Check the NPI."},
		"not found":    {errs.Wrap(errs.NotFound, cause, ""), 404, "Not found"},
		"denied":       {errs.Wrap(errs.Denied, cause, "Ask the owner."), 403, "Ask the owner."},
		"stale":        {errs.Wrap(errs.Stale, cause, ""), 409, "Someone else changed this meanwhile."},
		"conflict":     {errs.Wrap(errs.Conflict, cause, "Already signed."), 409, "Already signed."},
		"too large":    {errs.Wrap(errs.TooLarge, cause, ""), 413, "Too large"},
		"over a limit": {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), 413, "Too large"},
		"unavailable":  {errs.Wrap(errs.Unavailable, cause, ""), 503, "Try again soon"},
		"internal":     {errs.Wrap(errs.Internal, cause, secret), 500, "Something went wrong"},
		"foreign":      {cause, 500, "Something went wrong"},
		"wrapped":      {fmt.Errorf("patient.Get: %w", errs.New(errs.Denied, "Ask the owner.")), 403, "Ask the owner."},
	}
	for name, c := range cases {
		path := "/e/" + strings.ReplaceAll(name, " ", "-")
		rt.SignedIn("GET "+path, fails(c.err))
		t.Run(name, func(t *testing.T) {
			for form, header := range map[string][]string{"page": nil, "piece": {"HX-Request", "true"}, "data": {"Accept", "application/json"}} {
				res := s.do("GET", path, nil, append(header, "X-As", "therapist")...)
				body := text(t, res)
				if res.StatusCode != c.status {
					t.Errorf("%s: status %d, want %d", form, res.StatusCode, c.status)
				}
				if strings.Contains(body, "SECRET") {
					t.Errorf("%s shows the cause:\n%s", form, body)
				}
				if form == "page" && !strings.Contains(body, c.says) {
					t.Errorf("does not say %q:\n%s", c.says, body)
				}
				if whole := strings.Contains(body, "<html"); whole != (form == "page") {
					t.Errorf("%s: whole page %v", form, whole)
				}
			}
		})
	}
}

func TestInternalErrorHasAReferenceThatIsLogged(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /boom/{patient}", fails(errors.New("disk on fire")))
	s.srv.Router().Public("GET /panic/{patient}", func(http.ResponseWriter, *http.Request) error { panic("Dana Okafor has a rash") })
	s.srv.Router().Public("GET /slip/{patient}", func(_ http.ResponseWriter, r *http.Request) error {
		_ = r.URL.Path[len(r.URL.Path)+1:]
		return nil
	})
	for path, wantLogged := range map[string]string{"/boom/okafor": "disk on fire", "/panic/okafor": "panic with a string", "/slip/okafor": "slice bounds out of range"} {
		t.Run(path, func(t *testing.T) {
			s.log.Reset()
			res := s.do("GET", path+"?q=okafor", nil)
			body := text(t, res)
			_, rest, ok := strings.Cut(body, "Reference: <code>")
			ref, _, _ := strings.Cut(rest, "<")
			if res.StatusCode != 500 || !ok || len(ref) < 8 {
				t.Fatalf("status %d, reference %q", res.StatusCode, ref)
			}
			logged := s.log.String()
			if !strings.Contains(logged, ref) || !strings.Contains(logged, wantLogged) {
				t.Errorf("log lacks the reference or cause:\n%s", logged)
			}
			if strings.Contains(strings.ToLower(logged), "okafor") {
				t.Errorf("log names the patient:\n%s", logged)
			}
		})
	}
}

func TestAccessLogHasThePatternOnly(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /patients/{patient}", page("Dana Okafor"))
	s.do("GET", "/patients/okafor?q=okafor", nil, "Referer", "https://x/okafor", "User-Agent", "okafor")
	s.do("OKAFOR", "/okafor", nil)
	logged := s.log.String()
	if !strings.Contains(logged, `route="GET /patients/{patient}"`) || !strings.Contains(logged, "status=200") {
		t.Errorf("log lacks the route:\n%s", logged)
	}
	if strings.Contains(strings.ToLower(logged), "okafor") {
		t.Errorf("log names the patient:\n%s", logged)
	}
}

func TestFailureWhileRenderingIsACleanError(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /half", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, 200, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, _ = io.WriteString(w, "half a page")
			return errors.New("broke")
		}))
	})
	res := s.do("GET", "/half", nil)
	if body := text(t, res); res.StatusCode != 500 || strings.Contains(body, "half a page") {
		t.Errorf("status %d:\n%s", res.StatusCode, body)
	}
}

func TestErrorAfterTheAnswerBeganCutsTheConnection(t *testing.T) {
	s := newSite(t)
	s.srv.Router().Public("GET /late", func(w http.ResponseWriter, r *http.Request) error {
		_, _ = io.WriteString(w, "beginning")
		return errors.New("broke")
	})
	ts := httptest.NewServer(s.srv.Handler())
	defer ts.Close()
	res, err := http.Get(ts.URL + "/late")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looks whole")
	}
}
