package arch_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wordsThatStayOut belong to a machine, a moment or the making of the project,
// and not to the project.
var wordsThatStayOut = []struct {
	pattern *regexp.Regexp
	mend    string
}{
	{regexp.MustCompile(`/tmp/`), "use os.MkdirTemp, in tests t.TempDir"},
	{regexp.MustCompile("(^|[\\s\"'`(=])/(work|root)/"), "a path of one machine; write it relative to the module"},
	{regexp.MustCompile(`\b(TODO|FIXME)\b`), "do it now, or say in a plain sentence what is not there and why"},
	{regexp.MustCompile(`^(<{7}|>{7}) `), "a merge was left half done"},
	{regexp.MustCompile(`(?i)lorem ipsum`), "write what stands there in truth"},
	{regexp.MustCompile(`(?i)\b(language model|chatgpt|openai|anthropic)\b`), "the project speaks of itself alone"},
	{regexp.MustCompile(`\breference/[a-z-]+\.(md|json|tsv)\b`), "that file is not part of the project; name the public source"},
	{regexp.MustCompile(`\b(SPEC|PRODUCT)\.md\b`), "that file is not part of the project; say it here"},
}

// notProse are files that are made by tools or by others.
func notProse(p string) bool {
	return foreign(p) || slices.Contains([]string{".sum", ".tsv", ".svg"}, path.Ext(p))
}

func strayWords(tr *tree) []finding {
	var out []finding
	for _, f := range tr.texts {
		if notProse(f.path) || spokenOf[f.path] != "" {
			continue
		}
		for i, line := range strings.Split(f.text, "\n") {
			for _, w := range wordsThatStayOut {
				if m := w.pattern.FindString(line); m != "" {
					out = append(out, finding{fmt.Sprintf("%s:%d", f.path, i+1), fmt.Sprintf("%q: %s", strings.TrimSpace(m), w.mend)})
				}
			}
		}
	}
	return out
}

func TestNoStrayWords(t *testing.T) { holds(t, strayWords) }

func TestNoStrayWordsCatches(t *testing.T) {
	catches(t, strayWords,
		sample{"folder of a machine", map[string]string{"a.go": "package a\n// see /tmp/x"}, []string{`a.go:2: "/tmp/": use os.MkdirTemp`}},
		sample{"path of a machine", map[string]string{"docs/a.md": "Read `/work/x`.\ncd /root/y"}, []string{"docs/a.md:1: \"`/work/\"", "docs/a.md:2"}},
		sample{"promise", map[string]string{"a.css": "/* TODO: colours */"}, []string{`a.css:1: "TODO": do it now`}},
		sample{"half a merge", map[string]string{"a.sql": "x\n>>>>>>> other"}, []string{"a.sql:2"}},
		sample{"filler", map[string]string{"a.templ": "Lorem Ipsum dolor"}, []string{"a.templ:1"}},
		sample{"another's file", map[string]string{"a.md": "see reference/exam.md"}, []string{"a.md:1"}},
		sample{"what is allowed", map[string]string{
			"a.go":                  "package a\n// home/work/mobile, tmp/x, todo list, the TODOs, http://x/y/work/z",
			"a.min.js":              "TODO",
			"data/codes.tsv":        "TODO",
			"docs/a.md":             "==== <<< >>>",
			"web/vendor/htmx.js":    "TODO",
			"x/testdata/a.txt":      "/tmp/",
			"internal/arch/doc.txt": "reference/x",
		}, nil},
	)
}
