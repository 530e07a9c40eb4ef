package claim

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// Answer is what the clearinghouse or the payer said about a claim.
type Answer struct {
	State State // Rejected, Denied or Paid
	// PayerNumber is the payer's own number of the claim; "" when it gave none. A
	// correction needs it.
	PayerNumber string
	Text        string // what was said, in words
}

var payerNumber = regexp.MustCompile(`^[\x21-\x7E]{0,50}$`)

// RecordAnswer notes what became of a claim that left. ClaimWrite. Invalid with
// fields, NotFound, Stale, Conflict when the claim awaits no such answer.
func (s *Service) RecordAnswer(ctx context.Context, c id.Claim, version int64, in Answer) error {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return err
	}
	in.PayerNumber, in.Text = strings.TrimSpace(in.PayerNumber), strings.TrimSpace(in.Text)
	switch {
	case !payerNumber.MatchString(in.PayerNumber):
		return errs.OnField("payer_number", "Copy the number from the payer’s answer: at most 50 characters without blanks.")
	case utf8.RuneCountInString(in.Text) > maxReason:
		return errs.OnField("text", "Shorten this.")
	case in.Text == "" && in.State != Paid:
		return errs.OnField("text", "Say what the answer was.")
	}
	return s.decide(ctx, a.Practice, c, version, func(ctx context.Context, tx *db.Tx, row stored) error {
		if !slices.Contains(State(row.State).Answers(), in.State) {
			return errs.New(errs.Conflict, "Claim "+row.Number+" awaits no such answer: "+strings.ToLower(State(row.State).Label())+".")
		}
		if in.PayerNumber != "" {
			row.PayerNumber = in.PayerNumber
		}
		to := in.State
		if Frequency(row.Frequency) == Void && to == Paid {
			to = Closed // the payer has taken the claim back: nothing is left to come
		}
		if err := s.move(ctx, tx, row, "answer", to, in.Text); db.IsUnique(err) {
			return errs.Wrap(errs.Conflict, err, "What this claim was to take back is being corrected by a later one.")
		} else if err != nil {
			return err
		}
		switch { // what was to be corrected still stands
		case to == Denied && Frequency(row.Frequency) == Void && row.signed.State == "valid":
			return s.tell(ctx, tx, row.VisitID)
		case to == Rejected, to == Denied && Frequency(row.Frequency) == Void:
			return nil
		}
		return s.supersede(ctx, tx, row)
	})
}

// Correct opens what mends a claim that has left: a rejected one becomes a draft
// again, since the payer never had it; for one that is out a replacement is
// drafted. It gives the claim to work on. ClaimWrite. Conflict.
func (s *Service) Correct(ctx context.Context, c id.Claim, reason string) (id.Claim, error) {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return id.Claim{}, err
	}
	if reason, err = reasonOf(reason); err != nil {
		return id.Claim{}, err
	}
	out := c
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := s.load(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := s.free(ctx, tx, row); err != nil {
			return err
		}
		if State(row.State) == Rejected {
			if err := s.move(ctx, tx, row, "correct", Blocked, reason); err != nil {
				return err
			}
			if row, err = s.load(ctx, tx, c); err != nil {
				return err
			}
			_, _, _, err = s.check(ctx, s.gatherer(tx), row)
			return err
		}
		g := s.gatherer(tx)
		f, err := g.facts(ctx, row)
		if err != nil {
			return err
		}
		if !f.Note.Valid {
			return errs.New(errs.Conflict, "The note behind claim "+row.Number+" was retracted. Void the claim instead.")
		}
		out, err = s.insert(ctx, g, f, Replacement, c)
		return err
	})
	return out, db.Classify(err)
}

// Void opens what takes back a claim that is out. It gives the void, a draft
// that must be sent; a replacement that was not sent gives way to it.
// ClaimWrite. Conflict.
func (s *Service) Void(ctx context.Context, c id.Claim, reason string) (id.Claim, error) {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return id.Claim{}, err
	}
	if reason, err = reasonOf(reason); err != nil {
		return id.Claim{}, err
	}
	var out id.Claim
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := s.load(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := s.giveUp(ctx, tx, row); err != nil {
			return err
		}
		if err := s.free(ctx, tx, row); err != nil {
			return err
		}
		if !State(row.State).Out() {
			return errs.New(errs.Conflict, "Claim "+row.Number+" never reached the payer. Drop it instead.")
		}
		if out, err = s.void(ctx, tx, c); err != nil {
			return err
		}
		if err := s.record(ctx, tx, out, "void", Blocked, Blocked, reason); err != nil {
			return err
		}
		return s.tell(ctx, tx, row.VisitID)
	})
	return out, db.Classify(err)
}

// giveUp drops the replacement of a claim that is to be voided, while it is a draft.
func (s *Service) giveUp(ctx context.Context, tx *db.Tx, row stored) error {
	c, found, err := s.successor(ctx, tx, row.ClaimID)
	if err != nil || !found {
		return err
	}
	next, err := s.load(ctx, tx, c)
	if err != nil || !State(next.State).Draft() || Frequency(next.Frequency) != Replacement {
		return err
	}
	return s.move(ctx, tx, next, "drop", Cancelled, "the claim before is voided instead")
}

// free refuses a second correction of the same claim, and one of a draft.
func (s *Service) free(ctx context.Context, tx *db.Tx, row stored) error {
	state := State(row.State)
	if !state.Out() && state != Rejected || Frequency(row.Frequency) == Void && state != Rejected {
		return errs.New(errs.Conflict, "Claim "+row.Number+" needs no correction: "+strings.ToLower(state.Label())+".")
	}
	_, found, err := s.successor(ctx, tx, row.ClaimID)
	if err == nil && found {
		return errs.New(errs.Conflict, "Claim "+row.Number+" is being corrected already, by a later claim.")
	}
	return err
}

// supersede closes the claim whose place a replacement or void has taken, once
// the payer has answered that one.
func (s *Service) supersede(ctx context.Context, tx *db.Tx, c stored) error {
	if c.ReplacesClaimID.IsZero() {
		return nil
	}
	row, err := s.load(ctx, tx, c.ReplacesClaimID)
	if err != nil || !State(row.State).Out() {
		return err
	}
	if err := db.OneRow(q.New(tx).SetState(ctx, q.SetStateParams{State: string(Closed), HoldReason: "", PayerNumber: row.PayerNumber,
		PracticeID: tx.Practice, ClaimID: row.ClaimID, Version: row.Version})); err != nil {
		return err
	}
	return s.record(ctx, tx, row.ClaimID, "close", State(row.State), Closed, "by claim "+c.Number)
}

// mayDrop refuses to give up a correction without which the payer would be
// asked for more than the note says: the void of a retracted note, and a
// replacement that asks for less.
func (s *Service) mayDrop(ctx context.Context, tx *db.Tx, row stored) error {
	if row.ReplacesClaimID.IsZero() {
		return nil
	}
	before, err := s.load(ctx, tx, row.ReplacesClaimID)
	if err != nil || !State(before.State).Out() {
		return err
	}
	retracted := row.signed.State != "valid"
	switch Frequency(row.Frequency) {
	case Void:
		if retracted {
			return errs.New(errs.Conflict, "The note behind claim "+before.Number+" was retracted, and the payer still has that claim. Send this void.")
		}
	case Replacement:
		if !retracted && row.TotalCents < before.TotalCents {
			return errs.New(errs.Conflict, "Claim "+before.Number+", which the payer has, asks for more than the note says by now. Send this one, or void that one.")
		}
	case Original:
	}
	return nil
}

// dropped lets what a void would have taken back say what the note says by now.
func (s *Service) dropped(ctx context.Context, tx *db.Tx, row stored) error {
	if Frequency(row.Frequency) != Void || row.signed.State != "valid" {
		return nil
	}
	before, err := s.load(ctx, tx, row.ReplacesClaimID)
	if err != nil || !State(before.State).Out() {
		return err
	}
	return s.replaceIfChanged(ctx, tx, before)
}
