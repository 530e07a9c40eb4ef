package claim

import (
	"slices"
)

// remeasureDays is how old the newest measurement may be before a new one is
// suggested: a month, as states that ask for measured progress do.
const remeasureDays = 31

// What was done, and what for.
var noteChecks = []Check{
	{Key: "note.signed", Title: "The note is signed", Proof: true, Prevents: []string{"16", "150"}, run: func(j *judge) {
		if j.f.Note.Document.IsZero() {
			j.block(j.noteFix(), "There is no signed note of this visit. Sign it first.")
		}
	}},
	{Key: "note.valid", Title: "The note stands", Proof: true, Prevents: []string{"16"}, run: func(j *judge) {
		if !j.f.Note.Document.IsZero() && !j.f.Note.Valid {
			j.block(j.noteFix(), "The note was entered in error and retracted. Nothing can be claimed from it.")
		}
	}},
	{Key: "note.same", Title: "The note is of this patient, visit and day", Proof: true, Prevents: []string{"16", "31", "140"}, run: func(j *judge) {
		n, v := j.f.Note, j.f.Visit
		switch {
		case n.Document.IsZero():
			j.na()
		case n.Patient != v.Patient && n.Patient != j.f.Patient.ID:
			j.block(j.noteFix(), "The note is in another patient’s chart.")
		case n.Visit != v.ID:
			j.block(j.noteFix(), "The note is of another visit.")
		case n.Date != v.Date:
			j.block(j.noteFix(), "The note is of %s, the visit of %s.", n.Date.Human(), v.Date.Human())
		}
	}},
	{Key: "note.future", Title: "The day of service has come", Proof: true, Prevents: []string{"16"}, run: func(j *judge) {
		switch on := j.f.Visit.Date; {
		case on.After(j.f.Today):
			j.block(j.noteFix(), "The visit is on %s, which has not come yet.", on.Human())
		case on.Before(j.f.Patient.BirthDate):
			j.block(j.detailsFix(), "The visit is before the patient’s birth date. Correct the birth date.")
		}
	}},
	{Key: "note.treated", Title: "The patient was treated", Proof: true, Prevents: []string{"16", "150"}, run: func(j *judge) {
		if j.f.Visit.Untreated {
			j.block(j.noteFix(), "The note says that the visit ended without treatment. There is nothing to claim.")
		}
	}},
	{Key: "minutes.recorded", Title: "Minutes are recorded for each technique", Proof: true, Prevents: []string{"150", "222"}, run: minutesRecorded},
	{Key: "place.recorded", Title: "Each technique names where it was applied", Proof: true, Prevents: []string{"50", "150"}, run: func(j *judge) {
		for _, g := range j.f.Note.Given {
			if len(g.Sites) == 0 {
				j.block(j.noteFix(), "%s names no place of the body. Retract the note and write it again with the place.", g.Label)
			}
		}
	}},
	{Key: "finding.addressed", Title: "Each line answers to a finding where it was given", Proof: true, Prevents: []string{"11", "50", "167"}, run: func(j *judge) {
		for _, l := range j.d.Lines {
			if len(l.Proof.Findings) == 0 {
				j.add(Block, l.Control, "", spell(key(l.Procedure, l.Modifiers))+
					": nothing was found where it was given. Record the finding in an assessment, or check the regions of the prescription.",
					j.patientPage("Open the assessments", "/assessments"))
			}
		}
	}},
	{Key: "measure.current", Title: "There is a measured baseline or re-measurement", Proof: true, Prevents: []string{"50", "151"}, run: measureCurrent},
}

func minutesRecorded(j *judge) {
	if len(j.f.Note.Given) == 0 {
		if !j.f.Note.Document.IsZero() && !j.f.Visit.Untreated {
			j.block(j.noteFix(), "The note records no technique.")
		}
		return
	}
	for _, g := range j.f.Note.Given {
		if g.Minutes <= 0 {
			j.block(j.addendumFix(), "%s has no minutes in the note. Correct the minutes with an addendum.", g.Label)
		}
	}
}

// measureCurrent asks for a measurement whatever it shows: a patient who does
// not get better is proof as well. How the patient rates pain in a note is
// asked at every visit and is no baseline.
func measureCurrent(j *judge) {
	fix := j.patientPage("Record a measurement", "/outcomes")
	m := j.f.Measured
	switch {
	case j.f.Note.Motions > 0:
	case m.On.IsZero():
		j.block(fix, "Nothing was measured on or before %s. Record a questionnaire, an assessment or a range of motion of that day.", j.f.Visit.Date.Human())
	case j.f.Visit.Date.DaysSince(m.On) > remeasureDays:
		j.warn(fix, "The newest measurement (%s) is of %s, more than a month before the visit. Measure again, whatever it shows.", m.What, m.On.Human())
	}
}

// noteStands reports whether there is a note whose content can be asked about.
func (j *judge) noteStands() bool { return !j.f.Note.Document.IsZero() && j.f.Note.Valid }

// techniques lists the techniques of the note, each once.
func (j *judge) techniques() []Given {
	var out []Given
	for _, g := range j.f.Note.Given {
		if !slices.ContainsFunc(out, func(o Given) bool { return o.Technique == g.Technique }) {
			out = append(out, g)
		}
	}
	return out
}
