package assessment

import (
	"soapstone/internal/knowledge"
)

// EndFeel is what stops a movement at its end.
type EndFeel string

// EndFeels in the order shown.
func EndFeels() []EndFeel { return []EndFeel{"soft", "firm", "hard", "springy", "empty"} }

// Label is the end-feel in words.
func (e EndFeel) Label() string {
	switch e {
	case "soft":
		return "Soft"
	case "firm":
		return "Firm"
	case "hard":
		return "Hard"
	case "springy":
		return "Springy"
	case "empty":
		return "Empty (stopped by pain)"
	}
	return string(e)
}

// PostureLabel is a posture finding in words; the id itself when not known.
func PostureLabel(cat Catalogue, id string) string {
	if p, ok := cat.Posture.Finding(id); ok {
		return p.Label
	}
	return id
}

// GroupLabel is a muscle group in words; the id itself when not known.
func GroupLabel(cat Catalogue, id string) string {
	g, ok := cat.Strength.Group(id)
	switch {
	case !ok:
		return id
	case g.Myotome != "":
		return g.Label + " (" + g.Myotome + ")"
	}
	return g.Label
}

// GaitLabel is a gait finding in words, with its side.
func GaitLabel(cat Catalogue, s Seen) string {
	label := s.Finding
	if f, ok := cat.Gait.Finding(s.Finding); ok {
		label = f.Label
	}
	if s.Side != knowledge.Midline {
		label += ", " + s.Side.Label()
	}
	return label
}

// GradeLabel is a grade of a list that counts from 0; "" when there is none.
func GradeLabel(tags []knowledge.Tag, grade int64) string {
	if grade < 0 || grade >= int64(len(tags)) {
		return ""
	}
	return tags[grade].Label
}

// Offered lists the body sites offered for a region: those of its zones.
func Offered(k *knowledge.Set, regions []Region) []knowledge.Site {
	zones := map[string]bool{}
	for _, r := range regions {
		switch r {
		case Neck:
			zones["neck-shoulders"], zones["head-face"] = true, true
		case Back:
			zones["upper-back-chest"], zones["low-back-hips"] = true, true
		case Shoulder:
			zones["neck-shoulders"], zones["upper-back-chest"], zones["right-arm"], zones["left-arm"] = true, true, true, true
		case Pelvis:
			zones["low-back-hips"], zones["thighs-knees"] = true, true
		case Wrist:
			zones["right-arm"], zones["left-arm"] = true, true
		}
	}
	var first, rest []knowledge.Site
	for _, s := range k.Sites() {
		if zones[s.Zone] {
			first = append(first, s)
		} else {
			rest = append(rest, s)
		}
	}
	return append(first, rest...)
}
