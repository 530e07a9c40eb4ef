package assessment

import (
	"slices"
	"strings"

	"soapstone/internal/assessment/q"
	"soapstone/internal/knowledge"
)

// aspects name the lists of moved, in order.
var aspects = []string{aspectActive, aspectPassive}

func (c Content) moved() [][]Motion { return [][]Motion{c.Motions, c.Passive} }

// feltRows spell out what is not graded at a site.
func feltRows(p Palpation, side string) []finding {
	var out []finding
	add := func(aspect, text, flags string) {
		if text != "" {
			out = append(out, finding{kind: kindPalpation, subject: p.Site, aspect: aspect, side: side, text: text, flags: flags})
		}
	}
	add(aspectTexture, strings.Join(p.Texture, " "), "")
	refers := ""
	if p.Refers != nil {
		refers = flagStays
		if *p.Refers {
			refers = flagRefers
		}
	}
	add(aspectTrigger, p.Trigger, refers)
	add(aspectTemperature, p.Temperature, "")
	add(aspectFelt, p.Text, "")
	return out
}

func (p *Palpation) take(r q.FindingsOfRow) {
	switch r.Aspect {
	case aspectTone:
		p.Tone = whole(r.Value)
	case aspectTenderness:
		p.Tenderness = whole(r.Value)
	case aspectOedema:
		p.Oedema = whole(r.Value)
	case aspectTexture:
		p.Texture = strings.Fields(r.Text)
	case aspectTrigger:
		p.Trigger = r.Text
		if r.Flags != "" {
			refers := r.Flags == flagRefers
			p.Refers = &refers
		}
	case aspectTemperature:
		p.Temperature = r.Text
	case aspectFelt:
		p.Text = r.Text
	}
}

// examRows spell out posture, gait, strength and tests.
func examRows(c Content, cat Catalogue) []finding {
	var out []finding
	for _, key := range c.Posture {
		p, _ := cat.Posture.Finding(key)
		out = append(out, finding{kind: kindPosture, subject: key, side: string(p.Side)})
	}
	if c.ForwardHead != nil {
		out = append(out, finding{kind: kindPosture, subject: subjectForwardHead, aspect: aspectCentimetres, value: c.ForwardHead})
	}
	for _, s := range c.Gait.Findings {
		out = append(out, finding{kind: kindGait, subject: s.Finding, aspect: aspectSeen, side: string(s.Side)})
	}
	if c.Gait.UpAndGo != nil {
		out = append(out, finding{kind: kindGait, subject: subjectUpAndGo, aspect: aspectSeconds, value: c.Gait.UpAndGo})
	}
	if c.Gait.Walk10 != nil {
		out = append(out, finding{kind: kindGait, subject: subjectWalk10, aspect: aspectSeconds, value: c.Gait.Walk10})
	}
	if c.Gait.Device != "" {
		out = append(out, finding{kind: kindGait, subject: subjectWalk, aspect: aspectDevice, text: c.Gait.Device})
	}
	if c.Gait.Text != "" {
		out = append(out, finding{kind: kindGait, subject: subjectWalk, aspect: aspectText, text: c.Gait.Text})
	}
	for _, s := range c.Strength {
		v := float64(s.Grade.N)
		out = append(out, finding{kind: kindStrength, subject: s.Group, side: string(s.Side), value: &v, flags: s.Grade.Mod})
	}
	for _, t := range c.Tests {
		out = append(out, finding{kind: kindTest, subject: t.Test, side: string(t.Side), text: string(t.Result)})
	}
	return out
}

// takeExam reads one stored row of posture, gait, strength or tests.
func (c *Content) takeExam(r q.FindingsOfRow) {
	side := knowledge.Side(r.Side)
	switch {
	case r.Kind == kindPosture && r.Aspect == aspectCentimetres:
		c.ForwardHead = r.Value
	case r.Kind == kindPosture:
		c.Posture = append(c.Posture, r.Subject)
	case r.Kind == kindStrength && r.Value != nil:
		c.Strength = append(c.Strength, Strength{Group: r.Subject, Side: side, Grade: Grade{N: int64(*r.Value), Mod: r.Flags}})
	case r.Kind == kindTest:
		c.Tests = append(c.Tests, TestResult{Test: r.Subject, Side: side, Result: Result(r.Text)})
	case r.Aspect == aspectSeen:
		c.Gait.Findings = append(c.Gait.Findings, Seen{Finding: r.Subject, Side: side})
	case r.Aspect == aspectDevice:
		c.Gait.Device = r.Text
	case r.Aspect == aspectText:
		c.Gait.Text = r.Text
	case r.Subject == subjectUpAndGo:
		c.Gait.UpAndGo = r.Value
	case r.Subject == subjectWalk10:
		c.Gait.Walk10 = r.Value
	}
}

// strangers are raters that are not of the practice.
func strangers(c Content, staff []Rater) []Motion {
	var out []Motion
	for _, list := range c.moved() {
		for _, m := range list {
			if !m.Rater.IsZero() && !slices.ContainsFunc(staff, func(r Rater) bool { return r.ID == m.Rater }) {
				out = append(out, m)
			}
		}
	}
	return out
}
