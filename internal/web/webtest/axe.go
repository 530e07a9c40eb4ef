package webtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Axe runs axe-core over the page as it stands (WCAG 2.0 to 2.2, A and AA, and
// best practice) and fails the test for each violation. Rules named are left
// out; say why beside the call.
func (b *Tab) Axe(without ...string) {
	b.T.Helper()
	source, err := axeSource()
	if err != nil {
		b.T.Fatalf("axe-core: %v", err)
	}
	if !Eval[bool](b, "typeof axe === 'object'") {
		Eval[bool](b, source+"; true")
	}
	type violation struct {
		ID, Help string
		Nodes    []string
	}
	// axe counts what the sticky bars cover at this scroll position as too
	// small. Sizes are the business of Targets, whose limit is stricter.
	without = append([]string{"target-size"}, without...)
	off := make([]string, len(without))
	for i, rule := range without {
		off[i] = fmt.Sprintf("%q: {enabled: false}", rule)
	}
	found := Eval[[]violation](b, fmt.Sprintf(`axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
		rules: {%s}, resultTypes: ["violations"],
	}).then((r) => r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 5).map((n) => n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " "))})))`, strings.Join(off, ",")))
	for _, v := range found {
		b.T.Errorf("%s: axe %s: %s\n  %s", b.Path(), v.ID, v.Help, strings.Join(v.Nodes, "\n  "))
	}
}

// axeSource reads axe-core from e2e/testdata at the root of the module.
var axeSource = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			b, err := os.ReadFile(filepath.Join(dir, "e2e", "testdata", "axe.min.js"))
			return string(b), err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above the test")
		}
		dir = up
	}
})

// NoHScroll fails the test when the page is wider than the window, and names
// what reaches out of it.
func (b *Tab) NoHScroll() {
	b.T.Helper()
	if wide := ask[[]string](b, "wide"); len(wide) > 0 {
		b.T.Errorf("%s: the page scrolls sideways:\n  %s", b.Path(), strings.Join(wide, "\n  "))
	}
}

// Targets fails the test for every control smaller than least CSS pixels in
// either direction. The house rule is 44.
func (b *Tab) Targets(least int) {
	b.T.Helper()
	if small := ask[[]string](b, "small", least); len(small) > 0 {
		b.T.Errorf("%s: smaller than %d px:\n  %s", b.Path(), least, strings.Join(small, "\n  "))
	}
}

// Widths are the window widths that every page must fit (CSS pixels): the
// narrowest, a phone, a tablet upright and lying.
var Widths = []int64{320, 390, 820, 1180}

// FitsAndReads checks the page at each of Widths and in both schemes: no
// sideways scrolling, targets of 44 pixels, nothing for axe to find. Axe leaves
// out the narrowest width, where the page differs from the phone's in size only.
func (b *Tab) FitsAndReads() {
	b.T.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.SetScheme(scheme)
		for _, w := range Widths {
			b.SetViewport(w, 900)
			b.NoHScroll()
			b.Targets(44)
			if w > Widths[0] {
				b.Axe()
			}
		}
	}
}
