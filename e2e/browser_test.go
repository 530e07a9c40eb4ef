package e2e

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/app"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/web/webtest"
)

// lookup reads one value of the demonstration practice.
func lookup(t *testing.T, a *app.App, practice id.Practice, query string, args ...any) (v string) {
	t.Helper()
	err := a.DB().Read(t.Context(), practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, query, append([]any{practice}, args...)...).Scan(&v)
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// treatedBefore is the patient of Maya Brandt's newest signed note who has no
// session today, and what that note's session was.
const treatedBefore = ` FROM visit v JOIN signed_note n ON n.practice_id = v.practice_id AND n.visit_id = v.visit_id AND n.state = 'valid'
	JOIN staff s ON s.practice_id = v.practice_id AND s.user_id = v.user_id
	WHERE v.practice_id = $1 AND s.email = 'maya@lakeside.example' AND v.referral_id IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM visit o WHERE o.practice_id = v.practice_id AND o.patient_id = v.patient_id AND o.service_date = '2026-03-10')
	ORDER BY v.starts_at DESC, v.visit_id LIMIT 1`

// planToday plans a session of today, an hour after lunch, for somebody whom
// Maya Brandt has treated before, and pays it out of no prescription.
func planToday(t *testing.T, a *app.App, practice id.Practice) string {
	t.Helper()
	in := visit.Planned{Date: civil.DateIn(now, time.UTC), Clock: 13*60 + 30, Minutes: 45}
	var err error
	if in.Patient, err = id.Parse[id.Patient](lookup(t, a, practice, "SELECT v.patient_id"+treatedBefore)); err != nil {
		t.Fatal(err)
	}
	if in.Therapist, err = id.Parse[id.User](lookup(t, a, practice, "SELECT v.user_id"+treatedBefore)); err != nil {
		t.Fatal(err)
	}
	if in.Location, err = id.Parse[id.Location](lookup(t, a, practice, "SELECT v.location_id"+treatedBefore)); err != nil {
		t.Fatal(err)
	}
	who := authz.Actor{User: in.Therapist, Practice: practice, Session: id.New[id.Session](), Name: "Maya Brandt", Roles: authz.Roles(), Zone: time.UTC, StepUpAt: now}
	v, err := a.Rooms().Visits.Plan(authz.With(t.Context(), who), in)
	if err != nil {
		t.Fatal(err)
	}
	return v.ID.String()
}

// somebody is the last name of a patient who has it alone.
const somebody = `SELECT last_name FROM patient WHERE practice_id = $1 AND status = 'active' GROUP BY last_name HAVING count(*) = 1 ORDER BY last_name LIMIT 1`

// at opens a data folder for a moment, without serving it.
func at(t *testing.T, place config.Place, fn func(a *app.App)) {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{Place: place, Demo: buttons(), Clock: clock.NewManual(now), Log: slog.New(slog.DiscardHandler), Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}()
	fn(a)
}

// Signing in, finding a patient and opening a chart with the keyboard alone.
func TestKeyboardAlone(t *testing.T) {
	needBrowser(t)
	h := openHouse(t)
	name := lookup(t, h.app, h.practice, somebody)
	tab := webtest.Open(t, h.url)
	tab.Go("/")
	focus(tab, "Maya Brandt")
	tab.Press(kb.Enter)
	tab.See("Today")
	focus(tab, "Patients")
	tab.Press(kb.Enter)
	focus(tab, "Find a patient")
	tab.Type(strings.ToLower(name))
	tab.See("1 patient found")
	focus(tab, name)
	tab.Press(kb.Enter)
	tab.See("Prescription", "Safety today", "Timeline")
	tab.NoErrors()
}

// focus presses Tab until what is focused carries the name, and fails when the
// focus cannot be seen or never comes there.
func focus(tab *webtest.Tab, name string) {
	tab.T.Helper()
	for range 80 {
		tab.Press(kb.Tab)
		got := webtest.Eval[[]string](tab, `(() => {
			const e = document.activeElement;
			const words = [e.textContent, e.ariaLabel, ...[...(e.labels ?? [])].map((l) => l.textContent)].filter(Boolean).join(" ").replace(/\s+/g, " ");
			const s = getComputedStyle(e), ring = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none";
			const frame = e.closest(".chip, .choice"), f = frame && getComputedStyle(frame);
			const around = f && (f.outlineStyle !== "none" && parseFloat(f.outlineWidth) > 0 || f.boxShadow !== "none");
			return [words, ring || around ? "" : e.outerHTML.slice(0, 200)];
		})()`)
		if got[1] != "" && got[0] != "" {
			tab.T.Fatalf("the focus cannot be seen on %s", got[1])
		}
		if containsFold(got[0], name) {
			return
		}
	}
	tab.T.Fatalf("the Tab key does not come to “%s”", name)
}

// Without scripts: a patient is found, a prescription registered, the safety
// questions answered and a note signed.
func TestWithoutScripts(t *testing.T) {
	needBrowser(t)
	h := openHouse(t)
	v := planToday(t, h.app, h.practice)
	patient := "/patients/" + lookup(t, h.app, h.practice, `SELECT patient_id FROM visit WHERE practice_id = $1 AND visit_id = $2`, v)
	tab := webtest.Open(t, h.url)
	tab.NoScripts(true)
	tab.Go("/sign-in")
	tab.Click("Maya Brandt")
	tab.See("Today")
	tab.Go("/patients")
	name := lookup(t, h.app, h.practice, somebody)
	tab.Fill("Find a patient", strings.ToLower(name))
	tab.Press(kb.Enter)
	tab.See("1 patient found", name)
	referralWithoutScripts(tab, patient)
	screeningWithoutScripts(tab, patient)
	tab.Go("/visits/" + v)
	if containsFold(tab.Text(), "Start visit") {
		tab.Click("Start visit")
		tab.See("Visit note")
	}
	noteWithoutScripts(tab, v)
}

func referralWithoutScripts(tab *webtest.Tab, patient string) {
	tab.Go(patient + "/referrals/new")
	tab.Fill("Find", "obi")
	tab.Click("Find prescriber")
	tab.Choose("Who prescribed it", "Amara Obi, DO")
	tab.Fill("Add a diagnosis", "neck pain")
	tab.Click("Search")
	tab.See("Cervicalgia")
	tab.Click("Add M54.2")
	tab.In("Diagnoses").See("Remove")
	tab.Fill("Visits a week", "1")
	tab.Fill("For weeks", "8")
	tab.Fill("Written on", "2026-03-09")
	tab.Check("I have seen the prescriber’s signature")
	tab.Click("Save referral")
	tab.See("Cervicalgia", "Amara Obi")
}

func screeningWithoutScripts(tab *webtest.Tab, patient string) {
	tab.Go(patient + "/screening/new")
	const open = `[...document.querySelectorAll(".screening-sheet fieldset")].filter((f) => f.checkVisibility() && f.querySelector("input[type=radio]") && !f.querySelector("input:checked") && !f.querySelector("legend .optional")).map((f) => f.querySelector("legend").textContent.trim().replace(/\s+/g, " "))`
	groups := webtest.Eval[[]string](tab, `[...document.querySelectorAll("[data-none]")].map((b) => b.closest(".card").querySelector("h2").textContent.trim())`)
	if len(groups) > 0 {
		tab.In(groups[0]).Click("No to all of these") // a request of its own without scripts
	}
	for _, q := range webtest.Eval[[]string](tab, open) {
		tab.Choose(q, "No")
	}
	tab.Fill("Blood pressure, upper number", "118")
	tab.Fill("Blood pressure, lower number", "74")
	tab.Click("Record answers")
	tab.See("Safety questions recorded.")
	for _, label := range webtest.Eval[[]string](tab, `[...document.querySelectorAll("textarea[name^='decision.']")].map((e) => e.labels[0].textContent.trim())`) {
		tab.Fill(label, "Discussed with the patient; lighter pressure.")
	}
	if containsFold(tab.Text(), "Record decision") {
		tab.Click("Record decision")
	}
}

func noteWithoutScripts(tab *webtest.Tab, v string) {
	tab.Go("/visits/" + v + "/note")
	tab.Fill("Add by name", "upper trapezius, right")
	tab.Press(kb.Enter)
	tab.In("Marked places").See("Upper trapezius, right")
	tab.In("Techniques").Click("Did this today")
	tab.Choose("Pain now", "4")
	tab.Choose("Since last visit", "Same")
	tab.In("Techniques").Fill("Minutes", "20")
	tab.Fill("Start", "12:02")
	tab.Fill("Stop", "12:31")
	tab.Choose("Response to the treatment", "Better")
	tab.Choose("Next", "Continue plan")
	tab.Click("Sign & finish")
	tab.See("Note signed.", "Check-out")
	tab.Go("/visits/" + v + "/note")
	tab.See("Pain", "20 min", "Document")
}
