package assessment

import (
	"slices"

	"soapstone/internal/knowledge"
)

// The most that is taken of a timed walk, in seconds, and of a head's way
// forward, in centimetres.
const (
	MaxSeconds     = 600
	MaxForwardHead = 30
)

func (k *checker) posture(c Content, cat Catalogue) {
	for _, p := range c.Posture {
		_, ok := cat.Posture.Finding(p)
		k.need(ok, "posture", "Choose from the observations shown.")
	}
	k.need(distinct(c.Posture), "posture", "Choose each observation once.")
	k.need(c.ForwardHead == nil || (*c.ForwardHead >= 0 && *c.ForwardHead <= MaxForwardHead), "forward_head", "Enter centimetres from 0 to 30.")
	k.short("posture_text", c.PostureText)
}

func (k *checker) gait(g Gait, cat Catalogue) {
	seen := map[Seen]bool{}
	for _, s := range g.Findings {
		f, ok := cat.Gait.Finding(s.Finding)
		k.need(ok && slices.Contains(f.Sides(), s.Side), "gait", "Choose from the observations shown.")
		k.need(!seen[s], "gait", "Choose each observation once.")
		seen[s] = true
	}
	k.need(g.Device == "" || knowledge.HasTag(cat.Gait.Devices, g.Device), "gait_device", "Choose a device from the list.")
	for _, t := range []struct {
		field string
		v     *float64
	}{{"up_and_go", g.UpAndGo}, {"walk10", g.Walk10}} {
		k.need(t.v == nil || (*t.v >= 1 && *t.v <= MaxSeconds), t.field, "Enter seconds from 1 to 600.")
	}
	k.short("gait_text", g.Text)
}

func (k *checker) strength(all []Strength, cat Catalogue) {
	seen := map[string]bool{}
	for _, s := range all {
		field := FieldStrength(s.Group, s.Side)
		_, ok := cat.Strength.Group(s.Group)
		k.need(ok, field, "This muscle group is not in the list.")
		k.need(s.Side == knowledge.SideLeft || s.Side == knowledge.SideRight, field, "Strength is graded on the left or the right.")
		k.need(s.Grade.valid(), field, "Choose a grade from 0 to 5.")
		k.need(!seen[field], field, "This muscle group is graded twice.")
		seen[field] = true
	}
}

func (k *checker) tests(c Content, cat Catalogue) {
	seen := map[string]bool{}
	for _, r := range c.Tests {
		field := FieldTest(r.Test, r.Side)
		t, ok := cat.Tests.Test(r.Test)
		if !ok {
			k.need(false, field, "This test is not in the list.")
			continue
		}
		k.need(slices.Contains(t.Sides(), r.Side), field, "This test is not done on that side.")
		k.need(c.Has(Region(t.Region)), field, "This test belongs to a region that is not assessed. Choose the region too.")
		k.need(slices.Contains(Results(), r.Result), field, "Choose negative, positive or not done.")
		k.need(!seen[field], field, "This test is recorded twice.")
		seen[field] = true
	}
}
