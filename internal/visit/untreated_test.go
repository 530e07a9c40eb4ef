package visit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func untreated(reason string) note.Draft {
	return note.Draft{Untreated: &note.Untreated{Reason: reason}}
}

// flagged reads whether a visit uses up nothing of a prescription.
func (r *room) flagged(v id.Visit) bool {
	r.t.Helper()
	var out bool
	err := r.e.DB.Read(r.ctx, r.e.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT untreated FROM visit WHERE practice_id = $1 AND visit_id = $2`, r.e.Practice, v).Scan(&out)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func TestAVisitWithoutTreatmentIsSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45)
		if _, err := r.Act(r.ctx, v.ID, 1, visit.ActStart, ""); err != nil {
			t.Fatal(err)
		}
		// What stops the visit needs no words beside the reason.
		r.gate.result = visit.GateResult{Blocked: true, Reason: "Chest pain: call 911"}
		s := r.save(v.ID, 0, untreated(" "))
		_, err := r.Sign(r.ctx, v.ID, s.Version)
		if diff := cmp.Diff([]string{"untreated_reason: Why the visit ended without treatment."}, messages(err)); diff != "" {
			t.Errorf("without a reason (-want +got):\n%s", diff)
		}
		d := finished()
		d.Untreated = &note.Untreated{Reason: "Chest pain before the first touch; 911 called at 9:05"}
		s = r.save(v.ID, s.Version, d)
		_, err = r.Sign(r.ctx, v.ID, s.Version)
		if got := strings.Join(messages(err), " "); !strings.Contains(got, "Without treatment, but Myofascial release was done") {
			t.Errorf("with a technique: %q", got)
		}
		d = untreated("Chest pain before the first touch; 911 called at 9:05")
		d.Response.Level = note.ResponseBetter // of an answer given before, and meaningless now
		s = r.save(v.ID, s.Version, d)
		if len(s.Status.Missing) != 0 || s.Status.Minutes != 0 {
			t.Errorf("missing %v, %d minutes", s.Status.Missing, s.Status.Minutes)
		}
		doc, err := r.Sign(r.ctx, v.ID, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		it, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || it.State != visit.StateCompleted || !it.Untreated || n.Treated() || n.Minutes() != 0 || !r.flagged(v.ID) {
			t.Errorf("visit %+v, treated %v, %d minutes, %v", it.Visit, n.Treated(), n.Minutes(), err)
		}
		want := note.Text{S: []string{"First visit."}, O: []string{}, P: []string{},
			Treatment: []string{"Ended without treatment: Chest pain before the first touch; 911 called at 9:05."},
			A:         []string{"Stopped: Chest pain: call 911."}}
		if diff := cmp.Diff(want, n.Body.Text); diff != "" {
			t.Errorf("text (-want +got):\n%s", diff)
		}
		history, err := r.History(r.ctx, v.ID)
		if last := history[len(history)-1]; err != nil || last.Reason != "ended without treatment" {
			t.Errorf("history ends with %+v, %v", last, err)
		}
		_, err = r.Addend(r.ctx, doc.ID, visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{0: 30}})
		wantKind(t, err, errs.Invalid) // minutes cannot be added to it
	})
}

// Gate and consent protect from treatment; where there was none, they have
// nothing to refuse, whether or not the visit was begun on screen.
func TestNothingRefusesANoteWithoutTreatment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		cases := map[string]struct {
			gate visit.GateResult
			want []string // of the assessment
		}{
			"never asked": {visit.GateResult{Blocked: true, Unanswered: true, Reason: "Not asked."}, []string{}},
			"barred":      {visit.GateResult{Blocked: true, Reason: "Fever: wait.", Bars: "Fever: wait."}, []string{"The safety answers barred treatment: Fever: wait."}},
		}
		r := newRoom(t, e)
		at := 8 * 60
		for name, c := range cases {
			r.gate.result = c.gate
			r.consent.reason = "Consent to treatment was withdrawn."
			at += 60
			v := r.plan(today, at, 45)
			s := r.save(v.ID, 0, untreated("Said no at the door"))
			doc, err := r.Sign(r.ctx, v.ID, s.Version)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_, n, err := r.Note(r.ctx, doc.ID)
			if diff := cmp.Diff(c.want, n.Body.Text.A); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
	})
}

// A note taken back leaves nothing of its mark, and opens no way round the
// gate: the visit is under way again, but nobody began treatment.
func TestARetractedNoteWithoutTreatmentOpensNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		r.gate.result = visit.GateResult{Blocked: true, Unanswered: true, Reason: "Not asked."}
		v := r.plan(today.AddDays(-1), 9*60, 45)
		s := r.save(v.ID, 0, untreated("Felt faint"))
		doc, err := r.Sign(r.ctx, v.ID, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "It was treated after all", TookPlace: true}); err != nil {
			t.Fatal(err)
		}
		if it, err := r.Get(r.ctx, v.ID); err != nil || it.State != visit.StateInProgress || it.Untreated {
			t.Errorf("visit = %+v, %v", it.Visit, err)
		}
		s = r.save(v.ID, 0, finished())
		_, err = r.Sign(r.ctx, v.ID, s.Version)
		wantKind(t, err, errs.Conflict)
	})
}

// The next note goes on from the last treatment.
func TestANoteWithoutTreatmentIsNotGoneOnFrom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		_, treated := r.signed(today.AddDays(-7), finished())
		_, none := r.signed(today.AddDays(-3), untreated("Felt faint"))
		open, err := r.OpenNote(r.ctx, r.plan(today, 9*60, 45).ID)
		if err != nil || open.PriorID != treated.ID || len(open.Draft.Interventions) != 1 {
			t.Errorf("prior %v, %d techniques offered, %v", open.PriorID, len(open.Draft.Interventions), err)
		}
		// Where there is no treatment yet, the visit is still not the first.
		open, err = r.OpenNote(r.ctx, r.plan(today.AddDays(-2), 9*60, 45).ID)
		if err != nil || open.PriorID != treated.ID {
			t.Errorf("prior %v, %v", open.PriorID, err)
		}
		if _, err := r.Retract(r.ctx, treated.ID, visit.NewRetraction{Reason: "Wrong chart"}); err != nil {
			t.Fatal(err)
		}
		open, err = r.OpenNote(r.ctx, r.plan(today, 11*60, 45).ID)
		if err != nil || open.PriorID != none.ID || open.First {
			t.Errorf("prior %v, first %v, %v", open.PriorID, open.First, err)
		}
	})
}
