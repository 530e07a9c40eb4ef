package authz

import (
	"context"
	"errors"
	"time"

	"soapstone/internal/errs"
)

// StepUpFor is how long a person counts as having just proved who they are.
const StepUpFor = 10 * time.Minute

// ErrStepUp is the cause inside the error of RequireRecent when a person is
// signed in but has to prove once more who they are.
var ErrStepUp = errors.New("authz: step-up needed")

// Recent reports whether the actor proved who they are within StepUpFor. The
// program's own work counts as recent. A proof from the future (the machine's
// clock was set back) counts for no longer than one from the past.
func (a Actor) Recent(now time.Time) bool {
	return a.System || (!a.StepUpAt.IsZero() && now.Sub(a.StepUpAt).Abs() < StepUpFor)
}

// RequireRecent is Require for what must not be done at an unattended screen:
// staff, export, keys, backups. When permission p is granted but the proof is
// old, the error is Unauthenticated and wraps ErrStepUp.
func RequireRecent(ctx context.Context, p Permission, now time.Time) (Actor, error) {
	a, err := Require(ctx, p)
	if err != nil {
		return Actor{}, err
	}
	if !a.Recent(now) {
		return Actor{}, errs.Wrap(errs.Unauthenticated, ErrStepUp, "Confirm that it is you, then try again.")
	}
	return a, nil
}
