package visit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

var yesterday = today.AddDays(-1)

// What the gate says decides what it takes to sign for treatment that nobody
// began on screen.
func TestSigningForTheDayBefore(t *testing.T) {
	late := func(g visit.GateResult) visit.GateResult {
		g.Blocked, g.AskedOn, g.AskedWhy = true, today, "The tablet was out of power"
		return g
	}
	cases := map[string]struct {
		gate    visit.GateResult
		day     civil.Date
		words   string // under Assessment
		refused bool
		lacks   []string
		says    []string
	}{
		"open":                       {visit.GateResult{}, yesterday, "", false, nil, []string{}},
		"never asked":                {visit.GateResult{Blocked: true, Unanswered: true, Reason: "x"}, yesterday, "Words help nothing.", true, nil, nil},
		"asked today, still open":    {visit.GateResult{Blocked: true, Unanswered: true, Reason: "x"}, today, "", true, nil, nil},
		"answered afterwards":        {late(visit.GateResult{Reason: "late"}), yesterday, "", false, nil, []string{"Safety questions answered on 10 Mar 2026, after the visit: The tablet was out of power."}},
		"barred, without words":      {late(visit.GateResult{Reason: "late", Bars: "Fever: wait."}), yesterday, "", false, []string{"a_text"}, nil},
		"barred, on the day":         {visit.GateResult{Blocked: true, Reason: "Fever: wait.", Bars: "Fever: wait."}, today, "Treated all the same.", true, nil, nil},
		"barred by the day's answer": {visit.GateResult{Blocked: true, Reason: "Decide.", Bars: "Fever: wait."}, yesterday, "", false, []string{"a_text"}, nil},
		"barred, with words": {late(visit.GateResult{Reason: "late", Bars: "Fever: wait."}), yesterday, "Light strokes for ten minutes, then sent home.", false, nil,
			[]string{"Safety questions answered on 10 Mar 2026, after the visit: The tablet was out of power.", "The safety answers barred treatment: Fever: wait.",
				"Light strokes for ten minutes, then sent home."}},
	}
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				e := e.Other()
				r := newRoom(t, e)
				r.gate.result = c.gate
				v := r.plan(c.day, 9*60, 45)
				d := finished()
				d.Assessment = c.words
				s := r.save(v.ID, 0, d)
				doc, err := r.Sign(r.ctx, v.ID, s.Version)
				if c.refused {
					wantKind(t, err, errs.Conflict)
					if open, err := r.OpenNote(r.ctx, v.ID); err != nil || open.Gate.Ask != c.gate.Unanswered || open.Gate.Late != (c.gate.Unanswered && c.day == yesterday) {
						t.Errorf("the editor is told %+v, %v", open.Gate, err)
					}
					return
				}
				if c.lacks != nil {
					if diff := cmp.Diff(c.lacks, fields(err)); diff != "" {
						t.Errorf("lacks (-want +got):\n%s", diff)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				_, n, err := r.Note(r.ctx, doc.ID)
				if diff := cmp.Diff(c.says, n.Body.Text.A); err != nil || diff != "" {
					t.Errorf("%v, assessment (-want +got):\n%s", err, diff)
				}
				var kept *note.Afterwards
				if !c.gate.AskedOn.IsZero() {
					kept = &note.Afterwards{On: c.gate.AskedOn, Reason: c.gate.AskedWhy}
				}
				if diff := cmp.Diff(kept, n.Body.Safety.Afterwards); diff != "" {
					t.Errorf("kept (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// Answers given afterwards open no beginning, whatever else a gate may say.
func TestAnswersGivenAfterwardsBeginNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45)
		r.gate.result = visit.GateResult{AskedOn: today.AddDays(1), AskedWhy: "x"}
		_, err := r.Act(r.ctx, v.ID, 1, visit.ActStart, "")
		wantKind(t, err, errs.Conflict)
	})
}

// Consent counts at the start that the note names, not over the whole day.
func TestConsentTakenBackAfterTheVisit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		e.Clock.Set(at("2026-03-10 12:00"))
		r.consent.reason, r.consent.from = "Consent to treatment was withdrawn.", at("2026-03-10 09:00")
		v := r.plan(today, 8*60, 45)
		d := finished() // from 9:00
		s := r.save(v.ID, 0, d)
		_, err := r.Sign(r.ctx, v.ID, s.Version)
		wantKind(t, err, errs.Conflict)
		r.consent.from = at("2026-03-10 09:01")
		if _, err = r.Sign(r.ctx, v.ID, s.Version); err != nil {
			t.Errorf("treated at 9:00, withdrawn at 9:01: %v", err)
		}
		// A visit nobody held is not signed for; it is cancelled.
		w := r.plan(today, 11*60, 45)
		d.Start, d.Stop = "11:00", "11:45"
		s = r.save(w.ID, 0, d)
		_, err = r.Sign(r.ctx, w.ID, s.Version)
		wantKind(t, err, errs.Conflict)
		_, err = r.Act(r.ctx, w.ID, 1, visit.ActStart, "")
		wantKind(t, err, errs.Conflict)
		if _, err = r.Act(r.ctx, w.ID, 1, visit.ActCancel, "Consent withdrawn"); err != nil {
			t.Errorf("cancelling: %v", err)
		}
	})
}
