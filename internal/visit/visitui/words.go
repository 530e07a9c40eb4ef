package visitui

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func visitURL(v id.Visit) string { return "/visits/" + v.String() }

func noteURL(v id.Visit) string { return visitURL(v) + "/note" }

func documentURL(v id.Visit, doc id.Document) string { return noteURL(v) + "/" + doc.String() }

func wordOptions(words []note.Word) []kit.Option {
	out := make([]kit.Option, len(words))
	for i, w := range words {
		out[i] = kit.Option{Value: w.Code, Label: w.Label}
	}
	return out
}

var adverseOptions = []kit.Option{{Value: "1", Label: "Mild"}, {Value: "2", Label: "Moderate"}, {Value: "3", Label: "Severe"}}

// lastSubjective is the last pain score and the patient's words, beside the
// heading: “last: 6/10, “tight by the afternoon””.
func lastSubjective(ed editor) string {
	s := ed.prior().Subjective
	if s.PainNow == nil {
		return ""
	}
	out := fmt.Sprintf("last: %d/10", *s.PainNow)
	if text, _, _ := strings.Cut(s.Text, "\n"); text != "" {
		if r := []rune(text); len(r) > 60 {
			text = string(r[:59]) + "…"
		}
		out += ", “" + text + "”"
	}
	return out
}

func lastMeasure(c motionCell, unit string) string {
	if c.Last == "" {
		return ""
	}
	return "was " + c.Last + unit
}

func sideLabel(side string) string {
	switch side {
	case "L":
		return "Left"
	case "R":
		return "Right"
	}
	return "Midline"
}

func nowLabel(suggested string) string {
	if suggested != "" {
		return "Use " + suggested
	}
	return "Now"
}

// treatmentSum is the length of the visit and the sum of the minutes.
func treatmentSum(minutes int, f *form.Form) string {
	d := note.Draft{Start: note.Clock(f.Value("start")), Stop: note.Clock(f.Value("stop"))}
	var parts []string
	if length, ok := d.Length(); ok {
		parts = append(parts, fmt.Sprintf("visit %d min", length))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d min of treatment", minutes)), " · ")
}

// draftedLines are the lines of the assessment that restate numbers: all but
// the therapist's own text.
func draftedLines(ed editor) []string {
	lines := ed.E.Status.Text.A
	if own := strings.TrimSpace(ed.E.Draft.Assessment); own != "" && len(lines) > 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// part is one part of the note in sentences.
type part struct {
	Key, Title string
	Lines      []string
}

func parts(t note.Text) []part {
	return []part{
		{"s", "Subjective", t.S}, {"o", "Objective", t.O}, {"treatment", "Treatment", t.Treatment}, {"a", "Assessment", t.A}, {"p", "Plan", t.P},
	}
}

// countsText says where the facts of a note come from.
func countsText(c note.Counts) string {
	return fmt.Sprintf("%d confirmed · %d changed · %d new · %d not re-checked", c.Confirmed, c.Changed, c.New, c.Carried)
}

// standing is what the bar says once nothing is missing: where the facts come
// from, and how much of the note only repeats the last one.
func standing(s visit.Status) string {
	text := countsText(s.Counts)
	if s.Share > 0 {
		text += fmt.Sprintf(" · %d%% repeats the last note", s.Share)
	}
	return text
}

// unitsText is what the minutes earn by the payer's rule: "2 units, 4 min to the
// next". Where nobody says how to count, minutes stand alone.
func unitsText(a *visit.Accrual) string {
	if a == nil {
		return ""
	}
	text := kit.Plural(a.Units, "unit", "units")
	if a.Next > 0 {
		text += fmt.Sprintf(", %d min to the next", a.Next)
	}
	if a.Units > 0 && a.Over > 0 {
		text += fmt.Sprintf(", %d over", a.Over)
	}
	if a.Open > 0 {
		text += fmt.Sprintf(", %d min under no procedure", a.Open)
	}
	return text
}

// clockText is the session clock as it stands without a script.
func clockText(ed editor) string {
	d := note.Draft{Start: note.Clock(ed.F.Value("start")), Stop: note.Clock(ed.F.Value("stop"))}
	switch length, ok := d.Length(); {
	case ok:
		return fmt.Sprintf("%d min", length)
	case d.Start != "" && d.Stop == "" && ed.E.Today:
		return "running since " + string(d.Start)
	}
	return "not running"
}

// careLines are the day's precautions, with the limits they set.
func careLines(g visit.Safety) []string {
	out := slices.Clone(g.Precautions)
	if g.MaxPressure > 0 {
		out = append(out, fmt.Sprintf("Pressure %d of %d at most.", g.MaxPressure, note.MaxPressure))
	}
	if len(g.AvoidPositions) > 0 {
		out = append(out, "Positions to avoid: "+positionNames(g.AvoidPositions)+".")
	}
	return out
}

func positionNames(codes []string) string {
	var names []string
	for _, c := range codes {
		names = append(names, strings.ToLower(note.Position(c).Label()))
	}
	return strings.Join(names, "; ")
}

func savedText(e visit.Editing) string {
	if e.SavedAt.IsZero() {
		return "Nothing to save yet"
	}
	return "Saved " + e.SavedAt.In(e.Item.Zone).Format("15:04:05")
}

func signClass(ed editor) string {
	if len(ed.E.Status.Missing) > 0 || ed.E.Gate.Refused != "" && ed.E.Draft.Untreated == nil {
		return ""
	}
	return "primary"
}

// stopText says that treatment is stopped or was barred, and what becomes of the
// note; "" when nothing stands against it.
func stopText(e visit.Editing) string {
	g := e.Gate
	switch {
	case g.Stopped != "":
		return "Treatment is stopped. " + g.Stopped + " Write under Assessment what was done, then sign."
	case g.Barred != "":
		return "The safety answers barred treatment. " + g.Barred + " Write under Assessment what was done, then sign."
	case g.Refused != "":
		return "Treatment is stopped. " + g.Refused
	}
	return ""
}

// askURL is where the safety questions of a visit's day are asked.
func askURL(e visit.Editing) string {
	q := url.Values{"next": {noteURL(e.Item.ID)}}
	if e.Gate.Late {
		q.Set("on", e.Item.Date.String())
	}
	return "/patients/" + e.Item.Patient.String() + "/screening/new?" + q.Encode()
}

func askText(e visit.Editing) string {
	if e.Gate.Late {
		return "Answer them afterwards"
	}
	return "Ask the safety questions"
}

// safetyLines are the precautions under which a note was signed, and the places
// that were to be left alone.
func safetyLines(b note.Signed, k *knowledge.Set) []string {
	lines := slices.Clone(b.Safety.Precautions)
	var names []string
	for _, site := range b.Safety.LocalSites {
		label := b.Labels[site]
		if label == "" {
			label = note.SiteLabel(k, site) // signed before the words were kept
		}
		if !slices.Contains(names, label) {
			names = append(names, label)
		}
	}
	if len(names) > 0 {
		lines = append(lines, "To be left alone: "+strings.Join(names, "; ")+".")
	}
	if n := b.Safety.MaxPressure; n > 0 {
		lines = append(lines, fmt.Sprintf("Pressure %d of %d at most.", n, note.MaxPressure))
	}
	if len(b.Safety.AvoidPositions) > 0 {
		lines = append(lines, "Positions to avoid: "+positionNames(b.Safety.AvoidPositions)+".")
	}
	return lines
}

// when is a visit's local day and time: "Tue 10 Mar 2026, 09:00".
func when(i visit.Item) string { return i.Wall().Format("Mon 2 Jan 2006, 15:04") }

// span is the local time a visit takes: "09:00–09:45".
func span(i visit.Item) string {
	return i.Wall().Format("15:04") + "–" + i.EndsAt().In(i.Zone).Format("15:04")
}

func stamp(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2 Jan 2006, 15:04 MST")
}

// age of a saved draft, for the page that compares two.
func clockOf(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04:05") }

func has(lines []string, line string) bool { return slices.Contains(lines, line) }

func ledgerTone(l visit.LedgerResult) kit.Tone {
	if l.Blocked {
		return kit.Danger
	}
	return kit.Info
}

func timeCell(i visit.Item, dates bool) string {
	if dates {
		return i.Date.Human() + ", " + span(i)
	}
	return span(i)
}

// verbOf is the step that comes next for whoever looks: ActSign stands for
// writing the note, ActPlan for reading it. A session of a day that is over is
// not started any more, only written up.
func verbOf(i visit.Item, a authz.Actor, today civil.Date) visit.Action {
	switch {
	case i.State == visit.StateCompleted && a.Can(authz.NoteRead):
		return visit.ActPlan
	case i.State == visit.StateInProgress && a.Can(authz.NoteWrite), i.State.Writable() && i.Date.Before(today) && a.Can(authz.NoteWrite):
		return visit.ActSign
	case i.Date != today:
		return ""
	case (i.State == visit.StateArrived || i.State == visit.StatePlanned) && i.Therapist == a.User && a.Can(authz.NoteWrite):
		return visit.ActStart
	case i.State == visit.StatePlanned && a.Can(authz.VisitWrite):
		return visit.ActArrive
	}
	return ""
}

func changeText(c visit.Change) string {
	if c.Action == visit.ActUndo {
		return "Undone: " + strings.ToLower(c.To.Label()) + " again"
	}
	if c.Action == visit.ActStart {
		return "Visit started"
	}
	if c.Action == visit.ActCancel {
		return "Cancelled"
	}
	return c.Action.Label()
}

func noteVerb(i visit.Item) string {
	if i.Note == visit.NoteSigned {
		return "Read note"
	}
	return "Open draft"
}

func foundStatus(query string, found []foundPatient) string {
	if query == "" {
		return ""
	}
	return kit.Plural(len(found), "patient found", "patients found")
}

// noteTone makes the note the main step once the session has begun or its day
// is over.
func noteTone(i visit.Item, today civil.Date) kit.Tone {
	if i.State == visit.StateInProgress || i.Date.Before(today) {
		return kit.Primary
	}
	return kit.Neutral
}
