package screening_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
)

// codes is a course of care reduced to its diagnoses.
type codes []string

func (c codes) DiagnosisCodes(context.Context, *db.Tx, id.Patient) ([]string, error) { return c, nil }

type rig struct {
	*dbtest.Env
	s        *screening.Service
	patients *patient.Service
	p        id.Patient
	today    civil.Date
}

func newRig(t *testing.T, e *dbtest.Env, dx ...string) *rig {
	t.Helper()
	r := &rig{Env: e, patients: patient.New(e.DB, e.Log), today: civil.Of(2026, 3, 10)}
	r.s = screening.New(e.DB, e.Log, knowledge.Must(), r.patients, codes(dx), document.New(e.DB, e.Key))
	var err error
	r.p, err = r.patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
		FirstName: "Dana", LastName: "Okafor", BirthDate: civil.Of(1984, time.March, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.patients.RecordNone(e.Actor(), r.p, patient.Medicines); err != nil {
		t.Fatal(err)
	}
	return r
}

// healthy answers every required question with no, and more as given.
func (r *rig) healthy(t *testing.T, more map[string]screening.Answer) map[string]screening.Given {
	t.Helper()
	out := map[string]screening.Given{}
	for k, a := range more {
		out[k] = screening.Given{Answer: a, How: screening.Asked, On: r.today}
	}
	for range 3 { // an answer may open a further question
		qs, err := r.s.Questions(r.Actor(), r.p, r.today, out)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range qs {
			if _, ok := out[q.Key]; !ok && q.Required {
				out[q.Key] = screening.Given{Answer: screening.SaidNo(), How: screening.ByGroup, On: r.today}
			}
		}
	}
	return out
}

func (r *rig) gate(t *testing.T, on civil.Date) screening.Gate {
	t.Helper()
	var g screening.Gate
	err := r.DB.Read(r.Actor(), r.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = r.s.GateTx(r.Actor(), tx, r.p, on)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (r *rig) record(t *testing.T, answers map[string]screening.Given) screening.Judgement {
	t.Helper()
	j, err := r.s.Record(r.Actor(), r.p, answers)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestVisitNeedsTodaysAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		if g := r.gate(t, r.today); !g.Blocked || !strings.Contains(g.Reason, "not been asked today") {
			t.Errorf("never asked: %+v", g)
		}
		r.record(t, r.healthy(t, nil))
		if g := r.gate(t, r.today); g.Blocked {
			t.Errorf("healthy patient blocked: %s", g.Reason)
		}
		if g := r.gate(t, r.today.AddDays(1)); !g.Blocked {
			t.Error("yesterday's answers opened today's visit")
		}
	})
}

func TestOneOpenQuestionBlocks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		answers := r.healthy(t, nil)
		delete(answers, "ans.saddle_numbness")
		j := r.record(t, answers)
		if len(j.Result.Missing) != 1 || !r.gate(t, r.today).Blocked {
			t.Errorf("missing %d, gate %+v", len(j.Result.Missing), r.gate(t, r.today))
		}
	})
}

func TestMedicinesNobodyAskedForBlock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		p, err := r.patients.Register(e.Actor(), patient.Registration{Demographics: patient.Demographics{
			FirstName: "Una", LastName: "Unasked", BirthDate: civil.Of(1990, time.May, 5), Sex: patient.Female}})
		if err != nil {
			t.Fatal(err)
		}
		r.p = p
		r.record(t, r.healthy(t, nil))
		if g := r.gate(t, r.today); !g.Blocked || !strings.Contains(g.Reason, "medicines") {
			t.Errorf("gate %+v", g)
		}
	})
}

func TestAbsoluteRuleStopsUntilANamedClinicianReleasesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, map[string]screening.Answer{"ans.leg_unilateral_swelling_new": screening.SaidYes()}))
		if g := r.gate(t, r.today); !g.Blocked {
			t.Fatal("a new one-sided leg swelling did not block")
		}
		c := screening.Clearing{Rule: "AB01", Kind: knowledge.ClinicianTherapist, Name: "Terry Tester", Credential: "LMT", From: r.today,
			Until: r.today.AddDays(90), Reason: "looks fine", GivenBy: screening.ByLetter, Evidence: "seen"}
		if _, err := r.s.Clear(e.Actor(), r.p, c); !errs.Is(err, errs.Invalid) {
			t.Fatalf("a therapist released what only a physician may: %v", err)
		}
		c.Kind, c.Name, c.Credential, c.Evidence = knowledge.ClinicianPhysician, "Wei Chen", "MD", "Letter of 10 March"
		cid, err := r.s.Clear(e.Actor(), r.p, c)
		if err != nil {
			t.Fatal(err)
		}
		j, err := r.s.Judge(e.Actor(), r.p, r.today)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := j.Result.Find("AB01")
		if f.Level != knowledge.LevelLocal || len(f.ClearedBy) != 1 {
			t.Fatalf("after the release: %v, %d releases, refused %v", f.Level, len(f.ClearedBy), j.Refused)
		}
		// What stays is local and unreviewed: it asks for a decision first.
		if g := r.gate(t, r.today); !g.Blocked || !strings.Contains(g.Reason, "Write down how you proceed") {
			t.Errorf("gate %+v", g)
		}
		if err := r.s.Decide(e.Actor(), r.p, map[string]screening.Choice{"AB01": {Course: screening.Modify, Reason: "No work on the legs; light work elsewhere."}}); err != nil {
			t.Fatal(err)
		}
		if g := r.gate(t, r.today); g.Blocked {
			t.Errorf("still blocked: %s", g.Reason)
		}
		if err := r.s.Withdraw(e.Actor(), r.p, cid, "The physician called back."); err != nil {
			t.Fatal(err)
		}
		if g := r.gate(t, r.today); !g.Blocked {
			t.Error("a withdrawn release still opened the gate")
		}
	})
}

func TestMedicineOfTodayCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, nil))
		if _, err := r.patients.AddMedicine(e.Actor(), r.p, patient.MedicineInput{Name: "Warfarin 5 mg"}); err != nil {
			t.Fatal(err)
		}
		j, err := r.s.Judge(e.Actor(), r.p, r.today)
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := j.Result.Find("PR01"); !ok || f.Level != knowledge.LevelPrecaution {
			t.Errorf("an anticoagulant recorded after the screening changed nothing: %+v", j.Result.Fired)
		}
	})
}

func TestDiagnosisFromThePrescriptionCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e, "M79.7")
		j := r.record(t, r.healthy(t, nil))
		if _, ok := j.Result.Find("PR15"); !ok {
			t.Error("fibromyalgia did not ask for a gentle start")
		}
		if len(j.Undecided) == 0 {
			t.Error("a rule that nobody reviewed asked for no decision")
		}
	})
}

func TestNothingAskedEachVisitIsCarried(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, nil))
		_, same, err := r.s.Sheet(e.Actor(), r.p, r.today)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := same["ans.fever"]; !ok {
			t.Error("an answer of today was lost")
		}
		_, next, err := r.s.Sheet(e.Actor(), r.p, r.today.AddDays(7))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := next["ans.fever"]; ok {
			t.Error("last week's “no fever” was carried")
		}
		if g, ok := next["ans.pacemaker"]; !ok || g.How != screening.Standing || g.On != r.today {
			t.Errorf("a standing answer: %+v", g)
		}
	})
}

func TestScreeningIsRefusedToOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		for _, role := range []authz.Role{authz.FrontDesk, authz.Biller, authz.Auditor, authz.Owner} {
			if _, err := r.s.Record(e.Actor(role), r.p, nil); !errs.Is(err, errs.Denied) {
				t.Errorf("%s recorded: %v", role, err)
			}
		}
		if _, err := r.s.Judge(e.Actor(authz.Biller), r.p, r.today); !errs.Is(err, errs.Denied) {
			t.Errorf("biller read: %v", err)
		}
		o := e.Other()
		if _, err := r.s.Judge(o.Actor(), r.p, r.today); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice read: %v", err)
		}
		if _, err := r.s.Record(o.Actor(), r.p, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice wrote: %v", err)
		}
		if err := r.s.Withdraw(o.Actor(), r.p, id.New[id.Clearance](), "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice withdrew: %v", err)
		}
	})
}

func TestReleaseNamesWhatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, map[string]screening.Answer{"ans.fever": screening.SaidYes()}))
		_, err := r.s.Clear(e.Actor(), r.p, screening.Clearing{Rule: "AB02", From: r.today.AddDays(3), Until: r.today.AddDays(-3)})
		var names []string
		for _, f := range errs.FieldsOf(err) {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != "kind name credential from until reason given_by evidence" {
			t.Errorf("complaints about %q", got)
		}
		if _, err := r.s.Clear(e.Actor(), r.p, screening.Clearing{Rule: "ZZ99"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("unknown rule: %v", err)
		}
	})
}
