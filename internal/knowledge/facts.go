package knowledge

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"soapstone/internal/civil"
)

// This file is what billing facts have in common: whether they are known,
// whether they were read in a source, and when they hold.

// Tri is a fact that may not be known. Its empty value is refused in data
// files: not knowing is said.
type Tri string

// The three.
const (
	TriYes     Tri = "yes"
	TriNo      Tri = "no"
	TriUnknown Tri = "unknown"
)

// Yes reports a known yes; it is false for what is not known.
func (t Tri) Yes() bool { return t == TriYes }

// No reports a known no; it is false for what is not known.
func (t Tri) No() bool { return t == TriNo }

func (t Tri) check(field string) error {
	if !slices.Contains([]Tri{TriYes, TriNo, TriUnknown}, t) {
		return fmt.Errorf("%s is %q, neither yes, no nor unknown", field, t)
	}
	return nil
}

// Span is the days on which something holds; an open end is the zero date,
// which means that there is none or that it is not known.
type Span struct {
	From civil.Date `json:"from,omitzero"`
	To   civil.Date `json:"to,omitzero"` // the last day
}

// Holds reports whether the span contains a day. The zero date asks for no day
// and always holds.
func (s Span) Holds(on civil.Date) bool {
	if on.IsZero() {
		return true
	}
	return (s.From.IsZero() || !on.Before(s.From)) && (s.To.IsZero() || !on.After(s.To))
}

func (s Span) check() error {
	if !s.From.IsZero() && !s.To.IsZero() && s.To.Before(s.From) {
		return errors.New("ends before it begins")
	}
	return nil
}

// Unverified names the fields, as spelt in the data file, that rest on general
// knowledge and were not read in a source that is named. What they say warns;
// it never blocks. A field of a nested object is written with a dot
// ("needs.employer"); naming the object stands for all its fields.
type Unverified []string

// Verified reports whether a field was read in a named source.
func (u Unverified) Verified(field string) bool {
	outer, _, _ := strings.Cut(field, ".")
	return !slices.Contains(u, field) && !slices.Contains(u, outer)
}

// check refuses names that no field of v has, so that a misspelt one cannot
// make a guess look like a fact.
func (u Unverified) check(v any) error {
	var known []string
	eachField(v, func(name string, _ reflect.Value) { known = append(known, name) })
	for i, f := range u {
		outer := func(k string) bool { return k == f || strings.HasPrefix(k, f+".") }
		if !slices.ContainsFunc(known, outer) {
			return fmt.Errorf("unverified: no field %q", f)
		}
		if slices.Contains(u[:i], f) {
			return fmt.Errorf("unverified: %q appears twice", f)
		}
	}
	return nil
}

// eachField visits the fields of a struct by their names in data files, those
// of nested objects one by one with a dot. Embedded structs are left out: the
// heading has its own checks, and a span is dated by the entry's source.
func eachField(v any, visit func(name string, value reflect.Value)) {
	walkFields(reflect.ValueOf(v), "", visit)
}

func walkFields(v reflect.Value, prefix string, visit func(string, reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous || name == "" || name == "-":
		case f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[civil.Date]():
			walkFields(v.Field(i), prefix+name+".", visit)
		default:
			visit(prefix+name, v.Field(i))
		}
	}
}
