package assessment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

var today = civil.Of(2026, 3, 10)

// world is a practice with a patient.
type world struct {
	*dbtest.Env
	svc       *assessment.Service
	patients  *patient.Service
	referrals *referral.Service
	dana      id.Patient
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	k := knowledge.Must()
	w := &world{Env: e, patients: patient.New(e.DB, e.Log)}
	w.referrals = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), k.ICD10())
	w.svc = assessment.New(e.DB, e.Log, w.patients, w.referrals, k)
	w.dana = w.patient(t, "Dana")
	return w
}

func (w *world) patient(t *testing.T, first string) id.Patient {
	t.Helper()
	p, err := w.patients.Register(w.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: first, LastName: first + "sson", BirthDate: civil.Of(1984, 3, 2).AddDays(97 * len(first)), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newWorld(t, e)) })
}

func (w *world) start(t *testing.T, kind assessment.Kind, on civil.Date) id.Assessment {
	t.Helper()
	a, err := w.svc.Start(w.Actor(), w.dana, assessment.StartInput{Kind: kind, On: on, Regions: []assessment.Region{assessment.Neck}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) complete(t *testing.T, kind assessment.Kind, c assessment.Content) id.Assessment {
	t.Helper()
	a := w.start(t, kind, c.On)
	if err := w.svc.Complete(w.Actor(), w.dana, a, 1, c); err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) view(t *testing.T, a id.Assessment) assessment.View {
	t.Helper()
	v, err := w.svc.View(w.Actor(), w.dana, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func n(i int64) *int64 { return &i }

func content(on civil.Date, left float64) assessment.Content {
	return assessment.Content{
		On: on, Regions: []assessment.Region{assessment.Neck},
		Pain: []assessment.Pain{{Site: "trap-upper-r", Now: n(6), Best: n(3), Worst: n(8)}, {Now: n(2)}},
		Motions: []assessment.Motion{
			{Motion: "cervical.rotation", Side: knowledge.SideLeft, Degrees: left, Device: "crom", PainAtEnd: true, EndFeel: "firm"},
			{Motion: "cervical.rotation", Side: knowledge.SideRight, Degrees: 70, Device: "crom"},
			{Motion: "cervical.flexion", Degrees: 45, WithinLimits: true},
		},
		Palpation: []assessment.Palpation{{Site: "trap-upper-r", Tone: n(3), Tenderness: n(2), Text: "taut band"}, {Site: "levator-l", Tenderness: n(1)}},
		Posture:   []string{"forward-head", "shoulder-high-r"}, PostureText: "Leans on the left arm", Note: "Worse after driving",
	}
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

func TestADraftIsKeptAsEntered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.start(t, assessment.Evaluation, today)
		in := content(today, 52)
		next, err := w.svc.Save(w.Actor(), w.dana, a, 1, in)
		if err != nil || next != 2 {
			t.Fatalf("Save = %d, %v", next, err)
		}
		got := w.view(t, a)
		if got.State != assessment.Draft || got.Version != 2 || got.Therapist != w.User || got.TherapistName != "Terry Tester" || !got.Mine {
			t.Errorf("got %+v", got.Assessment)
		}
		if d := cmp.Diff(in, got.Content); d != "" {
			t.Errorf("content (-want +got):\n%s", d)
		}
		// Saving again replaces, it does not add.
		in.Pain, in.Posture = in.Pain[:1], nil
		if _, err := w.svc.Save(w.Actor(), w.dana, a, 2, in); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(in, w.view(t, a).Content); d != "" {
			t.Errorf("content (-want +got):\n%s", d)
		}
	})
}

func TestACompletedAssessmentIsReadOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.complete(t, assessment.Evaluation, content(today, 52))
		got := w.view(t, a)
		if got.State != assessment.Completed || got.CompletedAt.IsZero() || got.NormsVersion == "" || got.Mine {
			t.Errorf("got %+v", got.Assessment)
		}
		_, err := w.svc.Save(w.Actor(), w.dana, a, got.Version, content(today, 60))
		want(t, err, errs.Conflict, "")
		want(t, w.svc.Complete(w.Actor(), w.dana, a, got.Version, content(today, 60)), errs.Conflict, "")
		if m, _ := w.view(t, a).Motion("cervical.rotation", knowledge.SideLeft); m.Degrees != 52 {
			t.Errorf("value = %v, want 52", m.Degrees)
		}
	})
}

func TestEnteredInErrorCountsNowhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.complete(t, assessment.Evaluation, content(today, 52))
		want(t, w.svc.MarkError(w.Actor(), w.dana, a, 2, "  "), errs.Invalid, "reason")
		want(t, w.svc.MarkError(w.Actor(), w.dana, a, 1, "Wrong chart"), errs.Stale, "")
		if err := w.svc.MarkError(w.Actor(), w.dana, a, 2, "Wrong chart"); err != nil {
			t.Fatal(err)
		}
		want(t, w.svc.MarkError(w.Actor(), w.dana, a, 3, "Again"), errs.Conflict, "")
		if got := w.view(t, a); got.State != assessment.InError || got.ErrorReason != "Wrong chart" || len(got.Motions) != 3 {
			t.Errorf("got %+v", got.Assessment)
		}
		err := w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
			_, found, err := w.svc.Latest(ctx, tx, w.dana)
			series, err2 := w.svc.ROMSeries(ctx, tx, w.dana, "cervical.rotation", knowledge.SideLeft)
			pains, err3 := w.svc.PainSeries(ctx, tx, w.dana)
			if found || len(series) > 0 || len(pains) > 0 || err != nil || err2 != nil || err3 != nil {
				t.Errorf("found %v, %v, %v (%v %v %v)", found, series, pains, err, err2, err3)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSeriesAndBaseline(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.complete(t, assessment.Evaluation, content(today.AddDays(-40), 40))
		w.complete(t, assessment.Reevaluation, content(today.AddDays(-20), 48))
		last := w.complete(t, assessment.Reevaluation, content(today, 52))
		w.start(t, assessment.Reevaluation, today) // a draft counts for nothing
		err := w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
			series, err := w.svc.ROMSeries(ctx, tx, w.dana, "cervical.rotation", knowledge.SideLeft)
			if err != nil {
				return err
			}
			var got []float64
			for _, r := range series {
				got = append(got, r.Degrees)
			}
			if d := cmp.Diff([]float64{40, 48, 52}, got); d != "" {
				t.Errorf("series (-want +got):\n%s", d)
			}
			if r := series[0]; r.On != today.AddDays(-40) || r.Rater != w.User || r.Device != "crom" || !r.PainAtEnd {
				t.Errorf("reading = %+v", r)
			}
			if b, ok, err := w.svc.Baseline(ctx, tx, w.dana); err != nil || !ok || b.ID != first {
				t.Errorf("Baseline = %v, %v, %v", b.ID, ok, err)
			}
			if l, ok, err := w.svc.Latest(ctx, tx, w.dana); err != nil || !ok || l.ID != last {
				t.Errorf("Latest = %v, %v, %v", l.ID, ok, err)
			}
			pains, err := w.svc.PainSeries(ctx, tx, w.dana)
			if err != nil {
				return err
			}
			if d := cmp.Diff(assessment.PainReading{On: today, Now: n(6), Best: n(3), Worst: n(8)}, pains[2]); len(pains) != 3 || d != "" {
				t.Errorf("pains = %v\n%s", pains, d)
			}
			h, err := w.svc.History(ctx, tx, w.dana)
			if d := cmp.Diff(pains, h.Pains()); d != "" || len(h) != 3 {
				t.Errorf("history (-sql +go):\n%s", d)
			}
			if d := cmp.Diff(series, h.Readings("cervical.rotation", knowledge.SideLeft)); d != "" {
				t.Errorf("readings (-sql +go):\n%s", d)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if v := w.view(t, last); len(v.Earlier) != 2 {
			t.Errorf("earlier = %d, want 2", len(v.Earlier))
		}
		l, err := w.svc.List(w.Actor(), w.dana)
		if err != nil || len(l.All) != 4 || l.Today != today {
			t.Errorf("List = %d, %v, %v", len(l.All), l.Today, err)
		}
	})
}

func TestSeriesFollowAMergedRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.complete(t, assessment.Evaluation, content(today, 52))
		dup, keep := w.dana, w.patient(t, "Daniela")
		if err := w.patients.Merge(w.Actor(), patient.MergeInput{Survivor: keep, Duplicate: dup, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Same person"}); err != nil {
			t.Fatal(err)
		}
		_, err := w.svc.Start(w.Actor(), dup, assessment.StartInput{Kind: assessment.Reevaluation, On: today, Regions: assessment.Regions()})
		want(t, err, errs.Conflict, "")
		l, err := w.svc.List(w.Actor(), keep)
		if err != nil || len(l.All) != 1 {
			t.Errorf("List = %+v, %v", l, err)
		}
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.start(t, assessment.Evaluation, today)
		for _, role := range []authz.Role{authz.Owner, authz.FrontDesk, authz.Biller, authz.Auditor} {
			ctx := w.Actor(role)
			_, err := w.svc.Start(ctx, w.dana, assessment.StartInput{Kind: assessment.Evaluation, On: today, Regions: assessment.Regions()})
			want(t, err, errs.Denied, "")
			_, err = w.svc.Save(ctx, w.dana, a, 1, content(today, 52))
			want(t, err, errs.Denied, "")
			want(t, w.svc.Complete(ctx, w.dana, a, 1, content(today, 52)), errs.Denied, "")
			want(t, w.svc.MarkError(ctx, w.dana, a, 1, "x"), errs.Denied, "")
		}
		for _, role := range []authz.Role{authz.FrontDesk, authz.Biller} {
			_, err := w.svc.View(w.Actor(role), w.dana, a)
			want(t, err, errs.Denied, "")
			_, err = w.svc.List(w.Actor(role), w.dana)
			want(t, err, errs.Denied, "")
		}
		if v, err := w.svc.View(w.Actor(authz.Auditor), w.dana, a); err != nil || v.Mine {
			t.Errorf("auditor: %v, mine %v", err, v.Mine)
		}
		_, err := w.svc.View(context.Background(), w.dana, a)
		want(t, err, errs.Unauthenticated, "")
	})
}

func TestOnlyTheTherapistWritesInTheDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.start(t, assessment.Evaluation, today)
		other := w.Staff("Sam Second", authz.Therapist)
		actor, _ := authz.From(w.Actor(authz.Therapist))
		actor.User = other
		_, err := w.svc.Save(authz.With(context.Background(), actor), w.dana, a, 1, content(today, 52))
		want(t, err, errs.Conflict, "")
		if err == nil || !strings.Contains(errs.PublicOf(err), "Terry Tester") {
			t.Errorf("err = %v, want it to name who began", err)
		}
	})
}

func TestAnotherPracticeSeesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.complete(t, assessment.Evaluation, content(today, 52))
		o := newWorld(t, w.Other())
		_, err := o.svc.View(o.Actor(), w.dana, a)
		want(t, err, errs.NotFound, "")
		_, err = o.svc.View(o.Actor(), o.dana, a)
		want(t, err, errs.NotFound, "")
		_, err = o.svc.List(o.Actor(), w.dana)
		want(t, err, errs.NotFound, "")
		_, err = o.svc.Start(o.Actor(), w.dana, assessment.StartInput{Kind: assessment.Evaluation, On: today, Regions: assessment.Regions()})
		want(t, err, errs.NotFound, "")
		want(t, o.svc.MarkError(o.Actor(), o.dana, a, 2, "x"), errs.NotFound, "")
		_, err = w.svc.View(w.Actor(), w.patient(t, "Sibling"), a)
		want(t, err, errs.NotFound, "")
	})
}

func TestAStaleVersionIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.start(t, assessment.Evaluation, today)
		if _, err := w.svc.Save(w.Actor(), w.dana, a, 1, content(today, 52)); err != nil {
			t.Fatal(err)
		}
		_, err := w.svc.Save(w.Actor(), w.dana, a, 1, content(today, 60))
		want(t, err, errs.Stale, "")
		want(t, w.svc.Complete(w.Actor(), w.dana, a, 1, content(today, 60)), errs.Stale, "")
	})
}

func TestTheServiceRefusesWhatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.svc.Start(w.Actor(), w.dana, assessment.StartInput{})
		for _, f := range []string{"kind", "on", "regions"} {
			want(t, err, errs.Invalid, f)
		}
		a := w.start(t, assessment.Evaluation, today)
		want(t, w.svc.Complete(w.Actor(), w.dana, a, 1, assessment.Content{On: today, Regions: []assessment.Region{assessment.Neck}}), errs.Invalid, "note")
		c := content(today, 999)
		want(t, w.svc.Complete(w.Actor(), w.dana, a, 1, c), errs.Invalid, "rom.cervical.rotation.L")
		c = content(today, 52)
		c.Referral = id.New[id.Referral]()
		want(t, w.svc.Complete(w.Actor(), w.dana, a, 1, c), errs.Invalid, "referral")
		want(t, w.svc.Complete(w.Actor(), w.dana, id.New[id.Assessment](), 1, content(today, 52)), errs.NotFound, "")
	})
}

func TestAReferralIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		chen, err := w.referrals.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.referrals.Register(w.Actor(), w.dana, referral.Input{Prescriber: chen.ID, Codes: []string{"M54.2"},
			Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: today, SignatureSeen: true})
		if err != nil {
			t.Fatal(err)
		}
		c := content(today, 52)
		c.Referral = r
		a := w.complete(t, assessment.Evaluation, c)
		if v := w.view(t, a); v.Referral.ID != r {
			t.Errorf("referral = %v, want %v", v.Referral.ID, r)
		}
		if l, err := w.svc.List(w.Actor(), w.dana); err != nil || l.Order.ID != r {
			t.Errorf("order = %v, %v", l.Order.ID, err)
		}
	})
}
