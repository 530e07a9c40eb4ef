package kit

import (
	"github.com/a-h/templ"

	"soapstone/internal/web/form"
)

// shown is the value to show again.
func shown(f *form.Form, d Field) string {
	if d.Type == "password" {
		return ""
	}
	return f.Value(d.Name)
}

func (d Field) atLeastWidth(w int) Field {
	if d.Width == 0 {
		d.Width = w
	}
	return d
}

func (d Field) number() Field {
	if d.InputMode == "" {
		d.InputMode = "numeric"
	}
	if d.Autocomplete == "" {
		d.Autocomplete = "off"
	}
	// Limits belong to the server's sentence; on a text control they mean nothing.
	d.Min, d.Max, d.Step = "", "", ""
	return d.atLeastWidth(4)
}

func (d Field) blank() string {
	if d.Blank != "" {
		return d.Blank
	}
	if d.Required {
		return "Choose…"
	}
	return "–"
}

func inlineClass(d Field) string {
	if d.Inline {
		return "inline"
	}
	return ""
}

// described ties hint and complaint to the group.
func described(f *form.Form, d Field) templ.Attributes {
	a := templ.Attributes{}
	if ids := d.describedBy(f); ids != "" {
		a["aria-describedby"] = ids
	}
	for k, v := range d.Attrs {
		a[k] = v
	}
	return a
}

// optionID gives the first answer the field's own id, so that the link in the
// error summary puts the focus there.
func optionID(d Field, i int) string {
	if i == 0 {
		return d.id()
	}
	return d.id() + "-" + itoa(i+1)
}

func chipType(d Field) string {
	if d.Multiple {
		return "checkbox"
	}
	return "radio"
}
