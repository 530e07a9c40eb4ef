package assessment

import (
	"slices"

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

var tones = []string{"Low", "Usual", "Raised a little (+)", "Raised (++)", "Raised strongly (+++)"}

var tendernesses = []string{"None", "Says it is tender", "Tender and winces", "Winces and pulls away", "Does not allow touch"}

// ToneLabel is a grade of muscle tone, 0 to 4, in words.
func ToneLabel(grade int64) string { return word(tones, grade) }

// TendernessLabel is a grade of tenderness, 0 to 4, in words.
func TendernessLabel(grade int64) string { return word(tendernesses, grade) }

func word(list []string, i int64) string {
	if i < 0 || int(i) >= len(list) {
		return ""
	}
	return list[i]
}

// Posture is an observation offered as a chip.
type Posture struct {
	Key   string // stored
	Label string
	Side  knowledge.Side
}

var postures = []Posture{
	{"forward-head", "Head forward", ""},
	{"head-tilt-l", "Head tilted left", knowledge.SideLeft},
	{"head-tilt-r", "Head tilted right", knowledge.SideRight},
	{"rounded-shoulders", "Shoulders rounded", ""},
	{"shoulder-high-l", "Left shoulder higher", knowledge.SideLeft},
	{"shoulder-high-r", "Right shoulder higher", knowledge.SideRight},
	{"scapula-wing-l", "Left shoulder blade stands out", knowledge.SideLeft},
	{"scapula-wing-r", "Right shoulder blade stands out", knowledge.SideRight},
	{"kyphosis-more", "Upper back more rounded", ""},
	{"kyphosis-less", "Upper back flat", ""},
	{"lordosis-more", "Low back more hollow", ""},
	{"lordosis-less", "Low back flat", ""},
	{"sway-back", "Sway back", ""},
	{"trunk-shift-l", "Trunk shifted left", knowledge.SideLeft},
	{"trunk-shift-r", "Trunk shifted right", knowledge.SideRight},
	{"hip-high-l", "Left hip higher", knowledge.SideLeft},
	{"hip-high-r", "Right hip higher", knowledge.SideRight},
}

// Postures are the observations offered. They are recorded, never scored:
// posture foretells pain poorly.
func Postures() []Posture { return slices.Clone(postures) }

// PostureLabel is an observation in words; the key itself when it is not known.
func PostureLabel(key string) string {
	if p, ok := posture(key); ok {
		return p.Label
	}
	return key
}

func posture(key string) (Posture, bool) {
	i := slices.IndexFunc(postures, func(p Posture) bool { return p.Key == key })
	if i < 0 {
		return Posture{}, false
	}
	return postures[i], true
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
