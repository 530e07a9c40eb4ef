package checkout_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/checkout"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
	"soapstone/internal/visit"
)

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		fn(t, r)
		r.sound()
	})
}

func TestAnInsuredVisit(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45) // three units of 35
		desk := r.Actor(authz.FrontDesk)
		got := ok(r.View(desk, v))(t)
		if got.Owing.Basis != checkout.Copay || got.Owing.Total != 105_00 || got.Due != 20_00 || got.Done || got.Earlier != 0 {
			t.Fatalf("view %+v", got)
		}
		if got.Lines != nil || got.Claims != nil {
			t.Errorf("the front desk sees %v %v", got.Lines, got.Claims)
		}
		if full := r.view(v); len(full.Lines) != 1 || len(full.Claims) != 1 || full.Claims[0].Total != 105_00 {
			t.Errorf("the owner sees %+v %+v", full.Lines, full.Claims)
		}
		if b := r.account(r.dana).Balance; b != (ledger.Balance{Receivable: 20_00, Insurance: 85_00}) {
			t.Errorf("the signature charged %+v", b)
		}
		p := ok(r.Take(desk, v, cash(20_00)))(t)
		if p.Receipt != 1001 || p.Label() != "Cash" || p.On != today {
			t.Errorf("payment %+v", p)
		}
		if got = r.view(v); got.Due != 0 || !got.Done || len(got.Payments) != 1 || r.paid(v) != 20_00 {
			t.Errorf("after paying %+v, paid %s", got, r.paid(v))
		}
		acc := r.account(r.dana)
		if len(acc.Rows) != 2 || acc.Rows[0].After != 0 || acc.Rows[1].After != 20_00 || acc.Payments[p.ID].Receipt != 1001 {
			t.Errorf("account %+v", acc)
		}
	})
}

func TestAVisitWithoutInsurance(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.planned(r.pham, id.Referral{})
		if got := r.view(v); got.Due != 95_00 || got.Owing.Final || got.Done {
			t.Errorf("before signing %+v", got)
		}
		if err := r.Done(r.ctx, v); !errs.Is(err, errs.Conflict) {
			t.Errorf("checked out before signing: %v", err)
		}
		r.sign(v, 25)
		if got := r.view(v); got.Due != 55_00 || got.Owing.Basis != checkout.CashPrice || !got.Owing.Final {
			t.Errorf("after signing %+v", got)
		}
		r.must(r.Done(r.Actor(authz.FrontDesk), v))
		r.must(r.Done(r.ctx, v))
		if got := r.view(v); got.Due != 55_00 || !got.Done {
			t.Errorf("to be paid later: %+v", got)
		}
		if acc := r.account(r.pham); len(acc.Rows) != 1 || acc.Balance.Receivable != 55_00 {
			t.Errorf("account %+v", acc)
		}
		ok(r.TakeOnAccount(r.ctx, r.pham, checkout.Input{ID: id.New[id.Payment](), Amount: 55_00, Way: checkout.Check, Reference: "1042"}))(t)
		if got := r.view(v); got.Due != 0 {
			t.Errorf("paid on account: %+v", got)
		}
	})
}

func TestAPaymentBeforeTheNoteIsACreditUntilThen(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.planned(r.dana, r.ref)
		ok(r.Take(r.ctx, v, cash(20_00)))(t)
		if b := r.account(r.dana).Balance; b != (ledger.Balance{Unapplied: -20_00}) {
			t.Errorf("balance %+v", b)
		}
		if got := r.view(v); got.Due != 0 || got.Done {
			t.Errorf("before the note %+v", got)
		}
		r.sign(v, 45)
		if b := r.account(r.dana).Balance; b != (ledger.Balance{Insurance: 85_00}) {
			t.Errorf("balance %+v", b)
		}
		r.must(r.Done(r.ctx, v))
		if got := r.view(v); got.Due != 0 || !got.Done || r.paid(v) != 20_00 {
			t.Errorf("after the note %+v", got)
		}
	})
}

func TestTooMuchBecomesACredit(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		ok(r.Take(r.ctx, v, cash(50_00)))(t)
		if got := r.view(v); got.Due != 0 || got.Credit != 30_00 || r.paid(v) != 20_00 {
			t.Errorf("view %+v, paid %s", got, r.paid(v))
		}
		w := r.signed(r.dana, r.ref, 45)
		if got := r.view(w); got.Due != 0 || got.Credit != 10_00 || got.Earlier != -30_00 {
			t.Errorf("next visit %+v", got)
		}
	})
}

func TestTheClaimChanges(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.planned(r.dana, r.ref)
		doc := r.sign(v, 45)
		ok(r.Take(r.ctx, v, cash(20_00)))(t)
		in := r.plan()
		in.Share, in.Copay, in.CoinsurancePercent = coverage.Percent, 0, 20
		r.must(r.coverages.Amend(r.ctx, r.dana, r.cover, 1, in))
		if got := r.view(v); got.Changed != 105_00 || got.Due != 1_00 || got.Done {
			t.Errorf("another share: %+v", got)
		}
		r.must(r.Done(r.ctx, v))
		if got := r.view(v); got.Changed != 0 || got.Due != 1_00 || !got.Done {
			t.Errorf("charged anew: %+v", got)
		}
		ok(r.visits.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "Written in the wrong chart by mistake"}))(t)
		acc := r.account(r.dana)
		if acc.Balance != (ledger.Balance{Unapplied: -20_00}) {
			t.Errorf("after the retraction %+v", acc.Balance)
		}
		for i, row := range acc.Rows {
			if i == len(acc.Rows)-1 && row.After != 20_00 || row.Kind == ledger.Transfer {
				t.Errorf("row %+v", row)
			}
		}
		if got := r.view(v); got.Done {
			t.Errorf("still checked out: %+v", got)
		}
	})
}

func TestTheSameFormTwiceIsOnePayment(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		in := cash(20_00)
		var wg sync.WaitGroup
		got, fail := make([]checkout.Payment, 5), make([]error, 5)
		for i := range got {
			wg.Go(func() { got[i], fail[i] = r.Take(r.ctx, v, in) })
		}
		wg.Wait()
		for i := range got {
			r.must(fail[i])
			if got[i].Receipt != 1001 {
				t.Errorf("receipt %d", got[i].Receipt)
			}
		}
		in.Amount = 30_00
		if _, err := r.Take(r.ctx, v, in); !errs.Is(err, errs.Conflict) {
			t.Errorf("the form was used for another amount: %v", err)
		}
		if acc := r.account(r.dana); acc.Balance.Net() != 0 || len(acc.Payments) != 1 {
			t.Errorf("account %+v", acc)
		}
	})
}

// Many payments at once: every one counts, and their receipts have no gap.
func TestManyPaymentsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		const n = 6
		var wg sync.WaitGroup
		got, fail := make([]checkout.Payment, n), make([]error, n)
		for i := range n {
			wg.Go(func() { got[i], fail[i] = r.TakeOnAccount(r.ctx, r.pham, cash(money.Cents(i+1))) })
		}
		if _, err := r.TakeOnAccount(r.ctx, r.pham, cash(0)); !errs.Is(err, errs.Invalid) {
			t.Errorf("nothing was paid: %v", err)
		}
		wg.Wait()
		seen := map[int64]bool{}
		for i := range n {
			r.must(fail[i])
			seen[got[i].Receipt] = true
		}
		for i := range int64(n) {
			if !seen[1001+i] {
				t.Errorf("receipt %d is missing", 1001+i)
			}
		}
		if b := r.account(r.pham).Balance; b.Credit() != 21 {
			t.Errorf("balance %+v", b)
		}
	})
}

func TestTakingAPaymentBack(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		desk := r.Actor(authz.FrontDesk)
		p := ok(r.Take(desk, v, cash(20_00)))(t)
		if err := r.Reverse(desk, p.ID, " "); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		r.must(r.Reverse(desk, p.ID, "typed twice"))
		if err := r.Reverse(desk, p.ID, "typed twice"); !errs.Is(err, errs.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if got := r.view(v); got.Due != 20_00 || !got.Payments[0].Reversed || got.Payments[0].Reason != "typed twice" || r.paid(v) != 0 {
			t.Errorf("view %+v", got)
		}
		if _, err := r.Take(desk, v, checkout.Input{ID: p.ID, Amount: 20_00, Way: checkout.Cash}); !errs.Is(err, errs.Conflict) {
			t.Errorf("the old form again: %v", err)
		}
		late := ok(r.Take(desk, v, cash(20_00)))(t)
		r.Clock.Advance(24 * time.Hour)
		if err := r.Reverse(desk, late.ID, "refunded"); !errs.Is(err, errs.Denied) {
			t.Errorf("on a later day: %v", err)
		}
		r.must(r.Reverse(r.Actor(authz.Biller), late.ID, "refunded"))
		if b := r.account(r.dana).Balance; b.Receivable != 20_00 {
			t.Errorf("balance %+v", b)
		}
	})
}

func TestCardOnFile(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		in := checkout.Input{ID: id.New[id.Payment](), Amount: 20_00, Way: checkout.Card, Reference: "083412", Brand: "Visa", LastFour: "4242", Expires: "08/28", Token: "tok_Abc.1"}
		p := ok(r.Take(r.ctx, v, in))(t)
		if p.Label() != "Visa ending 4242, ref. 083412" {
			t.Errorf("label %q", p.Label())
		}
		list := r.view(v).Methods
		if len(list) != 1 || list[0].Label() != "Visa ending 4242" || list[0].Expires() != "08/28" || list[0].Token != "tok_Abc.1" {
			t.Fatalf("methods %+v", list)
		}
		again := checkout.Input{ID: id.New[id.Payment](), Amount: 5_00, Way: checkout.Card, Reference: "083413", Stored: list[0].ID}
		if p := ok(r.TakeOnAccount(r.ctx, r.dana, again))(t); p.Label() != "Visa ending 4242, ref. 083413" {
			t.Errorf("label %q", p.Label())
		}
		again.ID = id.New[id.Payment]()
		if _, err := r.TakeOnAccount(r.ctx, r.pham, again); !errs.Is(err, errs.Invalid) {
			t.Errorf("another patient's card: %v", err)
		}
		if err := r.Forget(r.ctx, r.pham, list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another patient's card: %v", err)
		}
		r.must(r.Forget(r.ctx, r.dana, list[0].ID))
		if _, err := r.TakeOnAccount(r.ctx, r.dana, again); !errs.Is(err, errs.Invalid) {
			t.Errorf("a card no longer on file: %v", err)
		}
	})
}

func TestPaymentsThatAreRefused(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	v := r.signed(r.dana, r.ref, 45)
	card := func(change func(*checkout.Input)) checkout.Input {
		in := checkout.Input{ID: id.New[id.Payment](), Amount: 1_00, Way: checkout.Card, Reference: "083412", Brand: "Visa", LastFour: "4242", Expires: "08/28", Token: "tok"}
		change(&in)
		return in
	}
	for name, c := range map[string]struct {
		in    checkout.Input
		field string
	}{
		"a negative amount":        {cash(-1), "amount"},
		"an absurd amount":         {cash(checkout.MaxPayment + 1), "amount"},
		"no way":                   {checkout.Input{ID: id.New[id.Payment](), Amount: 1}, "way"},
		"no form":                  {checkout.Input{Amount: 1, Way: checkout.Cash}, "payment"},
		"a check without number":   {checkout.Input{ID: id.New[id.Payment](), Amount: 1, Way: checkout.Check}, "reference"},
		"a card without reference": {card(func(in *checkout.Input) { in.Reference = "" }), "reference"},
		"a card number":            {card(func(in *checkout.Input) { in.Reference = "4242 4242 4242 4242" }), "reference"},
		"a card number as a token": {card(func(in *checkout.Input) { in.Token = "4242424242424242" }), "token"},
		"more than four digits":    {card(func(in *checkout.Input) { in.LastFour = "42424" }), "last_four"},
		"an expired card":          {card(func(in *checkout.Input) { in.Expires = "02/26" }), "expires"},
		"an expiry that is none":   {card(func(in *checkout.Input) { in.Expires = "13/28" }), "expires"},
		"an expiry without token":  {card(func(in *checkout.Input) { in.Token = "" }), "token"},
		"a token with blanks":      {card(func(in *checkout.Input) { in.Token = "a b" }), "token"},
		"an unknown brand":         {card(func(in *checkout.Input) { in.Brand = "Gold" }), "brand"},
	} {
		_, err := r.Take(r.ctx, v, c.in)
		if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != c.field || strings.Contains(f[0].Message, "4242") {
			t.Errorf("%s: %v %v", name, err, f)
		}
	}
	if acc := r.account(r.dana); len(acc.Payments) != 0 {
		t.Errorf("account %+v", acc)
	}
	r.sound()
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		p := ok(r.Take(r.ctx, v, cash(1_00)))(t)
		auditor := r.Actor(authz.Auditor)
		ok(r.View(auditor, v))(t)
		for name, err := range map[string]error{
			"take":       second(r.Take(auditor, v, cash(1_00))),
			"on account": second(r.TakeOnAccount(auditor, r.dana, cash(1_00))),
			"done":       r.Done(auditor, v),
			"reverse":    r.Reverse(auditor, p.ID, "typed twice"),
			"forget":     r.Forget(auditor, r.dana, id.New[id.Method]()),
		} {
			if !errs.Is(err, errs.Denied) {
				t.Errorf("%s: %v", name, err)
			}
		}
		other := newRoom(t, r.Other())
		_, _, file := other.Receipt(other.ctx, p.ID)
		for name, err := range map[string]error{
			"view":       second(other.View(other.ctx, v)),
			"account":    second(other.Account(other.ctx, r.dana, ledger.Cursor{})),
			"take":       second(other.Take(other.ctx, v, cash(1_00))),
			"on account": second(other.TakeOnAccount(other.ctx, r.dana, cash(1_00))),
			"done":       other.Done(other.ctx, v),
			"reverse":    other.Reverse(other.ctx, p.ID, "typed twice"),
			"receipt":    file,
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("another practice, %s: %v", name, err)
			}
		}
		if err := r.DB.Read(r.ctx, r.Practice, func(ctx context.Context, tx *db.Tx) error {
			_, err := r.PaidTx(authz.With(ctx, authz.Actor{Practice: r.Practice}), tx, v)
			return err
		}); !errs.Is(err, errs.Denied) {
			t.Errorf("paid: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestAReceiptStaysTheSame(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		v := r.signed(r.dana, r.ref, 45)
		p := ok(r.Take(r.ctx, v, cash(50_00)))(t)
		name, one, err := r.Receipt(r.Actor(authz.FrontDesk), p.ID)
		r.must(err)
		r.must(r.Reverse(r.ctx, p.ID, "typed twice"))
		r.Clock.Advance(48 * time.Hour)
		_, two, err := r.Receipt(r.ctx, p.ID)
		r.must(err)
		if name != "receipt-1001.pdf" || !bytes.Equal(one, two) || !bytes.HasPrefix(one, []byte("%PDF")) {
			t.Errorf("%s: %d and %d bytes", name, len(one), len(two))
		}
		if n := bytes.Count(one, []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%d pages", n)
		}
	})
}

func TestPayersThatAskThePatientForNothing(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	va := ok(r.coverages.SavePayer(r.ctx, coverage.Payer{Name: "Veterans", Profile: "va-community-care", Code: "VA001"}))(t)
	in := r.plan()
	in.Payer, in.Share, in.Copay = va, coverage.Unknown, 0
	ok(r.coverages.Add(r.ctx, r.pham, in))(t)
	v := r.signed(r.pham, id.Referral{}, 45)
	if got := r.view(v); got.Owing.Basis != checkout.NotBilled || got.Due != 0 {
		t.Errorf("view %+v", got.Owing)
	}
	r.must(r.Done(r.ctx, v))
	if b := r.account(r.pham).Balance; b.Net() != 0 || b.Insurance == 0 || !r.view(v).Done {
		t.Errorf("balance %+v", b)
	}
	r.sound()
}
