package patient_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

func health(t *testing.T, s *patient.Service, ctx context.Context, p id.Patient) patient.Health {
	t.Helper()
	h, err := s.Health(ctx, p)
	if err != nil {
		t.Fatalf("Health: %v", err)
	}
	return h
}

func TestAllergies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor(authz.Therapist)
		p := register(t, s, ctx, dana())
		if h := health(t, s, ctx, p); h.AllergyAnswer.State != patient.Unanswered {
			t.Errorf("a new record says %q about allergies", h.AllergyAnswer.State)
		}
		if err := s.RecordNone(ctx, p, patient.Allergies); err != nil {
			t.Fatal(err)
		}
		h := health(t, s, ctx, p)
		if h.AllergyAnswer.State != patient.None || h.AllergyAnswer.By != "Terry Tester" || h.MedicineAnswer.State != patient.Unanswered {
			t.Errorf("after 'none': allergies %+v, medicines %+v", h.AllergyAnswer, h.MedicineAnswer)
		}
		aid, err := s.AddAllergy(ctx, p, patient.AllergyInput{Name: " Latex ", Severe: true, Since: "3/2019", Note: "Swelling"})
		if err != nil {
			t.Fatal(err)
		}
		h = health(t, s, ctx, p)
		if len(h.Allergies) != 1 || h.Allergies[0].Name != "Latex" || !h.Allergies[0].Severe || h.Allergies[0].Since.Human() != "Mar 2019" || h.AllergyAnswer.State != patient.Listed {
			t.Errorf("after adding: %+v, answer %+v", h.Allergies, h.AllergyAnswer)
		}
		_, err = s.AddAllergy(ctx, p, patient.AllergyInput{Name: "LATEX"})
		wantKind(t, err, errs.Invalid)
		wantKind(t, s.RecordNone(ctx, p, patient.Allergies), errs.Conflict)
		wantKind(t, s.EndAllergy(ctx, p, aid, 1, ""), errs.Invalid)
		wantKind(t, s.EndAllergy(ctx, p, aid, 2, "no longer"), errs.Stale)
		wantKind(t, s.EndAllergy(ctx, p, id.New[id.Allergy](), 1, "no longer"), errs.NotFound)
		if err := s.EndAllergy(ctx, p, aid, 1, "Entered in error"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.EndAllergy(ctx, p, aid, 2, "again"), errs.Stale)
		h = health(t, s, ctx, p)
		if len(h.Allergies) != 0 || len(h.PastAllergies) != 1 || h.PastAllergies[0].Ended.Reason != "Entered in error" {
			t.Errorf("after the end: current %+v, past %+v", h.Allergies, h.PastAllergies)
		}
		if h.AllergyAnswer.State != patient.Unanswered {
			t.Errorf("the end of the last allergy reads as %q, want unanswered", h.AllergyAnswer.State)
		}
	})
}

func TestMedicines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		p := register(t, s, ctx, dana())
		other := register(t, s, ctx, person("Ravi", "Shah", civil.Of(1990, 1, 1)))
		names := func() (list []string, answered bool) {
			err := e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
				list, answered, err = s.MedicineNames(ctx, tx, p)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return list, answered
		}
		if list, answered := names(); list != nil || answered {
			t.Errorf("before anybody asked: %v, answered %v", list, answered)
		}
		mid, err := s.AddMedicine(ctx, p, patient.MedicineInput{Name: "Apixaban", Dose: "5 mg twice a day", Since: "2024"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddMedicine(ctx, p, patient.MedicineInput{Name: "Ibuprofen"}); err != nil {
			t.Fatal(err)
		}
		list, answered := names()
		if diff := cmp.Diff([]string{"Ibuprofen", "Apixaban"}, list); diff != "" || !answered {
			t.Errorf("answered %v, names (-want +got):\n%s", answered, diff)
		}
		_, err = s.AddMedicine(ctx, p, patient.MedicineInput{Name: "apixaban", Dose: "5 mg twice a day"})
		wantKind(t, err, errs.Invalid)
		if _, err := s.AddMedicine(ctx, p, patient.MedicineInput{Name: "Apixaban", Dose: "2.5 mg at night"}); err != nil {
			t.Errorf("a second dose of one medicine: %v", err)
		}
		wantKind(t, s.EndMedicine(ctx, other, mid, 1, "x"), errs.NotFound)
		if err := s.EndMedicine(ctx, p, mid, 1, "Stopped by the physician"); err != nil {
			t.Fatal(err)
		}
		if err := s.RecordNone(ctx, other, patient.Medicines); err != nil {
			t.Fatal(err)
		}
		if h := health(t, s, ctx, other); h.MedicineAnswer.State != patient.None {
			t.Errorf("no medicines is recorded as %q", h.MedicineAnswer.State)
		}
	})
}

func TestHealthRefusesAbsurdInput(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	p := register(t, s, ctx, dana())
	for name, c := range map[string]struct {
		in    patient.AllergyInput
		field string
	}{
		"nothing":               {patient.AllergyInput{Name: " "}, "allergy"},
		"5,000 characters":      {patient.AllergyInput{Name: strings.Repeat("x", 5000)}, "allergy"},
		"since next year":       {patient.AllergyInput{Name: "Nuts", Since: "2027"}, "allergy_since"},
		"since some time":       {patient.AllergyInput{Name: "Nuts", Since: "a while ago"}, "allergy_since"},
		"a note without an end": {patient.AllergyInput{Name: "Nuts", Note: strings.Repeat("x", 2001)}, "allergy_note"},
	} {
		_, err := s.AddAllergy(ctx, p, c.in)
		wantKind(t, err, errs.Invalid)
		if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != c.field {
			t.Errorf("%s: complaints are %v, want one about %s", name, f, c.field)
		}
	}
	wantKind(t, s.RecordNone(ctx, p, "pets"), errs.Invalid)
}
