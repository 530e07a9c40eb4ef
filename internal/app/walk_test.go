package app_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/demo"
	"soapstone/internal/id"
	"soapstone/internal/web"
)

// sources give a real identifier of the demonstration practice for every name
// that stands in a route. A new name needs a line here: the walk fails without.
var sources = map[string]string{
	"patient":    `SELECT patient_id FROM visit WHERE practice_id = $1 AND state = 'completed' ORDER BY starts_at LIMIT 1`,
	"visit":      `SELECT visit_id FROM visit WHERE practice_id = $1 AND state = 'completed' ORDER BY starts_at LIMIT 1`,
	"referral":   `SELECT r.referral_id FROM referral r JOIN visit v ON v.practice_id = r.practice_id AND v.referral_id = r.referral_id WHERE r.practice_id = $1 AND v.state = 'completed' ORDER BY v.starts_at LIMIT 1`,
	"prescriber": `SELECT prescriber_id FROM prescriber WHERE practice_id = $1 ORDER BY prescriber_id LIMIT 1`,
	"screening":  `SELECT screening_id FROM screening WHERE practice_id = $1 ORDER BY screening_id LIMIT 1`,
	"assessment": `SELECT assessment_id FROM assessment WHERE practice_id = $1 ORDER BY assessment_id LIMIT 1`,
	"score":      `SELECT score_id FROM score WHERE practice_id = $1 ORDER BY score_id LIMIT 1`,
	"activity":   `SELECT activity_id FROM outcome_activity WHERE practice_id = $1 ORDER BY activity_id LIMIT 1`,
	"document":   `SELECT document_id FROM document WHERE practice_id = $1 ORDER BY document_id LIMIT 1`,
	"consent":    `SELECT document_id FROM document WHERE practice_id = $1 AND kind = 'consent' ORDER BY document_id LIMIT 1`,
	"plan":       `SELECT plan_id FROM plan WHERE practice_id = $1 ORDER BY plan_id LIMIT 1`,
	"goal":       `SELECT goal_id FROM goal WHERE practice_id = $1 ORDER BY goal_id LIMIT 1`,
	"report":     `SELECT report_id FROM report WHERE practice_id = $1 ORDER BY report_id LIMIT 1`,
	"allergy":    `SELECT allergy_id FROM allergy WHERE practice_id = $1 ORDER BY allergy_id LIMIT 1`,
	"medication": `SELECT medication_id FROM medication WHERE practice_id = $1 ORDER BY medication_id LIMIT 1`,
	"medicine":   `SELECT medication_id FROM medication WHERE practice_id = $1 ORDER BY medication_id LIMIT 1`,
	"user":       `SELECT user_id FROM staff WHERE practice_id = $1 ORDER BY user_id DESC LIMIT 1`,
	"location":   `SELECT location_id FROM location WHERE practice_id = $1 ORDER BY location_id LIMIT 1`,
	"intake":     `SELECT intake_id FROM intake WHERE practice_id = $1 ORDER BY intake_id LIMIT 1`,
	"payer":      `SELECT payer_id FROM payer WHERE practice_id = $1 ORDER BY payer_id LIMIT 1`,
	"enrollment": `SELECT enrolment_id FROM payer_enrolment WHERE practice_id = $1 ORDER BY enrolment_id LIMIT 1`,
	"coverage":   `SELECT coverage_id FROM coverage WHERE practice_id = $1 ORDER BY coverage_id LIMIT 1`,
	"schedule":   `SELECT schedule_id FROM fee_schedule WHERE practice_id = $1 ORDER BY schedule_id LIMIT 1`,
	"claim":      `SELECT claim_id FROM claim WHERE practice_id = $1 ORDER BY claim_id LIMIT 1`,
	"batch":      `SELECT batch_id FROM claim_batch WHERE practice_id = $1 ORDER BY batch_id LIMIT 1`,
	"payment":    `SELECT payment_id FROM payment WHERE practice_id = $1 ORDER BY payment_id LIMIT 1`,
	"provider":   ``, "paper": ``, "credential": ``, "requirement": ``, "training": ``,
	"card": ``, "waiver": ``, "method": ``,
	"session": ``, "authorisation": ``, "authorization": ``, "clearance": ``, "passkey": ``, "scan": ``, "blob": ``, "duplicate": ``, "other": ``,
}

// literals are path values that are no identifiers.
var literals = map[string]string{"rule": "PR01", "token": "nonsense-token", "kind": "treatment", "instrument": "nprs", "area": "area-abdomen", "text": "treatment", "motion": "cervical.rotation", "key": "treatment", "static": "x", "file": "cms1500.pdf"}

var wildcard = regexp.MustCompile(`\{([a-z]+)(?:\.\.\.)?\}`)

// path fills a route's wildcards with identifiers of the demonstration practice.
func (h *house) path(t *testing.T, r web.Route) string {
	t.Helper()
	p := strings.ReplaceAll(r.Path, "{$}", "")
	return wildcard.ReplaceAllStringFunc(p, func(m string) string {
		name := wildcard.FindStringSubmatch(m)[1]
		if v, ok := literals[name]; ok {
			return v
		}
		q, ok := sources[name]
		if !ok {
			t.Fatalf("route %s: no identifier for {%s}; add where it comes from to sources in walk_test.go", r.Pattern(), name)
		}
		if q == "" {
			return id.New[id.Job]().String() // none in the story: a well-formed one that is nobody's
		}
		var v string
		err := h.app.DB().Read(context.Background(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, q, h.sum.Practice).Scan(&v)
		})
		if err != nil {
			t.Fatalf("route %s: {%s}: %v", r.Pattern(), name, err)
		}
		return v
	})
}

// ends are routes that end the walker's own session.
func ends(r web.Route) bool {
	return r.Path == "/sign-out" || strings.HasPrefix(r.Path, "/security/sessions") || strings.HasPrefix(r.Path, "/demo-sign-in")
}

// TestEveryRouteAnswersEveryoneAsDeclared requests every route as every role,
// as a stranger and as another practice's user.
func TestEveryRouteAnswersEveryoneAsDeclared(t *testing.T) {
	h := open(t, 12)
	// A name that stands in the charts of this practice and nowhere else.
	var canary string
	err := h.app.DB().Read(t.Context(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT p.name FROM patient p JOIN visit v ON v.practice_id = p.practice_id AND v.patient_id = p.patient_id
			WHERE p.practice_id = $1 AND v.state = 'completed' ORDER BY v.starts_at LIMIT 1`, h.sum.Practice).Scan(&canary)
	})
	if err != nil {
		t.Fatal(err)
	}
	routes := h.app.Server().Router().Routes()
	paths := map[string]string{}
	for _, r := range routes {
		paths[r.Pattern()] = h.path(t, r)
	}
	roles := map[string][]authz.Role{}
	for _, a := range demo.Accounts() {
		roles[a.Email] = rolesOf(t, h, a.Email)
	}
	t.Run("a stranger", func(t *testing.T) {
		for _, r := range routes {
			b := h.browser()
			w := b.do(r.Method, paths[r.Pattern()], nil, "")
			checkNoTrace(t, r, w.Code, w.Body.String(), canary)
			if r.Access == web.AccessPublic {
				continue
			}
			want := http.StatusUnauthorized
			if r.Method == "GET" {
				want = http.StatusSeeOther
			}
			if w.Code != want {
				t.Errorf("%s: status %d, want %d", r.Pattern(), w.Code, want)
			}
		}
	})
	t.Run("another practice", func(t *testing.T) {
		b := h.as(t, otherOwner)
		for _, r := range routes {
			if ends(r) || r.Access == web.AccessPublic {
				continue
			}
			w := b.do(r.Method, paths[r.Pattern()], nil, "")
			checkNoTrace(t, r, w.Code, w.Body.String(), canary)
			foreign := wildcard.MatchString(r.Path) && !strings.Contains(r.Path, "{rule}") && !strings.Contains(r.Path, "{token}")
			if foreign && (w.Code == http.StatusOK || w.Code == http.StatusNoContent || w.Code == http.StatusCreated) {
				t.Errorf("%s: status %d for what belongs to another practice", r.Pattern(), w.Code)
			}
		}
	})
	for email, have := range roles {
		t.Run(email, func(t *testing.T) {
			b := h.as(t, email)
			for _, r := range routes {
				if ends(r) || r.Access != web.AccessPermission {
					continue
				}
				allowed := false
				for _, role := range have {
					allowed = allowed || authz.Granted(role, r.Permission)
				}
				// POST with an empty form: refused for the role, or for the form, never taken.
				w := b.do(r.Method, paths[r.Pattern()], nil, "")
				if w.Code >= 500 {
					t.Errorf("%s: status %d\n%s", r.Pattern(), w.Code, h.tail())
				}
				if (w.Code == http.StatusForbidden) == allowed {
					t.Errorf("%s: status %d, permission %s granted %v", r.Pattern(), w.Code, r.Permission, allowed)
				}
			}
		})
	}
	if log := h.log.String(); strings.Contains(log, canary) {
		t.Error("a patient's name stands in the log")
	}
}

func checkNoTrace(t *testing.T, r web.Route, code int, body, canary string) {
	t.Helper()
	if code >= 500 {
		t.Errorf("%s: status %d", r.Pattern(), code)
	}
	if strings.Contains(body, canary) {
		t.Errorf("%s: a patient's name reached who must not see it", r.Pattern())
	}
}

// tail is the last lines of the log.
func (h *house) tail() string {
	lines := strings.Split(strings.TrimSpace(h.log.String()), "\n")
	for i, l := range lines {
		lines[i] = l[:min(len(l), 400)]
	}
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}

func rolesOf(t *testing.T, h *house, email string) []authz.Role {
	t.Helper()
	ctx := authz.With(t.Context(), authz.Actor{System: true, Name: "test", Practice: h.sum.Practice, Roles: authz.Roles()})
	staff, err := h.app.Rooms().Practices.Staff(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range staff {
		if m.Email == email {
			return m.Roles
		}
	}
	t.Fatalf("no account %s", email)
	return nil
}

func TestReachingForAnotherPracticeIsRecorded(t *testing.T) {
	h := open(t, 4)
	b := h.as(t, otherOwner)
	var patients web.Route
	for _, r := range h.app.Server().Router().Routes() {
		if r.Pattern() == "GET /patients/{patient}" {
			patients = r
		}
	}
	if w := b.get(h.path(t, patients)); w.Code != http.StatusNotFound {
		t.Fatalf("status %d", w.Code)
	}
	var n int
	err := h.app.DB().Read(t.Context(), h.other, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND action LIKE '%refused%'`, h.other).Scan(&n)
	})
	if err != nil || n == 0 {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestFormFromAnotherSiteIsRefused(t *testing.T) {
	h := open(t, 2)
	b := h.as(t, "maya@lakeside.example")
	r := b.post("/patients", url.Values{"first_name": {"Eve"}})
	if r.Code == http.StatusForbidden {
		t.Fatalf("our own form: %d", r.Code)
	}
	w := b.cross("/patients", url.Values{"first_name": {"Eve"}})
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}
