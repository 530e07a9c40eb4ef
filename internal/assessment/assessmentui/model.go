package assessmentui

import (
	"fmt"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// listView is the page of all assessments.
type listView struct {
	assessment.Listing
	Base  string
	Rows  []trendRow
	Write bool
}

// trendRow is one measure at the start and now.
type trendRow struct {
	Label      string
	First, Now string
	Change     string
	Mark       kit.Mark // verdict
}

// trend compares every measure of the newest assessment with the baseline's.
func (u *ui) trend(h assessment.History) []trendRow {
	var out []trendRow
	for _, m := range h.Measures(u.cat) {
		out = append(out, trendRow{m.Label, m.Baseline.Text, m.Now.Text, m.Change.Words(), verdictMark(m.Change)})
	}
	return out
}

func verdictMark(c assessment.Change) kit.Mark {
	text := c.Verdict.Label()
	switch {
	case c.Moved && c.Verdict == assessment.Unjudged:
		return kit.Mark{Tone: kit.Neutral, Text: "Measured in another position"}
	case c.Verdict == assessment.Beyond && c.Better:
		return kit.Mark{Tone: kit.OK, Text: "Better, beyond measurement error"}
	case c.Verdict == assessment.Beyond:
		return kit.Mark{Tone: kit.Warn, Text: "Worse, beyond measurement error"}
	}
	return kit.Mark{Tone: kit.Neutral, Text: text}
}

// editorView is one area of a draft.
type editorView struct {
	assessment.View
	URL, Version string
	Area         assessment.Area
	Next         assessment.Area // "" on the last page
	Tabs         []areaTab
	Done         string // "3 of 7 areas done"
	Sites        []kit.Option
	Joints       []jointView
	Pain         []string // prefixes of the rows
	PainNote     string
	Palpation    []palpRow
	Blank        palpRow // what a script makes new rows of
	Chart        chartView
	Posture      []group
	Gait         []group
	Before       string // the last finding of this area, in words
	Strength     []strengthRow
	Weak         []string
	Tests        []testsView
	Orders       []kit.Option
	Sentences    []string
	Cat          assessment.Catalogue
}

// areaTab is the button that leads to an area.
type areaTab struct {
	Area  assessment.Area
	Label string
	Count string
	Here  bool
	Done  bool
}

// group is a set of chips under a heading.
type group struct {
	Name, Label string
	Options     []kit.Option
}

func (u *ui) editor(v assessment.View, area assessment.Area, f *form.Form, url string) editorView {
	e := editorView{View: v, URL: url, Area: area, Version: f.Value("version"), Cat: u.cat}
	if e.Version == "" {
		e.Version = strconv.FormatInt(v.Version, 10)
	}
	u.tabs(&e)
	switch area {
	case assessment.AreaPain:
		e.Pain, e.Sites = kept(f, "pain"), siteOptions(assessment.Offered(u.Knowledge, v.Regions))
		if len(e.Pain) == 0 {
			e.Pain = []string{"pain.0"}
		}
		e.PainNote = painNote(v.Earlier)
	case assessment.AreaROM:
		u.joints(&e, f)
	case assessment.AreaPalpation:
		u.palpationView(&e, f)
	case assessment.AreaPosture:
		e.Posture, e.Before = u.postureGroups(), u.lastWords(v.Earlier, func(c assessment.Content) assessment.Content {
			return assessment.Content{Posture: c.Posture, ForwardHead: c.ForwardHead, PostureText: c.PostureText}
		})
	case assessment.AreaGait:
		e.Gait, e.Before = u.gaitGroups(), u.lastWords(v.Earlier, func(c assessment.Content) assessment.Content {
			return assessment.Content{Gait: c.Gait}
		})
	case assessment.AreaStrength:
		u.strengthView(&e)
	case assessment.AreaTests:
		u.testsView(&e)
	case finish:
		e.Orders, e.Sentences = orderOptions(v.Referrals), assessment.Sentences(v.Content, u.cat)
	}
	return e
}

// tabs lays out the areas with how far each has come.
func (u *ui) tabs(e *editorView) {
	done := 0
	for _, p := range e.Progress(u.cat) {
		t := areaTab{Area: p.Area, Label: p.Area.Label(), Here: p.Area == e.Area, Done: p.Done > 0}
		switch {
		case p.Of > 0:
			t.Count = fmt.Sprintf("%d of %d", p.Done, p.Of)
		case p.Done > 0:
			t.Count = "done"
		}
		if t.Done {
			done++
		}
		e.Tabs = append(e.Tabs, t)
	}
	e.Done = fmt.Sprintf("%d of %d areas done", done, len(e.Tabs))
	e.Tabs = append(e.Tabs, areaTab{Area: finish, Label: "Finish", Here: e.Area == finish})
	for i, a := range pages() {
		if a == e.Area && i+1 < len(pages()) {
			e.Next = pages()[i+1]
		}
	}
}

func (e editorView) nextLabel() string {
	if e.Next == finish {
		return "Save, next: finish"
	}
	return "Save, next: " + e.Next.Label()
}

// kept are the rows of a group, but for the one that was just taken out.
func kept(f *form.Form, name string) []string {
	var out []string
	for _, row := range f.Rows(name, 300) {
		if f.Value("op") != dropOp+row {
			out = append(out, row)
		}
	}
	return out
}

func siteOptions(sites []knowledge.Site) []kit.Option {
	var out []kit.Option
	for _, s := range sites {
		out = append(out, kit.Option{Value: s.ID, Label: s.FullLabel()})
	}
	return out
}

func painNote(h assessment.History) string {
	last, ok := h.LastPain()
	if !ok {
		return ""
	}
	note := fmt.Sprintf("Last %d of 10 on %s", *last.Now, last.On.Human())
	if first, ok := h.FirstPain(); ok && first.On != last.On {
		note += fmt.Sprintf(" · start %d on %s", *first.Now, first.On.Human())
	}
	return note
}

// lastWords says what was found last, and at the start, of a part of the content.
func (u *ui) lastWords(h assessment.History, part func(assessment.Content) assessment.Content) string {
	words := func(a assessment.Assessment) string {
		return strings.Join(assessment.Sentences(part(a.Content), u.cat), " ")
	}
	last := ""
	for i := len(h) - 1; i >= 0; i-- {
		if s := words(h[i]); s != "" {
			last = "Last (" + h[i].On.Human() + "): " + s
			if b, ok := h.Baseline(); ok && b.ID != h[i].ID && words(b) != "" {
				last += " Start (" + b.On.Human() + "): " + words(b)
			}
			break
		}
	}
	return last
}

func orderOptions(rs []referral.Referral) []kit.Option {
	var out []kit.Option
	for _, r := range rs {
		if r.State != referral.Draft {
			out = append(out, kit.Option{Value: r.ID.String(), Label: r.Title()})
		}
	}
	return out
}

func (u *ui) postureGroups() []group {
	var out []group
	for _, l := range u.cat.Posture.Landmarks {
		g := group{Name: "posture." + l.ID, Label: l.Label}
		for _, x := range u.cat.Posture.At(l.ID) {
			g.Options = append(g.Options, kit.Option{Value: x.ID, Label: x.Label})
		}
		out = append(out, g)
	}
	return out
}

func (u *ui) gaitGroups() []group {
	var out []group
	for _, p := range u.cat.Gait.Phases {
		g := group{Name: "gait." + p.ID, Label: p.Label}
		for _, x := range u.cat.Gait.In(p.ID) {
			for _, side := range x.Sides() {
				s := assessment.Seen{Finding: x.ID, Side: side}
				g.Options = append(g.Options, kit.Option{Value: seenValue(s), Label: assessment.GaitLabel(u.cat, s)})
			}
		}
		out = append(out, g)
	}
	return out
}

func tagOptions(tags []knowledge.Tag) []kit.Option {
	var out []kit.Option
	for _, t := range tags {
		out = append(out, kit.Option{Value: t.ID, Label: t.Label})
	}
	return out
}

// gradeOptions are the grades of a list with their numbers.
func gradeOptions(tags []knowledge.Tag) []kit.Option {
	var out []kit.Option
	for _, t := range tags {
		out = append(out, kit.Option{Value: t.ID, Label: t.ID + " " + t.Label})
	}
	return out
}
