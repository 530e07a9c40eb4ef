package authnui

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// qrCode is a QR code as the path of an SVG, one unit a module.
type qrCode struct {
	Path string
	Size int // modules a side, with the quiet zone
}

// quietZone is the blank margin that readers need, in modules (ISO/IEC 18004).
const quietZone = 4

// qrOf encodes text. It fails for text longer than a QR code can hold.
func qrOf(text string) (qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrCode{}, fmt.Errorf("authnui: QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var b strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			start := x
			for x < size && dark(code.At(x, y)) {
				x++
			}
			if x > start {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", start+quietZone, y+quietZone, x-start, x-start)
			}
		}
	}
	return qrCode{Path: b.String(), Size: size + 2*quietZone}, nil
}

func dark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}

func (q qrCode) viewBox() string {
	s := strconv.Itoa(q.Size)
	return "0 0 " + s + " " + s
}
