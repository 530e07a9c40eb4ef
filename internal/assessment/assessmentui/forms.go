package assessmentui

import (
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/form"
)

func decodeStart(f *form.Form) assessment.StartInput {
	in := assessment.StartInput{
		Kind:     form.Choice(f, "kind", assessment.Kinds()...),
		On:       f.Date("on", form.Required("Enter the day of the assessment.")),
		Regions:  form.Choices(f, "regions", assessment.Regions()...),
		Referral: form.ID[id.Referral](f, "referral"),
	}
	f.Require("kind", "Choose evaluation or re-evaluation.")
	f.Require("regions", "Choose at least one region.")
	return in
}

// decode reads the editor's fields. Rows in which nothing was entered are
// left out.
func (u *ui) decode(f *form.Form) (assessment.Content, rows) {
	rs := rows{}
	c := assessment.Content{
		On:          f.Date("on", form.Required("Enter the day of the assessment.")),
		Referral:    form.ID[id.Referral](f, "referral"),
		Regions:     form.Choices(f, "regions", assessment.Regions()...),
		Posture:     f.Choices("posture", postureKeys()...),
		PostureText: f.Area("posture_text", form.Max(assessment.MaxText)),
		Note:        f.Area("note", form.Max(assessment.MaxText)),
	}
	f.Require("regions", "Choose at least one region.")
	for _, row := range rs.entered(f, "pain", painFields, 100) {
		c.Pain = append(c.Pain, assessment.Pain{Site: f.Text(row + ".site"), Now: f.OptInt(row+".now", 0, 10),
			Best: f.OptInt(row+".best", 0, 10), Worst: f.OptInt(row+".worst", 0, 10)})
	}
	for _, row := range rs.entered(f, "palp", palpFields, 300) {
		c.Palpation = append(c.Palpation, assessment.Palpation{Site: f.Text(row + ".site"), Tone: f.OptInt(row+".tone", 0, 4),
			Tenderness: f.OptInt(row+".tender", 0, 4), Text: f.Text(row+".text", form.Max(200))})
	}
	for _, r := range assessment.Regions() {
		u.motions(f, r, &c)
	}
	return c, rs
}

func (u *ui) motions(f *form.Form, r assessment.Region, c *assessment.Content) {
	for _, j := range r.Joints() {
		device := f.Choice("device."+j, u.deviceIDs()...)
		for _, n := range u.cat.ROM.In(j) {
			for _, side := range n.Sides() {
				name := assessment.FieldMotion(n.ID, side)
				deg := f.Number(name, 0, assessment.LimitOf(n))
				if deg == nil {
					if f.Bool(name+".pain") || f.Has(name+".end") {
						f.AddError(name, "Enter the degrees too, or clear the rest of this field.")
					}
					continue
				}
				if !c.Has(r) {
					f.AddError("regions", r.Label()+" holds values. Choose it too, or clear them.")
				}
				c.Motions = append(c.Motions, assessment.Motion{Motion: n.ID, Side: side, Degrees: *deg, PainAtEnd: f.Bool(name + ".pain"),
					WithinLimits: f.Bool(name + ".wnl"), Device: device, EndFeel: form.Choice(f, name+".end", assessment.EndFeels()...)})
			}
		}
	}
}

var (
	painFields = []string{"site", "now", "best", "worst"}
	palpFields = []string{"site", "tone", "tender", "text"}
)

// rows are the prefixes of the rows of each group in which something was
// entered, in order: the room's row 0 may be row 2 of the page.
type rows map[string][]string

// entered finds the rows of a group in which something was entered.
func (rs rows) entered(f *form.Form, group string, fields []string, max int) []string {
	for _, row := range f.Rows(group, max) {
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
		number, field, ok := strings.Cut(rest, ".")
		n, bad := strconv.Atoi(number)
		if ok && bad == nil && n < len(rs[group]) {
			fields[i].Name = rs[group][n] + "." + field
		}
	}
	return errs.OnFields(fields...)
}

// addRow makes room for one more row of a group.
func addRow(f *form.Form, group string) {
	next := 0
	if rows := f.Rows(group, 1000); len(rows) > 0 {
		last, _ := strconv.Atoi(rows[len(rows)-1][len(group)+1:])
		next = last + 1
	}
	f.Set(group+"."+strconv.Itoa(next)+".site", "")
}

// fill shows a stored draft.
func fill(a assessment.Assessment) *form.Form {
	f := form.Empty().Set("on", a.On.String()).Set("referral", a.Content.Referral.String()).Set("regions", regionValues(a.Regions)...).
		Set("posture", a.Posture...).Set("posture_text", a.PostureText).Set("note", a.Note).Set("version", strconv.FormatInt(a.Version, 10))
	for i, p := range a.Pain {
		at := "pain." + strconv.Itoa(i) + "."
		f.Set(at+"site", p.Site).Set(at+"now", whole(p.Now)).Set(at+"best", whole(p.Best)).Set(at+"worst", whole(p.Worst))
	}
	for i, p := range a.Palpation {
		at := "palp." + strconv.Itoa(i) + "."
		f.Set(at+"site", p.Site).Set(at+"tone", whole(p.Tone)).Set(at+"tender", whole(p.Tenderness)).Set(at+"text", p.Text)
	}
	for _, m := range a.Motions {
		at := assessment.FieldMotion(m.Motion, m.Side)
		f.Set(at, assessment.Number(m.Degrees)).Set(at+".end", string(m.EndFeel)).Set(at+".pain", yes(m.PainAtEnd)).Set(at+".wnl", yes(m.WithinLimits))
		if m.Device != "" {
			f.Set("device."+joint(m.Motion), m.Device)
		}
	}
	return f
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func whole(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// joint is the part of a norm's id before the dot.
func joint(motion string) string {
	for i := range motion {
		if motion[i] == '.' {
			return motion[:i]
		}
	}
	return motion
}

func regionValues(rs []assessment.Region) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = string(r)
	}
	return out
}

func postureKeys() []string {
	var out []string
	for _, p := range assessment.Postures() {
		out = append(out, p.Key)
	}
	return out
}

func (u *ui) deviceIDs() []string {
	var out []string
	for _, d := range u.cat.ROM.Devices {
		out = append(out, d.ID)
	}
	return out
}

// sideWord is how a side is called in a label.
func sideWord(s knowledge.Side) string {
	if s == knowledge.Midline {
		return "middle"
	}
	return s.Label()
}
