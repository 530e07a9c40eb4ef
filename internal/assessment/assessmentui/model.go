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

// trend compares, for every measure of the newest assessment, its value with
// the baseline's.
func (u *ui) trend(h assessment.History) []trendRow {
	now, ok := h.Latest()
	if !ok || len(h) < 2 {
		return nil
	}
	before := h.Before(now)
	var out []trendRow
	if v := now.PainNow(); v != nil {
		if first, ok := firstPain(before); ok {
			c := assessment.ComparePain(u.nprs(), *first.Now, first.On, *v)
			out = append(out, trendRow{"Pain now", fmt.Sprintf("%d of 10", *first.Now), fmt.Sprintf("%d of 10", *v), c.Words(), verdictMark(c)})
		}
	}
	for _, m := range now.Motions {
		first, ok := before.FirstReading(m.Motion, m.Side)
		if !ok {
			continue
		}
		c := assessment.Compare(u.cat.ROM, joint(m.Motion), first, reading(now, m))
		out = append(out, trendRow{assessment.MotionLabel(u.cat, m.Motion, m.Side), assessment.Number(first.Degrees) + "°",
			assessment.Number(m.Degrees) + "°", c.Words(), verdictMark(c)})
	}
	return out
}

func (u *ui) nprs() knowledge.Instrument {
	in, _ := u.Knowledge.Instrument("nprs")
	return in
}

// firstPain is the pain at the start of the course.
func firstPain(h assessment.History) (assessment.PainReading, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Kind == assessment.Evaluation && h[i].PainNow() != nil {
			return assessment.PainReading{On: h[i].On, Now: h[i].PainNow()}, true
		}
	}
	for _, a := range h {
		if a.PainNow() != nil {
			return assessment.PainReading{On: a.On, Now: a.PainNow()}, true
		}
	}
	return assessment.PainReading{}, false
}

func lastPain(h assessment.History) (assessment.PainReading, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].PainNow() != nil {
			return assessment.PainReading{On: h[i].On, Now: h[i].PainNow()}, true
		}
	}
	return assessment.PainReading{}, false
}

func reading(a assessment.Assessment, m assessment.Motion) assessment.Reading {
	return assessment.Reading{On: a.On, Degrees: m.Degrees, Device: m.Device, Rater: a.Therapist, Assessment: a.ID}
}

func verdictMark(c assessment.Change) kit.Mark {
	text := c.Verdict.Label()
	switch {
	case c.Verdict == assessment.Beyond && c.Better:
		return kit.Mark{Tone: kit.OK, Text: "Better, beyond measurement error"}
	case c.Verdict == assessment.Beyond:
		return kit.Mark{Tone: kit.Warn, Text: "Worse, beyond measurement error"}
	}
	return kit.Mark{Tone: kit.Neutral, Text: text}
}

// editorView is the page on which a draft is written.
type editorView struct {
	assessment.View
	URL       string
	Joints    []jointView
	Pain      []string // prefixes of the rows
	Palpation []string
	Sites     []kit.Option
	Orders    []kit.Option
	PainNote  string
	Version   string
}

// jointView is the motions of one joint.
type jointView struct {
	ID, Label  string
	Device     string // name of the field
	DeviceHint string
	Devices    []kit.Option
	Rows       []motionRow
	Review     string
}

// motionRow is one motion: a single field, or left and right.
type motionRow struct {
	Label, Norm string
	Position    string
	Left, Right *motionCell // Left holds the single field of a midline motion
}

// motionCell is one value, to be entered or as it was.
type motionCell struct {
	Name, Label string // field; label for who cannot see the table
	Norm, Limit string
	Before      string // the last and the first value, in words
	Value       string
	Marks       []kit.Mark
	Changes     []changeLine
	EndFeel     string
}

type changeLine struct {
	Text string
	Mark kit.Mark
	Why  string
}

func (u *ui) editor(v assessment.View, f *form.Form, url string) editorView {
	e := editorView{View: v, URL: url, Pain: orOne(f, "pain"), Palpation: orOne(f, "palp"), Version: f.Value("version")}
	if e.Version == "" {
		e.Version = strconv.FormatInt(v.Version, 10)
	}
	var shown []assessment.Region
	for _, r := range assessment.Regions() {
		if f.Checked("regions", string(r)) || u.holdsValues(f, r) {
			shown = append(shown, r)
		}
	}
	for _, s := range assessment.Offered(u.Knowledge, shown) {
		e.Sites = append(e.Sites, kit.Option{Value: s.ID, Label: s.FullLabel()})
	}
	for _, r := range shown {
		for _, j := range r.Joints() {
			e.Joints = append(e.Joints, u.joint(j, v.Earlier, u.typed(f), true))
		}
	}
	e.Orders = orderOptions(v.Referrals)
	if last, ok := lastPain(v.Earlier); ok {
		e.PainNote = fmt.Sprintf("Last %d of 10 on %s", *last.Now, last.On.Human())
		if first, ok := firstPain(v.Earlier); ok && first.On != last.On {
			e.PainNote += fmt.Sprintf(" · start %d on %s", *first.Now, first.On.Human())
		}
	}
	return e
}

func orOne(f *form.Form, group string) []string {
	if rows := f.Rows(group, 300); len(rows) > 0 {
		return rows
	}
	return []string{group + ".0"}
}

func (u *ui) holdsValues(f *form.Form, r assessment.Region) bool {
	for _, j := range r.Joints() {
		for _, n := range u.cat.ROM.In(j) {
			for _, side := range n.Sides() {
				if f.Has(assessment.FieldMotion(n.ID, side)) {
					return true
				}
			}
		}
	}
	return false
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

// typed reads the values entered so far, as far as they are numbers, for the
// words beside them. Complaints about them are decode's.
func (u *ui) typed(f *form.Form) assessment.Assessment {
	var a assessment.Assessment
	for _, r := range assessment.Regions() {
		for _, j := range r.Joints() {
			for _, n := range u.cat.ROM.In(j) {
				for _, side := range n.Sides() {
					name := assessment.FieldMotion(n.ID, side)
					if x, err := strconv.ParseFloat(f.Value(name), 64); err == nil && x >= 0 && x <= assessment.LimitOf(n) {
						a.Motions = append(a.Motions, assessment.Motion{Motion: n.ID, Side: side, Degrees: x, WithinLimits: f.Bool(name + ".wnl")})
					}
				}
			}
		}
	}
	return a
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// joint lays out the motions of a joint with the values of now. While editing,
// every motion has its place; else only those measured.
func (u *ui) joint(id string, earlier assessment.History, now assessment.Assessment, editing bool) jointView {
	j := jointView{ID: id, Label: assessment.JointLabel(u.cat, id), Device: "device." + id, Review: lower(u.cat.ROM.Review.Label())}
	for _, d := range u.cat.ROM.Devices {
		j.Devices = append(j.Devices, kit.Option{Value: d.ID, Label: d.Label})
	}
	for _, n := range u.cat.ROM.In(id) {
		row := motionRow{Label: n.Label, Norm: assessment.NormWords(n), Position: n.Position}
		for _, side := range n.Sides() {
			c := u.cell(n, side, earlier, now, editing)
			if c == nil {
				continue
			}
			if side == knowledge.SideRight {
				row.Right = c
			} else {
				row.Left = c
			}
			if last, ok := earlier.LastReading(n.ID, side); ok && last.Device != "" && j.DeviceHint == "" {
				j.DeviceHint = "Last time: " + u.device(last.Device) + ". The same device makes a change comparable."
			}
		}
		if editing || row.Left != nil || row.Right != nil {
			j.Rows = append(j.Rows, row)
		}
	}
	return j
}

func (u *ui) device(id string) string {
	for _, d := range u.cat.ROM.Devices {
		if d.ID == id {
			return d.Label
		}
	}
	return id
}

func (u *ui) cell(n knowledge.Norm, side knowledge.Side, earlier assessment.History, now assessment.Assessment, editing bool) *motionCell {
	c := &motionCell{Name: assessment.FieldMotion(n.ID, side), Label: assessment.JointLabel(u.cat, n.Region) + ", " + n.Label + ", " + sideWord(side),
		Norm: assessment.Number(n.Low), Limit: assessment.Number(assessment.LimitOf(n))}
	last, hasLast := earlier.LastReading(n.ID, side)
	first, hasFirst := earlier.FirstReading(n.ID, side)
	m, measured := now.Motion(n.ID, side)
	if editing {
		if measured {
			c.Marks = u.marks(m, n, now)
		}
		if hasLast {
			c.Before = "Last " + assessment.Number(last.Degrees) + "°"
			if hasFirst && first.Assessment != last.Assessment {
				c.Before += ", start " + assessment.Number(first.Degrees) + "°"
			}
		}
		return c
	}
	if !measured {
		return nil
	}
	c.Value, c.Marks, c.EndFeel = assessment.Number(m.Degrees)+"°", u.marks(m, n, now), m.EndFeel.Label()
	if hasLast {
		c.Changes = append(c.Changes, u.change(n.Region, last, reading(now, m)))
	}
	if hasFirst && first.Assessment != last.Assessment {
		c.Changes = append(c.Changes, u.change(n.Region, first, reading(now, m)))
	}
	return c
}

func (u *ui) change(joint string, was, now assessment.Reading) changeLine {
	c := assessment.Compare(u.cat.ROM, joint, was, now)
	return changeLine{Text: c.Words(), Mark: verdictMark(c), Why: c.Why()}
}

// marks are the words beside a value.
func (u *ui) marks(m assessment.Motion, n knowledge.Norm, a assessment.Assessment) []kit.Mark {
	var out []kit.Mark
	if share, ok := assessment.Share(m.Degrees, n); ok && !m.WithinLimits {
		mark := kit.Mark{Tone: kit.Neutral, Text: fmt.Sprintf("%.0f%% of norm", share*100)}
		if share < assessment.LowShare {
			mark = kit.Mark{Tone: kit.Warn, Text: fmt.Sprintf("Low, %.0f%% of norm", share*100)}
		}
		if share < 1 {
			out = append(out, mark)
		}
	}
	if m.WithinLimits {
		out = append(out, kit.Mark{Tone: kit.Neutral, Text: "Within normal limits"})
	}
	other := knowledge.SideRight
	if m.Side == knowledge.SideRight {
		other = knowledge.SideLeft
	}
	if x, ok := a.Motion(m.Motion, other); ok && m.Side != knowledge.Midline {
		if less, gap, uneven := assessment.Uneven(m.Degrees, x.Degrees); uneven && less == knowledge.SideLeft {
			out = append(out, kit.Mark{Tone: kit.Warn, Text: assessment.Number(gap) + "° less than " + other.Label()})
		}
	}
	if m.PainAtEnd {
		out = append(out, kit.Mark{Tone: kit.Warn, Text: "Painful at the end"})
	}
	return out
}
