package arch_test

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// timeIsInjected reports calls that ask the machine for the time or its zone.
func timeIsInjected(tr *tree) []finding {
	var out []finding
	own := ownLocal(tr)
	for _, f := range tr.gos {
		name := f.name("time")
		if name == "" || f.generated {
			continue
		}
		bubble := f.name("testing/synctest") != ""
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !own[f.dir()] && isLocalMethod(call) {
				out = append(out, finding{tr.at(call), "the machine's zone is nobody's; use the zone of the location or of the actor"})
			}
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !isIdent(sel.X, name) {
				return true
			}
			switch sel.Sel.Name {
			case "Now", "Since", "Until":
				if clockFiles[f.path] == "" {
					out = append(out, finding{tr.at(sel), "time." + sel.Sel.Name + " asks the machine; take a clock.Clock " +
						"(in tests clock.NewManual), or give the reason in clockFiles in " + whereRooms})
				}
			case "Local":
				out = append(out, finding{tr.at(sel), "time.Local is the machine's zone; use the zone of the location or of the actor"})
			case "Sleep":
				if f.test && !bubble {
					out = append(out, finding{tr.at(sel), "a test does not sleep; wait for what should happen, or use testing/synctest"})
				}
			}
			return true
		})
	}
	return out
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// ownLocal are the folders that declare a method Local of their own.
func ownLocal(tr *tree) map[string]bool {
	found := map[string]bool{}
	for _, f := range tr.gos {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "Local" {
				found[f.dir()] = true
			}
		}
	}
	return found
}

// isLocalMethod finds t.Local(); time.Local itself is not called.
func isLocalMethod(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Local" && len(call.Args) == 0
}

func TestTimeIsInjected(t *testing.T) { holds(t, timeIsInjected) }

func TestTimeIsInjectedCatches(t *testing.T) {
	body := func(s string) string { return "package a\nimport \"time\"\nfunc f(t time.Time) {\n" + s + "\n}" }
	catches(t, timeIsInjected,
		sample{"time.Now", map[string]string{"a/a.go": body("_ = time.Now()")}, []string{"a/a.go:4: time.Now asks the machine"}},
		sample{"as a value", map[string]string{"a/a.go": body("now := time.Now; _ = now")}, []string{"time.Now asks"}},
		sample{"in a test", map[string]string{"a/a_test.go": body("_ = time.Now()")}, []string{"time.Now asks"}},
		sample{"in a command", map[string]string{"cmd/a/a.go": body("_ = time.Now()")}, []string{"time.Now asks"}},
		sample{"time.Since", map[string]string{"a/a.go": body("_ = time.Since(t)")}, []string{"time.Since asks"}},
		sample{"under another name", map[string]string{"a/a.go": "package a\nimport clk \"time\"\nvar x = clk.Until"}, []string{"time.Until asks"}},
		sample{"time.Local", map[string]string{"a/a.go": body("_ = t.In(time.Local)")}, []string{"time.Local is the machine's zone"}},
		sample{"t.Local", map[string]string{"a/a.go": body("_ = t.Local()")}, []string{"the machine's zone is nobody's"}},
		sample{"sleeping test", map[string]string{"a/a_test.go": body("time.Sleep(1)")}, []string{"a test does not sleep"}},
		sample{"what is allowed", map[string]string{
			"internal/clock/clock.go": body("_ = time.Now()"),
			"a/a.go":                  body("_ = time.After(1); time.Sleep(1)"),
			"a/a_test.go":             "package a\nimport (\"time\"; \"testing/synctest\")\nvar _ = synctest.Wait\nfunc f() { time.Sleep(1) }",
			"b/b.go":                  "package b\nimport \"time\"\ntype T struct{ at time.Time }\nfunc (T) Local() {}\nvar _ = func() { T{}.Local() }",
			"a/b.go":                  "package a\nvar time struct{ Now func() }\nvar _ = time.Now",
		}, nil},
	)
}

var moneyName = regexp.MustCompile(`(?i)cents|price|amount|dollars`)

// moneyIsWhole reports money in floating point: by the name of what is
// declared or converted, and anything of that type inside package money.
func moneyIsWhole(tr *tree) []finding {
	const mend = "money is money.Cents, whole and exact; floating point loses cents"
	var out []finding
	for _, f := range tr.gos {
		if f.generated {
			continue
		}
		inMoney := f.dir() == "internal/money"
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if inMoney && isFloat(n) {
					out = append(out, finding{tr.at(n), mend})
				}
			case *ast.Field:
				if !inMoney && mentionsFloat(n.Type) && namedMoney(n.Names) {
					out = append(out, finding{tr.at(n), mend})
				}
			case *ast.ValueSpec:
				if !inMoney && mentionsFloat(n.Type) && namedMoney(n.Names) {
					out = append(out, finding{tr.at(n), mend})
				}
			case *ast.FuncDecl:
				if !inMoney && moneyName.MatchString(n.Name.Name) && n.Type.Results != nil && resultsFloat(n.Type.Results) {
					out = append(out, finding{tr.at(n), mend})
				}
			case *ast.CallExpr:
				if !inMoney && isFloat(n.Fun) && len(n.Args) == 1 && moneyName.MatchString(words(n.Args[0])) {
					out = append(out, finding{tr.at(n), mend})
				}
			}
			return true
		})
	}
	return out
}

func isFloat(e ast.Expr) bool { return isIdent(e, "float64") || isIdent(e, "float32") }

// mentionsFloat finds float64 itself, *float64, []float64 and the like.
func mentionsFloat(e ast.Expr) bool {
	found := false
	if e == nil {
		return false
	}
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType, *ast.StructType:
			return false // their fields are asked for themselves
		case *ast.Ident:
			found = found || isFloat(n)
		}
		return true
	})
	return found
}

func resultsFloat(l *ast.FieldList) bool {
	for _, r := range l.List {
		if mentionsFloat(r.Type) {
			return true
		}
	}
	return false
}

func namedMoney(names []*ast.Ident) bool {
	for _, n := range names {
		if moneyName.MatchString(n.Name) {
			return true
		}
	}
	return false
}

// words are the identifiers of an expression.
func words(e ast.Expr) string {
	var b strings.Builder
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			b.WriteString(id.Name + " ")
		}
		return true
	})
	return b.String()
}

func TestMoneyIsWhole(t *testing.T) { holds(t, moneyIsWhole) }

func TestMoneyIsWholeCatches(t *testing.T) {
	catches(t, moneyIsWhole,
		sample{"field", map[string]string{"a/a.go": "package a\ntype T struct {\n\tFeeCents float64\n}"}, []string{"a/a.go:3: money is money.Cents"}},
		sample{"pointer parameter", map[string]string{"a/a.go": "package a\nfunc f(listPrice *float32) {}"}, []string{"a/a.go:2"}},
		sample{"variable", map[string]string{"a/a.go": "package a\nvar amounts []float64"}, []string{"a/a.go:2"}},
		sample{"function", map[string]string{"a/a.go": "package a\nfunc totalAmount() float64 { return 0 }"}, []string{"a/a.go:2"}},
		sample{"conversion", map[string]string{"a/a.go": "package a\nvar x = 1.1 * float64(line.AmountCents)"}, []string{"a/a.go:2"}},
		sample{"anything in package money", map[string]string{"internal/money/a.go": "package money\nfunc f() { x := float64(1); _ = x }"}, []string{"internal/money/a.go:2"}},
		sample{"what is allowed", map[string]string{
			"a/a.go": "package a\ntype T struct { Degrees float64; FeeCents int64; Price func(x float64) int }\nvar ratio = float64(minutes) / 60",
		}, nil},
	)
}
