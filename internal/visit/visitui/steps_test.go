package visitui_test

import (
	"fmt"
	"testing"
	"time"

	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/webtest"
)

// press sends a key to what has the focus.
func press(tab *webtest.Tab, key string, with ...string) {
	tab.T.Helper()
	more := ""
	for _, w := range with {
		more += "," + w + ":true"
	}
	webtest.Eval[bool](tab, fmt.Sprintf(`(document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true, cancelable: true%s}))`, key, more))
}

// Every kind of step is taken back and made again: a tap, a technique, a place
// on it, a step of minutes, a chip, an answer, words.
func TestEveryStepIsUndoneAndRedone(t *testing.T) {
	s, tab := browse(t)
	s.last()
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	const state = `JSON.stringify([...new FormData(document.getElementById("note"))].filter(([n, v]) => v && !/^(ui\.|base$|editor$|revision$)/.test(n)).sort())`
	states := []string{webtest.Eval[string](tab, state)}
	step := func(do func()) {
		t.Helper()
		do()
		now := webtest.Eval[string](tab, state)
		if now == states[len(states)-1] {
			t.Fatalf("step %d changes nothing", len(states))
		}
		states = append(states, now)
	}
	step(func() { tap(tab, "infraspinatus-l", 0, 0) })
	step(func() { tab.Click("Still there: Trigger point, Upper trapezius, right") })
	step(func() { tab.Click("Did this today: Myofascial release") })
	step(func() { tab.In("Techniques").Click("20 minutes") })
	step(func() { tab.In("Techniques").Click("5 minutes more") })
	step(func() { tab.In("Treatment").Click("PNF") })
	step(func() { tab.Choose("Home care", "Walking") })
	step(func() { tab.Choose("Pain now", "3") })
	step(func() { tab.Fill("Your assessment", "Turns further.") })
	step(func() { tab.Click("Remove: Pain, Infraspinatus, left") })
	for i := len(states) - 2; i >= 0; i-- {
		press(tab, "z", "ctrlKey")
		if got := webtest.Eval[string](tab, state); got != states[i] {
			t.Fatalf("undone to %d:\n%s\nwant\n%s", i, got, states[i])
		}
	}
	for i := 1; i < len(states); i++ {
		tab.Click("Redo")
		if got := webtest.Eval[string](tab, state); got != states[i] {
			t.Fatalf("redone to %d:\n%s\nwant\n%s", i, got, states[i])
		}
	}
	tab.Click("Undo")
	settled(tab)
	tab.NoErrors()
	saved(t, s, v.ID.String(), func(d note.Draft) bool {
		return d.Assessment == "Turns further." && *d.Subjective.PainNow == 3 && *d.Interventions[0].Minutes == 25 && d.Marks[len(d.Marks)-1].Site == "infraspinatus-l"
	})
}

func TestPhrasesExpandAndLeadToTheirBlanks(t *testing.T) {
	s, tab := browse(t)
	if err := s.visits.SavePhrase(s.ctx, "", visit.Phrase{Name: "tight", Body: "Tight at ___, worse on ___."}); err != nil {
		t.Fatal(err)
	}
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	tab.Fill("What you saw and felt", "Seen. .tight")
	webtest.Eval[bool](tab, `(() => { const f = document.getElementById("f-o_text"); f.focus(); f.setSelectionRange(f.value.length, f.value.length); return true; })()`)
	const chosen = `(() => { const f = document.activeElement; return f.value.slice(0, f.selectionStart) + "[" + f.value.slice(f.selectionStart, f.selectionEnd) + "]"; })()`
	want := func(text string) {
		t.Helper()
		if got := webtest.Eval[string](tab, chosen); got != text {
			t.Errorf("field and cursor = %q, want %q", got, text)
		}
	}
	press(tab, " ")
	want("Seen. Tight at [___]")
	press(tab, "Tab")
	want("Seen. Tight at ___, worse on [___]")
	if !webtest.Eval[bool](tab, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Tab", bubbles: true, cancelable: true}))`) {
		t.Error("behind the last blank Tab does not leave the field")
	}
	press(tab, "z", "ctrlKey")
	if got := tab.Value("What you saw and felt"); got != "Seen. .tight" {
		t.Errorf("undone: %q", got)
	}
	press(tab, "y", "ctrlKey")
	settled(tab)
	saved(t, s, v.ID.String(), func(d note.Draft) bool { return d.Objective.Text == "Seen. Tight at ___, worse on ___." })
	tab.NoErrors()
}

func TestKeysOfTheNote(t *testing.T) {
	s, tab := browse(t)
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	press(tab, "/")
	if got := webtest.Eval[string](tab, `document.activeElement.name`); got != "ui.find" {
		t.Errorf("/ leads to %q", got)
	}
	webtest.Eval[bool](tab, `(document.querySelector('[name="pain"]').focus(), true)`)
	for key, pain := range map[string]string{"7": "7", "0": "0"} {
		press(tab, key)
		if !tab.In("Pain now").Checked(pain) {
			t.Errorf("%s does not choose %s", key, pain)
		}
	}
	press(tab, "1")
	press(tab, "0")
	if !tab.In("Pain now").Checked("10") {
		t.Error("1 and 0 do not choose 10")
	}
	press(tab, "Enter", "ctrlKey")
	// What is missing is named, and the first of it has the focus.
	tab.See("Missing (", "Start time", "Response to the treatment")
	webtest.Eval[bool](tab, `new Promise((done) => { const look = () => document.activeElement?.id === "f-tx-add" ? done(true) : requestAnimationFrame(look); look(); })`)
	tab.NoErrors()
}

// The clock runs from the start to the stop that are entered, never by itself.
func TestTheSessionClock(t *testing.T) {
	s, tab := browse(t)
	s.e.Clock.Set(today.At(9, 40, time.FixedZone("CDT", -5*60*60)))
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	tab.See("Session clock: not running")
	tab.Fill("Start", "00:00")
	tab.See("Session clock: running, ")
	tab.Fill("Stop", "00:35")
	tab.See("Session clock: 35 min")
	tab.Fill("Start", "00:05")
	tab.See("Session clock: 30 min")
	tab.NoErrors()
}

// Where nothing may be done is marked on both views, and warned of in the row.
func TestLeaveAloneIsOnTheChartOfBothViews(t *testing.T) {
	s, tab := browse(t)
	s.gate.result = visit.GateResult{LocalSites: []string{"levator-r", "scalenes-r"}, LocalWords: map[string]string{"levator-r": "Rash.", "scalenes-r": "Rash."}, MaxPressure: 2}
	v := s.plan(today, 9*60)
	tab.Go(path(v) + "/note")
	ready(tab)
	shown := func() string {
		return webtest.Eval[string](tab, `[...document.querySelectorAll("[data-leave] use")].filter((u) => u.getBoundingClientRect().width > 0).map((u) => u.dataset.site).join()`)
	}
	if got := shown(); got != "levator-r" {
		t.Errorf("the back shows %q", got)
	}
	tab.Choose("Side of the body shown", "Front")
	if got := shown(); got != "scalenes-r" {
		t.Errorf("the front shows %q", got)
	}
	tab.Choose("What a tap marks", "Treated")
	tap(tab, "scalenes-r", 0, 0)
	tab.In("Marked places").See("leave alone today")
	tab.See("Why beyond today’s precautions")
	tab.In("Treatment").Click("Swedish massage")
	tab.Choose("Pressure", "4")
	tab.In("Techniques").See("pressure 4 is above 2, the most for today")
	tab.NoErrors()
}

// At 64rem the history stands open beside the note, on a phone it is folded, and
// nothing moves while the page comes up.
func TestHistoryBesideAndFolded(t *testing.T) {
	s, tab := browse(t)
	s.last()
	v := s.plan(today, 9*60)
	for width, open := range map[int64]bool{390: false, 820: false, 1180: true} {
		tab.SetViewport(width, 820)
		tab.Go(path(v) + "/note")
		ready(tab)
		if got := webtest.Eval[bool](tab, `document.getElementById("history").open`); got != open {
			t.Errorf("at %d: open is %v", width, got)
		}
		beside := webtest.Eval[bool](tab, `document.getElementById("history").getBoundingClientRect().right <= document.getElementById("subjective").getBoundingClientRect().left`)
		if beside != open {
			t.Errorf("at %d: beside the note is %v", width, beside)
		}
		moved := webtest.Eval[float64](tab, `new Promise((done) => { let sum = 0; new PerformanceObserver((l) => { for (const e of l.getEntries()) sum += e.value; }).observe({type: "layout-shift", buffered: true}); requestAnimationFrame(() => requestAnimationFrame(() => done(sum))); })`)
		if moved > 0.02 {
			t.Log(webtest.Eval[string](tab, `new Promise((done) => { let sum = ""; new PerformanceObserver((l) => { for (const e of l.getEntries()) sum += e.value + e.sources.map((x) => (x.node?.outerHTML ?? x.node?.textContent ?? "?").slice(0, 90) + JSON.stringify(x.previousRect) + JSON.stringify(x.currentRect)).join(" | ") + "\n"; }).observe({type: "layout-shift", buffered: true}); requestAnimationFrame(() => requestAnimationFrame(() => done(sum))); })`))
			t.Errorf("at %d: the page moves by %.3f", width, moved)
		}
	}
	tab.NoErrors()
}
