package assessmentui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/form"
)

// finish is the page after the areas: what was found, and the end of it.
const finish assessment.Area = "finish"

// pages are the areas and the finish, in order.
func pages() []assessment.Area { return append(assessment.Areas(), finish) }

// pageOf reads the name of a page; the first for any other word.
func pageOf(s string) assessment.Area {
	if a := assessment.Area(s); slices.Contains(pages(), a) {
		return a
	}
	return pages()[0]
}

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

// decode puts the fields of one area into the content; the rest stays as it is
// kept. Rows in which nothing was entered are left out.
func (u *ui) decode(f *form.Form, area assessment.Area, c assessment.Content) (assessment.Content, rows) {
	rs := rows{}
	switch area {
	case assessment.AreaPain:
		c.Pain = nil
		for _, row := range rs.entered(f, "pain", painFields, 100) {
			c.Pain = append(c.Pain, assessment.Pain{Site: f.Text(row + ".site"), Now: f.OptInt(row+".now", 0, 10),
				Best: f.OptInt(row+".best", 0, 10), Worst: f.OptInt(row+".worst", 0, 10)})
		}
	case assessment.AreaROM:
		u.decodeMotions(f, &c)
	case assessment.AreaPalpation:
		u.decodePalpation(f, rs, &c)
	case assessment.AreaPosture:
		u.decodePosture(f, &c)
	case assessment.AreaGait:
		u.decodeGait(f, &c)
	case assessment.AreaStrength:
		u.decodeStrength(f, &c)
	case assessment.AreaTests:
		u.decodeTests(f, &c)
	case finish:
		u.decodeFinish(f, &c)
	}
	return c, rs
}

func (u *ui) decodePalpation(f *form.Form, rs rows, c *assessment.Content) {
	w := u.cat.Palpation
	c.Palpation = nil
	for _, row := range rs.entered(f, "palp", palpFields, 300) {
		p := assessment.Palpation{Site: f.Text(row + ".site"), Tone: f.OptInt(row+".tone", 0, 4), Tenderness: f.OptInt(row+".tender", 0, 4),
			Texture: f.Choices(row+".texture", ids(w.Textures)...), Trigger: f.Choice(row+".trigger", ids(w.Triggers)...),
			Refers: f.YesNo(row + ".refers"), Oedema: f.OptInt(row+".oedema", 0, 4),
			Temperature: f.Choice(row+".temp", ids(w.Temperatures)...), Text: f.Text(row+".text", form.Max(200))}
		c.Palpation = append(c.Palpation, p)
	}
}

// decodeFinish reads what concerns the whole: day, regions, prescription, note.
func (u *ui) decodeFinish(f *form.Form, c *assessment.Content) {
	c.On = f.Date("on", form.Required("Enter the day of the assessment."))
	c.Referral = form.ID[id.Referral](f, "referral")
	c.Regions = form.Choices(f, "regions", assessment.Regions()...)
	c.Note = f.Area("note", form.Max(assessment.MaxText))
	f.Require("regions", "Choose at least one region.")
	for _, r := range assessment.Regions() {
		if f.Has("regions") && !c.Has(r) && u.holds(*c, r) {
			f.AddError("regions", r.Label()+" holds values. Choose it too, or clear them first.")
		}
	}
}

// holds reports that motions or tests of a region are recorded.
func (u *ui) holds(c assessment.Content, r assessment.Region) bool {
	of := func(m assessment.Motion) bool { return slices.Contains(r.Joints(), joint(m.Motion)) }
	return slices.ContainsFunc(c.Motions, of) || slices.ContainsFunc(c.Passive, of) ||
		slices.ContainsFunc(c.Tests, func(t assessment.TestResult) bool {
			x, ok := u.cat.Tests.Test(t.Test)
			return ok && x.Region == string(r)
		})
}

var (
	painFields = []string{"site", "now", "best", "worst"}
	// A site alone is an offer, no finding.
	palpFields = []string{"tone", "tender", "texture", "trigger", "refers", "oedema", "temp", "text"}
)

// rows are the prefixes of the rows of each group in which something was
// entered, in order: the room's row 0 may be row 2 of the page.
type rows map[string][]string

// entered finds the rows of a group in which something was entered.
func (rs rows) entered(f *form.Form, group string, fields []string, max int) []string {
	for _, row := range f.Rows(group, max) {
		if slices.ContainsFunc(fields, func(x string) bool { return f.Has(row + "." + x) }) {
			rs[group] = append(rs[group], row)
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

// addRow makes room for one more row of a group and gives its prefix.
func addRow(f *form.Form, group, site string) string {
	next := 0
	if rows := f.Rows(group, 1000); len(rows) > 0 {
		last, _ := strconv.Atoi(rows[len(rows)-1][len(group)+1:])
		next = last + 1
	}
	row := group + "." + strconv.Itoa(next)
	f.Set(row+".site", site)
	return row
}

// addSite puts the place that was named into a row of its own, or complains.
func (u *ui) addSite(f *form.Form) {
	name := f.Text("add")
	if name == "" {
		f.AddError("add", "Name a place, such as upper trapezius left.")
		return
	}
	found := u.Knowledge.FindSites(name, 1)
	for _, s := range u.Knowledge.Sites() {
		if strings.EqualFold(s.FullLabel(), name) || s.ID == name {
			found = []knowledge.Site{s}
		}
	}
	switch {
	case len(found) == 0:
		f.AddError("add", "No place has this name. Choose one from the list.")
	case slices.ContainsFunc(f.Rows("palp", 300), func(row string) bool { return f.Value(row+".site") == found[0].ID }):
		f.AddError("add", found[0].FullLabel()+" is listed already.")
	default:
		addRow(f, "palp", found[0].ID)
		f.Set("add")
	}
}

// known complains when a group of fields holds one that the catalogue does not
// know: such a form did not come from our page as it is now.
func (u *ui) known(f *form.Form, sent url.Values) {
	allowed := u.names()
	for name := range sent {
		group, _, ok := strings.Cut(name, ".")
		if ok && slices.Contains([]string{"rom", "prom", "mmt", "test", "device", "rater", "at", "posture", "gait"}, group) && !allowed[name] {
			f.AddError("", "The form names a motion, test or finding that is not in the list. Nothing was saved. Open the page again.")
		}
	}
}

// names are the fields of measures that a form may hold.
func (u *ui) names() map[string]bool {
	out := map[string]bool{}
	for _, r := range assessment.Regions() {
		for _, j := range r.Joints() {
			out["device."+j], out["rater."+j], out["at."+j] = true, true, true
			for _, n := range u.cat.ROM.In(j) {
				for _, side := range n.Sides() {
					for _, name := range []string{assessment.FieldMotion(n.ID, side), assessment.FieldPassive(n.ID, side)} {
						for _, part := range []string{"", ".pain", ".score", ".wnl", ".end"} {
							out[name+part] = true
						}
					}
				}
			}
		}
	}
	for _, g := range u.cat.Strength.Groups {
		for _, side := range bothSides {
			out[assessment.FieldStrength(g.ID, side)] = true
		}
	}
	for _, t := range u.cat.Tests.Tests {
		for _, side := range t.Sides() {
			out[assessment.FieldTest(t.ID, side)] = true
		}
	}
	for _, l := range u.cat.Posture.Landmarks {
		out["posture."+l.ID] = true
	}
	for _, p := range u.cat.Gait.Phases {
		out["gait."+p.ID] = true
	}
	return out
}

var bothSides = []knowledge.Side{knowledge.SideLeft, knowledge.SideRight}

func ids(tags []knowledge.Tag) []string {
	var out []string
	for _, t := range tags {
		out = append(out, t.ID)
	}
	return out
}

// joint is the part of a norm's id before the dot.
func joint(motion string) string {
	j, _, _ := strings.Cut(motion, ".")
	return j
}

func regionValues(rs []assessment.Region) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = string(r)
	}
	return out
}
