package claim_test

import (
	"testing"

	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

func TestBoardPages(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		const all = claim.PageSize + 3
		on := day("2026-02-02")
		r.exec(`UPDATE referral SET visits_ordered = 200 WHERE practice_id = $1`)
		for i := range all {
			r.at = (8 + i/36) * 60 // a second session of a day comes later
			r.session(r.patient, r.referral, on.AddDays(i%36), 30, 30)
		}
		seen := map[id.Claim]bool{}
		f := claim.Filter{State: claim.Ready}
		for pages := 0; ; pages++ {
			b := ok(r.Board(r.ctx, f))(t)
			for _, row := range b.Rows {
				if seen[row.ID] {
					t.Errorf("%s twice", row.Number)
				}
				seen[row.ID] = true
			}
			if b.Counts[claim.Ready]+b.Counts[claim.Blocked] != all {
				t.Errorf("%v", b.Counts)
			}
			if f.Cursor = b.Next; f.Cursor == "" {
				if pages > 1 {
					t.Errorf("%d pages", pages+1)
				}
				break
			}
		}
		if len(seen) < claim.PageSize {
			t.Errorf("%d of %d claims", len(seen), all)
		}
		if b := ok(r.Board(r.ctx, claim.Filter{State: claim.Ready, Payer: r.payer, From: on, To: on}))(t); len(b.Rows) != 2 {
			t.Errorf("%d claims of a payer and day", len(b.Rows))
		}
		if b := ok(r.Board(r.ctx, claim.Filter{State: claim.Ready, Payer: id.New[id.Payer]()}))(t); len(b.Rows) != 0 {
			t.Error("claims of a payer that is not there")
		}
		for _, bad := range []claim.Filter{{State: "else"}, {Cursor: "x"}, {Cursor: "2026-01-01_x"}} {
			_, err := r.Board(r.ctx, bad)
			wantKind(t, err, errs.Invalid)
		}
	})
}
