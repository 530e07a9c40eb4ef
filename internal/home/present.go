package home

import (
	"fmt"
	"strconv"
	"strings"

	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/visit"
	"soapstone/internal/web/kit"
)

// excerpt is how many characters of each part of a note the chart shows.
const excerpt = 240

// lastWords sums up a signed note: what was said, found, done and planned.
func lastWords(n visit.SignedNote) [][2]string {
	var out [][2]string
	for _, part := range []struct {
		label string
		lines []string
	}{{"Said", n.Body.Text.S}, {"Found", n.Body.Text.O}, {"Done", n.Body.Text.Treatment}, {"Next", n.Body.Text.P}} {
		if len(part.lines) > 0 {
			out = append(out, [2]string{part.label, patient.Shorten(strings.Join(part.lines, " "), excerpt)})
		}
	}
	return out
}

func intakeWords(c Chart) string {
	switch c.Intake.State {
	case "complete":
		return "Completed " + c.Intake.On.Human()
	case "draft":
		return "Begun " + c.Intake.On.Human() + ", not finished"
	}
	return "Nobody has filled it in yet"
}

func intakeMark(c Chart) string {
	switch c.Intake.State {
	case "complete":
		return "Done"
	case "draft":
		return "Draft"
	}
	return "Missing"
}

func intakeTone(c Chart) kit.Tone {
	if c.Intake.State == "complete" {
		return kit.OK
	}
	return kit.Warn
}

func consentWords(c Chart) string {
	if len(c.Consents) == 0 {
		return "Treatment and privacy notice"
	}
	return "Ask for: " + strings.Join(c.Consents, ", ")
}

func planNote(p plan.Plan) string {
	s := "since " + p.StartsOn.Human()
	if !p.ReassessOn.IsZero() {
		s += " · re-assess " + p.ReassessOn.Human()
	}
	return s
}

func goalTone(g plan.Goal) kit.Tone {
	if g.State == plan.GoalMet {
		return kit.OK
	}
	return kit.Neutral
}

func goalWords(g plan.Goal) string {
	now := ""
	if g.Now != nil {
		now = "now " + number(g.Now.Value)
	}
	return kit.JoinDot(fmt.Sprintf("%s → %s by %s", number(g.Baseline), number(g.Target), g.DueOn.Human()), now, g.State.Label())
}

// timelineTabs leaves out what the actor could see nothing of.
func timelineTabs(c Chart) []kit.Tab {
	var out []kit.Tab
	for _, f := range filters {
		if f.Filter == Notes && !c.May.Notes || f.Filter == Measured && !c.May.Outcomes || f.Filter == Documents && !c.May.Documents {
			continue
		}
		out = append(out, kit.Tab{Label: f.Label, URL: c.lineURL(f.Filter, Cursor{}), Active: f.Filter == c.Line.Filter})
	}
	return out
}

func (c Chart) lineURL(f Filter, from Cursor) string {
	s := ""
	if f != All {
		s = "&show=" + string(f)
	}
	if !from.On.IsZero() {
		s += "&before=" + from.String()
	}
	if s != "" {
		s = "?" + s[1:]
	}
	return c.at(s) + "#timeline"
}

func pages(c Chart) kit.Pages {
	p := kit.Pages{Label: "Timeline"}
	if c.Line.Paged {
		p.Prev = c.lineURL(c.Line.Filter, Cursor{})
		p.Text = "Previous leads to the newest"
	}
	if !c.Line.Older.On.IsZero() {
		p.Next = c.lineURL(c.Line.Filter, c.Line.Older)
	}
	return p
}

func emptyWords(c Chart) string {
	switch {
	case c.Line.Paged:
		return "Nothing older."
	case c.Line.Filter == Notes:
		return "No notes yet. A note is written from a visit."
	case c.Line.Filter == Measured:
		return "Nothing measured yet. Record pain and activities under Outcomes."
	case c.Line.Filter == Documents:
		return "No signed documents yet."
	}
	return "Nothing yet. Visits, notes, scores and documents will be listed here, the newest first."
}

// percent is how far a goal has come, 0 to 100; known is false when nothing
// was measured since its baseline.
func percent(g plan.Goal) (text string, known bool) {
	share, known := g.Progress()
	return strconv.Itoa(int(max(0, min(share, 1))*100 + 0.5)), known
}

func papersLink(c Chart) kit.Link {
	if !c.May.Documents {
		return kit.Link{}
	}
	return kit.To("Signed documents", c.lineURL(Documents, Cursor{}))
}

// planBeside reports that the plan stands in the side column, because the
// measured courses already fill the main one.
func (c Chart) planBeside() bool { return len(c.Courses) > 1 }

// month is the events of one month of the timeline.
type month struct {
	Name   string
	Events []Event
}

// months groups events, which come in order of time, by month.
func months(events []Event) []month {
	var out []month
	for _, e := range events {
		name := e.On.Month.String() + " " + strconv.Itoa(e.On.Year)
		if n := len(out); n == 0 || out[n-1].Name != name {
			out = append(out, month{Name: name})
		}
		out[len(out)-1].Events = append(out[len(out)-1].Events, e)
	}
	return out
}

// inTwo is the visits in two lists: those that still want something, then those
// that are over. On other days, and when nothing or everything is over, all of
// them are in the first.
func (b Board) inTwo() (open, over []Row) {
	if b.Day != b.Today {
		return b.Rows, nil
	}
	for _, r := range b.Rows {
		if r.Verb.Label == "View" && !r.Now && (r.State == visit.StateCompleted || !r.State.Takes()) {
			over = append(over, r)
		} else {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return over, nil
	}
	return open, over
}
