package authz_test

import (
	"context"
	"errors"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

var update = flag.Bool("update", false, "rewrite docs/PERMISSIONS.md from the matrix")

func TestThePermissionsPageIsCurrent(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "PERMISSIONS.md")
	want := authz.Document()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run: go test ./internal/authz -update", err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("docs/PERMISSIONS.md is old; run: go test ./internal/authz -update\n(-matrix +page):\n%s", d)
	}
}

func TestRequire(t *testing.T) {
	actor := func(roles ...authz.Role) context.Context {
		return authz.With(context.Background(), authz.Actor{User: id.New[id.User](), Roles: roles})
	}
	for _, tc := range []struct {
		name string
		ctx  context.Context
		perm authz.Permission
		want errs.Kind
		ok   bool
	}{
		{"nobody signed in", context.Background(), authz.PatientRead, errs.Unauthenticated, false},
		{"no role", actor(), authz.PatientRead, errs.Denied, false},
		{"a role without it", actor(authz.Biller), authz.NoteRead, errs.Denied, false},
		{"a role with it", actor(authz.Therapist), authz.NoteRead, 0, true},
		{"the second of two roles", actor(authz.Biller, authz.Therapist), authz.NoteSign, 0, true},
		{"unknown role", actor("root"), authz.PatientRead, errs.Denied, false},
		{"role in other letters", actor("Owner"), authz.PatientRead, errs.Denied, false},
		{"unknown permission", actor(authz.Roles()...), "patient.destroy", errs.Denied, false},
		{"no permission named", actor(authz.Roles()...), "", errs.Denied, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, err := authz.Require(tc.ctx, tc.perm)
			if tc.ok {
				if err != nil || a.User.IsZero() {
					t.Errorf("Require = %v, %v; want the actor", a, err)
				}
				return
			}
			if !errs.Is(err, tc.want) || errs.PublicOf(err) == "" {
				t.Errorf("error %v, want kind %v with a sentence", err, tc.want)
			}
			if !a.User.IsZero() || len(a.Roles) > 0 {
				t.Errorf("gave actor %v beside an error", a)
			}
		})
	}
}

func TestRequireRecentAsksForAFreshProof(t *testing.T) {
	now := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		proved time.Time
		system bool
		role   authz.Role
		want   errs.Kind
		ok     bool
	}{
		{"just now", now, false, authz.Owner, 0, true},
		{"within the time", now.Add(-authz.StepUpFor + time.Second), false, authz.Owner, 0, true},
		{"too long ago", now.Add(-authz.StepUpFor), false, authz.Owner, errs.Unauthenticated, false},
		{"never", time.Time{}, false, authz.Owner, errs.Unauthenticated, false},
		{"far in the future", now.Add(authz.StepUpFor), false, authz.Owner, errs.Unauthenticated, false},
		{"the program itself", time.Time{}, true, authz.Owner, 0, true},
		{"fresh, but not allowed", now, false, authz.Therapist, errs.Denied, false},
		{"neither fresh nor allowed", time.Time{}, false, authz.Therapist, errs.Denied, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx := authz.With(context.Background(), authz.Actor{
				User: id.New[id.User](), Roles: []authz.Role{tc.role}, StepUpAt: tc.proved, System: tc.system,
			})
			a, err := authz.RequireRecent(ctx, authz.StaffManage, now)
			if tc.ok {
				if err != nil || a.User.IsZero() {
					t.Errorf("RequireRecent = %v, %v; want the actor", a, err)
				}
				return
			}
			if !errs.Is(err, tc.want) || !a.User.IsZero() {
				t.Errorf("RequireRecent = %v, %v; want kind %v and no actor", a, err, tc.want)
			}
			// A page may offer the proof only where it would help.
			if got := errors.Is(err, authz.ErrStepUp); got != (tc.want == errs.Unauthenticated) {
				t.Errorf("asks for a proof: %v", got)
			}
		})
	}
	if _, err := authz.RequireRecent(context.Background(), authz.StaffManage, now); !errs.Is(err, errs.Unauthenticated) || errors.Is(err, authz.ErrStepUp) {
		t.Errorf("nobody signed in: %v", err)
	}
}

func TestTheProgramItselfNeedsARoleToo(t *testing.T) {
	ctx := authz.With(context.Background(), authz.Actor{System: true, Name: "backup"})
	if _, err := authz.Require(ctx, authz.PatientRead); !errs.Is(err, errs.Denied) {
		t.Errorf("error %v, want Denied", err)
	}
}

func TestTodayIsTheDateWhereTheActorWorks(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 10, 3, 0, 0, 0, time.UTC)
	if got, want := (authz.Actor{Zone: chicago}).Today(now), civil.Of(2026, 3, 9); got != want {
		t.Errorf("in Chicago: %v, want %v", got, want)
	}
	if got, want := (authz.Actor{}).Today(now), civil.Of(2026, 3, 10); got != want {
		t.Errorf("without a zone: %v, want %v", got, want)
	}
}

func TestHas(t *testing.T) {
	a := authz.Actor{Roles: []authz.Role{authz.Biller}}
	if !a.Has(authz.Biller) || a.Has(authz.Owner) || (authz.Actor{}).Has("") {
		t.Error("Has does not follow the actor's roles")
	}
}

func TestLawNothingIsGrantedToAnUnknownRole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := authz.Role(rapid.OneOf(rapid.String(), rapid.StringMatching(`(?i)(owner|therapist|frontdesk|biller|auditor) ?`)).Draw(t, "role"))
		if slices.Contains(authz.Roles(), r) {
			return
		}
		for _, p := range authz.Permissions() {
			if authz.Granted(r, p) || (authz.Actor{Roles: []authz.Role{r}}).Can(p) {
				t.Fatalf("unknown role %q has %q", r, p)
			}
		}
	})
}

func TestLawAnUnknownPermissionIsGrantedToNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := authz.Permission(rapid.String().Draw(t, "permission"))
		if slices.Contains(authz.Permissions(), p) {
			return
		}
		if (authz.Actor{Roles: authz.Roles(), System: true}).Can(p) {
			t.Fatalf("unknown permission %q is granted", p)
		}
	})
}

func TestLawMoreRolesNeverTakeAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles := rapid.SliceOf(rapid.SampledFrom(authz.Roles())).Draw(t, "roles")
		p := rapid.SampledFrom(authz.Permissions()).Draw(t, "permission")
		want := false
		for _, r := range roles {
			want = want || authz.Granted(r, p)
		}
		if got := (authz.Actor{Roles: roles}).Can(p); got != want {
			t.Fatalf("roles %v, permission %q: %v, want %v", roles, p, got, want)
		}
	})
}

// constants gives the values of the package's constants of one type.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	var found []string
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if named, ok := spec.Type.(*ast.Ident); ok && named.Name == typ {
				for _, v := range spec.Values {
					if lit, ok := v.(*ast.BasicLit); ok {
						s, err := strconv.Unquote(lit.Value)
						if err != nil {
							t.Fatal(err)
						}
						found = append(found, s)
					}
				}
			}
			return true
		})
	}
	return found
}

func TestTheListsHoldEveryConstant(t *testing.T) {
	var perms, roles []string
	for _, p := range authz.Permissions() {
		perms = append(perms, string(p))
	}
	for _, r := range authz.Roles() {
		roles = append(roles, string(r))
	}
	if d := cmp.Diff(constants(t, "Permission"), perms); d != "" {
		t.Errorf("Permissions() differs from the constants; bring both into one order (-constants +list):\n%s", d)
	}
	if d := cmp.Diff(constants(t, "Role"), roles); d != "" {
		t.Errorf("Roles() differs from the constants; bring both into one order (-constants +list):\n%s", d)
	}
}

func TestEveryPermissionIsNamedExplainedAndGrantedToSomeone(t *testing.T) {
	seen := map[authz.Permission]bool{}
	for _, p := range authz.Permissions() {
		thing, verb, ok := strings.Cut(string(p), ".")
		if !ok || thing == "" || verb == "" || strings.ToLower(string(p)) != string(p) {
			t.Errorf("%q is not of the form thing.verb", p)
		}
		if seen[p] {
			t.Errorf("%q stands twice", p)
		}
		seen[p] = true
		if p.Meaning() == "" {
			t.Errorf("%q has no meaning; add one in document.go", p)
		}
		if !(authz.Actor{Roles: authz.Roles()}).Can(p) {
			t.Errorf("%q is granted to no role; add it to the matrix", p)
		}
	}
	if m := authz.Permission("x").Meaning(); m != "" {
		t.Errorf("an unknown permission means %q", m)
	}
}

func TestEveryRoleHasALabelOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range authz.Roles() {
		if l := r.Label(); l == string(r) || seen[l] {
			t.Errorf("role %q has label %q", r, l)
		} else {
			seen[l] = true
		}
	}
	if l := authz.Role("x").Label(); l != "x" {
		t.Errorf("an unknown role has label %q", l)
	}
}

// What the matrix must say whatever else changes in it.
func TestTheMatrixKeepsItsPromises(t *testing.T) {
	mayNot := map[authz.Role][]authz.Permission{
		// 45 CFR 164.502(b): the desk needs the visit, not the narrative.
		authz.FrontDesk: {authz.NoteRead, authz.NoteWrite, authz.NoteSign, authz.AssessmentRead, authz.AuditRead, authz.ScreeningClear},
		authz.Biller:    {authz.NoteRead, authz.HealthRead, authz.AssessmentRead, authz.PatientWrite, authz.AuditRead},
		// Running a practice is not treating in it.
		authz.Owner:     {authz.NoteWrite, authz.NoteSign, authz.ScreeningClear, authz.AssessmentWrite},
		authz.Therapist: {authz.StaffManage, authz.PracticeManage, authz.SystemManage},
	}
	for r, perms := range mayNot {
		for _, p := range perms {
			if authz.Granted(r, p) {
				t.Errorf("%s has %s", r, p)
			}
		}
	}
	for _, p := range authz.Permissions() {
		if _, verb, _ := strings.Cut(string(p), "."); verb != "read" && authz.Granted(authz.Auditor, p) {
			t.Errorf("the auditor, who only reads, has %s", p)
		}
	}
	for _, r := range authz.Roles() {
		if authz.Granted(r, authz.NoteSign) && !authz.Granted(r, authz.NoteRead) {
			t.Errorf("%s signs what it cannot read", r)
		}
		if authz.Granted(r, authz.StaffManage) != authz.Granted(r, authz.PracticeManage) {
			t.Errorf("%s manages either the staff or the practice, not both", r)
		}
	}
}
