package arch_test

import (
	"fmt"
	"go/ast"
	"slices"
	"testing"
)

const authzPath = module + "/internal/authz"

// authzAsks are the functions of package authz that find out who calls.
var authzAsks = []string{"Require", "RequireRecent", "From"}

// servicesAuthoriseFirst reports exported methods of a room's Service that take
// a context and do not begin by asking who calls.
func servicesAuthoriseFirst(tr *tree) []finding {
	asks := authorised(tr)
	var out []finding
	for _, f := range tr.gos {
		p, ok := locate(f.dir())
		if !ok || f.test || f.generated || !p.on(floorCapabilities, floorInterop, floorSurfaces) {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !isServiceMethod(f, fn) || unauthorised[p.room+"."+fn.Name.Name] != "" {
				continue
			}
			if !asks[f.dir()+"."+fn.Name.Name] {
				out = append(out, finding{tr.at(fn), fmt.Sprintf("%s does not begin with authz.Require; put it before everything else, "+
					"or give the reason under %q in unauthorised in %s", fn.Name.Name, p.room+"."+fn.Name.Name, whereRooms)})
			}
		}
	}
	return out
}

// authorised are the service methods and listed helpers, as folder.name, that
// begin with one of authzAsks, or with a call of one that does.
func authorised(tr *tree) map[string]bool {
	type candidate struct {
		f  *goFile
		fn *ast.FuncDecl
	}
	var all []candidate
	for _, f := range tr.gos {
		p, _ := locate(f.dir())
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || f.test {
				continue
			}
			listed := slices.Contains(authoriseHelpers, fn.Name.Name) || slices.Contains(authoriseHelpers, p.room+"."+fn.Name.Name)
			if listed || isServiceMethod(f, fn) {
				all = append(all, candidate{f, fn})
			}
		}
	}
	found := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, c := range all {
			key := c.f.dir() + "." + c.fn.Name.Name
			if !found[key] && beginsWithAuthz(c.f, c.fn, func(name string) bool { return found[c.f.dir()+"."+name] }) {
				found[key], grown = true, true
			}
		}
	}
	return found
}

// isServiceMethod is true for func (s *Service) Exported(ctx context.Context, …).
func isServiceMethod(f *goFile, fn *ast.FuncDecl) bool {
	if fn.Recv == nil || !fn.Name.IsExported() || len(fn.Type.Params.List) == 0 {
		return false
	}
	recv := fn.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	first, ok := fn.Type.Params.List[0].Type.(*ast.SelectorExpr)
	return isIdent(recv, "Service") && ok && first.Sel.Name == "Context" && isIdent(first.X, f.name("context"))
}

// beginsWithAuthz asks whether the first statement calls one of authzAsks or
// a helper. What runs only under a condition does not count.
func beginsWithAuthz(f *goFile, fn *ast.FuncDecl, helper func(string) bool) bool {
	if fn.Body == nil || len(fn.Body.List) == 0 {
		return false
	}
	pkg := f.name(authzPath)
	found := false
	ast.Inspect(fn.Body.List[0], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt, *ast.FuncLit:
			return false
		case *ast.CallExpr:
			switch fun := n.Fun.(type) {
			case *ast.SelectorExpr:
				asks := pkg != "" && isIdent(fun.X, pkg) && slices.Contains(authzAsks, fun.Sel.Name)
				found = found || asks || (isReceiver(fn, fun.X) && helper(fun.Sel.Name))
			case *ast.Ident:
				found = found || helper(fun.Name)
			}
		}
		return true
	})
	return found
}

func isReceiver(fn *ast.FuncDecl, e ast.Expr) bool {
	return fn.Recv != nil && len(fn.Recv.List[0].Names) == 1 && isIdent(e, fn.Recv.List[0].Names[0].Name)
}

func TestServicesAuthoriseFirst(t *testing.T) { holds(t, servicesAuthoriseFirst) }

func TestServicesAuthoriseFirstCatches(t *testing.T) {
	const head = "package visit\nimport (\n\"context\"\n\"soapstone/internal/authz\"\n)\ntype Service struct{}\n"
	in := func(code string) map[string]string {
		return map[string]string{"internal/visit/service.go": head + code}
	}
	const helper = "func (s *Service) actor(ctx context.Context) error {\n_, err := authz.Require(ctx, authz.VisitRead)\nreturn err\n}\n"
	catches(t, servicesAuthoriseFirst,
		sample{"nothing", in("func (s *Service) Sign(ctx context.Context) error { return nil }"),
			[]string{`internal/visit/service.go:7: Sign does not begin with authz.Require; put it before everything else, or give the reason under "visit.Sign"`}},
		sample{"an empty method", in("func (s *Service) Sign(ctx context.Context) {}"), []string{"Sign does not begin"}},
		sample{"value receiver", in("func (s Service) Sign(ctx context.Context) error { return nil }"), []string{"Sign does not begin"}},
		sample{"too late", in("func (s *Service) Sign(ctx context.Context) error {\nx := s.load()\n_, err := authz.Require(ctx, authz.NoteSign)\nreturn err }"), []string{"Sign does not begin"}},
		sample{"only under a condition", in("func (s *Service) Sign(ctx context.Context, x bool) {\nif x { authz.Require(ctx, authz.NoteSign) }\n}"), []string{"Sign does not begin"}},
		sample{"only in a function", in("func (s *Service) Sign(ctx context.Context) {\ndefer func() { authz.Require(ctx, authz.NoteSign) }()\n}"), []string{"Sign does not begin"}},
		sample{"another package called authz", map[string]string{"internal/visit/service.go": "package visit\nimport (\n\"context\"\nauthz \"x/y\"\n)\n" +
			"type Service struct{}\nfunc (s *Service) Sign(ctx context.Context) { authz.Require(ctx) }"}, []string{"Sign does not begin"}},
		sample{"a helper that does not ask", in("func (s *Service) actor(ctx context.Context) error { return nil }\n" +
			"func (s *Service) Sign(ctx context.Context) error { return s.actor(ctx) }"), []string{"Sign does not begin"}},
		sample{"a helper that is not listed", in("func (s *Service) check(ctx context.Context) { authz.Require(ctx, authz.NoteSign) }\n" +
			"func (s *Service) Sign(ctx context.Context) { s.check(ctx) }"), []string{"Sign does not begin"}},
		sample{"two that ask each other", in("func (s *Service) A(ctx context.Context) { s.B(ctx) }\nfunc (s *Service) B(ctx context.Context) { s.A(ctx) }"),
			[]string{"A does not begin", "B does not begin"}},
		sample{"a helper of something else", in(helper + "func (s *Service) Sign(ctx context.Context) { x.actor(ctx) }"), []string{"Sign does not begin"}},
		sample{"what is allowed", map[string]string{
			"internal/visit/service.go": head + helper +
				"func (s *Service) A(ctx context.Context) error {\na, err := authz.Require(ctx, authz.VisitRead)\n_ = a\nreturn err }\n" +
				"func (s *Service) B(ctx context.Context) error {\nif _, err := authz.Require(ctx, authz.VisitRead); err != nil { return err }\nreturn nil }\n" +
				"func (s *Service) C(ctx context.Context) error {\nif err := s.actor(ctx); err != nil { return err }\nreturn nil }\n" +
				"func (s *Service) D(ctx context.Context) error { return s.E(ctx) }\nfunc (s *Service) E(ctx context.Context) error { return s.A(ctx) }\n" +
				"func (s *Service) private(ctx context.Context) {}\n" +
				"func (s *Service) Zone(name string) {}\n" +
				"func (p *Painter) Paint(ctx context.Context) {}\n",
			"internal/jobs/service.go": "package jobs\nimport \"context\"\ntype Service struct{}\nfunc (s *Service) Run(ctx context.Context) {}",
		}, nil},
	)
}
