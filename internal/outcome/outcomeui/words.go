package outcomeui

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

type listing struct {
	f       *form.Form
	pid     string
	courses []outcome.Course
	tasks   []outcome.Task
	write   bool
}

func (l listing) open() int {
	n := 0
	for _, t := range l.tasks {
		if t.Open {
			n++
		}
	}
	return n
}

// recorded are the courses with scores, those entered in error among them.
func (l listing) recorded() (with, without []outcome.Course) {
	for _, c := range l.courses {
		if len(c.Scores) > 0 {
			with = append(with, c)
		} else {
			without = append(without, c)
		}
	}
	return with, without
}

type asking struct {
	f    *form.Form
	pid  string
	c    outcome.Course
	mode string
}

func (v asking) patient() bool { return v.mode == modePatient }

// action is where the form is sent.
func (v asking) action() string {
	if v.patient() {
		return handedAt(v.pid, v.c.Instrument.ID, "")
	}
	return at(v.pid, "")
}

// on is where staff go on when they take the device back.
func (v asking) on() string { return after{pid: v.pid, next: web.LocalPath(v.f.Value("next"))}.on() }

// other is the address of the same form filled in another way.
func (v asking) other(mode string) string {
	q := url.Values{"instrument": {v.c.Instrument.ID}}
	for k, s := range map[string]string{"mode": mode, "visit": v.f.Value("visit"), "next": v.f.Value("next")} {
		if s != "" {
			q.Set(k, s)
		}
	}
	return at(v.pid, "/new?"+q.Encode())
}

type after struct {
	pid, next string
	patient   bool
}

// back is where staff take the device back, to go on at next.
func back(next string) string { return takeBack + "?" + url.Values{"next": {next}}.Encode() }

// on is where staff go on.
func (v after) on() string {
	if v.next == "/" {
		return at(v.pid, "")
	}
	return v.next
}

type tasksView struct {
	f     *form.Form
	pid   string
	tasks []outcome.Task
	write bool
	actor authz.Actor
}

// form is the form for one task: what was typed belongs to the task it was sent for.
func (v tasksView) form(t outcome.Task) *form.Form {
	if v.f.Value("task") == t.ID.String() {
		return v.f
	}
	return form.Empty()
}

// when is an instant on the actor's clock.
func (v tasksView) when(at db.Time) string {
	t := at.Time
	if v.actor.Zone != nil {
		t = t.In(v.actor.Zone)
	}
	return v.actor.Today(at.Time).Human() + ", " + t.Format("15:04")
}

func at(pid, rest string) string { return "/patients/" + pid + "/outcomes" + rest }

// handedAt is the address of a form on a device that was handed over.
func handedAt(pid, instrument, rest string) string {
	return "/patients/" + pid + "/handed/" + instrument + rest
}

func recordURL(pid, instrument string) string { return at(pid, "/new?instrument="+instrument) }

// TableID is the fragment that leads to an instrument's table of values on the
// page of outcomes, and unfolds it.
func TableID(instrument string) string { return instrument + "-values" }

func day(d civil.Date) string { return d.Human() }

func changeTone(c *outcome.Change) kit.Tone {
	switch {
	case c == nil || c.Verdict == outcome.NoChange || c.Verdict == outcome.Unknown:
		return kit.Neutral
	case c.Better:
		return kit.OK
	}
	return kit.Warn
}

// asked is the change from the baseline that would be important and what kind
// of threshold it is; 0 when none is known.
func asked(c outcome.Course) (most float64, kind string) {
	if c.Baseline == nil {
		return 0, ""
	}
	for _, family := range []string{"detectable", "important"} {
		if t, ok := c.Instrument.ThresholdAt(family, c.Baseline.Result); ok && t.Unit == "points" && t.Value > most {
			most, kind = t.Value, t.Kind
		}
	}
	return most, kind
}

func sources(c *outcome.Change) string {
	s := fmt.Sprintf("Measurement error %s (%s, %s); important difference %s (%s, %s).", outcome.Number(c.Detect.Value), c.Detect.Kind, c.Detect.Citation,
		outcome.Number(c.Matter.Value), c.Matter.Kind, c.Matter.Citation)
	if !c.Detect.Verified || !c.Matter.Verified {
		s += " Not every source has been verified."
	}
	return s
}

func better(in knowledge.Instrument) string {
	if in.Direction == knowledge.HigherBetter {
		return "higher is better"
	}
	return "lower is better"
}

// standing is the newest score in words.
func standing(c outcome.Course) string {
	in, s := c.Instrument, c.Last
	out := fmt.Sprintf("%s: %s on %s", in.Short, points(in, s.Result), s.On.Human())
	if it, ok := in.Item(in.Items[0].ID); ok && in.Scoring == knowledge.ScoreSingle {
		if said := label(in, it, s.Result); said != "" {
			out += ": “" + said + "”"
		}
	}
	if b := outcome.BandWords(in, s.Result); b != "" {
		out += ", " + b
	}
	return out + "."
}

// points is a score; what is itself a change carries its sign.
func points(in knowledge.Instrument, x float64) string {
	s := strings.Replace(outcome.Number(x), "-", "−", 1)
	if in.AsIs && x > 0 {
		s = "+" + s
	}
	return s
}

func label(in knowledge.Instrument, it knowledge.InstrumentItem, v float64) string {
	for _, c := range in.Choices(it) {
		if c.Value == v {
			return c.Label
		}
	}
	return ""
}

// answersText restates the answers: numbers of questions with their ratings.
func answersText(c outcome.Course, a outcome.Answers) string {
	in := c.Instrument
	var out []string
	add := func(label, key string) {
		if v, ok := a[key]; ok {
			out = append(out, label+" "+outcome.Number(v))
		}
	}
	if _, total := a[knowledge.TotalKey]; total {
		out = append(out, "total of a paper form")
	}
	switch {
	case in.PatientItems:
		for _, act := range c.Activities {
			add(act.Text, act.ID.String())
		}
	case in.Ticks:
		var ns []string
		for i, it := range in.Items {
			if a[it.ID] == 1 {
				ns = append(ns, strconv.Itoa(i+1))
			}
		}
		if len(ns) > 0 {
			out = append(out, "ticked "+strings.Join(ns, ", "))
		}
	case in.Scoring == knowledge.ScoreSingle:
		if said := label(in, in.Items[0], a[in.Items[0].ID]); said != "" {
			out = append(out, said)
		}
	default:
		for i, it := range in.Items {
			switch v, ok := a[it.ID]; {
			case !ok:
			case it.Unscored:
				out = append(out, it.ID+": "+strings.ToLower(label(in, it, v)))
			case len(in.Choices(it)) > 0:
				out = append(out, fmt.Sprintf("no. %d: %s", i+1, outcome.Number(v)))
			default:
				add(it.ID, it.ID)
			}
		}
	}
	return strings.Join(out, " · ")
}

func options(in knowledge.Instrument, it knowledge.InstrumentItem) []kit.Option {
	var out []kit.Option
	for _, c := range in.Choices(it) {
		out = append(out, kit.Option{Value: outcome.Number(c.Value), Label: c.Label})
	}
	if in.AsIs { // the best on top, as such scales are printed
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

func statements(in knowledge.Instrument) []kit.Option {
	var out []kit.Option
	for _, it := range in.Items {
		out = append(out, kit.Option{Value: it.ID, Label: it.Text})
	}
	return out
}

// newSlots is how many further activities may be named.
func newSlots(c outcome.Course) int {
	open := 0
	for _, a := range c.Activities {
		if !a.Ended {
			open++
		}
	}
	return max(0, min(maxNew, 5-open))
}
