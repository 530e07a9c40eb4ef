package plan_test

import (
	"context"
	"testing"

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
	"soapstone/internal/plan"
	"soapstone/internal/referral"
)

// scores are outcome measures as another room keeps them.
type scores map[string]plan.Latest

func (s scores) Latest(_ context.Context, _ *db.Tx, _ id.Patient, measure string) (float64, civil.Date, bool, error) {
	v, ok := s[measure]
	return v.Value, v.On, ok, nil
}

// answers are safety questions as another room keeps them.
type answers map[string]bool

func (a answers) Yes(_ context.Context, _ *db.Tx, _ id.Patient, question string) (yes, known bool, err error) {
	yes, known = a[question]
	return yes, known, nil
}

type world struct {
	*dbtest.Env
	svc       *plan.Service
	patients  *patient.Service
	referrals *referral.Service
	assess    *assessment.Service
	scores    scores
	answers   answers
	dana      id.Patient
}

func newWorld(t *testing.T, e *dbtest.Env) *world {
	t.Helper()
	w := &world{Env: e, patients: patient.New(e.DB, e.Log), scores: scores{}, answers: answers{}}
	w.referrals = referral.New(e.DB, e.Log, w.patients, blob.New(e.DB, e.Key), know.ICD10())
	w.assess = assessment.New(e.DB, e.Log, w.patients, w.referrals, know)
	w.svc = plan.New(e.DB, e.Log, plan.Deps{Patients: w.patients, Referrals: w.referrals, Assessments: w.assess, Knowledge: know, Measures: w.scores, Severity: w.answers})
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

func (w *world) prescribe(t *testing.T, codes ...string) id.Referral {
	t.Helper()
	chen, err := w.referrals.SavePrescriber(w.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.referrals.Register(w.Actor(), w.dana, referral.Input{Prescriber: chen.ID, Codes: codes, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: today, SignatureSeen: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) assessed(t *testing.T, left float64, pain int64) {
	t.Helper()
	on := authzToday(w)
	a, err := w.assess.Start(w.Actor(), w.dana, assessment.StartInput{Kind: assessment.Reevaluation, On: on, Regions: []assessment.Region{assessment.Neck}})
	if err == nil {
		err = w.assess.Complete(w.Actor(), w.dana, a, 1, assessment.Content{On: on, Regions: []assessment.Region{assessment.Neck},
			Pain: []assessment.Pain{{Now: &pain}}, Motions: []assessment.Motion{{Motion: "cervical.rotation", Side: knowledge.SideLeft, Degrees: left}}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func authzToday(w *world) civil.Date {
	a, _ := authz.From(w.Actor())
	return a.Today(w.Clock.Now())
}

func (w *world) draft(t *testing.T, in plan.Input) id.Plan {
	t.Helper()
	p, err := w.svc.Save(w.Actor(), w.dana, id.Plan{}, 0, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) inForce(t *testing.T, in plan.Input) id.Plan {
	t.Helper()
	p := w.draft(t, in)
	if err := w.svc.Activate(w.Actor(), w.dana, p, 1); err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) view(t *testing.T) plan.View {
	t.Helper()
	v, err := w.svc.View(w.Actor(), w.dana)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) active(t *testing.T) (pl plan.Plan, found bool) {
	t.Helper()
	err := w.DB.Read(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		pl, found, err = w.svc.Active(ctx, tx, w.dana)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pl, found
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newWorld(t, e)) })
}

func want(t *testing.T, err error, kind errs.Kind, field string) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Fatalf("err = %v, want %s", err, kind)
	}
	if field != "" && !has(errs.FieldsOf(err), field) {
		t.Fatalf("err = %v, want a complaint about %s", err, field)
	}
}

func TestADraftComesIntoForce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rx := w.prescribe(t, "M54.2")
		in := input()
		in.Referral = rx
		d := w.draft(t, in)
		v := w.view(t)
		if v.Active != nil || v.Draft == nil || v.Draft.ID != d || v.Order.ID != rx || len(v.Diagnoses) != 1 {
			t.Fatalf("got %+v", v)
		}
		if err := w.svc.Activate(w.Actor(), w.dana, d, 1); err != nil {
			t.Fatal(err)
		}
		got, found := w.active(t)
		if !found || got.ID != d || got.Course != d || got.Revision != 1 || got.Referral != rx || got.Visits != 12 || got.TherapistName != "Terry Tester" {
			t.Errorf("got %+v", got)
		}
		if len(got.Goals) != 3 || got.Goals[0].Baseline != 52 || got.Goals[0].Target != 70 || got.Goals[0].State != plan.GoalOpen || got.Goals[0].Text == "" {
			t.Errorf("goals %+v", got.Goals)
		}
		if len(got.Interventions) != 1 || len(got.Interventions[0].Regions) != 2 || len(got.HomeCare) != 1 {
			t.Errorf("interventions %+v, home care %+v", got.Interventions, got.HomeCare)
		}
		if low, high := got.Minutes(); low != 10 || high != 15 {
			t.Errorf("Minutes = %d, %d", low, high)
		}
	})
}

func TestARevisionKeepsTheOldPlanAndTheGoalsState(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.inForce(t, input())
		pl, _ := w.active(t)
		in := input()
		in.Goals[0].Origin, in.Goals[1].Origin = pl.Goals[0].Origin, pl.Goals[1].Origin
		in.Goals[0].Target = f(75)
		second := w.draft(t, in)
		want(t, w.svc.Activate(w.Actor(), w.dana, second, 1), errs.Invalid, "revision_reason")
		in.RevisionReason = "Faster than expected"
		if _, err := w.svc.Save(w.Actor(), w.dana, second, 1, in); err != nil {
			t.Fatal(err)
		}
		// A goal is met while the revision is still a draft.
		if err := w.svc.SaveGoalState(w.Actor(), w.dana, pl.Goals[1].ID, 1, plan.GoalMet, "Sleeps through"); err != nil {
			t.Fatal(err)
		}
		if err := w.svc.Activate(w.Actor(), w.dana, second, 2); err != nil {
			t.Fatal(err)
		}
		got, _ := w.active(t)
		if got.ID != second || got.Course != first || got.Revision != 2 || got.Goals[0].Target != 75 || got.Goals[0].Origin != pl.Goals[0].Origin {
			t.Errorf("got %+v", got)
		}
		if g := got.Goals[1]; g.State != plan.GoalMet || g.StateReason != "Sleeps through" {
			t.Errorf("goal %+v", g)
		}
		v := w.view(t)
		if len(v.Past) != 1 || v.Past[0].ID != first || v.Past[0].State != plan.Revised || v.Past[0].Goals[0].Target != 70 || v.Draft != nil {
			t.Errorf("past %+v", v.Past)
		}
	})
}

func TestProgressFollowsTheNewestValue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.inForce(t, input())
		if pl, _ := w.active(t); pl.Goals[0].Now != nil {
			t.Errorf("a value out of nowhere: %+v", pl.Goals[0].Now)
		}
		w.Clock.Advance(14 * 24 * 3600 * 1e9)
		w.assessed(t, 61, 5)
		pl, _ := w.active(t)
		if got, ok := pl.Goals[0].Progress(); !ok || got != 0.5 {
			t.Errorf("motion: %v, %v", got, ok)
		}
		if n := pl.Goals[1].Now; n == nil || n.Value != 5 {
			t.Errorf("pain: %+v", n)
		}
		w.scores["nprs"] = plan.Latest{Value: 4, On: authzToday(w).AddDays(1)}
		if pl, _ = w.active(t); pl.Goals[1].Now == nil || pl.Goals[1].Now.Value != 4 {
			t.Errorf("the newer score: %+v", pl.Goals[1].Now)
		}
		w.scores["nprs"] = plan.Latest{Value: 9, On: authzToday(w).AddDays(-3)}
		if pl, _ = w.active(t); pl.Goals[1].Now == nil || pl.Goals[1].Now.Value != 5 {
			t.Errorf("an older score: %+v", pl.Goals[1].Now)
		}
	})
}

func TestTheBaselineIsTakenFromTheAssessment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.assessed(t, 48, 7)
		in := input()
		in.Goals = in.Goals[:2]
		in.Goals[0].Baseline, in.Goals[0].BaselineOn, in.Goals[1].Baseline = nil, civil.Date{}, nil
		w.inForce(t, in)
		pl, _ := w.active(t)
		if pl.Goals[0].Baseline != 48 || pl.Goals[0].BaselineOn != today || pl.Goals[1].Baseline != 7 {
			t.Errorf("goals %+v", pl.Goals)
		}
		v := w.view(t)
		if !v.HasFound || v.Last["rom:cervical.rotation:L"].Value != 48 || v.Last["nprs"].Value != 7 {
			t.Errorf("last %v", v.Last)
		}
	})
}

func TestSelfPayCareShowsNoDiagnosis(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.assessed(t, 40, 6)
		w.inForce(t, input())
		v := w.view(t)
		if len(v.Diagnoses) != 0 || !v.Order.ID.IsZero() || !v.Active.Referral.IsZero() || !v.HasFound {
			t.Errorf("got %+v", v)
		}
	})
}

func TestPressureIsCappedUntilTheTherapistSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft(t, input()) // pressure 3
		w.prescribe(t, "M79.7")
		_, err := w.svc.Save(w.Actor(), w.dana, d, 1, input())
		want(t, err, errs.Invalid, "do.0.reason")
		want(t, w.svc.Activate(w.Actor(), w.dana, d, 1), errs.Invalid, "do.0.reason")
		if v := w.view(t); len(v.Gentle) != 1 || v.Gentle[0].Guidance == "" {
			t.Errorf("gentle %+v", v.Gentle)
		}
		in := input()
		in.Interventions[0].Reason = "Tolerated well before"
		if _, err := w.svc.Save(w.Actor(), w.dana, d, 1, in); err != nil {
			t.Fatal(err)
		}
		if v := w.view(t); len(v.Draft.Gentle) != 1 || v.Draft.Interventions[0].Reason == "" {
			t.Errorf("draft %+v", v.Draft)
		}
	})
}

func TestAnAnswerDecidesWhetherArthritisIsSevere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.prescribe(t, "M17.11")
		if v := w.view(t); len(v.Gentle) != 1 || !v.Gentle[0].Confirm {
			t.Errorf("not asked: %+v", v.Gentle)
		}
		w.answers["ans.oa_severe"] = false
		if v := w.view(t); len(v.Gentle) != 0 {
			t.Errorf("not severe: %+v", v.Gentle)
		}
		w.answers["ans.oa_severe"] = true
		if v := w.view(t); len(v.Gentle) != 1 || v.Gentle[0].Confirm {
			t.Errorf("severe: %+v", v.Gentle)
		}
	})
}

func TestGoalStates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.inForce(t, input())
		pl, _ := w.active(t)
		g := pl.Goals[0].ID
		want(t, w.svc.SaveGoalState(w.Actor(), w.dana, g, 1, "won", ""), errs.Invalid, "state")
		want(t, w.svc.SaveGoalState(w.Actor(), w.dana, g, 1, plan.GoalDropped, " "), errs.Invalid, "reason")
		if err := w.svc.SaveGoalState(w.Actor(), w.dana, g, 1, plan.GoalDropped, "Moved away"); err != nil {
			t.Fatal(err)
		}
		want(t, w.svc.SaveGoalState(w.Actor(), w.dana, g, 1, plan.GoalMet, ""), errs.Stale, "")
		want(t, w.svc.SaveGoalState(w.Actor(), w.dana, id.New[id.Goal](), 1, plan.GoalMet, ""), errs.NotFound, "")
		if pl, _ = w.active(t); pl.Goals[0].State != plan.GoalDropped || pl.Goals[0].StateReason != "Moved away" || pl.Goals[0].StateAt.IsZero() {
			t.Errorf("goal %+v", pl.Goals[0])
		}
	})
}

func TestCloseAndDiscard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft(t, input())
		want(t, w.svc.Close(w.Actor(), w.dana, d, 1, plan.GoalsReached, ""), errs.Conflict, "")
		if err := w.svc.Discard(w.Actor(), w.dana, d, 1); err != nil {
			t.Fatal(err)
		}
		want(t, w.svc.Activate(w.Actor(), w.dana, d, 2), errs.Conflict, "")
		p := w.inForce(t, input())
		want(t, w.svc.Close(w.Actor(), w.dana, p, 2, "", ""), errs.Invalid, "why")
		want(t, w.svc.Close(w.Actor(), w.dana, p, 2, plan.EnteredInError, ""), errs.Invalid, "note")
		want(t, w.svc.Close(w.Actor(), w.dana, p, 1, plan.GoalsReached, ""), errs.Stale, "")
		if err := w.svc.Close(w.Actor(), w.dana, p, 2, plan.GoalsReached, "Well done"); err != nil {
			t.Fatal(err)
		}
		if _, found := w.active(t); found {
			t.Error("still in force")
		}
		// A new course may begin.
		next := w.inForce(t, input())
		if pl, _ := w.active(t); pl.ID != next || pl.Course != next || pl.Revision != 1 {
			t.Errorf("got %+v", pl)
		}
	})
}

func TestWhatIsIncompleteStaysADraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft(t, plan.Input{StartsOn: today})
		err := w.svc.Activate(w.Actor(), w.dana, d, 1)
		want(t, err, errs.Invalid, "goal.0.statement")
		want(t, err, errs.Invalid, "do.0.technique")
	})
}

func TestStale(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft(t, input())
		if _, err := w.svc.Save(w.Actor(), w.dana, d, 1, input()); err != nil {
			t.Fatal(err)
		}
		_, err := w.svc.Save(w.Actor(), w.dana, d, 1, input())
		want(t, err, errs.Stale, "")
		_, err = w.svc.Save(w.Actor(), w.dana, id.Plan{}, 0, input())
		want(t, err, errs.Stale, "")
		want(t, w.svc.Activate(w.Actor(), w.dana, d, 1), errs.Stale, "")
		want(t, w.svc.Discard(w.Actor(), w.dana, d, 1), errs.Stale, "")
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.inForce(t, input())
		pl, _ := w.active(t)
		for _, role := range []authz.Role{authz.Owner, authz.FrontDesk, authz.Biller, authz.Auditor} {
			ctx := w.Actor(role)
			_, err := w.svc.Save(ctx, w.dana, id.Plan{}, 0, input())
			want(t, err, errs.Denied, "")
			want(t, w.svc.Activate(ctx, w.dana, p, 2), errs.Denied, "")
			want(t, w.svc.Discard(ctx, w.dana, p, 2), errs.Denied, "")
			want(t, w.svc.Close(ctx, w.dana, p, 2, plan.GoalsReached, ""), errs.Denied, "")
			want(t, w.svc.SaveGoalState(ctx, w.dana, pl.Goals[0].ID, 1, plan.GoalMet, ""), errs.Denied, "")
		}
		for _, role := range []authz.Role{authz.FrontDesk, authz.Biller} {
			_, err := w.svc.View(w.Actor(role), w.dana)
			want(t, err, errs.Denied, "")
		}
		for _, role := range []authz.Role{authz.Owner, authz.Auditor, authz.Therapist} {
			if _, err := w.svc.View(w.Actor(role), w.dana); err != nil {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}

func TestAnotherPracticeSeesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.inForce(t, input())
		pl, _ := w.active(t)
		o := newWorld(t, w.Other())
		_, err := o.svc.View(o.Actor(), w.dana)
		want(t, err, errs.NotFound, "")
		_, err = o.svc.Save(o.Actor(), w.dana, id.Plan{}, 0, input())
		want(t, err, errs.NotFound, "")
		_, err = o.svc.Save(o.Actor(), o.dana, p, 2, input())
		want(t, err, errs.NotFound, "")
		want(t, o.svc.Close(o.Actor(), o.dana, p, 2, plan.GoalsReached, ""), errs.NotFound, "")
		want(t, o.svc.SaveGoalState(o.Actor(), w.dana, pl.Goals[0].ID, 1, plan.GoalMet, ""), errs.NotFound, "")
		want(t, o.svc.SaveGoalState(o.Actor(), o.dana, pl.Goals[0].ID, 1, plan.GoalMet, ""), errs.NotFound, "")
	})
}

func TestAReferralOfSomebodyElseIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := input()
		in.Referral = id.New[id.Referral]()
		_, err := w.svc.Save(w.Actor(), w.dana, id.Plan{}, 0, in)
		want(t, err, errs.Invalid, "referral")
	})
}

func TestAMergedRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old := w.inForce(t, input())
		dup, keep := w.dana, w.patient(t, "Daniela")
		if err := w.patients.Merge(w.Actor(), patient.MergeInput{Survivor: keep, Duplicate: dup, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Same person"}); err != nil {
			t.Fatal(err)
		}
		_, err := w.svc.Save(w.Actor(), dup, id.Plan{}, 0, input())
		want(t, err, errs.Conflict, "")
		w.dana = keep
		if pl, found := w.active(t); !found || pl.ID != old {
			t.Errorf("Active = %v, %v", pl.ID, found)
		}
		in := input()
		in.RevisionReason = "Records were merged"
		next := w.inForce(t, in)
		if pl, _ := w.active(t); pl.ID != next || pl.Course != old || pl.Revision != 2 {
			t.Errorf("got %+v", pl)
		}
	})
}
