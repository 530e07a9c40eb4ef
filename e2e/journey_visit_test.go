package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"soapstone/internal/knowledge"
	"soapstone/internal/web/webtest"
)

// session plans a visit of today and takes it to its start.
func (j *journey) session() {
	j.Go(j.patient)
	j.looked("chart")
	j.Click("Plan visit")
	j.Fill("Day", "2026-03-10")
	j.Fill("Time", "12:10")
	j.Fill("Length", "30")
	j.looked("visit-form")
	j.Click("Plan visit")
	j.See("Planned")
	j.Go("/")
	j.In("Nora Feldt").Click("Nora Feldt")
	j.Go(j.patient + "/visits")
	j.Click("Tue 10 Mar 2026")
	j.visit = j.Path()
	j.Click("Arrived")
	j.looked("visit")
	j.Click("Start visit")
	j.See("Visit note", "Visit 1 of 12")
}

// noteReady waits until the page's script has taken over.
func noteReady(tab *webtest.Tab) {
	tab.T.Helper()
	webtest.Eval[bool](tab, `new Promise((done) => { const look = () => document.documentElement.dataset.note === "ready" ? done(true) : requestAnimationFrame(look); look(); })`)
}

// tap touches the chart where a site is drawn.
func tap(tab *webtest.Tab, site string) {
	tab.T.Helper()
	s, ok := knowledge.Must().Site(site)
	if !ok {
		tab.T.Fatalf("no site %s", site)
	}
	webtest.Eval[bool](tab, fmt.Sprintf(`(() => {
		const svg = document.querySelector(".note .body-chart svg");
		svg.scrollIntoView({block: "center"});
		const p = new DOMPoint(%d, %d).matrixTransform(svg.getScreenCTM());
		const hit = document.elementFromPoint(p.x, p.y);
		if (!svg.contains(hit)) throw new Error("the chart is covered by " + hit?.outerHTML);
		hit.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, clientX: p.x, clientY: p.y}));
		return true;
	})()`, s.X, s.Y))
}

// note writes down the session by tapping, and signs it.
func (j *journey) note() {
	j.h.clock.Advance(10 * time.Minute)
	j.Go(j.visit + "/note")
	noteReady(j.Tab)
	j.looked("note-empty")
	j.Choose("Pain now", "5")
	tap(j.Tab, "trap-upper-r")
	j.In("Marked places").See("Upper trapezius, right")
	j.Fill("Add a technique", "Myofascial release")
	j.In("Where").Check("Upper trapezius, right")
	j.In("Techniques").Click("20 minutes")
	j.Fill("Start", "12:12")
	j.Fill("Stop", "12:38")
	j.Choose("Response to the treatment", "Better")
	j.Choose("Next", "Continue plan")
	j.See("Saved ")
	j.looked("note")
	j.Click("Sign & finish")
	j.See("Note signed. It can no longer be changed.", "Check-out", "20 minutes")
}

// signed sees that the note is locked and that its paper is whole.
func (j *journey) signed() {
	j.Go(j.visit + "/note")
	j.See("Upper trapezius, right", "Pain now 5/10", "Myofascial release, 20 min", "Maya Brandt, LMT, BCTMB", "hash ")
	if n := webtest.Eval[int](j.Tab, `document.querySelectorAll("main input:not([type=hidden]), main textarea, main select").length`); n != 0 {
		j.t.Errorf("the signed note has %d fields", n)
	}
	j.looked("note-signed")
	j.pdf(j.visit + "/note.pdf")
}

// pdf downloads a document as the browser would and checks that it is one.
func (j *journey) pdf(path string) {
	j.t.Helper()
	b := download(j.Tab, path)
	if err := api.Validate(bytes.NewReader(b), nil); err != nil {
		j.t.Errorf("%s: %v", path, err)
	}
}

// download fetches a path with the tab's own cookies.
func download(tab *webtest.Tab, path string) []byte {
	tab.T.Helper()
	text := webtest.Eval[string](tab, fmt.Sprintf(`fetch(%q).then(async (r) => {
		if (!r.ok) throw new Error(r.status + " " + r.url);
		const b = new Uint8Array(await r.arrayBuffer());
		let s = ""; for (const x of b) s += String.fromCharCode(x);
		return btoa(s);
	})`, path))
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		tab.T.Fatal(err)
	}
	return b
}

func (j *journey) addendum() {
	j.Go(j.visit + "/note")
	j.Click("Add an addendum")
	j.Fill("Why", "The patient called")
	j.Fill("What is added", "Slept through the night for the first time in weeks.")
	j.looked("addendum")
	j.Click("Sign addendum")
	j.See("Addendum 1", "Slept through the night")
	j.looked("note-amended")
}

// outcomes records scores of two days, so that there is a trend.
func (j *journey) outcomes() {
	for _, day := range []struct{ on, pain, able string }{{"2026-03-06", "7", "3"}, {"2026-03-10", "5", "6"}} {
		j.Go(j.patient + "/outcomes")
		j.Click("Record NPRS")
		j.Choose("How strong is your pain right now?", day.pain)
		j.Fill("Filled in on", day.on)
		j.looked("nprs")
		j.Click("Record NPRS")
		j.Go(j.patient + "/outcomes")
		j.Click("Record PSFS")
		if day.pain == "7" {
			j.Fill("Something that is hard to do", "Look over the shoulder when driving")
			j.Choose("How well can you do it today?", day.able)
		} else {
			j.Choose("Look over the shoulder when driving", day.able)
		}
		j.Fill("Filled in on", day.on)
		j.looked("psfs")
		j.Click("Record PSFS")
	}
	j.Go(j.patient + "/outcomes")
	j.See("7 → 5, better by 2", "3 → 6, better by 3: clinically important")
	if n := webtest.Eval[int](j.Tab, `document.querySelectorAll("main svg[role=img] path, main svg[role=img] polyline, main svg[role=img] circle").length`); n == 0 {
		j.t.Error("no trend is drawn")
	}
	j.looked("outcomes")
}

// progress is the report to whoever prescribed.
func (j *journey) progress() {
	j.Go(j.patient + "/reports")
	j.In("Write a report").Click("Amara Obi")
	j.Choose("Recommendation", "Continue as ordered")
	j.Fill("More visits", "8")
	j.Fill("A week", "2")
	j.Fill("Weeks", "4")
	j.Fill("Summary", "Turns the head further and sleeps through. Headaches remain at the end of a working day.")
	j.looked("report-form")
	j.Click("Save and preview")
	j.See("Sign this report")
	j.report = strings.TrimSuffix(j.Path(), "/edit")
	j.Click("Sign this report")
	j.See("Content hash")
	j.looked("report")
	j.pdf(j.report + "/report.pdf")
}
