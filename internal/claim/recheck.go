package claim

import (
	"context"
	"fmt"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

func itoa(n int) string { return strconv.Itoa(n) }

// recheck works drafts out again and stores what has changed. It first looks in
// a snapshot and writes only where something is to be written, so that looking
// at a list costs no write.
func (s *Service) recheck(ctx context.Context, a authz.Actor, claims []id.Claim) (changed int, err error) {
	var stale []id.Claim
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		stale = nil
		g := s.gatherer(tx)
		for _, c := range claims {
			row, err := s.load(ctx, tx, c)
			if err != nil {
				return err
			}
			if !State(row.State).Draft() {
				continue
			}
			differs, err := s.differs(ctx, g, row)
			if err != nil {
				return err
			}
			if differs {
				stale = append(stale, c)
			}
		}
		return nil
	})
	if err != nil || len(stale) == 0 {
		return 0, db.Classify(err)
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		changed = 0
		g := s.gatherer(tx)
		for _, c := range stale {
			row, err := s.load(ctx, tx, c)
			if err != nil {
				return err
			}
			if !State(row.State).Draft() {
				continue
			}
			_, _, did, err := s.check(ctx, g, row)
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		return tx.Audit(ctx, db.Event{Action: "claim.recheck", Kind: "practice", Subject: tx.Practice.String(), Detail: fmt.Sprintf("%d changed", changed)})
	})
	return changed, db.Classify(err)
}

// differs works a draft out without storing it.
func (s *Service) differs(ctx context.Context, g *gatherer, row stored) (bool, error) {
	f, err := g.facts(ctx, row)
	if err != nil {
		return false, err
	}
	j := Judge(f)
	body, findings, err := j.encode()
	if err != nil {
		return false, err
	}
	state := j.State()
	if State(row.State) == Held {
		state = Held
	}
	return string(state) != row.State || body != row.Body || findings != row.Findings, nil
}

// Recheck works one draft out again and shows it. ClaimWrite; NotFound.
func (s *Service) Recheck(ctx context.Context, c id.Claim) (View, error) {
	if _, err := authz.Require(ctx, authz.ClaimWrite); err != nil {
		return View{}, err
	}
	return s.Get(ctx, c)
}

// Scope says which drafts are worked out again; the zero value is all of them.
type Scope struct {
	Patient id.Patient
	Payer   id.Payer
}

// RecheckAll works out again the drafts of a patient or payer, after facts
// changed; at most 1000 of each state. ClaimWrite.
func (s *Service) RecheckAll(ctx context.Context, in Scope) (changed int, err error) {
	a, err := authz.Require(ctx, authz.ClaimWrite)
	if err != nil {
		return 0, err
	}
	var all []id.Claim
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		for _, state := range []State{Blocked, Ready, Held} {
			some, err := drafts(ctx, tx, in, state)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	if err != nil {
		return 0, db.Classify(err)
	}
	for len(all) > 0 {
		n := min(len(all), PageSize)
		some, err := s.recheck(ctx, a, all[:n])
		if err != nil && !errs.Is(err, errs.NotFound) {
			return changed, err
		}
		changed, all = changed+some, all[n:]
	}
	return changed, nil
}

func drafts(ctx context.Context, tx *db.Tx, in Scope, state State) ([]id.Claim, error) {
	queries := q.New(tx)
	switch {
	case !in.Patient.IsZero():
		return queries.DraftsOfPatient(ctx, q.DraftsOfPatientParams{PracticeID: tx.Practice, PatientID: in.Patient, State: string(state)})
	case !in.Payer.IsZero():
		return queries.DraftsOfPayer(ctx, q.DraftsOfPayerParams{PracticeID: tx.Practice, PayerID: in.Payer, State: string(state)})
	}
	return queries.Drafts(ctx, q.DraftsParams{PracticeID: tx.Practice, State: string(state)})
}
