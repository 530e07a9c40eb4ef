package planui

import (
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/plan"
	"soapstone/internal/web/kit"
)

// positions offers how the patient lies, and says which way is to be avoided.
func positions(l plan.Limits) []kit.Option {
	var out []kit.Option
	for _, p := range plan.Positions() {
		o := kit.Option{Value: string(p), Label: p.Label()}
		if slices.Contains(l.Positions, string(p)) {
			o.Label += " (say why)"
		}
		out = append(out, o)
	}
	return out
}

// avoid puts the limits into words, places with the same reason together.
func (u *ui) avoid(l plan.Limits) []string {
	var out []string
	if l.MaxPressure > 0 {
		out = append(out, "Pressure at most "+strconv.FormatInt(l.MaxPressure, 10)+" of 5.")
	}
	for _, p := range l.Positions {
		out = append(out, "Not: "+strings.ToLower(plan.Position(p).Label())+".")
	}
	var said []string
	say := func(why string) {
		if !slices.Contains(said, why) {
			said = append(said, why)
		}
	}
	for _, x := range u.Knowledge.Sites() {
		if why, ok := l.Sites[x.ID]; ok {
			say(why)
		}
	}
	for _, t := range u.Knowledge.Techniques() {
		for _, tag := range t.Tags {
			if why, ok := l.Techniques[tag]; ok {
				say(why)
			}
		}
	}
	return append(out, said...)
}

func reasonHint(e editorView) string {
	if len(e.Avoid) == 0 {
		return "Only if the pressure is above " + strconv.FormatInt(e.Limit, 10) + "."
	}
	return "Only if it goes beyond what is to be left out."
}
