package assessmentui

import (
	"strconv"

	"soapstone/internal/assessment"
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
}

func (u *ui) sheet(v assessment.View) sheetView {
	s := sheetView{View: v, Sentences: assessment.Sentences(v.Content, u.cat), Cat: u.cat}
	for _, r := range v.Regions {
		for _, id := range r.Joints() {
			if j := u.joint(id, v.Earlier, v.Assessment, false); len(j.Rows) > 0 {
				s.Joints = append(s.Joints, j)
			}
		}
	}
	seen := map[string]bool{}
	for _, m := range v.Motions {
		if m.Device != "" && !seen[m.Device] {
			seen[m.Device] = true
			if s.Devices != "" {
				s.Devices += ", "
			}
			s.Devices += u.device(m.Device)
		}
	}
	if now := v.PainNow(); now != nil {
		last, ok := lastPain(v.Earlier)
		if ok {
			s.PainLines = append(s.PainLines, u.painChange(last, *now))
		}
		if first, has := firstPain(v.Earlier); has && first.On != last.On {
			s.PainLines = append(s.PainLines, u.painChange(first, *now))
		}
	}
	return s
}

func (u *ui) painChange(was assessment.PainReading, now int64) changeLine {
	c := assessment.ComparePain(u.nprs(), *was.Now, was.On, now)
	return changeLine{Text: c.Words(), Mark: verdictMark(c), Why: c.Why() + ", " + c.Source}
}

// gradeOptions are the grades 0 to 4 of tone or tenderness.
func gradeOptions(label func(int64) string) []kit.Option {
	var out []kit.Option
	for i := int64(0); i <= 4; i++ {
		out = append(out, kit.Option{Value: strconv.FormatInt(i, 10), Label: strconv.FormatInt(i, 10) + " " + label(i)})
	}
	return out
}

func postureOptions() []kit.Option {
	var out []kit.Option
	for _, p := range assessment.Postures() {
		out = append(out, kit.Option{Value: p.Key, Label: p.Label})
	}
	return out
}

func grade(n *int64, label func(int64) string) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10) + " " + label(*n)
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
