package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/db"
)

// TestADeviceWithAPatientReachesOnlyItsForm requests every route of the
// program in a session that was handed over, with either kind of request.
func TestADeviceWithAPatientReachesOnlyItsForm(t *testing.T) {
	h := open(t, 12)
	routes := h.app.Server().Router().Routes()
	paths := map[string]string{}
	for _, r := range routes {
		paths[r.Pattern()] = h.path(t, r)
	}
	lend := paths["POST /patients/{patient}/handed"]
	b := h.as(t, "jon@lakeside.example")
	w := b.post(lend, url.Values{"instrument": {"nprs"}})
	page := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || page != lend+"/nprs" {
		t.Fatalf("status %d, to %q", w.Code, page)
	}
	for _, r := range routes {
		path := paths[r.Pattern()]
		if r.TakesBack || path == page || strings.HasPrefix(path, page+"/") {
			continue
		}
		for _, method := range []string{r.Method, "GET", "POST"} {
			if w := b.do(method, path, nil, ""); w.Code != http.StatusLocked && w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, r.Path, w.Code)
			}
		}
	}
	if w := b.get(page); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<nav") || strings.Contains(w.Body.String(), `href="/"`) {
		t.Errorf("the form: status %d, or a way out of it", w.Code)
	}
	if w := b.post("/step-up", url.Values{"password": {"soapstone demonstration"}, "next": {"/"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("the right password: status %d", w.Code)
	}
	if w := b.get(paths["GET /patients/{patient}"]); w.Code != http.StatusOK {
		t.Errorf("the chart afterwards: status %d", w.Code)
	}
	for _, action := range []string{"session.handed", "session.returned"} {
		var n int
		err := h.app.DB().Read(t.Context(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND action = $2`, h.sum.Practice, action).Scan(&n)
		})
		if err != nil || n != 1 {
			t.Errorf("%d entries %s, %v", n, action, err)
		}
	}
}
