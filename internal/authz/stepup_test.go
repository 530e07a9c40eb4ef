package authz_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
)

func TestRequireRecent(t *testing.T) {
	now := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	owner := []authz.Role{authz.Owner}
	for name, c := range map[string]struct {
		actor *authz.Actor
		kind  errs.Kind
		step  bool
		ok    bool
	}{
		"nobody":                  {nil, errs.Unauthenticated, false, false},
		"without the permission":  {&authz.Actor{Roles: []authz.Role{authz.Biller}, StepUpAt: now}, errs.Denied, false, false},
		"just now":                {&authz.Actor{Roles: owner, StepUpAt: now}, 0, false, true},
		"nine minutes ago":        {&authz.Actor{Roles: owner, StepUpAt: now.Add(-9 * time.Minute)}, 0, false, true},
		"ten minutes ago":         {&authz.Actor{Roles: owner, StepUpAt: now.Add(-10 * time.Minute)}, errs.Unauthenticated, true, false},
		"never":                   {&authz.Actor{Roles: owner}, errs.Unauthenticated, true, false},
		"tomorrow":                {&authz.Actor{Roles: owner, StepUpAt: now.Add(24 * time.Hour)}, errs.Unauthenticated, true, false},
		"the program":             {&authz.Actor{Roles: owner, System: true}, 0, false, true},
		"the program, not a role": {&authz.Actor{System: true}, errs.Denied, false, false},
	} {
		ctx := context.Background()
		if c.actor != nil {
			ctx = authz.With(ctx, *c.actor)
		}
		_, err := authz.RequireRecent(ctx, authz.StaffManage, now)
		if (err == nil) != c.ok || (err != nil && errs.KindOf(err) != c.kind) || errors.Is(err, authz.ErrStepUp) != c.step {
			t.Errorf("%s: %v", name, err)
		}
	}
}
