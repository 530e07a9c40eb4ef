package e2e

import (
	"testing"

	"soapstone/internal/web/webtest"
)

const (
	ready    = `document.documentElement.dataset.note === "ready"`
	reading  = `document.getElementById("note").classList.contains("note-locked")`
	writable = `[...document.getElementById("note").elements].filter((e) => !e.disabled && !document.getElementById("note-status").contains(e)).map((e) => e.name || e.id)`
)

// Two windows of one browser: one writes, the other reads; the note goes from
// one to the other when asked for, and with everything in it.
func TestTwoWindowsNeverOverwriteEachOther(t *testing.T) {
	d := openDesk(t)
	first, _ := d.open()
	first.Choose("Pain now", "4")
	sent(first)
	second, shut := d.home.Beside()
	second.Go(d.path())
	second.See("This note is open in another window. You can read it here.")
	if left := webtest.Eval[[]string](second, writable); len(left) > 0 {
		t.Errorf("the second window lets write: %v", left)
	}
	tap(second, "infraspinatus-l") // a tap where nothing can be written does nothing
	first.Fill("Your assessment", "Written in the first window.")
	second.Click("Write here instead")
	second.Becomes(ready)
	first.Becomes(reading)
	first.See("This note is now written in another window.")
	if second.Value("Your assessment") != "Written in the first window." || !second.In("Pain now").Checked("4") {
		t.Error("the second window does not show what the first wrote")
	}
	if marked("Infraspinatus")(second) {
		t.Error("a tap in a window that reads has changed the note")
	}
	second.Choose("Pain now", "6")
	sent(second)
	shut() // the first takes its turn by itself once the other is closed
	first.Becomes(ready + ` && !` + reading)
	if !first.In("Pain now").Checked("6") {
		t.Error("the first window does not show what the second wrote")
	}
	first.NoErrors()
	d.kill()
	got, version := d.draft()
	if got.Subjective.PainNow == nil || *got.Subjective.PainNow != 6 || got.Assessment != "Written in the first window." || version != 3 {
		t.Errorf("version %d stored: %+v", version, got)
	}
}

// A window that does not answer is not waited for, and what it wrote is there.
func TestAWindowThatHangsIsNotWaitedFor(t *testing.T) {
	d := openDesk(t)
	first, _ := d.open()
	first.Choose("Pain now", "4")
	sent(first)
	second, _ := d.home.Beside()
	second.Go(d.path())
	second.See("This note is open in another window.")
	webtest.Eval[bool](second, `(() => { BroadcastChannel.prototype.postMessage = () => {}; return true; })()`) // the question gets lost
	second.Click("Write here instead")
	second.Becomes(ready)
	first.Becomes(reading)
	if !second.In("Pain now").Checked("4") {
		t.Error("what the first window wrote is lost")
	}
}

// Two devices: whoever saves second sees both versions and chooses.
func TestTwoDevicesCompareBeforeTheyGoOn(t *testing.T) {
	d := openDesk(t)
	other := d.home.Another()
	signIn(other)
	other.Go(d.path())
	noteReady(other)
	tab, _ := d.open()
	tab.Choose("Pain now", "4")
	sent(tab)
	other.Choose("Pain now", "7")
	other.See("Changed elsewhere – review")
	other.Reload() // what is not taken yet bears a reload too
	noteReady(other)
	other.See("Changed elsewhere – review")
	other.Click("review")
	other.See("Two versions of this note", "Yours, from this window", "Saved elsewhere at", "Pain now 7/10", "Pain now 4/10")
	other.Click("Go on with yours")
	noteReady(other)
	if !other.In("Pain now").Checked("7") {
		t.Error("the chosen version is not on the page")
	}
	tab.Choose("Pain now", "5")
	tab.See("Changed elsewhere – review")
	tab.Click("review")
	tab.Click("Go on with this one")
	noteReady(tab)
	if !tab.In("Pain now").Checked("7") {
		t.Error("the other device's version is not on the page")
	}
	tab.Choose("Response to the treatment", "Better")
	sent(tab)
	d.kill()
	if got, _ := d.draft(); got.Subjective.PainNow == nil || *got.Subjective.PainNow != 7 || got.Response.Level == "" {
		t.Errorf("stored: %+v", got)
	}
}
