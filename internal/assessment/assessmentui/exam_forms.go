package assessmentui

import (
	"slices"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/form"
)

// decodeMotions reads active and passive motions of every region.
func (u *ui) decodeMotions(f *form.Form, c *assessment.Content) {
	c.Motions, c.Passive = nil, nil
	for _, r := range assessment.Regions() {
		for _, j := range r.Joints() {
			how := assessment.Motion{Device: f.Choice("device."+j, ids(u.cat.ROM.Devices)...), Rater: form.ID[id.User](f, "rater."+j),
				Position: f.Choice("at."+j, ids(u.cat.ROM.Positions)...)}
			for _, n := range u.cat.ROM.In(j) {
				for _, side := range n.Sides() {
					how.Motion, how.Side = n.ID, side
					if m, ok := decodeMotion(f, assessment.FieldMotion(n.ID, side), n, how); ok {
						c.Motions = append(c.Motions, m)
					}
					if m, ok := decodeMotion(f, assessment.FieldPassive(n.ID, side), n, how); ok {
						c.Passive = append(c.Passive, m)
					}
				}
			}
		}
	}
}

func decodeMotion(f *form.Form, name string, n knowledge.Norm, m assessment.Motion) (assessment.Motion, bool) {
	degrees := f.Number(name, 0, assessment.LimitOf(n))
	m.PainEnd, m.EndFeel = f.OptInt(name+".score", 0, 10), form.Choice(f, name+".end", assessment.EndFeels()...)
	m.PainAtEnd = f.Bool(name+".pain") || (m.PainEnd != nil && *m.PainEnd > 0)
	m.WithinLimits = f.Bool(name + ".wnl")
	if degrees == nil {
		if m.PainAtEnd || m.PainEnd != nil || m.EndFeel != "" {
			f.AddError(name, "Enter the degrees too, or clear pain and end-feel of this motion.")
		}
		return m, false
	}
	m.Degrees = *degrees
	return m, true
}

func (u *ui) decodePosture(f *form.Form, c *assessment.Content) {
	c.Posture = nil
	for _, l := range u.cat.Posture.Landmarks {
		var known []string
		for _, x := range u.cat.Posture.At(l.ID) {
			known = append(known, x.ID)
		}
		c.Posture = append(c.Posture, f.Choices("posture."+l.ID, known...)...)
	}
	c.ForwardHead = f.Number("forward_head", 0, assessment.MaxForwardHead)
	c.PostureText = f.Area("posture_text", form.Max(assessment.MaxText))
}

// seenValue is a gait finding as a chip sends it: "antalgic.L".
func seenValue(s assessment.Seen) string {
	if s.Side == knowledge.Midline {
		return s.Finding
	}
	return s.Finding + "." + string(s.Side)
}

func (u *ui) decodeGait(f *form.Form, c *assessment.Content) {
	g := assessment.Gait{Device: f.Choice("gait_device", ids(u.cat.Gait.Devices)...), UpAndGo: f.Number("up_and_go", 1, assessment.MaxSeconds),
		Walk10: f.Number("walk10", 1, assessment.MaxSeconds), Text: f.Area("gait_text", form.Max(assessment.MaxText))}
	for _, p := range u.cat.Gait.Phases {
		var known []string
		for _, x := range u.cat.Gait.In(p.ID) {
			for _, side := range x.Sides() {
				known = append(known, seenValue(assessment.Seen{Finding: x.ID, Side: side}))
			}
		}
		for _, v := range f.Choices("gait."+p.ID, known...) {
			finding, side, _ := strings.Cut(v, ".")
			g.Findings = append(g.Findings, assessment.Seen{Finding: finding, Side: knowledge.Side(side)})
		}
	}
	c.Gait = g
}

func (u *ui) decodeStrength(f *form.Form, c *assessment.Content) {
	c.Strength = nil
	for _, g := range u.cat.Strength.Groups {
		for _, side := range bothSides {
			name := assessment.FieldStrength(g.ID, side)
			text := f.Text(name)
			if text == "" {
				continue
			}
			grade, err := assessment.ParseGrade(text)
			if err != nil {
				f.AddError(name, "Choose a grade from 0 to 5, with + or −.")
				continue
			}
			c.Strength = append(c.Strength, assessment.Strength{Group: g.ID, Side: side, Grade: grade})
		}
	}
}

func (u *ui) decodeTests(f *form.Form, c *assessment.Content) {
	c.Tests = nil
	for _, t := range u.cat.Tests.Tests {
		for _, side := range t.Sides() {
			if r := form.Choice(f, assessment.FieldTest(t.ID, side), assessment.Results()...); r != "" {
				c.Tests = append(c.Tests, assessment.TestResult{Test: t.ID, Side: side, Result: r})
			}
		}
	}
}

// fill shows one area of a stored draft.
func (u *ui) fill(a assessment.Assessment, area assessment.Area) *form.Form {
	f := form.Empty()
	switch area {
	case assessment.AreaPain:
		for _, p := range a.Pain {
			at := addRow(f, "pain", p.Site) + "."
			f.Set(at+"now", whole(p.Now)).Set(at+"best", whole(p.Best)).Set(at+"worst", whole(p.Worst))
		}
	case assessment.AreaROM:
		for _, m := range a.Motions {
			fillMotion(f, assessment.FieldMotion(m.Motion, m.Side), m)
		}
		for _, m := range a.Passive {
			fillMotion(f, assessment.FieldPassive(m.Motion, m.Side), m)
		}
	case assessment.AreaPalpation:
		for _, p := range a.Palpation {
			at := addRow(f, "palp", p.Site) + "."
			f.Set(at+"tone", whole(p.Tone)).Set(at+"tender", whole(p.Tenderness)).Set(at+"texture", p.Texture...).Set(at+"trigger", p.Trigger).
				Set(at+"refers", yesNo(p.Refers)).Set(at+"oedema", whole(p.Oedema)).Set(at+"temp", p.Temperature).Set(at+"text", p.Text)
		}
	case assessment.AreaStrength:
		for _, s := range a.Strength {
			f.Set(assessment.FieldStrength(s.Group, s.Side), s.Grade.String())
		}
	case assessment.AreaTests:
		for _, t := range a.Tests {
			f.Set(assessment.FieldTest(t.Test, t.Side), string(t.Result))
		}
	case finish:
		f.Set("on", a.On.String()).Set("referral", a.Content.Referral.String()).Set("regions", regionValues(a.Regions)...).Set("note", a.Note)
	default:
		u.fillSeen(f, a, area)
	}
	return f
}

// fillSeen shows posture or gait.
func (u *ui) fillSeen(f *form.Form, a assessment.Assessment, area assessment.Area) {
	if area == assessment.AreaPosture {
		for _, l := range u.cat.Posture.Landmarks {
			var here []string
			for _, x := range u.cat.Posture.At(l.ID) {
				if slices.Contains(a.Posture, x.ID) {
					here = append(here, x.ID)
				}
			}
			f.Set("posture."+l.ID, here...)
		}
		f.Set("forward_head", decimal(a.ForwardHead)).Set("posture_text", a.PostureText)
		return
	}
	for _, s := range a.Gait.Findings {
		x, _ := u.cat.Gait.Finding(s.Finding)
		name := "gait." + x.Phase
		f.Set(name, append(slices.Clone(f.Values(name)), seenValue(s))...)
	}
	f.Set("gait_device", a.Gait.Device).Set("up_and_go", decimal(a.Gait.UpAndGo)).Set("walk10", decimal(a.Gait.Walk10)).Set("gait_text", a.Gait.Text)
}

func fillMotion(f *form.Form, at string, m assessment.Motion) {
	f.Set(at, assessment.Number(m.Degrees)).Set(at+".end", string(m.EndFeel)).Set(at+".pain", yes(m.PainAtEnd)).Set(at+".wnl", yes(m.WithinLimits)).
		Set(at+".score", whole(m.PainEnd))
	j := joint(m.Motion)
	if m.Device != "" {
		f.Set("device."+j, m.Device)
	}
	if m.Position != "" {
		f.Set("at."+j, m.Position)
	}
	if !m.Rater.IsZero() {
		f.Set("rater."+j, m.Rater.String())
	}
}
