package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

// filed is a session whose claim is on its way.
type filed struct {
	course *course
	i      int
	claim  id.Claim
}

func (f filed) visit() id.Visit { return f.course.ids[f.i] }

// Claims leave every four weeks, the last time nine days ago: what was treated
// since waits for the next.
const (
	batchEvery = 28
	batchLast  = 9
	batches    = 26
	answerIn   = 17 // days until the payers have answered
)

// sendable reports whether claims can leave by a medium.
func (b *builder) sendable(m claim.Medium) bool {
	if m == claim.OnPaper {
		return b.Claims.Paper != nil
	}
	return b.Claims.X12 != nil
}

// file plans the batches of claims and what becomes of them.
func (b *builder) file() {
	for k := batches - 1; k >= 0; k-- {
		day := workday(b.today.AddDays(-batchLast - batchEvery*k))
		b.at(day, 18, 10, func(ctx context.Context) error { return b.sendAll(ctx, day) })
	}
	yesterday := b.today.AddDays(-1)
	b.at(yesterday, 17, 40, b.hold)
}

// workday is d, or the Friday before it.
func workday(d civil.Date) civil.Date {
	for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		d = d.AddDays(-1)
	}
	return d
}

// rows are the newest claims of sessions, as they stand; a session without a
// claim is left out.
func (b *builder) rows(walt context.Context, of []filed) (out []filed, rows []claim.Row, err error) {
	err = b.DB.Read(walt, b.prac, func(ctx context.Context, tx *db.Tx) error {
		out, rows = nil, nil
		for _, f := range of {
			all, err := b.Claims.OfVisitTx(ctx, tx, f.visit())
			if err != nil {
				return err
			}
			if len(all) > 0 {
				f.claim = all[0].ID
				out, rows = append(out, f), append(rows, all[0])
			}
		}
		return nil
	})
	return out, rows, err
}

// sendAll lets every claim leave that is ready: by file, and on paper to the
// payer that takes nothing else.
func (b *builder) sendAll(ctx context.Context, day civil.Date) error {
	walt := b.as(ctx, "walt")
	of, rows, err := b.rows(walt, b.drafts)
	if err != nil {
		return err
	}
	go837, paper := []filed{}, []filed{}
	b.drafts = nil
	for k, r := range rows {
		switch f := of[k]; {
		case r.State != claim.Ready:
			b.drafts = append(b.drafts, f)
		case f.course.pays == auto && b.sendable(claim.OnPaper):
			paper = append(paper, f)
		case f.course.pays != auto && b.sendable(claim.Electronic):
			go837 = append(go837, f)
		default:
			b.drafts = append(b.drafts, f)
		}
	}
	for _, send := range []struct {
		by   claim.Medium
		list []filed
	}{{claim.Electronic, go837}, {claim.OnPaper, paper}} {
		if len(send.list) == 0 {
			continue
		}
		var ids []id.Claim
		for _, f := range send.list {
			ids = append(ids, f.claim)
		}
		if _, err := b.Claims.Send(walt, send.by, ids); err != nil {
			return fmt.Errorf("sending %d claims by %s: %w", len(ids), send.by, err)
		}
		b.sum.Claims += len(ids)
		b.pass(time.Minute)
		b.await(day, send.by, send.list)
	}
	return nil
}

// await plans the answers to a batch: what was wrong with a file is told at
// once, what the payers make of it later.
func (b *builder) await(day civil.Date, by claim.Medium, list []filed) {
	var bad, rest []filed
	for k, f := range list {
		if by == claim.Electronic && k%19 == 7 {
			bad = append(bad, f)
		} else {
			rest = append(rest, f)
		}
	}
	b.later(day.AddDays(1), 10, 15, func(ctx context.Context) error { return b.answer837(ctx, bad) })
	b.later(day.AddDays(answerIn), 11, 20, func(ctx context.Context) error { return b.answers277(ctx, rest) })
	b.out = append(b.out, rest...)
}

// later plans something while the story is being told.
func (b *builder) later(day civil.Date, hour, minute int, run func(context.Context) error) {
	t := day.At(hour, minute, b.zone)
	if !t.Before(b.o.Now) {
		return
	}
	e := event{at: t, seq: len(b.events), run: run}
	k, _ := slices.BinarySearchFunc(b.events, e, func(x, y event) int { return x.compare(y) })
	b.events = slices.Insert(b.events, k, e)
}

// answer837 notes what the clearinghouse turned away; a few days on it is mended.
func (b *builder) answer837(ctx context.Context, list []filed) error {
	walt := b.as(ctx, "walt")
	of, rows, err := b.rows(walt, list)
	if err != nil {
		return err
	}
	for k, r := range rows {
		why := []string{"Turned away by the clearinghouse: the member number was not found.", "Turned away by the clearinghouse: the subscriber’s birth date does not fit."}[k%2]
		if err := b.Claims.RecordAnswer(walt, r.ID, r.Version, claim.Answer{State: claim.Rejected, Text: why}); err != nil {
			return fmt.Errorf("turning away: %w", err)
		}
		f := of[k]
		b.later(b.story().AddDays(12), 9, 40+k%15, func(ctx context.Context) error {
			if _, err := b.Claims.Correct(b.as(ctx, "walt"), f.claim, "Called the plan; the number on the card was right, their file was behind"); err != nil {
				return fmt.Errorf("correcting: %w", err)
			}
			b.drafts = append(b.drafts, f)
			return nil
		})
	}
	return nil
}

// story is the day at which the story stands.
func (b *builder) story() civil.Date { return civil.DateIn(b.clock.Now(), b.zone) }

// answers277 notes what payers made of claims: most are paid, some are denied,
// one in thirty is still being looked at.
func (b *builder) answers277(ctx context.Context, list []filed) error {
	walt := b.as(ctx, "walt")
	_, rows, err := b.rows(walt, list)
	if err != nil {
		return err
	}
	for _, r := range rows {
		b.answered++
		if r.State != claim.Sent || b.answered%30 == 0 {
			continue
		}
		a := claim.Answer{State: claim.Paid, PayerNumber: fmt.Sprintf("PC%08d", 70_120_000+b.answered*13)}
		if b.answered%14 == 5 {
			a.State = claim.Denied
			a.Text = []string{"The payer asks for the notes of the last six visits.", "The payer says that the plan’s visits for the year are used up.",
				"The payer says that another insurer is to be asked first."}[b.answered/14%3]
		}
		if err := b.Claims.RecordAnswer(walt, r.ID, r.Version, a); err != nil {
			return fmt.Errorf("answer to claim %s: %w", r.Number, err)
		}
	}
	return nil
}

// hold keeps two ready claims back.
func (b *builder) hold(ctx context.Context) error {
	walt := b.as(ctx, "walt")
	_, rows, err := b.rows(walt, b.drafts)
	if err != nil {
		return err
	}
	why := []string{"The patient has a new card from the first of the month; waiting for the number.", "The adjuster asked to wait until the report has arrived."}
	for _, r := range rows {
		if r.State != claim.Ready || len(why) == 0 {
			continue
		}
		if err := b.Claims.Hold(walt, r.ID, r.Version, why[0]); err != nil {
			return err
		}
		why = why[1:]
	}
	return nil
}

// newest is a claim in a state, of those that left, whose session is none of
// a story's own: the last that fits.
func (b *builder) newest(walt context.Context, state claim.State) (f filed, found bool, err error) {
	for k := len(b.out) - 1; k >= 0; k-- {
		f := b.out[k]
		_, rows, err := b.rows(walt, []filed{f})
		if err != nil {
			return f, false, err
		}
		if len(rows) > 0 && rows[0].State == state && f.i > 0 && !f.course.touched {
			f.course.touched = true
			return f, true, nil
		}
	}
	return f, false, nil
}

// fewerMinutes corrects the minutes of a note whose claim is paid already: a
// claim that replaces it is drafted.
func (b *builder) fewerMinutes(ctx context.Context) error {
	f, found, err := b.newest(b.as(ctx, "walt"), claim.Paid)
	if err != nil || !found {
		return err
	}
	_, err = b.Visits.Addend(b.as(ctx, f.course.therapist), f.course.docs[f.i], visit.NewAddendum{Reason: "Minutes corrected",
		Text: "The first technique took ten minutes less than I wrote: we began late.", Minutes: map[int]int{0: 15}})
	if err != nil {
		return fmt.Errorf("correcting minutes: %w", err)
	}
	b.drafts = append(b.drafts, f)
	return nil
}

// wrongChart retracts a note whose claim is out (a claim that takes it back is
// drafted), or has not left (then it is dropped).
func (b *builder) wrongChart(ctx context.Context, out bool) error {
	var f filed
	found := false
	var err error
	if out {
		f, found, err = b.newest(b.as(ctx, "walt"), claim.Paid)
	} else if k := slices.IndexFunc(b.drafts, func(f filed) bool { return f.i > 2 && f.course.flaw == sound && !f.course.touched }); k >= 0 {
		f, found = b.drafts[k], true
		f.course.touched = true
	}
	if err != nil || !found {
		return err
	}
	if _, err := b.Visits.Retract(b.as(ctx, f.course.therapist), f.course.docs[f.i], visit.NewRetraction{Reason: "Written in the wrong chart"}); err != nil {
		return fmt.Errorf("retraction: %w", err)
	}
	return nil
}
