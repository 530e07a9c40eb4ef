package assessmentui

import (
	"net/url"
	"testing"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/form"
)

// FuzzDecode: whatever a browser sends, no area panics, and what is taken
// without a complaint shows the same again and decodes to the same.
func FuzzDecode(f *testing.F) {
	f.Add("rom.cervical.rotation.L=52&rom.cervical.rotation.L.score=4&prom.cervical.flexion.M=40&device.cervical=crom&at.cervical=supine", 1)
	f.Add("palp.3.site=levator-l&palp.3.tender=2&palp.3.texture=nodule&palp.3.trigger=active&palp.3.refers=no", 2)
	f.Add("posture.head=forward-head&forward_head=4.5&posture_text=%FF", 3)
	f.Add("gait.stance=antalgic.L&gait_device=cane&walk10=1e3", 4)
	f.Add("mmt.elbow-flexion.L=4%2B&mmt.elbow-flexion.R=5%2B", 5)
	f.Add("test.neck.spurling.L=positive&test.neck.homans.L=positive", 6)
	f.Add("on=2026-03-10&regions=neck&note=x&referral=zzz", 7)
	f.Add("pain.0.site=x&pain.0.now=11&pain.999.now=3", 0)
	k := knowledge.Must()
	u := &ui{Deps: Deps{Knowledge: k}, cat: assessment.CatalogueOf(k)}
	f.Fuzz(func(t *testing.T, body string, page int) {
		sent, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		area := pages()[((page%len(pages()))+len(pages()))%len(pages())]
		in := form.Decode(sent)
		u.known(in, sent)
		c, _ := u.decode(in, area, assessment.Content{On: civil.Of(2026, 3, 10), Regions: assessment.Regions()})
		if !in.Valid() {
			return
		}
		for _, x := range c.Check(u.cat, civil.Of(2026, 3, 10)) {
			if x.Message == "" {
				t.Fatalf("a complaint without words about %s", x.Name)
			}
		}
		again, _ := u.decode(u.fill(assessment.Assessment{Content: c}, area), area, c)
		if len(again.Motions) != len(c.Motions) || len(again.Palpation) != len(c.Palpation) || len(again.Tests) != len(c.Tests) ||
			len(again.Strength) != len(c.Strength) || len(again.Gait.Findings) != len(c.Gait.Findings) || len(again.Posture) != len(c.Posture) {
			t.Fatalf("%s: %+v became %+v", area, c, again)
		}
	})
}
