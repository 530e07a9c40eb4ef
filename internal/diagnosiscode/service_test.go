package diagnosiscode_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/diagnosiscode"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
)

func file(t *testing.T, year int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("../knowledge/testdata/icd10cm_order_%d.txt", year))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func service(e *dbtest.Env) *diagnosiscode.Service {
	return diagnosiscode.New(e.DB, e.Log, blob.New(e.DB, e.Key), knowledge.Must().ICD10())
}

func take(ctx context.Context, s *diagnosiscode.Service, name, text string) (diagnosiscode.Set, error) {
	return s.Import(ctx, diagnosiscode.Input{Name: name, Sure: true, File: strings.NewReader(text)})
}

func state(t *testing.T, e *dbtest.Env, s *diagnosiscode.Service, code string, on civil.Date) (out knowledge.CodeState) {
	t.Helper()
	ctx := e.Actor()
	a, _ := authz.From(ctx)
	if err := e.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		codes, err := s.Codes(ctx, tx)
		if err == nil {
			out, _ = codes.Valid(code, on)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestImportDecidesForItsYear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := service(e), e.Actor(authz.Owner)
		in26, in27 := civil.Of(2026, 9, 30), civil.Of(2026, 10, 1)
		if got := state(t, e, s, "M62.838", in26); got != knowledge.CodeValid {
			t.Fatalf("with the shipped list M62.838 is %s", got)
		}
		if _, err := take(ctx, s, "icd10cm_order_2026.txt", file(t, 2026)); err != nil {
			t.Fatal(err)
		}
		second, err := take(ctx, s, "icd10cm_order_2027.txt", file(t, 2027))
		if err != nil || second.FiscalYear != 2027 || second.Codes != 7 || second.From != in27 {
			t.Fatalf("took in %+v, %v", second, err)
		}
		check := func(s *diagnosiscode.Service, code string, on civil.Date, want knowledge.CodeState) {
			t.Helper()
			if got := state(t, e, s, code, on); got != want {
				t.Errorf("%s on %s is %s, want %s", code, on, got, want)
			}
		}
		check(s, "M54.2", in26, knowledge.CodeValid)
		check(s, "M54.2", in27, knowledge.CodeIncomplete)
		check(s, "M54.51", in27, knowledge.CodeEnded)
		check(s, "M62.838", in26, knowledge.CodeAbsent)
		check(service(e), "M54.20", in27, knowledge.CodeValid) // as after a restart

		if err := s.Withdraw(ctx, second.ID); err != nil {
			t.Fatal(err)
		}
		check(s, "M54.2", in27, knowledge.CodeNewer)
		if err := s.Withdraw(ctx, second.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("withdrawn twice: %v", err)
		}
		all, err := s.Sets(ctx)
		if err != nil || len(all) != 2 || all[0].InUse || !all[0].Withdrawn || !all[1].InUse {
			t.Errorf("sets = %+v, %v", all, err)
		}
	})
}

func TestTheLastListOfAYearDecides(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := service(e), e.Actor(authz.Owner)
		for _, text := range []string{file(t, 2026), file(t, 2027)} { // an update within the year
			if _, err := s.Import(ctx, diagnosiscode.Input{Name: "update.txt", Year: 2026, Sure: true, File: strings.NewReader(text)}); err != nil {
				t.Fatal(err)
			}
			e.Clock.Advance(1)
		}
		if got := state(t, e, s, "M54.20", civil.Of(2026, 5, 1)); got != knowledge.CodeValid {
			t.Errorf("M54.20 is %s", got)
		}
	})
}

func TestRefusedListsLeaveNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := service(e), e.Actor(authz.Owner)
		good := file(t, 2026)
		for _, c := range []struct {
			name string
			in   diagnosiscode.Input
			on   string // field
			why  string
		}{
			{"a wrong line", diagnosiscode.Input{Name: "a.txt", Year: 2026, Sure: true, File: strings.NewReader(strings.Replace(good, "M5451 ", "M54-51", 1))}, "file", "Line 5:"},
			{"another kind of file", diagnosiscode.Input{Name: "a.pdf", Year: 2026, Sure: true, File: strings.NewReader("%PDF-1.7")}, "file", "Line 1:"},
			{"no year", diagnosiscode.Input{Name: "codes.txt", Sure: true, File: strings.NewReader(good)}, "year", "Enter the fiscal year"},
			{"an absurd year", diagnosiscode.Input{Name: "codes.txt", Year: 1850, Sure: true, File: strings.NewReader(good)}, "year", "from 2016"},
			{"another year's name", diagnosiscode.Input{Name: "icd10cm_order_2025.txt", Year: 2026, Sure: true, File: strings.NewReader(good)}, "year", "says 2025"},
			{"too short to be a year", diagnosiscode.Input{Name: "icd10cm_order_2026.txt", File: strings.NewReader(good)}, "sure", "holds 7 billable codes"},
			{"no file", diagnosiscode.Input{Year: 2026}, "file", "Choose"},
		} {
			_, err := s.Import(ctx, c.in)
			if fields := errs.FieldsOf(err); len(fields) != 1 || fields[0].Name != c.on || !strings.Contains(fields[0].Message, c.why) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if all, err := s.Sets(ctx); err != nil || len(all) != 0 {
			t.Errorf("kept %v, %v", all, err)
		}
	})
}

func TestListsArePerPractice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		set, err := take(e.Actor(authz.Owner), s, "icd10cm_order_2026.txt", file(t, 2026))
		if err != nil {
			t.Fatal(err)
		}
		other := e.Other()
		if got := state(t, other, s, "M62.838", civil.Of(2026, 5, 1)); got != knowledge.CodeValid {
			t.Errorf("another practice's list decides: %s", got)
		}
		if err := s.Withdraw(other.Actor(authz.Owner), set.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice withdrew it: %v", err)
		}
		for _, r := range []authz.Role{authz.Therapist, authz.FrontDesk, authz.Biller, authz.Auditor} {
			if _, err := take(e.Actor(r), s, "icd10cm_order_2026.txt", ""); !errs.Is(err, errs.Denied) {
				t.Errorf("%s took in a list: %v", r, err)
			}
		}
	})
}
