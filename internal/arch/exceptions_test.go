package arch_test

import (
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"
)

// exceptions are all the lists of house_test.go that let something pass, with
// what they may name.
func exceptions(tr *tree) map[string]struct {
	list map[string]string
	real func(name string) bool
} {
	roomImports := func(prefixes ...string) func(string) bool {
		return func(room string) bool {
			return slices.ContainsFunc(tr.gos, func(f *goFile) bool {
				p, _ := locate(f.dir())
				return p.room == room && !f.test && slices.ContainsFunc(f.ast.Imports, func(i *ast.ImportSpec) bool {
					return slices.ContainsFunc(prefixes, func(s string) bool { return strings.HasPrefix(strings.Trim(i.Path.Value, `"`), s) })
				})
			})
		}
	}
	type entry = struct {
		list map[string]string
		real func(name string) bool
	}
	return map[string]entry{
		"httpRooms":   {httpRooms, roomImports("net/http")},
		"htmlRooms":   {htmlRooms, roomImports("html", "github.com/a-h/templ")},
		"rawSQLRooms": {rawSQLRooms, func(room string) bool { return hasRoom(tr, room) }},
		"globalTables": {globalTables, func(name string) bool {
			return slices.ContainsFunc(tables(tr), func(t table) bool { return t.name == name })
		}},
		"globalIndexes": {globalIndexes, func(name string) bool {
			return slices.ContainsFunc(migrations(tr), func(f textFile) bool { return strings.Contains(f.text, " INDEX "+name+" ON ") })
		}},
		"nullableText": {nullableText, func(name string) bool { return hasColumn(tr, name) }},
		"crossPractice": {crossPractice, func(name string) bool {
			return slices.ContainsFunc(queries(tr), func(q query) bool {
				return q.room+"."+q.name == name && !scoped(q.statement, uses(q.statement))
			})
		}},
		"readsUpward": {readsUpward, func(name string) bool {
			return slices.ContainsFunc(queries(tr), func(q query) bool {
				return slices.ContainsFunc(uses(q.statement), func(u use) bool { return q.room+"."+u.table == name })
			})
		}},
		"unauthorised": {unauthorised, func(name string) bool {
			return slices.ContainsFunc(tr.gos, func(f *goFile) bool {
				p, _ := locate(f.dir())
				return slices.ContainsFunc(f.ast.Decls, func(d ast.Decl) bool {
					fn, ok := d.(*ast.FuncDecl)
					return ok && p.room+"."+fn.Name.Name == name && isServiceMethod(f, fn)
				})
			})
		}},
		"clockFiles": {clockFiles, func(p string) bool { return hasFile(tr, p) }},
		"spokenOf":   {spokenOf, func(p string) bool { return hasFile(tr, p) }},
		"oversized": {oversized, func(key string) bool {
			p, _, _ := strings.Cut(key, ":")
			return hasFile(tr, p)
		}},
	}
}

func hasFile(tr *tree, p string) bool {
	return slices.ContainsFunc(tr.texts, func(f textFile) bool { return f.path == p })
}

func hasRoom(tr *tree, room string) bool {
	return slices.ContainsFunc(tr.gos, func(f *goFile) bool { return strings.HasPrefix(f.path, "internal/"+room+"/") })
}

func hasColumn(tr *tree, name string) bool {
	tab, col, _ := strings.Cut(name, ".")
	return slices.ContainsFunc(tables(tr), func(t table) bool {
		return t.name == tab && slices.ContainsFunc(t.items, func(item []sqlToken) bool { return len(item) > 0 && item[0].text == col })
	})
}

// An exception that nobody needs any more is a hole that nobody watches.
func TestExceptionsAreNeededAndReasoned(t *testing.T) {
	tr, err := project()
	if err != nil {
		t.Fatal(err)
	}
	for list, e := range exceptions(tr) {
		for name, reason := range e.list {
			if strings.TrimSpace(reason) == "" {
				t.Errorf("%s: %q has no reason; give one in %s", list, name, whereRooms)
			}
			if !e.real(name) {
				t.Errorf("%s: %q is not there, or needs no exception; take it out of %s", list, name, whereRooms)
			}
		}
	}
}

func TestRoomsStandOnOneFloor(t *testing.T) {
	seen := map[string]string{}
	for _, f := range floors {
		for _, r := range f.rooms {
			if other := seen[r]; other != "" {
				t.Errorf("%s stands on the floors %s and %s", r, other, f.name)
			}
			seen[r] = f.name
		}
	}
}

// The plan that people read names every room there is.
func TestThePlanNamesEveryRoom(t *testing.T) {
	b, err := os.ReadFile("../../docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	tr, err := project()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range floors {
		for _, r := range f.rooms {
			if hasRoom(tr, r) && !strings.Contains(string(b), "`"+r+"`") {
				t.Errorf("docs/ARCHITECTURE.md does not name the room %q; add it to the table of rooms", r)
			}
		}
	}
}
