package planui

import (
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/plan"
	"soapstone/internal/web/form"
)

var (
	goalFields = []string{"statement", "measure", "unit", "baseline", "target", "due_on", "text"}
	doFields   = []string{"technique", "regions", "site.0", "site.1", "site.2", "low", "high", "pressure", "position", "often", "reason"}
	homeFields = []string{"what", "often"}
)

const maxRows = 300 // read at all; the room says how many are kept

// rows are the prefixes of the rows of each group in which something was
// entered, in order: the room's row 0 may be row 2 of the page.
type rows map[string][]string

func (rs rows) entered(f *form.Form, group string, fields []string) []string {
	for _, row := range f.Rows(group, maxRows) {
		for _, x := range fields {
			if f.Has(row + "." + x) {
				rs[group] = append(rs[group], row)
				break
			}
		}
	}
	return rs[group]
}

// named turns the room's complaints into those of the page's fields.
func (rs rows) named(err error) error {
	fields := slices.Clone(errs.FieldsOf(err))
	if len(fields) == 0 {
		return err
	}
	for i, x := range fields {
		group, rest, _ := strings.Cut(x.Name, ".")
		digits, field, ok := strings.Cut(rest, ".")
		n, bad := strconv.Atoi(digits)
		if ok && bad == nil && n < len(rs[group]) {
			fields[i].Name = rs[group][n] + "." + field
		}
	}
	return errs.OnFields(fields...)
}

// decode reads the form. Rows in which nothing was entered are left out.
func (u *ui) decode(f *form.Form) (plan.Input, rows) {
	rs := rows{}
	in := plan.Input{
		Referral:       form.ID[id.Referral](f, "referral"),
		StartsOn:       f.Date("starts_on", form.Required("Enter the day on which care begins.")),
		PerWeek:        f.Int("per_week", 1, 7),
		Weeks:          f.Int("weeks", 1, 104),
		Visits:         f.Int("visits", 1, 300),
		ReassessOn:     f.Date("reassess_on"),
		Problem:        f.Area("problem", form.Max(2000)),
		RevisionReason: f.Area("revision_reason", form.Max(500)),
	}
	for _, row := range rs.entered(f, "goal", goalFields) {
		in.Goals = append(in.Goals, plan.GoalInput{
			Origin: form.ID[id.Goal](f, row+".origin"), Statement: f.Text(row + ".statement"), Text: f.Area(row+".text", form.Max(500)),
			Measure: f.Text(row + ".measure"), Unit: f.Text(row+".unit", form.Max(30)), Baseline: f.Number(row+".baseline", -10000, 10000),
			BaselineOn: f.Date(row + ".baseline_on"), Target: f.Number(row+".target", -10000, 10000), DueOn: f.Date(row + ".due_on"),
		})
	}
	for _, row := range rs.entered(f, "do", doFields) {
		in.Interventions = append(in.Interventions, plan.Intervention{
			Technique: f.Text(row + ".technique"), Regions: u.places(f, row), MinutesLow: f.Int(row+".low", 1, 180), MinutesHigh: u.most(f, row),
			Pressure: f.Int(row+".pressure", 1, 5), Frequency: f.Text(row+".often", form.Max(100)), Position: plan.Position(f.Text(row + ".position")), Reason: f.Area(row+".reason", form.Max(500)),
		})
	}
	for _, row := range rs.entered(f, "home", homeFields) {
		in.HomeCare = append(in.HomeCare, plan.HomeCare{What: f.Text(row + ".what"), HowOften: f.Text(row+".often", form.Max(100))})
	}
	return in, rs
}

// most is the upper end of the minutes; without one it is the lower.
func (u *ui) most(f *form.Form, row string) int64 {
	if !f.Has(row + ".high") {
		return f.Int(row+".low", 1, 180)
	}
	return f.Int(row+".high", 1, 180)
}

// places are the zones ticked and the body sites chosen, each once.
func (u *ui) places(f *form.Form, row string) []string {
	var zones, out []string
	for _, z := range u.Knowledge.Zones() {
		zones = append(zones, z.ID)
	}
	out = f.Choices(row+".regions", zones...)
	for i := range maxSites {
		if s := f.Text(row + ".site." + strconv.Itoa(i)); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

const maxSites = 20

// addRow makes room for one more row of a group.
func addRow(f *form.Form, group string) {
	next := 0
	if rows := f.Rows(group, 1000); len(rows) > 0 {
		last, _ := strconv.Atoi(rows[len(rows)-1][len(group)+1:])
		next = last + 1
	} else {
		next = 1 // an empty form shows row 0 already
	}
	field := map[string]string{"goal": "statement", "do": "technique", "home": "what"}[group]
	f.Set(group+"."+strconv.Itoa(next)+"."+field, "")
}

// fill is what the form starts from: the draft, else the plan in force, else
// the prescription and the findings.
func (u *ui) fill(v plan.View) *form.Form {
	switch {
	case v.Draft != nil:
		return u.fillPlan(*v.Draft).Set("draft", v.Draft.ID.String()).Set("version", number(v.Draft.Version)).Set("revision_reason", v.Draft.RevisionReason)
	case v.Active != nil:
		return u.fillPlan(*v.Active)
	}
	f := form.Empty().Set("starts_on", v.Today.String()).Set("reassess_on", v.Today.AddDays(30).String())
	if !v.Order.ID.IsZero() {
		o := v.Order.Order
		f.Set("referral", v.Order.ID.String()).Set("per_week", number(o.PerWeek)).Set("weeks", number(o.Weeks)).Set("visits", number(o.Visits))
	}
	if v.HasFound {
		f.Set("problem", strings.Join(assessment.Sentences(v.Found.Content, u.cat), "\n"))
	}
	return f
}

func (u *ui) fillPlan(p plan.Plan) *form.Form {
	f := form.Empty().Set("referral", p.Referral.String()).Set("starts_on", p.StartsOn.String()).Set("per_week", number(p.PerWeek)).
		Set("weeks", number(p.Weeks)).Set("visits", number(p.Visits)).Set("reassess_on", p.ReassessOn.String()).Set("problem", p.Problem)
	for i, g := range p.Goals {
		at := "goal." + strconv.Itoa(i) + "."
		f.Set(at+"origin", g.Origin.String()).Set(at+"statement", g.Statement).Set(at+"text", g.Text).Set(at+"measure", g.Measure).Set(at+"unit", g.Unit).
			Set(at+"baseline", assessment.Number(g.Baseline)).Set(at+"baseline_on", g.BaselineOn.String()).Set(at+"target", assessment.Number(g.Target)).
			Set(at+"due_on", g.DueOn.String())
	}
	for i, d := range p.Interventions {
		at := "do." + strconv.Itoa(i) + "."
		f.Set(at+"technique", d.Technique).Set(at+"low", number(d.MinutesLow)).Set(at+"high", number(d.MinutesHigh)).
			Set(at+"pressure", number(d.Pressure)).Set(at+"often", d.Frequency).Set(at+"position", string(d.Position)).Set(at+"reason", d.Reason)
		var zones []string
		sites := 0
		for _, r := range d.Regions {
			if _, ok := u.Knowledge.Zone(r); ok {
				zones = append(zones, r)
				continue
			}
			f.Set(at+"site."+strconv.Itoa(sites), r)
			sites++
		}
		f.Set(at+"regions", zones...)
	}
	for i, h := range p.HomeCare {
		at := "home." + strconv.Itoa(i) + "."
		f.Set(at+"what", h.What).Set(at+"often", h.HowOften)
	}
	return f
}

// number is n for a field; nothing for 0.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
