// Package authz decides who may do what. It holds the matrix of roles and
// permissions, and the actor that a request carries. Everything not granted is
// refused. Which rows an actor reaches is not decided here but in the SQL: each
// statement is scoped to the actor's practice.
package authz

import (
	"context"
	"slices"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Actor is whoever asks: a signed-in member of staff, or the program itself.
type Actor struct {
	User     id.User
	Practice id.Practice
	Session  id.Session
	Name     string // as shown and as printed under a signature
	Roles    []Role
	// Zone is the zone of the actor's location; never nil for an actor from a session.
	Zone *time.Location
	// StepUpAt is when the person last proved who they are (password or passkey).
	StepUpAt time.Time
	// Address is the peer's network address, for the audit log.
	Address string
	// Handed is the page, with its query, that the session is confined to while
	// its device is with a patient; "" while staff hold it.
	Handed string
	// KeysOff is set when the person switched shortcuts of a single letter off.
	KeysOff bool
	// System marks the program's own work (jobs, demonstration, set-up); Name says which.
	System bool
}

type actorKey struct{}

// With puts the actor into the context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From is the context's actor, and whether there is one.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// Has reports whether one of the actor's roles is r.
func (a Actor) Has(r Role) bool {
	for _, x := range a.Roles {
		if x == r {
			return true
		}
	}
	return false
}

// Can reports whether the matrix grants p to the actor.
func (a Actor) Can(p Permission) bool {
	for _, r := range a.Roles {
		if Granted(r, p) {
			return true
		}
	}
	return false
}

// Today is the civil date at instant now in the actor's zone.
func (a Actor) Today(now time.Time) civil.Date {
	z := a.Zone
	if z == nil {
		z = time.UTC
	}
	return civil.DateIn(now, z)
}

// Require gives the context's actor if permission p is granted. It returns an
// Unauthenticated error when nobody is signed in and a Denied one otherwise.
// It is the first statement of every exported service method.
func Require(ctx context.Context, p Permission) (Actor, error) {
	a, ok := From(ctx)
	if !ok {
		return Actor{}, errs.New(errs.Unauthenticated, "Sign in to go on.")
	}
	if !a.Can(p) {
		return Actor{}, errs.New(errs.Denied, "Your role does not include this. Ask the practice owner if you need it.")
	}
	return a, nil
}

// Reading is the context in which the program reads, for the actor it has
// authorised for a result, the facts that the result is worked out of: whoever
// may see what a claim asks for need not be allowed to read the note. It adds
// no right to change anything. What is read goes into the result alone.
func Reading(ctx context.Context) context.Context {
	a, _ := From(ctx)
	a.Roles = append(slices.Clone(a.Roles), Auditor)
	return With(ctx, a)
}
