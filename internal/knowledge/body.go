package knowledge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// View is the side of the body a drawing shows.
type View string

// The views.
const (
	ViewFront View = "front"
	ViewBack  View = "back"
)

// Side is the patient's side, never the viewer's; empty means midline.
type Side string

// The sides.
const (
	SideRight Side = "R"
	SideLeft  Side = "L"
	Midline   Side = ""
)

// Label is the word for the side: "right", "left" or nothing.
func (s Side) Label() string {
	switch s {
	case SideRight:
		return "right"
	case SideLeft:
		return "left"
	}
	return ""
}

// The drawing's coordinates; the midline divides patient right from left.
const (
	FigureWidth  = 724
	FigureHeight = 1448
	FigureCentre = 362
)

// Site is a place of the body that can be marked.
type Site struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"` // without the side
	View    View     `json:"view"`
	Side    Side     `json:"side,omitempty"`
	X       int      `json:"x"` // 0 to 724, in the drawing
	Y       int      `json:"y"` // 0 to 1448
	Aliases []string `json:"aliases,omitempty"`
	Zone    string   `json:"zone"`
}

// FullLabel names the place with its side: "Upper trapezius, right".
func (s Site) FullLabel() string {
	if s.Side == Midline {
		return s.Label
	}
	return s.Label + ", " + s.Side.Label()
}

// ViewBox is a window onto the drawing, for zooming in.
type ViewBox struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// String gives the value of an SVG viewBox attribute.
func (v ViewBox) String() string { return fmt.Sprintf("%d %d %d %d", v.X, v.Y, v.W, v.H) }

// Contains reports whether a point lies within.
func (v ViewBox) Contains(x, y int) bool { return x >= v.X && x <= v.X+v.W && y >= v.Y && y <= v.Y+v.H }

// Zone is a part of the body shown enlarged.
type Zone struct {
	ID    string  `json:"id"`
	Label string  `json:"label"`
	Front ViewBox `json:"front"`
	Back  ViewBox `json:"back"`
	// Codes are prefixes of diagnoses whose chart opens on this zone.
	Codes []string `json:"codes,omitempty"`
}

// Box is the window for a view.
func (z Zone) Box(v View) ViewBox {
	if v == ViewFront {
		return z.Front
	}
	return z.Back
}

// Region is a named area that rules and consents refer to.
type Region struct {
	ID    string   `json:"id"`
	Label string   `json:"label"`
	Sites []string `json:"sites"`
}

// Body is the file of sites, zones and regions.
type Body struct {
	Meta
	Zones   []Zone   `json:"zones"`
	Regions []Region `json:"regions"`
	Sites   []Site   `json:"sites"`
	index   map[string]int
}

// WholeBody is the id of the zone that shows everything.
const WholeBody = "whole-body"

// ParseBody reads the file of body sites.
func ParseBody(file string, b []byte) (Body, error) {
	var body Body
	if err := decode(file, b, &body); err != nil {
		return Body{}, err
	}
	if err := body.finish(file, "soapstone/body/1", b); err != nil {
		return Body{}, failure(file, "", err)
	}
	if err := unique(file, "zone", body.Zones, func(z Zone) string { return z.ID }); err != nil {
		return Body{}, err
	}
	if err := unique(file, "region", body.Regions, func(r Region) string { return r.ID }); err != nil {
		return Body{}, err
	}
	if err := unique(file, "site", body.Sites, func(s Site) string { return s.ID }); err != nil {
		return Body{}, err
	}
	body.index = map[string]int{}
	for i, s := range body.Sites {
		body.index[s.ID] = i
	}
	for _, z := range body.Zones {
		if err := z.check(); err != nil {
			return Body{}, failure(file, "zone "+z.ID, err)
		}
	}
	for _, s := range body.Sites {
		if err := body.checkSite(s); err != nil {
			return Body{}, failure(file, "site "+s.ID, err)
		}
	}
	for _, r := range body.Regions {
		if r.Label == "" || len(r.Sites) == 0 {
			return Body{}, failure(file, "region "+r.ID, errors.New("label or sites are missing"))
		}
		for _, id := range r.Sites {
			if _, ok := body.index[id]; !ok {
				return Body{}, failure(file, "region "+r.ID, fmt.Errorf("site %q does not exist", id))
			}
		}
	}
	return body, nil
}

func (z Zone) check() error {
	if z.Label == "" {
		return errors.New("label is missing")
	}
	for _, v := range []ViewBox{z.Front, z.Back} {
		if v.X < 0 || v.Y < 0 || v.W <= 0 || v.H <= 0 || v.X+v.W > FigureWidth || v.Y+v.H > FigureHeight {
			return fmt.Errorf("view box %v leaves the drawing", v)
		}
	}
	for _, p := range z.Codes {
		if len(p) < 3 || !prefixShape.MatchString(p) {
			return fmt.Errorf("%q is not a code prefix without dots", p)
		}
	}
	return nil
}

// checkSite refuses a site on the wrong side: seen from behind the patient's
// right is the viewer's right, seen from the front it is the viewer's left.
func (b Body) checkSite(s Site) error {
	if s.View != ViewFront && s.View != ViewBack {
		return fmt.Errorf("view %q is neither front nor back", s.View)
	}
	z, ok := b.Zone(s.Zone)
	if s.Label == "" || !ok || s.Zone == WholeBody {
		return errors.New("label or zone is missing")
	}
	if !z.Box(s.View).Contains(s.X, s.Y) {
		return fmt.Errorf("lies outside its zone %s in the %s view", s.Zone, s.View)
	}
	viewersRight := s.X > FigureCentre
	switch s.Side {
	case Midline:
		if s.X != FigureCentre {
			return errors.New("has no side, yet is not on the midline")
		}
	case SideRight, SideLeft:
		if s.X == FigureCentre || viewersRight != ((s.View == ViewBack) == (s.Side == SideRight)) {
			return errors.New("is drawn on the other side of the body")
		}
		if !strings.HasSuffix(s.ID, "-"+strings.ToLower(string(s.Side))) {
			return errors.New("id must end in its side")
		}
	default:
		return fmt.Errorf("side %q is not R, L or empty", s.Side)
	}
	return nil
}

// Zone finds a zone by id.
func (b Body) Zone(id string) (Zone, bool) {
	i := slices.IndexFunc(b.Zones, func(z Zone) bool { return z.ID == id })
	if i < 0 {
		return Zone{}, false
	}
	return b.Zones[i], true
}

// Sites lists every body site, in the order of the file.
func (s *Set) Sites() []Site { return slices.Clone(s.body.Sites) }

// Site finds a body site by id.
func (s *Set) Site(id string) (Site, bool) {
	i, ok := s.body.index[id]
	if !ok {
		return Site{}, false
	}
	return s.body.Sites[i], true
}

// Body is the file of sites, zones and regions as a whole.
func (s *Set) Body() Body { return s.body }

// Zones lists the zones; the whole body comes last.
func (s *Set) Zones() []Zone { return slices.Clone(s.body.Zones) }

// Zone finds a zone by id.
func (s *Set) Zone(id string) (Zone, bool) { return s.body.Zone(id) }

// SitesIn lists the sites seen in a zone's window, those of neighbouring
// zones at its edge included: whatever is seen can be marked. Site.Zone says
// where a site is at home.
func (s *Set) SitesIn(zone string, view View) []Site {
	z, ok := s.Zone(zone)
	if !ok {
		return nil
	}
	var out []Site
	for _, x := range s.body.Sites {
		if x.View == view && z.Box(view).Contains(x.X, x.Y) {
			out = append(out, x)
		}
	}
	return out
}

// Region finds a region by id.
func (s *Set) Region(id string) (Region, bool) {
	i := slices.IndexFunc(s.body.Regions, func(r Region) bool { return r.ID == id })
	if i < 0 {
		return Region{}, false
	}
	return s.body.Regions[i], true
}

// OtherSide gives the matching site on the other side of the body.
func (s *Set) OtherSide(id string) (Site, bool) {
	x, ok := s.Site(id)
	if !ok || x.Side == Midline {
		return Site{}, false
	}
	base := id[:len(id)-1]
	if x.Side == SideRight {
		return s.Site(base + "l")
	}
	return s.Site(base + "r")
}

// ZoneFor picks the zone a chart opens on from the diagnoses, the first that
// names one; without any it is the whole body.
func (s *Set) ZoneFor(diagnoses []string) Zone {
	for _, d := range diagnoses {
		best, length := Zone{}, 0
		for _, z := range s.body.Zones {
			for _, p := range z.Codes {
				if len(p) > length && strings.HasPrefix(DotlessCode(d), p) {
					best, length = z, len(p)
				}
			}
		}
		if length > 0 {
			return best
		}
	}
	z, _ := s.Zone(WholeBody)
	return z
}

// FindSites finds sites by the beginnings of words in label, alias and side:
// "ut r" is the right upper trapezius. Sites of a side named last come first
// ("lev l" is the left levator, although the right one's name begins with l as
// well), then exact aliases, then the order of the file.
func (s *Set) FindSites(query string, limit int) []Site {
	words := searchWords(query)
	if len(words) == 0 || limit <= 0 {
		return nil
	}
	side, named := sideNamed(words)
	var out []Site
	ranks := map[string]int{}
	for _, x := range s.body.Sites {
		rank := matchSite(x, words)
		if rank == 0 {
			continue
		}
		if named && x.Side == side {
			rank += 2
		}
		ranks[x.ID] = rank
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Site) int { return ranks[b.ID] - ranks[a.ID] })
	return out[:min(limit, len(out))]
}

// sideNamed is the side that the last of several words names.
func sideNamed(words []string) (Side, bool) {
	if len(words) < 2 {
		return Midline, false
	}
	switch words[len(words)-1] {
	case "l", "left":
		return SideLeft, true
	case "r", "right":
		return SideRight, true
	}
	return Midline, false
}

// matchSite is 0 for no match, 1 for a match and 2 when an alias was hit exactly.
func matchSite(x Site, words []string) int {
	names := append(searchWords(x.Label), x.Side.Label(), strings.ToLower(string(x.Side)))
	rank := 1
	for i, w := range words {
		hit := false
		for _, a := range x.Aliases {
			if i == 0 && a == w {
				rank = 2
			}
			hit = hit || strings.HasPrefix(a, w)
		}
		for _, n := range names {
			hit = hit || (n != "" && strings.HasPrefix(n, w))
		}
		if !hit {
			return 0
		}
	}
	return rank
}
