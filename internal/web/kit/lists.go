package kit

import "github.com/a-h/templ"

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// attrs lets the results follow typing. The answer is the page that the form
// would lead to, of which only the region is taken: the handler needs to know
// nothing of it. The address is left alone, so that no name gets into the
// browser's history by typing.
func (s Search) attrs() templ.Attributes {
	if !s.Live {
		return nil
	}
	region := "#" + s.region()
	return templ.Attributes{
		"hx-get":       s.Action,
		"hx-trigger":   "input delay:200ms, submit, search",
		"hx-target":    region,
		"hx-select":    region,
		"hx-swap":      "outerHTML",
		"hx-sync":      "this:replace",
		"hx-indicator": region,
	}
}
