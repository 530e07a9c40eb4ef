package assessmentui_test

import (
	"context"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/assessment"
	"soapstone/internal/web/webtest"
)

func browse(t *testing.T, w *world) *webtest.Tab {
	t.Helper()
	srv := httptest.NewServer(w.h)
	t.Cleanup(srv.Close)
	return webtest.Open(t, srv.URL)
}

func TestPagesFitAndRead(t *testing.T) {
	w := newWorld(t)
	tab := browse(t, w)
	w.complete(t, assessment.Evaluation, neck(today.AddDays(-40), 40, 60, 7))
	done := w.complete(t, assessment.Reevaluation, neck(today.AddDays(-1), 52, 70, 4))
	bad := w.complete(t, assessment.Reevaluation, neck(today.AddDays(-2), 99, 70, 4))
	if err := w.svc.MarkError(context.WithoutCancel(w.Actor()), w.dana, bad, 2, "Values of another patient"); err != nil {
		t.Fatal(err)
	}
	draft := w.begin(t, assessment.Reevaluation, today, assessment.Neck)
	pages := []struct{ name, path string }{{"list", w.base}, {"new", w.base + "/new"}, {"done", w.base + "/" + done.String()}, {"wrong", w.base + "/" + bad.String()}, {"error", draft + "/error"}}
	for _, a := range append(assessment.Areas(), "finish") {
		pages = append(pages, struct{ name, path string }{string(a), draft + "?area=" + string(a)})
	}
	for _, p := range pages {
		tab.Go(p.path)
		tab.FitsAndReads()
		shots(tab, p.name)
		tab.NoErrors()
	}
}

// tap presses a key of the pad and counts.
type taps struct {
	*webtest.Tab
	n int
}

func (p *taps) tap(keys ...string) {
	p.T.Helper()
	for _, k := range keys {
		p.In("").Click(k)
		p.n++
	}
}

// An evaluation on a tablet, by finger. What it costs is counted and put into
// the keystroke-level model: 1.30 s a tap, 1.35 s to think of each value.
func TestAnEvaluationByFinger(t *testing.T) {
	w := newWorld(t)
	tab := browse(t, w)
	tab.SetViewport(820, 1180)
	tab.Go(w.begin(t, assessment.Evaluation, today, assessment.Neck) + "?area=rom")
	all := &taps{Tab: tab}
	tab.Click("Passive motion") // ten values: six active, four passive
	tab.Click("Number pad")
	all.n += 2
	tab.See("Neck, Flexion, middle, norm 45–50°", "0 of 12")
	for i, v := range []string{"40", "45", "30", "35", "62", "48"} {
		all.tap(v[:1], v[1:])
		if i == 5 {
			tab.See("Low")
		}
	}
	tab.See("14° less than left")
	// Passive flexion and extension are passed over.
	all.tap("Next value", "Next value")
	for _, v := range []string{"35", "40", "70", "60"} {
		all.tap(v[:1], v[1:])
	}
	if model := 1.30*float64(all.n) + 1.35*10; model > 45 {
		t.Errorf("%d taps for ten values: %.1f s by the model, at most 45", all.n, model)
	} else {
		t.Logf("ten values: %d taps, %.1f s by the model", all.n, model)
	}
	for label, want := range map[string]string{"Neck, Rotation, left, degrees": "62", "Neck, Rotation, right, degrees": "48", "Neck, Rotation, right, passive, degrees": "60", "Neck, Flexion, middle, degrees": "40"} {
		if got := tab.Value(label); got != want {
			t.Errorf("%s is %q, want %s", label, got, want)
		}
	}
	// The last entry is undone, entered anew and called painful.
	all.tap("Undo the last entry")
	if got := tab.Value("Neck, Rotation, right, passive, degrees"); got != "" {
		t.Errorf("undo left %q", got)
	}
	all.tap("WNL, within normal limits", "Pain at the end", "Close the number pad")
	if got := tab.Value("Neck, Rotation, right, passive, degrees"); got != "60" || !tab.Checked("Neck, Rotation, right, passive, painful at the end") {
		t.Errorf("the norm and its pain are not taken: %q", got)
	}
	tab.Fill("Measured with", "CROM device")
	tab.Click("Save, next: Palpation")
	tab.See("6 of 6")
	tab.Fill("Add a place by name", "lev l")
	tab.Click("Add")
	tab.See("Levator scapulae, left")
	row := tab.In("Levator scapulae, left")
	row.Choose("Tenderness", "2 Tender and winces")
	row.Choose("Trigger point", "Active")
	tab.Click("Special tests")
	tab.Choose("Spurling, left", "+ (positive)")
	tab.Click("Finish")
	tab.See("Spurling, left: positive. Finding consistent with nerve root irritation in the neck. Refer.", "3 of 7 areas done")
	tab.Click("Complete")
	tab.See("Evaluation completed.", "Levator scapulae, left: tenderness 2 of 4 (tender and winces), active trigger point.")
	tab.Unseen("Save draft")
	tab.NoErrors()
}

// The pad, the chart and the keys: what a script adds to the plain pages.
func TestPadChartAndKeys(t *testing.T) {
	w := newWorld(t)
	tab := browse(t, w)
	draft := w.begin(t, assessment.Evaluation, today, assessment.Neck)
	for _, size := range [][2]int64{{390, 844}, {820, 1180}} {
		tab.SetViewport(size[0], size[1])
		for _, scheme := range []string{"light", "dark"} {
			tab.SetScheme(scheme)
			tab.Go(draft + "?area=rom")
			tab.Click("Number pad")
			tab.NoHScroll()
			tab.Targets(44)
			tab.Axe()
			tab.Shot("assessment-pad-" + scheme + map[bool]string{true: "-phone", false: "-tablet"}[size[0] == 390])
		}
	}
	tab.SetScheme("light")
	tab.SetViewport(1180, 820)
	tab.Go(draft + "?area=rom")
	tab.Click("WNL, within normal limits: Neck, Flexion, middle, degrees, 45")
	if got := tab.Value("Neck, Flexion, middle, degrees"); got != "45" {
		t.Errorf("the norm is not taken: %q", got)
	}
	// The focus is in extension now; full numbers lead on, p marks the value just entered.
	tab.Press("4")
	tab.Press("0")
	tab.Press("p")
	tab.Press("9")
	tab.Press(kb.Enter)
	tab.Press("3")
	tab.Press("5")
	for label, want := range map[string]string{"Neck, Extension, middle, degrees": "40", "Neck, Side bending, left, degrees": "9", "Neck, Side bending, right, degrees": "35"} {
		if got := tab.Value(label); got != want {
			t.Errorf("%s is %q, want %s", label, got, want)
		}
	}
	if !tab.Checked("Neck, Extension, middle, painful at the end") {
		t.Error("p marks no pain")
	}
	tab.See("Low, 20% of norm", "26° less than right")
	tab.Click("Save, next: Palpation")
	// A tap on the drawn upper trapezius of the right, and the finger's own row.
	type point struct{ X, Y float64 }
	at := webtest.Eval[point](tab, `(() => { const s = document.querySelector("body-chart svg"); const p = new DOMPoint(436, 297).matrixTransform(s.getScreenCTM()); return {X: p.x, Y: p.y}; })()`)
	webtest.Eval[bool](tab, `(() => { const s = document.querySelector("body-chart svg"); s.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: `+number(at.X)+`, clientY: `+number(at.Y)+`})); return true; })()`)
	tab.See("Upper trapezius, right")
	tab.In("Upper trapezius, right").Choose("Tenderness", "3 Winces and pulls away")
	if n := webtest.Eval[int](tab, `document.querySelectorAll("[data-marks] use").length`); n != 1 {
		t.Errorf("%d marks on the chart, want 1", n)
	}
	tab.Shot("assessment-palpation-row")
	tab.Click("Save draft")
	tab.See("Draft saved.")
	if !tab.In("Upper trapezius, right").Checked("3 Winces and pulls away") {
		t.Error("the row was not kept")
	}
	tab.NoErrors()
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
