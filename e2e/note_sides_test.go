package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/webtest"
)

// perNote is how many places one note is given here; it may hold 100.
const perNote = 80

// Every place of the body is tapped on its view. What the note stores, draws,
// lists and prints is that place, on the patient's own side.
func TestEveryPlaceIsKeptDrawnAndPrintedOnItsSide(t *testing.T) {
	needBrowser(t)
	h := openHouse(t)
	tab := webtest.Open(t, h.url)
	signIn(tab)
	all := knowledge.Must().Sites()
	if len(all) < 150 {
		t.Fatalf("only %d places", len(all))
	}
	for n := 0; len(all) > 0; n++ {
		part := all[:min(perNote, len(all))]
		all = all[len(part):]
		who, v := h.newcomer(t, person("Side", fmt.Sprintf("Sideways%d", n), 15000+n), 17*60+n*60)
		tab.Go("/visits/" + v + "/note")
		noteReady(tab)
		tapAll(t, tab, part)
		sent(tab)
		got, _ := draftOf(t, h.app, h.practice, v)
		checkStored(t, got, part)
		h.finish(t, who, v, got)
		checkPaper(t, tab, v, part)
	}
	tab.NoErrors()
}

type tapped struct {
	Site, Hit, Label string
	Drawn            int // signs at the very place, on a drawing whose sides the room's own tests prove
}

// tapAll taps each place in the zone and view it belongs to, and looks at what
// is drawn for it.
func tapAll(t *testing.T, tab *webtest.Tab, sites []knowledge.Site) {
	t.Helper()
	type place struct {
		ID, View, Zone string
		X, Y           int
	}
	var places []place
	for _, s := range sites {
		places = append(places, place{s.ID, string(s.View), s.Zone, s.X, s.Y})
	}
	list, err := json.Marshal(places)
	if err != nil {
		t.Fatal(err)
	}
	done := webtest.Eval[[]tapped](tab, fmt.Sprintf(`(() => {
		const form = document.getElementById("note"), chart = form.querySelector("body-chart"), svg = chart.querySelector("svg");
		return %s.map(({ID, View, Zone, X, Y}) => {
			const zone = form.querySelector('[name="ui.zone"][value="' + Zone + '"]');
			zone.checked = true;
			form.querySelector('[name="ui.view"][value="' + View + '"]').checked = true;
			zone.dispatchEvent(new Event("change", {bubbles: true}));
			const before = new Set([...form.querySelectorAll('[data-group="marks"]')].map((r) => r.dataset.site));
			const p = new DOMPoint(X, Y).matrixTransform(svg.getScreenCTM());
			svg.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, clientX: p.x, clientY: p.y}));
			const row = [...form.querySelectorAll('[data-group="marks"]')].find((r) => !before.has(r.dataset.site));
			const at = (use) => /translate\(([-\d.]+)[ ,]([-\d.]+)\)/.exec(use.getAttribute("transform"));
			const drawn = [...svg.querySelectorAll("[data-marks] use")].filter((use) => Math.hypot(at(use)[1] - X, at(use)[2] - Y) <= 1);
			return {Site: ID, Hit: row?.dataset.site ?? "", Label: row?.querySelector("[data-site-label]").textContent.trim() ?? "", Drawn: drawn.length};
		});
	})()`, list))
	byID := map[string]knowledge.Site{}
	for _, s := range sites {
		byID[s.ID] = s
	}
	for _, d := range done {
		s := byID[d.Site]
		if d.Hit != d.Site || d.Label != s.FullLabel() || d.Drawn != 1 {
			t.Errorf("tapped %s (%s): the note has %q %q, drawn there %d times", d.Site, s.FullLabel(), d.Hit, d.Label, d.Drawn)
		}
	}
}

func checkStored(t *testing.T, d note.Draft, sites []knowledge.Site) {
	t.Helper()
	have := map[string]int{}
	for _, m := range d.Marks {
		have[m.Site]++
	}
	for _, s := range sites {
		if have[s.ID] != 1 {
			t.Errorf("%s is stored %d times", s.ID, have[s.ID])
		}
	}
	if len(d.Marks) != len(sites) {
		t.Errorf("%d marks stored for %d taps", len(d.Marks), len(sites))
	}
}

// finish adds to a draft what a note needs besides its marks, and signs it.
func (h *house) finish(t *testing.T, p id.Patient, v string, d note.Draft) {
	t.Helper()
	visitID, err := id.Parse[id.Visit](v)
	if err != nil {
		t.Fatal(err)
	}
	_, ctx := h.maya(t)
	r := h.app.Rooms()
	for _, kind := range []patient.List{patient.Medicines, patient.Allergies} {
		if err := r.Patients.RecordNone(ctx, p, kind); err != nil {
			t.Fatal(err)
		}
	}
	if err := clearSafety(ctx, r.Screening, p, civil.DateIn(now, time.UTC)); err != nil {
		t.Fatal(err)
	}
	ed, err := r.Visits.OpenNote(ctx, visitID)
	if err != nil {
		t.Fatal(err)
	}
	whole := wholeNote(ed, "12:02", "12:14")
	whole.Marks = d.Marks
	whole.Interventions[0].Sites = []string{d.Marks[0].Site}
	saved, err := r.Visits.SaveNote(ctx, visitID, visit.Save{Base: ed.Version, Editor: "sides-editor", Revision: 1, Draft: whole})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Visits.Sign(ctx, visitID, saved.Version); err != nil {
		t.Fatal(err)
	}
}

// checkPaper reads the places of a signed note from its page and from its paper.
func checkPaper(t *testing.T, tab *webtest.Tab, v string, sites []knowledge.Site) {
	t.Helper()
	tab.Go("/visits/" + v + "/note")
	tab.See("Document")
	page := tab.Text()
	tool, err := exec.LookPath("pdftotext")
	paper := ""
	if err == nil {
		file := filepath.Join(t.TempDir(), "note.pdf")
		if err := os.WriteFile(file, download(tab, "/visits/"+v+"/note.pdf"), 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := exec.CommandContext(t.Context(), tool, "-raw", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		paper = strings.Join(strings.Fields(string(text)), " ")
	} else {
		t.Log("pdftotext is not installed: the paper was not read")
	}
	for _, s := range sites {
		if !strings.Contains(page, s.FullLabel()) {
			t.Errorf("the signed note does not name %s", s.FullLabel())
		}
		if paper != "" && !strings.Contains(paper, s.FullLabel()) {
			t.Errorf("the paper does not name %s", s.FullLabel())
		}
	}
}
