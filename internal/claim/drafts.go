package claim

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// firstNumber is that of a practice's first claim.
const firstNumber = 100001

// NoteSignedTx drafts the claim of a visit inside the transaction that signs
// its note. It does nothing when the visit is self-pay: no insurance in force
// that day, or none that takes claims. NoteSign.
func (s *Service) NoteSignedTx(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) error {
	if _, err := authz.Require(ctx, authz.NoteSign); err != nil {
		return err
	}
	_, _, err := s.start(ctx, tx, v, doc)
	return err
}

// start drafts the original claim of a note; made is false when the visit makes none.
func (s *Service) start(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) (c id.Claim, made bool, err error) {
	planned, err := s.withNote(ctx, tx, stored{GetClaimRow: q.GetClaimRow{VisitID: v, DocumentID: doc, Frequency: string(Original)}})
	if err != nil {
		return c, false, err
	}
	g := s.gatherer(tx)
	f, err := g.payer(ctx, planned)
	if err != nil {
		return c, false, err
	}
	if f.Visit.Untreated || f.Coverage == nil || f.Terms.Kind == knowledge.PayerCash {
		return c, false, nil
	}
	standing, err := g.queries.ClaimsOfVisit(ctx, q.ClaimsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return c, false, err
	}
	for _, r := range standing {
		if state := State(r.State); r.DocumentID == doc && state != Cancelled && state != Closed {
			return c, false, errs.New(errs.Conflict, "There is a claim for this already.")
		}
	}
	c, err = s.insert(ctx, g, f, Original, id.Claim{})
	return c, err == nil, err
}

// insert stores a new draft and checks it. g has gathered f, of which only the
// visit, the patient and the note are looked at.
func (s *Service) insert(ctx context.Context, g *gatherer, f Facts, freq Frequency, replaces id.Claim) (id.Claim, error) {
	a, _ := authz.From(ctx)
	tx := g.tx
	n, err := s.next(ctx, tx, "claim", firstNumber, 1)
	if err != nil {
		return id.Claim{}, err
	}
	number := strconv.FormatInt(n, 10)
	if len(number) > MaxNumber {
		return id.Claim{}, errors.New("claim: the numbers of the practice are used up")
	}
	c := id.New[id.Claim]()
	err = q.New(tx).InsertClaim(ctx, q.InsertClaimParams{
		PracticeID: tx.Practice, ClaimID: c, Number: number, PatientID: f.Patient.ID, VisitID: f.Visit.ID, DocumentID: f.Note.Document,
		State: string(Blocked), Frequency: string(freq), ReplacesClaimID: replaces, ServiceDate: f.Visit.Date,
		CheckedAt: tx.Now, CreatedAt: tx.Now, CreatedBy: a.User,
	})
	if db.IsUnique(err) {
		return c, errs.Wrap(errs.Conflict, err, "There is a claim for this already.")
	}
	if err != nil {
		return c, err
	}
	if err := s.record(ctx, tx, c, "draft", "", Blocked, "frequency "+string(freq)); err != nil {
		return c, err
	}
	if freq == Replacement {
		if err := inherit(ctx, tx, c, replaces); err != nil {
			return c, err
		}
	}
	row, err := s.load(ctx, tx, c)
	if err != nil {
		return c, err
	}
	_, _, _, err = s.check(ctx, g, row)
	return c, err
}

// inherit gives a replacement what was chosen for the claim before, so that it
// differs in what changed and in nothing else. Waivers are not passed on.
func inherit(ctx context.Context, tx *db.Tx, c, from id.Claim) error {
	queries := q.New(tx)
	rows, err := queries.Choices(ctx, q.ChoicesParams{PracticeID: tx.Practice, ClaimID: from})
	for _, r := range rows {
		if err := queries.InsertChoice(ctx, q.InsertChoiceParams{PracticeID: tx.Practice, ClaimID: c, Seq: r.Seq, Kind: r.Kind, Subject: r.Subject,
			Value: r.Value, Reason: r.Reason, ChosenBy: r.ChosenBy, ChosenAt: r.ChosenAt}); err != nil {
			return err
		}
	}
	return err
}

// NoteAmendedTx works the claim of a note out again inside the transaction that
// signs an addendum. Where the claim has left and what it says has changed, it
// opens one that replaces it. NoteSign.
func (s *Service) NoteAmendedTx(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) error {
	if _, err := authz.Require(ctx, authz.NoteSign); err != nil {
		return err
	}
	return s.eachOf(ctx, tx, v, doc, func(c stored) error {
		switch state := State(c.State); {
		case state.Draft() && Frequency(c.Frequency) != Void:
			_, _, _, err := s.check(ctx, s.gatherer(tx), c)
			return err
		case state.Out() && Frequency(c.Frequency) != Void:
			return s.replaceIfChanged(ctx, tx, c)
		}
		return nil
	})
}

// eachOf calls fn for the claims of a note that nothing has replaced.
func (s *Service) eachOf(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document, fn func(stored) error) error {
	rows, err := q.New(tx).ClaimsOfVisit(ctx, q.ClaimsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.DocumentID != doc || State(r.State) == Cancelled || State(r.State) == Closed {
			continue
		}
		_, replaced, err := s.successor(ctx, tx, r.ClaimID)
		if err != nil {
			return err
		}
		if replaced {
			continue
		}
		c, err := s.load(ctx, tx, r.ClaimID)
		if err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) successor(ctx context.Context, tx *db.Tx, c id.Claim) (next id.Claim, found bool, err error) {
	row, err := q.New(tx).Successor(ctx, q.SuccessorParams{PracticeID: tx.Practice, ReplacesClaimID: c})
	if none(err) {
		return next, false, nil
	}
	return row.ClaimID, err == nil, err
}

// replaceIfChanged opens a replacement when the lines of a claim that is out
// are other ones now.
func (s *Service) replaceIfChanged(ctx context.Context, tx *db.Tx, c stored) error {
	sent, err := decode(c.Body)
	if err != nil {
		return err
	}
	g := s.gatherer(tx)
	f, err := g.facts(ctx, c)
	if err != nil {
		return err
	}
	now, _ := Draft(f)
	if said(sent) == said(now) {
		return nil
	}
	_, err = s.insert(ctx, g, f, Replacement, c.ClaimID)
	return err
}

// said is what a claim's lines say was done, to compare one with another. A
// price that was changed since is no reason to ask a payer again.
func said(d Document) string {
	var b strings.Builder
	for _, l := range d.Lines {
		fmt.Fprintf(&b, "%s %v %d %d;", l.Procedure, l.Modifiers, l.Units, l.Minutes)
	}
	return b.String()
}

// NoteRetractedTx takes back what was claimed from a note, inside the
// transaction that retracts it: a draft is dropped, and for a claim that has
// left a void is opened. NoteSign.
func (s *Service) NoteRetractedTx(ctx context.Context, tx *db.Tx, v id.Visit, doc id.Document) error {
	if _, err := authz.Require(ctx, authz.NoteSign); err != nil {
		return err
	}
	var out []id.Claim
	err := s.eachOf(ctx, tx, v, doc, func(c stored) error {
		switch state := State(c.State); {
		case Frequency(c.Frequency) == Void:
			return nil
		case state.Draft(), state == Rejected: // what it was to replace stands again, and is looked at next
			return s.move(ctx, tx, c, "drop", Cancelled, "the note was retracted")
		case state.Out():
			out = append(out, c.ClaimID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range out {
		if _, err := s.void(ctx, tx, c); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, v)
}

// void opens the void of a claim that is out.
func (s *Service) void(ctx context.Context, tx *db.Tx, c id.Claim) (id.Claim, error) {
	row, err := s.load(ctx, tx, c)
	if err != nil {
		return c, err
	}
	g := s.gatherer(tx)
	f, err := g.facts(ctx, row)
	if err != nil {
		return c, err
	}
	return s.insert(ctx, g, f, Void, c)
}

// move brings a claim into another state.
func (s *Service) move(ctx context.Context, tx *db.Tx, c stored, kind string, to State, why string) error {
	hold := ""
	if to == Held {
		hold = why
	}
	err := db.OneRow(q.New(tx).SetState(ctx, q.SetStateParams{State: string(to), HoldReason: hold, PayerNumber: c.PayerNumber,
		PracticeID: tx.Practice, ClaimID: c.ClaimID, Version: c.Version}))
	if err != nil {
		return err
	}
	return s.record(ctx, tx, c.ClaimID, kind, State(c.State), to, why)
}
