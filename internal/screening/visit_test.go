package screening_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
)

func TestOnlyWhatChangedIsAskedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, nil))
		r.days(7)
		next := r.today
		again := func(parts ...string) screening.Judgement {
			t.Helper()
			_, answers, err := r.s.Sheet(e.Actor(), r.p, next)
			if err != nil {
				t.Fatal(err)
			}
			changed := screening.SaidNo()
			if len(parts) > 0 {
				changed = screening.SaidYes()
			}
			for key, g := range r.healthy(t, nil) {
				q, _ := knowledge.Must().Questions().Question(key)
				if _, stands := answers[key]; !stands && q.EveryVisit {
					answers[key] = g
				}
			}
			answers[screening.HealthChanged] = screening.Given{Answer: changed, How: screening.Asked, On: next, Parts: parts}
			return r.record(t, answers)
		}
		if j := again(); len(j.Result.Missing) > 0 {
			t.Errorf("nothing changed, and %v are asked again", keysOf(j.Result.Missing))
		}
		e.Clock.Advance(time.Second)
		if j := again("circulation"); len(j.Result.Missing) == 0 || !contains(j.Result, "AB09") {
			t.Error("something changed in the circulation, and nothing is asked again")
		} else {
			for _, q := range j.Result.Missing {
				if q.Group != "circulation" || q.EveryVisit {
					t.Errorf("%s is asked again", q.Key)
				}
			}
		}
	})
}

func TestAnAnswerKeepsItsWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, nil))
		h, err := r.s.History(e.Actor(), r.p)
		if err != nil {
			t.Fatal(err)
		}
		rec, err := r.s.Get(e.Actor(), r.p, h[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		q, _ := knowledge.Must().Questions().Question("ans.fever")
		if g := rec.Answers["ans.fever"]; g.Edition != r.s.Edition() || rec.Texts["ans.fever"] != q.Text {
			t.Errorf("answered %q in the edition %q, want %q in %q", rec.Texts["ans.fever"], g.Edition, q.Text, r.s.Edition())
		}
		// A later edition of the questions does not change what was asked.
		r.s.Reword("edition-of-later")
		if rec, err = r.s.Get(e.Actor(), r.p, h[0].ID); err != nil || rec.Texts["ans.fever"] != q.Text {
			t.Errorf("after the questions were reworded: %q, %v", rec.Texts["ans.fever"], err)
		}
	})
}

func TestThePatientAnswersAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		page := map[string]screening.Given{"ans.fever": {Answer: screening.SaidNo(), How: screening.ByGroup}, "ans.intoxicated": {Answer: screening.SaidNo()}}
		if err := r.s.SaveDraft(e.Actor(), r.p, page); err != nil {
			t.Fatal(err)
		}
		if err := r.s.SaveDraft(e.Actor(), r.p, map[string]screening.Given{"ans.chest_pain": {Answer: screening.SaidYes()}}); err != nil {
			t.Fatal(err)
		}
		start, err := r.s.Start(e.Actor(), r.p, r.today)
		if err != nil {
			t.Fatal(err)
		}
		if g := start.Answers["ans.fever"]; start.ByPatient != 2 || g.How != screening.ByPatient || g.On != r.today || g.Edition == "" {
			t.Errorf("%d answers, %+v", start.ByPatient, g)
		}
		if _, ok := start.Answers["ans.intoxicated"]; ok {
			t.Error("a patient answered what only staff can")
		}
		if g := r.gate(t, r.today); !g.Unanswered {
			t.Error("what the patient answered alone opened the gate")
		}
		if err := r.s.SaveDraft(e.Actor(authz.FrontDesk), r.p, page); !errs.Is(err, errs.Denied) {
			t.Errorf("front desk: %v", err)
		}
		if err := r.s.SaveDraft(e.Other().Actor(), r.p, page); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice: %v", err)
		}
	})
}

func TestNotTodayHoldsForTheDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e, "M79.7")
		r.record(t, r.healthy(t, nil))
		decide := func(c screening.Course, reason string) error {
			return r.s.Decide(e.Actor(), r.p, map[string]screening.Choice{"PR15": {Course: c, Reason: reason}})
		}
		for name, c := range map[string]struct {
			course        screening.Course
			reason, field string
		}{
			"no course": {"", "x", "course.PR15"}, "an unknown one": {"later", "x", "course.PR15"}, "no reason": {screening.Proceed, " ", "decision.PR15"},
		} {
			if f := errs.FieldsOf(decide(c.course, c.reason)); len(f) != 1 || f[0].Name != c.field {
				t.Errorf("%s: %v", name, f)
			}
		}
		if err := decide(screening.NotToday, "In too much pain to be touched."); err != nil {
			t.Fatal(err)
		}
		if g := r.gate(t, r.today); !g.Blocked || !strings.Contains(g.Reason, "too much pain") {
			t.Errorf("gate %+v", g)
		}
		e.Clock.Advance(time.Minute)
		if err := decide(screening.Modify, "Feet and hands only."); err != nil {
			t.Fatal(err)
		}
		if g := r.gate(t, r.today); g.Blocked {
			t.Errorf("after another decision: %s", g.Reason)
		}
		r.days(7)
		r.record(t, r.healthy(t, nil))
		if g := r.gate(t, r.today); g.Blocked {
			t.Errorf("the decision is asked again at the next visit: %s", g.Reason)
		}
	})
}

func TestAReleaseKeepsItsLimitsAndItsLetter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.s.Scans = blob.New(e.DB, e.Key)
		r.record(t, r.healthy(t, map[string]screening.Answer{"ans.fever": screening.SaidYes()}))
		c := screening.Clearing{Rule: "AB02", Kind: knowledge.ClinicianPhysician, Name: "Wei Chen", Credential: "MD", Organisation: "Lakeside Clinic",
			From: r.today, Until: r.today.AddDays(3), Sites: []string{"trap-upper-r"}, MaxPressure: 2, GivenBy: screening.ByLetter,
			Reason: "Seen today, no infection.", Evidence: "Letter of today", Scan: &blob.File{Name: "letter.pdf", ContentType: "application/pdf", Bytes: []byte("%PDF-1.4 letter")}}
		for field, spoil := range map[string]func(*screening.Clearing){
			"sites":        func(c *screening.Clearing) { c.Sites = []string{"third-arm"} },
			"max_pressure": func(c *screening.Clearing) { c.MaxPressure = 6 },
			"given_by":     func(c *screening.Clearing) { c.GivenBy = "dream" },
			"scan": func(c *screening.Clearing) {
				c.Scan = &blob.File{Name: "x.exe", ContentType: "application/x-dos", Bytes: []byte("MZ")}
			},
		} {
			bad := c
			spoil(&bad)
			_, err := r.s.Clear(e.Actor(), r.p, bad)
			if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		cid, err := r.s.Clear(e.Actor(), r.p, c)
		if err != nil {
			t.Fatal(err)
		}
		g := r.gate(t, r.today)
		if g.Blocked || g.MaxPressure != 2 || len(g.Local) != 1 || g.Local[0].Site != "trap-upper-r" || !strings.Contains(g.Local[0].Words, "Wei Chen, MD") {
			t.Errorf("gate %+v", g)
		}
		j, err := r.s.Judge(e.Actor(), r.p, r.today)
		if err != nil {
			t.Fatal(err)
		}
		if x := j.Clearances[0]; x.Organisation != "Lakeside Clinic" || x.GivenBy != screening.ByLetter || !x.HasScan || x.Ended(r.today) || !x.Ended(r.today.AddDays(4)) {
			t.Errorf("%+v", x)
		}
		f, err := r.s.Scan(e.Actor(), r.p, cid)
		if err != nil || string(f.Bytes) != "%PDF-1.4 letter" {
			t.Errorf("the letter: %q, %v", f.Bytes, err)
		}
		if _, err := r.s.Scan(e.Actor(), r.p, id.New[id.Clearance]()); !errs.Is(err, errs.NotFound) {
			t.Errorf("an unknown letter: %v", err)
		}
		if _, err := r.s.Scan(e.Other().Actor(), r.p, cid); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice: %v", err)
		}
		if err := r.s.Withdraw(e.Actor(), r.p, cid, "Called back."); err != nil {
			t.Fatal(err)
		}
		if g := r.gate(t, r.today); !g.Blocked {
			t.Error("a withdrawn release still opens")
		}
	})
}

// exam is what an examination found.
type exam map[string]screening.Answer

func (x exam) Findings(context.Context, *db.Tx, id.Patient, civil.Date) (map[string]screening.Answer, error) {
	return x, nil
}

func TestFindingsOfAnExaminationCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		found := exam{}
		r.s.Findings = found
		r.record(t, r.healthy(t, map[string]screening.Answer{"exam.mmt_new": screening.Measured(5)}))
		if g := r.gate(t, r.today); g.Blocked {
			t.Fatalf("nothing was found: %s", g.Reason)
		}
		found["exam.mmt_new"] = screening.Measured(3)
		if g := r.gate(t, r.today); !g.Blocked || !strings.Contains(g.Bars, "getting worse") {
			t.Errorf("a new weakness of grade 3: %+v", g)
		}
		delete(found, "exam.mmt_new")
		found["exam.umn_signs"] = screening.SaidYes()
		if g := r.gate(t, r.today); !g.Blocked {
			t.Error("signs of cord trouble do not stop")
		}
		delete(found, "exam.umn_signs")
		r.days(7)
		r.record(t, r.healthy(t, nil))
		if g := r.gate(t, r.today); g.Blocked {
			t.Errorf("found no more, and still there: %s", g.Reason)
		}
	})
}
