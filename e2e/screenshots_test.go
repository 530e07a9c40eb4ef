package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/web/webtest"
)

// signedToday is Maya Brandt's last session of today whose note is signed.
const signedToday = ` FROM visit v JOIN signed_note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'valid'
	JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
	WHERE v.practice_id = $1 AND s.email = 'maya@lakeside.example' AND v.service_date <= '2026-03-10' AND v.referral_id IS NOT NULL
	ORDER BY v.starts_at DESC LIMIT 1`

// screened answers today's safety questions of a session's patient.
func (h *house) screened(t *testing.T, visit string) {
	t.Helper()
	p, err := id.Parse[id.Patient](lookup(t, h.app, h.practice, `SELECT patient_id FROM visit WHERE practice_id = $1 AND visit_id = $2`, visit))
	if err != nil {
		t.Fatal(err)
	}
	who, err := id.Parse[id.User](lookup(t, h.app, h.practice, `SELECT user_id FROM staff WHERE practice_id = $1 AND email = $2`, "maya@lakeside.example"))
	if err != nil {
		t.Fatal(err)
	}
	today := civil.DateIn(now, time.UTC)
	ctx := authz.With(t.Context(), authz.Actor{User: who, Practice: h.practice, Session: id.New[id.Session](), Name: "Maya Brandt", Roles: authz.Roles(), Zone: time.UTC, StepUpAt: now})
	if err := clearSafety(ctx, h.app.Rooms().Screening, p, today); err != nil {
		t.Fatal(err)
	}
}

// TestScreenshots takes the pictures of the documentation into the folder named
// by SOAPSTONE_SCREENSHOTS. The clock, the people and the browser's size are
// the same each time; only hashes and identifiers differ.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SOAPSTONE_SCREENSHOTS")
	if dir == "" {
		t.Skip("takes pictures only when SOAPSTONE_SCREENSHOTS names a folder")
	}
	needBrowser(t)
	h := openHouse(t)
	visit := planToday(t, h.app, h.practice)
	h.screened(t, visit)
	patient := "/patients/" + lookup(t, h.app, h.practice, "SELECT v.patient_id"+signedToday)
	signed := "/visits/" + lookup(t, h.app, h.practice, "SELECT v.visit_id"+signedToday) + "/note"
	report := `SELECT patient_id || '/reports/' || report_id FROM report WHERE practice_id = $1 AND state <> 'discarded' ORDER BY state DESC, on_date DESC, report_id LIMIT 1`
	tab := webtest.Open(t, h.url)
	take := func(name string) {
		t.Helper()
		for _, s := range sizes {
			tab.SetViewport(s.width, s.height)
			tab.SetScheme("light")
			tab.Screenshot(filepath.Join(dir, name+"-"+s.name+".png"))
		}
		if name == "today" || name == "note" {
			tab.SetViewport(1180, 820)
			tab.SetScheme("dark")
			tab.Screenshot(filepath.Join(dir, name+"-dark.png"))
			tab.SetScheme("light")
		}
	}
	tab.Go("/sign-in")
	take("sign-in")
	tab.Click("Maya Brandt")
	tab.See("Today")
	for _, page := range []struct{ name, path string }{
		{"today", "/"},
		{"chart", patient},
		{"referral-form", patient + "/referrals/new"},
		{"referrals", patient + "/referrals"},
		{"screening", patient + "/screening"},
		{"assessment", patient + "/assessments"},
		{"plan", patient + "/plan"},
		{"outcomes", patient + "/outcomes"},
		{"note-signed", signed},
		{"report", "/patients/" + lookup(t, h.app, h.practice, report)},
	} {
		tab.Go(page.path)
		take(page.name)
	}
	tab.SetViewport(1180, 820)
	tab.Go("/visits/" + visit + "/note")
	noteReady(tab)
	tab.Choose("Pain now", "4")
	tab.Choose("Since last visit", "Better")
	tab.In("Marked places").Click("Still there")
	tab.In("Techniques").Click("Did this today")
	tab.In("Techniques").Click("20 minutes")
	tab.See("Saved ")
	take("note")
	tab.NoErrors()
}
