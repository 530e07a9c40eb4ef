package plan_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/plan"
)

var (
	today = civil.Of(2026, 3, 10)
	know  = knowledge.Must()
	cat   = assessment.CatalogueOf(know)
)

func f(x float64) *float64 { return &x }

func input() plan.Input {
	return plan.Input{
		StartsOn: today, PerWeek: 2, Weeks: 6, Visits: 12, ReassessOn: today.AddDays(28), Problem: "Neck turns less to the left",
		Goals: []plan.GoalInput{
			{Statement: "Turn the head to check the blind spot", Measure: "rom:cervical.rotation:L", Baseline: f(52), BaselineOn: today, Target: f(70), DueOn: today.AddDays(42)},
			{Statement: "Sleep through the night", Measure: "nprs", Baseline: f(6), Target: f(3), DueOn: today.AddDays(42)},
			{Statement: "Drive to work", Measure: "other", Unit: "minutes", Baseline: f(10), Target: f(30), DueOn: today.AddDays(42)},
		},
		Interventions: []plan.Intervention{{Technique: "myofascial-release", Regions: []string{"neck-shoulders", "trap-upper-r"}, MinutesLow: 10, MinutesHigh: 15, Pressure: 3, Frequency: "Each visit"}},
		HomeCare:      []plan.HomeCare{{What: "Chin tucks, 10 times", HowOften: "3 times a day"}},
	}
}

func rules() plan.Rules {
	return plan.Rules{Catalogue: cat, Technique: know.Technique, Today: today, Place: func(x string) bool {
		_, zone := know.Zone(x)
		_, site := know.Site(x)
		return zone || site
	}}
}

func has(fields []errs.Field, name string) bool {
	for _, x := range fields {
		if x.Name == name {
			return true
		}
	}
	return false
}

func TestBuildNamesWhatCannotBe(t *testing.T) {
	for _, tc := range []struct {
		name  string
		alter func(*plan.Input)
		want  string // field; "" for none
	}{
		{"nothing wrong", func(*plan.Input) {}, ""},
		{"no day of beginning", func(in *plan.Input) { in.StartsOn = civil.Date{} }, "starts_on"},
		{"eight visits a week", func(in *plan.Input) { in.PerWeek = 8 }, "per_week"},
		{"minus one week", func(in *plan.Input) { in.Weeks = -1 }, "weeks"},
		{"1000 visits", func(in *plan.Input) { in.Visits = 1000 }, "visits"},
		{"re-assessment before the beginning", func(in *plan.Input) { in.ReassessOn = today }, "reassess_on"},
		{"no statement", func(in *plan.Input) { in.Goals[0].Statement = " " }, "goal.0.statement"},
		{"no measure", func(in *plan.Input) { in.Goals[0].Measure = "" }, "goal.0.measure"},
		{"unknown motion", func(in *plan.Input) { in.Goals[0].Measure = "rom:cervical.wag:L" }, "goal.0.measure"},
		{"motion of a joint not assessed here", func(in *plan.Input) { in.Goals[0].Measure = "rom:jaw.lateral:L" }, "goal.0.measure"},
		{"midline motion with a side", func(in *plan.Input) { in.Goals[0].Measure = "rom:cervical.flexion:L" }, "goal.0.measure"},
		{"degrees 999", func(in *plan.Input) { in.Goals[0].Target = f(999) }, "goal.0.target"},
		{"degrees -10", func(in *plan.Input) { in.Goals[0].Baseline = f(-10) }, "goal.0.baseline"},
		{"pain 11", func(in *plan.Input) { in.Goals[1].Baseline = f(11) }, "goal.1.baseline"},
		{"more pain", func(in *plan.Input) { in.Goals[1].Target = f(8) }, "goal.1.target"},
		{"less motion", func(in *plan.Input) { in.Goals[0].Target = f(40) }, "goal.0.target"},
		{"target equals baseline", func(in *plan.Input) { in.Goals[0].Target = f(52) }, "goal.0.target"},
		{"no target", func(in *plan.Input) { in.Goals[0].Target = nil }, "goal.0.target"},
		{"never measured", func(in *plan.Input) { in.Goals[0].Baseline = nil }, "goal.0.baseline"},
		{"measured tomorrow", func(in *plan.Input) { in.Goals[0].BaselineOn = today.AddDays(1) }, "goal.0.baseline_on"},
		{"measured years ago", func(in *plan.Input) { in.Goals[0].BaselineOn = today.AddDays(-1000) }, "goal.0.baseline_on"},
		{"by a day in the past", func(in *plan.Input) { in.Goals[0].DueOn = today.AddDays(-1) }, "goal.0.due_on"},
		{"by today", func(in *plan.Input) { in.Goals[0].DueOn = today }, "goal.0.due_on"},
		{"by no day", func(in *plan.Input) { in.Goals[0].DueOn = civil.Date{} }, "goal.0.due_on"},
		{"by the next century", func(in *plan.Input) { in.Goals[0].DueOn = civil.Of(2126, 3, 10) }, "goal.0.due_on"},
		{"a number without a unit", func(in *plan.Input) { in.Goals[2].Unit = "" }, "goal.2.unit"},
		{"no number at all", func(in *plan.Input) { in.Goals[2].Target = f(math.NaN()) }, "goal.2.target"},
		{"a goal of another plan", func(in *plan.Input) { in.Goals[0].Origin = id.New[id.Goal]() }, "goal.0.statement"},
		{"200 goals", func(in *plan.Input) { in.Goals = make([]plan.GoalInput, 200) }, "goal.0.statement"},
		{"200 techniques", func(in *plan.Input) { in.Interventions = make([]plan.Intervention, 200) }, "do.0.technique"},
		{"200 things at home", func(in *plan.Input) { in.HomeCare = make([]plan.HomeCare, 200) }, "home.0.what"},
		{"unknown technique", func(in *plan.Input) { in.Interventions[0].Technique = "magic" }, "do.0.technique"},
		{"nowhere", func(in *plan.Input) { in.Interventions[0].Regions = nil }, "do.0.regions"},
		{"unknown place", func(in *plan.Input) { in.Interventions[0].Regions = []string{"tail"} }, "do.0.regions"},
		{"no minutes", func(in *plan.Input) { in.Interventions[0].MinutesLow = 0 }, "do.0.low"},
		{"ten hours", func(in *plan.Input) { in.Interventions[0].MinutesHigh = 600 }, "do.0.high"},
		{"most below least", func(in *plan.Input) { in.Interventions[0].MinutesHigh = 5 }, "do.0.high"},
		{"pressure 6", func(in *plan.Input) { in.Interventions[0].Pressure = 6 }, "do.0.pressure"},
		{"home care without words", func(in *plan.Input) { in.HomeCare[0].What = "" }, "home.0.what"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := input()
			tc.alter(&in)
			_, wrong := plan.Build(in, rules())
			if tc.want == "" && len(wrong) > 0 || tc.want != "" && !has(wrong, tc.want) {
				t.Errorf("complaints %v, want one about %q", wrong, tc.want)
			}
		})
	}
}

func TestTheLastMeasuredValueIsTheBaseline(t *testing.T) {
	in, r := input(), rules()
	in.Goals[0].Baseline, in.Goals[0].BaselineOn = nil, civil.Date{}
	r.LastValues = map[string]plan.Latest{"rom:cervical.rotation:L": {Value: 48, On: today.AddDays(-3)}}
	p, wrong := plan.Build(in, r)
	if len(wrong) > 0 || p.Goals[0].Baseline != 48 || p.Goals[0].BaselineOn != today.AddDays(-3) {
		t.Errorf("got %+v, %v", p.Goals[0], wrong)
	}
}

func TestSMART(t *testing.T) {
	p, _ := plan.Build(input(), rules())
	for i, want := range []string{
		"By 21 Apr 2026, turn the head to check the blind spot, with neck rotation, left at 70° (from 52° on 10 Mar 2026).",
		"By 21 Apr 2026, sleep through the night, with pain of 3 of 10 or less (from 6 of 10 on 10 Mar 2026).",
		"By 21 Apr 2026, drive to work, reaching 30 minutes (from 10 minutes on 10 Mar 2026).",
	} {
		if got := p.Goals[i].Text; got != want {
			t.Errorf("goal %d:\ngot  %s\nwant %s", i, got, want)
		}
	}
}

func TestTheDraftedSentenceFollowsTheNumbersUntilEdited(t *testing.T) {
	first, _ := plan.Build(input(), rules())
	old := first.Goals[0]
	old.Origin = id.New[id.Goal]()
	r := rules()
	r.Before = []plan.Goal{old}
	in := input()
	in.Goals[0].Origin, in.Goals[0].Text, in.Goals[0].Target = old.Origin, old.Text, f(75)
	p, wrong := plan.Build(in, r)
	if len(wrong) > 0 || !strings.Contains(p.Goals[0].Text, "75°") {
		t.Errorf("drafted text stayed: %q, %v", p.Goals[0].Text, wrong)
	}
	in.Goals[0].Text = "Own words"
	if p, _ = plan.Build(in, r); p.Goals[0].Text != "Own words" {
		t.Errorf("own words lost: %q", p.Goals[0].Text)
	}
}

func TestAGoalThatIsMetKeepsItsDay(t *testing.T) {
	first, _ := plan.Build(input(), rules())
	old := first.Goals[0]
	old.Origin, old.State = id.New[id.Goal](), plan.GoalMet
	r, in := rules(), input()
	r.Before = []plan.Goal{old}
	in.Goals[0].Origin, in.Goals[0].DueOn = old.Origin, today.AddDays(-5)
	p, wrong := plan.Build(in, r)
	if len(wrong) > 0 || p.Goals[0].State != plan.GoalMet {
		t.Errorf("got %+v, %v", p.Goals[0], wrong)
	}
}

func TestGentleByDefault(t *testing.T) {
	unknown := func(string) (bool, bool) { return false, false }
	for _, tc := range []struct {
		name     string
		codes    []string
		pressure int64
		reason   string
		ok       bool
	}{
		{"no such condition", []string{"M54.2"}, 5, "", true},
		{"fibromyalgia, at the limit", []string{"M79.7"}, 2, "", true},
		{"fibromyalgia, harder", []string{"M79.7"}, 3, "", false},
		{"fibromyalgia, harder with a blank reason", []string{"M79.7"}, 3, "  ", false},
		{"fibromyalgia, harder with a reason", []string{"M79.7"}, 3, "Tolerated well over six visits", true},
		{"the gentlest of two", []string{"M79.7", "I89.0"}, 2, "", false},
		{"osteoarthritis, severity not asked", []string{"M17.11"}, 3, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in, r := input(), rules()
			r.Gentle = know.Gentle().For(tc.codes, unknown)
			in.Interventions[0].Pressure, in.Interventions[0].Reason = tc.pressure, tc.reason
			_, wrong := plan.Build(in, r)
			if has(wrong, "do.0.reason") == tc.ok {
				t.Errorf("complaints %v", wrong)
			}
		})
	}
}

func TestOverdue(t *testing.T) {
	for _, tc := range []struct {
		state plan.GoalState
		due   civil.Date
		want  bool
	}{
		{plan.GoalOpen, today, false}, {plan.GoalOpen, today.AddDays(-1), true}, {plan.GoalPartly, today.AddDays(-1), true},
		{plan.GoalMet, today.AddDays(-1), false}, {plan.GoalDropped, today.AddDays(-1), false},
	} {
		if got := (plan.Goal{State: tc.state, DueOn: tc.due}).Overdue(today); got != tc.want {
			t.Errorf("%s by %v: %v", tc.state, tc.due, got)
		}
	}
}

func TestLawProgress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.IntRange(-200, 200)
		base, target := float64(v.Draw(t, "baseline")), float64(v.Draw(t, "target"))
		a, b := float64(v.Draw(t, "a")), float64(v.Draw(t, "b"))
		if base == target {
			if got := plan.Progress(base, target, a); got != 0 {
				t.Fatalf("without a way: %v", got)
			}
			return
		}
		if got := plan.Progress(base, target, base); got != 0 {
			t.Fatalf("at the baseline: %v", got)
		}
		if got := plan.Progress(base, target, target); got != 1 {
			t.Fatalf("at the target: %v", got)
		}
		// Nearer to the target, seen from the baseline's side, is never less.
		nearer := (b-a)*(target-base) >= 0
		if pa, pb := plan.Progress(base, target, a), plan.Progress(base, target, b); nearer && pb < pa {
			t.Fatalf("from %v to %v progress falls from %v to %v", a, b, pa, pb)
		}
		// The same way read downward is the same progress.
		if up, down := plan.Progress(base, target, a), plan.Progress(-base, -target, -a); up != down {
			t.Fatalf("up %v, down %v", up, down)
		}
	})
}

func TestProgressNeedsAValue(t *testing.T) {
	g := plan.Goal{Baseline: 6, Target: 2}
	if _, known := g.Progress(); known {
		t.Error("known without a value")
	}
	g.Now = &plan.Latest{Value: 5}
	if got, known := g.Progress(); !known || got != 0.25 {
		t.Errorf("Progress = %v, %v", got, known)
	}
}

func TestParseMeasure(t *testing.T) {
	for _, s := range []string{"nprs", "psfs", "other", "rom:cervical.rotation:L", "rom:cervical.flexion:M"} {
		m, err := plan.ParseMeasure(s)
		if err != nil || m.String() != s {
			t.Errorf("%q: %v, %v", s, m, err)
		}
	}
	for _, s := range []string{"", "rom", "rom:", "rom::L", "rom:cervical.rotation", "rom:cervical.rotation:X", "rom:cervical.rotation:", "ROM:cervical.rotation:L", "nprs:", "rom:a.b:L:R", "vas"} {
		if m, err := plan.ParseMeasure(s); err == nil {
			t.Errorf("%q read as %v", s, m)
		}
	}
	for _, m := range plan.Offered(cat) {
		if got, err := plan.ParseMeasure(m.String()); err != nil || got != m || m.Label(cat) == "" {
			t.Errorf("%v: %v, %v", m, got, err)
		}
	}
}

func FuzzParseMeasure(f *testing.F) {
	for _, s := range []string{"nprs", "rom:cervical.rotation:L", "rom:shoulder.internal-rotation:M", "rom::", "other"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := plan.ParseMeasure(s)
		if err == nil && m.String() != s {
			t.Errorf("%q reads as %q", s, m.String())
		}
	})
}
