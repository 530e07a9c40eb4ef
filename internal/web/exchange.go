package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"io"
	"net/http"

	"soapstone/internal/authz"
)

// exchange is what the server knows about one request while it lasts.
type exchange struct {
	srv      *Server
	id       string // random, in the log and in the answer's X-Request-Id
	route    string // pattern, never the path
	actor    authz.Actor
	signedIn bool
	theme    string
	next     string // where the person came from to mend something
	private  bool   // names are hidden on the screen
	flash    []string
	shown    bool          // the flash lines were put on a page
	body     io.ReadCloser // before the limit
	started  bool          // the status line is out
	status   int
	bytes    int64
}

type exchangeKey struct{}

// exchangeOf gives the request's exchange. Outside a server, in a test that
// calls a handler directly, it is a fresh one with the defaults.
func exchangeOf(r *http.Request) *exchange {
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{srv: fallback, body: r.Body}
}

func withExchange(r *http.Request, x *exchange) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
}

// fallback stands in where a handler is called without a server.
var fallback = &Server{cfg: Config{}.withDefaults()}

// token is 10 characters of 50 random bits, easy to read out: A–Z and 2–7.
func token() string {
	var b [7]byte
	_, _ = rand.Read(b[:]) // never fails
	return base32.StdEncoding.EncodeToString(b[:])[:10]
}

// RequestID is the random name of the request, as logged.
func RequestID(r *http.Request) string { return exchangeOf(r).id }

// IsHTMX reports whether the page's script asks, rather than the browser
// following a link or sending a form.
func IsHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }
