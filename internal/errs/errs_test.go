package errs_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/errs"
)

var kinds = []errs.Kind{
	errs.Internal, errs.Invalid, errs.NotFound, errs.Denied, errs.Unauthenticated,
	errs.Stale, errs.Conflict, errs.TooLarge, errs.Unavailable,
}

func TestTheKindSurvivesWrapping(t *testing.T) {
	for _, k := range kinds {
		err := fmt.Errorf("referral.Accept: %w", errs.Wrap(k, io.ErrUnexpectedEOF, "Try again."))
		if got := errs.KindOf(err); got != k {
			t.Errorf("KindOf = %v, want %v", got, k)
		}
		if !errs.Is(err, k) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v lost its kind or its cause", err)
		}
		if got := errs.PublicOf(err); got != "Try again." {
			t.Errorf("PublicOf = %q", got)
		}
	}
}

func TestTheOutermostClassificationWins(t *testing.T) {
	inner := errs.New(errs.NotFound, "There is no such patient.")
	err := errs.Wrap(errs.Conflict, fmt.Errorf("visit.Sign: %w", inner), "Choose another patient.")
	if !errs.Is(err, errs.Conflict) || errs.Is(err, errs.NotFound) || errs.PublicOf(err) != "Choose another patient." {
		t.Errorf("kind %v, public %q", errs.KindOf(err), errs.PublicOf(err))
	}
}

func TestAForeignErrorIsInternalAndPrivate(t *testing.T) {
	for _, err := range []error{io.EOF, fmt.Errorf("open /srv/secret: %w", io.EOF), nil} {
		if got := errs.KindOf(err); got != errs.Internal {
			t.Errorf("KindOf(%v) = %v, want internal", err, got)
		}
		if p := errs.PublicOf(err); p != "" {
			t.Errorf("PublicOf(%v) = %q, want nothing", err, p)
		}
		if f := errs.FieldsOf(err); f != nil {
			t.Errorf("FieldsOf(%v) = %v, want none", err, f)
		}
	}
	if errs.Is(nil, errs.Internal) {
		t.Error("no error is of a kind")
	}
}

func TestFields(t *testing.T) {
	one := errs.OnField("birth", "Enter the date of birth.")
	if !errs.Is(one, errs.Invalid) || errs.PublicOf(one) != "Enter the date of birth." {
		t.Errorf("OnField: kind %v, public %q", errs.KindOf(one), errs.PublicOf(one))
	}
	want := []errs.Field{{Name: "first", Message: "Enter a first name."}, {Name: "last", Message: "Enter a last name."}}
	several := fmt.Errorf("patient.Create: %w", errs.OnFields(want...))
	if d := cmp.Diff(want, errs.FieldsOf(several)); d != "" || !errs.Is(several, errs.Invalid) {
		t.Errorf("OnFields: kind %v, fields (-want +got):\n%s", errs.KindOf(several), d)
	}
	if err := errs.OnFields(); err != nil {
		t.Errorf("no complaint gave %v", err)
	}
}

func TestThePrivateTextNamesEverything(t *testing.T) {
	err := &errs.Error{
		Kind: errs.Invalid, Public: "Some answers need attention.",
		Fields: []errs.Field{{Name: "npi", Message: "Check the NPI."}}, Err: io.EOF,
	}
	want := "invalid: Some answers need attention.; npi: Check the NPI.: EOF"
	if got := err.Error(); got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got := (&errs.Error{}).Error(); got != "internal" {
		t.Errorf("Error() of nothing = %q", got)
	}
}

func TestEveryKindHasItsOwnName(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range kinds {
		s := k.String()
		if seen[s] || s == "" || strings.Contains(s, "unknown") {
			t.Errorf("kind %d is named %q", int(k), s)
		}
		seen[s] = true
	}
	for _, k := range []errs.Kind{-1, errs.Kind(len(kinds))} {
		if got := k.String(); got != "unknown kind" {
			t.Errorf("Kind(%d).String() = %q", int(k), got)
		}
	}
}
