package web

import (
	"net/http"

	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// SeeNext is See, to where the person came from to mend something if the form
// carries that, and to target otherwise.
func SeeNext(w http.ResponseWriter, r *http.Request, f *form.Form, target string, flash ...string) error {
	if next := nextIn(f.Value(kit.Back)); next != "" {
		target = next
	}
	return See(w, r, target, flash...)
}

// nextIn is an address of ours, or "".
func nextIn(s string) string {
	if s == "" || LocalPath(s) != s {
		return ""
	}
	return s
}
