package coverageui_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"soapstone/internal/coverage"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/web/webtest"
)

// TestPagesFitAndRead goes the way of somebody who enters insurance, in a
// browser, and looks at every page in every width and scheme.
func TestPagesFitAndRead(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	ts := httptest.NewServer(s.web.Handler())
	t.Cleanup(ts.Close)
	s.payer("State Fund", "workers-compensation")
	lake := s.payer("Lake Health", "commercial")
	if _, err := s.svc.SaveEnrolment(s.Actor(), coverage.Enrolment{Payer: lake, User: s.User, FromOn: s.day(), Number: "P-77"}); err != nil {
		t.Fatal(err)
	}
	photo := filepath.Join(t.TempDir(), "card.png")
	if err := os.WriteFile(photo, pixel, 0o600); err != nil {
		t.Fatal(err)
	}
	tab := webtest.Open(t, ts.URL)
	look := func(name string) {
		t.Helper()
		tab.Shot(name)
		tab.FitsAndReads()
	}
	tab.Go(s.list())
	tab.See("No insurance yet")
	look("coverage-none")
	tab.Click("Add insurance")
	tab.See("Who is the payer?")
	look("coverage-payer")
	tab.Click("Lake Health")
	tab.See("Member ID")
	tab.Upload("Photo of the front", photo)
	tab.See("Another photo of the front")
	tab.Fill("Member ID", "W12345")
	tab.Fill("First day", "2026-01-01")
	look("coverage-form")
	tab.Click("Save insurance")
	tab.See("W12345", "Front, card.png")
	look("coverage-one")
	tab.Go(s.list())
	tab.See("Primary: Lake Health")
	look("coverage-list")
	tab.Go("/settings/payers")
	tab.See("Lake Health")
	look("payers")
	tab.Click("Lake Health")
	tab.See("Therapists this payer knows")
	look("payer")
	tab.Click("Change")
	tab.See("What this payer does differently")
	look("payer-form")
	tab.NoErrors()
}
