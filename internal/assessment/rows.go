package assessment

import (
	"context"
	"strconv"
	"strings"

	"soapstone/internal/assessment/q"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// The stored words of findings.
const (
	kindPain, kindROM, kindPalpation, kindPosture, kindNote = "pain", "rom", "palpation", "posture", "note"
	kindGait, kindStrength, kindTest                        = "gait", "strength", "test"

	aspectNow, aspectBest, aspectWorst                  = "now", "best", "worst"
	aspectActive, aspectPassive                         = "active", "passive"
	aspectTone, aspectTenderness, aspectFelt            = "tone", "tenderness", "text"
	aspectTexture, aspectTrigger                        = "texture", "trigger"
	aspectOedema, aspectTemperature                     = "oedema", "temperature"
	aspectSeen, aspectSeconds, aspectDevice, aspectText = "seen", "seconds", "device", "text"
	aspectCentimetres                                   = "cm"
	subjectPosture, subjectNote, subjectWalk            = "posture", "note", "walk"
	subjectUpAndGo, subjectWalk10, subjectForwardHead   = "up-and-go", "walk-10", "forward-head"
	flagPain, flagWithin, flagEnd, flagAt               = "pain", "wnl", "end:", "at:"
	flagScore, flagRefers, flagStays                    = "pain:", "refers", "stays"
	subjectNowhere                                      = "-" // pain without a place
)

// finding is one row to be written.
type finding struct {
	kind, subject, aspect, side string
	value                       *float64
	text, flags, device         string
	rater                       id.User
}

// findings spells the content out in rows.
func findings(c Content, cat Catalogue) []finding {
	var out []finding
	side := func(site string) string {
		s, _ := cat.Sites(site)
		return string(s.Side)
	}
	graded := func(kind, site, aspect string, n *int64) {
		if n != nil {
			v := float64(*n)
			subject := site
			if subject == "" {
				subject = subjectNowhere
			}
			out = append(out, finding{kind: kind, subject: subject, aspect: aspect, side: side(site), value: &v})
		}
	}
	for _, p := range c.Pain {
		graded(kindPain, p.Site, aspectNow, p.Now)
		graded(kindPain, p.Site, aspectBest, p.Best)
		graded(kindPain, p.Site, aspectWorst, p.Worst)
	}
	for aspect, list := range c.moved() {
		for _, m := range list {
			v := m.Degrees
			out = append(out, finding{kind: kindROM, subject: m.Motion, aspect: aspects[aspect], side: string(m.Side), value: &v, flags: flagsOf(m), device: m.Device, rater: m.Rater})
		}
	}
	for _, p := range c.Palpation {
		graded(kindPalpation, p.Site, aspectTone, p.Tone)
		graded(kindPalpation, p.Site, aspectTenderness, p.Tenderness)
		graded(kindPalpation, p.Site, aspectOedema, p.Oedema)
		out = append(out, feltRows(p, side(p.Site))...)
	}
	out = append(out, examRows(c, cat)...)
	if c.PostureText != "" {
		out = append(out, finding{kind: kindNote, subject: subjectPosture, text: c.PostureText})
	}
	if c.Note != "" {
		out = append(out, finding{kind: kindNote, subject: subjectNote, text: c.Note})
	}
	return out
}

func flagsOf(m Motion) string {
	var f []string
	if m.PainAtEnd {
		f = append(f, flagPain)
	}
	if m.WithinLimits {
		f = append(f, flagWithin)
	}
	if m.PainEnd != nil {
		f = append(f, flagScore+strconv.FormatInt(*m.PainEnd, 10))
	}
	if m.EndFeel != "" {
		f = append(f, flagEnd+string(m.EndFeel))
	}
	if m.Position != "" {
		f = append(f, flagAt+m.Position)
	}
	return strings.Join(f, " ")
}

// take reads one stored row into the content.
func (c *Content) take(r q.FindingsOfRow) {
	switch r.Kind {
	case kindPain:
		site := r.Subject
		if site == subjectNowhere {
			site = ""
		}
		p := c.pain(site)
		switch r.Aspect {
		case aspectNow:
			p.Now = whole(r.Value)
		case aspectBest:
			p.Best = whole(r.Value)
		case aspectWorst:
			p.Worst = whole(r.Value)
		}
	case kindROM:
		if r.Value != nil {
			m := motionOf(r.Subject, knowledge.Side(r.Side), *r.Value, r.Device, r.RaterUserID, r.Flags)
			if r.Aspect == aspectPassive {
				c.Passive = append(c.Passive, m)
			} else {
				c.Motions = append(c.Motions, m)
			}
		}
	case kindPalpation:
		c.palpation(r.Subject).take(r)
	case kindPosture, kindGait, kindStrength, kindTest:
		c.takeExam(r)
	case kindNote:
		if r.Subject == subjectPosture {
			c.PostureText = r.Text
		} else {
			c.Note = r.Text
		}
	}
}

func (c *Content) pain(site string) *Pain {
	for i := range c.Pain {
		if c.Pain[i].Site == site {
			return &c.Pain[i]
		}
	}
	c.Pain = append(c.Pain, Pain{Site: site})
	return &c.Pain[len(c.Pain)-1]
}

func (c *Content) palpation(site string) *Palpation {
	for i := range c.Palpation {
		if c.Palpation[i].Site == site {
			return &c.Palpation[i]
		}
	}
	c.Palpation = append(c.Palpation, Palpation{Site: site})
	return &c.Palpation[len(c.Palpation)-1]
}

func motionOf(motion string, side knowledge.Side, degrees float64, device string, rater id.User, flags string) Motion {
	m := Motion{Motion: motion, Side: side, Degrees: degrees, Device: device, Rater: rater}
	for _, f := range strings.Fields(flags) {
		switch {
		case f == flagPain:
			m.PainAtEnd = true
		case f == flagWithin:
			m.WithinLimits = true
		case strings.HasPrefix(f, flagScore):
			if n, err := strconv.ParseInt(strings.TrimPrefix(f, flagScore), 10, 64); err == nil {
				m.PainEnd = &n
			}
		case strings.HasPrefix(f, flagEnd):
			m.EndFeel = EndFeel(strings.TrimPrefix(f, flagEnd))
		case strings.HasPrefix(f, flagAt):
			m.Position = strings.TrimPrefix(f, flagAt)
		}
	}
	return m
}

func whole(v *float64) *int64 {
	if v == nil {
		return nil
	}
	n := int64(*v)
	return &n
}

// all loads every assessment of a patient, those of records merged into
// theirs included, the newest first, in whatever state.
func all(ctx context.Context, tx *db.Tx, p id.Patient) ([]Assessment, error) {
	queries := q.New(tx)
	rows, err := queries.AssessmentsOf(ctx, q.AssessmentsOfParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	found, err := queries.FindingsOf(ctx, q.FindingsOfParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	out, at := make([]Assessment, len(rows)), map[id.Assessment]int{}
	for i, r := range rows {
		out[i] = Assessment{ID: r.AssessmentID, Patient: r.PatientID, Therapist: r.UserID, TherapistName: r.StaffName,
			Kind: Kind(r.Kind), State: State(r.State), NormsVersion: r.NormsVersion, CompletedAt: r.CompletedAt,
			ErrorReason: r.ErrorReason, ErrorAt: r.ErrorAt, CreatedAt: r.CreatedAt, Version: r.Version,
			Content: Content{On: r.OnDate, Referral: r.ReferralID, Regions: regionsOf(r.Regions)}}
		at[r.AssessmentID] = i
	}
	for _, f := range found {
		if i, ok := at[f.AssessmentID]; ok {
			out[i].take(f)
		}
	}
	return out, nil
}

func regionsOf(text string) []Region {
	var out []Region
	for _, s := range strings.Fields(text) {
		out = append(out, Region(s))
	}
	return out
}

func regionText(rs []Region) string {
	var out []string
	for _, r := range Regions() {
		for _, x := range rs {
			if x == r {
				out = append(out, string(r))
				break
			}
		}
	}
	return strings.Join(out, " ")
}
