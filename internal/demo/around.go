package demo

import (
	"context"
	"fmt"

	"soapstone/internal/pdf"
)

// around is what comes from outside and what staff keep for themselves: who else
// treats, papers that wait to be filed, and the wallets of those who treat.
func (b *builder) around(all []*course) {
	yesterday := b.today.AddDays(-1)
	b.at(yesterday, 14, 20, func(ctx context.Context) error {
		for _, who := range []string{"maya", "jon"} {
			if b.Credentials == nil {
				return nil
			}
			if err := b.Credentials.Invent(b.as(ctx, who), b.today); err != nil {
				return fmt.Errorf("credentials of %s: %w", who, err)
			}
		}
		return nil
	})
	for _, s := range all {
		if s.n%6 == 1 && s.next == nil && len(s.visits) > 0 && b.today.DaysSince(s.visits[len(s.visits)-1]) < 30 && s.visits[0].Before(yesterday) {
			b.at(yesterday, 14, 30+s.n%25, func(ctx context.Context) error { return b.team(ctx, s) })
		}
	}
	b.at(yesterday, 15, 40, func(ctx context.Context) error { return b.mail(ctx, all) })
}

// team is who else treats a patient.
func (b *builder) team(ctx context.Context, s *course) error {
	if b.CareTeams == nil || s.pid.IsZero() {
		return nil
	}
	if err := b.CareTeams.Invent(b.as(ctx, s.therapist), s.pid, b.today); err != nil {
		return fmt.Errorf("care team of %s %s: %w", s.first, s.last, err)
	}
	return nil
}

// mail is what came by fax and scanner since yesterday: some of it with the name
// of a patient, some without.
func (b *builder) mail(ctx context.Context, all []*course) error {
	if b.Inbox == nil {
		return nil
	}
	d := pdf.New(pdf.Meta{Title: "Facsimile", Subtitle: "One page", Practice: "Harbor Spine and Pain", Created: b.clock.Now()})
	d.KeyValues(pdf.KV{Label: "To", Text: "Lakeside Medical Massage"}, pdf.KV{Label: "About", Text: "A patient in common; all people are invented"})
	page, err := d.Bytes()
	if err != nil {
		return err
	}
	names := []string{"fax page 1.pdf", "scan 0412.pdf"}
	for _, s := range all {
		if len(names) < 6 && !s.pid.IsZero() && s.n%11 == 3 {
			names = append(names, fmt.Sprintf("%s %s %s.pdf", s.first, s.last, s.born))
		}
	}
	if err := b.Inbox.Invent(b.as(ctx, "ines"), page, names...); err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	return nil
}
