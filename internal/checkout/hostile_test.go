package checkout_test

import (
	"testing"

	"soapstone/internal/checkout"
	"soapstone/internal/ledger"
	"soapstone/internal/visit"
)

// Retracting a note and writing it again charges once.
func TestRetractAndSignAgain(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.planned(r.dana, r.ref)
		doc := r.sign(v, 45)
		p := ok(r.Take(r.ctx, v, cash(20_00)))(t)
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "wrong minutes", TookPlace: true}))(t)
		r.sign(v, 30)
		if b := r.account(r.dana).Balance; b != (ledger.Balance{Insurance: 50_00}) {
			t.Errorf("%+v", b)
		}
		r.must(r.Reverse(r.ctx, p.ID, "typed twice"))
		if b := r.account(r.dana).Balance; b != (ledger.Balance{Receivable: 20_00, Insurance: 50_00}) {
			t.Errorf("%+v", b)
		}
	})
}

func TestDroppedThenStartedAgain(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		c := ok(r.claims.OfVisit(r.ctx, v))(t)[0]
		ok(r.Take(r.ctx, v, cash(20_00)))(t)
		r.must(r.claims.Drop(r.ctx, c.ID, c.Version, "the patient pays"))
		ok(r.claims.Start(r.ctx, v))(t)
		if b := r.account(r.dana).Balance; b != (ledger.Balance{Insurance: 85_00}) {
			t.Errorf("%+v", b)
		}
	})
}

// Whoever dropped the claim lets the patient pay: nobody else owes anything.
func TestDroppedClaimLeavesNoDebtOfThePayer(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		c := ok(r.claims.OfVisit(r.ctx, v))(t)[0]
		r.must(r.claims.Drop(r.ctx, c.ID, c.Version, "the patient pays"))
		r.must(r.Done(r.ctx, v))
		if b := r.account(r.dana).Balance; b.Insurance != 0 || b.Receivable <= 0 {
			t.Errorf("%+v", b)
		}
	})
}

func TestCardNumbersBehindOtherSeparators(t *testing.T) {
	for _, s := range []string{"4242 - 4242 - 4242 - 4242", "4242_4242_4242_4242", "4242  4242  4242  4242", "4242 – 4242 – 4242 – 4242 12/27"} {
		if !checkout.LooksLikeCard(s) {
			t.Errorf("%q", s)
		}
	}
}
