package claim_test

import (
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// A file that is marked as a test is made and kept; its claims stay ready.
func TestATestFileSendsNothing(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		set := ok(r.Settings(r.ctx))(t)
		set.Usage = "T"
		if err := r.SaveSettings(r.ctx, set); err != nil {
			t.Fatal(err)
		}
		b := ok(r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID}))(t)
		if !b.Test() || b.Claims != 1 {
			t.Errorf("%+v", b)
		}
		v := ok(r.Get(r.ctx, c.ID))(t)
		if v.State != claim.Ready || v.Electronic || v.History[len(v.History)-1].Kind != "test" {
			t.Errorf("%s, electronic %v, %+v", v.State, v.Electronic, v.History)
		}
		if board := ok(r.Board(r.ctx, claim.Filter{State: claim.Ready}))(t); len(board.Rows) != 1 || board.Ready != c.Total {
			t.Errorf("%d ready for %s", len(board.Rows), board.Ready)
		}
		set = ok(r.Settings(r.ctx))(t)
		set.Usage = "P"
		if err := r.SaveSettings(r.ctx, set); err != nil {
			t.Fatal(err)
		}
		ok(r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID}))(t)
		if v := ok(r.Get(r.ctx, c.ID))(t); v.State != claim.Sent || !v.Electronic {
			t.Errorf("%s, electronic %v", v.State, v.Electronic)
		}
	})
}

// What left as a file is no form to mail, unless somebody says why.
func TestFormOfAnElectronicClaimIsMarked(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, _, c := r.claimed()
		_, err := r.PaperCopy(r.ctx, c.ID, "The payer asked for paper")
		wantKind(t, err, errs.Conflict)
		ok(r.Send(r.ctx, claim.Electronic, []id.Claim{c.ID}))(t)
		for _, drawn := range []bool{true, false} {
			ok(r.PaperForm(r.ctx, c.ID, drawn))(t)
			if o := r.files.forms[len(r.files.forms)-1]; o.Watermark != claim.Electronically || !o.Drawn {
				t.Errorf("drawn %v gave %+v", drawn, o)
			}
		}
		_, err = r.PaperCopy(r.ctx, c.ID, " ")
		wantKind(t, err, errs.Invalid)
		_, err = r.PaperCopy(r.as(authz.Auditor), c.ID, "x")
		wantKind(t, err, errs.Denied)
		_, err = r.PaperCopy(r.e.Other().Actor(), c.ID, "x")
		wantKind(t, err, errs.NotFound)
		ok(r.PaperCopy(r.ctx, c.ID, "The payer asked for paper"))(t)
		if o := r.files.forms[len(r.files.forms)-1]; o.Watermark != "" || o.Drawn {
			t.Errorf("%+v", o)
		}
		v := ok(r.Get(r.ctx, c.ID))(t)
		if last := v.History[len(v.History)-1]; last.Kind != "copy" || last.Detail != "The payer asked for paper" || v.State != claim.Sent {
			t.Errorf("%+v", last)
		}
	})
}
