package intakeui

import (
	"context"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/intake"
	"soapstone/internal/patient"
)

// day is the date of an instant where the reader is.
func day(ctx context.Context, t db.Time) string {
	a, _ := authz.From(ctx)
	return a.Today(t.Time).Human()
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + name
}

func completed(ctx context.Context, r intake.Record) string {
	if r.Status != intake.Complete {
		return "Draft, saved " + day(ctx, r.SavedAt) + by(r.SavedBy) + "."
	}
	return "Completed " + day(ctx, r.CompletedAt) + by(r.CompletedBy) + "."
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return patient.Shorten(line, 80)
}

// lowerFirst begins a label in the middle of a sentence.
func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[n:]
}
