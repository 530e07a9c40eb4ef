package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/visit"
	"soapstone/internal/web/webtest"
)

// The tasks of a working day, done by the words on the screen. Each prints what
// it took and what the model makes of it beside its budget; how people confirm
// the model is in docs/USABILITY.md.

// nextWeek is a clinic in which a patient was treated, a week later: the next
// session has begun, and its note is open.
func nextWeek(t *testing.T, width, height int64) (*clinic, *hand) {
	t.Helper()
	needBrowser(t)
	c := openClinic(t)
	c.billing()
	p := c.register(c.somebody("Nora", "Feldt"))
	c.insure(p, c.payer("Lake Health", nil))
	r := c.order(p, c.ordered())
	c.treated(p, r, 9*60, 30)
	c.clock.Advance(7*24*time.Hour - 45*time.Minute)
	day := today.AddDays(7)
	must(t, clearSafety(c.ctx, c.app.Rooms().Screening, p, day))
	v := ok(c.app.Rooms().Visits.Plan(c.ctx, visit.Planned{Patient: p, Referral: r, Therapist: c.owner, Location: c.place, Date: day, Clock: 11*60 + 45, Minutes: 45}))(t)
	for _, act := range []visit.Action{visit.ActArrive, visit.ActStart} {
		v = ok(c.app.Rooms().Visits.Act(c.ctx, v.ID, v.Version, act, ""))(t)
	}
	c.clock.Advance(45 * time.Minute)
	h := &hand{Tab: webtest.Open(t, c.url)}
	h.SetViewport(width, height)
	h.Go("/")
	h.Click("Maya Brandt")
	h.See("Today")
	h.Go("/visits/" + v.ID.String() + "/note")
	noteReady(h.Tab)
	// The page's clock goes with the practice's.
	webtest.Eval[bool](h.Tab, fmt.Sprintf(`(() => {
		const Real = Date, ahead = %d - Real.now();
		globalThis.Date = class extends Real {
			constructor(...of) { of.length ? super(...of) : super(Real.now() + ahead); }
			static now() { return Real.now() + ahead; }
		};
		return true;
	})()`, c.clock.Now().UnixMilli()))
	h.begin()
	return c, h
}

// carriedOn confirms what is the same as last week and enters what never is
// carried: pain, minutes, times and response.
func (h *hand) carriedOn() {
	h.T.Helper()
	h.think().choose("Pain now", "3")
	h.think().choose("Since last visit", "Better")
	h.think().tap("Still there: Trigger point, Upper trapezius, right")
	h.think().tapIn("Techniques", "Did this today")
	h.tapIn("Techniques", "30 minutes")
	h.think().tap("Start Use 11:45")
	h.tap("Stop Now")
	h.think().choose("Response to the treatment", "Better")
	h.think().choose("Next", "Continue plan")
}

func (h *hand) signs() {
	h.T.Helper()
	h.See("Saved ")
	h.think().tap("Sign & finish")
	h.wait()
	h.See("Note signed. It can no longer be changed.")
}

func TestTaskFollowUpWithoutTyping(t *testing.T) {
	_, h := nextWeek(t, 820, 1180)
	h.carriedOn()
	h.signs()
	h.within(budget{taps: 14, seconds: 35}, "follow-up, no typing")
	h.NoErrors()
}

func TestTaskFollowUpTypical(t *testing.T) {
	_, h := nextWeek(t, 1180, 820)
	h.carriedOn()
	for _, side := range []string{"Left", "Right"} {
		h.think().tap("5 more, Neck rotation, " + side)
		h.tap("5 more, Neck rotation, " + side)
	}
	h.think().choose("What a tap marks", "Tight")
	for _, site := range []string{"levator-l", "levator-r"} {
		h.think()
		h.taps++
		tap(h.Tab, site)
	}
	h.think().write("Your assessment", "Turns further; looks over the shoulder again when driving.")
	h.signs()
	h.within(budget{seconds: 65}, "follow-up, typical")
	h.NoErrors()
}

// The same with the keyboard alone, from the first field to the signature.
func TestTaskFollowUpByKeyboard(t *testing.T) {
	_, h := nextWeek(t, 1180, 820)
	h.nextMissing("Pain now")
	h.strike("3")
	h.nextMissing("Since last visit")
	h.strike(" ")
	h.strike("/")
	h.tabTo("Still there")
	h.strike(kb.Enter)
	h.nextMissing("Did this today")
	h.strike(kb.Enter)
	h.nextMissing("Minutes")
	h.typed("30")
	h.nextMissing("Start")
	h.typed("1145a")
	h.nextMissing("Stop")
	h.typed("1230p")
	h.nextMissing("Response to the treatment")
	h.strike(" ")
	h.tabTo("Next")
	h.strike(" ")
	h.See("Saved ")
	h.think().strike(kb.Enter, chromedp.ModifierCtrl)
	h.wait()
	h.See("Note signed. It can no longer be changed.")
	h.within(budget{tabs: 25}, "follow-up, keyboard alone")
	h.NoErrors()
}

// A prescription that lies on the desk, photographed first.
func TestTaskRegisterAReferral(t *testing.T) {
	needBrowser(t)
	c := openClinic(t)
	p := c.register(c.somebody("Nora", "Feldt"))
	h := &hand{Tab: webtest.Open(t, c.url)}
	h.SetViewport(1180, 820)
	h.Go("/")
	h.Click("Maya Brandt")
	h.See("Today")
	h.Go("/patients/" + p.String())
	h.begin()
	h.think().tap("New referral")
	h.wait()
	h.taps += 2 // the camera, and its shutter
	h.think().Upload("Photograph or upload the prescription", "testdata/prescription.png")
	h.wait()
	h.think().choose("Who prescribed it", "Amara Obi, DO")
	h.think().write("Add a diagnosis", "M54.2")
	h.In("Diagnoses").See("Cervicalgia")
	h.think().tap("Add M54.2")
	h.think().write("Visits a week", "2")
	h.write("For weeks", "6")
	h.think().write("Written on", "2026-03-09")
	h.think().check("I have seen the prescriber’s signature")
	h.think().tap("Save referral")
	h.wait()
	h.See("Cervicalgia", "Amara Obi")
	h.within(budget{seconds: 60}, "register a referral")
	h.NoErrors()
}

// nextMissing asks to sign: while something is missing, that leads to the first of it.
func (h *hand) nextMissing(name string) {
	h.T.Helper()
	h.think().strike(kb.Enter, chromedp.ModifierCtrl)
	h.Until("the focus comes to "+name, func() bool { return containsFold(h.focused(), name) })
}
