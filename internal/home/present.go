package home

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/report"
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
		if f.Filter == Notes && !c.May.Notes || f.Filter == Measured && !c.May.Outcomes || f.Filter == Documents && !c.May.Documents ||
			f.Filter == Money && !c.May.Claims && !c.May.Payments {
			continue
		}
		out = append(out, kit.Tab{Label: f.Label, URL: c.lineURL(f.Filter, Cursor{}), Active: f.Filter == c.Line.Filter})
	}
	return out
}

// shown names the part of the timeline that a filter leaves.
func (c Chart) shown() string {
	for _, f := range filters {
		if f.Filter == c.Line.Filter && f.Filter != All {
			return strings.ToLower(f.Label) + " only"
		}
	}
	return ""
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
	case c.Line.Filter == Money:
		return "No charge, payment or claim yet. They follow a signed note."
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

// key lets a letter of the keyboard press a button of the page.
func key(letter string) templ.Attributes { return templ.Attributes{"data-key": letter} }

// report is where a report on a prescription is written: its draft where there
// is one, and with renewal one that asks to go on.
func (c Chart) report(o Order, renewal bool) string {
	if !o.Draft.IsZero() {
		return c.at("/reports/" + o.Draft.String())
	}
	u := c.at("/reports/new?referral=" + o.Referral.ID.String())
	if renewal {
		u += "&recommendation=" + string(report.Continue)
	}
	return u
}

// reportURL is where a report is written that nobody asked for by name: on the
// prescription in force, or where one is chosen. "" for who writes none.
func (c Chart) reportURL() string {
	switch {
	case !c.May.Report:
		return ""
	case len(c.Orders) == 1:
		return c.report(c.Orders[0], false)
	}
	return c.at("/reports")
}

// planBeside reports that the plan stands in the side column, because the
// measured courses already fill the main one.
func (c Chart) planBeside() bool { return len(c.Courses) > 2 }

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
