package note

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/knowledge"
)

// SiteLabel names a body site with the patient's own side. What the program no
// longer knows is shown by its id, so that nothing disappears.
func SiteLabel(k *knowledge.Set, site string) string {
	if s, ok := k.Site(site); ok {
		return s.FullLabel()
	}
	return site
}

// ZoneLabel names a region of the body.
func ZoneLabel(k *knowledge.Set, zone string) string {
	if z, ok := k.Zone(zone); ok {
		return z.Label
	}
	return zone
}

func techniqueLabel(k *knowledge.Set, technique string) string {
	if t, ok := k.Technique(technique); ok {
		return t.Label
	}
	return technique
}

// TechniqueLabel names a technique.
func TechniqueLabel(k *knowledge.Set, technique string) string { return techniqueLabel(k, technique) }

// MotionLabel names a motion with its joint and the patient's own side:
// "Cervical rotation, right".
func MotionLabel(k *knowledge.Set, motion, side string) string {
	name := motion
	if n, ok := k.ROM().Norm(motion); ok {
		name = n.Label
		r := k.ROM().Regions
		if i := slices.IndexFunc(r, func(x knowledge.ROMRegion) bool { return x.ID == n.Region }); i >= 0 {
			name = r[i].Label + " " + lower(n.Label)
		}
	}
	if s := knowledge.Side(side).Label(); s != "" {
		name += ", " + s
	}
	return name
}

// MotionUnit is the unit written after a value: "°" or " mm".
func MotionUnit(k *knowledge.Set, motion string) string {
	if n, ok := k.ROM().Norm(motion); ok && n.Unit == "mm" {
		return " mm"
	}
	return "°"
}

// Regions lists the ids of the zones an intervention reached, in the order of
// its sites, without repeats.
func (v Intervention) Regions(k *knowledge.Set) []string {
	var out []string
	for _, id := range v.Sites {
		if s, ok := k.Site(id); ok && !slices.Contains(out, s.Zone) {
			out = append(out, s.Zone)
		}
	}
	if len(out) == 0 && v.Region != "" {
		out = append(out, v.Region)
	}
	return out
}

// lower writes the first letter small, unless the word is an abbreviation.
func lower(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[n:])
	if unicode.IsUpper(next) || unicode.IsDigit(next) {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(".!?", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

// appendText adds what a person wrote as it was written.
func appendText(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}
