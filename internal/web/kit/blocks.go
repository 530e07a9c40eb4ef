package kit

import (
	"fmt"

	"github.com/a-h/templ"
)

func toneIcon(t Tone) string {
	switch t {
	case Danger:
		return "stop"
	case Warn:
		return "warn"
	case OK:
		return "check"
	}
	return "info"
}

// toneWord says in words what the colour says.
func toneWord(t Tone) string {
	switch t {
	case Danger:
		return "Danger:"
	case Warn:
		return "Warning:"
	case OK:
		return "Done:"
	}
	return "Note:"
}

// alertRole leaves it to the page to announce: these are part of the page from
// the start, not news.
func alertRole(Tone) string { return "note" }

func currentStep(is bool) string {
	if is {
		return "step"
	}
	return "false"
}

// percent is the width of a meter's fill, out of 100.
func percent(value, max int) string {
	if max <= 0 || value <= 0 {
		return "0"
	}
	if value > max {
		value = max
	}
	return fmt.Sprintf("%.1f", float64(value)*100/float64(max))
}

// withDialog makes the button open a dialog.
func (b Btn) withDialog(id string) Btn {
	a := templ.Attributes{"data-dialog": id}
	for k, v := range b.Attrs {
		a[k] = v
	}
	b.Attrs = a
	return b
}
