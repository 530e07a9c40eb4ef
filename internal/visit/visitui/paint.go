package visitui

import (
	"bytes"
	"embed"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"sync"

	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
)

// The outline for paper, drawn from the figure of package knowledge at
// figureScale pixels a unit. A test compares the figure with the one these
// were made from.
//
//go:embed figure/*.png
var outlines embed.FS

const figureScale = 1.5

// FigureSource is the SHA-256 of the figure the pictures were made from.
const FigureSource = "1e7d1c1d2191f8ff9ce025dc045b6d4b127a7d4d5368560630d5fee0a4cb7a15"

var outline = map[knowledge.View]func() (image.Image, error){
	knowledge.ViewBack:  sync.OnceValues(func() (image.Image, error) { return loadOutline("figure/back.png") }),
	knowledge.ViewFront: sync.OnceValues(func() (image.Image, error) { return loadOutline("figure/front.png") }),
}

func loadOutline(name string) (image.Image, error) {
	f, err := outlines.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

// inkOf are the colors of the marks on paper; the shapes differ too.
var inkOf = map[note.MarkType]color.RGBA{
	note.Pain: {0xb3, 0x26, 0x1e, 255}, note.Trigger: {0x6a, 0x2c, 0xa0, 255}, note.Tight: {0x8a, 0x52, 0x00, 255},
	note.Numb: {0x1d, 0x4f, 0x91, 255}, note.Treated: {0x0a, 0x5a, 0x61, 255},
}

// paintChart draws the marks on the outlines, back and front side by side, as
// a PNG. views is how many there are; none gives no picture.
func paintChart(marks []drawn) (picture []byte, views int, err error) {
	const space = 20
	var parts []image.Image
	width, height := 0, 0
	for _, v := range []knowledge.View{knowledge.ViewBack, knowledge.ViewFront} {
		box, ok := window(marks, v)
		if !ok {
			continue
		}
		part, err := paintView(inView(marks, v), v, box)
		if err != nil {
			return nil, 0, err
		}
		parts = append(parts, part)
		width += part.Bounds().Dx() + space
		height = max(height, part.Bounds().Dy())
	}
	if len(parts) == 0 {
		return nil, 0, nil
	}
	sheet := image.NewRGBA(image.Rect(0, 0, width-space, height))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	x := 0
	for _, p := range parts {
		draw.Draw(sheet, image.Rect(x, 0, x+p.Bounds().Dx(), p.Bounds().Dy()), p, image.Point{}, draw.Src)
		x += p.Bounds().Dx() + space
	}
	var b bytes.Buffer
	err = png.Encode(&b, sheet)
	return b.Bytes(), len(parts), err
}

// paintView draws one view through its window.
func paintView(marks []drawn, v knowledge.View, box knowledge.ViewBox) (*image.RGBA, error) {
	body, err := outline[v]()
	if err != nil {
		return nil, err
	}
	px := func(n int) int { return int(float64(n) * figureScale) }
	out := image.NewRGBA(image.Rect(0, 0, px(box.W), px(box.H)))
	draw.Draw(out, out.Bounds(), body, image.Pt(px(box.X), px(box.Y)), draw.Src)
	scale := markScale(box)
	for i, m := range marks {
		n, of := placed(marks, i)
		x := (float64(m.Site.X-box.X) + (float64(n)-float64(of-1)/2)*apart*scale) * figureScale
		y := float64(m.Site.Y-box.Y) * figureScale
		paint(out, x, y, scale*figureScale, inkOf[m.Type], shapeOf(m.Type))
	}
	letter := func(s string, x float64) {
		paint(out, x, 30*scale*figureScale, scale*figureScale, color.RGBA{0x1a, 0x1f, 0x24, 255}, strokes(letters[s], 2.4))
	}
	letter(viewersLeft(v), 26*scale*figureScale)
	letter(viewersRight(v), float64(out.Bounds().Dx())-26*scale*figureScale)
	return out, nil
}

// shape is the distance of a point from the edge of a figure around 0,0,
// negative inside.
type shape func(x, y float64) float64

// The letters, as lines from point to point.
var letters = map[string][][4]float64{
	"L": {{-6, -10, -6, 10}, {-6, 10, 6, 10}},
	"R": {{-6, -10, -6, 10}, {-6, -10, 2, -10}, {2, -10, 6, -6.5}, {6, -6.5, 6, -3.5}, {6, -3.5, 2, 0}, {2, 0, -6, 0}, {0, 0, 6.5, 10}},
}

func shapeOf(t note.MarkType) shape {
	switch t {
	case note.Trigger:
		return strokes([][4]float64{{-10, -10, 10, 10}, {10, -10, -10, 10}}, 3)
	case note.Tight:
		return func(x, y float64) float64 {
			// The three edges of the triangle with its point at 0,-14.
			side := (math.Abs(x)*25 - (y+14)*14) / math.Hypot(25, 14)
			return math.Max(side, y-11)
		}
	case note.Numb:
		return func(x, y float64) float64 {
			const dots = 8
			turn := math.Round(math.Atan2(y, x)/(2*math.Pi)*dots) / dots * 2 * math.Pi
			return math.Hypot(x-12*math.Cos(turn), y-12*math.Sin(turn)) - 2.6
		}
	case note.Treated:
		return func(x, y float64) float64 { return math.Max(math.Abs(x), math.Abs(y)) - 11 }
	}
	return func(x, y float64) float64 { return math.Hypot(x, y) - 13 }
}

// strokes are lines of half the given width on each side.
func strokes(lines [][4]float64, half float64) shape {
	return func(x, y float64) float64 {
		d := math.Inf(1)
		for _, l := range lines {
			dx, dy := l[2]-l[0], l[3]-l[1]
			t := math.Max(0, math.Min(1, ((x-l[0])*dx+(y-l[1])*dy)/(dx*dx+dy*dy)))
			d = math.Min(d, math.Hypot(x-l[0]-t*dx, y-l[1]-t*dy))
		}
		return d - half
	}
}

// paint puts a shape at cx,cy; at its edge the color is mixed in by how much
// of a pixel it covers.
func paint(img *image.RGBA, cx, cy, scale float64, ink color.RGBA, s shape) {
	reach := 18 * scale
	for y := int(cy - reach); y <= int(cy+reach); y++ {
		for x := int(cx - reach); x <= int(cx+reach); x++ {
			if !(image.Point{X: x, Y: y}).In(img.Bounds()) {
				continue
			}
			d := s((float64(x)+0.5-cx)/scale, (float64(y)+0.5-cy)/scale) * scale
			cover := math.Max(0, math.Min(1, 0.5-d))
			if cover == 0 {
				continue
			}
			was := img.RGBAAt(x, y)
			mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-cover) + float64(b)*cover + 0.5) }
			img.SetRGBA(x, y, color.RGBA{mix(was.R, ink.R), mix(was.G, ink.G), mix(was.B, ink.B), 255})
		}
	}
}
