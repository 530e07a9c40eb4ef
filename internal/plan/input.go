package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// The most that one plan holds: what a person can keep in mind.
const (
	MaxGoals         = 12
	MaxInterventions = 20
	MaxHomeCare      = 12
)

// Input is what a therapist enters.
type Input struct {
	Referral       id.Referral // zero: self-pay care
	StartsOn       civil.Date
	PerWeek        int64
	Weeks          int64
	Visits         int64
	ReassessOn     civil.Date
	Problem        string
	Goals          []GoalInput
	Interventions  []Intervention
	HomeCare       []HomeCare
	RevisionReason string
}

// GoalInput is a goal as entered. Without a baseline the last measured value
// is taken; without a text it is drafted from the numbers.
type GoalInput struct {
	Origin     id.Goal // zero for a new goal
	Statement  string
	Text       string
	Measure    string
	Unit       string
	Baseline   *float64
	BaselineOn civil.Date
	Target     *float64
	DueOn      civil.Date
}

// Rules is what an input is checked against.
type Rules struct {
	Catalogue  assessment.Catalogue
	Technique  func(id string) (knowledge.Technique, bool)
	Place      func(id string) bool // a zone or a body site
	Gentle     []knowledge.GentleMatch
	Limits     Limits
	Sites      func() []knowledge.Site // nil: zones are not looked into
	Today      civil.Date
	LastValues map[string]Latest // by measure
	Before     []Goal            // of the revision that is replaced
}

// Build makes a plan of the input, or names what is wrong by form field.
func Build(in Input, r Rules) (Plan, []errs.Field) {
	b := builder{Rules: r}
	p := Plan{Referral: in.Referral, StartsOn: in.StartsOn, PerWeek: in.PerWeek, Weeks: in.Weeks, Visits: in.Visits,
		ReassessOn: in.ReassessOn, Problem: strings.TrimSpace(in.Problem), RevisionReason: strings.TrimSpace(in.RevisionReason),
		Interventions: in.Interventions, HomeCare: in.HomeCare}
	b.frame(p)
	b.need(len(in.Goals) <= MaxGoals, "goal.0.statement", fmt.Sprintf("Keep to at most %d goals.", MaxGoals))
	b.need(len(in.Interventions) <= MaxInterventions, "do.0.technique", fmt.Sprintf("Keep to at most %d techniques.", MaxInterventions))
	b.need(len(in.HomeCare) <= MaxHomeCare, "home.0.what", fmt.Sprintf("Keep to at most %d things to do at home.", MaxHomeCare))
	if len(in.Goals) <= MaxGoals {
		for i, g := range in.Goals {
			p.Goals = append(p.Goals, b.goal(i, g))
		}
	}
	for i, x := range in.Interventions {
		b.intervention(i, x)
	}
	for i, h := range in.HomeCare {
		at := "home." + strconv.Itoa(i) + "."
		b.need(strings.TrimSpace(h.What) != "", at+"what", "Say what the patient does.")
		b.short(h.What, 200, at+"what")
		b.short(h.HowOften, 100, at+"often")
	}
	for _, m := range r.Gentle {
		p.Gentle = append(p.Gentle, m.ID)
	}
	return p, b.bad
}

type builder struct {
	Rules
	bad []errs.Field
}

func (b *builder) need(ok bool, field, message string) {
	if !ok {
		b.bad = append(b.bad, errs.Field{Name: field, Message: message})
	}
}

func (b *builder) short(s string, max int, field string) {
	b.need(utf8.RuneCountInString(s) <= max, field, fmt.Sprintf("Shorten this to %d characters.", max))
}

func (b *builder) frame(p Plan) {
	b.need(!p.StartsOn.IsZero(), "starts_on", "Enter the day on which care begins.")
	b.need(p.StartsOn.IsZero() || near(p.StartsOn, b.Today, 366), "starts_on", "This day is more than a year away. Check the year.")
	b.need(p.PerWeek >= 0 && p.PerWeek <= 7, "per_week", "Enter visits a week from 1 to 7.")
	b.need(p.Weeks >= 0 && p.Weeks <= 104, "weeks", "Enter weeks from 1 to 104.")
	b.need(p.Visits >= 0 && p.Visits <= 300, "visits", "Enter visits from 1 to 300.")
	if !p.ReassessOn.IsZero() {
		b.need(p.ReassessOn.After(p.StartsOn), "reassess_on", "Re-assess after care begins.")
		b.need(near(p.ReassessOn, b.Today, 366), "reassess_on", "This day is more than a year away. Check the year.")
	}
	b.short(p.Problem, 2000, "problem")
	b.short(p.RevisionReason, 500, "revision_reason")
}

func near(d, today civil.Date, days int) bool {
	n := d.DaysSince(today)
	return n >= -days && n <= days
}

func (b *builder) goal(i int, in GoalInput) Goal {
	at := "goal." + strconv.Itoa(i) + "."
	g := Goal{Origin: in.Origin, Statement: strings.TrimSpace(in.Statement), Text: strings.TrimSpace(in.Text), Measure: in.Measure,
		Unit: strings.TrimSpace(in.Unit), DueOn: in.DueOn, State: GoalOpen, BaselineOn: in.BaselineOn}
	old, had := b.before(in.Origin)
	if had {
		g.State, g.StateReason, g.StateAt = old.State, old.StateReason, old.StateAt
	}
	b.need(in.Origin.IsZero() || had, at+"statement", "This goal is not in the plan that is revised. Add it anew.")
	b.need(g.Statement != "", at+"statement", "Say what the patient will be able to do.")
	b.short(g.Statement, 200, at+"statement")
	b.short(g.Text, 500, at+"text")
	m, err := ParseMeasure(in.Measure)
	low, high, known := m.limits(b.Catalogue)
	if err != nil || !known {
		b.need(false, at+"measure", "Choose how it is measured.")
		return g
	}
	if m.Kind == MeasureOther {
		b.need(g.Unit != "", at+"unit", "Name the unit: minutes, steps, nights.")
		b.short(g.Unit, 30, at+"unit")
	} else {
		g.Unit = ""
	}
	b.numbers(at, &g, in, m, low, high)
	b.due(at, g)
	if g.Text == "" || had && g.Text == old.Text && old.Text == SMART(old, b.Catalogue) {
		g.Text = SMART(g, b.Catalogue)
	}
	return g
}

func (b *builder) numbers(at string, g *Goal, in GoalInput, m Measure, low, high float64) {
	span := fmt.Sprintf("Enter a number from %s to %s.", assessment.Number(low), assessment.Number(high))
	base := in.Baseline
	if last, ok := b.LastValues[m.String()]; base == nil && ok && m.Kind != MeasureOther {
		base, g.BaselineOn = &last.Value, last.On
	}
	if base == nil {
		b.need(false, at+"baseline", "Enter today's value. None has been measured yet.")
	} else {
		g.Baseline = *base
		b.need(*base >= low && *base <= high, at+"baseline", span)
	}
	if g.BaselineOn.IsZero() {
		g.BaselineOn = b.Today
	}
	b.need(!g.BaselineOn.After(b.Today), at+"baseline_on", "This day is still to come.")
	b.need(near(g.BaselineOn, b.Today, 732), at+"baseline_on", "This is more than two years ago. Measure again.")
	if in.Target == nil {
		b.need(false, at+"target", "Enter the value to reach.")
		return
	}
	g.Target = *in.Target
	b.need(g.Target >= low && g.Target <= high, at+"target", span)
	if base == nil {
		return
	}
	b.need(g.Target != g.Baseline, at+"target", "The target is where the patient is already. Enter the value to reach.")
	switch m.better() {
	case -1:
		b.need(g.Target <= g.Baseline, at+"target", "Less pain is better: enter a target below the value at the start.")
	case 1:
		b.need(g.Target >= g.Baseline, at+"target", "More is better: enter a target above the value at the start.")
	}
}

func (b *builder) due(at string, g Goal) {
	if g.DueOn.IsZero() {
		b.need(false, at+"due_on", "Enter the day by which it is reached.")
		return
	}
	if g.State == GoalMet || g.State == GoalDropped {
		return
	}
	b.need(g.DueOn.After(b.Today), at+"due_on", "This day is not in the future. Move it, or say what became of the goal.")
	b.need(near(g.DueOn, b.Today, 732), at+"due_on", "This day is more than two years away. Check the year.")
}

func (b *builder) before(origin id.Goal) (Goal, bool) {
	if origin.IsZero() {
		return Goal{}, false
	}
	i := slices.IndexFunc(b.Before, func(g Goal) bool { return g.Origin == origin })
	if i < 0 {
		return Goal{}, false
	}
	return b.Before[i], true
}

func (b *builder) intervention(i int, x Intervention) {
	at := "do." + strconv.Itoa(i) + "."
	technique, ok := b.Technique(x.Technique)
	b.need(ok, at+"technique", "Choose a technique from the list.")
	b.need(len(x.Regions) > 0, at+"regions", "Choose where.")
	b.need(len(x.Regions) <= 20, at+"regions", "Choose at most 20 places.")
	for _, r := range x.Regions {
		b.need(b.Place(r), at+"regions", "Choose places from the list.")
	}
	b.need(x.MinutesLow >= 1 && x.MinutesLow <= 180, at+"low", "Enter minutes from 1 to 180.")
	b.need(x.MinutesHigh >= 1 && x.MinutesHigh <= 180, at+"high", "Enter minutes from 1 to 180.")
	b.need(x.MinutesLow <= x.MinutesHigh, at+"high", "The most is less than the least. Exchange them if you mixed them up.")
	b.need(x.Pressure >= 1 && x.Pressure <= 5, at+"pressure", "Choose the pressure, 1 (light touch) to 5 (deep).")
	b.need(x.Position == "" || slices.Contains(Positions(), x.Position), at+"position", "Choose a position from the list.")
	b.short(x.Frequency, 100, at+"often")
	b.short(x.Reason, 500, at+"reason")
	b.within(at, x, technique)
	if limit, why := MaxPressure(b.Gentle); limit > 0 && x.Pressure > limit && strings.TrimSpace(x.Reason) == "" {
		b.need(false, at+"reason", fmt.Sprintf("At most %d is advised with %s. Choose less, or write why more is right.", limit, strings.ToLower(why)))
	}
}

// MaxPressure is the hardest that is advised under the conditions treated
// gently, 1 to 5, and the one that says so; 0 when there is none.
func MaxPressure(gentle []knowledge.GentleMatch) (limit int64, condition string) {
	for _, m := range gentle {
		if h := int64(m.Pressure.High); limit == 0 || h < limit {
			limit, condition = h, m.Label
		}
	}
	return limit, condition
}

// missing names what a plan still lacks before it comes into force.
func (p Plan) missing() []errs.Field {
	var b builder
	b.need(len(p.Goals) > 0, "goal.0.statement", "Add at least one goal.")
	b.need(len(p.Interventions) > 0, "do.0.technique", "Add at least one technique.")
	b.need(p.Revision == 1 || p.RevisionReason != "", "revision_reason", "Say why the plan is revised.")
	return b.bad
}
