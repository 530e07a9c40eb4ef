package referral_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral"
)

// read runs fn in a read transaction of the world's practice.
func (w *world) read(t *testing.T, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := w.DB.Read(w.Actor(), w.Practice, fn); err != nil {
		t.Fatal(err)
	}
}

func TestWhatOtherRoomsAsk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.register(t, w.input())
		in := w.input()
		in.Codes, in.WrittenOn = []string{"M62.838", "M25.511"}, civil.Of(2026, 3, 5)
		second := w.register(t, in)
		w.register(t, referral.Input{Codes: []string{"M54.59"}, Draft: true})
		wrong := w.input()
		wrong.Codes = []string{"M54.51"}
		mistaken := w.register(t, wrong)
		if err := w.svc.Close(w.Actor(), w.dana, mistaken, 1, referral.EnteredInError, "Other patient"); err != nil {
			t.Fatal(err)
		}
		w.read(t, func(ctx context.Context, tx *db.Tx) error {
			on, err := w.svc.Diagnoses(ctx, tx, w.dana, today)
			if d := cmp.Diff([]string{"M62.838", "M25.511", "M54.2"}, referral.Referral{Diagnoses: on}.Codes()); d != "" || err != nil {
				t.Errorf("Diagnoses (-want +got):\n%s %v", d, err)
			}
			if late, _ := w.svc.Diagnoses(ctx, tx, w.dana, civil.Of(2026, 6, 1)); len(late) != 0 {
				t.Errorf("diagnoses after the end: %+v", late)
			}
			all, err := w.svc.DiagnosisCodes(ctx, tx, w.dana)
			if d := cmp.Diff([]string{"M62.838", "M25.511", "M54.2", "M54.59"}, all); d != "" || err != nil {
				t.Errorf("DiagnosisCodes (-want +got):\n%s %v", d, err)
			}
			got, found, err := w.svc.ForVisit(ctx, tx, w.dana, today)
			if !found || got.ID != second || err != nil {
				t.Errorf("ForVisit = %v %v %v", got.ID, found, err)
			}
			got, found, _ = w.svc.ForVisit(ctx, tx, w.dana, civil.Of(2026, 3, 3))
			if !found || got.ID != first {
				t.Errorf("ForVisit before the second was written = %v %v", got.ID, found)
			}
			if _, found, _ = w.svc.ForVisit(ctx, tx, w.dana, civil.Of(2026, 2, 1)); found {
				t.Error("ForVisit found a referral before any was written")
			}
			_, err = w.svc.Get(ctx, tx, id.New[id.Referral]())
			want(t, err, errs.NotFound, "")
			return nil
		})
	})
}

func TestPrescriberDirectory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lopez, err := w.svc.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Ana", FamilyName: "López", Credential: "DC", NPI: "1558598797"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.svc.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", NPI: "1234567890"})
		want(t, err, errs.Invalid, "npi")
		_, err = w.svc.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Other", FamilyName: "Person", NPI: "1234567893"})
		want(t, err, errs.Invalid, "npi")
		if !strings.Contains(errs.FieldsOf(err)[0].Message, "Wei Chen, MD") {
			t.Errorf("the one who has the NPI is not named: %v", err)
		}
		for typed, wantID := range map[string]id.Prescriber{"chen": w.chen.ID, "Wei Ch": w.chen.ID, "Dr. Chen": w.chen.ID, "lakeview": w.chen.ID,
			"1234567893": w.chen.ID, "lopez": lopez.ID, "LÓPEZ": lopez.ID} {
			found, err := w.svc.SearchPrescribers(w.Actor(), typed)
			if err != nil || len(found) != 1 || found[0].ID != wantID {
				t.Errorf("search %q = %+v, %v", typed, found, err)
			}
		}
		if found, _ := w.svc.SearchPrescribers(w.Actor(), ""); len(found) != 2 || found[0].ID != w.chen.ID {
			t.Errorf("all = %+v", found)
		}
		if found, _ := w.svc.SearchPrescribers(w.Actor(), "%%"); len(found) != 0 {
			t.Errorf("search %%%% = %+v", found)
		}
		lopez.Organisation, lopez.Active = "Back Works", false
		if lopez, err = w.svc.SavePrescriber(w.Actor(), lopez); err != nil || lopez.Version != 2 {
			t.Fatalf("saved %+v, %v", lopez, err)
		}
		stale := lopez
		stale.Version = 1
		_, err = w.svc.SavePrescriber(w.Actor(), stale)
		want(t, err, errs.Stale, "")
		if recent, _ := w.svc.RecentPrescribers(w.Actor()); len(recent) != 1 || recent[0].ID != w.chen.ID {
			t.Errorf("recent = %+v", recent)
		}
		w.register(t, w.input())
		if rs, _, err := w.svc.ReferralsOf(w.Actor(), w.chen.ID, 0); err != nil || len(rs) != 1 || rs[0].PatientName != "Dana Okafor" {
			t.Errorf("referrals = %+v, %v", rs, err)
		}
	})
}

func TestNewPrescriberComesWithTheReferral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.input()
		in.Prescriber = id.Prescriber{}
		in.NewPrescriber = &referral.Prescriber{GivenName: "Ana", FamilyName: "López", NPI: "1558598790"}
		_, err := w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Invalid, "new.npi")
		in.NewPrescriber.NPI = w.chen.NPI
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Invalid, "new.npi")
		in.NewPrescriber.NPI = "1558598797"
		rid := w.register(t, in)
		got, _ := w.view(t, rid)
		if got.Prescriber.Name() != "Ana López" || got.Prescriber.ID.IsZero() {
			t.Errorf("prescriber = %+v", got.Prescriber)
		}
		in.Prescriber = w.chen.ID
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Invalid, "prescriber")
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		for _, r := range []authz.Role{authz.Biller, authz.Auditor} {
			ctx := w.Actor(r)
			if _, _, err := w.svc.View(ctx, w.dana, rid); err != nil {
				t.Errorf("%s cannot read: %v", r, err)
			}
			_, err := w.svc.Register(ctx, w.dana, w.input())
			want(t, err, errs.Denied, "")
			want(t, w.svc.Amend(ctx, w.dana, rid, 1, w.input()), errs.Denied, "")
			want(t, w.svc.Close(ctx, w.dana, rid, 1, referral.CareComplete, ""), errs.Denied, "")
			want(t, w.svc.Reopen(ctx, w.dana, rid, 1), errs.Denied, "")
			_, err = w.svc.AddAuthorisation(ctx, w.dana, rid, authorisation("A"))
			if r == authz.Biller { // who asks payers for their leave enters it
				if err != nil {
					t.Errorf("a biller cannot enter an authorization: %v", err)
				}
			} else {
				want(t, err, errs.Denied, "")
			}
			_, err = w.svc.SavePrescriber(ctx, w.chen)
			want(t, err, errs.Denied, "")
			_, err = w.svc.Upload(ctx, w.dana, "x.pdf", "application/pdf", []byte("%PDF-"))
			want(t, err, errs.Denied, "")
		}
		_, err := w.svc.List(context.Background(), w.dana)
		want(t, err, errs.Unauthenticated, "")
	})
}

func TestAnotherPracticeSeesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		f, err := w.svc.Upload(w.Actor(), w.dana, "rx.pdf", "application/pdf", []byte("%PDF-1.7"))
		if err != nil {
			t.Fatal(err)
		}
		o := newWorld(t, w.Other())
		ctx := o.Actor()
		_, _, err = w.svc.View(ctx, w.dana, rid)
		want(t, err, errs.NotFound, "")
		_, _, err = w.svc.View(ctx, o.dana, rid)
		want(t, err, errs.NotFound, "")
		_, err = w.svc.List(ctx, w.dana)
		want(t, err, errs.NotFound, "")
		_, err = w.svc.Register(ctx, w.dana, o.input())
		want(t, err, errs.NotFound, "")
		_, err = w.svc.Register(ctx, o.dana, w.input()) // the prescriber is the other practice's
		want(t, err, errs.Invalid, "prescriber")
		want(t, w.svc.Close(ctx, o.dana, rid, 1, referral.CareComplete, ""), errs.NotFound, "")
		_, err = w.svc.AddAuthorisation(ctx, o.dana, rid, authorisation("A"))
		want(t, err, errs.NotFound, "")
		_, _, _, err = w.svc.Scan(ctx, o.dana, f.ID)
		want(t, err, errs.NotFound, "")
		in := o.input()
		in.Scans = []id.Blob{f.ID}
		_, err = w.svc.Register(ctx, o.dana, in)
		want(t, err, errs.Invalid, "scan")
		_, err = w.svc.Prescriber(ctx, w.chen.ID)
		want(t, err, errs.NotFound, "")
		if found, err := w.svc.SearchPrescribers(ctx, "chen"); err != nil || len(found) != 1 || found[0].ID != o.chen.ID {
			t.Errorf("search = %+v, %v", found, err)
		}
	})
}

func TestReferralsOfMergedRecordsAreInTheChart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		keep := w.patient(t, "Priya", "Natarajan")
		w.merge(t, w.dana, keep)
		l, err := w.svc.List(w.Actor(), keep)
		if err != nil || len(l.Referrals) != 1 || l.Referrals[0].ID != rid {
			t.Fatalf("list = %+v, %v", l.Referrals, err)
		}
		_, err = w.svc.Register(w.Actor(), w.dana, w.input())
		want(t, err, errs.Conflict, "")
		if _, err := w.svc.AddAuthorisation(w.Actor(), keep, rid, authorisation("A1")); err != nil {
			t.Errorf("authorisation through the kept record: %v", err)
		}
		f, err := w.svc.Upload(w.Actor(), keep, "rx.pdf", "application/pdf", []byte("%PDF-1.7"))
		if err != nil {
			t.Fatal(err)
		}
		in := w.input()
		in.Scans, in.Reason = []id.Blob{f.ID}, "Scan added"
		if err := w.svc.Amend(w.Actor(), keep, rid, 1, in); err != nil {
			t.Errorf("amendment through the kept record: %v", err)
		}
	})
}

// merge makes from a record merged into into, as the patient room does.
func (w *world) merge(t *testing.T, from, into id.Patient) {
	t.Helper()
	err := w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE patient SET status = 'merged', merged_into_patient_id = $3 WHERE practice_id = $1 AND patient_id = $2`,
			tx.Practice, from, into); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.merge"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryAccessIsRecorded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		w.view(t, rid)
		if _, err := w.svc.List(w.Actor(), w.dana); err != nil {
			t.Fatal(err)
		}
		for _, action := range []string{"prescriber.add", "referral.register", "referral.view", "referral.list"} {
			var found int
			w.read(t, func(ctx context.Context, tx *db.Tx) error {
				return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND action = $2`, tx.Practice, action).Scan(&found)
			})
			if found != 1 {
				t.Errorf("%s recorded %d times", action, found)
			}
		}
	})
}

func TestTwoPeopleAddTheSamePrescriber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		results := together(3, func(int) error {
			_, err := w.svc.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Ana", FamilyName: "López", NPI: "1558598797"})
			return err
		})
		added := 0
		for _, err := range results {
			if err == nil {
				added++
				continue
			}
			want(t, err, errs.Invalid, "npi")
		}
		if found, err := w.svc.SearchPrescribers(w.Actor(), "lopez"); err != nil || len(found) != 1 || added != 1 {
			t.Errorf("%d added, %d found, %v", added, len(found), err)
		}
	})
}
