package referral_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

// world is a practice with a patient and a prescriber.
type world struct {
	*dbtest.Env
	svc      *referral.Service
	patients *patient.Service
	dana     id.Patient
	chen     referral.Prescriber
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	w := &world{Env: e, patients: patient.New(e.DB, e.Log)}
	w.svc = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), codes(t))
	w.dana = w.patient(t, "Dana", "Okafor")
	var err error
	w.chen, err = w.svc.SavePrescriber(e.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893", Organisation: "Lakeview Spine"})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) patient(t *testing.T, first, last string) id.Patient {
	t.Helper()
	p, err := w.patients.Register(w.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: last, BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) input() referral.Input {
	return referral.Input{Prescriber: w.chen.ID, Codes: []string{"M54.2", "M62.838"}, Order: referral.Order{PerWeek: 2, Weeks: 6},
		WrittenOn: civil.Of(2026, 3, 2), SignatureSeen: true}
}

func (w *world) register(t *testing.T, in referral.Input) id.Referral {
	t.Helper()
	r, err := w.svc.Register(w.Actor(), w.dana, in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) view(t *testing.T, r id.Referral) (referral.Referral, []referral.Change) {
	t.Helper()
	got, changes, err := w.svc.View(w.Actor(), w.dana, r)
	if err != nil {
		t.Fatal(err)
	}
	return got, changes
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newWorld(t, e)) })
}

func want(t *testing.T, err error, kind errs.Kind, field string) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Fatalf("err = %v, want %s", err, kind)
	}
	if field == "" {
		return
	}
	for _, f := range errs.FieldsOf(err) {
		if f.Name == field {
			return
		}
	}
	t.Fatalf("err = %v, want a complaint about %s", err, field)
}

func TestRegisterKeepsWhatThePaperSays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.input()
		in.Precautions, in.PayerKind, in.ExternalNumber = "Takes apixaban", "Auto PIP", "RX-9"
		in.Accident = referral.Accident{Kind: referral.AutoAccident, On: civil.Of(2026, 2, 20), State: "il"}
		in.Order.Minutes, in.Order.Techniques, in.Order.Regions = 60, "Myofascial release", "Neck"
		rid := w.register(t, in)
		got, changes := w.view(t, rid)
		if got.State != referral.Active || got.Prescriber.Name() != "Wei Chen, MD" || got.Patient != w.dana {
			t.Errorf("got %+v", got)
		}
		if d := cmp.Diff([]string{"M54.2", "M62.838"}, got.Codes()); d != "" {
			t.Errorf("codes (-want +got):\n%s", d)
		}
		wantOrder := referral.Order{PerWeek: 2, Weeks: 6, Visits: 12, Minutes: 60, Techniques: "Myofascial release", Regions: "Neck"}
		if got.Order != wantOrder {
			t.Errorf("order = %+v", got.Order)
		}
		if got.StartsOn != civil.Of(2026, 3, 2) || got.EndsOn != civil.Of(2026, 4, 13) || !got.SignatureSeen {
			t.Errorf("starts %v, ends %v, signature %v", got.StartsOn, got.EndsOn, got.SignatureSeen)
		}
		if got.Accident != (referral.Accident{Kind: referral.AutoAccident, On: civil.Of(2026, 2, 20), State: "IL"}) {
			t.Errorf("accident = %+v", got.Accident)
		}
		if got.Precautions != "Takes apixaban" || got.PayerKind != "Auto PIP" || got.ExternalNumber != "RX-9" || got.ActivatedAt.IsZero() {
			t.Errorf("got %+v", got)
		}
		if len(changes) != 1 || changes[0].WrittenBy != "Terry Tester" {
			t.Errorf("changes = %+v", changes)
		}
	})
}

func TestRegisterNamesEverythingThatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.svc.Register(w.Actor(), w.dana, referral.Input{})
		want(t, err, errs.Invalid, "")
		if d := cmp.Diff([]string{"prescriber", "dx_q", "per_week", "written_on", "signature_seen"}, complaints(errs.FieldsOf(err))); d != "" {
			t.Errorf("complaints (-want +got):\n%s", d)
		}
		// What is wrong is not called missing as well.
		in := w.input()
		in.Codes, in.Order, in.WrittenOn = []string{"M54.5"}, referral.Order{PerWeek: 2, Weeks: 10_000}, civil.Of(2027, 1, 1)
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		if d := cmp.Diff([]string{"dx.0", "weeks", "written_on"}, complaints(errs.FieldsOf(err))); d != "" {
			t.Errorf("complaints (-want +got):\n%s", d)
		}
		l, err := w.svc.List(w.Actor(), w.dana)
		if err != nil || len(l.Referrals) != 0 {
			t.Errorf("kept %d referrals, %v", len(l.Referrals), err)
		}
	})
}

func TestDraftGoesIntoForceWhenComplete(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, referral.Input{Codes: []string{"M54.2"}, Draft: true})
		got, changes := w.view(t, rid)
		if got.State != referral.Draft || !got.Prescriber.ID.IsZero() || len(changes) != 0 {
			t.Fatalf("got %+v, %d versions", got, len(changes))
		}
		if got.Covers(today) {
			t.Error("a draft covers a day")
		}
		want(t, w.svc.Amend(w.Actor(), w.dana, rid, 1, referral.Input{Codes: []string{"M54.2"}}), errs.Invalid, "prescriber")
		if err := w.svc.Amend(w.Actor(), w.dana, rid, 1, w.input()); err != nil {
			t.Fatal(err)
		}
		got, _ = w.view(t, rid)
		if got.State != referral.Active || got.ActivatedAt.IsZero() || got.Version != 2 {
			t.Errorf("got %+v", got)
		}
		in := w.input()
		in.Draft, in.Reason = true, "x"
		want(t, w.svc.Amend(w.Actor(), w.dana, rid, 2, in), errs.Conflict, "")
	})
}

func TestAmendKeepsWhatWasSaidBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		before, _ := w.view(t, rid)
		in := w.input()
		in.Order, in.Codes = referral.Order{PerWeek: 3, Weeks: 6}, []string{"M54.50", "M54.2"}
		want(t, w.svc.Amend(w.Actor(), w.dana, rid, 1, in), errs.Invalid, "reason")
		in.Reason = "Corrected from the paper"
		if err := w.svc.Amend(w.Actor(), w.dana, rid, 1, in); err != nil {
			t.Fatal(err)
		}
		got, changes := w.view(t, rid)
		if d := cmp.Diff([]string{"M54.50", "M54.2"}, got.Codes()); d != "" {
			t.Errorf("codes (-want +got):\n%s", d)
		}
		if got.Diagnoses[1].ID != before.Diagnoses[0].ID {
			t.Error("a diagnosis that stayed got another id")
		}
		wantChange := []referral.Difference{{Label: "Diagnoses", Was: "M54.2, M62.838", Is: "M54.50, M54.2"},
			{Label: "Order", Was: "2 a week for 6 weeks = 12 visits", Is: "3 a week for 6 weeks = 18 visits"}}
		if len(changes) != 2 || changes[0].Version != 2 || changes[0].Reason != in.Reason {
			t.Fatalf("changes = %+v", changes)
		}
		if d := cmp.Diff(wantChange, changes[0].Differences); d != "" {
			t.Errorf("differences (-want +got):\n%s", d)
		}
	})
}

func TestStaleAmendmentIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		in := w.input()
		in.Reason = "one"
		if err := w.svc.Amend(w.Actor(), w.dana, rid, 1, in); err != nil {
			t.Fatal(err)
		}
		want(t, w.svc.Amend(w.Actor(), w.dana, rid, 1, in), errs.Stale, "")
		want(t, w.svc.Close(w.Actor(), w.dana, rid, 1, referral.CareComplete, ""), errs.Stale, "")
	})
}

func TestTwoPeopleAmendAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		in := w.input()
		in.Reason = "both at once"
		results := together(2, func(int) error { return w.svc.Amend(w.Actor(), w.dana, rid, 1, in) })
		if kinds := kindsOf(results); kinds != "ok stale" && kinds != "stale ok" {
			t.Errorf("results = %v", results)
		}
	})
}

func TestCloseAndReopen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		want(t, w.svc.Close(w.Actor(), w.dana, rid, 1, "because", ""), errs.Invalid, "why")
		want(t, w.svc.Close(w.Actor(), w.dana, rid, 1, referral.EnteredInError, ""), errs.Invalid, "note")
		if err := w.svc.Close(w.Actor(), w.dana, rid, 1, referral.Withdrawn, "By fax"); err != nil {
			t.Fatal(err)
		}
		got, _ := w.view(t, rid)
		if got.State != referral.Closed || got.CloseReason != referral.Withdrawn || got.CloseNote != "By fax" || got.ClosedAt.IsZero() {
			t.Errorf("got %+v", got)
		}
		in := w.input()
		in.Reason = "x"
		want(t, w.svc.Amend(w.Actor(), w.dana, rid, 2, in), errs.Conflict, "")
		want(t, w.svc.Close(w.Actor(), w.dana, rid, 2, referral.Withdrawn, ""), errs.Conflict, "")
		_, err := w.svc.AddAuthorisation(w.Actor(), w.dana, rid, authorisation("A1"))
		want(t, err, errs.Conflict, "")
		if err := w.svc.Reopen(w.Actor(), w.dana, rid, 2); err != nil {
			t.Fatal(err)
		}
		got, _ = w.view(t, rid)
		if got.State != referral.Active || got.CloseReason != "" || !got.ClosedAt.IsZero() || got.ActivatedAt.IsZero() {
			t.Errorf("got %+v", got)
		}
		want(t, w.svc.Reopen(w.Actor(), w.dana, rid, 3), errs.Conflict, "")
	})
}

func authorisation(number string) referral.AuthorisationInput {
	return referral.AuthorisationInput{PayerName: "Blue Example", Number: number, Visits: n(6), Units: n(24), FromOn: civil.Of(2026, 3, 2), ToOn: civil.Of(2026, 4, 2), Codes: "97140"}
}

func TestTwoPeopleAddAuthorisations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		results := together(4, func(i int) error {
			_, err := w.svc.AddAuthorisation(w.Actor(), w.dana, rid, authorisation([]string{"A1", "A2", "A1", "A3"}[i]))
			return err
		})
		refused := 0
		for _, err := range results {
			if err != nil {
				want(t, err, errs.Invalid, "number")
				refused++
			}
		}
		got, _ := w.view(t, rid)
		if refused != 1 || len(got.Authorisations) != 3 {
			t.Errorf("%d refused, %d kept", refused, len(got.Authorisations))
		}
	})
}

func TestAmendAuthorisation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		other := w.register(t, w.input())
		aid, err := w.svc.AddAuthorisation(w.Actor(), w.dana, rid, authorisation("A1"))
		if err != nil {
			t.Fatal(err)
		}
		in := authorisation("A1")
		in.Visits, in.Withdrawn = n(8), true
		want(t, w.svc.AmendAuthorisation(w.Actor(), w.dana, other, aid, 1, in), errs.NotFound, "")
		if err := w.svc.AmendAuthorisation(w.Actor(), w.dana, rid, aid, 1, in); err != nil {
			t.Fatal(err)
		}
		want(t, w.svc.AmendAuthorisation(w.Actor(), w.dana, rid, aid, 1, in), errs.Stale, "")
		got, _ := w.view(t, rid)
		a := got.Authorisations[0]
		if *a.Visits != 8 || *a.Units != 24 || !a.Withdrawn || a.Version != 2 || !cmp.Equal(a.Codes, []string{"97140"}) || a.Covers(civil.Of(2026, 3, 10)) {
			t.Errorf("got %+v", a)
		}
	})
}

func TestScansFollowTheirReferral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		pdf := []byte("%PDF-1.7 test")
		_, err := w.svc.Upload(w.Actor(), w.dana, "x.html", "text/html", []byte("<p>"))
		want(t, err, errs.Invalid, "scan")
		_, err = w.svc.Upload(w.Actor(), w.dana, "big.pdf", "application/pdf", make([]byte, referral.MaxScan+1))
		want(t, err, errs.TooLarge, "")
		f, err := w.svc.Upload(w.Actor(), w.dana, "rx.pdf", "application/pdf", pdf)
		if err != nil {
			t.Fatal(err)
		}
		l, err := w.svc.List(w.Actor(), w.dana)
		if err != nil || len(l.Waiting) != 1 || l.Waiting[0].ID != f.ID {
			t.Fatalf("waiting = %+v, %v", l.Waiting, err)
		}
		in := w.input()
		in.Scans = []id.Blob{f.ID}
		lee := w.patient(t, "Lee", "Park")
		_, err = w.svc.Register(w.Actor(), lee, in)
		want(t, err, errs.Invalid, "scan")
		rid := w.register(t, in)
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Invalid, "scan")
		got, _ := w.view(t, rid)
		if len(got.Scans) != 1 || got.Scans[0].Name != "rx.pdf" {
			t.Errorf("scans = %+v", got.Scans)
		}
		name, kind, data, err := w.svc.Scan(w.Actor(), w.dana, f.ID)
		if err != nil || name != "rx.pdf" || kind != "application/pdf" || string(data) != string(pdf) {
			t.Errorf("Scan = %q %q %q %v", name, kind, data, err)
		}
		_, _, _, err = w.svc.Scan(w.Actor(), lee, f.ID)
		want(t, err, errs.NotFound, "")
		want(t, w.svc.DiscardScan(w.Actor(), w.dana, f.ID), errs.NotFound, "")
		stray, err := w.svc.Upload(w.Actor(), w.dana, "cat.png", "image/png", []byte("\x89PNG\r\n\x1a\n"))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.svc.DiscardScan(w.Actor(), w.dana, stray.ID); err != nil {
			t.Fatal(err)
		}
		if l, _ := w.svc.List(w.Actor(), w.dana); len(l.Waiting) != 0 {
			t.Errorf("waiting = %+v", l.Waiting)
		}
	})
}

// together runs fn n times at once.
func together(n int, fn func(i int) error) []error {
	out := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = fn(i) })
	}
	wg.Wait()
	return out
}

func kindsOf(results []error) string {
	var out []string
	for _, err := range results {
		if err == nil {
			out = append(out, "ok")
			continue
		}
		out = append(out, errs.KindOf(err).String())
	}
	return strings.Join(out, " ")
}
