package assessmentui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// palpRow is one site under the hand.
type palpRow struct {
	Row    string // prefix of its fields
	Site   knowledge.Site
	Before string
	More   bool // what is folded holds an answer
}

// blankRow stands in the template for the number of a new row.
const blankRow = "palp.__N__"

// chartView is the drawing to tap on.
type chartView struct {
	View   knowledge.View
	Zone   knowledge.Zone
	Zones  []knowledge.Zone
	Sites  []knowledge.Site
	Figure string // the drawing's own markup
}

// offer puts the sites of the last assessment into rows of their own, with
// nothing chosen: they are felt again or left out.
func (u *ui) offer(f *form.Form, v assessment.View) {
	if v.Kind != assessment.Reevaluation {
		return
	}
	for i := len(v.Earlier) - 1; i >= 0; i-- {
		if len(v.Earlier[i].Palpation) == 0 {
			continue
		}
		for _, p := range v.Earlier[i].Palpation {
			if !slices.ContainsFunc(f.Rows("palp", 300), func(row string) bool { return f.Value(row+".site") == p.Site }) {
				addRow(f, "palp", p.Site)
			}
		}
		return
	}
}

func (u *ui) palpationView(e *editorView, f *form.Form) {
	for _, row := range kept(f, "palp") {
		s, ok := u.Knowledge.Site(f.Value(row + ".site"))
		if !ok {
			s = knowledge.Site{ID: f.Value(row + ".site"), Label: "Unknown place"}
		}
		r := palpRow{Row: row, Site: s, Before: u.feltBefore(e.Earlier, s.ID)}
		for _, x := range []string{"oedema", "temp", "text", "refers"} {
			r.More = r.More || f.Has(row+"."+x) || f.Error(row+"."+x) != ""
		}
		e.Palpation = append(e.Palpation, r)
	}
	e.Blank = palpRow{Row: blankRow}
	zone := "whole-body"
	for _, t := range u.cat.Tests.Regions {
		if len(e.Regions) > 0 && t.ID == string(e.Regions[0]) {
			zone = t.Zone
		}
	}
	z, _ := u.Knowledge.Zone(zone)
	e.Chart = chartView{View: knowledge.ViewBack, Zone: z, Zones: u.Knowledge.Zones(), Sites: u.Knowledge.Sites(), Figure: inner(u.Knowledge.Figure())}
}

// inner is a drawing without the svg element around it.
func inner(svg []byte) string {
	s := string(svg)
	if i := strings.Index(s, ">"); i >= 0 {
		s = s[i+1:]
	}
	return strings.TrimSuffix(strings.TrimSpace(s), "</svg>")
}

// feltBefore says what was felt at a site last time and at the start.
func (u *ui) feltBefore(h assessment.History, site string) string {
	said := func(a assessment.Assessment) string {
		p, ok := a.PalpationAt(site)
		if !ok {
			return ""
		}
		if parts := assessment.PalpationParts(p, u.cat); len(parts) > 0 {
			return strings.Join(parts, ", ")
		}
		return "nothing unusual"
	}
	for i := len(h) - 1; i >= 0; i-- {
		s := said(h[i])
		if s == "" {
			continue
		}
		s = "Last: " + s
		if b, ok := h.Baseline(); ok && b.ID != h[i].ID && said(b) != "" {
			s += " · start: " + said(b)
		}
		return s
	}
	return ""
}

// siteWords are what the chart's search by name looks in.
func siteWords(s knowledge.Site) string {
	words := strings.FieldsFunc(strings.ToLower(s.Label), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words = append(words, s.Aliases...)
	if s.Side != knowledge.Midline {
		words = append(words, s.Side.Label(), strings.ToLower(string(s.Side)))
	}
	return strings.Join(words, " ")
}

func xy(n int) string { return strconv.Itoa(n) }

// strengthRow is a muscle group, left and right.
type strengthRow struct {
	Label       string
	Left, Right strengthCell
}

type strengthCell struct{ Name, Label, Before string }

func (u *ui) strengthView(e *editorView) {
	for _, g := range assessment.MuscleGroups(u.cat, e.Regions) {
		row := strengthRow{Label: assessment.GroupLabel(u.cat, g.ID)}
		for _, side := range bothSides {
			c := strengthCell{Name: assessment.FieldStrength(g.ID, side), Label: g.Label + ", " + side.Label(), Before: u.gradeBefore(e.Earlier, g.ID, side)}
			if side == knowledge.SideLeft {
				row.Left = c
			} else {
				row.Right = c
			}
		}
		e.Strength = append(e.Strength, row)
	}
	e.Weak = weakWords(assessment.NewWeakness(e.Assessment, e.Earlier, u.cat))
}

func (u *ui) gradeBefore(h assessment.History, group string, side knowledge.Side) string {
	last, ok := h.LastStrength(group, side)
	if !ok {
		return ""
	}
	s := "Last " + last.Human()
	if b, ok := h.Baseline(); ok {
		if first, ok := b.StrengthOf(group, side); ok && first.Grade != last {
			s += ", start " + first.Grade.Human()
		}
	}
	return s
}

func weakWords(list []assessment.Weakness) []string {
	var out []string
	for _, w := range list {
		s := fmt.Sprintf("%s (%s), %s: %s of 5", w.Label, w.Myotome, w.Side.Label(), w.Grade.Human())
		if w.Before != nil {
			s += ", before " + w.Before.Human()
		}
		out = append(out, s)
	}
	return out
}

// gradeChoices are the grades of strength, the strongest first.
func gradeChoices(cat assessment.Catalogue) []kit.Option {
	var out []kit.Option
	for _, g := range assessment.Grades() {
		out = append(out, kit.Option{Value: g.String(), Label: g.Human() + " " + lower(assessment.GradeLabel(cat.Strength.Grades, g.N))})
	}
	return out
}

// testsView is the special tests of a region.
type testsView struct {
	Label    string
	Rows     []testRow
	Clusters []clusterRow
	Review   string
}

type testRow struct {
	knowledge.SpecialTest
	Sides []testCell
}

type testCell struct {
	Name, Legend, Short string
	Before              string
	Said                string // what the stored result means
	Weight              string
}

type clusterRow struct{ Words, Weight string }

func (u *ui) testsView(e *editorView) {
	for _, region := range u.cat.Tests.Regions {
		if !e.Has(assessment.Region(region.ID)) {
			continue
		}
		v := testsView{Label: region.Label, Review: lower(u.cat.Tests.Review.Label()), Clusters: u.clusters(e.Content, region.ID)}
		for _, t := range u.cat.Tests.In(region.ID) {
			row := testRow{SpecialTest: t}
			for _, side := range t.Sides() {
				row.Sides = append(row.Sides, u.testCell(t, side, e))
			}
			v.Rows = append(v.Rows, row)
		}
		e.Tests = append(e.Tests, v)
	}
}

func (u *ui) testCell(t knowledge.SpecialTest, side knowledge.Side, e *editorView) testCell {
	c := testCell{Name: assessment.FieldTest(t.ID, side), Legend: t.Label}
	if side != knowledge.Midline {
		c.Legend, c.Short = t.Label+", "+side.Label(), strings.ToUpper(side.Label()[:1])+side.Label()[1:]
	}
	if r, ok := e.TestOf(t.ID, side); ok && r.Result != assessment.NotDone {
		c.Weight = assessment.TestWeight(t, r.Result)
		if r.Result == assessment.Positive {
			_, c.Said, _ = strings.Cut(assessment.TestWords(t, r), "positive. ")
		}
	}
	for i := len(e.Earlier) - 1; i >= 0; i-- {
		if r, ok := e.Earlier[i].TestOf(t.ID, side); ok {
			c.Before = "Last: " + lower(r.Result.Label())
			if b, has := e.Earlier.Baseline(); has && b.ID != e.Earlier[i].ID {
				if r, ok := b.TestOf(t.ID, side); ok {
					c.Before += ", start: " + lower(r.Result.Label())
				}
			}
			break
		}
	}
	return c
}

// clusters are the groups of a region that something was done of.
func (u *ui) clusters(c assessment.Content, region string) []clusterRow {
	var out []clusterRow
	for _, r := range assessment.ReadClusters(u.cat.Tests, c.Tests) {
		if r.Cluster.Region == region {
			out = append(out, clusterRow{r.Words(), r.Weight()})
		}
	}
	return out
}

// figures are the sensitivity and specificity of a test with their source.
func figures(t knowledge.SpecialTest) []string {
	var out []string
	for _, a := range t.Accuracy {
		positive, negative := a.LRs()
		s := fmt.Sprintf("Sn %.2f, Sp %.2f, LR+ %.1f, LR− %.2f. %s", a.Sn, a.Sp, positive, negative, a.Source)
		if !a.Verified && !strings.Contains(a.Source, "unverified") {
			s += " Unverified."
		}
		out = append(out, s)
	}
	if t.Notes != "" {
		out = append(out, t.Notes)
	}
	return out
}

// resultOptions are the three buttons of a test.
var resultOptions = []kit.Option{
	{Value: string(assessment.Negative), Label: "−", Said: "negative"},
	{Value: string(assessment.Positive), Label: "+", Said: "positive"},
	{Value: string(assessment.NotDone), Label: "Not done"},
}

var yesNoOptions = []kit.Option{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}}

func removeLabel(r palpRow) string {
	if r.Site.ID == "" {
		return "this place"
	}
	return lower(r.Site.FullLabel())
}
