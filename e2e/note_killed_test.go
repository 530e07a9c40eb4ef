package e2e

import (
	"testing"

	"soapstone/internal/visit/note"
	"soapstone/internal/web/webtest"
)

// aStep is one thing a therapist does to a note, and how it looks once done.
type aStep struct {
	name string
	do   func(tab *webtest.Tab)
	then func(tab *webtest.Tab) bool
	way  string // how the page is left while the server is dead: "", "reload" or "close"
}

func chosen(group, answer string) func(*webtest.Tab) bool {
	return func(tab *webtest.Tab) bool { return tab.In(group).Checked(answer) }
}

func choose(group, answer string) func(*webtest.Tab) {
	return func(tab *webtest.Tab) { tab.Choose(group, answer) }
}

func fill(label, value string) func(*webtest.Tab) {
	return func(tab *webtest.Tab) { tab.Fill(label, value) }
}

func filled(label, value string) func(*webtest.Tab) bool {
	return func(tab *webtest.Tab) bool { return tab.Value(label) == value }
}

func marked(label string) func(*webtest.Tab) bool {
	return func(tab *webtest.Tab) bool { return containsFold(tab.In("Marked places").Text(), label) }
}

// theSteps are every kind of step of a note, in the order of the page.
func theSteps() []aStep {
	techniques := func(tab *webtest.Tab) *webtest.Tab { return tab.In("Techniques") }
	return []aStep{
		{"pain", choose("Pain now", "3"), chosen("Pain now", "3"), "reload"},
		{"since", choose("Since last visit", "Better"), chosen("Since last visit", "Better"), ""},
		{"chip", func(tab *webtest.Tab) { tab.In("Reports").Check("Sleeping better") }, func(tab *webtest.Tab) bool { return tab.In("Reports").Checked("Sleeping better") }, ""},
		{"mark on the back", func(tab *webtest.Tab) { tap(tab, "infraspinatus-l") }, marked("Infraspinatus, left"), "close"},
		{"mark on the front", func(tab *webtest.Tab) {
			tab.Choose("Side of the body shown", "Front")
			tap(tab, "pec-major-r")
		}, marked("Pectoralis major, right"), "reload"},
		{"technique", func(tab *webtest.Tab) { techniques(tab).Click("Did this today") }, func(tab *webtest.Tab) bool {
			return len(webtest.Eval[[]string](tab, `[...document.querySelectorAll('[data-group="tx"] [data-touched][value="1"]')].map((e) => e.name)`)) == 1
		}, ""},
		{"minutes", func(tab *webtest.Tab) { techniques(tab).Click("20 minutes") }, func(tab *webtest.Tab) bool { return techniques(tab).Value("Minutes") == "20" }, "close"},
		{"start", fill("Start", "12:02"), filled("Start", "12:02"), ""},
		{"response", choose("Response to the treatment", "Better"), chosen("Response to the treatment", "Better"), ""},
		{"text", fill("Your assessment", "Turns further than last week."), filled("Your assessment", "Turns further than last week."), "reload"},
		{"home care", func(tab *webtest.Tab) {
			tab.Fill("Other home care", "Walk after lunch")
			tab.In("Home care").Click("Add")
		}, func(tab *webtest.Tab) bool { return tab.In("Home care").Checked("Walk after lunch") }, "close"},
		{"next", choose("Next", "Continue plan"), chosen("Next", "Continue plan"), "reload"},
	}
}

// The server is killed before every step of a note and comes back after it; the
// page is loaded anew or its tab is closed and opened again while the server is
// dead. Everything is there each time, and arrives by itself, once.
func TestNoStepOfANoteIsLost(t *testing.T) {
	d := openDesk(t)
	tab, shut := d.open()
	steps := theSteps()
	for i, s := range steps {
		d.kill()
		s.do(tab)
		kept(tab)
		switch s.way {
		case "reload":
			tab.Reload()
			noteReady(tab)
		case "close":
			shut()
			tab, shut = d.home.Beside()
			tab.Go(d.path())
			noteReady(tab)
		}
		for _, earlier := range steps[:i+1] {
			if !earlier.then(tab) {
				t.Fatalf("%s: %s is lost", s.name, earlier.name)
			}
		}
		if s.way != "" {
			tab.See("No Wi-Fi – kept on this tablet, will send by itself")
		}
		d.revive()
		sent(tab)
	}
	tab.NoErrors()
	// The page of a server that was there all the time says the same.
	tab.Reload()
	noteReady(tab)
	for _, s := range steps {
		if !s.then(tab) {
			t.Errorf("%s did not reach the server", s.name)
		}
	}
	d.kill()
	got, version := d.draft()
	checkSteps(t, got)
	if version != len(steps) {
		t.Errorf("%d steps became %d versions of the draft", len(steps), version)
	}
}

func checkSteps(t *testing.T, d note.Draft) {
	t.Helper()
	own := map[string]int{}
	for _, m := range d.Marks {
		own[m.Site]++
	}
	minutes := []int{}
	for _, x := range d.Interventions {
		if x.Minutes != nil {
			minutes = append(minutes, *x.Minutes)
		}
	}
	if d.Subjective.PainNow == nil || *d.Subjective.PainNow != 3 || own["infraspinatus-l"] != 1 || own["pec-major-r"] != 1 || len(minutes) != 1 || minutes[0] != 20 ||
		d.Assessment != "Turns further than last week." {
		t.Errorf("stored: %+v", d)
	}
}
