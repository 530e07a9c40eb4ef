package visitui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/form"
)

// editor is the page that writes a note, as a function of the form on it and
// of what is known about the visit.
type editor struct {
	E      visit.Editing
	F      *form.Form
	K      *knowledge.Set
	Actor  id.User
	Asks   bool   // the actor may ask the safety questions
	Token  string // of this page, for the server to know repeated requests by
	View   knowledge.View
	Zone   knowledge.Zone
	Tool   note.MarkType
	Marks  []markRow
	Motion []motionRow
	Tx     []txRow
	Home   []homeChip
}

// blank is the place of a row's number in a template.
const blank = "__i__"

// markRow is one line of the list of marks.
type markRow struct {
	P        string // prefix of its names
	Site     knowledge.Site
	Type     note.MarkType
	Severity string
	Touched  bool
	Last     string // severity in the last note; "" when it was not there
	Badge    string
	Leave    bool // the screening says to leave this place alone
}

// motionRow is one line of the table of motions.
type motionRow struct {
	P, Motion, Label, Unit, Norm string
	Sides                        []motionCell
}

type motionCell struct {
	Name, Label, Value, Last string
	Start                    int // what the first step counts from
}

// txRow is one technique.
type txRow struct {
	P, Technique, Label string
	Touched             bool
	Offer               string // what the last note said, as JSON; "" when new
	Summary             string
	Sites               []siteChip
	Is                  note.Provenance
	Was                 string   // in words how it stands to the last note
	Beyond              []string // what goes beyond the day's precautions
}

type siteChip struct {
	ID, Label string
	On        bool
}

// homeChip is one line of home care to tap.
type homeChip struct {
	Text    string
	On      bool
	Offered bool
}

func newEditor(e visit.Editing, f *form.Form, k *knowledge.Set, actor id.User) editor {
	ed := editor{E: e, F: f, K: k, Actor: actor, Token: id.New[id.Note]().String()}
	ed.Tool = note.Pain
	if t := note.MarkType(f.Value("ui.tool")); slices.Contains(note.MarkTypes(), t) {
		ed.Tool = t
	}
	ed.Marks = ed.marks()
	ed.Zone, _ = k.Zone(e.Zone)
	if z, ok := k.Zone(f.Value("ui.zone")); ok {
		ed.Zone = z
	}
	ed.View = ed.firstView()
	switch v := knowledge.View(f.Value("ui.view")); v {
	case knowledge.ViewBack, knowledge.ViewFront:
		ed.View = v
	}
	ed.Motion, ed.Tx, ed.Home = ed.motions(), ed.techniques(), ed.home()
	return ed
}

// firstView is the side of the body with more marks in the zone shown.
func (ed editor) firstView() knowledge.View {
	front := 0
	for _, m := range ed.Marks {
		if ed.Zone.Box(m.Site.View).Contains(m.Site.X, m.Site.Y) {
			if m.Site.View == knowledge.ViewFront {
				front++
			} else {
				front--
			}
		}
	}
	if front > 0 {
		return knowledge.ViewFront
	}
	return knowledge.ViewBack
}

func (ed editor) prior() note.Draft {
	if ed.E.Prior == nil {
		return note.Draft{}
	}
	return ed.E.Prior.Note.Own()
}

// From is where offers come from: "3 Mar 2026".
func (ed editor) From() string {
	if ed.E.Prior == nil {
		return ""
	}
	return ed.E.Prior.Date.Human()
}

func (ed editor) marks() []markRow {
	var out []markRow
	for _, p := range rows(ed.F, groupMarks) {
		site, ok := ed.K.Site(ed.F.Value(p + ".site"))
		if !ok {
			continue
		}
		out = append(out, ed.mark(p, site, note.MarkType(ed.F.Value(p+".type")), ed.F.Value(p+".severity"), ed.F.Bool(p+".touched")))
	}
	return out
}

func (ed editor) mark(p string, site knowledge.Site, t note.MarkType, severity string, touched bool) markRow {
	m := markRow{P: p, Site: site, Type: t, Severity: severity, Touched: touched, Leave: slices.Contains(ed.E.Gate.LocalSites, site.ID)}
	for _, x := range ed.prior().Marks {
		if x.Site == site.ID && x.Type == t && t != note.Treated {
			m.Last = strconv.Itoa(x.Severity)
		}
	}
	m.Badge = m.badge(ed.From())
	return m
}

// badge says in words where a mark comes from.
func (m markRow) badge(from string) string {
	switch {
	case !m.Touched:
		return "from " + from
	case m.Last == "":
		return "new"
	case m.Last == m.Severity:
		return "still there"
	}
	n, _ := strconv.Atoi(m.Last)
	if was := note.SeverityLabel(n); was != "" {
		return "was " + was
	}
	return "was not graded"
}

func (m markRow) state() string {
	switch {
	case !m.Touched:
		return "carried"
	case m.Last == "":
		return "new"
	case m.Last == m.Severity:
		return "confirmed"
	}
	return "changed"
}

func (ed editor) motions() []motionRow {
	var out []motionRow
	for _, p := range rows(ed.F, groupROM) {
		norm, ok := ed.K.ROM().Norm(ed.F.Value(p + ".motion"))
		if !ok {
			continue
		}
		out = append(out, ed.motion(p, norm))
	}
	return out
}

func (ed editor) motion(p string, norm knowledge.Norm) motionRow {
	m := motionRow{P: p, Motion: norm.ID, Label: note.MotionLabel(ed.K, norm.ID, ""), Unit: note.MotionUnit(ed.K, norm.ID), Norm: normText(norm)}
	for _, side := range norm.Sides() {
		c := motionCell{Name: p + "." + sideName(string(side)), Label: capital(side.Label()), Start: int(norm.High)}
		if side == knowledge.Midline {
			c.Label = "Midline"
		}
		c.Value = ed.F.Value(c.Name)
		if v, ok := ed.prior().Measured(norm.ID, string(side)); ok {
			c.Last, c.Start = strconv.Itoa(v), v
		}
		m.Sides = append(m.Sides, c)
	}
	return m
}

func normText(n knowledge.Norm) string {
	if n.Low == n.High {
		return fmt.Sprintf("%g", n.Low)
	}
	return fmt.Sprintf("%g–%g", n.Low, n.High)
}

// techniques builds the rows of the treatment. A row that comes from the last
// note carries what was said there, so that it can be made an offer again.
func (ed editor) techniques() []txRow {
	offers := ed.prior().Interventions
	used := make([]bool, len(offers))
	var out []txRow
	for _, p := range rows(ed.F, groupTx) {
		t, ok := ed.K.Technique(ed.F.Value(p + ".technique"))
		if !ok {
			continue
		}
		r := ed.technique(p, t)
		r.Is, r.Was = ed.given(p).Was(ed.lastNote(), ed.K)
		for _, b := range ed.E.Status.Beyond {
			if strings.HasPrefix(located(ed.F, b.Field), p+".") {
				r.Beyond = append(r.Beyond, b.Text)
			}
		}
		for i, o := range offers {
			if !used[i] && o.Technique == t.ID {
				used[i], r.Offer, r.Summary = true, offerJSON(o), ed.summary(o)
				break
			}
		}
		out = append(out, r)
	}
	return out
}

func (ed editor) lastNote() *note.Draft {
	if ed.E.Prior == nil {
		return nil
	}
	return &ed.E.Prior.Note
}

// given is a technique as its row says, without what cannot be read there.
func (ed editor) given(p string) note.Intervention {
	v := note.Intervention{Technique: ed.F.Value(p + ".technique"), Region: ed.F.Value(p + ".region"), Position: note.Position(ed.F.Value(p + ".position")), Provenance: touched(ed.F, p)}
	for _, s := range ed.F.Values(p + ".site") {
		if s != "" {
			v.Sites = append(v.Sites, s)
		}
	}
	if n, err := strconv.Atoi(ed.F.Value(p + ".pressure")); err == nil {
		v.Pressure = note.Ptr(n)
	}
	return v
}

func (ed editor) technique(p string, t knowledge.Technique) txRow {
	r := txRow{P: p, Technique: t.ID, Label: t.Label, Touched: ed.F.Bool(p + ".touched")}
	on := ed.F.Values(p + ".site")
	for _, m := range ed.Marks {
		if m.Touched && !slices.Contains(on, m.Site.ID) && !slices.ContainsFunc(r.Sites, func(c siteChip) bool { return c.ID == m.Site.ID }) {
			r.Sites = append(r.Sites, siteChip{ID: m.Site.ID, Label: m.Site.FullLabel()})
		}
	}
	for i := len(on) - 1; i >= 0; i-- {
		r.Sites = append([]siteChip{{ID: on[i], Label: note.SiteLabel(ed.K, on[i]), On: true}}, r.Sites...)
	}
	return r
}

func (ed editor) summary(v note.Intervention) string {
	var parts []string
	var places []string
	for _, s := range v.Sites {
		places = append(places, note.SiteLabel(ed.K, s))
	}
	if len(places) == 0 && v.Region != "" {
		places = append(places, note.ZoneLabel(ed.K, v.Region))
	}
	if len(places) > 0 {
		parts = append(parts, strings.Join(places, "; "))
	}
	if v.Pressure != nil {
		parts = append(parts, fmt.Sprintf("pressure %d", *v.Pressure))
	}
	if v.Position != "" {
		parts = append(parts, strings.ToLower(v.Position.Label()))
	}
	return strings.Join(parts, " · ")
}

func offerJSON(v note.Intervention) string {
	b, err := json.Marshal(map[string]any{"site": append([]string{}, v.Sites...), "region": v.Region, "pressure": digits(v.Pressure), "position": string(v.Position)})
	if err != nil {
		return ""
	}
	return string(b)
}

func (ed editor) home() []homeChip {
	var out []homeChip
	have := map[string]bool{}
	add := func(text string, offered bool) {
		if text != "" && !have[text] {
			out = append(out, homeChip{Text: text, On: ed.F.Checked("home", text), Offered: offered})
		}
		have[text] = true
	}
	for _, h := range ed.prior().Plan.HomeCare {
		add(h.Text, true)
	}
	for _, text := range ed.F.Values("home") {
		add(text, false)
	}
	for _, text := range note.HomeCareIdeas() {
		add(text, false)
	}
	return out
}

// OfferedNext is the next step that the last note offers again.
func (ed editor) OfferedNext() note.Next {
	if ed.E.Prior == nil {
		return ""
	}
	return note.Carry(ed.E.Prior.Note).Plan.Next
}

// Quick lists the techniques that are one tap away: those of the last note
// and a few that are used most.
func (ed editor) Quick() []knowledge.Technique {
	var out []knowledge.Technique
	for _, t := range []string{"myofascial-release", "trigger-point", "swedish", "petrissage", "pnf", "mld"} {
		if x, ok := ed.K.Technique(t); ok {
			out = append(out, x)
		}
	}
	return out
}

// Template is the form from which the templates of empty rows are built.
func (ed editor) Template() editor {
	ed.F = form.Empty()
	ed.Marks = nil
	return ed
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// short is a technique's name without what stands in brackets.
func short(label string) string {
	s, _, _ := strings.Cut(label, " (")
	return s
}
