package assessment

import (
	"fmt"
	"strings"

	"soapstone/internal/knowledge"
)

// MotionLabel names a motion with its joint: "Neck: rotation, left".
func MotionLabel(cat Catalogue, motion string, side knowledge.Side) string {
	n, ok := cat.ROM.Norm(motion)
	if !ok {
		return motion
	}
	s := JointLabel(cat, n.Region) + ": " + strings.ToLower(n.Label[:1]) + n.Label[1:]
	if side != knowledge.Midline {
		s += ", " + side.Label()
	}
	return s
}

// JointLabel is a joint of the catalogue in words; its id when not known.
func JointLabel(cat Catalogue, joint string) string {
	for _, r := range cat.ROM.Regions {
		if r.ID == joint {
			return r.Label
		}
	}
	return joint
}

// SiteLabel names a body site; "General" for pain without a place.
func SiteLabel(cat Catalogue, site string) string {
	if site == "" {
		return "General"
	}
	if s, ok := cat.Sites(site); ok {
		return s.FullLabel()
	}
	return site
}

// Sentences puts what stands out into words, one finding a sentence: pain,
// motions that are low, painful or uneven, palpation that is not usual, posture,
// gait, weak muscles, positive tests. Findings only, never a diagnosis.
func Sentences(c Content, cat Catalogue) []string {
	var out []string
	for _, p := range c.Pain {
		if s := painWords(p, cat); s != "" {
			out = append(out, s)
		}
	}
	for _, m := range c.Motions {
		if s := motionWords(m, c, cat); s != "" {
			out = append(out, s)
		}
	}
	for _, p := range c.Palpation {
		if s := palpationWords(p, cat); s != "" {
			out = append(out, s)
		}
	}
	for _, f := range []func(Content, Catalogue) []string{postureWords, gaitWords, strengthWords, testWords} {
		out = append(out, f(c, cat)...)
	}
	return out
}

func painWords(p Pain, cat Catalogue) string {
	var parts []string
	for _, v := range []struct {
		word string
		n    *int64
	}{{"now", p.Now}, {"best", p.Best}, {"worst", p.Worst}} {
		if v.n != nil {
			parts = append(parts, fmt.Sprintf("%s %d", v.word, *v.n))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	where := ""
	if p.Site != "" {
		where = ", " + SiteLabel(cat, p.Site)
	}
	return "Pain" + where + ": " + strings.Join(parts, ", ") + " of 10."
}

func motionWords(m Motion, c Content, cat Catalogue) string {
	n, ok := cat.ROM.Norm(m.Motion)
	if !ok {
		return ""
	}
	var why []string
	if Low(m.Degrees, n) {
		share, _ := Share(m.Degrees, n)
		why = append(why, fmt.Sprintf("%.0f %% of the norm of %s", share*100, NormWords(n)))
	}
	if gap, less := unevenIn(m, c); less {
		why = append(why, Number(gap)+"° less than the other side")
	}
	if m.PainAtEnd {
		why = append(why, painEndWords(m))
	}
	if len(why) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s°: %s.", MotionLabel(cat, m.Motion, m.Side), Number(m.Degrees), strings.Join(why, ", "))
}

// unevenIn reports that this side moves less than the other, beyond SideGap.
func unevenIn(m Motion, c Content) (gap float64, less bool) {
	other := map[knowledge.Side]knowledge.Side{knowledge.SideLeft: knowledge.SideRight, knowledge.SideRight: knowledge.SideLeft}[m.Side]
	for _, x := range c.Motions {
		if other != "" && x.Motion == m.Motion && x.Side == other {
			_, gap, uneven := Uneven(m.Degrees, x.Degrees)
			return gap, uneven && m.Degrees < x.Degrees
		}
	}
	return 0, false
}

// painEndWords says that the end of a movement hurts, and how much.
func painEndWords(m Motion) string {
	if m.PainEnd != nil {
		return fmt.Sprintf("painful at the end, %d of 10", *m.PainEnd)
	}
	return "painful at the end"
}
