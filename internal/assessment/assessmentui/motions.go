package assessmentui

import (
	"fmt"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// jointView is the motions of one joint.
type jointView struct {
	ID, Label  string
	DeviceHint string
	Devices    []kit.Option
	Raters     []kit.Option
	Me         string // the therapist of the assessment
	Positions  []kit.Option
	Rows       []motionRow
	Passive    []motionRow
	Review     string
	Norms      []knowledge.Norm
	Errors     []knowledge.MeasurementError
}

// motionRow is one motion: a single field, or left and right.
type motionRow struct {
	Label, Norm string
	Left, Right *motionCell // Left holds the single field of a midline motion
}

// motionCell is one value, to be entered or as it was.
type motionCell struct {
	Name, Label string // field; label for who cannot see the table
	Said        string // what the pad shows above its keys
	Norm, Limit string
	Other       string // field of the other side
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

// joints lays out the motions of the chosen regions.
func (u *ui) joints(e *editorView, f *form.Form) {
	now := u.typed(f)
	for _, r := range e.Regions {
		for _, id := range r.Joints() {
			j := u.joint(id, e.View, now, true)
			j.Me = e.TherapistName + " (me)"
			for _, x := range e.Raters {
				if x.ID != e.Therapist && (x.Active || f.Value("rater."+id) == x.ID.String()) {
					j.Raters = append(j.Raters, kit.Option{Value: x.ID.String(), Label: x.Name})
				}
			}
			e.Joints = append(e.Joints, j)
		}
	}
}

// typed reads the values entered so far, as far as they are numbers, for the
// words beside them. Complaints about them are decode's.
func (u *ui) typed(f *form.Form) assessment.Assessment {
	var a assessment.Assessment
	read := func(name string, n knowledge.Norm, side knowledge.Side) []assessment.Motion {
		x, err := strconv.ParseFloat(f.Value(name), 64)
		if err != nil || !(x >= 0 && x <= assessment.LimitOf(n)) {
			return nil
		}
		return []assessment.Motion{{Motion: n.ID, Side: side, Degrees: x, WithinLimits: f.Bool(name + ".wnl")}}
	}
	for _, r := range assessment.Regions() {
		for _, j := range r.Joints() {
			for _, n := range u.cat.ROM.In(j) {
				for _, side := range n.Sides() {
					a.Motions = append(a.Motions, read(assessment.FieldMotion(n.ID, side), n, side)...)
					a.Passive = append(a.Passive, read(assessment.FieldPassive(n.ID, side), n, side)...)
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
func (u *ui) joint(id string, v assessment.View, now assessment.Assessment, editing bool) jointView {
	j := jointView{ID: id, Label: assessment.JointLabel(u.cat, id), Review: lower(u.cat.ROM.Review.Label()), Norms: u.cat.ROM.In(id),
		Devices: tagOptions(u.cat.ROM.Devices), Positions: tagOptions(u.cat.ROM.Positions)}
	for _, x := range u.cat.ROM.Errors {
		if len(x.Regions) == 0 || contains(x.Regions, id) {
			j.Errors = append(j.Errors, x)
		}
	}
	for _, n := range j.Norms {
		active := u.row(n, v, now.Motions, now, assessment.FieldMotion, editing)
		passive := u.row(n, v, now.Passive, now, assessment.FieldPassive, editing)
		if editing || active.Left != nil || active.Right != nil {
			j.Rows = append(j.Rows, active)
		}
		if editing || passive.Left != nil || passive.Right != nil {
			j.Passive = append(j.Passive, passive)
		}
		for _, side := range n.Sides() {
			if last, ok := v.Earlier.LastReading(n.ID, side); ok && last.Device != "" && j.DeviceHint == "" {
				j.DeviceHint = "Last time: " + knowledge.TagLabel(u.cat.ROM.Devices, last.Device) + ". The same device makes a change comparable."
			}
		}
	}
	return j
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (u *ui) row(n knowledge.Norm, v assessment.View, list []assessment.Motion, now assessment.Assessment, name func(string, knowledge.Side) string, editing bool) motionRow {
	row := motionRow{Label: n.Label, Norm: assessment.NormWords(n)}
	passive := name(n.ID, "") == assessment.FieldPassive(n.ID, "")
	for _, side := range n.Sides() {
		c := &motionCell{Name: name(n.ID, side), Norm: assessment.Number(n.Low), Limit: assessment.Number(assessment.LimitOf(n))}
		c.Label = assessment.JointLabel(u.cat, n.Region) + ", " + n.Label + ", " + sideWord(side)
		if passive {
			c.Label += ", passive"
		}
		c.Said = c.Label + ", norm " + row.Norm
		if side != knowledge.Midline {
			c.Other = name(n.ID, opposite(side))
		}
		if !u.fillCell(c, n, side, v, list, now, passive, editing) {
			continue
		}
		if side == knowledge.SideRight {
			row.Right = c
		} else {
			row.Left = c
		}
	}
	return row
}

// fillCell adds value, words and earlier values; false leaves the cell out.
func (u *ui) fillCell(c *motionCell, n knowledge.Norm, side knowledge.Side, v assessment.View, list []assessment.Motion, now assessment.Assessment, passive, editing bool) bool {
	m, measured := find(list, n.ID, side)
	if measured {
		c.Marks = u.marks(m, n, list)
	}
	earlier := v.Earlier
	if passive {
		earlier = earlier.Passive()
	}
	last, hasLast := earlier.LastReading(n.ID, side)
	first, hasFirst := earlier.FirstReading(n.ID, side)
	if editing {
		if hasLast {
			c.Before = "Last " + assessment.Number(last.Degrees) + "°"
			if hasFirst && first.Assessment != last.Assessment {
				c.Before += ", start " + assessment.Number(first.Degrees) + "°"
			}
		}
		return true
	}
	if !measured {
		return false
	}
	c.Value, c.EndFeel = assessment.Number(m.Degrees)+"°", m.EndFeel.Label()
	if hasLast {
		c.Changes = append(c.Changes, u.change(n.Region, last, now.Reading(m)))
	}
	if hasFirst && first.Assessment != last.Assessment {
		c.Changes = append(c.Changes, u.change(n.Region, first, now.Reading(m)))
	}
	return true
}

func find(list []assessment.Motion, motion string, side knowledge.Side) (assessment.Motion, bool) {
	for _, m := range list {
		if m.Motion == motion && m.Side == side {
			return m, true
		}
	}
	return assessment.Motion{}, false
}

func opposite(s knowledge.Side) knowledge.Side {
	if s == knowledge.SideLeft {
		return knowledge.SideRight
	}
	return knowledge.SideLeft
}

// sideWord is how a side is called in a label.
func sideWord(s knowledge.Side) string {
	if s == knowledge.Midline {
		return "middle"
	}
	return s.Label()
}

func (u *ui) change(joint string, was, now assessment.Reading) changeLine {
	c := assessment.Compare(u.cat.ROM, joint, was, now)
	return changeLine{Text: c.Words(), Mark: verdictMark(c), Why: c.Why()}
}

// marks are the words beside a value.
func (u *ui) marks(m assessment.Motion, n knowledge.Norm, list []assessment.Motion) []kit.Mark {
	var out []kit.Mark
	if share, ok := assessment.Share(m.Degrees, n); ok && !m.WithinLimits && share < 1 {
		mark := kit.Mark{Tone: kit.Neutral, Text: fmt.Sprintf("%.0f%% of norm", share*100)}
		if share < assessment.LowShare {
			mark = kit.Mark{Tone: kit.Warn, Text: fmt.Sprintf("Low, %.0f%% of norm", share*100)}
		}
		out = append(out, mark)
	}
	if m.WithinLimits {
		out = append(out, kit.Mark{Tone: kit.Neutral, Text: "Within normal limits"})
	}
	if x, ok := find(list, m.Motion, opposite(m.Side)); ok && m.Side != knowledge.Midline {
		if _, gap, uneven := assessment.Uneven(m.Degrees, x.Degrees); uneven && m.Degrees < x.Degrees {
			out = append(out, kit.Mark{Tone: kit.Warn, Text: assessment.Number(gap) + "° less than " + opposite(m.Side).Label()})
		}
	}
	if m.PainEnd != nil {
		out = append(out, kit.Mark{Tone: kit.Warn, Text: fmt.Sprintf("Painful at the end, %d of 10", *m.PainEnd)})
	} else if m.PainAtEnd {
		out = append(out, kit.Mark{Tone: kit.Warn, Text: "Painful at the end"})
	}
	return out
}

// errorWords is a row of the measurement errors.
func (j jointView) errorWords(u assessment.Catalogue, e knowledge.MeasurementError) string {
	var devices []string
	for _, d := range e.Devices {
		devices = append(devices, lower(knowledge.TagLabel(u.ROM.Devices, d)))
	}
	s := assessment.Number(e.MDC)
	if e.MDCHigh > 0 {
		s += "–" + assessment.Number(e.MDCHigh)
	}
	s += "°, " + strings.Join(devices, ", ") + ", " + e.Rater + " therapist"
	if e.Rater == "different" {
		s += "s"
	}
	if !e.Default {
		s += " (for information)"
	}
	if !e.Verified {
		s += " (unverified)"
	}
	return s + ". " + e.Source
}

// normWords are position, landmarks and source of a norm.
func normWords(n knowledge.Norm) string {
	var parts []string
	for _, x := range []struct{ word, text string }{{"", n.Position}, {"axis ", lower(n.Axis)}, {"fixed arm ", lower(n.Fixed)}, {"moving arm ", lower(n.Moving)}} {
		if x.text != "" {
			parts = append(parts, x.word+x.text)
		}
	}
	s := strings.Join(parts, "; ")
	if s != "" {
		s += ". "
	}
	return strings.TrimSpace(s + n.Source + " " + n.Notes)
}

// anyPassive reports that passive motion holds a value or a complaint.
func anyPassive(f *form.Form, j jointView) bool {
	return holdsAny(f, j.Passive, "", ".pain")
}

// anyEnd reports that something is said of the end of a movement.
func anyEnd(f *form.Form, j jointView) bool {
	return holdsAny(f, j.Rows, ".score", ".end") || holdsAny(f, j.Passive, ".score", ".end")
}

func holdsAny(f *form.Form, rows []motionRow, parts ...string) bool {
	for _, row := range rows {
		for _, c := range []*motionCell{row.Left, row.Right} {
			for _, part := range parts {
				if c != nil && (f.Has(c.Name+part) || f.Error(c.Name+part) != "") {
					return true
				}
			}
		}
	}
	return false
}

var painOptions = func() []kit.Option {
	var out []kit.Option
	for i := range 11 {
		out = append(out, kit.Option{Value: strconv.Itoa(i), Label: strconv.Itoa(i) + " of 10"})
	}
	return out
}()

// padKey is one key of the number pad.
type padKey struct {
	Key, Label, Said string
	Act              bool // does something, other than a digit
}

var padKeys = []padKey{
	{"7", "7", "7", false}, {"8", "8", "8", false}, {"9", "9", "9", false}, {"wnl", "WNL", "WNL, within normal limits", true},
	{"4", "4", "4", false}, {"5", "5", "5", false}, {"6", "6", "6", false}, {"+5", "+5", "5 more", true},
	{"1", "1", "1", false}, {"2", "2", "2", false}, {"3", "3", "3", false}, {"-5", "−5", "5 less", true},
	{"back", "⌫", "Delete the last digit", true}, {"0", "0", "0", false}, {"pain", "Pain", "Pain at the end", true}, {"next", "Next", "Next value", true},
	{"undo", "Undo", "Undo the last entry", true}, {"close", "Close", "Close the number pad", true},
}
