package intakeui

import (
	"fmt"
	"strconv"

	"soapstone/internal/id"
	"soapstone/internal/intake"
	"soapstone/internal/patient"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// spareRows are the empty lines for surgeries below those that are filled in.
const spareRows = 2

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func row(i int) string { return fmt.Sprintf("surgery.%d", i) }

// decode reads the form. What is sensible is the service's to say.
func decode(f *form.Form) intake.Submission {
	in := intake.Submission{Intake: form.ID[id.Intake](f, "intake", form.Required("Open the form again from the chart.")),
		Version: f.Int("version", 1, 1<<53), Marks: map[intake.Section]intake.Mark{}}
	for _, s := range intake.Sections() {
		if m := form.Choice(f, "mark."+string(s), intake.MarkSame, intake.MarkChanged); m != intake.NoMark {
			in.Marks[s] = m
		}
	}
	text := func(name string) string { return f.Area(name, form.Max(intake.MaxText)) }
	line := func(name string) string { return f.Text(name, form.Max(intake.MaxLine)) }
	a := &in.Answers
	a.Reason, a.Since, a.OnsetDate = text("reason"), line("since"), f.Date("onset_date")
	a.Mechanism, a.MechanismDetail, a.TriedSoFar = f.Choice("mechanism", intake.Keys(intake.Mechanisms())...), text("mechanism_detail"), text("tried_so_far")
	a.Goals = text("goals")
	a.History, a.HistoryOther = decodeHistory(f), text("history_other")
	for _, r := range f.Rows("surgery", intake.MaxSurgeries+spareRows+1) {
		a.Surgeries = append(a.Surgeries, intake.Surgery{What: line(r + ".what"), When: line(r + ".when"), Note: line(r + ".note")})
	}
	a.NoSurgeries = f.Bool("no_surgeries")
	a.Avoid, a.AvoidOther = f.Choices("avoid", intake.Keys(intake.Areas())...), line("avoid_other")
	a.Pressure = f.Choice("pressure", intake.Keys(intake.Pressures())...)
	a.Positions, a.PositionsNote = f.Choices("positions", intake.Keys(intake.Positions())...), line("positions_note")
	a.Clothing, a.Chaperone, a.Comfort = f.Choice("clothing", intake.Keys(intake.Clothing())...), f.YesNo("chaperone"), text("comfort")
	a.Occupation, a.Activity = line("occupation"), text("activity")
	a.CallName, a.CallRelation = f.Text("call_name", form.Max(patient.MaxName)), line("call_relation")
	a.CallPhone, a.CallAbout = f.Text("call_phone", form.Max(40)), text("call_about")
	return in
}

func decodeHistory(f *form.Form) map[string]intake.Group {
	out := map[string]intake.Group{}
	for _, g := range intake.Groups() {
		name := "history." + g.Key
		in := intake.Group{Note: f.Text(name+".note", form.Max(intake.MaxLine))}
		for _, k := range f.Choices(name, append(intake.Keys(g.Conditions), intake.None)...) {
			if k == intake.None {
				in.None = true
			} else {
				in.Has = append(in.Has, k)
			}
		}
		if in.Answered() || in.Note != "" {
			out[g.Key] = in
		}
	}
	return out
}

// encode fills the form from a draft.
func encode(r intake.Record) *form.Form {
	a := r.Answers
	f := form.FromValues(map[string]string{
		"intake": r.ID.String(), "version": itoa(r.Version),
		"reason": a.Reason, "since": a.Since, "onset_date": a.OnsetDate.String(), "mechanism": a.Mechanism,
		"mechanism_detail": a.MechanismDetail, "tried_so_far": a.TriedSoFar, "goals": a.Goals, "history_other": a.HistoryOther,
		"avoid_other": a.AvoidOther, "pressure": a.Pressure, "positions_note": a.PositionsNote, "clothing": a.Clothing, "comfort": a.Comfort,
		"occupation": a.Occupation, "activity": a.Activity, "call_name": a.CallName, "call_relation": a.CallRelation,
		"call_phone": a.CallPhone, "call_about": a.CallAbout,
	})
	f.Set("avoid", a.Avoid...).Set("positions", a.Positions...)
	for key, g := range a.History {
		values := g.Has
		if g.None {
			values = append(values, intake.None)
		}
		f.Set("history."+key, values...).Set("history."+key+".note", g.Note)
	}
	for i, s := range a.Surgeries {
		f.Set(row(i)+".what", s.What).Set(row(i)+".when", s.When).Set(row(i)+".note", s.Note)
	}
	if a.NoSurgeries {
		f.Set("no_surgeries", "yes")
	}
	if a.Chaperone != nil {
		f.Set("chaperone", map[bool]string{true: "yes", false: "no"}[*a.Chaperone])
	}
	for s, p := range r.Sections {
		if p == intake.Confirmed {
			f.Set("mark."+string(s), string(intake.MarkSame))
		}
	}
	return f
}

// surgeryRows are the rows of the form: those filled in, and spare ones.
func surgeryRows(f *form.Form) []string {
	used := 0
	for i := range intake.MaxSurgeries {
		if f.Has(row(i)+".what") || f.Has(row(i)+".when") || f.Has(row(i)+".note") {
			used = i + 1
		}
	}
	var out []string
	for i := range min(used+spareRows, intake.MaxSurgeries) {
		out = append(out, row(i))
	}
	return out
}

func options(list []intake.Choice) []kit.Option {
	out := make([]kit.Option, len(list))
	for i, c := range list {
		out[i] = kit.Option{Value: c.Key, Label: c.Label}
	}
	return out
}

// groupOptions are the conditions of a group, and that there are none.
func groupOptions(g intake.Checklist) []kit.Option {
	return append(options(g.Conditions), kit.Option{Value: intake.None, Label: "None of these"})
}

var markOptions = []kit.Option{{Value: string(intake.MarkSame), Label: "No change"}, {Value: string(intake.MarkChanged), Label: "Changed"}}
