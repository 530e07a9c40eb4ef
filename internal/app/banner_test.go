package app_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/web"
)

// belongs gives for a name in a route something real with its patient: both
// stand in the address, and one without the other is not found.
var belongs = map[string]string{
	"visit":      `SELECT patient_id, visit_id FROM visit WHERE practice_id = $1 AND state = 'planned' ORDER BY starts_at LIMIT 1`,
	"document":   `SELECT patient_id, visit_id, document_id FROM signed_note WHERE practice_id = $1 AND state = 'valid' ORDER BY signed_at DESC LIMIT 1`,
	"referral":   `SELECT patient_id, referral_id FROM referral WHERE practice_id = $1 AND state = 'active' ORDER BY referral_id LIMIT 1`,
	"screening":  `SELECT patient_id, screening_id FROM screening WHERE practice_id = $1 ORDER BY screening_id LIMIT 1`,
	"assessment": `SELECT patient_id, assessment_id FROM assessment WHERE practice_id = $1 AND state = 'completed' ORDER BY assessment_id LIMIT 1`,
	"plan":       `SELECT patient_id, plan_id FROM plan WHERE practice_id = $1 ORDER BY plan_id LIMIT 1`,
	"report":     `SELECT patient_id, report_id FROM report WHERE practice_id = $1 ORDER BY report_id LIMIT 1`,
	"allergy":    `SELECT patient_id, allergy_id FROM allergy WHERE practice_id = $1 AND ended_at IS NULL ORDER BY allergy_id LIMIT 1`,
	"medication": `SELECT patient_id, medication_id FROM medication WHERE practice_id = $1 AND ended_at IS NULL ORDER BY medication_id LIMIT 1`,
	"intake":     `SELECT patient_id, intake_id FROM intake WHERE practice_id = $1 AND status = 'complete' ORDER BY intake_id LIMIT 1`,
	"goal":       `SELECT p.patient_id, g.goal_id FROM goal g JOIN plan p ON p.practice_id = g.practice_id AND p.plan_id = g.plan_id WHERE g.practice_id = $1 AND p.state = 'active' ORDER BY g.goal_id LIMIT 1`,
	"consent":    `SELECT patient_id, document_id FROM document WHERE practice_id = $1 AND kind = 'consent' ORDER BY document_id LIMIT 1`,
	"coverage":   `SELECT patient_id, coverage_id FROM coverage WHERE practice_id = $1 ORDER BY coverage_id LIMIT 1`,
}

// asked is what some pages must be asked about.
var asked = map[string]string{
	"/patients/{patient}/outcomes/new": "?instrument=nprs",
	"/patients/{patient}/reports/new":  "?referral={referral}",
}

var (
	bannerName = regexp.MustCompile(`(?s)<section class="banner" aria-label="Patient">.*?</section>`)
	alertText  = regexp.MustCompile(`(?s)<li class="banner-alert.*?</span>(.*?)</span>`)
)

// TestEveryPageAboutAPatientSaysWhoItIs asks for every page under a patient and
// under a visit: name, age and sex, birth date and number stand in the banner,
// in this order, then the alerts, each short enough for two lines.
func TestEveryPageAboutAPatientSaysWhoItIs(t *testing.T) {
	h := open(t, 12)
	b := h.as(t, "maya@lakeside.example")
	seen, alerts := 0, 0
	for _, r := range h.app.Server().Router().Routes() {
		if r.Method != "GET" || !strings.HasPrefix(r.Path, "/patients/{patient}") && !strings.HasPrefix(r.Path, "/visits/{visit}") {
			continue
		}
		pattern := r.Pattern()
		r.Path += asked[r.Path]
		path, who := h.about(t, r)
		w := b.get(path)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Logf("no page: %s: status %d %s", pattern, w.Code, w.Header().Get("Content-Type"))
			continue
		}
		seen++
		alerts += h.saysWho(t, pattern, w.Body.String(), who)
	}
	p := h.withAlerts(t)
	for _, path := range []string{"/visits/new?patient=" + p.String(), "/patients/" + p.String()} {
		if n := h.saysWho(t, path, b.get(path).Body.String(), p); n == 0 {
			t.Errorf("%s shows no alert", path)
		}
	}
	if seen < 55 || alerts == 0 {
		t.Errorf("%d pages and %d alerts were looked at: fewer than there are", seen, alerts)
	}
	t.Logf("%d pages, %d alerts", seen, alerts)
}

// about fills a route with things of one patient.
func (h *house) about(t *testing.T, r web.Route) (path string, who id.Patient) {
	t.Helper()
	names := wildcard.FindAllStringSubmatch(r.Path, -1)
	from := "visit"
	for _, n := range names {
		if belongs[n[1]] != "" {
			from = n[1]
		}
	}
	have := map[string]string{}
	var p, first, second string
	err := h.app.DB().Read(t.Context(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		row := tx.QueryRowContext(ctx, belongs[from], h.sum.Practice)
		if from == "document" {
			have["visit"] = ""
			return row.Scan(&p, &first, &second)
		}
		return row.Scan(&p, &first)
	})
	if err != nil {
		t.Fatalf("%s: {%s}: %v", r.Pattern(), from, err)
	}
	have["patient"], have[from] = p, first
	if from == "document" {
		have["visit"], have["document"] = first, second
	}
	if who, err = id.Parse[id.Patient](p); err != nil {
		t.Fatal(err)
	}
	for name, v := range have {
		r.Path = strings.ReplaceAll(r.Path, "{"+name+"}", v)
	}
	return h.path(t, r), who
}

// saysWho looks at the banner of a page and counts its alerts.
func (h *house) saysWho(t *testing.T, page, body string, who id.Patient) (alerts int) {
	t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	rec, err := h.app.Rooms().Patients.Header(authz.With(t.Context(), authz.Actor{System: true, Name: "test", Practice: h.sum.Practice, Roles: authz.Roles(), Zone: zone}), who)
	if err != nil {
		t.Fatal(err)
	}
	banner := html.UnescapeString(bannerName.FindString(body))
	at := 0
	for _, want := range []string{rec.Name, strconv.Itoa(rec.Age) + " ", "born " + rec.BirthDate.Human(), rec.Number} {
		i := strings.Index(banner[at:], want)
		if i < 0 {
			t.Errorf("%s: the banner does not say %q where it belongs", page, want)
			return 0
		}
		at += i
	}
	for _, a := range alertText.FindAllStringSubmatch(banner, -1) {
		alerts++
		if text := strings.TrimSpace(a[1]); text == "" || utf8.RuneCountInString(text) > patient.MaxAlert {
			t.Errorf("%s: alert %q", page, text)
		}
	}
	if alerts != len(rec.Alerts) {
		t.Errorf("%s: %d alerts are shown, there are %d", page, alerts, len(rec.Alerts))
	}
	return alerts
}

// withAlerts is a patient with a contraindication.
func (h *house) withAlerts(t *testing.T) (p id.Patient) {
	t.Helper()
	var s string
	err := h.app.DB().Read(t.Context(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT a.patient_id FROM allergy a WHERE a.practice_id = $1 AND a.ended_at IS NULL ORDER BY a.allergy_id LIMIT 1`, h.sum.Practice).Scan(&s)
	})
	if err == nil {
		p, err = id.Parse[id.Patient](s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}
