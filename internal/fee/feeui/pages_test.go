package feeui_test

import (
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/coverage"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/fee"
	"soapstone/internal/fee/feeui"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/web"
)

type site struct {
	*dbtest.Env
	t     *testing.T
	web   *web.Server
	lake  string // a payer
	roles []authz.Role
}

func newSite(t *testing.T, e *dbtest.Env) *site {
	t.Helper()
	s := &site{Env: e, t: t}
	know, blobs, patients := knowledge.Must(), blob.New(e.DB, e.Key), patient.New(e.DB, e.Log)
	payers := coverage.New(e.DB, e.Log, patients, referral.New(e.DB, e.Log, patients, blobs, know.ICD10()), blobs, know)
	var err error
	if s.web, err = web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) {
		a, ok := authz.From(e.Actor(s.roles...))
		return a, ok, nil
	})}); err != nil {
		t.Fatal(err)
	}
	feeui.Register(s.web.Router(), feeui.Deps{Fees: fee.New(e.DB, e.Log, payers), Coverages: payers, Knowledge: know, Clock: e.Clock})
	lake, err := payers.SavePayer(e.Actor(), coverage.Payer{Name: "Lake Health", Profile: "commercial"})
	if err != nil {
		t.Fatal(err)
	}
	s.lake = lake.String()
	return s
}

func each(t *testing.T, fn func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newSite(t, e)) })
}

type answer struct {
	code     int
	body, to string
}

func (s *site) do(method, path string, pairs ...string) answer {
	s.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(method, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.web.Handler().ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header().Get("Location")}
}

func (s *site) get(path string) answer { s.t.Helper(); return s.do("GET", path) }

func (s *site) post(path string, pairs ...string) answer {
	s.t.Helper()
	return s.do("POST", path, pairs...)
}

var (
	tag    = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

func (a answer) want(t *testing.T, code int, texts ...string) answer {
	t.Helper()
	words := blanks.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(a.body, " ")), " ")
	if a.code != code {
		t.Fatalf("status = %d, want %d\n%s", a.code, code, words)
	}
	for _, x := range texts {
		if !strings.Contains(words, x) && !strings.Contains(a.body, x) {
			t.Errorf("no %q in:\n%s", x, words)
		}
	}
	return a
}

func TestFeePages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get("/settings/fees").want(t, 200, "No prices yet")
		s.get("/settings/fees/new").want(t, 200, "The practice’s own charges", "Cash prices by length")
		s.get("/settings/fees/new?kind=standard").want(t, 200, `value="97124"`, "each 15 minutes", "More rows")
		s.post("/settings/fees/new", "kind", "standard", "line.0.code", "97124").want(t, 422, "Enter a name", "Enter the first day", "Enter at least one procedure")
		s.post("/settings/fees/new", "kind", "standard", "do", "rows", "rows", "6", "line.0.code", "97124", "name", "Charges").want(t, 200, `name="line.8.code"`, `value="97124"`, `value="Charges"`)
		s.post("/settings/fees/new", "kind", "standard", "name", "Charges", "from_on", "2026-01-01", "line.0.code", "97124", "line.0.price", "forty").want(t, 422, "Enter an amount in dollars")
		// Rows left empty close up, so that a complaint stands where the eye is.
		s.post("/settings/fees/new", "kind", "standard", "name", "Charges", "from_on", "2026-01-01", "line.0.code", "97010", "line.2.code", "massage", "line.2.price", "40").
			want(t, 422, "Enter a procedure code of five characters", `id="f-line-0-code-error"`)
		one := s.post("/settings/fees/new", "kind", "standard", "name", "Charges", "from_on", "2026-01-01", "line.0.code", "97124", "line.0.price", "40", "line.1.code", "97140", "line.1.price", "$1,050.50").want(t, 303).to
		s.get(one).want(t, 200, "$40.00", "$1,050.50", "New prices from a day on", "In force")
		s.get(one+"/edit").want(t, 409)

		from := strings.TrimPrefix(one, "/settings/fees/")
		s.get("/settings/fees/new?kind=standard&from="+from).want(t, 200, `value="40.00"`, `value="1,050.50"`)
		next := s.post("/settings/fees/new", "kind", "standard", "name", "Charges, spring", "from_on", "2026-04-01", "line.0.code", "97124", "line.0.price", "45").want(t, 303).to
		s.get(one).want(t, 200, "1 Jan 2026 to 31 Mar 2026")
		s.get(next+"/edit").want(t, 200, "Change Charges, spring")
		s.post(next+"/edit", "version", "1", "kind", "standard", "name", "Charges, spring", "from_on", "2026-04-01", "line.0.code", "97124", "line.0.price", "46").want(t, 303)
		s.post(next+"/edit", "version", "1", "kind", "standard", "name", "X", "from_on", "2026-04-01", "line.0.code", "97124", "line.0.price", "46").want(t, 409, "Someone else changed this")
		s.get("/settings/fees").want(t, 200, "Charges, spring", "Later", "In force")
		s.post("/settings/fees/new", "kind", "standard", "name", "Again", "from_on", "2026-02-01", "to_on", "2026-05-01", "line.0.code", "97124", "line.0.price", "1").want(t, 422, "Choose other days")

		s.get("/settings/fees/new?kind=payer").want(t, 200, "Lake Health")
		s.post("/settings/fees/new", "kind", "payer", "name", "Contract", "from_on", "2026-01-01", "line.0.code", "97124", "line.0.price", "31").want(t, 422, "Choose the payer")
		s.post("/settings/fees/new", "kind", "payer", "payer", s.lake, "name", "Contract", "from_on", "2026-01-01", "line.0.code", "97124", "line.0.price", "31").want(t, 303)
		s.get("/settings/fees").want(t, 200, "Lake Health: Contract")

		s.get("/settings/fees/new?kind=cash").want(t, 200, `value="60"`)
		s.post("/settings/fees/new", "kind", "cash", "name", "Cash", "from_on", "2026-01-01", "cash.0.minutes", "999", "cash.0.price", "60").want(t, 422, "Enter a whole number")
		cash := s.post("/settings/fees/new", "kind", "cash", "name", "Cash", "from_on", "2026-01-01", "cash.0.minutes", "30", "cash.1.minutes", "60", "cash.1.price", "110", "cash.1.label", "One hour").want(t, 303).to
		s.get(cash).want(t, 200, "60 minutes", "$110.00", "One hour")

		s.roles = []authz.Role{authz.FrontDesk, authz.Therapist}
		s.get("/settings/fees").want(t, 403)
		s.post("/settings/fees/new").want(t, 403)
		newSite(t, s.Other()).get(one).want(t, 404)
	})
}
