package web

import (
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/web/kit"
)

// Handler answers a request, or gives an error that becomes an error page.
// It must not write and then return an error.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Access says who may reach a route.
type Access int

// The kinds of access. There is no default: every route declares one.
const (
	AccessPublic     Access = iota + 1 // anybody
	AccessSignedIn                     // anybody who is signed in
	AccessPermission                   // who is signed in and holds the permission
)

// Route is a registered route, for tests that walk all of them.
type Route struct {
	Method     string // GET also answers HEAD
	Path       string // with wildcards: /patients/{patient}
	Access     Access
	Permission authz.Permission // "" unless AccessPermission
	TakesBack  bool             // reachable wherever a handed-over session is confined to
}

// Pattern is the route as http.ServeMux takes it.
func (r Route) Pattern() string { return r.Method + " " + r.Path }

// Router holds the routes.
type Router struct {
	srv    *Server
	mux    *http.ServeMux
	routes []Route
	locked Handler
}

func newRouter(s *Server) *Router { return &Router{srv: s, mux: http.NewServeMux()} }

// Handle registers a route for those who are signed in and hold perm:
// rt.Handle("GET /patients/{patient}", authz.PatientRead, h). It panics on a
// malformed or repeated pattern, which is a slip in the program.
func (rt *Router) Handle(pattern string, perm authz.Permission, h Handler) {
	if perm == "" {
		panic("web: Handle needs a permission: " + pattern)
	}
	rt.add(pattern, Route{Access: AccessPermission, Permission: perm}, h)
}

// SignedIn registers a route for anybody who is signed in.
func (rt *Router) SignedIn(pattern string, h Handler) {
	rt.add(pattern, Route{Access: AccessSignedIn}, h)
}

// Public registers a route for anybody. The context still carries the actor
// when somebody is signed in.
func (rt *Router) Public(pattern string, h Handler) { rt.add(pattern, Route{Access: AccessPublic}, h) }

// TakesBack registers a route for anybody who is signed in, also while the
// device is with a patient: staff prove there that they hold it again.
func (rt *Router) TakesBack(pattern string, h Handler) {
	rt.add(pattern, Route{Access: AccessSignedIn, TakesBack: true}, h)
}

// Locked sets the page that answers a handed-over session everywhere but where
// it is confined to. It must have status 423; a plain error page does if unset.
func (rt *Router) Locked(h Handler) { rt.locked = h }

// Routes lists the routes in the order of registration.
func (rt *Router) Routes() []Route { return append([]Route(nil), rt.routes...) }

func (rt *Router) add(pattern string, route Route, h Handler) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || method != strings.ToUpper(method) || !strings.HasPrefix(path, "/") {
		panic("web: pattern must be METHOD /path: " + pattern)
	}
	route.Method, route.Path = method, path
	rt.routes = append(rt.routes, route)
	rt.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { rt.run(route, h, w, r) })
}

// ServeHTTP finds the route. What matches none becomes our own 404 or 405.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, pattern := rt.mux.Handler(r)
	if pattern != "" {
		rt.mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: http.Header{}}
	h.ServeHTTP(probe, r)
	// Somebody who is signed in keeps the navigation on the error page.
	if a, in, err := rt.srv.cfg.Auth.Authenticate(r); err == nil && in {
		r = r.WithContext(authz.With(r.Context(), a))
		if !reaches(a, r.URL.Path) {
			rt.lock(w, r)
			return
		}
	}
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		rt.srv.wrongMethod(w, r)
		return
	}
	rt.srv.fail(w, r, errs.New(errs.NotFound, ""))
}

// probe learns which status the mux would give.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

func (rt *Router) run(route Route, h Handler, w http.ResponseWriter, r *http.Request) {
	defer rt.srv.recovered(w, r)
	x := exchangeOf(r)
	x.route = route.Pattern()
	actor, in, err := rt.srv.cfg.Auth.Authenticate(r)
	if errs.Is(err, errs.Unauthenticated) {
		in, err = false, nil
	}
	if err != nil {
		rt.srv.fail(w, r, err)
		return
	}
	if in {
		x.actor, x.signedIn = actor, true
		r = r.WithContext(authz.With(r.Context(), actor))
	}
	if in && !route.TakesBack && !reaches(actor, r.URL.Path) {
		rt.lock(w, r)
		return
	}
	if err := permit(route, actor, in); err != nil {
		rt.srv.fail(w, r, err)
		return
	}
	if err := h(w, r); err != nil {
		rt.srv.fail(w, r, err)
	}
}

func permit(route Route, a authz.Actor, in bool) error {
	switch {
	case route.Access == AccessPublic:
		return nil
	case !in:
		return errs.New(errs.Unauthenticated, "Sign in to go on.")
	case route.Access == AccessPermission && !a.Can(route.Permission):
		return errs.New(errs.Denied, "Your role does not include this. Ask the practice owner if you need it.")
	}
	return nil
}

// reaches reports whether a session may go to path: anywhere, unless its
// device is with a patient; then to that page and what lies below it.
func reaches(a authz.Actor, path string) bool {
	if a.Handed == "" {
		return true
	}
	page, _, _ := strings.Cut(a.Handed, "?")
	return path == page || strings.HasPrefix(path, page+"/")
}

// lock answers a session that leaves where it is confined to. Nothing is run,
// public routes included: the patient is to find no way around the form.
func (rt *Router) lock(w http.ResponseWriter, r *http.Request) {
	if rt.locked == nil || wantsJSON(r) || IsHTMX(r) {
		rt.srv.errorPage(w, r, http.StatusLocked, kit.Problem{Title: "This device is with the patient", Kind: "locked", Default: "Enter your password to go on."})
		return
	}
	if err := rt.locked(w, r); err != nil {
		rt.srv.fail(w, r, err)
	}
}

// recovered turns a panic into an Internal failure. The panic's own text is
// kept only when the runtime wrote it: other values may hold health data.
func (s *Server) recovered(w http.ResponseWriter, r *http.Request) {
	v := recover()
	switch e := v.(type) {
	case nil:
		return
	case runtime.Error:
		s.fail(w, r, fmt.Errorf("panic: %w\n%s", e, debug.Stack()))
	default:
		if e == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
			panic(e)
		}
		s.fail(w, r, fmt.Errorf("panic with a %T\n%s", v, debug.Stack()))
	}
}
