package visit

import (
	"context"
	"errors"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// refused is the cause inside a refusal that is worth an entry in the audit
// log: its kind, in words that say nothing about the patient's health.
type refused string

// Error implements error.
func (r refused) Error() string { return "visit: refused by the " + string(r) }

// refusing records that a step was refused and gives the refusal back. The
// step's own transaction is undone by then, so the entry has one of its own,
// and a person who leaves does not undo it.
func (s *Service) refusing(ctx context.Context, a authz.Actor, v id.Visit, act Action, err error) error {
	var why refused
	if !errors.As(err, &why) {
		return err
	}
	failed := s.db.Write(context.WithoutCancel(ctx), a.Practice, func(ctx context.Context, tx *db.Tx) error {
		it, err := s.item(ctx, tx, v)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, event("visit.refused", it.Visit, string(act)+": "+string(why)))
	})
	if failed != nil {
		return errors.Join(err, failed)
	}
	return err
}
