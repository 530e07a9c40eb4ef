package assessment

import (
	"fmt"
	"strings"

	"soapstone/internal/knowledge"
)

// PalpationParts are what was felt at a site, each in words; what is usual is
// left out.
func PalpationParts(p Palpation, cat Catalogue) []string {
	w := cat.Palpation
	var parts []string
	if p.Tone != nil && *p.Tone != 1 {
		parts = append(parts, "tone "+lowerFirst(GradeLabel(w.Tone, *p.Tone)))
	}
	if p.Tenderness != nil && *p.Tenderness > 0 {
		parts = append(parts, fmt.Sprintf("tenderness %d of 4 (%s)", *p.Tenderness, lowerFirst(GradeLabel(w.Tenderness, *p.Tenderness))))
	}
	for _, t := range p.Texture {
		parts = append(parts, lowerFirst(knowledge.TagLabel(w.Textures, t)))
	}
	if p.Trigger != "" {
		t := lowerFirst(knowledge.TagLabel(w.Triggers, p.Trigger)) + " trigger point"
		switch {
		case p.Refers == nil:
		case *p.Refers:
			t += " that refers"
		default:
			t += " that does not refer"
		}
		parts = append(parts, t)
	}
	if p.Oedema != nil && *p.Oedema > 0 {
		parts = append(parts, fmt.Sprintf("pitting oedema %d of 4 (%s)", *p.Oedema, lowerFirst(GradeLabel(w.Oedema, *p.Oedema))))
	}
	if p.Temperature != "" {
		parts = append(parts, lowerFirst(knowledge.TagLabel(w.Temperatures, p.Temperature)))
	}
	if p.Text != "" {
		parts = append(parts, strings.TrimSuffix(p.Text, "."))
	}
	return parts
}

func palpationWords(p Palpation, cat Catalogue) string {
	parts := PalpationParts(p, cat)
	if len(parts) == 0 {
		return ""
	}
	return SiteLabel(cat, p.Site) + ": " + strings.Join(parts, ", ") + "."
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// listed puts parts behind a name: "Posture: Head forward; left hip higher."
func listed(name string, parts []string) []string {
	if len(parts) == 0 {
		return nil
	}
	return []string{name + ": " + strings.Join(parts, "; ") + "."}
}

func postureWords(c Content, cat Catalogue) []string {
	var parts []string
	for i, k := range c.Posture {
		l := PostureLabel(cat, k)
		if i > 0 {
			l = lowerFirst(l)
		}
		parts = append(parts, l)
	}
	if c.ForwardHead != nil {
		parts = append(parts, "head "+Number(*c.ForwardHead)+" cm forward of the line")
	}
	if c.PostureText != "" {
		parts = append(parts, strings.TrimSuffix(c.PostureText, "."))
	}
	return listed("Posture", parts)
}

// GaitParts are what was seen of a walk, each in words.
func GaitParts(g Gait, cat Catalogue) []string {
	var parts []string
	for _, s := range g.Findings {
		parts = append(parts, lowerFirst(GaitLabel(cat, s)))
	}
	if g.Device != "" && g.Device != "none" {
		parts = append(parts, "walks with "+lowerFirst(knowledge.TagLabel(cat.Gait.Devices, g.Device)))
	}
	if g.UpAndGo != nil {
		parts = append(parts, "timed up-and-go "+Number(*g.UpAndGo)+" s")
	}
	if v := g.Speed(); v > 0 {
		parts = append(parts, fmt.Sprintf("ten metres in %s s (%.2f m/s)", Number(*g.Walk10), v))
	}
	if g.Text != "" {
		parts = append(parts, strings.TrimSuffix(g.Text, "."))
	}
	return parts
}

func gaitWords(c Content, cat Catalogue) []string { return listed("Gait", GaitParts(c.Gait, cat)) }

func strengthWords(c Content, cat Catalogue) []string {
	var out []string
	for _, s := range c.Strength {
		if s.Grade.rank() < (Grade{N: 5}).rank() {
			out = append(out, fmt.Sprintf("Strength of %s, %s: %s of 5.", lowerFirst(GroupLabel(cat, s.Group)), s.Side.Label(), s.Grade.Human()))
		}
	}
	return out
}

// testWords says positive tests and groups that were reached.
func testWords(c Content, cat Catalogue) []string {
	var out []string
	for _, r := range c.Tests {
		if t, ok := cat.Tests.Test(r.Test); ok && r.Result == Positive {
			out = append(out, TestWords(t, r))
		}
	}
	for _, r := range ReadClusters(cat.Tests, c.Tests) {
		if r.Standing == Reached {
			out = append(out, r.Words())
		}
	}
	return out
}
