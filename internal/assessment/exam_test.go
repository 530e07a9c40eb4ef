package assessment_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

const (
	left  = knowledge.SideLeft
	right = knowledge.SideRight
	mid   = knowledge.Midline
)

func seconds(x float64) *float64 { return &x }

// whole is content in which every area holds something.
func whole() assessment.Content {
	c := content(today, 52)
	refers := true
	c.Regions = append(c.Regions, assessment.Shoulder)
	c.Motions[0].PainEnd, c.Motions[0].Position = n(4), "supine"
	c.Passive = []assessment.Motion{{Motion: "cervical.rotation", Side: left, Degrees: 60, Device: "goniometer", EndFeel: "empty"}}
	c.Palpation[1] = assessment.Palpation{Site: "levator-l", Tenderness: n(1), Texture: []string{"taut-band", "nodule"}, Trigger: "latent", Refers: &refers, Oedema: n(2), Temperature: "cool", Text: "Cold"}
	c.ForwardHead = seconds(4.5)
	c.Gait = assessment.Gait{Findings: []assessment.Seen{{Finding: "antalgic", Side: left}, {Finding: "ataxic"}}, Device: "cane", UpAndGo: seconds(11.5), Walk10: seconds(12.5), Text: "Careful"}
	c.Strength = []assessment.Strength{{Group: "elbow-extension", Side: left, Grade: assessment.Grade{N: 3, Mod: "+"}}, {Group: "elbow-extension", Side: right, Grade: assessment.Grade{N: 5}}}
	c.Tests = []assessment.TestResult{{Test: "neck.spurling", Side: left, Result: assessment.Positive}, {Test: "neck.distraction", Result: assessment.Negative}, {Test: "shoulder.neer", Side: right, Result: assessment.NotDone}}
	return c
}

func TestEveryAreaIsKeptAsEntered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := whole()
		in.Motions[1].Rater = w.Staff("Rae Rater", authz.Therapist)
		a := w.start(t, assessment.Evaluation, today)
		if _, err := w.svc.Save(w.Actor(), w.dana, a, 1, in); err != nil {
			t.Fatal(err)
		}
		v := w.view(t, a)
		if d := cmp.Diff(in, v.Content); d != "" {
			t.Errorf("(-entered +kept):\n%s", d)
		}
		if !slices.ContainsFunc(v.Raters, func(r assessment.Rater) bool { return r.ID == in.Motions[1].Rater && r.Active }) {
			t.Errorf("raters %+v", v.Raters)
		}
	})
}

func TestTheRaterIsOfThePractice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.start(t, assessment.Evaluation, today)
		in := content(today, 50)
		in.Motions[0].Rater = id.New[id.User]()
		_, err := w.svc.Save(w.Actor(), w.dana, a, 1, in)
		want(t, err, errs.Invalid, "rater.cervical")
	})
}

// A change counts by who measured, not by whose assessment it is in.
func TestAnotherRaterNeedsALargerChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.complete(t, assessment.Evaluation, content(today.AddDays(-30), 44))
		in := content(today, 52) // 8 degrees more, with the same device
		in.Motions[0].Rater = w.Staff("Rae Rater", authz.Therapist)
		w.complete(t, assessment.Reevaluation, in)
		err := w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
			all, err := w.svc.ROMSeries(w.Actor(), tx, w.dana, "cervical.rotation", left)
			if err != nil {
				return err
			}
			if c := assessment.Compare(cat.ROM, "cervical", all[0], all[1]); c.Verdict != assessment.Within || c.Error != 10 {
				t.Errorf("series: %+v", c)
			}
			h, err := w.svc.History(w.Actor(), tx, w.dana)
			if err != nil {
				return err
			}
			got := map[string]string{}
			for _, m := range h.Measures(cat) {
				got[m.Label] = m.Words()
			}
			if s := got["Neck: rotation, left"]; s != "Neck: rotation, left: 44° on 8 Feb 2026, 52° on 10 Mar 2026, better, within measurement error (10° for different therapists)." {
				t.Errorf("%q", s)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestNewWeaknessForScreening(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		with := func(day int, grade int64) {
			c := content(today.AddDays(day), 50)
			c.Strength = []assessment.Strength{{Group: "elbow-extension", Side: left, Grade: assessment.Grade{N: grade}}, {Group: "shoulder-abduction", Side: left, Grade: assessment.Grade{N: 1}}}
			w.complete(t, assessment.Evaluation, c)
		}
		now := func() []assessment.Weakness {
			var out []assessment.Weakness
			err := w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
				var err error
				out, err = w.svc.NewWeakness(w.Actor(), tx, w.dana)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := now(); got != nil {
			t.Errorf("nothing graded: %+v", got)
		}
		with(-3, 5)
		if got := now(); len(got) != 0 {
			t.Errorf("strong: %+v", got)
		}
		with(-2, 3)
		if got := now(); len(got) != 1 || got[0].Myotome != "C7" || got[0].Before == nil || got[0].Before.N != 5 || got[0].Side != left {
			t.Errorf("weaker: %+v", got)
		}
		with(-1, 2)
		if got := now(); len(got) != 0 {
			t.Errorf("weak already: %+v", got)
		}
	})
}

func TestGrades(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want assessment.Grade
		ok   bool
	}{{"5", assessment.Grade{N: 5}, true}, {"4-", assessment.Grade{N: 4, Mod: "-"}, true}, {"4−", assessment.Grade{N: 4, Mod: "-"}, true}, {" 3+ ", assessment.Grade{N: 3, Mod: "+"}, true},
		{"0", assessment.Grade{}, true}, {"5+", assessment.Grade{}, false}, {"0-", assessment.Grade{}, false}, {"6", assessment.Grade{}, false}, {"", assessment.Grade{}, false}, {"4++", assessment.Grade{}, false}} {
		got, err := assessment.ParseGrade(tc.in)
		if (err == nil) != tc.ok || got != tc.want {
			t.Errorf("ParseGrade(%q) = %v, %v", tc.in, got, err)
		}
	}
	for grade, weak := range map[string]bool{"4-": false, "3+": true, "3": true, "0": true, "5": false} {
		if g, _ := assessment.ParseGrade(grade); g.Weak() != weak {
			t.Errorf("%s: weak %v", grade, g.Weak())
		}
	}
}

func FuzzParseGrade(f *testing.F) {
	for _, s := range []string{"5", "4-", "3+", "−", "", "10", "４"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g, err := assessment.ParseGrade(s)
		if err != nil {
			return
		}
		if again, err := assessment.ParseGrade(g.String()); err != nil || again != g || g.N < 0 || g.N > 5 {
			t.Fatalf("%q gives %v, which gives %v, %v", s, g, again, err)
		}
	})
}

func TestGroupsOfTests(t *testing.T) {
	plus := func(side knowledge.Side, tests ...string) []assessment.TestResult {
		var out []assessment.TestResult
		for _, x := range tests {
			out = append(out, assessment.TestResult{Test: x, Side: side, Result: assessment.Positive})
		}
		return out
	}
	minus := func(side knowledge.Side, tests ...string) []assessment.TestResult {
		out := plus(side, tests...)
		for i := range out {
			out[i].Result = assessment.Negative
		}
		return out
	}
	four := []string{"neck.spurling", "neck.ultt-a", "neck.rotation-under-60"}
	for _, tc := range []struct {
		name    string
		results []assessment.TestResult
		want    []string // words and weight of each group
	}{
		{"nothing done", nil, nil},
		{"only a test without a side", plus(mid, "neck.distraction"), nil},
		{"three of four", append(plus(left, four...), minus(mid, "neck.distraction")...), []string{"Neck group of four, left: 3 of 4 positive. Finding consistent with nerve root irritation in the neck. Refer. LR+ 6.1, moderate shift"}},
		{"four of four", append(plus(right, four...), plus(mid, "neck.distraction")...), []string{"Neck group of four, right: 4 of 4 positive. Finding consistent with nerve root irritation in the neck. Refer. LR+ 30, large shift"}},
		{"two negative rule it out", append(minus(left, four[:2]...), plus(mid, "neck.distraction")...), []string{"Neck group of four, left: 1 of 4 positive. Speaks against nerve root irritation in the neck. LR− 0.65, hardly any shift"}},
		{"too few done", plus(left, four[:1]...), []string{"Neck group of four, left: 1 of 4 positive, 3 not done. The group cannot be read. "}},
		{"sacroiliac counts both Gaenslens", append(plus(left, "sij.thigh-thrust", "sij.gaenslen"), plus(right, "sij.gaenslen")...), []string{"Sacroiliac group of six, left: 3 of 6 positive. Finding consistent with pain from the sacroiliac joint. LR+ 4.3, small shift"}},
		{"not done is neither", append(plus(left, "sij.thigh-thrust"), assessment.TestResult{Test: "sij.distraction", Result: assessment.NotDone}), []string{"Sacroiliac group of six, left: 1 of 6 positive, 5 not done. The group cannot be read. "}},
		{"a group without sensitivity", minus(left, "shoulder.hawkins"), []string{"Shoulder group of three, left: 0 of 3 positive. Speaks against pain from the structures under the top of the shoulder. "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, r := range assessment.ReadClusters(cat.Tests, tc.results) {
				got = append(got, r.Words()+" "+r.Weight())
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestTestsAreFindingsAndNoDiagnoses(t *testing.T) {
	for _, x := range cat.Tests.Tests {
		if !slices.Contains(assessment.Regions(), assessment.Region(x.Region)) {
			t.Errorf("%s: region %s is not assessed", x.ID, x.Region)
		}
		for _, r := range assessment.Results() {
			s := assessment.TestWords(x, assessment.TestResult{Test: x.ID, Side: x.Sides()[0], Result: r}) + assessment.TestWeight(x, r)
			if strings.Contains(s, "diagnos") || (r == assessment.Positive && !strings.Contains(s, "Finding consistent with")) {
				t.Errorf("%q", s)
			}
			if w := assessment.TestWeight(x, r); w != "" && !x.Accuracy[0].Verified && !strings.HasSuffix(w, "(unverified)") {
				t.Errorf("%s: %q is not marked", x.ID, w)
			}
		}
	}
}

func TestCheckOfTheExamination(t *testing.T) {
	for _, tc := range []struct {
		name  string
		alter func(*assessment.Content)
		want  string
	}{
		{"nothing wrong", func(*assessment.Content) {}, ""},
		{"passive of 999", func(c *assessment.Content) { c.Passive[0].Degrees = 999 }, "prom.cervical.rotation.L"},
		{"unknown position", func(c *assessment.Content) { c.Motions[0].Position = "floating" }, "at.cervical"},
		{"pain of 11", func(c *assessment.Content) { c.Motions[0].PainEnd = n(11) }, "rom.cervical.rotation.L.score"},
		{"unknown texture", func(c *assessment.Content) { c.Palpation[1].Texture = []string{"slime"} }, "palp.1.texture"},
		{"texture twice", func(c *assessment.Content) { c.Palpation[1].Texture = []string{"nodule", "nodule"} }, "palp.1.texture"},
		{"unknown trigger point", func(c *assessment.Content) { c.Palpation[1].Trigger = "angry" }, "palp.1.trigger"},
		{"referral of nothing", func(c *assessment.Content) { c.Palpation[1].Trigger = "" }, "palp.1.trigger"},
		{"oedema of 5", func(c *assessment.Content) { c.Palpation[1].Oedema = n(5) }, "palp.1.oedema"},
		{"unknown temperature", func(c *assessment.Content) { c.Palpation[1].Temperature = "boiling" }, "palp.1.temp"},
		{"head of 31 cm", func(c *assessment.Content) { c.ForwardHead = seconds(31) }, "forward_head"},
		{"unknown gait", func(c *assessment.Content) { c.Gait.Findings[0].Finding = "moonwalk" }, "gait"},
		{"a gait on no side", func(c *assessment.Content) { c.Gait.Findings[0].Side = mid }, "gait"},
		{"unknown walking aid", func(c *assessment.Content) { c.Gait.Device = "skates" }, "gait_device"},
		{"no time at all", func(c *assessment.Content) { c.Gait.UpAndGo = seconds(0) }, "up_and_go"},
		{"an hour for ten metres", func(c *assessment.Content) { c.Gait.Walk10 = seconds(3600) }, "walk10"},
		{"unknown muscle", func(c *assessment.Content) { c.Strength[0].Group = "ear" }, "mmt.ear.L"},
		{"grade 6", func(c *assessment.Content) { c.Strength[0].Grade.N = 6 }, "mmt.elbow-extension.L"},
		{"strength in the middle", func(c *assessment.Content) { c.Strength[0].Side = mid }, "mmt.elbow-extension.M"},
		{"unknown test", func(c *assessment.Content) { c.Tests[0].Test = "neck.homans" }, "test.neck.homans.L"},
		{"a test on a wrong side", func(c *assessment.Content) { c.Tests[1].Side = left }, "test.neck.distraction.L"},
		{"a test twice", func(c *assessment.Content) { c.Tests = append(c.Tests, c.Tests[0]) }, "test.neck.spurling.L"},
		{"a result of its own", func(c *assessment.Content) { c.Tests[0].Result = "maybe" }, "test.neck.spurling.L"},
		{"a test of a region not chosen", func(c *assessment.Content) { c.Regions = c.Regions[:1] }, "test.shoulder.neer.R"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := whole()
			tc.alter(&c)
			got := c.Check(cat, today)
			if !slices.ContainsFunc(got, func(f errs.Field) bool { return f.Name == tc.want }) && (tc.want != "" || len(got) > 0) {
				t.Errorf("complaints %v, want one about %q", got, tc.want)
			}
		})
	}
}

func TestAnotherPositionIsNotJudged(t *testing.T) {
	me := id.New[id.User]()
	was := assessment.Reading{On: today.AddDays(-9), Degrees: 40, Device: "crom", Rater: me}
	now := assessment.Reading{On: today, Degrees: 70, Device: "crom", Rater: me, Position: "supine"}
	c := assessment.Compare(cat.ROM, "cervical", was, now)
	if c.Verdict != assessment.Unjudged || c.Judgement() != "better, measured in another position" {
		t.Errorf("%+v, %q", c, c.Judgement())
	}
}

func TestSentencesOfTheExamination(t *testing.T) {
	got := strings.Join(assessment.Sentences(whole(), cat), "\n")
	for _, s := range []string{
		"painful at the end, 4 of 10.",
		"Levator scapulae, left: tenderness 1 of 4 (says it is tender), taut band, nodule, latent trigger point that refers, pitting oedema 2 of 4 (4 mm), cooler, Cold.",
		"Posture: Head forward; right shoulder higher; head 4.5 cm forward of the line; Leans on the left arm.",
		"Gait: short step on the sore leg (antalgic), left; unsteady, wide (ataxic); walks with cane; timed up-and-go 11.5 s; ten metres in 12.5 s (0.80 m/s); Careful.",
		"Strength of elbow extension (C7), left: 3+ of 5.",
		"Spurling, left: positive. Finding consistent with nerve root irritation in the neck. Refer.",
	} {
		if !strings.Contains(got, s) {
			t.Errorf("does not say %q:\n%s", s, got)
		}
	}
	if strings.Contains(got, "Distraction") || strings.Contains(got, "right: 5") {
		t.Errorf("says what does not stand out:\n%s", got)
	}
}

func TestProgressCountsWhatTheRegionsOffer(t *testing.T) {
	c := assessment.Content{Regions: []assessment.Region{assessment.Neck}, Motions: content(today, 50).Motions, Tests: whole().Tests[:2]}
	for _, p := range c.Progress(cat) {
		if want, ok := map[assessment.Area][2]int{assessment.AreaROM: {3, 6}, assessment.AreaStrength: {0, 10}, assessment.AreaTests: {2, 9}, assessment.AreaPain: {0, 0}}[p.Area]; ok && want != [2]int{p.Done, p.Of} {
			t.Errorf("%s: %d of %d, want %v", p.Area, p.Done, p.Of, want)
		}
	}
}
