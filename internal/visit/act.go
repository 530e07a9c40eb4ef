package visit

import (
	"context"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit/q"
)

// maxReason is the longest reason for calling a session off, in characters.
const maxReason = 300

// Act does one of ActArrive, ActStart, ActCancel, ActNoShow and ActUndo.
// Cancelling needs a reason. VisitWrite, and NoteWrite to start. Errors:
// Invalid, NotFound, Stale; Conflict when the state does not allow it, when
// the day has not come, when a session of another day is to be started, when
// the safety gate, a withdrawn consent or the ledger blocks the start, or when
// undoing finds the time (*Busy inside) or the last visit of the prescription
// taken.
func (s *Service) Act(ctx context.Context, vid id.Visit, version int64, act Action, reason string) (Visit, error) {
	a, err := authz.Require(ctx, authz.VisitWrite)
	if err != nil {
		return Visit{}, err
	}
	if act == ActStart {
		if _, err := authz.Require(ctx, authz.NoteWrite); err != nil {
			return Visit{}, err
		}
	}
	reason = strings.TrimSpace(reason)
	switch {
	case act != ActArrive && act != ActStart && act != ActCancel && act != ActNoShow && act != ActUndo:
		return Visit{}, errs.New(errs.Invalid, "Choose one of the steps shown.")
	case act == ActCancel && reason == "":
		return Visit{}, errs.OnField("reason", "Say why the visit is cancelled.")
	case utf8.RuneCountInString(reason) > maxReason || strings.ContainsFunc(reason, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return Visit{}, errs.OnField("reason", "Shorten the reason to one line of 300 characters.")
	}
	var v Visit
	err = s.book(ctx, a, func(ctx context.Context, tx *db.Tx) error {
		it, err := s.item(ctx, tx, vid)
		if err != nil {
			return err
		}
		v = it.Visit
		if v.Version != version {
			return db.OneRow(0, nil)
		}
		if act == ActUndo {
			err = s.undo(ctx, tx, a, it)
		} else {
			err = s.act(ctx, tx, a, it, act, reason)
		}
		if err != nil {
			return err
		}
		it, err = s.item(ctx, tx, vid)
		v = it.Visit
		return err
	})
	if err != nil {
		return Visit{}, s.refusing(ctx, a, vid, act, err)
	}
	return v, nil
}

func (s *Service) act(ctx context.Context, tx *db.Tx, a authz.Actor, it Item, act Action, reason string) error {
	next, ok := Next(it.State, act)
	if !ok {
		return refusal(it.State, act)
	}
	today := it.Today(tx.Now.Time)
	if act != ActCancel && today.Before(it.Date) {
		return errs.New(errs.Conflict, "This visit is planned for "+it.Date.Human()+". Move it to today first.")
	}
	switch act {
	case ActNoShow:
		if tx.Now.Before(it.StartsAt.Time) {
			return errs.New(errs.Conflict, "The visit has not begun yet, so nobody has missed it.")
		}
	case ActStart:
		// Treatment begins now, so the answers of today decide. What took place
		// on an earlier day is written down, not begun.
		if today != it.Date {
			return errs.New(errs.Conflict, "This visit was planned for "+it.Date.Human()+". To treat today, move it to today. If it took place then, write its note.")
		}
		g, err := s.gate(ctx, tx, it.asked())
		if err != nil {
			return err
		}
		if g.Blocked || !g.AskedOn.IsZero() {
			return gateRefuses(g.why())
		}
		if err := s.agreed(ctx, tx, it.Chart, tx.Now.Time); err != nil {
			return err
		}
		if err := s.passLedger(ctx, tx, it.asked()); err != nil {
			return err
		}
	}
	if !next.Takes() {
		if err := s.free(ctx, tx, it.ID); err != nil {
			return err
		}
	}
	return s.change(ctx, tx, a, it.Visit, act, next, reason)
}

func (s *Service) undo(ctx context.Context, tx *db.Tx, a authz.Actor, it Item) error {
	r, err := q.New(tx).LastChange(ctx, q.LastChangeParams{PracticeID: tx.Practice, VisitID: it.ID})
	if err != nil {
		return db.Found(err, "There is nothing to undo here.")
	}
	last := Change{Seq: r.Seq, Action: Action(r.Action), From: State(r.FromState), To: State(r.ToState), On: civil.DateIn(r.At.Time, it.Zone)}
	next, err := Undone(it.State, last, it.Today(tx.Now.Time))
	if err != nil {
		return err
	}
	if !it.State.Takes() && next.Takes() {
		// Meanwhile another session may have taken the last visit that is left.
		if err := s.passLedger(ctx, tx, VisitCheck{Patient: it.Chart, Referral: it.Referral, On: it.Date}); err != nil {
			return err
		}
		v := it.Visit
		v.State = next
		if err := s.take(ctx, tx, v, it.Zone); err != nil {
			return err
		}
	}
	return s.change(ctx, tx, a, it.Visit, ActUndo, next, "")
}

// change moves a visit to its next state and writes history and audit.
func (s *Service) change(ctx context.Context, tx *db.Tx, a authz.Actor, v Visit, act Action, next State, reason string) error {
	kept := ""
	if !next.Takes() {
		kept = reason
	}
	if err := db.OneRow(q.New(tx).SetState(ctx, q.SetStateParams{
		State: string(next), Reason: kept, Untreated: v.Untreated && next == StateCompleted, PracticeID: tx.Practice, VisitID: v.ID, Version: v.Version,
	})); err != nil {
		return err
	}
	if err := s.record(ctx, tx, a, v.ID, act, v.State, next, reason); err != nil {
		return err
	}
	return tx.Audit(ctx, event("visit."+string(act), v, string(v.State)+" to "+string(next)))
}
