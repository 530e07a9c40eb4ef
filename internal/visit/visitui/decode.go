package visitui

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/form"
)

// The names of the note's form. Names that begin with "ui." say how the page
// is shown and belong to no note.
const (
	groupMarks = "marks"
	groupROM   = "rom"
	groupTx    = "tx"
)

// decode reads a note from its form. Complaints are noted on the fields.
func decode(f *form.Form) (d note.Draft, covering bool) {
	d.Subjective = note.Subjective{
		PainNow:   number(f.OptInt("pain", 0, note.MaxPain)),
		SinceLast: form.Choice(f, "since", note.Sinces()...),
		Symptoms:  form.Choices(f, "symptom", codes[note.Symptom](note.Symptoms())...),
		Text:      f.Area("s_text", form.Max(note.MaxText)),
	}
	d.Marks = decodeMarks(f)
	d.Objective = note.Objective{ROM: decodeROM(f), Text: f.Area("o_text", form.Max(note.MaxText))}
	for _, p := range rows(f, groupTx) {
		d.Interventions = append(d.Interventions, decodeTx(f, p))
	}
	d.Response = decodeResponse(f)
	d.Start, d.Stop = clock(f, "start"), clock(f, "stop")
	d.Caution = f.Area("caution", form.Max(note.MaxText))
	d.Assessment = f.Area("a_text", form.Max(note.MaxText))
	d.Plan = decodePlan(f)
	if reason := f.Area("untreated_reason", form.Max(note.MaxText)); f.Bool("untreated") {
		d.Untreated = &note.Untreated{Reason: reason}
	}
	return d, f.Bool("covering")
}

func decodeMarks(f *form.Form) []note.Mark {
	var out []note.Mark
	seen := map[[2]string]bool{}
	for _, p := range rows(f, groupMarks) {
		m := note.Mark{
			Site: f.Text(p + ".site"), Type: form.Choice(f, p+".type", note.MarkTypes()...),
			Severity: int(f.Int(p+".severity", 0, note.MaxSeverity)), Provenance: touched(f, p),
		}
		key := [2]string{m.Site, string(m.Type)}
		if !seen[key] {
			out = append(out, m)
		}
		seen[key] = true
	}
	return out
}

func decodeROM(f *form.Form) []note.Measure {
	var out []note.Measure
	seen := map[string]bool{}
	for _, p := range rows(f, groupROM) {
		motion := f.Text(p + ".motion")
		if seen[motion] {
			continue
		}
		seen[motion] = true
		for _, side := range []string{"L", "R", ""} {
			if v := f.OptInt(p+"."+sideName(side), note.MinDegrees, note.MaxDegrees); v != nil {
				out = append(out, note.Measure{Motion: motion, Side: side, Value: int(*v)})
			}
		}
	}
	return out
}

// sideName is the part of a control's name for a side.
func sideName(side string) string {
	if side == "" {
		return "M"
	}
	return side
}

func decodeTx(f *form.Form, p string) note.Intervention {
	v := note.Intervention{
		Technique: f.Text(p + ".technique"), Region: f.Text(p + ".region"),
		Pressure: number(f.OptInt(p+".pressure", 1, note.MaxPressure)),
		Position: form.Choice(f, p+".position", codes[note.Position](note.Positions())...), Provenance: touched(f, p),
	}
	for _, s := range f.Values(p + ".site") {
		if s != "" {
			v.Sites = append(v.Sites, s)
		}
	}
	if v.Provenance.In() {
		v.Minutes = number(f.OptInt(p+".minutes", 1, note.MaxMinutes))
	}
	return v
}

func decodeResponse(f *form.Form) note.Response {
	r := note.Response{Level: form.Choice(f, "response", note.Levels()...), Text: f.Area("response_text", form.Max(note.MaxText))}
	a := note.AdverseEvent{
		What: f.Area("adverse.what", form.Max(note.MaxText)), Severity: int(f.Int("adverse.severity", 0, note.MaxSeverity)),
		When: f.Text("adverse.when", form.Max(note.MaxLine)), Action: f.Area("adverse.action", form.Max(note.MaxText)), Told: f.Text("adverse.told"),
	}
	if r.Level == note.ResponseAdverse && a != (note.AdverseEvent{}) {
		r.Adverse = &a
	}
	return r
}

func decodePlan(f *form.Form) note.Plan {
	p := note.Plan{Next: form.Choice(f, "next", note.Nexts()...), Text: f.Area("p_text", form.Max(note.MaxText))}
	if p.Next != "" {
		p.NextProvenance = note.New
	}
	seen := map[string]bool{}
	for _, text := range f.Values("home") {
		if text = strings.TrimSpace(text); text != "" && !seen[text] {
			p.HomeCare = append(p.HomeCare, note.HomeCare{Text: text, Provenance: note.New})
		}
		seen[text] = true
	}
	return p
}

// touched is carried until the therapist has said something about the row.
func touched(f *form.Form, p string) note.Provenance {
	if f.Bool(p + ".touched") {
		return note.New
	}
	return note.Carried
}

func clock(f *form.Form, name string) note.Clock {
	m, ok := f.Clock(name)
	if !ok {
		return ""
	}
	return note.Clock(fmt.Sprintf("%02d:%02d", m/60, m%60))
}

func number(n *int64) *int {
	if n == nil {
		return nil
	}
	return note.Ptr(int(*n))
}

func codes[T ~string](words []note.Word) []T {
	out := make([]T, len(words))
	for i, w := range words {
		out[i] = T(w.Code)
	}
	return out
}

// fill is the form that shows a draft; decode reads it back.
func fill(d note.Draft, covering bool, prior *note.Prior) *form.Form {
	return form.Decode(valuesOf(d, covering, prior))
}

// valuesOf are the values of the note's form for a draft.
func valuesOf(d note.Draft, covering bool, prior *note.Prior) url.Values {
	v := url.Values{}
	set := func(name string, values ...string) { v[name] = values }
	s := d.Subjective
	set("pain", digits(s.PainNow))
	set("since", string(s.SinceLast))
	set("s_text", s.Text)
	for _, x := range s.Symptoms {
		v.Add("symptom", string(x))
	}
	for i, m := range d.Marks {
		p := row(groupMarks, i)
		set(p+".site", m.Site)
		set(p+".type", string(m.Type))
		set(p+".severity", strconv.Itoa(m.Severity))
		set(p+".touched", flag(m.Provenance))
	}
	fillROM(v, d, prior)
	for i, x := range d.Interventions {
		p := row(groupTx, i)
		set(p+".technique", x.Technique)
		set(p+".site", x.Sites...)
		set(p+".region", x.Region)
		set(p+".minutes", digits(x.Minutes))
		set(p+".pressure", digits(x.Pressure))
		set(p+".position", string(x.Position))
		set(p+".touched", flag(x.Provenance))
	}
	fillRest(v, d)
	if covering {
		set("covering", "yes")
	}
	return v
}

func fillRest(v url.Values, d note.Draft) {
	v.Set("o_text", d.Objective.Text)
	v.Set("start", string(d.Start))
	v.Set("stop", string(d.Stop))
	if u := d.Untreated; u != nil {
		v.Set("untreated", "yes")
		v.Set("untreated_reason", u.Reason)
	}
	v.Set("response", string(d.Response.Level))
	v.Set("response_text", d.Response.Text)
	if a := d.Response.Adverse; a != nil {
		v.Set("adverse.what", a.What)
		v.Set("adverse.when", a.When)
		v.Set("adverse.severity", strconv.Itoa(a.Severity))
		v.Set("adverse.action", a.Action)
		v.Set("adverse.told", a.Told)
	}
	v.Set("caution", d.Caution)
	v.Set("a_text", d.Assessment)
	v.Set("p_text", d.Plan.Text)
	own := d.Own()
	v.Set("next", string(own.Plan.Next))
	for _, h := range own.Plan.HomeCare {
		v.Add("home", h.Text)
	}
}

// fillROM has a row for each motion measured today or in the last note.
func fillROM(v url.Values, d note.Draft, prior *note.Prior) {
	have := map[string]string{}
	add := func(motion string) string {
		p, ok := have[motion]
		if !ok {
			p = row(groupROM, len(have))
			have[motion] = p
			v.Set(p+".motion", motion)
		}
		return p
	}
	if prior != nil {
		for _, m := range prior.Note.Objective.ROM {
			add(m.Motion)
		}
	}
	for _, m := range d.Objective.ROM {
		v.Set(add(m.Motion)+"."+sideName(m.Side), strconv.Itoa(m.Value))
	}
}

// rows lists the prefixes of a group's rows that are there.
func rows(f *form.Form, group string) []string {
	key := map[string]string{groupTx: ".technique", groupMarks: ".site", groupROM: ".motion"}[group]
	var out []string
	for _, p := range f.Rows(group, 1000) {
		if f.Has(p+key) && !f.Bool(p+".gone") {
			out = append(out, p)
		}
	}
	return out
}

func row(group string, i int) string { return group + "." + strconv.Itoa(i) }

func flag(p note.Provenance) string {
	if p.In() {
		return "1"
	}
	return ""
}

func digits(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// located turns names that count the draft's rows into those of the form they
// were read from, where rows may have been taken out between others.
func located(f *form.Form, name string) string {
	if f == nil {
		return name
	}
	for _, group := range []string{groupTx, groupMarks} {
		rest, ok := strings.CutPrefix(name, group+".")
		if !ok {
			continue
		}
		n, field, ok := strings.Cut(rest, ".")
		i, err := strconv.Atoi(n)
		if in := rows(f, group); ok && err == nil && i < len(in) {
			return in[i] + "." + field
		}
	}
	return name
}

// relocated is err with the names of its fields located in f.
func relocated(f *form.Form, err error) error {
	fields := errs.FieldsOf(err)
	if len(fields) == 0 {
		return err
	}
	out := make([]errs.Field, len(fields))
	for i, x := range fields {
		out[i] = errs.Field{Name: located(f, x.Name), Message: x.Message}
	}
	return errs.OnFields(out...)
}
