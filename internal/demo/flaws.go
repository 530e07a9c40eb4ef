package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"soapstone/internal/claim"
	"soapstone/internal/db"
	"soapstone/internal/referral"
	"soapstone/internal/screening"
)

// flaw is what is missing from the paper behind a course, so that its newest
// claims cannot leave.
type flaw int

const (
	sound           flaw = iota
	noAuthorisation      // the payer's number was never asked for
	noMember             // the card was never copied
	orderEnds            // the prescription turns out to be shorter than it was entered
	unmeasured           // nobody has measured anything
	tied                 // minutes leave a unit to choose
)

// low is what a questionnaire about mood brings up.
type low int

const (
	notLow  low = iota
	lowSeen     // thoughts of death, and a clinician has written what was done
	lowOpen     // the same, and nobody has
)

// past counts the sessions before today.
func (b *builder) past(s *course) int {
	n := 0
	for i, d := range s.visits {
		if d.Before(b.today) && (s.stopAfter == 0 || i < s.stopAfter) {
			n++
		}
	}
	return n
}

// fewest is the course with the fewest sessions so far, at least from, of those
// that fit and have nothing else to them; nil when none does. Few sessions are
// few claims that cannot leave.
func (b *builder) fewest(all []*course, from int, fits func(*course) bool) *course {
	var best *course
	for _, s := range all {
		if n := b.past(s); n >= from && s.next == nil && b.today.DaysSince(s.visits[0]) < 150 && s.flaw == sound && s.unsigned == 0 && !s.swollen && fits(s) && (best == nil || n < b.past(best)) {
			best = s
		}
	}
	return best
}

// spoil picks what is missing where.
func (b *builder) spoil(all []*course) {
	of := func(kinds ...payee) func(*course) bool {
		return func(s *course) bool { return slices.Contains(kinds, s.pays) }
	}
	mark := func(f flaw, from int, fits func(*course) bool) {
		if s := b.fewest(all, from, fits); s != nil {
			s.flaw = f
		}
	}
	mark(noAuthorisation, 1, of(veterans))
	mark(noMember, 1, of(auto))
	mark(unmeasured, 1, func(s *course) bool { return s.pays == commercial && s.after == nil })
	// What has not left yet, and of a course that goes on.
	fresh := func(s *course) bool {
		return b.today.DaysSince(s.visits[b.past(s)-1]) < batchLast && s.visits[len(s.visits)-1].After(b.today)
	}
	mark(tied, 2, func(s *course) bool {
		return of(senior, veterans)(s) && fresh(s) && len(s.c.techniques) == 2 && slices.Contains(s.c.techniques, "swedish")
	})
	// Who comes today would be sent away.
	mark(orderEnds, 3, func(s *course) bool {
		return of(commercial, senior)(s) && fresh(s) && !slices.Contains(s.visits, b.today)
	})
	for _, s := range all {
		n := b.past(s) - 1
		if s.flaw != sound || s.unsigned != 0 || n < 3 || s.swollen || s.next != nil || b.today.DaysSince(s.visits[n]) > 90 {
			continue
		}
		ago := b.today.DaysSince(s.visits[n])
		moody := slices.Contains(moody, s.c.name)
		switch {
		case moody && !b.told[lowUnanswered] && ago <= 21:
			s.low, b.told[lowUnanswered] = lowOpen, true
		case moody && !b.told[lowAcknowledged]:
			s.low, b.told[lowAcknowledged] = lowSeen, true
		case !b.told[notTreated] && s.pays != self:
			s.untreated, b.told[notTreated] = n-1, true
		case !b.told[askedLate] && s.visits[n-1].Weekday() != time.Friday && (n-1)%6 != 0:
			s.late, b.told[askedLate] = n-1, true
		}
	}
}

// moody are the conditions in which mood is asked about.
var moody = []string{"fibromyalgia", "tension headache", "depression", "anxiety", "PTSD"}

// shorten corrects a prescription that was entered with too long a run, and has
// the drafts of the patient worked out again.
func (b *builder) shorten(ctx context.Context, s *course) error {
	desk := b.as(ctx, "ines")
	var r referral.Referral
	err := b.DB.Read(desk, b.prac, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = b.Referrals.Get(ctx, tx, s.rid)
		return err
	})
	if err != nil {
		return err
	}
	last := s.visits[b.past(s)-1]
	err = b.Referrals.Amend(desk, s.pid, s.rid, r.Version, referral.Input{Prescriber: r.Prescriber.ID, Codes: r.Codes(), CodesConfirmed: true, Order: r.Order,
		WrittenOn: r.WrittenOn, StartsOn: r.StartsOn, EndsOn: last.AddDays(-1), SignatureSeen: true, PayerKind: r.PayerKind, Accident: r.Accident,
		Reason: "Read again: the order ends earlier than was entered"})
	if err != nil {
		return fmt.Errorf("correcting the prescription of %s %s: %w", s.first, s.last, err)
	}
	_, err = b.Claims.RecheckAll(b.as(ctx, "walt"), claim.Scope{Patient: s.pid})
	return err
}

// catchUp answers the safety questions of a session on the day after, and signs
// its note.
func (b *builder) catchUp(ctx context.Context, s *course, i int) error {
	who := b.as(ctx, s.therapist)
	answers, err := b.answers(who, s, i)
	if err != nil {
		return err
	}
	j, err := b.Screening.RecordLate(who, s.pid, s.visits[i], "Asked aloud before the session; the tablet was being updated.", answers)
	if err != nil {
		return fmt.Errorf("late screening of %s %s: %w", s.first, s.last, err)
	}
	if err := b.decide(who, s, j); err != nil {
		return err
	}
	b.pass(time.Minute)
	return b.sign(ctx, s, i)
}

// decide writes down how the therapist goes on where a rule asks for it.
func (b *builder) decide(who context.Context, s *course, j screening.Judgement) error {
	if len(j.Undecided) == 0 {
		return nil
	}
	choices := map[string]screening.Choice{}
	for _, f := range j.Undecided {
		choices[f.Rule.ID] = screening.Choice{Course: screening.Modify, Reason: "Discussed with the patient. " + f.Rule.Do}
	}
	return b.Screening.Decide(who, s.pid, choices)
}
