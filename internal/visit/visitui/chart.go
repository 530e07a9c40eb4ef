package visitui

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"soapstone/internal/knowledge"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// figurePath is where the outline of the body is served.
const figurePath = "/visits/figure.svg"

var figure = sync.OnceValues(func() ([]byte, string) {
	b := knowledge.Must().Figure()
	sum := sha256.Sum256(b)
	return b, hex.EncodeToString(sum[:5])
})

// figureURL names the drawing of a view; the address changes with the drawing,
// so that it may be kept for good.
func figureURL(v knowledge.View) string {
	_, hash := figure()
	return figurePath + "?v=" + hash + "#" + string(v)
}

func serveFigure(w http.ResponseWriter, _ *http.Request) error {
	b, _ := figure()
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the reader left: nobody to tell
	return nil
}

// The chart's box is 424 by 400 at scale 1; marks keep their size on the
// screen whatever part of the body is shown.
const chartWidth, chartHeight = 424, 400

// markScale is the size of a mark in a window of the drawing.
func markScale(b knowledge.ViewBox) float64 {
	return max(float64(b.W)/chartWidth, float64(b.H)/chartHeight)
}

// apart is how far marks of one place stand from each other, at scale 1.
const apart = 24

// markTransform places the nth of several marks of one site, beside each other.
func markTransform(s knowledge.Site, n, of int, b knowledge.ViewBox) string {
	scale := markScale(b)
	dx := (float64(n) - float64(of-1)/2) * apart * scale
	return fmt.Sprintf("translate(%s %d) scale(%.3f)", strconv.FormatFloat(math.Round((float64(s.X)+dx)*10)/10, 'f', -1, 64), s.Y, scale)
}

// placed counts which of how many marks of its site the ith is.
func placed(marks []drawn, i int) (n, of int) {
	for j, m := range marks {
		if m.Site.ID == marks[i].Site.ID {
			if j < i {
				n++
			}
			of++
		}
	}
	return n, of
}

// drawings are the marks of the editor's chart in the view shown.
func (ed editor) drawings() []drawn {
	var out []drawn
	for _, m := range ed.Marks {
		if m.Site.View == ed.View {
			out = append(out, drawn{Site: m.Site, Type: m.Type, Carried: !m.Touched})
		}
	}
	return out
}

// inView are the marks of one view.
func inView(marks []drawn, v knowledge.View) []drawn {
	var out []drawn
	for _, m := range marks {
		if m.Site.View == v {
			out = append(out, m)
		}
	}
	return out
}

// viewersLeft is the letter on the left edge of the chart: seen from the front
// the patient's right side is on the viewer's left.
func viewersLeft(v knowledge.View) string {
	if v == knowledge.ViewFront {
		return "R"
	}
	return "L"
}

func viewersRight(v knowledge.View) string {
	if v == knowledge.ViewFront {
		return "L"
	}
	return "R"
}

// viewLabel names a view.
func viewLabel(v knowledge.View) string {
	if v == knowledge.ViewFront {
		return "Front"
	}
	return "Back"
}

// chartLabel says in words what a chart shows.
func chartLabel(v knowledge.View, z knowledge.Zone) string {
	return "Body chart, " + z.Label + ", seen from the " + map[knowledge.View]string{knowledge.ViewFront: "front", knowledge.ViewBack: "back"}[v] +
		". The marks are listed beside it."
}

// drawn is a mark on a chart that is only looked at.
type drawn struct {
	Site    knowledge.Site
	Type    note.MarkType
	Carried bool // offered by the last note, not part of this one
}

// window is the part of the drawing that shows all marks of a view with room
// around them, and false when the view has none.
func window(marks []drawn, v knowledge.View) (knowledge.ViewBox, bool) {
	x0, y0, x1, y1, any := knowledge.FigureWidth, knowledge.FigureHeight, 0, 0, false
	for _, m := range marks {
		if m.Site.View == v {
			x0, y0, x1, y1, any = min(x0, m.Site.X), min(y0, m.Site.Y), max(x1, m.Site.X), max(y1, m.Site.Y), true
		}
	}
	if !any {
		return knowledge.ViewBox{}, false
	}
	// Both halves of the body stay in view, or left and right could be mistaken.
	half := max(knowledge.FigureCentre-x0, x1-knowledge.FigureCentre, 150) + 60
	half = min(half, knowledge.FigureCentre)
	y0, y1 = max(y0-120, 0), min(y1+120, knowledge.FigureHeight)
	return knowledge.ViewBox{X: knowledge.FigureCentre - half, Y: y0, W: 2 * half, H: y1 - y0}, true
}

var severities = []string{"Not graded", "Mild", "Moderate", "Severe"}

// siteWords is what a place is found by, for the page's script: label, side,
// aliases, folded as FindSites does.
func siteWords(s knowledge.Site) string {
	words := strings.FieldsFunc(strings.ToLower(s.Label), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words = append(words, s.Aliases...)
	if s.Side != knowledge.Midline {
		words = append(words, s.Side.Label(), strings.ToLower(string(s.Side)))
	}
	return strings.Join(words, " ")
}

func siteNames(k *knowledge.Set, ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, note.SiteLabel(k, id))
	}
	return strings.Join(names, "; ")
}

// leave is a group of places to be left alone for one reason.
type leave struct{ Places, Words string }

// leaves groups the places to be left alone by what the rule says of them.
func leaves(k *knowledge.Set, g visit.GateResult) []leave {
	var words []string
	at := map[string][]string{}
	for _, site := range g.LocalSites {
		w := g.LocalWords[site]
		if at[w] == nil {
			words = append(words, w)
		}
		at[w] = append(at[w], site)
	}
	var out []leave
	for _, w := range words {
		out = append(out, leave{siteNames(k, at[w]), w})
	}
	return out
}

// zoneShorts are the words of a zone on its button, part of its name.
var zoneShorts = map[string]string{
	"head-face": "Head", "neck-shoulders": "Neck, shoulders", "upper-back-chest": "Upper back", "low-back-hips": "Low back",
	"right-arm": "Right arm", "left-arm": "Left arm", "thighs-knees": "Thighs", "lower-legs-feet": "Lower legs", "whole-body": "Whole",
}

func zoneShort(z knowledge.Zone) string { return cmp.Or(zoneShorts[z.ID], z.Label) }

func flagOf(on bool) string {
	if on {
		return "1"
	}
	return ""
}
