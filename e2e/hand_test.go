package e2e

import (
	"unicode/utf8"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/web/webtest"
)

// The operators of the keystroke-level model, in seconds: what a trained person
// needs who makes no mistake (Card, Moran and Newell). A tap is pointing and
// pressing; typing is 40 words a minute; the scroll is an assumption.
const (
	tapTime    = 1.30
	keyTime    = 0.28
	homeTime   = 0.40 // a hand goes to the keyboard
	thinkTime  = 1.35
	scrollTime = 0.70
	waitTime   = 0.50 // for a page of the server
)

// hand does a task as a person would and counts what it takes: one tap for each
// control, one key for each character, a Tab for each step of the focus.
type hand struct {
	*webtest.Tab
	taps, keys, tabs, homes, thoughts, waits int
	before                                   int // scrolls when the task began
}

// begin forgets what led to the task.
func (h *hand) begin() {
	*h = hand{Tab: h.Tab, before: h.Scrolls()}
}

// think is a decision: what to do next, or whether what stands there is right.
func (h *hand) think() *hand { h.thoughts++; return h }

func (h *hand) tap(name string) {
	h.T.Helper()
	h.taps++
	h.Click(name)
}

// tapIn is tap inside the part of the page with that name.
func (h *hand) tapIn(part, name string) {
	h.T.Helper()
	h.taps++
	h.In(part).Click(name)
}

func (h *hand) choose(group, answer string) {
	h.T.Helper()
	h.taps++
	h.Choose(group, answer)
}

func (h *hand) check(label string) {
	h.T.Helper()
	h.taps++
	h.Check(label)
}

func (h *hand) write(label, text string) {
	h.T.Helper()
	h.taps++
	h.homes++
	h.keys += utf8.RuneCountInString(text)
	h.Fill(label, text)
}

// wait is the time until the next page stands.
func (h *hand) wait() { h.waits++ }

// strike presses one key.
func (h *hand) strike(key string, mods ...chromedp.Modifier) {
	h.T.Helper()
	h.keys++
	h.Press(key, mods...)
}

// seconds is what the model says it takes.
func (h *hand) seconds() float64 {
	return float64(h.taps)*tapTime + float64(h.keys+h.tabs)*keyTime + float64(h.homes)*homeTime + float64(h.thoughts)*thinkTime +
		float64(h.Scrolls()-h.before)*scrollTime + float64(h.waits)*waitTime
}

// budget is what a task may take; 0 means that there is none.
type budget struct {
	taps, tabs int
	seconds    float64
}

// within prints what the task took beside its budget and fails above it.
func (h *hand) within(b budget, task string) {
	h.T.Helper()
	s := h.seconds()
	h.T.Logf("%-34s %2d taps (of %d), %3d keys, %2d Tabs (of %d), %2d decisions, %d scrolls, %d waits: %.1f s modelled (of %.0f)",
		task, h.taps, b.taps, h.keys, h.tabs, b.tabs, h.thoughts, h.Scrolls()-h.before, h.waits, s, b.seconds)
	if b.taps > 0 && h.taps > b.taps {
		h.T.Errorf("%s: %d taps; the budget is %d", task, h.taps, b.taps)
	}
	if b.tabs > 0 && h.tabs > b.tabs {
		h.T.Errorf("%s: %d Tabs; the budget is %d", task, h.tabs, b.tabs)
	}
	if b.seconds > 0 && s > b.seconds {
		h.T.Errorf("%s: %.1f s modelled; the budget is %.0f s", task, s, b.seconds)
	}
}

// focused is the name of what has the focus, with that of its group.
func (h *hand) focused() string {
	h.T.Helper()
	return webtest.Eval[string](h.Tab, `(() => {
		const e = document.activeElement;
		return [e.matches("body") ? "" : e.textContent, e.ariaLabel, e.closest("fieldset")?.querySelector("legend")?.textContent, ...[...(e.labels ?? [])].map((l) => l.textContent)].filter(Boolean).join(" ").replace(/\s+/g, " ");
	})()`)
}

// tabTo presses Tab until what is focused carries the name or stands in a group
// of that name.
func (h *hand) tabTo(name string) {
	h.T.Helper()
	h.think()
	for range 60 {
		h.tabs++
		h.Press(kb.Tab)
		if containsFold(h.focused(), name) {
			return
		}
	}
	h.T.Fatalf("the Tab key does not come to “%s”", name)
}

// typed presses one key for each character, where the focus is.
func (h *hand) typed(text string) {
	h.T.Helper()
	for _, r := range text {
		h.strike(string(r))
	}
}
