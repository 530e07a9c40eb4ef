package referral_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/diagnosiscode"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
)

func (w *world) today() civil.Date {
	a, _ := authz.From(w.Actor())
	return a.Today(w.Clock.Now())
}

// renewed registers a prescription that ends in some days and its renewal.
func (w *world) renewed(t *testing.T, left int, change func(*referral.Input)) (old, next id.Referral, err error) {
	t.Helper()
	in := w.input()
	in.WrittenOn, in.EndsOn = w.today().AddDays(-30), w.today().AddDays(left)
	old = w.register(t, in)
	r, _ := w.view(t, old)
	in = w.input()
	in.WrittenOn, in.StartsOn, in.Renews = w.today(), referral.RenewalStart(r, w.today(), false), old
	if change != nil {
		change(&in)
	}
	next, err = w.svc.Register(w.Actor(), w.dana, in)
	return old, next, err
}

func TestRenewalTakesOverWithoutGapOrOverlap(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, next, err := w.renewed(t, 5, nil)
		if err != nil {
			t.Fatal(err)
		}
		was, _ := w.view(t, old)
		is, _ := w.view(t, next)
		if is.StartsOn != was.EndsOn.AddDays(1) || referral.Gap(was, is) != 0 || was.ReplacedBy != next || is.Replaces != old {
			t.Errorf("%s to %s, then from %s; chain %s, %s", was.StartsOn, was.EndsOn, is.StartsOn, was.ReplacedBy, is.Replaces)
		}
		if is.EndsOn != is.StartsOn.AddDays(42) {
			t.Errorf("six weeks from %s end on %s", is.StartsOn, is.EndsOn)
		}
		for days := -1; days < 12; days++ {
			on := w.today().AddDays(days)
			n := 0
			for _, r := range []referral.Referral{was, is} {
				if r.Covers(on) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s is covered %d times", on, n)
			}
		}
		if was.StatusOn(w.today(), 0) != referral.StatusActive || was.StatusOn(was.EndsOn.AddDays(1), 0) != referral.StatusReplaced {
			t.Errorf("the old one is %s, then %s", was.StatusOn(w.today(), 0), was.StatusOn(was.EndsOn.AddDays(1), 0))
		}
		in := w.input()
		in.Renews = old
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Conflict, "")
	})
}

func TestRenewalThatStartsNowClosesTheOldOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, next, err := w.renewed(t, 5, func(in *referral.Input) { in.StartsOn = civil.Date{} })
		if err != nil {
			t.Fatal(err)
		}
		was, _ := w.view(t, old)
		if was.State != referral.Closed || was.CloseReason != referral.Replaced || was.StatusOn(w.today(), 0) != referral.StatusReplaced {
			t.Errorf("the old one is %s, %s", was.State, was.CloseReason)
		}
		if is, _ := w.view(t, next); !is.Covers(w.today()) {
			t.Error("today is not covered")
		}
	})
}

func TestRenewalShortensWhatItOverlaps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		start := w.today().AddDays(2)
		old, _, err := w.renewed(t, 9, func(in *referral.Input) { in.StartsOn = start })
		if err != nil {
			t.Fatal(err)
		}
		was, changes := w.view(t, old)
		if was.EndsOn != start.AddDays(-1) || len(changes) != 2 || !strings.Contains(changes[0].Reason, "Renewed") {
			t.Errorf("ends on %s, changes %+v", was.EndsOn, changes)
		}
	})
}

func TestRenewalAsADraftChangesNothingYet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, next, err := w.renewed(t, -1, func(in *referral.Input) { in.Draft, in.SignatureSeen = true, false })
		if err != nil {
			t.Fatal(err)
		}
		if was, _ := w.view(t, old); was.State != referral.Active || !was.ReplacedBy.IsZero() {
			t.Errorf("a draft replaced it: %+v", was)
		}
		in := w.input()
		in.WrittenOn = w.today()
		if err := w.svc.Amend(w.Actor(), w.dana, next, 1, in); err != nil {
			t.Fatal(err)
		}
		if was, _ := w.view(t, old); was.State != referral.Closed || was.ReplacedBy != next {
			t.Errorf("in force, and the old one is %s", was.State)
		}
		in.Renews = id.New[id.Referral]()
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.NotFound, "")
	})
}

func TestRenewalStart(t *testing.T) {
	today := civil.Of(2026, 3, 10)
	old := referral.Referral{State: referral.Active, EndsOn: today.AddDays(3)}
	for _, c := range []struct {
		name   string
		change func(*referral.Referral)
		used   bool
		want   civil.Date
	}{
		{"the day after the last", func(*referral.Referral) {}, false, today.AddDays(4)},
		{"ends today", func(r *referral.Referral) { r.EndsOn = today }, false, today.AddDays(1)},
		{"ended", func(r *referral.Referral) { r.EndsOn = today.AddDays(-1) }, false, civil.Date{}},
		{"no end", func(r *referral.Referral) { r.EndsOn = civil.Date{} }, false, civil.Date{}},
		{"closed", func(r *referral.Referral) { r.State = referral.Closed }, false, civil.Date{}},
		{"no visits left", func(*referral.Referral) {}, true, civil.Date{}},
	} {
		r := old
		c.change(&r)
		if got := referral.RenewalStart(r, today, c.used); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAuthorisationWithTheReferral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		six := int64(6)
		in := w.input()
		in.Authorisation = &referral.AuthorisationInput{PayerName: "Blue Example", Visits: &six}
		_, err := w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Invalid, "auth.number")
		if all, _ := w.svc.List(w.Actor(), w.dana); len(all.Referrals) != 0 {
			t.Fatal("the referral was kept without its authorization")
		}
		in.Authorisation.Number = "A-77"
		got, _ := w.view(t, w.register(t, in))
		if len(got.Authorisations) != 1 || got.Authorisations[0].FromOn != got.StartsOn || !got.Authorisations[0].Stands() {
			t.Errorf("authorizations = %+v", got.Authorisations)
		}
	})
}

func TestAuthorisationStates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rid := w.register(t, w.input())
		day := civil.Of(2026, 3, 2)
		letter, err := w.svc.Upload(w.Actor(), w.dana, "letter.pdf", "application/pdf", []byte("%PDF-1.7 letter"))
		if err != nil {
			t.Fatal(err)
		}
		in := referral.AuthorisationInput{PayerName: "Blue Example", Number: "asked 2 Mar", FromOn: day, State: referral.Requested,
			Diagnoses: []string{"m54.2"}, Note: "Spoke with Ana", Scans: []id.Blob{letter.ID}}
		aid, err := w.svc.AddAuthorisation(w.Actor(), w.dana, rid, in)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := w.view(t, rid)
		a := got.Authorisations[0]
		if a.Stands() || a.Covers(day) || a.Note != "Spoke with Ana" || len(a.Diagnoses) != 1 || a.Diagnoses[0] != "M54.2" || len(a.Scans) != 1 || len(got.Scans) != 0 {
			t.Errorf("requested: %+v", a)
		}
		in.State, in.Number, in.Scans = referral.Approved, "A-78", nil
		err = w.svc.AmendAuthorisation(w.Actor(), w.dana, rid, aid, 1, in)
		want(t, err, errs.Invalid, "visits") // an approval limits something
		in.ToOn = day.AddDays(30)
		if err := w.svc.AmendAuthorisation(w.Actor(), w.dana, rid, aid, 1, in); err != nil {
			t.Fatal(err)
		}
		got, _ = w.view(t, rid)
		a = got.Authorisations[0]
		for _, c := range []struct {
			on   civil.Date
			used bool
			want string
		}{{day, false, "In force"}, {day, true, "Used up"}, {day.AddDays(31), false, "Expired"}, {day.AddDays(-1), false, "Not started"}} {
			if s := a.StandingOn(c.on, c.used); s != c.want {
				t.Errorf("on %s it is %q, want %q", c.on, s, c.want)
			}
		}
		in.Diagnoses = []string{"G35.A"}
		err = w.svc.AmendAuthorisation(w.Actor(), w.dana, rid, aid, 2, in)
		want(t, err, errs.Invalid, "diagnoses")
		in.Diagnoses, in.State = nil, "perhaps"
		err = w.svc.AmendAuthorisation(w.Actor(), w.dana, rid, aid, 2, in)
		want(t, err, errs.Invalid, "state")
	})
}

func TestDirectoryIsPagedAndSorted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range referral.PageSize + 5 {
			p := referral.Prescriber{GivenName: "Ana", FamilyName: fmt.Sprintf("Lopez%02d", i), NPI: npi(i), Organisation: fmt.Sprintf("Clinic %02d", 90-i)}
			if _, err := w.svc.SavePrescriber(w.Actor(), p); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(1_000_000)
		}
		w.Clock.Advance(1_000_000)
		w.register(t, w.input())
		page := func(q referral.DirectoryQuery) ([]referral.Entry, bool) {
			t.Helper()
			rows, more, err := w.svc.Directory(w.Actor(), q)
			if err != nil {
				t.Fatal(err)
			}
			return rows, more
		}
		rows, more := page(referral.DirectoryQuery{Sort: referral.ByName})
		if len(rows) != referral.PageSize || !more || rows[0].ID != w.chen.ID || rows[0].Referrals != 1 || rows[0].LastWritten != civil.Of(2026, 3, 2) || rows[1].Referrals != 0 {
			t.Errorf("first page: %d rows, more %v, %+v", len(rows), more, rows[0])
		}
		if rows, more = page(referral.DirectoryQuery{Sort: referral.ByName, Page: 1}); len(rows) != 6 || more || rows[5].FamilyName != "Lopez54" {
			t.Errorf("second page: %d rows, more %v", len(rows), more)
		}
		if rows, _ = page(referral.DirectoryQuery{Sort: referral.ByUse}); rows[0].ID != w.chen.ID || rows[1].FamilyName != "Lopez54" {
			t.Errorf("by use: %s, %s", rows[0].FamilyName, rows[1].FamilyName)
		}
		if rows, _ = page(referral.DirectoryQuery{Sort: referral.ByOrganisation, Text: "Lopez"}); rows[0].FamilyName != "Lopez54" {
			t.Errorf("by organization: %s", rows[0].FamilyName)
		}
		if rows, more = page(referral.DirectoryQuery{Page: 1 << 40}); len(rows) != 0 || more {
			t.Errorf("a page far away has %d rows", len(rows))
		}
	})
}

// npi is a number with a right check digit.
func npi(i int) string {
	for d := range 10 {
		if s := fmt.Sprintf("1%08d%d", i, d); validNPI(s) {
			return s
		}
	}
	return ""
}

func validNPI(s string) bool { _, err := referral.ParseNPI(s); return err == nil }

func TestMergePrescribers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		twin, err := w.svc.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", NPI: npi(7)})
		if err != nil {
			t.Fatal(err)
		}
		in := w.input()
		in.Prescriber = twin.ID
		rid := w.register(t, in)
		err = w.svc.MergePrescribers(w.Actor(), w.chen.ID, twin.ID, 9)
		want(t, err, errs.Stale, "")
		err = w.svc.MergePrescribers(w.Actor(), twin.ID, twin.ID, 1)
		want(t, err, errs.Conflict, "")
		if err := w.svc.MergePrescribers(w.Actor(), w.chen.ID, twin.ID, 1); err != nil {
			t.Fatal(err)
		}
		got, changes := w.view(t, rid)
		if got.Prescriber.ID != w.chen.ID || len(changes) != 2 || !strings.Contains(changes[0].Reason, npi(7)) {
			t.Errorf("the referral is from %s; %+v", got.Prescriber.Name(), changes)
		}
		if found, _ := w.svc.SearchPrescribers(w.Actor(), "Chen"); len(found) != 1 {
			t.Errorf("the duplicate is still found: %+v", found)
		}
		twin.Version = 2
		_, err = w.svc.SavePrescriber(w.Actor(), twin)
		want(t, err, errs.Conflict, "")
		history, err := w.svc.PrescriberHistory(w.Actor(), twin.ID)
		if err != nil || len(history) != 2 || !strings.Contains(history[0].Reason, "Merged into Wei Chen") {
			t.Errorf("history = %+v, %v", history, err)
		}
		err = w.svc.MergePrescribers(w.Actor(), twin.ID, w.chen.ID, 1)
		want(t, err, errs.Conflict, "")
	})
}

func TestUploadsWithoutAPatientAreTheSendersAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mine := w.Actor()
		scan, err := w.svc.Upload(mine, id.Patient{}, "rx.png", "image/png", []byte("\x89PNG\r\n\x1a\n rest"))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := authz.From(mine)
		a.User = w.Staff("Sam Second", authz.FrontDesk)
		theirs := authz.With(mine, a)
		if loose, _ := w.svc.Loose(theirs); len(loose) != 0 {
			t.Error("somebody else sees it")
		}
		_, _, _, err = w.svc.Scan(theirs, id.Patient{}, scan.ID)
		want(t, err, errs.NotFound, "")
		in := w.input()
		in.Scans = []id.Blob{scan.ID}
		_, err = w.svc.Register(theirs, w.dana, in)
		want(t, err, errs.Invalid, "scan")
		got, _ := w.view(t, w.register(t, in))
		if len(got.Scans) != 1 || got.Scans[0].Patient != w.dana {
			t.Errorf("scans = %+v", got.Scans)
		}
		if loose, _ := w.svc.Loose(mine); len(loose) != 0 {
			t.Error("it still waits")
		}
	})
}

func TestOfficialListDecidesForPrescriptions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		codes := diagnosiscode.New(w.DB, w.Log, blob.New(w.DB, w.Key), knowledge.Must().ICD10())
		w.svc.Codes = codes
		const list = "00001 M54     0 Dorsalgia                                                    Dorsalgia\n" +
			"00002 M542    1 Cervicalgia                                                  Cervicalgia\n" +
			"00003 M5499   1 Invented pain                                                Invented pain of the official list\n"
		if _, err := codes.Import(w.Actor(), diagnosiscode.Input{Name: "icd10cm_order_2026.txt", Sure: true, File: strings.NewReader(list)}); err != nil {
			t.Fatal(err)
		}
		_, err := w.svc.Register(w.Actor(), w.dana, w.input()) // M62.838 is in the working list only
		want(t, err, errs.Invalid, "dx.1")
		in := w.input()
		in.Codes = []string{"M54"}
		_, err = w.svc.Register(w.Actor(), w.dana, in)
		want(t, err, errs.Invalid, "dx.0")
		in.Codes = []string{"M54.99", "M54.2"}
		got, _ := w.view(t, w.register(t, in))
		if got.Diagnoses[0].Description != "Invented pain of the official list" || got.Diagnoses[0].Warning != "" {
			t.Errorf("diagnosis = %+v", got.Diagnoses[0])
		}
		if found, err := w.svc.SearchCodes(w.Actor(), "invented", civil.Of(2026, 3, 2)); err != nil || len(found) != 1 {
			t.Errorf("found %+v, %v", found, err)
		}
		if err := w.DB.Read(w.Actor(), w.practice(), func(ctx context.Context, tx *db.Tx) error {
			ended, err := w.svc.CodesEnded(ctx, tx, referral.Referral{Diagnoses: []referral.Diagnosis{{Code: "M62.838"}, {Code: "M54.2"}}}, civil.Of(2026, 5, 1))
			if len(ended) != 1 || ended[0] != "M62.838" {
				t.Errorf("ended = %v", ended)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func (w *world) practice() id.Practice {
	a, _ := authz.From(w.Actor())
	return a.Practice
}
