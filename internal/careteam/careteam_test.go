package careteam_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

var today = civil.Of(2026, time.March, 10)

func TestSameDayNamesThoseWhoseTimedUnitsAPayerMayCountWithOurs(t *testing.T) {
	pt := careteam.Provider{Name: "Priya", Discipline: careteam.PhysicalTherapist}
	ot := careteam.Provider{Name: "Olga", Discipline: careteam.OccupationalTher, From: today.AddDays(-5), To: today}
	dc := careteam.Provider{Name: "Sam", Discipline: careteam.Chiropractor, To: today.AddDays(-1)}
	late := careteam.Provider{Name: "Lee", Discipline: careteam.Chiropractor, From: today.AddDays(1)}
	wrong := careteam.Provider{Name: "Wim", Discipline: careteam.PhysicalTherapist, Mistaken: true}
	md := careteam.Provider{Name: "Mia", Discipline: careteam.Physician}
	for _, c := range []struct {
		name string
		team []careteam.Provider
		want string
	}{
		{"nobody", nil, ""},
		{"a physician bills no timed units", []careteam.Provider{md}, ""},
		{"who treats without dates counts", []careteam.Provider{pt}, "Priya"},
		{"the last day counts, the day after does not", []careteam.Provider{ot, dc}, "Olga"},
		{"who comes later or never came does not", []careteam.Provider{late, wrong}, ""},
		{"several", []careteam.Provider{pt, md, ot}, "Priya Olga"},
	} {
		var got []string
		for _, p := range careteam.SameDay(c.team, today) {
			got = append(got, p.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
		if note := careteam.SameDayNote(c.team, today); (note == "") != (c.want == "") {
			t.Errorf("%s: note %q", c.name, note)
		}
	}
	if note := careteam.SameDayNote([]careteam.Provider{pt, ot}, today); !strings.Contains(note, "Priya (physical therapist) or Olga (occupational therapist)") {
		t.Error(note)
	}
}

type room struct {
	*dbtest.Env
	svc      *careteam.Service
	patients *patient.Service
	dana     id.Patient
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := &room{Env: e, patients: patient.New(e.DB, e.Log)}
		r.svc = careteam.New(e.DB, e.Log, r.patients)
		r.dana = r.register(t, "Dana", "Okafor", civil.Of(1984, time.March, 2))
		fn(t, r)
	})
}

func (r *room) register(t *testing.T, first, last string, born civil.Date) id.Patient {
	t.Helper()
	p, err := r.patients.Register(r.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last, BirthDate: born, Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pt() careteam.Provider {
	return careteam.Provider{Name: " Priya  Raman ", Discipline: careteam.PhysicalTherapist, NPI: "123 456 7893", Phone: "312-555-0171",
		From: today.AddDays(-20), Share: careteam.MayShare, ShareOn: today.AddDays(-19)}
}

func TestATeamIsKeptChangedAndEnded(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		v, err := r.svc.Add(ctx, r.dana, pt())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.Add(ctx, r.dana, careteam.Provider{Name: "Dr. Novak", Discipline: careteam.PrimaryCare}); err != nil {
			t.Fatal(err)
		}
		team, err := r.svc.List(ctx, r.dana)
		if err != nil || len(team) != 2 || team[0].Name != "Priya Raman" || team[0].NPI != "1234567893" || team[1].Share != careteam.NotAsked {
			t.Fatalf("%+v, %v", team, err)
		}
		in := team[0]
		in.Share, in.ShareOn = careteam.MayNot, today
		if err := r.svc.Change(ctx, r.dana, v, 1, in); err != nil {
			t.Fatal(err)
		}
		if err := r.svc.Change(ctx, r.dana, v, 1, in); !errs.Is(err, errs.Stale) {
			t.Errorf("an old version: %v", err)
		}
		if err := r.svc.End(ctx, r.dana, v, 2, today.AddDays(-30), false); !errs.Is(err, errs.Invalid) {
			t.Errorf("ended before it began: %v", err)
		}
		if err := r.svc.End(ctx, r.dana, v, 2, today.AddDays(-1), false); err != nil {
			t.Fatal(err)
		}
		one, err := r.svc.Get(ctx, r.dana, v)
		if err != nil || !one.Ended(today) || one.On(today) || one.Share != careteam.MayNot {
			t.Errorf("%+v, %v", one, err)
		}
		if team, _ := r.svc.List(ctx, r.dana); team[1].ID != v {
			t.Error("who ended does not come last")
		}
		if err := r.svc.End(ctx, r.dana, v, 3, civil.Date{}, true); err != nil {
			t.Fatal(err)
		}
		if err := r.svc.Change(ctx, r.dana, v, 4, in); !errs.Is(err, errs.Conflict) {
			t.Errorf("a mistake was changed: %v", err)
		}
	})
}

func TestBadProvidersAreRefusedWithTheirFields(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		for field, spoil := range map[string]func(*careteam.Provider){
			"name":       func(p *careteam.Provider) { p.Name = " " },
			"discipline": func(p *careteam.Provider) { p.Discipline = "wizard" },
			"npi":        func(p *careteam.Provider) { p.NPI = "1234567890" },
			"phone":      func(p *careteam.Provider) { p.Phone = "12" },
			"fax":        func(p *careteam.Provider) { p.Fax = "twelve" },
			"from_on":    func(p *careteam.Provider) { p.From = today.AddDays(1) },
			"to_on":      func(p *careteam.Provider) { p.To = today.AddDays(-21) },
			"share_on":   func(p *careteam.Provider) { p.ShareOn = civil.Date{} },
			"share":      func(p *careteam.Provider) { p.Share = "maybe" },
			"note":       func(p *careteam.Provider) { p.Note = strings.Repeat("x", 1001) },
		} {
			in := pt()
			spoil(&in)
			_, err := r.svc.Add(r.Actor(), r.dana, in)
			if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if team, err := r.svc.List(r.Actor(), r.dana); err != nil || len(team) != 0 {
			t.Errorf("%d were kept, %v", len(team), err)
		}
	})
}

func TestTheTeamOfAnotherPracticeOrPatientIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, err := r.svc.Add(r.Actor(), r.dana, pt())
		if err != nil {
			t.Fatal(err)
		}
		pham := r.register(t, "Jan", "Pham", civil.Of(1990, time.May, 5))
		if _, err := r.svc.Get(r.Actor(), pham, v); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another patient: %v", err)
		}
		o := r.Other()
		if _, err := r.svc.List(o.Actor(), r.dana); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another practice: %v", err)
		}
		if err := r.svc.End(o.Actor(), r.dana, v, 1, today, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("ended from another practice: %v", err)
		}
		if _, err := r.svc.Add(r.Actor(authz.Biller), r.dana, pt()); !errs.Is(err, errs.Denied) {
			t.Errorf("a biller added: %v", err)
		}
		// A merge brings the duplicate's team along.
		if err := r.patients.Merge(r.Actor(), patient.MergeInput{Duplicate: r.dana, Survivor: pham, DuplicateVersion: 1, SurvivorVersion: 1, Reason: "one person"}); err != nil {
			t.Fatal(err)
		}
		if team, err := r.svc.List(r.Actor(), pham); err != nil || len(team) != 1 {
			t.Errorf("%d after the merge, %v", len(team), err)
		}
		if _, err := r.svc.Add(r.Actor(), r.dana, pt()); !errs.Is(err, errs.Conflict) {
			t.Errorf("added to a merged record: %v", err)
		}
	})
}

func TestInventedTeam(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		if err := r.svc.Invent(r.Actor(), r.dana, today); err != nil {
			t.Fatal(err)
		}
		err := r.DB.Read(r.Actor(), r.Practice, func(ctx context.Context, tx *db.Tx) error {
			team, err := r.svc.ListTx(ctx, tx, r.dana)
			if len(team) != 3 || len(careteam.SameDay(team, today)) != 1 {
				t.Errorf("%+v", team)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
