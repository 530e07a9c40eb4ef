package assessmentui

import (
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/kit"
)

// sheetView is a completed assessment, or a draft of somebody else.
type sheetView struct {
	assessment.View
	Base      string
	Write     bool
	Sentences []string
	Joints    []jointView
	Cat       assessment.Catalogue
	PainLines []changeLine
	Devices   string
	RatedBy   string
	TestLines []testLine
	Felt      []beside
	Graded    []beside
	Weak      []string
}

// beside is a finding with what it was before.
type beside struct{ Site, Now, Before string }

// testLine is the result of a test, or of a group of tests, with its weight.
type testLine struct{ Words, Weight, Before string }

func (u *ui) sheet(v assessment.View) sheetView {
	s := sheetView{View: v, Sentences: assessment.Sentences(v.Content, u.cat), Cat: u.cat}
	for _, r := range v.Regions {
		for _, id := range r.Joints() {
			if j := u.joint(id, v, v.Assessment, false); len(j.Rows)+len(j.Passive) > 0 {
				s.Joints = append(s.Joints, j)
			}
		}
	}
	s.Devices, s.RatedBy = u.howMeasured(v)
	s.Weak = weakWords(assessment.NewWeakness(v.Assessment, v.Earlier, u.cat))
	for _, p := range v.Palpation {
		now := strings.Join(assessment.PalpationParts(p, u.cat), ", ")
		if now == "" {
			now = "Nothing unusual"
		}
		s.Felt = append(s.Felt, beside{assessment.SiteLabel(u.cat, p.Site), now, u.feltBefore(v.Earlier, p.Site)})
	}
	for _, g := range v.Strength {
		s.Graded = append(s.Graded, beside{assessment.GroupLabel(u.cat, g.Group) + ", " + g.Side.Label(), g.Grade.Human() + " of 5", u.gradeBefore(v.Earlier, g.Group, g.Side)})
	}
	e := editorView{View: v}
	for _, r := range v.Tests {
		if t, ok := u.cat.Tests.Test(r.Test); ok {
			s.TestLines = append(s.TestLines, testLine{assessment.TestWords(t, r), assessment.TestWeight(t, r.Result), u.testCell(t, r.Side, &e).Before})
		}
	}
	for _, r := range assessment.ReadClusters(u.cat.Tests, v.Tests) {
		s.TestLines = append(s.TestLines, testLine{r.Words(), r.Weight(), ""})
	}
	if now := v.PainNow(); now != nil {
		last, ok := v.Earlier.LastPain()
		if ok {
			s.PainLines = append(s.PainLines, u.painChange(last, *now))
		}
		if first, has := v.Earlier.FirstPain(); has && first.On != last.On {
			s.PainLines = append(s.PainLines, u.painChange(first, *now))
		}
	}
	return s
}

// howMeasured lists the devices, and who measured besides the therapist.
func (u *ui) howMeasured(v assessment.View) (devices, raters string) {
	var with, by []string
	for _, list := range [][]assessment.Motion{v.Motions, v.Passive} {
		for _, m := range list {
			if d := knowledge.TagLabel(u.cat.ROM.Devices, m.Device); m.Device != "" && !slices.Contains(with, d) {
				with = append(with, d)
			}
			for _, r := range v.Raters {
				if r.ID == m.Rater && !slices.Contains(by, r.Name) {
					by = append(by, r.Name)
				}
			}
		}
	}
	return strings.Join(with, ", "), strings.Join(by, ", ")
}

func (u *ui) painChange(was assessment.PainReading, now int64) changeLine {
	c := assessment.ComparePain(u.cat.NPRS, *was.Now, was.On, now)
	return changeLine{Text: c.Words(), Mark: verdictMark(c), Why: c.Why() + ", " + c.Source}
}

func stateTone(s assessment.State) kit.Tone {
	switch s {
	case assessment.Draft:
		return kit.Warn
	case assessment.InError:
		return kit.Danger
	}
	return kit.OK
}

func painWords(p assessment.Pain) string {
	s := ""
	for _, v := range []struct {
		word string
		n    *int64
	}{{"now", p.Now}, {"best", p.Best}, {"worst", p.Worst}} {
		if v.n != nil {
			if s != "" {
				s += ", "
			}
			s += v.word + " " + strconv.FormatInt(*v.n, 10)
		}
	}
	return s
}

func regionWords(rs []assessment.Region) string {
	s := ""
	for i, r := range rs {
		if i > 0 {
			s += ", "
		}
		s += r.Label()
	}
	return s
}

func emptyURL(v listView) string {
	if !v.Write {
		return ""
	}
	return v.Base + "/new?kind=evaluation"
}
