package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"soapstone/internal/app"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/demo"
	"soapstone/internal/id"
	"soapstone/internal/practice"
)

// house is the whole program over a small demonstration practice, with a
// second practice beside it in the same database.
type house struct {
	app   *app.App
	clock *clock.Manual
	place config.Place
	sum   demo.Summary
	other id.Practice
	log   *lockedBuffer
}

// lockedBuffer keeps what the program logs.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// now is a Tuesday, 12:30 in Chicago.
var now = time.Date(2026, 3, 10, 17, 30, 0, 0, time.UTC)

const (
	otherOwner = "rival@elsewhere.example"
	password   = "another practice entirely"
	secret     = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

func open(t *testing.T, patients int) *house {
	t.Helper()
	place, err := config.At(t.TempDir(), filepath.Join(t.TempDir(), "test.key"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{clock: clock.NewManual(now), place: place, log: &lockedBuffer{}}
	buttons := []authnui.DemoAccount{{Email: otherOwner, Label: "Rival", Note: "Another practice"}}
	for _, a := range demo.Accounts() {
		buttons = append(buttons, authnui.DemoAccount{Email: a.Email, Label: a.Name, Note: a.Role})
	}
	h.app, err = app.Open(t.Context(), app.Config{Place: place, Demo: buttons, Clock: h.clock,
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.app.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	if h.sum, err = demo.Build(t.Context(), h.app.DemoRooms(), h.clock, demo.Options{Seed: 7, Patients: patients, Now: now}); err != nil {
		t.Fatal(err)
	}
	h.foundOther(t)
	return h
}

func (h *house) foundOther(t *testing.T) {
	t.Helper()
	r := h.app.Rooms()
	f, err := r.Practices.Create(authz.With(t.Context(), authz.Actor{System: true, Name: "test"}), practice.Founding{
		Practice: practice.Practice{Name: "Elsewhere Bodywork"},
		Location: practice.Location{Name: "Elsewhere", Zone: "America/New_York"},
		Owner:    practice.Member{Name: "Rita Rival", Email: otherOwner, Credential: "LMT", Roles: []authz.Role{authz.Owner, authz.Therapist, authz.FrontDesk, authz.Biller, authz.Auditor}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.other = f.Practice.ID
	ctx := authz.With(t.Context(), authz.Actor{System: true, Name: "test", Practice: h.other, Roles: authz.Roles(), Zone: time.UTC})
	if err := r.Authn.Seed(ctx, f.Owner.ID, password, secret); err != nil {
		t.Fatal(err)
	}
}

// browser is somebody's browser: it keeps cookies and follows nothing.
type browser struct {
	h       http.Handler
	cookies map[string]*http.Cookie
}

func (h *house) browser() *browser {
	return &browser{h: h.app.Server().Handler(), cookies: map[string]*http.Cookie{}}
}

func (b *browser) do(method, path string, body io.Reader, kind string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, "http://localhost:8080"+path, body)
	r.RemoteAddr = "127.0.0.1:5555"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	return w
}

func (b *browser) get(path string) *httptest.ResponseRecorder { return b.do("GET", path, nil, "") }

func (b *browser) post(path string, v url.Values) *httptest.ResponseRecorder {
	return b.do("POST", path, strings.NewReader(v.Encode()), "application/x-www-form-urlencoded")
}

// as is a browser in which the account is signed in.
func (h *house) as(t *testing.T, email string) *browser {
	t.Helper()
	b := h.browser()
	w := b.post("/demo-sign-in", url.Values{"email": {email}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("signing in as %s: status %d\n%s", email, w.Code, w.Body)
	}
	return b
}

// cross posts a form as a page of another site would.
func (b *browser) cross(path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://localhost:8080"+path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w
}
