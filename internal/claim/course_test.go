package claim_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func (r *room) answer(c id.Claim, in claim.Answer) {
	r.t.Helper()
	if err := r.RecordAnswer(r.ctx, c, r.get(c).Version, in); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) send(c id.Claim) claim.Batch {
	r.t.Helper()
	return ok(r.Send(r.ctx, claim.Electronic, []id.Claim{c}))(r.t)
}

func TestAnAddendumChangesADraft(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		ok(r.visits.Addend(r.ctx, doc.ID, visit.NewAddendum{Reason: "wrong clock", Text: "It was shorter.", Minutes: map[int]int{0: 15}}))(t)
		got := r.get(c.ID)
		if got.Total != 11500 || got.Document.Lines[0].Minutes != 15 || got.State != claim.Ready || r.till.asked[v] != 11500 {
			t.Errorf("%s %+v", got.Total, got.Document.Lines)
		}
		if rows := ok(r.OfVisit(r.ctx, v))(t); len(rows) != 1 {
			t.Errorf("%d claims", len(rows))
		}
	})
}

func TestAnAddendumToWhatWasSentOpensAReplacement(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		ok(r.visits.Addend(r.ctx, doc.ID, visit.NewAddendum{Reason: "words", Text: "No minutes changed."}))(t)
		if rows := ok(r.OfVisit(r.ctx, v))(t); len(rows) != 1 {
			t.Fatal("an addendum without minutes opened a claim")
		}
		ok(r.visits.Addend(r.ctx, doc.ID, visit.NewAddendum{Reason: "wrong clock", Text: "Shorter.", Minutes: map[int]int{0: 15}}))(t)
		rows := ok(r.OfVisit(r.ctx, v))(t)
		if len(rows) != 2 || rows[0].Frequency != claim.Replacement || rows[0].State != claim.Blocked || r.till.asked[v] != 11500 {
			t.Fatalf("%+v", rows)
		}
		next := r.get(rows[0].ID)
		if !strings.Contains(words(next.Findings), "claim.earlier") || next.Replaces != c.ID || r.get(c.ID).ReplacedBy != next.ID {
			t.Errorf("%s", words(next.Findings))
		}
		r.answer(c.ID, claim.Answer{State: claim.Paid, PayerNumber: "PCN-1"})
		next = r.get(next.ID)
		if next.State != claim.Ready || next.Document.PayerNumber != "PCN-1" {
			t.Fatalf("%s\n%s", next.State, words(next.Findings))
		}
		r.send(next.ID)
		if got := r.get(c.ID); got.State != claim.Paid || got.Total != 15000 {
			t.Errorf("the first claim is %s before the second is answered", got.State)
		}
		r.answer(next.ID, claim.Answer{State: claim.Paid, PayerNumber: "PCN-2"})
		if got := r.get(c.ID); got.State != claim.Closed {
			t.Errorf("the first claim is %s", got.State)
		}
	})
}

func TestRetractingANote(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong visit", TookPlace: true}))(t)
		if got := r.get(c.ID); got.State != claim.Cancelled || r.till.asked[v] != 0 {
			t.Errorf("%s, till %s", got.State, r.till.asked[v])
		}
		v, doc, c = r.claimed()
		r.send(c.ID)
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong visit", TookPlace: true}))(t)
		rows := ok(r.OfVisit(r.ctx, v))(t)
		if len(rows) != 2 || rows[0].Frequency != claim.Void || r.till.asked[v] != 0 {
			t.Fatalf("%+v", rows)
		}
		r.answer(c.ID, claim.Answer{State: claim.Denied, PayerNumber: "PCN-9", Text: "late"})
		void := r.get(rows[0].ID)
		if void.State != claim.Ready || void.Document.Total != 15000 || void.Document.Frequency != claim.Void {
			t.Fatalf("%s\n%s", void.State, words(void.Findings))
		}
		r.send(void.ID)
		r.answer(void.ID, claim.Answer{State: claim.Paid})
		if got := r.get(void.ID); got.State != claim.Closed {
			t.Errorf("the void is %s", got.State)
		}
		if got := r.get(c.ID); got.State != claim.Closed {
			t.Errorf("what was voided is %s", got.State)
		}
	})
}

func TestRejectedAndDeniedClaims(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		r.send(c.ID)
		wantKind(t, r.RecordAnswer(r.ctx, c.ID, r.get(c.ID).Version, claim.Answer{State: claim.Rejected}), errs.Invalid)
		wantKind(t, r.RecordAnswer(r.ctx, c.ID, 1, claim.Answer{State: claim.Paid}), errs.Stale)
		wantKind(t, r.RecordAnswer(r.ctx, c.ID, r.get(c.ID).Version, claim.Answer{State: claim.Ready, Text: "x"}), errs.Conflict)
		wantKind(t, r.RecordAnswer(r.ctx, c.ID, r.get(c.ID).Version, claim.Answer{State: claim.Paid, PayerNumber: "a b"}), errs.Invalid)
		r.answer(c.ID, claim.Answer{State: claim.Rejected, Text: "member not found"})
		again := ok(r.Correct(r.ctx, c.ID, "card copied again"))(t)
		if got := r.get(again); again != c.ID || got.State != claim.Ready || got.Frequency != claim.Original {
			t.Fatalf("%s %s\n%s", got.State, got.Frequency, words(got.Findings))
		}
		if b := r.send(c.ID); b.Interchange != 2 {
			t.Errorf("interchange %d", b.Interchange)
		}
		r.answer(c.ID, claim.Answer{State: claim.Denied, PayerNumber: "P7", Text: "no records"})
		next := ok(r.Correct(r.ctx, c.ID, "records added"))(t)
		if got := r.get(next); next == c.ID || got.Frequency != claim.Replacement || got.State != claim.Ready {
			t.Errorf("%+v\n%s", got.Row, words(got.Findings))
		}
		_, err := r.Correct(r.ctx, c.ID, "once more")
		wantKind(t, err, errs.Conflict)
		ok(r.Void(r.ctx, c.ID, "instead of the replacement"))(t)
		_, err = r.Void(r.ctx, c.ID, "once more")
		wantKind(t, err, errs.Conflict)
		_, err = r.Correct(r.ctx, next, "a draft")
		wantKind(t, err, errs.Conflict)
	})
}

func TestHoldAndDrop(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, _, c := r.claimed()
		wantKind(t, r.Hold(r.ctx, c.ID, c.Version, " "), errs.Invalid)
		wantKind(t, r.Release(r.ctx, c.ID, c.Version), errs.Conflict)
		if err := r.Hold(r.ctx, c.ID, c.Version, "waits for the card"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, r.Hold(r.ctx, c.ID, c.Version, "again"), errs.Stale)
		held := r.get(c.ID)
		if held.State != claim.Held || held.HoldReason == "" {
			t.Errorf("%+v", held.Row)
		}
		_, err := r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID})
		wantKind(t, err, errs.Conflict)
		if err := r.Release(r.ctx, c.ID, held.Version); err != nil {
			t.Fatal(err)
		}
		free := r.get(c.ID)
		if free.State != claim.Ready {
			t.Errorf("%s", free.State)
		}
		if err := r.Drop(r.ctx, c.ID, free.Version, "the patient pays"); err != nil {
			t.Fatal(err)
		}
		if got := r.get(c.ID); got.State != claim.Cancelled || r.till.asked[v] != 0 {
			t.Errorf("%s", got.State)
		}
		again := ok(r.Start(r.ctx, v))(t)
		if got := r.get(again); got.State != claim.Ready || got.Number == c.Number {
			t.Errorf("%+v", got.Row)
		}
	})
}

func TestChoices(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		refused := []claim.Choice{
			{Kind: "else", Value: "x"},
			{Kind: claim.ChooseTie, Value: "97140-GP"},
			{Kind: claim.ChooseProcedure, Subject: "petrissage", Value: "00000"},
			{Kind: claim.ChooseProcedure, Subject: "cupping", Value: "97140"},
			{Kind: claim.ChooseModifier, Subject: "97124", Value: "ZZ"},
			{Kind: claim.ChooseModifier, Subject: "97110", Value: "59"},
			{Kind: claim.ChoosePointer, Subject: "97124", Value: "3"},
			{Kind: claim.ChoosePointer, Subject: "97124", Value: "one"},
			{Kind: claim.ChooseRemark, Value: strings.Repeat("long ", 30)},
			{Kind: claim.ChooseRemark, Value: "Привет"},
		}
		for _, in := range refused {
			if err := r.Choose(r.ctx, c.ID, c.Version, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		choose := func(in claim.Choice) claim.View {
			t.Helper()
			if err := r.Choose(r.ctx, c.ID, r.get(c.ID).Version, in); err != nil {
				t.Fatal(err)
			}
			return r.get(c.ID)
		}
		got := choose(claim.Choice{Kind: claim.ChooseProcedure, Subject: "petrissage", Value: "97140"})
		if len(got.Document.Lines) != 1 || got.Document.Lines[0].Units != 4 || len(got.Choices) != 1 || got.Choices[0].By != "Terry Tester" {
			t.Errorf("%+v %+v", got.Document.Lines, got.Choices)
		}
		got = choose(claim.Choice{Kind: claim.ChooseProcedure, Subject: "petrissage"})
		got = choose(claim.Choice{Kind: claim.ChooseModifier, Subject: "97124", Value: "XS"})
		got = choose(claim.Choice{Kind: claim.ChoosePointer, Subject: "97124", Value: "2 1"})
		if l := got.Document.Lines[0]; l.Summary() != "97124 XS GP × 2" || !cmp.Equal(l.Pointers, []int{2, 1}) {
			t.Errorf("%+v", l)
		}
		wantKind(t, r.Choose(r.ctx, c.ID, 1, claim.Choice{Kind: claim.ChooseRemark, Value: "x"}), errs.Stale)
	})
}

func TestWaiving(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, first := r.claimed()
		r.send(first.ID)
		_, _, c := r.claimed()
		if !strings.Contains(words(c.Findings), "block claim.duplicate") {
			t.Fatalf("%s", words(c.Findings))
		}
		wantKind(t, r.Waive(r.ctx, c.ID, "claim.duplicate", "", " "), errs.Invalid)
		wantKind(t, r.Waive(r.ctx, c.ID, "note.signed", "", "because"), errs.NotFound)
		wantKind(t, r.Waive(r.ctx, first.ID, "claim.duplicate", "", "because"), errs.Conflict)
		if err := r.Waive(r.as(authz.Biller), c.ID, "claim.duplicate", "", "second session, other region"); err != nil {
			t.Fatal(err)
		}
		got := r.get(c.ID)
		if got.State != claim.Ready || len(got.Waivers) != 1 || got.Waivers[0].Role != "biller" || got.Waivers[0].Reason == "" {
			t.Fatalf("%s %+v\n%s", got.State, got.Waivers, words(got.Findings))
		}
		if err := r.Unwaive(r.ctx, c.ID, got.Waivers[0].ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, r.Unwaive(r.ctx, c.ID, got.Waivers[0].ID), errs.NotFound)
		if got := r.get(c.ID); got.State != claim.Blocked {
			t.Errorf("%s", got.State)
		}
		r.exec(`UPDATE payer SET contract_to = '2026-01-31' WHERE practice_id = $1`)
		wantKind(t, r.Waive(r.as(authz.Biller), c.ID, "payer.contract", "", "they said so"), errs.Denied)
		if err := r.Waive(r.as(authz.Owner), c.ID, "payer.contract", "", "they said so"); err != nil {
			t.Error(err)
		}
		r.exec(`UPDATE staff SET npi = '' WHERE practice_id = $1`)
		wantKind(t, r.Waive(r.as(authz.Owner), c.ID, "therapist.npi", "", "never mind"), errs.Denied)
	})
}

func TestInsuranceEnteredLaterAndCorrected(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		if err := r.coverages.End(r.ctx, r.patient, r.coverage, 1, served.AddDays(-1), "new job"); err != nil {
			t.Fatal(err)
		}
		if n := ok(r.RecheckAll(r.ctx, claim.Scope{Patient: r.patient}))(t); n != 1 {
			t.Errorf("%d changed", n)
		}
		if n := ok(r.RecheckAll(r.ctx, claim.Scope{}))(t); n != 0 {
			t.Errorf("%d changed again", n)
		}
		if got := r.get(c.ID); got.State != claim.Blocked || !strings.Contains(words(got.Findings), "coverage.present") {
			t.Errorf("%s\n%s", got.State, words(got.Findings))
		}
		ok(r.coverages.Add(r.ctx, r.patient, coverage.Input{Payer: r.payer, Priority: 1, MemberID: "N2", Relation: coverage.Self, FromOn: served, Share: coverage.Unknown,
			ReleaseSigned: true, BenefitsAssigned: true}))(t)
		if got := r.get(c.ID); got.State != claim.Ready || got.Document.Subscriber.MemberID != "N2" {
			t.Errorf("%s\n%s", got.State, words(got.Findings))
		}
	})
}

// Control numbers are given out in the transaction that uses them: however many
// send at once, none repeats and none is lost with a file that was refused.
func TestLawNumbersNeverRepeat(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		const people = 6
		var ids []id.Claim
		for i := range people {
			p, ref, _ := r.person(fmt.Sprint("Ana", string(rune('A'+i))), strings.Repeat(string(rune('B'+i)), 5))
			v, _ := r.session(p, ref, served, 30, 30)
			rows := ok(r.OfVisit(r.ctx, v))(t)
			if rows[0].State != claim.Ready {
				t.Fatalf("%s", words(rows[0].Findings))
			}
			ids = append(ids, rows[0].ID)
		}
		var wg sync.WaitGroup
		batches, failed := make([]claim.Batch, people), make([]error, people)
		for i, c := range ids {
			wg.Go(func() {
				batches[i], failed[i] = r.Send(r.ctx, claim.Electronic, []id.Claim{c})
			})
		}
		wg.Wait()
		seen := map[int64]bool{}
		for i, b := range batches {
			if failed[i] != nil {
				t.Errorf("%v", failed[i])
			}
			if seen[b.Interchange] || b.Interchange < 1 || b.Interchange > people || b.First < 1 || b.First > people || b.Group != b.Interchange {
				t.Errorf("number %d, set %d, group %d", b.Interchange, b.First, b.Group)
			}
			seen[b.Interchange] = true
		}
		numbers := map[string]bool{}
		for _, row := range ok(r.Board(r.ctx, claim.Filter{State: claim.Sent}))(t).Rows {
			if numbers[row.Number] {
				t.Errorf("two claims are number %s", row.Number)
			}
			numbers[row.Number] = true
		}
	})
}

// Two people sending the same claim: one sends it, the other is told.
func TestOneClaimLeavesOnce(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		var wg sync.WaitGroup
		errors := make([]error, 4)
		for i := range errors {
			wg.Go(func() { _, errors[i] = r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID}) })
		}
		wg.Wait()
		sent := 0
		for _, err := range errors {
			if err == nil {
				sent++
			} else if !errs.Is(err, errs.Conflict) {
				t.Error(err)
			}
		}
		if sent != 1 || len(ok(r.Batches(r.ctx))(t)) != 1 {
			t.Errorf("sent %d times", sent)
		}
	})
}

func TestWritesAreAudited(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		r.send(c.ID)
		r.answer(c.ID, claim.Answer{State: claim.Paid})
		seen := map[string]bool{}
		err := r.e.DB.Read(r.ctx, r.e.Practice, func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.QueryContext(ctx, `SELECT action FROM audit_entry WHERE practice_id = $1`, tx.Practice)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var a string
				if err := rows.Scan(&a); err != nil {
					return err
				}
				seen[a] = true
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []string{"claim.draft", "claim.check", "claim.send", "claim.batch", "claim.answer", "claim.view", "claim.settings", "file.add"} {
			if !seen[a] {
				t.Errorf("nothing says %s", a)
			}
		}
	})
}

func TestAVisitWithoutTreatmentMakesNoClaim(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := ok(r.visits.Plan(r.ctx, visit.Planned{Patient: r.patient, Referral: r.referral, Therapist: r.e.User, Location: r.e.Location, Date: served, Clock: r.at, Minutes: 60}))(t)
		s := ok(r.visits.SaveNote(r.ctx, v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: note.Draft{Untreated: &note.Untreated{Reason: "Chest pain at the door"}}}))(t)
		ok(r.visits.Sign(r.ctx, v.ID, s.Version))(t)
		if rows := ok(r.OfVisit(r.ctx, v.ID))(t); len(rows) != 0 {
			t.Errorf("%+v", rows)
		}
	})
}

func TestAClaimThatCannotBeDraftedUndoesTheSignature(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.till.fail = errs.New(errs.Conflict, "The till is closed.")
		v := ok(r.visits.Plan(r.ctx, visit.Planned{Patient: r.patient, Referral: r.referral, Therapist: r.e.User, Location: r.e.Location, Date: served, Clock: r.at, Minutes: 60}))(t)
		s := ok(r.visits.SaveNote(r.ctx, v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: r.written(30, 30)}))(t)
		_, err := r.visits.Sign(r.ctx, v.ID, s.Version)
		wantKind(t, err, errs.Conflict)
		r.till.fail = nil
		ok(r.visits.Sign(r.ctx, v.ID, s.Version))(t)
		if rows := ok(r.OfVisit(r.ctx, v.ID))(t); len(rows) != 1 || rows[0].Number != "100001" {
			t.Errorf("%+v", rows)
		}
	})
}
