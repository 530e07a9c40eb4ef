package demo

import (
	"slices"

	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// heed fits a treatment to the day's precautions, as a therapist would: softer,
// in another position, not where it is to be left alone. Where nothing else is
// left to treat, the note says why it was done all the same.
func heed(d *note.Draft, g visit.Safety) {
	for i := range d.Interventions {
		v := &d.Interventions[i]
		if v.Pressure != nil && g.MaxPressure > 0 && *v.Pressure > g.MaxPressure {
			v.Pressure = note.Ptr(g.MaxPressure)
		}
		if slices.Contains(g.AvoidPositions, string(v.Position)) {
			v.Position = ""
			for _, w := range note.Positions() {
				if !slices.Contains(g.AvoidPositions, w.Code) {
					v.Position = note.Position(w.Code)
				}
			}
		}
		open := slices.DeleteFunc(slices.Clone(v.Sites), func(s string) bool { return slices.Contains(g.LocalSites, s) })
		if len(open) == 0 && len(v.Sites) > 0 {
			d.Caution = "Light holding beside the place only; it was looked at first and left alone itself."
			continue
		}
		v.Sites = open
	}
}
