package consent

import (
	"strconv"
	"strings"

	"soapstone/internal/errs"
)

// The box in which a signature is drawn, and its limits.
const (
	BoxWidth, BoxHeight = 1000, 450
	maxStrokes          = 300
	maxPoints           = 20_000
	// minInk is the least length of all strokes together, and minReach the
	// least width or height: less is a slip of the finger.
	minInk, minReach = 150, 60
)

// ParseStrokes reads a signature as the page sends it: SVG path data of whole
// numbers within the box, M and L commands only, such as "M10 20L30 40". It
// gives the canonical form, or an Invalid error on the field: path data is
// shown in pages again, so nothing but numbers may pass.
func ParseStrokes(field, s string) (string, error) {
	bad := errs.OnField(field, "The signature cannot be read. Clear the box and sign again.")
	var out strings.Builder
	var x, y int
	minX, maxX, minY, maxY := BoxWidth, 0, BoxHeight, 0
	strokes, points, ink := 0, 0, 0.0
	for rest := strings.TrimSpace(s); rest != ""; {
		c := rest[0]
		if c != 'M' && c != 'L' || c == 'L' && points == 0 {
			return "", bad
		}
		end := strings.IndexAny(rest[1:], "ML")
		if end < 0 {
			end = len(rest) - 1
		}
		nx, ny, ok := point(rest[1 : 1+end])
		if !ok {
			return "", bad
		}
		rest = rest[1+end:]
		if c == 'M' {
			strokes++
		} else {
			ink += distance(x, y, nx, ny)
		}
		x, y, points = nx, ny, points+1
		if strokes > maxStrokes || points > maxPoints {
			return "", errs.OnField(field, "The signature has too many lines. Clear the box and sign again.")
		}
		minX, maxX, minY, maxY = min(minX, x), max(maxX, x), min(minY, y), max(maxY, y)
		out.WriteByte(c)
		out.WriteString(strconv.Itoa(x) + " " + strconv.Itoa(y))
	}
	if points == 0 {
		return "", errs.OnField(field, "Sign in the box.")
	}
	if ink < minInk || max(maxX-minX, maxY-minY) < minReach {
		return "", errs.OnField(field, "This is too small for a signature. Clear the box and sign again.")
	}
	return out.String(), nil
}

// point reads "x y" within the box.
func point(s string) (x, y int, ok bool) {
	a, b, found := strings.Cut(strings.TrimSpace(s), " ")
	if !found {
		return 0, 0, false
	}
	x, okX := coordinate(a, BoxWidth)
	y, okY := coordinate(b, BoxHeight)
	return x, y, okX && okY
}

func coordinate(s string, most int) (int, bool) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= most
}

// distance is near enough the length of a line, without roots: the larger
// leg and half of the smaller one.
func distance(x0, y0, x1, y1 int) float64 {
	dx, dy := max(x1-x0, x0-x1), max(y1-y0, y0-y1)
	return float64(max(dx, dy)) + float64(min(dx, dy))/2
}
