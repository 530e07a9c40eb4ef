package intake

import "strings"

// Line is one answer in words.
type Line struct {
	Label, Value string
	// Was is the answer of the submission before where it differs, or "–" where
	// there was none; empty for a first submission.
	Was string
}

// Lines puts the answers of a section into words, in the order asked;
// unanswered questions are left out. Answers that differ from before, which
// may be nil, say what they were; so do answers that are gone.
func (a Answers) Lines(s Section, before *Answers) []Line {
	now := a.lines(s)
	if before == nil {
		return kept(now)
	}
	old := before.lines(s)
	for i := range now {
		if now[i].Value != old[i].Value {
			now[i].Was = old[i].Value
			if now[i].Was == "" {
				now[i].Was = "–"
			}
		}
	}
	return kept(now)
}

func kept(all []Line) []Line {
	var out []Line
	for _, l := range all {
		if l.Value != "" || l.Was != "" {
			out = append(out, l)
		}
	}
	return out
}

// lines gives every question of a section, so that two submissions have the
// same ones in the same places.
func (a Answers) lines(s Section) []Line {
	switch s {
	case Reason:
		return []Line{
			{Label: "Reason", Value: a.Reason}, {Label: "Since", Value: a.Since}, {Label: "Date it began", Value: a.OnsetDate.Human()},
			{Label: "How it began", Value: label(Mechanisms(), a.Mechanism)}, {Label: "What happened", Value: a.MechanismDetail},
			{Label: "Tried so far", Value: a.TriedSoFar},
		}
	case Goals:
		return []Line{{Label: "In the patient's words", Value: a.Goals}}
	case History:
		var out []Line
		for _, g := range Groups() {
			out = append(out, Line{Label: g.Label, Value: a.group(g)})
		}
		return append(out, Line{Label: "Anything else", Value: a.HistoryOther})
	case Surgeries:
		return []Line{{Label: "Surgeries", Value: a.surgeryText()}}
	case Touch:
		return []Line{
			{Label: "Do not touch", Value: strings.Join(a.avoided(), ", ")}, {Label: "Pressure", Value: label(Pressures(), a.Pressure)},
			{Label: "Positions that do not work", Value: labels(Positions(), a.Positions)}, {Label: "About positions", Value: a.PositionsNote},
			{Label: "Clothing", Value: label(Clothing(), a.Clothing)}, {Label: "Chaperone wanted", Value: yesNo(a.Chaperone)},
			{Label: "What helps to feel safe", Value: a.Comfort},
		}
	case Life:
		return []Line{{Label: "Occupation", Value: a.Occupation}, {Label: "A usual day", Value: a.Activity}}
	case Contact:
		return []Line{{Label: "Name", Value: a.CallName}, {Label: "Relation", Value: a.CallRelation}, {Label: "Phone", Value: a.CallPhone}, {Label: "What may be discussed", Value: a.CallAbout}}
	}
	return nil
}

func label(list []Choice, key string) string {
	if key == "" {
		return ""
	}
	return LabelOf(list, key)
}

func labels(list []Choice, keys []string) string {
	var out []string
	for _, k := range keys {
		out = append(out, LabelOf(list, k))
	}
	return strings.Join(out, ", ")
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "Yes"
	}
	return "No"
}

// group is the answer to a group: silence, none, or the conditions.
func (a Answers) group(g Checklist) string {
	in := a.History[g.Key]
	s := labels(g.Conditions, in.Has)
	if in.None {
		s = "None of these"
	}
	if in.Note == "" {
		return s
	}
	if s == "" {
		return in.Note
	}
	return s + ". " + in.Note
}

func (a Answers) surgeryText() string {
	if a.NoSurgeries {
		return "None"
	}
	var out []string
	for _, s := range a.Surgeries {
		line := s.What
		if s.When != "" {
			line += " (" + s.When + ")"
		}
		if s.Note != "" {
			line += ": " + s.Note
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
