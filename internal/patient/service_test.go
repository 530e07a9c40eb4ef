package patient_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

func svc(e *dbtest.Env) *patient.Service { return patient.New(e.DB, e.Log) }

// dana is a person with every field filled in, in the form in which it is kept.
func dana() patient.Demographics {
	return patient.Demographics{
		FirstName: "Danielle", MiddleName: "Marie", LastName: "Okafor", PreferredName: "Dana",
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female, GenderIdentity: "Woman", Pronouns: "she/her",
		Phone: "(312) 555-0100", OtherPhone: "+44 20 7946 0000", Email: "dana@example.com",
		AddressLine: "12 Elm Street", AddressLine2: "Apt 3", City: "Chicago", State: "IL", PostalCode: "60601",
		Language: "es", Interpreter: true,
		Emergency: patient.Contact{Name: "Ike Okafor", Relation: "Brother", Phone: "(312) 555-0101"},
		Guardian:  patient.Contact{Name: "Ada Okafor", Relation: "Mother", Phone: "(312) 555-0102"},
		DeskNote:  "Call after 5 pm.\nParks behind the house.",
	}
}

// person is the least that is needed.
func person(first, last string, born civil.Date) patient.Demographics {
	return patient.Demographics{FirstName: first, LastName: last, BirthDate: born, Sex: patient.Unknown}
}

func register(t *testing.T, s *patient.Service, ctx context.Context, d patient.Demographics) id.Patient {
	t.Helper()
	p, err := s.Register(ctx, patient.Registration{Demographics: d})
	if err != nil {
		t.Fatalf("Register(%s): %v", d.LegalName(), err)
	}
	return p
}

func get(t *testing.T, s *patient.Service, ctx context.Context, p id.Patient) patient.Patient {
	t.Helper()
	r, err := s.Get(ctx, p)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return r
}

// wantKind fails unless err is of kind k.
func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("got error %v, want one of kind %q", err, k)
	}
}

func TestRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor(authz.FrontDesk)
		messy := dana()
		messy.FirstName, messy.Phone, messy.State = "  Danielle ", "1-312-555-0100", "il"
		p := register(t, s, ctx, messy)
		got := get(t, s, ctx, p)
		if diff := cmp.Diff(dana(), got.Demographics); diff != "" {
			t.Errorf("stored demographics (-want +got):\n%s", diff)
		}
		if got.Number != "1001-N" || got.Name != "Danielle “Dana” Okafor" || got.Status != patient.Active || got.Version != 1 {
			t.Errorf("got number %q, name %q, status %q, version %d", got.Number, got.Name, got.Status, got.Version)
		}
		second := get(t, s, ctx, register(t, s, ctx, person("Ravi", "Shah", civil.Of(1990, 1, 1))))
		if second.Number != "1002-P" {
			t.Errorf("second number is %q, want 1002-P", second.Number)
		}
		o := e.Other()
		other := get(t, s, o.Actor(), register(t, s, o.Actor(), dana()))
		if other.Number != "1001-N" {
			t.Errorf("another practice begins at %q, want 1001-N", other.Number)
		}
	})
}

func TestNamesFromEverywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		for i, d := range []patient.Demographics{
			person("Łukasz", "O’Brien-Weiß", civil.Of(1990, 1, 1)),
			person("美咲", "田中", civil.Of(1991, 1, 1)),
			person("Фёдор", "Достоевский", civil.Of(1992, 1, 1)),
			person("", "Suharto", civil.Of(1993, 1, 1)),
			person("María José", "de la Cruz y Núñez", civil.Of(1994, 1, 1)),
			person("محمد", "الرشيد", civil.Of(1995, 1, 1)),
			person("X Æ A-12", "<script>alert(1)</script>", civil.Of(1996, 1, 1)),
		} {
			got := get(t, s, ctx, register(t, s, ctx, d))
			if got.FirstName != d.FirstName || got.LastName != d.LastName {
				t.Errorf("%d: got %q %q, want %q %q", i, got.FirstName, got.LastName, d.FirstName, d.LastName)
			}
			found, err := s.Search(ctx, d.LegalName())
			if err != nil || len(found.Rows) != 1 || found.Rows[0].ID != got.ID {
				t.Errorf("%d: searching for %q gave %+v, %v", i, d.LegalName(), found, err)
			}
		}
	})
}

func TestRegisterRefuses(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	cases := []struct {
		name, field string
		change      func(d *patient.Demographics)
	}{
		{"no last name", "last_name", func(d *patient.Demographics) { d.LastName = "  " }},
		{"a name without a letter", "first_name", func(d *patient.Demographics) { d.FirstName = "!!!" }},
		{"a name of 5,000 characters", "last_name", func(d *patient.Demographics) { d.LastName = strings.Repeat("ö", 5000) }},
		{"a name with a control character", "last_name", func(d *patient.Demographics) { d.LastName = "Oka\x00for" }},
		{"a name that is not UTF-8", "last_name", func(d *patient.Demographics) { d.LastName = "Oka\xfffor" }},
		{"no birth date", "birth_date", func(d *patient.Demographics) { d.BirthDate = civil.Date{} }},
		{"a birth date that does not exist", "birth_date", func(d *patient.Demographics) { d.BirthDate = civil.Date{Year: 1984, Month: 2, Day: 30} }},
		{"born tomorrow", "birth_date", func(d *patient.Demographics) { d.BirthDate = civil.Of(2026, 3, 11) }},
		{"age 130", "birth_date", func(d *patient.Demographics) { d.BirthDate = civil.Of(1896, 3, 10) }},
		{"no sex", "sex", func(d *patient.Demographics) { d.Sex = "" }},
		{"an unknown sex", "sex", func(d *patient.Demographics) { d.Sex = "x" }},
		{"a short phone", "phone", func(d *patient.Demographics) { d.Phone = "911" }},
		{"a phone of words", "other_phone", func(d *patient.Demographics) { d.OtherPhone = "ask her mother" }},
		{"an e-mail without @", "email", func(d *patient.Demographics) { d.Email = "dana.example.com" }},
		{"an unknown language", "language", func(d *patient.Demographics) { d.Language = "klingon" }},
		{"a guardian without a name", "guardian_name", func(d *patient.Demographics) { d.Guardian.Name = "" }},
		{"a very long note", "desk_note", func(d *patient.Demographics) { d.DeskNote = strings.Repeat("a", 2001) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := dana()
			c.change(&d)
			_, err := s.Register(ctx, patient.Registration{Demographics: d})
			wantKind(t, err, errs.Invalid)
			if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != c.field {
				t.Errorf("complaints are %v, want one about %s", f, c.field)
			}
		})
	}
}

func TestBornToday(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	for _, born := range []civil.Date{civil.Of(2026, 3, 10), civil.Of(1901, 3, 10)} {
		if _, err := s.Register(ctx, patient.Registration{Demographics: person("A", "Limit", born)}); err != nil {
			t.Errorf("birth date %s: %v", born, err)
		}
	}
}

func TestUpdate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		p := register(t, s, ctx, dana())
		d := dana()
		d.LastName, d.Phone = "Okafor-Lind", "312 555 0199"
		if err := s.Update(ctx, p, 1, d); err != nil {
			t.Fatal(err)
		}
		got := get(t, s, ctx, p)
		if got.LastName != "Okafor-Lind" || got.Phone != "(312) 555-0199" || got.Version != 2 {
			t.Errorf("got %q, %q, version %d", got.LastName, got.Phone, got.Version)
		}
		for query, want := range map[string]int{"lind": 1, "5550199": 1, "555-0100": 0, "okaforlind": 1} {
			found, err := s.Search(ctx, query)
			if err != nil || len(found.Rows) != want {
				t.Errorf("after the change, %q finds %d, %v; want %d", query, len(found.Rows), err, want)
			}
		}
		wantKind(t, s.Update(ctx, p, 1, d), errs.Stale)
		d.LastName = ""
		wantKind(t, s.Update(ctx, p, 2, d), errs.Invalid)
	})
}

func TestArchive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		p := register(t, s, ctx, dana())
		wantKind(t, s.Archive(ctx, p, 1, " "), errs.Invalid)
		wantKind(t, s.Restore(ctx, p, 1), errs.Conflict)
		wantKind(t, s.Archive(ctx, p, 7, "moved away"), errs.Stale)
		if err := s.Archive(ctx, p, 1, "moved away"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.Archive(ctx, p, 2, "again"), errs.Conflict)
		active, err := s.List(ctx, patient.Filter{})
		if err != nil || len(active.Rows) != 0 {
			t.Errorf("active list has %d rows, %v; want none", len(active.Rows), err)
		}
		found, err := s.Search(ctx, "okafor")
		if err != nil || len(found.Rows) != 1 || found.Rows[0].Status != patient.Archived {
			t.Errorf("search gives %+v, %v; want the archived record", found.Rows, err)
		}
		if err := s.Restore(ctx, p, 2); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, ctx, p); got.Status != patient.Active {
			t.Errorf("status is %q after Restore", got.Status)
		}
	})
}

// Whoever lacks the permission is told so before anything else is looked at.
func TestDenied(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s := svc(e)
	p := register(t, s, e.Actor(), dana())
	biller := e.Actor(authz.Biller)
	calls := map[string]func(ctx context.Context) error{
		"Register":    func(ctx context.Context) error { _, err := s.Register(ctx, patient.Registration{}); return err },
		"Update":      func(ctx context.Context) error { return s.Update(ctx, p, 1, dana()) },
		"Archive":     func(ctx context.Context) error { return s.Archive(ctx, p, 1, "x") },
		"Restore":     func(ctx context.Context) error { return s.Restore(ctx, p, 1) },
		"Merge":       func(ctx context.Context) error { return s.Merge(ctx, patient.MergeInput{}) },
		"UndoMerge":   func(ctx context.Context) error { return s.UndoMerge(ctx, p, "x") },
		"SimilarTo":   func(ctx context.Context) error { _, err := s.SimilarTo(ctx, p); return err },
		"Health":      func(ctx context.Context) error { _, err := s.Health(ctx, p); return err },
		"AddAllergy":  func(ctx context.Context) error { _, err := s.AddAllergy(ctx, p, patient.AllergyInput{}); return err },
		"AddMedicine": func(ctx context.Context) error { _, err := s.AddMedicine(ctx, p, patient.MedicineInput{}); return err },
		"RecordNone":  func(ctx context.Context) error { return s.RecordNone(ctx, p, patient.Allergies) },
		"EndAllergy":  func(ctx context.Context) error { return s.EndAllergy(ctx, p, id.New[id.Allergy](), 1, "x") },
		"EndMedicine": func(ctx context.Context) error { return s.EndMedicine(ctx, p, id.New[id.Medication](), 1, "x") },
	}
	for name, call := range calls {
		if err := call(biller); !errs.Is(err, errs.Denied) {
			t.Errorf("%s by a biller gives %v, want Denied", name, err)
		}
		if err := call(context.Background()); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%s by nobody gives %v, want Unauthenticated", name, err)
		}
	}
	for name, call := range map[string]func(ctx context.Context) error{
		"Get":    func(ctx context.Context) error { _, err := s.Get(ctx, p); return err },
		"Header": func(ctx context.Context) error { _, err := s.Header(ctx, p); return err },
		"Search": func(ctx context.Context) error { _, err := s.Search(ctx, "dana"); return err },
		"List":   func(ctx context.Context) error { _, err := s.List(ctx, patient.Filter{}); return err },
		"Merges": func(ctx context.Context) error { _, _, err := s.Merges(ctx, p); return err },
	} {
		if err := call(biller); err != nil {
			t.Errorf("%s by a biller gives %v", name, err)
		}
		if err := call(context.Background()); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%s by nobody gives %v, want Unauthenticated", name, err)
		}
	}
}

// One practice never reaches another's patient, whichever way it asks.
func TestOtherPractice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, mine, theirs := svc(e), e.Actor(), e.Other().Actor()
		p := register(t, s, mine, dana())
		own := register(t, s, theirs, person("Own", "Patient", civil.Of(1980, 1, 1)))
		aid, err := s.AddAllergy(mine, p, patient.AllergyInput{Name: "Latex"})
		if err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]func() error{
			"Get":         func() error { _, err := s.Get(theirs, p); return err },
			"Header":      func() error { _, err := s.Header(theirs, p); return err },
			"Health":      func() error { _, err := s.Health(theirs, p); return err },
			"Merges":      func() error { _, _, err := s.Merges(theirs, p); return err },
			"SimilarTo":   func() error { _, err := s.SimilarTo(theirs, p); return err },
			"Update":      func() error { return s.Update(theirs, p, 1, dana()) },
			"Archive":     func() error { return s.Archive(theirs, p, 1, "x") },
			"AddAllergy":  func() error { _, err := s.AddAllergy(theirs, p, patient.AllergyInput{Name: "Nuts"}); return err },
			"EndAllergy":  func() error { return s.EndAllergy(theirs, own, aid, 1, "x") },
			"AddMedicine": func() error { _, err := s.AddMedicine(theirs, p, patient.MedicineInput{Name: "X"}); return err },
			"RecordNone":  func() error { return s.RecordNone(theirs, p, patient.Medicines) },
			"Merge into": func() error {
				return s.Merge(theirs, patient.MergeInput{Survivor: p, Duplicate: own, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "x"})
			},
			"Merge away": func() error {
				return s.Merge(theirs, patient.MergeInput{Survivor: own, Duplicate: p, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "x"})
			},
			"UndoMerge":  func() error { return s.UndoMerge(theirs, p, "x") },
			"List after": func() error { _, err := s.List(theirs, patient.Filter{After: p}); return err },
		} {
			if err := call(); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s gives %v, want NotFound", name, err)
			}
		}
		found, err := s.Search(theirs, "okafor")
		if err != nil || len(found.Rows) != 0 {
			t.Errorf("Search finds %d of another practice, %v", len(found.Rows), err)
		}
		if _, err := s.Register(theirs, patient.Registration{Demographics: dana()}); err != nil {
			t.Errorf("a patient of another practice counts as a duplicate: %v", err)
		}
	})
}

// Several desks register at once: every record gets a number of its own, and
// none is left out.
func TestNumbersUnderContention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		const desks, each = 4, 5
		failed := make(chan error, desks*each)
		var wg sync.WaitGroup
		for desk := range desks {
			wg.Go(func() {
				for i := range each {
					_, err := s.Register(ctx, patient.Registration{Demographics: person("P", fmt.Sprintf("Desk%c%c", 'a'+desk, 'a'+i), civil.Of(1950+desk*each+i, 1, 1))})
					failed <- err
				}
			})
		}
		wg.Wait()
		close(failed)
		for err := range failed {
			if err != nil {
				t.Errorf("Register: %v", err)
			}
		}
		page, err := s.List(ctx, patient.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int64]bool{}
		for _, r := range page.Rows {
			n, ok := patient.ParseNumber(r.Number)
			if !ok || n < 1001 || n > 1000+desks*each || seen[n] {
				t.Errorf("number %q is wrong or given twice", r.Number)
			}
			seen[n] = true
		}
		if len(seen) != desks*each {
			t.Errorf("%d records, want %d", len(seen), desks*each)
		}
	})
}
