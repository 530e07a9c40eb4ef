package feeui_test

import (
	"net/http/httptest"
	"testing"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/web/webtest"
)

// TestPagesFitAndRead enters prices in a browser and looks at every page in
// every width and scheme.
func TestPagesFitAndRead(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	ts := httptest.NewServer(s.web.Handler())
	t.Cleanup(ts.Close)
	tab := webtest.Open(t, ts.URL)
	look := func(name string) {
		t.Helper()
		tab.Shot(name)
		tab.FitsAndReads()
	}
	tab.Go("/settings/fees")
	tab.See("No prices yet")
	tab.Click("Add prices")
	tab.Click("The practice’s own charges")
	tab.Fill("Name", "Charges 2026")
	tab.Fill("First day", "2026-01-01")
	tab.Fill("Price, row 1", "40")
	look("fee-form")
	tab.Click("Save prices")
	tab.See("$40.00", "In force")
	look("fee-one")
	tab.Go("/settings/fees")
	tab.See("Charges 2026")
	look("fee-list")
	tab.NoErrors()
}
