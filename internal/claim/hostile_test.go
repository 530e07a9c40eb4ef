package claim_test

import (
	"strings"
	"testing"

	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
)

// shorter corrects the minutes of the first technique of a note.
func (r *room) shorter(doc id.Document) {
	r.t.Helper()
	ok(r.visits.Addend(r.ctx, doc, visit.NewAddendum{Reason: "wrong clock", Text: "Shorter.", Minutes: map[int]int{0: 15}}))(r.t)
}

func TestRetractingANoteWhoseReplacementIsNotSent(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		r.shorter(doc.ID)
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong visit", TookPlace: true}))(t)
		rows := ok(r.OfVisit(r.ctx, v))(t)
		if len(rows) != 3 || rows[0].Frequency != claim.Void || rows[1].State != claim.Cancelled || r.get(rows[0].ID).Replaces != c.ID || r.till.asked[v] != 0 {
			t.Errorf("%+v", rows)
		}
	})
}

func TestNoSuperbillWhileAnyClaimIsOut(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		r.shorter(doc.ID)
		_, err := r.Superbill(r.ctx, v)
		wantKind(t, err, errs.Conflict)
	})
}

func TestTheSameServiceTwiceInOneBatch(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, one := r.claimed()
		_, _, two := r.claimed()
		_, err := r.Send(r.ctx, claim.Electronic, []id.Claim{one.ID, two.ID})
		wantKind(t, err, errs.Conflict)
		if !strings.Contains(errs.PublicOf(err), one.Number) || !strings.Contains(errs.PublicOf(err), two.Number) {
			t.Errorf("%q", errs.PublicOf(err))
		}
		r.send(one.ID)
		if got := r.get(two.ID); got.State != claim.Blocked {
			t.Errorf("%s", got.State)
		}
	})
}

func TestAReplacementStaysWithItsPayer(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		r.send(c.ID)
		r.answer(c.ID, claim.Answer{State: claim.Denied, PayerNumber: "PCN-1", Text: "not insured"})
		other := ok(r.coverages.SavePayer(r.ctx, coverage.Payer{Name: "Second Health", Profile: "commercial", Code: "EX002",
			Overrides: coverage.Overrides{TherapistPayable: coverage.Yes, Modifiers: "GP", Source: "provider manual", CheckedOn: today}}))(t)
		ok(r.coverages.SaveEnrolment(r.ctx, coverage.Enrolment{Payer: other, User: r.e.User, FromOn: day("2025-01-01")}))(t)
		if err := r.coverages.MarkMistaken(r.ctx, r.patient, r.coverage, 1, "old card"); err != nil {
			t.Fatal(err)
		}
		ok(r.coverages.Add(r.ctx, r.patient, coverage.Input{Payer: other, Priority: 1, MemberID: "N2", Relation: coverage.Self, FromOn: day("2026-01-01"), Share: coverage.Unknown,
			ReleaseSigned: true, BenefitsAssigned: true}))(t)
		next := r.get(ok(r.Correct(r.ctx, c.ID, "other insurance"))(t))
		if next.State != claim.Blocked || !strings.Contains(words(next.Findings), "block claim.earlier") {
			t.Errorf("%s %s %s\n%s", next.State, next.Document.Payer.Name, next.Document.PayerNumber, words(next.Findings))
		}
	})
}

func TestAReplacementKeepsWhatWasChosen(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		if err := r.Choose(r.ctx, c.ID, c.Version, claim.Choice{Kind: claim.ChooseModifier, Subject: "97124", Value: "XS"}); err != nil {
			t.Fatal(err)
		}
		r.send(c.ID)
		r.shorter(doc.ID)
		next := r.get(ok(r.OfVisit(r.ctx, v))(t)[0].ID)
		if got := next.Document.Lines[0].Summary(); got != "97124 XS GP × 1" || len(next.Choices) != 1 {
			t.Errorf("%s %+v", got, next.Choices)
		}
	})
}

func TestVisitsPlannedUnderNoPrescriptionUseItUp(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.exec(`UPDATE referral SET visits_ordered = 2 WHERE practice_id = $1`)
		var last claim.Row
		for i := range 3 {
			v, _ := r.session(r.patient, id.Referral{}, served.AddDays(i-4), 30, 30)
			last = ok(r.OfVisit(r.ctx, v))(t)[0]
		}
		if got := r.get(last.ID); got.State != claim.Blocked || !strings.Contains(words(got.Findings), "block prescription.visits") {
			t.Errorf("%s\n%s", got.State, words(got.Findings))
		}
	})
}

func TestTheVoidOfARetractedNoteIsNotDropped(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong visit", TookPlace: true}))(t)
		void := r.get(ok(r.OfVisit(r.ctx, v))(t)[0].ID)
		wantKind(t, r.Drop(r.ctx, void.ID, void.Version, "too much work"), errs.Conflict)
		r.answer(c.ID, claim.Answer{State: claim.Rejected, Text: "never arrived"})
		if err := r.Drop(r.ctx, void.ID, r.get(void.ID).Version, "it never arrived"); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatWasVoidedIsAskedOfAnotherPayer(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, _, c := r.claimed()
		r.send(c.ID)
		r.answer(c.ID, claim.Answer{State: claim.Denied, PayerNumber: "PCN-1", Text: "not insured"})
		void := ok(r.Void(r.ctx, c.ID, "other insurance"))(t)
		_, err := r.Start(r.ctx, v)
		wantKind(t, err, errs.Conflict)
		r.send(void)
		_, err = r.Start(r.ctx, v)
		wantKind(t, err, errs.Conflict)
		r.answer(void, claim.Answer{State: claim.Paid})
		next := r.get(ok(r.Start(r.ctx, v))(t))
		if next.State != claim.Ready || next.Frequency != claim.Original || r.till.asked[v] != 15000 {
			t.Errorf("%s %s\n%s", next.State, next.Frequency, words(next.Findings))
		}
		_, err = r.Start(r.ctx, v)
		wantKind(t, err, errs.Conflict)
	})
}

func TestAReplacedClaimIsNotStartedAgain(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		r.answer(c.ID, claim.Answer{State: claim.Paid, PayerNumber: "PCN-1"})
		r.shorter(doc.ID)
		next := ok(r.OfVisit(r.ctx, v))(t)[0].ID
		r.send(next)
		r.answer(next, claim.Answer{State: claim.Paid})
		_, err := r.Start(r.ctx, v)
		wantKind(t, err, errs.Conflict)
	})
}

// A form fit for submission is made of a claim that is out and of no other.
func TestAFormThatCameBackIsNotFitForSubmission(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, doc, c := r.claimed()
		marked := func() bool {
			ok(r.PaperForm(r.ctx, c.ID, false))(t)
			o := r.files.forms[len(r.files.forms)-1]
			return o.Watermark == claim.Preview && o.Drawn
		}
		r.send(c.ID)
		if marked() {
			t.Error("a claim that is out has a watermark")
		}
		r.answer(c.ID, claim.Answer{State: claim.Rejected, Text: "member not found"})
		if !marked() {
			t.Error("a rejected claim can be sent by mail")
		}
		ok(r.Correct(r.ctx, c.ID, "card copied again"))(t)
		r.send(c.ID)
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong visit", TookPlace: true}))(t)
		if !marked() {
			t.Error("a claim of a retracted note can be sent by mail")
		}
	})
}

func TestAReplacementThatAsksForLessIsNotDropped(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		r.shorter(doc.ID)
		next := r.get(ok(r.OfVisit(r.ctx, v))(t)[0].ID)
		wantKind(t, r.Drop(r.ctx, next.ID, next.Version, "too much work"), errs.Conflict)
		if !r.get(c.ID).MayVoid {
			t.Error("the page offers no void")
		}
		void := r.get(ok(r.Void(r.ctx, c.ID, "all of it was wrong"))(t))
		if r.get(c.ID).MayVoid {
			t.Error("the page offers a second void")
		}
		if got := r.get(next.ID); got.State != claim.Cancelled || void.Replaces != c.ID {
			t.Errorf("%s %+v", got.State, void.Row)
		}
		if err := r.Drop(r.ctx, void.ID, void.Version, "it was not"); err != nil {
			t.Fatal(err)
		}
		if rows := ok(r.OfVisit(r.ctx, v))(t); rows[0].Frequency != claim.Replacement || rows[0].Total != 11500 || r.till.asked[v] != 11500 {
			t.Errorf("%+v, till %s", rows[0], r.till.asked[v])
		}
	})
}

// Drafts do not use up an authorization against one another: the first care
// leaves first.
func TestDraftsShareAnAuthorization(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		units := int64(8)
		ok(r.referrals.AddAuthorisation(r.ctx, r.patient, r.referral, referral.AuthorisationInput{PayerName: "Example Health", Number: "A100", FromOn: day("2026-02-01"), ToOn: day("2026-04-01"), Units: &units}))(t)
		var states []claim.State
		var last id.Claim
		var views []id.Claim
		for i := range 3 {
			v, _ := r.session(r.patient, r.referral, served.AddDays(i-3), 30, 30)
			last = ok(r.OfVisit(r.ctx, v))(t)[0].ID
			views = append(views, last)
		}
		for _, c := range views {
			states = append(states, r.get(c).State)
		}
		if states[0] != claim.Ready || states[1] != claim.Ready || states[2] != claim.Blocked {
			t.Errorf("%v\n%s", states, words(r.get(views[0]).Findings))
		}
	})
}

// A payer may refuse to take a claim back. The claim then stands, and can be
// corrected and voided again.
func TestAVoidThatWasDenied(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		r.send(c.ID)
		r.answer(c.ID, claim.Answer{State: claim.Paid, PayerNumber: "PCN-1"})
		void := ok(r.Void(r.ctx, c.ID, "wrong day"))(t)
		r.send(void)
		r.answer(void, claim.Answer{State: claim.Denied, Text: "too late to take back"})
		if r.till.asked[v] != 15000 || !r.get(c.ID).ReplacedBy.IsZero() {
			t.Errorf("till %s, corrected by %v", r.till.asked[v], r.get(c.ID).ReplacedBy)
		}
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong visit", TookPlace: true}))(t)
		again := r.get(ok(r.OfVisit(r.ctx, v))(t)[0].ID)
		if again.ID == void || again.Frequency != claim.Void || again.State != claim.Ready || again.Replaces != c.ID {
			t.Errorf("%+v\n%s", again.Row, words(again.Findings))
		}
		wantKind(t, r.RecordAnswer(r.ctx, void, r.get(void).Version, claim.Answer{State: claim.Paid}), errs.Conflict)
	})
}
