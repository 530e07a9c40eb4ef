package authnui

import (
	"github.com/a-h/templ"

	"soapstone/internal/practice"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// named gives a button that says only "Change" a name of its own for those who
// hear it without its row.
func named(label string) templ.Attributes { return templ.Attributes{"aria-label": label} }

// withDefault fills a field that was never sent.
func withDefault(f *form.Form, name, value string) *form.Form {
	if !f.Has(name) && f.Valid() {
		return f.Set(name, value)
	}
	return f
}

func zoneOptions() []kit.Option {
	var out []kit.Option
	for _, z := range practice.USZones() {
		out = append(out, kit.Option{Value: z.Name, Label: z.Label})
	}
	return out
}

func stateOptions() []kit.Option {
	var out []kit.Option
	for _, s := range practice.States() {
		out = append(out, kit.Option{Value: s.Code, Label: s.Name})
	}
	return out
}
