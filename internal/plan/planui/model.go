package planui

import (
	"fmt"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// sheetView is a plan to be read.
type sheetView struct {
	plan.View
	*plan.Plan // the one shown; nil without any
	Base       string
	Write      bool
	Goals      []goalView
	Does       []doView
	Order      referral.Referral // the plan's prescription; zero: self-pay
	Findings   []string
	FoundOn    string
	Dose       string
	ReviewNote string
}

type goalView struct {
	plan.Goal
	Start, Now, Aim string
	Measured        string // what it is measured by
	Share           int    // percent of the way, 0 to 100
	ShareText       string
	Tone            kit.Tone
	StateTone       kit.Tone
	Overdue         bool
}

type doView struct {
	Technique, Where, Minutes, Pressure, Position, Often, Reason string
}

func (u *ui) sheet(v plan.View, base string, write bool) sheetView {
	s := sheetView{View: v, Base: base, Write: write, ReviewNote: u.Knowledge.Gentle().Review.Label()}
	if v.HasFound {
		s.Findings, s.FoundOn = assessment.Sentences(v.Found.Content, u.cat), v.Found.On.Human()
	}
	s.Plan = v.Active
	if s.Plan == nil {
		s.Plan = v.Draft
	}
	if s.Plan == nil {
		s.Order = v.Order
		return s
	}
	s.Goals, s.Does, s.Dose = u.goals(*s.Plan, v), u.does(*s.Plan), dose(*s.Plan)
	for _, r := range v.Orders {
		if r.ID == s.Plan.Referral {
			s.Order = r
		}
	}
	return s
}

func (u *ui) goals(p plan.Plan, v plan.View) []goalView {
	var out []goalView
	for _, g := range p.Goals {
		out = append(out, u.goalView(g, v))
	}
	return out
}

func (u *ui) goalView(g plan.Goal, v plan.View) goalView {
	m, err := plan.ParseMeasure(g.Measure)
	if err != nil {
		m.Kind = plan.MeasureOther
	}
	x := goalView{Goal: g, Measured: m.Label(u.cat), Start: m.Value(g.Baseline, g.Unit), Aim: m.Value(g.Target, g.Unit), Tone: kit.Info, Overdue: g.Overdue(v.Today)}
	if share, known := g.Progress(); known {
		percent := int(share * 100)
		x.Now = m.Value(g.Now.Value, g.Unit) + " on " + g.Now.On.Human()
		x.Share = min(max(percent, 0), 100)
		switch {
		case percent < 0:
			x.ShareText, x.Tone = "Worse than at the start", kit.Warn
		case percent >= 100:
			x.ShareText, x.Tone = "Target reached", kit.OK
		default:
			x.ShareText = strconv.Itoa(percent) + "% of the way"
		}
	}
	x.StateTone = map[plan.GoalState]kit.Tone{plan.GoalMet: kit.OK, plan.GoalPartly: kit.Info, plan.GoalDropped: kit.Neutral}[g.State]
	return x
}

func (u *ui) does(p plan.Plan) []doView {
	var out []doView
	for _, d := range p.Interventions {
		t, _ := u.Knowledge.Technique(d.Technique)
		x := doView{Technique: t.Label, Often: d.Frequency, Reason: d.Reason, Pressure: pressureWords(d.Pressure), Position: d.Position.Label(), Minutes: minutes(d.MinutesLow, d.MinutesHigh)}
		var where []string
		for _, r := range d.Regions {
			where = append(where, u.place(r))
		}
		x.Where = strings.Join(where, "; ")
		out = append(out, x)
	}
	return out
}

func (u *ui) place(x string) string {
	if z, ok := u.Knowledge.Zone(x); ok {
		return z.Label
	}
	if s, ok := u.Knowledge.Site(x); ok {
		return s.FullLabel()
	}
	return x
}

func minutes(low, high int64) string {
	if low == high {
		return strconv.FormatInt(low, 10) + " min"
	}
	return fmt.Sprintf("%d–%d min", low, high)
}

var pressures = []string{"light touch", "light", "moderate", "firm", "deep"}

func pressureWords(n int64) string {
	if n < 1 || n > 5 {
		return ""
	}
	return fmt.Sprintf("%d of 5, %s", n, pressures[n-1])
}

// dose is how much care is planned: "2 visits a week for 6 weeks, 12 visits".
func dose(p plan.Plan) string {
	var parts []string
	if p.PerWeek > 0 {
		parts = append(parts, kit.Plural(int(p.PerWeek), "visit a week", "visits a week"))
	}
	if p.Weeks > 0 {
		parts = append(parts, "for "+kit.Plural(int(p.Weeks), "week", "weeks"))
	}
	s := strings.Join(parts, " ")
	if p.Visits > 0 {
		if s != "" {
			s += ", "
		}
		s += kit.Plural(int(p.Visits), "visit", "visits") + " in all"
	}
	return s
}

// editorView is the form's page.
type editorView struct {
	plan.View
	Base       string
	Draft      string
	Version    string
	Revision   bool
	Goals      []string // prefixes of the rows
	Does       []string
	Home       []string
	Orders     []kit.Option
	Measures   []kit.Option
	Techniques []kit.Option
	Zones      []kit.Option
	Sites      []kit.Option
	Pressures  []kit.Option
	Limit      int64
	Positions  []kit.Option
	Avoid      []string // what safety and consent leave out, in words
	ReviewNote string
	OrderWords string
}

func (u *ui) editor(v plan.View, f *form.Form, base string) editorView {
	e := editorView{View: v, Base: base, Draft: f.Value("draft"), Version: f.Value("version"), Revision: v.Active != nil,
		Goals: orOne(f, "goal"), Does: orOne(f, "do"), Home: orOne(f, "home"), ReviewNote: u.Knowledge.Gentle().Review.Label()}
	for _, r := range v.Orders {
		if r.State != referral.Draft {
			e.Orders = append(e.Orders, kit.Option{Value: r.ID.String(), Label: r.Title()})
		}
	}
	if !v.Order.ID.IsZero() {
		e.OrderWords = "Ordered: " + v.Order.Order.Words() + "."
	}
	for _, m := range plan.Offered(u.cat) {
		label := m.Label(u.cat)
		if last, ok := v.Last[m.String()]; ok {
			label += " (last " + m.Value(last.Value, "") + " on " + last.On.Human() + ")"
		}
		e.Measures = append(e.Measures, kit.Option{Value: m.String(), Label: label})
	}
	for _, t := range u.Knowledge.Techniques() {
		e.Techniques = append(e.Techniques, kit.Option{Value: t.ID, Label: t.Label + usual(t)})
	}
	for _, z := range u.Knowledge.Zones() {
		e.Zones = append(e.Zones, kit.Option{Value: z.ID, Label: z.Label})
	}
	for _, s := range u.Knowledge.Sites() {
		e.Sites = append(e.Sites, kit.Option{Value: s.ID, Label: s.FullLabel()})
	}
	e.Limit, _ = plan.MaxPressure(v.Gentle)
	if l := v.Limits.MaxPressure; l > 0 && (e.Limit == 0 || l < e.Limit) {
		e.Limit = l
	}
	e.Positions, e.Avoid = positions(v.Limits), u.avoid(v.Limits)
	for n := int64(1); n <= 5; n++ {
		o := kit.Option{Value: strconv.FormatInt(n, 10), Label: fmt.Sprintf("%d %s", n, pressures[n-1])}
		if e.Limit > 0 && n > e.Limit {
			o.Label += " (say why)"
		}
		e.Pressures = append(e.Pressures, o)
	}
	return e
}

func usual(t knowledge.Technique) string {
	return fmt.Sprintf(" (usual pressure %d–%d)", t.Pressure.Low, t.Pressure.High)
}

func orOne(f *form.Form, group string) []string {
	if rows := f.Rows(group, maxRows); len(rows) > 0 {
		return rows
	}
	return []string{group + ".0"}
}

// siteFields are the fields for body sites of a row: those in use and one more.
func siteFields(f *form.Form, row string) []string {
	var out []string
	for i := range maxSites {
		name := row + ".site." + strconv.Itoa(i)
		out = append(out, name)
		if !f.Has(name) {
			break
		}
	}
	return out
}

// gentleWords is what is advised, in a line.
func gentleWords(m knowledge.GentleMatch) string {
	s := fmt.Sprintf("Pressure %d", m.Pressure.Low)
	if m.Pressure.High > m.Pressure.Low {
		s = fmt.Sprintf("Pressure %d to %d", m.Pressure.Low, m.Pressure.High)
	}
	return s + fmt.Sprintf(" of 5, about %d to %d minutes.", m.Minutes.Low, m.Minutes.High)
}

func newURL(s sheetView) string {
	if !s.Write {
		return ""
	}
	return s.Base + "/edit"
}

func draftTitle(s sheetView) string {
	if s.Active != nil {
		return "A revision is in draft. The plan below stays in force until then."
	}
	return "This plan is a draft and not in force yet."
}

func pastMeta(p plan.Plan) string {
	if p.State == plan.Closed {
		return p.CloseReason.Label()
	}
	return kit.Plural(len(p.Goals), "goal", "goals") + " · " + p.TherapistName
}

func siteLabel(n int) string {
	if n == 0 {
		return "Muscle or site"
	}
	return "Further site " + strconv.Itoa(n)
}

// clearHint says how a row is taken away, once.
func clearHint(i int) string {
	if i == 0 {
		return ""
	}
	return "Clear all its fields to leave it out."
}

func split(text string) []string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// goalsOpen reports that what became of a goal may be recorded here.
func goalsOpen(s sheetView) bool { return s.Write && s.Plan.State == plan.Active }

func goalCols(s sheetView) []kit.Col {
	cols := []kit.Col{{Label: "Goal"}, {Label: "Now"}, {Label: "Progress"}}
	if goalsOpen(s) {
		cols = append(cols, kit.Col{Label: "Update", Hide: true})
	}
	return cols
}

// statementHint is shown with the first goal alone.
func statementHint(i int) string {
	if i > 0 {
		return ""
	}
	return "Something that matters in daily life: turn the head to check the blind spot."
}
