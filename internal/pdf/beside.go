package pdf

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

// Beside places a PNG or JPEG at the right edge, inside w by h millimetres, and
// what text draws to the left of it. The two stay on one page: text should be a
// few lines. An unreadable picture makes Bytes fail.
func (d *Doc) Beside(data []byte, kind string, w, h float64, text func()) {
	d.images++
	name := fmt.Sprintf("image %d", d.images)
	info := d.f.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(data))
	if d.f.Err() || info.Width() <= 0 || info.Height() <= 0 {
		return
	}
	scale := min(w/info.Width(), h/info.Height())
	w, h = info.Width()*scale, info.Height()*scale
	d.need(h)
	page, top := d.f.PageNo(), d.f.GetY()
	d.f.ImageOptions(name, marginX+d.width-w, top, w, h, false, fpdf.ImageOptions{}, 0, "")
	d.width -= w + 5
	text()
	d.width += w + 5
	if d.f.PageNo() == page && d.f.GetY() < top+h {
		d.at(marginX, top+h)
		d.space(gap)
	}
}
