// Package web decides how a request becomes a page: who may reach which route,
// what a failure looks like, which headers every answer carries, and what is
// written to the log. It refuses routes without a declared access, requests
// from other sites that would change something, and bodies over their limit.
//
// It knows no capability. Rooms register handlers on its Router, build pages
// with package kit and read forms with package form. Neither log nor error
// page ever shows a path value, a query or the text of an internal error:
// they may name a patient.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/web/kit"
)

// Authenticator finds out who sends a request. The result is false when
// nobody is signed in; an error means that it could not be found out.
type Authenticator interface {
	Authenticate(r *http.Request) (authz.Actor, bool, error)
}

// AuthFunc is a function as an Authenticator.
type AuthFunc func(r *http.Request) (authz.Actor, bool, error)

// Authenticate implements Authenticator.
func (f AuthFunc) Authenticate(r *http.Request) (authz.Actor, bool, error) { return f(r) }

// NavItem is one entry of the main navigation, shown to those who hold the
// permission, or to all who are signed in when it is "".
type NavItem struct {
	kit.NavItem
	Permission authz.Permission
}

// Config is what the program decides about its web server.
type Config struct {
	// Product is the name in the top bar and in titles; "Soapstone" if empty.
	Product string
	// TLS says that browsers reach the program over https, directly or through
	// a proxy: cookies are Secure and HSTS is sent.
	TLS bool
	// Dev adds /ui, the page that shows every component.
	Dev bool
	// Clock is the system clock if nil.
	Clock clock.Clock
	// Log is slog.Default() if nil.
	Log *slog.Logger
	// Auth says who is asking; nobody is signed in if nil.
	Auth Authenticator
	// OnRefused is told of every request by a signed-in person that was denied
	// or asked for what is not there. The route's pattern is in r.Pattern.
	OnRefused func(ctx context.Context, r *http.Request, kind errs.Kind)
	// Nav is the main navigation and Menu the person's own menu.
	Nav  []NavItem
	Menu []kit.Link
	// Practice names the practice of the actor for the menu; may be nil.
	Practice func(ctx context.Context, a authz.Actor) string
	// Help is where the footer's help link leads; "/help" if empty.
	Help string
	// Find is where the button that finds and does things leads; none if empty.
	Find string
	// SignIn is where those who are not signed in are sent; "/sign-in" if empty.
	SignIn string
	// Origins are other origins (https://host) whose forms are accepted.
	Origins []string
	// Drain is how long requests under way may take at shutdown; 20 s if 0.
	Drain time.Duration
}

// Server is the web server of one program.
type Server struct {
	cfg      Config
	router   *Router
	handler  http.Handler
	draining atomic.Bool
}

func (cfg Config) withDefaults() Config {
	if cfg.Product == "" {
		cfg.Product = "Soapstone"
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System()
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Auth == nil {
		cfg.Auth = AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return authz.Actor{}, false, nil })
	}
	if cfg.Help == "" {
		cfg.Help = "/help"
	}
	if cfg.SignIn == "" {
		cfg.SignIn = "/sign-in"
	}
	if cfg.Drain == 0 {
		cfg.Drain = 20 * time.Second
	}
	return cfg
}

// NewServer builds a server. It fails only for a malformed origin.
func NewServer(cfg Config) (*Server, error) {
	s := &Server{cfg: cfg.withDefaults()}
	s.router = newRouter(s)
	h, err := s.chain(s.router)
	if err != nil {
		return nil, err
	}
	s.handler = h
	s.router.Public("POST /preferences/theme", setTheme)
	s.router.SignedIn("POST /preferences/privacy", setPrivacy)
	if cfg.Dev {
		registerKit(s.router)
	}
	return s, nil
}

// Router is where rooms register their routes.
func (s *Server) Router() *Router { return s.router }

// Handler is the whole server as a handler, for tests.
func (s *Server) Handler() http.Handler { return s.handler }

// Draining reports whether the server is shutting down; a readiness probe
// then answers 503 so that no new work is sent.
func (s *Server) Draining() bool { return s.draining.Load() }

// Serve answers requests on ln until ctx ends, then lets those under way
// finish within Config.Drain. It returns nil after a clean shutdown. For TLS
// pass a listener made with tls.NewListener.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       readTimeout,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.draining.Store(true)
	// The parent has ended; the drain needs a deadline of its own.
	left, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Drain)
	defer cancel()
	if err := srv.Shutdown(left); err != nil {
		return errors.Join(err, srv.Close())
	}
	return nil
}
