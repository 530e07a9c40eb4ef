package home_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/outcome/outcomeui"
	"soapstone/internal/report/reportui"
	"soapstone/internal/visit/visitui"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

// A full chart: what each letter presses, and the way from a chart of scores to
// its table.
func TestChartInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	w := newWorld(t, dbtest.NewSQLite(t))
	dana, _ := busyDay(w)
	w.phases(dana)
	w.billed(dana, today.AddDays(-1), 9, "1001", "")
	_, err := w.deps.CareTeams.Add(w.Actor(), dana, careteam.Provider{Name: "Nia Brooks", Discipline: careteam.Chiropractor, Organisation: "Lakeview Spine"})
	w.must(err)
	for i, v := range []float64{2, 4, 6} {
		in := outcome.Input{Instrument: "psfs", On: today.AddDays(14*i - 28), NewActivities: []string{"Look over the shoulder"}, Answers: outcome.Answers{"new.0": v}}
		_, err := w.deps.Outcomes.Record(w.Actor(), dana, in)
		w.must(err)
	}
	tab, at := w.charts(), "/patients/"+dana.String()
	look(tab, []shown{{"chart-full", at}, {"chart-money", at + "?show=money"}, {"outcomes", at + "/outcomes"}})
	tab.SetViewport(1180, 900)
	tab.SetScheme("light")
	tab.Go(at)
	tab.Axe()
	for key, want := range map[string]string{"n": "/note", "b": "/visits/new", "r": "/reports/"} {
		tab.Go(at)
		tab.Press(key)
		tab.See(map[string]string{"n": "Visit note", "b": "Plan visit", "r": "report"}[key])
		if got := tab.Path(); !strings.Contains(got, want) {
			t.Errorf("%s leads to %s", key, got)
		}
	}
	tab.Go(at)
	tab.Press("5")
	tab.See("Payment $30.00")
	tab.Unseen("Visit with signed note")
	tab.Press("1")
	tab.See("Visit with signed note")
	tab.Click("Table")
	tab.See("Recorded by")
	if !webtest.Eval[bool](tab, "document.querySelector('details:has(:target)').open") {
		t.Error("the table is folded")
	}
	tab.NoErrors()
}

// phases puts an evaluation and a re-evaluation into the record.
func (w *world) phases(p id.Patient) {
	w.t.Helper()
	for kind, days := range map[string]int{"evaluation": -28, "reevaluation": -12} {
		w.insert(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO assessment (practice_id, assessment_id, patient_id, user_id, kind, state, on_date, created_at, updated_at)
				VALUES ($1, $2, $3, $4, $5, 'completed', $6, $7, $7)`, w.Practice, id.New[id.Assessment](), p, w.User, kind, today.AddDays(days), tx.Now)
			return err
		})
	}
}

// charts opens a chart and what its letters lead to, as an owner who treats.
func (w *world) charts() *webtest.Tab {
	w.t.Helper()
	a, _ := authz.From(w.Actor(authz.Therapist, authz.Owner))
	srv, err := web.NewServer(web.Config{Clock: w.Clock, Log: slog.New(slog.DiscardHandler), Nav: home.Nav(), Find: "/find",
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil })})
	w.must(err)
	home.Register(srv.Router(), w.deps)
	reportui.Register(srv.Router(), reportui.Deps{Reports: w.deps.Reports, Patients: w.deps.Patients})
	visitui.Register(srv.Router(), visitui.Deps{Visits: w.deps.Visits, Patients: w.deps.Patients, Knowledge: w.deps.Knowledge})
	outcomeui.Register(srv.Router(), outcomeui.Deps{Outcomes: w.deps.Outcomes, Patients: w.deps.Patients, Knowledge: knowledge.Must(), Clock: w.Clock})
	site := httptest.NewServer(srv.Handler())
	w.t.Cleanup(site.Close)
	return webtest.Open(w.t, site.URL)
}
