package report

import (
	"context"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/pdf"
	"soapstone/internal/visit/note"
)

// PDF is the report on paper; a draft is stamped as one. For a signed report
// it waits until the audit log has sealed what was done, and prints the seal.
// It records the view. ReportRead; NotFound.
func (s *Service) PDF(ctx context.Context, p id.Patient, rid id.Report) ([]byte, error) {
	a, err := authz.Require(ctx, authz.ReportRead)
	if err != nil {
		return nil, err
	}
	v, err := s.Get(ctx, p, rid)
	if err != nil {
		return nil, err
	}
	seal := ""
	if v.Report.State == Signed {
		if err := s.log.WaitSealed(ctx, a.Practice); err != nil {
			return nil, err
		}
		head, err := s.log.Head(ctx, a.Practice)
		if err != nil {
			return nil, err
		}
		seal = head.String()
	}
	zone := a.Zone
	if zone == nil {
		zone = time.UTC
	}
	picture, err := s.picture(v.Body)
	if err != nil {
		return nil, err
	}
	return paper(v, zone, seal, picture)
}

// picture draws where findings are; nil without any.
func (s *Service) picture(b Body) ([]byte, error) {
	if s.Picture == nil || len(b.Places) == 0 {
		return nil, nil
	}
	var marks []note.Mark
	for _, p := range b.Places {
		marks = append(marks, note.Mark{Site: p.Site, Type: p.Type, Severity: p.Severity})
	}
	return s.Picture(marks)
}

// density is how much room a report takes on paper.
type density struct {
	chart       float64 // millimetres; 0 leaves the drawing out
	rows, goals int     // the most of each
	heading     bool    // above the table, which speaks for itself
	picture     float64 // millimetres; 0 leaves the body chart out, whose places stand in words, and without leaves these out too
}

// without is less than no body chart.
const without = -1

// densities, the airiest first: the reader has a minute, so one page comes
// before the drawing, and the drawing before the last rows.
var densities = []density{{36, 12, mostGoals, true, 40}, {24, 12, mostGoals, false, 34}, {0, 12, mostGoals, false, 30}, {0, 12, mostGoals, false, 0}, {0, 4, 3, false, 0}, {0, 4, 3, false, without}}

// furtherRows stands below what was cut for want of room.
const furtherRows = "More stands in the signed report"

// paper draws the report on one page where it can; the same input gives the
// same bytes.
func paper(v View, zone *time.Location, seal string, picture []byte) ([]byte, error) {
	var d *pdf.Doc
	for _, n := range densities {
		if d = draw(v, zone, seal, picture, n); d.Pages() == 1 {
			break
		}
	}
	return d.Bytes()
}

func draw(v View, zone *time.Location, seal string, picture []byte, n density) *pdf.Doc {
	b := v.Body
	m := pdf.Meta{Title: b.Content.Recommendation.Title(), Subtitle: b.subtitle(), Practice: b.Practice.Name, Contact: join(" · ", b.Practice.Address, b.Practice.Phone, b.Practice.Email),
		Patient: b.Patient.Name, Born: b.Patient.Born, Record: b.Patient.Number, Created: v.Doc.SignedAt.Time}
	if v.Report.State != Signed {
		m.Stamp = "DRAFT – NOT SIGNED"
	}
	d, cut := pdf.New(m), false
	if b.Ask != "" {
		d.Notice(b.Content.Recommendation.Label() + ". " + b.Ask)
	}
	for _, text := range []string{b.Content.Request, b.Content.Summary} {
		if text != "" {
			d.Paragraph(text)
		}
	}
	if picture != nil && n.picture > 0 {
		d.Beside(picture, "PNG", 48, n.picture, func() { d.KeyValues(b.facts()...) })
	} else {
		if n.picture == without {
			cut = len(b.Places)+len(b.Gone) > 0
			b.Places, b.Gone = nil, nil
		}
		d.KeyValues(b.facts()...)
	}
	if len(b.Measures) > 0 {
		if n.heading {
			d.Section("Baseline and now")
		}
		rows := b.measureRows()
		d.Table(measureColumns, rows[:min(n.rows, len(rows))])
		cut = cut || len(rows) > n.rows
	}
	if len(b.Trends) > 0 && n.chart > 0 {
		d.LineChart(b.chart(n.chart))
	}
	if len(b.Goals) > 0 {
		rows := b.goalRows()
		d.Table(goalColumns, rows[:min(n.goals, len(rows))])
		cut = cut || len(rows) > n.goals
	}
	small := b.Citations()
	if cut {
		small = append([]string{furtherRows}, small...) // one paragraph: a second would push the reply off the page
	}
	if len(small) > 0 {
		d.Small(strings.Join(small, ". ") + ".")
	}
	if v.Report.State == Signed {
		d.Small(signedWords(v, zone, seal))
	}
	if len(b.Reply) > 0 {
		d.Section("Reply to " + join(", ", b.Practice.Name, b.Practice.Phone))
		d.TickBoxes(b.Reply...)
		d.SignatureLine(b.Referral.Prescriber)
	}
	return d
}

// signedWords are the signature in small print: the block that other papers
// have would push the reply off the page.
func signedWords(v View, zone *time.Location, seal string) string {
	who := join(", ", v.Doc.SignerName, v.Doc.SignerCredential, v.Doc.SignerLicense)
	s := "Signed electronically by " + who + " on " + v.Doc.SignedAt.In(zone).Format("2 Jan 2006, 15:04 MST") + ". Document " + itoa(int(v.Doc.Seq)) +
		" of this chart, content hash " + v.Doc.Hash
	if seal != "" {
		s += ", audit seal " + seal
	}
	return s + "."
}

// subtitle is to whom and when.
func (b Body) subtitle() string {
	return "To " + join(" · ", b.Referral.Prescriber, b.Referral.Organisation, fax(b.Referral.Fax), b.On.Human())
}

func fax(s string) string {
	if s == "" {
		return ""
	}
	return "fax " + s
}

// Facts are the lines at the top: label and text.
func (b Body) Facts() [][2]string {
	out := [][2]string{{"Diagnoses (prescriber's)", b.diagnoses()}, {"Ordered", b.ordered()}, {"Visits", b.VisitWords()}}
	if b.Treatment != "" {
		out = append(out, [2]string{"Treatment given", b.Treatment})
	}
	if len(b.Places) > 0 {
		var words []string
		for _, p := range b.Places {
			words = append(words, p.Words())
		}
		out = append(out, [2]string{"Found at the last session", listed(words, mostPlaces)})
	}
	if len(b.Gone) > 0 {
		out = append(out, [2]string{"No longer found", listed(b.Gone, mostPlaces)})
	}
	if len(b.Home) > 0 && b.Content.Recommendation == Discharge {
		out = append(out, [2]string{"Goes on at home", strings.Join(b.Home, "; ")})
	}
	if w := b.Response.Words(); w != "" {
		out = append(out, [2]string{"Response", w})
	}
	for _, e := range b.Response.Adverse {
		out = append(out, [2]string{"Adverse event, " + e.On.Human(), e.Words()})
	}
	return out
}

// mostPlaces on one page.
const mostPlaces = 6

// listed names the first of some and says how many more there are.
func listed(words []string, most int) string {
	s := strings.Join(words[:min(most, len(words))], "; ")
	if n := len(words) - most; n > 0 {
		s += "; and " + itoa(n) + " more"
	}
	return s
}

func (b Body) facts() []pdf.KV {
	var out []pdf.KV
	for _, f := range b.Facts() {
		out = append(out, pdf.KV{Label: f[0], Text: f[1]})
	}
	return out
}

func (b Body) diagnoses() string {
	var out []string
	for _, d := range b.Referral.Diagnoses {
		out = append(out, join(" ", d.Code, d.Text))
	}
	return strings.Join(out, "; ")
}

func (b Body) ordered() string {
	s := join(", ", b.Referral.Order, "written "+b.Referral.WrittenOn.Human())
	if !b.Referral.EndsOn.IsZero() {
		s += ", ends " + b.Referral.EndsOn.Human()
	}
	return join(", ", s, b.Referral.Number)
}

// VisitWords is what became of the order: "6 of 12 visits used, 10 Feb 2026 to 10 Mar 2026; 2 booked".
func (b Body) VisitWords() string {
	v := b.Visits
	s := plural(int(v.Used), "visit", "visits") + " used"
	if v.Ordered > 0 {
		s = itoa(int(v.Used)) + " of " + plural(int(v.Ordered), "visit", "visits") + " used"
	}
	if !v.First.IsZero() {
		s += ", " + span(v.First, v.Last)
	}
	if v.Booked > 0 {
		s += "; " + itoa(int(v.Booked)) + " booked"
	}
	if v.Missed > 0 {
		s += "; " + itoa(int(v.Missed)) + " missed"
	}
	if !v.Since.IsZero() {
		s += "; last report " + v.Since.Human()
	}
	return s
}

func span(from, to civil.Date) string {
	if from == to {
		return from.Human()
	}
	return from.Human() + " to " + to.Human()
}

// Words tell the event in a line.
func (a Adverse) Words() string {
	s := a.What
	if a.Severity != "" {
		s += " (" + a.Severity + ")"
	}
	return join("; ", s, a.Action, told(a.Told))
}

func told(s string) string {
	if s == "" {
		return ""
	}
	return "informed: " + s
}

var (
	measureColumns = []pdf.Column{{Label: "Measure", Width: 32}, {Label: "Baseline", Width: 19}, {Label: "Now", Width: 19}, {Label: "Change", Width: 10, Right: true}, {Label: "What it means", Width: 44}}
	goalColumns    = []pdf.Column{{Label: "Goal", Width: 48}, {Label: "Baseline", Width: 13, Right: true}, {Label: "Now", Width: 13, Right: true}, {Label: "Target", Width: 13, Right: true}, {Label: "State", Width: 34}}
)

func (b Body) measureRows() [][]string {
	var rows [][]string
	for _, m := range b.Measures {
		now := "not measured again"
		if m.Now != "" {
			now = m.Now + " (" + short(m.NowOn) + ")"
		}
		rows = append(rows, []string{m.Label, m.Was + " (" + short(m.WasOn) + ")", now, m.Change, m.Meaning()})
	}
	return rows
}

// Meaning is the verdict with what it rests on: "clinically important (MDC 2, MCID 2.2)".
func (m Measure) Meaning() string {
	s := m.Verdict
	if m.Clear {
		s = "worse, " + s
		if m.Better {
			s = "better, " + m.Verdict
		}
	}
	if m.Basis != "" {
		s += " (" + m.Basis + ")"
	}
	return s
}

func (b Body) goalRows() [][]string {
	var rows [][]string
	for _, g := range b.Goals {
		now := g.Now
		if now == "" {
			now = "–"
		}
		rows = append(rows, []string{g.Text, g.Was, now, g.Target, g.State})
	}
	return rows
}

// chart puts all trends into one drawing; their scales are the same, or the
// first alone is drawn.
func (b Body) chart(height float64) pdf.Chart {
	first := b.Trends[0]
	c := pdf.Chart{Unit: "points", Min: first.Min, Max: first.Max, Height: height}
	for _, t := range b.Trends {
		if t.Min != first.Min || t.Max != first.Max {
			continue
		}
		s := pdf.Series{Name: t.Title + " (" + t.Better + ")"}
		for _, p := range t.Points {
			s.Points = append(s.Points, pdf.Point{Day: p.On, Value: p.Value})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func short(d civil.Date) string {
	return strings.TrimSuffix(d.Human(), d.String()[:4]) + d.String()[2:4]
}

func join(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" && p != "." {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}
