package static_test

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"soapstone/internal/web/static"
)

// The worker keeps the note's scripts, and nothing that is not a file of the
// program: what it lists is what the empty page is made of.
func TestWorkerKeepsTheShellAndNothingElse(t *testing.T) {
	rec := httptest.NewRecorder()
	if !static.ServeHTTP(rec, httptest.NewRequest("GET", static.Worker, nil)) {
		t.Fatal("the worker is not served")
	}
	text := rec.Body.String()
	if got := rec.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control %q: an old worker would stay", got)
	}
	shell := static.Shell()
	for _, name := range []string{"note-shell.html", "note-shell.js", "note.js", "note-store.js", "body-chart.js", "app.js", "app.css", "icon.svg"} {
		if !slices.Contains(shell, static.URL(name)) {
			t.Errorf("the shell lacks %s", name)
		}
	}
	all := static.URLs()
	for _, u := range shell {
		if !slices.Contains(all, u) || !strings.Contains(text, `"`+u+`"`) {
			t.Errorf("%s is no file of the program, or the worker does not list it", u)
		}
	}
	if !regexp.MustCompile(`"soapstone-shell-[0-9a-f]{10}"`).MatchString(text) || strings.Contains(text, "put in:") {
		t.Error("the build or the list was not put in")
	}
}
