package patient_test

import (
	"context"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

func merge(s *patient.Service, ctx context.Context, survivor, duplicate id.Patient) error {
	sv, err := s.Get(ctx, survivor)
	if err != nil {
		return err
	}
	dv, err := s.Get(ctx, duplicate)
	if err != nil {
		return err
	}
	return s.Merge(ctx, patient.MergeInput{Survivor: survivor, Duplicate: duplicate, SurvivorVersion: sv.Version,
		DuplicateVersion: dv.Version, Reason: "Same insurance card"})
}

func TestMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		keep := register(t, s, ctx, dana())
		dup := register(t, s, ctx, person("Dana", "Okafor-Lind", civil.Of(1984, 2, 3)))
		if _, err := s.AddAllergy(ctx, dup, patient.AllergyInput{Name: "Latex", Severe: true}); err != nil {
			t.Fatal(err)
		}
		if err := merge(s, ctx, keep, dup); err != nil {
			t.Fatal(err)
		}
		d := header(t, s, ctx, dup)
		if d.Status != patient.MergedAway || d.MergedInto != keep || d.MergedIntoNumber != "1001-N" {
			t.Errorf("the duplicate's header is %+v", d)
		}
		h := header(t, s, ctx, keep)
		if len(h.MergedFrom) != 1 || h.MergedFrom[0].ID != dup || h.MergedFrom[0].Number != "1002-P" {
			t.Errorf("the survivor names %+v", h.MergedFrom)
		}
		if len(h.Alerts) == 0 || h.Alerts[0].Text != "Allergy in merged record 1002-P: Latex" || h.Alerts[0].Tone != "danger" {
			t.Errorf("the duplicate's allergy does not show on the survivor: %v", h.Alerts)
		}
		found, err := s.Search(ctx, "lind")
		if err != nil || len(found.Rows) != 1 || found.Rows[0].MergedInto != keep || found.Rows[0].MergedIntoNumber != "1001-N" {
			t.Errorf("search for the duplicate gives %+v, %v", found.Rows, err)
		}
		if list, err := s.List(ctx, patient.Filter{}); err != nil || len(list.Rows) != 1 {
			t.Errorf("the list has %d rows, %v; want the survivor only", len(list.Rows), err)
		}
		for name, call := range map[string]func() error{
			"Update":      func() error { return s.Update(ctx, dup, 2, dana()) },
			"Archive":     func() error { return s.Archive(ctx, dup, 2, "x") },
			"Restore":     func() error { return s.Restore(ctx, dup, 2) },
			"AddAllergy":  func() error { _, err := s.AddAllergy(ctx, dup, patient.AllergyInput{Name: "Nuts"}); return err },
			"AddMedicine": func() error { _, err := s.AddMedicine(ctx, dup, patient.MedicineInput{Name: "X"}); return err },
			"RecordNone":  func() error { return s.RecordNone(ctx, dup, patient.Medicines) },
			"WritableTx": func() error {
				return e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error { _, err := s.WritableTx(ctx, tx, dup); return err })
			},
		} {
			if err := call(); !errs.Is(err, errs.Conflict) {
				t.Errorf("%s of a merged record gives %v, want Conflict", name, err)
			}
		}
	})
}

func TestMergeRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		a := register(t, s, ctx, person("A", "One", civil.Of(1980, 1, 1)))
		b := register(t, s, ctx, person("B", "Two", civil.Of(1981, 1, 1)))
		c := register(t, s, ctx, person("C", "Three", civil.Of(1982, 1, 1)))
		wantKind(t, merge(s, ctx, a, a), errs.Conflict)
		in := patient.MergeInput{Survivor: a, Duplicate: b, SurvivorVersion: 1, DuplicateVersion: 1}
		wantKind(t, s.Merge(ctx, in), errs.Invalid)
		in.Reason, in.DuplicateVersion = "x", 2
		wantKind(t, s.Merge(ctx, in), errs.Stale)
		in.SurvivorVersion, in.DuplicateVersion = 9, 1
		wantKind(t, s.Merge(ctx, in), errs.Stale)
		if err := merge(s, ctx, a, b); err != nil {
			t.Fatal(err)
		}
		wantKind(t, merge(s, ctx, c, b), errs.Conflict) // merged already
		wantKind(t, merge(s, ctx, b, c), errs.Conflict) // into a duplicate
		wantKind(t, merge(s, ctx, c, a), errs.Conflict) // a chain
		if err := merge(s, ctx, a, c); err != nil {
			t.Errorf("a second duplicate of one survivor: %v", err)
		}
	})
}

func TestUndoMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		keep := register(t, s, ctx, person("A", "One", civil.Of(1980, 1, 1)))
		dup := register(t, s, ctx, person("B", "Two", civil.Of(1981, 1, 1)))
		if err := s.Archive(ctx, dup, 1, "old"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.UndoMerge(ctx, dup, "why not"), errs.Conflict)
		if err := merge(s, ctx, keep, dup); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.UndoMerge(ctx, dup, " "), errs.Invalid)
		wantKind(t, s.UndoMerge(ctx, keep, "wrong one"), errs.Conflict)
		if err := s.UndoMerge(ctx, dup, "Twins"); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, ctx, dup); got.Status != patient.Archived || !got.MergedInto.IsZero() {
			t.Errorf("after undoing: status %q, merged into %q; want it as before", got.Status, got.MergedInto)
		}
		if err := merge(s, ctx, keep, dup); err != nil {
			t.Fatalf("merging again: %v", err)
		}
		of, into, err := s.Merges(ctx, dup)
		if err != nil || len(of) != 2 || len(into) != 0 {
			t.Fatalf("history of the duplicate: %+v, %+v, %v", of, into, err)
		}
		if of[0].UndoneAt != (db.Time{}) || of[1].UndoneReason != "Twins" || of[1].UndoneBy != "Terry Tester" || of[1].IntoNumber != "1001-N" {
			t.Errorf("history is %+v", of)
		}
		if _, into, err = s.Merges(ctx, keep); err != nil || len(into) != 2 {
			t.Errorf("history of the survivor: %+v, %v", into, err)
		}
	})
}

func TestMedicinesOfAMergedRecordStillCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s, ctx := svc(e), e.Actor()
		keep := register(t, s, ctx, dana())
		dup := register(t, s, ctx, person("Dana", "Okafor-Lind", civil.Of(1984, 2, 3)))
		if err := s.RecordNone(ctx, keep, patient.Medicines); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddMedicine(ctx, dup, patient.MedicineInput{Name: "Warfarin"}); err != nil {
			t.Fatal(err)
		}
		if err := merge(s, ctx, keep, dup); err != nil {
			t.Fatal(err)
		}
		err := e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
			names, answered, err := s.MedicineNames(ctx, tx, keep)
			if len(names) != 1 || names[0] != "Warfarin" || !answered {
				t.Errorf("screening is told %v, %v", names, answered)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
