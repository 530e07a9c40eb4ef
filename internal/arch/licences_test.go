package arch_test

import (
	"flag"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the list of Go modules in NOTICE")

// licences that a module linked into the program may have.
var licences = []string{"Apache-2.0", "BSD", "ISC", "MIT"}

// classify names the licence of a text, or "" when it knows none.
func classify(text string) string {
	s := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, l := range []struct{ name, phrase string }{
		// Before the GNU licences, which it speaks of.
		{"MPL-2.0", "mozilla public license version 2.0"},
		{"MPL-2.0", "mozilla public license, version 2.0"},
		{"AGPL", "gnu affero general public license"},
		{"LGPL", "gnu lesser general public license"},
		{"GPL", "gnu general public license"},
		{"Apache-2.0", "apache license version 2.0"},
		{"Apache-2.0", "licensed under the apache license, version 2.0"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided"},
		{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted, provided"},
		{"BSD", "redistribution and use in source and binary forms"},
	} {
		if strings.Contains(s, l.phrase) {
			return l.name
		}
	}
	return ""
}

// required lists the modules of a go.mod file as path and version.
func required(gomod string) [][2]string {
	var out [][2]string
	inside := false
	for line := range strings.Lines(gomod) {
		line, _, _ = strings.Cut(line, "//")
		f := strings.Fields(line)
		switch {
		case len(f) == 2 && f[0] == "require" && f[1] == "(":
			inside = true
		case len(f) == 1 && f[0] == ")":
			inside = false
		case inside && len(f) == 2:
			out = append(out, [2]string{f[0], f[1]})
		case len(f) == 3 && f[0] == "require":
			out = append(out, [2]string{f[1], f[2]})
		}
	}
	return out
}

// moduleCache is the folder of downloaded modules.
func moduleCache() string {
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return dir
	}
	return filepath.Join(filepath.SplitList(build.Default.GOPATH)[0], "pkg", "mod")
}

var upper = regexp.MustCompile(`[A-Z]`)

// moduleDir is a module's folder within the cache, where capitals are escaped.
func moduleDir(mod [2]string) string {
	return upper.ReplaceAllStringFunc(mod[0]+"@"+mod[1], func(s string) string { return "!" + strings.ToLower(s) })
}

// legal reads the files of a module's root whose name begins with one of the
// given words.
func legal(module fs.FS, begins ...string) (string, error) {
	entries, err := fs.ReadDir(module, ".")
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, e := range entries {
		lower := strings.ToLower(e.Name())
		if e.IsDir() || !slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(lower, b) }) {
			continue
		}
		b, err := fs.ReadFile(module, e.Name())
		if err != nil {
			return "", err
		}
		text.Write(b)
		text.WriteByte('\n')
	}
	return text.String(), nil
}

// judge says what is wrong with a module's licence, or "".
func judge(mod, text string) string {
	l := classify(text)
	switch {
	case slices.Contains(licences, l):
		return ""
	case l == "MPL-2.0" && testOnlyModules[mod] != "":
		return ""
	case l == "":
		return "no licence of " + strings.Join(licences, ", ") + " found in its root; read it, and do without the module if it is another"
	}
	return l + " may not be linked into the program (" + strings.Join(licences, ", ") + " may); do without it, " +
		"or, if only tests use it and it is MPL-2.0, name it in testOnlyModules in " + whereRooms
}

func gomod(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLicencesAreFree(t *testing.T) {
	cache := os.DirFS(moduleCache())
	mods := required(gomod(t))
	if len(mods) < 5 {
		t.Fatalf("only %d modules found in go.mod", len(mods))
	}
	for _, m := range mods {
		t.Run(m[0], func(t *testing.T) {
			dir := moduleDir(m)
			if _, err := fs.Stat(cache, dir); err != nil {
				t.Skipf("not in the module cache, so nothing of it is built here: %v", err)
			}
			sub, err := fs.Sub(cache, dir)
			if err != nil {
				t.Fatal(err)
			}
			text, err := legal(sub, "licen", "copying")
			if err != nil {
				t.Fatal(err)
			}
			if what := judge(m[0], text); what != "" {
				t.Error(what)
			}
		})
	}
}

func TestLicencesAreFreeCatches(t *testing.T) {
	for _, tc := range []struct{ name, mod, text, want string }{
		{"GPL", "x/y", "GNU GENERAL PUBLIC LICENSE\n Version 3", "GPL may not be linked"},
		{"AGPL", "x/y", "GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL may not"},
		{"MPL in the program", "x/y", "Mozilla Public License, version 2.0 ... GNU General Public License", "MPL-2.0 may not"},
		{"MPL in tests", "pgregory.net/rapid", "Mozilla Public License Version 2.0", ""},
		{"GPL in tests", "pgregory.net/rapid", "GNU GENERAL PUBLIC LICENSE", "GPL may not"},
		{"none", "x/y", "", "no licence of"},
		{"unknown", "x/y", "All rights reserved.", "no licence of"},
		{"wrapped MIT", "x/y", "Permission is hereby granted, free of\ncharge, to any person  obtaining a copy", ""},
		{"Apache", "x/y", "  Apache License\n  Version 2.0, January 2004", ""},
		{"BSD", "x/y", "Redistribution and use in source and binary forms, with", ""},
	} {
		if got := judge(tc.mod, tc.text); (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	got := required("module m\n\ngo 1.26\n\nrequire a/b v1.0.0\nrequire (\n\tc/D v2.0.0\n\te/f v0.1.0 // indirect\n)\n")
	if d := cmp.Diff([][2]string{{"a/b", "v1.0.0"}, {"c/D", "v2.0.0"}, {"e/f", "v0.1.0"}}, got); d != "" {
		t.Errorf("required (-want +got):\n%s", d)
	}
	if got := moduleDir([2]string{"c/Dx", "v2.0.0"}); got != "c/!dx@v2.0.0" {
		t.Errorf("moduleDir = %s", got)
	}
}

// testModulesStayInTests reports a test-only module in the program.
func testModulesStayInTests(tr *tree) []finding {
	var out []finding
	for _, f := range tr.gos {
		for _, i := range f.ast.Imports {
			p := strings.Trim(i.Path.Value, `"`)
			if _, only := testOnlyModules[p]; only && !f.test {
				out = append(out, finding{tr.at(i), p + " is for tests only, because of its licence; move this into a _test.go file"})
			}
		}
	}
	return out
}

func TestTestModulesStayInTests(t *testing.T) { holds(t, testModulesStayInTests) }

func TestTestModulesStayInTestsCatches(t *testing.T) {
	catches(t, testModulesStayInTests,
		sample{"in the program", map[string]string{"a/a.go": "package a\nimport \"pgregory.net/rapid\""}, []string{"a/a.go:2: pgregory.net/rapid is for tests only"}},
		sample{"in a test", map[string]string{"a/a_test.go": "package a\nimport \"pgregory.net/rapid\""}, nil},
	)
}

const noticeMark = "Go modules\n==========\n"

var copyright = regexp.MustCompile(`(?i)\bcopyright (\(c\)|©|\d{4})`)

// noticeModules is the last part of NOTICE: each module with its licence, its
// copyright lines and, where it has one, its own notice.
func noticeModules(t *testing.T) string {
	t.Helper()
	cache := os.DirFS(moduleCache())
	var b strings.Builder
	for _, m := range required(gomod(t)) {
		if testOnlyModules[m[0]] != "" {
			continue
		}
		sub, err := fs.Sub(cache, moduleDir(m))
		if err != nil {
			t.Fatal(err)
		}
		text, err := legal(sub, "licen", "copying")
		if err != nil {
			t.Skipf("%s is not in the module cache; run go mod download", m[0])
		}
		fmt.Fprintf(&b, "\n%s (%s)\n", m[0], classify(text))
		seen := map[string]bool{}
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if copyright.MatchString(line) && !strings.Contains(line, "[yyyy]") && !seen[line] {
				seen[line] = true
				b.WriteString("    " + line + "\n")
			}
		}
		own, err := legal(sub, "notice")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(strings.TrimSpace(own)) {
			b.WriteString(strings.TrimRight("    | "+strings.TrimSpace(line), " ") + "\n")
		}
	}
	return b.String()
}

func TestNoticeNamesEveryModule(t *testing.T) {
	path := filepath.Join("..", "..", "NOTICE")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, got, ok := strings.Cut(string(b), noticeMark)
	if !ok {
		t.Fatalf("NOTICE has no heading %q", noticeMark)
	}
	want := noticeModules(t)
	if *update {
		if err := os.WriteFile(path, []byte(head+noticeMark+want), 0o644); err != nil {
			t.Fatal(err)
		}
		got = want
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("NOTICE does not agree with go.mod; run: go test ./internal/arch -update\n(-go.mod +NOTICE):\n%s", d)
	}
}
