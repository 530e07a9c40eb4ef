package patientui_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web/webtest"
)

func TestTabsAreOneRowForEverybody(t *testing.T) {
	pid := id.New[id.Patient]()
	for _, role := range authz.Roles() {
		ctx := authz.With(context.Background(), authz.Actor{Roles: []authz.Role{role}})
		row, active := 0, ""
		for _, tab := range patientui.Tabs(ctx, pid, "details") {
			if !tab.Folded {
				row++
			}
			if tab.Active {
				active = tab.Label
			}
			if !strings.HasPrefix(tab.URL, "/patients/"+pid.String()) {
				t.Errorf("%s leads to %s", tab.Label, tab.URL)
			}
		}
		if row == 0 || row > 8 || active != "Details" {
			t.Errorf("%s: %d areas in the row, %q is current", role, row, active)
		}
	}
}

// The menu of areas with the keyboard, on a phone, and without scripts.
func TestTheMenuOfAreas(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e)
	p := register(t, s, e.Actor(), dana())
	srv := httptest.NewServer(h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	details := "/patients/" + p.String() + "/details"

	tab.SetViewport(1180, 820)
	tab.Go(details)
	current := `[...document.querySelectorAll(".areas summary")].filter((s) => s.checkVisibility()).map((s) => s.innerText.trim()).join()`
	if got := webtest.Eval[string](tab, current); !strings.HasPrefix(got, "Details") {
		t.Errorf("the row ends in %q, not in the current area", got)
	}
	webtest.Eval[bool](tab, `document.querySelector(".areas-row summary").focus() ?? true`)
	tab.Press(kb.Enter)
	tab.See("Insurance")
	tab.FitsAndReads()
	tab.SetViewport(1180, 820)
	tab.Targets(44)
	tab.Press(kb.Escape)
	tab.Unseen("Insurance")

	tab.NoScripts(true)
	tab.SetViewport(390, 844)
	tab.Go(details)
	tab.Click("Details (more areas)")
	tab.See("Chart", "Screening", "Consents")
	tab.Targets(44)
	tab.NoHScroll()
	tab.Click("Health")
	if got := tab.Path(); !strings.HasSuffix(got, "/health") {
		t.Errorf("went to %s", got)
	}
	tab.NoErrors()
}
