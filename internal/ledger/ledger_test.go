package ledger_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
)

var (
	today = civil.Of(2026, 3, 10)
	payer = id.MustParse[id.Payer]("0195a1b2-0000-7000-8000-00000000000a")
	dana  = id.MustParse[id.Patient]("0195a1b2-0000-7000-8000-00000000000b")
	pham  = id.MustParse[id.Patient]("0195a1b2-0000-7000-8000-00000000000c")
)

// charge is a visit of which the patient pays share.
func charge(p id.Patient, total, share money.Cents) ledger.Entry {
	e := ledger.Entry{Kind: ledger.Charge, Patient: p, On: today, Postings: []ledger.Posting{{Account: ledger.Revenue, Amount: -total}}}
	if share != 0 {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.PatientReceivable, Patient: p, Amount: share})
	}
	if total != share {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.PayerReceivable, Patient: p, Payer: payer, Amount: total - share})
	}
	return e
}

func paid(p id.Patient, amount money.Cents) ledger.Entry {
	return ledger.Entry{Kind: ledger.Payment, Patient: p, On: today, Postings: []ledger.Posting{
		{Account: ledger.Cash, Amount: amount}, {Account: ledger.PatientReceivable, Patient: p, Amount: -amount}}}
}

func TestAnEntryIsRefused(t *testing.T) {
	good := charge(dana, 130_00, 25_00)
	if err := good.Check(); err != nil {
		t.Fatalf("a good entry: %v", err)
	}
	with := func(change func(*ledger.Entry)) ledger.Entry {
		e := charge(dana, 130_00, 25_00)
		change(&e)
		return e
	}
	for name, e := range map[string]ledger.Entry{
		"that does not balance":       with(func(e *ledger.Entry) { e.Postings[0].Amount++ }),
		"of one posting":              with(func(e *ledger.Entry) { e.Postings = e.Postings[:1] }),
		"with a posting of nothing":   with(func(e *ledger.Entry) { e.Postings = append(e.Postings, ledger.Posting{Account: ledger.Cash}) }),
		"with an unknown account":     with(func(e *ledger.Entry) { e.Postings[0].Account = "pocket" }),
		"of an unknown kind":          with(func(e *ledger.Entry) { e.Kind = "gift" }),
		"without a patient":           with(func(e *ledger.Entry) { e.Patient = id.Patient{} }),
		"without a day":               with(func(e *ledger.Entry) { e.On = civil.Date{} }),
		"about another patient":       with(func(e *ledger.Entry) { e.Postings[1].Patient = pham }),
		"with a patient's revenue":    with(func(e *ledger.Entry) { e.Postings[0].Patient = dana }),
		"without its payer":           with(func(e *ledger.Entry) { e.Postings[2].Payer = id.Payer{} }),
		"with a payer of the patient": with(func(e *ledger.Entry) { e.Postings[1].Payer = payer }),
		"reversing nothing":           with(func(e *ledger.Entry) { e.Kind = ledger.Reversal }),
		"reversing as a charge":       with(func(e *ledger.Entry) { e.Reverses = id.New[id.Entry]() }),
		"with an absurd amount":       charge(dana, 2*money.Max, money.Max+1),
		"with a long memo":            with(func(e *ledger.Entry) { e.Memo = strings.Repeat("x", 201) }),
	} {
		if e.Check() == nil {
			t.Errorf("an entry %s was taken", name)
		}
	}
}

func TestReversing(t *testing.T) {
	e := charge(dana, 130_00, 25_00)
	e.ID = id.New[id.Entry]()
	r, err := e.Opposite("typed twice", today)
	if err != nil || r.Check() != nil || r.Reverses != e.ID {
		t.Fatalf("opposite: %+v, %v, %v", r, err, r.Check())
	}
	if _, err := r.Opposite("again", today); err == nil {
		t.Error("a reversal was reversed")
	}
	var b ledger.Balance
	for _, p := range append(e.Postings, r.Postings...) {
		b = b.Add(p)
	}
	if b != (ledger.Balance{}) {
		t.Errorf("an entry and its opposite leave %+v", b)
	}
}

// Whatever is posted and taken back, all accounts together stay at zero, and
// after settling nobody owes money and has a credit at once.
func TestAnySequenceBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var books []ledger.Entry
		reversed := map[id.Entry]bool{}
		post := func(e ledger.Entry) {
			if err := e.Check(); err != nil {
				t.Fatalf("%+v: %v", e, err)
			}
			e.ID = id.New[id.Entry]()
			books = append(books, e)
		}
		balance := func() (b ledger.Balance) {
			for _, e := range books {
				for _, p := range e.Postings {
					b = b.Add(p)
				}
			}
			return b
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				total := money.Cents(rapid.Int64Range(1, 500_00).Draw(t, "total"))
				post(charge(dana, total, money.Cents(rapid.Int64Range(0, int64(total)).Draw(t, "share"))))
			case 1:
				post(paid(dana, money.Cents(rapid.Int64Range(1, 500_00).Draw(t, "paid"))))
			default:
				if len(books) == 0 {
					continue
				}
				e := books[rapid.IntRange(0, len(books)-1).Draw(t, "which")]
				if e.Kind == ledger.Reversal || e.Kind == ledger.Transfer || reversed[e.ID] {
					continue
				}
				reversed[e.ID] = true
				r, err := e.Opposite("", today)
				if err != nil {
					t.Fatal(err)
				}
				post(r)
			}
			before := balance()
			if move := before.Settle(); move != 0 {
				post(ledger.Entry{Kind: ledger.Transfer, Patient: dana, On: today, Postings: []ledger.Posting{
					{Account: ledger.PatientReceivable, Patient: dana, Amount: move}, {Account: ledger.Unapplied, Patient: dana, Amount: -move}}})
			}
			b := balance()
			if b.Net() != before.Net() || b.Receivable < 0 || b.Unapplied > 0 || (b.Receivable > 0 && b.Unapplied < 0) || b.Settle() != 0 {
				t.Fatalf("settled from %+v to %+v", before, b)
			}
			if b.Owed()-b.Credit() != b.Net() {
				t.Fatalf("%+v", b)
			}
		}
		sums := map[ledger.Account]money.Cents{}
		var all money.Cents
		for _, e := range books {
			for _, p := range e.Postings {
				sums[p.Account] += p.Amount
				all += p.Amount
			}
		}
		if all != 0 || sums[ledger.Revenue] > 0 && len(reversed) == 0 {
			t.Fatalf("the books are off by %s", all)
		}
	})
}
