package assessment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
)

// The most that one assessment holds.
const (
	MaxPains      = 6
	MaxPalpations = 40
	MaxText       = 4000 // characters of free text
)

// Catalogue is what an assessment is checked and read against.
type Catalogue struct {
	ROM   knowledge.ROM
	Sites func(id string) (knowledge.Site, bool)
}

// CatalogueOf takes it from the program's knowledge.
func CatalogueOf(k *knowledge.Set) Catalogue { return Catalogue{ROM: k.ROM(), Sites: k.Site} }

// FieldMotion is the name of the form field that holds a motion's degrees.
func FieldMotion(motion string, side knowledge.Side) string {
	if side == knowledge.Midline {
		return "rom." + motion + ".M"
	}
	return "rom." + motion + "." + string(side)
}

// LimitOf is the largest angle taken for a motion, in degrees: twice the norm,
// and never more than 220.
func LimitOf(n knowledge.Norm) float64 { return math.Min(2*n.High, 220) }

// Check names what is wrong with the content, by form field. today is the
// latest day it may be of.
func (c Content) Check(cat Catalogue, today civil.Date) []errs.Field {
	var k checker
	k.need(!c.On.IsZero(), "on", "Enter the day of the assessment.")
	k.need(!c.On.After(today), "on", "This day is still to come. Enter the day on which you measured.")
	k.need(c.On.IsZero() || !c.On.Before(today.AddDays(-366)), "on", "This day is more than a year ago. Check the year.")
	k.need(len(c.Regions) > 0, "regions", "Choose at least one region.")
	for _, r := range c.Regions {
		k.need(slices.Contains(Regions(), r), "regions", "Choose from the regions shown.")
	}
	k.pains(c.Pain, cat)
	for _, m := range c.Motions {
		k.motion(m, c, cat)
	}
	k.once(c.Motions)
	k.palpations(c.Palpation, cat)
	for _, p := range c.Posture {
		_, ok := posture(p)
		k.need(ok, "posture", "Choose from the observations shown.")
	}
	k.need(distinct(c.Posture), "posture", "Choose each observation once.")
	k.short("posture_text", c.PostureText)
	k.short("note", c.Note)
	return k.bad
}

type checker struct{ bad []errs.Field }

func (k *checker) need(ok bool, field, message string) {
	if !ok {
		k.bad = append(k.bad, errs.Field{Name: field, Message: message})
	}
}

func (k *checker) short(field, text string) {
	k.need(utf8.RuneCountInString(text) <= MaxText, field, fmt.Sprintf("Shorten this to %d characters.", MaxText))
}

func (k *checker) pains(all []Pain, cat Catalogue) {
	k.need(len(all) <= MaxPains, "pain.0.site", fmt.Sprintf("Record at most %d places.", MaxPains))
	seen := map[string]bool{}
	for i, p := range all {
		at := "pain." + strconv.Itoa(i) + "."
		_, ok := cat.Sites(p.Site)
		k.need(p.Site == "" || ok, at+"site", "Choose the place from the list.")
		k.need(!seen[p.Site], at+"site", "This place is listed already. Record each place once.")
		seen[p.Site] = true
		for _, v := range []struct {
			field string
			n     *int64
		}{{"now", p.Now}, {"best", p.Best}, {"worst", p.Worst}} {
			k.need(v.n == nil || (*v.n >= 0 && *v.n <= 10), at+v.field, "Pain goes from 0 (none) to 10 (worst).")
		}
		k.need(p.Now != nil || p.Best != nil || p.Worst != nil, at+"now", "Ask how strong the pain is now.")
		k.need(p.Best == nil || p.Worst == nil || *p.Best <= *p.Worst, at+"best", "Best is stronger than worst. Exchange them if you mixed them up.")
		k.need(p.Now == nil || p.Worst == nil || *p.Now <= *p.Worst, at+"worst", "Pain now is stronger than the worst. Ask again.")
		k.need(p.Now == nil || p.Best == nil || *p.Best <= *p.Now, at+"best", "Pain now is weaker than the best. Ask again.")
	}
}

func (k *checker) motion(m Motion, c Content, cat Catalogue) {
	field := FieldMotion(m.Motion, m.Side)
	n, ok := cat.ROM.Norm(m.Motion)
	if !ok || RegionOfJoint(n.Region) == "" {
		k.need(false, field, "This motion is not in the list.")
		return
	}
	k.need(slices.Contains(n.Sides(), m.Side), field, "This motion is not measured on that side.")
	k.need(c.Has(RegionOfJoint(n.Region)), field, "This motion belongs to a region that is not assessed. Choose the region too.")
	limit := LimitOf(n)
	k.need(m.Degrees >= 0 && m.Degrees <= limit, field, fmt.Sprintf("Enter degrees from 0 to %g.", limit))
	k.need(m.EndFeel == "" || slices.Contains(EndFeels(), m.EndFeel), field+".end", "Choose from the end-feels shown.")
	known := slices.ContainsFunc(cat.ROM.Devices, func(t knowledge.Tag) bool { return t.ID == m.Device })
	k.need(m.Device == "" || known, "device."+n.Region, "Choose a device from the list.")
}

func (k *checker) once(all []Motion) {
	seen := map[string]bool{}
	for _, m := range all {
		f := FieldMotion(m.Motion, m.Side)
		k.need(!seen[f], f, "This motion is recorded twice.")
		seen[f] = true
	}
}

func (k *checker) palpations(all []Palpation, cat Catalogue) {
	k.need(len(all) <= MaxPalpations, "palp.0.site", fmt.Sprintf("Record at most %d sites.", MaxPalpations))
	seen := map[string]bool{}
	for i, p := range all {
		at := "palp." + strconv.Itoa(i) + "."
		_, ok := cat.Sites(p.Site)
		k.need(ok, at+"site", "Choose the site from the list.")
		k.need(!seen[p.Site], at+"site", "This site is listed already. Record each site once.")
		seen[p.Site] = true
		k.need(p.Tone == nil || (*p.Tone >= 0 && *p.Tone <= 4), at+"tone", "Tone is graded from 0 to 4.")
		k.need(p.Tenderness == nil || (*p.Tenderness >= 0 && *p.Tenderness <= 4), at+"tender", "Tenderness is graded from 0 to 4.")
		k.need(p.Tone != nil || p.Tenderness != nil || p.Text != "", at+"tone", "Grade tone or tenderness, or write what you felt.")
		k.need(utf8.RuneCountInString(p.Text) <= 200, at+"text", "Shorten this to 200 characters.")
	}
}

func distinct(list []string) bool {
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s] {
			return false
		}
		seen[s] = true
	}
	return true
}
