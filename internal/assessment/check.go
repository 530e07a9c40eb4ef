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
	ROM       knowledge.ROM
	Sites     func(id string) (knowledge.Site, bool)
	Palpation knowledge.Palpation
	Posture   knowledge.Posture
	Gait      knowledge.Gait
	Strength  knowledge.Strength
	Tests     knowledge.SpecialTests
	NPRS      knowledge.Instrument // what pain is compared by
}

// CatalogueOf takes it from the program's knowledge.
func CatalogueOf(k *knowledge.Set) Catalogue {
	nprs, _ := k.Instrument("nprs")
	return Catalogue{ROM: k.ROM(), Sites: k.Site, Palpation: k.Palpation(), Posture: k.Posture(), Gait: k.Gait(),
		Strength: k.Strength(), Tests: k.SpecialTests(), NPRS: nprs}
}

// FieldMotion is the name of the form field that holds a motion's degrees.
func FieldMotion(motion string, side knowledge.Side) string { return sided("rom.", motion, side) }

// FieldPassive is the field of a passive motion.
func FieldPassive(motion string, side knowledge.Side) string { return sided("prom.", motion, side) }

// FieldStrength is the field of a muscle group.
func FieldStrength(group string, side knowledge.Side) string { return sided("mmt.", group, side) }

// FieldTest is the field of a special test.
func FieldTest(test string, side knowledge.Side) string { return sided("test.", test, side) }

func sided(group, name string, side knowledge.Side) string {
	if side == knowledge.Midline {
		return group + name + ".M"
	}
	return group + name + "." + string(side)
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
	k.motions(c.Motions, FieldMotion, c, cat)
	k.motions(c.Passive, FieldPassive, c, cat)
	k.palpations(c.Palpation, cat)
	k.posture(c, cat)
	k.gait(c.Gait, cat)
	k.strength(c.Strength, cat)
	k.tests(c, cat)
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

func (k *checker) motions(all []Motion, name func(string, knowledge.Side) string, c Content, cat Catalogue) {
	seen := map[string]bool{}
	for _, m := range all {
		field := name(m.Motion, m.Side)
		k.need(!seen[field], field, "This motion is recorded twice.")
		seen[field] = true
		k.motion(m, field, c, cat)
	}
}

func (k *checker) motion(m Motion, field string, c Content, cat Catalogue) {
	n, ok := cat.ROM.Norm(m.Motion)
	if !ok || RegionOfJoint(n.Region) == "" {
		k.need(false, field, "This motion is not in the list.")
		return
	}
	k.need(slices.Contains(n.Sides(), m.Side), field, "This motion is not measured on that side.")
	k.need(c.Has(RegionOfJoint(n.Region)), field, "This motion belongs to a region that is not assessed. Choose the region too.")
	limit := LimitOf(n)
	k.need(m.Degrees >= 0 && m.Degrees <= limit, field, fmt.Sprintf("Enter degrees from 0 to %g.", limit))
	k.need(m.PainEnd == nil || (*m.PainEnd >= 0 && *m.PainEnd <= 10), field+".score", "Pain goes from 0 (none) to 10 (worst).")
	k.need(m.EndFeel == "" || slices.Contains(EndFeels(), m.EndFeel), field+".end", "Choose from the end-feels shown.")
	k.need(m.Device == "" || knowledge.HasTag(cat.ROM.Devices, m.Device), "device."+n.Region, "Choose a device from the list.")
	k.need(m.Position == "" || knowledge.HasTag(cat.ROM.Positions, m.Position), "at."+n.Region, "Choose a position from the list.")
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
		k.felt(p, at, cat)
	}
}

// felt checks what was noted of one site.
func (k *checker) felt(p Palpation, at string, cat Catalogue) {
	for _, g := range []struct {
		field string
		n     *int64
	}{{"tone", p.Tone}, {"tender", p.Tenderness}, {"oedema", p.Oedema}} {
		k.need(g.n == nil || (*g.n >= 0 && *g.n <= 4), at+g.field, "Choose a grade from 0 to 4.")
	}
	for _, t := range p.Texture {
		k.need(knowledge.HasTag(cat.Palpation.Textures, t), at+"texture", "Choose from what is shown.")
	}
	k.need(distinct(p.Texture), at+"texture", "Choose each once.")
	k.need(p.Trigger == "" || knowledge.HasTag(cat.Palpation.Triggers, p.Trigger), at+"trigger", "Choose from what is shown.")
	k.need(p.Refers == nil || p.Trigger != "", at+"trigger", "Say whether the trigger point is active or latent.")
	k.need(p.Temperature == "" || knowledge.HasTag(cat.Palpation.Temperatures, p.Temperature), at+"temp", "Choose from what is shown.")
	something := p.Tone != nil || p.Tenderness != nil || p.Oedema != nil || len(p.Texture) > 0 || p.Trigger != "" || p.Temperature != "" || p.Text != ""
	k.need(something, at+"tender", "Grade tenderness or tone, or say what you felt.")
	k.need(utf8.RuneCountInString(p.Text) <= 200, at+"text", "Shorten this to 200 characters.")
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
