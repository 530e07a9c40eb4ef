package arch_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

const whereRooms = "internal/arch/house_test.go"

// pack is a package of the module in terms of the house.
type pack struct {
	path  string // from the root, "internal/referral/referralui"
	room  string // "referral"; "" outside internal/
	floor int    // index into floors
	place int    // place of the room on its floor
	query bool   // generated queries: ROOM/q
	aid   bool   // help for tests: dbtest, webtest
}

// locate finds the place of a package; ok is false for an unknown room.
func locate(pkg string) (p pack, ok bool) {
	p.path = pkg
	parts := strings.Split(pkg, "/")
	if parts[0] != "internal" || len(parts) < 2 {
		return p, true
	}
	p.room = parts[1]
	p.query = path.Base(pkg) == "q"
	p.aid = len(parts) > 2 && strings.HasSuffix(path.Base(pkg), "test")
	for i, f := range floors {
		if n := slices.Index(f.rooms, p.room); n >= 0 {
			p.floor, p.place = i, n
			ok = true
		}
	}
	if len(parts) > 2 && parts[2] == p.room+"ui" {
		// Pages stand above all capabilities, in the order of their rooms.
		p.place += 100 * p.floor
		p.floor = floorOf(floorUI)
	}
	return p, ok || p.room == "arch"
}

func floorOf(name string) int {
	return slices.IndexFunc(floors, func(f floor) bool { return f.name == name })
}

func (p pack) on(names ...string) bool {
	return p.room != "" && slices.Contains(names, floors[p.floor].name)
}

// roomsAreKnown reports packages that have no place in the house.
func roomsAreKnown(tr *tree) []finding {
	var out []finding
	seen := map[string]bool{}
	for _, f := range tr.gos {
		top, _, _ := strings.Cut(f.dir(), "/")
		if top != "internal" {
			if !seen[top] && top != "cmd" && top != "e2e" && !slices.Contains(formats, top) {
				out = append(out, finding{f.path, "Go code in a folder of the root that the house does not know; " +
					"move it under internal/, or add the folder to formats in " + whereRooms})
			}
			seen[top] = true
			continue
		}
		if p, ok := locate(f.dir()); !ok && !seen["room "+p.room] {
			seen["room "+p.room] = true
			out = append(out, finding{f.path, fmt.Sprintf(
				"the room %q has no place; add it to floors in %s, after the rooms it imports", p.room, whereRooms)})
		}
	}
	return out
}

func TestEveryRoomHasItsPlace(t *testing.T) { holds(t, roomsAreKnown) }

func TestEveryRoomHasItsPlaceCatches(t *testing.T) {
	catches(t, roomsAreKnown,
		sample{"unknown room, once", map[string]string{
			"internal/misc/a.go": "package misc", "internal/misc/b.go": "package misc",
		}, []string{`internal/misc/a.go: the room "misc" has no place; add it to floors`}},
		sample{"unknown folder of the root", map[string]string{"lib/a.go": "package lib"}, []string{"lib/a.go: Go code"}},
		sample{"known rooms", map[string]string{
			"internal/referral/a.go": "package referral", "internal/referral/referralui/a.go": "package referralui",
			"internal/arch/a_test.go": "package arch_test", "cmd/soapstone/main.go": "package main",
			"x12/a.go": "package x12", "e2e/a_test.go": "package e2e",
		}, nil},
	)
}

// importsGoDown reports imports against the order of the house.
func importsGoDown(tr *tree) []finding {
	return eachImport(tr, func(f *goFile, from, to pack) string {
		top, _, _ := strings.Cut(from.path, "/")
		switch {
		case slices.Contains(formats, top):
			if to.room != "" {
				return "a pure format imports nothing from internal/; pass what it needs as plain values"
			}
			return ""
		case to.query && path.Dir(to.path) != from.path:
			return fmt.Sprintf("only internal/%s uses its generated queries; ask its service, or write an own query", to.room)
		case to.aid && !f.test && !from.aid:
			return "help for tests is imported by tests only"
		case f.test || from.aid || to.room == "" || from.room == "arch" || top == "e2e":
			return ""
		case top == "cmd":
			if to.room != "app" {
				return "a command imports internal/app alone; move the code there"
			}
			return ""
		}
		return against(from, to)
	})
}

// against says what is wrong with an import between two packages of internal/.
func against(from, to pack) string {
	const mend = "; declare a one- or two-method interface here and let internal/app pass the implementation, " +
		"or mend the order in " + whereRooms
	upper, lower := floors[to.floor].name, floors[from.floor].name
	switch {
	case to.floor > from.floor:
		return fmt.Sprintf("%s is on the floor %q, above %q%s", to.path, upper, lower, mend)
	case from.on(floorWeb) && to.on(floorCapabilities, floorInterop):
		return "web knows no capability; put the page into the room's ui package"
	case to.floor == from.floor && to.room != from.room && floors[to.floor].ordered && to.place > from.place:
		return fmt.Sprintf("internal/%s comes after internal/%s%s", to.room, from.room, mend)
	}
	return ""
}

// eachImport asks about every import of the module's own packages.
func eachImport(tr *tree, ask func(f *goFile, from, to pack) string) []finding {
	var out []finding
	for _, f := range tr.gos {
		from, ok := locate(f.dir())
		if !ok {
			continue // reported by roomsAreKnown
		}
		for _, i := range f.ast.Imports {
			p, own := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module+"/")
			if !own {
				continue
			}
			to, ok := locate(p)
			if !ok {
				continue
			}
			if what := ask(f, from, to); what != "" {
				out = append(out, finding{tr.at(i), "imports " + p + ": " + what})
			}
		}
	}
	return out
}

func TestImportsGoDown(t *testing.T) { holds(t, importsGoDown) }

func TestImportsGoDownCatches(t *testing.T) {
	imports := func(from string, to ...string) map[string]string {
		text := "package x\n"
		for _, p := range to {
			text += "import _ \"soapstone/" + p + "\"\n"
		}
		return map[string]string{from: text}
	}
	catches(t, importsGoDown,
		sample{"foundation imports db", imports("internal/id/a.go", "internal/db"), []string{`internal/id/a.go:2: imports internal/db: internal/db is on the floor "db"`}},
		sample{"foundation against its order", imports("internal/id/a.go", "internal/civil"), []string{"internal/civil comes after internal/id"}},
		sample{"platform imports a capability", imports("internal/jobs/a.go", "internal/visit"), []string{`on the floor "capabilities"`}},
		sample{"capability to the right", imports("internal/referral/a.go", "internal/visit"), []string{"internal/visit comes after internal/referral; declare"}},
		sample{"capability imports web", imports("internal/visit/a.go", "internal/web"), []string{`on the floor "web"`}},
		sample{"capability imports its own pages", imports("internal/visit/a.go", "internal/visit/visitui"), []string{`on the floor "ui"`}},
		sample{"web imports a capability", imports("internal/web/kit/a.go", "internal/patient"), []string{"web knows no capability"}},
		sample{"pages to the right", imports("internal/patient/patientui/a.go", "internal/visit/visitui"), []string{"comes after"}},
		sample{"a surface imports app", imports("internal/home/a.go", "internal/app"), []string{`on the floor "app"`}},
		sample{"another room's queries", imports("internal/visit/a.go", "internal/patient/q"), []string{"only internal/patient uses"}},
		sample{"another room's queries in a test", imports("internal/visit/a_test.go", "internal/patient/q"), []string{"only internal/patient uses"}},
		sample{"own queries in the pages", imports("internal/visit/visitui/a.go", "internal/visit/q"), []string{"only internal/visit uses"}},
		sample{"format imports internal", imports("x12/segment/a.go", "internal/errs"), []string{"a pure format"}},
		sample{"format imports internal in a test", imports("x12/a_test.go", "internal/errs"), []string{"a pure format"}},
		sample{"help for tests in the program", imports("internal/demo/a.go", "internal/db/dbtest"), []string{"by tests only"}},
		sample{"command imports a room", imports("cmd/soapstone/a.go", "internal/db"), []string{"imports internal/app alone"}},
		sample{"all that is allowed", map[string]string{
			"internal/visit/a.go":              imports("x", "internal/id", "internal/db", "internal/authz", "internal/knowledge", "internal/patient", "internal/visit/q", "x12")["x"],
			"internal/visit/a_test.go":         imports("x", "internal/report", "internal/db/dbtest")["x"],
			"internal/visit/visitui/a.go":      imports("x", "internal/visit", "internal/report", "internal/web/kit", "internal/patient/patientui")["x"],
			"internal/patient/patientui/a.go":  imports("x", "internal/authn/authnui")["x"],
			"internal/home/a.go":               imports("x", "internal/visit/visitui", "internal/web")["x"],
			"internal/db/dbtest/a.go":          imports("x", "internal/audit", "internal/db")["x"],
			"internal/audit/a.go":              imports("x", "internal/authz", "internal/db")["x"],
			"internal/web/kit/a.go":            imports("x", "internal/web/form", "internal/authz")["x"],
			"internal/app/a.go":                imports("x", "internal/home", "internal/visit/visitui", "internal/db")["x"],
			"cmd/soapstone/main.go":            imports("x", "internal/app")["x"],
			"e2e/a_test.go":                    imports("x", "internal/app", "internal/seal")["x"],
			"x12/check/a.go":                   imports("x", "x12")["x"],
			"internal/claimx12/a.go":           imports("x", "x12", "internal/claim")["x"],
			"internal/arch/imports_test.go":    imports("x", "internal/db")["x"],
			"internal/referral/q/queries.go":   imports("x", "internal/db", "internal/id")["x"],
			"internal/referral/referral_q.go":  imports("x", "internal/referral/q")["x"],
			"internal/web/webtest/browser.go":  imports("x", "internal/db/dbtest")["x"],
			"internal/home/homeui/handlers.go": imports("x", "internal/web")["x"],
		}, nil},
	)
}

// pagesStayAbove reports HTML and HTTP where neither belongs.
func pagesStayAbove(tr *tree) []finding {
	var out []finding
	for _, f := range tr.gos {
		p, ok := locate(f.dir())
		if !ok || f.test || p.room == "" || p.aid || p.on(floorWeb, floorUI, floorSurfaces, floorApp) {
			continue
		}
		for _, i := range f.ast.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			switch {
			case name == "net/http" || strings.HasPrefix(name, "net/http/"):
				if httpRooms[p.room] == "" {
					out = append(out, finding{tr.at(i), "HTTP belongs to web, ui and surfaces; " +
						"move it there, or give the reason in httpRooms in " + whereRooms})
				}
			case name == "html" || strings.HasPrefix(name, "html/") || strings.HasPrefix(name, "github.com/a-h/templ"):
				if htmlRooms[p.room] == "" {
					out = append(out, finding{tr.at(i), "HTML belongs to web, ui and surfaces; " +
						"move it there, or give the reason in htmlRooms in " + whereRooms})
				}
			}
		}
	}
	return out
}

func TestPagesStayAbove(t *testing.T) { holds(t, pagesStayAbove) }

func TestPagesStayAboveCatches(t *testing.T) {
	catches(t, pagesStayAbove,
		sample{"HTTP in a capability", map[string]string{"internal/visit/a.go": "package visit\nimport \"net/http\""}, []string{"internal/visit/a.go:2: HTTP belongs"}},
		sample{"HTTP below HTTP", map[string]string{"internal/jobs/a.go": "package jobs\nimport \"net/http/httptrace\""}, []string{"HTTP belongs"}},
		sample{"templates in a capability", map[string]string{"internal/visit/a.go": "package visit\nimport \"html/template\""}, []string{"HTML belongs"}},
		sample{"templ on the platform", map[string]string{"internal/jobs/a.go": "package jobs\nimport \"github.com/a-h/templ/runtime\""}, []string{"HTML belongs"}},
		sample{"where they belong", map[string]string{
			"internal/visit/visitui/a.go": "package visitui\nimport (\"net/http\"; \"github.com/a-h/templ\")",
			"internal/web/a.go":           "package web\nimport \"net/http\"",
			"internal/visit/a_test.go":    "package visit_test\nimport \"net/http\"",
			"internal/app/a.go":           "package app\nimport \"net/http\"",
			"internal/tlscert/a.go":       "package tlscert\nimport \"net/http\"",
			"cmd/soapstone/a.go":          "package main\nimport \"net/http\"",
		}, nil},
	)
}
