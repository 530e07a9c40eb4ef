package patient_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/patient"
)

func names(rows []patient.Row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Name)
	}
	return out
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		register(t, s, ctx, dana()) // 1001-N
		for _, d := range []patient.Demographics{
			person("John", "Smith", civil.Of(1970, 12, 31)),
			person("Johnny", "Adams", civil.Of(1920, 3, 2)),
			person("Mary-Jane", "Johns", civil.Of(2020, 3, 2)),
			person("Åsa", "Öberg", civil.Of(1984, 3, 12)),
			person("Smith", "John", civil.Of(1971, 1, 1)),
		} {
			register(t, s, ctx, d)
		}
		cases := []struct {
			name, query string
			want        []string
		}{
			{"exact words before beginnings", "john", []string{"Smith John", "John Smith", "Johnny Adams", "Mary-Jane Johns"}},
			{"words in any order", "smi joh", []string{"Smith John", "John Smith"}},
			{"preferred name", "dana okafor", []string{"Danielle “Dana” Okafor"}},
			{"middle name", "marie", []string{"Danielle “Dana” Okafor"}},
			{"without accents", "asa ober", []string{"Åsa Öberg"}},
			{"with accents", "ÖBERG", []string{"Åsa Öberg"}},
			{"hyphenated name as one word", "maryjane", []string{"Mary-Jane Johns"}},
			{"birth date", "3/2/1984", []string{"Danielle “Dana” Okafor"}},
			{"short year finds both centuries", "3/2/20", []string{"Johnny Adams", "Mary-Jane Johns"}},
			{"month of birth", "3/1984", []string{"Åsa Öberg", "Danielle “Dana” Okafor"}},
			{"name and birth date", "dan 2 mar 1984", []string{"Danielle “Dana” Okafor"}},
			{"phone", "312 555 0100", []string{"Danielle “Dana” Okafor"}},
			{"foreign phone", "+44 20 7946 0000", []string{"Danielle “Dana” Okafor"}},
			{"area code", "312", []string{"Danielle “Dana” Okafor"}},
			{"record number", "1001-N", []string{"Danielle “Dana” Okafor"}},
			{"record number without letter", "1002", []string{"John Smith"}},
			{"record number with the wrong letter", "1001-X", nil},
			{"four parts", "danielle marie okafor 3/2/84", []string{"Danielle “Dana” Okafor"}},
			{"four parts, one of them wrong", "danielle marie okafor smith", nil},
			{"one part finds nobody", "dana xyz", nil},
			{"nothing", " ", nil},
			{"a wildcard is no wildcard", "%", nil},
			{"SQL is text", "' OR 1=1 --", nil},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				found, err := s.Search(ctx, c.query)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, names(found.Rows)); diff != "" {
					t.Errorf("Search(%q) (-want +got):\n%s", c.query, diff)
				}
			})
		}
	})
}

func TestSearchSaysThatThereIsMore(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	for i := range 51 {
		register(t, s, ctx, person("Ann", fmt.Sprintf("Zz%c%c", 'a'+i/26, 'a'+i%26), civil.Of(1950+i, 1, 1)))
	}
	found, err := s.Search(ctx, "ann")
	if err != nil || len(found.Rows) != 50 || !found.More {
		t.Errorf("got %d rows, more %v, %v; want 50 and more", len(found.Rows), found.More, err)
	}
	found, err = s.Search(ctx, "ann zza")
	if err != nil || len(found.Rows) != 26 || found.More {
		t.Errorf("got %d rows, more %v, %v; want 26 and no more", len(found.Rows), found.More, err)
	}
}

func TestListPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		for i, last := range []string{"Öberg", "adams", "Żak", "O'Neil", "Adams", "Oberg", "de Vries"} {
			register(t, s, ctx, person(fmt.Sprintf("P%d", i), last, civil.Of(1950+i, 1, 1)))
		}
		want := []string{"P1 adams", "P4 Adams", "P6 de Vries", "P3 O'Neil", "P0 Öberg", "P5 Oberg", "P2 Żak"}
		var got []string
		var pages []patient.Page
		f := patient.Filter{Limit: 3}
		for {
			p, err := s.List(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, p)
			got = append(got, names(p.Rows)...)
			if p.Next.IsZero() || len(pages) > 5 {
				break
			}
			f.After = p.Next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("names in order (-want +got):\n%s", diff)
		}
		if len(pages) != 3 || !pages[0].Prev.IsZero() || pages[2].Prev.IsZero() {
			t.Fatalf("got %d pages, want 3 with links between them", len(pages))
		}
		back, err := s.List(ctx, patient.Filter{Limit: 3, Before: pages[2].Prev})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(pages[1], back); diff != "" {
			t.Errorf("going back gives another page (-forward +back):\n%s", diff)
		}
		first, err := s.List(ctx, patient.Filter{Limit: 3, Before: back.Prev})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(pages[0], first); diff != "" {
			t.Errorf("going back to the start (-forward +back):\n%s", diff)
		}
	})
}

func TestSimilarRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		p := register(t, s, ctx, dana())
		with := func(first, last string, born civil.Date, phone string) patient.Demographics {
			d := person(first, last, born)
			d.Phone = phone
			return d
		}
		born := civil.Of(1984, 3, 2)
		cases := []struct {
			name string
			d    patient.Demographics
			why  string // "" when no record is similar
		}{
			{"the same person", dana(), "Same date of birth, similar name, same phone"},
			{"a slip in the last name", with("D.", "Okaofr", born, ""), "Same date of birth, similar name"},
			{"first and last name swapped", with("Okafor", "Danielle", born, ""), "Same date of birth, similar name"},
			{"preferred name only", with("Dana", "Lind", born, ""), "Same date of birth, similar name"},
			{"only the birth date", with("Erik", "Lind", born, ""), ""},
			{"only the name", with("Danielle", "Okafor", civil.Of(1985, 3, 2), ""), ""},
			{"the phone of a relative", with("Chidi", "Okafor", civil.Of(2015, 1, 1), "1 (312) 555-0100"), "Similar name, same phone"},
			{"another phone with the same last seven", with("Erik", "Lind", civil.Of(2015, 1, 1), "773-555-0100"), ""},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				_, err := s.Register(ctx, patient.Registration{Demographics: c.d})
				got := patient.Duplicates(err)
				if c.why == "" {
					if err != nil {
						t.Fatalf("Register: %v", err)
					}
					return
				}
				if len(got) == 0 || got[0].ID != p || got[0].Why() != c.why {
					t.Fatalf("Register gives %v with %+v, want %q about the first record", err, got, c.why)
				}
			})
		}
	})
}

// To go on in spite of a warning is a choice about the records shown, not
// about any that turn up meanwhile.
func TestRegisterInSpiteOfSimilarRecords(t *testing.T) {
	e := dbtest.NewSQLite(t)
	s, ctx := svc(e), e.Actor()
	p := register(t, s, ctx, dana())
	reg := patient.Registration{Demographics: dana()}
	reg.DifferentFrom = append(reg.DifferentFrom, p)
	twin, err := s.Register(ctx, reg)
	if err != nil {
		t.Fatalf("Register after the choice: %v", err)
	}
	_, err = s.Register(ctx, reg)
	if got := patient.Duplicates(err); len(got) != 2 {
		t.Errorf("a new similar record is not shown: %v", err)
	}
	reg.DifferentFrom = append(reg.DifferentFrom, twin)
	if _, err := s.Register(ctx, reg); err != nil {
		t.Errorf("Register with both named: %v", err)
	}
}
