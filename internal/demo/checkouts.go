package demo

import (
	"context"
	"fmt"
	"time"

	"soapstone/internal/checkout"
	"soapstone/internal/coverage"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/visit/note"
)

// recent is how many days back patients pay at the desk. Before, the practice
// sent them statements.
const recent = 14

// checkOut is the desk after a session: the patient pays what is due at once, or
// leaves it on the account.
func (b *builder) checkOut(ctx context.Context, s *course, i int) error {
	if b.Checkouts == nil {
		return nil
	}
	desk := b.as(ctx, "ines")
	due := b.due(s, i)
	old := b.today.DaysSince(s.visits[i]) > recent
	if old {
		s.owes += due
	}
	switch {
	case old && s.pays != self:
		return nil // the claim has charged it
	case old, due == 0, s.slow():
		return b.Checkouts.Done(desk, s.ids[i])
	}
	in := checkout.Input{ID: id.New[id.Payment](), Amount: due, Way: checkout.Card, Reference: fmt.Sprintf("T%06d", 410_000+s.n*97+i), Brand: "Visa", LastFour: fmt.Sprintf("%04d", (1100+s.n*83)%10000)}
	switch s.n % 5 {
	case 1:
		in = checkout.Input{ID: in.ID, Amount: due, Way: checkout.Cash}
	case 3:
		in = checkout.Input{ID: in.ID, Amount: due, Way: checkout.Check, Reference: fmt.Sprint(200 + s.n + i)}
	case 2, 4:
		if !s.onFile { // to be charged again next time
			s.onFile = true
			in.Token, in.Expires = fmt.Sprintf("tok_demo_%04d", s.n), fmt.Sprintf("08/%02d", (b.today.Year+2)%100)
		}
	}
	paid, err := b.Checkouts.Take(desk, s.ids[i], in)
	if err != nil {
		return fmt.Errorf("payment of %s %s: %w", s.first, s.last, err)
	}
	if b.told[paidWrongly] || in.Way != checkout.Cash {
		return nil
	}
	b.told[paidWrongly] = true // taken back at once, and taken again as what it was
	if err := b.Checkouts.Reverse(desk, paid.ID, "It was a check, not cash"); err != nil {
		return fmt.Errorf("taking a payment back: %w", err)
	}
	_, err = b.Checkouts.Take(desk, s.ids[i], checkout.Input{ID: id.New[id.Payment](), Amount: due, Way: checkout.Check, Reference: "1184"})
	return err
}

// slow says that the patient does not pay at once.
func (s *course) slow() bool { return s.n%11 == 5 }

// statement is what patients pay for the weeks behind them, by check or card.
func (b *builder) statement(ctx context.Context, all []*course) error {
	if b.Checkouts == nil {
		return nil
	}
	desk := b.as(ctx, "ines")
	for _, s := range all {
		if s.owes == 0 || s.slow() {
			continue
		}
		in := checkout.Input{ID: id.New[id.Payment](), Amount: s.owes, Way: checkout.Check, Reference: fmt.Sprint(600 + s.n)}
		if s.n%2 == 0 {
			in.Way, in.Reference, in.Brand, in.LastFour = checkout.Card, fmt.Sprintf("S%06d", 520_000+s.n*97), "Mastercard", fmt.Sprintf("%04d", (1100+s.n*83)%10000)
		}
		if _, err := b.Checkouts.TakeOnAccount(desk, s.pid, in); err != nil {
			return fmt.Errorf("statement of %s %s: %w", s.first, s.last, err)
		}
		s.owes = 0
		b.pass(time.Minute)
	}
	return nil
}

// due is what the patient pays at the desk: the price of the minutes, or the
// copay. A share of what the payer allows is asked for later.
func (b *builder) due(s *course, i int) money.Cents {
	switch in := b.cards[s]; {
	case s.untreated == i && i > 0:
		return 0
	case s.pays == self:
		price, _ := fee.Fit(cashPrices, int64(note.Draft{Interventions: b.treatment(s, i)}.Minutes()))
		return price.Price
	case in.Share == coverage.Copay:
		return in.Copay
	}
	return 0
}
