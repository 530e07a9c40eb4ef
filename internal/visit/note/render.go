package note

import (
	"cmp"
	"fmt"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

// Text is a note in sentences, a list for each part.
type Text struct {
	S         []string `json:"s"`
	O         []string `json:"o"`
	Treatment []string `json:"treatment"`
	A         []string `json:"a"`
	P         []string `json:"p"`
}

// Prior is the last signed note, for "was" and "unchanged".
type Prior struct {
	Note Draft
	Date civil.Date
}

// Render writes the note in sentences. They restate what was entered and what
// the last note held; nothing is concluded from it. What is carried is left
// out. prior is nil when there is no earlier note.
func Render(d Draft, prior *Prior, k *knowledge.Set) Text {
	d = d.Own()
	w := writer{d: d, k: k}
	if prior != nil {
		w.last, w.lastDate, w.second = prior.Note.Own(), prior.Date, true
	}
	return Text{S: w.subjective(), O: w.objective(), Treatment: w.treatment(), A: w.assessment(), P: w.plan()}.filled()
}

// Safety is the text with what is to be said of the safety questions, which
// stands before what the therapist says about it.
func (t Text) Safety(s Safety) Text {
	var first []string
	if s.Afterwards != nil {
		first = append(first, "Safety questions answered on "+s.Afterwards.On.Human()+", after the visit: "+sentence(s.Afterwards.Reason))
	}
	if s.Stopped != "" {
		first = append(first, "Stopped: "+sentence(s.Stopped))
	}
	if s.Barred != "" {
		first = append(first, "The safety answers barred treatment: "+sentence(s.Barred))
	}
	if len(s.Beyond) > 0 {
		first = append(first, "Beyond the day’s precautions: "+strings.Join(s.Beyond, "; ")+".")
	}
	t.A = orEmpty(append(first, t.A...))
	return t
}

func (t Text) filled() Text {
	return Text{orEmpty(t.S), orEmpty(t.O), orEmpty(t.Treatment), orEmpty(t.A), orEmpty(t.P)}
}

type writer struct {
	d, last  Draft
	lastDate civil.Date
	second   bool // there is a note before
	k        *knowledge.Set
}

func (w writer) subjective() []string {
	var out []string
	s := w.d.Subjective
	if s.PainNow != nil {
		line := fmt.Sprintf("Pain now %d/10", *s.PainNow)
		if was := w.last.Subjective.PainNow; was != nil {
			line += fmt.Sprintf(" (%d/10 on %s)", *was, w.lastDate.Human())
		}
		out = append(out, line+".")
	}
	switch s.SinceLast {
	case SinceFirst:
		out = append(out, "First visit.")
	case SinceBetter, SinceSame, SinceWorse:
		out = append(out, "Since the last visit: "+lower(s.SinceLast.Label())+".")
	}
	if len(s.Symptoms) > 0 {
		var words []string
		for _, x := range s.Symptoms {
			words = append(words, lower(x.Label()))
		}
		out = append(out, "Reports: "+strings.Join(words, ", ")+".")
	}
	return appendText(out, s.Text)
}

func (w writer) objective() []string {
	var out []string
	for _, t := range MarkTypes() {
		if t == Treated {
			continue
		}
		var places []string
		for _, m := range w.d.Marks {
			if m.Type == t {
				places = append(places, w.markText(m))
			}
		}
		if len(places) > 0 {
			out = append(out, t.Label()+": "+strings.Join(places, "; ")+".")
		}
	}
	for _, m := range w.d.Objective.ROM {
		out = append(out, w.measureText(m)+".")
	}
	return appendText(out, w.d.Objective.Text)
}

func (w writer) markText(m Mark) string {
	s := SiteLabel(w.k, m.Site)
	var more []string
	if x := SeverityLabel(m.Severity); x != "" {
		more = append(more, x)
	}
	if was, ok := w.last.markAt(m); ok && m.Provenance == Changed {
		more = append(more, "was "+severityText(was.Severity))
	}
	if m.Provenance == Confirmed {
		more = append(more, "unchanged")
	}
	if len(more) > 0 {
		s += " (" + strings.Join(more, ", ") + ")"
	}
	return s
}

func (d Draft) markAt(m Mark) (Mark, bool) {
	for _, x := range d.Marks {
		if x.Site == m.Site && x.Type == m.Type {
			return x, true
		}
	}
	return Mark{}, false
}

// Measured is the value a draft holds for a motion on a side.
func (d Draft) Measured(motion, side string) (value int, ok bool) {
	for _, x := range d.Objective.ROM {
		if x.Motion == motion && x.Side == side {
			return x.Value, true
		}
	}
	return 0, false
}

func (w writer) measureText(m Measure) string {
	s := fmt.Sprintf("%s %d%s", MotionLabel(w.k, m.Motion, m.Side), m.Value, MotionUnit(w.k, m.Motion))
	if was, ok := w.last.Measured(m.Motion, m.Side); ok {
		s += fmt.Sprintf(" (%d%s on %s)", was, MotionUnit(w.k, m.Motion), w.lastDate.Human())
	}
	return s
}

func (w writer) treatment() []string {
	var out []string
	if length, ok := w.d.Length(); ok {
		out = append(out, fmt.Sprintf("Visit %s to %s (%d minutes).", w.d.Start, w.d.Stop, length))
	}
	if u := w.d.Untreated; u != nil {
		line := "Ended without treatment"
		if u.Reason != "" {
			line += ": " + u.Reason
		}
		out = append(out, sentence(line))
	}
	for _, v := range w.d.Interventions {
		out = append(out, w.interventionText(v)+".")
	}
	var treated []string
	for _, m := range w.d.Marks {
		if m.Type == Treated {
			treated = append(treated, SiteLabel(w.k, m.Site))
		}
	}
	if len(treated) > 0 {
		out = append(out, "Treated: "+strings.Join(treated, "; ")+".")
	}
	return append(out, w.response()...)
}

func (w writer) interventionText(v Intervention) string {
	head := techniqueLabel(w.k, v.Technique)
	if v.Minutes != nil {
		head += fmt.Sprintf(", %d min", *v.Minutes)
	}
	var was Intervention
	if v.Provenance == Changed {
		was, _ = w.last.usedLast(v.Technique)
	}
	parts := []string{head}
	before := was.how(w.k)
	for i, now := range v.how(w.k) {
		if now == "" {
			continue
		}
		// Places of the last note that were not treated today stay out of this one.
		if i > 0 && was.Technique != "" && now != before[i] {
			now += " (was " + cmp.Or(before[i], "not recorded") + ")"
		}
		parts = append(parts, now)
	}
	return strings.Join(parts, " – ")
}

// how is where, how hard and in which position, in words.
func (v Intervention) how(k *knowledge.Set) [3]string {
	return [3]string{v.places(k), pressureText(v.Pressure), lower(v.Position.Label())}
}

// Was says how a technique stands to the last note: new, confirmed, or changed
// and what differs: "was pressure 3/5 · prone". last is nil without one.
func (v Intervention) Was(last *Draft, k *knowledge.Set) (Provenance, string) {
	if !v.Provenance.In() {
		return Carried, ""
	}
	if last == nil {
		return New, ""
	}
	own := last.Own()
	p := own.judgeIntervention(v)
	switch p {
	case Confirmed:
		return p, "as last time"
	case New:
		return p, "new"
	}
	was, _ := own.usedLast(v.Technique)
	var out []string
	before := was.how(k)
	for i, now := range v.how(k) {
		if now != before[i] {
			out = append(out, cmp.Or(before[i], [3]string{"no place", "no pressure", "no position"}[i]))
		}
	}
	return p, "was " + strings.Join(out, " · ")
}

// usedLast is a technique as the note has it; the last, when it is there twice.
func (d Draft) usedLast(technique string) (v Intervention, ok bool) {
	for _, x := range d.Interventions {
		if x.Technique == technique {
			v, ok = x, true
		}
	}
	return v, ok
}

func (v Intervention) places(k *knowledge.Set) string {
	var places []string
	for _, s := range v.Sites {
		places = append(places, SiteLabel(k, s))
	}
	if len(places) == 0 && v.Region != "" {
		places = append(places, ZoneLabel(k, v.Region))
	}
	return strings.Join(places, "; ")
}

func pressureText(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprintf("pressure %d/5", *n)
}

func (w writer) response() []string {
	r := w.d.Response
	var out []string
	switch r.Level {
	case "":
	case ResponseAdverse:
		out = append(out, "Response: an adverse event occurred.")
	default:
		out = append(out, "Response to treatment: "+lower(r.Level.Label())+".")
	}
	if a := r.Adverse; a != nil && r.Level == ResponseAdverse {
		line := "Adverse event"
		if x := SeverityLabel(a.Severity); x != "" {
			line += " (" + x + ")"
		}
		if a.What != "" {
			out = append(out, line+": "+sentence(a.What))
		}
		if a.When != "" {
			out = append(out, "When: "+sentence(a.When))
		}
		if a.Action != "" {
			out = append(out, "Action taken: "+sentence(a.Action))
		}
		if a.Told != "" {
			out = append(out, "Informed: "+sentence(a.Told))
		}
	}
	return appendText(out, r.Text)
}

// assessment restates what was entered, beside what the last note held; the
// judgement is the therapist's own text.
func (w writer) assessment() []string {
	var out []string
	if w.d.Caution != "" {
		out = append(out, "The reason for it: "+sentence(w.d.Caution))
	}
	if s := w.d.Subjective.SinceLast; s != "" && s != SinceFirst {
		out = append(out, "The patient reports to be "+sinceWords[s]+" since the last visit.")
	}
	if now, was := w.d.Subjective.PainNow, w.last.Subjective.PainNow; now != nil && was != nil {
		out = append(out, fmt.Sprintf("Pain %d → %d/10 since %s.", *was, *now, w.lastDate.Human()))
	}
	for _, m := range w.d.Objective.ROM {
		if was, ok := w.last.Measured(m.Motion, m.Side); ok {
			u := MotionUnit(w.k, m.Motion)
			out = append(out, fmt.Sprintf("%s %d%s → %d%s.", MotionLabel(w.k, m.Motion, m.Side), was, u, m.Value, u))
		}
	}
	for _, p := range []struct {
		is    Provenance
		words string
	}{{Confirmed, "As on " + w.lastDate.Human()}, {Changed, "Changed"}, {New, "New"}} {
		if found := w.found(p.is); len(found) > 0 && w.second {
			out = append(out, p.words+": "+strings.Join(found, "; ")+".")
		}
	}
	return appendText(out, w.d.Assessment)
}

var sinceWords = map[Since]string{SinceBetter: "better", SinceSame: "the same", SinceWorse: "worse"}

// found are the findings of one provenance; what was treated is none.
func (w writer) found(p Provenance) []string {
	var out []string
	for _, m := range w.d.Marks {
		if m.Type == Treated || m.Provenance != p {
			continue
		}
		text := lower(m.Type.Label()) + " at " + SiteLabel(w.k, m.Site)
		if was, ok := w.last.markAt(m); ok && p == Changed {
			text += ", " + severityText(was.Severity) + " → " + severityText(m.Severity)
		}
		out = append(out, text)
	}
	return out
}

func severityText(n int) string { return cmp.Or(SeverityLabel(n), "not graded") }

func (w writer) plan() []string {
	var out []string
	if s := w.d.Plan.Next.Sentence(); s != "" {
		out = append(out, s)
	}
	var home []string
	for _, h := range w.d.Plan.HomeCare {
		home = append(home, lower(h.Text))
	}
	if len(home) > 0 {
		out = append(out, "Home care: "+strings.Join(home, "; ")+".")
	}
	return appendText(out, w.d.Plan.Text)
}
