package practiceui_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/practice/practiceui"
	"soapstone/internal/web"
)

// visitor is somebody with given roles and a browser without scripts.
type visitor struct {
	t      *testing.T
	client *http.Client
	base   string
	status int
	path   string
	body   string
}

func visit(t *testing.T, e *dbtest.Env, roles ...authz.Role) *visitor {
	t.Helper()
	svc := authn.New(e.DB, e.Key, authn.Options{Params: authn.TestParams})
	actor, _ := authz.From(e.Actor(roles...))
	server, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return actor, true, nil })})
	if err != nil {
		t.Fatal(err)
	}
	practices := practice.New(e.DB, e.Log, svc)
	practiceui.Register(server.Router(), practiceui.Deps{Practices: practices, Authn: svc, Clock: e.Clock})
	authnui.Register(server.Router(), authnui.Deps{Authn: svc, Practices: practices, Clock: e.Clock})
	srv := httptest.NewServer(server.Handler())
	t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, client: &http.Client{Jar: jar}, base: srv.URL}
}

func (v *visitor) do(method, path string, pairs ...string) *visitor {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequest(method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.status, v.path, v.body = res.StatusCode, res.Request.URL.RequestURI(), string(b)
	return v
}

func (v *visitor) get(path string) *visitor { v.t.Helper(); return v.do(http.MethodGet, path) }
func (v *visitor) post(path string, pairs ...string) *visitor {
	v.t.Helper()
	return v.do(http.MethodPost, path, pairs...)
}

func (v *visitor) at(status int, path string, words ...string) *visitor {
	v.t.Helper()
	said := text(v.body)
	if v.status != status || v.path != path {
		v.t.Fatalf("at %d %s, want %d %s\n%s", v.status, v.path, status, path, said)
	}
	for _, w := range words {
		if !strings.Contains(said, w) {
			v.t.Errorf("%s does not say %q:\n%s", v.path, w, said)
		}
	}
	return v
}

func (v *visitor) without(words ...string) {
	v.t.Helper()
	for _, w := range words {
		if strings.Contains(text(v.body), w) {
			v.t.Errorf("%s says %q", v.path, w)
		}
	}
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<[^>]*>`)

func text(html string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(html, " ")), " ")
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		v := visit(t, e)
		v.get("/settings/practice").at(200, "/settings/practice", "Practice settings", "Save settings", "Sign out after no use for")
		v.post("/settings/practice", "version", "1", "idle", "15").at(422, "/settings/practice", "Enter the name of the practice.")
		v.post("/settings/practice", "version", "1", "idle", "90", "name", "X").at(422, "/settings/practice", "Enter a whole number from 5 to 60.")
		v.post("/settings/practice", "version", "1", "idle", "30", "name", "Lakeside Bodywork", "npi", "1234567890").at(422, "/settings/practice", "This is not an NPI.")
		v.post("/settings/practice", "version", "1", "idle", "30", "name", "Lakeside Bodywork", "npi", "1234567893").at(200, "/settings/practice", "Practice settings saved.")
		v.post("/settings/practice", "version", "1", "idle", "30", "name", "Other").at(409, "/settings/practice", "Someone else changed this meanwhile.")

		d := visit(t, e, authz.FrontDesk)
		d.get("/settings/practice").at(200, "/settings/practice", "Lakeside Bodywork", "30 minutes").without("Save settings")
		d.post("/settings/practice", "version", "2", "idle", "30", "name", "Other").at(403, "/settings/practice")
	})
}

func TestLocationPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		v := visit(t, e)
		v.get("/settings/locations").at(200, "/settings/locations", "Main room", "Central time (Chicago)", "Add a location")
		v.get("/settings/locations/new").at(200, "/settings/locations/new", "Add a location").without("This location is open")
		v.post("/settings/locations", "name", "West").at(422, "/settings/locations", "Choose the time zone of the location.")
		v.post("/settings/locations", "name", "West", "zone", "America/Denver", "zip", "x").at(422, "/settings/locations", "Enter a ZIP code")
		v.post("/settings/locations", "name", "West", "zone", "Europe/Zurich", "state", "CO").at(200, "/settings/locations", "Location added.", "West")
		m := regexp.MustCompile(`href="(/settings/locations/[0-9a-f-]{36})"[^>]*>[^<]*<span[^>]*>\s*<span[^>]*>West`).FindStringSubmatch(v.body)
		if m == nil {
			t.Fatal("no link to the new location")
		}
		west := m[1]
		v.get(west).at(200, west, "Europe/Zurich", "This location is open")
		v.post(west, "version", "1", "name", "West", "zone", "Europe/Zurich").at(200, "/settings/locations", "Closed")
		main := "/settings/locations/" + e.Location.String()
		v.post(main, "version", "1", "name", "Main room", "zone", "America/Chicago").at(409, main, "Staff work at this location.")
		v.get("/settings/locations/"+id.New[id.Location]().String()).at(404, v.path)
		d := visit(t, e, authz.Biller)
		d.get(main).at(200, main, "Central time (Chicago)").without("Save location")
		d.get("/settings/locations/new").at(403, "/settings/locations/new")
		o := visit(t, e.Other())
		o.get(main).at(404, main)
	})
}

func TestStaffPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		v := visit(t, e)
		v.get("/settings/staff").at(200, "/settings/staff", "Terry Tester, LMT", "Add a person", "Not invited yet", "License without expiry date")
		v.get("/settings/staff/new").at(200, "/settings/staff/new", "Treats, documents and signs.")
		v.post("/settings/staff", "name", "Nia New").at(422, "/settings/staff", "Choose at least one role.", "Enter the e-mail address", "Choose the location.")
		email := "nia" + e.User.String() + "@example.com"
		full := []string{"name", "Nia New", "email", email, "roles", "therapist", "roles", "frontdesk", "location", e.Location.String(),
			"credential", "LMT", "license_number", "MT-7", "license_state", "IL", "license_expires", "2026-03-01", "npi", "1234567893"}
		v.post("/settings/staff", full...)
		if v.status != 200 || !strings.HasSuffix(v.path, "/invitation") {
			t.Fatalf("%d %s", v.status, v.path)
		}
		v.at(200, v.path, "Hand it over in person.", "Nia New, open this address", v.base+"/invitation/")
		member := strings.TrimSuffix(v.path, "/invitation")
		link := regexp.MustCompile(`<code>` + regexp.QuoteMeta(v.base) + `(/invitation/[\w-]{64})</code>`).FindStringSubmatch(v.body)
		if link == nil {
			t.Fatal("no link")
		}
		v.get(link[1]).at(200, link[1], "Welcome to Test Practice")
		v.post("/settings/staff", full...).at(422, "/settings/staff", "Somebody signs in with this address already.")
		v.get(member).at(200, member, "Nia New, LMT", "Therapist, Front desk", "good through 1 Mar 2026", "Expired", "There is an open invitation until Fri 13 Mar 2026", "Switch off")
		v.get(member+"/edit").at(200, member+"/edit", "Edit Nia New")
		v.post(member, "version", "1", "name", "Nia Newman", "email", email, "roles", "biller", "location", e.Location.String()).at(200, member, "Nia Newman", "Biller", "Saved.")
		v.post(member, "version", "1", "name", "Nia", "email", email, "roles", "biller", "location", e.Location.String()).at(409, member, "Someone else changed this")
		v.post(member+"/active", "version", "2").at(200, member, "Switched off and signed out everywhere.")
		v.get("/settings/staff").at(200, "/settings/staff", "Switched off")
		v.post(member+"/invitation").at(200, member, "This account is switched off.")
		v.post(member+"/active", "version", "2", "active", "yes").at(200, member, "Someone else changed this")
		v.post(member+"/active", "version", "3", "active", "yes").at(200, member, "Switched on.")
		v.post(member+"/invitation").at(200, member+"/invitation", "Hand it over in person.")
		me := "/settings/staff/" + e.User.String()
		v.post(me+"/active", "version", "1").at(200, me, "This is the last active owner.")
		v.get(me+"/invitation").at(200, me+"/invitation", "The link is shown only right after it was made.")

		d := visit(t, e, authz.FrontDesk)
		d.get("/settings/staff").at(200, "/settings/staff", "Nia Newman").without("Add a person", "Not invited yet")
		d.get(member).at(200, member, "Biller").without("Switch off", "Make an invitation")
		for _, path := range []string{"/settings/staff/new", member + "/edit", member + "/invitation"} {
			d.get(path).at(403, path)
		}
		for _, path := range []string{"/settings/staff", member, member + "/active", member + "/invitation"} {
			d.post(path).at(403, path)
		}
		o := visit(t, e.Other())
		o.get(member).at(404, member)
		o.post(member+"/active", "version", "4").at(404, member+"/active")
		o.post(member+"/invitation").at(404, member+"/invitation")
	})
}

func TestStaffChangesNeedARecentProof(t *testing.T) {
	e := dbtest.NewSQLite(t)
	svc := authn.New(e.DB, e.Key, authn.Options{Params: authn.TestParams})
	if err := svc.Seed(authz.With(t.Context(), authz.Actor{Practice: e.Practice, Name: "test", System: true}), e.User,
		"glacier-teapot-violin-mango", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"); err != nil {
		t.Fatal(err)
	}
	v := visit(t, e)
	e.Clock.Advance(11 * time.Minute)
	v.get("/settings/staff").at(200, "/settings/staff")
	v.get("/settings/staff/new").at(200, "/step-up?next=%2Fsettings%2Fstaff%2Fnew", "Confirm that it is you")
	v.post("/settings/staff", "name", "X").at(200, "/step-up", "Nothing was saved yet.")
}

func TestBillingIdentityPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		v := visit(t, e)
		v.get("/settings/billing").at(200, "/settings/billing", "Billing identity", "Tax number", "Accept assignment")
		full := []string{"version", "1", "tax_id", "12-3456789", "tax_id_kind", "EI", "npi", "1234567893", "taxonomy", "225700000X",
			"billing_line1", "118 Harbor Street", "billing_city", "Chicago", "billing_state", "IL"}
		v.post("/settings/billing", full...).at(422, "/settings/billing", "Enter a ZIP code of five or nine digits")
		v.post("/settings/billing", append(full, "billing_zip", "60601")...).at(200, "/settings/billing", "Billing identity saved.")
		if !strings.Contains(v.body, `value="12-3456789"`) {
			t.Error("the tax number is not shown with its hyphen")
		}
		v.post("/settings/billing", append(full, "billing_zip", "60601")...).at(409, "/settings/billing", "Someone else changed this meanwhile.")
		b := visit(t, e, authz.Biller)
		b.get("/settings/billing").at(403, "/settings/billing")
		b.get("/settings/practice").at(200, "/settings/practice", "Payers", "Fees").without("Billing identity")
	})
}
