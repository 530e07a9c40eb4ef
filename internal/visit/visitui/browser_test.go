package visitui_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/webtest"
)

func browse(t *testing.T) (*site, *webtest.Tab) {
	t.Helper()
	if webtest.Find() == "" {
		webtest.Open(t, "") // says why it is skipped
	}
	s := newSite(t, dbtest.NewSQLite(t))
	ts := httptest.NewServer(s.handler)
	t.Cleanup(ts.Close)
	return s, webtest.Open(t, ts.URL)
}

// ready waits until the page's script has taken over.
func ready(tab *webtest.Tab) {
	tab.T.Helper()
	webtest.Eval[bool](tab, `new Promise((done) => { const look = () => document.documentElement.dataset.note === "ready" ? done(true) : requestAnimationFrame(look); look(); })`)
}

// settled waits until the server has everything.
func settled(tab *webtest.Tab) {
	tab.T.Helper()
	webtest.Eval[bool](tab, `new Promise((done) => { const look = () => document.getElementById("note").dataset.unsent === undefined ? done(true) : requestAnimationFrame(look); look(); })`)
	tab.See("Saved ")
}

// tap touches the chart where a site is drawn, dx and dy pixels beside it.
func tap(tab *webtest.Tab, site string, dx, dy int) {
	tab.T.Helper()
	s, ok := knowledge.Must().Site(site)
	if !ok {
		tab.T.Fatalf("no site %s", site)
	}
	webtest.Eval[bool](tab, fmt.Sprintf(`(() => {
		const svg = document.querySelector(".note .body-chart svg");
		svg.scrollIntoView({block: "center"});
		const p = new DOMPoint(%d, %d).matrixTransform(svg.getScreenCTM());
		const x = p.x + %d, y = p.y + %d;
		const hit = document.elementFromPoint(x, y);
		if (!svg.contains(hit)) throw new Error("the chart is covered by " + hit?.outerHTML);
		hit.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, clientX: x, clientY: y}));
		return true;
	})()`, s.X, s.Y, dx, dy))
}

func TestFollowUpNoteInFourteenTaps(t *testing.T) {
	s, tab := browse(t)
	s.last()
	v := s.plan(today, 9*60)
	s.e.Clock.Set(today.At(9, 40, time.FixedZone("CDT", -5*60*60)))
	tab.Go(path(v) + "/note")
	ready(tab)
	taps := 0
	click := func(part, name string) { t.Helper(); taps++; tab.In(part).Click(name) }
	choose := func(group, answer string) { t.Helper(); taps++; tab.Choose(group, answer) }
	choose("Pain now", "4")
	choose("Since last visit", "Better")
	click("Marked places", "Still there: Trigger point, Upper trapezius, right")
	click("Techniques", "Did this today: Myofascial release")
	click("Techniques", "20 minutes")
	taps += 2
	tab.Fill("Start", "09:00")
	tab.Fill("Stop", "09:35")
	choose("Response to the treatment", "Better")
	choose("Next", "Continue plan")
	choose("Home care", "Chin tucks 2×10")
	tab.See("Saved ")
	tab.See("not re-checked")
	click("", "Sign & finish")
	tab.See("Note signed. It can no longer be changed.", "Pain 6 → 4/10", "Myofascial release, 20 min")
	tab.Unseen("Levator scapulae, right (", "Trigger point release")
	if taps > 14 {
		t.Errorf("%d taps, want at most 14", taps)
	}
	tab.NoErrors()
}

func TestTapOnTheChart(t *testing.T) {
	s, tab := browse(t)
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	tap(tab, "infraspinatus-l", 3, -2)
	tab.In("Marked places").See("Infraspinatus, left", "Pain", "new")
	tab.Choose("What a tap marks", "Tight")
	tap(tab, "infraspinatus-r", 0, 0)
	tab.In("Marked places").See("Infraspinatus, right", "Tight")
	tab.Choose("Side of the body shown", "Front")
	tap(tab, "pec-major-r", 0, 0)
	tab.In("Marked places").See("Pectoralis major, right")
	tab.See("Saved ")
	tab.Click("Undo")
	tab.In("Marked places").Unseen("Pectoralis major")
	settled(tab)
	tab.Fill("Add by name", "lev l")
	tab.In("Body chart").Click("Levator scapulae, left")
	tab.In("Marked places").See("Levator scapulae, left")
	tab.Click("Remove: Tight, Infraspinatus, right")
	tab.In("Marked places").Unseen("Infraspinatus, right")
	settled(tab)
	tab.NoErrors()
	saved(t, s, v.ID.String(), func(d note.Draft) bool {
		return len(d.Marks) == 2 && d.Marks[1].Site == "levator-l" && d.Marks[1].Type == note.Tight
	})
}

// Every tap reaches the site it is on, in each zone and view.
func TestTapHitsEverySite(t *testing.T) {
	s, tab := browse(t)
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	k := knowledge.Must()
	for _, z := range k.Zones() {
		if z.ID == knowledge.WholeBody {
			continue
		}
		for _, view := range []knowledge.View{knowledge.ViewBack, knowledge.ViewFront} {
			var ids []string
			for _, x := range k.SitesIn(z.ID, view) {
				ids = append(ids, fmt.Sprintf("[%q,%d,%d]", x.ID, x.X, x.Y))
			}
			wrong := webtest.Eval[string](tab, fmt.Sprintf(`(() => {
				const form = document.getElementById("note"), chart = form.querySelector("body-chart"), svg = chart.querySelector("svg");
				const zone = form.querySelector('[name="ui.zone"][value="%s"]');
				zone.checked = true;
				form.querySelector('[name="ui.view"][value="%s"]').checked = true;
				zone.dispatchEvent(new Event("change", {bubbles: true}));
				window.hit = "";
				window.listening ??= form.addEventListener("site", (e) => { window.hit = e.detail; e.stopImmediatePropagation(); }, {capture: true}) ?? true;
				const wrong = [];
				for (const [id, x, y] of [%s]) {
					window.hit = "";
					const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
					svg.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: p.x, clientY: p.y}));
					if (window.hit !== id) wrong.push(id + " hit " + (window.hit || chart.querySelector(".chart-pick").textContent));
				}
				return wrong.join("; ");
			})()`, z.ID, view, strings.Join(ids, ",")))
			if wrong != "" {
				t.Errorf("%s, %s: %s", z.ID, view, wrong)
			}
		}
	}
}

func TestNothingIsLostWhileTheServerIsAway(t *testing.T) {
	s, tab := browse(t)
	s.last()
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	tab.Choose("Pain now", "4")
	settled(tab)
	s.down.Store(true)
	tab.Choose("Pain now", "3")
	tab.Fill("Your assessment", "Better than expected.")
	tap(tab, "infraspinatus-l", 0, 0)
	tab.Click("Did this today: Myofascial release")
	tab.See("No Wi-Fi – kept on this tablet, will send by itself")
	s.down.Store(false)
	tab.Reload()
	ready(tab)
	tab.In("Marked places").See("Infraspinatus, left")
	settled(tab)
	if !tab.In("Pain now").Checked("3") || tab.Value("Your assessment") != "Better than expected." {
		t.Error("what was entered while the server was away is lost")
	}
	saved(t, s, v.ID.String(), func(d note.Draft) bool {
		return *d.Subjective.PainNow == 3 && d.Assessment == "Better than expected." && len(d.Marks) == 3 && d.Interventions[0].Provenance == note.Confirmed
	})
	// Once the note is left, nothing of it is left on the device.
	tab.Go("/visits")
	tab.Becomes(`(window.gone ??= (async () => { while ((await indexedDB.databases()).length > 0) await new Promise((r) => setTimeout(r, 10)); window.empty = true; })()) && window.empty`)
}

func TestTwoDevices(t *testing.T) {
	s, tab := browse(t)
	v := s.plan(today, 9*60)
	other := tab.Another()
	for _, b := range []*webtest.Tab{tab, other} {
		b.Go(path(v) + "/note")
		ready(b)
	}
	tab.Choose("Pain now", "4")
	settled(tab)
	other.Choose("Pain now", "7")
	other.See("Changed elsewhere – review")
	other.Click("review")
	other.See("Two versions of this note", "Pain now 7/10.", "Pain now 4/10.")
	other.Axe()
	other.Click("Go on with yours")
	ready(other)
	if !other.In("Pain now").Checked("7") {
		t.Error("the chosen version is not shown")
	}
	saved(t, s, v.ID.String(), func(d note.Draft) bool { return *d.Subjective.PainNow == 7 })
	tab.Choose("Pain now", "5")
	tab.See("Changed elsewhere – review")
	tab.Click("review")
	tab.Click("Go on with this one")
	ready(tab)
	if !tab.In("Pain now").Checked("7") {
		t.Error("the other version is not shown")
	}
	saved(t, s, v.ID.String(), func(d note.Draft) bool { return *d.Subjective.PainNow == 7 })
}

// saved fails unless the stored draft is as it should be.
func saved(t *testing.T, s *site, v string, ok func(note.Draft) bool) {
	t.Helper()
	e, err := s.visits.OpenNote(s.ctx, visitOf(t, "/visits/"+v))
	if err != nil {
		t.Fatal(err)
	}
	if !ok(e.Draft) {
		t.Errorf("stored: %+v", e.Draft)
	}
}

func TestPagesFitAndRead(t *testing.T) {
	s, tab := browse(t)
	signed, doc := s.last()
	v := s.plan(today, 9*60)
	if _, err := s.visits.Act(s.ctx, v.ID, v.Version, "start", ""); err != nil {
		t.Fatal(err)
	}
	s.plan(today.AddDays(-1), 9*60)
	note := path(signed) + "/note/" + doc.ID.String()
	for name, at := range map[string]string{"editor": path(v) + "/note", "signed": note, "day": "/visits"} {
		t.Run(name, func(t *testing.T) {
			tab := tab.As(t)
			tab.Go(at)
			tab.FitsAndReads()
			shots(tab, name)
			tab.NoErrors()
		})
	}
	for name, at := range map[string]string{
		"session": path(v), "addendum": note + "/addendum", "retraction": note + "/retraction", "cancel": path(signed) + "/cancel",
		"plan": "/visits/new?patient=" + s.patient.String(), "patient": "/patients/" + s.patient.String() + "/visits",
	} {
		t.Run(name, func(t *testing.T) {
			tab := tab.As(t)
			tab.SetScheme("dark")
			tab.SetViewport(320, 640)
			tab.Go(at)
			tab.NoHScroll()
			tab.Targets(44)
			tab.Axe()
			shots(tab, name)
			tab.NoErrors()
		})
	}
	t.Run("on paper", func(t *testing.T) {
		tab := tab.As(t)
		tab.SetViewport(816, 1056)
		tab.Go(note)
		tab.Print()
		tab.See("Dana Okafor", "Neck rotation, right 50°", "Signed by Terry Tester")
		tab.Unseen("Add an addendum", "Entered in error", "Appearance")
		tab.Shot("visit-signed-print")
	})
}

// shots takes pictures for a person to look at, when asked for.
func shots(tab *webtest.Tab, name string) {
	if os.Getenv("SOAPSTONE_SHOTS") == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 820, 1180} {
			tab.SetScheme(scheme)
			tab.SetViewport(width, 820)
			tab.Shot(fmt.Sprintf("visit-%s-%s-%d", name, scheme, width))
		}
	}
}
