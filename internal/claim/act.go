package claim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// maxReason is how long a reason may be, in characters.
const maxReason = 300

// Start drafts the claim of a visit whose note was signed before the insurance
// was entered. ClaimWrite. NotFound; Conflict when nothing is signed, when no
// insurance takes it, or when there is a claim already.
func (s *Service) Start(ctx context.Context, v id.Visit) (id.Claim, error) {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return id.Claim{}, err
	}
	var out id.Claim
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := q.New(tx).VisitFacts(ctx, q.VisitFactsParams{PracticeID: tx.Practice, VisitID: v}); err != nil {
			return db.Found(err, "This session does not exist, or is not in your practice.")
		}
		doc, err := q.New(tx).ValidNote(ctx, q.ValidNoteParams{PracticeID: tx.Practice, VisitID: v})
		if none(err) {
			return errs.New(errs.Conflict, "The note of this visit is not signed. Sign it first.")
		}
		if err != nil {
			return err
		}
		var made bool
		if out, made, err = s.start(ctx, tx, v, doc); err != nil {
			return err
		}
		if !made {
			return errs.New(errs.Conflict, "No insurance of the patient takes a claim for this visit. Enter the insurance first.")
		}
		return nil
	})
	return out, db.Classify(err)
}

// decide runs fn on a claim as it was at version, and works a draft out again
// afterwards.
func (s *Service) decide(ctx context.Context, p id.Practice, c id.Claim, version int64, fn func(context.Context, *db.Tx, stored) error) error {
	return db.Classify(s.db.Write(ctx, p, func(ctx context.Context, tx *db.Tx) error {
		row, err := s.loadAt(ctx, tx, c, version)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, row); err != nil {
			return err
		}
		if row, err = s.load(ctx, tx, c); err != nil || !State(row.State).Draft() {
			return err
		}
		_, _, _, err = s.check(ctx, s.gatherer(tx), row)
		return err
	}))
}

func needDraft(c stored) error {
	if State(c.State).Draft() {
		return nil
	}
	return errs.New(errs.Conflict, "Claim "+c.Number+" is no draft any more: "+strings.ToLower(State(c.State).Label())+". Open a correction instead.")
}

func reasonOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", errs.OnField("reason", "Say why.")
	case utf8.RuneCountInString(s) > maxReason:
		return "", errs.OnField("reason", fmt.Sprintf("Shorten this to %d characters.", maxReason))
	}
	return s, nil
}

// Hold keeps a draft back for a reason. ClaimWrite. Stale, Invalid, Conflict.
func (s *Service) Hold(ctx context.Context, c id.Claim, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return err
	}
	if reason, err = reasonOf(reason); err != nil {
		return err
	}
	return s.decide(ctx, a.Practice, c, version, func(ctx context.Context, tx *db.Tx, row stored) error {
		if err := needDraft(row); err != nil {
			return err
		}
		return s.move(ctx, tx, row, "hold", Held, reason)
	})
}

// Release lets a held draft go on. ClaimWrite. Stale, Conflict.
func (s *Service) Release(ctx context.Context, c id.Claim, version int64) error {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return err
	}
	return s.decide(ctx, a.Practice, c, version, func(ctx context.Context, tx *db.Tx, row stored) error {
		if State(row.State) != Held {
			return errs.New(errs.Conflict, "This claim is not on hold.")
		}
		return s.move(ctx, tx, row, "release", Blocked, "")
	})
}

// Drop gives up a draft: the patient pays, or nobody does. ClaimWrite. Stale,
// Invalid, Conflict.
func (s *Service) Drop(ctx context.Context, c id.Claim, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return err
	}
	if reason, err = reasonOf(reason); err != nil {
		return err
	}
	return s.decide(ctx, a.Practice, c, version, func(ctx context.Context, tx *db.Tx, row stored) error {
		if err := needDraft(row); err != nil {
			return err
		}
		if err := s.mayDrop(ctx, tx, row); err != nil {
			return err
		}
		if err := s.move(ctx, tx, row, "drop", Cancelled, reason); err != nil {
			return err
		}
		if err := s.dropped(ctx, tx, row); err != nil {
			return err
		}
		return s.tell(ctx, tx, row.VisitID)
	})
}

// Waive sets a check that blocks aside, for a reason. What it says must be what
// it says now; proof cannot be set aside. ClaimWaive. Errors: NotFound for a
// check that does not block; Denied when nobody, or only an owner, may.
func (s *Service) Waive(ctx context.Context, c id.Claim, check, line, reason string) error {
	a, err := authz.Require(ctx, authz.ClaimWaive)
	if err != nil {
		return err
	}
	if reason, err = reasonOf(reason); err != nil {
		return err
	}
	return s.again(ctx, a.Practice, c, func(ctx context.Context, tx *db.Tx, row stored, j Judgement) error {
		i := slices.IndexFunc(j.Findings, func(f Finding) bool { return f.Check == check && f.Line == line && f.Blocks() })
		if i < 0 {
			return errs.New(errs.NotFound, "This check does not block the claim.")
		}
		f := j.Findings[i]
		role, err := mayWaive(a, f)
		if err != nil {
			return err
		}
		if err := outlived(ctx, tx, a, row.ClaimID, f); err != nil {
			return err
		}
		err = q.New(tx).InsertWaiver(ctx, q.InsertWaiverParams{PracticeID: tx.Practice, WaiverID: id.New[id.Waiver](), ClaimID: row.ClaimID,
			CheckKey: f.Check, Line: f.Line, About: f.Text, Reason: reason, Role: string(role), WaivedBy: a.User, WaivedAt: tx.Now})
		if err != nil {
			return err
		}
		return s.record(ctx, tx, row.ClaimID, "waive", State(row.State), State(row.State), f.Check+": "+reason)
	})
}

// outlived takes back a waiver of the same check that was given for other words.
func outlived(ctx context.Context, tx *db.Tx, a authz.Actor, c id.Claim, f Finding) error {
	queries := q.New(tx)
	rows, err := queries.Waivers(ctx, q.WaiversParams{PracticeID: tx.Practice, ClaimID: c})
	for _, w := range rows {
		if w.CheckKey != f.Check || w.Line != f.Line {
			continue
		}
		if _, err := queries.WithdrawWaiver(ctx, q.WithdrawWaiverParams{WithdrawnBy: a.User, WithdrawnAt: tx.Now,
			PracticeID: tx.Practice, ClaimID: c, WaiverID: w.WaiverID}); err != nil {
			return err
		}
	}
	return err
}

// mayWaive answers in which role the actor sets a finding aside.
func mayWaive(a authz.Actor, f Finding) (authz.Role, error) {
	switch {
	case f.Waiver == Nobody:
		return "", errs.New(errs.Denied, "This is proof of the claim and cannot be set aside. Mend it instead.")
	case f.Waiver == OwnerOnly && !a.Has(authz.Owner):
		return "", errs.New(errs.Denied, "Only an owner of the practice can set this aside.")
	case f.Waiver == OwnerOnly:
		return authz.Owner, nil
	}
	for _, r := range a.Roles {
		if authz.Granted(r, authz.ClaimWaive) {
			return r, nil
		}
	}
	return "", errs.New(errs.Denied, "Your role does not include this.")
}

// Unwaive takes a waiver back. ClaimWaive. NotFound.
func (s *Service) Unwaive(ctx context.Context, c id.Claim, w id.Waiver) error {
	a, err := authz.Require(ctx, authz.ClaimWaive)
	if err != nil {
		return err
	}
	return s.again(ctx, a.Practice, c, func(ctx context.Context, tx *db.Tx, row stored, _ Judgement) error {
		n, err := q.New(tx).WithdrawWaiver(ctx, q.WithdrawWaiverParams{WithdrawnBy: a.User, WithdrawnAt: tx.Now, PracticeID: tx.Practice, ClaimID: c, WaiverID: w})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "This was not set aside, or is not any more.")
		}
		return s.record(ctx, tx, c, "unwaive", State(row.State), State(row.State), "")
	})
}

// again works a draft out, lets fn decide on what came of it, and works it out
// once more.
func (s *Service) again(ctx context.Context, p id.Practice, c id.Claim, fn func(context.Context, *db.Tx, stored, Judgement) error) error {
	return db.Classify(s.db.Write(ctx, p, func(ctx context.Context, tx *db.Tx) error {
		row, err := s.load(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := needDraft(row); err != nil {
			return err
		}
		j, _, _, err := s.check(ctx, s.gatherer(tx), row)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, row, j); err != nil {
			return err
		}
		if row, err = s.load(ctx, tx, c); err != nil {
			return err
		}
		_, _, _, err = s.check(ctx, s.gatherer(tx), row)
		return err
	}))
}

// Choose settles what the rules leave open. ClaimWrite. Invalid with fields,
// NotFound, Stale, Conflict.
func (s *Service) Choose(ctx context.Context, c id.Claim, version int64, in Choice) error {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return err
	}
	in.Subject, in.Value, in.Reason = strings.TrimSpace(in.Subject), strings.Join(strings.Fields(in.Value), " "), strings.TrimSpace(in.Reason)
	return s.decide(ctx, a.Practice, c, version, func(ctx context.Context, tx *db.Tx, row stored) error {
		if err := needDraft(row); err != nil {
			return err
		}
		f, err := s.gatherer(tx).facts(ctx, row)
		if err != nil {
			return err
		}
		if err := s.fits(f, in); err != nil {
			return err
		}
		last, err := q.New(tx).LastChoice(ctx, q.LastChoiceParams{PracticeID: tx.Practice, ClaimID: c})
		if err != nil && !none(err) {
			return err
		}
		err = q.New(tx).InsertChoice(ctx, q.InsertChoiceParams{PracticeID: tx.Practice, ClaimID: c, Seq: last + 1, Kind: string(in.Kind), Subject: in.Subject,
			Value: in.Value, Reason: in.Reason, ChosenBy: a.User, ChosenAt: tx.Now})
		if err != nil {
			return err
		}
		if err := db.OneRow(q.New(tx).Touch(ctx, q.TouchParams{PracticeID: tx.Practice, ClaimID: c, Version: version})); err != nil {
			return err
		}
		return s.record(ctx, tx, c, "choose", State(row.State), State(row.State), string(in.Kind)+" "+in.Subject+" "+in.Value)
	})
}

// fits refuses a choice that the claim does not offer.
func (s *Service) fits(f Facts, in Choice) error {
	if utf8.RuneCountInString(in.Value) > 200 || utf8.RuneCountInString(in.Reason) > maxReason {
		return errs.OnField("value", "Shorten this.")
	}
	d, n := Draft(f)
	switch in.Kind {
	case ChooseTie:
		return fitsTie(n, in.Value)
	case ChooseProcedure:
		if !slices.ContainsFunc(f.Note.Given, func(g Given) bool { return g.Technique == in.Subject }) {
			return errs.OnField("subject", "This technique is not in the note.")
		}
		if _, ok := s.Knowledge.Procedure(in.Value, f.Visit.Date); !ok && in.Value != "" {
			return errs.OnField("value", "This is not a procedure of that day.")
		}
	case ChooseModifier:
		for _, m := range strings.Fields(strings.TrimPrefix(in.Value, "-")) {
			if _, ok := f.Modifiers[m]; !ok {
				return errs.OnField("value", m+" is not a modifier.")
			}
		}
		return fitsLine(d, in.Subject)
	case ChoosePointer:
		for _, p := range strings.Fields(in.Value) {
			if k, err := strconv.Atoi(p); err != nil || k < 1 || k > len(d.Diagnoses) {
				return errs.OnField("value", fmt.Sprintf("Choose diagnoses from 1 to %d.", len(d.Diagnoses)))
			}
		}
		if len(strings.Fields(in.Value)) > MaxPointers {
			return errs.OnField("value", fmt.Sprintf("Choose at most %d diagnoses.", MaxPointers))
		}
		return fitsLine(d, in.Subject)
	case ChooseRemark:
		if out, ok := plain(in.Value); !ok || len(out) > maxRemark {
			return errs.OnField("value", fmt.Sprintf("Write at most %d plain letters.", maxRemark))
		}
	default:
		return errs.OnField("kind", "There is nothing like that to choose.")
	}
	return nil
}

func fitsLine(d Document, procedure string) error {
	if lineOf(d, procedure) == nil {
		return errs.OnField("subject", "The claim has no line with this procedure.")
	}
	return nil
}

func fitsTie(n Counting, value string) error {
	if value == "" {
		return nil
	}
	if n.Tie == nil {
		return errs.OnField("value", "The minutes leave nothing to choose.")
	}
	chosen := strings.Fields(value)
	if len(chosen) != n.Tie.Extra || slices.ContainsFunc(chosen, func(k string) bool { return !slices.Contains(n.Tie.Keys, k) }) ||
		len(slices.Compact(slices.Sorted(slices.Values(chosen)))) != len(chosen) {
		return errs.OnField("value", fmt.Sprintf("Choose %d of %s.", n.Tie.Extra, list(n.Tie.Keys)))
	}
	return nil
}

// numbers reads whole numbers between blanks; what is none is left out.
func numbers(s string) []int {
	var out []int
	for _, w := range strings.Fields(s) {
		if n, err := strconv.Atoi(w); err == nil {
			out = append(out, n)
		}
	}
	return out
}
