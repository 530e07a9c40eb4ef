package assessment_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

var cat = assessment.CatalogueOf(knowledge.Must())

func TestCheckNamesWhatCannotBe(t *testing.T) {
	left := knowledge.SideLeft
	for _, tc := range []struct {
		name  string
		alter func(*assessment.Content)
		want  string // field; "" for none
	}{
		{"nothing wrong", func(*assessment.Content) {}, ""},
		{"no day", func(c *assessment.Content) { c.On = civil.Date{} }, "on"},
		{"a day to come", func(c *assessment.Content) { c.On = today.AddDays(1) }, "on"},
		{"a wrong year", func(c *assessment.Content) { c.On = today.AddDays(-400) }, "on"},
		{"no region", func(c *assessment.Content) { c.Regions = nil }, "regions"},
		{"unknown region", func(c *assessment.Content) { c.Regions = append(c.Regions, "tail") }, "regions"},
		{"degrees 999", func(c *assessment.Content) { c.Motions[0].Degrees = 999 }, "rom.cervical.rotation.L"},
		{"degrees -10", func(c *assessment.Content) { c.Motions[0].Degrees = -10 }, "rom.cervical.rotation.L"},
		{"no number", func(c *assessment.Content) { c.Motions[0].Degrees = math.NaN() }, "rom.cervical.rotation.L"},
		{"unknown motion", func(c *assessment.Content) { c.Motions[0].Motion = "cervical.wag" }, "rom.cervical.wag.L"},
		{"motion of a joint not assessed here", func(c *assessment.Content) { c.Motions[0].Motion = "jaw.lateral" }, "rom.jaw.lateral.L"},
		{"motion of a region not chosen", func(c *assessment.Content) { c.Motions[0].Motion = "shoulder.flexion" }, "rom.shoulder.flexion.L"},
		{"midline motion with a side", func(c *assessment.Content) { c.Motions[2].Side = left }, "rom.cervical.flexion.L"},
		{"sided motion without one", func(c *assessment.Content) { c.Motions[0].Side = "" }, "rom.cervical.rotation.M"},
		{"the same motion twice", func(c *assessment.Content) { c.Motions[1].Side = left }, "rom.cervical.rotation.L"},
		{"unknown device", func(c *assessment.Content) { c.Motions[0].Device = "guess" }, "device.cervical"},
		{"unknown end-feel", func(c *assessment.Content) { c.Motions[0].EndFeel = "crunchy" }, "rom.cervical.rotation.L.end"},
		{"pain 11", func(c *assessment.Content) { c.Pain[0].Worst = n(11) }, "pain.0.worst"},
		{"pain -1", func(c *assessment.Content) { c.Pain[0].Best = n(-1) }, "pain.0.best"},
		{"best above worst", func(c *assessment.Content) { c.Pain[0].Now, c.Pain[0].Best = nil, n(9) }, "pain.0.best"},
		{"now above worst", func(c *assessment.Content) { c.Pain[0].Now = n(10) }, "pain.0.worst"},
		{"now below best", func(c *assessment.Content) { c.Pain[0].Now = n(1) }, "pain.0.best"},
		{"pain without a number", func(c *assessment.Content) { c.Pain[1].Now = nil }, "pain.1.now"},
		{"pain at an unknown site", func(c *assessment.Content) { c.Pain[0].Site = "tail" }, "pain.0.site"},
		{"pain twice at a site", func(c *assessment.Content) { c.Pain[1].Site = "trap-upper-r" }, "pain.1.site"},
		{"too many pains", func(c *assessment.Content) { c.Pain = make([]assessment.Pain, 7) }, "pain.0.site"},
		{"tone 5", func(c *assessment.Content) { c.Palpation[0].Tone = n(5) }, "palp.0.tone"},
		{"tenderness -1", func(c *assessment.Content) { c.Palpation[0].Tenderness = n(-1) }, "palp.0.tender"},
		{"palpation at an unknown site", func(c *assessment.Content) { c.Palpation[1].Site = "" }, "palp.1.site"},
		{"palpation without a grade", func(c *assessment.Content) { c.Palpation[1].Tenderness = nil }, "palp.1.tender"},
		{"200 palpations", func(c *assessment.Content) { c.Palpation = make([]assessment.Palpation, 200) }, "palp.0.site"},
		{"unknown posture", func(c *assessment.Content) { c.Posture[0] = "proud" }, "posture"},
		{"posture twice", func(c *assessment.Content) { c.Posture[0] = c.Posture[1] }, "posture"},
		{"a novel", func(c *assessment.Content) { c.Note = strings.Repeat("x", 4001) }, "note"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := content(today, 52)
			tc.alter(&c)
			got := c.Check(cat, today)
			for _, f := range got {
				if f.Name == tc.want {
					return
				}
			}
			if tc.want != "" || len(got) > 0 {
				t.Errorf("complaints %v, want one about %q", got, tc.want)
			}
		})
	}
}

func TestShareAndSides(t *testing.T) {
	rotation, _ := cat.ROM.Norm("cervical.rotation") // 60 to 80
	for _, tc := range []struct {
		degrees float64
		share   float64
		low     bool
	}{{0, 0, true}, {44, 44.0 / 60, true}, {45, 0.75, false}, {60, 1, false}, {80, 80.0 / 60, false}} {
		if got, ok := assessment.Share(tc.degrees, rotation); !ok || got != tc.share {
			t.Errorf("Share(%v) = %v, %v; want %v", tc.degrees, got, ok, tc.share)
		}
		if got := assessment.Low(tc.degrees, rotation); got != tc.low {
			t.Errorf("Low(%v) = %v", tc.degrees, got)
		}
	}
	if _, ok := assessment.Share(10, knowledge.Norm{}); ok {
		t.Error("a norm of zero gives a share")
	}
	for _, tc := range []struct {
		l, r float64
		less knowledge.Side
		gap  float64
		un   bool
	}{{60, 70, "", 10, false}, {60, 71, "L", 11, true}, {71, 60, "R", 11, true}, {50, 50, "", 0, false}} {
		less, gap, un := assessment.Uneven(tc.l, tc.r)
		if less != tc.less || gap != tc.gap || un != tc.un {
			t.Errorf("Uneven(%v, %v) = %v, %v, %v", tc.l, tc.r, less, gap, un)
		}
	}
}

func TestCompareAgainstMeasurementError(t *testing.T) {
	me, other := id.New[id.User](), id.New[id.User]()
	read := func(d float64, device string, who id.User) assessment.Reading {
		return assessment.Reading{On: today, Degrees: d, Device: device, Rater: who}
	}
	for _, tc := range []struct {
		name     string
		was, now assessment.Reading
		want     assessment.Verdict
		mdc      float64
		better   bool
	}{
		{"the same", read(50, "crom", me), read(50, "crom", me), assessment.Unchanged, 7, false},
		{"at the error", read(50, "crom", me), read(57, "crom", me), assessment.Within, 7, true},
		{"past the error", read(50, "crom", me), read(58, "crom", me), assessment.Beyond, 7, true},
		{"worse past the error", read(58, "crom", me), read(50, "crom", me), assessment.Beyond, 7, false},
		{"another therapist", read(50, "crom", me), read(58, "crom", other), assessment.Within, 10, true},
		{"different devices take the larger error", read(50, "visual", me), read(62, "crom", me), assessment.Within, 15, true},
		{"device not noted", read(50, "", me), read(70, "crom", me), assessment.Unjudged, 0, true},
		{"no error held", read(50, "tape", me), read(70, "tape", me), assessment.Unjudged, 0, true},
		{"nobody known counts as different", read(50, "crom", id.User{}), read(59, "crom", id.User{}), assessment.Within, 10, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := assessment.Compare(cat.ROM, "cervical", tc.was, tc.now)
			if got.Verdict != tc.want || got.Error != tc.mdc || got.Better != tc.better {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestComparePain(t *testing.T) {
	nprs, _ := knowledge.Must().Instrument("nprs")
	for _, tc := range []struct {
		was, now int64
		want     assessment.Verdict
		better   bool
		words    string
	}{
		{6, 3, assessment.Beyond, true, "−3 points since 10 Mar 2026"},
		{6, 4, assessment.Within, true, "−2 points since 10 Mar 2026"},
		{4, 7, assessment.Beyond, false, "+3 points since 10 Mar 2026"},
		{4, 4, assessment.Unchanged, false, "Same as on 10 Mar 2026"},
	} {
		got := assessment.ComparePain(nprs, tc.was, today, tc.now)
		if got.Verdict != tc.want || got.Better != tc.better || got.Words() != tc.words {
			t.Errorf("%d to %d: %+v, %q", tc.was, tc.now, got, got.Words())
		}
	}
}

func TestLawComparingBackwardsTurnsTheSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		me := id.New[id.User]()
		device := rapid.SampledFrom([]string{"", "crom", "inclinometer", "goniometer", "tape", "visual"})
		a := assessment.Reading{Degrees: float64(rapid.IntRange(0, 180).Draw(t, "a")), Device: device.Draw(t, "da"), Rater: me}
		b := assessment.Reading{Degrees: float64(rapid.IntRange(0, 180).Draw(t, "b")), Device: device.Draw(t, "db"), Rater: me}
		x, y := assessment.Compare(cat.ROM, "shoulder", a, b), assessment.Compare(cat.ROM, "shoulder", b, a)
		if x.Delta != -y.Delta || x.Verdict != y.Verdict || x.Error != y.Error || (x.Better && y.Better) {
			t.Fatalf("%+v and %+v", x, y)
		}
	})
}

func TestBaselineIsWhereTheCourseBegan(t *testing.T) {
	left := knowledge.SideLeft
	made := func(day int, kind assessment.Kind, degrees float64) assessment.Assessment {
		a := assessment.Assessment{ID: id.New[id.Assessment](), Kind: kind, State: assessment.Completed}
		a.On = today.AddDays(day)
		if degrees > 0 {
			a.Motions = []assessment.Motion{{Motion: "cervical.rotation", Side: left, Degrees: degrees}}
		}
		return a
	}
	const e, r = assessment.Evaluation, assessment.Reevaluation
	for _, tc := range []struct {
		name  string
		h     assessment.History
		first float64
		day   int
	}{
		{"one course", assessment.History{made(0, e, 40), made(10, r, 50), made(20, r, 55)}, 40, 0},
		{"a second course", assessment.History{made(0, e, 40), made(10, r, 50), made(20, e, 45), made(30, r, 60)}, 45, 20},
		{"the second evaluation measured something else", assessment.History{made(0, e, 40), made(20, e, 0), made(30, r, 60)}, 40, 20},
		{"never an evaluation", assessment.History{made(0, r, 40), made(10, r, 50)}, 40, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := tc.h.FirstReading("cervical.rotation", left)
			if !ok || got.Degrees != tc.first {
				t.Errorf("FirstReading = %+v, want %v", got, tc.first)
			}
			if b, ok := tc.h.Baseline(); !ok || b.On != today.AddDays(tc.day) {
				t.Errorf("Baseline of %v, want day %d", b.On, tc.day)
			}
			if l, _ := tc.h.LastReading("cervical.rotation", left); l.Degrees != tc.h[len(tc.h)-1].Motions[0].Degrees {
				t.Errorf("LastReading = %+v", l)
			}
		})
	}
	if _, ok := (assessment.History{}).Baseline(); ok {
		t.Error("a baseline of nothing")
	}
}

func TestSentencesHoldWhatStandsOut(t *testing.T) {
	c := content(today, 44)
	want := []string{
		"Pain, Upper trapezius, right: now 6, best 3, worst 8 of 10.",
		"Pain: now 2 of 10.",
		"Neck: rotation, left 44°: 73 % of the norm of 60–80°, 26° less than the other side, painful at the end.",
		"Upper trapezius, right: tone raised (++), tenderness 2 of 4 (tender and winces), taut band.",
		"Levator scapulae, left: tenderness 1 of 4 (says it is tender).",
		"Posture: Head forward; right shoulder higher; Leans on the left arm.",
	}
	if d := cmp.Diff(want, assessment.Sentences(c, cat)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestEveryOfferedMotionHasWordsAndALimit(t *testing.T) {
	for _, r := range assessment.Regions() {
		for _, j := range r.Joints() {
			norms := cat.ROM.In(j)
			if len(norms) == 0 {
				t.Errorf("%s: no norms", j)
			}
			for _, n := range norms {
				if assessment.LimitOf(n) < n.High || assessment.MotionLabel(cat, n.ID, "") == n.ID {
					t.Errorf("%s: limit %v, label %q", n.ID, assessment.LimitOf(n), assessment.MotionLabel(cat, n.ID, ""))
				}
			}
		}
	}
}
