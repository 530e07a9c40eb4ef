package auditui_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/audit/auditui"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

// serve gives the pages of a practice, for one who holds the given roles.
func serve(t *testing.T, e *dbtest.Env, names map[id.Patient]string, roles ...authz.Role) http.Handler {
	t.Helper()
	a, _ := authz.From(e.Actor(roles...))
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler), Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil })})
	if err != nil {
		t.Fatal(err)
	}
	auditui.Register(srv.Router(), auditui.Deps{Log: e.Log, Clock: e.Clock,
		Names: func(context.Context, []id.Patient) (map[id.Patient]string, error) { return names, nil }})
	return srv.Handler()
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func record(t *testing.T, e *dbtest.Env, ev db.Event) {
	t.Helper()
	if err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error { return tx.Audit(ctx, ev) }); err != nil {
		t.Fatal(err)
	}
}

func TestThePageShowsEntriesInTheReadersZone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		record(t, e, db.Event{Action: "referral.scan.view", Patient: p, Kind: "referral", Subject: "r1", Detail: "<b>2 pages</b>"})
		w := get(serve(t, e, map[id.Patient]string{p: "1004 · Dana Okafor"}), "/audit")
		page := w.Body.String()
		for _, want := range []string{"Referral scan view", "10\u00a0Mar\u00a02026, 10:00:00\u00a0AM", "Terry Tester", "192.0.2.1", "1004 · Dana Okafor",
			auditui.PatientURL(p), "&lt;b&gt;2 pages", "America/Chicago"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not show %q", want)
			}
		}
		if w.Code != 200 || strings.Contains(page, "<b>") {
			t.Errorf("status %d, or unescaped text", w.Code)
		}
	})
}

func TestTheFilterIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		record(t, e, db.Event{Action: "note.sign", Patient: p})
		e.Clock.Advance(14 * time.Hour) // the next day in Chicago
		record(t, e, db.Event{Action: "plan.update"})
		h := serve(t, e, nil)
		for _, c := range []struct{ query, with, without string }{
			{"area=note.", "Note sign", "Plan update"},
			{"from=2026-03-11&order=oldest", "Plan update", "Note sign"},
			{"to=2026-03-10", "Note sign", "Plan update"},
			{"patient=" + p.String(), "Note sign", "Plan update"},
			{"person=" + e.User.String() + "&area=plan.", "Plan update", "Note sign"},
			{"area=consent.", "No entries", "Note sign"},
		} {
			body := get(h, "/audit?"+c.query).Body.String()
			if !strings.Contains(body, c.with) || strings.Contains(body, ">"+c.without+"<") || strings.Contains(body, "\t"+c.without) {
				t.Errorf("%s: want %q and not %q", c.query, c.with, c.without)
			}
		}
	})
}

func TestPagesFollowEachOther(t *testing.T) {
	e := dbtest.NewSQLite(t)
	for i := range 70 {
		record(t, e, db.Event{Action: "visit.view", Detail: fmt.Sprintf("number %d.", i)})
	}
	h := serve(t, e, nil)
	first := get(h, "/audit?area=visit.").Body.String()
	const link = `href="/audit?after=`
	_, next, ok := strings.Cut(first, link)
	if !ok {
		t.Fatal("no next page")
	}
	next, _, _ = strings.Cut("/audit?after="+next, `"`)
	second := get(h, strings.ReplaceAll(next, "&amp;", "&")).Body.String()
	if !strings.Contains(first, "number 69.") || !strings.Contains(second, "number 0.") || strings.Contains(second, "number 69.") || strings.Contains(second, link) {
		t.Error("the pages do not follow each other")
	}
	if w := get(h, "/audit?after=nonsense"); w.Code != 422 {
		t.Errorf("a cursor that is none: %d", w.Code)
	}
}

func TestWrongQuestionsAreExplained(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h := serve(t, e, nil)
	for query, want := range map[string]string{
		"from=2026-03-11&to=2026-03-10": "The last day lies before the first",
		"from=31.12.2026":               "Error:",
		"order=leaf":                    "Error:",
		"person=me":                     "Error:",
		"area=%27%20OR%201":             "Error:",
	} {
		if w := get(h, "/audit?"+query); w.Code != 422 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d", query, w.Code)
		}
		if w := get(h, "/audit/entries.csv?"+query); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/audit?") {
			t.Errorf("csv %s: %d to %q", query, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestOnlyThoseWhoMaySeeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for _, path := range []string{"/audit", "/audit/entries.csv"} {
			for role, want := range map[authz.Role]int{authz.Owner: 200, authz.Auditor: 200, authz.Therapist: 403, authz.FrontDesk: 403, authz.Biller: 403} {
				if w := get(serve(t, e, nil, role), path); w.Code != want {
					t.Errorf("%s as %s: %d, want %d", path, role, w.Code, want)
				}
			}
		}
	})
}

func TestCSVHoldsAllEntriesAndNoFormula(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for range 120 {
			record(t, e, db.Event{Action: "visit.view"})
		}
		record(t, e, db.Event{Action: "visit.note", Detail: "=HYPERLINK(1)"})
		w := get(serve(t, e, nil), "/audit/entries.csv?"+url.Values{"area": {"visit."}}.Encode())
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") ||
			!strings.Contains(w.Header().Get("Content-Disposition"), `"audit-2026-03-10.csv"`) {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
		rows, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || len(rows) != 122 || rows[1][9] != "'=HYPERLINK(1)" || rows[1][0] != "2026-03-10T15:00:00Z" || rows[1][1] != "2026-03-10 10:00:00" {
			t.Errorf("%d rows, %v; first %v", len(rows), err, rows[1])
		}
		for _, r := range rows[1:] {
			if r[10] == "" {
				t.Fatal("an entry was given out unsealed")
			}
		}
	})
}

func TestCSVOfNothingIsItsHeading(t *testing.T) {
	e := dbtest.NewSQLite(t)
	rows, err := csv.NewReader(get(serve(t, e, nil), "/audit/entries.csv?area=consent.").Body).ReadAll()
	if err != nil || len(rows) != 1 || rows[0][0] != "time (UTC)" {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestTheAccessReportOfAChart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		if err := e.Log.Viewed(e.Actor(), db.Event{Action: "patient.view", Patient: p}); err != nil {
			t.Fatal(err)
		}
		w := get(serve(t, e, map[id.Patient]string{p: "1004 · Dana Okafor"}), auditui.PatientURL(p))
		if body := w.Body.String(); !strings.Contains(body, "Access report") || !strings.Contains(body, "Patient view") || strings.Contains(body, "Test practice") {
			t.Errorf("status %d", w.Code)
		}
		p2, err := e.Log.Report(e.Actor(), audit.Filter{Patient: p, Action: "audit.view"})
		if err != nil || len(p2.Entries) != 2 {
			t.Errorf("looking at the report was recorded %d times, with this one; %v", len(p2.Entries), err)
		}
	})
}

func TestThePageFitsEveryScreen(t *testing.T) {
	e := dbtest.NewSQLite(t)
	p := id.New[id.Patient]()
	for i := range 3 {
		record(t, e, db.Event{Action: "referral.scan.view", Patient: p, Kind: "referral", Detail: fmt.Sprintf("page %d", i)})
	}
	if err := e.Log.Seal(context.Background(), e.Practice); err != nil {
		t.Fatal(err)
	}
	record(t, e, db.Event{Action: "access.refused", Kind: "route", Subject: "GET /patients/{patient}/documents/{document}", Detail: "not found"})
	record(t, e, db.Event{Action: "document.sign", Patient: p, Kind: "document", Detail: "note 12 " + strings.Repeat("0f", 32)})
	s := httptest.NewServer(serve(t, e, map[id.Patient]string{p: "1004 · Dana Okafor-Wyszyńska"}))
	t.Cleanup(s.Close)
	tab := webtest.Open(t, s.URL)
	for name, path := range map[string]string{"log": "/audit?area=", "wrong": "/audit?from=2026-03-11&to=2026-03-10", "nothing": "/audit?area=consent.", "chart": auditui.PatientURL(p)} {
		tab.Go(path)
		tab.FitsAndReads()
		for _, scheme := range []string{"light", "dark"} {
			tab.SetScheme(scheme)
			for _, w := range []int64{390, 820, 1180} {
				tab.SetViewport(w, 900)
				tab.Shot(fmt.Sprintf("audit-%s-%s-%d", name, scheme, w))
			}
		}
	}
	tab.NoErrors()
}
