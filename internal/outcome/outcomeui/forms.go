package outcomeui

import (
	"fmt"
	"net/http"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/web/form"
)

// maxNew is how many new activities the form offers at once.
const maxNew = 3

// The names of the fields of a form with statements to tick.
const (
	fieldTicked = "ticked"
	fieldNone   = "none"
)

func (u *ui) decode(r *http.Request, f *form.Form, inst knowledge.Instrument, c outcome.Course) outcome.Input {
	in := outcome.Input{Instrument: inst.ID, Answers: outcome.Answers{}, Visit: form.ID[id.Visit](f, "visit")}
	m := mode(r, f, inst)
	if m == modePatient {
		a, _ := authz.From(r.Context())
		in.On = a.Today(u.Clock.Now())
	} else {
		in.On = f.Date("on", form.Required("Enter the day it was filled in."))
	}
	switch {
	case m == modeTotal:
		in.Total = f.Number(knowledge.TotalKey, inst.Min, inst.Max, form.Required("Enter the total on the form."))
		if it, ok := inst.SafetyItem(); ok {
			choose(f, inst, it, in.Answers)
			f.Require(it.ID, "Look this answer up on the paper form: a total alone does not show it.")
		}
	case inst.Ticks:
		ticked(f, inst, in.Answers)
	case inst.PatientItems:
		in.NewActivities = activities(f, inst, c, in.Answers)
	default:
		for _, it := range inst.Items {
			choose(f, inst, it, in.Answers)
		}
	}
	return in
}

// choose reads one of an item's answers, or its rating.
func choose(f *form.Form, inst knowledge.Instrument, it knowledge.InstrumentItem, into outcome.Answers) {
	choices := inst.Choices(it)
	if len(choices) == 0 {
		rate(f, inst, it.ID, into)
		return
	}
	allowed := make([]string, len(choices))
	for i, c := range choices {
		allowed[i] = outcome.Number(c.Value)
	}
	got := f.Choice(it.ID, allowed...)
	for i, c := range choices {
		if got == allowed[i] {
			into[it.ID] = c.Value
		}
	}
}

func rate(f *form.Form, inst knowledge.Instrument, name string, into outcome.Answers) {
	if v := f.OptInt(name, int64(inst.Min), int64(inst.Max)); v != nil {
		into[name] = float64(*v)
	}
}

// ticked reads the statements. A form on which nothing was touched is no
// answer: whoever ticks no statement says so.
func ticked(f *form.Form, inst knowledge.Instrument, into outcome.Answers) {
	var ids []string
	for _, it := range inst.Items {
		ids = append(ids, it.ID)
	}
	got, none := f.Choices(fieldTicked, ids...), f.Bool(fieldNone)
	f.Check(len(got) > 0 || none, fieldTicked, "Tick what describes you today, or at the end that none of it does.")
	f.Check(len(got) == 0 || !none, fieldNone, "Some statements are ticked. Take this tick away, or theirs.")
	if !f.Valid() {
		return
	}
	for _, k := range ids {
		into[k] = 0
	}
	for _, k := range got {
		into[k] = 1
	}
}

func activities(f *form.Form, inst knowledge.Instrument, c outcome.Course, into outcome.Answers) []string {
	for _, a := range c.Activities {
		if !a.Ended {
			rate(f, inst, a.ID.String(), into)
		}
	}
	var fresh []string
	for i := range maxNew {
		key := "new." + strconv.Itoa(i)
		fresh = append(fresh, f.Text(key+".text", form.Max(120)))
		rate(f, inst, key, into)
	}
	return fresh
}

// spread says what an earlier day's rating of an item was.
func spread(c outcome.Course, item string) string {
	valid := c.Valid()
	for i := len(valid) - 1; i >= 0; i-- {
		if v, ok := valid[i].Answers[item]; ok {
			return fmt.Sprintf("Last: %s on %s.", outcome.Number(v), valid[i].On.Human())
		}
	}
	return ""
}
