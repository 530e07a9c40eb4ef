package authn

import (
	"context"
	"fmt"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
)

// SetSingleKeys decides whether single letters are shortcuts for the person who
// asks, on every device from the next page on. Shortcuts with Ctrl stay.
func (s *Service) SetSingleKeys(ctx context.Context, on bool) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := db.OneRow(q.New(tx).SetSingleKeys(ctx, q.SetSingleKeysParams{SingleKeys: on, PracticeID: a.Practice, UserID: a.User})); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "account.keys", Kind: "staff", Subject: a.User.String(), Detail: fmt.Sprintf("single keys: %t", on)})
	})
	return db.Classify(err)
}
