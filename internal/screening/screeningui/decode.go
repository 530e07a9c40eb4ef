package screeningui

import (
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// partMedicines stands beside the groups of questions as something that can
// change; it opens the medicines and diagnoses, which are kept elsewhere.
const partMedicines = "medicines"

// fill writes an answer into the form's fields.
func fill(f *form.Form, key string, g screening.Given) {
	a := g.Answer
	switch {
	case !a.Date.IsZero():
		f.Set(key, "yes").Set(key+".on", a.Date.String())
	default:
		f.Set(key, a.String())
	}
	if len(a.Sites) > 0 {
		f.Set(key+".sites", a.Sites[0])
	}
	if len(a.Sites) > 1 {
		f.Set(key+".more", a.Sites[1])
	}
	if len(g.Parts) > 0 {
		f.Set("changed", g.Parts...)
	}
}

// groups puts the questions under their headings, in order.
func (u *ui) groups(qs []knowledge.Question) []group {
	var out []group
	for _, g := range u.Knowledge.Questions().Groups {
		card := group{Group: g}
		for _, q := range qs {
			if q.Group == g.ID {
				card.Questions = append(card.Questions, q)
			}
		}
		if len(card.Questions) > 0 {
			out = append(out, card)
		}
	}
	return out
}

func (u *ui) siteOptions() []kit.Option {
	var opts []kit.Option
	for _, s := range u.Knowledge.Sites() {
		opts = append(opts, kit.Option{Value: s.ID, Label: s.FullLabel()})
	}
	return opts
}

// parts are what can have changed: the groups in which answers stand, and those
// that were opened again today.
func (u *ui) parts(before map[string]screening.Given) []kit.Option {
	var out []kit.Option
	for _, g := range u.Knowledge.Questions().Groups {
		for _, q := range u.Knowledge.Questions().Questions {
			if q.Group == g.ID && before[q.Key].How == screening.Standing || slices.Contains(before[screening.HealthChanged].Parts, g.ID) {
				out = append(out, kit.Option{Value: g.ID, Label: g.Label})
				break
			}
		}
	}
	if len(out) > 0 {
		out = append(out, kit.Option{Value: partMedicines, Label: "Medicines or diagnoses"})
	}
	return out
}

// changed reads which parts have changed: meant only with a yes.
func (u *ui) changed(f *form.Form, before map[string]screening.Given) []string {
	var allowed []string
	for _, o := range u.parts(before) {
		allowed = append(allowed, o.Value)
	}
	if f.Text(screening.HealthChanged) != "yes" || len(allowed) == 0 {
		return nil
	}
	parts := f.Choices("changed", allowed...)
	f.Check(len(parts) > 0, "changed", "Tick what has changed.")
	return parts
}

// decode reads the answers to all questions that the form may hold. A question
// answered by the group button is marked as such: its wording was on screen. What
// stands from before and is not opened again is not read from the form at all.
func (u *ui) decode(f *form.Form, today civil.Date, before map[string]screening.Given) (map[string]screening.Given, error) {
	if e := f.Text("edition"); e != "" && e != u.Screening.Edition() {
		return nil, errs.New(errs.Stale, "The questions were reworded since this page was opened. Open it again and read them.")
	}
	out := map[string]screening.Given{}
	parts := u.changed(f, before)
	for _, q := range u.Knowledge.Questions().Questions {
		if g, ok := before[q.Key]; ok && g.How == screening.Standing && !slices.Contains(parts, q.Group) {
			out[q.Key] = g
			continue
		}
		g, ok := u.answer(f, q, today)
		if !ok {
			continue
		}
		if old, ok := before[q.Key]; ok && old.How != screening.Standing && old.Answer.String() == g.Answer.String() && slices.Equal(old.Answer.Sites, g.Answer.Sites) {
			g = old // confirmed as it was given today
		}
		if q.Key == screening.HealthChanged {
			g.Parts = parts
		}
		out[q.Key] = g
	}
	return out, nil
}

// answer reads the answer to one question; false without one.
func (u *ui) answer(f *form.Form, q knowledge.Question, today civil.Date) (screening.Given, bool) {
	text, how := f.Text(q.Key), screening.Asked
	if f.Value("group."+q.Key) != "" {
		how = screening.ByGroup
	}
	if text == "" && f.Value("shown."+q.Key) != "" && q.Group == f.Text("none") && q.Type != knowledge.AnswerNumber && q.Key != screening.HealthChanged {
		text, how = "no", screening.ByGroup
		f.Set(q.Key, "no").Set("group."+q.Key, "1")
	}
	if q.Type == knowledge.AnswerEvent && text == "yes" {
		if d := f.Date(q.Key + ".on"); !d.IsZero() {
			text = d.String()
			f.Check(!d.After(today), q.Key+".on", "This date is in the future.")
		}
	}
	a, err := screening.ParseAnswer(q, text)
	if err != nil {
		f.Merge(err)
		return screening.Given{}, false
	}
	if !a.Answered() {
		return screening.Given{}, false
	}
	if a.Reply == screening.Yes && q.AskSite {
		for _, s := range append(f.Values(q.Key+".sites"), f.Value(q.Key+".more")) {
			if slices.Contains(a.Sites, s) {
				continue
			}
			if _, ok := u.Knowledge.Site(s); ok {
				a.Sites = append(a.Sites, s)
			} else if s != "" {
				f.AddError(q.Key+".sites", "Choose a place from the list.")
			}
		}
		// Without its place such a yes bars nothing.
		f.Check(len(a.Sites) > 0, q.Key+".sites", "Say where.")
	}
	return screening.Given{Answer: a, How: how, On: today}, true
}
