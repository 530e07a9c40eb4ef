package patientui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/patient"
	"soapstone/internal/textkey"
)

// newURL is the registration page, or "" for those who may not register.
func newURL(ctx context.Context) string {
	if can(ctx, authz.PatientWrite) {
		return "/patients/new"
	}
	return ""
}

func lines(s string) []string { return strings.Split(s, "\n") }

func languageText(p patient.Patient) string {
	s := patient.LanguageName(p.Language)
	if p.Interpreter {
		s = strings.TrimPrefix(s+", needs an interpreter", ", ")
	}
	return s
}

// addressLines is the address as on an envelope, or a dash.
func addressLines(p patient.Patient) []string {
	var out []string
	for _, s := range []string{p.AddressLine, p.AddressLine2, strings.TrimSpace(strings.Trim(p.City+", "+p.State, ", ") + " " + p.PostalCode)} {
		if s != "" {
			out = append(out, s)
		}
	}
	if out == nil {
		return []string{"–"}
	}
	return out
}

// address is the address on one line, "" when there is none.
func address(p patient.Patient) string {
	if s := strings.Join(addressLines(p), ", "); s != "–" {
		return s
	}
	return ""
}

// dialled is a number as a telephone takes it.
func dialled(number string) string {
	plus := ""
	if strings.HasPrefix(strings.TrimSpace(number), "+") {
		plus = "+"
	}
	return plus + textkey.Phone(number)
}

func withRelation(c patient.Contact) string {
	if c.Relation == "" {
		return c.Name
	}
	return c.Name + " (" + c.Relation + ")"
}

var notListed = errs.New(errs.NotFound, "This entry is not on this patient's list.")

// named gives a short button a longer name for the screen reader.
func named(label string) templ.Attributes { return templ.Attributes{"aria-label": label} }

// allergyIdeas are what a massage practice asks about: materials and oils that
// touch the skin.
var allergyIdeas = []string{"Latex", "Nut oil", "Lavender oil", "Arnica", "Menthol", "Adhesive tape", "Fragrance", "Beeswax", "Coconut oil", "Soy"}

// dayOf is the date of an instant where the reader is.
func dayOf(ctx context.Context, t db.Time) string {
	a, _ := authz.From(ctx)
	return a.Today(t.Time).Human()
}
