package claim_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

func TestSigningMakesAClaimThatIsReady(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		if c.State != claim.Ready || c.Number != "100001" || c.Total != 15000 || r.till.asked[v] != 15000 {
			t.Fatalf("%s %s %s, till %s\n%s", c.Number, c.State, c.Total, r.till.asked[v], words(c.Findings))
		}
		if c.Note != doc.ID || c.Document.Lines[0].Proof.Note != doc.ID || c.Document.Referring.Name != "Chen" || c.Document.FirstOn != served {
			t.Errorf("%+v", c.Document)
		}
		if len(c.History) < 2 || c.History[0].Kind != "draft" || c.History[0].By != "Terry Tester" || len(c.Counting.Parts) != 2 || len(c.Procedures) < 3 {
			t.Errorf("%+v %+v", c.History, c.Counting)
		}
		board := ok(r.Board(r.ctx, claim.Filter{State: claim.Ready}))(t)
		if len(board.Rows) != 1 || board.Counts[claim.Ready] != 1 || board.Rows[0].Lines[0] != "97124 GP × 2" || len(board.Payers) != 1 {
			t.Errorf("%+v", board)
		}
	})
}

func TestSelfPayMakesNoClaim(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		if err := r.coverages.MarkMistaken(r.ctx, r.patient, r.coverage, 1, "entered twice"); err != nil {
			t.Fatal(err)
		}
		v, _ := r.session(r.patient, r.referral, served, 30, 30)
		if rows := ok(r.OfVisit(r.ctx, v))(t); len(rows) != 0 {
			t.Fatalf("%+v", rows)
		}
		_, err := r.Start(r.ctx, v)
		wantKind(t, err, errs.Conflict)
		ok(r.coverages.Add(r.ctx, r.patient, coverage.Input{Payer: r.payer, Priority: 1, MemberID: "M1", Relation: coverage.Self, FromOn: day("2026-01-01"), Share: coverage.Unknown}))(t)
		c := ok(r.Start(r.ctx, v))(t)
		if got := r.get(c); got.State != claim.Ready || got.Warns == 0 {
			t.Errorf("%s\n%s", got.State, words(got.Findings))
		}
		_, err = r.Start(r.ctx, v)
		wantKind(t, err, errs.Conflict)
	})
}

func TestWhatIsMissingIsNamedAndMended(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.exec(`UPDATE staff SET npi = '' WHERE practice_id = $1`)
		_, _, c := r.claimed()
		if c.State != claim.Blocked || !strings.Contains(words(c.Findings), "block therapist.npi") {
			t.Fatalf("%s\n%s", c.State, words(c.Findings))
		}
		_, err := r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID})
		wantKind(t, err, errs.Conflict)
		if !strings.Contains(errs.PublicOf(err), "100001") || !strings.Contains(errs.PublicOf(err), "NPI") {
			t.Errorf("%q names neither claim nor cause", errs.PublicOf(err))
		}
		r.exec(`UPDATE staff SET npi = '1234567893' WHERE practice_id = $1`)
		board := ok(r.Board(r.ctx, claim.Filter{}))(t)
		if len(board.Rows) != 0 || board.Counts[claim.Ready] != 1 {
			t.Errorf("looking did not check again: %+v", board.Counts)
		}
	})
}

func TestABillerNeedsNoNote(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		biller := r.as(authz.Biller)
		if got := ok(r.Get(biller, c.ID))(t); got.State != claim.Ready {
			t.Errorf("%s\n%s", got.State, words(got.Findings))
		}
		ok(r.Send(biller, claim.Electronic, []id.Claim{c.ID}))(t)
		_, _, err := r.visits.NotesOfVisit(biller, c.Visit)
		wantKind(t, err, errs.Denied)
	})
}

func TestSendingFreezesAndNumbers(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		b := ok(r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID, c.ID}))(t)
		if b.Claims != 1 || b.Total != 15000 || b.Interchange != 1 || b.Group != 1 || b.First != 1 || b.Usage != "P" {
			t.Errorf("%+v", b)
		}
		name, kind, data, err := r.BatchFile(r.ctx, b.ID)
		if err != nil || name != "claims-000000001.837" || kind == "" {
			t.Fatal(name, kind, err)
		}
		var f sentFile
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		if f.Docs[0].Number != "100001" || f.Envelope.Interchange != 1 || f.Envelope.ReceiverID != "CH01" || f.Envelope.Phone != "3125550100" {
			t.Errorf("%+v", f)
		}
		r.exec(`UPDATE fee_line SET price_cents = 1 WHERE practice_id = $1`)
		got := r.get(c.ID)
		if got.State != claim.Sent || got.Total != 15000 || got.Document.Total != 15000 || got.Batch != b.ID {
			t.Errorf("what was sent changed: %+v", got.Row)
		}
		_, err = r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID})
		wantKind(t, err, errs.Conflict)
		wantKind(t, r.Hold(r.ctx, c.ID, got.Version, "wait"), errs.Conflict)
		batches := ok(r.Batches(r.ctx))(t)
		_, rows, err := r.Batch(r.ctx, b.ID)
		if err != nil || len(batches) != 1 || len(rows) != 1 || rows[0].State != claim.Sent {
			t.Error(batches, rows, err)
		}
	})
}

func TestSendingIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, good := r.claimed()
		p, ref, _ := r.person("Ana", "Núñez")
		r.exec(`UPDATE patient SET address_line = '' WHERE practice_id = $1 AND last_name = 'Núñez'`)
		v, _ := r.session(p, ref, served, 30, 30)
		bad := ok(r.OfVisit(r.ctx, v))(t)[0]
		_, err := r.Send(r.ctx, claim.Electronic, []id.Claim{good.ID, bad.ID})
		wantKind(t, err, errs.Conflict)
		if got := r.get(good.ID); got.State != claim.Ready {
			t.Errorf("one of two was sent: %s", got.State)
		}
		r.files.refuse = errs.New(errs.Invalid, "Loop 2010AA is wrong.")
		_, err = r.Send(r.ctx, claim.Electronic, []id.Claim{good.ID})
		wantKind(t, err, errs.Conflict)
		r.files.refuse = nil
		b := ok(r.Send(r.ctx, claim.Electronic, []id.Claim{good.ID}))(t)
		if b.Interchange != 1 {
			t.Errorf("a file that was never sent took number %d", b.Interchange)
		}
	})
}

// Every way by which a claim's content leaves the program.
func TestABlockedClaimLeavesByNoRoute(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.exec(`UPDATE practice SET tax_id = '' WHERE practice_id = $1`)
		v, _, c := r.claimed()
		if c.State != claim.Blocked {
			t.Fatal(c.State)
		}
		for _, m := range []claim.Medium{claim.Electronic, claim.OnPaper} {
			_, err := r.Send(r.ctx, m, []id.Claim{c.ID})
			wantKind(t, err, errs.Conflict)
		}
		for _, drawn := range []bool{true, false} {
			ok(r.PaperForm(r.ctx, c.ID, drawn))(t)
			if o := r.files.forms[len(r.files.forms)-1]; o.Watermark != claim.Preview || !o.Drawn {
				t.Errorf("drawn %v gave %+v", drawn, o)
			}
		}
		_, err := r.Superbill(r.ctx, v)
		wantKind(t, err, errs.Conflict)
		if !strings.Contains(errs.PublicOf(err), "tax number") {
			t.Errorf("%q", errs.PublicOf(err))
		}
		for _, b := range ok(r.Batches(r.ctx))(t) {
			t.Errorf("batch %v", b)
		}
	})
}

// A draft whose record was spoiled behind its back is checked again at the door.
func TestSendingChecksAgain(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		for _, spoil := range []string{
			`UPDATE staff SET license_expires = '2026-03-08' WHERE practice_id = $1`,
			`UPDATE signed_note SET state = 'retracted' WHERE practice_id = $1`,
			`UPDATE referral SET ends_on = '2026-03-08' WHERE practice_id = $1`,
			`UPDATE referral_diagnosis SET code = 'M54.5' WHERE practice_id = $1 AND position = 1`,
			`UPDATE fee_line SET price_cents = 0 WHERE practice_id = $1`,
		} {
			r.exec(spoil)
			_, err := r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID})
			wantKind(t, err, errs.Conflict)
		}
	})
}

func TestPaperGoesOutOnceSent(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		ok(r.PaperForm(r.ctx, c.ID, false))(t)
		if o := r.files.forms[0]; o.Watermark == "" {
			t.Error("a claim that was not sent is fit for submission")
		}
		b := ok(r.Send(r.ctx, claim.OnPaper, []id.Claim{c.ID}))(t)
		if b.Interchange != 0 || b.Receiver != "" {
			t.Errorf("%+v", b)
		}
		data := ok(r.PaperForm(r.ctx, c.ID, false))(t)
		if o := r.files.forms[len(r.files.forms)-1]; o.Watermark != "" || o.Drawn || o.SignedOn != today {
			t.Errorf("%+v", o)
		}
		if !bytes.Contains(data, []byte(`"100001"`)) {
			t.Error("not the claim")
		}
	})
}

func TestSuperbill(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		if err := r.coverages.MarkMistaken(r.ctx, r.patient, r.coverage, 1, "pays herself"); err != nil {
			t.Fatal(err)
		}
		v, doc := r.session(r.patient, r.referral, served, 30, 30)
		var b claim.Superbill
		if err := json.Unmarshal(ok(r.Superbill(r.ctx, v))(t), &b); err != nil {
			t.Fatal(err)
		}
		if b.Total != 15000 || b.Note != doc.ID || len(b.Diagnoses) != 2 || len(b.Lines) != 2 || b.Patient.LastName != "Okafor" || b.Referring == nil {
			t.Errorf("%+v", b)
		}
		if err := r.referrals.Close(r.ctx, r.patient, r.referral, 1, "error", "wrong chart"); err != nil {
			t.Fatal(err)
		}
		_, err := r.Superbill(r.ctx, v)
		wantKind(t, err, errs.Conflict)
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, doc, c := r.claimed()
		desk, auditor := r.as(authz.FrontDesk), r.as(authz.Auditor)
		_, err := r.Get(desk, c.ID)
		wantKind(t, err, errs.Denied)
		_, err = r.Board(desk, claim.Filter{})
		wantKind(t, err, errs.Denied)
		_, err = r.Superbill(desk, v)
		wantKind(t, err, errs.Denied)
		ok(r.Get(auditor, c.ID))(t)
		_, err = r.Send(auditor, claim.Electronic, []id.Claim{c.ID})
		wantKind(t, err, errs.Denied)
		_, _, _, err = r.BatchFile(auditor, id.New[id.Batch]())
		wantKind(t, err, errs.Denied)
		wantKind(t, r.Hold(auditor, c.ID, c.Version, "x"), errs.Denied)
		wantKind(t, r.Waive(auditor, c.ID, "claim.duplicate", "", "x"), errs.Denied)
		wantKind(t, r.RecordAnswer(auditor, c.ID, c.Version, claim.Answer{State: claim.Paid}), errs.Denied)
		_, err = r.Start(auditor, v)
		wantKind(t, err, errs.Denied)
		wantKind(t, r.SaveSettings(r.as(authz.Therapist), claim.Settings{}), errs.Denied)
		wantKind(t, r.Choose(auditor, c.ID, c.Version, claim.Choice{Kind: claim.ChooseRemark, Value: "x"}), errs.Denied)
		_, err = r.Correct(auditor, c.ID, "x")
		wantKind(t, err, errs.Denied)
		_ = doc
	})
}

func TestAnotherPracticeFindsNothing(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v, _, c := r.claimed()
		b := ok(r.Send(r.ctx, claim.OnPaper, []id.Claim{c.ID}))(t)
		o := r.e.Other().Actor()
		_, err := r.Get(o, c.ID)
		wantKind(t, err, errs.NotFound)
		_, err = r.Send(o, claim.OnPaper, []id.Claim{c.ID})
		wantKind(t, err, errs.NotFound)
		_, _, _, err = r.BatchFile(o, b.ID)
		wantKind(t, err, errs.NotFound)
		_, _, err = r.Batch(o, b.ID)
		wantKind(t, err, errs.NotFound)
		_, err = r.PaperForm(o, c.ID, true)
		wantKind(t, err, errs.NotFound)
		_, err = r.Superbill(o, v)
		wantKind(t, err, errs.NotFound)
		_, err = r.Start(o, v)
		wantKind(t, err, errs.NotFound)
		_, err = r.OfPatient(o, r.patient)
		wantKind(t, err, errs.NotFound)
		wantKind(t, r.Hold(o, c.ID, 1, "x"), errs.NotFound)
		_, err = r.Void(o, c.ID, "x")
		wantKind(t, err, errs.NotFound)
		if rows := ok(r.OfVisit(o, v))(t); len(rows) != 0 {
			t.Error("another practice’s claims")
		}
		if board := ok(r.Board(o, claim.Filter{State: claim.Sent}))(t); len(board.Rows) != 0 || board.Counts[claim.Sent] != 0 {
			t.Error("another practice’s board")
		}
	})
}
