package patient_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

type fixedAlerts []patient.Alert

func (f fixedAlerts) Alerts(context.Context, *db.Tx, id.Patient) ([]patient.Alert, error) {
	return f, nil
}

func header(t *testing.T, s *patient.Service, ctx context.Context, p id.Patient) patient.Header {
	t.Helper()
	h, err := s.Header(ctx, p)
	if err != nil {
		t.Fatalf("Header: %v", err)
	}
	return h
}

func TestHeader(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		p := register(t, s, ctx, dana())
		got := header(t, s, ctx, p)
		want := patient.Header{ID: p, Number: "1001-N", Name: "Danielle “Dana” Okafor", Pronouns: "she/her",
			BirthDate: civil.Of(1984, 3, 2), Age: 42, Sex: "female", Status: patient.Active,
			Alerts: []patient.Alert{{Tone: "warn", Text: "Allergies: nobody has asked yet."}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
	})
}

func TestAlerts(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	s.AddAlertSource(fixedAlerts{{Tone: "info", Text: "Report due"}, {Tone: "danger", Text: strings.Repeat("ä ", 60)}})
	p := register(t, s, ctx, dana())
	for _, in := range []patient.AllergyInput{{Name: "Lavender oil"}, {Name: "Latex", Severe: true}, {Name: "Nuts"}} {
		if _, err := s.AddAllergy(ctx, p, in); err != nil {
			t.Fatal(err)
		}
	}
	got := header(t, s, ctx, p).Alerts
	want := []patient.Alert{
		{Tone: "danger", Text: "Severe allergy: Latex"},
		{Tone: "danger", Text: strings.Repeat("ä ", 44) + "ä…"},
		{Tone: "warn", Text: "Allergy: Nuts, Lavender oil"},
		{Tone: "info", Text: "Report due"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	if err := s.RecordNone(ctx, register(t, s, ctx, person("No", "Allergies", civil.Of(1980, 1, 1))), patient.Allergies); err != nil {
		t.Fatal(err)
	}
	if h := header(t, s, e.Actor(authz.Biller), p); len(h.Alerts) != 0 || h.Name == "" {
		t.Errorf("a biller sees %v", h.Alerts)
	}
}

// However many allergies there are, each line fits and none is left out.
func TestManyAllergies(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	p := register(t, s, ctx, dana())
	for i := range 30 {
		if _, err := s.AddAllergy(ctx, p, patient.AllergyInput{Name: "Substance " + string(rune('A'+i%26)) + strings.Repeat("x", i)}); err != nil {
			t.Fatal(err)
		}
	}
	all := ""
	for _, a := range header(t, s, ctx, p).Alerts {
		if n := utf8.RuneCountInString(a.Text); n > patient.MaxAlert {
			t.Errorf("alert of %d characters: %q", n, a.Text)
		}
		all += a.Text + "\n"
	}
	for i := range 30 {
		if want := "Substance " + string(rune('A'+i%26)) + strings.Repeat("x", i); !strings.Contains(all, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestMinors(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	alone := person("Kid", "Alone", civil.Of(2010, 3, 11))
	kept := person("Kid", "Kept", civil.Of(2008, 3, 11))
	kept.Guardian = patient.Contact{Name: "Ada Kept", Relation: "Mother"}
	adult := person("Just", "Adult", civil.Of(2008, 3, 10))
	for _, c := range []struct {
		d    patient.Demographics
		want string
	}{
		{alone, "Minor, age 15. No guardian is recorded."},
		{kept, "Minor, age 17. Guardian: Ada Kept, Mother"},
		{adult, ""},
	} {
		got := ""
		for _, a := range header(t, s, ctx, register(t, s, ctx, c.d)).Alerts {
			if strings.HasPrefix(a.Text, "Minor") {
				got = a.Text
			}
		}
		if got != c.want {
			t.Errorf("%s: alert %q, want %q", c.d.LegalName(), got, c.want)
		}
	}
}
