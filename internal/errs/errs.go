// Package errs decides what a failure means to the person in front of the
// screen: which kind it is, which sentence may be shown, and which fields of
// the form it belongs to. The technical cause stays inside and is never shown.
//
// An error that is not one of ours is Internal, and its text is private.
package errs

import (
	"errors"
	"strings"
)

// Kind is the class of a failure; internal/web maps it to a status.
type Kind int

// The kinds. Internal is the zero value: what nobody classified is our fault.
const (
	Internal        Kind = iota // our fault; 500
	Invalid                     // the input cannot be taken as it is; 422
	NotFound                    // no such thing within the actor's reach; 404
	Denied                      // signed in, but not allowed; 403
	Unauthenticated             // nobody is signed in, or not strongly enough; 401
	Stale                       // somebody else changed it meanwhile; 409
	Conflict                    // the state does not allow it; 409
	TooLarge                    // body or file over the limit; 413
	Unavailable                 // try again later; 503
)

var kindNames = [...]string{
	"internal", "invalid", "not found", "denied", "unauthenticated", "stale", "conflict", "too large", "unavailable",
}

// String names the kind for logs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "unknown kind"
	}
	return kindNames[k]
}

// Field is one complaint about one form field, in words for the person.
type Field struct{ Name, Message string }

// Error is a classified failure.
type Error struct {
	Kind   Kind
	Public string  // safe to show; says what to do
	Fields []Field // for forms; may be empty
	Err    error   // private cause; may be nil
}

// Error gives the private text for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if e.Public != "" {
		b.WriteString(": " + e.Public)
	}
	for _, f := range e.Fields {
		b.WriteString("; " + f.Name + ": " + f.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of the given kind with a sentence for the person.
func New(k Kind, public string) error { return &Error{Kind: k, Public: public} }

// Wrap classifies a cause.
func Wrap(k Kind, err error, public string) error { return &Error{Kind: k, Public: public, Err: err} }

// OnField is an Invalid error about a single field.
func OnField(name, message string) error {
	return &Error{Kind: Invalid, Public: message, Fields: []Field{{name, message}}}
}

// OnFields is an Invalid error about several fields; nil when there are none.
func OnFields(fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Public: "Some answers need attention.", Fields: fields}
}

// KindOf classifies any error; nil and foreign errors are Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// PublicOf is the sentence that may be shown; "" when there is none.
func PublicOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Public
	}
	return ""
}

// FieldsOf lists the complaints about fields.
func FieldsOf(err error) []Field {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
